"""The solution of :mod:`alphatwin.nuclides.exponential` for many rates of one member at once.

The first member loses what it holds at a rate of its own in every sample, as a root that is
washed out of a region does; all other rates are common. Both routes, their bound and their
accuracy are those of that module, with the sample axis last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.nuclides.exponential import (
    ACCEPTED_BOUND,
    ERRORS_PER_STEP,
    LEAST_SPREAD,
    TAYLOR_TERMS,
    UNIT_ROUND_OFF,
    paths_to,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SampledSystem:
    """A system with one rate of the first member per sample.

    Attributes
    ----------
    rates
        Loss rates. (n, n_samples) [1/s]
    feeding
        Feeding rate from member j to member i > j, common to all samples. (n, n) [1/s]
    initial
        Amounts at time zero, none negative. (n, n_samples)
    weights, bound_weights
        C and B of the closed form. (n, n, n_samples)
    """

    rates: Floats
    feeding: Floats
    initial: Floats
    weights: Floats
    bound_weights: Floats


def sampled_system(*, rates: Floats, feeding: Floats, initial: Floats) -> SampledSystem:
    """Return a system with its closed form, ready for any number of times."""
    n, samples = rates.shape
    c = np.zeros((n, n, samples))
    b = np.zeros((n, n, samples))
    for i in range(n):
        # Feeders only: a zero times the infinite bound of equal rates is no number.
        feeders = np.flatnonzero(feeding[i, :i])
        fed_by = feeding[i, feeders]
        for k in range(i):
            size = fed_by @ b[feeders, k]
            gap = np.abs(rates[i] - rates[k])
            apart = (gap > 0.0) & np.isfinite(size)
            b[i, k] = np.where(size > 0.0, np.inf, 0.0)
            np.divide(size, gap, out=b[i, k], where=apart)
            np.divide(fed_by @ c[feeders, k], rates[i] - rates[k], out=c[i, k], where=apart)
        c[i, i] = initial[i] - c[i, :i].sum(axis=0)
        b[i, i] = initial[i] + b[i, :i].sum(axis=0)
    return SampledSystem(rates, feeding, initial, c, b)


def amounts(system: SampledSystem, *, time_s: float) -> Floats:
    """Return the amount of every member at one time [s]. (n, n_samples)."""
    exponents = system.rates * time_s
    modes = np.exp(-exponents)
    errors = (ERRORS_PER_STEP * system.rates.shape[0] + exponents) * modes
    return _solved(system, modes, errors, time_s=time_s, integrate=False)


def integrals(system: SampledSystem, *, time_s: float) -> Floats:
    """Return the integral of every amount from zero to one time [s]. (n, n_samples)."""
    if math.isinf(time_s):
        return _integrals_to_infinity(system)
    modes = -np.expm1(-system.rates * time_s) / system.rates
    errors = ERRORS_PER_STEP * system.rates.shape[0] * modes
    return _solved(system, modes, errors, time_s=time_s, integrate=True)


def _integrals_to_infinity(system: SampledSystem) -> Floats:
    total = np.zeros_like(system.initial)
    for i in range(total.shape[0]):
        total[i] = (system.initial[i] + system.feeding[i, :i] @ total[:i]) / system.rates[i]
    return total


def _solved(
    system: SampledSystem, modes: Floats, errors: Floats, *, time_s: float, integrate: bool
) -> Floats:
    with np.errstate(invalid="ignore"):
        solution: Floats = np.einsum("iks,ks->is", system.weights, modes)
        bound = np.einsum("iks,ks->is", system.bound_weights, errors) * UNIT_ROUND_OFF
        trusted = bound <= ACCEPTED_BOUND * np.abs(solution)
    for i in np.flatnonzero(~trusted.all(axis=1)):
        doubtful = np.flatnonzero(~trusted[i])
        solution[i, doubtful] = _along_paths(
            system, doubtful, member=int(i), time_s=time_s, integrate=integrate
        )
    return solution


def _along_paths(
    system: SampledSystem,
    samples: NDArray[np.int64],
    *,
    member: int,
    time_s: float,
    integrate: bool,
) -> Floats:
    total = np.zeros(samples.size)
    for path, weight in paths_to(system.feeding, member):
        amount = weight * system.initial[path[0], samples]
        if np.any(amount > 0.0):
            nodes = system.rates[path][:, samples]
            if integrate:
                nodes = np.vstack([np.zeros(samples.size), nodes])
            total += amount * simplex_exponential(np.sort(nodes, axis=0), time_s=time_s)
    return total


def simplex_exponential(rates: Floats, *, time_s: float) -> Floats:
    """Return D of :func:`alphatwin.nuclides.exponential.simplex_exponential` for every sample.

    Parameters
    ----------
    rates
        The rates, ascending along the first axis, none negative. (m, n_samples) [1/s]
    time_s
        One time. [s]

    Returns
    -------
    (n_samples,) ndarray
        The integral over the simplex. [s^(m-1)]
    """
    last = rates.shape[0] - 1
    needed: dict[tuple[int, int], Mask] = {(0, last): np.ones(rates.shape[1], dtype=np.bool_)}
    for length in range(last, 0, -1):
        for i in range(last - length + 1):
            j = i + length
            if (i, j) in needed:
                split = needed[i, j] & _is_spread(rates, i, j, time_s)
                if split.any():
                    for part in ((i, j - 1), (i + 1, j)):
                        needed[part] = needed.get(part, False) | split
    values: dict[tuple[int, int], Floats] = {}
    for i, j in sorted(needed, key=lambda interval: interval[1] - interval[0]):
        near = needed[i, j] & ~_is_spread(rates, i, j, time_s)
        split = needed[i, j] & ~near
        value = np.zeros(rates.shape[1])
        if near.any():
            value[near] = _taylor(rates[i : j + 1, near], time_s)
        if split.any():
            difference = values[i, j - 1][split] - values[i + 1, j][split]
            value[split] = difference / (rates[j, split] - rates[i, split])
        values[i, j] = value
    return values[0, last]


def _is_spread(rates: Floats, i: int, j: int, time_s: float) -> Mask:
    spread: Mask = (rates[j] - rates[i]) * time_s >= LEAST_SPREAD
    return spread


def _taylor(rates: Floats, time_s: float) -> Floats:
    """Return D where the rates of a sample are close; of one rate, its exponential."""
    order = rates.shape[0] - 1
    decayed = np.exp(-rates[-1] * time_s)
    if order == 0:
        return np.asarray(decayed)
    distances = (rates[-1] - rates[:-1]) * time_s
    homogeneous = np.zeros((TAYLOR_TERMS, rates.shape[1]))
    homogeneous[0] = 1.0
    for distance in distances:
        for n in range(1, TAYLOR_TERMS):
            homogeneous[n] += distance * homogeneous[n - 1]
    weights = np.array([1.0 / math.factorial(n + order) for n in range(TAYLOR_TERMS)])
    series: Floats = decayed * (weights @ homogeneous)
    series *= time_s**order
    return series
