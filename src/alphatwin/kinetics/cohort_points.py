"""Measured points of many patients as arrays, padded to one length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.kinetics.observation import Observations


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Points of many patients, padded to one length.

    Attributes
    ----------
    time_s, fraction, spread : (n_patients, n_points) ndarray
        Time [s], decay-corrected fraction of the administered activity, and its uncertainty: of
        the logarithm where ``is_relative``, else of the fraction.
    is_relative, is_measured : (n_patients, n_points) ndarray
        Where the error is lognormal; where there is a point at all.
    is_bounded : (n_patients,) ndarray
        Where the administered activity is known, so that a fraction cannot exceed 1.
    reference_s : (n_patients,) ndarray
        Time at which the first parameter is the fraction in the region. [s]
    """

    time_s: NDArray[np.float64]
    fraction: NDArray[np.float64]
    spread: NDArray[np.float64]
    is_relative: NDArray[np.bool_]
    is_measured: NDArray[np.bool_]
    is_bounded: NDArray[np.bool_]
    reference_s: NDArray[np.float64]

    @property
    def n_patients(self) -> int:
        """Number of patients."""
        return int(self.time_s.shape[0])

    def part(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Batch:
        """Return the batch of some of the patients."""
        return Batch(
            self.time_s[index],
            self.fraction[index],
            self.spread[index],
            self.is_relative[index],
            self.is_measured[index],
            self.is_bounded[index],
            self.reference_s[index],
        )


def batch(
    seen: Sequence[Observations],
    *,
    administered_bq: Sequence[float | None],
    decay_constant_per_s: float,
    typical_fraction: float,
) -> Batch:
    """Return the points of many patients as one batch.

    Parameters
    ----------
    seen
        Observations of each patient.
    administered_bq
        Activity administered to each, ``None`` if unknown: the largest value then counts as
        ``typical_fraction``, and nothing bounds the fractions. [Bq]
    decay_constant_per_s
        Of the nuclide that was measured. [1/s]
    typical_fraction
        Median of the prior of the fraction.
    """
    shape = (len(seen), max(one.time_s.size for one in seen))
    time_s, fraction, spread = np.ones(shape), np.ones(shape), np.ones(shape)
    relative, measured = np.ones(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    reference_s = np.ones(shape[0])
    for i, (one, given_bq) in enumerate(zip(seen, administered_bq, strict=True)):
        n = one.time_s.size
        scale = np.exp(decay_constant_per_s * one.time_s) / (given_bq or 1.0)
        log_sd = np.sqrt(np.log1p(np.where(one.is_relative, one.relative_sd, 0.0) ** 2))
        value, error = one.activity_bq * scale, np.where(one.is_relative, log_sd, one.sd_bq * scale)
        if given_bq is None:
            largest = float(np.where(one.is_relative, value, np.maximum(value, error)).max())
            value = value * typical_fraction / largest
            error = np.where(one.is_relative, error, error * typical_fraction / largest)
        shared = np.where(one.is_relative, log_sd, error / np.maximum(value, error))
        time_s[i, :n], fraction[i, :n], spread[i, :n] = one.time_s, value, error
        relative[i, :n], measured[i, :n] = one.is_relative, True
        reference_s[i] = np.average(one.time_s, weights=shared**-2.0)
    bounded = np.array([given_bq is not None for given_bq in administered_bq])
    return Batch(time_s, fraction, spread, relative, measured, bounded, reference_s)
