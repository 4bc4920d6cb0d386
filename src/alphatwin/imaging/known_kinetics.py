r"""Kinetics of a region that are known exactly: uptake and clearance, each with one half-time.

.. math:: A(t) = A_0 f \left(e^{-\lambda_c t} - e^{-\lambda_u t}\right) e^{-\lambda t}

with clearance :math:`\lambda_c`, uptake :math:`\lambda_u` and decay :math:`\lambda` (eq. I16).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class KnownKinetics:
    """Uptake and clearance of a synthetic region; module docstring.

    Attributes
    ----------
    uptake_fraction
        :math:`f`: share of the administered activity, extrapolated.
    uptake_half_time_s, clearance_half_time_s
        Biological, without decay. [s]
    """

    uptake_fraction: float
    uptake_half_time_s: float
    clearance_half_time_s: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.uptake_fraction <= 1.0:
            msg = f"uptake_fraction must lie between 0 and 1, got {self.uptake_fraction}"
            raise InvalidValueError(msg)
        if not 0.0 < self.uptake_half_time_s < self.clearance_half_time_s:
            msg = (
                "a region must take up faster than it clears, got half-times of "
                f"{self.uptake_half_time_s} s and {self.clearance_half_time_s} s"
            )
            raise InvalidValueError(msg)

    def activity_bq(
        self, time_s: ArrayLike, *, administered_bq: float, half_life_s: float
    ) -> NDArray[np.float64]:
        """Return the activity at times since the administration; eq. I16. [Bq]."""
        time = np.asarray(time_s, dtype=np.float64)
        clears, takes, decays = self._rates_per_s(half_life_s)
        share = np.exp(-clears * time) - np.exp(-takes * time)
        activity: NDArray[np.float64] = (
            administered_bq * self.uptake_fraction * share * np.exp(-decays * time)
        )
        return activity

    def time_integrated_activity_bq_s(self, *, administered_bq: float, half_life_s: float) -> float:
        """Return the integral of the activity to the end of time, in closed form. [Bq s]."""
        clears, takes, decays = self._rates_per_s(half_life_s)
        each = 1.0 / (clears + decays) - 1.0 / (takes + decays)
        return administered_bq * self.uptake_fraction * each

    def _rates_per_s(self, half_life_s: float) -> tuple[float, float, float]:
        half_times = (self.clearance_half_time_s, self.uptake_half_time_s, half_life_s)
        clears, takes, decays = (math.log(2.0) / t for t in half_times)
        return clears, takes, decays
