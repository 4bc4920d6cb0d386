r"""From contours drawn on slices to voxels: which centres lie inside, and how much of each voxel.

Closed planar loops of one region and slice are taken together by the even-odd rule, so that a loop
within another is a hole and a keyhole (one loop that goes in, round a hole and out again along the
same line) leaves the hole open (DICOM PS3.3, C.8.8.6.3).

**Centres.** A voxel is inside if a ray from its centre along the row crosses the loops an odd
number of times.

**Fractions.** The area that one loop cuts from a pixel is the integral of the signed distance to
the right-hand side over the loop (Green's theorem); every edge is cut where it meets a line between
pixels, and each piece adds its exact area to its pixel and its height to all pixels to the right.
Loops that do not cross each other are combined by how deep they lie within one another: with
:math:`d` loops around it, a loop adds :math:`(-1)^d` times its area.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.geometry.grid import Grid
    from alphatwin.geometry.image import Image

TOUCHED = 1e-6
"""Smallest share of a voxel that counts as touched: above the round-off of an area."""
OFF_PLANE = 0.1
"""Largest share of a slice that points of one loop may lie apart across the slices."""


@dataclass(frozen=True, slots=True, eq=False)
class Contours:
    """Closed planar loops of one region.

    Attributes
    ----------
    name
        Name of the region, as drawn.
    loops
        Corners of each loop, in the patient's axes; the last is joined to the first.
        Each (n_points, 3), n_points >= 3, [mm]
    """

    name: str
    loops: tuple[NDArray[np.float64], ...]

    def __post_init__(self) -> None:
        for loop in self.loops:
            if loop.ndim != 2 or loop.shape[1] != 3 or len(loop) < 3:
                msg = f"a loop of {self.name!r} must be (n >= 3, 3) points, got {loop.shape}"
                raise InvalidValueError(msg)
            if not np.all(np.isfinite(loop)):
                msg = f"a loop of {self.name!r} has a coordinate that is not a number"
                raise InvalidValueError(msg)
            loop.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class VoxelRegion:
    """How much of each voxel of a grid belongs to a region, within a box around it.

    Attributes
    ----------
    name
        Name of the region.
    grid
        Grid that the region lies on.
    corner
        First slice, row and column of the box.
    fractions
        Share of each voxel of the box, 0 to 1. (slices, rows, columns)
    slices_without_contour
        Slices between the contours in which nothing was drawn.
    reaches_outside
        Whether a contour goes beyond the image, so that a part of the region is not in it.
    """

    name: str
    grid: Grid
    corner: tuple[int, int, int]
    fractions: NDArray[np.float32]
    slices_without_contour: tuple[int, ...] = ()
    reaches_outside: bool = False

    def __post_init__(self) -> None:
        ends = [c + n for c, n in zip(self.corner, self.fractions.shape, strict=True)]
        if min(self.corner) < 0 or any(e > n for e, n in zip(ends, self.grid.shape, strict=True)):
            msg = f"box of region {self.name!r} reaches outside of its grid"
            raise InvalidValueError(msg)
        self.fractions.setflags(write=False)

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """Slices of an array over the grid that hold the region."""
        k, j, i = (slice(c, c + n) for c, n in zip(self.corner, self.fractions.shape, strict=True))
        return k, j, i

    @property
    def volume_ml(self) -> float:
        """Volume of the region. [mL]."""
        area = self.fractions.sum(axis=(1, 2), dtype=np.float64)
        return float(area @ self.grid.voxel_volume_ml[self.box[0]])

    def integral_ml(self, image: Image) -> float:
        """Return the integral of an image over the region: activity, of a concentration. [x mL].

        Raises
        ------
        InvalidValueError
            If the image lies on another grid.
        """
        if image.grid is not self.grid and not image.grid.same_as(self.grid):
            msg = f"region {self.name!r} and image lie on different grids; resample one of them"
            raise InvalidValueError(msg)
        product = (self.fractions * image.values[self.box]).sum(axis=(1, 2), dtype=np.float64)
        return float(product @ self.grid.voxel_volume_ml[self.box[0]])

    def as_mask(self, *, least_fraction: float = 0.5) -> NDArray[np.bool_]:
        """Return (slices, rows, columns) of the whole grid: where the share is at least that."""
        mask = np.zeros(self.grid.shape, dtype=np.bool_)
        mask[self.box] = self.fractions >= least_fraction
        return mask


def voxels_inside(contours: Contours, *, grid: Grid) -> VoxelRegion:
    """Return the voxels whose centres lie inside of the contours; module docstring.

    Parameters
    ----------
    contours
        Loops, each within one slice of the grid.
    grid
        Grid to fill.

    Raises
    ------
    InvalidValueError
        If a loop lies outside of the grid, is tilted against its slices, or nothing is inside.
    """
    return _filled(contours, grid=grid, exact_area=False)


def voxel_fractions(contours: Contours, *, grid: Grid) -> VoxelRegion:
    """Return the exact share of each voxel inside of the contours; module docstring.

    Parameters
    ----------
    contours
        Loops, each within one slice of the grid; they must not cross each other.
    grid
        Grid to fill.

    Raises
    ------
    InvalidValueError
        If a loop lies outside of the grid, is tilted against its slices, or nothing is inside.
    """
    return _filled(contours, grid=grid, exact_area=True)


def voxels_touched(contours: Contours, *, grid: Grid) -> VoxelRegion:
    """Return every voxel that the contours enclose or touch: larger than what was drawn.

    Several programs fill contours so; half a voxel is added all around, which for a lesion of 3 mL
    on a grid of 2 mm is a third of its volume.

    Parameters
    ----------
    contours
        Loops, each within one slice of the grid; they must not cross each other.
    grid
        Grid to fill.

    Raises
    ------
    InvalidValueError
        If a loop lies outside of the grid, is tilted against its slices, or nothing is inside.
    """
    exact = _filled(contours, grid=grid, exact_area=True)
    every = (exact.fractions > TOUCHED).astype(np.float32)
    return dataclasses.replace(exact, fractions=every)


def _filled(contours: Contours, *, grid: Grid, exact_area: bool) -> VoxelRegion:
    by_slice = _loops_by_slice(contours, grid=grid)
    first, last = min(by_slice), max(by_slice)
    points = np.concatenate([loop for loops in by_slice.values() for loop in loops])
    corner_ji = np.maximum(np.floor(points.min(axis=0) + 0.5).astype(int), 0)
    upper = np.minimum(np.floor(points.max(axis=0) + 0.5).astype(int), np.array(grid.shape[1:]) - 1)
    shape = (last - first + 1, *(int(n) for n in upper - corner_ji + 1))
    if min(shape) < 1:
        raise _outside(contours.name)
    fractions = np.zeros(shape, dtype=np.float32)
    fill = _areas if exact_area else _centres
    for k, loops in by_slice.items():
        shifted = [loop - corner_ji for loop in loops]
        fractions[k - first] = fill(shifted, shape=(shape[1], shape[2]))
    if not fractions.any():
        msg = f"no voxel of the grid has its centre inside of {contours.name!r}: use fractions"
        raise InvalidValueError(msg)
    return VoxelRegion(
        name=contours.name,
        grid=grid,
        corner=(first, int(corner_ji[0]), int(corner_ji[1])),
        fractions=fractions,
        slices_without_contour=tuple(k for k in range(first, last) if k not in by_slice),
        reaches_outside=bool(
            np.any(points < -0.5) or np.any(points > np.array(grid.shape[1:]) - 0.5)
        ),
    )


def _loops_by_slice(contours: Contours, *, grid: Grid) -> dict[int, list[NDArray[np.float64]]]:
    """Return (row, column) corners of loops by slice; a loop of no slice is an error."""
    if not contours.loops:
        msg = f"region {contours.name!r} has no closed contour"
        raise InvalidValueError(msg)
    found: dict[int, list[NDArray[np.float64]]] = {}
    depths: dict[int, float] = {}
    for loop in contours.loops:
        index = grid.index_of(loop)
        if np.ptp(index[:, 0]) > OFF_PLANE:
            msg = (
                f"a contour of {contours.name!r} is tilted by {np.ptp(index[:, 0]):.3g} slices "
                "against the slices of the image: draw it on slices, or give a label image"
            )
            raise InvalidValueError(msg)
        k = int(np.floor(index[:, 0].mean() + 0.5))
        if not 0 <= k < grid.shape[0]:
            raise _outside(contours.name)
        found.setdefault(k, []).append(index[:, 1:])
        depth = float(index[:, 0].mean())
        if abs(depths.setdefault(k, depth) - depth) > OFF_PLANE:
            msg = (
                f"contours of {contours.name!r} lie at two depths within one slice of the image: "
                "they are drawn on finer slices; fill them there, and resample"
            )
            raise InvalidValueError(msg)
    return found


def _outside(name: str) -> InvalidValueError:
    return InvalidValueError(
        f"a contour of {name!r} lies outside of the image: "
        "is it drawn on another scan, or in another frame of reference?"
    )


def _edges(loop: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return loop, np.roll(loop, -1, axis=0)


def _centres(
    loops: Sequence[NDArray[np.float64]], *, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Return 1 where the centre of a pixel is inside, by the parity of crossings of its row."""
    flips = np.zeros((shape[0], shape[1] + 1), dtype=np.int64)
    for loop in loops:
        start, end = _edges(loop)
        low = np.ceil(np.minimum(start[:, 0], end[:, 0])).astype(int)
        high = np.ceil(np.maximum(start[:, 0], end[:, 0])).astype(int)  # rows low ... high - 1
        which = np.repeat(np.arange(len(loop)), high - low)
        row = np.arange(which.size) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
        row = row + low[which]
        kept = (row >= 0) & (row < shape[0])
        which, row = which[kept], row[kept]
        share = (row - start[which, 0]) / (end[which, 0] - start[which, 0])
        column = start[which, 1] + share * (end[which, 1] - start[which, 1])
        np.add.at(flips, (row, np.clip(np.ceil(column), 0, shape[1]).astype(int)), 1)
    return (np.cumsum(flips, axis=1)[:, :-1] % 2).astype(np.float32)


