"""Red marrow: ratio, mass, self-dose and dose from bone surfaces, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.dose.marrow import (
    BLOOD_DENSITY,
    BONE_SURFACE_FRACTION,
    EXTRACELLULAR_FRACTION,
    LEFT_OUT,
    PEPTIDE_RATIO,
    from_bone_surface,
    marrow_decays_bq_s,
    marrow_dose,
    marrow_to_blood_ratio,
)
from alphatwin.dose.marrow_mass import REFERENCE_SOURCE, lean_mass_kg, marrow_mass
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.nuclides import RADIATIONS, decay_chain, energy_per_decay_mev
from alphatwin.patient import Patient

ROUND_OFF = 1e-12
PRINTED = 5e-3  # 0.36 has two digits, and 0.3585 rounds to it
JOULE_PER_MEV = 1.602176634e-13
AC = decay_chain("Ac-225")


def test_the_ratio_is_that_of_the_publication():
    """Truth: Sgouros 1993, abstract: haematocrit 0.47 and 0.19 give 0.36."""
    assert float(marrow_to_blood_ratio(0.47)) == pytest.approx(0.36, abs=PRINTED)
    assert float(marrow_to_blood_ratio(0.47)) == pytest.approx(0.19 / 0.53, rel=ROUND_OFF)


def test_the_self_dose_is_concentration_times_energy_whatever_the_mass():
    per_ml = np.array([[1e6, 5e5]])
    nuclides = ["Lu-177", "Y-90"]
    energy = [energy_per_decay_mev(n).charged for n in nuclides]
    expected = sum(
        c * 1e3 / 1.06 * e * JOULE_PER_MEV for c, e in zip(per_ml[0], energy, strict=True)
    )
    for mass_kg in (0.5, 1.17):
        found = marrow_dose(per_ml, nuclides=nuclides, mass_kg=mass_kg)
        assert found.total_gy[0] == pytest.approx(expected, rel=ROUND_OFF)
        assert found.from_bone_surface is None
        assert found.left_out == LEFT_OUT


def test_225ac_in_blood_gives_by_hand_what_the_chain_gives():
    """1 kBq/mL of 225Ac and its chain for one hour: 3.6e6 decays per mL, 28 MeV each."""
    per_ml = 3.6e6 * AC.decays_per_parent_decay()[None, :]
    found = marrow_dose(per_ml, nuclides=AC.nuclides, mass_kg=1.17)
    charged_mev = AC.energy_per_parent_decay_mev().charged
    assert found.total_gy[0] == pytest.approx(
        3.6e6 * 1e3 / 1.06 * charged_mev * JOULE_PER_MEV, rel=1e-9
    )
    alpha_gy = found.self_dose.by_radiation_gy[0, 0]
    assert alpha_gy / found.total_gy[0] > 0.9


def test_ratios_may_differ_by_nuclide_and_by_sample():
    blood = np.array([[1.0, 2.0], [3.0, 4.0]])
    one = marrow_decays_bq_s(blood, ratio=1.0, mass_kg=1.06e-3)
    assert one == pytest.approx(blood)
    by_nuclide = marrow_decays_bq_s(blood, ratio=[0.5, 2.0], mass_kg=1.06e-3)
    assert by_nuclide == pytest.approx(blood * [0.5, 2.0])
    by_sample = marrow_decays_bq_s(blood, ratio=[[0.5], [2.0]], mass_kg=[1.06e-3, 2.12e-3])
    assert by_sample == pytest.approx(blood * [[0.5], [4.0]])


def test_bone_surfaces_give_their_share_of_charged_energy_to_the_marrow_mass():
    nothing, there = np.zeros((1, 1)), np.array([[1e9]])
    energy = energy_per_decay_mev("Ra-223")
    for mass_kg, share in ((1.17, 0.25), (0.6, 0.5)):
        found = marrow_dose(
            nothing,
            nuclides=["Ra-223"],
            mass_kg=mass_kg,
            bone_surface_bq_s=there,
            to_marrow_fraction=share,
        )
        expected = 1e9 * share * energy.charged * JOULE_PER_MEV / mass_kg
        assert found.total_gy[0] == pytest.approx(expected, rel=ROUND_OFF)
        assert found.self_dose.total_gy[0] == 0.0


def test_photons_give_nothing_from_bone_surfaces():
    absorbed = from_bone_surface(0.3)
    shares = {kind: absorbed(kind, nuclide="Ac-225", mass_kg=1.0) for kind in RADIATIONS}
    assert shares.pop("photon") == 0.0
    assert set(shares.values()) == {0.3}


def test_every_parameter_has_its_source_and_status():
    assert EXTRACELLULAR_FRACTION.source.status == "read"
    assert PEPTIDE_RATIO.source.status == "read"
    assert PEPTIDE_RATIO.value == 1.0
    for parameter in (BLOOD_DENSITY, BONE_SURFACE_FRACTION):
        assert parameter.source.status == "recalled"
    assert REFERENCE_SOURCE.status == "recalled"


def test_the_reference_adult_has_the_reference_marrow_however_scaled():
    for sex, weight, height, mass in (("male", 73.0, 1.76, 1.17), ("female", 60.0, 1.63, 0.90)):
        for scaling in ("lean mass", "weight", "reference"):
            found = marrow_mass(Patient(sex, weight, height), scaling=scaling)
            assert found.mass_kg == pytest.approx(mass, rel=ROUND_OFF)
            assert found.factor == pytest.approx(1.0, rel=ROUND_OFF)


def test_lean_mass_is_that_of_calculators():
    """Truth: two worked examples of Boer's formula at super-calc.com, 61.4 and 45.4 kg."""
    assert lean_mass_kg(Patient("male", 80.0, 1.80)) == pytest.approx(61.4, abs=0.05)
    assert lean_mass_kg(Patient("female", 62.0, 1.65)) == pytest.approx(45.4, abs=0.05)


