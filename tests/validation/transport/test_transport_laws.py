"""Laws that transport must keep: attenuation, reciprocity, Fano's theorem, and known S-values.

Closed forms where there are any; else two independent ways to one number.
"""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose.transport import (
    InShell,
    Material,
    Point,
    Source,
    Spheres,
    VoxelMap,
    Voxels,
    line,
    material,
    transport,
)
from alphatwin.dose.transport.photons import attenuation_cm2_per_g
from alphatwin.dose.transport.sphere_fractions import radius_cm, sphere_fractions
from alphatwin.dose.transport.sphere_table import absorbed_fraction, sphere_s_values
from validation.transport.emitted import electrons_and_photons

SIGMAS = 4.0
LOOSEST_RECIPROCITY = 0.05  # standard error with which reciprocity is still a test
SCATTER_SHARE = 0.006  # of 3 keV photons in water that scatter before absorption, share of all
FANO_TOLERANCE = 0.005  # dose uniform over densities 0.3 to 2 g/cm3
FANO_STATISTICS = 0.0015  # largest standard error that lets the test see that
LU177_310_G_GY_PER_BQ_S = 7.83e-14  # 7.83e-5 mGy/(MBq s), water sphere, ICRP-107 emissions
LU177_TOLERANCE = 0.003
TABLE_TOLERANCE = 0.01  # interpolated table against direct runs of full spectra
PHOTON_TABLE_TOLERANCE = 0.02  # the same for photons, whose table has standard errors to 3 %
LEAST_PHOTON_SHARE = 1e-3  # photons with less of the dose are drawn too seldom to compare
BETWEEN_TOLERANCE = 0.006  # absorbed fraction of electrons between the energies of the table
WATER = material("water")


def test_photons_of_a_point_source_are_attenuated_exponentially():
    """At 3 keV nearly all are absorbed: what leaves layers is exp(-sum of mu d), also by layer."""
    light = Material("light water", 0.5, WATER.mass_fractions, 75.0, 1.0)
    mu_cm2_per_g = attenuation_cm2_per_g(WATER, energy_mev=0.003).sum()
    thickness_cm = 1.0 / mu_cm2_per_g
    radii = tuple(thickness_cm * r for r in (0.5, 1.5, 2.0))
    source = Source((line("photon", energy_mev=0.003),), Point())
    found = transport(
        Spheres(radii, (WATER, light, WATER)), source, histories=400_000, seed=1, local_cm=1.0
    )
    depths = np.array([0.5, 1.0, 1.5])  # in mean free paths: the middle layer has half the density
    left = 1.0 - np.cumsum(found.energy_mev[0]) / 0.003
    assert left == pytest.approx(np.exp(-depths), abs=SCATTER_SHARE)


@pytest.mark.parametrize("energy_mev", [0.03, 0.14, 1.2])
def test_photon_doses_are_reciprocal(energy_mev):
    """Dose to b from a per event equals dose to a from b, in one medium."""
    shells = Spheres((1.0, 3.0, 4.0, 40.0), (WATER,) * 4)
    inner, outer = (
        transport(
            shells,
            Source((line("photon", energy_mev=energy_mev),), place),
            histories=400_000,
            seed=3,
        )
        for place in (InShell(1.0), InShell(4.0, 3.0))
    )
    there, back = inner.dose_gy[0, 2], outer.dose_gy[0, 0]
    error = np.hypot(inner.dose_standard_error_gy[0, 2], outer.dose_standard_error_gy[0, 0])
    assert abs(there - back) < SIGMAS * error
    assert error < LOOSEST_RECIPROCITY * there


