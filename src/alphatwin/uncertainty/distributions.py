r"""Lognormal distributions: of quantities that are positive and known to within a factor.

With median :math:`m` and geometric standard deviation :math:`g`,

.. math:: \ln X \sim N(\ln m,\ (\ln g)^2),

and mean :math:`\mu` and standard deviation :math:`\sigma` give
:math:`(\ln g)^2 = \ln(1 + \sigma^2/\mu^2)`, :math:`m = \mu / \sqrt{1 + \sigma^2/\mu^2}`
(moments of the lognormal distribution; exact).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import special

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

FAR_LIMIT = 8.0
"""Standard deviations above the median from which a limit cuts off less than round-off."""


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A lognormal distribution, in the unit of its median.

    Attributes
    ----------
    median
        Median, which is the geometric mean too.
    geometric_sd
        Geometric standard deviation, at least 1; 1 stands for a value known exactly.
    """

    median: float
    geometric_sd: float

    def __post_init__(self) -> None:
        if not 0.0 < self.median < math.inf:
            msg = f"median of a lognormal distribution must be finite and > 0, got {self.median}"
            raise InvalidValueError(msg)
        if not 1.0 <= self.geometric_sd < math.inf:
            msg = f"geometric_sd must be finite and at least 1, got {self.geometric_sd}"
            raise InvalidValueError(msg)

    @classmethod
    def from_mean_sd(cls, mean: float, sd: float) -> Self:
        """Return the distribution with this arithmetic mean and standard deviation.

        Raises
        ------
        InvalidValueError
            Unless ``mean`` is finite and > 0 and ``sd`` finite and >= 0.
        """
        if not 0.0 < mean < math.inf:
            msg = f"mean of a lognormal distribution must be finite and > 0, got {mean}"
            raise InvalidValueError(msg)
        if not 0.0 <= sd < math.inf:
            msg = f"sd of a lognormal distribution must be finite and >= 0, got {sd}"
            raise InvalidValueError(msg)
        return cls(
            median=mean / math.hypot(1.0, sd / mean), geometric_sd=math.exp(log_sd(sd / mean))
        )

    @property
    def log_sd(self) -> float:
        """Standard deviation of the logarithm."""
        return math.log(self.geometric_sd)

    def quantile(self, p: ArrayLike) -> NDArray[np.float64]:
        """Return the quantiles at the probabilities ``p`` (...,), same shape."""
        z = special.ndtri(np.asarray(p, dtype=np.float64))
        return np.asarray(self.median * np.exp(self.log_sd * z))

    def sample(self, generator: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Return ``size`` independent samples."""
        return self.median * np.exp(self.log_sd * generator.standard_normal(size))


def log_sd(relative_sd: float) -> float:
    r"""Return :math:`\sqrt{\ln(1 + cv^2)}`, the log standard deviation of a relative one."""
    return math.sqrt(math.log1p(relative_sd * relative_sd))


def lognormal_factor(
    relative_sd: float, generator: np.random.Generator, size: int
) -> NDArray[np.float64]:
    """Return samples of a multiplicative error, with median 1.

    The median is 1, not the mean: a factor and its inverse are then equally probable, so that
    it does not matter whether a quantity is multiplied or divided by it (activity, or mass),
    and the median of what it multiplies stays the value that was written down.

    Parameters
    ----------
    relative_sd
        Standard uncertainty over the value; 0 gives factors of exactly 1.
    generator, size
        Random stream, and number of samples.

    Raises
    ------
    InvalidValueError
        Unless ``relative_sd`` is finite and >= 0.
    """
    if not 0.0 <= relative_sd < math.inf:
        msg = f"relative_sd must be finite and >= 0, got {relative_sd}"
        raise InvalidValueError(msg)
    return np.exp(log_sd(relative_sd) * generator.standard_normal(size))


def log_of_truncated(
    distribution: Lognormal, *, upper: float, z: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return the logarithm of a lognormal quantity truncated above, from standard normals.

    .. math:: \ln X = \ln m + \ln g \; \Phi^{-1}\left(\Phi(z)\,\Phi(b)\right), \qquad
              b = \frac{\ln u - \ln m}{\ln g}

    is the inverse distribution function of the truncated quantity at :math:`\Phi(z)`: if
    :math:`z` is standard normal, :math:`X` has the lognormal density cut off at :math:`u` and
    renormalised. Worked in logarithms of :math:`\Phi`, so neither tail loses precision.

    Parameters
    ----------
    distribution
        The distribution before truncation.
    upper
        Limit that no value exceeds, in the unit of the median; may be infinite.
    z : (...,) ndarray
        Standard normal deviates.

    Returns
    -------
    (...,) ndarray
        Natural logarithm of the values, at most ``ln(upper)``.
    """
    limit = math.log(upper) if upper < math.inf else math.inf
    room = limit - math.log(distribution.median)
    spread = distribution.log_sd
    if spread == 0.0 or room > FAR_LIMIT * spread:
        deviate = z
    else:
        deviate = special.ndtri_exp(special.log_ndtr(z) + special.log_ndtr(room / spread))
    return np.minimum(math.log(distribution.median) + spread * deviate, limit)
