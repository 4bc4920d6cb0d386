"""Blood, red marrow, bladder and remainder of the body under every agent of a course."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.marrow import (
    marrow_decays_bq_s,
    marrow_dose,
    marrow_dose_of_decays,
)
from alphatwin.kinetics import time_integrated_activity_bq_s
from alphatwin.nuclides import decay_chain
from alphatwin.patient.blood import BLOOD
from alphatwin.workflows.blood_sampled import (
    SampledBlood,
    curves_in_blood,
    sampled_blood,
)
from alphatwin.workflows.body import Body, body_of
from alphatwin.workflows.outside import MARROW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.dose.marrow import MarrowDose
    from alphatwin.dose.marrow_mass import MarrowMass
    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Course, DecayDataName
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood_curves import BloodFit
    from alphatwin.workflows.daughters import DaughterModel

    Floats = NDArray[np.float64]

BONE: Final = "bone"
"""Place of the fates whose decays lie on bone surfaces."""


@dataclass(frozen=True, slots=True, eq=False)
class AgentBlood:
    """Blood and marrow under one agent.

    Attributes
    ----------
    answer
        The agent.
    nuclides
        Members, in the order of the columns.
    curve
        Concentration of what is on the vector in blood, per activity administered. [1/mL]
    blood_bq_s_per_ml
        Decays of each member per volume of whole blood. (n_samples, n_members) [Bq s/mL]
    measured
        Daughters whose own curve in blood is used.
    over_fate
        Decays measured in blood over those that the fate in force puts there, by daughter.
        (n_samples,) each
    marrow
        Dose of red marrow; ``None`` if the course does not ask for it.
    marrow_if_staying
        The same if what was not measured stayed with its parent; ``None`` if it does.
    marrow_decays_bq_s
        Decays in it; ``None`` if its mass is not known either. [Bq s]
    """

    answer: AgentAnswer
    nuclides: tuple[str, ...]
    curve: RegionCurve
    blood_bq_s_per_ml: Floats
    measured: tuple[str, ...]
    over_fate: Mapping[str, Floats]
    marrow: MarrowDose | None
    marrow_if_staying: MarrowDose | None
    marrow_decays_bq_s: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class BloodAnswer:
    """What the course's blood and urine say.

    Attributes
    ----------
    sampled
        Blood as it was sampled; ``None`` if it was not.
    agents
        Blood and marrow under each answer; ``None`` where another agent's blood says nothing.
    body
        Bladder, remainder and balance; ``None`` without urine.
    """

    sampled: SampledBlood | None
    agents: tuple[AgentBlood | None, ...]
    body: Body | None

    @property
    def fits(self) -> tuple[BloodFit, ...]:
        """Curves in whole blood of the parent and of the daughters that were solved for."""
        return () if self.sampled is None else self.sampled.fits

    @property
    def ratio(self) -> Floats | None:
        """Samples of the marrow-to-blood ratio; ``None`` without marrow."""
        return None if self.sampled is None else self.sampled.ratio

    @property
    def mass(self) -> MarrowMass | None:
        """Mass of the red marrow; ``None`` if it is not known."""
        return None if self.sampled is None else self.sampled.mass


def blood_answer(
    course: Course,
    answers: tuple[AgentAnswer, ...],
    *,
    own_agents: tuple[Agent, ...] = (),
    seed: int,
    with_urine: bool = True,
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
    with_urine
        Whether bladder, remainder and balance are wanted too.

    Raises
    ------
    InvalidValueError, NotSupportedError
        If samples contradict themselves, or an agent on another vector has no uptake ratio.
    """
    if course.blood is None and course.urine is None:
        return None
    body = None
    if course.urine is not None and with_urine:
        body = body_of(course, answers, course.urine, seed=seed)
    sampled = sampled_blood(course, own_agents=own_agents, seed=seed)
    if sampled is None:
        return BloodAnswer(None, (None,) * len(answers), body)
    agents = tuple(_agent_blood(course, answer, sampled, seed=seed) for answer in answers)
    return BloodAnswer(sampled, agents, body)


def _agent_blood(
    course: Course, answer: AgentAnswer, sampled: SampledBlood, *, seed: int
) -> AgentBlood | None:
    curves = curves_in_blood(course, answer.asked, sampled, seed=seed)
    if not curves:
        return None
    names, chain, model = answer.members, answer.chain, answer.model
    own = {
        fit.nuclide: time_integrated_activity_bq_s(
            curve,
            administered_bq=answer.scale_bq,
            decay_constant_per_s=float(chain.decay_constants_per_s[0]),
        )
        # The nuclide on the vector is the agent's own, whatever the samples were counted for.
        for fit, curve in zip(sampled.fits, curves, strict=False)
    }
    own = {chain.nuclides[0]: own.pop(sampled.fits[0].nuclide), **own}
    measured = tuple(own)[1:]
    staying = with_daughters(own, nuclides=names, decay_data=chain.decay_data)
    is_followed = model is not None and BLOOD in model.outside
    decays, over_fate = staying, {}
    if model is not None and is_followed:
        found = _at(model, answer, BLOOD)
        # What the network makes of blood, per volume: the parent's decays are the same in both.
        per_ml = found * (staying[:, :1] / found[:, :1])
        over_fate = {d: _over(own[d], per_ml[:, names.index(d)]) for d in measured}
        decays = _overridden(per_ml, staying, measured=measured, nuclides=names, answer=answer)
    return _with_marrow(
        course,
        answer,
        sampled,
        AgentBlood(answer, names, curves[0], decays, measured, over_fate, None, None, None),
        staying,
    )


