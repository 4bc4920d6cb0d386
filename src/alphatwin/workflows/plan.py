"""What if: published regimens and other activities of several agents in one patient."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alphatwin.patient import Prediction
from alphatwin.prescription import lags_s, levels_of_agent, published_regimens, reference_levels
from alphatwin.report.plan_value import Convention, PlanReport
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.blood import blood_answer
from alphatwin.workflows.cautions import cautions
from alphatwin.workflows.dose import NOTICE, program
from alphatwin.workflows.plan_grid import pareto, schedules_of, what_ifs
from alphatwin.workflows.plan_records import agent_record, level_record, tissue_record
from alphatwin.workflows.plan_regions import plan_regions, unit_regions
from alphatwin.workflows.plan_request import PlanRequest
from alphatwin.workflows.plan_said import (
    assumptions_of_plan,
    cautions_of_plan,
    not_known,
    sources_of_plan,
)
from alphatwin.workflows.predicting import find_agent

if TYPE_CHECKING:
    from alphatwin.files import CourseFile
    from alphatwin.patient import Assumptions, Course, DecayDataName
    from alphatwin.prescription import ReferenceLevel
    from alphatwin.report.plan_value import PlannedAgent, WhatIf
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import AgentBlood
    from alphatwin.workflows.plan_regions import PlanRegion

AS_IF_BQ: Final = 1e6
"""Activity under which an agent without one is analysed; all that is used is per activity. [Bq]"""


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known before any regimen is looked at."""

    file: CourseFile
    course: Course
    asked: PlanRequest
    answers: tuple[AgentAnswer, ...]
    chosen: tuple[tuple[AgentAnswer, AgentBlood | None], ...]
    regions: tuple[PlanRegion, ...]
    conventions: tuple[Convention, ...]
    levels: tuple[ReferenceLevel, ...]
    seed: int


def plan_report(
    file: CourseFile,
    *,
    request: PlanRequest | None = None,
    decay_data: DecayDataName | None = None,
    seed: int = 1,
    samples: int | None = None,
) -> PlanReport:
    """Return published regimens against reference levels, and what other activities would do.

    Parameters
    ----------
    file
        The course.
    request
        What is asked; by default every agent of the course, about its published regimens.
    decay_data
        Decay-data set, instead of the one that the course names.
    seed
        Seed of every random stream.
    samples
        Number of samples, instead of the one that the course names.

    Raises
    ------
    AlphaTwinError
        If an agent is unknown, or something that is needed of it is.
    """
    stated = file.course.assumptions
    assumed = dataclasses.replace(
        stated, decay_data=decay_data or stated.decay_data, samples=samples or stated.samples
    )
    known = _known(file, request or PlanRequest(), assumed, seed=seed)
    agents: list[PlannedAgent] = []
    rows: list[WhatIf] = []
    for answer, blood in known.chosen:
        agent, own_rows = _agent(known, answer, blood)
        agents.append(agent)
        rows += own_rows
    return _report(known, tuple(agents), tuple(rows))


def _known(file: CourseFile, asked: PlanRequest, assumed: Assumptions, *, seed: int) -> _Known:
    names = _agents(file, asked.agents)
    course = _asking(dataclasses.replace(file.course, assumptions=assumed), file, names)
    answers = analyse(course, own_agents=file.agents, seed=seed)
    blood = blood_answer(course, answers, own_agents=file.agents, seed=seed)
    places = [max(i for i, a in enumerate(answers) if a.agent.name == name) for name in names]
    chosen = tuple((answers[i], None if blood is None else blood.agents[i]) for i in places)
    own_levels = (level for answer, _ in chosen for level in levels_of_agent(answer.agent))
    return _Known(
        file=file,
        course=course,
        asked=asked,
        answers=answers,
        chosen=chosen,
        regions=plan_regions(
            course,
            has_marrow=any(b is not None and b.marrow is not None for _, b in chosen),
            stated=asked.tissues,
            seed=seed,
        ),
        conventions=_conventions(assumed, asked.rbe_max),
        levels=(*(lv for lv in reference_levels() if lv.organ is not None), *own_levels),
        seed=seed,
    )


