"""From a course to curves, decays and doses with samples: the numbers behind the dose report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.agents import agent as catalogue_agent
from alphatwin.dose import (
    AbsorbedDose,
    absorbed_dose,
    absorbed_where_emitted,
    energy_absorbed_per_decay_j,
)
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics import curve_scaled, time_integrated_activity_bq_s
from alphatwin.nuclides import DecayChain, decay_chain, nuclide
from alphatwin.patient import UPTAKE_FACTORS
from alphatwin.uncertainty import lognormal_factor, stream
from alphatwin.workflows.region_curves import RegionKinetics, region_kinetics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Administration, Course, Prediction, Region


@dataclass(frozen=True, slots=True, eq=False)
class RegionAnswer:
    """What one agent does in one region, with samples.

    Attributes
    ----------
    region, curve
        The region and its curve per administered activity, uptake ratio included.
    decays
        (n_samples, n_nuclides) decays of each member of the chain, to infinity. [Bq s]
    dose
        Absorbed dose; ``None`` if the mass of the region is not known.
    """

    region: Region
    kinetics: RegionKinetics
    curve: RegionCurve
    decays: NDArray[np.float64]
    dose: AbsorbedDose | None


@dataclass(frozen=True, slots=True, eq=False)
class AgentAnswer:
    """What one agent did or would do.

    Attributes
    ----------
    agent, administration
        The agent, and the administration that was given or whose kinetics are used.
    prediction
        The prediction it answers; ``None`` for an agent that was administered.
    activity_bq
        Activity administered or as if administered; ``None`` if it is not known. [Bq]
    activity_from
        Where that activity comes from, in words.
    chain
        The decay chain of the agent's nuclide.
    regions
        Answers, in the order of the course.
    """

    agent: Agent
    administration: Administration
    prediction: Prediction | None
    activity_bq: float | None
    activity_from: str
    chain: DecayChain
    regions: tuple[RegionAnswer, ...]

    @property
    def scale_bq(self) -> float:
        """Activity by which curves are multiplied; 1 Bq where curves are in Bq already."""
        return 1.0 if self.activity_bq is None else self.activity_bq


def analyse(
    course: Course, *, own_agents: tuple[Agent, ...] = (), seed: int = 1
) -> tuple[AgentAnswer, ...]:
    """Return what every administered and every predicted agent does in every region.

    Parameters
    ----------
    course
        The course.
    own_agents
        Agents that the course defines itself, besides those of the catalogue.
    seed
        Seed of every random stream; streams are named, so that the answer to one question does
        not depend on which others are asked.

    Returns
    -------
    tuple of AgentAnswer
        Administered agents in order, then predicted ones.

    Raises
    ------
    DataError, NotSupportedError, InvalidValueError
        If an agent, a prior or an activity that is needed is not known.
    """
    answers: list[AgentAnswer] = []
    by_administration: dict[str, tuple[RegionKinetics, ...]] = {}
    for administration in course.administrations:
        given = find_agent(administration.agent, own_agents=own_agents)
        kinetics = tuple(
            region_kinetics(course, region, administration, agent=given, seed=seed)
            for region in course.regions
        )
        by_administration[administration.name] = kinetics
        answers.append(_administered(course, given, administration, kinetics, seed=seed))
    base = basis_of_predictions(course)
    answers.extend(
        _predicted(course, p, base, by_administration[base.name], own_agents=own_agents, seed=seed)
        for p in course.predictions
    )
    return tuple(answers)


def find_agent(name: str, *, own_agents: tuple[Agent, ...]) -> Agent:
    """Return the course's own agent of that name, or that of the catalogue."""
    return next((a for a in own_agents if a.name == name), None) or catalogue_agent(name)


def basis_of_predictions(course: Course) -> Administration:
    """Return the administration whose kinetics predictions use: the last that was measured."""
    measured = {m.administration for m in course.measurements}
    chosen = [a for a in course.administrations if a.name in measured]
    return (chosen or list(course.administrations))[-1]


def needs_uptake_ratio(given: Agent, wanted: Agent) -> bool:
    """Whether kinetics cannot be carried over without an assumption: vector or chelator differ."""
    return (given.vector, given.chelator) != (wanted.vector, wanted.chelator)


def _administered(
    course: Course,
    given: Agent,
    administration: Administration,
    kinetics: tuple[RegionKinetics, ...],
    *,
    seed: int,
) -> AgentAnswer:
    chain = decay_chain(given.nuclide, decay_data=course.assumptions.decay_data)
    scale_bq = 1.0 if administration.activity_bq is None else administration.activity_bq
    return AgentAnswer(
        agent=given,
        administration=administration,
        prediction=None,
        activity_bq=administration.activity_bq,
        activity_from="administered",
        chain=chain,
        regions=tuple(
            _region_answer(course, k, k.curve, chain=chain, activity_bq=scale_bq, seed=seed)
            for k in kinetics
        ),
    )


