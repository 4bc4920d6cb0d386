"""Intervals of pooled log odds and log rates: by profile likelihood, and by Wald."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.evidence.pooling.likelihood import Maximum, maximise, repeated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.evidence.pooling.likelihood import Sets

_WIDER = 2.0  # most by which a step may widen the distance from the top
_FARTHEST = 60.0  # log odds, a share of 1e-26: a profile that has not fallen there never falls
_MOST_STEPS = 60
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
    state, distance = centre.copy(), np.clip(width, 1e-3, 20.0)
    inner, outer = np.zeros(2 * b), np.full(2 * b, np.inf)
    done = np.zeros(2 * b, dtype=bool)
    for _ in range(_MOST_STEPS):
        state[:, index] = centre[:, index] + side * distance
        found = maximise(state, both, fixed=index)
        state[:] = found.theta
        fall = 2.0 * (highest - found.surface.value)
        done = np.abs(fall - q * q) < _CLOSE
        lost = (distance >= _FARTHEST) & (fall < q * q)
        if np.all(done | lost):
            break
        inner = np.where(fall < q * q, distance, inner)
        outer = np.where(fall < q * q, outer, distance)
        slope = -2.0 * side * found.surface.gradient[:, index]
        new = _next(distance, fall, slope, q, inner=inner, outer=outer)
        distance = np.where(done, distance, np.minimum(new, _FARTHEST))
    ends: NDArray[np.float64] = centre[:, index] + side * np.where(done, distance, np.nan)
    return ends.reshape(b, 2)


def _next(
    distance: NDArray[np.float64],
    fall: NDArray[np.float64],
    slope: NDArray[np.float64],
    q: NDArray[np.float64],
    *,
    inner: NDArray[np.float64],
    outer: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return Newton's step on the root of the fall, nearly a straight line, kept in its bracket.

    The other coefficients are at their best, so that the slope of the profile is that of the
    likelihood by the fixed one alone.
    """
    root = np.sqrt(np.maximum(fall, 1e-300))
    new = distance - (root - q) * 2.0 * root / np.maximum(slope, 1e-300)
    open_end = np.isinf(outer)
    most = np.where(open_end, _WIDER * distance, outer)
    otherwise = np.where(open_end, most, 0.5 * (inner + outer))
    return np.where((new > inner) & (new < most), new, otherwise)


def wald_interval_of(top: Maximum, *, quantile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (b, 2) ends of the first coefficient by its standard error."""
    half = quantile * top.standard_errors()[:, 0]
    return np.stack([top.theta[:, 0] - half, top.theta[:, 0] + half], axis=1)
