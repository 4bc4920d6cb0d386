"""Where a point is and how far the next boundary: one dispatch over the kinds of geometry.

A *cell* is a shell of concentric spheres, a voxel (flat index, C order) or a region of solids; -1
is outside. Solids know only the cell at a point
(:func:`alphatwin.dose.transport.solids.region_at`); electrons in them probe their way in steps
of ``probe_cm``.
"""

# ruff: noqa: PLR0917, PLW3301 - a kernel takes its state and tables as arguments, one by one.
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from alphatwin.dose.transport.compiling import compiled
from alphatwin.dose.transport.solids import region_at

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPHERES: Final = 0
VOXELS: Final = 1
SOLIDS: Final = 2
LOOK_AGAIN: Final = -2
"""As the next cell: it must be looked up at the point that is reached."""


MATERIAL_BITS: Final = 63
"""Mask of the bits of a code that hold the material."""


class Cells(NamedTuple):
    """A geometry as the kernel reads it.

    Attributes
    ----------
    kind
        Spheres, voxels or solids.
    radii_cm
        Outer radius of every shell, ascending. [cm]
    shape, spacing_cm, origin_cm
        Voxels along x, y, z; their size; the corner of the first voxel. [cm]
    primitives
        The solids, packed.
    box_cm
        (2, 3) corners of a box around everything; beyond it a particle has left. [cm]
    density_g_per_cm3, code
        By cell: density [g/cm3], and the same memory as integers whose last six bits are the index
        of the material (so that one look-up brings both; the density changes by under 1e-5).
    tally
        By cell, the index of the region that is scored; empty where each cell is its own.
    probe_cm
        Step of electrons in solids. [cm]
    fine_cm
        Largest step of electrons, set by the finest detail. [cm]
    local_g_per_cm2
        Electrons of less range are absorbed where they are: the same everywhere, for a cut that
        followed the density would let energy flow from light to dense voxels. [g/cm2]
    """

    kind: int
    radii_cm: NDArray[np.float64]
    shape: NDArray[np.int64]
    spacing_cm: NDArray[np.float64]
    origin_cm: NDArray[np.float64]
    primitives: NDArray[np.float64]
    box_cm: NDArray[np.float64]
    density_g_per_cm3: NDArray[np.float32]
    code: NDArray[np.int32]
    tally: NDArray[np.int32]
    probe_cm: float
    fine_cm: float
    local_g_per_cm2: float


@compiled
def cell_at(cells, x, y, z):  # type: ignore[no-untyped-def]
    """Return the cell at a point [cm], or -1."""
    if cells.kind == VOXELS:
        i = math.floor((x - cells.origin_cm[0]) / cells.spacing_cm[0])
        j = math.floor((y - cells.origin_cm[1]) / cells.spacing_cm[1])
        k = math.floor((z - cells.origin_cm[2]) / cells.spacing_cm[2])
        if (
            i < 0 or j < 0 or k < 0
            or i >= cells.shape[0] or j >= cells.shape[1] or k >= cells.shape[2]
        ):  # fmt: skip
            return -1
        return (i * cells.shape[1] + j) * cells.shape[2] + k
    if cells.kind == SPHERES:
        r2 = x * x + y * y + z * z
        for shell in range(cells.radii_cm.size):
            if r2 <= cells.radii_cm[shell] * cells.radii_cm[shell]:
                return shell
        return -1
    return region_at(x, y, z, cells.primitives)


@compiled
def material_in(cells, cell):  # type: ignore[no-untyped-def]
    """Return the index of the material of a cell (dimensionless, [1])."""
    return cells.code[cell] & MATERIAL_BITS


@compiled
def region_of(cells, cell):  # type: ignore[no-untyped-def]
    """Return the region of the tally that a cell belongs to."""
    return cells.tally[cell] if cells.tally.size > 0 else cell


@compiled
def has_left(cells, x, y, z):  # type: ignore[no-untyped-def]
    """Whether a point [cm] lies outside of the box around everything."""
    box = cells.box_cm
    return (
        x < box[0, 0] or y < box[0, 1] or z < box[0, 2]
        or x > box[1, 0] or y > box[1, 1] or z > box[1, 2]
    )  # fmt: skip


@compiled
def safety_cm(cells, cell, x, y, z):  # type: ignore[no-untyped-def]
    """Return a distance in cm within which there is no boundary around a point."""
    if cells.kind == SPHERES:
        r = math.sqrt(x * x + y * y + z * z)
        near = cells.radii_cm[cell] - r
        if cell > 0:
            near = min(near, r - cells.radii_cm[cell - 1])
        return near
    if cells.kind == VOXELS:
        rest = cell // cells.shape[2]
        k = cell - rest * cells.shape[2]
        i = rest // cells.shape[1]
        j = rest - i * cells.shape[1]
        a = x - cells.origin_cm[0] - i * cells.spacing_cm[0]
        b = y - cells.origin_cm[1] - j * cells.spacing_cm[1]
        c = z - cells.origin_cm[2] - k * cells.spacing_cm[2]
        near = min(a, cells.spacing_cm[0] - a)
        near = min(near, min(b, cells.spacing_cm[1] - b))
        return min(near, min(c, cells.spacing_cm[2] - c))
    return 0.0


@compiled
def boundary_cm(cells, cell, x, y, z, u, v, w):  # type: ignore[no-untyped-def]
    """Return the distance in cm to the boundary along a direction, and the next cell."""
    if cells.kind == SPHERES:
        b = x * u + y * v + z * w
        r2 = x * x + y * y + z * z
        if cell > 0 and b < 0.0:
            inner = cells.radii_cm[cell - 1]
            root = b * b - r2 + inner * inner
            if root > 0.0:
                return max(-b - math.sqrt(root), 0.0), cell - 1
        outer = cells.radii_cm[cell]
        root = max(b * b - r2 + outer * outer, 0.0)
        after = cell + 1 if cell + 1 < cells.radii_cm.size else -1
        return max(math.sqrt(root) - b, 0.0), after
    if cells.kind == VOXELS:
        return _voxel_boundary_cm(cells, cell, x, y, z, u, v, w)
    return cells.probe_cm, LOOK_AGAIN


@compiled
def _voxel_boundary_cm(cells, cell, x, y, z, u, v, w):  # type: ignore[no-untyped-def]
    ny, nz = cells.shape[1], cells.shape[2]
    rest = cell // nz
    k = cell - rest * nz
    i = rest // ny
    j = rest - i * ny
    best, after = 1e30, -1
    if u != 0.0:
        up = 1 if u > 0.0 else 0
        d = (cells.origin_cm[0] + (i + up) * cells.spacing_cm[0] - x) / u
        if d < best:
            best = d
            ahead = i + 2 * up - 1
            after = cell + (2 * up - 1) * ny * nz if 0 <= ahead < cells.shape[0] else -1
    if v != 0.0:
        up = 1 if v > 0.0 else 0
        d = (cells.origin_cm[1] + (j + up) * cells.spacing_cm[1] - y) / v
        if d < best:
            best = d
            ahead = j + 2 * up - 1
            after = cell + (2 * up - 1) * nz if 0 <= ahead < ny else -1
    if w != 0.0:
        up = 1 if w > 0.0 else 0
        d = (cells.origin_cm[2] + (k + up) * cells.spacing_cm[2] - z) / w
        if d < best:
            best = d
            ahead = k + 2 * up - 1
            after = cell + (2 * up - 1) if 0 <= ahead < nz else -1
    return max(best, 0.0), after
