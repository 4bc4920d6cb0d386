"""Blood, red marrow, bladder and remainder of the body under every agent of a course."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.marrow import (
    PEPTIDE_RATIO,
    marrow_decays_bq_s,
    marrow_dose,
    marrow_to_blood_ratio,
)
from alphatwin.dose.marrow_mass import MarrowMass, MassScaling, marrow_mass
from alphatwin.kinetics import curve_scaled, time_integrated_activity_bq_s
from alphatwin.nuclides import decay_chain
from alphatwin.patient.blood import BLOOD
from alphatwin.uncertainty import lognormal_factor, stream
from alphatwin.workflows.analysis import (
    check_uptake_ratio,
    find_agent,
    needs_uptake_ratio,
    predicted_curve,
    uptake_factor,
)
from alphatwin.workflows.blood_curves import BloodFit, blood_fits
from alphatwin.workflows.body import Body, body_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.dose.marrow import MarrowDose
    from alphatwin.patient import Administration, Blood, Course, DecayDataName
    from alphatwin.workflows.analysis import AgentAnswer

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AgentBlood:
    """Blood and marrow under one agent.

    Attributes
    ----------
    answer
        The agent.
    blood_bq_s_per_ml
        Decays of each member per volume of whole blood. (n_samples, n_members) [Bq s/mL]
    marrow
        Dose of red marrow; ``None`` if the course does not ask for it.
    marrow_decays_bq_s
        Decays in it; ``None`` if its mass is not known either. [Bq s]
    """

    answer: AgentAnswer
    blood_bq_s_per_ml: Floats
    marrow: MarrowDose | None
    marrow_decays_bq_s: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class BloodAnswer:
    """What the course's blood and urine say.

    Attributes
    ----------
    fits
        Curves in whole blood of the parent and of the daughters that were solved for.
    ratio
        Samples of the marrow-to-blood ratio; ``None`` without marrow.
    mass
        Mass of the red marrow; ``None`` if it is not known.
    agents
        Blood and marrow under each answer; ``None`` where another agent's blood says nothing.
    body
        Bladder, remainder and balance; ``None`` without urine.
    """

    fits: tuple[BloodFit, ...]
    ratio: Floats | None
    mass: MarrowMass | None
    agents: tuple[AgentBlood | None, ...]
    body: Body | None


def blood_answer(
    course: Course,
    answers: tuple[AgentAnswer, ...],
    *,
    own_agents: tuple[Agent, ...] = (),
    seed: int,
) -> BloodAnswer | None:
    """Return blood, marrow and urine under every agent; ``None`` if the course has neither.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answers
        What was computed of its regions.
    own_agents
        Agents that the course defines itself.
    seed
        Seed of every random stream.

    Raises
    ------
    InvalidValueError, NotSupportedError
        If samples contradict themselves, or an agent on another vector has no uptake ratio.
    """
    if course.blood is None and course.urine is None:
        return None
    blood = course.blood
    body = None if course.urine is None else body_of(course, answers, course.urine, seed=seed)
    if blood is None:
        return BloodAnswer((), None, None, (None,) * len(answers), body)
    after = course.administration(blood.administration)
    sampled = find_agent(after.agent, own_agents=own_agents)
    fits = blood_fits(course, blood, nuclide_name=sampled.nuclide, seed=seed)
    ratio = _ratio(course, blood, seed=seed)
    mass = None if course.marrow is None else mass_of_marrow(course)
    known = _Sampled(sampled, after, fits, ratio, mass)
    agents = tuple(_agent_blood(course, answer, known, seed=seed) for answer in answers)
    return BloodAnswer(fits, ratio, mass, agents, body)


def mass_of_marrow(course: Course) -> MarrowMass | None:
    """Return the mass of the red marrow: as stated, else scaled as the patient allows.

    Parameters
    ----------
    course
        The course.
    """
    marrow, patient = course.marrow, course.patient
    if marrow is None:
        return None
    if marrow.mass_kg is not None:
        return MarrowMass(marrow.mass_kg, "reference", math.nan)
    if patient.sex == "unknown":
        return None
    known: MassScaling = "weight" if patient.height_m is None else "lean mass"
    return marrow_mass(patient, scaling=marrow.scaling or known)


def _ratio(course: Course, blood: Blood, *, seed: int) -> Floats | None:
    marrow = course.marrow
    if marrow is None:
        return None
    value = PEPTIDE_RATIO.value if marrow.ratio is None else marrow.ratio
    if marrow.ratio is None and marrow.ratio_from == "haematocrit":
        value = float(marrow_to_blood_ratio(blood.haematocrit_fraction or math.nan))
    samples = course.assumptions.samples
    return value * lognormal_factor(
        marrow.ratio_relative_sd, stream(seed, "marrow-to-blood ratio"), samples
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sampled:
    """What was sampled: the agent, its administration, its curves, and what marrow takes of it."""

    agent: Agent
    after: Administration
    fits: tuple[BloodFit, ...]
    ratio: Floats | None
    mass: MarrowMass | None


def _agent_blood(
    course: Course, answer: AgentAnswer, sampled: _Sampled, *, seed: int
) -> AgentBlood | None:
    decays = _blood_decays(course, answer, sampled, seed=seed)
    if decays is None:
        return None
    if sampled.ratio is None:
        return AgentBlood(answer, decays, None, None)
    ratio, mass = sampled.ratio[:, None], sampled.mass
    mass_kg = 1.0 if mass is None else mass.mass_kg  # cancels in the dose
    dose = marrow_dose(
        decays,
        nuclides=answer.chain.nuclides,
        mass_kg=mass_kg,
        ratio=ratio,
        decay_data=course.assumptions.decay_data,
    )
    inside = None if mass is None else marrow_decays_bq_s(decays, ratio=ratio, mass_kg=mass_kg)
    return AgentBlood(answer, decays, dose, inside)


def _blood_decays(
    course: Course, answer: AgentAnswer, sampled: _Sampled, *, seed: int
) -> Floats | None:
    """Return decays of each member per volume of blood; ``None`` if the samples say nothing."""
    agent, after, fits = sampled.agent, sampled.after, sampled.fits
    chain = answer.chain
    rate_per_s = float(chain.decay_constants_per_s[0])
    if answer.prediction is None and answer.administration.name == after.name:
        return with_daughters(fits, nuclides=chain.nuclides, decay_data=chain.decay_data)
    if after.activity_bq is None or answer.activity_bq is None:
        return None
    curve = curve_scaled(fits[0].curve, 1.0 / after.activity_bq)
    if answer.prediction is None:
        if answer.agent.name != agent.name:
            return None
        if answer.injected != after.injected:
            return None
    else:
        if needs_uptake_ratio(agent, answer.agent):
            check_uptake_ratio(answer.prediction, BLOOD, given=agent, wanted=answer.agent)
        curve = predicted_curve(
            curve,
            uptake_factor(answer.prediction, BLOOD, course=course, seed=seed),
            given=after.injected,
            wanted=answer.prediction.injected,
        )
    parent = time_integrated_activity_bq_s(
        curve, administered_bq=answer.activity_bq, decay_constant_per_s=rate_per_s
    )
    return np.asarray(parent[:, None] * chain.decays_per_parent_decay())


def with_daughters(
    fits: tuple[BloodFit, ...], *, nuclides: tuple[str, ...], decay_data: DecayDataName
) -> Floats:
    """Return decays of every member: as measured where solved for, else with the nearest of those.

    Parameters
    ----------
    fits
        Fits of the parent and of daughters that were solved for, in the order of the chain.
    nuclides
        Members of the chain, parent first.
    decay_data
        Decay-data set.

    Returns
    -------
    (n_samples, n_members) ndarray
        Decays per volume of blood. [Bq s/mL]
    """
    found = np.zeros((fits[0].decays_bq_s_per_ml.size, len(nuclides)))
    for fit in sorted(fits, key=lambda f: nuclides.index(f.nuclide)):
        excess = fit.decays_bq_s_per_ml - found[:, nuclides.index(fit.nuclide)]
        below = decay_chain(fit.nuclide, decay_data=decay_data)
        for name, share in zip(below.nuclides, below.decays_per_parent_decay(), strict=True):
            found[:, nuclides.index(name)] += share * excess
    return np.maximum(found, 0.0)
