"""Bladder contents, remainder of the body and whole-body balance of a course."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import activity_bq, curve_scaled
from alphatwin.kinetics.bladder import BladderContents, Voiding, bladder_contents
from alphatwin.kinetics.body_balance import (
    BalanceCheck,
    Counted,
    balance_check,
    remainder,
)
from alphatwin.kinetics.daughters_fates import EXCRETA
from alphatwin.kinetics.excretion import (
    Excretion,
    excreted_atoms_fraction,
    excretion_from_whole_body,
    excretion_given,
)
from alphatwin.kinetics.voided import entered_atoms, voided_decays_per_atom
from alphatwin.nuclides import nuclide
from alphatwin.uncertainty import stream
from alphatwin.workflows.blood_curves import clearance_fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.patient import CollectedUrine, Course, Urine
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.predicting import Asked
    from alphatwin.workflows.region_answers import RegionAnswer
    from alphatwin.workflows.region_curves import RegionKinetics

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AgentBody:
    """Bladder and remainder under one agent.

    Attributes
    ----------
    bladder
        Decays in the bladder contents; ``None`` if voiding or the activity is not known.
    excreted_fraction
        Atoms that leave with the urine alive, over those administered. (n_samples,)
    free_bq_s
        Decays there of free atoms that the fate of daughters excretes, by members of the agent;
        ``None`` if there is no fate, or voids do not go on. (n_samples, n_members) [Bq s]
    remainder_bq_s
        Decays in the remainder of the body; ``None`` if they cannot be told. [Bq s]
    refusal
        Why the remainder cannot be; empty if it can.
    """

    bladder: BladderContents | None
    free_bq_s: Floats | None
    excreted_fraction: Floats
    remainder_bq_s: Floats | None
    refusal: str


@dataclass(frozen=True, slots=True, eq=False)
class BalanceAt:
    """A balance check with its parts, over what was injected at the time."""

    time_s: float
    regions_fraction: float
    urine_fraction: float
    check: BalanceCheck


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What leaves the body, what remains, and whether it adds up.

    Attributes
    ----------
    urine
        How the urine comes.
    agents
        Bladder and remainder under each answer.
    balance
        Checks at the times until which urine was collected.
    """

    urine: Excretion
    agents: tuple[AgentBody, ...]
    balance: tuple[BalanceAt, ...]


def body_of(course: Course, answers: tuple[AgentAnswer, ...], urine: Urine, *, seed: int) -> Body:
    """Return bladder contents, remainder and balance.

    Excretion belongs to the vector: every agent excretes as the one that was measured.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answers
        What was computed of its regions.
    urine
        What is known of its urine.
    seed
        Seed of the random streams.

    Raises
    ------
    InvalidValueError
        If the whole-body curve is none.
    """
    after = next(
        a for a in answers if a.prediction is None and a.administration.name == urine.administration
    )
    kinetics = tuple(r.kinetics for r in after.regions)
    by_urine, leaving = excretions(course, urine, after.asked, kinetics, seed=seed)
    agents = tuple(_agent_body(answer, urine, by_urine, leaving) for answer in answers)
    balance = tuple(
        found for c in urine.collected if (found := _balance(course, after, urine, c)) is not None
    )
    return Body(by_urine, agents, balance)


def excretions(
    course: Course,
    urine: Urine,
    after: Asked,
    kinetics: tuple[RegionKinetics, ...],
    *,
    seed: int,
) -> tuple[Excretion, Excretion]:
    """Return what leaves with the urine, and all that leaves.

    Parameters
    ----------
    course, urine
        The course with the assumptions in force, and what is known of its urine.
    after, kinetics
        The administration after which it was measured, and how its regions are known.
    seed
        Seed of the random streams.

    Raises
    ------
    InvalidValueError
        If the whole-body curve is none.
    """
    if urine.whole_body is None:
        given = excretion_given(urine.fractions, urine.half_times_s, source="the course")
        return given, given
    whole = next(k for k in kinetics if k.region.name == urine.whole_body)
    if whole.observed is None or after.activity_bq is None:
        msg = "urine.whole_body must be measured after an administration of known activity"
        raise InvalidValueError(msg)
    # Fitted anew: what is injected is in the body at once, so no curve of uptake is weighed.
    fitted = clearance_fit(
        whole.observed,
        decay_constant_per_s=nuclide(
            after.agent.nuclide, decay_data=course.assumptions.decay_data
        ).decay_constant_per_s,
        samples=course.assumptions.samples,
        generator=stream(seed, "whole body", urine.whole_body),
    )
    curve = curve_scaled(fitted.curve, 1.0 / after.activity_bq)
    try:
        return (
            excretion_from_whole_body(curve, excreted_share=urine.excreted_share),
            excretion_from_whole_body(curve),
        )
    except InvalidValueError as error:
        msg = f"urine.whole_body: {error}"
        raise InvalidValueError(msg) from error


