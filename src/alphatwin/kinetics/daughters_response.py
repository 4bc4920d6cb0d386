r"""Decays of every member in every compartment, per decay of the agent's nuclide on the vector.

A network is linear in what feeds it
(docs/theory-daughters.md, eq. D4): with the decays :math:`\tilde A_r` of the nuclide on the vector
in region :math:`r` and the activity :math:`A_0` injected,

.. math:: \tilde A_{c,n} = \sum_r R_{c,n,r}\, \tilde A_r + I_{c,n}\, A_0 .

The response :math:`R` and :math:`I` are solved once, exactly, for each sample of the figures of
the network; any number of samples of the curves then costs a product of matrices, sample by sample.
Where curves have more samples than the figures, these are taken round and round. When in time the
decays on the vector happen does not matter to their sums over all time, as nothing in the network
depends on time.
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
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.network import Network
    from alphatwin.kinetics.network_decays import ClosedSystems
    from alphatwin.kinetics.network_result import Redistribution

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
        Decays of each member in each compartment, per decay on the vector; with a leading axis of
        samples if the network has them. (..., n_roots, n_regions, n, m)
    decays_per_injected_bq
        Decays of each member in each compartment that follow from what was injected free or grown
        in the vial, per activity of the agent's nuclide injected. (..., n, m) [Bq s/Bq]
    excreted_per_decay, excreted_per_injected_bq
        Atoms of each member that leave the body alive, likewise.
        (..., n_roots, n_regions, m), (..., m)
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
        return _answered(
            on_vector_decays,
            injected_bq,
            per_decay=self.decays_per_decay[..., c, :],
            per_injected_bq=self.decays_per_injected_bq[..., c, :],
        )

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
        return _answered(
            on_vector_decays,
            injected_bq,
            per_decay=self.excreted_per_decay,
            per_injected_bq=self.excreted_per_injected_bq,
        )


def _answered(
    on_vector: Sequence[ArrayLike],
    injected_bq: float,
    *,
    per_decay: Floats,
    per_injected_bq: Floats,
) -> Floats:
    """Return (..., m) sums of what follows from each root and from the injection."""
    decays = [np.asarray(each, dtype=np.float64) for each in on_vector]
    if per_decay.ndim == 3:
        total = injected_bq * per_injected_bq
        for each, response in zip(decays, per_decay, strict=True):
            total = total + each @ response
        return np.asarray(total)
    n_samples = max(each.shape[0] if each.ndim > 1 else 1 for each in decays)
    turns = np.arange(max(n_samples, per_decay.shape[0])) % per_decay.shape[0]
    total = injected_bq * per_injected_bq[turns]
    for k, each in enumerate(decays):
        total = total + np.einsum(
            "sr,srm->sm", np.broadcast_to(each, (turns.size, each.shape[-1])), per_decay[turns, k]
        )
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
        The network; its samples, if any, run along the first axis of the answer.
    regions
        Compartments in which the vector is.
    roots
        Nuclides on the vector: the agent's, then an impurity.
    radiochemical_purity, impurity_activity_fraction, since_purification_s, dechelation_per_s
        As in :func:`~alphatwin.kinetics.daughters_injected.injected_sources`. [s], [1/s]

    Raises
    ------
    InvalidValueError
        If a value is impossible.
    """
    columns = [net.index(region) for region in regions]
    known: ClosedSystems = {}
    by_curve = [
        [
            cumulated_decays(
                net,
                injected_sources(
                    net,
                    curves=_unit_curves(net, roots, k=k, column=column),
                    administered_bq=0.0,
                    dechelation_per_s=dechelation_per_s,
                ),
                known=known,
            )
            for column in columns
        ]
        for k in range(len(roots))
    ]
    by_injection = cumulated_decays(
        net,
        injected_sources(
            net,
            curves=_unit_curves(net, roots),
            administered_bq=1.0,
            radiochemical_purity=radiochemical_purity,
            impurity_activity_fraction=impurity_activity_fraction,
            since_purification_s=since_purification_s,
        ),
        known=known,
    )
    runs = [by_injection, *(run for row in by_curve for run in row)]
    has_samples = net.n_samples > 1

    def told(of: Callable[[Redistribution], Floats]) -> Floats:
        found = np.stack([np.stack([of(run) for run in row], axis=1) for row in by_curve], axis=1)
        return found if has_samples else found[0]

    def of_injection(values: Floats) -> Floats:
        return values if has_samples else values[0]

    return DaughterResponse(
        compartments=net.compartments,
        nuclides=net.chain.nuclides,
        roots=tuple(roots),
        regions=tuple(regions),
        decays_per_decay=told(lambda run: run.decays_bq_s),
        decays_per_injected_bq=of_injection(by_injection.decays_bq_s),
        excreted_per_decay=told(lambda run: run.excreted_atoms),
        excreted_per_injected_bq=of_injection(by_injection.excreted_atoms),
        unaccounted_share=max(
            float(e.max()) for run in runs for e in (run.balance_error(), run.whole_body_error())
        ),
    )


def _unit_curves(
    net: Network, roots: Sequence[str], *, k: int | None = None, column: int = 0
) -> list[BoundCurves]:
    """Return curves of one decay of root k in one compartment; of none at all without k."""
    found = []
    for i, root in enumerate(roots):
        decay_per_s = float(net.chain.decay_constants_per_s[net.chain.index(root)])
        amplitude = np.zeros((1, len(net.compartments), 1))
        if i == k:
            amplitude[0, column, 0] = decay_per_s
        found.append(
            BoundCurves(
                root, amplitude_bq=amplitude, rate_per_s=np.full_like(amplitude, decay_per_s)
            )
        )
    return found
