"""Agents side by side in one patient, with the errors that they share cancelling."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.biology import RbeWeights, rbe_weighted_dose_gy
from alphatwin.errors import InvalidValueError
from alphatwin.patient import Prediction
from alphatwin.report.compare_value import (
    AgentInRegion,
    BloodOfAgent,
    ComparedAgent,
    ComparedRegion,
    CompareReport,
    LesionToOrgan,
)
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.blood import blood_answer
from alphatwin.workflows.blood_assumptions import RED_MARROW
from alphatwin.workflows.blood_cautions import blood_cautions
from alphatwin.workflows.cautions import cautions
from alphatwin.workflows.dose import NOTICE
from alphatwin.workflows.predicting import find_agent
from alphatwin.workflows.weighting import estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from alphatwin.dose import AbsorbedDose
    from alphatwin.files import CourseFile
    from alphatwin.patient import Assumptions, Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import AgentBlood

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
    found = blood_answer(course, chosen, own_agents=file.agents, seed=seed, with_urine=False)
    bloods = (None,) * len(chosen) if found is None else found.agents
    dosed = _dosed(course, chosen, bloods)
    said = tuple(blood_cautions(course, chosen, found))
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
        regions=tuple(_region(d) for d in dosed),
        blood=tuple(_blood(b) for b in bloods if b is not None),
        lesion_to_organ=tuple(_lesion_to_organ(dosed, chosen)),
        warnings=cautions(file, course, (*_administered(answers, chosen), *chosen), more=said),
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


@dataclass(frozen=True, slots=True, eq=False)
class _Dosed:
    """Absorbed and RBE-weighted dose of one region or tissue, by agent. (n_samples,) each [Gy]."""

    name: str
    kind: str
    kinetics: str
    by_agent: dict[str, tuple[Floats, Floats]]


def _both(dose: AbsorbedDose, assumed: Assumptions) -> tuple[Floats, Floats]:
    weights = RbeWeights(alpha=assumed.rbe_alpha, recoil=assumed.rbe_recoil)
    return dose.total_gy, rbe_weighted_dose_gy(dose, weights=weights)


def _dosed(
    course: Course, chosen: tuple[AgentAnswer, ...], bloods: tuple[AgentBlood | None, ...]
) -> tuple[_Dosed, ...]:
    """Return the doses of regions whose mass is known, and of red marrow."""
    assumed = course.assumptions
    found = []
    for i, region in enumerate(course.regions):
        doses = {a.agent.name: a.regions[i].dose for a in chosen}
        by_agent = {n: _both(d, assumed) for n, d in doses.items() if d is not None}
        if by_agent:
            found.append(_Dosed(region.name, region.kind, region.kinetics, by_agent))
    marrow = {
        a.agent.name: _both(b.marrow.together, assumed)
        for a, b in zip(chosen, bloods, strict=True)
        if b is not None and b.marrow is not None
    }
    if marrow:
        found.append(_Dosed(RED_MARROW, "organ", "blood", marrow))
    return tuple(found)


def _region(dosed: _Dosed) -> ComparedRegion:
    first, first_weighted = next(iter(dosed.by_agent.values()))
    return ComparedRegion(
        region=dosed.name,
        kind=dosed.kind,
        kinetics=dosed.kinetics,
        agents=tuple(
            AgentInRegion(
                agent=name,
                absorbed_dose_gy=estimate(absorbed),
                rbe_weighted_dose_gy=estimate(weighted),
                absorbed_dose_ratio=estimate(absorbed / first),
                rbe_weighted_dose_ratio=estimate(weighted / first_weighted),
            )
            for name, (absorbed, weighted) in dosed.by_agent.items()
        ),
    )


def _lesion_to_organ(
    dosed: tuple[_Dosed, ...], chosen: tuple[AgentAnswer, ...]
) -> list[LesionToOrgan]:
    rows = []
    for name in (a.agent.name for a in chosen):
        known = [d for d in dosed if name in d.by_agent]
        for lesion in (d for d in known if d.kind == "lesion"):
            absorbed, weighted = lesion.by_agent[name]
            for organ in (d for d in known if d.kind == "organ"):
                organ_absorbed, organ_weighted = organ.by_agent[name]
                rows.append(
                    LesionToOrgan(
                        agent=name,
                        lesion=lesion.name,
                        organ=organ.name,
                        absorbed_dose_ratio=estimate(absorbed / organ_absorbed),
                        rbe_weighted_dose_ratio=estimate(weighted / organ_weighted),
                    )
                )
    return rows


def _blood(blood: AgentBlood) -> BloodOfAgent:
    columns = zip(blood.nuclides, blood.blood_bq_s_per_ml.T, strict=True)
    return BloodOfAgent(
        agent=blood.answer.agent.name,
        blood_bq_s_per_ml={name: estimate(decays) for name, decays in columns},
    )
