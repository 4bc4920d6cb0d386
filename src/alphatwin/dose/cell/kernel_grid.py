"""The kernel that finds which spheres a track crosses, box by box along it.

This module imports numba: only modules that run kernels import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Rows = NDArray[np.int32]
    Cells = NDArray[np.int64]

_NEVER = 1e300
LEAST_CHORD_UM = 1e-10  # what rounding makes of a track that leaves a sphere from its surface


@njit(cache=True, nogil=True, error_model="numpy")
def first_plane(place_um: float, cosine: float, edge_um: float, box: int) -> float:
    """Return where a track [um] leaves its box along one axis, from its place in the grid [um]."""
    if cosine > 0.0:
        return ((box + 1) * edge_um - place_um) / cosine
    if cosine < 0.0:
        return (box * edge_um - place_um) / cosine
    return _NEVER


@njit(cache=True, nogil=True, error_model="numpy")
def slab(place_um: float, cosine: float, width_um: float) -> tuple[float, float]:
    """Return where a track [um] is between two planes, at 0 and at a width [um]."""
    if cosine == 0.0:
        inside = 0.0 <= place_um <= width_um
        return (-_NEVER, _NEVER) if inside else (_NEVER, -_NEVER)
    a = -place_um / cosine
    b = (width_um - place_um) / cosine
    return (a, b) if a < b else (b, a)


@njit(cache=True, nogil=True, error_model="numpy")
def crossed_spheres(
    centres: Points,
    origin: Points,
    edge_um: float,
    counts: tuple[int, int, int],
    starts: Rows,
    members: Rows,
    square: float,
    px: float,
    py: float,
    pz: float,
    ux: float,
    uy: float,
    uz: float,
    reach_um: float,
    cells: Cells,
    enters: Points,
    leaves: Points,
) -> int:
    """Return how many spheres a track crosses; which, and where [um], go into the last three.

    The track starts at *p* [um] with the cosines *u* and ends after ``reach_um``; ``square`` is the
    square of the radius of the spheres, ``edge_um`` the side of the boxes. A sphere counts in the
    one box where the track enters it.
    """
    gx, gy, gz = px - origin[0], py - origin[1], pz - origin[2]
    nx, ny, nz = counts
    start = 0.0
    if not (0.0 <= gx < nx * edge_um and 0.0 <= gy < ny * edge_um and 0.0 <= gz < nz * edge_um):
        x0, x1 = slab(gx, ux, nx * edge_um)
        y0, y1 = slab(gy, uy, ny * edge_um)
        z0, z1 = slab(gz, uz, nz * edge_um)
        start = max(x0, y0, z0, 0.0)
        if start >= min(x1, y1, z1, reach_um):
            return 0
    inverse = 1.0 / edge_um
    ix = min(max(int((gx + start * ux) * inverse), 0), nx - 1)
    iy = min(max(int((gy + start * uy) * inverse), 0), ny - 1)
    iz = min(max(int((gz + start * uz) * inverse), 0), nz - 1)
    next_x = first_plane(gx, ux, edge_um, ix)
    next_y = first_plane(gy, uy, edge_um, iy)
    next_z = first_plane(gz, uz, edge_um, iz)
    width_x = edge_um / abs(ux) if ux != 0.0 else _NEVER
    width_y = edge_um / abs(uy) if uy != 0.0 else _NEVER
    width_z = edge_um / abs(uz) if uz != 0.0 else _NEVER
    step_x, step_y, step_z = (
        (1 if ux > 0.0 else -1),
        (1 if uy > 0.0 else -1),
        (1 if uz > 0.0 else -1),
    )
    here = 0.0  # the first box takes whatever the track is in at its start
    found = 0
    while True:
        there = min(next_x, next_y, next_z)
        box = (ix * ny + iy) * nz + iz
        for row in range(starts[box], starts[box + 1]):
            cell = members[row]
            wx = centres[cell, 0] - px
            wy = centres[cell, 1] - py
            wz = centres[cell, 2] - pz
            along = wx * ux + wy * uy + wz * uz
            inside = square - (wx * wx + wy * wy + wz * wz - along * along)
            if inside > 0.0:
                half = np.sqrt(inside)
                enter = max(along - half, 0.0)
                leave = min(along + half, reach_um)
                is_met = here <= enter < there and enter + LEAST_CHORD_UM < leave
                if is_met and found < cells.size:
                    cells[found] = cell
                    enters[found] = enter
                    leaves[found] = leave
                    found += 1
        if there >= reach_um:
            return found
        if there == next_x:
            ix += step_x
            next_x += width_x
            if not 0 <= ix < nx:
                return found
        elif there == next_y:
            iy += step_y
            next_y += width_y
            if not 0 <= iy < ny:
                return found
        else:
            iz += step_z
            next_z += width_z
            if not 0 <= iz < nz:
                return found
        here = there
