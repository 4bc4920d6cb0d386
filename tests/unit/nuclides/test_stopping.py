"""Range, LET and residual energy of alphas: laws, limits, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import (
    STOPPING_NAMES,
    alpha_let_kev_per_um,
    alpha_range_um,
    alpha_residual_energy_mev,
    stopping_provenance,
    tissue_density_g_per_cm3,
    tissue_names,
)
from alphatwin.tables import loader

ENERGIES_MEV = np.linspace(0.01, 10.0, 40)
TABLE_LOOK_UP = 1e-4  # the spline passes through the printed points; the grid lies between them


@pytest.mark.parametrize("stopping", STOPPING_NAMES)
def test_let_is_the_printed_stopping_power_in_other_units(stopping):
    rows = [row for row in loader.load("alpha_stopping_water").rows if row["set"] == stopping]
    kept = [row for row in rows if float(row["energy_mev"]) <= 10.0]
    energy = [float(row["energy_mev"]) for row in kept]
    power = [float(row["electronic_mass_stopping_power_mev_cm2_per_g"]) for row in kept]
    found = alpha_let_kev_per_um(energy, stopping=stopping)
    assert found == pytest.approx(np.array(power) * 0.1, rel=TABLE_LOOK_UP)


@pytest.mark.parametrize("stopping", STOPPING_NAMES)
def test_ranges_rise_and_let_is_greatest_below_1_mev(stopping):
    assert np.all(np.diff(alpha_range_um(ENERGIES_MEV, stopping=stopping)) > 0.0)
    energy = np.geomspace(1e-3, 10.0, 2000)
    peak = energy[np.argmax(alpha_let_kev_per_um(energy, stopping=stopping))]
    assert 0.6 < peak < 0.85


def test_nuclear_stopping_shortens_the_last_micrometre_only():
    """Without it the range of 10 keV would be 0.26 um from S = 337 MeV cm2/g, sqrt(E) below."""
    electronic_only_um = 2.0 * 0.01 / 337.0 * 1e4
    assert alpha_range_um(0.01) < 0.9 * electronic_only_um
    above = quad(lambda e: 1.0 / alpha_let_kev_per_um(e), 1.0, 8.0, epsrel=1e-6)[0] * 1e3
    assert alpha_range_um(8.0) - alpha_range_um(1.0) == pytest.approx(above, rel=2e-3)


def test_what_is_left_after_part_of_the_way_goes_the_rest_of_it():
    path_um = 0.4 * alpha_range_um(ENERGIES_MEV)
    left = alpha_residual_energy_mev(ENERGIES_MEV, path_um)
    assert alpha_range_um(left) + path_um == pytest.approx(alpha_range_um(ENERGIES_MEV), rel=1e-6)


def test_no_path_takes_no_energy_and_the_range_takes_it_all():
    assert alpha_residual_energy_mev(6.0, 0.0) == pytest.approx(6.0, rel=1e-9)
    ends = alpha_residual_energy_mev(6.0, [alpha_range_um(6.0) * 1.001, 1e9, math.inf])
    assert ends.tolist() == [0.0, 0.0, 0.0]


def test_energies_and_paths_broadcast_and_zero_is_zero():
    assert alpha_residual_energy_mev(np.full((3, 1), 5.0), np.arange(4.0)).shape == (3, 4)
    assert alpha_range_um(0.0) == 0.0
    assert alpha_let_kev_per_um(0.0) == 0.0
    assert alpha_range_um(np.zeros((2, 0))).shape == (2, 0)
    assert 0.0 < alpha_range_um(1e-7) < alpha_range_um(1e-6)


def test_denser_tissue_stops_sooner():
    bone = tissue_density_g_per_cm3("cortical bone")
    assert bone == 1.92
    assert alpha_range_um(6.0, density_g_per_cm3=bone) == pytest.approx(alpha_range_um(6.0) / bone)
    assert alpha_let_kev_per_um(6.0, density_g_per_cm3=bone) == pytest.approx(
        alpha_let_kev_per_um(6.0) * bone
    )
    half = alpha_residual_energy_mev(6.0, 10.0, density_g_per_cm3=bone)
    assert half == pytest.approx(float(alpha_residual_energy_mev(6.0, 10.0 * bone)))


def test_tissues_are_named_and_sourced():
    assert "liver" in tissue_names()
    assert "ICRU" in stopping_provenance().source
    with pytest.raises(InvalidValueError, match="'cheese' is not in the table; allowed: water"):
        tissue_density_g_per_cm3("cheese")


@pytest.mark.parametrize("energy_mev", [-1.0, 10.5, math.nan])
def test_energies_outside_the_table_are_refused(energy_mev):
    with pytest.raises(InvalidValueError, match="energy_mev must be from 0 to 10 MeV"):
        alpha_range_um([1.0, energy_mev])


def test_other_impossible_questions_are_refused():
    with pytest.raises(InvalidValueError, match="'srim'; allowed: icru90, astar"):
        alpha_range_um(5.0, stopping="srim")
    with pytest.raises(InvalidValueError, match="density_g_per_cm3 must be finite and > 0"):
        alpha_range_um(5.0, density_g_per_cm3=0.0)
    with pytest.raises(InvalidValueError, match="path_um must be >= 0 um, got -1"):
        alpha_residual_energy_mev(5.0, [-1.0])
