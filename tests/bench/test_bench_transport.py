"""How many histories a second and core: photons and electrons in a grid like a CT."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from alphatwin.dose.transport import (
    InShell,
    Source,
    Spheres,
    VoxelMap,
    Voxels,
    line,
    material,
    transport,
)

ASKED_PER_S = {"photon": 4e5, "electron": 1e5}
CASES = {"photon": (0.208, 1_000_000), "electron": (0.93, 200_000)}
EGSNRC_PER_S = {"photon": 1.7e4, "electron": 1e4}  # photons at 0.66 MeV, cuts 1 keV, such a core


@pytest.fixture(scope="module")
def ct():
    """Return a body of soft tissue with lungs and a spine in air, 128 cubed voxels of 3 mm."""
    n, h = 128, 0.3
    axis = (np.arange(n) + 0.5) * h - 0.5 * n * h
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij", sparse=True)
    index = np.zeros((n, n, n), dtype=np.uint8)
    index[np.broadcast_to((x / 16) ** 2 + (y / 11) ** 2 < 1.0, index.shape)] = 1
    index[((np.abs(x) - 7) / 4.5) ** 2 + (y / 7) ** 2 + ((z - 8) / 10) ** 2 < 1.0] = 2
    index[np.broadcast_to(x**2 + (y - 8) ** 2 < 2.0, index.shape)] = 3
    density = np.array([0.0012, 1.04, 0.3, 1.6])[index]
    density *= np.random.default_rng(1).normal(1.0, 0.03, density.shape).clip(0.9, 1.1)
    kinds = tuple(material(m) for m in ("air", "soft_tissue", "lung", "cortical_bone"))
    kidney = ((x + 6) / 3) ** 2 + ((y - 2) / 3) ** 2 + ((z + 5) / 5) ** 2 < 1.0
    grid = Voxels(kinds, index, density, (h, h, h), (-0.5 * n * h,) * 3)
    return grid, VoxelMap(kidney.astype(float))


def rate_per_s(geometry, source, *, histories, threads, by_processor):
    clock = time.process_time if by_processor else time.perf_counter
    rates = []
    for _ in range(5):
        start = clock()
        transport(geometry, source, histories=histories, seed=1, threads=threads, batches=4)
        rates.append(histories / (clock() - start))
    return float(np.median(rates))


@pytest.mark.parametrize("particle", CASES)
def test_histories_in_a_ct(particle, ct):
    geometry, place = ct
    energy, histories = CASES[particle]
    source = Source((line(particle, energy_mev=energy),), place)
    transport(geometry, source, histories=8, seed=1, batches=4)
    tracemalloc.start()
    transport(geometry, source, histories=8, seed=1, threads=1, batches=4)
    peak_mib = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    one = rate_per_s(geometry, source, histories=histories, threads=1, by_processor=True)
    wall = {
        t: rate_per_s(geometry, source, histories=histories, threads=t, by_processor=False)
        for t in (1, 2, 4)
    }
    shared = {t: wall[t] / (t * wall[1]) for t in (2, 4)}
    print(  # noqa: T201 - the figures are what the bench is for
        f"\n{particle} {energy} MeV: {one:.3g} histories/s/core (asked {ASKED_PER_S[particle]:g}; "
        f"EGSnrc about {EGSNRC_PER_S[particle]:g}); efficiency of 2 threads {shared[2]:.2f}, of 4 "
        f"{shared[4]:.2f}; memory at its peak {peak_mib:.0f} MiB"
    )


def test_compiled_against_plain():
    """The same kernels as plain Python, in a sphere."""
    water = material("water")
    geometry = Spheres((1.0, 30.0), (water, water))
    source = Source((line("photon", energy_mev=0.208),), InShell(1.0))
    quick = rate_per_s(geometry, source, histories=200_000, threads=1, by_processor=True)
    plain = _plain_per_s()
    print(f"\nphoton in water: {quick:.3g} histories/s/core, {quick / plain:.0f} times plain")  # noqa: T201


def _plain_per_s():
    """Run the kernels uncompiled in a fresh interpreter."""
    import os
    import subprocess
    import sys

    code = (
        "import time\n"
        "from alphatwin.dose.transport import *\n"
        "w = material('water'); g = Spheres((1.0, 30.0), (w, w))\n"
        "s = Source((line('photon', energy_mev=0.208),), InShell(1.0))\n"
        "transport(g, s, histories=4, seed=1, threads=1, batches=2)\n"
        "t = time.process_time(); transport(g, s, histories=100, seed=1, threads=1, batches=2)\n"
        "print(100 / (time.process_time() - t))\n"
    )
    told = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": "src", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True
    )
    return float(done.stdout)
