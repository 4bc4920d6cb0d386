"""Parameter recovery by simulation: bias and coverage of the time-integrated activity.

Virtual patients are drawn from the population that serves as prior, their curves are measured at
a few times with lognormal noise, and each is fitted with the choice of model left to the fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alphatwin.kinetics import (
    Observations,
    Prior,
    Priors,
    RegionCurve,
    fit,
    time_integrated_activity_bq_s,
)
from alphatwin.kinetics.models import CLEARANCE, UPTAKE_AND_CLEARANCE
from alphatwin.uncertainty import Lognormal, stream, summarise
from alphatwin.uncertainty.distributions import log_of_truncated, log_sd

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (6.647 * 86400.0)
AC225_PER_S = math.log(2.0) / (9.920 * 86400.0)
ADMINISTERED_BQ = 7.4e9
NOISE = 0.10
SAMPLES = 2000
HALF_LIFE = Prior(
    "effective half-life of 177Lu",
    Lognormal.from_mean_sd(90.0 * HOUR_S, 27.0 * HOUR_S),
    "simulation",
    "assumed",
)
UPTAKE = Prior("uptake half-time", Lognormal(3.0 * HOUR_S, 2.0), "simulation", "assumed")
TIMES_H = {
    1: (96.0,),
    2: (4.0, 96.0),
    3: (4.0, 24.0, 120.0),
    5: (1.0, 4.0, 24.0, 72.0, 168.0),
}
"""Usual times of imaging: one late point, two, three, and a research schedule."""


@dataclass(frozen=True, slots=True)
class Row:
    """Recovery of the time-integrated activity in one cell of the simulation.

    Attributes
    ----------
    truth, points, patients
        Model of the true curves, number of points and of virtual patients.
    bias, spread
        Median of estimate over truth, less 1; half the central 68 % range of its logarithm.
    width, coverage
        Median of upper over lower limit of the 95 % interval; share of patients whose interval
        holds the truth.
    bias_ac225, coverage_ac225
        The same of 225Ac, predicted from the 177Lu that was measured.
    chosen
        Number of patients by the model that the fit took.
    """

    truth: str
    points: int
    patients: int
    bias: float
    spread: float
    width: float
    coverage: float
    bias_ac225: float
    coverage_ac225: float
    chosen: dict[str, int]


@dataclass(frozen=True, slots=True)
class _One:
    ratio: float
    width: float
    held: bool
    ratio_ac225: float
    held_ac225: bool
    model: str


def recovery(truth: str, *, points: int, patients: int, seed: int = 1) -> Row:
    """Return one row: curves of the model ``truth``, each measured ``points`` times and fitted."""
    priors = Priors(HALF_LIFE, UPTAKE if truth == UPTAKE_AND_CLEARANCE else None)
    true_curve = _population(truth, patients, stream(seed, "truth", truth, str(points)))
    noise = stream(seed, "noise", truth, str(points)).standard_normal((patients, points))
    found = [
        _one(true_curve, i, priors, points=points, noise=noise[i], seed=seed)
        for i in range(patients)
    ]
    log_ratio = np.log([one.ratio for one in found])
    low, high = np.percentile(log_ratio, (15.87, 84.13))
    models = [one.model for one in found]
    return Row(
        truth=truth,
        points=points,
        patients=patients,
        bias=math.expm1(float(np.median(log_ratio))),
        spread=0.5 * float(high - low),
        width=float(np.median([one.width for one in found])),
        coverage=float(np.mean([one.held for one in found])),
        bias_ac225=float(np.median([one.ratio_ac225 for one in found])) - 1.0,
        coverage_ac225=float(np.mean([one.held_ac225 for one in found])),
        chosen={name: models.count(name) for name in sorted(set(models))},
    )


def rows(*, patients: int, seed: int = 1) -> tuple[Row, ...]:
    """Return every cell of the table, the simplest truth and the fewest points first."""
    return tuple(
        recovery(truth, points=points, patients=patients, seed=seed)
        for truth in (CLEARANCE, UPTAKE_AND_CLEARANCE)
        for points in TIMES_H
    )


def _population(truth: str, patients: int, generator: np.random.Generator) -> RegionCurve:
    """Return one true curve per patient, as samples of a curve."""
    z = generator.standard_normal((patients, 3))
    half_life_s = np.exp(
        log_of_truncated(HALF_LIFE.distribution, upper=math.log(2.0) / LU177_PER_S, z=z[:, 0])
    )
    fraction = np.exp(math.log(0.005) + z[:, 1])[:, None]
    rate_per_s = np.maximum(math.log(2.0) / half_life_s - LU177_PER_S, 0.0)[:, None]
    if truth == UPTAKE_AND_CLEARANCE:
        uptake = UPTAKE.distribution
        uptake_s = uptake.median * np.exp(uptake.log_sd * z[:, 2])
        rate_per_s = np.hstack([rate_per_s, rate_per_s + math.log(2.0) / uptake_s[:, None]])
        fraction = np.hstack([fraction, -fraction])
    return RegionCurve(fraction, rate_per_s, fraction[0], rate_per_s[0], model=truth)


def _one(
    true_curve: RegionCurve,
    patient: int,
    priors: Priors,
    *,
    points: int,
    noise: np.ndarray,
    seed: int,
) -> _One:
    time_s = np.array(TIMES_H[points]) * HOUR_S
    amplitude = true_curve.amplitude_fraction[patient]
    rate_per_s = true_curve.biological_rate_per_s[patient]
    true_bq = ADMINISTERED_BQ * (np.exp(-np.outer(time_s, rate_per_s + LU177_PER_S)) @ amplitude)
    seen = Observations(
        time_s=time_s,
        activity_bq=true_bq * np.exp(log_sd(NOISE) * noise),
        relative_sd=np.full(points, NOISE),
        sd_bq=np.full(points, np.nan),
        nuclide="Lu-177",
        scales_with_volume=False,
    )
    fitted = fit(
        seen,
        administered_bq=ADMINISTERED_BQ,
        decay_constant_per_s=LU177_PER_S,
        priors=priors,
        samples=SAMPLES,
        generator=stream(seed, "fit", true_curve.model, str(points), str(patient)),
    )
    compared = []
    for constant_per_s in (LU177_PER_S, AC225_PER_S):
        true_bq_s = ADMINISTERED_BQ * float(np.sum(amplitude / (rate_per_s + constant_per_s)))
        found = summarise(
            time_integrated_activity_bq_s(
                fitted.curve, administered_bq=ADMINISTERED_BQ, decay_constant_per_s=constant_per_s
            )
        )
        low, median, high = float(found.low), float(found.median), float(found.high)
        compared.append((median / true_bq_s, high / low, low <= true_bq_s <= high))
    (ratio, width, held), (ratio_ac225, _, held_ac225) = compared
    return _One(ratio, width, held, ratio_ac225, held_ac225, fitted.model)