def _areas(loops: Sequence[NDArray[np.float64]], *, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return the share of each pixel inside, by the depth of each loop within the others."""
    total = np.zeros(shape)
    for i, loop in enumerate(loops):
        depth = sum(_holds(other, loop) for j, other in enumerate(loops) if j != i)
        total += (-1.0) ** depth * np.abs(_signed_area(loop, shape=shape))
    return np.clip(total, 0.0, 1.0).astype(np.float32)


def _holds(outer: NDArray[np.float64], inner: NDArray[np.float64]) -> bool:
    """Whether most corners of one loop lie within another."""
    start, end = _edges(outer)
    y, x = inner[:, 0:1], inner[:, 1:2]
    spans = (start[:, 0] <= y) != (end[:, 0] <= y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = start[:, 1] + (y - start[:, 0]) / (end[:, 0] - start[:, 0]) * (end[:, 1] - start[:, 1])
    inside = np.sum(spans & (at > x), axis=1) % 2 == 1
    return bool(np.mean(inside) > 0.5)


def _signed_area(loop: NDArray[np.float64], *, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the signed area that a loop cuts from each pixel; module docstring."""
    start, end = _edges(loop + 0.5)  # pixel n reaches from n to n + 1
    y0, x0, y1, x1 = _cut(start, end)
    columns = shape[1]
    x0, x1 = np.clip(x0, 0.0, columns), np.clip(x1, 0.0, columns)
    middle_y, middle_x = 0.5 * (y0 + y1), 0.5 * (x0 + x1)
    row = np.floor(middle_y).astype(int)
    column = np.minimum(np.floor(middle_x).astype(int), columns - 1)
    kept = (row >= 0) & (row < shape[0]) & (y0 != y1)
    row, column, height = row[kept], column[kept], (y1 - y0)[kept]
    right = column + 1 - middle_x[kept]
    gathered = np.zeros((shape[0], columns + 1))
    np.add.at(gathered, (row, column), height * right)
    np.add.at(gathered, (row, column + 1), height * (1.0 - right))
    summed: NDArray[np.float64] = np.cumsum(gathered, axis=1)[:, :-1]
    return summed


def _cut(
    start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Cut edges where they meet the lines between pixels: (y0, x0, y1, x1) of the pieces."""
    which = [np.arange(len(start))] * 2
    share = [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        a, b = start[:, axis], end[:, axis]
        low = np.floor(np.minimum(a, b)).astype(int) + 1
        high = np.ceil(np.maximum(a, b)).astype(int)
        count = np.maximum(high - low, 0)
        edge = np.repeat(np.arange(len(start)), count)
        line = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + low[edge]
        which.append(edge)
        share.append((line - a[edge]) / (b[edge] - a[edge]))
    edge, at = np.concatenate(which), np.concatenate(share)
    order = np.lexsort((at, edge))
    edge, at = edge[order], at[order]
    same = edge[:-1] == edge[1:]
    edge, first, last = edge[:-1][same], at[:-1][same], at[1:][same]
    step = end - start
    begin = start[edge] + first[:, None] * step[edge]
    stop = start[edge] + last[:, None] * step[edge]
    return begin[:, 0], begin[:, 1], stop[:, 0], stop[:, 1]
