r"""Confidence intervals of a share :math:`x` of :math:`n`, as the field prints them.

The exact interval inverts the binomial test (docs/theory-evidence.md, eq. V5): its ends are
quantiles of beta distributions [1]_, found without SciPy, whose import would take longer than
the answer. Wilson's inverts the score test (eq. V6) [2]_. The others
are here because sources print them: Wald, Agresti-Coull and Jeffreys [3]_.

References
----------
.. [1] C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404.
.. [2] E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209.
.. [3] L. D. Brown, T. T. Cai and A. DasGupta, Stat. Sci. 16 (2001) 101.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

LEVEL_FRACTION = 0.95
_MOST_STEPS = 200  # Newton needs about six, halvings alone sixty
_CLOSE = 1e-12  # of the last step, relative to the quantile: Newton squares what is left
_MOST_TERMS = 500  # of the continued fraction; about the square root of the denominator is enough
_CONVERGED = 1e-15
_STEEPEST = 600.0  # where a density is smaller than exp(-600), its inverse means nothing


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """Ends of an interval of a share.

    Attributes
    ----------
    low_fraction
        Lower end.
    high_fraction
        Upper end.
    """

    low_fraction: float
    high_fraction: float


def exact_interval(x: int, *, of: int, level_fraction: float = LEVEL_FRACTION) -> ShareInterval:
    """Return the exact (Clopper-Pearson) interval.

    Parameters
    ----------
    x, of
        Count and denominator.
    level_fraction
        Confidence level.

    Raises
    ------
    InvalidValueError
        If the count is impossible, or the level is not between 0 and 1.
    """
    _check(x, of, level_fraction)
    tail = 0.5 * (1.0 - level_fraction)
    low = 0.0 if x == 0 else beta_quantile(tail, x, of - x + 1)
    high = 1.0 if x == of else beta_quantile(1.0 - tail, x + 1, of - x)
    return ShareInterval(low, high)


def wilson_interval(x: int, *, of: int, level_fraction: float = LEVEL_FRACTION) -> ShareInterval:
    """Return Wilson's score interval; parameters and errors as in `exact_interval`."""
    _check(x, of, level_fraction)
    z = _normal_quantile(0.5 * (1.0 + level_fraction))
    share, shrunk = x / of, 1.0 / (1.0 + z * z / of)
    middle = shrunk * (share + 0.5 * z * z / of)
    half = shrunk * z * math.sqrt(share * (1.0 - share) / of + 0.25 * z * z / (of * of))
    low = 0.0 if x == 0 else max(0.0, middle - half)
    high = 1.0 if x == of else min(1.0, middle + half)
    return ShareInterval(low, high)


def wald_interval(x: int, *, of: int, level_fraction: float = LEVEL_FRACTION) -> ShareInterval:
    """Return the normal approximation, cut at 0 and 1; as in `exact_interval`."""
    _check(x, of, level_fraction)
    z = _normal_quantile(0.5 * (1.0 + level_fraction))
    half = z * math.sqrt(x * (of - x) / of**3)
    return ShareInterval(max(0.0, x / of - half), min(1.0, x / of + half))


def agresti_coull_interval(
    x: int, *, of: int, level_fraction: float = LEVEL_FRACTION
) -> ShareInterval:
    """Return the interval of Agresti and Coull, cut at 0 and 1; as in `exact_interval`."""
    _check(x, of, level_fraction)
    z = _normal_quantile(0.5 * (1.0 + level_fraction))
    size = of + z * z
    share = (x + 0.5 * z * z) / size
    half = z * math.sqrt(share * (1.0 - share) / size)
    return ShareInterval(max(0.0, share - half), min(1.0, share + half))


def jeffreys_interval(x: int, *, of: int, level_fraction: float = LEVEL_FRACTION) -> ShareInterval:
    """Return the interval of Jeffreys' prior; as in `exact_interval`."""
    _check(x, of, level_fraction)
    tail = 0.5 * (1.0 - level_fraction)
    low = 0.0 if x == 0 else beta_quantile(tail, x + 0.5, of - x + 0.5)
    high = 1.0 if x == of else beta_quantile(1.0 - tail, x + 0.5, of - x + 0.5)
    return ShareInterval(low, high)


METHODS: dict[str, Callable[..., ShareInterval]] = {
    "exact": exact_interval,
    "Wilson": wilson_interval,
    "Wald": wald_interval,
    "Agresti-Coull": agresti_coull_interval,
    "Jeffreys": jeffreys_interval,
}


def _check(x: int, of: int, level_fraction: float) -> None:
    if not 0 <= x <= of or of < 1:
        msg = f"a share is 0 <= x <= of with of >= 1, got {x} of {of}"
        raise InvalidValueError(msg)
    if not 0.0 < level_fraction < 1.0:
        msg = f"level_fraction must lie between 0 and 1, got {level_fraction}"
        raise InvalidValueError(msg)


@lru_cache(maxsize=4096)
def beta_quantile(probability: float, alpha: float, beta: float) -> float:
    """Return the quantile of a beta distribution: Newton's steps, halvings where one leaves.

    Parameters
    ----------
    probability
        Probability below the quantile, between 0 and 1.
    alpha, beta
        Parameters of the distribution, positive.
    """
    low, high, at = 0.0, 1.0, alpha / (alpha + beta)
    log_beta = math.lgamma(alpha) + math.lgamma(beta) - math.lgamma(alpha + beta)
    for _ in range(_MOST_STEPS):
        excess = _incomplete_beta(at, alpha, beta) - probability
        low, high = (low, at) if excess > 0.0 else (at, high)
        log_density = (alpha - 1.0) * math.log(at) + (beta - 1.0) * math.log1p(-at) - log_beta
        new = at - excess * math.exp(-log_density) if log_density > -_STEEPEST else -1.0
        if abs(new - at) <= _CLOSE * at:
            return new
        at = new if low < new < high else 0.5 * (low + high)
    return at


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 < x < 1 (eq. V7)."""
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(1.0 - x, b, a)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return math.exp(log_front) * _continued_fraction(x, a, b) / a


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d)
            c = 1.0 + term / c
            value *= c * d
        if abs(c * d - 1.0) < _CONVERGED:
            break
    return value


def _normal_quantile(probability: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)
