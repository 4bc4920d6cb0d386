"""The analysis again under a changed course: what the answer would be under alternatives."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.value import Effect
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.daughter_assumptions import LEAST_EFFECT
from alphatwin.workflows.weighting import SAMPLES_OF_ALTERNATIVES

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.agents import Agent
    from alphatwin.files import CourseFile
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer


class Again:
    """Runs the analysis again, with fewer samples, under a changed course."""

    def __init__(self, file: CourseFile, course: Course, seed: int) -> None:
        self._file = file
        self._seed = seed
        few = min(SAMPLES_OF_ALTERNATIVES, course.assumptions.samples)
        self._course = dataclasses.replace(
            course, assumptions=dataclasses.replace(course.assumptions, samples=few)
        )
        self._basis = analyse(self._course, own_agents=file.agents, seed=seed)

    def under(
        self,
        change: Callable[[Course], Course] = lambda course: course,
        *,
        agents: tuple[Agent, ...] = (),
    ) -> tuple[Effect, ...]:
        """Return the effect of a changed course, or of agents with changed figures."""
        other = analyse(
            change(self._course), own_agents=(*agents, *self._file.agents), seed=self._seed
        )
        return ratios(
            self._basis,
            lambda a, r: _median(other[a].regions[r]) / _median(self._basis[a].regions[r]),
        )


def _median(region: RegionAnswer) -> float:
    if region.dose is None:
        return float("nan")
    return float(np.median(region.dose.total_gy))


def ratios(
    answers: tuple[AgentAnswer, ...],
    ratio: Callable[[int, int], float],
    *,
    quantity: str = "absorbed_dose_gy",
) -> tuple[Effect, ...]:
    """Return what differs, by agent and region; ``ratio`` takes the places of both.

    Parameters
    ----------
    answers
        What was computed.
    ratio
        Of the alternative to the answer.
    quantity
        What it is of.
    """
    return tuple(
        Effect(agent=a.agent.name, region=r.region.name, quantity=quantity, ratio=value)
        for i, a in enumerate(answers)
        for j, r in enumerate(a.regions)
        if r.dose is not None and abs((value := ratio(i, j)) - 1.0) >= LEAST_EFFECT
    )
