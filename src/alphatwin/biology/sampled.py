r"""The protraction of a dose rate that is known at points only: the numerical route.

Between points the dose rate is taken to be linear. With :math:`z = \mu h` on a step of length *h*,
:math:`\varphi_1(z) = (1-e^{-z})/z` and :math:`\varphi_{n+1} = (1/n! - \varphi_n)/z`, the unrepaired
dose :math:`y` and the integral of :math:`r y` over the step are

.. math:: y_1 = y_0 e^{-z} + h\,[r_0 \varphi_1 + (r_1 - r_0)\varphi_2]

.. math:: \int r y = y_0 h [r_0 \varphi_1 + \delta(\varphi_1-\varphi_2)]
          + h^2 [ r_0^2 \varphi_2 + r_0\delta\,\varphi_2 + \delta^2(\varphi_3-\varphi_4) ],
          \quad \delta = r_1 - r_0

exact for a piecewise linear rate (docs/theory-biology.md, eq. E9).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.biology.parameters import Repair

    Floats = NDArray[np.float64]

_SMALL = 0.5  # below, the recurrence loses digits and the series converges in a dozen terms
_TERMS = 16  # 0.5**16/16! is far below round-off


@dataclass(frozen=True, slots=True, eq=False)
class SampledProtraction:
    """Dose and half the weighted product of a sampled dose rate, up to each of its times.

    Attributes
    ----------
    dose_gy
        (..., n_times) dose given until each time. [Gy]
    quadratic_gy2
        (..., n_times) ``G (integral of r)^2`` of what was given until then. [Gy^2]
    """

    dose_gy: Floats
    quadratic_gy2: Floats

    @property
    def lea_catcheside(self) -> Floats:
        """(...) G at the last time; 0 without dose."""
        whole = self.dose_gy[..., -1] ** 2
        found = np.zeros_like(whole)
        np.divide(self.quadratic_gy2[..., -1], whole, out=found, where=whole > 0.0)
        return found


def sampled_protraction(
    time_s: ArrayLike, *, dose_rate_gy_per_s: ArrayLike, repair: Repair
) -> SampledProtraction:
    """Return dose and protracted product of any sampled dose rate, one of the summed rate of E2.

    Parameters
    ----------
    time_s : (n_times,) array_like
        Times, ascending, at least two. [s]
    dose_rate_gy_per_s : (..., n_times) array_like
        Dose rate at those times; nothing is given before the first and after the last. [Gy/s]
    repair
        Repair of sublethal damage; its samples, if it has several, broadcast with the leading axis.

    Raises
    ------
    InvalidValueError
        If times do not ascend, shapes differ, or a value is not finite.
    """
    times = np.asarray(time_s, dtype=np.float64)
    rate = np.asarray(dose_rate_gy_per_s, dtype=np.float64)
    if times.ndim != 1 or times.size < 2 or not np.all(np.diff(times) > 0.0):
        msg = "time_s must be one-dimensional, ascending, with at least two times"
        raise InvalidValueError(msg)
    if rate.shape[-1:] != times.shape or not np.isfinite(rate).all():
        msg = f"dose_rate_gy_per_s must be finite, (..., {times.size}), got {rate.shape}"
        raise InvalidValueError(msg)
    shape = np.broadcast_shapes(rate.shape[:-1], _leading(repair))
    rate = np.broadcast_to(rate, (*shape, times.size))
    width = np.diff(times)
    dose = np.zeros(rate.shape)
    dose[..., 1:] = np.cumsum(0.5 * width * (rate[..., 1:] + rate[..., :-1]), axis=-1)
    product = np.zeros(rate.shape)
    for mu, share in zip(repair.rates_per_s.T, repair.shares.tolist(), strict=True):
        each = mu if _leading(repair) else mu[0]
        product[..., 1:] += 2.0 * share * _running(rate, width=width, mu=np.asarray(each))
    return SampledProtraction(dose, product)


def _leading(repair: Repair) -> tuple[int, ...]:
    n = repair.half_times_s.shape[0]
    return (n,) if n > 1 else ()


def _running(rate: Floats, *, width: Floats, mu: Floats) -> Floats:
    z = mu[..., np.newaxis] * width
    one, two, three, four = _phi(z)
    begin, rise = rate[..., :-1], np.diff(rate, axis=-1)
    gained = width * (begin * one + rise * two)
    per_unrepaired = width * (begin * one + rise * (one - two))
    own = width**2 * (begin**2 * two + begin * rise * two + rise**2 * (three - four))
    kept = np.exp(-z)
    unrepaired = np.zeros(rate.shape[:-1])
    steps = np.empty(own.shape)
    for i in range(width.size):
        steps[..., i] = unrepaired * per_unrepaired[..., i] + own[..., i]
        unrepaired = unrepaired * kept[..., i] + gained[..., i]
    return np.cumsum(steps, axis=-1)


def _phi(z: Floats) -> tuple[Floats, ...]:
    """Return phi_1 to phi_4, by recurrence or, where that would cancel, by series."""
    large = np.where(z > _SMALL, z, 1.0)
    found = [-np.expm1(-large) / large]
    found += [np.empty(0)] * 3
    for n in range(1, 4):
        found[n] = (1.0 / math.factorial(n) - found[n - 1]) / large
    for n in range(4):
        series = np.zeros_like(z)
        small = np.minimum(z, _SMALL)
        for k in reversed(range(_TERMS)):
            series = series * -small + 1.0 / math.factorial(k + n + 1)
        found[n] = np.where(z > _SMALL, found[n], series)
    return tuple(found)
