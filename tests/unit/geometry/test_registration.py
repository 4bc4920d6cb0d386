"""Registration: known shifts of synthetic scans are recovered, and what does not match refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from alphatwin.dicom.read import read_image, read_scans
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.geometry import (
    Deformation,
    Grid,
    Image,
    Rigid,
    register_deformable,
    register_rigid,
    resample_intensity,
)

RECOVERED_MM = 1.0  # a sixth of the voxels that are matched
RECOVERED_DEG = 0.5
PRINTED_MM = 3.0  # the shift of the two days is stated to about this

GRID = Grid.regular(shape=(40, 48, 50), origin_mm=[-100, -96, -80], spacing_mm=[4, 4, 4])
POINTS_MM = np.array([[0.0, 0.0, 0.0], [50.0, 30.0, 20.0], [-40.0, -20.0, 40.0]])


def patient(grid: Grid, *, moved: Rigid | None = None) -> Image:
    """Return a body with three unequal hot spots; exact at every place, so moved exactly."""
    position = grid.position_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    if moved is not None:
        position = moved.apply_mm(position)
    spots = ([30, 10, 20], 12.0, 100.0), ([-40, -20, -10], 18.0, 60.0), ([0, 25, -40], 9.0, 80.0)
    values = 5.0 * np.exp(-(np.sum((position / [70.0, 45.0, 60.0]) ** 2, axis=-1) ** 2))
    for centre, sigma, height in spots:
        values += height * np.exp(-np.sum((position - centre) ** 2, axis=-1) / (2 * sigma**2))
    return Image(grid, values.astype(np.float32))


def rigid(angles_deg, shift_mm) -> Rigid:
    matrix = Rotation.from_euler("xyz", angles_deg, degrees=True).as_matrix()
    return Rigid(matrix, np.asarray(shift_mm, dtype=float))


@pytest.mark.parametrize(
    ("angles_deg", "shift_mm"),
    [((0, 0, 0), (0, 3, 34)), ((4, -3, 5), (6, -8, 10)), ((0, 0, 0), (0, 0, 0))],
)
def test_a_known_rigid_move_is_recovered(angles_deg, shift_mm):
    """The moving scan is the fixed one seen from elsewhere: the inverse move is the truth."""
    truth = rigid(angles_deg, shift_mm)
    back = Rigid(truth.rotation.T, -truth.rotation.T @ truth.shift_mm)
    found = register_rigid(patient(GRID), moving=patient(GRID, moved=back))
    assert isinstance(found.transform, Rigid)
    error = found.transform.apply_mm(POINTS_MM) - truth.apply_mm(POINTS_MM)
    assert np.linalg.norm(error, axis=-1).max() < RECOVERED_MM
    assert abs(found.transform.angle_deg - truth.angle_deg) < RECOVERED_DEG
    assert found.correlation_after > 0.98
    assert found.correlation_after >= found.correlation_before - 1e-3


def test_two_kinds_of_scan_are_matched_by_mutual_information():
    """The moving scan bears inverted values, which no correlation would match."""
    move = rigid((0, 0, 0), (8, -4, 6))
    back = Rigid(np.eye(3), -move.shift_mm)
    other = patient(GRID, moved=back)
    inverted = Image(GRID, (105.0 - other.values).astype(np.float32))
    found = register_rigid(patient(GRID), moving=inverted, metric="mutual_information")
    assert found.shift_mm == pytest.approx(move.shift_mm, abs=2 * RECOVERED_MM)


def test_a_deformation_is_followed_better_than_by_a_rigid_match():
    """A hot spot that moves by 8 mm while the rest stays; the rest stays."""
    fixed = patient(GRID)
    position = GRID.position_mm(np.moveaxis(np.indices(GRID.shape), 0, -1))
    weight = np.exp(-np.sum((position - [30, 10, 20]) ** 2, axis=-1) / (2 * 30.0**2))
    shift = (weight[..., None] * np.array([0.0, 0.0, 8.0])).astype(np.float32)
    moving = resample_intensity(fixed, grid=GRID, transform=Deformation(GRID, shift))
    still = Rigid(np.eye(3), np.zeros(3))
    found = register_deformable(fixed, moving=moving, start=still)
    assert isinstance(found.transform, Deformation)
    left, before = 1.0 - found.correlation_after, 1.0 - found.correlation_before
    assert left < 0.3 * before
    determinant = found.transform.jacobian_determinant()
    assert 0.2 < determinant.min() < 1.0 < determinant.max() < 3.0
    at = tuple(np.round(GRID.index_of([30.0, 10.0, 20.0])).astype(int))
    x, y, z = found.transform.displacement_mm[at]
    assert abs(x) < RECOVERED_MM
    assert abs(y) < RECOVERED_MM
    assert -8.0 - RECOVERED_MM < z < -4.0  # smoothing holds a part of a local move back


def test_a_deformation_goes_on_from_a_rigid_match():
    move = rigid((0, 0, 6), (5, -3, 20))
    back = Rigid(move.rotation.T, -move.rotation.T @ move.shift_mm)
    found = register_deformable(patient(GRID), moving=patient(GRID, moved=back), start=move)
    assert isinstance(found.transform, Deformation)
    centre = np.array([-40.0, -20.0, -10.0])
    at = tuple(np.round(GRID.index_of(centre)).astype(int))
    there = GRID.position_mm(at)
    expected = move.apply_mm(there) - there
    assert found.transform.displacement_mm[at] == pytest.approx(expected, abs=RECOVERED_MM)


def test_the_two_days_of_the_patient_are_registered(reference):
    """Shift between the days as the issue states it from the images: about 0, 3 and 34 mm."""
    scans = read_scans(reference / "images" / "umich_lu177_dotatate_spect").scans
    first, second = (read_image(s.files) for s in scans[:2])
    found = register_rigid(first, moving=second)
    assert found.shift_mm == pytest.approx((0.0, 3.0, 34.0), abs=PRINTED_MM)
    assert found.correlation_after > 0.8 > found.correlation_before


def test_scans_that_do_not_match_are_refused():
    rng = np.random.default_rng(4)
    noise = Image(GRID, rng.random(GRID.shape).astype(np.float32))
    with pytest.raises(NotSupportedError, match="no match was found"):
        register_rigid(patient(GRID), moving=noise)
    empty = Image(GRID, np.zeros(GRID.shape, dtype=np.float32))
    with pytest.raises(InvalidValueError, match="empty"):
        register_rigid(patient(GRID), moving=empty)
    flat = Grid.regular(shape=(2, 9, 9), origin_mm=[0, 0, 0], spacing_mm=[4, 4, 4])
    with pytest.raises(InvalidValueError, match="four voxels"):
        register_rigid(Image(flat, np.ones((2, 9, 9), dtype=np.float32)), moving=patient(GRID))
    still = Rigid(np.eye(3), np.zeros(3))
    with pytest.raises(InvalidValueError, match="stiffness_mm"):
        register_deformable(patient(GRID), moving=patient(GRID), start=still, stiffness_mm=1.0)
