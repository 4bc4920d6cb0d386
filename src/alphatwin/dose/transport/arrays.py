"""Geometries and sources as the arrays that the kernel reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport.geometry import Spheres, Voxels
from alphatwin.dose.transport.history_kernel import (
    AT_POINT,
    IN_REGION,
    IN_SHELL,
    IN_VOXELS,
    Births,
)
from alphatwin.dose.transport.locate import (
    MATERIAL_BITS,
    SOLIDS,
    SPHERES,
    VOXELS,
    Cells,
    cell_at,
    region_of,
)
from alphatwin.dose.transport.source import Emitted, InRegion, InShell, Point, Source, VoxelMap
from alphatwin.dose.transport.stack import KINDS
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.transport.geometry import Geometry
    from alphatwin.dose.transport.media import Media

    Floats = NDArray[np.float64]
    _Single = NDArray[np.float32]
    _Code = NDArray[np.int32]

LOCAL_OF_VOXEL: Final = 0.05
"""Range at 1 g/cm3, in voxels, below which an electron is absorbed where it is."""
LOCAL_OF_SHELL: Final = 0.002
"""The same in thicknesses of the finest shell."""


def cells_of(geometry: Geometry, *, fine_cm: float | None, local_cm: float | None) -> Cells:
    """Return a geometry for the kernel.

    Parameters
    ----------
    geometry
        The geometry.
    fine_cm, local_cm
        As in :func:`alphatwin.dose.transport.engine.transport`. [cm]
    """
    kinds = tuple(dict.fromkeys(geometry.materials))
    index = np.array([kinds.index(m) for m in geometry.materials], dtype=np.uint8)
    none = np.zeros(0)
    if isinstance(geometry, Voxels):
        regions = np.zeros(0) if geometry.regions is None else geometry.regions.ravel()
        density, code = _packed(geometry.density_g_per_cm3, index[geometry.material_index.ravel()])
        spacing, origin = np.array(geometry.spacing_cm), np.array(geometry.origin_cm)
        shape = np.array(geometry.material_index.shape, dtype=np.int64)
        finest = float(spacing.min())
        return Cells(
            VOXELS, none, shape, spacing, origin, np.zeros(0),
            np.array([origin, origin + shape * spacing]),
            density, code, np.ascontiguousarray(regions, dtype=np.int32), 0.0,
            finest if fine_cm is None else fine_cm,
            LOCAL_OF_VOXEL * finest if local_cm is None else local_cm,
        )  # fmt: skip
    density, code = _packed(np.array([m.density_g_per_cm3 for m in geometry.materials]), index)
    tally = np.zeros(0, dtype=np.int32)
    no_shape = np.zeros(3, dtype=np.int64)
    if isinstance(geometry, Spheres):
        radii = np.array(geometry.radii_cm)
        finest = float(np.diff(np.concatenate([[0.0], radii])).min())
        return Cells(
            SPHERES, radii, no_shape, np.ones(3), np.zeros(3), np.zeros(0),
            radii[-1] * np.array([[-1.0] * 3, [1.0] * 3]), density, code, tally, 0.0,
            0.5 * finest if fine_cm is None else fine_cm,
            LOCAL_OF_SHELL * finest if local_cm is None else local_cm,
        )  # fmt: skip
    return Cells(
        SOLIDS, none, no_shape, np.ones(3), np.zeros(3),
        np.ascontiguousarray(geometry.primitives, dtype=np.float64),
        np.ascontiguousarray(geometry.box_cm, dtype=np.float64), density, code, tally,
        geometry.probe_cm,
        geometry.probe_cm if fine_cm is None else fine_cm,
        0.5 * geometry.probe_cm if local_cm is None else local_cm,
    )  # fmt: skip


def _packed(density: NDArray[np.floating], material: NDArray[np.uint8]) -> tuple[_Single, _Code]:
    """Return densities whose last bits name the material, and the same memory as integers."""
    packed = np.array(density.ravel(), dtype=np.float32)
    code = packed.view(np.int32)
    code &= ~MATERIAL_BITS
    code |= material
    return packed, code


def majorant_of(cells: Cells, tables: Media) -> Floats:
    """Return the largest attenuation anywhere, on the photon grid. [1/cm]."""
    material = cells.code & MATERIAL_BITS
    used = [
        tables.photon[m, :, 0] * float(cells.density_g_per_cm3[material == m].max())
        for m in np.unique(material)
    ]
    return np.asarray(np.max(used, axis=0))


def births_of(source: Source, geometry: Geometry, cells: Cells) -> Births:
    """Return a source for the kernel, after a look at whether it lies inside (energies in MeV).

    Raises
    ------
    InvalidValueError
        If the source lies outside, or its law does not fit the geometry.
    """
    place, numbers, region, voxels = _place(source, geometry, cells)
    columns = [np.concatenate(parts) for parts in zip(*map(_lines, source.emitted), strict=True)]
    yields, low, high, tilt, kind, group = columns
    keep = yields > 0.0
    yields, low, high, tilt = yields[keep], low[keep], high[keep], tilt[keep]
    middle = 0.5 * (low + high)
    share = yields * middle if source.sampling == "energy" else yields
    share = share / share.sum()
    if source.sampling == "energy":
        # A tenth by number keeps every weight bounded.
        share = 0.9 * share + 0.1 * yields / yields.sum()
    return Births(
        np.cumsum(share), low, high, tilt, kind[keep].astype(np.int64),
        group[keep].astype(np.int64), yields / share, place, numbers, region, voxels,
    )  # fmt: skip


def _lines(part: Emitted) -> tuple[Floats, ...]:
    """Return yield, lower and upper energy, tilt, particle and group of every line or bin."""
    if part.is_spectrum:
        low, high = part.energies_mev[:-1], part.energies_mev[1:]
        left, right = part.yields[:-1], part.yields[1:]
        if np.any(high <= low):
            msg = "energies_mev of a spectrum must ascend"
            raise InvalidValueError(msg)
        total = left + right
        tilt = np.divide(right - left, total, out=np.zeros_like(total), where=total > 0.0)
        yields = 0.5 * total * (high - low)
    else:
        low = high = part.energies_mev
        yields, tilt = part.yields, np.zeros_like(low)
    kind = np.full(low.size, float(KINDS.index(part.particle)))
    return yields, low, high, tilt, kind, np.full(low.size, float(part.group))


def _place(source: Source, geometry: Geometry, cells: Cells) -> tuple[int, Floats, int, Floats]:
    place, none = source.place, np.zeros(1)
    if isinstance(place, Point):
        at = np.array([place.x_cm, place.y_cm, place.z_cm])
        if cell_at(cells, *at) < 0:
            msg = f"the source at {at.tolist()} cm lies outside of the geometry"
            raise InvalidValueError(msg)
        return AT_POINT, at, -1, none
    if isinstance(place, InShell):
        if not 0.0 <= place.inner_cm < place.outer_cm or cell_at(cells, place.outer_cm, 0, 0) < 0:
            msg = (
                f"the source shell must lie inside of the geometry with 0 <= inner_cm < outer_cm, "
                f"got {place.inner_cm:g} to {place.outer_cm:g} cm"
            )
            raise InvalidValueError(msg)
        return IN_SHELL, np.array([place.inner_cm, place.outer_cm]), -1, none
    if isinstance(place, InRegion):
        return IN_REGION, _checked_box(place, cells), place.region, none
    return _voxel_place(place, geometry)


def _voxel_place(place: VoxelMap, geometry: Geometry) -> tuple[int, Floats, int, Floats]:
    if (
        not isinstance(geometry, Voxels)
        or place.activity_share.shape != geometry.material_index.shape
    ):
        msg = (
            "a VoxelMap needs Voxels of the same shape, got "
            f"{place.activity_share.shape} on {type(geometry).__name__}"
        )
        raise InvalidValueError(msg)
    cumulative = np.cumsum(place.activity_share.ravel().astype(np.float64))
    return IN_VOXELS, np.zeros(6), -1, cumulative / cumulative[-1]


def _checked_box(place: InRegion, cells: Cells) -> Floats:
    low, high = np.array(place.low_cm), np.array(place.high_cm)
    rng = np.random.default_rng(0)
    for _ in range(100_000):
        cell = cell_at(cells, *(low + (high - low) * rng.random(3)))
        if cell >= 0 and region_of(cells, cell) == place.region:
            return np.concatenate([low, high])
    box = f"{low.tolist()} to {high.tolist()}"
    msg = f"no point of region {place.region} was found in the box {box} cm"
    raise InvalidValueError(msg)
