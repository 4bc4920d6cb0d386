"""Uptake: peak against a sum over points, thresholds against spheres, grades against their rule."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Grid, Image, VoxelRegion
from alphatwin.imaging import (
    Grade,
    liver_threshold_ratio,
    receptor_eligibility,
    uptake,
    uptake_grade,
    uptake_ratio,
    volume_above,
)
from alphatwin.imaging.uptake import sphere_kernel

SUBVOXEL_VOLUME = 0.02  # a sphere of 1 mL in sub-voxels of a seventh of 2 to 4 mm

GRID = Grid.regular(shape=(24, 30, 32), origin_mm=[-31, -29, -34.5], spacing_mm=[2, 2, 3])
POSITION = GRID.position_mm(np.moveaxis(np.indices(GRID.shape), 0, -1))
RADIUS = np.linalg.norm(POSITION, axis=-1)
BALL = Image(GRID, np.exp(-((RADIUS / 12.0) ** 2)).astype(np.float32) * 10.0)


def within(radius_mm: float) -> VoxelRegion:
    return VoxelRegion("lesion", GRID, (0, 0, 0), (radius_mm > RADIUS).astype(np.float32))


def test_greatest_and_mean_are_those_of_the_voxels():
    found = uptake(BALL, region=within(15.0))
    values = BALL.values[within(15.0).fractions > 0]
    assert found.greatest_value_ratio == values.max()
    assert found.mean_value_ratio == pytest.approx(values.mean(), rel=1e-6)


def test_the_peak_is_the_mean_over_a_sphere_of_one_ml():
    """Against random points of the sphere of 6.204 mm in the piecewise constant image."""
    found = uptake(BALL, region=within(15.0)).peak_value_ratio
    rng = np.random.default_rng(3)
    points = rng.uniform(-6.204, 6.204, (200_000, 3))
    points = points[np.linalg.norm(points, axis=1) < 6.204]
    centre = POSITION[np.unravel_index(np.argmax(BALL.values), GRID.shape)]
    index = np.round(GRID.index_of(points + centre)).astype(int)
    assert found == pytest.approx(BALL.values[tuple(index.T)].mean(), rel=5e-3)
    assert found < uptake(BALL, region=within(15.0)).greatest_value_ratio


def test_the_sphere_has_a_volume_of_one_ml():
    kernel = sphere_kernel(GRID)
    assert kernel.sum() == pytest.approx(1.0)
    assert 1.0 / kernel.max() * 12e-3 == pytest.approx(1.0, rel=SUBVOXEL_VOLUME)
    thick = Grid.regular(shape=(3, 9, 9), origin_mm=[0, 0, 0], spacing_mm=[4.0, 4.0, 30.0])
    assert sphere_kernel(thick).shape[0] == 1


def test_a_peak_at_the_edge_of_the_image_is_still_one():
    corner = np.zeros(GRID.shape, dtype=np.float32)
    corner[0, 0, 0] = 1.0
    found = uptake(BALL, region=VoxelRegion("lesion", GRID, (0, 0, 0), corner))
    assert BALL.values[0, 0, 0] < found.peak_value_ratio < BALL.values[2, 3, 3]


@pytest.mark.parametrize("share", [0.41, 0.5])
def test_a_threshold_of_the_greatest_gives_the_sphere_of_a_gaussian(share):
    """Above a share s, exp(-r2/R2) is a sphere of radius R sqrt(-ln s): closed form."""
    found = volume_above(BALL, within=within(25.0), greatest_fraction=share)
    greatest = float(BALL.values.max()) / 10.0
    radius = 12.0 * math.sqrt(-math.log(share * greatest))
    assert found.volume_ml == pytest.approx(4 / 3 * math.pi * radius**3 * 1e-3, rel=0.05)


def test_fixed_and_liver_thresholds_count_voxels_and_leave_islands_out():
    limit = liver_threshold_ratio(mean_ratio=2.0, sd=0.25)
    assert limit == 1.5 * 2.0 + 2.0 * 0.25
    values = BALL.values.copy()
    values[2, 2, 2] = 9.0
    image = Image(GRID, values)
    box = VoxelRegion("lesion", GRID, (0, 0, 0), np.ones(GRID.shape, dtype=np.float32))
    every = volume_above(image, within=box, threshold_ratio=limit, connected=False)
    one = volume_above(image, within=box, threshold_ratio=limit)
    assert every.fractions.sum() == np.sum(values >= limit)
    assert one.fractions.sum() == np.sum(values >= limit) - 1


@given(st.floats(0.05, 0.9), st.floats(1.01, 1.1))
def test_a_higher_threshold_never_gives_a_larger_volume(share, more):
    low, high = (
        volume_above(BALL, within=within(25.0), greatest_fraction=s) for s in (share, share * more)
    )
    assert high.volume_ml <= low.volume_ml


@pytest.mark.parametrize(
    ("lesion", "number"),
    [(0.4, 0), (0.5, 0), (1.9, 1), (2.1, 2), (4.0, 2), (4.1, 3), (9.0, 3), (9.1, 4)],
)
def test_grades_follow_the_relative_scale(lesion, number):
    grade = uptake_grade(lesion, background_ratio=0.5, liver_ratio=4.0, spleen_ratio=9.0)
    assert grade.number == number
    assert (grade.above_liver_probability > 0.5) == (number >= 3)


def test_the_probability_of_uptake_above_the_liver_is_that_of_the_lognormal():
    rng = np.random.default_rng(2)
    spread = math.sqrt(math.log1p(0.2**2))
    sampled = np.mean(5.0 * rng.lognormal(0.0, spread, 400_000) > 4.0)
    grade = uptake_grade(
        5.0, background_ratio=0.5, liver_ratio=4.0, spleen_ratio=9.0, relative_sd=0.2
    )
    assert grade.above_liver_probability == pytest.approx(sampled, abs=3e-3)


def test_eligibility_asks_every_lesion_and_says_what_it_does_not_ask():
    high, low = (Grade(n, 0.5, "") for n in (3, 2))
    assert receptor_eligibility({"a": high, "b": high}).every_lesion_above_liver
    answer = receptor_eligibility({"a": high, "b": low})
    assert not answer.every_lesion_above_liver
    assert answer.lesions_below == ("b",)
    assert "kidney and marrow function" in answer.explanation
    assert receptor_eligibility({"b": low}, least_grade=2).every_lesion_above_liver
    with pytest.raises(InvalidValueError, match="no lesion"):
        receptor_eligibility({})


def test_a_ratio_has_the_spread_of_both():
    """Against sampling."""
    rng = np.random.default_rng(1)
    lesion, liver = rng.normal(20.0, 1.0, 200_000), rng.normal(5.0, 0.2, 200_000)
    found = uptake_ratio(
        20.0, reference_ratio=5.0, lesion_relative_sd=0.05, reference_relative_sd=0.04
    )
    assert found.value_ratio == 4.0
    assert found.relative_sd == pytest.approx(np.std(lesion / liver) / 4.0, rel=0.02)


def test_what_has_no_meaning_is_refused():
    with pytest.raises(InvalidValueError, match="exactly one"):
        volume_above(BALL, within=within(9.0))
    with pytest.raises(InvalidValueError, match="nothing in"):
        volume_above(BALL, within=within(9.0), threshold_ratio=1e3)
    with pytest.raises(InvalidValueError, match="between 0 and 1"):
        volume_above(BALL, within=within(9.0), greatest_fraction=41.0)
    with pytest.raises(InvalidValueError, match="uptakes must be"):
        uptake_ratio(1.0, reference_ratio=0.0)
    with pytest.raises(InvalidValueError, match="uptakes must be"):
        uptake_grade(1.0, background_ratio=1.0, liver_ratio=0.0, spleen_ratio=1.0)
    with pytest.raises(InvalidValueError, match="mean of the liver"):
        liver_threshold_ratio(mean_ratio=0.0, sd=1.0)
