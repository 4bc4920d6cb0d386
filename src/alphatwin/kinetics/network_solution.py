"""Decays and activities in a network: over all time, over an interval, at given times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network_algebra import propagators
from alphatwin.kinetics.network_decays import (
    Books,
    decays_to_the_end,
    given_decays,
    result,
)
from alphatwin.kinetics.network_routing import FORMS, Form, transitions
from alphatwin.kinetics.network_system import System, flows, start_atoms, system

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.network import Network
    from alphatwin.kinetics.network_decays import ClosedSystems
    from alphatwin.kinetics.network_result import Redistribution
    from alphatwin.kinetics.network_sources import BoundCurves, Sources

    Floats = NDArray[np.float64]

# Matrices of so many numbers are held at once (64 MiB each): samples are taken in blocks.
_BLOCK_NUMBERS = 8_000_000


def cumulated_decays(
    net: Network,
    sources: Sources,
    *,
    start_s: float = 0.0,
    stop_s: float = np.inf,
    known: ClosedSystems | None = None,
) -> Redistribution:
    """Return the decays of every nuclide in every compartment between two times.

    Parameters
    ----------
    net
        The network.
    sources
        What feeds it.
    start_s, stop_s
        Limits since the injection; ``stop_s`` may be infinite. [s]
    known
        Systems of this network that other sources had solved already; new ones are added.

    Returns
    -------
    Redistribution
        Decays by compartment, form and nuclide, and the balance of atoms. To infinity, each is
        exact to round-off of what the measured curves supply; over a finite interval, to 1e-9 of
        what their positive phases supply, for all above 1e-20 of the total.

    Raises
    ------
    InvalidValueError
        If the sources do not fit the network, a curve has fewer than no decays, samples differ in
        number, or the limits are not ``0 <= start_s < stop_s``.
    """
    sources.check(net)
    if not 0.0 <= start_s < stop_s or not np.isfinite(start_s):
        msg = f"need 0 <= start_s < stop_s, got start_s={start_s}, stop_s={stop_s}"
        raise InvalidValueError(msg)
    _check_samples(net, sources)
    atoms = start_atoms(net, sources)
    if start_s > 0.0 and np.isinf(stop_s):
        then = _atoms_at(net, sources, np.array([start_s]))
        return decays_to_the_end(
            net,
            sources,
            start_s=start_s,
            start_atoms={f: then[f][:, 0] for f in FORMS},
            known=known,
        )
    if np.isinf(stop_s):
        return decays_to_the_end(net, sources, start_s=0.0, start_atoms=atoms, known=known)
    return _decays_between(net, sources, start_s=start_s, stop_s=stop_s)


def activities_bq(net: Network, sources: Sources, *, time_s: ArrayLike) -> Floats:
    """Return the activity of every nuclide in every compartment at given times.

    Parameters
    ----------
    net
        The network.
    sources
        What feeds it.
    time_s
        Times since the injection, none negative. (n_times,) [s]

    Returns
    -------
    (n_samples, n_times, n, m) ndarray
        Activity in all forms. Exact to 1e-9 of what the positive phases of the measured curves
        make, for all above 1e-20 of the total. [Bq]

    Raises
    ------
    InvalidValueError
        If the sources do not fit the network, or a time is negative or not finite.
    """
    sources.check(net)
    _check_samples(net, sources)
    times = np.atleast_1d(np.asarray(time_s, dtype=np.float64))
    if times.ndim != 1 or not np.all((times >= 0.0) & np.isfinite(times)):
        msg = f"time_s must be one-dimensional, finite and >= 0, got {times.tolist()}"
        raise InvalidValueError(msg)
    atoms = _atoms_at(net, sources, times)
    activity = sum(
        (atoms[form] for form in FORMS), start=np.zeros_like(atoms["free"])
    ) * np.asarray(net.chain.decay_constants_per_s)
    for curves in sources.curves:
        phases = curves.amplitude_bq[..., None, :, :] * np.exp(
            -curves.rate_per_s[..., None, :, :] * times[:, None, None]
        )
        activity[..., net.chain.index(curves.nuclide)] += phases.sum(axis=-1)
    return activity


def _atoms_at(net: Network, sources: Sources, times: Floats) -> dict[Form, Floats]:
    """Return the atoms in each form at each time. (n_samples, n_times, n, m) each."""
    n_samples = max(net.n_samples, sources.n_samples)
    shape = (n_samples, times.size, len(net.compartments), len(net.chain.nuclides))
    found: dict[Form, Floats] = {form: np.zeros(shape) for form in FORMS}
    order = np.argsort(times, kind="stable")
    for samples, one in _blocks(net, sources):
        content, now_s = one.start, 0.0
        for k in order.tolist():
            if times[k] > now_s:
                step = propagators(one.transfer_per_s, one.leaving_per_s, time_s=times[k] - now_s)
                content, now_s = step.state @ content, float(times[k])
            _enter(found, one, content[..., 0] - content[..., 1], samples=samples, k=k)
    return found


def _decays_between(
    net: Network, sources: Sources, *, start_s: float, stop_s: float
) -> Redistribution:
    n_samples = max(net.n_samples, sources.n_samples)
    n, m = len(net.compartments), len(net.chain.nuclides)
    books = Books.empty(n_samples, n, m)
    ends = np.zeros((2, n_samples, m))
    for samples, one in _blocks(net, sources):
        start = one.start
        if start_s > 0.0:
            before = propagators(one.transfer_per_s, one.leaving_per_s, time_s=start_s)
            start = before.state @ start
        step = propagators(one.transfer_per_s, one.leaving_per_s, time_s=stop_s - start_s)
        stay = _difference(step.integral @ start)
        _book(books, net, one, stay, samples=samples)
        for k, content in enumerate((start, step.state @ start)):
            ends[k, samples] = _by_nuclide(one, _difference(content), m)
    given = given_decays(
        net, sources, lambda curves: _between(curves, start_s=start_s, stop_s=stop_s)
    )
    freed = _freed_atoms(net, sources, given)
    decays = given + sum(books.decays[form] for form in FORMS)
    for j, i, fraction, _ in transitions(net):
        books.made[:, i] += fraction * decays[:, :, j].sum(axis=-1)
    books.made += freed
    supplied = np.broadcast_to(given.sum(axis=(1, 2)) + freed.sum(axis=-1), (n_samples,))
    return result(
        net,
        given=given,
        books=books,
        start_atoms=ends[0],
        end_atoms=ends[1],
        supplied=np.array(supplied),
    )


def _blocks(net: Network, sources: Sources) -> Iterator[tuple[slice, System]]:
    """Yield the linear system of some samples after others."""
    found = flows(net, sources)
    atoms = start_atoms(net, sources)
    n_samples = atoms["free"].shape[0]
    size = system(net, sources, found, atoms=atoms, samples=slice(0, 1)).leaving_per_s.size
    step = max(1, _BLOCK_NUMBERS // max(1, size * size))
    for first in range(0, n_samples, step):
        samples = slice(first, min(first + step, n_samples))
        yield samples, system(net, sources, found, atoms=atoms, samples=samples)


def _enter(
    found: dict[Form, Floats], one: System, content: Floats, *, samples: slice, k: int
) -> None:
    for i, state in enumerate(one.states):
        for form in FORMS:
            if state.form == form:
                found[form][samples, k, state.c, state.j] = content[:, i]


def _book(books: Books, net: Network, one: System, stay: Floats, *, samples: slice) -> None:
    """Book decays and excretion from the integral of each state. (n_samples, n) [s]."""
    for i, state in enumerate(one.states):
        for form in FORMS:
            if state.form == form:
                decay_per_s = net.chain.decay_constants_per_s[state.j]
                books.decays[form][samples, state.c, state.j] = decay_per_s * stay[:, i]
    books.excreted[samples] = np.matmul(one.excretion_per_s, stay[..., None])[..., 0]


def _by_nuclide(one: System, content: Floats, m: int) -> Floats:
    """Return the atoms of each nuclide in all states but those of the curves."""
    member = np.zeros((len(one.states), m))
    for i, state in enumerate(one.states):
        member[i, state.j] = float(state.form != "curve")
    return np.asarray(content @ member)


def _difference(pair: Floats) -> Floats:
    return np.asarray(pair[..., 0] - pair[..., 1])


def _between(curves: BoundCurves, *, start_s: float, stop_s: float) -> tuple[Floats, Floats]:
    at_start = curves.amplitude_bq * np.exp(-curves.rate_per_s * start_s)
    each = at_start * -np.expm1(-curves.rate_per_s * (stop_s - start_s)) / curves.rate_per_s
    return each.sum(axis=-1), np.abs(each).sum(axis=-1)


def _freed_atoms(net: Network, sources: Sources, given: Floats) -> Floats:
    """Return the atoms that left the measured curves alive. (n_samples, m)."""
    freed = np.zeros((max(net.n_samples, sources.n_samples), len(net.chain.nuclides)))
    for curves in sources.curves:
        if curves.nuclide in sources.dechelation_per_s:
            j = net.chain.index(curves.nuclide)
            per_decay = (
                sources.dechelation_per_s[curves.nuclide] / net.chain.decay_constants_per_s[j]
            )
            freed[:, j] = given[:, :, j].sum(axis=-1) * per_decay
    return freed


def _check_samples(net: Network, sources: Sources) -> None:
    one, other = net.n_samples, sources.n_samples
    if one != other and 1 not in {one, other}:
        msg = f"network and sources must have the same number of samples, got {one} and {other}"
        raise InvalidValueError(msg)
