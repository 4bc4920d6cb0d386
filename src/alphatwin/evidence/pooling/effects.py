"""Counts on scales where they are nearly normal, and the way back.

Equations (V16) to (V18) of docs/theory-evidence.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CORRECTION = 0.5  # added to both cells of a study with an empty one, as most software does


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Estimates of studies on one scale, with their variances within studies.

    Attributes
    ----------
    estimates
        (k,) estimates.
    variances
        (k,) variances.
    """

    estimates: NDArray[np.float64]
    variances: NDArray[np.float64]


def check_counts(events: ArrayLike, sizes: ArrayLike) -> None:
    """Raise InvalidValueError unless 0 <= events <= sizes, whole, with sizes of at least 1."""
    x, n = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    whole = x.shape == n.shape and bool(np.all(x == np.round(x)) and np.all(n == np.round(n)))
    if not (x.ndim == 1 and x.size and whole and np.all((x >= 0) & (x <= n) & (n >= 1))):
        msg = f"counts are whole with 0 <= x <= n and n >= 1, one pair a study, got {x} of {n}"
        raise InvalidValueError(msg)


def logits(events: ArrayLike, sizes: ArrayLike) -> Effects:
    """Return log odds with variances 1/x + 1/(n - x) (eq. V16).

    Parameters
    ----------
    events, sizes
        (k,) counts and denominators; 1/2 is added to both cells of a study with an empty one.

    Raises
    ------
    InvalidValueError
        If a count is impossible.
    """
    check_counts(events, sizes)
    x, n = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    add = np.where((x == 0) | (x == n), CORRECTION, 0.0)
    a, b = x + add, n - x + add
    return Effects(np.log(a / b), 1.0 / a + 1.0 / b)


def expit(value: ArrayLike) -> NDArray[np.float64]:
    """Return the share of given log odds."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(value, dtype=float)))


def double_arcsines(events: ArrayLike, sizes: ArrayLike) -> Effects:
    """Return Freeman and Tukey's double arcsines, half their sum, variances 1/(4n + 2) (eq. V17).

    Parameters
    ----------
    events, sizes
        (k,) counts and denominators; nothing is added to empty cells.

    Raises
    ------
    InvalidValueError
        If a count is impossible.
    """
    check_counts(events, sizes)
    x, n = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    return Effects(
        0.5 * (np.arcsin(np.sqrt(x / (n + 1.0))) + np.arcsin(np.sqrt((x + 1.0) / (n + 1.0)))),
        1.0 / (4.0 * n + 2.0),
    )


def share_of_double_arcsine(value: ArrayLike, *, sizes: ArrayLike) -> NDArray[np.float64]:
    """Return the share of a double arcsine by Miller's inversion (1978; eq. V18).

    Parameters
    ----------
    value
        Half the sum of the two arcsines.
    sizes
        (k,) denominators; their harmonic mean stands for the size of the whole.
    """
    n = 1.0 / np.mean(1.0 / np.asarray(sizes, dtype=float))
    lowest = 0.5 * np.arcsin(np.sqrt(1.0 / (n + 1.0)))
    highest = 0.5 * (np.arcsin(np.sqrt(n / (n + 1.0))) + 0.5 * np.pi)
    t = 2.0 * np.clip(np.asarray(value, dtype=float), lowest, highest)
    inner = np.sin(t) + (np.sin(t) - 1.0 / np.sin(t)) / n
    root = np.sqrt(np.clip(1.0 - inner**2, 0.0, None))
    share: NDArray[np.float64] = np.clip(0.5 * (1.0 - np.sign(np.cos(t)) * root), 0.0, 1.0)
    return share


def log_rates(events: ArrayLike, exposures: ArrayLike) -> Effects:
    """Return logarithms of rates with variances 1/x; 1/2 event is added where there is none.

    Parameters
    ----------
    events, exposures
        (k,) numbers of events, and times at risk in any one unit.

    Raises
    ------
    InvalidValueError
        If an event count is negative or not whole, or an exposure is not positive.
    """
    check_rates(events, exposures)
    x, t = np.asarray(events, dtype=float), np.asarray(exposures, dtype=float)
    a = x + np.where(x == 0, CORRECTION, 0.0)
    return Effects(np.log(a / t), 1.0 / a)


def check_rates(events: ArrayLike, exposures: ArrayLike) -> None:
    """Raise InvalidValueError unless events are whole and not negative, exposures positive."""
    x, t = np.asarray(events, dtype=float), np.asarray(exposures, dtype=float)
    whole = x.shape == t.shape and x.ndim == 1 and bool(x.size) and bool(np.all(x == np.round(x)))
    if not (whole and np.all(x >= 0) and np.all(np.isfinite(t) & (t > 0))):
        msg = f"a rate is a whole number of events over a positive time, got {x} over {t}"
        raise InvalidValueError(msg)
