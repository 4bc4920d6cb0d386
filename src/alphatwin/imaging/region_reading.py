r"""What one scan holds of one region: volume and activity, by three rules of filling.

A region drawn on another scan is carried: the points of its voxels are moved by the registration,
and the concentration is interpolated there linearly,

.. math:: A = \sum_v f_v\, V_v\, c(T \vec x_v),

with the share :math:`f_v` of voxel :math:`v` and its volume :math:`V_v` on the scan that the region
is drawn on (docs/theory-imaging.md, eq. I1). A volume is then that of the drawn region.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import ndimage

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import (
    Contours,
    Grid,
    VoxelRegion,
    resample_intensity,
    voxel_fractions,
    voxels_inside,
    voxels_touched,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.geometry import Image, Rigid

Fill = Literal["centres", "fractions", "touched"]
SHELL_MM = (10.0, 20.0)
"""Shell around a region that is taken for its surroundings: beyond what it spills into."""
LEAST_IN_VIEW = 0.999
"""Share of a carried region that the other scan must see."""


@dataclass(frozen=True, slots=True)
class RegionReading:
    """Volume and activity of a region in one scan.

    Attributes
    ----------
    volume_ml
        [mL]
    activity_bq
        As the image states it. [Bq]
    max_bq_per_ml
        Greatest concentration in a voxel that belongs to the region by at least half. [Bq/mL]
    """

    volume_ml: float
    activity_bq: float
    max_bq_per_ml: float


def filled(contours: Contours, *, grid: Grid, fill: Fill) -> VoxelRegion:
    """Return contours as voxels by the rule that is named.

    Parameters
    ----------
    contours
        Loops, each within one slice of the grid.
    grid
        Grid to fill.
    fill
        ``centres`` inside, exact ``fractions``, or every voxel ``touched``.

    Raises
    ------
    InvalidValueError
        As the rules of :mod:`alphatwin.geometry.contours`.
    """
    rules = {"centres": voxels_inside, "fractions": voxel_fractions, "touched": voxels_touched}
    return rules[fill](contours, grid=grid)


def region_reading(image: Image, *, region: VoxelRegion) -> RegionReading:
    """Return what an image holds of a region on its own grid.

    Parameters
    ----------
    image
        Activity concentration. [Bq/mL]
    region
        On the grid of the image.

    Raises
    ------
    InvalidValueError
        If they lie on different grids.
    """
    activity_bq = region.integral_ml(image)
    inside = image.values[region.box][region.fractions >= 0.5]
    most = inside if inside.size else image.values[region.box][region.fractions > 0.0]
    return RegionReading(region.volume_ml, activity_bq, float(most.max()))


def carried_reading(image: Image, *, region: VoxelRegion, transform: Rigid | None) -> RegionReading:
    """Return what an image holds of a region that is drawn on another scan; module docstring.

    Parameters
    ----------
    image
        Activity concentration. [Bq/mL]
    region
        On the grid of the other scan.
    transform
        From points of that scan to points of the image; None if both share one frame.

    Raises
    ------
    InvalidValueError
        If a part of the region lies outside of the image.
    """
    box = box_grid(region)
    there = resample_intensity(image, grid=box, transform=transform, outside=float("nan"))
    seen = np.isfinite(there.values)
    share = float(np.sum(region.fractions * seen) / np.sum(region.fractions))
    if share < LEAST_IN_VIEW:
        msg = (
            f"region {region.name!r} lies outside of another scan by {1.0 - share:.0%}: draw it "
            "on that scan, or leave the scan out (series = [...])"
        )
        raise InvalidValueError(msg)
    values = np.nan_to_num(there.values)
    moved = VoxelRegion(region.name, box, (0, 0, 0), region.fractions)
    return region_reading(type(image)(box, values), region=moved)


def surroundings_bq_per_ml(
    image: Image, *, region: VoxelRegion, others: Sequence[VoxelRegion] = ()
) -> float | None:
    """Return the median concentration of the shell around a region, other regions left out.

    Parameters
    ----------
    image
        Activity concentration. [Bq/mL]
    region, others
        On the grid of the image; the shell keeps off from the others as it does from the region.

    Returns
    -------
    float or None
        [Bq/mL]; None if nothing is left of the shell.
    """
    spacing = (image.grid.slice_spacing_mm, *(float(v) for v in image.grid.spacing_mm[::-1]))
    margin = int(np.ceil(SHELL_MM[1] / min(spacing)))
    low = [max(0, c - margin) for c in region.corner]
    high = [
        min(n, c + s + margin)
        for n, c, s in zip(image.grid.shape, region.corner, region.fractions.shape, strict=True)
    ]
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    far = _distance_mm(region, box, spacing)
    shell = (far > SHELL_MM[0]) & (far <= SHELL_MM[1])
    for other in others:
        if other.as_mask(least_fraction=0.01)[box].any():
            shell &= _distance_mm(other, box, spacing) > SHELL_MM[0]
    return float(np.median(image.values[box][shell])) if shell.any() else None


def _distance_mm(
    region: VoxelRegion, box: tuple[slice, ...], spacing: tuple[float, ...]
) -> NDArray[np.float64]:
    away = ~region.as_mask(least_fraction=0.01)[box]
    distance: NDArray[np.float64] = ndimage.distance_transform_edt(away, sampling=spacing)
    return distance


def box_grid(region: VoxelRegion, *, margin: int = 0) -> Grid:
    """Return the grid of the box around a region, which holds the same voxels.

    Parameters
    ----------
    region
        The region.
    margin
        Voxels more on each side, as far as the grid goes.
    """
    grid = region.grid
    low = [max(0, c - margin) for c in region.corner]
    high = [
        min(n, c + s + margin)
        for n, c, s in zip(grid.shape, region.corner, region.fractions.shape, strict=True)
    ]
    first = grid.slice_offsets_mm[low[0]]
    return Grid(
        shape=(high[0] - low[0], high[1] - low[1], high[2] - low[2]),
        origin_mm=grid.position_mm(low),
        axes=grid.axes,
        spacing_mm=grid.spacing_mm,
        slice_edges_mm=grid.slice_edges_mm[low[0] : high[0] + 1] - first,
        slice_offsets_mm=grid.slice_offsets_mm[low[0] : high[0]] - first,
    )


def on_grid(region: VoxelRegion, *, grid: Grid) -> VoxelRegion:
    """Return a region on another grid of the same frame: shares of voxels, conserving volume.

    Parameters
    ----------
    region
        The region.
    grid
        Target grid.

    Raises
    ------
    InvalidValueError
        If the target grid sees nothing of it.
    """
    from alphatwin.geometry import Image, resample_activity

    if region.grid.same_as(grid):
        return VoxelRegion(region.name, grid, region.corner, region.fractions)
    found = resample_activity(Image(box_grid(region), region.fractions.copy()), grid=grid)
    shares = np.clip(found.image.values, 0.0, 1.0)
    used = [np.flatnonzero(shares.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    if not used[0].size:
        msg = f"region {region.name!r} lies outside of the image: is it of another scan?"
        raise InvalidValueError(msg)
    k, j, i = (slice(int(u[0]), int(u[-1]) + 1) for u in used)
    corner = (k.start, j.start, i.start)
    return VoxelRegion(region.name, grid, corner, shares[k, j, i].copy())
