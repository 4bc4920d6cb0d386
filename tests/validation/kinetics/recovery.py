"""Parameter recovery by simulation: bias, error and coverage of the time-integrated activity.

Virtual patients are drawn from the population that serves as prior, their curves are measured at
a few times with lognormal noise, and each is fitted, once averaged over models and once with the
leading model alone, beside the formulas and recipes of the literature:

- Haenscheid et al., J. Nucl. Med. 59 (2018) 75: the integral is A(t) 2t/ln 2;
- Madsen et al., Med. Phys. 45 (2018) 2318: it is A(t) exp(k t)/k with the population's mean k;
- trapezoids, level before the first point, with physical decay after the last;
- two exponentials without constraint, least squares, where the points are more than 4.

Tissues: effective half-lives of 177Lu-DOTATATE are lognormal about 50 h (kidneys) and 77 h
(lesions), the fixed values of Haenscheid et al., Nuklearmedizin 56 (2017) 162; their spread,
uptake and fast phases are assumed within what is published. Run as a script, the module prints
the table.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from alphatwin.kinetics import (
    Observations,
    Prior,
    Priors,
    RegionCurve,
    fit,
    time_integrated_activity_bq_s,
)
from alphatwin.kinetics.models import CLEARANCE, TWO_PHASE_CLEARANCE, UPTAKE_AND_CLEARANCE
from alphatwin.uncertainty import Lognormal, stream, summarise
from alphatwin.uncertainty.distributions import log_of_truncated, log_sd

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (6.647 * 86400.0)
AC225_PER_S = math.log(2.0) / (9.920 * 86400.0)
ADMINISTERED_BQ = 7.4e9
SAMPLES = 1000
TRUTHS = (CLEARANCE, UPTAKE_AND_CLEARANCE, TWO_PHASE_CLEARANCE)
MEDIAN_H = {CLEARANCE: 50.0, UPTAKE_AND_CLEARANCE: 77.0, TWO_PHASE_CLEARANCE: 50.0}
HALF_LIFE_GEOMETRIC_SD = 1.3
UPTAKE = Prior("uptake half-time", Lognormal(3.0 * HOUR_S, 2.0), "simulation", "assumed")
FAST = Lognormal(5.0 * HOUR_S, 1.5)
FAST_SHARES = (0.2, 0.6)
TIMES_H = {
    1: (96.0,),
    2: (24.0, 96.0),
    3: (4.0, 24.0, 120.0),
    5: (1.0, 4.0, 24.0, 72.0, 168.0),
}
"""Usual times of imaging: one late point, two, three, and a research schedule."""
NOISES = (0.05, 0.10, 0.20)
FAILED = 3.0
"""Factor from which an estimate counts as failed: nobody would take it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """How a method did.

    Attributes
    ----------
    bias, rmse
        Median of estimate over truth, less 1; root mean square of the same. Failed ones left out.
    failed
        Share of patients without an answer, or with one off by more than a factor of 3.
    """

    bias: float
    rmse: float
    failed: float


@dataclass(frozen=True, slots=True)
class Row:
    """Recovery of the time-integrated activity in one cell of the simulation.

    Attributes
    ----------
    truth, points, noise, patients
        Model of the true curves, number of points, their relative standard uncertainty, number
        of virtual patients.
    methods
        By method.
    width, coverage
        Median of upper over lower limit of the 95 % interval; share of patients whose interval
        holds the truth, averaged over models.
    coverage_chosen, coverage_ac225
        The same coverage of the leading model alone, and of 225Ac predicted from 177Lu.
    bias_ac225
        Bias of 225Ac.
    leading
        Number of patients by the model that leads.
    """

    truth: str
    points: int
    noise: float
    patients: int
    methods: dict[str, Recovered]
    width: float
    coverage: float
    coverage_chosen: float
    coverage_ac225: float
    bias_ac225: float
    leading: dict[str, int]


@dataclass(frozen=True, slots=True)
class _One:
    ratios: dict[str, float]
    width: float
    held: bool
    held_chosen: bool
    ratio_ac225: float
    held_ac225: bool
    model: str


def half_life(truth: str) -> Prior:
    """Return the population's effective half-life in a tissue of this kind."""
    distribution = Lognormal(MEDIAN_H[truth] * HOUR_S, HALF_LIFE_GEOMETRIC_SD)
    return Prior("effective half-life of 177Lu", distribution, "simulation", "assumed")


