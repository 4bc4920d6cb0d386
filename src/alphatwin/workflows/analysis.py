"""From a course to curves, decays and doses with samples: the numbers behind the dose report."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.agents import agent as catalogue_agent
from alphatwin.errors import NotSupportedError
from alphatwin.kinetics import curve_scaled
from alphatwin.nuclides import DecayChain, decay_chain
from alphatwin.patient import UPTAKE_FACTORS
from alphatwin.uncertainty import lognormal_factor, stream
from alphatwin.workflows.daughters import DaughterModel, daughter_model, needs_network
from alphatwin.workflows.joint_curves import joint_fits
from alphatwin.workflows.region_answers import RegionAnswer, region_answers
from alphatwin.workflows.region_curves import Joined, RegionKinetics, region_kinetics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import (
        Administration,
        Course,
        Injected,
        Prediction,
    )


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
    model
        Where daughters and what was injected go; ``None`` where all follow the agent's curves.
    """

    agent: Agent
    administration: Administration
    prediction: Prediction | None
    activity_bq: float | None
    activity_from: str
    chain: DecayChain
    regions: tuple[RegionAnswer, ...]
    model: DaughterModel | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """Every nuclide that decays, the agent's first; those of an impurity come last."""
        return self.chain.nuclides if self.model is None else self.model.members

    @property
    def injected(self) -> Injected:
        """What was injected beside the nuclide on the vector."""
        asked = self.administration if self.prediction is None else self.prediction
        return asked.injected

    @property
    def scale_bq(self) -> float:
        """Activity by which curves are multiplied; 1 Bq where curves are in Bq already."""
        return 1.0 if self.activity_bq is None else self.activity_bq


def analyse(
    course: Course,
    *,
    own_agents: tuple[Agent, ...] = (),
    seed: int = 1,
    fits: Mapping[tuple[str, str], Joined] | None = None,
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
    fits
        Fits by region and administration, if they are made already; ``None`` makes them.

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
    agents = {a.name: find_agent(a.agent, own_agents=own_agents) for a in course.administrations}
    jointly = joint_fits(course, agents=agents, seed=seed) if fits is None else fits
    for administration in course.administrations:
        given = agents[administration.name]
        kinetics = tuple(
            region_kinetics(course, region, administration, agent=given, jointly=jointly, seed=seed)
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
    injected = administration.injected
    _check_activity(administration)
    scale_bq = 1.0 if administration.activity_bq is None else administration.activity_bq
    model = _model_or_none(course, given, injected)
    return AgentAnswer(
        agent=given,
        administration=administration,
        prediction=None,
        activity_bq=administration.activity_bq,
        activity_from="administered",
        chain=decay_chain(given.nuclide, decay_data=course.assumptions.decay_data),
        regions=region_answers(
            course,
            kinetics,
            tuple(k.curve for k in kinetics),
            nuclide_name=given.nuclide,
            model=model,
            activity_bq=scale_bq,
            seed=seed,
        ),
        model=model,
    )


def _check_activity(administration: Administration) -> None:
    injected = administration.injected
    beside = injected.radiochemical_purity < 1.0 or injected.since_purification_s is not None
    if beside and administration.activity_bq is None:
        msg = (
            f"administrations[{administration.name}]: the activity is unknown, so that of free "
            "nuclide and of daughters injected with it is unknown too; give the activity, or leave "
            "radiochemical_purity and time_since_purification out"
        )
        raise NotSupportedError(msg)


def _model_or_none(course: Course, agent: Agent, injected: Injected) -> DaughterModel | None:
    if not needs_network(course, nuclide=agent.nuclide, injected=injected):
        return None
    return daughter_model(course, nuclide=agent.nuclide, injected=injected)


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
            check_uptake_ratio(prediction, k.region.name, given=given, wanted=wanted)
    activity_bq, activity_from = predicted_activity(prediction, wanted, course.patient.weight_kg)
    curves = tuple(
        predicted_curve(
            k.curve,
            uptake_factor(prediction, k.region.name, course=course, seed=seed),
            given=base.injected,
            wanted=prediction.injected,
        )
        for k in kinetics
    )
    model = _model_or_none(course, wanted, prediction.injected)
    return AgentAnswer(
        agent=wanted,
        administration=base,
        prediction=prediction,
        activity_bq=activity_bq,
        activity_from=activity_from,
        chain=decay_chain(wanted.nuclide, decay_data=course.assumptions.decay_data),
        regions=region_answers(
            course,
            kinetics,
            curves,
            nuclide_name=wanted.nuclide,
            model=model,
            activity_bq=activity_bq,
            seed=seed,
        ),
        model=model,
    )


def predicted_curve(
    curve: RegionCurve, factor: NDArray[np.float64], *, given: Injected, wanted: Injected
) -> RegionCurve:
    """Return the curve of what is on the vector: as measured, with its own purity and losses.

    Uptake was measured per activity administered, of which the vector carried the measured agent's
    purity. What leaves the vector of the predicted agent, beyond what the measured one lost, is no
    longer on this curve.
    """
    purity = wanted.radiochemical_purity / given.radiochemical_purity
    scaled = curve_scaled(curve, factor * purity)
    loss_per_s = wanted.dechelation_per_s
    return dataclasses.replace(
        scaled,
        biological_rate_per_s=scaled.biological_rate_per_s + loss_per_s,
        best_biological_rate_per_s=scaled.best_biological_rate_per_s + loss_per_s,
    )


def check_uptake_ratio(prediction: Prediction, region: str, *, given: Agent, wanted: Agent) -> None:
    """Raise NotSupportedError unless the course states how uptake differs in a region."""
    if prediction.factor("uptake_ratio", region=region) is not None:
        return
    msg = (
        f"predictions[{wanted.name}]: {wanted.name} ({wanted.vector}, {wanted.chelator}) is not on "
        f"the vector and chelator that were measured ({given.name}: {given.vector}, "
        f"{given.chelator}); state uptake_ratio for region {region!r}, for instance 1.0 with "
        "an uptake_ratio_uncertainty"
    )
    raise NotSupportedError(msg)


def uptake_factor(
    prediction: Prediction, region: str, *, course: Course, seed: int
) -> NDArray[np.float64]:
    """Return (n_samples,) products of all factors that act on a region under a prediction.

    A factor that is stated once for several regions has the same error in all of them.
    """
    product = np.ones(course.assumptions.samples)
    for name in UPTAKE_FACTORS:
        factor = prediction.factor(name, region=region)
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
