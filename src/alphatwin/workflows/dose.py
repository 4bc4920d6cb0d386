"""The main job: from a course file to the dose report."""

from __future__ import annotations

import dataclasses
import platform
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Final

from alphatwin.nuclides import decay_data_provenance
from alphatwin.report.value import (
    AgentReport,
    DoseReport,
    FateDose,
    Inputs,
    PatientRecord,
    Program,
    TableRecord,
)
from alphatwin.version import __version__
from alphatwin.workflows.analysis import analyse, with_outside
from alphatwin.workflows.assumptions import assumptions_and_alternatives
from alphatwin.workflows.blood import blood_answer
from alphatwin.workflows.blood_assumptions import blood_assumptions
from alphatwin.workflows.blood_cautions import blood_cautions
from alphatwin.workflows.blood_records import blood_record
from alphatwin.workflows.cautions import cautions
from alphatwin.workflows.contributions import dose_uncertainties
from alphatwin.workflows.cross_dose_said import cross_dose_assumptions
from alphatwin.workflows.effect import marrow_biology, region_biologies
from alphatwin.workflows.effect_records import (
    METHOD,
    effect_assumptions,
    effect_cautions,
    region_effect,
)
from alphatwin.workflows.evidence_box import evidence_box
from alphatwin.workflows.fates import elsewhere, fate_doses
from alphatwin.workflows.published import published_doses
from alphatwin.workflows.records import (
    curve_records,
    decay_shares,
    region_dose,
    region_record,
    uptake_ratio,
)
from alphatwin.workflows.sources import sources

if TYPE_CHECKING:
    from alphatwin.files import CourseFile
    from alphatwin.patient import Course, DecayDataName, Patient, PreviousTherapy
    from alphatwin.report.effect_value import RegionEffect
    from alphatwin.tables.provenance import Provenance
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import BloodAnswer
    from alphatwin.workflows.effect import RegionBiology

NOTICE: Final = (
    "For research use only. AlphaTwin is not a medical device. Nothing here is an activity that "
    "may be given: it shows computed doses and where they come from; people decide."
)
NUMERICAL_DEPENDENCIES: Final = ("numpy", "scipy", "icrp107-database")


def dose_report(
    file: CourseFile,
    *,
    decay_data: DecayDataName | None = None,
    seed: int = 1,
    samples: int | None = None,
) -> DoseReport:
    """Return what the agents of a course did and would do.

    Parameters
    ----------
    file
        The course as read from its file.
    decay_data
        Decay-data set, instead of the one that the course names.
    seed
        Seed of every random stream.
    samples
        Number of samples, instead of the one that the course names.

    Raises
    ------
    AlphaTwinError
        If the course asks for something that is not known; the message says what and the way out.
    """
    stated = file.course.assumptions
    assumed = dataclasses.replace(
        stated,
        decay_data=stated.decay_data if decay_data is None else decay_data,
        samples=stated.samples if samples is None else samples,
    )
    course = dataclasses.replace(file.course, assumptions=assumed)
    answers = analyse(course, own_agents=file.agents, seed=seed)
    blood = blood_answer(course, answers, own_agents=file.agents, seed=seed)
    open_to_fates = with_outside(course, answers, own_agents=file.agents, seed=seed)
    fates = tuple(fate_doses(course, answer, seed=seed) for answer in open_to_fates)
    biologies = tuple(region_biologies(course, answer, seed=seed) for answer in answers)
    of_marrow = _marrow_biologies(course, answers, blood, seed)
    effects = tuple(
        tuple(region_effect(one) for one in (*each, *marrow))
        for each, marrow in zip(biologies, of_marrow, strict=True)
    )
    return DoseReport(
        schema=1,
        kind="dose",
        notice=NOTICE,
        program=program(),
        inputs=Inputs(
            course_title=course.title,
            course_sha256=file.sha256,
            seed=seed,
            samples=assumed.samples,
            decay_data=assumed.decay_data,
            tables=tuple(_table(p) for p in decay_data_provenance(decay_data=assumed.decay_data)),
        ),
        patient=_patient(course.patient),
        regions=tuple(region_record(course, region, answers) for region in course.regions),
        agents=tuple(
            _agent(answer, course, rows, effect, seed=seed)
            for answer, rows, effect in zip(answers, fates, effects, strict=True)
        ),
        assumptions=(
            *assumptions_and_alternatives(file, course, answers, fates, seed=seed),
            *cross_dose_assumptions(course, answers),
            *blood_assumptions(course, blood),
            *effect_assumptions(course, answers, effects),
        ),
        warnings=cautions(
            file,
            course,
            answers,
            more=(
                *blood_cautions(course, answers, blood),
                *effect_cautions(course, answers, effects),
            ),
        ),
        sources=(*sources(course, answers), *((METHOD,) if any(effects) else ())),
        blood=None if blood is None else blood_record(course, answers, blood, seed=seed),
        uncertainty_contributions=dose_uncertainties(
            course, answers, biologies, own_agents=file.agents, seed=seed
        ),
    )


