"""Grids: positions and indices are inverse, slices may be uneven, nonsense is refused."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Grid

ROUND_OFF_MM = 1e-9


def turned(angle_rad: float) -> np.ndarray:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def uneven() -> Grid:
    return Grid.of_slices(
        shape=(4, 5, 6),
        origin_mm=[10.0, -20.0, 30.0],
        axes=turned(0.3),
        spacing_mm=[2.0, 3.0],
        slice_offsets_mm=[0.0, 3.27, 6.56, 9.83],
    )


def test_the_centre_of_a_voxel_is_where_the_header_says():
    """DICOM PS3.3, C.7.6.2.1.1: column index times column spacing along the row direction."""
    grid = uneven()
    axes = turned(0.3)
    expected = np.array([10.0, -20.0, 30.0]) + 4 * 2.0 * axes[0] + 3 * 3.0 * axes[1]
    assert grid.position_mm([0, 3, 4]) == pytest.approx(expected, abs=ROUND_OFF_MM)
    assert grid.position_mm([2, 0, 0])[2] == pytest.approx(36.56, abs=ROUND_OFF_MM)


def test_index_is_the_inverse_of_position_inside_and_outside():
    index = np.random.default_rng(3).uniform(-4.0, 9.0, (200, 3))
    grid = uneven()
    assert grid.index_of(grid.position_mm(index)) == pytest.approx(index, abs=1e-9)


def test_slices_reach_half_way_to_their_neighbours():
    grid = uneven()
    assert grid.slice_edges_mm == pytest.approx([-1.635, 1.635, 4.915, 8.195, 11.465])
    assert grid.voxel_volume_ml == pytest.approx(np.array([3.27, 3.28, 3.28, 3.27]) * 6e-3)
    assert not grid.is_even
    assert Grid.regular(shape=(3, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[1, 1, 5]).is_even


def test_a_single_slice_has_the_thickness_it_is_given():
    grid = Grid.regular(shape=(1, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[1.0, 2.0, 4.0])
    assert grid.voxel_volume_ml == pytest.approx([8e-3])
    assert grid.index_of([0.0, 0.0, 2.0])[0] == pytest.approx(0.5)


def test_same_as_sees_a_shift_and_a_slice_out_of_place():
    grid = uneven()
    assert grid.same_as(uneven())
    shifted = Grid.of_slices(
        shape=grid.shape, origin_mm=grid.origin_mm + np.array([0.0, 0.0, 0.1]), axes=grid.axes,
        spacing_mm=grid.spacing_mm, slice_offsets_mm=grid.slice_offsets_mm,
    )  # fmt: skip
    assert not grid.same_as(shifted)
    assert grid.same_as(shifted, within_mm=0.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": (0, 5, 6)}, "shape of a grid"),
        ({"spacing_mm": [2.0, 0.0]}, "spacing_mm"),
        ({"origin_mm": [0.0, float("nan"), 0.0]}, "origin_mm"),
        ({"axes": -np.eye(3)}, "right-handed"),
        ({"axes": np.eye(3) * 1.1}, "perpendicular unit"),
        ({"slice_offsets_mm": [0.0, 3.0, 3.0, 6.0]}, "follow each other"),
        ({"slice_offsets_mm": [0.0, 3.0, 2.0, 6.0]}, "follow each other"),
    ],
)
def test_a_grid_without_meaning_is_refused(change, message):
    whole = {
        "shape": (4, 5, 6), "origin_mm": [0, 0, 0], "axes": np.eye(3), "spacing_mm": [2.0, 3.0],
        "slice_offsets_mm": [0.0, 3.0, 6.0, 9.0],
    }  # fmt: skip
    with pytest.raises(InvalidValueError, match=message):
        Grid.of_slices(**whole | change)


def test_a_single_slice_without_thickness_is_refused():
    with pytest.raises(InvalidValueError, match="thickness"):
        Grid.of_slices(
            shape=(1, 2, 2), origin_mm=[0, 0, 0], axes=np.eye(3), spacing_mm=[1, 1],
            slice_offsets_mm=[0.0],
        )  # fmt: skip
