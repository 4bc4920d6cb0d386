"""Agents side by side in one patient, with the errors that they share cancelling."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from alphatwin.biology import RbeWeights, rbe_weighted_dose_gy
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.patient import Prediction
from alphatwin.report.compare_value import (
    AgentInRegion,
    ComparedAgent,
    ComparedRegion,
    CompareReport,
    LesionToOrgan,
)
from alphatwin.workflows.analysis import analyse, find_agent
from alphatwin.workflows.cautions import cautions
from alphatwin.workflows.dose import NOTICE
from alphatwin.workflows.weighting import estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from alphatwin.files import CourseFile
    from alphatwin.patient import Assumptions, Course, Region
    from alphatwin.workflows.analysis import AgentAnswer

    Floats = NDArray[np.float64]


def compare_report(file: CourseFile, *, agents: tuple[str, ...], seed: int = 1) -> CompareReport:
    """Return what each of some agents does, region by region, against the first of them.

    An agent that the course administers or predicts is taken with the activity and the factors
    stated there; another with its first published prescription, on the same vector only.

    Parameters
    ----------
    file
        The course.
    agents
        Names or aliases of the agents, at least two.
    seed
        Seed of every random stream.

    Raises
    ------
    InvalidValueError
        If fewer than two different agents are named.
    DataError, NotSupportedError
        If an agent is unknown, or something that is needed of it is.
    """
    names = tuple(find_agent(name.strip(), own_agents=file.agents).name for name in agents)
    if len(set(names)) < 2 or len(set(names)) != len(names):
        msg = f"name at least two different agents, separated by commas; got {', '.join(agents)}"
        raise InvalidValueError(msg)
    course = _asking(file, names)
    answers = analyse(course, own_agents=file.agents, seed=seed)
    chosen = tuple(_answer_of(name, answers) for name in names)
    assumed = course.assumptions
    return CompareReport(
        schema=1,
        kind="compare",
        notice=NOTICE,
        course_title=course.title,
        seed=seed,
        samples=assumed.samples,
        decay_data=assumed.decay_data,
        rbe_alpha=assumed.rbe_alpha,
        rbe_recoil=assumed.rbe_recoil,
        agents=tuple(
            ComparedAgent(
                agent=a.agent.name,
                role="administered" if a.prediction is None else "predicted",
                activity_bq=a.activity_bq,
                activity_from=a.activity_from,
            )
            for a in chosen
        ),
        regions=tuple(
            _region(region, chosen, assumed) for region in course.regions if region.mass_kg
        ),
        lesion_to_organ=tuple(_lesion_to_organ(course, chosen)),
        warnings=cautions(file, course, (*_administered(answers, chosen), *chosen)),
    )


def _asking(file: CourseFile, names: tuple[str, ...]) -> Course:
    """Return the course with predictions of the agents that were neither given nor predicted."""
    course = file.course
    given = {find_agent(a.agent, own_agents=file.agents).name for a in course.administrations}
    stated = {find_agent(p.agent, own_agents=file.agents).name: p for p in course.predictions}
    predictions = tuple(
        stated.get(name) or Prediction(agent=name)
        for name in names
        if name in stated or name not in given
    )
    return dataclasses.replace(course, predictions=predictions)


def _answer_of(name: str, answers: tuple[AgentAnswer, ...]) -> AgentAnswer:
    """Return the prediction of an agent if there is one, else its last administration."""
    own = [a for a in answers if a.agent.name == name]
    return own[-1]


def _administered(
    answers: tuple[AgentAnswer, ...], chosen: tuple[AgentAnswer, ...]
) -> tuple[AgentAnswer, ...]:
    """Return the administrations that stand behind the comparison and are not part of it."""
    return tuple(a for a in answers if a.prediction is None and a not in chosen)


def _doses(answer: AgentAnswer, region: Region, assumed: Assumptions) -> tuple[Floats, Floats]:
    """Return absorbed and RBE-weighted dose [Gy] of a region, (n_samples,) each."""
    found = next(r for r in answer.regions if r.region.name == region.name)
    if found.dose is None:
        msg = f"region {region.name!r} has no mass, so no dose can be compared; give its mass"
        raise NotSupportedError(msg)
    weights = RbeWeights(alpha=assumed.rbe_alpha, recoil=assumed.rbe_recoil)
    return found.dose.total_gy, rbe_weighted_dose_gy(found.dose, weights=weights)


def _region(
    region: Region, chosen: tuple[AgentAnswer, ...], assumed: Assumptions
) -> ComparedRegion:
    first, first_weighted = _doses(chosen[0], region, assumed)
    rows = []
    for answer in chosen:
        absorbed, weighted = _doses(answer, region, assumed)
        rows.append(
            AgentInRegion(
                agent=answer.agent.name,
                absorbed_dose_gy=estimate(absorbed),
                rbe_weighted_dose_gy=estimate(weighted),
                absorbed_dose_ratio=estimate(absorbed / first),
                rbe_weighted_dose_ratio=estimate(weighted / first_weighted),
            )
        )
    return ComparedRegion(
        region=region.name, kind=region.kind, kinetics=region.kinetics, agents=tuple(rows)
    )


def _lesion_to_organ(course: Course, chosen: tuple[AgentAnswer, ...]) -> list[LesionToOrgan]:
    dosed = [r for r in course.regions if r.mass_kg]
    lesions = [r for r in dosed if r.kind == "lesion"]
    organs = [r for r in dosed if r.kind == "organ"]
    rows = []
    for answer in chosen:
        for lesion in lesions:
            absorbed, weighted = _doses(answer, lesion, course.assumptions)
            for organ in organs:
                organ_absorbed, organ_weighted = _doses(answer, organ, course.assumptions)
                rows.append(
                    LesionToOrgan(
                        agent=answer.agent.name,
                        lesion=lesion.name,
                        organ=organ.name,
                        absorbed_dose_ratio=estimate(absorbed / organ_absorbed),
                        rbe_weighted_dose_ratio=estimate(weighted / organ_weighted),
                    )
                )
    return rows
