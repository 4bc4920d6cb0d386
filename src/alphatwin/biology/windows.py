r"""Dose rates that begin and end: exponentials in windows of time, constant rates among them.

On an interval of length *L* in which terms :math:`A_i e^{-k_i t}` are on, with the unrepaired dose
:math:`y_0` at its start,

.. math:: \int_0^L r\,y\,dt = \sum_i A_i \Big[ y_0\, D(k_i{+}\mu, 0; L)
          + \sum_j A_j\, D(k_i{+}k_j,\, k_i{+}\mu,\, 0; L) \Big], \qquad
          y(L) = y_0 e^{-\mu L} + \sum_j A_j\, D(k_j, \mu; L)

with the divided difference *D* of :mod:`alphatwin.nuclides.exponential_samples`, a positive
integral for any rates, equal ones and zero among them (docs/theory-biology.md, eq. E8).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.biology.protraction import ProtractedDose
from alphatwin.dose import RADIATION_TYPES
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides.exponential_samples import simplex_exponential

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.biology.parameters import Repair

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DoseRateWindow:
    """An exponential dose rate that begins and ends; a rate of zero keeps it constant.

    Attributes
    ----------
    amplitude_gy_per_s
        Dose rate at the start of the window; negative to build up. [Gy/s]
    rate_per_s
        Rate at which it falls, at least 0. [1/s]
    start_s, stop_s
        Limits; the end may be infinite if the rate is not zero. [s]
    """

    amplitude_gy_per_s: float
    rate_per_s: float
    start_s: float
    stop_s: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.amplitude_gy_per_s) or not 0.0 <= self.rate_per_s < math.inf:
            msg = (
                "a window needs a finite amplitude_gy_per_s and a finite rate_per_s >= 0, got "
                f"{self.amplitude_gy_per_s} and {self.rate_per_s}"
            )
            raise InvalidValueError(msg)
        endless = math.isinf(self.stop_s) and self.rate_per_s == 0.0
        if not math.isfinite(self.start_s) or not self.start_s < self.stop_s or endless:
            msg = (
                "a window needs start_s < stop_s, the end finite where rate_per_s is 0, got "
                f"{self.start_s} and {self.stop_s}"
            )
            raise InvalidValueError(msg)


def infused(
    *, amplitude_gy_per_s: float, rate_per_s: float, start_s: float, duration_s: float
) -> tuple[DoseRateWindow, ...]:
    r"""Return the windows of an exponential phase that is not injected but infused.

    An infusion at constant rate over *T* smears the phase :math:`A e^{-kt}` to
    :math:`A (1-e^{-kt})/(kT)` while it runs, and :math:`A (1-e^{-kT})/(kT)\, e^{-k(t-T)}` after.

    Parameters
    ----------
    amplitude_gy_per_s, rate_per_s
        The phase, as if injected at once; its rate > 0. [Gy/s], [1/s]
    start_s, duration_s
        Start and duration of the infusion, > 0. [s]

    Raises
    ------
    InvalidValueError
        If a value is impossible.
    """
    if not duration_s > 0.0 or not rate_per_s > 0.0:
        msg = f"duration_s and rate_per_s must be > 0, got {duration_s} and {rate_per_s}"
        raise InvalidValueError(msg)
    level = amplitude_gy_per_s / (rate_per_s * duration_s)
    stop_s = start_s + duration_s
    after = level * -math.expm1(-rate_per_s * duration_s)
    return (
        DoseRateWindow(level, 0.0, start_s, stop_s),
        DoseRateWindow(-level, rate_per_s, start_s, stop_s),
        DoseRateWindow(after, rate_per_s, stop_s, math.inf),
    )


def protracted_windows(
    windows: Sequence[DoseRateWindow], *, repair: Repair, radiation: str = "electron"
) -> ProtractedDose:
    """Return dose and weighted product of a sum of windows of one radiation type, in closed form.

    Parameters
    ----------
    windows
        Terms of the dose rate, in any order, overlapping or not.
    repair
        Repair of sublethal damage, with samples or without.
    radiation
        One of :data:`alphatwin.dose.RADIATION_TYPES`.

    Raises
    ------
    InvalidValueError
        If there is no window, or the radiation type is unknown.
    """
    if not windows or radiation not in RADIATION_TYPES:
        msg = f"need at least one window and a radiation of {RADIATION_TYPES}, got {radiation!r}"
        raise InvalidValueError(msg)
    n, c = repair.half_times_s.shape[0], RADIATION_TYPES.index(radiation)
    dose, product = np.zeros((n, 4)), np.zeros((n, 4, 4))
    dose[:, c] = sum(_window_gy(w) for w in windows)
    for rate_per_s, share in zip(repair.rates_per_s.T, repair.shares.tolist(), strict=True):
        product[:, c, c] += 2.0 * share * _half_product_gy2(windows, np.array(rate_per_s))
    return ProtractedDose(dose, product)


def _window_gy(window: DoseRateWindow) -> float:
    width_s = window.stop_s - window.start_s
    exponent = window.rate_per_s * width_s
    if exponent == 0.0:
        return window.amplitude_gy_per_s * width_s
    return window.amplitude_gy_per_s * -math.expm1(-exponent) / window.rate_per_s


def _half_product_gy2(windows: Sequence[DoseRateWindow], mu: Floats) -> Floats:
    """Return the integral of dose rate times unrepaired dose. (n_samples,) [Gy^2]."""
    edges = sorted({t for w in windows for t in (w.start_s, w.stop_s)})
    total, unrepaired = np.zeros_like(mu), np.zeros_like(mu)
    for start_s, stop_s in itertools.pairwise(edges):
        width_s = stop_s - start_s
        here = [
            (w.amplitude_gy_per_s * math.exp(-w.rate_per_s * (start_s - w.start_s)), w.rate_per_s)
            for w in windows
            if w.start_s <= start_s and w.stop_s >= stop_s
        ]
        for a, k in here:
            total += a * unrepaired * _divided(k + mu, 0.0 * mu, width_s=width_s)
            for b, m in here:
                nodes = (k + m + 0.0 * mu, k + mu, 0.0 * mu)
                total += a * b * _divided(*nodes, width_s=width_s)
        if not math.isinf(width_s):
            unrepaired = unrepaired * np.exp(-mu * width_s)
            for b, m in here:
                unrepaired = unrepaired + b * _divided(m + 0.0 * mu, mu, width_s=width_s)
    return total


def _divided(*nodes: Floats, width_s: float) -> Floats:
    rates = np.sort(np.stack(nodes), axis=0)
    if math.isinf(width_s):  # the node at zero waits for ever; the others are gone through
        return np.asarray(1.0 / np.prod(rates[1:], axis=0))
    return np.asarray(simplex_exponential(rates, time_s=width_s))
