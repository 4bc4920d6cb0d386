"""Activity, atoms and mass, and what a certificate says at injection."""

from __future__ import annotations

import math

import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import (
    activity_at_injection_bq,
    activity_of_atoms_bq,
    activity_of_mass_bq,
    atoms_of_activity,
    mass_of_activity_kg,
    molar_activity_bq_per_mol,
    nuclide,
)

ROUND_OFF = 1e-12


def test_a_gram_of_radium_is_nearly_a_curie():
    """The old curie: 3.7e10 Bq per gram of 226Ra; with 1600 y it comes to 0.989 of it."""
    assert activity_of_mass_bq(1e-3, name="226Ra") == pytest.approx(0.989 * 3.7e10, rel=1e-3)


@pytest.mark.parametrize("decay_data", ["icrp107", "ensdf"])
def test_there_and_back(decay_data):
    for name in ("225Ac", "212Pb", "177Lu"):
        atoms = atoms_of_activity(5e6, name=name, decay_data=decay_data)
        mass_kg = mass_of_activity_kg(5e6, name=name, decay_data=decay_data)
        assert activity_of_atoms_bq(atoms, name=name, decay_data=decay_data) == pytest.approx(5e6)
        assert activity_of_mass_bq(mass_kg, name=name, decay_data=decay_data) == pytest.approx(5e6)
        molar = molar_activity_bq_per_mol(name, decay_data=decay_data)
        assert atoms / 6.02214076e23 * molar == pytest.approx(5e6, rel=ROUND_OFF)


def test_after_calibration_daughters_have_grown_in():
    found = activity_at_injection_bq(1e6, name="212Pb", elapsed_s=10.64 * 3600.0)
    assert next(iter(found)) == "Pb-212"
    assert found["Pb-212"] == pytest.approx(5e5, rel=ROUND_OFF)
    assert 5e5 < found["Bi-212"] < 6e5
    assert found["Tl-208"] < 0.36 * found["Bi-212"] * 1.1


def test_daughters_at_calibration_are_carried_along():
    fresh = activity_at_injection_bq(1e6, name="212Pb", elapsed_s=60.0)
    given = activity_at_injection_bq(1e6, name="212Pb", elapsed_s=60.0, daughters_bq={"212Bi": 1e6})
    decayed = 1e6 * math.exp(-60.0 * nuclide("212Bi").decay_constant_per_s)
    assert given["Bi-212"] - fresh["Bi-212"] == pytest.approx(decayed, rel=1e-9)


def test_before_calibration_there_is_more_and_its_daughters_are_unknown():
    found = activity_at_injection_bq(1e6, name="225Ac", elapsed_s=-10.0 * 86400.0)
    assert dict(found) == {"Ac-225": pytest.approx(2e6, rel=ROUND_OFF)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"calibrated_activity_bq": -1.0}, "calibrated_activity_bq must be finite and >= 0"),
        ({"elapsed_s": math.nan}, "elapsed_s must be finite"),
        ({"elapsed_s": -1e9}, "half-lives of Pb-212 before its calibration"),
        ({"elapsed_s": -1.0, "daughters_bq": {"212Bi": 1.0}}, "cannot be followed back"),
        ({"daughters_bq": {"177Lu": 1.0}}, "Lu-177 is not in this chain"),
    ],
)
def test_impossible_certificates_are_refused(arguments, message):
    usual = {"calibrated_activity_bq": 1e6, "name": "212Pb", "elapsed_s": 60.0} | arguments
    activity = usual.pop("calibrated_activity_bq")
    with pytest.raises(InvalidValueError, match=message):
        activity_at_injection_bq(activity, **usual)


def test_a_stable_nuclide_has_no_activity():
    with pytest.raises(InvalidValueError, match="Pb-208 is stable"):
        molar_activity_bq_per_mol("208Pb")
    with pytest.raises(InvalidValueError, match="mass_kg must be finite and >= 0, got -1"):
        activity_of_mass_bq(-1.0, name="225Ac")
