r"""Where the voxels of an image lie: one immutable grid, in mm, in the patient's own axes.

Axes are those of DICOM: x to the patient's left, y to the back, z to the head (LPS). An array over
a grid is indexed ``[slice, row, column]``. With the position :math:`\vec o` of the centre of voxel
``[0, 0, 0]``, unit vectors :math:`\hat e_c, \hat e_r, \hat e_s` along which the column, row and
slice index grow, the spacings :math:`d_c, d_r` and the offsets :math:`h_k` of the slices, the
centre of voxel ``[k, j, i]`` is

.. math:: \vec x = \vec o + i\,d_c\,\hat e_c + j\,d_r\,\hat e_r + h_k\,\hat e_s .

(DICOM PS3.3, C.7.6.2.1.1, with slices in the order of their offsets.) Slices need not be evenly
spaced; each reaches half-way to its neighbours unless the edges are stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

PERPENDICULAR = 1e-4
"""Largest cosine between axes, and error of their lengths: headers carry about six digits."""
EVEN_MM = 1e-2
"""Slices whose spacings differ by less are evenly spaced: a header's rounding."""
SAME_MM = 1e-3
"""Grids whose corners differ by less are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Centres and edges of the voxels of an image; module docstring for the geometry.

    Attributes
    ----------
    shape
        Numbers of slices, rows and columns.
    origin_mm
        Centre of voxel ``[0, 0, 0]``. (3,), [mm]
    axes
        Unit vectors along which column, row and slice index grow, right-handed. (3, 3), rows
    spacing_mm
        Between columns, and between rows. (2,), [mm]
    slice_edges_mm
        Where slices begin and end along the third axis, from the centre of the first. Strictly
        increasing. (n_slices + 1,), [mm]
    slice_offsets_mm
        Centres of the slices along the third axis. (n_slices,), [mm]
    """

    shape: tuple[int, int, int]
    origin_mm: NDArray[np.float64]
    axes: NDArray[np.float64]
    spacing_mm: NDArray[np.float64]
    slice_edges_mm: NDArray[np.float64]
    slice_offsets_mm: NDArray[np.float64]

    def __post_init__(self) -> None:
        if min(self.shape) < 1:
            msg = f"shape of a grid must be three numbers >= 1, got {self.shape}"
            raise InvalidValueError(msg)
        n = self.shape[0]
        sizes = {
            "origin_mm": (3,), "axes": (3, 3), "spacing_mm": (2,),
            "slice_edges_mm": (n + 1,), "slice_offsets_mm": (n,),
        }  # fmt: skip
        for name, size in sizes.items():
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != size or not np.all(np.isfinite(array)):
                msg = f"{name} of a grid must be finite, of shape {size}, got {array.shape}"
                raise InvalidValueError(msg)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if np.any(self.spacing_mm <= 0.0):
            msg = f"spacing_mm of a grid must be > 0, got {self.spacing_mm.tolist()}"
            raise InvalidValueError(msg)
        edges, centres = self.slice_edges_mm, self.slice_offsets_mm
        if np.any(np.diff(edges) <= 0.0) or np.any(
            (centres <= edges[:-1]) | (centres >= edges[1:])
        ):
            msg = "slices of a grid must follow each other, each centre between its edges"
            raise InvalidValueError(msg)
        if np.any(np.abs(self.axes @ self.axes.T - np.eye(3)) > PERPENDICULAR):
            msg = f"axes of a grid must be perpendicular unit vectors, got {self.axes.tolist()}"
            raise InvalidValueError(msg)
        if np.linalg.det(self.axes) < 0.0:
            msg = "axes of a grid must be right-handed: slices in the order of row x column"
            raise InvalidValueError(msg)

    @classmethod
    def of_slices(
        cls,
        *,
        shape: tuple[int, int, int],
        origin_mm: ArrayLike,
        axes: ArrayLike,
        spacing_mm: ArrayLike,
        slice_offsets_mm: ArrayLike,
        thickness_mm: float | None = None,
    ) -> Self:
        """Return a grid from the centres of its slices; each reaches half-way to the next.

        Parameters
        ----------
        shape, origin_mm, axes, spacing_mm, slice_offsets_mm
            As the attributes.
        thickness_mm
            Thickness of a single slice, which has no neighbours to tell. [mm]

        Raises
        ------
        InvalidValueError
            If the slices are not in order, or a single one has no thickness.
        """
        centres = np.asarray(slice_offsets_mm, dtype=np.float64)
        if centres.size == 1:
            if thickness_mm is None or not thickness_mm > 0.0:
                msg = f"a single slice needs a thickness > 0 mm, got {thickness_mm}"
                raise InvalidValueError(msg)
            half = np.array([thickness_mm / 2.0])
        else:
            half = np.diff(centres) / 2.0
        inner = centres[:-1] + half if centres.size > 1 else np.empty(0)
        edges = np.concatenate([[centres[0] - half[0]], inner, [centres[-1] + half[-1]]])
        return cls(
            shape=shape,
            origin_mm=np.asarray(origin_mm),
            axes=np.asarray(axes),
            spacing_mm=np.asarray(spacing_mm),
            slice_edges_mm=edges,
            slice_offsets_mm=centres,
        )

    @classmethod
    def regular(
        cls, *, shape: tuple[int, int, int], origin_mm: ArrayLike, spacing_mm: ArrayLike
    ) -> Self:
        """Return an even grid along the patient's axes.

        Parameters
        ----------
        shape
            Numbers of slices, rows and columns.
        origin_mm
            Centre of voxel ``[0, 0, 0]``. (3,), [mm]
        spacing_mm
            Between columns, rows and slices. (3,), [mm]

        Raises
        ------
        InvalidValueError
            As the class.
        """
        spacing = np.asarray(spacing_mm, dtype=np.float64)
        if spacing.shape != (3,):
            msg = f"spacing_mm must be three numbers, columns first, got shape {spacing.shape}"
            raise InvalidValueError(msg)
        return cls.of_slices(
            shape=shape,
            origin_mm=origin_mm,
            axes=np.eye(3),
            spacing_mm=spacing[:2],
            slice_offsets_mm=np.arange(shape[0]) * spacing[2],
            thickness_mm=float(spacing[2]),
        )

    @property
    def is_even(self) -> bool:
        """Whether slices are evenly spaced, to the rounding of a header."""
        return bool(np.ptp(np.diff(self.slice_edges_mm)) < EVEN_MM)

    @property
    def slice_spacing_mm(self) -> float:
        """Mean thickness of a slice. [mm]."""
        return float((self.slice_edges_mm[-1] - self.slice_edges_mm[0]) / self.shape[0])

    @property
    def voxel_volume_ml(self) -> NDArray[np.float64]:
        """Volume of a voxel of each slice. (n_slices,), [mL]."""
        volume: NDArray[np.float64] = (
            np.diff(self.slice_edges_mm) * self.spacing_mm[0] * self.spacing_mm[1] * 1e-3
        )
        return volume

    def position_mm(self, index: ArrayLike) -> NDArray[np.float64]:
        """Return positions of (fractional) indices.

        Parameters
        ----------
        index
            Slice, row, column. (..., 3)

        Returns
        -------
        (..., 3) ndarray
            [mm]; slices beyond the ends go on with the spacing at that end.
        """
        where = np.asarray(index, dtype=np.float64)
        along = _extended(where[..., 0], np.arange(self.shape[0], dtype=np.float64), self._centres)
        local = np.stack(
            [where[..., 2] * self.spacing_mm[0], where[..., 1] * self.spacing_mm[1], along], axis=-1
        )
        return self.origin_mm + local @ self.axes

    def index_of(self, position_mm: ArrayLike) -> NDArray[np.float64]:
        """Return the fractional index of positions, the inverse of `position_mm`.

        Parameters
        ----------
        position_mm
            (..., 3), [mm]

        Returns
        -------
        (..., 3) ndarray
            Slice, row, column; voxel ``[k, j, i]`` reaches from ``i - 0.5`` to ``i + 0.5``.
        """
        local = (np.asarray(position_mm, dtype=np.float64) - self.origin_mm) @ self.axes.T
        slices = _extended(local[..., 2], self._centres, np.arange(self.shape[0], dtype=np.float64))
        return np.stack(
            [slices, local[..., 1] / self.spacing_mm[1], local[..., 0] / self.spacing_mm[0]],
            axis=-1,
        )

    @property
    def _centres(self) -> NDArray[np.float64]:
        if self.shape[0] > 1:
            return self.slice_offsets_mm
        return np.array([0.0, self.slice_edges_mm[1] - self.slice_edges_mm[0]])

    def same_as(self, other: Grid, *, within_mm: float = SAME_MM) -> bool:
        """Whether every voxel lies where that of the other grid lies. [mm]."""
        if self.shape != other.shape:
            return False
        n, rows, columns = self.shape
        corners = np.array(
            [(k, j, i) for k in range(n) for j in (-0.5, rows - 0.5) for i in (-0.5, columns - 0.5)]
        )
        apart = np.abs(self.position_mm(corners) - other.position_mm(corners))
        edges = np.abs(self.slice_edges_mm - other.slice_edges_mm)
        return bool(apart.max() < within_mm and edges.max() < within_mm)


def _extended(
    at: NDArray[np.float64], known: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolate, and go on beyond both ends as the nearest pair does."""
    n = min(known.size, values.size)
    if n == 1:  # one slice: its thickness is the step
        known, values = _pair(known), _pair(values)
    right = np.clip(np.searchsorted(known, at), 1, known.size - 1)
    left = right - 1
    share = (at - known[left]) / (known[right] - known[left])
    result: NDArray[np.float64] = values[left] + share * (values[right] - values[left])
    return result


def _pair(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values if values.size > 1 else np.array([values[0], values[0] + 1.0])
