"""Half-lives, branches and masses, and what of them is not tracked."""

from __future__ import annotations

import math

import pytest

from alphatwin.errors import DataError, InvalidValueError
from alphatwin.nuclides import (
    DECAY_DATA_NAMES,
    compare_decay_data,
    decay_data_provenance,
    ensdf,
    nuclide,
)

PRINTED = 1e-12  # figures copied from a table


@pytest.mark.parametrize(
    ("name", "icrp107_s", "ensdf_s"),
    [
        ("Ac-225", 10.0 * 86400.0, 9.92 * 86400.0),
        ("Pb-212", 10.64 * 3600.0, 10.622 * 3600.0),
        ("At-217", 0.0323, 0.0326),
        ("Po-212", 2.99e-7, 2.943e-7),
        ("Th-229", 7340.0 * 365.2422 * 86400.0, 248668576679.78497),
    ],
)
def test_half_lives_as_printed(name, icrp107_s, ensdf_s):
    assert nuclide(name).half_life_s == pytest.approx(icrp107_s, rel=PRINTED)
    assert nuclide(name, decay_data="ensdf").half_life_s == pytest.approx(ensdf_s, rel=PRINTED)


@pytest.mark.parametrize(
    ("name", "decay_data", "branches"),
    [
        ("Bi-213", "icrp107", {"Po-213": 0.9791, "Tl-209": 0.0209}),
        ("Bi-213", "ensdf", {"Po-213": 0.9786, "Tl-209": 0.0214}),
        ("Bi-212", "icrp107", {"Po-212": 0.6406, "Tl-208": 0.3594}),
        ("At-211", "icrp107", {"Po-211": 0.582, "Bi-207": 0.418}),
        ("At-217", "icrp107", {"Bi-213": 0.99988}),
        ("At-217", "ensdf", {"Bi-213": 0.99993, "Rn-217": 7e-5}),
        ("Cu-64", "icrp107", {"Ni-64": 0.61, "Zn-64": 0.39}),
        ("Fr-221", "ensdf", {"At-217": 1.0}),
    ],
)
def test_branches(name, decay_data, branches):
    found = {b.daughter: b.fraction for b in nuclide(name, decay_data=decay_data).branches}
    assert found == pytest.approx(branches, rel=PRINTED)


def test_deficits_and_daughters_outside_the_data_are_stated():
    astatine = nuclide("At-217")
    assert astatine.untracked_fraction == pytest.approx(1.2e-4, rel=1e-9)
    assert astatine.untracked == ("0.00012 for which icrp107 has no line",)
    polonium = nuclide("Po-215", decay_data="ensdf")
    assert polonium.untracked_fraction == pytest.approx(2.3e-6, rel=1e-6)
    assert "At-215" in polonium.untracked[0]


@pytest.mark.parametrize("decay_data", DECAY_DATA_NAMES)
@pytest.mark.parametrize("name", sorted(ensdf.structure()))
def test_branches_and_what_is_untracked_make_one(name, decay_data):
    found = nuclide(name, decay_data=decay_data)
    whole = math.fsum(b.fraction for b in found.branches) + found.untracked_fraction
    assert whole == pytest.approx(1.0, abs=1e-15)
    assert all(0.0 < b.fraction <= 1.0 for b in found.branches)
    assert found.decay_constant_per_s * found.half_life_s == pytest.approx(math.log(2.0))


def test_masses_say_where_they_come_from():
    known, guessed = nuclide("Ac-225"), nuclide("Hf-177")
    assert known.atomic_mass_g_per_mol == pytest.approx(225.023228601, rel=PRINTED)
    assert known.atomic_mass_source == "AME 2020"
    assert (guessed.atomic_mass_g_per_mol, guessed.atomic_mass_source) == (177.0, "mass number")


def test_the_end_of_a_chain_is_stable():
    bismuth = nuclide("Bi-209")
    assert bismuth.is_stable
    assert bismuth.decay_constant_per_s == 0.0
    assert bismuth.branches == ()
    assert (bismuth.atomic_number, bismuth.mass_number) == (83, 209)


def test_a_nuclide_that_a_set_lacks_is_refused():
    with pytest.raises(DataError, match=r"not in the ENSDF table .*use decay_data='icrp107'"):
        nuclide("Cs-137", decay_data="ensdf")


def test_an_unknown_set_is_refused():
    with pytest.raises(InvalidValueError, match=r"'jeff'; allowed: icrp107, ensdf"):
        nuclide("Ac-225", decay_data="jeff")


def test_each_set_says_where_it_comes_from():
    assert "not-for-profit" in decay_data_provenance(decay_data="icrp107")[0].licence
    assert len(decay_data_provenance(decay_data="ensdf")[0].sha256) == 64


def test_comparison_shows_where_the_sets_differ():
    rows = {row.quantity: row for row in compare_decay_data("225Ac")}
    assert rows["half_life_s"].relative_difference == pytest.approx(-0.008, rel=1e-9)
    assert rows["alpha_yield_per_decay"].ensdf == pytest.approx(0.998045, abs=1e-6)
    assert rows["auger_energy_per_decay_mev"].relative_difference < -0.5  # K and L only
    chain = rows["chain_charged_energy_per_parent_decay_mev"]
    assert abs(chain.relative_difference) < 0.002
    branches = {row.quantity: row for row in compare_decay_data("At-217")}
    assert branches["branch beta- to Rn-217"].relative_difference is None
    assert branches["recoil_energy_per_decay_mev"].relative_difference != 0.0


def test_comparison_needs_both_sets():
    with pytest.raises(DataError, match="not in the ENSDF table"):
        compare_decay_data("Cs-137")