def _agent_body(
    answer: AgentAnswer, urine: Urine, by_urine: Excretion, leaving: Excretion
) -> AgentBody:
    rate_per_s = float(answer.chain.decay_constants_per_s[0])
    bladder = None
    if urine.voiding is not None and answer.activity_bq is not None:
        v = urine.voiding
        bladder = bladder_contents(
            by_urine,
            chain=answer.chain,
            voiding=Voiding(v.times_s, v.interval_s, v.residual_fraction),
            administered_bq=answer.activity_bq,
        )
    excreted = excreted_atoms_fraction(by_urine, decay_constant_per_s=rate_per_s, time_s=math.inf)
    rest, refusal = None, ""
    if answer.activity_bq is not None:
        curves = {r.region.name: r.curve for r in _apart(answer, urine)}
        try:
            rest = remainder(curves, excretion=leaving).decays_bq_s(
                administered_bq=answer.activity_bq, decay_constant_per_s=rate_per_s
            )
        except InvalidValueError as error:
            refusal = str(error)
    return AgentBody(bladder, _free_in_bladder(answer, urine), excreted[:, 0], rest, refusal)


def _free_in_bladder(answer: AgentAnswer, urine: Urine) -> Floats | None:
    """Return decays in the bladder of what a fate excretes: free atoms, and their daughters."""
    model, voiding = answer.model, urine.voiding
    if model is None or voiding is None or voiding.interval_s is None:
        return None
    chain = model.net.chain
    on_vector = model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    atoms = model.response.excreted_atoms(on_vector_decays=on_vector, injected_bq=answer.scale_bq)
    if EXCRETA in model.net.compartments:
        there = model.response.decays(
            EXCRETA, on_vector_decays=on_vector, injected_bq=answer.scale_bq
        )
        atoms = atoms + entered_atoms(there, chain=chain)
    per_atom = voided_decays_per_atom(
        chain, interval_s=voiding.interval_s, residual_fraction=voiding.residual_fraction
    )
    return np.asarray(atoms @ per_atom.T)


def _apart(answer: AgentAnswer, urine: Urine) -> tuple[RegionAnswer, ...]:
    """Return the regions that are parts of the body, not the whole of it."""
    return tuple(r for r in answer.regions if r.region.name != urine.whole_body)


def _balance(
    course: Course, after: AgentAnswer, urine: Urine, collected: CollectedUrine
) -> BalanceAt | None:
    if after.activity_bq is None:
        return None
    time_s = collected.until_s
    rate_per_s = float(after.chain.decay_constants_per_s[0])
    whole = [r for r in after.regions if r.region.name == urine.whole_body]
    injected_bq = after.activity_bq * math.exp(-rate_per_s * time_s)
    if injected_bq < 1.0:
        msg = (
            f"urine.collected: at {time_s / 3600.0:.4g} h {injected_bq:.2g} Bq are left of what "
            "was injected, so no balance can be checked; leave it out"
        )
        raise InvalidValueError(msg)
    regions = {
        r.region.name: _counted(r, after.activity_bq, rate_per_s, time_s)
        for r in whole or _apart(after, urine)
    }
    check = balance_check(
        regions,
        administered=Counted(after.activity_bq, 0.0),
        urine=Counted(collected.activity_bq, collected.sd_bq),
        decay_constant_per_s=rate_per_s,
        time_s=time_s,
        calibration_relative_sd=course.assumptions.calibration_relative_sd,
        covers_whole_body=bool(whole),
    )
    return BalanceAt(
        time_s=time_s,
        regions_fraction=sum(c.activity_bq for c in regions.values()) / injected_bq,
        urine_fraction=collected.activity_bq / injected_bq,
        check=check,
    )


def _counted(
    region: RegionAnswer, administered_bq: float, rate_per_s: float, time_s: float
) -> Counted:
    """Return the activity of a region at a time, without what the calibration shares."""
    fitted = region.kinetics.fitted
    curve = region.kinetics.curve if fitted is None else fitted.curve
    found = activity_bq(
        curve, administered_bq=administered_bq, decay_constant_per_s=rate_per_s, time_s=[time_s]
    )[:, 0]
    return Counted(float(np.median(found)), float(np.std(found)))
