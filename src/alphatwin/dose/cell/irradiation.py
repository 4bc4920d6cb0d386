"""A cluster of cells under decays: energies, hits and single events of every nucleus.

Decays are Poisson in every cell, about a mean that is its share of the uptake, so that a replicate
is one treatment of one cluster. Means over replicates give S values, replicates themselves give
the distribution over cells (docs/theory-cells.md, eqs. C4, C5 and C10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from alphatwin.dose.cell.batches import run_batches, usable_threads
from alphatwin.dose.cell.cluster_run import ENERGY_KINDS, ClusterRun
from alphatwin.dose.cell.concentric import BIN_KEV, BINS
from alphatwin.dose.cell.grid import box_grid, no_sites, site_map
from alphatwin.dose.cell.shapes import (
    COUNTED_RADIATIONS,
    SourceName,
    check_radiations,
)
from alphatwin.dose.cell.spectra import EventSpectrum
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.uncertainty import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.batches import Progress
    from alphatwin.dose.cell.daughters import Leaving
    from alphatwin.dose.cell.grid import BoxGrid, SiteMap
    from alphatwin.dose.cell.kernel_cluster import ClusterTally
    from alphatwin.dose.cell.packing import Cluster
    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

BackendName = Literal["cpu", "cuda"]
_BATCH = 20_000  # decays
_BOX_PER_RADIUS = 2.1  # side of a box in radii of a nucleus: the fastest of those tried
MOST_DECAYS = 2**40


def irradiate(
    scheme: Scheme,
    cluster: Cluster,
    *,
    source: SourceName,
    decays_per_cell: float,
    uptake: Floats | None = None,
    leaving: Leaving | None = None,
    radiations: tuple[str, ...] = COUNTED_RADIATIONS,
    replicates: int = 10,
    seed: int = 1,
    threads: int | None = None,
    backend: BackendName = "cpu",
    progress: Progress | None = None,
) -> ClusterRun:
    """Follow every decay in the cells of a cluster.

    Parameters
    ----------
    scheme, cluster
        What decays, and where.
    source
        Part of the cells in which it does.
    decays_per_cell
        Mean number of primary decays per cell of the cluster, labelled or not.
    uptake
        Activity of each cell over the mean of all; even if not given. (n,)
    leaving
        How daughters leave; they stay if not given.
    radiations
        Radiation types that are counted; electrons are not followed if they are not among them.
    replicates
        Number of independent treatments.
    seed, threads
        Seed of the random streams, and number of threads, which changes no number.
    backend
        ``cpu``, or ``cuda`` for alphas of chains that stay, on a lattice, on an NVIDIA GPU.
    progress
        Called with the decays that are done and those that are planned.

    Returns
    -------
    ClusterRun
        The result; after an interrupt that of the replicates that were done, if any.

    Raises
    ------
    InvalidValueError
        If a number is out of its range.
    NotSupportedError
        If the GPU is asked for and there is none, or it cannot do this.
    """
    check_radiations(radiations)
    if backend != "cpu":
        _check_backend(backend, cluster, leaving, radiations)
    weights = _checked_uptake(uptake, cluster)
    if not 0.0 < decays_per_cell < math.inf or replicates < 1:
        msg = (
            "decays_per_cell must be finite and above 0 and replicates at least 1, "
            f"got {decays_per_cell} and {replicates}"
        )
        raise InvalidValueError(msg)
    planned = decays_per_cell * cluster.n_cells * replicates
    if planned > MOST_DECAYS:
        msg = f"{planned:.3g} decays are more than can be followed ({MOST_DECAYS:.3g})"
        raise InvalidValueError(msg)
    work = _Work.of(
        scheme, cluster, source=source, leaving=leaving, radiations=radiations, seed=seed
    )
    workers = usable_threads(threads)
    tallies = [_new_tally(cluster.n_cells, len(scheme.nuclides)) for _ in range(workers)]
    rng = stream(seed, "cluster decays")
    counted = np.array([float(kind.rpartition("_")[2] in radiations) for kind in ENERGY_KINDS])
    energies: list[Floats] = []
    hits: list[Integers] = []
    decays: list[int] = []
    total = _new_tally(cluster.n_cells, len(scheme.nuclides))
    is_partial = False
    for replicate in range(replicates):
        counts = rng.poisson(decays_per_cell * weights)
        try:
            if backend == "cuda":
                _run_on_gpu(work, replicate, counts, tallies[0])
            else:
                _run_replicate(work, replicate, counts, tallies, workers)
        except KeyboardInterrupt:
            if not energies:
                raise
            is_partial = True
            break
        summed = [np.sum(parts, axis=0) for parts in zip(*tallies, strict=True)]
        for tally in tallies:
            for array in tally:
                array[...] = 0
        for name, part in zip(total._fields, summed, strict=True):
            getattr(total, name)[...] += part
        energies.append(_energies_kev(summed[0]) @ counted)
        hits.append(summed[1].sum(axis=1))
        decays.append(int(counts.sum()))
        if progress is not None:
            progress(sum(decays), round(planned))
    return ClusterRun(
        scheme=scheme,
        cluster=cluster,
        source=source,
        uptake=weights,
        decays=np.array(decays, dtype=np.int64),
        energy_kev=_energies_kev(total.energy),
        hits=total.hits.astype(np.int64),
        replicate_energy_kev=np.array(energies),
        replicate_hits=np.array(hits, dtype=np.int64),
        events=_spectra(total.events),
        decay_events=_spectra(total.decays),
        places=total.places,
        alphas=int(total.alphas[0]),
        radiations=tuple(radiations),
        is_partial=is_partial,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    scheme: Scheme
    sites: SiteMap
    grid: BoxGrid
    cluster: Cluster
    shell_um: tuple[float, float]
    kept_shell_um: tuple[float, float]
    kept: float
    with_electrons: bool
    free: Floats
    spread: Floats
    seed: int

    @classmethod
    def of(
        cls,
        scheme: Scheme,
        cluster: Cluster,
        *,
        source: SourceName,
        leaving: Leaving | None,
        radiations: tuple[str, ...],
        seed: int,
    ) -> _Work:
        shape = cluster.shape
        sites = no_sites()
        if cluster.packing != "random":
            is_fcc = cluster.packing == "fcc"
            step_um = cluster.spacing_um / math.sqrt(2.0) if is_fcc else cluster.spacing_um
            sites = site_map(cluster.centres_um, step_um=step_um, is_fcc=is_fcc)
        nothing = np.zeros(len(scheme.nuclides))
        kept = 0.0 if leaving is None else leaving.internalised_fraction
        shell = shape.source_shell_um(source)
        return cls(
            scheme=scheme,
            sites=sites,
            # A lattice needs no boxes: those of one cell stand in.
            grid=box_grid(
                cluster.centres_um[:1] if sites.size else cluster.centres_um,
                radius_um=shape.nucleus_radius_um,
                edge_um=_BOX_PER_RADIUS * shape.nucleus_radius_um,
            ),
            cluster=cluster,
            shell_um=shell,
            kept_shell_um=shape.source_shell_um("cytoplasm") if kept > 0.0 else shell,
            kept=kept,
            with_electrons="electron" in radiations,
            free=nothing if leaving is None else leaving.free_probability(scheme),
            spread=nothing if leaving is None else 2.0 * leaving.diffusion_um2_per_s(scheme),
            seed=seed,
        )


def _run_replicate(
    work: _Work,
    replicate: int,
    counts: Integers,
    tallies: list[ClusterTally],
    threads: int,
) -> None:
    from alphatwin.dose.cell.kernel_cluster import run_cluster
    from alphatwin.dose.cell.random_streams import new_stream

    cumulative = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    n_decays = int(cumulative[-1])

    def one(batch: int, tally: ClusterTally) -> None:
        first = batch * _BATCH
        run_cluster(
            work.scheme.arrays,
            work.sites,
            work.grid,
            work.cluster.centres_um,
            cumulative,
            new_stream(work.seed, "cluster"),
            replicate,
            first,
            min(_BATCH, n_decays - first),
            work.shell_um,
            work.kept_shell_um,
            float(work.kept),
            float(work.cluster.shape.nucleus_radius_um),
            float(work.cluster.radius_um),
            work.with_electrons,
            work.free,
            work.spread,
            BIN_KEV,
            tally,
        )

    run_batches(one, n_batches=-(-n_decays // _BATCH), tallies=tallies, threads=threads)


def _run_on_gpu(work: _Work, replicate: int, counts: Integers, tally: ClusterTally) -> None:
    from alphatwin.dose.cell.cuda_backend import CudaCluster, run_replicate_on_gpu
    from alphatwin.dose.cell.random_streams import new_stream

    run_replicate_on_gpu(
        CudaCluster(
            scheme=work.scheme.arrays,
            sites=work.sites,
            centres_um=work.cluster.centres_um,
            shell_um=work.shell_um,
            nucleus_um=float(work.cluster.shape.nucleus_radius_um),
            bin_kev=BIN_KEV,
        ),
        key=new_stream(work.seed, "cluster")[:2],
        replicate=replicate,
        cumulative=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        tally=tally,
    )


def _check_backend(
    backend: str, cluster: Cluster, leaving: Leaving | None, radiations: tuple[str, ...]
) -> None:
    if backend != "cuda":
        msg = f"backend is {backend!r}; allowed: cpu, cuda"
        raise InvalidValueError(msg)
    if "electron" in radiations or leaving is not None or cluster.packing == "random":
        msg = (
            "backend='cuda' follows alphas of chains that stay, on a lattice: leave electrons and "
            "leaving daughters out and choose fcc or cubic, or use backend='cpu'"
        )
        raise NotSupportedError(msg)
    from alphatwin.dose.cell.cuda_backend import check_cuda

    check_cuda()


def _new_tally(n_cells: int, n_members: int) -> ClusterTally:
    from alphatwin.dose.cell.kernel_cluster import ClusterTally

    return ClusterTally(
        energy=np.zeros((n_cells, 4), dtype=np.int64),
        hits=np.zeros((n_cells, 2), dtype=np.int32),
        events=np.zeros((2, BINS), dtype=np.int64),
        decays=np.zeros((2, BINS), dtype=np.int64),
        places=np.zeros((n_members, 3), dtype=np.int64),
        alphas=np.zeros(1, dtype=np.int64),
    )


def _energies_kev(quanta: Integers) -> Floats:
    from alphatwin.dose.cell.kernel_track import QUANTA_PER_KEV

    return np.asarray(quanta / QUANTA_PER_KEV)


def _spectra(histograms: Integers) -> tuple[EventSpectrum, EventSpectrum]:
    from alphatwin.dose.cell.kernel_track import SPREAD

    own, other = histograms / SPREAD
    return EventSpectrum(BIN_KEV, own.copy()), EventSpectrum(BIN_KEV, other.copy())


def _checked_uptake(uptake: Floats | None, cluster: Cluster) -> Floats:
    if uptake is None:
        return np.ones(cluster.n_cells)
    weights = np.asarray(uptake, dtype=np.float64)
    if weights.shape != (cluster.n_cells,) or not np.all((weights >= 0.0) & np.isfinite(weights)):
        msg = (
            f"uptake must hold a finite value >= 0 for each of {cluster.n_cells} cells, "
            f"got shape {weights.shape}, least {weights.min() if weights.size else 'none'}"
        )
        raise InvalidValueError(msg)
    return weights
