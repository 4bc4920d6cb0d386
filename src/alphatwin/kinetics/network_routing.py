"""Where the daughter of an atom goes: bound, held, free here, or landing elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from alphatwin.kinetics.network import element_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from alphatwin.kinetics.network import Network

    Floats = NDArray[np.float64]

Form = Literal["bound", "held", "free"]
FORMS: tuple[Form, ...] = ("bound", "held", "free")


class Routing(NamedTuple):
    """Shares of the atoms made in each compartment that go each way; they sum to one.

    Attributes
    ----------
    bound, held, here : (..., n) ndarray
        Stay in the compartment: on the vector, in the cells, free.
    away : (..., n) ndarray
        Are shared out at once over all compartments.
    landing : (..., n) ndarray
        How: share of these for each compartment; what is missing to one is excreted.
    """

    bound: Floats
    held: Floats
    here: Floats
    away: Floats
    landing: Floats


def routing(net: Network, name: str, *, origin: Form, leaves: Floats) -> Routing:
    """Return where atoms of a nuclide go that are made from atoms of a form.

    Parameters
    ----------
    net
        The network.
    name
        The nuclide that is made.
    origin
        Form of the atoms it is made from.
    leaves
        Probability of leaving the vector, used where ``origin`` is ``bound``. (...)
    """
    element = net.elements[element_of(name)]
    zero = np.zeros(len(net.compartments))
    landing = zero if element.landing is None else element.landing
    if origin == "free":
        here = np.ones_like(zero) if element.landing is None else element.retention
        return Routing(zero, zero, here, 1.0 - here, landing)
    out = leaves[..., None] + zero if origin == "bound" else np.ones_like(zero)
    kept = element.retention * (net.internalised if origin == "bound" else 1.0)
    loose = out * (1.0 - kept)
    if element.landing is None:
        return Routing(1.0 - out, out * kept, loose, zero, landing)
    return Routing(1.0 - out, out * kept, zero, loose, landing)


def transitions(net: Network) -> Iterator[tuple[int, int, float, Floats]]:
    """Yield parent, daughter, branching fraction and escape probability, parents first."""
    chain = net.chain
    for j, parent in enumerate(chain.nuclides):
        for i, daughter in enumerate(chain.nuclides):
            if chain.branching[i, j] > 0.0:
                yield j, i, float(chain.branching[i, j]), net.escape[parent, daughter]
