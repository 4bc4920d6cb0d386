"""Blood as it was sampled: curves, marrow-to-blood ratio, mass and volume, with samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.dose.marrow import PEPTIDE_RATIO, marrow_to_blood_ratio
from alphatwin.dose.marrow_mass import MarrowMass, MassScaling, marrow_mass
from alphatwin.kinetics import curve_scaled
from alphatwin.kinetics.blood_volume import blood_volume_ml
from alphatwin.patient.blood import BLOOD
from alphatwin.uncertainty import lognormal_factor, stream
from alphatwin.workflows.blood_curves import BloodFit, blood_fits
from alphatwin.workflows.predicting import (
    check_uptake_ratio,
    find_agent,
    needs_uptake_ratio,
    predicted_curve,
    uptake_factor,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Administration, Blood, Course
    from alphatwin.workflows.predicting import Asked

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SampledBlood:
    """What was sampled, and what marrow takes of it.

    Attributes
    ----------
    agent, after
        The agent whose blood it is, and the administration.
    fits
        Curves in whole blood of the parent and of the daughters that were solved for.
    ratio
        Samples of the marrow-to-blood ratio; ``None`` without marrow. (n_samples,)
    mass
        Mass of the red marrow; ``None`` if it is not known or not asked for.
    volume_ml
        Volume of all blood; ``None`` if it is not known. [mL]
    """

    agent: Agent
    after: Administration
    fits: tuple[BloodFit, ...]
    ratio: Floats | None
    mass: MarrowMass | None
    volume_ml: float | None


def sampled_blood(
    course: Course, *, own_agents: tuple[Agent, ...] = (), seed: int
) -> SampledBlood | None:
    """Return the blood of a course as it was sampled; ``None`` if it was not.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    own_agents
        Agents that the course defines itself.
    seed
        Seed of every random stream.

    Raises
    ------
    InvalidValueError
        If samples contradict themselves.
    """
    blood = course.blood
    if blood is None:
        return None
    after = course.administration(blood.administration)
    agent = find_agent(after.agent, own_agents=own_agents)
    stated_ml = blood.volume_ml
    return SampledBlood(
        agent=agent,
        after=after,
        fits=blood_fits(course, blood, nuclide_name=agent.nuclide, seed=seed),
        ratio=_ratio(course, blood, seed=seed),
        mass=None if course.marrow is None else mass_of_marrow(course),
        volume_ml=blood_volume_ml(course.patient) if stated_ml is None else stated_ml,
    )


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


def curves_in_blood(
    course: Course, asked: Asked, sampled: SampledBlood, *, seed: int
) -> tuple[RegionCurve, ...]:
    """Return the curves in blood of the vector's nuclide and of daughters that were measured.

    A daughter is measured under an agent that was sampled itself, and under another with the same
    nuclide and the same mixture injected, where it is fed alike and follows the parent.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    asked
        The agent of which the answer is wanted.
    sampled
        The blood that was sampled.
    seed
        Seed of the random streams.

    Returns
    -------
    tuple of RegionCurve
        Activity per mL of blood over that administered, the nuclide's first, the daughters'
        decay-corrected with the parent; empty if the samples say nothing of the agent. [1/mL]

    Raises
    ------
    NotSupportedError
        If an agent on another vector has no uptake ratio.
    """
    after = sampled.after
    if asked.prediction is None and asked.administration.name == after.name:
        return tuple(curve_scaled(f.curve, 1.0 / asked.scale_bq) for f in sampled.fits)
    if after.activity_bq is None or asked.activity_bq is None:
        return ()
    found = [curve_scaled(f.curve, 1.0 / after.activity_bq) for f in sampled.fits]
    if asked.prediction is None:
        is_same = asked.agent.name == sampled.agent.name and asked.injected == after.injected
        return tuple(found) if is_same else ()
    if needs_uptake_ratio(sampled.agent, asked.agent):
        check_uptake_ratio(asked.prediction, BLOOD, given=sampled.agent, wanted=asked.agent)
    factor = uptake_factor(asked.prediction, BLOOD, course=course, seed=seed)
    return tuple(
        predicted_curve(c, factor, given=after.injected, wanted=asked.prediction.injected)
        for c in (found if not refusal_of_daughters(asked, sampled) else found[:1])
    )


def refusal_of_daughters(asked: Asked, sampled: SampledBlood) -> str:
    """Return why daughters measured in blood are not those of a predicted agent; empty if they are.

    Parameters
    ----------
    asked
        The agent of which the answer is wanted.
    sampled
        The blood that was sampled.
    """
    measured = ", ".join(f.nuclide for f in sampled.fits[1:])
    if not measured:
        return ""
    if asked.agent.nuclide != sampled.agent.nuclide:
        return (
            f"{measured} in blood was fed by {sampled.agent.nuclide} of {sampled.agent.name}; "
            f"{asked.agent.name} carries {asked.agent.nuclide}, which feeds it otherwise or not"
        )
    if asked.injected != sampled.after.injected:
        return (
            f"{measured} in blood came from another mixture injected: purity, age or dechelation "
            f"of {asked.agent.name} differ from those of {sampled.agent.name}"
        )
    return ""
