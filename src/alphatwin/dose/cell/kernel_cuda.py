"""The kernel of a cluster for the GPU; see :mod:`alphatwin.dose.cell.cuda_backend`.

This module imports numba.cuda: only what runs on a GPU imports it.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from numba import cuda as _cuda
from numba import float64, int64, uint64

from alphatwin.dose.cell import kernel_chain, kernel_lattice, kernel_track, random_streams
from alphatwin.dose.cell.kernel_cluster import OF_OTHERS
from alphatwin.dose.cell.kernel_track import ALPHA, RECOIL, SPREAD

if TYPE_CHECKING:
    from collections.abc import Callable

cuda: Any = _cuda  # its names differ between the GPU and the simulator
_CROSSED = 128  # nuclei on one track, or hit by one decay


def _for_device(function: Any, **names: object) -> Callable[..., Any]:
    """Return a kernel function of the CPU for the GPU, with other functions in its names."""
    source = function.py_func
    copy = types.FunctionType(
        source.__code__, {**source.__globals__, **names}, source.__name__, source.__defaults__
    )
    device: Callable[..., Any] = cuda.jit(device=True)(copy)
    return device


begin_history = _for_device(random_streams.begin_history)
refill = _for_device(random_streams.refill)
uniform = _for_device(random_streams.uniform, refill=refill)
direction = _for_device(random_streams.direction, refill=refill)
drawn_branch = _for_device(kernel_chain.drawn_branch, uniform=uniform)
drawn_alpha = _for_device(kernel_chain.drawn_alpha, uniform=uniform)
crossed_sites = _for_device(kernel_lattice.crossed_sites)
quanta = _for_device(kernel_track.quanta)
_alpha_energy_kev = _for_device(kernel_track.alpha_energy_kev)
alpha_between_kev = _for_device(kernel_track.alpha_between_kev, alpha_energy_kev=_alpha_energy_kev)


@cuda.jit(device=True)  # type: ignore[untyped-decorator, unused-ignore]
def add_event(histogram, row, energy_kev, bin_kev):  # type: ignore[no-untyped-def]
    """Add an event to a row of histograms over energy [keV], shared so that its mean is kept."""
    last = histogram.shape[1] - 1
    place = energy_kev / bin_kev
    i = int(place)
    if i >= last:
        cuda.atomic.add(histogram, (row, last), SPREAD)
        return
    upper = int((place - i) * SPREAD + 0.5)
    cuda.atomic.add(histogram, (row, i), SPREAD - upper)
    cuda.atomic.add(histogram, (row, i + 1), upper)


@cuda.jit  # type: ignore[untyped-decorator, unused-ignore]
def run_on_gpu(  # type: ignore[no-untyped-def]
    branch_start, branch_p, branch_daughter, branch_alpha, alpha_start, alpha_p, alpha_range,
    recoil_kev, table_kev, step_um, is_fcc, low, size, owners, centres, cumulative, key,
    replicate, inner_um, outer_um, target_um, bin_kev, energy, hits, events, decays, places,
    alphas,
):  # fmt: skip
    """Run the decays of a replicate, each on one thread; arguments as of the CPU's kernel.

    Positions and radii in um, widths of bins in keV; ``key`` holds the key of the streams.
    """
    words = cuda.local.array(10, uint64)
    cells = cuda.local.array(_CROSSED, int64)
    enters = cuda.local.array(_CROSSED, float64)
    leaves = cuda.local.array(_CROSSED, float64)
    hit_cells = cuda.local.array(_CROSSED, int64)
    hit_kev = cuda.local.array(_CROSSED, float64)
    words[0], words[1] = key[0], key[1]
    for decay in range(cuda.grid(1), cumulative[cumulative.size - 1], cuda.gridsize(1)):
        own, above = 0, cumulative.size - 1
        while above - own > 1:
            middle = (own + above) // 2
            if cumulative[middle] <= decay:
                own = middle
            else:
                above = middle
        begin_history(words, (replicate << 40) + decay)
        r = outer_um
        if inner_um < outer_um:
            r = (inner_um**3 + uniform(words) * (outer_um**3 - inner_um**3)) ** (1.0 / 3.0)
        ax, ay, az = direction(words)
        px = centres[own, 0] + r * ax
        py = centres[own, 1] + r * ay
        pz = centres[own, 2] + r * az
        on_rim = r == target_um
        n_hit = 0
        member = 0
        while member >= 0:
            cuda.atomic.add(places, (member, 0), 1)
            row = drawn_branch(branch_start, branch_p, member, words)
            line = -1
            if branch_alpha[row] == 1:
                line = drawn_alpha(alpha_start, alpha_p, member, words)
            if line >= 0:
                cuda.atomic.add(alphas, 0, 1)
                ux, uy, uz = direction(words)
                reach = alpha_range[line]
                found = crossed_sites(
                    step_um, is_fcc, low, size, owners, target_um,
                    px, py, pz, ux, uy, uz, reach, cells, enters, leaves,
                )  # fmt: skip
                if on_rim and ux * ax + uy * ay + uz * az > 0.0:
                    cuda.atomic.add(energy, (own, RECOIL), quanta(recoil_kev[line]))
                for i in range(found):
                    left = alpha_between_kev(table_kev, reach, enters[i], leaves[i])
                    cell = cells[i]
                    kind = 0 if cell == own else 1
                    cuda.atomic.add(energy, (cell, kind * OF_OTHERS + ALPHA), quanta(left))
                    cuda.atomic.add(hits, (cell, kind), 1)
                    add_event(events, kind, left, bin_kev)
                    if enters[i] == 0.0 and not (on_rim and kind == 0):
                        cuda.atomic.add(
                            energy, (cell, kind * OF_OTHERS + RECOIL), quanta(recoil_kev[line])
                        )
                    known = 0
                    while known < n_hit and hit_cells[known] != cell:
                        known += 1
                    if known < n_hit:
                        hit_kev[known] += left
                    elif n_hit < _CROSSED:
                        hit_cells[n_hit] = cell
                        hit_kev[n_hit] = left
                        n_hit += 1
            member = branch_daughter[row]
        for i in range(n_hit):
            add_event(decays, 0 if hit_cells[i] == own else 1, hit_kev[i], bin_kev)
