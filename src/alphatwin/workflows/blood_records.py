"""From blood, marrow and urine with samples to their records in the dose report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose import RADIATION_TYPES
from alphatwin.report.blood_value import (
    BloodAgent,
    BloodCurve,
    BloodPhase,
    BloodPoint,
    BloodRecord,
    BodyBalance,
    MarrowRecord,
)
from alphatwin.workflows.records import shared_out
from alphatwin.workflows.weighting import estimate, weighted_doses

if TYPE_CHECKING:
    from alphatwin.patient import Course
    from alphatwin.report.estimates import Estimate
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import AgentBlood, BloodAnswer
    from alphatwin.workflows.blood_curves import BloodFit
    from alphatwin.workflows.body import AgentBody, BalanceAt


def blood_record(
    course: Course, answers: tuple[AgentAnswer, ...], found: BloodAnswer, *, seed: int
) -> BloodRecord:
    """Return blood, marrow and urine as a record.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answers
        What was computed of its regions.
    found
        What was computed of its blood and urine.
    seed
        Seed of the random streams.
    """
    bodies: tuple[AgentBody | None, ...] = (
        (None,) * len(answers) if found.body is None else found.body.agents
    )
    return BloodRecord(
        administration=None if course.blood is None else course.blood.administration,
        curves=tuple(_curve(fit) for fit in found.fits),
        marrow_to_blood_ratio=None if found.ratio is None else estimate(found.ratio),
        marrow_mass_kg=None if found.mass is None else found.mass.mass_kg,
        agents=tuple(
            _agent(course, answer, blood, body, seed=seed)
            for answer, blood, body in zip(answers, found.agents, bodies, strict=True)
        ),
        balance=() if found.body is None else tuple(_balance(b) for b in found.body.balance),
    )


def _curve(fit: BloodFit) -> BloodCurve:
    rates_per_s = fit.curve.best_biological_rate_per_s + fit.floor_per_s
    phases = zip(fit.curve.best_amplitude_fraction, math.log(2.0) / rates_per_s, strict=True)
    return BloodCurve(
        nuclide=fit.nuclide,
        model=fit.fitted.model,
        why=fit.fitted.why,
        points=tuple(_point(fit, i) for i in range(len(fit.points))),
        phases=tuple(
            BloodPhase(
                concentration_bq_per_ml=float(amplitude), effective_half_life_s=float(half_life_s)
            )
            for amplitude, half_life_s in sorted(phases, key=lambda p: -p[1])
            if amplitude != 0.0
        ),
        time_integrated_bq_s_per_ml=estimate(fit.decays_bq_s_per_ml),
    )


def _point(fit: BloodFit, i: int) -> BloodPoint:
    point, drawn = fit.points[i], fit.drawn[i]
    share = drawn.share_of_equilibrium(fit.nuclide)
    return BloodPoint(
        time_s=point.time_s,
        concentration_bq_per_ml=point.value,
        sd_bq_per_ml=float(point.sd or 0.0),
        fitted=estimate(fit.fitted.fitted_bq_samples[:, i]),
        standardised_residual=float(fit.fitted.standardised_residuals[i]),
        share_of_equilibrium=None if share is None else share.value,
        state_at_drawing=drawn.drawn.state,
    )


def _agent(
    course: Course,
    answer: AgentAnswer,
    blood: AgentBlood | None,
    body: AgentBody | None,
    *,
    seed: int,
) -> BloodAgent:
    bladder: dict[str, Estimate] | None = None
    if body is not None and body.bladder is not None:
        bladder = {
            name: estimate(body.bladder.decays_bq_s[:, i])
            for i, name in enumerate(body.bladder.nuclides)
        }
    rest = None if body is None else body.remainder_bq_s
    return BloodAgent(
        agent=answer.agent.name,
        role="administered" if answer.prediction is None else "predicted",
        administration=answer.administration.name,
        blood_bq_s_per_ml=(
            None
            if blood is None
            else _medians(blood.nuclides, np.median(blood.blood_bq_s_per_ml, axis=0))
        ),
        measured_over_fate={
            name: estimate(ratio)
            for name, ratio in ({} if blood is None else blood.over_fate).items()
            if np.isfinite(ratio).all()
        },
        red_marrow=None if blood is None else _marrow(course, blood, seed=seed),
        bladder_decays=bladder,
        bladder_decays_of_free=(
            None
            if body is None or body.free_bq_s is None
            else _medians(answer.members, np.median(body.free_bq_s, axis=0))
        ),
        excreted_fraction=None if body is None else estimate(body.excreted_fraction),
        remainder_bq_s=None if rest is None else estimate(rest),
    )


def _marrow(course: Course, blood: AgentBlood, *, seed: int) -> MarrowRecord | None:
    if blood.marrow is None:
        return None
    dose, answer = blood.marrow.together, blood.answer
    bone, stays = blood.marrow.from_bone_surface, blood.marrow_if_staying
    inside = blood.marrow_decays_bq_s
    names = blood.nuclides
    activity_bq = answer.activity_bq
    return MarrowRecord(
        absorbed_dose_gy=estimate(dose.total_gy),
        absorbed_dose_by_nuclide_gy=shared_out(dose, names, by="nuclide"),
        absorbed_dose_by_radiation_gy=shared_out(dose, RADIATION_TYPES, by="radiation"),
        absorbed_dose_per_activity_gy_per_bq=(
            None if activity_bq is None else estimate(dose.total_gy / activity_bq)
        ),
        rbe_weighted=weighted_doses(dose, course.assumptions, seed=seed),
        decays=None if inside is None else _medians(names, np.median(inside, axis=0)),
        from_bone_gy=None if bone is None else estimate(bone.total_gy),
        if_daughters_stay_gy=None if stays is None else estimate(stays.total_gy),
        left_out=blood.marrow.left_out,
    )


def _medians(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _balance(at: BalanceAt) -> BodyBalance:
    return BodyBalance(
        time_s=at.time_s,
        regions_fraction=at.regions_fraction,
        urine_fraction=at.urine_fraction,
        imbalance_fraction=at.check.imbalance_fraction,
        imbalance_sd=at.check.imbalance_sd,
        verdict=at.check.verdict,
    )
