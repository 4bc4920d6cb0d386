"""The kernel of one cell: a nucleus inside a concentric sphere, and decays in one part of it.

This module imports numba: only modules that run kernels import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from alphatwin.dose.cell.kernel_chain import (
    drawn_alpha,
    drawn_beta_kev,
    drawn_branch,
    drawn_line,
    electron_range_um,
)
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

    from alphatwin.dose.cell.scheme import SchemeArrays

    Counts = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Table = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def share_inside(distance_um: float, radius_um: float, is_outward: bool) -> int:
    """Return 1 if what stops at its site [um] stops in a sphere of a radius [um], else 0.

    On the surface itself it does if it set out inwards: if its alpha went outwards.
    """
    return int(distance_um < radius_um or (distance_um == radius_um and is_outward))


@njit(cache=True, nogil=True, error_model="numpy")
def run_cell(
    scheme: SchemeArrays,
    words: Words,
    first: int,
    count: int,
    shell_um: tuple[float, float],
    radii_um: tuple[float, float],
    with_electrons: bool,
    bin_kev: float,
    energy: Counts,
    hits: Counts,
    events: Counts,
    decays: Counts,
) -> None:
    """Run some histories: decays uniform in a shell, scored in the nucleus and in the cell.

    ``shell_um`` holds the inner and outer radius of the source, ``radii_um`` those of nucleus and
    cell [um]; bins of events are ``bin_kev`` wide [keV]. Adds to ``energy`` (members, 3 radiations,
    2 targets; quanta), to ``hits`` (alphas that hit either target, decays that do, alphas) and to
    the histograms ``events`` of alphas and ``decays`` of the sums per decay (2 targets, bins).
    """
    (branch_start, branch_p, branch_daughter, branch_alpha, alpha_start, alpha_p, alpha_range,
     recoil_kev, beta_p, beta_kev, line_start, line_p, line_range, lines_per_decay, soft_kev, _,
     alpha_kev, electron_kev) = scheme  # fmt: skip
    inner_cube, outer_cube = shell_um[0] ** 3, shell_um[1] ** 3
    is_surface = shell_um[0] == shell_um[1]
    for history in range(first, first + count):
        begin_history(words, history)
        r = shell_um[1]
        if not is_surface:
            r = np.cbrt(inner_cube + uniform(words) * (outer_cube - inner_cube))
        summed_nucleus, summed_cell = 0.0, 0.0
        member = 0
        while member >= 0:
            row = drawn_branch(branch_start, branch_p, member, words)
            if branch_alpha[row] == 1:
                line = drawn_alpha(alpha_start, alpha_p, member, words)
                if line >= 0:
                    _, _, cosine = direction(words)
                    hits[4] += 1
                    recoil = quanta(recoil_kev[line])
                    for target in range(2):
                        is_in = share_inside(r, radii_um[target], cosine > 0.0)
                        energy[member, RECOIL, target] += recoil * is_in
                    left = _alpha(alpha_kev, alpha_range[line], cosine, r, radii_um[0])
                    if left > 0.0:
                        summed_nucleus += left
                        energy[member, ALPHA, 0] += quanta(left)
                        hits[0] += 1
                        add_event(events, 0, left, bin_kev)
                    left = _alpha(alpha_kev, alpha_range[line], cosine, r, radii_um[1])
                    if left > 0.0:
                        summed_cell += left
                        energy[member, ALPHA, 1] += quanta(left)
                        hits[1] += 1
                        add_event(events, 1, left, bin_kev)
            elif with_electrons and uniform(words) < beta_p[member]:
                reach = electron_range_um(electron_kev, drawn_beta_kev(beta_kev, member, words))
                _electron(electron_kev, reach, words, r, radii_um, energy, member)
            if with_electrons:
                soft = quanta(soft_kev[member])
                is_out = uniform(words) < 0.5
                for target in range(2):
                    is_in = share_inside(r, radii_um[target], is_out)
                    energy[member, ELECTRON, target] += soft * is_in
                for _ in range(int(lines_per_decay[member] + uniform(words))):
                    reach = line_range[drawn_line(line_start, line_p, member, words)]
                    _electron(electron_kev, reach, words, r, radii_um, energy, member)
            member = branch_daughter[row]
        if summed_nucleus > 0.0:
            hits[2] += 1
            add_event(decays, 0, summed_nucleus, bin_kev)
        if summed_cell > 0.0:
            hits[3] += 1
            add_event(decays, 1, summed_cell, bin_kev)


@njit(cache=True, nogil=True, error_model="numpy")
def _chord_um(
    range_um: float, cosine: float, distance_um: float, radius_um: float
) -> tuple[float, float]:
    """Return where a track enters a sphere and where it leaves it or ends; equal if it does not.

    The track starts at a distance from the centre, its cosine being that with the way outwards.
    """
    across = distance_um * distance_um * (1.0 - cosine * cosine)
    inside = radius_um * radius_um - across
    if inside <= 0.0:
        return 0.0, 0.0
    half = np.sqrt(inside)
    along = -distance_um * cosine
    enter = max(along - half, 0.0)
    leave = min(along + half, range_um)
    if distance_um == radius_um:  # from the surface: a chord inwards, none outwards
        enter, leave = 0.0, min(2.0 * max(along, 0.0), range_um)
    return enter, max(leave, enter)


@njit(cache=True, nogil=True, error_model="numpy")
def _alpha(
    table_kev: Table, range_um: float, cosine: float, distance_um: float, radius_um: float
) -> float:
    enter, leave = _chord_um(range_um, cosine, distance_um, radius_um)
    if leave <= enter:
        return 0.0
    return float(alpha_between_kev(table_kev, range_um, enter, leave))


@njit(cache=True, nogil=True, error_model="numpy")
def _electron(
    table_kev: Table,
    range_um: float,
    words: Words,
    distance_um: float,
    radii_um: tuple[float, float],
    energy: Counts,
    member: int,
) -> None:
    _, _, cosine = direction(words)
    for target in range(2):
        enter, leave = _chord_um(range_um, cosine, distance_um, radii_um[target])
        if leave > enter:
            left = electron_between_kev(table_kev, range_um, enter, leave)
            energy[member, ELECTRON, target] += quanta(left)
