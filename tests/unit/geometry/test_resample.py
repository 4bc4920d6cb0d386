"""Resampling: activity is conserved, intensity is interpolated, maps are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import (
    Deformation,
    Grid,
    Image,
    Rigid,
    resample_activity,
    resample_intensity,
    resample_labels,
)

FLOAT32 = 1e-5
CONSERVED = 1e-3  # asked of grid-to-grid and rigid resampling


def blob(grid: Grid, centre_mm, sigma_mm: float) -> Image:
    """Return a Gaussian of integral one, in 1/mL."""
    k, j, i = np.indices(grid.shape)
    r2 = np.sum((grid.position_mm(np.stack([k, j, i], axis=-1)) - centre_mm) ** 2, axis=-1)
    norm = (2.0 * np.pi * sigma_mm**2) ** 1.5 * 1e-3
    return Image(grid, (np.exp(-r2 / (2.0 * sigma_mm**2)) / norm).astype(np.float32))


FINE = Grid.of_slices(
    shape=(30, 60, 64),
    origin_mm=[-64.0, -60.0, -50.0],
    axes=np.eye(3),
    spacing_mm=[2.0, 2.0],
    slice_offsets_mm=np.cumsum([0.0, *([3.2, 3.4] * 15)][:30]),
)
COARSE = Grid.regular(shape=(25, 29, 31), origin_mm=[-68, -65, -55], spacing_mm=[4.7, 4.7, 4.9])
SOURCE = blob(FINE, [1.0, -3.0, 0.0], 7.0)


@pytest.mark.parametrize("target", [COARSE, FINE])
def test_parallel_grids_conserve_activity_to_round_off(target):
    found = resample_activity(SOURCE, grid=target)
    assert found.image.integral_ml() == pytest.approx(SOURCE.integral_ml(), rel=FLOAT32)
    assert found.view_share == pytest.approx(1.0, rel=FLOAT32)
    assert found.correction_factor == 1.0


def test_a_target_voxel_takes_the_exact_mean_of_what_it_covers():
    """Four voxels of one axis onto one and a half times coarser ones: by hand."""
    line = Grid.regular(shape=(1, 1, 4), origin_mm=[0.5, 0, 0], spacing_mm=[1, 1, 1])
    onto = Grid.regular(shape=(1, 1, 3), origin_mm=[0.75, 0, 0], spacing_mm=[1.5, 1, 1])
    image = Image(line, np.array([[[3.0, 6.0, 9.0, 12.0]]], dtype=np.float32))
    found = resample_activity(image, grid=onto)
    by_hand = [(3 + 0.5 * 6) / 1.5, (0.5 * 6 + 9) / 1.5, 12 / 1.5]
    assert found.image.values[0, 0] == pytest.approx(by_hand, rel=FLOAT32)


def test_what_the_target_does_not_see_is_said():
    low = Grid.regular(shape=(25, 29, 10), origin_mm=[-68, -65, -55], spacing_mm=[4.7, 4.7, 4.9])
    edge_mm = -68 + 9.5 * 4.7
    k, j, i = np.indices(FINE.shape)
    left = np.clip(
        (edge_mm - (FINE.position_mm(np.stack([k, j, i], -1))[..., 0] - 1.0)) / 2.0, 0, 1
    )
    expected = (SOURCE.values * left).sum(axis=(1, 2)) @ FINE.voxel_volume_ml
    found = resample_activity(SOURCE, grid=low)
    assert found.image.integral_ml() == pytest.approx(expected, rel=1e-4)
    assert found.view_share == pytest.approx(expected / SOURCE.integral_ml(), rel=1e-4)


def rigid(angles_deg, shift_mm) -> Rigid:
    matrix = Rotation.from_euler("xyz", angles_deg, degrees=True).as_matrix()
    return Rigid(matrix, np.asarray(shift_mm, dtype=float))


@pytest.mark.parametrize("target", [COARSE, FINE])
def test_a_rigid_move_conserves_activity_and_puts_it_in_its_place(target):
    move = rigid([10.0, -5.0, 20.0], [4.0, -2.0, 3.0])
    found = resample_activity(SOURCE, grid=target, transform=move)
    assert abs(found.correction_factor - 1.0) < CONSERVED
    assert found.image.integral_ml() == pytest.approx(SOURCE.integral_ml(), rel=1e-5)
    k, j, i = np.indices(target.shape)
    position = target.position_mm(np.stack([k, j, i], axis=-1))
    weight = found.image.values * target.voxel_volume_ml[:, None, None]
    centre = np.einsum("kji,kjic->c", weight, position) / weight.sum()
    assert move.apply_mm(centre) == pytest.approx([1.0, -3.0, 0.0], abs=0.02)


def test_a_turned_grid_of_the_same_frame_conserves_activity():
    turned = Grid.of_slices(
        shape=(30, 60, 64), origin_mm=FINE.origin_mm, spacing_mm=[2.0, 2.0],
        axes=Rotation.from_euler("z", 4, degrees=True).as_matrix(),
        slice_offsets_mm=FINE.slice_offsets_mm,
    )  # fmt: skip
    found = resample_activity(SOURCE, grid=turned)
    assert abs(found.correction_factor - 1.0) < CONSERVED
    assert found.image.integral_ml() == pytest.approx(SOURCE.integral_ml(), rel=CONSERVED)


def test_an_intensity_that_is_linear_in_space_stays_so():
    """Linear interpolation is exact for a linear field, on uneven slices too."""
    k, j, i = np.indices(FINE.shape)
    slope = np.array([0.3, -0.2, 0.1])
    field = Image(FINE, (FINE.position_mm(np.stack([k, j, i], -1)) @ slope).astype(np.float32))
    inner = Grid.regular(shape=(8, 9, 10), origin_mm=[-20, -20, -20], spacing_mm=[3.1, 2.7, 4.3])
    move = rigid([3.0, 2.0, 5.0], [1.0, 2.0, 3.0])
    found = resample_intensity(field, grid=inner, transform=move)
    k, j, i = np.indices(inner.shape)
    expected = move.apply_mm(inner.position_mm(np.stack([k, j, i], -1))) @ slope
    assert found.values == pytest.approx(expected, abs=1e-4)


def test_outside_has_the_value_that_was_asked_for():
    far = Grid.regular(shape=(2, 2, 2), origin_mm=[900, 0, 0], spacing_mm=[1, 1, 1])
    assert np.all(resample_intensity(SOURCE, grid=far, outside=-1000.0).values == -1000.0)


def test_labels_stay_labels():
    labels = Image(FINE, np.random.default_rng(2).integers(0, 5, FINE.shape).astype(np.float32))
    found = resample_labels(labels, grid=COARSE, transform=rigid([5, 5, 5], [1, 1, 1]))
    assert set(np.unique(found.values)) <= {0.0, 1.0, 2.0, 3.0, 4.0}
    assert np.array_equal(resample_labels(labels, grid=FINE).values, labels.values)


def test_the_jacobian_of_a_linear_map_is_its_determinant():
    stretch = np.array([[1.2, 0.1, 0.0], [0.0, 0.9, 0.2], [0.1, 0.0, 1.1]])
    turned = Grid.of_slices(
        shape=FINE.shape, origin_mm=FINE.origin_mm, spacing_mm=[2.0, 2.0],
        axes=Rotation.from_euler("xyz", [10, 20, 30], degrees=True).as_matrix(),
        slice_offsets_mm=FINE.slice_offsets_mm,
    )  # fmt: skip
    for grid in (FINE, turned):
        k, j, i = np.indices(grid.shape)
        position = grid.position_mm(np.stack([k, j, i], axis=-1))
        map_ = Deformation(grid, (position @ (stretch - np.eye(3)).T).astype(np.float32))
        expected = np.linalg.det(stretch)
        assert map_.jacobian_determinant() == pytest.approx(expected, rel=1e-4)
        identity = Deformation(grid, np.zeros((*grid.shape, 3), dtype=np.float32))
        assert identity.jacobian_determinant() == pytest.approx(1.0)


def test_a_deformation_of_a_shift_is_that_shift():
    shift = np.zeros((*FINE.shape, 3), dtype=np.float32) + np.float32([2.0, -4.0, 1.0])
    moved = resample_intensity(SOURCE, grid=FINE, transform=Deformation(FINE, shift))
    same = resample_intensity(SOURCE, grid=FINE, transform=rigid([0, 0, 0], [2.0, -4.0, 1.0]))
    assert moved.values == pytest.approx(same.values, abs=1e-6)


def test_what_cannot_be_resampled_is_refused():
    far = Grid.regular(shape=(2, 2, 2), origin_mm=[900, 0, 0], spacing_mm=[1, 1, 1])
    with pytest.raises(InvalidValueError, match="sees nothing"):
        resample_activity(SOURCE, grid=far, transform=rigid([1, 0, 0], [0, 0, 0]))
    huge = Grid.regular(shape=(2, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[60, 60, 60])
    with pytest.raises(InvalidValueError, match="times as coarse"):
        resample_activity(SOURCE, grid=huge, transform=rigid([1, 0, 0], [0, 0, 0]))
    with pytest.raises(InvalidValueError, match="orthonormal"):
        Rigid(np.eye(3) * 1.01, np.zeros(3))
    other = Deformation(COARSE, np.zeros((*COARSE.shape, 3), dtype=np.float32))
    with pytest.raises(InvalidValueError, match="another grid"):
        resample_intensity(SOURCE, grid=FINE, transform=other)
    with pytest.raises(InvalidValueError, match="shape"):
        Deformation(FINE, np.zeros(FINE.shape, dtype=np.float32))
    with pytest.raises(InvalidValueError, match="shape"):
        Image(FINE, np.zeros((1, 2, 3), dtype=np.float32))
    with pytest.raises(InvalidValueError, match="floats"):
        Image(FINE, np.zeros(FINE.shape, dtype=np.int16))
