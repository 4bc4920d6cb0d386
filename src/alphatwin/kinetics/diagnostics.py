r"""What single points do to a fit, and how far a normal approximation is from the posterior.

A point is left out and the curve fitted again to the others. Its *left-out residual* is its
distance from that curve over the standard uncertainty of the prediction, the point's own and the
curve's (Laplace); its *influence* the ratio of the integrals without and with it; its *time shift*
the smallest change of its time that would put the value as it was measured on the others' curve.

Laplace's approximation takes the posterior for normal at its best point: with the gradient
:math:`g` of the logarithm of the integral and the curvature :math:`H`,
:math:`\ln \tilde A \sim N(\ln \tilde A(\hat z),\ g^T H^{-1} g)`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics.models import log_fraction, phases
from alphatwin.kinetics.posterior import climbed
from alphatwin.kinetics.target import curves_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.posterior import Mode
    from alphatwin.kinetics.target import Target

LARGE_RESIDUAL = 3.0
"""Standard uncertainties from which a point contradicts the curve."""
LATEST = 3.0
"""Time shifts are looked for up to this many times the last point's time."""
_STEP = 1e-4
_GRID_POINTS = 1500


@dataclass(frozen=True, slots=True)
class PointDiagnosis:
    """What one point does to the fit.

    Attributes
    ----------
    time_s
        Time of the point. [s]
    left_out_residual_sd
        Measured less predicted by the other points, over the standard uncertainty of both.
    integral_ratio
        Time-integrated activity without the point over that with it, best curves.
    time_shift_s
        Smallest shift of its time that puts it on the curve of the others; ``None`` if none up to
        three times the last time does. [s]
    is_determined
        Whether the other points are at least as many as the parameters; else priors fill in for
        them, and a large residual may as well be the prior's.
    """

    time_s: float
    left_out_residual_sd: float
    integral_ratio: float
    time_shift_s: float | None
    is_determined: bool

    @property
    def is_outlier(self) -> bool:
        """Whether the point contradicts the others, which say enough without it."""
        return self.is_determined and abs(self.left_out_residual_sd) > LARGE_RESIDUAL


@dataclass(frozen=True, slots=True)
class LaplaceComparison:
    """The time-integrated activity of the leading model, by Laplace and by sampling.

    Attributes
    ----------
    laplace_median_bq_s, sampled_median_bq_s
        Medians. [Bq s]
    laplace_log_sd, sampled_log_sd
        Standard deviations of the logarithm; the sampled one is half the central 68 % range.
    """

    laplace_median_bq_s: float
    laplace_log_sd: float
    sampled_median_bq_s: float
    sampled_log_sd: float

    @property
    def median_ratio(self) -> float:
        """Laplace's median over the sampled one."""
        return self.laplace_median_bq_s / self.sampled_median_bq_s

    @property
    def sd_ratio(self) -> float:
        """Laplace's standard deviation of the logarithm over the sampled one."""
        return self.laplace_log_sd / self.sampled_log_sd if self.sampled_log_sd else math.inf


def log_integral(target: Target, z: NDArray[np.float64], *, part: int = 0) -> NDArray[np.float64]:
    """Return the logarithm of the integral of a part under its nuclide, per Bq given, (m,)."""
    chosen = target.parts[part]
    made = curves_of(target, z, part=part)
    amplitude, rate_per_s = phases(chosen.scheme.model, made)
    whole_s = np.sum(amplitude / (rate_per_s + chosen.scheme.decay_constant_per_s), axis=1)
    return np.asarray(np.log(np.maximum(whole_s, 1e-300)))


def laplace_comparison(
    target: Target,
    mode: Mode,
    sampled_bq_s: NDArray[np.float64],
    *,
    administered_bq: float,
    part: int = 0,
) -> LaplaceComparison:
    """Return the time-integrated activity by Laplace beside that of samples (m,) in Bq s."""
    d = mode.z.size
    steps = np.concatenate([np.zeros((1, d)), _STEP * np.eye(d), -_STEP * np.eye(d)])
    logs = log_integral(target, mode.z + steps, part=part)
    slope = (logs[1 : d + 1] - logs[d + 1 :]) / (2.0 * _STEP)
    variance = float(slope @ np.linalg.solve(mode.curvature, slope))
    low, median, high = np.percentile(np.log(sampled_bq_s), (15.87, 50.0, 84.13))
    return LaplaceComparison(
        laplace_median_bq_s=administered_bq * math.exp(float(logs[0])),
        laplace_log_sd=math.sqrt(variance),
        sampled_median_bq_s=math.exp(float(median)),
        sampled_log_sd=0.5 * float(high - low),
    )


