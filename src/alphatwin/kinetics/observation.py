r"""Measured values as activities: what stood in the region when it was measured.

A value decay-corrected to :math:`t_0` is undone by :math:`A(t) = A_c\,e^{-\lambda (t - t_0)}`.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.patient.measurement import MeasuredQuantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.patient.course import Region
    from alphatwin.patient.measurement import Measurement

BEYOND_UNCERTAINTY = 2.0
"""Standard uncertainties from which a contradiction is no longer taken for noise."""
UPTAKE_DONE_S = 24.0 * 3600.0
"""Time by which peptides have left the blood; later gain of activity is doubtful."""


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Activity of one nuclide in a whole region, as it was at each time of measurement.

    Attributes
    ----------
    time_s : (n_points,) ndarray
        Time since administration, increasing. [s]
    activity_bq : (n_points,) ndarray
        Activity at that time, not decay-corrected. [Bq]
    relative_sd : (n_points,) ndarray
        Standard uncertainty over the value, error lognormal; NaN where ``sd_bq`` is given.
    sd_bq : (n_points,) ndarray
        Standard uncertainty, error normal; NaN where ``relative_sd`` is given. [Bq]
    nuclide
        Nuclide that was counted.
    scales_with_volume
        Whether the values were concentrations: the error of the volume is then in the activity,
        and cancels in the dose.
    """

    time_s: NDArray[np.float64]
    activity_bq: NDArray[np.float64]
    relative_sd: NDArray[np.float64]
    sd_bq: NDArray[np.float64]
    nuclide: str
    scales_with_volume: bool

    def __post_init__(self) -> None:
        for name in ("time_s", "activity_bq", "relative_sd", "sd_bq"):
            values = np.array(getattr(self, name), dtype=np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.time_s.ndim != 1 or self.time_s.size == 0:
            msg = f"observations need at least one point, got time_s of shape {self.time_s.shape}"
            raise InvalidValueError(msg)
        for name in ("activity_bq", "relative_sd", "sd_bq"):
            if getattr(self, name).shape != self.time_s.shape:
                msg = f"{name} must have one value per time, got {getattr(self, name).shape}"
                raise InvalidValueError(msg)
        if not (np.isfinite(self.time_s) & (self.time_s >= 0.0)).all():
            msg = f"time_s must be finite and >= 0 (since administration), got {self.time_s}"
            raise InvalidValueError(msg)
        if not (np.isfinite(self.activity_bq) & (self.activity_bq >= 0.0)).all():
            msg = f"activity_bq must be finite and >= 0, got {self.activity_bq}"
            raise InvalidValueError(msg)
        relative = self.is_relative
        if (relative & (self.activity_bq == 0.0)).any():
            msg = "an activity of zero needs sd_bq, not relative_sd"
            raise InvalidValueError(msg)
        spread = np.where(relative, self.relative_sd, self.sd_bq)
        if (relative != np.isnan(self.sd_bq)).any() or not (
            np.isfinite(spread) & (spread > 0.0)
        ).all():
            msg = "give exactly one of relative_sd and sd_bq per point, finite and > 0"
            raise InvalidValueError(msg)

    @property
    def is_relative(self) -> NDArray[np.bool_]:
        """Where the error is lognormal, (n_points,)."""
        return np.asarray(~np.isnan(self.relative_sd))


def observations(
    measurement: Measurement,
    *,
    region: Region,
    administered_bq: float | None,
    decay_constant_per_s: float,
) -> Observations:
    """Return what a measurement says about the activity in the whole region.

    Parameters
    ----------
    measurement
        Values as they were written down.
    region
        The region; its volume turns a concentration into activity.
    administered_bq
        Activity administered, which turns a fraction into activity; ``None`` if unknown. [Bq]
    decay_constant_per_s
        Of the nuclide that was counted. [1/s]

    Raises
    ------
    InvalidValueError
        If a concentration comes without a volume, or a fraction without the activity
        administered.
    """
    points = measurement.points
    time_s = np.array([p.time_s for p in points])
    scale = np.full(time_s.size, _activity_per_value(measurement, region, administered_bq))
    if measurement.decay_corrected_to_s is not None:
        scale *= np.exp(-decay_constant_per_s * (time_s - measurement.decay_corrected_to_s))
    return Observations(
        time_s=time_s,
        activity_bq=scale * np.array([p.value for p in points]),
        relative_sd=np.array(
            [math.nan if p.relative_sd is None else p.relative_sd for p in points]
        ),
        sd_bq=scale * np.array([math.nan if p.sd is None else p.sd for p in points]),
        nuclide=measurement.nuclide,
        scales_with_volume=measurement.quantity is MeasuredQuantity.CONCENTRATION_BQ_PER_ML,
    )


def exceeds_administered(
    seen: Observations, *, administered_bq: float, decay_constant_per_s: float
) -> tuple[int, ...]:
    """Return the indices of points that hold more than was administered, decayed to their time.

    A point counts if it does so by more than two standard uncertainties: then a value, a time, a
    unit or the decay correction is wrong.

    Parameters
    ----------
    seen
        The observations.
    administered_bq
        Activity administered. [Bq]
    decay_constant_per_s
        Of the nuclide that was counted. [1/s]
    """
    limit_bq = administered_bq * np.exp(-decay_constant_per_s * seen.time_s)
    least_bq = np.where(
        seen.is_relative,
        seen.activity_bq * np.exp(-BEYOND_UNCERTAINTY * _log_sds(seen)),
        seen.activity_bq - BEYOND_UNCERTAINTY * seen.sd_bq,
    )
    return tuple(int(i) for i in np.flatnonzero(least_bq > limit_bq))


def suspicious_decay_correction(seen: Observations, *, decay_constant_per_s: float) -> str | None:
    """Return why the decay correction is doubtful, or ``None`` if nothing can be said.

    After uptake, a region loses activity at least as fast as physics takes it away. Values that
    were decay-corrected but are marked as not look as if it did not. Only pairs of points later
    than 24 h count, and only a difference beyond two standard uncertainties. The opposite mistake
    (not corrected, but marked so) looks like fast clearance and cannot be told from it.

    Parameters
    ----------
    seen
        The observations, as activity at the time of measurement.
    decay_constant_per_s
        Of the nuclide that was counted. [1/s]
    """
    late = np.flatnonzero((seen.time_s >= UPTAKE_DONE_S) & (seen.activity_bq > 0.0))
    spread = _log_sds(seen)
    for first, last in itertools.pairwise(late):
        elapsed_s = float(seen.time_s[last] - seen.time_s[first])
        change = math.log(seen.activity_bq[last] / seen.activity_bq[first])
        gain = change + decay_constant_per_s * elapsed_s
        if gain > BEYOND_UNCERTAINTY * math.hypot(spread[first], spread[last]):
            return (
                f"between {seen.time_s[first] / 3600.0:.4g} h and "
                f"{seen.time_s[last] / 3600.0:.4g} h the activity of {seen.nuclide} changes by a "
                f"factor of {math.exp(change):.3g}, but physical decay alone makes it "
                f"{math.exp(-decay_constant_per_s * elapsed_s):.3g}: the region still gains "
                "activity after 24 h, or the values are decay-corrected in another way than "
                "decay_corrected_to_s says"
            )
    return None


def _log_sds(seen: Observations) -> NDArray[np.float64]:
    """Return the standard uncertainty of the logarithm of each activity, (n_points,)."""
    with np.errstate(divide="ignore"):
        relative = np.where(seen.is_relative, seen.relative_sd, seen.sd_bq / seen.activity_bq)
    return np.asarray(np.sqrt(np.log1p(relative**2)))


def _activity_per_value(
    measurement: Measurement, region: Region, administered_bq: float | None
) -> float:
    if measurement.quantity is MeasuredQuantity.CONCENTRATION_BQ_PER_ML:
        if region.volume_ml is None:
            msg = (
                f"measurement of {measurement.region!r} is a concentration, and mass_kg of the "
                "region is not known; give the region a mass or volume, or measure activity"
            )
            raise InvalidValueError(msg)
        return region.volume_ml
    if measurement.quantity is MeasuredQuantity.FRACTION_OF_ADMINISTERED:
        if administered_bq is None:
            msg = (
                f"measurement of {measurement.region!r} is a fraction of the activity "
                f"administered, and activity_bq of {measurement.administration!r} is not known; "
                "give it, or give activities"
            )
            raise InvalidValueError(msg)
        return administered_bq
    return 1.0
