"""A scalar over a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry.grid import Grid


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """Values of one quantity in the voxels of a grid.

    Attributes
    ----------
    grid
        Where the voxels lie.
    values
        One value a voxel, in the unit that its owner states; not writable. (slices, rows, columns)
    """

    grid: Grid
    values: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            msg = f"values of an image have shape {self.values.shape}, its grid {self.grid.shape}"
            raise InvalidValueError(msg)
        if not np.issubdtype(self.values.dtype, np.floating):
            msg = f"values of an image must be floats, got {self.values.dtype}"
            raise InvalidValueError(msg)
        self.values.setflags(write=False)

    def integral_ml(self) -> float:
        """Return the sum of values times voxel volumes: activity, of a concentration. [x mL]."""
        by_slice = self.values.sum(axis=(1, 2), dtype=np.float64)
        return float(by_slice @ self.grid.voxel_volume_ml)
