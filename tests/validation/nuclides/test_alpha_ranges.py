"""CSDA ranges of alphas in liquid water against an independent integration.

Source: ranges computed apart from this program from the same electronic stopping powers (ICRU
Report 90, NIST ASTAR) with universal nuclear stopping, printed to 0.01 um. Tolerance: 0.3 %,
a tenth of the uncertainty that ICRU 90 states for these stopping powers; what is left is the
interpolation between coarse energies.

The second route is ours: trapezoids over the printed table itself, linear between its points,
above 1 MeV where nuclear stopping is below 0.2 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.nuclides import alpha_range_um, alpha_residual_energy_mev
from alphatwin.tables import loader

INTERPOLATION = 0.003
LINEAR_INTERPOLATION = 0.02  # the chords of the coarse ICRU 90 energies lie above the curve
ENERGIES_MEV = [5.8304, 6.34, 7.07, 8.376, 8.785]
RANGES_UM = {
    "icru90": [48.02, 54.71, 64.99, 85.37, 92.27],
    "astar": [47.52, 54.14, 64.31, 84.49, 91.32],
}


@pytest.mark.parametrize("stopping", RANGES_UM)
def test_ranges_of_the_alphas_of_therapy(stopping):
    found = alpha_range_um(ENERGIES_MEV, stopping=stopping)
    assert found == pytest.approx(RANGES_UM[stopping], rel=INTERPOLATION)


@pytest.mark.parametrize("stopping", RANGES_UM)
def test_range_between_two_energies_by_trapezoids_over_the_printed_table(stopping):
    rows = [row for row in loader.load("alpha_stopping_water").rows if row["set"] == stopping]
    energy = np.array([float(row["energy_mev"]) for row in rows])
    power = np.array([float(row["electronic_mass_stopping_power_mev_cm2_per_g"]) for row in rows])
    keep = (energy >= 1.0) & (energy <= 10.0)
    expected_um = np.trapezoid(1.0 / power[keep], energy[keep]) * 1e4
    found_um = alpha_range_um(10.0, stopping=stopping) - alpha_range_um(1.0, stopping=stopping)
    assert found_um == pytest.approx(expected_um, rel=LINEAR_INTERPOLATION)


def test_an_alpha_of_polonium_213_has_5_mev_left_after_48_um():
    """From the ranges above: 85.37 um less the residual range gives the path."""
    left_mev = alpha_residual_energy_mev(8.376, 85.37 - 48.02)
    assert left_mev == pytest.approx(5.8304, rel=INTERPOLATION)
