"""The kernel of a cluster: decays of a chain in its cells, scored in a target of each.

This module imports numba: only modules that run kernels import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from alphatwin.dose.cell.kernel_chain import (
    drawn_alpha,
    drawn_beta_kev,
    drawn_branch,
    drawn_line,
    electron_range_um,
)
from alphatwin.dose.cell.kernel_grid import crossed_spheres
from alphatwin.dose.cell.kernel_lattice import crossed_sites
from alphatwin.dose.cell.kernel_track import (
    ALPHA,
    ELECTRON,
    RECOIL,
    add_event,
    alpha_between_kev,
    electron_between_kev,
    quanta,
)
from alphatwin.dose.cell.random_streams import begin_history, direction, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.grid import BoxGrid, SiteMap
    from alphatwin.dose.cell.scheme import SchemeArrays

    Points = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Rows = NDArray[np.int32]

OF_OTHERS = 3  # columns of the own cell: alpha, recoil, electron; then the same of other cells
MEDIUM_ALPHA = 6
MOST_CROSSED = 4096  # targets on one track, or hit by one decay


class ClusterTally(NamedTuple):
    """What a thread adds to.

    Energies in quanta by target (alpha, recoil and electron of its own cell, then of others, alpha
    of the medium); alphas that hit each target, of its own cell, of others and of the medium;
    histograms of alphas and of sums per primary decay, likewise; decays of each member at their
    site, gone but in the cluster, and outside of it; alphas.
    """

    energy: Counts
    hits: NDArray[np.int32]
    events: Counts
    decays: Counts
    places: Counts
    alphas: Counts


@njit(cache=True, nogil=True, error_model="numpy")
def gauss(words: Words) -> float:
    """Return a standard normal deviate (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(uniform(words)))
    return float(radius * np.cos(2.0 * np.pi * uniform(words)))


