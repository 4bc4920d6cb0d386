"""How a sample is counted: windows of a counter, and counts at known delays after drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CountingWindow:
    """An energy window of a counter, and what it sees of each nuclide.

    Attributes
    ----------
    name
        Name of the window (``440 keV``).
    counts_per_decay
        Counts in the window per decay, by nuclide: emission yield times efficiency, and what
        scatters down from other lines. 1 for one nuclide means that values are activities.
    calibration_relative_sd
        Standard uncertainty of the calibration over it, shared by all counts of the window.
    """

    name: str
    counts_per_decay: Mapping[str, float]
    calibration_relative_sd: float = 0.0

    def __post_init__(self) -> None:
        for name, response in self.counts_per_decay.items():
            if not 0.0 < response < math.inf:
                msg = (
                    f"counts_per_decay of {name} in window {self.name!r} must be finite and > 0, "
                    f"got {response}"
                )
                raise InvalidValueError(msg)
        if not self.counts_per_decay:
            msg = f"window {self.name!r} sees no nuclide; give counts_per_decay of at least one"
            raise InvalidValueError(msg)
        if not 0.0 <= self.calibration_relative_sd < 1.0:
            msg = (
                f"calibration_relative_sd of window {self.name!r} must be at least 0 and below 1, "
                f"got {self.calibration_relative_sd}"
            )
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class SampleCount:
    """One count of a sample in one window.

    Attributes
    ----------
    window
        The window.
    delay_s
        Time from drawing to the start of the count. [s]
    rate_per_s
        Mean net count rate, background taken off; may be negative by chance. [1/s]
    sd_per_s
        Standard uncertainty of the rate by counting statistics. [1/s]
    duration_s
        Length of the count; 0 for a rate that stands for the moment of the delay. [s]
    """

    window: CountingWindow
    delay_s: float
    rate_per_s: float
    sd_per_s: float
    duration_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("delay_s", "duration_s"):
            value = getattr(self, name)
            if not 0.0 <= value < math.inf:
                msg = f"{name} must be finite and >= 0 s, got {value}"
                raise InvalidValueError(msg)
        if not math.isfinite(self.rate_per_s):
            msg = f"rate_per_s must be finite, got {self.rate_per_s}"
            raise InvalidValueError(msg)
        if not 0.0 < self.sd_per_s < math.inf:
            msg = f"sd_per_s must be finite and > 0, got {self.sd_per_s}"
            raise InvalidValueError(msg)
