"""The kernel of a label image: decays in some voxels, scored in the labels that tracks cross.

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
    alpha_energy_kev,
    electron_energy_kev,
    quanta,
)
from alphatwin.dose.cell.random_streams import begin_history, direction, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.scheme import SchemeArrays

    Labels = NDArray[np.int32]
    Counts = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Table = NDArray[np.float64]

_NEVER = 1e300


@njit(cache=True, nogil=True, error_model="numpy")
def run_labels(
    scheme: SchemeArrays,
    labels: Labels,
    voxel_um: tuple[float, float, float],
    is_periodic: bool,
    voxels: Counts,
    cumulative: Table,
    words: Words,
    first: int,
    count: int,
    with_electrons: bool,
    energy: Counts,
    hits: Counts,
) -> None:
    """Run some decays, each in a random one of the ``voxels`` (flat numbers).

    They are alike, or have the ``cumulative`` shares of the activity, if that holds any.

    ``labels`` holds compact labels from 0, voxels have sides ``voxel_um`` [um]. Adds to ``energy``
    (labels, 3 radiations; quanta), and to ``hits`` the alphas that leave energy in each label.
    """
    (branch_start, branch_p, branch_daughter, branch_alpha, alpha_start, alpha_p, alpha_range,
     recoil_kev, beta_p, beta_kev, line_start, line_p, line_range, lines_per_decay, soft_kev, _,
     alpha_kev, electron_kev) = scheme  # fmt: skip
    ny, nz = labels.shape[1], labels.shape[2]
    seen = np.zeros(hits.size, dtype=np.int64)
    track = 0
    for history in range(first, first + count):
        begin_history(words, history)
        drawn = uniform(words)
        row = int(drawn * voxels.size)
        if cumulative.size > 0:
            row = int(np.searchsorted(cumulative, drawn, side="right"))
        flat = voxels[min(row, voxels.size - 1)]
        ix, iy, iz = flat // (ny * nz), (flat // nz) % ny, flat % nz
        gx, gy, gz = ix + uniform(words), iy + uniform(words), iz + uniform(words)
        here = labels[ix, iy, iz]
        member = 0
        while member >= 0:
            row = drawn_branch(branch_start, branch_p, member, words)
            if branch_alpha[row] == 1:
                line = drawn_alpha(alpha_start, alpha_p, member, words)
                if line >= 0:
                    energy[here, RECOIL] += quanta(recoil_kev[line])
                    track += 1
                    _track(
                        labels, voxel_um, is_periodic, gx, gy, gz, direction(words), alpha_kev,
                        alpha_range[line], ALPHA, energy, hits, seen, track,
                    )  # fmt: skip
            elif with_electrons and uniform(words) < beta_p[member]:
                reach = electron_range_um(electron_kev, drawn_beta_kev(beta_kev, member, words))
                _track(
                    labels, voxel_um, is_periodic, gx, gy, gz, direction(words), electron_kev,
                    reach, ELECTRON, energy, hits, seen, track,
                )  # fmt: skip
            if with_electrons:
                energy[here, ELECTRON] += quanta(soft_kev[member])
                for _number in range(int(lines_per_decay[member] + uniform(words))):
                    reach = line_range[drawn_line(line_start, line_p, member, words)]
                    _track(
                        labels, voxel_um, is_periodic, gx, gy, gz, direction(words), electron_kev,
                        reach, ELECTRON, energy, hits, seen, track,
                    )  # fmt: skip
            member = branch_daughter[row]


@njit(cache=True, nogil=True, error_model="numpy")
def _track(
    labels: Labels,
    voxel_um: tuple[float, float, float],
    is_periodic: bool,
    gx: float,
    gy: float,
    gz: float,
    cosines: tuple[float, float, float],
    table_kev: Table,
    reach_um: float,
    kind: int,
    energy: Counts,
    hits: Counts,
    seen: Counts,
    track: int,
) -> None:
    """Leave the energy of a track in the labels of its voxels; *g* is its start, in voxels."""
    nx, ny, nz = labels.shape
    ux, uy, uz = cosines[0] / voxel_um[0], cosines[1] / voxel_um[1], cosines[2] / voxel_um[2]
    ix, iy, iz = min(int(gx), nx - 1), min(int(gy), ny - 1), min(int(gz), nz - 1)
    next_x, width_x, step_x = _axis(gx, ux, ix)
    next_y, width_y, step_y = _axis(gy, uy, iy)
    next_z, width_z, step_z = _axis(gz, uz, iz)
    is_alpha = kind == ALPHA
    before = quanta(_left(is_alpha, table_kev, reach_um))
    label = labels[ix, iy, iz]
    while True:
        place = min(next_x, next_y, next_z)
        is_end = place >= reach_um
        if not is_end:
            if place == next_x:
                ix += step_x
                next_x += width_x
            elif place == next_y:
                iy += step_y
                next_y += width_y
            else:
                iz += step_z
                next_z += width_z
            if is_periodic:
                ix, iy, iz = ix % nx, iy % ny, iz % nz
        is_out = not (0 <= ix < nx and 0 <= iy < ny and 0 <= iz < nz)
        if is_end or is_out or labels[ix, iy, iz] != label:
            after = 0 if is_end else quanta(_left(is_alpha, table_kev, reach_um - place))
            energy[label, kind] += before - after
            if is_alpha and before > after and seen[label] != track:
                seen[label] = track
                hits[label] += 1
            if is_end or is_out:
                return
            before = after
            label = labels[ix, iy, iz]


@njit(cache=True, nogil=True, error_model="numpy")
def _left(is_alpha: bool, table_kev: Table, range_um: float) -> float:
    if is_alpha:
        return float(alpha_energy_kev(table_kev, range_um))
    return float(electron_energy_kev(table_kev, range_um))


@njit(cache=True, nogil=True, error_model="numpy")
def _axis(place: float, speed: float, voxel: int) -> tuple[float, float, int]:
    """Return where the first plane is along a track, how far planes are apart, and the step."""
    if speed > 0.0:
        return (voxel + 1 - place) / speed, 1.0 / speed, 1
    if speed < 0.0:
        return (voxel - place) / speed, -1.0 / speed, -1
    return _NEVER, _NEVER, 1
