r"""Exact solution of linear decay systems, accurate to round-off in every entry.

A system of amounts :math:`N_i` with loss rates :math:`k_i \ge 0` and feeding rates
:math:`f_{ij} \ge 0` (from :math:`j` to a later :math:`i`) obeys

.. math:: \dot N_i = -k_i N_i + \sum_{j<i} f_{ij} N_j .

**Route 1**, the classical closed form :math:`N_i(t) = \sum_j C_{ij} e^{-k_j t}` [1]_, is fast
but subtracts: it fails at early times and where rates are nearly equal. Beside every
coefficient runs :math:`B_{ij} \ge |C_{ij}|`, the same recurrence with every subtraction made an
addition, so that :math:`u\,\sum_j (K + k_j t) B_{ij} e^{-k_j t}`, with :math:`u` the unit
round-off, bounds the rounding error of each entry as it is made.

**Route 2** is taken for each entry whose bound is too large. The amount that reaches :math:`i`
along one path is the product of its feeding rates with

.. math:: D(k_1 \ldots k_m; t) = \int_{s_1+\ldots+s_m=t,\ s\ge 0} e^{-\sum k_l s_l}\,ds ,

a divided difference of the exponential, symmetric in the rates, and all terms and paths are
positive. With the rates sorted, it follows from

.. math:: D(k_1 \ldots k_m) = \frac{D(k_1\ldots k_{m-1}) - D(k_2\ldots k_m)}{k_m - k_1}

where :math:`(k_m-k_1)t` is at least :data:`LEAST_SPREAD`, so that the difference is benign, and
else from a Taylor series about the largest rate, whose terms are all positive: equal rates
need no special case. The mixed use is that of [2]_. Integrals over time are amounts
in one more, absorbing, member: a rate of zero among the others.

References
----------
.. [1] H. Bateman, Proc. Cambridge Philos. Soc. 15 (1910) 423-427.
.. [2] A. McCurdy, K. C. Ng, B. N. Parlett, "Accurate computation of divided differences of the
   exponential function", Math. Comp. 43 (1984) 501-528, doi:10.1090/S0025-5718-1984-0758198-0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

UNIT_ROUND_OFF = float(np.finfo(np.float64).eps) / 2.0
# An entry of route 1 is kept if its bound is below this share of it: the bound is generous,
# and a hundredth of the 1e-9 that is promised leaves room for what follows.
ACCEPTED_BOUND = 1e-11
# Rounding errors per step of the recurrence: two products, a sum, a difference, a division.
ERRORS_PER_STEP = 8.0
# Blocks keep the working arrays in the cache and the memory bounded for any number of times.
_BLOCK_TIMES = 2048
_PATH_TIMES = 65536
_DEAD_EXPONENT = 745.2  # exp(-745.2) is zero in double precision
# Subtraction loses at most a factor 1/(1-exp(-3/(m-1))) per member: 1e4 in all for 12 members.
LEAST_SPREAD = 3.0
# 3**30/30! = 8e-19: the series is exact to round-off at the largest spread.
TAYLOR_TERMS = 30
_LEAST_TERM = 1e-18


def amounts(*, rates: Floats, feeding: Floats, initial: Floats, time: Floats) -> Floats:
    """Return the amount of every member at each time.

    Parameters
    ----------
    rates
        Loss rate of each member. (n,) [1/s]
    feeding
        Feeding rate from member j to member i > j; zero elsewhere. (n, n) [1/s]
    initial
        Amounts at time zero, none negative. (n,)
    time
        Times, none negative, finite. (n_times,) [s]

    Returns
    -------
    (n_times, n) ndarray
        Amounts, in the unit of ``initial``.
    """
    return _solve(rates, feeding, initial, time, integrate=False)


def integrals(*, rates: Floats, feeding: Floats, initial: Floats, time: Floats) -> Floats:
    """Return the integral of every amount from zero to each time, which may be infinite.

    Parameters and shapes are those of :func:`amounts`; the unit is that of ``initial`` times s.
    """
    endless = np.isinf(time)
    if not endless.any():
        return _solve(rates, feeding, initial, time, integrate=True)
    found = np.empty((time.size, rates.size))
    found[endless] = integrals_to_infinity(rates=rates, feeding=feeding, initial=initial)
    found[~endless] = _solve(rates, feeding, initial, time[~endless], integrate=True)
    return found


def integrals_to_infinity(*, rates: Floats, feeding: Floats, initial: Floats) -> Floats:
    """Return the integral of every amount over all time; every rate must be positive. (n,)."""
    total = np.zeros_like(initial)
    for i in range(rates.size):
        total[i] = (initial[i] + feeding[i, :i] @ total[:i]) / rates[i]
    return total


def _solve(
    rates: Floats, feeding: Floats, initial: Floats, time: Floats, *, integrate: bool
) -> Floats:
    order = None if np.all(time[1:] >= time[:-1]) else np.argsort(time, kind="stable")
    t = time if order is None else time[order]
    c, b = _coefficients(rates.tolist(), feeding.tolist(), initial.tolist())
    solution = np.empty((t.size, rates.size))
    trusted = np.empty(solution.shape, dtype=np.bool_)
    for first in range(0, t.size, _BLOCK_TIMES):
        block = slice(first, first + _BLOCK_TIMES)
        _closed_form(
            rates,
            (c, b),
            time=t[block],
            solution=solution[block],
            trusted=trusted[block],
            integrate=integrate,
        )
    for i in np.flatnonzero(~trusted.all(axis=0)):
        doubtful = np.flatnonzero(~trusted[:, i])
        for first in range(0, doubtful.size, _PATH_TIMES):
            rows = doubtful[first : first + _PATH_TIMES]
            solution[rows, i] = _along_paths(
                rates, feeding, initial, t[rows], member=int(i), integrate=integrate
            )
    if order is not None:
        unsorted = np.empty_like(solution)
        unsorted[order] = solution
        return unsorted
    return solution


def _closed_form(
    rates: Floats,
    coefficients: tuple[Floats, Floats],
    *,
    time: Floats,
    solution: Floats,
    trusted: NDArray[np.bool_],
    integrate: bool,
) -> None:
    """Write route 1, and where its bound is small enough, for one block of ascending times."""
    c, b = coefficients
    if integrate:
        exponents = np.multiply.outer(time, rates)
        modes = -np.expm1(-exponents)
        np.divide(modes, rates, out=modes, where=rates > 0.0)
        modes[:, rates == 0.0] = time[:, None]
        errors = ERRORS_PER_STEP * rates.size * modes
    else:
        alive = rates * time[0] < _DEAD_EXPONENT
        c, b = c[:, alive], b[:, alive]
        exponents = np.multiply.outer(time, rates[alive])
        modes = np.exp(-exponents)
        exponents += ERRORS_PER_STEP * rates.size
        errors = np.multiply(exponents, modes, out=exponents)
    with np.errstate(invalid="ignore"):  # infinite bounds (equal rates) are not trusted
        np.matmul(modes, c.T, out=solution)
        bound = errors @ (b.T * (UNIT_ROUND_OFF / ACCEPTED_BOUND))
        np.less_equal(bound, np.abs(solution), out=trusted)


def _coefficients(
    rates: list[float], feeding: list[list[float]], initial: list[float]
) -> tuple[Floats, Floats]:
    """Return C and B of route 1. (n, n) each; infinite B where two rates are equal."""
    n = len(rates)
    c = np.zeros((n, n)).tolist()
    b = np.zeros((n, n)).tolist()
    for i in range(n):
        feeders = [j for j in range(i) if feeding[i][j]]
        for k in range(i):
            size = sum(feeding[i][j] * b[j][k] for j in feeders if b[j][k])
            gap = rates[i] - rates[k]
            if size == 0.0:
                continue
            if gap == 0.0 or math.isinf(size):
                b[i][k] = math.inf
                continue
            c[i][k] = sum(feeding[i][j] * c[j][k] for j in feeders) / gap
            b[i][k] = size / abs(gap)
        c[i][i] = initial[i] - sum(c[i][:i])
        b[i][i] = abs(initial[i]) + sum(b[i][:i])
    return np.array(c), np.array(b)


def _along_paths(
    rates: Floats,
    feeding: Floats,
    initial: Floats,
    time: Floats,
    *,
    member: int,
    integrate: bool,
) -> Floats:
    """Return route 2 for one member: the sum over every path that ends there. (n_times,)."""
    total = np.zeros_like(time)
    for path, weight in paths_to(feeding, member):
        amount = weight * float(initial[path[0]])
        if amount > 0.0:
            nodes = sorted([*rates[path].tolist(), *([0.0] if integrate else [])])
            total += amount * simplex_exponential(nodes, time=time)
    return total


def paths_to(feeding: Floats, member: int) -> Iterator[tuple[list[int], float]]:
    """Yield every path of members that ends at one, with the product of its feeding rates."""
    yield [member], 1.0
    for j in np.flatnonzero(feeding[member, :member]):
        for path, weight in paths_to(feeding, int(j)):
            yield [*path, member], weight * float(feeding[member, j])


def simplex_exponential(rates: Sequence[float], *, time: Floats) -> Floats:
    r"""Return :math:`D(k_1 \ldots k_m; t)` of the module's text.

    Parameters
    ----------
    rates
        The rates, ascending, none negative. [1/s]
    time
        Times, ascending. (n_times,) [s]

    Returns
    -------
    (n_times,) ndarray
        The integral over the simplex. [s^(m-1)]
    """
    last = len(rates) - 1
    plan = _Plan(rates, time, begin={(0, last): 0}, split={})
    for length in range(last, -1, -1):
        for i in range(last - length + 1):
            if (i, i + length) in plan.begin:
                _plan_interval(plan, i, i + length)
    values: dict[tuple[int, int], Floats] = {}
    for interval in sorted(plan.begin, key=lambda interval: interval[1] - interval[0]):
        values[interval] = _interval(plan, values, *interval)
    return values[0, last]


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """From which time on each interval of rates is needed, and made from shorter ones."""

    rates: Sequence[float]
    time: Floats
    begin: dict[tuple[int, int], int]
    split: dict[tuple[int, int], int]


def _plan_interval(plan: _Plan, i: int, j: int) -> None:
    spread = plan.rates[j] - plan.rates[i]
    size = plan.time.size
    apart = int(np.searchsorted(plan.time, LEAST_SPREAD / spread)) if spread > 0.0 else size
    plan.split[i, j] = max(plan.begin[i, j], apart)
    if i < j and plan.split[i, j] < size:
        for part in ((i, j - 1), (i + 1, j)):
            plan.begin[part] = min(plan.begin.get(part, size), plan.split[i, j])


def _interval(plan: _Plan, values: dict[tuple[int, int], Floats], i: int, j: int) -> Floats:
    """Return D of the rates i to j from the first time on at which it is needed."""
    rates, time = plan.rates[i : j + 1], plan.time
    first, second = plan.begin[i, j], plan.split[i, j]
    if i == j:
        return np.exp(-rates[0] * time[first:])
    value = np.empty(time.size - first)
    if second > first:
        value[: second - first] = _taylor(rates, time[first:second])
    if second < time.size:
        slower = values[i, j - 1][second - plan.begin[i, j - 1] :]
        faster = values[i + 1, j][second - plan.begin[i + 1, j] :]
        np.subtract(slower, faster, out=value[second - first :])
        value[second - first :] /= rates[-1] - rates[0]
    return value


def _taylor(rates: Sequence[float], time: Floats) -> Floats:
    r"""Return D where the rates are close: a series of positive terms about the largest.

    .. math:: D = t^{m-1} e^{-k_m t} \sum_n h_n(k_m-k_1, \ldots, k_m-k_m)\,t^n/(n+m-1)!

    with :math:`h_n` the complete homogeneous symmetric polynomials.
    """
    spread = rates[-1] - rates[0]
    scaled = spread * time
    series = np.zeros_like(time)
    for weight in reversed(_taylor_weights(tuple(rates))[: _terms(float(scaled[-1]))]):
        series *= scaled
        series += weight
    series *= time ** (len(rates) - 1)
    series *= np.exp(-rates[-1] * time)
    return series


def _terms(scaled: float) -> int:
    """Return how many terms of the exponential series matter at an argument."""
    term, number = 1.0, 1
    while term > _LEAST_TERM and number < TAYLOR_TERMS:
        term *= scaled / number
        number += 1
    return number


@lru_cache(maxsize=1024)
def _taylor_weights(rates: tuple[float, ...]) -> tuple[float, ...]:
    """Return h_n/(n+m-1)! of the series, with the rates in units of their spread."""
    spread = rates[-1] - rates[0]
    homogeneous = [1.0] + [0.0] * (TAYLOR_TERMS - 1)
    for rate in rates[:-1]:
        distance = (rates[-1] - rate) / spread if spread > 0.0 else 0.0
        for n in range(1, TAYLOR_TERMS):
            homogeneous[n] += distance * homogeneous[n - 1]
    order = len(rates) - 1
    return tuple(h / math.factorial(n + order) for n, h in enumerate(homogeneous))