@njit(cache=True, nogil=True, error_model="numpy")
def run_cluster(
    scheme: SchemeArrays,
    sites: SiteMap,
    grid: BoxGrid,
    centres: Points,
    cumulative: Counts,
    words: Words,
    replicate: int,
    first: int,
    count: int,
    shell_um: tuple[float, float],
    kept_shell_um: tuple[float, float],
    kept_p: float,
    target_um: float,
    cluster_um: float,
    with_electrons: bool,
    free_p: Points,
    spread: Points,
    bin_kev: float,
    tally: ClusterTally,
) -> None:
    """Run the decays ``first`` to ``first + count`` of a replicate, cell after cell.

    ``cumulative`` says which decays are those of a cell; ``shell_um`` holds the inner and outer
    radius of their source, ``target_um`` is the radius of the targets in the middle of the cells
    and ``cluster_um`` that of the cluster [um]. A share ``kept_p`` of the decays is in
    ``kept_shell_um`` instead and keeps its daughters; of the others, ``free_p`` is the probability
    that a member is set free when it is made and ``spread`` twice its diffusion coefficient, in
    um2/s. Bins are ``bin_kev`` wide [keV].
    """
    (branch_start, branch_p, branch_daughter, branch_alpha, alpha_start, alpha_p, alpha_range,
     recoil_kev, beta_p, beta_kev, line_start, line_p, line_range, lines_per_decay, soft_kev,
     decay_constant, alpha_kev, electron_kev) = scheme  # fmt: skip
    step_um, is_fcc, low, size, owners = sites
    origin, edge_um, counts, starts, members = grid
    energy, hits, events, decays, places, alphas = tally
    cells = np.empty(MOST_CROSSED, dtype=np.int64)
    enters = np.empty(MOST_CROSSED)
    leaves = np.empty(MOST_CROSSED)
    hit_cells = np.empty(MOST_CROSSED, dtype=np.int64)
    hit_kev = np.empty(MOST_CROSSED)
    # Where a cell is among those that were hit; what stands there of others does no harm.
    slots = np.empty(centres.shape[0], dtype=np.int32)
    own = int(np.searchsorted(cumulative, first, side="right")) - 1
    n_alphas = 0
    for decay in range(first, first + count):
        while decay >= cumulative[own + 1]:
            own += 1
        begin_history(words, (replicate << 40) + decay)
        is_kept = kept_p > 0.0 and uniform(words) < kept_p
        inner_um, r = kept_shell_um if is_kept else shell_um
        if inner_um < r:
            r = np.cbrt(inner_um**3 + uniform(words) * (r**3 - inner_um**3))
        ax, ay, az = direction(words)
        px = centres[own, 0] + r * ax
        py = centres[own, 1] + r * ay
        pz = centres[own, 2] + r * az
        is_free = False
        n_hit = 0
        member = 0
        while member >= 0:
            if free_p[member] > 0.0 and not (is_kept or is_free):
                is_free = uniform(words) < free_p[member]
            place = 0
            if is_free:
                time_s = -np.log(uniform(words)) / decay_constant[member]
                sd_um = np.sqrt(spread[member] * time_s)
                px += sd_um * gauss(words)
                py += sd_um * gauss(words)
                pz += sd_um * gauss(words)
                place = 1 if px * px + py * py + pz * pz <= cluster_um * cluster_um else 2
            places[member, place] += 1
            # On the rim of its own target a recoil goes in where its alpha goes out.
            on_rim = not is_free and r == target_um
            row = drawn_branch(branch_start, branch_p, member, words)
            if branch_alpha[row] == 1:
                line = drawn_alpha(alpha_start, alpha_p, member, words)
                if line >= 0:
                    n_alphas += 1
                    ux, uy, uz = direction(words)
                    reach = alpha_range[line]
                    found = _crossed(
                        step_um, is_fcc, low, size, owners, target_um,
                        centres, origin, edge_um, counts, starts, members,
                        px, py, pz, ux, uy, uz, reach, cells, enters, leaves,
                    )  # fmt: skip
                    if on_rim and ux * ax + uy * ay + uz * az > 0.0:
                        energy[own, RECOIL] += quanta(recoil_kev[line])
                    for i in range(found):
                        left = alpha_between_kev(alpha_kev, reach, enters[i], leaves[i])
                        cell = cells[i]
                        kind = 0 if cell == own else 1
                        energy[cell, kind * OF_OTHERS + ALPHA] += quanta(left)
                        hits[cell, kind] += 1
                        add_event(events, kind, left, bin_kev)
                        # The site is in this target, and so the recoil.
                        if enters[i] == 0.0 and not (on_rim and kind == 0):
                            energy[cell, kind * OF_OTHERS + RECOIL] += quanta(recoil_kev[line])
                        slot = slots[cell]
                        if 0 <= slot < n_hit and hit_cells[slot] == cell:
                            hit_kev[slot] += left
                        elif n_hit < MOST_CROSSED:
                            hit_cells[n_hit] = cell
                            hit_kev[n_hit] = left
                            slots[cell] = n_hit
                            n_hit += 1
            elif with_electrons and uniform(words) < beta_p[member]:
                reach = electron_range_um(electron_kev, drawn_beta_kev(beta_kev, member, words))
                ux, uy, uz = direction(words)
                found = _crossed(
                        step_um, is_fcc, low, size, owners, target_um,
                        centres, origin, edge_um, counts, starts, members,
                        px, py, pz, ux, uy, uz, reach, cells, enters, leaves,
                    )  # fmt: skip
                for i in range(found):
                    left = electron_between_kev(electron_kev, reach, enters[i], leaves[i])
                    column = ELECTRON if cells[i] == own else OF_OTHERS + ELECTRON
                    energy[cells[i], column] += quanta(left)
            if with_electrons:
                for number in range(int(lines_per_decay[member] + uniform(words)) + 1):
                    if number == 0:  # the soft ones, as a track of no length
                        reach = 1e-9
                    else:
                        reach = line_range[drawn_line(line_start, line_p, member, words)]
                    ux, uy, uz = direction(words)
                    found = _crossed(
                        step_um, is_fcc, low, size, owners, target_um,
                        centres, origin, edge_um, counts, starts, members,
                        px, py, pz, ux, uy, uz, reach, cells, enters, leaves,
                    )  # fmt: skip
                    for i in range(found):
                        left = soft_kev[member]
                        if number > 0:
                            left = electron_between_kev(electron_kev, reach, enters[i], leaves[i])
                        column = ELECTRON if cells[i] == own else OF_OTHERS + ELECTRON
                        energy[cells[i], column] += quanta(left)
            member = branch_daughter[row]
        for i in range(n_hit):
            add_event(decays, 0 if hit_cells[i] == own else 1, hit_kev[i], bin_kev)
    alphas[0] += n_alphas


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _crossed(
    step_um: float,
    is_fcc: bool,
    low: int,
    size: int,
    owners: Rows,
    radius_um: float,
    centres: Points,
    origin: Points,
    edge_um: float,
    counts: tuple[int, int, int],
    starts: Rows,
    members: Rows,
    px: float,
    py: float,
    pz: float,
    ux: float,
    uy: float,
    uz: float,
    reach_um: float,
    cells: Counts,
    enters: Points,
    leaves: Points,
) -> int:
    """Return how many targets a track crosses, by the map of a lattice or else by boxes."""
    if size > 0:
        return int(
            crossed_sites(
                step_um, is_fcc, low, size, owners, radius_um,
                px, py, pz, ux, uy, uz, reach_um, cells, enters, leaves,
            )
        )  # fmt: skip
    return int(
        crossed_spheres(
            centres, origin, edge_um, counts, starts, members, radius_um * radius_um,
            px, py, pz, ux, uy, uz, reach_um, cells, enters, leaves,
        )
    )  # fmt: skip
