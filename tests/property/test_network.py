"""Laws of networks: atoms are conserved, answers are linear, names carry no meaning."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alphatwin.kinetics.network import Network, free_element, network
from alphatwin.kinetics.network_solution import cumulated_decays
from alphatwin.kinetics.network_sources import BoundCurves, Sources
from alphatwin.nuclides import decay_chain

CONSERVED = 1e-10
"""What is promised for atoms."""
ROUND_OFF = 1e-11
ROOTS = ("Ac-225", "Pb-212", "Bi-213", "At-211", "Ra-223")


def case(
    seed: int, root: str, n: int, *, scale: float = 1.0, order: list[int] | None = None
) -> tuple[Network, Sources]:
    rng = np.random.default_rng(seed)
    chain = decay_chain(root)
    keep = np.arange(n) if order is None else np.array(order)

    def rates(*shape: int) -> np.ndarray:
        values = 10.0 ** rng.uniform(-8.0, 1.0, shape) * (rng.uniform(size=shape) < 0.7)
        if len(shape) == 2:
            np.fill_diagonal(values, 0.0)
            return values[np.ix_(keep, keep)]
        return values[keep]

    elements = {}
    for name in chain.nuclides:
        transfer, excretion = rates(n, n), rates(n)
        retention = rng.uniform(size=n)[keep]
        landing = rng.dirichlet(np.ones(n + 1))[:n][keep] if rng.uniform() < 0.3 else None
        elements[name.split("-")[0]] = free_element(
            n,
            transfer_per_s=transfer,
            excretion_per_s=excretion,
            retention=retention,
            landing=landing,
        )
    net = network(
        [f"c{i}" for i in range(n)],
        chain=chain,
        elements=elements,
        escape_by_mode={"alpha": 1.0, "beta-": rng.uniform(), "EC/beta+": rng.uniform()},
        internalised_fraction=rng.uniform(size=n)[keep],
    )
    curves = BoundCurves(
        root,
        amplitude_bq=scale * rng.uniform(0.0, 1e6, (n, 1))[keep],
        rate_per_s=chain.decay_constants_per_s[0] + 10.0 ** rng.uniform(-8.0, -3.0, (n, 1))[keep],
    )
    free = {chain.nuclides[-1]: scale * rng.uniform(0.0, 1e6, n)[keep]}
    return net, Sources(curves=(curves,), free_bq=free)


seeds = st.integers(0, 10_000)
roots = st.sampled_from(ROOTS)
sizes = st.integers(1, 6)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, root=roots, n=sizes)
def test_atoms_are_conserved(seed: int, root: str, n: int) -> None:
    found = cumulated_decays(*case(seed, root, n))
    assert found.balance_error().max() < CONSERVED
    assert found.whole_body_error().max() < CONSERVED
    assert (found.decays_bq_s >= 0.0).all()


@settings(max_examples=15, deadline=None)
@given(seed=seeds, root=roots, n=st.integers(1, 3), stop_s=st.floats(1.0, 1e6))
def test_atoms_are_conserved_in_an_interval(seed: int, root: str, n: int, stop_s: float) -> None:
    found = cumulated_decays(*case(seed, root, n), start_s=stop_s / 3.0, stop_s=stop_s)
    assert found.balance_error().max() < CONSERVED
    assert found.whole_body_error().max() < CONSERVED


@settings(max_examples=20, deadline=None)
@given(seed=seeds, root=roots, n=sizes, scale=st.floats(1e-3, 1e3))
def test_decays_are_linear_in_what_is_supplied(seed: int, root: str, n: int, scale: float) -> None:
    one = cumulated_decays(*case(seed, root, n)).decays_bq_s
    other = cumulated_decays(*case(seed, root, n, scale=scale)).decays_bq_s
    np.testing.assert_allclose(other, scale * one, rtol=ROUND_OFF)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, root=roots, order=st.permutations(range(4)))
def test_order_of_compartments_means_nothing(seed: int, root: str, order: list[int]) -> None:
    """Elimination runs through them in another order: a second route to each entry."""
    one = cumulated_decays(*case(seed, root, 4)).decays_bq_s
    other = cumulated_decays(*case(seed, root, 4, order=order)).decays_bq_s
    np.testing.assert_allclose(other, one[:, order], rtol=ROUND_OFF)
