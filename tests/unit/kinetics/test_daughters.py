"""Fates of daughters: presets, their files, and what was injected."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pytest

from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.kinetics.daughters import (
    bound_curves,
    daughter_network,
    impurity_curves,
    injected_sources,
)
from alphatwin.kinetics.daughters_fates import fate, fate_names, parse_fate
from alphatwin.kinetics.network_solution import cumulated_decays
from alphatwin.nuclides import decay_chain

if TYPE_CHECKING:
    from alphatwin.kinetics.network import Network
    from alphatwin.kinetics.network_result import Redistribution

CONSERVED = 1e-10
"""What is promised for atoms."""
ROUND_OFF = 1e-12
REGIONS = ("lesion", "kidneys", "blood")


def under(name: str, root: str = "Ac-225", **options: object) -> tuple[Network, Redistribution]:
    chain = decay_chain(root)
    net = daughter_network(fate(name), regions=REGIONS, chain=chain, **options)
    decay_per_s = float(chain.decay_constants_per_s[0])
    curves = bound_curves(
        root,
        compartments=net.compartments,
        phases={
            "lesion": ([1e6], [decay_per_s + 1e-6]),
            "kidneys": ([4e5, -1e5], [decay_per_s + 5e-6, decay_per_s + 1e-3]),
            "blood": ([1e6], [decay_per_s + 1e-4]),
        },
    )
    return net, cumulated_decays(net, injected_sources(net, curves=[curves], administered_bq=8e6))


@pytest.mark.parametrize("root", ["Ac-225", "Pb-212", "Bi-213"])
@pytest.mark.parametrize("name", fate_names())
def test_every_preset_keeps_all_atoms(name: str, root: str) -> None:
    net, found = under(name, root)
    assert found.balance_error().max() < CONSERVED
    assert found.whole_body_error().max() < CONSERVED
    assert net.compartments[:3] == REGIONS


def test_presets_bound_each_other() -> None:
    """Staying is most, leaving is least for the lesion; the others lie between."""
    found = {name: under(name)[1] for name in fate_names()}
    lesion = {n: r.decays_of("Bi-213", compartment="lesion")[0] for n, r in found.items()}
    parent = found["all_stay"].decays_of("Ac-225", compartment="lesion")[0]
    chain = decay_chain("Ac-225")
    made = chain.decays_per_parent_decay()[chain.index("Bi-213")]
    assert lesion["all_stay"] == pytest.approx(parent * made, rel=ROUND_OFF)
    assert lesion["all_escape"] == 0.0
    for name in ("human_kinetics", "instant_distribution", "bismuth_to_kidneys"):
        assert 0.0 <= lesion[name] < lesion["all_stay"]
    kidneys = {n: r.decays_of("Bi-213", compartment="kidneys")[0] for n, r in found.items()}
    assert kidneys["bismuth_to_kidneys"] > kidneys["human_kinetics"]


def test_internalisation_keeps_daughters_in_the_lesion() -> None:
    """All inside: 0.73 of francium stays (the figure of the preset), the fast 217At with it."""
    _, found = under("instant_distribution", internalised_fraction={"lesion": 1.0})
    parent = found.given_bq_s[0, 0, 0]
    assert found.held_bq_s[0, 0, 1] == pytest.approx(0.73 * parent, rel=ROUND_OFF)


def test_figures_of_the_program_are_those_of_its_settings() -> None:
    """Kidneys take 7.05 of 99.96 % of free bismuth, the liver 37.30 of 99.85 % of actinium."""
    one = fate("instant_distribution")
    assert one.element("Bi").landing is not None
    assert one.element("Bi").landing.values["kidneys"] == pytest.approx(7.05 / 99.96, abs=1e-6)
    assert one.element("Ac").landing.values["liver"] == pytest.approx(37.30 / 99.85, abs=1e-6)
    assert one.element("Fr").retention.value == 0.73


def test_every_figure_has_a_source_and_the_recalled_ones_say_so() -> None:
    for name in fate_names():
        for key, figure in fate(name).figures():
            assert figure.source.citation, (name, key)
    mirzadeh = fate("human_kinetics").escape_by_mode["beta-"]
    assert mirzadeh.value == 0.36
    assert mirzadeh.source.status == "recalled"


def test_free_astatine_is_refused_where_no_figure_holds() -> None:
    with pytest.raises(NotSupportedError, match="not for At-211"):
        under("human_kinetics", "At-211")


def test_rate_factor_scales_the_rates_of_its_element() -> None:
    _, one = under("human_kinetics")
    _, many = under("human_kinetics", rate_factor={"Bi": np.array([1.0, 2.0])})
    np.testing.assert_allclose(many.decays_bq_s[0], one.decays_bq_s[0], rtol=ROUND_OFF)
    kidneys = many.decays_of("Bi-213", compartment="kidneys")
    assert kidneys[1] > kidneys[0]
    with pytest.raises(InvalidValueError, match="rate_factor: Xe not in the chain"):
        under("human_kinetics", rate_factor={"Xe": 2.0})


def test_free_activity_and_grown_daughters_enter_the_blood() -> None:
    chain = decay_chain("Ac-225")
    net = daughter_network(fate("human_kinetics"), regions=REGIONS, chain=chain)
    rate = float(chain.decay_constants_per_s[0]) + 1e-6
    curves = bound_curves(
        "Ac-225", compartments=net.compartments, phases={"lesion": ([1e6], [rate])}
    )
    sources = injected_sources(
        net,
        curves=[curves],
        administered_bq=8e6,
        radiochemical_purity=np.array([1.0, 0.97]),
        since_purification_s=86400.0,
        bound_daughters_fraction=0.25,
    )
    blood = net.index("blood")
    np.testing.assert_allclose(sources.free_bq["Ac-225"][:, blood], [0.0, 0.24e6])
    grown = chain.activity_bq({"Ac-225": 1.0}, time_s=86400.0)
    bi = chain.index("Bi-213")
    assert sources.free_bq["Bi-213"][blood] == pytest.approx(0.75 * 8e6 * grown[bi] / grown[0])
    assert sources.bound_bq["Bi-213"][blood] == pytest.approx(0.25 * 8e6 * grown[bi] / grown[0])
    found = cumulated_decays(net, sources)
    assert found.decays_bq_s.shape[0] == 2
    assert found.whole_body_error().max() < CONSERVED


def test_impurity_has_the_same_biology_and_its_own_decay() -> None:
    chain = decay_chain(["Ac-225", "Ac-227"])
    net = daughter_network(fate("human_kinetics"), regions=REGIONS, chain=chain)
    own, other = (chain.decay_constants_per_s[chain.index(n)] for n in ("Ac-225", "Ac-227"))
    curves = bound_curves(
        "Ac-225", compartments=net.compartments, phases={"lesion": ([1e6], [own + 1e-6])}
    )
    impure = impurity_curves(curves, name="Ac-227", chain=chain, activity_fraction=0.007)
    assert impure.rate_per_s[0, 0] == pytest.approx(other + 1e-6, rel=ROUND_OFF)
    found = cumulated_decays(
        net, injected_sources(net, curves=[curves, impure], administered_bq=8e6)
    )
    assert found.decays_of("Ac-227", compartment="lesion")[0] == pytest.approx(
        7e3 / (other + 1e-6), rel=ROUND_OFF
    )
    assert found.decays_of("Ra-223", compartment="bone")[0] > 0.0
    assert found.balance_error().max() < CONSERVED
    with pytest.raises(InvalidValueError, match="same element"):
        impurity_curves(curves, name="Ra-223", chain=chain, activity_fraction=0.1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "schema must be 1"),
        ("kidneys = 0.20, bone = 0.25", "kidneys = 0.30, bone = 0.25", "must sum to 1"),
        ('value = 29.94, source = "leggett_pb"', 'value = 29.94, source = "x"', "a source out of"),
        ("value = 0.36", "value = 1.36", "between 0 and 1"),
        ("blood_half_time_s = { value = 29.94", "half_s = { value = 29.94", "unknown half_s"),
        ("value = 3793.0", "value = -3793.0", "a positive number"),
        ("[elements.other]", "[elements.Xx]", "must hold 'other'"),
    ],
)
def test_damaged_file_is_refused(old: str, new: str, message: str) -> None:
    folder = resources.files("alphatwin.kinetics") / "fates"
    text = (folder / "human_kinetics.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DataError, match=message):
        parse_fate(text.replace(old, new), where="human_kinetics.toml")


def test_unknown_fate_lists_those_shipped() -> None:
    with pytest.raises(DataError, match="allowed: all_escape, all_stay"):
        fate("hope")