def _predicted(
    course: Course,
    prediction: Prediction,
    base: Administration,
    kinetics: tuple[RegionKinetics, ...],
    *,
    own_agents: tuple[Agent, ...],
    seed: int,
) -> AgentAnswer:
    given = find_agent(base.agent, own_agents=own_agents)
    wanted = find_agent(prediction.agent, own_agents=own_agents)
    if base.activity_bq is None:
        msg = (
            f"predictions[{wanted.name}]: the activity of {base.name!r} ({given.name}) is unknown, "
            "so uptake per administered activity is unknown too; give administrations.activity, "
            "or leave the prediction out"
        )
        raise NotSupportedError(msg)
    if needs_uptake_ratio(given, wanted):
        for k in kinetics:
            _check_uptake_ratio(prediction, k.region, given=given, wanted=wanted)
    activity_bq, activity_from = predicted_activity(prediction, wanted, course.patient.weight_kg)
    chain = decay_chain(wanted.nuclide, decay_data=course.assumptions.decay_data)
    return AgentAnswer(
        agent=wanted,
        administration=base,
        prediction=prediction,
        activity_bq=activity_bq,
        activity_from=activity_from,
        chain=chain,
        regions=tuple(
            _region_answer(
                course,
                k,
                curve_scaled(
                    k.curve, uptake_factor(prediction, k.region, course=course, seed=seed)
                ),
                chain=chain,
                activity_bq=activity_bq,
                seed=seed,
            )
            for k in kinetics
        ),
    )


def _check_uptake_ratio(
    prediction: Prediction, region: Region, *, given: Agent, wanted: Agent
) -> None:
    if prediction.factor("uptake_ratio", region=region.name) is not None:
        return
    msg = (
        f"predictions[{wanted.name}]: {wanted.name} ({wanted.vector}, {wanted.chelator}) is not on "
        f"the vector and chelator that were measured ({given.name}: {given.vector}, "
        f"{given.chelator}); state uptake_ratio for region {region.name!r}, for instance 1.0 with "
        "an uptake_ratio_uncertainty"
    )
    raise NotSupportedError(msg)


def uptake_factor(
    prediction: Prediction, region: Region, *, course: Course, seed: int
) -> NDArray[np.float64]:
    """Return (n_samples,) products of all factors that act on a region under a prediction.

    A factor that is stated once for several regions has the same error in all of them.
    """
    product = np.ones(course.assumptions.samples)
    for name in UPTAKE_FACTORS:
        factor = prediction.factor(name, region=region.name)
        if factor is not None:
            shared = ",".join(factor.regions or ("all regions",))
            generator = stream(seed, name, prediction.agent, shared)
            product *= factor.value * lognormal_factor(factor.relative_sd, generator, product.size)
    return product


def predicted_activity(
    prediction: Prediction, wanted: Agent, weight_kg: float
) -> tuple[float, str]:
    """Return the activity [Bq] as if administered to this patient [kg], and its origin."""
    if prediction.activity_bq is not None:
        return prediction.activity_bq, "stated in the course"
    if not wanted.prescriptions:
        msg = (
            f"predictions[{wanted.name}]: no prescription of {wanted.name} is published; "
            "state its activity"
        )
        raise NotSupportedError(msg)
    first = wanted.prescriptions[0]
    return first.activity_for_bq(weight_kg), f"published prescription: {first.name}"


def _region_answer(
    course: Course,
    kinetics: RegionKinetics,
    curve: RegionCurve,
    *,
    chain: DecayChain,
    activity_bq: float,
    seed: int,
) -> RegionAnswer:
    """Decays to infinity of parent and daughters, which decay where the parent does."""
    region = kinetics.region
    parent = nuclide(chain.nuclides[0], decay_data=course.assumptions.decay_data)
    decays_of_parent = time_integrated_activity_bq_s(
        curve, administered_bq=activity_bq, decay_constant_per_s=parent.decay_constant_per_s
    )
    decays = decays_of_parent[:, np.newaxis] * chain.decays_per_parent_decay()
    if region.mass_kg is None:
        return RegionAnswer(region, kinetics, curve, decays, None)
    energy_j = energy_absorbed_per_decay_j(
        chain.nuclides,
        mass_kg=region.mass_kg,
        absorbed_fraction=absorbed_where_emitted,
        decay_data=course.assumptions.decay_data,
    )
    mass_kg = region.mass_kg * mass_factor(region, seed=seed, samples=decays.shape[0])
    dose = absorbed_dose(decays, nuclides=chain.nuclides, mass_kg=mass_kg, energy_j=energy_j)
    return RegionAnswer(region, kinetics, curve, decays, dose)


def mass_factor(region: Region, *, seed: int, samples: int) -> NDArray[np.float64]:
    """Return (samples,) factors of the region's mass: the same in every question asked of it."""
    if samples < 1:
        msg = f"samples must be at least 1, got {samples}"
        raise InvalidValueError(msg)
    return lognormal_factor(region.mass_relative_sd, stream(seed, "mass", region.name), samples)