def point_diagnoses(target: Target, mode: Mode, *, part: int = 0) -> tuple[PointDiagnosis, ...]:
    """Return the diagnosis of every point of a part; none where there is only one point."""
    sizes = [p.time_s.size for p in target.parts]
    total, n, first = sum(sizes), sizes[part], sum(sizes[:part])
    if total == 1:
        return ()
    used = np.ones((n, total))
    used[np.arange(n), first + np.arange(n)] = 0.0
    z, _, curvature = climbed(target, np.repeat(mode.z[None, :], n, axis=0), used=used)
    chosen = target.parts[part]
    predicted, log_sd = _predicted(target, z, curvature, part=part)
    stated = chosen.spread
    value = np.exp(predicted)
    safe = np.where(chosen.is_relative, chosen.fraction, 1.0)
    residual = np.where(
        chosen.is_relative,
        (np.log(safe) - predicted) / np.hypot(stated, log_sd),
        (chosen.fraction - value) / np.hypot(stated, value * log_sd),
    )
    change = log_integral(target, z, part=part) - log_integral(target, mode.z[None, :], part=part)
    shifts_s = _time_shifts_s(target, z, part=part)
    return tuple(
        PointDiagnosis(
            time_s=float(chosen.time_s[i]),
            left_out_residual_sd=float(residual[i]),
            integral_ratio=math.exp(float(change[i])),
            time_shift_s=shifts_s[i],
            is_determined=total - 1 >= target.n_parameters,
        )
        for i in range(n)
    )


def _log_f(
    target: Target, z: NDArray[np.float64], time_s: NDArray[np.float64], *, part: int
) -> NDArray[np.float64]:
    """Return the logarithm of the fraction of a part at times, (m, n_times)."""
    made = curves_of(target, z, part=part)
    return log_fraction(target.parts[part].scheme.model, made, time_s)


def _predicted(
    target: Target, z: NDArray[np.float64], curvature: NDArray[np.float64], *, part: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ln f of each row at its own point, and the standard deviation of it, (n,) each."""
    n, d = z.shape
    time_s = target.parts[part].time_s
    steps = np.concatenate([np.zeros((1, d)), _STEP * np.eye(d), -_STEP * np.eye(d)])
    every = (z[:, None, :] + steps).reshape(-1, d)
    logs = _log_f(target, every, time_s, part=part).reshape(n, 2 * d + 1, time_s.size)
    own = logs[np.arange(n), :, np.arange(n)]
    slope = (own[:, 1 : d + 1] - own[:, d + 1 :]) / (2.0 * _STEP)
    back = np.linalg.solve(curvature, slope[:, :, None])[:, :, 0]
    return own[:, 0], np.sqrt(np.maximum(np.sum(slope * back, axis=1), 0.0))


def _time_shifts_s(
    target: Target, z: NDArray[np.float64], *, part: int
) -> tuple[float | None, ...]:
    """Return the smallest shift in time that puts each point on its row's curve, in s."""
    chosen = target.parts[part]
    constant_per_s = chosen.scheme.decay_constant_per_s
    at_s = chosen.time_s
    with np.errstate(divide="ignore"):
        measured = np.log(chosen.fraction) - constant_per_s * at_s
    grid_s = np.linspace(0.0, LATEST * float(at_s[-1]), _GRID_POINTS)
    away = _log_f(target, z, grid_s, part=part) - constant_per_s * grid_s - measured[:, None]
    found: list[float | None] = []
    for i in range(at_s.size):
        crossing = np.flatnonzero(np.sign(away[i, 1:]) != np.sign(away[i, :-1]))
        if crossing.size == 0 or not np.isfinite(measured[i]):
            found.append(None)
            continue
        left, right = away[i, crossing], away[i, crossing + 1]
        part_of_step = left / (left - right)
        shift_s = grid_s[crossing] + part_of_step * (grid_s[1] - grid_s[0]) - at_s[i]
        found.append(float(shift_s[np.argmin(np.abs(shift_s))]))
    return tuple(found)