def test_fano_dose_is_uniform_whatever_the_densities():
    """Electrons born uniformly per mass in one composition with the density effect frozen."""
    n = 30
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, 3, size=(n, n, n))
    density = np.array([0.3, 1.0, 2.0])[kinds]
    size_cm = 0.04
    geometry = Voxels((WATER,), np.zeros((n, n, n), dtype=np.uint8), density, (size_cm,) * 3)
    source = Source((line("electron", energy_mev=0.15),), VoxelMap(density))
    found = transport(geometry, source, histories=9_000_000, seed=2)
    inside = np.zeros((n, n, n), dtype=bool)
    inside[5:-5, 5:-5, 5:-5] = True  # 0.2 cm: beyond the range even at 0.3 g/cm3 on average
    energy = found.energy_mev[0].reshape(n, n, n)
    mass = found.masses_g.reshape(n, n, n)
    expected = 0.15 / found.masses_g.sum()
    for kind in range(3):
        mine = inside & (kinds == kind)
        error = np.sqrt((found.standard_error_mev[0].reshape(n, n, n)[mine] ** 2).sum())
        assert error / energy[mine].sum() < FANO_STATISTICS
        dose = energy[mine].sum() / mass[mine].sum()
        assert dose / expected == pytest.approx(1.0, abs=FANO_TOLERANCE)


def test_lu177_in_a_water_sphere_of_310_g():
    """Betas as spectrum, conversion and Auger electrons, gammas and X rays."""
    radius = float(radius_cm(310.0, density_g_per_cm3=1.0))
    found = transport(
        Spheres((radius, 40.0), (WATER, WATER)),
        Source(electrons_and_photons("Lu-177"), InShell(radius), "energy"),
        histories=400_000,
        seed=1,
    )
    assert found.dose_gy[:, 0].sum() == pytest.approx(
        LU177_310_G_GY_PER_BQ_S, rel=LU177_TOLERANCE, abs=0.0
    )


@pytest.mark.parametrize(
    ("name", "mass_g", "tissue"),
    [
        ("Y-90", 0.07, "soft_tissue"), ("Y-90", 33.0, "lung"), ("Lu-177", 0.3, "soft_tissue"),
        ("Lu-177", 1700.0, "soft_tissue"), ("Bi-213", 0.015, "soft_tissue"),
        ("Tl-208", 140.0, "cortical_bone"), ("Tb-161", 0.04, "cortical_bone"),
    ],
)  # fmt: skip
def test_s_values_of_the_table_against_direct_runs(name, mass_g, tissue):
    """Full spectra at masses that the table does not hold, by radiation."""
    medium = material(tissue)
    radius = float(radius_cm(mass_g, density_g_per_cm3=medium.density_g_per_cm3))
    found = transport(
        Spheres((radius, radius + 60.0 / medium.density_g_per_cm3), (medium, medium)),
        Source(electrons_and_photons(name), InShell(radius), "energy"),
        histories=300_000,
        seed=2,
        fine_cm=0.2 * radius,
    )
    table = sphere_s_values([name], mass_kg=mass_g * 1e-3, material=tissue)
    electron, photon = table.by_nuclide_and_radiation_gy_per_bq_s[0, 2:]
    direct, error = found.dose_gy[:, 0], found.dose_standard_error_gy[:, 0]
    assert electron == pytest.approx(direct[0], abs=TABLE_TOLERANCE * direct[0] + SIGMAS * error[0])
    if photon > LEAST_PHOTON_SHARE * electron:
        allowed = PHOTON_TABLE_TOLERANCE * direct[1] + SIGMAS * error[1]
        assert photon == pytest.approx(direct[1], abs=allowed)


@pytest.mark.parametrize("energy_mev", [0.12, 0.6, 1.8])
def test_fractions_between_the_points_of_the_table(energy_mev):
    """Electron energies and masses off the grid, computed anew."""
    masses_g = np.array([0.03, 0.7, 70.0, 900.0])
    fresh = sphere_fractions(
        material("soft_tissue"), "electron", energy_mev=energy_mev, masses_g=masses_g,
        histories=20_000, seed=9,
    )  # fmt: skip
    for mass_g, value in zip(masses_g, fresh.fractions, strict=True):
        mine = float(absorbed_fraction("electron", energy_mev, mass_g * 1e-3))
        assert mine == pytest.approx(value, rel=BETWEEN_TOLERANCE)
