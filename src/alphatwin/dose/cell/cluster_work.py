"""One replicate of a cluster: what its kernels need, and its decays shared among threads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell.batches import run_batches
from alphatwin.dose.cell.concentric import BIN_KEV
from alphatwin.dose.cell.grid import box_grid, no_sites, site_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.daughters import Leaving
    from alphatwin.dose.cell.grid import BoxGrid, SiteMap
    from alphatwin.dose.cell.kernel_cluster import ClusterTally
    from alphatwin.dose.cell.medium import MediumWork
    from alphatwin.dose.cell.packing import Cluster
    from alphatwin.dose.cell.scheme import Scheme
    from alphatwin.dose.cell.shapes import SourceName

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_BATCH = 20_000  # decays
BOX_PER_RADIUS = 2.1  # side of a box in radii of a target: the fastest of those tried


@dataclass(frozen=True, slots=True, eq=False)
class ClusterWork:
    """Cells, decays and targets as kernels need them.

    Attributes
    ----------
    scheme, cluster
        What decays, and where.
    sites, grid
        The map of a lattice, and boxes over the targets.
    target_um
        Radius of the targets. [um]
    shell_um, kept_shell_um
        Inner and outer radius of the source, and of what is internalised. [um]
    kept_share
        Share of the decays that is internalised.
    with_electrons
        Whether electrons are followed.
    free_probability, spread_um2_per_s
        Probability that a member is set free when it is made, and twice its diffusion
        coefficient, in um2/s. (n,)
    seed
        Seed of the streams.
    """

    scheme: Scheme
    sites: SiteMap
    grid: BoxGrid
    cluster: Cluster
    target_um: float
    shell_um: tuple[float, float]
    kept_shell_um: tuple[float, float]
    kept_share: float
    with_electrons: bool
    free_probability: Floats
    spread_um2_per_s: Floats
    seed: int

    @classmethod
    def of(
        cls,
        scheme: Scheme,
        cluster: Cluster,
        *,
        source: SourceName,
        target_um: float,
        leaving: Leaving | None,
        radiations: tuple[str, ...],
        seed: int,
    ) -> ClusterWork:
        """Return the work of a cluster; parameters as of :func:`irradiate`. [um]."""
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
                radius_um=target_um,
                edge_um=BOX_PER_RADIUS * target_um,
            ),
            cluster=cluster,
            target_um=target_um,
            shell_um=shell,
            kept_shell_um=shape.source_shell_um("cytoplasm") if kept > 0.0 else shell,
            kept_share=kept,
            with_electrons="electron" in radiations,
            free_probability=nothing if leaving is None else leaving.free_probability(scheme),
            spread_um2_per_s=nothing
            if leaving is None
            else 2.0 * leaving.diffusion_um2_per_s(scheme),
            seed=seed,
        )


def run_replicate(
    work: ClusterWork,
    replicate: int,
    counts: Integers,
    tallies: list[ClusterTally],
    threads: int,
) -> None:
    """Run the decays of a replicate; ``counts`` says how many are in each cell."""
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
            float(work.kept_share),
            work.target_um,
            float(work.cluster.radius_um),
            work.with_electrons,
            work.free_probability,
            work.spread_um2_per_s,
            BIN_KEV,
            tally,
        )

    run_batches(one, n_batches=-(-n_decays // _BATCH), tallies=tallies, threads=threads)


def run_medium_replicate(
    work: ClusterWork,
    medium: MediumWork,
    replicate: int,
    *,
    n_decays: int,
    tallies: list[ClusterTally],
    threads: int,
) -> None:
    """Run the decays of a medium in a replicate."""
    from alphatwin.dose.cell.kernel_medium import run_medium
    from alphatwin.dose.cell.random_streams import new_stream

    def one(batch: int, tally: ClusterTally) -> None:
        first = batch * _BATCH
        run_medium(
            work.scheme.arrays,
            medium.targets,
            medium.cells,
            work.cluster.centres_um,
            medium.low_um,
            medium.high_um,
            (work.target_um, float(work.cluster.shape.radius_um)),
            new_stream(work.seed, "medium"),
            replicate,
            first,
            min(_BATCH, n_decays - first),
            BIN_KEV,
            tally,
        )

    run_batches(one, n_batches=-(-n_decays // _BATCH), tallies=tallies, threads=threads)


def run_gpu_replicate(
    work: ClusterWork, replicate: int, counts: Integers, tally: ClusterTally
) -> None:
    """Run the decays of a replicate on the GPU."""
    from alphatwin.dose.cell.cuda_backend import CudaCluster, run_replicate_on_gpu
    from alphatwin.dose.cell.random_streams import new_stream

    run_replicate_on_gpu(
        CudaCluster(
            scheme=work.scheme.arrays,
            sites=work.sites,
            centres_um=work.cluster.centres_um,
            shell_um=work.shell_um,
            target_um=work.target_um,
            bin_kev=BIN_KEV,
        ),
        key=new_stream(work.seed, "cluster")[:2],
        replicate=replicate,
        cumulative=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        tally=tally,
    )
