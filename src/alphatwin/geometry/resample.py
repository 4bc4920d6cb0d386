r"""Images from one grid to another: activity is conserved, intensity is interpolated.

**Parallel grids.** With voxel edges along one axis, target voxel :math:`a` takes from source voxel
:math:`b` the share of its own length that they have in common; the three axes follow each other.
A concentration moved so is the exact mean over the target voxel of the piecewise constant source,
and its integral over the part that both grids see is conserved to round-off.

**Turned grids.** A concentration is interpolated linearly at points spread evenly over each target
voxel, as many along each axis as make their distance at most that of the source voxels, and
averaged. The integral is conserved as far as the sum over points is an integral; what is left is
stated in the result, and removed by one factor.

**Deformations** map concentration, not activity: where the map compresses, activity is not
concentrated, as a region that shrinks between two scans has not gained concentration by it. The
determinant of the Jacobian is reported.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import ndimage

from alphatwin.errors import InvalidValueError
from alphatwin.geometry.image import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry.grid import Grid

PARALLEL = 1e-6
"""Largest cosine between axes that count as perpendicular: a rounded header turns by less."""
ORTHONORMAL = 1e-8
"""Largest error of a rotation matrix."""
MOST_POINTS = 8
"""Points along one axis of a target voxel; more than eight times as coarse is not resampling."""


@dataclass(frozen=True, slots=True, eq=False)
class Rigid:
    """A rotation and a shift: the point of the source that belongs to a point of the target.

    Attributes
    ----------
    rotation
        Orthonormal, of determinant 1. (3, 3)
    shift_mm
        Added after the rotation. (3,), [mm]
    """

    rotation: NDArray[np.float64]
    shift_mm: NDArray[np.float64]

    def __post_init__(self) -> None:
        error = np.abs(self.rotation @ self.rotation.T - np.eye(3)).max()
        if error > ORTHONORMAL or np.linalg.det(self.rotation) < 0.0:
            msg = f"rotation must be orthonormal with determinant 1, got error {error:.3g}"
            raise InvalidValueError(msg)

    def apply_mm(self, position_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points of the source that belong to points of the target. (..., 3), [mm]."""
        return position_mm @ self.rotation.T + self.shift_mm

    @property
    def angle_deg(self) -> float:
        """Angle of the rotation. [degree]."""
        cosine = np.clip((np.trace(self.rotation) - 1.0) / 2.0, -1.0, 1.0)
        return float(np.degrees(np.arccos(cosine)))


@dataclass(frozen=True, slots=True, eq=False)
class Deformation:
    """A displacement for every voxel of a target grid, towards the point of the source.

    Attributes
    ----------
    grid
        Target grid.
    displacement_mm
        (slices, rows, columns, 3), in the patient's axes. [mm]
    """

    grid: Grid
    displacement_mm: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.displacement_mm.shape != (*self.grid.shape, 3):
            msg = (
                f"displacement_mm must have shape {(*self.grid.shape, 3)}, "
                f"got {self.displacement_mm.shape}"
            )
            raise InvalidValueError(msg)

    def jacobian_determinant(self) -> NDArray[np.float64]:
        """Return how much volume each voxel of the target takes in the source. (grid shape).

        Above 1 the source is compressed, below 0 the map folds.
        """
        if min(self.grid.shape) < 2:
            msg = f"a Jacobian needs two voxels along each axis, got {self.grid.shape}"
            raise InvalidValueError(msg)
        along = (
            self.grid.slice_offsets_mm,
            np.arange(self.grid.shape[1]) * self.grid.spacing_mm[1],
            np.arange(self.grid.shape[2]) * self.grid.spacing_mm[0],
        )
        local = self.displacement_mm.astype(np.float64) @ self.grid.axes.T
        matrix = np.empty((*self.grid.shape, 3, 3))
        for axis, distance in enumerate(along):
            grown = np.gradient(local, distance, axis=axis)
            matrix[..., 2 - axis] = grown
        matrix += np.eye(3)
        determinant: NDArray[np.float64] = np.linalg.det(matrix)
        return determinant


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """An image on its new grid, and what became of its integral.

    Attributes
    ----------
    image
        On the target grid.
    view_share
        Integral that the target sees over that of the source; 1 if nothing lies outside.
    correction_factor
        Factor by which interpolation missed the integral, divided out; 1 for parallel grids.
    """

    image: Image
    view_share: float
    correction_factor: float


