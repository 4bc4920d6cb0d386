"""CSDA ranges of alphas in liquid water against an independent integration.

Source: ranges computed apart from this program from the same electronic stopping powers (ICRU
Report 90, NIST ASTAR) with universal nuclear stopping, printed to 0.01 um. Tolerance: 0.3 %,
a tenth of the uncertainty that ICRU 90 states for these stopping powers; what is left is the
interpolation between coarse energies.

Nuclear stopping is judged apart: the fit in use against the scattering integral of the
universal potential itself (J. F. Ziegler, J. P. Biersack, U. Littmark, 1985), integrated here,
and its unit against the Bohr radius and the square of the elementary charge. Tolerance: 4 %, to
which the fit follows the integral.

The second route to ranges is ours: trapezoids over the printed table itself, linear between its
points, above 1 MeV where nuclear stopping is below 0.2 %.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from alphatwin.nuclides import alpha_range_um, alpha_residual_energy_mev, stopping
from alphatwin.tables import loader

INTERPOLATION = 0.003
LINEAR_INTERPOLATION = 0.02  # the chords of the coarse ICRU 90 energies lie above the curve
ENERGIES_MEV = [5.8304, 6.34, 7.07, 8.376, 8.785]
RANGES_UM = {
    "icru90": [48.02, 54.71, 64.99, 85.37, 92.27],
    "astar": [47.52, 54.14, 64.31, 84.49, 91.32],
}


@pytest.mark.parametrize("data", RANGES_UM)
def test_ranges_of_the_alphas_of_therapy(data):
    found = alpha_range_um(ENERGIES_MEV, stopping=data)
    assert found == pytest.approx(RANGES_UM[data], rel=INTERPOLATION)


@pytest.mark.parametrize("data", RANGES_UM)
def test_range_between_two_energies_by_trapezoids_over_the_printed_table(data):
    rows = [row for row in loader.load("alpha_stopping_water").rows if row["set"] == data]
    energy = np.array([float(row["energy_mev"]) for row in rows])
    power = np.array([float(row["electronic_mass_stopping_power_mev_cm2_per_g"]) for row in rows])
    keep = (energy >= 1.0) & (energy <= 10.0)
    expected_um = np.trapezoid(1.0 / power[keep], energy[keep]) * 1e4
    found_um = alpha_range_um(10.0, stopping=data) - alpha_range_um(1.0, stopping=data)
    assert found_um == pytest.approx(expected_um, rel=LINEAR_INTERPOLATION)


def test_an_alpha_of_polonium_213_has_5_mev_left_after_48_um():
    """From the ranges above: 85.37 um less the residual range gives the path."""
    left_mev = alpha_residual_energy_mev(8.376, 85.37 - 48.02)
    assert left_mev == pytest.approx(5.8304, rel=INTERPOLATION)


UNIVERSAL_POTENTIAL = (
    (0.18175, 3.19980),
    (0.50986, 0.94229),
    (0.28022, 0.40290),
    (0.02817, 0.20162),
)
FIT_OF_INTEGRAL = 0.04
UNITS = 0.005  # rounded constants of the published formula, and a finite difference
BOHR_RADIUS_CM = 5.29177e-9
CHARGE_SQUARED_EV_CM = 1.43996e-7


def screened(distance):
    return sum(a * np.exp(-b * distance) for a, b in UNIVERSAL_POTENTIAL)


def sine_squared_of_half_the_angle(impact, energy):
    """Deflection in the centre of mass, lengths in screening lengths, by Gauss and Mehler."""

    def squared_speed(distance):
        return 1.0 - screened(distance) / (distance * energy) - (impact / distance) ** 2

    nearest = brentq(squared_speed, 1e-9, impact + 2.0 / energy + 10.0, xtol=1e-14)
    nodes = np.cos((2 * np.arange(1, 201) - 1) * np.pi / 800)  # half of 400 nodes
    value = np.sqrt((1.0 - nodes**2) / squared_speed(nearest / nodes))
    angle = np.pi * (1.0 - impact / nearest * value.sum() / 200)
    return np.sin(angle / 2.0) ** 2


@pytest.mark.parametrize("energy", [0.01, 0.1, 1.0, 10.0])
def test_nuclear_stopping_is_the_integral_over_the_universal_potential(energy):
    log_impact = np.linspace(np.log(1e-4), np.log(40.0), 600)
    impact = np.exp(log_impact)
    share = np.array([sine_squared_of_half_the_angle(b, energy) for b in impact])
    expected = energy * np.trapezoid(2.0 * impact**2 * share, log_impact)
    found = stopping.reduced_nuclear_stopping(np.array(energy))
    assert found == pytest.approx(expected, rel=FIT_OF_INTEGRAL)


def test_units_of_nuclear_stopping_are_those_of_the_screening_length():
    """Alphas in water: reduced energy E a M/(Z1 Z2 e2), stopping pi a2 gamma E s/epsilon."""
    energy_mev, total = 0.01, 0.0
    for charge, mass, atoms in ((1, 1.00794, 2), (8, 15.9994, 1)):
        length_cm = 0.8853 * BOHR_RADIUS_CM / (2**0.23 + charge**0.23)
        share = mass / (mass + 4.002603)
        repulsion_ev = 2 * charge * CHARGE_SQUARED_EV_CM / length_cm
        reduced = energy_mev * 1e6 * share / repulsion_ev
        transfer_ev = 4.0 * share * 4.002603 / (mass + 4.002603) * energy_mev * 1e6
        area_cm2 = np.pi * length_cm**2
        form = float(stopping.reduced_nuclear_stopping(np.array(reduced)))
        total += atoms * area_cm2 * transfer_ev * form / reduced
    expected = total * 1e-6 * 6.02214076e23 / 18.01528
    electronic = 337.0  # printed for 10 keV
    ends_um = alpha_range_um(np.array([0.00999, 0.01001]))
    found = 2e-5 / (np.diff(ends_um)[0] * 1e-4) - electronic
    assert found == pytest.approx(expected, rel=UNITS)
