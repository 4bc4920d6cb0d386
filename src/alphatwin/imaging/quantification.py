r"""From counts to activity: calibration, dead time, recovery and background, each with uncertainty.

**Calibration** (eq. I8) by a source of known activity :math:`A` that gives :math:`N` counts, of
which :math:`B` are background, in :math:`T`: :math:`f = A T / (N - B)`, with the counting
statistics of both.

**Dead time** (eqs. I9, I10): a camera that is dead for :math:`\tau` after every event it records
sees of a true rate :math:`n` the rate :math:`m = n/(1 + n\tau)`; one that is dead after every event
that happens, :math:`m = n e^{-n\tau}`, whose lower branch is :math:`n = -W_0(-m\tau)/\tau`
(G. F. Knoll, Radiation Detection and Measurement, chapter 4, recalled).

**Recovery** (eq. I11) by volume, :math:`R(V) = 1/(1 + (V_0/V)^b)`, fitted to a table of phantom
spheres: :math:`\ln(1/R - 1)` is linear in :math:`\ln V`.

**Background** (eq. I12): of a region of recovery :math:`R`, what its own activity loses to the
outside its surroundings of concentration :math:`c_b` replace: :math:`c_m = R c + (1 - R) c_b`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import lambertw

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

DeadTimeModel = Literal["nonparalysable", "paralysable"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Activity per rate of counts. [Bq s], with its relative standard uncertainty."""

    factor_bq_s: float
    relative_sd: float


@dataclass(frozen=True, slots=True)
class Corrected:
    """A value before and after a correction, with relative standard uncertainties.

    Attributes
    ----------
    before_value_ratio, after_value_ratio
        Over their common unit: counts per s, or Bq/mL.
    before_relative_sd, after_relative_sd
        Relative standard uncertainties.
    """

    before_value_ratio: float
    before_relative_sd: float
    after_value_ratio: float
    after_relative_sd: float

    @property
    def factor(self) -> float:
        """What the correction multiplied by."""
        return self.after_value_ratio / self.before_value_ratio


@dataclass(frozen=True, slots=True)
class RecoveryCurve:
    """Recovery by volume, fitted in logarithms; module docstring.

    Attributes
    ----------
    half_volume_ml
        Volume :math:`V_0` of half recovery. [mL]
    exponent
        :math:`b`.
    log_covariance_ratio
        Of ln of the odds at ln V = 0 and of its slope. (3): variance, covariance, variance
    smallest_ml, largest_ml
        Spheres that it was fitted to. [mL]
    """

    half_volume_ml: float
    exponent: float
    log_covariance_ratio: tuple[float, float, float]
    smallest_ml: float
    largest_ml: float

    def recovery_fraction(self, volume_ml: float) -> float:
        """Return the recovery of a volume [mL]."""
        return float(1.0 / (1.0 + (self.half_volume_ml / volume_ml) ** self.exponent))

    def recovery_relative_sd(self, volume_ml: float) -> float:
        """Return the relative standard uncertainty of the recovery of a volume [mL]."""
        x = math.log(volume_ml)
        variance, covariance, slope = self.log_covariance_ratio
        spread = math.sqrt(max(0.0, variance + 2.0 * x * covariance + x * x * slope))
        return (1.0 - self.recovery_fraction(volume_ml)) * spread

    def is_outside(self, volume_ml: float) -> bool:
        """Whether a volume [mL] lies beyond the spheres of the phantom."""
        return not self.smallest_ml <= volume_ml <= self.largest_ml


def calibration_bq_s(
    *,
    source_bq: float,
    n_counts: float,
    duration_s: float,
    n_background: float = 0.0,
    source_relative_sd: float = 0.0,
) -> Calibration:
    """Return the calibration factor of a camera; eq. I8.

    Parameters
    ----------
    source_bq
        Activity in the middle of the measurement. [Bq]
    n_counts, n_background
        Counts with the source, and those of them that are background, measured for the same time.
    duration_s
        [s]
    source_relative_sd
        Relative standard uncertainty of the activity.

    Raises
    ------
    InvalidValueError
        If there are no counts above the background.
    """
    net = n_counts - n_background
    if not (source_bq > 0.0 and duration_s > 0.0 and net > 0.0 and n_background >= 0.0):
        msg = (
            "a calibration needs activity, time and counts above the background, got "
            f"{source_bq} Bq, {duration_s} s, {n_counts} and {n_background} counts"
        )
        raise InvalidValueError(msg)
    counting = math.sqrt(n_counts + n_background) / net
    return Calibration(source_bq * duration_s / net, math.hypot(counting, source_relative_sd))


def corrected_for_dead_time(
    observed_per_s: float,
    *,
    dead_time_s: float,
    model: DeadTimeModel,
    observed_relative_sd: float = 0.0,
    dead_time_relative_sd: float = 0.0,
) -> Corrected:
    """Return the true rate of an observed one [1/s]; eqs. I9 and I10.

    Parameters
    ----------
    observed_per_s
        [1/s]
    dead_time_s
        [s]
    model
        ``nonparalysable`` or ``paralysable``.
    observed_relative_sd, dead_time_relative_sd
        Relative standard uncertainties, carried to first order.

    Raises
    ------
    InvalidValueError
        If no true rate gives the observed one.
    """
    if not (observed_per_s > 0.0 and dead_time_s >= 0.0):
        msg = f"rate must be > 0 and dead time >= 0, got {observed_per_s}/s and {dead_time_s} s"
        raise InvalidValueError(msg)
    load = observed_per_s * dead_time_s
    most = 1.0 if model == "nonparalysable" else math.exp(-1.0)
    if load >= most:
        msg = (
            f"a {model} camera with a dead time of {dead_time_s} s sees less than "
            f"{most / dead_time_s:.4g} per s, got {observed_per_s:.4g}: saturated"
        )
        raise InvalidValueError(msg)
    if model == "nonparalysable":
        true = observed_per_s / (1.0 - load)
        by_rate, by_dead_time = true / observed_per_s, true * dead_time_s
    else:
        product = float(-lambertw(-load).real) if load > 0.0 else 0.0  # n tau
        true = observed_per_s * math.exp(product)
        by_rate, by_dead_time = 1.0 / (1.0 - product), product / (1.0 - product)
    spread = math.hypot(by_rate * observed_relative_sd, by_dead_time * dead_time_relative_sd)
    return Corrected(observed_per_s, observed_relative_sd, true, spread)


