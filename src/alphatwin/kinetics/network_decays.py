r"""Decays in a network to the end of time: linear algebra, member by member down the chain.

With :math:`M_d` the matrix of losses of nuclide :math:`d` (transfer, excretion, decay) and
:math:`p_d` the atoms of it that are ever made or were there, by compartment, the integral of its
content over all time is :math:`M_d^{-1} p_d` and its decays are
:math:`\lambda_d M_d^{-1} p_d`; what they make of the next members is :math:`p` of those. No
difference is taken anywhere after the measured curves, so that each result is exact to round-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network import element_of
from alphatwin.kinetics.network_algebra import Closed
from alphatwin.kinetics.network_result import Redistribution
from alphatwin.kinetics.network_routing import FORMS, Form, routing, transitions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from numpy.typing import NDArray

    from alphatwin.kinetics.network import Network
    from alphatwin.kinetics.network_routing import Routing
    from alphatwin.kinetics.network_sources import BoundCurves, Sources

    Floats = NDArray[np.float64]
    ClosedSystems = MutableMapping[tuple[Form, int, bytes], Closed]

# Decays of a measured curve may come out below zero by this share of its phases: round-off.
_ROUND_OFF = 1e-12


@dataclass(slots=True, eq=False)
class Books:
    """Atoms and decays of a run, filled member by member; arrays (n_samples, n, m) or less."""

    atoms: dict[Form, Floats]
    decays: dict[Form, Floats]
    made: Floats
    excreted: Floats

    @classmethod
    def empty(cls, n_samples: int, n: int, m: int) -> Books:
        """Return books in which nothing happened."""
        return cls(
            atoms={form: np.zeros((n_samples, n, m)) for form in FORMS},
            decays={form: np.zeros((n_samples, n, m)) for form in FORMS},
            made=np.zeros((n_samples, m)),
            excreted=np.zeros((n_samples, m)),
        )

    def add(self, i: int, made_atoms: Floats, way: Routing) -> None:
        """Book the atoms of nuclide i made in each compartment. (n_samples, n)."""
        self.made[:, i] += made_atoms.sum(axis=-1)
        if way.bound.any():
            self.atoms["bound"][:, :, i] += made_atoms * way.bound
        if way.held.any():
            self.atoms["held"][:, :, i] += made_atoms * way.held
        if way.here.any():
            self.atoms["free"][:, :, i] += made_atoms * way.here
        if way.away.any():
            away = (made_atoms * way.away).sum(axis=-1)
            self.atoms["free"][:, :, i] += away[:, None] * way.landing
            self.excreted[:, i] += away * (1.0 - way.landing.sum(axis=-1))


def decays_to_the_end(
    net: Network,
    sources: Sources,
    *,
    start_s: float,
    start_atoms: Mapping[Form, Floats],
    known: ClosedSystems | None = None,
) -> Redistribution:
    """Return the decays from a time on to the end.

    Parameters
    ----------
    net, sources
        The network and what feeds it; checked.
    start_s
        Start, from which on the measured curves are followed. [s]
    start_atoms
        Atoms present then, by form. (n_samples, n, m)
    known
        Systems of this network that are solved already; new ones are added.
    """
    known = {} if known is None else known
    given = given_decays(net, sources, lambda curves: _to_infinity(curves, start_s=start_s))
    n_samples = start_atoms["free"].shape[0]
    books = Books.empty(n_samples, len(net.compartments), len(net.chain.nuclides))
    for form in FORMS:
        books.atoms[form] += start_atoms[form]
    supplied = _hand_over(net, sources, given, books)
    onward = {
        (form, j): [t for t in transitions(net) if t[0] == j]
        for form in FORMS
        for j in range(len(net.chain.nuclides))
    }
    for j in range(len(net.chain.nuclides)):
        for form in FORMS:
            if books.atoms[form][:, :, j].any():
                _settle(net, sources, books, form=form, j=j, known=known)
                for _, i, fraction, escape in onward[form, j]:
                    way = routing(net, net.chain.nuclides[i], origin=form, leaves=escape)
                    books.add(i, fraction * books.decays[form][:, :, j], way)
    return result(
        net,
        given=given,
        books=books,
        start_atoms=sum_of_forms(start_atoms),
        end_atoms=np.zeros_like(books.made),
        supplied=supplied,
    )


def given_decays(
    net: Network, sources: Sources, integral: Callable[[BoundCurves], tuple[Floats, Floats]]
) -> Floats:
    """Return the decays of the measured curves. (1 or n_samples, n, m) [Bq s].

    ``integral`` gives the integral of each phase and of its amplitude's size.
    """
    n_samples = sources.n_samples
    given = np.zeros((n_samples, len(net.compartments), len(net.chain.nuclides)))
    for curves in sources.curves:
        total, size = integral(curves)
        if np.any(total < -_ROUND_OFF * size):
            where = int(np.argwhere(total < -_ROUND_OFF * size)[0][-1])
            msg = (
                f"the curve of {curves.nuclide} in {net.compartments[where]} has fewer than no "
                f"decays ({total.min():.6g}); amplitudes and rates must keep it positive"
            )
            raise InvalidValueError(msg)
        given[:, :, net.chain.index(curves.nuclide)] = np.maximum(total, 0.0)
    return given


def _to_infinity(curves: BoundCurves, *, start_s: float) -> tuple[Floats, Floats]:
    each = curves.amplitude_bq * np.exp(-curves.rate_per_s * start_s) / curves.rate_per_s
    return each.sum(axis=-1), np.abs(each).sum(axis=-1)


def _hand_over(net: Network, sources: Sources, given: Floats, books: Books) -> Floats:
    """Book what the measured curves make and set free; return the number of atoms."""
    supplied = np.zeros(books.made.shape[0])
    decay_per_s = net.chain.decay_constants_per_s
    for curves in sources.curves:
        j = net.chain.index(curves.nuclide)
        for _, i, fraction, escape in (t for t in transitions(net) if t[0] == j):
            way = routing(net, net.chain.nuclides[i], origin="bound", leaves=escape)
            books.add(i, fraction * given[:, :, j], way)
        supplied += given[:, :, j].sum(axis=-1)
        if curves.nuclide in sources.dechelation_per_s:
            rate_per_s = sources.dechelation_per_s[curves.nuclide]
            lost = given[:, :, j] * (rate_per_s / decay_per_s[j])[..., None]
            way = routing(net, curves.nuclide, origin="bound", leaves=np.ones(()))
            books.add(j, lost, way)
            supplied += lost.sum(axis=-1)
    return supplied


def _settle(
    net: Network, sources: Sources, books: Books, *, form: Form, j: int, known: ClosedSystems
) -> None:
    """Turn the atoms of a nuclide in a form into decays, excretion and dechelation."""
    name = net.chain.nuclides[j]
    decay_per_s = float(net.chain.decay_constants_per_s[j])
    atoms = books.atoms[form][:, :, j]
    if form == "held":
        books.decays[form][:, :, j] = atoms
        return
    kinetics = net.vector if form == "bound" else net.elements[element_of(name)]
    freed_per_s = np.zeros(1)
    if form == "bound" and name in sources.dechelation_per_s:
        freed_per_s = np.atleast_1d(sources.dechelation_per_s[name])
    key = (form, j, freed_per_s.tobytes())
    if key not in known:
        leaving_per_s = kinetics.excretion_per_s + freed_per_s[:, None] + decay_per_s
        known[key] = Closed.of(_samples_last(kinetics.transfer_per_s, axes=2), leaving_per_s.T)
    integral = known[key].integrals(atoms.T).T
    books.decays[form][:, :, j] = decay_per_s * integral
    books.excreted[:, j] += (kinetics.excretion_per_s * integral).sum(axis=-1)
    if freed_per_s.any():
        way = routing(net, name, origin="bound", leaves=np.ones(()))
        made = books.made[:, j].copy()
        books.add(j, freed_per_s[:, None] * integral, way)
        books.made[:, j] = made  # the same atoms in another form


def _samples_last(values: Floats, *, axes: int) -> Floats:
    return values[..., None] if values.ndim == axes else np.moveaxis(values, 0, -1)


def sum_of_forms(atoms: Mapping[Form, Floats]) -> Floats:
    """Return the atoms of every nuclide in the whole network. (n_samples, m)."""
    total = sum((atoms[form] for form in FORMS), start=np.zeros_like(atoms["free"]))
    return np.asarray(total.sum(axis=1))


def result(
    net: Network,
    *,
    given: Floats,
    books: Books,
    start_atoms: Floats,
    end_atoms: Floats,
    supplied: Floats,
) -> Redistribution:
    """Return the answer of a run from its books."""
    m = len(net.chain.nuclides)
    shape = books.decays["free"].shape
    all_decays = given + books.decays["bound"] + books.decays["held"] + books.decays["free"]
    by_nuclide = all_decays.sum(axis=1)
    return Redistribution(
        compartments=net.compartments,
        nuclides=net.chain.nuclides,
        given_bq_s=np.array(np.broadcast_to(given, shape)),
        bound_bq_s=books.decays["bound"],
        held_bq_s=books.decays["held"],
        free_bq_s=books.decays["free"],
        made_atoms=books.made,
        start_atoms=start_atoms,
        end_atoms=end_atoms,
        excreted_atoms=books.excreted,
        stable_atoms=by_nuclide @ net.chain.branching[m:].sum(axis=0),
        untracked_atoms=by_nuclide @ net.chain.untracked_fractions,
        supplied_atoms=supplied,
    )
