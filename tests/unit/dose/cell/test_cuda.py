"""The CUDA backend: refused clearly where there is no GPU, and right in numba's simulator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alphatwin.dose.cell import CellShape, Cluster, irradiate, scheme, spheroid
from alphatwin.dose.cell.cuda_backend import check_cuda
from alphatwin.errors import InvalidValueError, NotSupportedError

ROOT = Path(__file__).parents[4]
SHAPE = CellShape(radius_um=6.0, nucleus_radius_um=4.0)
STATISTICS = 0.02  # of two independent runs of 10^5 decays, were the streams not the same
TOLD = {"source": "surface", "decays_per_cell": 2.0, "replicates": 1, "radiations": ("alpha",)}

# The simulator runs every thread in Python: a few decays only, by one block of two threads.
SIMULATED = """
import numpy as np
from alphatwin.dose.cell import CellShape, cuda_backend, irradiate, scheme, spheroid
cuda_backend.run_replicate_on_gpu.__kwdefaults__.update(blocks=1, threads=2)
cluster = spheroid(CellShape(6.0, 4.0), radius_um=20.0, spacing_um=12.0)
told = dict(source="surface", decays_per_cell=2.0, replicates=1, radiations=("alpha",))
runs = [irradiate(scheme("Ac-225"), cluster, **told, backend=b) for b in ("cpu", "cuda")]
assert runs[0].alphas == runs[1].alphas > 50
np.testing.assert_array_equal(runs[0].hits, runs[1].hits)
np.testing.assert_allclose(runs[0].energy_kev, runs[1].energy_kev, rtol=1e-9, atol=1e-3)
for a, b in zip(runs[0].decay_events, runs[1].decay_events):
    np.testing.assert_allclose(a.counts, b.counts, atol=0.01)
np.testing.assert_array_equal(runs[0].places, runs[1].places)
print("same")
"""


def is_gpu_present():
    try:
        check_cuda()
    except NotSupportedError:
        return False
    return True


@pytest.fixture
def cluster():
    return spheroid(SHAPE, radius_um=40.0, spacing_um=12.0)


def test_the_kernel_of_the_gpu_gives_in_the_simulator_what_the_cpu_gives():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SIMULATED],
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "same"


def test_a_gpu_that_is_not_there_is_told_in_one_sentence(cluster):
    if is_gpu_present():
        pytest.skip("a GPU is present")
    with pytest.raises(NotSupportedError, match="use backend='cpu'"):
        irradiate(scheme("Ac-225"), cluster, **TOLD, backend="cuda")


def test_a_gpu_agrees_with_the_cpu(cluster):
    if not is_gpu_present():
        pytest.skip("no GPU is present")
    runs = [
        irradiate(scheme("Ac-225"), cluster, **(TOLD | {"decays_per_cell": 500.0}), backend=b)
        for b in ("cpu", "cuda")
    ]
    assert runs[1].mean_gy_per_bq_s == pytest.approx(runs[0].mean_gy_per_bq_s, rel=STATISTICS)


@pytest.mark.parametrize(
    "change", [{"radiations": ("alpha", "electron")}, {"cluster": "anywhere"}], ids=str
)
def test_what_the_gpu_cannot_do_is_refused(cluster, change):
    told = TOLD | change
    if told.pop("cluster", None):
        cluster = Cluster(shape=SHAPE, centres_um=np.zeros((1, 3)), radius_um=6.0)
    with pytest.raises(NotSupportedError, match="follows alphas of chains that stay"):
        irradiate(scheme("Ac-225"), cluster, **told, backend="cuda")


def test_an_unknown_backend_is_refused(cluster):
    with pytest.raises(InvalidValueError, match="allowed: cpu, cuda"):
        irradiate(scheme("Ac-225"), cluster, **TOLD, backend="opencl")
