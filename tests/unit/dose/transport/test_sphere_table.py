"""Absorbed fractions and S-values of spheres from the shipped table."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose import RADIATION_TYPES, energy_absorbed_per_decay_j
from alphatwin.dose.transport.sphere_fractions import _mean_overlap, radius_cm
from alphatwin.dose.transport.sphere_table import (
    absorbed_fraction,
    absorbed_fraction_error,
    sphere_absorption,
    sphere_s_values,
)
from alphatwin.errors import DataError, InvalidValueError
from alphatwin.nuclides import decay_chain, emissions
from alphatwin.tables import loader

TABLE_TOLERANCE = 1e-6  # the splines pass through the points
SLOPE_TOLERANCE = 0.01  # of the escaping share with the radius, over a decade of radii
ROUND_OFF = 1e-12


def test_the_table_is_met_at_its_points():
    rows = loader.load("sphere_absorbed_fractions").rows
    for row in (rows[0], rows[700], rows[1500], rows[-1]):
        phi = absorbed_fraction(
            row["particle"],
            float(row["energy_mev"]),
            float(row["mass_g"]) * 1e-3,
            material=row["material"],
        )
        assert float(phi) == pytest.approx(float(row["absorbed_fraction"]), rel=TABLE_TOLERANCE)


def test_every_fraction_is_a_fraction_and_grows_with_the_mass():
    masses_kg = np.geomspace(1e-6, 30.0, 40)
    for material in ("soft_tissue", "cortical_bone", "lung"):
        for energy in (0.002, 0.01, 0.1, 1.0, 4.0):
            phi = np.array(
                [
                    float(absorbed_fraction("electron", energy, m, material=material))
                    for m in masses_kg
                ]
            )
            assert np.all((phi > 0.0) & (phi < 1.0))
            assert np.all(np.diff(phi) > 0.0)


def test_short_ranges_leave_a_share_that_goes_with_one_over_the_radius():
    """1 - phi = (3/4) <r>/R, so a thousandfold mass lets out a tenth."""
    small, large = (1.0 - float(absorbed_fraction("electron", 0.02, m)) for m in (1e-4, 1e-1))
    assert small / large == pytest.approx(10.0, rel=SLOPE_TOLERANCE)
    assert 1.0 - float(absorbed_fraction("electron", 1e-4, 1e-3)) < 1e-5


def test_the_overlap_is_a_probability():
    """Over all distances the bracket of eq. T17 integrates to 3R/4: the mean is known by hand."""
    radii = np.array([0.7, 2.0])
    edges = np.linspace(0.0, 5.0, 500)
    overlap = _mean_overlap(edges, radii)
    assert np.all((overlap >= -ROUND_OFF) & (overlap <= 1.0))
    assert overlap @ np.diff(edges) == pytest.approx(0.75 * radii)


def test_radius_of_a_sphere():
    assert float(radius_cm(4.0 / 3.0 * np.pi * 2.0, density_g_per_cm3=2.0)) == pytest.approx(1.0)


def test_s_values_are_those_of_the_mird_schema():
    chain = decay_chain("Ac-225")
    table = sphere_s_values(chain.nuclides, mass_kg=0.02)
    energy_j = energy_absorbed_per_decay_j(
        chain.nuclides, mass_kg=0.02, absorbed_fraction=sphere_absorption()
    )
    assert table.by_nuclide_and_radiation_gy_per_bq_s == pytest.approx(
        energy_j / 0.02, rel=1e-9, abs=0.0
    )
    alpha = emissions("Ac-225").alpha.energy_per_decay_mev * 1.602176634e-13 / 0.02
    column = RADIATION_TYPES.index("alpha")
    assert table.by_nuclide_and_radiation_gy_per_bq_s[0, column] == pytest.approx(
        alpha, rel=1e-9, abs=0.0
    )
    assert np.all(table.standard_error_gy_per_bq_s >= 0.0)
    assert table.by_nuclide_gy_per_bq_s.shape == (len(chain.nuclides),)


def test_without_a_spectrum_the_means_of_the_branches_serve():
    other = sphere_absorption(decay_data="ensdf")("beta", nuclide="Lu-177", mass_kg=0.001)
    mine = sphere_absorption()("beta", nuclide="Lu-177", mass_kg=0.001)
    assert other == pytest.approx(mine, rel=0.01)


def test_errors_of_the_table_are_small_where_it_matters():
    error = absorbed_fraction_error("electron", [0.1, 0.5, 1.0], 0.01)
    assert np.all(error < 0.002)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: absorbed_fraction("electron", 0.1, 0.0), InvalidValueError, "mass_kg must be"),
        (lambda: absorbed_fraction("electron", -0.1, 1.0), InvalidValueError, "energy_mev must"),
        (
            lambda: absorbed_fraction("photon", 0.1, 1.0, material="wood"),
            DataError,
            "soft_tissue",
        ),
        (
            lambda: sphere_absorption()("gamma", nuclide="Lu-177", mass_kg=1.0),
            InvalidValueError,
            "gamma",
        ),
    ],
)
def test_bad_questions_are_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
