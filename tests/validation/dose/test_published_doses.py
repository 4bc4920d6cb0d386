"""Absorbed dose from decays against published self-doses, and the example against published bands.

Sources: (B12) 177Lu in 310 g from local electrons, 7.64e-5 mGy/(MBq s), computed apart from this
program with ICRP-107 emissions; printed to three digits. (Energies) 28.684 MeV of charged energy
per decay of 225Ac over its chain and 8.853 MeV per decay of 212Pb, ICRP-107, printed to 0.001 MeV.

Second route: the dose of the example's kidneys per activity lies in the plausibility band of
published means (0.37 to 0.65 Gy/GBq; Willowson 2018, Staanum 2021, Gupta 2013, label).
"""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose import absorbed_dose, absorbed_where_emitted, energy_absorbed_per_decay_j
from alphatwin.files import read_example
from alphatwin.nuclides import decay_chain
from alphatwin.workflows.dose import dose_report

THREE_DIGITS = 1e-3  # printed 7.64: half a unit of the last digit is 0.07 %
LAST_DIGIT_MEV = 6e-4  # printed to 0.001 MeV
MEV_PER_J = 1.0 / 1.602176634e-13
PUBLISHED_BAND_GY_PER_GBQ = (0.37, 0.65)


def dose_per_parent_decay_gy(name, *, mass_kg):
    chain = decay_chain(name)
    energy_j = energy_absorbed_per_decay_j(
        chain.nuclides, mass_kg=mass_kg, absorbed_fraction=absorbed_where_emitted
    )
    decays = chain.decays_per_parent_decay()[np.newaxis]
    dose = absorbed_dose(decays, nuclides=chain.nuclides, mass_kg=mass_kg, energy_j=energy_j)
    return float(dose.total_gy[0])


def test_177lu_in_310_g_from_local_electrons():
    mgy_per_mbq_s = dose_per_parent_decay_gy("Lu-177", mass_kg=0.310) * 1e3 * 1e6
    assert mgy_per_mbq_s == pytest.approx(7.64e-5, rel=THREE_DIGITS)


@pytest.mark.parametrize(("name", "mev"), [("Ac-225", 28.684), ("Pb-212", 8.853)])
def test_charged_energy_of_the_chain_is_what_the_mass_absorbs(name, mev):
    absorbed_mev = dose_per_parent_decay_gy(name, mass_kg=1.0) * MEV_PER_J
    assert absorbed_mev == pytest.approx(mev, abs=LAST_DIGIT_MEV)


def test_kidneys_of_the_example_lie_in_the_published_band():
    (given, *_) = dose_report(read_example("umich_lu177_dotatate")).agents
    kidneys = next(r for r in given.regions if r.region == "kidneys")
    per_gbq = kidneys.absorbed_dose_per_activity_gy_per_bq.median * 1e9
    low, high = PUBLISHED_BAND_GY_PER_GBQ
    assert low < per_gbq < high
