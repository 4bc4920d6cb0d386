"""The MIRD sum: closed forms, and the printed self-dose of 177Lu in 310 g."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose import (
    RADIATION_TYPES,
    AbsorbedDose,
    Deposit,
    absorbed_dose,
    absorbed_where_emitted,
    energy_absorbed_per_decay_j,
)
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import decay_chain

ROUND_OFF = 1e-12  # the same sum in another order
PRINTED = 2e-3  # three printed digits
ENERGY_DATA = 2e-3  # the bar, 28.684 MeV, was printed with five digits from the same ICRP-107 set
JOULE_PER_MEV = 1.602176634e-13

rng = np.random.default_rng(1)


def local_energy_j(*nuclides, mass_kg=1.0):
    return energy_absorbed_per_decay_j(
        nuclides, mass_kg=mass_kg, absorbed_fraction=absorbed_where_emitted
    )


def test_177lu_in_310_g_gives_the_published_self_dose_from_local_electrons():
    """Truth: published_numbers.md B12, 7.64e-5 mGy/(MBq s) with ICRP-107 electrons."""
    dose = absorbed_dose(
        [[1e6]], nuclides=["Lu-177"], mass_kg=0.310, energy_j=local_energy_j("Lu-177")
    )
    assert dose.total_gy[0] * 1e3 == pytest.approx(7.64e-5, rel=PRINTED)


def test_225ac_chain_deposits_the_published_charged_energy():
    """Truth: 28.684 MeV of charged energy per decay of 225Ac over the chain, ICRP-107."""
    chain = decay_chain("Ac-225")
    decays = chain.decays_per_parent_decay()[np.newaxis]
    dose = absorbed_dose(
        decays, nuclides=chain.nuclides, mass_kg=1.0, energy_j=local_energy_j(*chain.nuclides)
    )
    assert dose.total_gy[0] / JOULE_PER_MEV == pytest.approx(28.684, rel=ENERGY_DATA)


def test_photons_deposit_nothing_and_everything_else_all():
    energy = local_energy_j("Lu-177", "Bi-213")
    assert np.all(energy[:, RADIATION_TYPES.index("photon")] == 0.0)
    assert energy[1, RADIATION_TYPES.index("alpha")] > 0.0


def test_a_replaced_absorbed_fraction_is_used_with_nuclide_and_mass():
    asked = []

    def half(emission, *, nuclide, mass_kg):
        asked.append((emission, nuclide, mass_kg))
        return 0.5 if emission != "photon" else 0.0

    energy = energy_absorbed_per_decay_j(["Lu-177"], mass_kg=0.02, absorbed_fraction=half)
    assert energy == pytest.approx(0.5 * local_energy_j("Lu-177"), rel=ROUND_OFF)
    assert {(n, m) for _, n, m in asked} == {("Lu-177", 0.02)}
    assert len(asked) == 6


def test_dose_falls_with_mass_and_rises_with_decays_sample_by_sample():
    decays, mass_kg = rng.uniform(1e10, 1e12, (50, 1)), rng.uniform(0.01, 2.0, 50)
    energy_j = local_energy_j("Lu-177")
    dose = absorbed_dose(decays, nuclides=["Lu-177"], mass_kg=mass_kg, energy_j=energy_j)
    expected = decays[:, 0] * energy_j.sum() / mass_kg
    assert dose.total_gy == pytest.approx(expected, rel=ROUND_OFF)


def test_parts_add_up_to_the_total():
    chain = decay_chain("Pb-212")
    decays = rng.uniform(1.0, 2.0, (7, len(chain.nuclides)))
    dose = absorbed_dose(
        decays, nuclides=chain.nuclides, mass_kg=0.1, energy_j=local_energy_j(*chain.nuclides)
    )
    assert dose.by_nuclide_gy.sum(axis=1) == pytest.approx(dose.total_gy, rel=ROUND_OFF)
    assert dose.by_radiation_gy.sum(axis=1) == pytest.approx(dose.total_gy, rel=ROUND_OFF)


def test_dose_cannot_be_changed_afterwards():
    dose = absorbed_dose(
        [[1.0]], nuclides=["Lu-177"], mass_kg=1.0, energy_j=local_energy_j("Lu-177")
    )
    with pytest.raises(ValueError, match="read-only"):
        dose.deposits[0].decays_per_kg[0, 0] = 2.0


def test_doses_of_two_places_add_in_every_view():
    one, two = (
        AbsorbedDose(("Lu-177", "Y-90"), (Deposit(rng.random((5, 2)), rng.random((2, 4))),))
        for _ in range(2)
    )
    both = one.plus(two)
    whole = one.by_nuclide_and_radiation_gy + two.by_nuclide_and_radiation_gy
    assert both.by_nuclide_and_radiation_gy == pytest.approx(whole, rel=ROUND_OFF)
    assert both.by_nuclide_gy == pytest.approx(whole.sum(axis=2), rel=ROUND_OFF)
    assert both.by_radiation_gy == pytest.approx(whole.sum(axis=1), rel=ROUND_OFF)
    assert both.total_gy == pytest.approx(whole.sum(axis=(1, 2)), rel=ROUND_OFF)
    other = AbsorbedDose(("Lu-177",), (Deposit(np.ones((5, 1)), np.ones((1, 4))),))
    with pytest.raises(InvalidValueError, match="have no common columns"):
        one.plus(other)


def test_impossible_input_is_refused_by_name():
    energy_j = local_energy_j("Lu-177")
    with pytest.raises(InvalidValueError, match="mass_kg must be > 0"):
        absorbed_dose([[1.0]], nuclides=["Lu-177"], mass_kg=0.0, energy_j=energy_j)
    with pytest.raises(InvalidValueError, match="mass_kg must be > 0"):
        absorbed_dose([[1.0]], nuclides=["Lu-177"], mass_kg=float("nan"), energy_j=energy_j)
    with pytest.raises(InvalidValueError, match="decays must be >= 0"):
        absorbed_dose([[-1.0]], nuclides=["Lu-177"], mass_kg=1.0, energy_j=energy_j)
    with pytest.raises(InvalidValueError, match="must have decays_per_kg of shape"):
        AbsorbedDose(("Lu-177", "Bi-213"), (Deposit(np.ones((1, 1)), np.ones((1, 4))),))
    with pytest.raises(InvalidValueError, match="emission 'gamma' is unknown; allowed: alpha"):
        absorbed_where_emitted("gamma", nuclide="Lu-177", mass_kg=1.0)
