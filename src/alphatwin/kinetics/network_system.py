r"""A network and its sources as one linear system in time, for answers at finite times.

The states are the atoms of each nuclide in each form and compartment that can be reached, and one
state per phase of a measured curve: :math:`a e^{-kt}` is the activity of :math:`a/k` atoms that
nothing but decay at the rate :math:`k` removes. Phases of negative amplitude run beside the others
and are subtracted at the end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from alphatwin.kinetics.network import element_of
from alphatwin.kinetics.network_routing import FORMS, Form, routing, transitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from alphatwin.kinetics.network import Network
    from alphatwin.kinetics.network_routing import Routing
    from alphatwin.kinetics.network_sources import BoundCurves, Sources

    Floats = NDArray[np.float64]


class State(NamedTuple):
    """Atoms of nuclide ``j`` in a form and compartment ``c``; or a phase of its curve."""

    form: Form | str
    c: int
    j: int
    phase: int = -1


@dataclass(slots=True, eq=False)
class Flows:
    """Every flow between states, per atom and second. Rates (), (1,) or (n_samples,) [1/s]."""

    between: dict[tuple[State, State], Floats] = field(default_factory=dict)
    excreted: dict[tuple[State, int], Floats] = field(default_factory=dict)
    ended: dict[State, Floats] = field(default_factory=lambda: defaultdict(lambda: np.zeros(())))

    def add(self, source: State, target: State, rate_per_s: Floats) -> None:
        """Add a flow from one state to another."""
        if np.any(rate_per_s > 0.0):
            key = (source, target)
            self.between[key] = self.between.get(key, np.zeros(())) + rate_per_s

    def excrete(self, source: State, j: int, rate_per_s: Floats) -> None:
        """Add a flow out of the body, as nuclide j."""
        if np.any(rate_per_s > 0.0):
            key = (source, j)
            self.excreted[key] = self.excreted.get(key, np.zeros(())) + rate_per_s

    def route(self, source: State, j: int, rate_per_s: Floats, way: Routing) -> None:
        """Add the flow of atoms of nuclide j that are made from a state."""
        for form, share in zip(FORMS, (way.bound, way.held, way.here), strict=True):
            self.add(source, State(form, source.c, j), rate_per_s * share[..., source.c])
        away_per_s = rate_per_s * way.away[..., source.c]
        for c in range(way.landing.shape[-1]):
            self.add(source, State("free", c, j), away_per_s * way.landing[..., c])
        lost = np.maximum(1.0 - way.landing.sum(axis=-1), 0.0)
        self.excrete(source, j, away_per_s * lost)


class System(NamedTuple):
    """The linear system of some samples.

    Attributes
    ----------
    states
        Meaning of each row.
    transfer_per_s : (n_samples, n, n) ndarray
        Rates between states. [1/s]
    leaving_per_s : (n_samples, n) ndarray
        Rates to the outside. [1/s]
    excretion_per_s : (n_samples, m, n) ndarray
        Part of them that is excretion, by nuclide. [1/s]
    start : (n_samples, n, 2) ndarray
        Atoms at time zero, and those to subtract.
    """

    states: tuple[State, ...]
    transfer_per_s: Floats
    leaving_per_s: Floats
    excretion_per_s: Floats
    start: Floats


def flows(net: Network, sources: Sources) -> Flows:
    """Return every flow of a network and its sources."""
    found = Flows()
    for curves in sources.curves:
        _add_curves(found, net, sources, curves)
    for j in range(len(net.chain.nuclides)):
        for c in range(len(net.compartments)):
            for form in FORMS:
                _add_decay(found, net, State(form, c, j))
            _add_movement(found, net, sources, c=c, j=j)
    return found


def start_atoms(net: Network, sources: Sources) -> dict[Form, Floats]:
    """Return the atoms at time zero of what is not a curve. (n_samples, n, m) each."""
    n_samples = max(net.n_samples, sources.n_samples)
    shape = (n_samples, len(net.compartments), len(net.chain.nuclides))
    atoms: dict[Form, Floats] = {form: np.zeros(shape) for form in FORMS}
    given: dict[Form, Mapping[str, Floats]] = {"free": sources.free_bq, "bound": sources.bound_bq}
    for form, activities in given.items():
        for name, activity_bq in activities.items():
            j = net.chain.index(name)
            atoms[form][:, :, j] += activity_bq / net.chain.decay_constants_per_s[j]
    return atoms


def reached(found: Flows, seeds: Iterable[State]) -> tuple[State, ...]:
    """Return the states that atoms reach from some states."""
    onward: dict[State, list[State]] = defaultdict(list)
    for source, target in found.between:
        onward[source].append(target)
    seen: dict[State, None] = dict.fromkeys(seeds)
    waiting = list(seen)
    while waiting:
        for target in onward[waiting.pop()]:
            if target not in seen:
                seen[target] = None
                waiting.append(target)
    return tuple(seen)


def system(
    net: Network,
    sources: Sources,
    found: Flows,
    *,
    atoms: Mapping[Form, Floats],
    samples: slice,
) -> System:
    """Return the linear system of some samples.

    Parameters
    ----------
    net, sources, found
        The network, what feeds it, and :func:`flows` of both.
    atoms
        :func:`start_atoms` of both.
    samples
        Which samples.
    """
    seeds = phase_atoms(net, sources)
    for form in FORMS:
        for c, j in np.argwhere(atoms[form].any(axis=0)).tolist():
            seeds[State(form, c, j)] = atoms[form][:, c, j]
    states = reached(found, seeds)
    row = {state: i for i, state in enumerate(states)}
    n_samples = len(range(*samples.indices(atoms["free"].shape[0])))
    n = len(states)
    made = System(
        states=states,
        transfer_per_s=np.zeros((n_samples, n, n)),
        leaving_per_s=np.zeros((n_samples, n)),
        excretion_per_s=np.zeros((n_samples, len(net.chain.nuclides), n)),
        start=np.zeros((n_samples, n, 2)),
    )
    for (source, target), rate_per_s in found.between.items():
        if source in row:
            made.transfer_per_s[:, row[target], row[source]] = _part(rate_per_s, samples)
    for (source, j), rate_per_s in found.excreted.items():
        if source in row:
            made.excretion_per_s[:, j, row[source]] = _part(rate_per_s, samples)
    for source, rate_per_s in found.ended.items():
        if source in row:
            made.leaving_per_s[:, row[source]] = _part(rate_per_s, samples)
    made.leaving_per_s[:] += made.excretion_per_s.sum(axis=1)
    for state, content in seeds.items():
        part = _part(content, samples)
        made.start[:, row[state], 0] += np.maximum(part, 0.0)
        made.start[:, row[state], 1] += np.maximum(-part, 0.0)
    return made


def phase_atoms(net: Network, sources: Sources) -> dict[State, Floats]:
    """Return the atoms of each phase of the measured curves at time zero."""
    found: dict[State, Floats] = {}
    for curves in sources.curves:
        j = net.chain.index(curves.nuclide)
        content = curves.amplitude_bq / curves.rate_per_s * (1.0 + _freed(net, sources, j))
        for c, phase in np.ndindex(content.shape[-2:]):
            if np.any(content[..., c, phase]):
                found[State("curve", c, j, phase)] = content[..., c, phase]
    return found


def _freed(net: Network, sources: Sources, j: int) -> Floats:
    """Return the atoms set free alive per decay of a measured curve. (..., 1, 1)."""
    rate_per_s = sources.dechelation_per_s.get(net.chain.nuclides[j], np.zeros(()))
    return np.asarray((rate_per_s / net.chain.decay_constants_per_s[j])[..., None, None])


def _add_curves(found: Flows, net: Network, sources: Sources, curves: BoundCurves) -> None:
    j = net.chain.index(curves.nuclide)
    m = len(net.chain.nuclides)
    freed = _freed(net, sources, j)[..., 0, 0]
    ended = float(net.chain.branching[m:, j].sum() + net.chain.untracked_fractions[j])
    for state in phase_atoms(net, sources):
        if state.j != j:
            continue
        per_s = curves.rate_per_s[..., state.c, state.phase] / (1.0 + freed)
        found.ended[state] = per_s * ended
        for _, i, fraction, escape in (t for t in transitions(net) if t[0] == j):
            way = routing(net, net.chain.nuclides[i], origin="bound", leaves=escape)
            found.route(state, i, per_s * fraction, way)
        if np.any(freed > 0.0):
            way = routing(net, curves.nuclide, origin="bound", leaves=np.ones(()))
            found.route(state, j, per_s * freed, way)


def _add_decay(found: Flows, net: Network, state: State) -> None:
    m = len(net.chain.nuclides)
    decay_per_s = np.asarray(net.chain.decay_constants_per_s[state.j])
    origin = next(form for form in FORMS if form == state.form)
    ended = net.chain.branching[m:, state.j].sum() + net.chain.untracked_fractions[state.j]
    found.ended[state] = decay_per_s * ended
    for j, i, fraction, escape in transitions(net):
        if j == state.j:
            way = routing(net, net.chain.nuclides[i], origin=origin, leaves=escape)
            found.route(state, i, decay_per_s * fraction, way)


def _add_movement(found: Flows, net: Network, sources: Sources, *, c: int, j: int) -> None:
    name = net.chain.nuclides[j]
    for form, kinetics in (("bound", net.vector), ("free", net.elements[element_of(name)])):
        source = State(form, c, j)
        found.excrete(source, j, kinetics.excretion_per_s[..., c])
        for i in range(len(net.compartments)):
            found.add(source, State(form, i, j), kinetics.transfer_per_s[..., i, c])
    if name in sources.dechelation_per_s:
        way = routing(net, name, origin="bound", leaves=np.ones(()))
        found.route(State("bound", c, j), j, sources.dechelation_per_s[name], way)


def _part(values: Floats, samples: slice) -> Floats:
    return values[samples] if values.ndim == 1 and values.size > 1 else values
