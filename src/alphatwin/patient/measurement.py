"""What was counted in a region: which nuclide, how much, when, and how well."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from enum import StrEnum

from alphatwin.errors import InvalidValueError


class MeasuredQuantity(StrEnum):
    """Quantity that a series of counts was turned into."""

    ACTIVITY_BQ = "activity_bq"
    """Activity in the whole region."""
    CONCENTRATION_BQ_PER_ML = "concentration_bq_per_ml"
    """Activity per volume of the region."""
    FRACTION_OF_ADMINISTERED = "fraction_of_administered"
    """Activity in the region over the activity administered (%IA / 100)."""


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value.

    Attributes
    ----------
    time_s
        Time since the administration. [s]
    value
        Value in the unit of its :class:`MeasuredQuantity`, as it was written down.
    relative_sd
        Standard uncertainty over the value, if it was stated as a share of the value; the
        error is then taken as lognormal. Excludes ``sd``.
    sd
        Standard uncertainty in the unit of the value, if stated so; the error is then normal.
    """

    time_s: float
    value: float
    relative_sd: float | None = None
    sd: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.time_s < math.inf:
            msg = f"time_s must be finite and >= 0 (since administration), got {self.time_s}"
            raise InvalidValueError(msg)
        if not 0.0 <= self.value < math.inf:
            msg = f"value must be finite and >= 0, got {self.value}"
            raise InvalidValueError(msg)
        if (self.relative_sd is None) == (self.sd is None):
            msg = "give exactly one of relative_sd and sd"
            raise InvalidValueError(msg)
        spread = self.relative_sd if self.sd is None else self.sd
        if spread is None or not 0.0 < spread < math.inf:
            msg = f"the standard uncertainty must be finite and > 0, got {spread}"
            raise InvalidValueError(msg)
        if self.relative_sd is not None and self.value == 0.0:
            msg = "a value of zero needs an absolute uncertainty (sd), not a relative one"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A series of values of one region after one administration.

    Attributes
    ----------
    region, administration
        Names of the region and of the administration.
    nuclide
        Nuclide that was counted, in canonical form (``Lu-177``).
    quantity
        What the values are.
    decay_corrected_to_s
        Time since administration to which every value was corrected for physical decay of
        ``nuclide``; ``None`` if the values are those present at the time of measurement. [s]
    points
        The values, in order of time. Their uncertainties are those that no point shares with
        another (counts).
    source
        Where the values come from, in words.
    camera
        Name of the camera, if there are several: measurements by one camera share the error of
        its calibration.
    recovery_relative_sd
        Standard uncertainty of the recovery coefficient, over the coefficient: one error for all
        points of the region, after every administration.
    is_recovered_by_curve
        Whether the values were corrected with the recovery curve of the course's imaging: the
        errors of its parameters and of the volume are then followed through it.
    volume_relative_sd
        Standard uncertainty of the values by the volume that was delineated, over the values: the
        error of the region's volume, by another power.
    """

    region: str
    administration: str
    nuclide: str
    quantity: MeasuredQuantity
    decay_corrected_to_s: float | None
    points: tuple[Point, ...]
    source: str = ""
    camera: str = ""
    recovery_relative_sd: float = 0.0
    is_recovered_by_curve: bool = False
    volume_relative_sd: float = 0.0

    def __post_init__(self) -> None:
        self._check_shared_errors()
        if not self.points:
            msg = f"measurement of {self.region!r} has no points; give at least one"
            raise InvalidValueError(msg)
        times = [p.time_s for p in self.points]
        if any(b <= a for a, b in itertools.pairwise(times)):
            msg = f"points of {self.region!r} must be in strictly increasing time, got {times} s"
            raise InvalidValueError(msg)
        to_s = self.decay_corrected_to_s
        if to_s is not None and not math.isfinite(to_s):
            msg = f"decay_corrected_to_s must be finite or None, got {to_s}"
            raise InvalidValueError(msg)

    def _check_shared_errors(self) -> None:
        for name in ("recovery_relative_sd", "volume_relative_sd"):
            if not 0.0 <= getattr(self, name) < 1.0:
                msg = (
                    f"{name} of {self.region!r} must be at least 0 and below 1, "
                    f"got {getattr(self, name)}"
                )
                raise InvalidValueError(msg)
        if self.is_recovered_by_curve and (self.recovery_relative_sd or self.volume_relative_sd):
            msg = (
                f"measurement of {self.region!r} has a recovery curve, from which its errors of "
                "recovery and volume follow; leave the stated ones out, or the curve"
            )
            raise InvalidValueError(msg)
        is_concentration = self.quantity is MeasuredQuantity.CONCENTRATION_BQ_PER_ML
        if is_concentration and self.volume_relative_sd:
            msg = (
                f"measurement of {self.region!r} is a concentration, which is multiplied with the "
                "volume: its error is in already; leave volume out"
            )
            raise InvalidValueError(msg)
