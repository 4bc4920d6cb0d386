"""The kernel of a medium: decays anywhere in a box but in cells, scored in the cells' targets.

This module imports numba: only modules that run kernels import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from alphatwin.dose.cell.kernel_chain import drawn_alpha, drawn_branch
from alphatwin.dose.cell.kernel_cluster import MEDIUM_ALPHA, MOST_CROSSED
from alphatwin.dose.cell.kernel_grid import crossed_spheres
from alphatwin.dose.cell.kernel_track import add_event, alpha_between_kev, quanta
from alphatwin.dose.cell.random_streams import begin_history, direction, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.grid import BoxGrid
    from alphatwin.dose.cell.kernel_cluster import ClusterTally
    from alphatwin.dose.cell.scheme import SchemeArrays

    Points = NDArray[np.float64]
    Rows = NDArray[np.int32]
    Words = NDArray[np.uint64]

_OF_MEDIUM = 2  # row of its events, column of its hits


@njit(cache=True, nogil=True, error_model="numpy")
def is_in_sphere(
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
) -> bool:
    """Return whether a place is inside any sphere; ``square`` is the square of their radius.

    The place and the side of the boxes are in um.
    """
    ix = int(np.floor((px - origin[0]) / edge_um))
    iy = int(np.floor((py - origin[1]) / edge_um))
    iz = int(np.floor((pz - origin[2]) / edge_um))
    nx, ny, nz = counts
    if not (0 <= ix < nx and 0 <= iy < ny and 0 <= iz < nz):
        return False
    box = (ix * ny + iy) * nz + iz
    for row in range(starts[box], starts[box + 1]):
        cell = members[row]
        wx, wy, wz = centres[cell, 0] - px, centres[cell, 1] - py, centres[cell, 2] - pz
        if wx * wx + wy * wy + wz * wz < square:
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def run_medium(
    scheme: SchemeArrays,
    targets: BoxGrid,
    cells: BoxGrid,
    centres: Points,
    low_um: Points,
    high_um: Points,
    radii_um: tuple[float, float],
    words: Words,
    replicate: int,
    first: int,
    count: int,
    bin_kev: float,
    tally: ClusterTally,
) -> None:
    """Run the decays ``first`` to ``first + count`` of a replicate.

    ``low_um`` and ``high_um`` are corners of the box, ``radii_um`` holds the radius of targets and
    of cells [um], bins of events are ``bin_kev`` wide [keV]. What would be in a cell is not there.
    """
    (branch_start, branch_p, branch_daughter, branch_alpha, alpha_start, alpha_p, alpha_range,
     _, _, _, _, _, _, _, _, _, alpha_kev, _) = scheme  # fmt: skip
    origin, edge_um, counts, starts, members = targets
    cell_origin, cell_edge_um, cell_counts, cell_starts, cell_members = cells
    energy, hits, events, decays, _, alphas = tally
    found_cells = np.empty(MOST_CROSSED, dtype=np.int64)
    enters = np.empty(MOST_CROSSED)
    leaves = np.empty(MOST_CROSSED)
    square = radii_um[0] * radii_um[0]
    cell_square = radii_um[1] * radii_um[1]
    for decay in range(first, first + count):
        begin_history(words, (replicate << 40) + decay)
        member = 0
        while member >= 0:
            row = drawn_branch(branch_start, branch_p, member, words)
            line = -1
            if branch_alpha[row] == 1:
                line = drawn_alpha(alpha_start, alpha_p, member, words)
            if line >= 0:
                px = low_um[0] + uniform(words) * (high_um[0] - low_um[0])
                py = low_um[1] + uniform(words) * (high_um[1] - low_um[1])
                pz = low_um[2] + uniform(words) * (high_um[2] - low_um[2])
                if not is_in_sphere(
                    centres, cell_origin, cell_edge_um, cell_counts, cell_starts, cell_members,
                    cell_square, px, py, pz,
                ):  # fmt: skip
                    alphas[0] += 1
                    ux, uy, uz = direction(words)
                    reach = alpha_range[line]
                    found = crossed_spheres(
                        centres, origin, edge_um, counts, starts, members, square,
                        px, py, pz, ux, uy, uz, reach, found_cells, enters, leaves,
                    )  # fmt: skip
                    for i in range(found):
                        left = alpha_between_kev(alpha_kev, reach, enters[i], leaves[i])
                        energy[found_cells[i], MEDIUM_ALPHA] += quanta(left)
                        hits[found_cells[i], _OF_MEDIUM] += 1
                        add_event(events, _OF_MEDIUM, left, bin_kev)
                        add_event(decays, _OF_MEDIUM, left, bin_kev)
            member = branch_daughter[row]
