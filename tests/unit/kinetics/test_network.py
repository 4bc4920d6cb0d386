"""Networks: closed forms, limits, book-keeping and refusals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network import Network, free_element, network, transfers
from alphatwin.kinetics.network_solution import activities_bq, cumulated_decays
from alphatwin.kinetics.network_sources import BoundCurves, Sources
from alphatwin.nuclides import DecayChain, decay_chain

ROUND_OFF = 1e-12
"""Closed forms in double precision, a few hundred operations."""
LIMIT = 1e-9
"""Limits are reached with rates of 1e12 beside decay constants below 1e3 per second."""
CONSERVED = 1e-10
"""What is promised for atoms."""

PLACES = ("lesion", "blood", "kidneys")


@pytest.fixture
def chain() -> DecayChain:
    return decay_chain("Ac-225")


def build(chain: DecayChain, *, element: object = None, **options: object) -> Network:
    one = free_element(3) if element is None else element
    elements = {name.split("-")[0]: one for name in chain.nuclides}
    return network(PLACES, chain=chain, elements=elements, **options)


def lesion_only(chain: DecayChain, *, biological_per_s: float = 2e-6) -> Sources:
    name = chain.nuclides[0]
    decay_per_s = float(chain.decay_constants_per_s[0])
    curves = BoundCurves(
        name,
        amplitude_bq=np.array([[1e6], [0.0], [0.0]]),
        rate_per_s=np.full((3, 1), decay_per_s + biological_per_s),
    )
    return Sources(curves=(curves,))


def test_no_escape_gives_local_decays_of_the_chain(chain: DecayChain) -> None:
    """The chain alone, in closed form by another module, where nothing moves."""
    net = build(chain, escape_by_mode={"alpha": 0.0, "beta-": 0.0, "EC/beta+": 0.0})
    sources = lesion_only(chain)
    found = cumulated_decays(net, sources)
    curves = sources.curves[0]
    local = chain.cumulated_decays_from_phases(
        curves.amplitude_bq[0], curves.rate_per_s[0], stop_s=np.inf
    )
    np.testing.assert_allclose(found.decays_bq_s[0, 0], local, rtol=ROUND_OFF)
    assert not found.decays_bq_s[0, 1:].any()
    times = np.array([0.0, 60.0, 3600.0, 1e6])
    local = chain.activity_from_phases_bq(
        curves.amplitude_bq[0], curves.rate_per_s[0], time_s=times
    )
    activity = activities_bq(net, sources, time_s=times)
    np.testing.assert_allclose(activity[0, :, 0], local, rtol=LIMIT, atol=1e-30)


def test_infinite_retention_equals_no_escape(chain: DecayChain) -> None:
    sources = lesion_only(chain)
    stay = build(chain, escape_by_mode={"alpha": 0.0, "beta-": 0.0, "EC/beta+": 0.0})
    held = build(chain, element=free_element(3, retention=1.0), internalised_fraction=1.0)
    np.testing.assert_allclose(
        cumulated_decays(held, sources).decays_bq_s,
        cumulated_decays(stay, sources).decays_bq_s,
        rtol=ROUND_OFF,
    )
    assert cumulated_decays(held, sources).free_bq_s.max() == 0.0


def test_instant_clearance_leaves_no_daughters(chain: DecayChain) -> None:
    """An excretion of 1e12 per second: the share that decays first is lambda over that."""
    net = build(chain, element=free_element(3, excretion_per_s=np.full(3, 1e12)))
    found = cumulated_decays(net, lesion_only(chain))
    parent = found.decays_bq_s[0, 0, 0]
    fr = float(chain.decay_constants_per_s[chain.index("Fr-221")])
    assert found.decays_of("Fr-221", compartment="lesion")[0] == pytest.approx(
        parent * fr / (fr + 1e12), rel=ROUND_OFF
    )
    assert found.excreted_atoms[0].sum() == pytest.approx(parent, rel=LIMIT)


def test_one_way_out_has_its_closed_form(chain: DecayChain) -> None:
    """Fr made in the lesion: decays there, or in blood, or is excreted, by competing rates."""
    leave, clear = 1 / 300.0, 1 / 600.0
    net = build(
        chain,
        element=free_element(
            3,
            transfer_per_s=transfers(PLACES, {("lesion", "blood"): leave}),
            excretion_per_s=[0.0, clear, 0.0],
        ),
    )
    found = cumulated_decays(net, lesion_only(chain))
    fr = float(chain.decay_constants_per_s[chain.index("Fr-221")])
    made = found.decays_bq_s[0, 0, 0]
    lesion, blood = made * fr / (fr + leave), made * leave / (fr + leave) * fr / (fr + clear)
    assert found.decays_of("221Fr", compartment="lesion")[0] == pytest.approx(lesion, rel=1e-14)
    assert found.decays_of("221Fr", compartment="blood")[0] == pytest.approx(blood, rel=1e-14)


def test_beta_decay_frees_a_third_of_bismuth() -> None:
    chain = decay_chain("Pb-212")
    net = build(chain, escape_probability={("Pb-212", "Bi-212"): 0.36})
    found = cumulated_decays(net, lesion_only(chain))
    bi = chain.index("Bi-212")
    made = found.given_bq_s[0, 0, 0]
    assert found.free_bq_s[0, 0, bi] == pytest.approx(0.36 * made, rel=ROUND_OFF)
    assert found.bound_bq_s[0, 0, bi] == pytest.approx(0.64 * made, rel=ROUND_OFF)


def test_dechelation_feeds_free_parent(chain: DecayChain) -> None:
    rate = 1e-7
    net = build(chain)
    sources = dataclasses.replace(
        lesion_only(chain), dechelation_per_s={"Ac-225": np.asarray(rate)}
    )
    found = cumulated_decays(net, sources)
    ac = float(chain.decay_constants_per_s[0])
    assert found.free_bq_s[0, 0, 0] == pytest.approx(
        found.given_bq_s[0, 0, 0] * rate / ac, rel=ROUND_OFF
    )
    assert found.balance_error().max() < CONSERVED
    assert found.whole_body_error().max() < CONSERVED


def test_bound_daughter_that_leaves_alive_is_the_same_atom() -> None:
    chain = decay_chain("Pb-212")
    sources = Sources(
        bound_bq={"Bi-212": np.array([1e3, 0.0, 0.0])},
        dechelation_per_s={"Bi-212": np.asarray(1e-4)},
    )
    found = cumulated_decays(build(chain), sources)
    bi = chain.index("Bi-212")
    decay_per_s = float(chain.decay_constants_per_s[bi])
    assert found.made_atoms[0, bi] == 0.0
    assert found.bound_bq_s[0, 0, bi] == pytest.approx(1e3 / (decay_per_s + 1e-4), rel=ROUND_OFF)
    assert found.balance_error().max() < CONSERVED


def test_landing_shares_out_at_once_and_excretes_the_rest(chain: DecayChain) -> None:
    net = build(chain, element=free_element(3, landing=[0.1, 0.2, 0.3]))
    found = cumulated_decays(net, lesion_only(chain))
    fr = chain.index("Fr-221")
    made = found.given_bq_s[0, 0, 0]
    np.testing.assert_allclose(found.free_bq_s[0, :, fr], made * np.array([0.1, 0.2, 0.3]))
    assert found.excreted_atoms[0, fr] == pytest.approx(0.4 * made)
    assert found.whole_body_error().max() < CONSERVED


def test_samples_vary_one_by_one(chain: DecayChain) -> None:
    """Each sample of a run is what a run of that sample alone gives."""
    rates = np.array([1e-4, 1e-3, 1e-2])
    matrix = transfers(PLACES, {("lesion", "blood"): rates, ("blood", "kidneys"): 1e-3})
    escape = np.array([1.0, 0.5, 0.0])
    sources = lesion_only(chain)
    net = build(
        chain,
        element=free_element(3, transfer_per_s=matrix),
        escape_probability={("Ac-225", "Fr-221"): escape},
    )
    together = cumulated_decays(net, sources).decays_bq_s
    late = activities_bq(net, sources, time_s=[3600.0])
    assert together.shape == (3, 3, len(chain.nuclides))
    for k in range(3):
        alone = build(
            chain,
            element=free_element(3, transfer_per_s=matrix[k]),
            escape_probability={("Ac-225", "Fr-221"): escape[k]},
        )
        np.testing.assert_allclose(
            together[k], cumulated_decays(alone, sources).decays_bq_s[0], rtol=ROUND_OFF
        )
        np.testing.assert_allclose(
            late[k], activities_bq(alone, sources, time_s=[3600.0])[0], rtol=ROUND_OFF
        )


def test_intervals_add_up(chain: DecayChain) -> None:
    net = build(
        chain,
        element=free_element(
            3,
            transfer_per_s=transfers(
                PLACES, {("lesion", "blood"): 1e-3, ("blood", "kidneys"): 1e-3}
            ),
        ),
    )
    sources = lesion_only(chain)
    parts = [
        cumulated_decays(net, sources, start_s=a, stop_s=b)
        for a, b in ((0.0, 600.0), (600.0, 1e5), (1e5, np.inf))
    ]
    total = sum(p.decays_bq_s for p in parts)
    np.testing.assert_allclose(total, cumulated_decays(net, sources).decays_bq_s, rtol=1e-11)
    for part in parts:
        assert part.balance_error().max() < CONSERVED
        assert part.whole_body_error().max() < CONSERVED
    np.testing.assert_allclose(parts[0].end_atoms, parts[1].start_atoms, rtol=ROUND_OFF)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"internalised_fraction": 1.2}, "internalised_fraction must be between 0 and 1, got 1.2"),
        ({"escape_probability": {("Ac-225", "Fr-221"): -0.1}}, "between 0 and 1, got -0.1"),
        ({"escape_probability": {("Fr-221", "Ac-225"): 0.1}}, "not in the chain; it has Ac-225"),
        ({"internalised_fraction": [0.1, 0.2]}, "must hold 3 compartments"),
    ],
)
def test_impossible_network_is_refused(chain: DecayChain, change: dict, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        build(chain, **change)


def test_network_that_leaks_is_refused() -> None:
    generator = np.array([[-1e-3, 0.0], [5e-4, 0.0]])
    with pytest.raises(InvalidValueError, match=r"transfer_per_s must be finite and >= 0"):
        free_element(2, transfer_per_s=generator)
    with pytest.raises(InvalidValueError, match="cannot leak"):
        free_element(2, transfer_per_s=np.array([[1e-3, 0.0], [1e-3, 0.0]]))
    with pytest.raises(InvalidValueError, match="landing must sum to at most 1"):
        free_element(2, landing=[0.7, 0.4])


def test_missing_element_and_double_name_are_refused(chain: DecayChain) -> None:
    with pytest.raises(InvalidValueError, match="missing: At, Bi, Fr, Pb, Po, Tl"):
        network(PLACES, chain=chain, elements={"Ac": free_element(3)})
    with pytest.raises(InvalidValueError, match="each once"):
        network(("a", "a"), chain=chain, elements={})
    with pytest.raises(InvalidValueError, match="allowed: lesion, blood, kidneys"):
        transfers(PLACES, {("lesion", "brain"): 1.0})


def test_impossible_sources_are_refused(chain: DecayChain) -> None:
    net = build(chain)
    slow = BoundCurves("Ac-225", amplitude_bq=np.ones((3, 1)), rate_per_s=np.full((3, 1), 1e-9))
    with pytest.raises(InvalidValueError, match="at least its decay constant"):
        cumulated_decays(net, Sources(curves=(slow,)))
    negative = BoundCurves(
        "Ac-225", amplitude_bq=-np.ones((3, 1)), rate_per_s=np.full((3, 1), 1e-5)
    )
    with pytest.raises(InvalidValueError, match="fewer than no decays"):
        cumulated_decays(net, Sources(curves=(negative,)))
    with pytest.raises(InvalidValueError, match="each nuclide once"):
        Sources(curves=(negative, negative))
    with pytest.raises(InvalidValueError, match="0 <= start_s < stop_s"):
        cumulated_decays(net, lesion_only(chain), start_s=2.0, stop_s=1.0)
    with pytest.raises(InvalidValueError, match="time_s must be"):
        activities_bq(net, lesion_only(chain), time_s=[-1.0])
    two = build(chain, internalised_fraction=np.full((2, 3), 0.5))
    three = Sources(
        curves=(
            BoundCurves(
                "Ac-225", amplitude_bq=np.ones((3, 3, 1)), rate_per_s=np.full((3, 3, 1), 1e-5)
            ),
        )
    )
    with pytest.raises(InvalidValueError, match="same number of samples, got 2 and 3"):
        cumulated_decays(two, three)
