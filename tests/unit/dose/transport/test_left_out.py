"""How large the processes are that the engine leaves out, as the page of theory says."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose.transport.materials import material
from alphatwin.dose.transport.stopping import (
    ELECTRON_MASS_MEV,
    collision_stopping_mev_cm2_per_g,
    radiative_stopping_mev_cm2_per_g,
)
from alphatwin.nuclides import emissions

ELECTRONS_PER_G = 3.3428e23  # of water
RADIUS2_CM2 = (2.8179403e-13) ** 2
PRINTED = 0.05  # two digits on the page
ENERGY_MEV = np.geomspace(0.005, 2.5, 2000)


def heitler_cm2(energy_mev):
    """Return the cross section of a positron and a free electron at rest for two photons."""
    g = 1.0 + energy_mev / ELECTRON_MASS_MEV
    root = np.sqrt(g * g - 1.0)
    rising = (g * g + 4.0 * g + 1.0) / (g * g - 1.0) * np.log(g + root)
    return np.pi * RADIUS2_CM2 / (g + 1.0) * (rising - (g + 3.0) / root)


@pytest.fixture(scope="module")
def in_flight():
    """Return the chance to annihilate on the way, and the mean energy that is then left."""
    water = material("water")
    stopping = collision_stopping_mev_cm2_per_g(
        water, energy_mev=ENERGY_MEV, is_positron=True
    ) + radiative_stopping_mev_cm2_per_g(water, energy_mev=ENERGY_MEV)
    per_mev = ELECTRONS_PER_G * heitler_cm2(ENERGY_MEV) / stopping
    step = np.gradient(ENERGY_MEV)
    return np.cumsum(per_mev * step), np.cumsum(per_mev * ENERGY_MEV * step)


@pytest.mark.parametrize(("energy_mev", "share"), [(0.5, 0.018), (1.0, 0.036), (1.9, 0.060)])
def test_few_positrons_annihilate_in_flight(in_flight, energy_mev, share):
    assert np.interp(energy_mev, ENERGY_MEV, in_flight[0]) == pytest.approx(share, rel=PRINTED)


@pytest.mark.parametrize(
    ("nuclide", "share", "energy_share"), [("Ga-68", 0.030, 0.017), ("Cu-64", 0.007, 0.006)]
)
def test_what_positrons_of_imaging_nuclides_would_carry_out(
    in_flight, nuclide, share, energy_share
):
    spectrum = emissions(nuclide).beta_spectrum()
    weight = spectrum.betas_per_decay_per_mev * np.gradient(spectrum.energies_mev)
    chance, left_mev = (
        (weight * np.interp(spectrum.energies_mev, ENERGY_MEV, part)).sum() for part in in_flight
    )
    assert chance / weight.sum() == pytest.approx(share, rel=2.0 * PRINTED)
    whole_mev = (weight * spectrum.energies_mev).sum()
    assert left_mev / whole_mev == pytest.approx(energy_share, rel=2.0 * PRINTED)
