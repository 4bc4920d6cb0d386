"""Contours along voxels enclose these voxels; images are turned without a voxel changed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Grid, Image, voxel_fractions, voxels_inside
from alphatwin.geometry.orientation import along_patient
from alphatwin.geometry.voxel_edges import contours_of_voxels

SHARE = 1e-6  # fractions are 32-bit floats

GRID = Grid.regular(shape=(3, 7, 6), origin_mm=[-11.0, 4.0, 90.0], spacing_mm=[1.7, 2.3, 3.1])


@given(mask=arrays(np.bool_, GRID.shape))
def test_contours_hold_exactly_the_voxels_they_were_made_of(mask):
    """Any pattern: holes, islands in holes, voxels that meet by a corner."""
    if not mask.any():
        return
    contours = contours_of_voxels("any", mask=mask, grid=GRID)
    for fill in (voxel_fractions, voxels_inside):
        region = fill(contours, grid=GRID)
        whole = np.zeros(GRID.shape)
        whole[region.box] = region.fractions
        assert np.abs(whole - mask).max() < SHARE
    assert all(len(loop) >= 4 for loop in contours.loops)


def test_a_square_is_drawn_by_its_four_corners():
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[1, 2:5, 1:4] = True
    (loop,) = contours_of_voxels("square", mask=mask, grid=GRID).loops
    assert len(loop) == 4
    assert np.ptp(loop, axis=0) == pytest.approx([3 * 1.7, 3 * 2.3, 0.0])
    with pytest.raises(InvalidValueError, match="must hold voxels"):
        contours_of_voxels("none", mask=np.zeros(GRID.shape, dtype=bool), grid=GRID)


def test_voxels_that_meet_by_a_corner_keep_loops_of_their_own():
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[1, 2, 3] = mask[1, 3, 4] = mask[1, 4, 3] = True
    contours = contours_of_voxels("corners", mask=mask, grid=GRID)
    assert [len(loop) for loop in contours.loops] == [4, 4, 4]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-1, -1, 1)])
def test_every_voxel_stays_where_it_is_when_an_image_is_turned(order, signs):
    axes = np.eye(3)[list(order)] * np.array(signs)[:, None]
    axes[2] *= np.linalg.det(axes)
    grid = Grid.of_slices(
        shape=(4, 5, 6),
        origin_mm=[10.0, -20.0, 30.0],
        axes=axes,
        spacing_mm=(1.0, 2.0),
        slice_offsets_mm=np.arange(4) * 3.0,
    )
    image = Image(grid, np.arange(120, dtype=np.float32).reshape(4, 5, 6))
    turned = along_patient(image)
    assert turned.grid.axes == pytest.approx(np.eye(3))
    for index in itertools.product(range(4), range(5), range(6)):
        where = grid.position_mm(np.array(index))
        other = np.round(turned.grid.index_of(where)).astype(int)
        assert turned.grid.position_mm(other) == pytest.approx(where, abs=1e-9)
        assert turned.values[tuple(other)] == image.values[index]


def test_an_image_that_lies_askew_is_refused():
    c, s = np.cos(0.2), np.sin(0.2)
    grid = Grid.of_slices(
        shape=(2, 2, 2),
        origin_mm=[0, 0, 0],
        axes=[[c, s, 0], [-s, c, 0], [0, 0, 1]],
        spacing_mm=(1, 1),
        slice_offsets_mm=[0, 1],
    )
    with pytest.raises(InvalidValueError, match="along the patient's axes"):
        along_patient(Image(grid, np.zeros((2, 2, 2), np.float32)))
