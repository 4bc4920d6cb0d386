"""The synthetic patient and its camera: exact volumes, conserved activity, honest noise."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Grid, Image, voxel_fractions
from alphatwin.imaging.anatomy import drawn_at
from alphatwin.imaging.forward import Camera, acquired, blurred
from alphatwin.imaging.phantom import HOUR_S, PATIENT, Solid, SolidAnatomy
from alphatwin.imaging.shape_recovery import shape_recovery_fraction, transfer_matrix

EXACT = 1e-3  # slices that are cut by less than a thousandth of the largest area are not drawn
HALF_LIFE_S = 574_301.0
GRID = Grid.regular(shape=(50, 44, 64), origin_mm=[-158, -108, -130], spacing_mm=[5.0, 5.0, 5.2])
ANATOMY = SolidAnatomy(spect=GRID)
DRAWN = drawn_at(ANATOMY, time_s=24 * HOUR_S, administered_bq=7.4e9, half_life_s=HALF_LIFE_S)
COVERED = (0.90, 0.98)  # asked of intervals of two standard uncertainties (95.4 %)


@pytest.mark.parametrize("solid", PATIENT, ids=lambda s: s.name)
def test_what_is_drawn_has_the_volume_of_the_solid(solid):
    a, b, c = solid.half_axes_mm
    region = voxel_fractions(solid.contours(GRID), grid=GRID)
    assert region.volume_ml == pytest.approx(4 / 3 * math.pi * a * b * c * 1e-3, rel=EXACT)


def test_the_image_holds_the_activity_of_every_solid_and_of_the_rest():
    for solid, region in zip(PATIENT, DRAWN.regions, strict=True):
        activity = solid.kinetics.activity_bq(
            24 * HOUR_S, administered_bq=7.4e9, half_life_s=HALF_LIFE_S
        )
        values = np.zeros(GRID.shape)
        values[region.box] = region.fractions * activity / solid.volume_ml
        held = float(values.sum(axis=(1, 2)) @ GRID.voxel_volume_ml)
        assert held == pytest.approx(activity, rel=EXACT)
    share = DRAWN.concentration.integral_ml() / (7.4e9 * 2 ** (-24 * HOUR_S / HALF_LIFE_S))
    assert 0.1 < share < 0.5


def test_the_time_integral_is_that_of_the_curve():
    solid = PATIENT[0].kinetics
    given = {"administered_bq": 1e9, "half_life_s": HALF_LIFE_S}
    numeric, _ = quad(lambda t: float(solid.activity_bq(t, **given)), 0, 5e6, limit=200)
    assert solid.time_integrated_activity_bq_s(**given) == pytest.approx(numeric, rel=1e-6)


def test_blurring_conserves_activity_and_has_the_width_asked_for():
    values = np.zeros((41, 41, 41), dtype=np.float32)
    values[20, 20, 20] = 1.0
    grid = Grid.regular(shape=(41, 41, 41), origin_mm=[0, 0, 0], spacing_mm=[2, 2, 2])
    seen = blurred(Image(grid, values), resolution_mm=12.0)
    assert seen.integral_ml() == pytest.approx(8e-3, rel=1e-4)
    profile = seen.values[20, 20]
    assert profile[23] / profile[20] == pytest.approx(0.5, rel=0.02)  # 6 mm off: half


def test_without_noise_the_camera_gives_the_blurred_truth_back():
    camera = Camera(resolution_mm=0.0)
    seen = acquired(DRAWN.concentration, inside=DRAWN.inside, camera=camera)
    assert seen.image.values == pytest.approx(DRAWN.concentration.values, rel=1e-4, abs=1.0)


def test_the_uncertainty_of_counting_covers_the_truth_as_often_as_it_says():
    """Two hundred acquisitions: intervals of two standard uncertainties hold 95.4 % of them."""
    camera = Camera()
    expected = acquired(DRAWN.concentration, inside=DRAWN.inside, camera=camera)
    rng = np.random.default_rng(11)
    inside, n = 0, 0
    for _ in range(60):
        seen = acquired(DRAWN.concentration, inside=DRAWN.inside, camera=camera, rng=rng)
        for region in DRAWN.regions:
            truth = region.integral_ml(expected.image)
            off = region.integral_ml(seen.image) / truth - 1.0
            inside += abs(off) < 2.0 * seen.region_relative_sd(region)
            n += 1
    assert n == 360
    assert COVERED[0] < inside / n < COVERED[1]


@pytest.mark.parametrize("resolution_mm", [6.0, 10.0, 16.0])
def test_the_recovery_of_a_slab_of_voxels_is_the_closed_form(resolution_mm):
    """A wide slab of thickness L: R = erf(x) + (exp(-x^2) - 1)/(x sqrt(pi)), x = L/(sigma sqrt 2).

    From the integral of the Gaussian over both faces; fine voxels, so that theirs is little.
    """
    grid = Grid.regular(shape=(400, 3, 3), origin_mm=[0, 0, 0], spacing_mm=[900, 900, 0.25])
    from alphatwin.geometry import VoxelRegion

    region = VoxelRegion("slab", grid, (160, 0, 0), np.ones((80, 3, 3), dtype=np.float32))
    sigma = resolution_mm / (2 * math.sqrt(2 * math.log(2)))
    x = 20.0 / (sigma * math.sqrt(2))
    expected = erf(x) + (math.exp(-(x**2)) - 1) / (x * math.sqrt(math.pi))
    found = shape_recovery_fraction(region, resolution_mm=resolution_mm)
    assert found == pytest.approx(expected, rel=2e-3)


def test_recovery_falls_with_resolution():
    region = DRAWN.regions[4]
    found = [shape_recovery_fraction(region, resolution_mm=r) for r in (0.0, 5.0, 10.0, 15.0)]
    assert all(a > b for a, b in itertools.pairwise(found))
    with pytest.raises(InvalidValueError, match="resolution_mm"):
        shape_recovery_fraction(region, resolution_mm=-1.0)


def test_the_transfer_matrix_is_what_regions_show_of_each_other_when_the_image_is_blurred():
    """By another route: the whole image of one region alone is blurred, and read in the others."""
    found = transfer_matrix(DRAWN.regions, resolution_mm=20.0)
    for j, source in enumerate(DRAWN.regions):
        values = np.zeros(GRID.shape, dtype=np.float32)
        values[source.box] = source.fractions
        seen = blurred(Image(GRID, values), resolution_mm=20.0)
        for i, target in enumerate(DRAWN.regions):
            mean = target.integral_ml(seen) / target.volume_ml
            assert found[i, j] == pytest.approx(mean, rel=2e-3, abs=1e-5), (i, j)
    assert (found - np.diag(np.diag(found))).max() > 1e-4  # some lie beside each other


def test_what_cannot_be_a_patient_is_refused():
    twin = Solid("twin", "lesion", (-60.0, 0.0, 30.0), (9.0, 9.0, 9.0), 0.1, 1.0, 2.0)
    given = {"time_s": 1.0, "administered_bq": 1.0, "half_life_s": 1e6}
    with pytest.raises(InvalidValueError, match="overlap"):
        drawn_at(SolidAnatomy(solids=(*PATIENT, twin), spect=GRID), **given)
    with pytest.raises(InvalidValueError, match="half axes"):
        Solid("flat", "organ", (0, 0, 0), (1.0, 0.0, 1.0), 0.1, 1.0, 2.0)
    with pytest.raises(InvalidValueError, match="faster than it clears"):
        Solid("slow", "organ", (0, 0, 0), (1.0, 1.0, 1.0), 0.1, 2.0, 1.0)
    with pytest.raises(InvalidValueError, match="sees nothing"):
        Solid("far", "organ", (0, 0, 900.0), (1.0, 1.0, 1.0), 0.1, 1.0, 2.0).contours(GRID)
    with pytest.raises(InvalidValueError, match="scatter_fraction"):
        Camera(scatter_fraction=1.0)
    with pytest.raises(InvalidValueError, match="duration"):
        Camera(duration_s=0.0)
    with pytest.raises(InvalidValueError, match="shape of the grid"):
        acquired(DRAWN.concentration, inside=np.zeros((1, 1, 1), np.float32), camera=Camera())
