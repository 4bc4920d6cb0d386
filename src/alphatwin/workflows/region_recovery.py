"""What regions lose to their surroundings and to each other on a scan, undone as the course says.

By the resolution of the camera all regions of a scan are solved for together (eqs. I12 and I18); by
a table of phantom spheres each is corrected alone. A carried region is blurred by being put on
other voxels, its activity is not: its own recovery then is the geometric mean of that of the region
as it is drawn and as it is carried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.imaging.quantification import Corrected, corrected_for_recovery
from alphatwin.imaging.region_reading import surroundings_bq_per_ml
from alphatwin.imaging.shape_recovery import shape_recovery_fraction, transfer_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.files.scan_plan import RecoveryPlan
    from alphatwin.geometry import Image
    from alphatwin.imaging.quantification import RecoveryCurve
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
    readings: Sequence[RegionReading],
    *,
    places: Sequence[Place],
    image: Image,
    plan: RecoveryPlan,
) -> tuple[Recovery, ...]:
    """Return the corrections of all readings of one scan.

    Parameters
    ----------
    readings
        What the scan holds of each region.
    places
        Where they lie on it.
    image
        The scan. [Bq/mL]
    plan
        How recovery is known.

    Raises
    ------
    InvalidValueError
        If the surroundings alone would put more into a region than it shows.
    """
    measured = np.array([r.activity_bq / r.volume_ml for r in readings])
    around = np.array([_around(i, places, image) for i in range(len(places))])
    if plan.curve is not None:
        return tuple(
            _by_curve(float(m), r.volume_ml, float(b), plan.curve)
            for m, r, b in zip(measured, readings, around, strict=True)
        )
    return _by_shape(measured, around, places, plan)


def _around(i: int, places: Sequence[Place], image: Image) -> float:
    others = [p.voxels for j, p in enumerate(places) if j != i]
    found = surroundings_bq_per_ml(image, region=places[i].voxels, others=others)
    return max(0.0, found or 0.0)


def _by_curve(
    measured_bq_per_ml: float, volume_ml: float, around_bq_per_ml: float, curve: RecoveryCurve
) -> Recovery:
    recovery = curve.recovery_fraction(volume_ml)
    corrected = corrected_for_recovery(
        measured_bq_per_ml,
        recovery_fraction=recovery,
        background_bq_per_ml=around_bq_per_ml,
        recovery_relative_sd=curve.recovery_relative_sd(volume_ml),
        background_relative_sd=SURROUNDINGS_SD,
    )
    return Recovery(recovery, around_bq_per_ml, corrected, curve.is_outside(volume_ml))


def _by_shape(
    measured: NDArray[np.float64],
    around: NDArray[np.float64],
    places: Sequence[Place],
    plan: RecoveryPlan,
) -> tuple[Recovery, ...]:
    resolution_mm = plan.resolution_mm or 0.0
    matrix = _matrix(places, resolution_mm)
    true = _solved(matrix, measured, around)
    if np.any(true <= 0.0):
        worst = places[int(np.argmin(true))].voxels.name
        msg = (
            f"recovery: region {worst!r} holds less than its surroundings and the other regions "
            "alone would put into it: nothing is left of its own; is the resolution too large?"
        )
        raise InvalidValueError(msg)
    low, high = (
        _solved(_matrix(places, resolution_mm * (1.0 + s)), measured, around)
        for s in (-plan.relative_sd, plan.relative_sd)
    )
    brighter = _solved(matrix, measured, (1.0 + SURROUNDINGS_SD) * around)
    spread = np.hypot(0.5 * (high - low), brighter - true) / true
    return tuple(
        Recovery(
            recovery_fraction=float(matrix[i, i]),
            surroundings_bq_per_ml=float(around[i]),
            corrected=Corrected(float(measured[i]), 0.0, float(true[i]), float(spread[i])),
            is_outside_table=False,
        )
        for i in range(len(places))
    )


def _matrix(places: Sequence[Place], resolution_mm: float) -> NDArray[np.float64]:
    matrix = transfer_matrix([p.voxels for p in places], resolution_mm=resolution_mm)
    for i, place in enumerate(places):
        if not place.is_own:
            as_drawn = shape_recovery_fraction(place.as_drawn, resolution_mm=resolution_mm)
            matrix[i, i] = math.sqrt(matrix[i, i] * as_drawn)
    return matrix


def _solved(
    matrix: NDArray[np.float64], measured: NDArray[np.float64], around: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the concentrations that show as what was measured; eq. I12."""
    from_around = (1.0 - matrix.sum(axis=1)) * around
    solved: NDArray[np.float64] = np.linalg.solve(matrix, measured - from_around)
    return solved