def resample_activity(image: Image, *, grid: Grid, transform: Rigid | None = None) -> Resampled:
    """Return an activity concentration on another grid, its integral conserved.

    Parameters
    ----------
    image
        Activity per volume.
    grid
        Target grid.
    transform
        Where points of the target lie in the source; None if both share one frame of reference.

    Returns
    -------
    Resampled
        Module docstring for how.

    Raises
    ------
    InvalidValueError
        If the target is more than eight times as coarse, or sees nothing of the source.
    """
    parallel = transform is None and bool(
        np.all(np.abs(image.grid.axes @ grid.axes.T - np.eye(3)) < PARALLEL)
    )
    whole = image.integral_ml()
    if parallel:
        moved = _overlap(image, grid)
        seen = moved.integral_ml()
        return Resampled(moved, seen / whole if whole else 1.0, 1.0)
    moved = _interpolated(image, grid, transform, order=1, outside=0.0, points=_points(image, grid))
    seen = _seen(image, grid, transform)
    found = moved.integral_ml()
    if whole and not (seen > 0.0 and found > 0.0):
        msg = "the target grid sees nothing of the image: are they of one patient and frame?"
        raise InvalidValueError(msg)
    correction = found / seen if whole else 1.0
    corrected = (moved.values / np.float32(correction)).astype(image.values.dtype)
    return Resampled(Image(grid, corrected), seen / whole if whole else 1.0, correction)


def resample_intensity(
    image: Image,
    *,
    grid: Grid,
    transform: Rigid | Deformation | None = None,
    outside: float = 0.0,
) -> Image:
    """Return an intensity (CT number, concentration) on another grid, interpolated linearly.

    Parameters
    ----------
    image
        Values that do not add up over volume.
    grid
        Target grid.
    transform
        Where points of the target lie in the source.
    outside
        Value where the source sees nothing, in the unit of the image.

    Raises
    ------
    InvalidValueError
        If a deformation belongs to another grid.
    """
    return _interpolated(image, grid, transform, order=1, outside=outside, points=(1, 1, 1))


def resample_labels(
    image: Image, *, grid: Grid, transform: Rigid | Deformation | None = None
) -> Image:
    """Return labels on another grid: that of the nearest voxel, 0 outside.

    Parameters
    ----------
    image
        Whole numbers.
    grid
        Target grid.
    transform
        Where points of the target lie in the source.

    Raises
    ------
    InvalidValueError
        If a deformation belongs to another grid.
    """
    return _interpolated(image, grid, transform, order=0, outside=0.0, points=(1, 1, 1))


def _overlap(image: Image, target: Grid) -> Image:
    source = image.grid
    values = image.values
    shift = (target.origin_mm - source.origin_mm) @ source.axes.T
    sides = (
        (source.slice_edges_mm, target.slice_edges_mm + shift[2]),
        (_edges_mm(source, 1), _edges_mm(target, 1) + shift[1]),
        (_edges_mm(source, 0), _edges_mm(target, 0) + shift[0]),
    )
    for axis, (have, want) in enumerate(sides):
        if have.shape == want.shape and np.allclose(have, want, atol=1e-9):
            continue
        values = _along(values, axis, have, want)
    return Image(target, np.ascontiguousarray(values))


def _edges_mm(grid: Grid, which: int) -> NDArray[np.float64]:
    """Return the edges of the columns (0) or rows (1) from the centre of the first. [mm]."""
    n = grid.shape[2 - which]
    edges: NDArray[np.float64] = (np.arange(n + 1) - 0.5) * grid.spacing_mm[which]
    return edges


