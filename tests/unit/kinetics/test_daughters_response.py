"""A network's answer per decay on the vector against the network solved with its sources."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.daughters import bound_curves, daughter_network
from alphatwin.kinetics.daughters_fates import fate, fate_names
from alphatwin.kinetics.daughters_injected import (
    check_fate_of_injected,
    impurity_chain,
    impurity_curves,
    injected_sources,
)
from alphatwin.kinetics.daughters_response import daughter_response
from alphatwin.kinetics.network_solution import cumulated_decays
from alphatwin.nuclides import decay_chain

ROUND_OFF = 1e-12
CONSERVED = 1e-10
"""What is promised for atoms."""
REGIONS = ("lesion", "kidneys", "red marrow")
PLACES = {"red marrow": "red_marrow"}
MIXTURE = {
    "radiochemical_purity": 0.97,
    "since_purification_s": 1800.0,
    "dechelation_per_s": 1e-6,
    "impurity_activity_fraction": 0.003,
}


def solved_twice(name, *, root="Ac-225", impurity="Ac-227", **mixture):
    """Return decays by the response and by the network with samples, and the response."""
    chain = impurity_chain(root, impurity=impurity)
    net = daughter_network(
        fate(name),
        regions=REGIONS,
        chain=chain,
        places={k: v for k, v in PLACES.items() if v in fate(name).places},
        internalised_fraction={"lesion": 0.4},
    )
    rng = np.random.default_rng(5)
    own = float(chain.decay_constants_per_s[chain.index(root)])
    curves = bound_curves(
        root,
        compartments=net.compartments,
        phases={
            region: (rng.lognormal(13.0, 0.3, (20, 1)), own + rng.lognormal(-13.0, 0.5, (20, 1)))
            for region in REGIONS
        },
    )
    both = [curves]
    if impurity is not None:
        share = mixture["impurity_activity_fraction"]
        both.append(impurity_curves(curves, name=impurity, chain=chain, activity_fraction=share))
    direct = cumulated_decays(
        net, injected_sources(net, curves=both, administered_bq=8e6, **mixture)
    )
    response = daughter_response(net, regions=REGIONS, roots=[c.nuclide for c in both], **mixture)
    on_vector = [
        (c.amplitude_bq / c.rate_per_s).sum(axis=-1)[:, [net.index(r) for r in REGIONS]]
        for c in both
    ]
    by_response = np.stack(
        [response.decays(c, on_vector_decays=on_vector, injected_bq=8e6) for c in net.compartments],
        axis=1,
    )
    return by_response, direct, response


@pytest.mark.parametrize("name", fate_names())
def test_the_response_is_the_network_solved_with_every_sample(name):
    by_response, direct, response = solved_twice(name, **MIXTURE)
    np.testing.assert_allclose(by_response, direct.decays_bq_s, rtol=ROUND_OFF, atol=0.0)
    assert response.unaccounted_share < CONSERVED
    assert direct.whole_body_error().max() < CONSERVED


def test_samples_of_the_network_are_taken_in_turns():
    net = daughter_network(
        fate("human_kinetics"),
        regions=REGIONS,
        chain=decay_chain("Ac-225"),
        rate_factor={"Bi": np.array([1.0, 2.0])},
    )
    both = daughter_response(net, regions=REGIONS, roots=["Ac-225"])
    decays = np.arange(1.0, 1.0 + 4 * len(REGIONS)).reshape(4, -1)
    found = both.decays("kidneys", on_vector_decays=[decays], injected_bq=3.0)
    for i, factor in enumerate((1.0, 2.0, 1.0, 2.0)):  # the network's samples, in turns
        net = daughter_network(
            fate("human_kinetics"),
            regions=REGIONS,
            chain=decay_chain("Ac-225"),
            rate_factor={"Bi": factor},
        )
        alone = daughter_response(net, regions=REGIONS, roots=["Ac-225"])
        expected = alone.decays("kidneys", on_vector_decays=[decays[i]], injected_bq=3.0)
        np.testing.assert_allclose(found[i], expected, rtol=1e-12)


def test_marrow_holds_its_share_of_what_blood_holds():
    """In closed form: atoms come at s k per atom in blood and leave at k, or decay."""
    chain = decay_chain("Bi-213")
    net = daughter_network(
        fate("human_kinetics"), regions=("red marrow",), chain=chain, places=PLACES
    )
    curves = [
        bound_curves(
            "Bi-213",
            compartments=net.compartments,
            phases={"red marrow": (np.zeros(1), np.ones(1))},
        )
    ]
    found = cumulated_decays(
        net,
        injected_sources(net, curves=curves, administered_bq=1e6, radiochemical_purity=0.0),
    )
    marrow, blood = (found.decays_of("Bi-213", compartment=c)[0] for c in ("red marrow", "blood"))
    washout_per_s, decay_per_s = math.log(2.0) / 300.0, float(chain.decay_constants_per_s[0])
    expected = 0.075 * washout_per_s / (washout_per_s + decay_per_s)
    assert marrow / blood == pytest.approx(expected, rel=ROUND_OFF)
    assert found.whole_body_error().max() < CONSERVED


def test_two_kidneys_are_one_pair_of_kidneys():
    """What arrives is shared out, what is made stays apart; together they are the pair."""
    chain = decay_chain("Ac-225")
    one = daughter_network(fate("human_kinetics"), regions=("lesion", "kidneys"), chain=chain)
    two = daughter_network(
        fate("human_kinetics"),
        regions=("lesion", "left", "right"),
        chain=chain,
        places={"left": "kidneys", "right": "kidneys"},
        place_shares={"left": 0.4, "right": 0.6},
    )
    pair = daughter_response(one, regions=("lesion", "kidneys"), roots=["Ac-225"])
    apart = daughter_response(two, regions=("lesion", "left", "right"), roots=["Ac-225"])

    def from_lesion(response, compartment):
        c = response.compartments.index(compartment)
        return response.decays_per_decay[0, 0, c]

    left, right = from_lesion(apart, "left"), from_lesion(apart, "right")
    np.testing.assert_allclose(left + right, from_lesion(pair, "kidneys"), rtol=ROUND_OFF)
    np.testing.assert_allclose(0.6 * left, 0.4 * right, rtol=ROUND_OFF)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"place_shares": {"left": 0.4, "right": 0.4}}, "must be >= 0 and sum to 1, got 0.8"),
        ({"places": {"nowhere": "kidneys"}}, "'nowhere' is not in the network"),
        ({"places": {"left": "x", "right": "kidneys"}, "regions": ("left", "right", "bone"),
          "place_shares": {"right": 0.5}}, "must be >= 0 and sum to 1"),
    ],
)  # fmt: skip
def test_impossible_places_are_refused(changes, message):
    given = {
        "regions": ("lesion", "left", "right"),
        "places": {"left": "kidneys", "right": "kidneys"},
    }
    with pytest.raises(InvalidValueError, match=message):
        daughter_network(fate("human_kinetics"), chain=decay_chain("Ac-225"), **(given | changes))


def test_a_region_that_stands_for_another_place_must_not_bear_the_name_of_one():
    with pytest.raises(InvalidValueError, match="give it another name"):
        daughter_network(
            fate("human_kinetics"),
            regions=("bone",),
            chain=decay_chain("Ac-225"),
            places={"bone": "kidneys"},
        )


@pytest.mark.parametrize(
    ("nuclide", "impurity", "message"),
    [
        ("Ac-225", "Ra-225", "same element, got Ra-225"),
        ("Ac-225", "Ac-225", "another nuclide of the same element"),
        ("Pb-210", "Pb-214", "must not decay to it"),
    ],
)
def test_an_impossible_impurity_is_refused(nuclide, impurity, message):
    with pytest.raises(InvalidValueError, match=message):
        impurity_chain(nuclide, impurity=impurity)


def test_free_atoms_without_kinetics_are_refused():
    with pytest.raises(NotSupportedError, match="has no kinetics of Lu: Lu-177 that is free"):
        check_fate_of_injected(
            fate("human_kinetics"), nuclide="Lu-177", impurity=None, is_free=True
        )
    for name in ("all_stay", "all_escape"):
        check_fate_of_injected(fate(name), nuclide="Lu-177", impurity=None, is_free=True)


def test_what_is_made_in_excreta_stays_there():
    """Urine and bowel contents give nothing back, whatever the element does elsewhere."""
    for name in ("human_kinetics", "instant_distribution", "bismuth_to_kidneys"):
        net = daughter_network(fate(name), regions=REGIONS, chain=decay_chain("Ac-225"))
        c = net.index("excreta")
        for symbol, element in net.elements.items():
            assert element.retention[c] == 1.0, (name, symbol)
            assert not element.transfer_per_s[:, c].any(), (name, symbol)
