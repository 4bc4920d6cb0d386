r"""Compartments times decay chain: where daughters are made, held, carried and excreted.

Atoms are in one of three forms. **Bound** to the vector, they are where the vector is. **Held**,
they have left the vector but stay in the cell that took it in. **Free**, they move as their element
does: with transfer rates :math:`f_{ij}` from compartment :math:`j` to :math:`i` and excretion rates
:math:`\epsilon_j`.

When a bound atom decays, the daughter leaves the vector with an escape probability of the
transition, else it stays bound. Having left, it is held with probability (share of the vector that
is internalised) x (retention of the element there), else it is free. The daughter of a held atom is
held with the retention of its element, else free. Free atoms are free where they were made, or, for
an element with **landing** shares, are at once in other compartments: the instantaneous
redistribution of simpler programs.

The activity of the vector's own nuclide is not computed but given, as measured: a sum of
exponentials in each compartment (:class:`~alphatwin.kinetics.network_sources.BoundCurves`).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network_checks import (
    check_landing,
    checked,
    freeze,
    index_of,
    need_compartments,
    samples_of,
)
from alphatwin.nuclides import canonical_name, nuclide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.nuclides import DecayChain

    Floats = NDArray[np.float64]

ESCAPE_BY_MODE: Final[Mapping[str, float]] = MappingProxyType(
    {"alpha": 1.0, "beta-": 0.0, "EC/beta+": 0.0}
)
"""Escape probability where none is given: an alpha recoil breaks any chelate."""


@dataclass(frozen=True, slots=True, eq=False)
class FreeElement:
    """How free atoms of one element move, and what keeps them.

    Every array may have a leading axis of samples.

    Attributes
    ----------
    transfer_per_s
        Rate from compartment j to i; zero where i = j. (..., n, n) [1/s]
    excretion_per_s
        Rate of leaving the body. (..., n) [1/s]
    retention
        Probability that an atom made inside a cell of the compartment stays in it. (..., n)
    landing
        Share of the atoms set free anywhere that is at once in each compartment; what is missing
        to one is excreted at once. None: atoms are free where they are made. (..., n)
    """

    transfer_per_s: Floats
    excretion_per_s: Floats
    retention: Floats
    landing: Floats | None = None

    def __post_init__(self) -> None:
        freeze(self, "transfer_per_s", self.transfer_per_s)
        freeze(self, "excretion_per_s", self.excretion_per_s)
        freeze(self, "retention", self.retention, probability=True)
        n = self.excretion_per_s.shape[-1]
        for name in ("transfer_per_s", "retention", "landing"):
            values = getattr(self, name)
            wanted = (n, n) if name == "transfer_per_s" else (n,)
            if values is not None and np.shape(values)[-len(wanted) :] != wanted:
                msg = f"{name} must end in the shape {wanted}, got {np.shape(values)}"
                raise InvalidValueError(msg)
        if np.any(np.diagonal(self.transfer_per_s, axis1=-2, axis2=-1)):
            msg = (
                "transfer_per_s must be zero from a compartment to itself: losses follow from the "
                "transfers and excretion_per_s, so that the network cannot leak; leave it out"
            )
            raise InvalidValueError(msg)
        if self.landing is not None:
            freeze(self, "landing", self.landing, probability=True)
            check_landing(self.landing)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Compartments, a decay chain, and what happens to atoms in them.

    Build it with :func:`network`.

    Attributes
    ----------
    compartments
        Their names. (n)
    chain
        The decay chain.
    elements
        How the free atoms of each element of the chain move, by symbol.
    escape
        Probability that a daughter leaves the vector, by (parent, daughter). (...)
    internalised
        Share of the bound atoms that is inside cells. (..., n)
    vector
        How bound daughters move; retention and landing are not used.
    """

    compartments: tuple[str, ...]
    chain: DecayChain
    elements: Mapping[str, FreeElement]
    escape: Mapping[tuple[str, str], Floats]
    internalised: Floats
    vector: FreeElement

    @property
    def n_samples(self) -> int:
        """Number of samples over which anything varies, 1 if nothing does."""
        return samples_of(
            [
                *(e.transfer_per_s[..., 0] for e in (*self.elements.values(), self.vector)),
                *(e.excretion_per_s for e in (*self.elements.values(), self.vector)),
                *(e.retention for e in self.elements.values()),
                *(e.landing for e in self.elements.values() if e.landing is not None),
                self.internalised,
                *(p[..., None] for p in self.escape.values()),
            ]
        )

    def index(self, compartment: str) -> int:
        """Return the column of a compartment in every array."""
        return index_of(self.compartments, compartment)


