"""Contours to voxels: against areas in closed form, holes, keyholes, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import (
    Contours,
    Grid,
    Image,
    voxel_fractions,
    voxels_inside,
    voxels_touched,
)

AREA_ROUND_OFF = 1e-6  # fractions are kept as float32

GRID = Grid.regular(shape=(3, 40, 50), origin_mm=[-20.0, -10.0, 5.0], spacing_mm=[2.0, 1.0, 4.0])


def loop(points, z=9.0) -> np.ndarray:
    return np.array([(x, y, z) for x, y in points], dtype=float)


def circle(x, y, radius, n=400) -> np.ndarray:
    angle = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    return loop(np.c_[x + radius * np.cos(angle), y + radius * np.sin(angle)])


def area_mm2(points: np.ndarray) -> float:
    """Return the area by the shoelace formula, the independent route."""
    x, y = points[:, 0], points[:, 1]
    return 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def drawn(*loops) -> Contours:
    return Contours(name="lesion", loops=tuple(loops))


@pytest.mark.parametrize("seed", range(5))
def test_fractions_add_up_to_the_area_of_a_polygon(seed):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0.0, 2.0 * np.pi, 9))
    radius = rng.uniform(2.0, 9.0, 9)
    star = loop(np.c_[30 + radius * np.cos(angle), 8 + radius * np.sin(angle)])
    region = voxel_fractions(drawn(star), grid=GRID)
    assert region.volume_ml == pytest.approx(area_mm2(star) * 4.0e-3, rel=AREA_ROUND_OFF)
    assert region.corner[0] == 1


def test_the_fraction_of_one_pixel_is_its_own_area():
    """A triangle that cuts a corner of one pixel: half of base times height."""
    triangle = loop([(-0.6, 0.1), (0.4, 0.1), (-0.6, 0.4)])
    region = voxel_fractions(drawn(triangle), grid=GRID)
    assert region.fractions.shape == (1, 1, 1)
    assert region.fractions[0, 0, 0] == pytest.approx(0.5 * 1.0 * 0.3 / 2.0, rel=AREA_ROUND_OFF)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_loop_within_a_loop_is_a_hole_whichever_way_it_is_drawn(turn):
    outer, inner = circle(30.1, 8.2, 10.0), circle(31.0, 8.0, 4.0)[::turn]
    expected = (area_mm2(outer) - area_mm2(inner)) * 4.0e-3
    ring = drawn(outer, inner)
    assert voxel_fractions(ring, grid=GRID).volume_ml == pytest.approx(expected, rel=1e-6)
    rows, columns = np.indices(GRID.shape[1:])
    x, y = -20.0 + 2.0 * columns, -10.0 + rows
    far, near = np.hypot(x - 30.1, y - 8.2), np.hypot(x - 31.0, y - 8.0)
    centres = (far < 10.0) & (near > 4.0)
    assert np.array_equal(voxels_inside(ring, grid=GRID).as_mask()[1], centres)
    island = drawn(outer, inner, circle(31.0, 8.0, 1.5))
    more = area_mm2(circle(31.0, 8.0, 1.5)) * 4.0e-3
    assert voxel_fractions(island, grid=GRID).volume_ml == pytest.approx(expected + more, rel=1e-6)


def test_a_keyhole_leaves_the_hole_open():
    outer, inner = circle(30.0, 8.0, 10.0), circle(30.0, 8.0, 4.0)[::-1]
    keyhole = np.concatenate([outer, outer[:1], inner[-1:], inner[:-1], inner[-1:], outer[:1]])
    expected = (area_mm2(outer) - area_mm2(inner)) * 4.0e-3
    assert voxel_fractions(drawn(keyhole), grid=GRID).volume_ml == pytest.approx(expected, rel=1e-6)
    hole = voxels_inside(drawn(keyhole), grid=GRID).as_mask()
    assert not hole[1, 18, 25]
    assert hole[1, 10, 25]


def test_two_loops_beside_each_other_add_up():
    pair = drawn(circle(10.0, 8.0, 4.0), circle(40.0, 8.0, 6.0))
    expected = sum(area_mm2(part) for part in pair.loops) * 4.0e-3
    assert voxel_fractions(pair, grid=GRID).volume_ml == pytest.approx(expected, rel=1e-6)


def test_centres_on_a_square_are_counted_once():
    """A square from pixel edge to pixel edge holds exactly its pixels by every rule."""
    square = loop([(-1.0, -0.5), (9.0, -0.5), (9.0, 4.5), (-1.0, 4.5)])
    region = drawn(square)
    for fill in (voxels_inside, voxel_fractions, voxels_touched):
        assert fill(region, grid=GRID).fractions.sum() == 25.0
        assert fill(region, grid=GRID).volume_ml == pytest.approx(25 * 8e-3)


def test_touched_voxels_are_those_of_any_share():
    ring = drawn(circle(30.0, 8.0, 6.3))
    share = voxel_fractions(ring, grid=GRID)
    touched = voxels_touched(ring, grid=GRID)
    assert np.array_equal(touched.fractions > 0, share.fractions > 1e-6)
    assert touched.volume_ml > 1.1 * share.volume_ml


def test_activity_is_concentration_times_share_of_volume():
    values = np.random.default_rng(1).random(GRID.shape).astype(np.float32)
    region = voxel_fractions(drawn(circle(30.0, 8.0, 6.3)), grid=GRID)
    by_hand = np.sum(values[region.box] * region.fractions) * 8e-3
    assert region.integral_ml(Image(GRID, values)) == pytest.approx(by_hand, rel=1e-6)


def test_slices_between_contours_are_named():
    grid = Grid.regular(shape=(5, 40, 50), origin_mm=[-20, -10, 5], spacing_mm=[2, 1, 4])
    region = voxels_inside(
        drawn(loop([(0, 0), (9, 0), (5, 9)], z=9.0), loop([(0, 0), (9, 0), (5, 9)], z=17.0)),
        grid=grid,
    )
    assert region.slices_without_contour == (2,)


def test_what_reaches_out_of_the_image_is_said_and_what_is_in_it_kept():
    half_out = loop([(-30.0, 0.0), (0.0, 0.0), (0.0, 8.0), (-30.0, 8.0)])
    region = voxel_fractions(drawn(half_out), grid=GRID)
    assert region.reaches_outside
    assert region.volume_ml == pytest.approx(21.0 * 8.0 * 4e-3, rel=1e-6)
    assert not voxel_fractions(drawn(circle(30.0, 8.0, 4.0)), grid=GRID).reaches_outside


@pytest.mark.parametrize(
    ("contours", "message"),
    [
        (drawn(), "no closed contour"),
        (drawn(loop([(0, 0), (9, 0), (5, 9)], z=90.0)), "outside of the image"),
        (drawn(loop([(900, 0), (909, 0), (905, 9)])), "outside of the image"),
        (drawn(np.array([[0, 0, 5.0], [9, 0, 9.0], [5, 9, 9.0]])), "tilted"),
    ],
)
def test_contours_that_do_not_fit_the_image_are_refused(contours, message):
    for fill in (voxels_inside, voxel_fractions):
        with pytest.raises(InvalidValueError, match=message):
            fill(contours, grid=GRID)


def test_a_lesion_without_a_voxel_centre_asks_for_fractions():
    speck = drawn(loop([(0.2, 0.1), (0.6, 0.1), (0.4, 0.3)]))
    with pytest.raises(InvalidValueError, match="use fractions"):
        voxels_inside(speck, grid=GRID)
    assert voxel_fractions(speck, grid=GRID).volume_ml == pytest.approx(0.04 * 4e-3, rel=1e-4)


def test_a_loop_of_two_points_or_without_a_number_is_refused():
    with pytest.raises(InvalidValueError, match="n >= 3"):
        drawn(np.zeros((2, 3)))
    with pytest.raises(InvalidValueError, match="not a number"):
        drawn(np.full((4, 3), np.nan))


def test_another_grid_is_refused():
    other = Grid.regular(shape=(3, 40, 50), origin_mm=[-20.0, -10.0, 6.0], spacing_mm=[2, 1, 4])
    region = voxel_fractions(drawn(circle(30.0, 8.0, 6.3)), grid=GRID)
    with pytest.raises(InvalidValueError, match="different grids"):
        region.integral_ml(Image(other, np.ones(GRID.shape, dtype=np.float32)))
