r"""Contents of the urinary bladder: filled by excretion, emptied by voiding, decaying meanwhile.

Atoms of each member of the chain in the bladder obey, between voids,

.. math:: \dot N = \Lambda N + e_1\,\frac{A_0}{\lambda_1}\sum_j b_j k_j\,e^{-(k_j+\lambda_1) t},

with :math:`\Lambda` the decay chain; a void at :math:`t_i` leaves the residual fraction :math:`q`
of every member: :math:`N(t_i^+) = q\,N(t_i^-)` (docs/theory-blood.md, eqs. B10-B13). Each interval
is solved exactly. Voids at a constant interval :math:`T` for ever are a geometric series: with the
contents after them summed to :math:`S`, the chain over one interval :math:`E`, and what phase
:math:`j` fills in from unit flow :math:`p_j`,

.. math:: (1 - qE)\,S = N_0 + q \sum_j \frac{R_j\,p_j}{1 - e^{-(k_j+\lambda_1)T}}.

With :math:`q = 0`, one nuclide and one phase this is the model of [1]_ in closed form; the
expanding volume, the hydration and the wall dose of [2]_ are not part of it.

References
----------
.. [1] R. J. Cloutier, S. A. Smith, E. E. Watson, W. S. Snyder, G. G. Warner, "Dose to the fetus
   from radionuclides in the bladder", Health Phys. 25 (1973) 147-161 (recalled; title seen).
.. [2] S. R. Thomas, M. G. Stabin, C. T. Chen, R. C. Samaratunga, "MIRD Pamphlet No. 14 revised: a
   dynamic urinary bladder model", J. Nucl. Med. 40 (1999) 102S-123S; its abstract was read.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.network_checks import checked
from alphatwin.nuclides import exponential, exponential_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.excretion import Excretion
    from alphatwin.nuclides import DecayChain

    Floats = NDArray[np.float64]

CUSTOMARY_INTERVAL_S: Final = 12600.0
"""3.5 h, customary in published calculations (read in several, as in ICRP Publication 80). [s]"""

_KEPT_STEPS = 8  # one interval is used again and again, others once
_SAME_WIDTH = 1e-12  # differences of multiples of one interval differ by round-off


@dataclass(frozen=True, slots=True)
class Voiding:
    """When the bladder is voided; without times and interval, never.

    Attributes
    ----------
    times_s
        Times of the first voids since administration, increasing, > 0. [s]
    interval_s
        Interval of the voids that follow for ever, the first one interval after the last of
        ``times_s``; None: none follow. [s]
    residual_fraction
        Fraction of the contents that a void leaves, at least 0 and below 1.
    """

    times_s: tuple[float, ...] = ()
    interval_s: float | None = None
    residual_fraction: float = 0.0

    def __post_init__(self) -> None:
        steps = itertools.pairwise((0.0, *self.times_s))
        if not all(math.isfinite(b) and b > a for a, b in steps):
            msg = f"times_s of voiding must be finite, > 0 and increasing, got {self.times_s}"
            raise InvalidValueError(msg)
        if self.interval_s is not None and not 0.0 < self.interval_s < math.inf:
            msg = f"interval_s of voiding must be finite and > 0, or None, got {self.interval_s}"
            raise InvalidValueError(msg)
        if not 0.0 <= self.residual_fraction < 1.0:
            msg = (
                "residual_fraction must be at least 0 and below 1 (give no times for a bladder "
                f"that is not voided), got {self.residual_fraction}"
            )
            raise InvalidValueError(msg)

    def until(self, stop_s: float) -> Iterator[float]:
        """Yield the time of every void before a time [s]."""
        last = 0.0
        for last in self.times_s:
            if last >= stop_s:
                return
            yield last
        if self.interval_s is not None:
            for number in itertools.count(1):
                time_s = last + number * self.interval_s
                if time_s >= stop_s:
                    return
                yield time_s


@dataclass(frozen=True, slots=True, eq=False)
class BladderContents:
    """Decays in the bladder contents from administration to a time, and its book-keeping.

    Attributes
    ----------
    nuclides
        Members of the chain, the excreted one first. (n)
    decays_bq_s
        Decays in the contents. (n_samples, n) [Bq s]
    end_atoms
        Atoms in the contents at the end. (n_samples, n)
    voided_atoms
        Atoms voided. (n_samples, n)
    entered_atoms
        Atoms of the first member that came from the kidneys. (n_samples,)
    """

    nuclides: tuple[str, ...]
    decays_bq_s: Floats
    end_atoms: Floats
    voided_atoms: Floats
    entered_atoms: Floats

    def __post_init__(self) -> None:
        for name in ("decays_bq_s", "end_atoms", "voided_atoms", "entered_atoms"):
            getattr(self, name).setflags(write=False)

    def balance_error_ratio(self) -> Floats:
        """Return the excreted atoms that are unaccounted for, over all that came. (n_samples,)."""
        gone = self.decays_bq_s[:, 0] + self.end_atoms[:, 0] + self.voided_atoms[:, 0]
        there = self.entered_atoms
        return np.divide(np.abs(there - gone), there, out=np.zeros_like(there), where=there > 0.0)


def bladder_contents(
    excretion: Excretion,
    *,
    chain: DecayChain,
    voiding: Voiding,
    administered_bq: float,
    stop_s: float = math.inf,
) -> BladderContents:
    """Return the decays of every member of the chain in the bladder contents.

    Daughters made in the bladder stay in the urine and are voided with it; free daughters that the
    kidneys excrete by themselves are not among them.

    Parameters
    ----------
    excretion
        How the first member of the chain comes: in urine only.
    chain
        Chain of the excreted nuclide.
    voiding
        When the bladder is voided.
    administered_bq
        Activity that the excretion is a fraction of. [Bq]
    stop_s
        Until when; may be infinite. [s]

    Raises
    ------
    InvalidValueError
        If a value is out of range.
    NotSupportedError
        If the chain has several roots.
    """
    filling = _filling(excretion, chain, administered_bq)
    if not stop_s >= 0.0:
        msg = f"stop_s must be at least 0, got {stop_s}"
        raise InvalidValueError(msg)
    endless = math.isinf(stop_s) and voiding.interval_s is not None
    listed = voiding.times_s if math.isinf(stop_s) else voiding.until(stop_s)
    book = _Book.empty(filling)
    start_s = 0.0
    for void_s in listed:
        book = _void(_advanced(filling, book, start_s, void_s - start_s), voiding)
        start_s = void_s
    if endless:
        book = _for_ever(filling, book, start_s, voiding)
    else:
        book = _advanced(filling, book, start_s, stop_s - start_s)
    flow = filling.flow_per_s / filling.effective_rate_per_s
    came = -np.expm1(-filling.effective_rate_per_s * stop_s) if stop_s > 0.0 else 0.0
    return BladderContents(
        nuclides=chain.nuclides,
        decays_bq_s=(book.decays).T,
        end_atoms=book.atoms.T,
        voided_atoms=book.voided.T,
        entered_atoms=(flow * came).sum(axis=0),
    )


def bladder_activity_bq(
    excretion: Excretion,
    *,
    chain: DecayChain,
    voiding: Voiding,
    administered_bq: float,
    time_s: ArrayLike,
) -> Floats:
    """Return the activity of every member in the bladder contents.

    Parameters
    ----------
    time_s
        Times since administration, finite; at a void, the contents before it. (n_times,) [s]
    excretion, chain, voiding, administered_bq
        As in :func:`bladder_contents`. [Bq]

    Returns
    -------
    (n_samples, n_times, n) ndarray
        Activity. [Bq]
    """
    filling = _filling(excretion, chain, administered_bq)
    times = np.atleast_1d(checked("time_s", time_s))
    found = np.zeros((excretion.n_samples, times.size, len(chain.nuclides)))
    if times.size == 0:
        return found
    voids = (*voiding.until(float(times.max())), math.inf)
    book = _Book.empty(filling)
    start_s = 0.0
    for void_s in voids:
        inside = (times <= void_s) & ((times > start_s) | (start_s == 0.0))
        for row in np.flatnonzero(inside):
            later = _advanced(filling, book, start_s, float(times[row]) - start_s)
            found[:, row] = later.atoms.T * chain.decay_constants_per_s
        if math.isfinite(void_s):
            book = _void(_advanced(filling, book, start_s, void_s - start_s), voiding)
            start_s = void_s
    return found


class _Step(NamedTuple):
    """What an interval does: to atoms there at its start, and what unit flows fill in."""

    kept: Floats  # (n, n)
    kept_decays: Floats  # (n, n)
    filled: Floats  # (n_phases, n, n_samples)
    filled_decays: Floats  # (n_phases, n, n_samples)


@dataclass(frozen=True, slots=True, eq=False)
class _Filling:
    """Flow of atoms into the bladder: per phase and sample, at administration."""

    chain: DecayChain
    flow_per_s: Floats  # (n_phases, n_samples) atoms
    effective_rate_per_s: Floats  # (n_phases, n_samples)
    steps: dict[float, _Step]

    def flow_at(self, time_s: float) -> Floats:
        return np.asarray(self.flow_per_s * np.exp(-self.effective_rate_per_s * time_s))

    def step(self, width_s: float) -> _Step:
        for known_s, step in self.steps.items():
            if math.isclose(known_s, width_s, rel_tol=_SAME_WIDTH):
                return step
        if len(self.steps) >= _KEPT_STEPS:
            self.steps.clear()
        self.steps[width_s] = _step(self, width_s)
        return self.steps[width_s]


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    """Atoms in the bladder, decays in it and atoms voided so far. (n, n_samples)."""

    atoms: Floats
    decays: Floats
    voided: Floats

    @classmethod
    def empty(cls, filling: _Filling) -> _Book:
        nothing = np.zeros((len(filling.chain.nuclides), filling.flow_per_s.shape[1]))
        return cls(nothing, nothing, nothing)


def _filling(excretion: Excretion, chain: DecayChain, administered_bq: float) -> _Filling:
    if len(chain.roots) != 1:
        msg = f"the bladder needs the chain of one nuclide, got roots {', '.join(chain.roots)}"
        raise NotSupportedError(msg)
    if not 0.0 <= administered_bq < math.inf:
        msg = f"administered_bq must be finite and >= 0, got {administered_bq}"
        raise InvalidValueError(msg)
    decay_per_s = float(chain.decay_constants_per_s[0])
    rate = excretion.biological_rate_per_s.T
    return _Filling(
        chain=chain,
        flow_per_s=administered_bq / decay_per_s * excretion.share_fraction.T * rate,
        effective_rate_per_s=rate + decay_per_s,
        steps={},
    )


def _step(filling: _Filling, width_s: float) -> _Step:
    """Return what one interval does, exactly: a phase is a member that feeds the first nuclide."""
    rates = filling.chain.decay_constants_per_s
    n = rates.size
    feeding = filling.chain.branching[:n] * rates
    system = {"rates": rates, "feeding": feeding}
    width = np.array([width_s])
    kept, kept_decays = np.zeros((n, n)), np.empty((n, n))
    for column, unit in enumerate(np.eye(n)):
        if math.isfinite(width_s):
            kept[:, column] = exponential.amounts(**system, initial=unit, time=width)[0]
        kept_decays[:, column] = exponential.integrals(**system, initial=unit, time=width)[0]
    with_source = np.zeros((n + 1, n + 1))
    with_source[1:, 1:] = feeding
    with_source[1, 0] = 1.0
    n_samples = filling.flow_per_s.shape[1]
    one = np.zeros((n + 1, n_samples))
    one[0] = 1.0
    filled = np.zeros((filling.flow_per_s.shape[0], n, n_samples))
    filled_decays = np.empty_like(filled)
    for phase, effective in enumerate(filling.effective_rate_per_s):
        sampled = exponential_samples.sampled_system(
            rates=np.vstack([effective, np.repeat(rates[:, None], n_samples, axis=1)]),
            feeding=with_source,
            initial=one,
        )
        if math.isfinite(width_s):
            filled[phase] = exponential_samples.amounts(sampled, time_s=width_s)[1:]
        filled_decays[phase] = exponential_samples.integrals(sampled, time_s=width_s)[1:]
    return _Step(kept, rates[:, None] * kept_decays, filled, rates[:, None] * filled_decays)


def _advanced(filling: _Filling, book: _Book, start_s: float, width_s: float) -> _Book:
    """Return the book after an interval without a void."""
    if width_s == 0.0:
        return book
    step = filling.step(width_s)
    flow = filling.flow_at(start_s)[:, None]
    return _Book(
        atoms=step.kept @ book.atoms + (flow * step.filled).sum(axis=0),
        decays=book.decays
        + step.kept_decays @ book.atoms
        + (flow * step.filled_decays).sum(axis=0),
        voided=book.voided,
    )


def _void(book: _Book, voiding: Voiding) -> _Book:
    left = voiding.residual_fraction * book.atoms
    return _Book(left, book.decays, book.voided + (1.0 - voiding.residual_fraction) * book.atoms)


def _for_ever(filling: _Filling, book: _Book, start_s: float, voiding: Voiding) -> _Book:
    """Return the book after voids at a constant interval without end: a geometric series."""
    if voiding.interval_s is None:
        return book
    step, residual = filling.step(voiding.interval_s), voiding.residual_fraction
    flow_sum = filling.flow_at(start_s) / -np.expm1(
        -filling.effective_rate_per_s * voiding.interval_s
    )
    filled = (flow_sum[:, None] * step.filled).sum(axis=0)
    after_voids = np.linalg.solve(
        np.eye(step.kept.shape[0]) - residual * step.kept, book.atoms + residual * filled
    )
    before_voids = step.kept @ after_voids + filled
    return _Book(
        atoms=np.zeros_like(book.atoms),
        decays=book.decays
        + step.kept_decays @ after_voids
        + (flow_sum[:, None] * step.filled_decays).sum(axis=0),
        voided=book.voided + (1.0 - residual) * before_voids,
    )
