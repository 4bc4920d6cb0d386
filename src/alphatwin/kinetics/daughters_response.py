r"""Decays of every member in every compartment, per decay of the agent's nuclide on the vector.

A network whose own figures carry no samples is linear in what feeds it
(docs/theory-daughters.md, eq. D4): with the decays :math:`\tilde A_r` of the nuclide on the vector
in region :math:`r` and the activity :math:`A_0` injected,

.. math:: \tilde A_{c,n} = \sum_r R_{c,n,r}\, \tilde A_r + I_{c,n}\, A_0 .

The response :math:`R` and :math:`I` are solved once, exactly; any number of samples of the curves
then costs a product of matrices. When in time the decays on the vector happen does not matter to
their sums over all time, as nothing in the network depends on time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.daughters_injected import injected_sources
from alphatwin.kinetics.network_checks import index_of
from alphatwin.kinetics.network_solution import cumulated_decays
from alphatwin.kinetics.network_sources import BoundCurves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.network import Network

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DaughterResponse:
    """How a network answers to decays on the vector and to what was injected beside it.

    Attributes
    ----------
    compartments, nuclides
        Names. (n), (m)
    roots
        Nuclides on the vector: the agent's, then an impurity.
    regions
        Compartments in which the vector is. (n_regions)
    decays_per_decay
        Decays of each member in each compartment, per decay on the vector.
        (n_roots, n_regions, n, m)
    decays_per_injected_bq
        Decays of each member in each compartment that follow from what was injected free or grown
        in the vial, per activity of the agent's nuclide injected. (n, m) [Bq s/Bq]
    excreted_per_decay, excreted_per_injected_bq
        Atoms of each member that leave the body alive, likewise. (n_roots, n_regions, m), (m)
    unaccounted_share
        Largest share of atoms that the solver's own book-keeping misses.
    """

    compartments: tuple[str, ...]
    nuclides: tuple[str, ...]
    roots: tuple[str, ...]
    regions: tuple[str, ...]
    decays_per_decay: Floats
    decays_per_injected_bq: Floats
    excreted_per_decay: Floats
    excreted_per_injected_bq: Floats
    unaccounted_share: float

    def decays(
        self, compartment: str, *, on_vector_decays: Sequence[ArrayLike], injected_bq: float
    ) -> Floats:
        """Return the decays of every member in a compartment.

        Parameters
        ----------
        compartment
            Its name.
        on_vector_decays
            Decays on the vector of each root. (..., n_regions) each [Bq s]
        injected_bq
            Activity of the agent's nuclide injected. [Bq]

        Returns
        -------
        (..., m) ndarray
            Decays to the end of time. [Bq s]

        Raises
        ------
        InvalidValueError
            If the compartment is not in the network, or roots are missing.
        """
        c = index_of(self.compartments, compartment)
        if len(on_vector_decays) != len(self.roots):
            msg = (
                f"on_vector_decays must hold those of {', '.join(self.roots)}, "
                f"got {len(on_vector_decays)}"
            )
            raise InvalidValueError(msg)
        total = injected_bq * self.decays_per_injected_bq[c]
        for each, per_decay in zip(on_vector_decays, self.decays_per_decay, strict=True):
            total = total + np.asarray(each, dtype=np.float64) @ per_decay[:, c]
        return np.asarray(total)

    def excreted_atoms(
        self, *, on_vector_decays: Sequence[ArrayLike], injected_bq: float
    ) -> Floats:
        """Return the atoms of every member that leave the body alive.

        Parameters
        ----------
        on_vector_decays, injected_bq
            As in :meth:`decays`. [Bq s], [Bq]

        Returns
        -------
        (..., m) ndarray
            Atoms.
        """
        total = injected_bq * self.excreted_per_injected_bq
        for each, per_decay in zip(on_vector_decays, self.excreted_per_decay, strict=True):
            total = total + np.asarray(each, dtype=np.float64) @ per_decay
        return np.asarray(total)


def daughter_response(
    net: Network,
    *,
    regions: Sequence[str],
    roots: Sequence[str],
    radiochemical_purity: float = 1.0,
    impurity_activity_fraction: float = 0.0,
    since_purification_s: float | None = None,
    dechelation_per_s: float = 0.0,
) -> DaughterResponse:
    """Return how a network answers to decays on the vector and to what was injected beside it.

    Parameters
    ----------
    net
        The network, without samples.
    regions
        Compartments in which the vector is.
    roots
        Nuclides on the vector: the agent's, then an impurity.
    radiochemical_purity, impurity_activity_fraction, since_purification_s, dechelation_per_s
        As in :func:`~alphatwin.kinetics.daughters_injected.injected_sources`. [s], [1/s]

    Raises
    ------
    InvalidValueError
        If the network carries samples, or a value is impossible.
    """
    if net.n_samples > 1:
        msg = f"the network must carry no samples, got {net.n_samples}; solve it with its sources"
        raise InvalidValueError(msg)
    n = len(net.compartments)
    columns = [net.index(region) for region in regions]
    unit_runs = []
    for k, root in enumerate(roots):
        one = np.zeros((len(columns) * len(roots), n, 1))
        decay_per_s = float(net.chain.decay_constants_per_s[net.chain.index(root)])
        one[k * len(columns) + np.arange(len(columns)), columns, 0] = decay_per_s
        unit_runs.append(
            BoundCurves(root, amplitude_bq=one, rate_per_s=np.full_like(one, decay_per_s))
        )
    by_curve = cumulated_decays(
        net,
        injected_sources(
            net, curves=unit_runs, administered_bq=0.0, dechelation_per_s=dechelation_per_s
        ),
    )
    nothing = [
        BoundCurves(c.nuclide, amplitude_bq=0.0 * c.amplitude_bq[:1], rate_per_s=c.rate_per_s[:1])
        for c in unit_runs
    ]
    by_injection = cumulated_decays(
        net,
        injected_sources(
            net,
            curves=nothing,
            administered_bq=1.0,
            radiochemical_purity=radiochemical_purity,
            impurity_activity_fraction=impurity_activity_fraction,
            since_purification_s=since_purification_s,
        ),
    )
    m = len(net.chain.nuclides)
    return DaughterResponse(
        compartments=net.compartments,
        nuclides=net.chain.nuclides,
        roots=tuple(roots),
        regions=tuple(regions),
        decays_per_decay=by_curve.decays_bq_s.reshape(len(roots), len(columns), n, m),
        decays_per_injected_bq=by_injection.decays_bq_s[0],
        excreted_per_decay=by_curve.excreted_atoms.reshape(len(roots), len(columns), m),
        excreted_per_injected_bq=by_injection.excreted_atoms[0],
        unaccounted_share=max(
            float(e.max())
            for run in (by_curve, by_injection)
            for e in (run.balance_error(), run.whole_body_error())
        ),
    )
