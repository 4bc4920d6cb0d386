r"""Time-activity curves of a region, kept biologically.

Of the activity administered, a region holds the decay-corrected fraction

.. math:: f(t) = \sum_i a_i \, e^{-k_i t}, \qquad t \ge 0, \qquad k_i \ge 0,

with biological rates :math:`k_i`. Under a nuclide with decay constant :math:`\lambda`, the activity
is :math:`A(t) = A_0 f(t) e^{-\lambda t}` and its integral over an interval

.. math:: \tilde A(t_1, t_2) = A_0 \sum_i a_i
          \frac{e^{-(k_i+\lambda) t_1} - e^{-(k_i+\lambda) t_2}}{k_i+\lambda}

[1]_. Another nuclide on the same vector has the same :math:`f` and another :math:`\lambda`, which
is why the curve does not contain the decay.

References
----------
.. [1] W. E. Bolch et al., "MIRD Pamphlet No. 21: A Generalized Schema for
   Radiopharmaceutical Dosimetry", J. Nucl. Med. 50 (2009) 477-484,
   doi:10.2967/jnumed.108.056036.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class RegionCurve:
    """Samples of the decay-corrected fraction of the administered activity in a region.

    Attributes
    ----------
    amplitude_fraction : (n_samples, n_phases) ndarray
        Amplitude of each phase over the administered activity; negative for uptake.
    biological_rate_per_s : (n_samples, n_phases) ndarray
        Biological rate of each phase, at least 0. [1/s]
    best_amplitude_fraction, best_biological_rate_per_s : (n_phases,) ndarray
        The same of the single best curve.
    model
        Name of the model.
    """

    amplitude_fraction: NDArray[np.float64]
    biological_rate_per_s: NDArray[np.float64]
    best_amplitude_fraction: NDArray[np.float64]
    best_biological_rate_per_s: NDArray[np.float64]
    model: str

    def __post_init__(self) -> None:
        for name in (
            "amplitude_fraction",
            "biological_rate_per_s",
            "best_amplitude_fraction",
            "best_biological_rate_per_s",
        ):
            values = np.array(getattr(self, name), dtype=np.float64)
            if not np.isfinite(values).all():
                msg = f"{name} must be finite"
                raise InvalidValueError(msg)
            if "rate" in name and (values < 0.0).any():
                msg = f"{name} must be >= 0, got {values.min()}: nothing decays slower than physics"
                raise InvalidValueError(msg)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        shape = self.amplitude_fraction.shape
        if (
            len(shape) != 2
            or 0 in shape
            or self.biological_rate_per_s.shape != shape
            or self.best_amplitude_fraction.shape != shape[1:]
            or self.best_biological_rate_per_s.shape != shape[1:]
        ):
            msg = (
                "a curve needs (n_samples, n_phases) amplitudes and rates and (n_phases,) best "
                f"ones, got {shape}, {self.biological_rate_per_s.shape}, "
                f"{self.best_amplitude_fraction.shape}, {self.best_biological_rate_per_s.shape}"
            )
            raise InvalidValueError(msg)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.amplitude_fraction.shape[0])

    def first(self, n_samples: int) -> RegionCurve:
        """Return the curve with its first samples only; all of them if it has no more."""
        return RegionCurve(
            self.amplitude_fraction[:n_samples],
            self.biological_rate_per_s[:n_samples],
            self.best_amplitude_fraction,
            self.best_biological_rate_per_s,
            self.model,
        )


class Phases(NamedTuple):
    """The best curve of one nuclide: a sum of exponential phases.

    Attributes
    ----------
    amplitude_bq : (n_phases,) ndarray
        Amplitude of each phase; negative for uptake. [Bq]
    effective_rate_per_s : (n_phases,) ndarray
        Biological rate plus decay constant. [1/s]
    """

    amplitude_bq: NDArray[np.float64]
    effective_rate_per_s: NDArray[np.float64]


def activity_bq(
    curve: RegionCurve,
    *,
    administered_bq: float,
    decay_constant_per_s: float,
    time_s: ArrayLike,
) -> NDArray[np.float64]:
    """Return the activity in the region, not decay-corrected.

    Parameters
    ----------
    curve
        The curve.
    administered_bq
        Activity at the time of administration. [Bq]
    decay_constant_per_s
        Of the nuclide whose activity is wanted. [1/s]
    time_s : (n_times,) array_like
        Time since administration, at least 0. [s]

    Returns
    -------
    (n_samples, n_times) ndarray
        Activity. [Bq]

    Raises
    ------
    InvalidValueError
        If a time, the activity or the decay constant is negative.
    """
    _refuse_impossible(administered_bq, decay_constant_per_s)
    times_s = np.atleast_1d(np.asarray(time_s, dtype=np.float64))
    if times_s.ndim != 1 or not (times_s >= 0.0).all():
        msg = f"time_s must be one-dimensional and >= 0 (since administration), got {times_s}"
        raise InvalidValueError(msg)
    total = np.zeros((curve.n_samples, times_s.size))
    for phase in range(curve.amplitude_fraction.shape[1]):
        rate_per_s = curve.biological_rate_per_s[:, phase, None] + decay_constant_per_s
        total += curve.amplitude_fraction[:, phase, None] * np.exp(-rate_per_s * times_s)
    return administered_bq * total


def time_integrated_activity_bq_s(
    curve: RegionCurve,
    *,
    administered_bq: float,
    decay_constant_per_s: float,
    start_s: float = 0.0,
    stop_s: float = math.inf,
) -> NDArray[np.float64]:
    """Return the number of decays of the nuclide in the region over an interval.

    Parameters
    ----------
    curve
        The curve.
    administered_bq
        Activity at the time of administration. [Bq]
    decay_constant_per_s
        Of the nuclide. [1/s]
    start_s, stop_s
        Limits of the interval since administration; ``stop_s`` may be infinite. [s]

    Returns
    -------
    (n_samples,) ndarray
        Time-integrated activity. [Bq s]

    Raises
    ------
    InvalidValueError
        If the limits are not ``0 <= start_s <= stop_s``, or the integral diverges.
    """
    _refuse_impossible(administered_bq, decay_constant_per_s)
    integral_s = phase_integrals_s(
        curve.biological_rate_per_s + decay_constant_per_s, start_s=start_s, stop_s=stop_s
    )
    return np.asarray(administered_bq * np.sum(curve.amplitude_fraction * integral_s, axis=1))


def best_phases(
    curve: RegionCurve, *, administered_bq: float, decay_constant_per_s: float
) -> Phases:
    """Return amplitudes [Bq] and effective rates [1/s] of the best curve under a nuclide."""
    _refuse_impossible(administered_bq, decay_constant_per_s)
    return Phases(
        amplitude_bq=administered_bq * curve.best_amplitude_fraction,
        effective_rate_per_s=curve.best_biological_rate_per_s + decay_constant_per_s,
    )


def curve_scaled(curve: RegionCurve, factor: ArrayLike) -> RegionCurve:
    """Return the curve with every sample multiplied by its own factor.

    For uptake ratios, calibration and volume. The best curve is multiplied by the median factor.

    Parameters
    ----------
    curve
        The curve.
    factor : (n_samples,) array_like
        Factor of each sample, at least 0; one number serves all.

    Raises
    ------
    InvalidValueError
        If the number of factors is not that of the samples, or one is negative or infinite.
    """
    factors = np.asarray(factor, dtype=np.float64)
    if factors.shape not in {(), (curve.n_samples,)}:
        msg = f"factor must be one number or ({curve.n_samples},), got shape {factors.shape}"
        raise InvalidValueError(msg)
    if not (np.isfinite(factors) & (factors >= 0.0)).all():
        msg = "every factor must be finite and >= 0"
        raise InvalidValueError(msg)
    return RegionCurve(
        amplitude_fraction=curve.amplitude_fraction * factors[..., None],
        biological_rate_per_s=curve.biological_rate_per_s,
        best_amplitude_fraction=curve.best_amplitude_fraction * float(np.median(factors)),
        best_biological_rate_per_s=curve.best_biological_rate_per_s,
        model=curve.model,
    )


def phase_integrals_s(
    rate_per_s: NDArray[np.float64], *, start_s: float, stop_s: float
) -> NDArray[np.float64]:
    """Return the integral of ``exp(-rate t)`` over an interval in s, same shape as the rates.

    Raises
    ------
    InvalidValueError
        If the limits are not ``0 <= start_s <= stop_s``, or the integral diverges.
    """
    if not 0.0 <= start_s <= stop_s:
        msg = f"need 0 <= start_s <= stop_s, got start_s={start_s}, stop_s={stop_s}"
        raise InvalidValueError(msg)
    if math.isinf(start_s):
        return np.zeros_like(rate_per_s)
    at_start = np.exp(-rate_per_s * start_s)
    if math.isinf(stop_s):
        if (rate_per_s <= 0.0).any():
            msg = "the integral to infinity diverges: a phase neither decays nor clears"
            raise InvalidValueError(msg)
        return at_start / rate_per_s
    exponent = rate_per_s * (stop_s - start_s)
    # expm1, not 1 - exp: keeps full precision when the interval is short against 1/rate.
    safe = np.where(exponent > 0.0, exponent, 1.0)
    mean_share = np.where(exponent > 0.0, -np.expm1(-safe) / safe, 1.0)
    return np.asarray(at_start * (stop_s - start_s) * mean_share)


def _refuse_impossible(administered_bq: float, decay_constant_per_s: float) -> None:
    for name, value in (
        ("administered_bq", administered_bq),
        ("decay_constant_per_s", decay_constant_per_s),
    ):
        if not 0.0 <= value < math.inf:
            msg = f"{name} must be finite and >= 0, got {value}"
            raise InvalidValueError(msg)
