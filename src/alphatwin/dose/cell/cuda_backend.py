"""Alphas in a lattice of cells on an NVIDIA GPU, with numba.cuda; absent where there is none.

The functions of the CPU's kernels are compiled once more for the GPU from the same source, and a
decay has the same stream there: energies are those of the CPU but for the last digits of square
roots and logarithms. Only chains that stay, without electrons, on a lattice: what is slow enough to
need a GPU. Everything here imports numba.cuda inside of
functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import NotSupportedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.grid import SiteMap
    from alphatwin.dose.cell.kernel_cluster import ClusterTally
    from alphatwin.dose.cell.scheme import SchemeArrays

    Integers = NDArray[np.int64]
    Points = NDArray[np.float64]

_BLOCKS, _THREADS = 1024, 128


@dataclass(frozen=True, slots=True, eq=False)
class CudaCluster:
    """Cells and decays as the GPU's kernel needs them.

    Attributes
    ----------
    scheme, sites
        What decays, and which cell is at which site.
    centres_um
        Centres of the cells. (n, 3) [um]
    shell_um
        Inner and outer radius of the source. [um]
    target_um
        Radius of a target. [um]
    bin_kev
        Width of the bins of events. [keV]
    """

    scheme: SchemeArrays
    sites: SiteMap
    centres_um: Points
    shell_um: tuple[float, float]
    target_um: float
    bin_kev: float


def check_cuda() -> None:
    """Raise NotSupportedError unless a CUDA GPU can be used."""
    try:
        from numba import cuda

        is_there = bool(cuda.is_available())  # type: ignore[no-untyped-call]
    except Exception as problem:
        msg = f"CUDA cannot be used: {problem}; use backend='cpu'"
        raise NotSupportedError(msg) from problem
    if not is_there:
        msg = "no CUDA GPU is present, or its driver or toolkit is not: use backend='cpu'"
        raise NotSupportedError(msg)


def run_replicate_on_gpu(
    work: CudaCluster,
    *,
    key: NDArray[np.uint64],
    replicate: int,
    cumulative: Integers,
    tally: ClusterTally,
    blocks: int = _BLOCKS,
    threads: int = _THREADS,
) -> None:
    """Run one replicate and add it to a tally; ``cumulative`` says which decays are whose."""
    from alphatwin.dose.cell.kernel_cuda import cuda, run_on_gpu

    arrays = work.scheme
    tables = (
        arrays.branch_start,
        arrays.branch_cumulative_probability,
        arrays.branch_daughter,
        arrays.branch_alpha,
        arrays.alpha_start,
        arrays.alpha_cumulative_probability,
        arrays.alpha_range_um,
        arrays.recoil_energy_kev,
        arrays.alpha_table_kev,
    )
    on_gpu = [cuda.to_device(np.zeros_like(part)) for part in tally]
    run_on_gpu[blocks, threads](
        *(cuda.to_device(table) for table in tables),
        work.sites.step_um,
        work.sites.is_fcc,
        work.sites.low,
        work.sites.size,
        cuda.to_device(work.sites.owners),
        cuda.to_device(work.centres_um),
        cuda.to_device(cumulative),
        cuda.to_device(key),
        replicate,
        work.shell_um[0],
        work.shell_um[1],
        work.target_um,
        work.bin_kev,
        *on_gpu,
    )
    for name, found in zip(tally._fields, on_gpu, strict=True):
        getattr(tally, name)[...] += found.copy_to_host()
