"""Every dose and effect of a course with everything that is uncertain sampled together."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.uncertainty import stream
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.region_curves import Joined
from alphatwin.workflows.sampled_effects import sampled_bed_gy
from alphatwin.workflows.weighting import rbe_samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.sampled_effects import CoursesOfTime

    Fits = Mapping[tuple[str, str], Joined]

FATE: Final = "daughters"
"""Stream of the fate of daughters: one fate for all regions and agents of a sample."""
ABSORBED: Final = "absorbed_dose_gy"
WEIGHTED: Final = "rbe_weighted_dose_gy"
BED: Final = "bed_gy"


@dataclass(frozen=True, slots=True)
class DoseKey:
    """Which dose: index of the agent's answer, name of the region, quantity."""

    answer: int
    region: str
    quantity: str


def sampled_doses(
    course: Course,
    *,
    own_agents: tuple[Agent, ...],
    seed: int,
    fits: Fits | None,
    known: CoursesOfTime | None = None,
) -> dict[DoseKey, NDArray[np.float64]]:
    """Return the samples of every dose and biologically effective dose in Gy, (n_samples,) each.

    Parameters
    ----------
    course
        The course; fates that it weighs are drawn by their weights.
    own_agents
        Agents that the course defines itself.
    seed
        Seed of the random streams.
    fits
        Fits by region and administration; ``None`` makes them.
    known
        Courses of doses in time that are known already, see
        :func:`~alphatwin.workflows.sampled_effects.sampled_bed_gy`; new ones are added.
    """
    known = {} if known is None else known
    weights = course.assumptions.fate_weights
    if not weights:
        answers = analyse(course, own_agents=own_agents, seed=seed, fits=fits)
        return _with_effects(answers, course, seed=seed, known=known)
    each = []
    for name, _ in weights:
        assumed = dataclasses.replace(course.assumptions, daughters=name)
        under = dataclasses.replace(course, assumptions=assumed)
        answers = analyse(under, own_agents=own_agents, seed=seed, fits=fits)
        fits = fits_of(answers) if fits is None else fits
        each.append(_with_effects(answers, under, seed=seed, known=known))
    edges = np.cumsum([weight for _, weight in weights])
    drawn = stream(seed, FATE).random(course.assumptions.samples) * edges[-1]
    chosen = np.minimum(np.searchsorted(edges, drawn, side="right"), len(each) - 1)
    rows = np.arange(chosen.size)
    return {key: np.stack([doses[key] for doses in each])[chosen, rows] for key in each[0]}


def doses_of(
    answers: tuple[AgentAnswer, ...], course: Course, *, seed: int
) -> dict[DoseKey, NDArray[np.float64]]:
    """Return the samples of every dose of an analysis, absorbed and RBE-weighted, in Gy."""
    rbe = rbe_samples(course.assumptions, seed=seed)
    found = {}
    for i, answer in enumerate(answers):
        for region in answer.regions:
            if region.dose is not None:
                name = region.region.name
                found[DoseKey(i, name, ABSORBED)] = region.dose.total_gy
                weighted = np.einsum("ij,ij->i", region.dose.by_radiation_gy, rbe)
                found[DoseKey(i, name, WEIGHTED)] = weighted
    return found


def _with_effects(
    answers: tuple[AgentAnswer, ...], course: Course, *, seed: int, known: CoursesOfTime
) -> dict[DoseKey, NDArray[np.float64]]:
    found = doses_of(answers, course, seed=seed)
    for i, answer in enumerate(answers):
        for region in answer.regions:
            bed_gy = sampled_bed_gy(course, answer, region, seed=seed, known=known, index=i)
            if bed_gy is not None:
                found[DoseKey(i, region.region.name, BED)] = bed_gy
    return found


def fits_of(answers: tuple[AgentAnswer, ...]) -> dict[tuple[str, str], Joined]:
    """Return the fits behind answers by region and administration, to be used again."""
    return {
        (k.region.name, k.measurement.administration): Joined(k.fitted, k.sharing_warnings)
        for answer in answers
        for k in (region.kinetics for region in answer.regions)
        if k.fitted is not None and k.measurement is not None
    }
