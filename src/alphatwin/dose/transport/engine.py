"""Run histories on all threads and add them up in a fixed order.

Histories are cut into fixed batches; each batch fills its own tally, and tallies are added in the
order of the batches. A result is the same to the last bit for any number of threads.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from alphatwin.dose.transport.geometry import Geometry
    from alphatwin.dose.transport.source import Source

    Floats = NDArray[np.float64]
    Batch = tuple[Floats, Floats]

BATCHES: Final = 40
"""Standard errors come from the spread of the batches: known to 11 % with 40."""
GY_PER_MEV_PER_G: Final = 1.602176634e-10


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Energy absorbed per event of the source, by group and region.

    Attributes
    ----------
    energy_mev, standard_error_mev
        (n_groups, n_regions) mean per event and its standard error. [MeV]
    masses_g
        (n_regions,) masses of the regions. [g]
    histories
        Particles that were followed.
    emitted_mev, deposited_mev, escaped_mev
        Sums over all histories, unweighted. [MeV]
    worst_imbalance_mev
        Largest difference of emitted and accounted energy in one history. [MeV]
    is_complete
        Whether all batches ran; else the run was interrupted and this is what it has.
    """

    energy_mev: Floats
    standard_error_mev: Floats
    masses_g: Floats
    histories: int
    emitted_mev: float
    deposited_mev: float
    escaped_mev: float
    worst_imbalance_mev: float
    is_complete: bool

    @property
    def dose_gy(self) -> Floats:
        """(n_groups, n_regions) absorbed dose per event in Gy."""
        return self.energy_mev * GY_PER_MEV_PER_G / self.masses_g

    @property
    def dose_standard_error_gy(self) -> Floats:
        """(n_groups, n_regions) standard error of the dose per event in Gy."""
        return self.standard_error_mev * GY_PER_MEV_PER_G / self.masses_g


def transport(
    geometry: Geometry,
    source: Source,
    *,
    histories: int,
    seed: int,
    threads: int | None = None,
    batches: int = BATCHES,
    fine_cm: float | None = None,
    local_cm: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Tally:
    """Follow particles and return the energy that they leave behind.

    Parameters
    ----------
    geometry
        :class:`Spheres`, :class:`Voxels` or :class:`Solids`.
    source
        What is emitted where.
    histories
        Number of particles that are drawn.
    seed
        Seed of the random streams.
    threads
        Threads; ``None`` takes one per processor. The result does not depend on it.
    batches
        Number of batches; the result depends on it in the last bits and in its standard error.
    fine_cm
        Longest step of an electron; ``None``: half the finest detail of the geometry. [cm]
    local_cm
        Electrons whose range at 1 g/cm3 is less are absorbed where they are; ``None``: a
        twentieth of the size of a voxel, a 500th of the finest shell. [cm]
    progress
        Called with the number of batches done and of all, in the order of the batches.

    Raises
    ------
    InvalidValueError
        If a number is out of range, or the source lies outside of the geometry.

    Notes
    -----
    On KeyboardInterrupt the batches that are complete are returned, with ``is_complete`` false.
    """
    for name, value, least in (
        ("histories", histories, 1), ("seed", seed, 0), ("batches", batches, 2),
        ("threads", 1 if threads is None else threads, 1),
    ):  # fmt: skip
        if value < least:
            msg = f"{name} must be at least {least}, got {value}"
            raise InvalidValueError(msg)
    from alphatwin.dose.transport.arrays import births_of, cells_of, majorant_of
    from alphatwin.dose.transport.history_kernel import run_batch
    from alphatwin.dose.transport.media import media
    from alphatwin.dose.transport.stack import DEPTH, WIDTH

    tables = media(tuple(dict.fromkeys(geometry.materials)))
    cells = cells_of(geometry, fine_cm=fine_cm, local_cm=local_cm)
    births = births_of(source, geometry, cells)
    majorant = majorant_of(cells, tables)
    n_regions = int(geometry.masses_g.size)
    counts = [histories // batches + (b < histories % batches) for b in range(batches)]
    firsts = np.concatenate([[0], np.cumsum(counts)])

    def one(batch: int) -> Batch:
        score = np.zeros((source.n_groups, n_regions))
        sums = np.zeros(4)
        run_batch(
            cells, tables, majorant, births, np.uint64(seed), int(firsts[batch]), counts[batch],
            score, np.zeros(2, dtype=np.uint64), np.zeros((DEPTH, WIDTH)), np.zeros(2), sums,
        )  # fmt: skip
        return score, sums

    total = _Sum((source.n_groups, n_regions))
    workers = threads or os.cpu_count() or 1
    _run_in_order(one, counts, workers=workers, total=total, progress=progress)
    return total.tally(geometry.masses_g, n_batches=batches)


def _run_in_order(
    one: Callable[[int], Batch],
    counts: list[int],
    *,
    workers: int,
    total: _Sum,
    progress: Callable[[int, int], None] | None,
) -> None:
    waiting: deque[Future[Batch]] = deque()
    ahead = iter(range(len(counts)))
    with ThreadPoolExecutor(workers) as pool:
        try:
            for batch in range(len(counts)):
                while len(waiting) < workers + 2 and (nxt := next(ahead, None)) is not None:
                    waiting.append(pool.submit(one, nxt))
                score, sums = waiting.popleft().result()
                total.add(score, sums, counts[batch])
                if progress is not None:
                    progress(batch + 1, len(counts))
        except KeyboardInterrupt:
            for future in waiting:
                future.cancel()


class _Sum:
    """Running sums over batches, in their order."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.first = np.zeros(shape)
        self.second = np.zeros(shape)
        self.sums = np.zeros(4)
        self.histories = 0
        self.n_batches = 0

    def add(self, score_mev: Floats, sums_mev: Floats, count: int) -> None:
        if count == 0:
            return
        self.first += score_mev
        self.second += score_mev * score_mev / count
        self.sums[:3] += sums_mev[:3]
        self.sums[3] = max(self.sums[3], sums_mev[3])
        self.histories += count
        self.n_batches += 1

    def tally(self, masses_g: Floats, *, n_batches: int) -> Tally:
        n = max(self.histories, 1)
        mean = self.first / n
        spread = np.maximum(self.second / n - mean * mean, 0.0)
        used = max(self.n_batches - 1, 1)
        return Tally(
            energy_mev=mean,
            standard_error_mev=np.sqrt(spread / used),
            masses_g=masses_g,
            histories=self.histories,
            emitted_mev=float(self.sums[0]),
            deposited_mev=float(self.sums[1]),
            escaped_mev=float(self.sums[2]),
            worst_imbalance_mev=float(self.sums[3]),
            is_complete=self.n_batches == min(n_batches, self.histories),
        )
