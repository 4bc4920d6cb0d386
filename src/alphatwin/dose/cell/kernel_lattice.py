"""The kernel that finds which spheres of a cubic or FCC lattice a track crosses, plane by plane.

A track crosses the planes of the lattice that are most nearly normal to it. In each, at most the
four sites around the crossing can be near enough: a sphere that the track meets has its centre
within sqrt(3) radii of the crossing, and spheres do not overlap. So nothing is looked up but what
is hit. This module imports numba: only modules that run kernels import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from alphatwin.dose.cell.kernel_grid import LEAST_CHORD_UM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Rows = NDArray[np.int32]
    Cells = NDArray[np.int64]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def crossed_sites(
    step_um: float,
    is_fcc: bool,
    low: int,
    size: int,
    owners: Rows,
    radius_um: float,
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

    Sites have whole coordinates in steps of ``step_um``, of an even sum if the lattice is FCC.
    ``owners`` holds the cell at each of ``size`` cubed places that begin at ``low``, or -1. The
    track starts at *p* [um] with the cosines *u* and ends after ``reach_um``.
    """
    ax, ay, az = abs(ux), abs(uy), abs(uz)
    # a and b lie in the planes and c is across them; s.. are their strides among the owners.
    pa, pb, pc, ua, ub, uc = px, py, pz, ux, uy, uz
    sa, sb, sc = size * size, size, 1
    if ax >= ay and ax >= az:
        pa, pb, pc, ua, ub, uc = py, pz, px, uy, uz, ux
        sa, sb, sc = size, 1, size * size
    elif ay >= az:
        pa, pb, pc, ua, ub, uc = pz, px, py, uz, ux, uy
        sa, sb, sc = 1, size * size, size
    inverse = 1.0 / step_um
    end = pc + uc * reach_um
    bottom, top = (pc, end) if uc > 0.0 else (end, pc)
    first = max(int(np.ceil((bottom - radius_um) * inverse)), low)
    last = min(int(np.floor((top + radius_um) * inverse)), low + size - 1)
    # In a plane, coordinates p and q in which sites are whole: along the edges of a cubic lattice,
    # along the diagonals of an FCC one, whose sites are whole halves in every other plane.
    slope_a, slope_b = ua / uc, ub / uc
    begin_a = (pa - pc * slope_a) * inverse
    begin_b = (pb - pc * slope_b) * inverse
    turn = 0.5 if is_fcc else 0.0
    begin_p, slope_p = begin_a, slope_a
    begin_q, slope_q = begin_b, slope_b
    if is_fcc:
        begin_p, begin_q = 0.5 * (begin_a + begin_b), 0.5 * (begin_a - begin_b)
        slope_p, slope_q = 0.5 * (slope_a + slope_b), 0.5 * (slope_a - slope_b)
    # The square of a site's distance from the track is a form of its offset from the crossing,
    # whose part along the track is (cosine_p dp + cosine_q dq) step_um.
    cosine_p, cosine_q = (ua + ub, ua - ub) if is_fcc else (ua, ub)
    weight = 2.0 if is_fcc else 1.0
    form_p = weight - cosine_p * cosine_p
    form_q = weight - cosine_q * cosine_q
    form_pq = -2.0 * cosine_p * cosine_q
    square = (radius_um * inverse) ** 2
    found = 0
    for plane in range(first, last + 1):
        half = turn * (plane & 1)
        at_p = begin_p + plane * slope_p - half
        at_q = begin_q + plane * slope_q - half
        base_p, base_q = np.floor(at_p), np.floor(at_q)
        near_p, near_q = base_p - at_p, base_q - at_q
        far_p, far_q = near_p + 1.0, near_q + 1.0
        for corner in range(4):
            dp = far_p if corner & 1 else near_p
            dq = far_q if corner & 2 else near_q
            inside = square - (form_p * dp * dp + form_q * dq * dq + form_pq * dp * dq)
            if inside > 0.0:
                along = (plane * step_um - pc) / uc + (cosine_p * dp + cosine_q * dq) * step_um
                root = np.sqrt(inside) * step_um
                enter = max(along - root, 0.0)
                leave = min(along + root, reach_um)
                jp = int(base_p) + (corner & 1)
                jq = int(base_q) + (corner >> 1)
                ka, kb = jp - low, jq - low
                if is_fcc:
                    ka, kb = jp + jq + (plane & 1) - low, jp - jq - low
                is_met = enter + LEAST_CHORD_UM < leave and found < cells.size
                if is_met and 0 <= ka < size and 0 <= kb < size:
                    cell = owners[ka * sa + kb * sb + (plane - low) * sc]
                    if cell >= 0:
                        cells[found] = cell
                        enters[found] = enter
                        leaves[found] = leave
                        found += 1
    return found
