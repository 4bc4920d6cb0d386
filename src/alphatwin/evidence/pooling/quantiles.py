"""Quantiles that intervals at 95 % need, without the slow import of all of SciPy's statistics."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

from alphatwin.errors import InvalidValueError

LEVEL_FRACTION = 0.95
_UPPER = 0.5 * (1.0 + LEVEL_FRACTION)


def normal_quantile() -> float:
    """Return the quantile of the normal distribution for a two-sided interval at 95 %."""
    return NormalDist().inv_cdf(_UPPER)


@lru_cache(maxsize=256)
def student_quantile(degrees_of_freedom: int) -> float:
    """Return the quantile of Student's t for a two-sided interval at 95 %.

    Parameters
    ----------
    degrees_of_freedom
        Degrees of freedom, at least 1.

    Raises
    ------
    InvalidValueError
        If there is no degree of freedom.
    """
    if degrees_of_freedom < 1:
        msg = f"degrees_of_freedom must be at least 1, got {degrees_of_freedom}"
        raise InvalidValueError(msg)
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, _UPPER))


def chi2_tail(value: float, *, degrees_of_freedom: int) -> float:
    """Return the probability that chi-squared exceeds a value.

    Parameters
    ----------
    value
        The value.
    degrees_of_freedom
        Degrees of freedom, at least 1.
    """
    from scipy.special import chdtrc

    return float(chdtrc(degrees_of_freedom, max(value, 0.0)))
