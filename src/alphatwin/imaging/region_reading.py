r"""What one scan holds of one region: volume and activity, by three rules of filling.

A region drawn on another scan is carried: voxel :math:`w` of the scan, of volume :math:`V_w`, takes
the mean of the shares :math:`f` at points :math:`\vec x_{wp}` spread evenly in it, which the
registration :math:`T` finds on the scan that the region is drawn on (eq. I1),

.. math:: A = \sum_w V_w\, c_w\, \frac{1}{n} \sum_p f(T \vec x_{wp}).

The image itself is not interpolated, which would blur it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import ndimage

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import (
    Contours,
    Grid,
    VoxelRegion,
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
MOST_LOST = 0.02
"""Share of a carried region that may lie outside of the other scan; points miss some permille."""
POINTS = 4
"""Along each axis of a voxel, at which a carried region is looked up."""


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


def carried_region(region: VoxelRegion, *, grid: Grid, transform: Rigid | None) -> VoxelRegion:
    """Return a region on the grid of another scan; module docstring.

    Parameters
    ----------
    region
        On the grid of the scan that it is drawn on.
    grid
        Of the other scan.
    transform
        From points of the other scan to points of that one; None if both share one frame.

    Raises
    ------
    InvalidValueError
        If a part of the region lies outside of the other scan.
    """
    low, high = _box_on(region, grid, transform)
    shape = [b - a for a, b in zip(low, high, strict=True)]
    if min(shape) < 1:
        raise _not_seen(region, 1.0)
    padded = np.pad(region.fractions, 1)
    summed = np.zeros(shape)
    steps = (np.arange(POINTS) + 0.5) / POINTS - 0.5
    axes = [np.arange(a, b, dtype=np.float64) for a, b in zip(low, high, strict=True)]
    for dz, dy, dx in itertools.product(steps, steps, steps):
        k, j, i = np.meshgrid(axes[0] + dz, axes[1] + dy, axes[2] + dx, indexing="ij")
        index = _index_there(np.stack([k, j, i], axis=-1), grid, region, transform)
        place = np.clip(np.rint(index).astype(int) + 1, 0, np.array(padded.shape) - 1)
        summed += padded[place[..., 0], place[..., 1], place[..., 2]]
    shares = (summed / POINTS**3).astype(np.float32)
    moved = VoxelRegion(region.name, grid, (low[0], low[1], low[2]), shares)
    lost = 1.0 - moved.volume_ml / region.volume_ml
    if lost > MOST_LOST:
        raise _not_seen(region, lost)
    return moved


def _index_there(
    index: NDArray[np.float64], grid: Grid, region: VoxelRegion, transform: Rigid | None
) -> NDArray[np.float64]:
    """Return where (fractional) indices of a grid lie in the box of a region. (..., 3)."""
    position = grid.position_mm(index)
    moved = position if transform is None else transform.apply_mm(position)
    there: NDArray[np.float64] = region.grid.index_of(moved) - np.array(region.corner)
    return there


def _box_on(
    region: VoxelRegion, grid: Grid, transform: Rigid | None
) -> tuple[list[int], list[int]]:
    """Return first and last index + 1 of the part of a grid that may hold a region."""
    ends = [
        (c - 0.5, c + n - 0.5) for c, n in zip(region.corner, region.fractions.shape, strict=True)
    ]
    corners = region.grid.position_mm(np.array(list(itertools.product(*ends))))
    if transform is not None:  # back: the rotation is orthonormal
        corners = (corners - transform.shift_mm) @ transform.rotation
    index = grid.index_of(corners)
    low = np.maximum(np.floor(index.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(index.max(axis=0)).astype(int) + 1, np.array(grid.shape))
    return low.tolist(), high.tolist()


def _not_seen(region: VoxelRegion, lost: float) -> InvalidValueError:
    return InvalidValueError(
        f"region {region.name!r} lies outside of another scan by {lost:.0%}: draw it on that "
        "scan, or leave the scan out (series = [...])"
    )


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
    if not shares.any():
        msg = f"region {region.name!r} lies outside of the image: is it of another scan?"
        raise InvalidValueError(msg)
    return cut_to_region(region.name, shares, grid=grid)


def cut_to_region(name: str, shares: NDArray[np.float32], *, grid: Grid) -> VoxelRegion:
    """Return shares of voxels of a whole grid as a region within its box.

    Parameters
    ----------
    name
        Of the region.
    shares
        0 to 1, not all of them 0. (grid shape)
    grid
        Their grid.
    """
    used = [np.flatnonzero(shares.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    k, j, i = (slice(int(u[0]), int(u[-1]) + 1) for u in used)
    return VoxelRegion(name, grid, (k.start, j.start, i.start), shares[k, j, i].copy())