def _along(
    values: NDArray[np.float32], axis: int, have: NDArray[np.float64], want: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Average along one axis: the integral up to an edge is linear between edges."""
    from scipy import sparse

    left = np.maximum(want[:-1, None], have[None, :-1])
    right = np.minimum(want[1:, None], have[None, 1:])
    share = np.maximum(right - left, 0.0) / np.diff(want)[:, None]
    front = np.moveaxis(values, axis, 0)
    flat = front.reshape(front.shape[0], -1)
    summed = sparse.csr_array(share.astype(values.dtype)) @ flat
    return np.moveaxis(summed.reshape(-1, *front.shape[1:]), 0, axis)


def _points(image: Image, target: Grid) -> tuple[int, int, int]:
    """Return how many points along each axis of a target voxel are as dense as the source."""
    finest = min(*image.grid.spacing_mm, image.grid.slice_spacing_mm)
    sides = (target.slice_spacing_mm, float(target.spacing_mm[1]), float(target.spacing_mm[0]))
    k, j, i = (max(1, int(np.ceil(side / finest - 1e-6))) for side in sides)
    if max(k, j, i) > MOST_POINTS:
        msg = (
            f"the target grid is {max(k, j, i)} times as coarse as the image, at most "
            f"{MOST_POINTS} is resampled: choose a finer grid"
        )
        raise InvalidValueError(msg)
    return k, j, i


def _interpolated(
    image: Image,
    target: Grid,
    transform: Rigid | Deformation | None,
    *,
    order: Literal[0, 1],
    outside: float,
    points: tuple[int, int, int],
) -> Image:
    if isinstance(transform, Deformation) and not transform.grid.same_as(target):
        msg = "the deformation belongs to another grid than the one asked for"
        raise InvalidValueError(msg)
    out = np.empty(target.shape, dtype=image.values.dtype)
    inner = [(np.arange(n) + 0.5) / n - 0.5 for n in points]

    def one(k: int) -> None:
        total = np.zeros(target.shape[1:])
        for dk, dj, di in itertools.product(*inner):
            where = _source_index(image.grid, target, transform, k=k, inner=(dk, dj, di))
            total += ndimage.map_coordinates(
                image.values, where, order=order, mode="grid-constant", cval=outside
            )
        out[k] = total / np.prod(points)

    with ThreadPoolExecutor() as pool:
        list(pool.map(one, range(target.shape[0])))
    return Image(target, out)


def _source_index(
    source: Grid,
    target: Grid,
    transform: Rigid | Deformation | None,
    *,
    k: int,
    inner: tuple[float, float, float],
) -> NDArray[np.float64]:
    """Return the source indices of the points of one target slice. (3, rows, columns)."""
    rows, columns = np.meshgrid(
        np.arange(target.shape[1]) + inner[1], np.arange(target.shape[2]) + inner[2], indexing="ij"
    )
    edge = target.slice_edges_mm
    middle = 0.5 * (edge[k] + edge[k + 1])
    depth = middle + inner[0] * (edge[k + 1] - edge[k])
    if inner[0] == 0.0:
        depth = target.slice_offsets_mm[k]
    local = np.stack(
        [columns * target.spacing_mm[0], rows * target.spacing_mm[1], np.full(rows.shape, depth)],
        axis=-1,
    )
    position = target.origin_mm + local @ target.axes
    if isinstance(transform, Rigid):
        position = transform.apply_mm(position)
    elif transform is not None:
        position = position + transform.displacement_mm[k]
    return np.moveaxis(source.index_of(position), -1, 0)


def _seen(image: Image, target: Grid, transform: Rigid | None) -> float:
    """Return the integral of the source voxels whose centres lie within the target. [x mL]."""
    source = image.grid
    inverse = None
    if transform is not None:
        back = transform.rotation.T
        inverse = Rigid(back, -back @ transform.shift_mm)
    total = 0.0
    volume = source.voxel_volume_ml
    for k in range(source.shape[0]):
        index = _source_index(target, source, inverse, k=k, inner=(0.0, 0.0, 0.0))
        inside = np.ones(index.shape[1:], dtype=np.bool_)
        for axis, n in enumerate(target.shape):
            inside &= (index[axis] >= -0.5) & (index[axis] <= n - 0.5)
        total += float(np.sum(image.values[k], where=inside, dtype=np.float64) * volume[k])
    return total
