r"""Quantiles and tails that pooling needs, without SciPy, whose import takes longer than a pool.

Student's :math:`t` with :math:`\nu` degrees of freedom has :math:`P(|t| > q) =
I_x(\nu/2, 1/2)` at :math:`x = \nu/(\nu + q^2)` [1]_, so its quantile is that of a beta
distribution; chi-squared with a whole number of degrees of freedom has a finite sum [2]_.

References
----------
.. [1] M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions", 26.5.27.
.. [2] As above, 26.4.4 and 26.4.5.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

from alphatwin.errors import InvalidValueError
from alphatwin.evidence.intervals import beta_quantile

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
    x = beta_quantile(1.0 - LEVEL_FRACTION, 0.5 * degrees_of_freedom, 0.5)
    return math.sqrt(degrees_of_freedom * (1.0 - x) / x)


def chi2_tail(value: float, *, degrees_of_freedom: int) -> float:
    """Return the probability that chi-squared exceeds a value.

    Parameters
    ----------
    value
        The value.
    degrees_of_freedom
        Degrees of freedom, at least 1.
    """
    half = 0.5 * max(value, 0.0)
    odd = degrees_of_freedom % 2
    tail = math.erfc(math.sqrt(half)) if odd else 0.0
    term = 2.0 * math.sqrt(half / math.pi) if odd else 1.0  # half^s / Gamma(s + 1), s = 1/2 or 0
    total = 0.0
    for s in range((degrees_of_freedom - odd) // 2):
        total += term
        term *= half / (s + 1.0 + 0.5 * odd)
    return tail + math.exp(-half) * total