def _agents(file: CourseFile, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the agents to plan, each once: those asked for, else the course's."""
    course = file.course
    wanted = asked or (
        *(a.agent for a in course.administrations),
        *(p.agent for p in course.predictions),
    )
    found = (find_agent(name.strip(), own_agents=file.agents).name for name in wanted)
    return tuple(dict.fromkeys(found))


def _asking(course: Course, file: CourseFile, names: tuple[str, ...]) -> Course:
    """Return the course with a prediction of every agent that was not given, whatever activity."""
    given = {find_agent(a.agent, own_agents=file.agents).name for a in course.administrations}
    stated = {find_agent(p.agent, own_agents=file.agents).name: p for p in course.predictions}
    predictions = [
        stated.get(name) or Prediction(agent=name)
        for name in names
        if name in stated or name not in given
    ]
    return dataclasses.replace(
        course,
        predictions=tuple(
            dataclasses.replace(p, activity_bq=p.activity_bq or AS_IF_BQ) for p in predictions
        ),
    )


def _conventions(assumed: Assumptions, rbe_max: float) -> tuple[Convention, ...]:
    """Return the convention of every RBE 1, and the one assumed; one if both are alike."""
    one = Convention(
        name="RBE 1", rbe_alpha=1.0, rbe_recoil=1.0, rbe_max_alpha=1.0, rbe_max_recoil=1.0
    )
    if assumed.rbe_alpha == assumed.rbe_recoil == rbe_max == 1.0:
        return (one,)
    return (
        one,
        Convention(
            name=f"RBE {assumed.rbe_alpha:g}",
            rbe_alpha=assumed.rbe_alpha,
            rbe_recoil=assumed.rbe_recoil,
            rbe_max_alpha=rbe_max,
            rbe_max_recoil=rbe_max,
        ),
    )


def _agent(
    known: _Known, answer: AgentAnswer, blood: AgentBlood | None
) -> tuple[PlannedAgent, list[WhatIf]]:
    """Return the regimens of an agent against the levels, and its rows of activities."""
    course, asked = known.course, known.asked
    stated = {
        find_agent(p.agent, own_agents=known.file.agents).name: p.activity_bq
        for p in known.file.course.predictions
    }
    stated |= {a.agent.name: a.activity_bq for a in known.answers if a.prediction is None}
    name = answer.agent.name
    regimens = published_regimens(
        answer.agent, weight_kg=course.patient.weight_kg, last_cycle=asked.last_cycle
    )
    schedules = schedules_of(name, regimens, asked, stated_bq=stated.get(name))
    lags = {lag for one in (*regimens, *(s.regimen for s in schedules)) for lag in lags_s(one)}
    units = unit_regions(course, answer, blood, known.regions, lags_s=lags, seed=known.seed)
    record = agent_record(
        answer,
        regimens,
        units,
        levels=known.levels,
        conventions=known.conventions,
        tumour_change=asked.tumour_change,
        seed=known.seed,
    )
    rows = what_ifs(
        schedules,
        units,
        conventions=known.conventions,
        tumour_change=asked.tumour_change,
        seed=known.seed,
    )
    return record, rows


def _report(
    known: _Known, agents: tuple[PlannedAgent, ...], rows: tuple[WhatIf, ...]
) -> PlanReport:
    course, assumed = known.course, known.course.assumptions
    chosen = tuple(answer for answer, _ in known.chosen)
    behind = tuple(a for a in known.answers if a.prediction is None and a not in chosen)
    return PlanReport(
        schema=1,
        kind="plan",
        notice=NOTICE,
        program=program(),
        course_title=course.title,
        course_sha256=known.file.sha256,
        seed=known.seed,
        samples=assumed.samples,
        decay_data=assumed.decay_data,
        weight_kg=course.patient.weight_kg,
        renal_risk_factors=course.patient.renal_risk_factors,
        conventions=known.conventions,
        regions=tuple(tissue_record(r) for r in known.regions),
        not_known=not_known(course, known.regions),
        levels=tuple(level_record(level) for level in known.levels),
        agents=agents,
        what_if=rows,
        pareto=pareto(rows, known.regions, known.conventions),
        assumptions=assumptions_of_plan(course, known.asked, known.conventions),
        warnings=cautions(
            known.file,
            course,
            (*behind, *chosen),
            more=cautions_of_plan(course, chosen, agents, rows),
        ),
        sources=sources_of_plan(agents, known.levels, known.regions),
    )
