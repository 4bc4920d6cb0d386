"""Summaries of samples: the median and the central 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

PERCENTILES = (2.5, 50.0, 97.5)
"""Limits of the central 95 % interval, and the median."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Median and central 95 % interval, in the unit of the samples.

    Attributes
    ----------
    median, low, high
        50th, 2.5th and 97.5th percentile: floats, or (...,) arrays for samples with more axes.
    """

    median: float | NDArray[np.float64]
    low: float | NDArray[np.float64]
    high: float | NDArray[np.float64]


def summarise(samples: ArrayLike) -> Interval:
    """Return the median and the central 95 % interval over the first axis.

    Parameters
    ----------
    samples : (n_samples, ...) array_like
        Equally weighted samples.

    Raises
    ------
    InvalidValueError
        If there are no samples, or one of them is not a number.
    """
    values = np.asarray(samples, dtype=np.float64)
    if values.ndim == 0 or values.shape[0] == 0:
        msg = f"a summary needs at least one sample along the first axis, got {values.shape}"
        raise InvalidValueError(msg)
    # A whole sort takes half the time of the selection that numpy's percentiles begin with.
    ordered = np.sort(np.moveaxis(values, 0, -1), axis=-1)
    low, median, high = (_between(ordered, share=p / 100.0) for p in PERCENTILES)
    if np.isnan(ordered[..., -1]).any():  # that is where a sort puts them
        msg = "samples must be numbers, got NaN among them"
        raise InvalidValueError(msg)
    if values.ndim == 1:
        return Interval(median=float(median), low=float(low), high=float(high))
    return Interval(median=median, low=low, high=high)


def _between(ordered: NDArray[np.float64], *, share: float) -> NDArray[np.float64]:
    """Return a percentile of the last axis, linear between samples, as numpy's default is."""
    place = share * (ordered.shape[-1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[-1] - 1)
    low, high = ordered[..., below], ordered[..., above]
    return np.asarray(low + (place - below) * (high - low))