def _marrow_biologies(
    course: Course, answers: tuple[AgentAnswer, ...], blood: BloodAnswer | None, seed: int
) -> tuple[tuple[RegionBiology, ...], ...]:
    """Return the effect in the marrow that blood tells of, if it does, answer by answer."""
    if blood is None:
        return ((),) * len(answers)
    each = (None if one is None else marrow_biology(course, one, seed=seed) for one in blood.agents)
    return tuple(() if one is None else (one,) for one in each)


def _agent(
    answer: AgentAnswer,
    course: Course,
    fates: tuple[FateDose, ...],
    effects: tuple[RegionEffect, ...],
    *,
    seed: int,
) -> AgentReport:
    shares = decay_shares(answer, course)
    doses = tuple(
        region_dose(answer, r, course.assumptions, shares[r.region.name], seed=seed)
        for r in answer.regions
    )
    given = answer.administration.name if answer.prediction is None else None
    return AgentReport(
        agent=answer.agent.name,
        role="administered" if answer.prediction is None else "predicted",
        administration=answer.administration.name,
        nuclide=answer.agent.nuclide,
        vector=answer.agent.vector,
        receptor_action=answer.agent.receptor_action,
        chain=answer.members,
        activity_bq=answer.activity_bq,
        activity_from=answer.activity_from,
        uptake_ratio=uptake_ratio(answer),
        regions=doses,
        curves=curve_records(answer, course),
        not_published=answer.agent.absent,
        daughters=course.assumptions.daughters,
        daughter_fates=fates,
        decays_elsewhere=elsewhere(course, answer),
        published_doses=published_doses(answer),
        biological_effect=effects,
        evidence=evidence_box(course, answer.agent.name, administration=given, doses=doses),
    )


def program() -> Program:
    """Return what computes reports: the program and the libraries that numbers rest on."""
    return Program(
        name="AlphaTwin",
        version=__version__,
        python=platform.python_version(),
        dependencies={name: installed_version(name) for name in NUMERICAL_DEPENDENCIES},
    )


def _table(source: Provenance) -> TableRecord:
    return TableRecord(
        name=source.name,
        title=source.title,
        source=source.source,
        doi_or_url=source.doi_or_url,
        licence=source.licence,
        sha256=source.sha256,
    )


def _patient(patient: Patient) -> PatientRecord:
    return PatientRecord(
        sex=patient.sex,
        weight_kg=patient.weight_kg,
        height_m=patient.height_m,
        renal_risk_factors=patient.renal_risk_factors,
        previous_therapies=(
            None
            if patient.previous_therapies is None
            else tuple(_previous(t) for t in patient.previous_therapies)
        ),
    )


def _previous(therapy: PreviousTherapy) -> str:
    activity = (
        "activity unknown"
        if therapy.activity_bq is None
        else f"{therapy.activity_bq / 1e9:.3g} GBq"
    )
    cycles = "cycles unknown" if therapy.cycles is None else f"{therapy.cycles} cycles"
    return f"{therapy.agent}, {activity}, {cycles}"