def test_fat_brings_less_marrow_than_weight_says():
    patient = Patient("male", 120.0, 1.76)
    lean, weight = marrow_mass(patient), marrow_mass(patient, scaling="weight")
    assert 1.17 < lean.mass_kg < weight.mass_kg
    assert weight.factor == pytest.approx(120.0 / 73.0)


def test_what_is_not_known_is_not_guessed():
    with pytest.raises(NotSupportedError, match=r"patient\.sex is 'unknown'"):
        marrow_mass(Patient("unknown", 70.0, 1.7))
    with pytest.raises(NotSupportedError, match=r"patient\.height is not known"):
        marrow_mass(Patient("male", 70.0))
    assert marrow_mass(Patient("male", 73.0), scaling="weight").factor == 1.0
    with pytest.raises(InvalidValueError, match="which no adult has"):
        marrow_mass(Patient("female", 12.0, 0.9))
    with pytest.raises(InvalidValueError, match="scaling 'height' is unknown"):
        marrow_mass(Patient("male", 70.0, 1.7), scaling="height")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"mass_kg": 0.0}, "mass_kg must be finite and > 0"),
        ({"ratio": -1.0}, "ratio must be finite and >= 0"),
        ({"ratio": math.nan}, "ratio must be finite"),
        ({"ratio": [1.0, 1.0, 1.0]}, "ratio and mass_kg must fit"),
        ({"density_g_per_ml": 0.0}, "density_g_per_ml must be"),
        ({"blood_bq_s_per_ml": [[-1.0]]}, "blood_bq_s_per_ml must be"),
        ({"blood_bq_s_per_ml": [1.0]}, r"must have shape \(n_samples"),
        ({"blood_bq_s_per_ml": [[1.0, 1.0]]}, "blood_bq_s_per_ml must have one column"),
        ({"bone_surface_bq_s": [[1.0, 1.0]]}, "bone_surface_bq_s must have one column"),
        ({"to_marrow_fraction": 1.5}, "to_marrow_fraction must lie"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_refused_by_field(change, match):
    given = {"blood_bq_s_per_ml": [[1.0]], "nuclides": ["Lu-177"], "mass_kg": 1.0} | change
    blood = given.pop("blood_bq_s_per_ml")
    with pytest.raises(InvalidValueError, match=match):
        marrow_dose(blood, **given)


@pytest.mark.parametrize("wrong", [0.0, 1.0, 47.0, math.nan])
def test_a_haematocrit_out_of_range_is_refused(wrong):
    with pytest.raises(InvalidValueError, match="haematocrit_fraction must"):
        marrow_to_blood_ratio(wrong)