def observed_rate_per_s(true_per_s: float, *, dead_time_s: float, model: DeadTimeModel) -> float:
    """Return what a camera sees of a true rate [1/s], the model itself."""
    if model == "nonparalysable":
        return true_per_s / (1.0 + true_per_s * dead_time_s)
    return true_per_s * math.exp(-true_per_s * dead_time_s)


def recovery_curve(
    volumes_ml: ArrayLike, *, recovery_fractions: ArrayLike, relative_sd: ArrayLike
) -> RecoveryCurve:
    """Return the recovery curve of a table of phantom spheres; eq. I11.

    Parameters
    ----------
    volumes_ml
        (n_spheres,), [mL]
    recovery_fractions
        Measured over true concentration, between 0 and 1. (n_spheres,)
    relative_sd
        Relative standard uncertainties of them. (n_spheres,)

    Raises
    ------
    InvalidValueError
        If there are fewer than three spheres, recoveries outside of 0 to 1, or none that rises.
    """
    volume, recovery, spread = (
        np.asarray(v, dtype=np.float64) for v in (volumes_ml, recovery_fractions, relative_sd)
    )
    spread = np.broadcast_to(spread, volume.shape)
    if volume.ndim != 1 or volume.size < 3 or recovery.shape != volume.shape:
        msg = f"a recovery curve needs three spheres or more, got {volume.shape}"
        raise InvalidValueError(msg)
    if np.any(volume <= 0.0) or np.any(spread <= 0.0):
        msg = "volumes and relative uncertainties of spheres must be > 0"
        raise InvalidValueError(msg)
    if np.any((recovery <= 0.0) | (recovery >= 1.0)):
        msg = (
            f"recoveries must be between 0 and 1, got {recovery.tolist()}; leave out spheres that "
            "recover all"
        )
        raise InvalidValueError(msg)
    odds = np.log(1.0 / recovery - 1.0)
    weight = ((1.0 - recovery) / spread) ** 2  # 1 / variance of the logarithm of the odds
    design = np.stack([np.ones_like(volume), np.log(volume)], axis=1)
    normal = design.T @ (weight[:, None] * design)
    covariance = np.linalg.inv(normal)
    start, slope = covariance @ (design.T @ (weight * odds))
    if not slope < 0.0:
        msg = "recovery does not rise with volume in this table: is it in order?"
        raise InvalidValueError(msg)
    return RecoveryCurve(
        half_volume_ml=float(np.exp(-start / slope)),
        exponent=float(-slope),
        log_covariance_ratio=(
            float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1]),
        ),
        smallest_ml=float(volume.min()),
        largest_ml=float(volume.max()),
    )  # fmt: skip


def corrected_for_recovery(
    measured_bq_per_ml: float,
    *,
    recovery_fraction: float,
    background_bq_per_ml: float = 0.0,
    measured_relative_sd: float = 0.0,
    recovery_relative_sd: float = 0.0,
    background_relative_sd: float = 0.0,
) -> Corrected:
    """Return the concentration in a region, of that measured [Bq/mL]; eq. I12.

    Parameters
    ----------
    measured_bq_per_ml, background_bq_per_ml
        Mean in the region, and around it. [Bq/mL]
    recovery_fraction
        Of the volume of the region.
    measured_relative_sd, recovery_relative_sd, background_relative_sd
        Independent relative standard uncertainties, carried to first order.

    Raises
    ------
    InvalidValueError
        If the recovery is not in 0 to 1, or the region holds less than its surroundings alone
        would put into it.
    """
    if (
        not 0.0 < recovery_fraction <= 1.0
        or measured_bq_per_ml <= 0.0
        or background_bq_per_ml < 0.0
    ):
        msg = (
            "recovery must be in (0, 1] and concentrations positive, got "
            f"{recovery_fraction}, {measured_bq_per_ml} and {background_bq_per_ml} Bq/mL"
        )
        raise InvalidValueError(msg)
    spill = (1.0 - recovery_fraction) * background_bq_per_ml
    true = (measured_bq_per_ml - spill) / recovery_fraction
    if not true > 0.0:
        msg = (
            f"the surroundings alone put {spill:.4g} Bq/mL into the region, which shows "
            f"{measured_bq_per_ml:.4g} Bq/mL: nothing is left of its own"
        )
        raise InvalidValueError(msg)
    parts = (
        measured_bq_per_ml * measured_relative_sd / recovery_fraction,
        (background_bq_per_ml - true) * recovery_relative_sd,
        spill * background_relative_sd / recovery_fraction,
    )
    spread = math.sqrt(sum(p * p for p in parts)) / true
    return Corrected(measured_bq_per_ml, measured_relative_sd, true, spread)