def recovery(truth: str, *, points: int, noise: float, patients: int, seed: int = 1) -> Row:
    """Return one row: curves of the model ``truth``, each measured ``points`` times and fitted."""
    priors = Priors(half_life(truth), UPTAKE if truth == UPTAKE_AND_CLEARANCE else None)
    label = (truth, str(points), str(noise))
    true_curve = population(truth, patients, stream(seed, "truth", *label))
    deviates = stream(seed, "noise", *label).standard_normal((patients, points))
    found = [
        _one(true_curve, i, priors, noise=noise, deviates=deviates[i], seed=seed)
        for i in range(patients)
    ]
    models = [one.model for one in found]
    return Row(
        truth=truth,
        points=points,
        noise=noise,
        patients=patients,
        methods={
            name: _recovered(np.array([one.ratios[name] for one in found]))
            for name in found[0].ratios
        },
        width=float(np.median([one.width for one in found])),
        coverage=float(np.mean([one.held for one in found])),
        coverage_chosen=float(np.mean([one.held_chosen for one in found])),
        coverage_ac225=float(np.mean([one.held_ac225 for one in found])),
        bias_ac225=float(np.median([one.ratio_ac225 for one in found])) - 1.0,
        leading={name: models.count(name) for name in sorted(set(models))},
    )


def _recovered(ratio: np.ndarray) -> Recovered:
    good = np.isfinite(ratio) & (ratio > 1.0 / FAILED) & (ratio < FAILED)
    kept = ratio[good]
    if kept.size == 0:
        return Recovered(math.nan, math.nan, 1.0)
    return Recovered(
        bias=float(np.median(kept)) - 1.0,
        rmse=math.sqrt(float(np.mean((kept - 1.0) ** 2))),
        failed=1.0 - float(good.mean()),
    )


def population(truth: str, patients: int, generator: np.random.Generator) -> RegionCurve:
    """Return one true curve per patient, as samples of a curve."""
    z = generator.standard_normal((patients, 3))
    physical_s = math.log(2.0) / LU177_PER_S
    half_life_s = np.exp(
        log_of_truncated(half_life(truth).distribution, upper=physical_s, z=z[:, 0])
    )
    fraction = np.exp(math.log(0.005) + z[:, 1])[:, None]
    rate_per_s = np.maximum(math.log(2.0) / half_life_s - LU177_PER_S, 0.0)[:, None]
    if truth == UPTAKE_AND_CLEARANCE:
        uptake = UPTAKE.distribution
        uptake_s = uptake.median * np.exp(uptake.log_sd * z[:, 2])
        rate_per_s = np.hstack([rate_per_s, rate_per_s + math.log(2.0) / uptake_s[:, None]])
        fraction = np.hstack([fraction, -fraction])
    elif truth == TWO_PHASE_CLEARANCE:
        fast_s = FAST.median * np.exp(FAST.log_sd * z[:, 2])
        fast_per_s = math.log(2.0) / fast_s[:, None] - LU177_PER_S
        share = generator.uniform(*FAST_SHARES, size=(patients, 1))
        rate_per_s = np.hstack([rate_per_s, fast_per_s])
        fraction = np.hstack([fraction * (1.0 - share), fraction * share])
    return RegionCurve(fraction, rate_per_s, fraction[0], rate_per_s[0], model=truth)


def haenscheid_bq_s(time_s: float, activity_bq: float) -> float:
    """Return the integral of one late point."""
    return activity_bq * 2.0 * time_s / math.log(2.0)


def madsen_bq_s(time_s: float, activity_bq: float, mean_rate_per_s: float) -> float:
    """Return the integral of one point with the population's mean rate."""
    return activity_bq * math.exp(mean_rate_per_s * time_s) / mean_rate_per_s


def trapezoid_bq_s(time_s: np.ndarray, activity_bq: np.ndarray) -> float:
    """Return the integral by trapezoids, level at first, with a physical tail."""
    between = float(np.trapezoid(activity_bq, time_s))
    return float(time_s[0] * activity_bq[0]) + between + float(activity_bq[-1]) / LU177_PER_S


def two_exponentials_bq_s(time_s: np.ndarray, activity_bq: np.ndarray) -> float:
    """Return the integral of two exponentials by least squares, nothing held back."""
    scale = float(activity_bq.max())
    start = (0.5, math.log(2.0) / (5.0 * HOUR_S), 0.5, math.log(2.0) / (70.0 * HOUR_S))
    try:
        found, _ = optimize.curve_fit(
            lambda t, a, k, b, m: a * np.exp(-k * t) + b * np.exp(-m * t),
            time_s,
            activity_bq / scale,
            p0=start,
            maxfev=2000,
        )
    except RuntimeError:
        return math.nan
    a, k, b, m = found
    return scale * float(a / k + b / m) if k > 0.0 and m > 0.0 else math.nan