def network(
    compartments: Sequence[str],
    *,
    chain: DecayChain,
    elements: Mapping[str, FreeElement],
    escape_probability: Mapping[tuple[str, str], ArrayLike] | None = None,
    escape_by_mode: Mapping[str, ArrayLike] = ESCAPE_BY_MODE,
    internalised_fraction: ArrayLike = 0.0,
    vector: FreeElement | None = None,
) -> Network:
    """Return a network, every value checked.

    Parameters
    ----------
    compartments
        Names, each once. (n)
    chain
        The decay chain.
    elements
        How the free atoms of each element of the chain move, by symbol (``"Fr"``).
    escape_probability
        Probability that a daughter leaves the vector, by (parent, daughter). (...)
    escape_by_mode
        The same by mode of decay, for transitions not named: ``alpha``, ``beta-``, ``EC/beta+``.
    internalised_fraction
        Share of the bound atoms that is inside cells. () or (..., n)
    vector
        How bound daughters move; by default they stay where they were made.

    Raises
    ------
    InvalidValueError
        If a probability is outside 0 to 1, a rate is negative, an element of the chain is missing,
        a transition is not in the chain, or shapes do not fit.
    """
    names = tuple(compartments)
    n = len(names)
    if n == 0 or len(set(names)) < n:
        msg = f"compartments must be named, each once; got {', '.join(names) or 'none'}"
        raise InvalidValueError(msg)
    missing = sorted({element_of(m) for m in chain.nuclides} - set(elements))
    if missing:
        msg = (
            f"elements must say how each element of the chain moves; missing: "
            f"{', '.join(missing)}; use free_element() for one that stays"
        )
        raise InvalidValueError(msg)
    still = free_element(n) if vector is None else vector
    for symbol, element in (*elements.items(), ("vector", still)):
        need_compartments(f"elements[{symbol!r}]", element.excretion_per_s, n)
    internalised = checked("internalised_fraction", internalised_fraction, probability=True)
    if internalised.ndim == 0:
        internalised = np.full(n, float(internalised))
    need_compartments("internalised_fraction", internalised, n)
    found = Network(
        compartments=names,
        chain=chain,
        elements=MappingProxyType(dict(elements)),
        escape=_escape(chain, escape_probability or {}, escape_by_mode),
        internalised=internalised,
        vector=still,
    )
    _ = found.n_samples  # refuses samples of different number
    return found


def free_element(
    n_compartments: int,
    *,
    transfer_per_s: ArrayLike | None = None,
    excretion_per_s: ArrayLike | None = None,
    retention: ArrayLike = 0.0,
    landing: ArrayLike | None = None,
) -> FreeElement:
    """Return how an element moves; what is not given is zero: it stays and is not excreted.

    Parameters
    ----------
    n_compartments
        Number of compartments n.
    transfer_per_s, excretion_per_s, retention, landing
        As in :class:`FreeElement`; ``retention`` may be one number.
    """
    n = n_compartments
    kept = np.asarray(retention, dtype=np.float64)
    return FreeElement(
        transfer_per_s=np.asarray(
            np.zeros((n, n)) if transfer_per_s is None else transfer_per_s, dtype=np.float64
        ),
        excretion_per_s=np.asarray(
            np.zeros(n) if excretion_per_s is None else excretion_per_s, dtype=np.float64
        ),
        retention=np.full(n, float(kept)) if kept.ndim == 0 else kept,
        landing=None if landing is None else np.asarray(landing, dtype=np.float64),
    )


def transfers(
    compartments: Sequence[str], rates_per_s: Mapping[tuple[str, str], ArrayLike]
) -> Floats:
    """Return transfer rates as a matrix.

    Parameters
    ----------
    compartments
        Names. (n)
    rates_per_s
        Rate by (from, to), a number or one per sample. (...) [1/s]

    Returns
    -------
    (..., n, n) ndarray
        Rates from column j to row i. [1/s]
    """
    names = tuple(compartments)
    rates = {key: np.asarray(value, dtype=np.float64) for key, value in rates_per_s.items()}
    shape = np.broadcast_shapes(*(r.shape for r in rates.values())) if rates else ()
    matrix = np.zeros((*shape, len(names), len(names)))
    for (source, target), rate in rates.items():
        matrix[..., index_of(names, target), index_of(names, source)] += rate
    return matrix


def element_of(name: str) -> str:
    """Return the symbol of a nuclide's element."""
    return name.split("-", maxsplit=1)[0]


def _escape(
    chain: DecayChain, given: Mapping[tuple[str, str], ArrayLike], by_mode: Mapping[str, ArrayLike]
) -> Mapping[tuple[str, str], Floats]:
    escape: dict[tuple[str, str], Floats] = {}
    for parent in chain.nuclides:
        for branch in nuclide(parent, decay_data=chain.decay_data).branches:
            if branch.daughter in chain.nuclides:
                escape[parent, branch.daughter] = checked(
                    f"escape_by_mode[{branch.mode!r}]", by_mode[branch.mode], probability=True
                )
    for (parent, daughter), value in given.items():
        key = (canonical_name(parent), canonical_name(daughter))
        if key not in escape:
            allowed = ", ".join(f"{p} -> {d}" for p, d in escape)
            msg = f"escape_probability: {key[0]} -> {key[1]} is not in the chain; it has {allowed}"
            raise InvalidValueError(msg)
        escape[key] = checked(f"escape_probability[{key[0]} -> {key[1]}]", value, probability=True)
    return MappingProxyType(escape)
