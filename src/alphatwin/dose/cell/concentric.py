r"""S values and hits of one cell, by tracks of every particle of a decay chain.

.. math:: S(r_T \leftarrow r_S) = \frac{1}{m_T\,n} \sum_{d=1}^{n} \sum_{i \in d} \varepsilon_i

with :math:`\varepsilon_i` what particle *i* of primary decay *d* leaves in the target
(docs/theory-cells.md, eqs. C1 and C3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell.batches import run_batches, usable_threads
from alphatwin.dose.cell.shapes import (
    CELL_RADIATIONS,
    COUNTED_RADIATIONS,
    JOULE_PER_KEV,
    TARGETS,
    CellShape,
    SourceName,
    TargetName,
    check_radiations,
    check_target,
)
from alphatwin.dose.cell.spectra import EventSpectrum
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.batches import Progress
    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

BIN_KEV = 10.0
"""Width of the bins of events. [keV]"""
BINS = 4096  # up to 41 MeV, above what five alphas bring
WANTED_RELATIVE_SE = 0.0025
"""Where a run without a stated number of histories stops."""
_BATCHES = 25  # of a round: enough for a standard error of the standard error of 14 %
_ROUND = 500_000  # decays
_MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True, eq=False)
class CellRun:
    """What decays in one part of a cell leave in its nucleus and in all of it.

    Attributes
    ----------
    scheme, shape, source
        What decayed, and where.
    histories
        Primary decays that were followed.
    energy_kev_per_decay
        Mean energy per decay of the parent in each batch. (n_batches, n_members, 3, 2) [keV]
    alphas
        Number of alphas.
    alpha_hits, decay_hits
        Alphas that left energy in each target, and primary decays that did. (2,)
    events, decay_events
        Histograms of alpha energies per alpha and per primary decay, for each target.
    is_partial
        Whether the run was interrupted.
    """

    scheme: Scheme
    shape: CellShape
    source: SourceName
    histories: int
    energy_kev_per_decay: Floats
    alphas: int
    alpha_hits: Integers
    decay_hits: Integers
    events: tuple[EventSpectrum, EventSpectrum]
    decay_events: tuple[EventSpectrum, EventSpectrum]
    is_partial: bool

    def s_value(
        self, target: TargetName, *, radiations: tuple[str, ...] = COUNTED_RADIATIONS
    ) -> SValue:
        """Return the S value of a target for some radiation types."""
        column = TARGETS.index(check_target(target))
        kept = [CELL_RADIATIONS.index(name) for name in check_radiations(radiations)]
        factor = JOULE_PER_KEV / self.shape.target_mass_kg(target)
        per_batch = self.energy_kev_per_decay[:, :, kept, column] * factor
        whole = per_batch.sum(axis=(1, 2))
        mean = per_batch.mean(axis=0)
        value = float(mean.sum())
        error = float(whole.std(ddof=1) / math.sqrt(whole.size))
        return SValue(
            value_gy_per_bq_s=value,
            relative_standard_error=error / value if value > 0.0 else 0.0,
            by_nuclide_gy_per_bq_s=dict(
                zip(self.scheme.nuclides, mean.sum(axis=1).tolist(), strict=True)
            ),
            by_radiation_gy_per_bq_s=dict(zip(radiations, mean.sum(axis=0).tolist(), strict=True)),
        )

    def hit_probability(self, target: TargetName) -> float:
        """Return the share of the emitted alphas that leave energy in a target."""
        hits = int(self.alpha_hits[TARGETS.index(check_target(target))])
        return hits / self.alphas if self.alphas else 0.0

    def hits_per_decay(self, target: TargetName) -> float:
        """Return the mean number of alphas per primary decay that leave energy in a target."""
        return int(self.alpha_hits[TARGETS.index(check_target(target))]) / self.histories

    def decay_hit_probability(self, target: TargetName) -> float:
        """Return the share of primary decays of which any alpha leaves energy in a target."""
        return int(self.decay_hits[TARGETS.index(check_target(target))]) / self.histories


@dataclass(frozen=True, slots=True)
class SValue:
    """An S value, and what it is made of.

    Attributes
    ----------
    value_gy_per_bq_s
        Absorbed dose to the target per decay of the parent. [Gy/(Bq s)]
    relative_standard_error
        Its statistical standard error over the value.
    by_nuclide_gy_per_bq_s
        Parts by member of the chain, still per decay of the parent. [Gy/(Bq s)]
    by_radiation_gy_per_bq_s
        Parts by radiation type. [Gy/(Bq s)]
    """

    value_gy_per_bq_s: float
    relative_standard_error: float
    by_nuclide_gy_per_bq_s: dict[str, float]
    by_radiation_gy_per_bq_s: dict[str, float]


def run_concentric(
    scheme: Scheme,
    shape: CellShape,
    *,
    source: SourceName,
    histories: int | None = None,
    radiations: tuple[str, ...] = COUNTED_RADIATIONS,
    target: TargetName = "nucleus",
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> CellRun:
    """Follow decays in one part of a cell.

    Parameters
    ----------
    scheme
        What decays.
    shape
        The cell. [um]
    source
        ``surface``, ``cytoplasm``, ``nucleus`` or ``cell``.
    histories
        Primary decays, rounded up to a multiple of 25; by default as many as bring the S value of
        the ``target`` to a relative standard error of 0.25 %, and at most 10^8.
    radiations
        Radiation types asked for; electrons are not followed if they are not among them.
    target
        Target whose error ends the run.
    seed
        Seed of the random streams.
    threads
        Threads; by default one for each core. The result does not depend on them.
    progress
        Called with the histories that are done and those that are planned.

    Returns
    -------
    CellRun
        The result; after an interrupt that of the rounds that were done, if any.

    Raises
    ------
    InvalidValueError
        If a name is unknown, or a number is out of its range.
    """
    check_radiations(radiations)
    shell_um = shape.source_shell_um(source)
    if histories is not None and histories < _BATCHES:
        msg = f"histories must be at least {_BATCHES}, got {histories}"
        raise InvalidValueError(msg)
    workers = usable_threads(threads)
    planned = _ROUND * _MOST_ROUNDS if histories is None else histories
    tallies: list[_Tally] = []
    done = 0
    is_partial = False
    while done < planned:
        size = -(-min(_ROUND, planned - done) // _BATCHES)
        fresh = [_Tally(len(scheme.nuclides)) for _ in range(_BATCHES)]
        try:
            run_batches(
                _Work(scheme, shape, shell_um, "electron" in radiations, seed, done, size),
                n_batches=_BATCHES,
                tallies=fresh,
                threads=workers,
            )
        except KeyboardInterrupt:
            if not tallies:
                raise
            is_partial = True
            break
        tallies += fresh
        for tally in tallies[1:][-_BATCHES:]:  # histograms of all batches in the first
            tallies[0].take_histograms(tally)
        done += size * _BATCHES
        if progress is not None:
            progress(done, planned)
        if histories is None:
            found = _gathered(scheme, shape, source, tallies, is_partial=False)
            value = found.s_value(target, radiations=radiations)
            if 0.0 < value.relative_standard_error <= WANTED_RELATIVE_SE:
                break
    return _gathered(scheme, shape, source, tallies, is_partial=is_partial)


class _Tally:
    """What one batch adds to; in the end the first holds the histograms and hits of all."""

    __slots__ = ("decays", "energy", "events", "histories", "hits")

    def __init__(self, n_members: int) -> None:
        self.histories = 0
        self.energy = np.zeros((n_members, 3, 2), dtype=np.int64)
        self.hits = np.zeros(5, dtype=np.int64)
        self.events = np.zeros((2, BINS), dtype=np.int64)
        self.decays = np.zeros((2, BINS), dtype=np.int64)

    def take_histograms(self, other: _Tally) -> None:
        """Take over what another has counted, but for its energies, so that it needs no room."""
        for name in ("hits", "events", "decays"):
            if getattr(other, name).size:
                getattr(self, name)[...] += getattr(other, name)
            setattr(other, name, np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Work:
    scheme: Scheme
    shape: CellShape
    shell_um: tuple[float, float]
    with_electrons: bool
    seed: int
    first: int
    size: int

    def __call__(self, batch: int, tally: _Tally) -> None:
        from alphatwin.dose.cell.kernel_cell import run_cell
        from alphatwin.dose.cell.random_streams import new_stream

        run_cell(
            self.scheme.arrays,
            new_stream(self.seed, "concentric"),
            self.first + batch * self.size,
            self.size,
            self.shell_um,
            (float(self.shape.nucleus_radius_um), float(self.shape.radius_um)),
            self.with_electrons,
            BIN_KEV,
            tally.energy,
            tally.hits,
            tally.events,
            tally.decays,
        )
        tally.histories = self.size


def _gathered(
    scheme: Scheme,
    shape: CellShape,
    source: SourceName,
    tallies: list[_Tally],
    *,
    is_partial: bool,
) -> CellRun:
    from alphatwin.dose.cell.kernel_track import QUANTA_PER_KEV, SPREAD

    histories = sum(t.histories for t in tallies)
    hits = tallies[0].hits
    events, decays = tallies[0].events / SPREAD, tallies[0].decays / SPREAD
    return CellRun(
        scheme=scheme,
        shape=shape,
        source=source,
        histories=histories,
        energy_kev_per_decay=np.stack([t.energy / (QUANTA_PER_KEV * t.histories) for t in tallies]),
        alphas=int(hits[4]),
        alpha_hits=hits[:2].copy(),
        decay_hits=hits[2:4].copy(),
        events=(EventSpectrum(BIN_KEV, events[0]), EventSpectrum(BIN_KEV, events[1])),
        decay_events=(EventSpectrum(BIN_KEV, decays[0]), EventSpectrum(BIN_KEV, decays[1])),
        is_partial=is_partial,
    )