def _estimates_bq_s(truth: str, time_s: np.ndarray, activity_bq: np.ndarray) -> dict[str, float]:
    """Return what the literature's recipes say."""
    prior = half_life(truth).distribution
    mean_per_s = math.log(2.0) / prior.median * math.exp(0.5 * prior.log_sd**2)
    late = int(np.argmin(np.abs(time_s - 96.0 * HOUR_S)))
    found = {
        "Haenscheid": haenscheid_bq_s(float(time_s[late]), float(activity_bq[late])),
        "Madsen": madsen_bq_s(float(time_s[late]), float(activity_bq[late]), mean_per_s),
        "trapezoid": trapezoid_bq_s(time_s, activity_bq),
    }
    if time_s.size > 4:
        found["two exponentials"] = two_exponentials_bq_s(time_s, activity_bq)
    return found


def _one(
    true_curve: RegionCurve,
    patient: int,
    priors: Priors,
    *,
    noise: float,
    deviates: np.ndarray,
    seed: int,
) -> _One:
    points = deviates.size
    time_s = np.array(TIMES_H[points]) * HOUR_S
    amplitude = true_curve.amplitude_fraction[patient]
    rate_per_s = true_curve.biological_rate_per_s[patient]
    true_bq = ADMINISTERED_BQ * (np.exp(-np.outer(time_s, rate_per_s + LU177_PER_S)) @ amplitude)
    measured_bq = true_bq * np.exp(log_sd(noise) * deviates)
    seen = Observations(
        time_s=time_s,
        activity_bq=measured_bq,
        relative_sd=np.full(points, noise),
        sd_bq=np.full(points, np.nan),
        nuclide="Lu-177",
        scales_with_volume=False,
    )
    averaged, chosen = (
        fit(
            seen,
            administered_bq=ADMINISTERED_BQ,
            decay_constant_per_s=LU177_PER_S,
            priors=priors,
            averaging=averaging,
            samples=SAMPLES,
            generator=stream(seed, "fit", true_curve.model, str(points), str(noise), str(patient)),
        )
        for averaging in ("evidence", "none")
    )
    true_bq_s, true_ac225_bq_s = (
        ADMINISTERED_BQ * float(np.sum(amplitude / (rate_per_s + constant_per_s)))
        for constant_per_s in (LU177_PER_S, AC225_PER_S)
    )
    low, median, high = interval(averaged.curve, LU177_PER_S)
    other = interval(chosen.curve, LU177_PER_S)
    ac225 = interval(averaged.curve, AC225_PER_S)
    ratios = {"averaged": median / true_bq_s, "chosen": other[1] / true_bq_s}
    recipes = _estimates_bq_s(true_curve.model, time_s, measured_bq)
    return _One(
        ratios=ratios | {name: value / true_bq_s for name, value in recipes.items()},
        width=high / low,
        held=low <= true_bq_s <= high,
        held_chosen=other[0] <= true_bq_s <= other[2],
        ratio_ac225=ac225[1] / true_ac225_bq_s,
        held_ac225=ac225[0] <= true_ac225_bq_s <= ac225[2],
        model=averaged.model,
    )


def interval(curve: RegionCurve, decay_constant_per_s: float) -> tuple[float, float, float]:
    """Return lower limit, median and upper limit of the integral, in Bq s."""
    found = summarise(
        time_integrated_activity_bq_s(
            curve, administered_bq=ADMINISTERED_BQ, decay_constant_per_s=decay_constant_per_s
        )
    )
    return float(found.low), float(found.median), float(found.high)


HEAD = """\
| tissue | n | noise | coverage | width | averaged | chosen | Haensch. | Madsen | trapez. | 2 exp |
|---|---|---|---|---|---|---|---|---|---|---|
"""
SHORT = {CLEARANCE: "1 phase", UPTAKE_AND_CLEARANCE: "uptake", TWO_PHASE_CLEARANCE: "2 phases"}
RECIPES = ("averaged", "chosen", "Haenscheid", "Madsen", "trapezoid", "two exponentials")


def line(row: Row) -> str:
    """Return a row as a line of a Markdown table; f: per cent that failed."""
    cells = [SHORT[row.truth], str(row.points), f"{100 * row.noise:.0f}"]
    cells += [f"{100 * row.coverage:.1f}, {100 * row.coverage_chosen:.1f}", f"{row.width:.2f}"]
    for name in RECIPES:
        one = row.methods.get(name)
        if one is None:
            cells.append("-")
            continue
        failed = f", f {100 * one.failed:.0f}" if one.failed >= 0.005 else ""
        cells.append(f"{100 * one.bias:+.0f}/{100 * one.rmse:.0f}{failed}")
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    import sys
    from concurrent.futures import ProcessPoolExecutor

    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    cells = list(itertools.product(TRUTHS, TIMES_H, NOISES))
    sys.stdout.write(HEAD)
    with ProcessPoolExecutor(2) as pool:
        jobs = [
            pool.submit(recovery, truth, points=points, noise=noise, patients=patients)
            for truth, points, noise in cells
        ]
        for job in jobs:
            sys.stdout.write(f"{line(job.result())}\n")
            sys.stdout.flush()
