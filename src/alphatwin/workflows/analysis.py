"""From a course to curves, decays and doses with samples: the numbers behind the dose report."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.errors import NotSupportedError
from alphatwin.nuclides import DecayChain, decay_chain
from alphatwin.workflows.blood_sampled import SampledBlood, sampled_blood
from alphatwin.workflows.body import excretions
from alphatwin.workflows.daughters import (
    DaughterModel,
    daughter_model,
    is_whole_body,
    needs_network,
    place_keys,
)
from alphatwin.workflows.joint_curves import joint_fits
from alphatwin.workflows.outside import NOWHERE, Outside, outside_of_regions
from alphatwin.workflows.predicting import (
    Asked,
    check_uptake_ratio,
    find_agent,
    needs_uptake_ratio,
    predicted_activity,
    predicted_curve,
    uptake_factor,
)
from alphatwin.workflows.region_answers import RegionAnswer, region_answers
from alphatwin.workflows.region_curves import Joined, RegionKinetics, region_kinetics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.agents import Agent
    from alphatwin.kinetics import RegionCurve
    from alphatwin.kinetics.excretion import Excretion
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
    outside
        Curves of the vector outside of the regions, where a model follows it.
    """

    agent: Agent
    administration: Administration
    prediction: Prediction | None
    activity_bq: float | None
    activity_from: str
    chain: DecayChain
    regions: tuple[RegionAnswer, ...]
    model: DaughterModel | None = None
    outside: Outside = NOWHERE

    @property
    def members(self) -> tuple[str, ...]:
        """Every nuclide that decays, the agent's first; those of an impurity come last."""
        return self.chain.nuclides if self.model is None else self.model.members

    @property
    def asked(self) -> Asked:
        """What was asked for."""
        return Asked(self.agent, self.administration, self.prediction, self.activity_bq)

    @property
    def injected(self) -> Injected:
        """What was injected beside the nuclide on the vector."""
        return self.asked.injected

    @property
    def scale_bq(self) -> float:
        """Activity by which curves are multiplied; 1 Bq where curves are in Bq already."""
        return self.asked.scale_bq

    @property
    def curves(self) -> dict[str, RegionCurve]:
        """Curves of the vector by region, and by place outside of the regions."""
        return {**{r.region.name: r.curve for r in self.regions}, **self.outside.curves}


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
    agents = {a.name: find_agent(a.agent, own_agents=own_agents) for a in course.administrations}
    jointly = joint_fits(course, agents=agents, seed=seed) if fits is None else fits
    by_administration = {
        given.name: tuple(
            region_kinetics(
                course, region, given, agent=agents[given.name], jointly=jointly, seed=seed
            )
            for region in course.regions
        )
        for given in course.administrations
    }
    base = basis_of_predictions(course)
    asked = [_given(a, agents[a.name]) for a in course.administrations]
    asked += [_wanted(course, p, base, own_agents=own_agents) for p in course.predictions]
    known = _KnownOfBody()
    if any(needs_network(course, nuclide=a.agent.nuclide, injected=a.injected) for a in asked):
        known = _known_of_body(course, asked, by_administration, own_agents=own_agents, seed=seed)
    return tuple(
        _answer(course, one, by_administration[one.administration.name], known, seed=seed)
        for one in asked
    )


def with_outside(
    course: Course,
    answers: tuple[AgentAnswer, ...],
    *,
    own_agents: tuple[Agent, ...] = (),
    seed: int,
) -> tuple[AgentAnswer, ...]:
    """Return the answers with the vector outside of the regions, as another fate would follow it.

    Those of a model have it already; of an agent without daughters none is asked.

    Parameters
    ----------
    course, answers
        The course, and what its agents do.
    own_agents, seed
        As in :func:`analyse`.
    """

    def is_open(answer: AgentAnswer) -> bool:
        return answer.model is None and len(answer.chain.nuclides) > 1

    if not any(is_open(a) for a in answers):
        return answers
    kinetics = {a.administration.name: tuple(r.kinetics for r in a.regions) for a in answers}
    asked = [a.asked for a in answers]
    known = _known_of_body(course, asked, kinetics, own_agents=own_agents, seed=seed)
    return tuple(
        dataclasses.replace(
            a,
            outside=_outside(course, a.asked, tuple(r.curve for r in a.regions), known, seed=seed),
        )
        if is_open(a)
        else a
        for a in answers
    )


