"""Intervals of pooled log odds and log rates: by profile likelihood, and by Wald."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.evidence.pooling.likelihood import Maximum, maximise, repeated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.evidence.pooling.likelihood import Sets

_WIDENINGS = 12  # each by a factor of 1.7: 500 standard errors
_WIDER = 1.7
_NARROWINGS = 30
_CLOSE = 1e-7  # of twice the log-likelihood


def profile_interval(
    sets: Sets, top: Maximum, *, quantile: NDArray[np.float64], index: int = 0
) -> NDArray[np.float64]:
    """Return (b, 2) ends where the profile of a coefficient has fallen by quantile^2 / 2 (V22).

    Parameters
    ----------
    sets
        The studies.
    top
        The highest point of each set.
    quantile
        (b,) quantile of the normal distribution or of Student's t.
    index
        The coefficient.

    Returns
    -------
    ndarray
        Ends; nan where the profile does not fall so far, as where no study has an event.
    """
    b = len(top.theta)
    both = repeated(sets, 2)
    centre, q = np.repeat(top.theta, 2, axis=0), np.repeat(quantile, 2)
    highest = np.repeat(top.surface.value, 2)
    side = np.tile([-1.0, 1.0], b)
    width = np.repeat(top.standard_errors()[:, index], 2) * np.minimum(q, 6.0)
    width = np.clip(width, 1e-3, 20.0)
    state = centre.copy()

    def excess(distance: NDArray[np.float64]) -> NDArray[np.float64]:
        state[:, index] = centre[:, index] + side * distance
        found = maximise(state, both, fixed=index)
        state[:] = found.theta
        return 2.0 * (highest - found.surface.value) - q * q

    inner, inner_value = np.zeros(2 * b), -q * q
    outer, outer_value = width, excess(width)
    for _ in range(_WIDENINGS):
        short = outer_value < 0.0
        if not short.any():
            break
        inner, inner_value = (
            np.where(short, outer, inner),
            np.where(short, outer_value, inner_value),
        )
        outer = np.where(short, outer * _WIDER, outer)
        outer_value = excess(outer)
    reached = outer_value >= 0.0
    for _ in range(_NARROWINGS):
        if np.all(~reached | (np.abs(outer_value) < _CLOSE) | (outer - inner < 1e-9)):
            break
        middle = _between(inner, inner_value, outer, outer_value)
        value = excess(middle)
        low = value < 0.0
        # Illinois: the end that stays counts half the next time
        inner_value = np.where(low, value, 0.5 * inner_value)
        outer_value = np.where(low, 0.5 * outer_value, value)
        inner, outer = np.where(low, middle, inner), np.where(low, outer, middle)
        if np.all(~reached | (np.abs(value) < _CLOSE)):
            inner = outer = middle
            break
    ends: NDArray[np.float64] = centre[:, index] + side * np.where(
        reached, 0.5 * (inner + outer), np.nan
    )
    return ends.reshape(b, 2)


def _between(
    a: NDArray[np.float64],
    a_value: NDArray[np.float64],
    b: NDArray[np.float64],
    b_value: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return where the root between two points is expected: on a parabola from the top."""
    share = np.sqrt(np.abs(a_value)) / (
        np.sqrt(np.abs(a_value)) + np.sqrt(np.abs(b_value)) + 1e-300
    )
    linear = np.abs(a_value) / (np.abs(a_value) + np.abs(b_value) + 1e-300)
    part: NDArray[np.float64] = np.clip(np.where(a == 0.0, share, linear), 0.02, 0.98)
    middle: NDArray[np.float64] = np.asarray(a + part * (b - a), dtype=np.float64)
    return middle


def wald_interval_of(top: Maximum, *, quantile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (b, 2) ends of the first coefficient by its standard error."""
    half = quantile * top.standard_errors()[:, 0]
    return np.stack([top.theta[:, 0] - half, top.theta[:, 0] + half], axis=1)
