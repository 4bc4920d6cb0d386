"""Alphas through small voxels: energy, ranges, and the engine of the cells as a second route."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose import RADIATION_TYPES
from alphatwin.dose.cell.label_image import irradiate_labels, label_image
from alphatwin.dose.cell.scheme import scheme
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.alpha_tracks import FOLLOWED_BELOW_RANGES, deposited_by_alphas
from alphatwin.dose.transport.emission_source import emission_source
from alphatwin.dose.transport.geometry import Spheres, Voxels
from alphatwin.dose.transport.kernels import point_kernel, voxel_kernel
from alphatwin.dose.transport.materials import material
from alphatwin.dose.transport.s_values import dose_per_decay
from alphatwin.dose.transport.source import Point, VoxelMap
from alphatwin.nuclides import alpha_range_um

ROUND_OFF = 1e-9  # every track leaves its energy exactly
SETS = 0.01  # 20 000 tracks here, and the straggling-free tables of two engines
LEAK = 0.05  # a cube of twenty ranges loses 4 %: half a range at six faces, on a slant
ALPHA = RADIATION_TYPES.index("alpha")
WATER = material("water")


def grid(n, edge_um, *, density=1.0, regions=None):
    shape = (n, n, n)
    return Voxels(
        materials=(WATER,),
        material_index=np.zeros(shape, dtype=np.uint8),
        density_g_per_cm3=np.broadcast_to(np.asarray(density, dtype=np.float64), shape).copy(),
        spacing_cm=(1e-4 * edge_um,) * 3,
        regions=regions,
    )


def middle(n):
    source = np.zeros((n, n, n))
    source[n // 2, n // 2, n // 2] = 1.0
    return VoxelMap(source)


def alphas_of(nuclide, geometry, place, *, tracks=20_000, seed=1):
    emitted = emission_source(nuclide)
    number = next(i for i, g in enumerate(emitted.groups) if g.radiation == "alpha")
    found = deposited_by_alphas(
        geometry, place, emitted=emitted, number=number, tracks=tracks, seed=seed
    )
    return found, emitted.energy_per_decay_mev[number]


@pytest.mark.parametrize("edge_um", [3.0, 10.0, 40.0])
def test_the_energy_of_a_decay_arrives_exactly_and_within_the_range(edge_um):
    n = 2 * int(np.ceil(120.0 / edge_um)) + 1
    found, emitted_mev = alphas_of("Po-212", grid(n, edge_um), middle(n))
    assert found.energy_mev.sum() == pytest.approx(emitted_mev, rel=ROUND_OFF)
    energy = found.energy_mev.reshape(n, n, n)
    away = edge_um * (np.abs(np.arange(n) - n // 2) - 1.0)
    far = np.sqrt(
        (np.maximum(away, 0.0) ** 2)[:, None, None]
        + (np.maximum(away, 0.0) ** 2)[:, None]
        + np.maximum(away, 0.0) ** 2
    )
    assert not energy[far > float(alpha_range_um(8.7849)) + 1e-6].any()
    assert energy[n // 2, n // 2, n // 2] == energy.max()


def test_what_leaves_the_grid_is_lost_and_what_is_dense_stops_more():
    small, emitted_mev = alphas_of("Po-212", grid(3, 10.0), middle(3))
    assert 0.1 * emitted_mev < small.energy_mev.sum() < 0.9 * emitted_mev
    # A grid of half the size and twice the density is the same grid, track by track.
    dense, _ = alphas_of("Po-212", grid(3, 5.0, density=2.0), middle(3))
    assert dense.energy_mev == pytest.approx(small.energy_mev, rel=1e-6)
    densities = np.ones((9, 9, 9))
    densities[5:] = 3.0
    found, _ = alphas_of("Po-212", grid(9, 10.0, density=densities), middle(9))
    energy = found.energy_mev.reshape(9, 9, 9)
    assert energy[5:].sum() > 1.2 * energy[:4].sum()


def test_the_engine_of_the_cells_leaves_the_same_energy():
    """Another code: tracks through label images of micrometres, of cells."""
    n, edge_um = 25, 4.0
    at = edge_um * (np.arange(n) - n // 2)
    radius = np.sqrt(at[:, None, None] ** 2 + at[:, None] ** 2 + at**2)
    labels = np.where(radius < 12.0, 1, np.where(radius < 30.0, 2, 0))
    image = label_image(labels, voxel_um=edge_um)
    found, emitted_mev = alphas_of(
        "Po-212",
        grid(n, edge_um, regions=labels),
        VoxelMap((labels == 1).astype(float)),
        tracks=100_000,
    )
    run = irradiate_labels(
        scheme("Po-212", with_chain=False),
        image,
        sources=[1],
        histories=100_000,
        radiations=("alpha",),
    )
    for label in (0, 1, 2):
        gy, sd_gy = run.s_value_gy_per_bq_s(label, radiations=("alpha",))
        other_mev = gy * image.mass_kg()[image.index(label)] / JOULE_PER_MEV
        sd_mev = np.hypot(found.sd_mev[label], sd_gy / gy * other_mev)
        assert found.energy_mev[label] == pytest.approx(
            other_mev, abs=4.0 * sd_mev + SETS * other_mev
        )
        assert 0.0 < found.sd_mev[label] < 0.02 * found.energy_mev[label]
    assert emitted_mev == pytest.approx(8.785, abs=2e-3)


def test_small_voxels_become_the_shells_of_the_point_kernel():
    """Decays in the middle voxel of 4 um against a point: the energy within spheres of 30 um."""
    voxels = voxel_kernel(
        "Po-212", material=WATER, spacing_mm=(0.004,) * 3, voxels_per_side=51, histories=50_000
    )
    point = point_kernel("Po-212", material=WATER, radii_cm=[0.003, 0.006, 0.02], histories=100)
    at = 4.0 * (np.arange(51) - 25)
    radius = np.sqrt(at[:, None, None] ** 2 + at[:, None] ** 2 + at**2)
    voxel_kg = 0.0004**3 * 1e-3
    energy_mev = voxels.dose_gy_per_bq_s[ALPHA] * voxel_kg / JOULE_PER_MEV
    for outer_um, held in zip((30.0, 60.0), np.cumsum(point.energy_mev[:, ALPHA]), strict=False):
        assert energy_mev[radius < outer_um].sum() == pytest.approx(held, rel=0.05)
    assert energy_mev.sum() == pytest.approx(point.energy_mev[:, ALPHA].sum(), rel=1e-6)


def test_large_voxels_and_other_geometries_take_alphas_where_they_are_born():
    edge_um = 1.01 * FOLLOWED_BELOW_RANGES * float(alpha_range_um(8.7849))
    assert alphas_of("Po-212", grid(3, edge_um), middle(3))[0] is None
    followed, emitted_mev = alphas_of("Po-212", grid(3, 0.98 * edge_um), middle(3))
    assert 1.0 - LEAK < followed.energy_mev[13] / emitted_mev < 1.0 - 0.5 * LEAK
    spheres = Spheres((1e-3, 1.0), (WATER, WATER))
    assert alphas_of("Po-212", spheres, Point())[0] is None


def test_recoils_stay_and_a_result_is_the_same_every_time():
    emitted = emission_source("Po-212")
    local = np.zeros(27)
    local[13] = 1.0
    one, two = (
        dose_per_decay(
            grid(3, 10.0), middle(3), emitted=emitted, local_share=local, histories=4000, seed=3
        )
        for _ in range(2)
    )
    assert np.array_equal(one.dose_gy_per_bq_s, two.dose_gy_per_bq_s)
    recoil = next(i for i, g in enumerate(emitted.groups) if g.radiation == "recoil")
    assert np.flatnonzero(one.dose_gy_per_bq_s[recoil]).tolist() == [13]