def _with_marrow(
    course: Course,
    answer: AgentAnswer,
    sampled: SampledBlood,
    blood: AgentBlood,
    staying: Floats,
) -> AgentBlood:
    """Return the blood of an agent with its marrow: from blood alone, or from the network too."""
    if sampled.ratio is None:
        return blood
    ratio, mass, model = sampled.ratio[:, None], sampled.mass, answer.model
    mass_kg = 1.0 if mass is None else mass.mass_kg  # cancels in the dose from blood
    decay_data = course.assumptions.decay_data
    stays = marrow_dose(
        staying, nuclides=blood.nuclides, mass_kg=mass_kg, ratio=ratio, decay_data=decay_data
    )
    inside = marrow_decays_bq_s(staying, ratio=ratio, mass_kg=mass_kg)
    if model is None or MARROW not in model.outside:
        return dataclasses.replace(
            blood, marrow=stays, marrow_decays_bq_s=None if mass is None else inside
        )
    inside = _overridden(
        _at(model, answer, MARROW),
        inside,
        measured=blood.measured,
        nuclides=blood.nuclides,
        answer=answer,
    )
    dose = marrow_dose_of_decays(
        inside,
        nuclides=blood.nuclides,
        mass_kg=mass_kg,
        bone_surface_bq_s=_on_bone(model, answer),
        decay_data=decay_data,
    )
    return dataclasses.replace(
        blood, marrow=dose, marrow_if_staying=stays, marrow_decays_bq_s=inside
    )


def _at(model: DaughterModel, answer: AgentAnswer, compartment: str) -> Floats:
    """Return the decays of every member in a compartment. (n_samples, n_members) [Bq s]."""
    return model.response.decays(
        compartment,
        on_vector_decays=model.on_vector(answer.curves, administered_bq=answer.scale_bq),
        injected_bq=answer.scale_bq,
    )


def _on_bone(model: DaughterModel, answer: AgentAnswer) -> Floats | None:
    """Return decays of what is not on the vector in bone; ``None`` if the fate sends none there."""
    regions = [name for name, place in model.places.items() if place == BONE]
    if not regions:
        return _at(model, answer, BONE) if BONE in model.net.compartments else None
    found = sum((_at(model, answer, model.compartments[name]) for name in regions), np.zeros(1))
    on_vector = model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    columns = [list(model.compartments).index(name) for name in regions]
    for (root, _), decays in zip(model.roots, on_vector, strict=True):
        found[:, model.members.index(root)] -= decays[:, columns].sum(axis=1)
    return np.maximum(found, 0.0)


def _overridden(
    by_fate: Floats,
    as_measured: Floats,
    *,
    measured: tuple[str, ...],
    nuclides: tuple[str, ...],
    answer: AgentAnswer,
) -> Floats:
    """Return decays by the fate, those of daughters measured and of what follows them as found."""
    found = by_fate.copy()
    for name in measured:
        below = decay_chain(name, decay_data=answer.chain.decay_data).nuclides
        columns = [nuclides.index(member) for member in below]
        found[:, columns] = as_measured[:, columns]
    return found


def _over(measured: Floats, by_fate: Floats) -> Floats:
    return np.divide(measured, by_fate, out=np.full_like(measured, np.inf), where=by_fate > 0.0)


def with_daughters(
    measured: Mapping[str, Floats], *, nuclides: tuple[str, ...], decay_data: DecayDataName
) -> Floats:
    """Return decays of every member: as measured where solved for, else with the nearest of those.

    Parameters
    ----------
    measured
        Decays per volume of the parent and of daughters that were solved for. (n_samples,) each
        [Bq s/mL]
    nuclides
        Members of the chain, parent first.
    decay_data
        Decay-data set.

    Returns
    -------
    (n_samples, n_members) ndarray
        Decays per volume of blood. [Bq s/mL]
    """
    found = np.zeros((measured[nuclides[0]].size, len(nuclides)))
    for one in sorted(measured, key=nuclides.index):
        excess = measured[one] - found[:, nuclides.index(one)]
        below = decay_chain(one, decay_data=decay_data)
        for name, share in zip(below.nuclides, below.decays_per_parent_decay(), strict=True):
            found[:, nuclides.index(name)] += share * excess
    return np.maximum(found, 0.0)