def basis_of_predictions(course: Course) -> Administration:
    """Return the administration whose kinetics predictions use: the last that was measured."""
    measured = {m.administration for m in course.measurements}
    chosen = [a for a in course.administrations if a.name in measured]
    return (chosen or list(course.administrations))[-1]


@dataclass(frozen=True, slots=True, eq=False)
class _KnownOfBody:
    """What was measured outside of the regions, for agents whose daughters are followed there."""

    sampled: SampledBlood | None = None
    leaving: Excretion | None = None


def _known_of_body(
    course: Course,
    asked: list[Asked],
    kinetics: dict[str, tuple[RegionKinetics, ...]],
    *,
    own_agents: tuple[Agent, ...],
    seed: int,
) -> _KnownOfBody:
    urine, leaving = course.urine, None
    if urine is not None:
        after = next(a for a in asked if a.administration.name == urine.administration)
        _, leaving = excretions(course, urine, after, kinetics[urine.administration], seed=seed)
    return _KnownOfBody(sampled_blood(course, own_agents=own_agents, seed=seed), leaving)


def _given(administration: Administration, agent: Agent) -> Asked:
    injected = administration.injected
    beside = injected.radiochemical_purity < 1.0 or injected.since_purification_s is not None
    if beside and administration.activity_bq is None:
        msg = (
            f"administrations[{administration.name}]: the activity is unknown, so that of free "
            "nuclide and of daughters injected with it is unknown too; give the activity, or leave "
            "radiochemical_purity and time_since_purification out"
        )
        raise NotSupportedError(msg)
    return Asked(agent, administration, None, administration.activity_bq)


def _wanted(
    course: Course, prediction: Prediction, base: Administration, *, own_agents: tuple[Agent, ...]
) -> Asked:
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
        for region in course.regions:
            check_uptake_ratio(prediction, region.name, given=given, wanted=wanted)
    activity_bq, _ = predicted_activity(prediction, wanted, course.patient.weight_kg)
    return Asked(wanted, base, prediction, activity_bq)


def _curves(
    course: Course, asked: Asked, kinetics: tuple[RegionKinetics, ...], *, seed: int
) -> tuple[RegionCurve, ...]:
    """Return the curve of the agent in each region, over the activity administered."""
    prediction = asked.prediction
    if prediction is None:
        return tuple(k.curve for k in kinetics)
    return tuple(
        predicted_curve(
            k.curve,
            uptake_factor(prediction, k.region.name, course=course, seed=seed),
            given=asked.administration.injected,
            wanted=prediction.injected,
        )
        for k in kinetics
    )


def _outside(
    course: Course,
    asked: Asked,
    curves: tuple[RegionCurve, ...],
    known: _KnownOfBody,
    *,
    seed: int,
) -> Outside:
    parts = [r for r in course.regions if not is_whole_body(r, course)]
    return outside_of_regions(
        course,
        asked,
        {r.name: c for r, c in zip(course.regions, curves, strict=True) if r in parts},
        places=place_keys(parts),
        sampled=known.sampled,
        leaving=known.leaving,
        seed=seed,
    )


def _answer(
    course: Course,
    asked: Asked,
    kinetics: tuple[RegionKinetics, ...],
    known: _KnownOfBody,
    *,
    seed: int,
) -> AgentAnswer:
    nuclide = asked.agent.nuclide
    curves = _curves(course, asked, kinetics, seed=seed)
    model, outside = None, NOWHERE
    if needs_network(course, nuclide=nuclide, injected=asked.injected):
        outside = _outside(course, asked, curves, known, seed=seed)
        model = daughter_model(
            course,
            nuclide=nuclide,
            injected=asked.injected,
            outside=tuple(outside.curves),
            receptor_action=asked.agent.receptor_action,
            seed=seed,
        )
    activity_from = "administered"
    if asked.prediction is not None:
        _, activity_from = predicted_activity(
            asked.prediction, asked.agent, course.patient.weight_kg
        )
    return AgentAnswer(
        agent=asked.agent,
        administration=asked.administration,
        prediction=asked.prediction,
        activity_bq=asked.activity_bq,
        activity_from=activity_from,
        chain=decay_chain(nuclide, decay_data=course.assumptions.decay_data),
        regions=region_answers(
            course,
            kinetics,
            curves,
            nuclide_name=nuclide,
            model=model,
            outside=outside.curves,
            activity_bq=asked.scale_bq,
            seed=seed,
        ),
        model=model,
        outside=outside,
    )
