"""Label images: conservation of energy, a voxelised cell against the concentric one, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose.cell import (
    CellShape,
    irradiate_labels,
    label_image,
    run_concentric,
    scheme,
)
from alphatwin.errors import InvalidValueError

VOXEL_UM = 0.25
VOXELISED = 0.01  # of a nucleus of 4 um in voxels of 0.25 um, statistics of 0.4 % included
CONSERVED = 1e-9  # quanta are 1e-10 of a track
LINE_KEV = 8785.08  # the one alpha of 212Po in ICRP 107


@pytest.fixture(scope="module")
def actinium():
    return scheme("Ac-225")


@pytest.fixture(scope="module")
def cell():
    half = np.arange(-5.5 + VOXEL_UM / 2, 5.5, VOXEL_UM)
    x, y, z = np.meshgrid(half, half, half, indexing="ij")
    r = np.sqrt(x**2 + y**2 + z**2)
    return label_image(np.where(r < 4.0, 7, np.where(r < 5.0, 3, -1)), voxel_um=VOXEL_UM)


def test_a_voxelised_cell_is_the_concentric_one(actinium, cell):
    """Two independent ways: tracks through voxels, and chords of spheres."""
    found = irradiate_labels(actinium, cell, sources=[7, 3], histories=200_000)
    alone = run_concentric(actinium, CellShape(5.0, 4.0), source="cell", histories=400_000)
    for radiations in (("alpha",), ("recoil",), ("electron",)):
        value, error = found.s_value_gy_per_bq_s(7, radiations=radiations)
        wanted = alone.s_value("nucleus", radiations=radiations).value_gy_per_bq_s
        assert value == pytest.approx(
            wanted, rel=VOXELISED * (3 if radiations[0] != "alpha" else 1)
        )
        assert 0.0 < error < 0.02 * value


def test_a_periodic_image_keeps_every_energy(actinium):
    rng = np.random.default_rng(1)
    image = label_image(rng.integers(0, 5, (6, 7, 3)), voxel_um=(2.0, 1.0, 3.5))
    found = irradiate_labels(
        actinium, image, sources=[0, 1], histories=2000, is_periodic=True,
        radiations=("alpha",),
    )  # fmt: skip
    per_decay_kev = found.energy_kev_per_decay[:, :, 0].sum(axis=1).mean()
    # Of each alpha line what it has; the lines that were drawn differ by their own statistics.
    expected_kev = actinium.energy_per_parent_decay_kev[:, 0].sum()
    assert per_decay_kev == pytest.approx(expected_kev, rel=2e-3)
    polonium = scheme("Po-212")
    one = irradiate_labels(
        polonium, image, sources=[0], histories=20, is_periodic=True, radiations=("alpha",)
    )
    per_decay_kev = one.energy_kev_per_decay[:, :, 0].sum(axis=1)
    assert polonium.arrays.alpha_range_um.size == 1
    np.testing.assert_allclose(per_decay_kev, LINE_KEV, rtol=1e-6)
    assert np.ptp(per_decay_kev) <= CONSERVED * LINE_KEV


def test_a_label_image_is_equal_to_the_bit_for_any_number_of_threads(actinium, cell):
    runs = [
        irradiate_labels(actinium, cell, sources=[3], histories=2000, threads=threads)
        for threads in (1, 3)
    ]
    np.testing.assert_array_equal(runs[0].energy_kev_per_decay, runs[1].energy_kev_per_decay)
    np.testing.assert_array_equal(runs[0].hits_per_decay, runs[1].hits_per_decay)


def test_a_flat_image_is_one_voxel_thick(actinium):
    image = label_image(np.array([[1, 2], [2, 2]]), voxel_um=10.0)
    assert image.labels.shape == (2, 2, 1)
    assert image.mass_kg().tolist() == pytest.approx([1e-12, 3e-12], rel=1e-9, abs=0.0)
    found = irradiate_labels(actinium, image, sources=[1], histories=500)
    assert found.hits_per_decay[0] == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: label_image(np.ones((3, 3, 3)), voxel_um=1.0), "whole numbers, got an array of"),
        (lambda: label_image(np.ones((3, 3), dtype=bool), voxel_um=1.0), "array of bool"),
        (lambda: label_image(np.ones(3, dtype=int), voxel_um=1.0), "2 or 3 dimensions"),
        (lambda: label_image(np.ones((0, 3), dtype=int), voxel_um=1.0), r"got shape \(0, 3\)"),
        (lambda: label_image(np.ones((3, 3), dtype=int), voxel_um=0.0), "voxel_um must be finite"),
        (lambda: label_image([["a"]], voxel_um=1.0), "array of <U1"),
    ],
)
def test_an_array_that_holds_no_labels_is_refused(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


def test_a_source_that_is_not_in_the_image_is_refused(actinium, cell):
    with pytest.raises(InvalidValueError, match="label 9 is not in the image; it has -1, 3, 7"):
        irradiate_labels(actinium, cell, sources=[9])
    with pytest.raises(InvalidValueError, match="at least one label"):
        irradiate_labels(actinium, cell, sources=[])
