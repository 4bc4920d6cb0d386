"""What the camera sees of a small region: its resolution, and the activity that it recovers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from alphatwin.patient.course import Region
    from alphatwin.patient.measurement import Measurement
    from alphatwin.uncertainty.recovery import RecoveryCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class Imaging:
    """The camera that the regions were measured with.

    Attributes
    ----------
    resolution_fwhm_mm
        Resolution of its images, full width at half maximum. [mm]
    recovery
        Recovery coefficient by volume.
    """

    resolution_fwhm_mm: float
    recovery: RecoveryCurve

    def __post_init__(self) -> None:
        if not 0.0 <= self.resolution_fwhm_mm < math.inf:
            msg = f"resolution_fwhm_mm must be finite and >= 0, got {self.resolution_fwhm_mm}"
            raise InvalidValueError(msg)

    def count_exponent(self, volume_ml: float) -> float:
        """Return the exponent with which counts in a contour go with its volume [mL]."""
        from alphatwin.uncertainty.recovery import count_exponent  # scipy: only where it is used

        return count_exponent(
            volume_ml,
            resolution_fwhm_mm=self.resolution_fwhm_mm,
            recovery_ratio=float(self.recovery.coefficient(volume_ml)),
        )

    def activity_exponent(self, volume_ml: float) -> float:
        """Return the exponent with which a recovered activity goes with the volume [mL]."""
        from alphatwin.uncertainty.recovery import activity_exponent

        return activity_exponent(
            volume_ml, resolution_fwhm_mm=self.resolution_fwhm_mm, curve=self.recovery
        )


def check_shared_errors(
    measurement: Measurement, *, region: Region, imaging: Imaging | None
) -> None:
    """Refuse errors shared by all points that nothing in the course can be told of.

    Raises
    ------
    InvalidValueError
        If a recovery curve is named and there is none, or the volume that it needs is unknown.
    """
    where = f"measurement of {measurement.region!r}"
    if measurement.is_recovered_by_curve and imaging is None:
        msg = f"{where} was recovered by a curve, and the course has no imaging; give one"
        raise InvalidValueError(msg)
    needs = measurement.is_recovered_by_curve or measurement.volume_relative_sd > 0.0
    if needs and region.mass_kg is None:
        msg = (
            f"{where} hangs on the volume of the region, and that is unknown; give its mass or "
            "volume, or leave the uncertainties of volume and recovery out"
        )
        raise InvalidValueError(msg)
    if measurement.volume_relative_sd > 0.0 and region.mass_relative_sd == 0.0:
        msg = (
            f"{where} is uncertain by the volume, and the volume itself is stated as exact; give "
            "its uncertainty"
        )
        raise InvalidValueError(msg)
