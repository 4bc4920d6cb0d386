"""A cluster of cells under decays: energies, hits and single events of a target in every cell.

Decays are Poisson in every cell, about a mean that is its share of the uptake, so that a replicate
is one treatment of one cluster. Means over replicates give S values, replicates themselves give
the distribution over cells (docs/theory-cells.md, eqs. C4, C5 and C10).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from alphatwin.dose.cell.batches import usable_threads
from alphatwin.dose.cell.cluster_run import ENERGY_KINDS, ClusterRun
from alphatwin.dose.cell.cluster_work import (
    BOX_PER_RADIUS,
    ClusterWork,
    run_gpu_replicate,
    run_medium_replicate,
    run_replicate,
)
from alphatwin.dose.cell.concentric import BIN_KEV, BINS
from alphatwin.dose.cell.medium import Medium, MediumWork, medium_work
from alphatwin.dose.cell.shapes import (
    COUNTED_RADIATIONS,
    SourceName,
    TargetName,
    check_radiations,
)
from alphatwin.dose.cell.spectra import EventSpectrum
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.uncertainty import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.batches import Progress
    from alphatwin.dose.cell.daughters import Leaving
    from alphatwin.dose.cell.kernel_cluster import ClusterTally
    from alphatwin.dose.cell.packing import Cluster
    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

BackendName = Literal["cpu", "cuda"]
MOST_DECAYS = 2**40


def irradiate(
    scheme: Scheme,
    cluster: Cluster,
    *,
    source: SourceName,
    decays_per_cell: float,
    target: TargetName = "nucleus",
    site_radius_um: float | None = None,
    scored_radius_um: float = math.inf,
    uptake: Floats | None = None,
    leaving: Leaving | None = None,
    medium: Medium | None = None,
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
        Mean number of primary decays per cell of the cluster, labelled or not; 0 with a medium,
        if all activity is in it.
    target
        ``nucleus``, or ``cell`` for all of each cell.
    site_radius_um
        Radius of a site in the middle of each cell that is scored in place of the target. [um]
    scored_radius_um
        Distance from the middle within which cells are scored; those beyond only irradiate. [um]
    uptake
        Activity of each cell over the mean of all; even if not given. (n,)
    leaving
        How daughters leave; they stay if not given.
    medium
        Activity in a medium over a monolayer, whose alphas are followed as well.
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
        _check_backend(backend, cluster, leaving, radiations, medium)
    weights = _checked_uptake(uptake, cluster)
    target_um = _target_um(cluster, target, site_radius_um)
    in_medium = (
        None
        if medium is None
        else medium_work(
            medium, cluster, scheme=scheme, target_um=target_um, box_um=BOX_PER_RADIUS * target_um
        )
    )
    scored = np.flatnonzero(cluster.distances_um <= scored_radius_um)
    if scored.size == 0:
        msg = f"no cell lies within scored_radius_um, {scored_radius_um} um, of the middle"
        raise InvalidValueError(msg)
    planned = _planned(decays_per_cell, cluster, in_medium, replicates)
    work = ClusterWork.of(
        scheme,
        cluster,
        source=source,
        target_um=target_um,
        leaving=leaving,
        radiations=radiations,
        seed=seed,
    )
    workers = usable_threads(threads)
    tallies = [_new_tally(cluster.n_cells, len(scheme.nuclides)) for _ in range(workers)]
    rng, medium_rng = stream(seed, "cluster decays"), stream(seed, "medium decays")
    counted = np.array([float(kind.rpartition("_")[2] in radiations) for kind in ENERGY_KINDS])
    energies: list[Floats] = []
    origins: list[Floats] = []
    hits: list[Integers] = []
    decays: list[int] = []
    done = 0
    total = _new_tally(cluster.n_cells, len(scheme.nuclides))
    is_partial = False
    for replicate in range(replicates):
        counts = rng.poisson(decays_per_cell * weights)
        around = 0 if in_medium is None else int(medium_rng.poisson(in_medium.decays))
        try:
            if backend == "cuda":
                run_gpu_replicate(work, replicate, counts, tallies[0])
            else:
                run_replicate(work, replicate, counts, tallies, workers)
            if in_medium is not None:
                run_medium_replicate(
                    work, in_medium, replicate, n_decays=around, tallies=tallies, threads=workers
                )
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
        energy_kev = _energies_kev(summed[0][scored])
        energies.append(energy_kev @ counted)
        origins.append(energy_kev.sum(axis=0))
        hits.append(summed[1][scored].sum(axis=1))
        decays.append(int(counts.sum()))
        done += decays[-1] + around
        if progress is not None:
            progress(done, round(planned))
    return ClusterRun(
        scheme=scheme,
        cluster=cluster,
        source=source,
        target_radius_um=target_um,
        scored=scored,
        uptake=weights,
        decays=np.array(decays, dtype=np.int64),
        energy_kev=_energies_kev(total.energy[scored]),
        hits=total.hits[scored].astype(np.int64),
        replicate_energy_kev=np.array(energies),
        replicate_origins_kev=np.array(origins),
        replicate_hits=np.array(hits, dtype=np.int64),
        events=_spectra(total.events),
        decay_events=_spectra(total.decays),
        places=total.places,
        alphas=int(total.alphas[0]),
        radiations=tuple(radiations),
        is_partial=is_partial,
    )


def _target_um(cluster: Cluster, target: TargetName, site_radius_um: float | None) -> float:
    whole_um = cluster.shape.target_radius_um(target)
    if site_radius_um is None:
        return float(whole_um)
    if not 0.0 < site_radius_um <= whole_um:
        msg = (
            f"site_radius_um must be above 0 and at most the radius of the {target}, "
            f"{whole_um:g} um, got {site_radius_um}"
        )
        raise InvalidValueError(msg)
    return float(site_radius_um)


def _planned(
    decays_per_cell: float, cluster: Cluster, medium: MediumWork | None, replicates: int
) -> float:
    is_any = decays_per_cell > 0.0 or medium is not None
    if not (is_any and 0.0 <= decays_per_cell < math.inf) or replicates < 1:
        msg = (
            "decays_per_cell must be finite and above 0 (or 0 with a medium) and replicates at "
            f"least 1, got {decays_per_cell} and {replicates}"
        )
        raise InvalidValueError(msg)
    around = 0.0 if medium is None else medium.decays
    planned = (decays_per_cell * cluster.n_cells + around) * replicates
    if planned > MOST_DECAYS:
        msg = f"{planned:.3g} decays are more than can be followed ({MOST_DECAYS:.3g})"
        raise InvalidValueError(msg)
    return planned


def _check_backend(
    backend: str,
    cluster: Cluster,
    leaving: Leaving | None,
    radiations: tuple[str, ...],
    medium: Medium | None,
) -> None:
    if backend != "cuda":
        msg = f"backend is {backend!r}; allowed: cpu, cuda"
        raise InvalidValueError(msg)
    is_told = "electron" in radiations or leaving is not None or medium is not None
    if is_told or cluster.packing == "random":
        msg = (
            "backend='cuda' follows alphas of chains that stay, on a lattice: leave electrons, a "
            "medium and leaving daughters out and choose fcc or cubic, or use backend='cpu'"
        )
        raise NotSupportedError(msg)
    from alphatwin.dose.cell.cuda_backend import check_cuda

    check_cuda()


def _new_tally(n_cells: int, n_members: int) -> ClusterTally:
    from alphatwin.dose.cell.kernel_cluster import ClusterTally

    return ClusterTally(
        energy=np.zeros((n_cells, len(ENERGY_KINDS)), dtype=np.int64),
        hits=np.zeros((n_cells, 3), dtype=np.int32),
        events=np.zeros((3, BINS), dtype=np.int64),
        decays=np.zeros((3, BINS), dtype=np.int64),
        places=np.zeros((n_members, 3), dtype=np.int64),
        alphas=np.zeros(1, dtype=np.int64),
    )


def _energies_kev(quanta: Integers) -> Floats:
    from alphatwin.dose.cell.kernel_track import QUANTA_PER_KEV

    return np.asarray(quanta / QUANTA_PER_KEV)


def _spectra(histograms: Integers) -> tuple[EventSpectrum, EventSpectrum, EventSpectrum]:
    from alphatwin.dose.cell.kernel_track import SPREAD

    own, other, medium = (EventSpectrum(BIN_KEV, row / SPREAD) for row in histograms)
    return own, other, medium


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
