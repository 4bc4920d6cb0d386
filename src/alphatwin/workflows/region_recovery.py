"""What a region loses to its surroundings on a scan, undone as the course says.

A carried region is blurred by being put on other voxels, its activity is not: recovery by shape
then is the geometric mean of that of the region as it is drawn and as it is carried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alphatwin.imaging.quantification import Corrected, corrected_for_recovery
from alphatwin.imaging.region_reading import surroundings_bq_per_ml
from alphatwin.imaging.shape_recovery import (
    shape_recovery_fraction,
    shape_recovery_relative_sd,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.files.scan_plan import RecoveryPlan
    from alphatwin.geometry import Image, VoxelRegion
    from alphatwin.imaging.region_reading import RegionReading
    from alphatwin.workflows.scan_places import Place

SURROUNDINGS_SD: Final = 0.2
"""Relative standard uncertainty of the concentration around a region: assumed."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a region loses to its surroundings, undone: recovery and concentrations. [Bq/mL]."""

    recovery_fraction: float
    surroundings_bq_per_ml: float
    corrected: Corrected
    is_outside_table: bool


def recovered(
    reading: RegionReading,
    *,
    place: Place,
    others: Sequence[VoxelRegion],
    image: Image,
    plan: RecoveryPlan,
) -> Recovery:
    """Return the correction of one reading.

    Parameters
    ----------
    reading
        What the scan holds of the region.
    place, others
        The region, and the other regions, on the grid of the scan.
    image
        The scan. [Bq/mL]
    plan
        How recovery is known.

    Raises
    ------
    InvalidValueError
        If the surroundings alone would put more into the region than it shows.
    """
    volume_ml = reading.volume_ml
    around = max(0.0, surroundings_bq_per_ml(image, region=place.voxels, others=others) or 0.0)
    recovery, spread, is_outside = _recovery_of(place, volume_ml, plan)
    corrected = corrected_for_recovery(
        reading.activity_bq / volume_ml,
        recovery_fraction=recovery,
        background_bq_per_ml=around,
        recovery_relative_sd=spread,
        background_relative_sd=SURROUNDINGS_SD,
    )
    return Recovery(recovery, around, corrected, is_outside)


def _recovery_of(place: Place, volume_ml: float, plan: RecoveryPlan) -> tuple[float, float, bool]:
    """Return recovery, its relative uncertainty, and whether it lies beyond the phantom's."""
    if plan.curve is not None:
        curve = plan.curve
        found = curve.recovery_fraction(volume_ml), curve.recovery_relative_sd(volume_ml)
        return *found, curve.is_outside(volume_ml)
    resolution_mm = plan.resolution_mm or 0.0
    kinds = (place.voxels,) if place.is_own else (place.voxels, place.as_drawn)
    both = [shape_recovery_fraction(v, resolution_mm=resolution_mm) for v in kinds]
    recovery = math.prod(both) ** (1.0 / len(both))
    spread = shape_recovery_relative_sd(
        place.as_drawn, resolution_mm=resolution_mm, resolution_relative_sd=plan.relative_sd
    )
    return recovery, spread, False
