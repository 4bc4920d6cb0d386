"""How many alpha tracks a second go through spheroids, with full scoring of every nucleus.

Timings are printed and never asserted (they are processor time of one thread, and wall time for
two); what is asserted is that the memory for each cell stays below a kilobyte, and that a naive
loop over tracks in Python gives the same dose.
Run: ``pytest tests/bench/test_bench_cells.py --benchmark-enable -s``.
"""

from __future__ import annotations

import math
import os
import time
import tracemalloc

import numpy as np
import pytest

from alphatwin.dose.cell import CellShape, irradiate, scheme, spheroid
from alphatwin.dose.cell.slowing import alpha_table

SHAPE = CellShape(radius_um=6.0, nucleus_radius_um=4.0)
ROUNDS = 5  # the median of so many
LARGEST_BYTES_PER_CELL = 1000.0
NAIVE_TRACKS = 4000
FIVE_SIGMA = 5.0
COUNTED_TRACKS = 20_000
MAIN_RANGES_UM = (48.0, 54.7, 65.0, 85.4)  # of 225Ac, 221Fr, 217At, 213Po


def run(cluster, decays_per_cell, *, threads, replicates=1):
    return irradiate(
        scheme("Ac-225"), cluster, source="surface", decays_per_cell=decays_per_cell,
        replicates=replicates, radiations=("alpha",), threads=threads,
    )  # fmt: skip


def planes_per_track(cluster):
    """Count the planes of the lattice that a track meets, within the cluster."""
    rng = np.random.default_rng(2)
    step = cluster.spacing_um / math.sqrt(2.0)
    owns = cluster.centres_um[rng.integers(cluster.n_cells, size=COUNTED_TRACKS)]
    ways = rng.standard_normal((2, COUNTED_TRACKS, 3))
    ways /= np.linalg.norm(ways, axis=2, keepdims=True)
    starts = owns + SHAPE.radius_um * ways[0]
    reach = rng.choice(MAIN_RANGES_UM, COUNTED_TRACKS)
    axis = np.abs(ways[1]).argmax(axis=1)
    rows = np.arange(COUNTED_TRACKS)
    begin, cosine = starts[rows, axis], ways[1][rows, axis]
    ends = np.sort([begin, begin + cosine * reach], axis=0)
    outermost = round(cluster.centres_um.max() / step)
    low = np.maximum(np.ceil((ends[0] - SHAPE.nucleus_radius_um) / step), -outermost)
    high = np.minimum(np.floor((ends[1] + SHAPE.nucleus_radius_um) / step), outermost)
    return float(np.maximum(high - low + 1.0, 0.0).mean())


def clock_ghz():
    """Cycles per nanosecond of this core: a chain of multiplications of four cycles each."""
    from numba import njit

    @njit
    def chain(n):
        x, c = np.uint64(1), np.uint64(6364136223846793005)
        for _ in range(n):
            x = (x >> np.uint64(7)) ^ (x * c)
        return x

    chain(10)
    begun = time.process_time()
    chain(50_000_000)
    return 4.0 * 0.05 / (time.process_time() - begun)


def naive_energy_kev(cluster, tracks):
    """Mean energy of an alpha of 7.067 MeV in all nuclei: one track after the other."""
    rng = np.random.default_rng(1)
    table = alpha_table()
    reach = float(np.interp(7067.0, table.energy_kev, table.range_um))
    energies = np.zeros(tracks)
    for i in range(tracks):
        site, way = rng.standard_normal((2, 3))
        own = cluster.centres_um[rng.integers(cluster.n_cells)]
        start = own + SHAPE.radius_um * site / np.linalg.norm(site)
        way /= np.linalg.norm(way)
        gap = cluster.centres_um - start
        along = gap @ way
        inside = SHAPE.nucleus_radius_um**2 - ((gap**2).sum(axis=1) - along**2)
        half = np.sqrt(np.maximum(inside, 0.0))
        enter = np.clip(along - half, 0.0, reach)
        leave = np.clip(along + half, 0.0, reach)
        before = np.interp(reach - enter, table.range_um, table.energy_kev)
        energies[i] = (before - np.interp(reach - leave, table.range_um, table.energy_kev)).sum()
    return energies


@pytest.mark.parametrize(("radius_um", "decays_per_cell"), [(95.0, 200.0), (300.0, 8.0)])
def test_alpha_tracks_through_a_spheroid(benchmark, capsys, radius_um, decays_per_cell):
    cluster = spheroid(SHAPE, radius_um=radius_um, spacing_um=12.0)
    run(cluster, 1.0, threads=1)  # compiled
    rounds = ROUNDS if benchmark.enabled else 1
    cpu, wall = [], {1: [], 2: []}
    for _ in range(rounds):
        for threads in (1, 2):
            begun, begun_cpu = time.perf_counter(), time.process_time()
            found = run(cluster, decays_per_cell, threads=threads)
            wall[threads].append(time.perf_counter() - begun)
            if threads == 1:
                cpu.append(time.process_time() - begun_cpu)
    benchmark.pedantic(lambda: None, rounds=1)
    tracemalloc.start()
    run(cluster, 1.0, threads=2)
    peak = tracemalloc.get_traced_memory()[1] / cluster.n_cells
    tracemalloc.stop()
    if benchmark.enabled:
        rate = found.alphas / float(np.median(cpu))
        naive_s = time.process_time()
        naive_energy_kev(cluster, 400)
        naive = 400 / (time.process_time() - naive_s)
        gain = float(np.median(wall[1]) / np.median(wall[2]))
        cycles = clock_ghz() * 1e9 / rate
        steps = planes_per_track(cluster)
        with capsys.disabled():
            print(  # noqa: T201
                f"\n{cluster.n_cells} cells: {rate:.3g} alphas/s on one core (processor time), "
                f"{cycles:.0f} cycles a track of {steps:.1f} planes, {cycles / steps:.0f} a plane "
                f"with all scoring, two threads {gain:.2f} times one (wall), "
                f"{rate / naive:.0f} times a Python loop, {peak:.0f} bytes a cell at the peak, "
                f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
            )
    assert peak < LARGEST_BYTES_PER_CELL


def test_a_naive_loop_gives_the_same_energy():
    """Of one alpha line: 217At alone, whose line of 7.067 MeV is 99.99 % of its alphas."""
    cluster = spheroid(SHAPE, radius_um=60.0, spacing_um=12.0)
    energies = naive_energy_kev(cluster, NAIVE_TRACKS)
    found = irradiate(
        scheme("At-217", with_chain=False), cluster, source="surface", decays_per_cell=500.0,
        replicates=1, radiations=("alpha",),
    )  # fmt: skip
    per_alpha = float(found.energy_kev[:, [0, 3]].sum()) / found.alphas
    error = float(energies.std(ddof=1)) / math.sqrt(NAIVE_TRACKS)
    assert per_alpha == pytest.approx(float(energies.mean()), abs=FIVE_SIGMA * error)
