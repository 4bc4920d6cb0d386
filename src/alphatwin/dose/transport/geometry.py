"""Geometries in which radiation is followed: concentric spheres, voxels, solids by equations.

All lengths are centimetres. Axes of voxel arrays are x, y, z in this order; the first voxel's
corner lies at ``origin_cm``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.transport.materials import Material

LARGEST_CM: Final = 400.0
"""A body is smaller than this; a larger one was given in millimetres. [cm]"""


@dataclass(frozen=True, slots=True)
class Spheres:
    """Concentric shells about the origin, the innermost a full sphere.

    Attributes
    ----------
    radii_cm
        Outer radius of every shell, ascending. [cm]
    materials
        Material of every shell, at its own density.
    """

    radii_cm: tuple[float, ...]
    materials: tuple[Material, ...]

    def __post_init__(self) -> None:
        if len(self.radii_cm) != len(self.materials) or not self.radii_cm:
            msg = (
                f"radii_cm and materials must have equal length, at least 1; got "
                f"{len(self.radii_cm)} and {len(self.materials)}"
            )
            raise InvalidValueError(msg)
        edges = (0.0, *self.radii_cm)
        if any(not b > a for a, b in pairwise(edges)):
            msg = f"radii_cm must be > 0 and ascend, got {self.radii_cm}"
            raise InvalidValueError(msg)
        _check_size(self.radii_cm[-1], "radii_cm")

    @property
    def masses_g(self) -> NDArray[np.float64]:
        """(n_shells,) masses of the shells. [g]."""
        cubes = np.diff(np.array([0.0, *self.radii_cm]) ** 3)
        return np.array(
            [4.0 / 3.0 * np.pi * c * m.density_g_per_cm3 for c, m in zip(cubes, self.materials)]  # noqa: B905
        )


@dataclass(frozen=True, slots=True, eq=False)
class Voxels:
    """A grid of voxels, each of one material at its own density.

    Attributes
    ----------
    materials
        The materials that occur.
    material_index : (nx, ny, nz) ndarray
        Index into ``materials``.
    density_g_per_cm3 : (nx, ny, nz) ndarray
        Density of every voxel, above 0 everywhere: air has 0.0012. [g/cm3]
    spacing_cm, origin_cm
        Size of a voxel, and the corner of the first, along x, y, z. [cm]
    regions : (nx, ny, nz) ndarray or None
        Region that a voxel is scored in, from 0 on without holes; ``None``: each voxel alone, in
        the order of ``material_index.ravel()``.
    """

    materials: tuple[Material, ...]
    material_index: NDArray[np.integer]
    density_g_per_cm3: NDArray[np.floating]
    spacing_cm: tuple[float, float, float]
    origin_cm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    regions: NDArray[np.integer] | None = None

    def __post_init__(self) -> None:
        shape = self.material_index.shape
        if len(shape) != 3 or self.density_g_per_cm3.shape != shape:
            msg = (
                "material_index and density_g_per_cm3 must have one shape (nx, ny, nz), got "
                f"{shape} and {self.density_g_per_cm3.shape}"
            )
            raise InvalidValueError(msg)
        if self.regions is not None and (self.regions.shape != shape or self.regions.min() < 0):
            msg = f"regions must have shape {shape} and be >= 0, got {self.regions.shape}"
            raise InvalidValueError(msg)
        least, most = int(self.material_index.min()), int(self.material_index.max())
        if least < 0 or most >= len(self.materials):
            msg = (
                f"material_index must be 0 to {len(self.materials) - 1} (materials: "
                f"{', '.join(m.name for m in self.materials)}), got {least} to {most}"
            )
            raise InvalidValueError(msg)
        density = float(self.density_g_per_cm3.min())
        if not density > 0.0:
            where = tuple(int(i) for i in np.argwhere(~(self.density_g_per_cm3 > 0.0))[0])
            msg = (
                f"density_g_per_cm3 must be > 0 everywhere, got {density:g} at voxel {where}; "
                "give air 0.0012"
            )
            raise InvalidValueError(msg)
        if any(not s > 0.0 for s in self.spacing_cm):
            msg = f"spacing_cm must be > 0, got {self.spacing_cm}"
            raise InvalidValueError(msg)
        extent = max(n * s for n, s in zip(shape, self.spacing_cm, strict=True))
        _check_size(extent, "spacing_cm")

    @property
    def masses_g(self) -> NDArray[np.float64]:
        """(n_regions,) masses of the regions. [g]."""
        volume = float(np.prod(self.spacing_cm))
        each = self.density_g_per_cm3.ravel().astype(np.float64) * volume
        if self.regions is None:
            return each
        return np.asarray(np.bincount(self.regions.ravel(), weights=each), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Solids:
    """Regions by equations, as :func:`alphatwin.dose.transport.solids.region_at` reads them.

    Attributes
    ----------
    primitives
        Solids packed by :func:`alphatwin.dose.transport.packed_solids.solids_as_array`. [cm]
    materials
        Material of every region, at its own density.
    masses_g
        (n_regions,) masses of the regions, for doses. [g]
    box_cm
        (2, 3) corners of a box around everything. [cm]
    probe_cm
        Step in which electrons look for boundaries. [cm]
    """

    primitives: NDArray[np.float64]
    materials: tuple[Material, ...]
    masses_g: NDArray[np.float64]
    box_cm: NDArray[np.float64]
    probe_cm: float = 0.05


Geometry = Spheres | Voxels | Solids


def _check_size(extent_cm: float, field: str) -> None:
    if extent_cm > LARGEST_CM:
        msg = (
            f"{field}: the geometry is {extent_cm:g} cm across, more than {LARGEST_CM:g} cm; "
            "lengths are centimetres, were they given in millimetres?"
        )
        raise InvalidValueError(msg)
