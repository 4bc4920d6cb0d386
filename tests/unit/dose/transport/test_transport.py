"""The engine: accounts, streams, threads, refusals, interruption."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alphatwin.dose.transport import (
    Emitted,
    InRegion,
    InShell,
    Material,
    Point,
    Solids,
    Source,
    Spheres,
    VoxelMap,
    Voxels,
    line,
    material,
    material_names,
    transport,
)
from alphatwin.dose.transport.materials import elements
from alphatwin.dose.transport.packed_solids import ellipsoids
from alphatwin.errors import DataError, InvalidValueError

ROUND_OFF_MEV = 1e-12
SIGMAS = 4.0
WATER = material("water")


def ball(*radii_cm, name="water"):
    return Spheres(radii_cm, (material(name),) * len(radii_cm))


def grid(shape=(6, 7, 8), *, spacing_cm=(0.5, 0.4, 0.3), density=1.0, regions=None):
    return Voxels(
        (WATER, material("cortical_bone")),
        np.zeros(shape, dtype=np.uint8),
        np.full(shape, density),
        spacing_cm,
        regions=regions,
    )


def one(particle, energy_mev, place=None):
    return Source((line(particle, energy_mev=energy_mev),), place or Point())


# --- accounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("particle", "energy_mev"),
    [("photon", 0.0012), ("photon", 0.03), ("photon", 0.44), ("photon", 2.9), ("electron", 0.0005),
     ("electron", 0.05), ("electron", 2.2), ("positron", 0.6)],
)  # fmt: skip
def test_every_history_accounts_for_all_its_energy(particle, energy_mev):
    for name in ("water", "cortical_bone", "lung"):
        found = transport(
            ball(0.2, 3.0, name=name), one(particle, energy_mev), histories=400, seed=1
        )
        assert found.worst_imbalance_mev < ROUND_OFF_MEV
        assert found.energy_mev.sum() * found.histories == pytest.approx(found.deposited_mev)
        assert found.deposited_mev + found.escaped_mev == pytest.approx(found.emitted_mev)


def test_a_positron_brings_its_annihilation():
    found = transport(ball(0.5), one("positron", 0.3), histories=400, seed=1)
    assert found.emitted_mev / found.histories == pytest.approx(0.3 + 2 * 0.51099895)
    assert 0.3 < found.energy_mev.sum() < 0.4


def test_the_result_does_not_depend_on_the_number_of_threads():
    source = one("photon", 0.6, VoxelMap(np.ones((6, 7, 8))))
    runs = [transport(grid(), source, histories=2000, seed=3, threads=t) for t in (1, 2, 5)]
    for other in runs[1:]:
        assert np.array_equal(runs[0].energy_mev, other.energy_mev)
        assert np.array_equal(runs[0].standard_error_mev, other.standard_error_mev)


def test_another_seed_gives_another_result_within_the_errors():
    first, second = (
        transport(ball(1.0), one("photon", 0.2), histories=20_000, seed=s) for s in (1, 2)
    )
    gap = abs(first.energy_mev - second.energy_mev).item()
    assert 0.0 < gap < SIGMAS * np.hypot(*(t.standard_error_mev.item() for t in (first, second)))


def test_sampling_by_energy_is_unbiased_and_groups_stay_apart():
    parts = (
        Emitted("photon", np.array([0.02]), np.array([5.0])),
        Emitted("electron", np.array([0.4]), np.array([0.2]), group=1),
    )
    plain = transport(ball(1.0), Source(parts, Point()), histories=40_000, seed=1)
    biased = transport(ball(1.0), Source(parts, Point(), "energy"), histories=40_000, seed=2)
    error = np.hypot(plain.standard_error_mev, biased.standard_error_mev)
    assert plain.energy_mev.shape == (2, 1)
    assert np.all(np.abs(plain.energy_mev - biased.energy_mev) < SIGMAS * error)
    assert biased.energy_mev[1, 0] == pytest.approx(0.2 * 0.4, rel=0.02)


def test_a_spectrum_is_drawn_with_its_mean():
    """A density that falls linearly to 0 at 0.3 MeV has a mean of 0.1 MeV."""
    spectrum = Emitted("electron", np.array([0.0, 0.3]), np.array([1.0, 0.0]), is_spectrum=True)
    found = transport(ball(5.0), Source((spectrum,), Point()), histories=40_000, seed=1)
    assert found.emitted_mev / found.histories == pytest.approx(0.1, rel=0.01)


def test_doses_are_energy_over_mass():
    found = transport(ball(1.0, 2.0), one("electron", 0.1), histories=400, seed=1)
    mass_g = 4.0 / 3.0 * np.pi
    assert found.masses_g == pytest.approx([mass_g, 7.0 * mass_g])
    energy_mev = found.energy_mev[0, 0]
    assert energy_mev == pytest.approx(0.1, rel=0.01)  # but for what bremsstrahlung carries out
    assert found.dose_gy[0, 0] == pytest.approx(
        energy_mev * 1.602176634e-10 / mass_g, rel=1e-9, abs=0.0
    )


# --- geometry ---------------------------------------------------------------------------------


def test_spheres_and_voxels_and_solids_agree():
    """A cube of voxels around a ball of bone in water, by three descriptions."""
    n, h = 40, 0.1
    axis = (np.arange(n) + 0.5) * h - 0.5 * n * h
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    inside = (x * x + y * y + z * z < 1.0).astype(np.uint8)
    bone = material("cortical_bone")
    voxels = Voxels(
        (WATER, bone),
        inside,
        np.where(inside, 1.92, 1.0),
        (h, h, h),
        (-2.0, -2.0, -2.0),
        1 - inside,
    )
    balls = Spheres((1.0, 2.0), (bone, WATER))
    rows = ellipsoids([[0, 0, 0]] * 2, [[1, 1, 1], [2, 2, 2]])
    solids = Solids(rows, (bone, WATER), balls.masses_g, np.array([[-2.0] * 3, [2.0] * 3]))
    source = one("photon", 0.1)
    runs = [transport(g, source, histories=40_000, seed=4) for g in (balls, voxels, solids)]
    inner = [t.energy_mev[0, 0] for t in runs]
    error = runs[0].standard_error_mev[0, 0]
    assert inner[1] == pytest.approx(inner[0], abs=SIGMAS * 1.5 * error)
    assert inner[2] == pytest.approx(inner[0], abs=SIGMAS * 1.5 * error)


def test_electrons_cross_solids_as_they_cross_spheres():
    rows = ellipsoids([[0, 0, 0]] * 2, [[0.2, 0.2, 0.2], [2, 2, 2]])
    balls = ball(0.2, 2.0)
    box = np.array([[-2.0] * 3, [2.0] * 3])
    solids = Solids(rows, (WATER,) * 2, balls.masses_g, box, probe_cm=0.01)
    runs = [transport(g, one("electron", 1.0), histories=8000, seed=1) for g in (balls, solids)]
    assert runs[1].energy_mev[0, 0] == pytest.approx(runs[0].energy_mev[0, 0], rel=0.02)


def test_voxels_need_not_be_cubes():
    """Energy splits between two halves of a grid of flat voxels as symmetry asks."""
    halves = np.zeros((6, 7, 8), dtype=np.int32)
    halves[3:] = 1
    geometry = grid(regions=halves)
    source = one("photon", 0.1, VoxelMap(np.ones((6, 7, 8))))
    found = transport(geometry, source, histories=40_000, seed=1)
    gap = found.energy_mev[0, 0] - found.energy_mev[0, 1]
    assert abs(gap) < SIGMAS * 2.0 * found.standard_error_mev[0, 0]
    assert found.masses_g == pytest.approx([3 * 7 * 8 * 0.06] * 2)


def test_a_source_in_a_region_stays_in_it():
    box = InRegion(0, (-0.1, -0.1, -0.1), (0.3, 0.3, 0.3))
    found = transport(ball(0.2, 1.0), one("electron", 0.002, box), histories=400, seed=1)
    assert found.energy_mev[0, 1] == 0.0


def test_absorbing_electrons_of_short_range_moves_no_energy_that_matters():
    """The sub-voxel rule: a twentieth of a voxel against following every electron to 1 keV."""
    geometry = grid((9, 9, 9), spacing_cm=(0.1, 0.1, 0.1))
    centre = np.zeros((9, 9, 9))
    centre[4, 4, 4] = 1.0
    source = one("electron", 0.3, VoxelMap(centre))
    ruled = transport(geometry, source, histories=20_000, seed=1)
    followed = transport(geometry, source, histories=20_000, seed=1, local_cm=0.0)
    middle = np.ravel_multi_index((4, 4, 4), (9, 9, 9))
    assert ruled.energy_mev[0, middle] == pytest.approx(followed.energy_mev[0, middle], rel=0.01)


# --- interruption and progress ------------------------------------------------------------------


def test_progress_comes_in_the_order_of_the_batches():
    seen = []
    transport(
        ball(1.0), one("photon", 0.1), histories=100, seed=1, batches=5,
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_an_interrupted_run_returns_what_it_has():
    def stop(done, of):
        if done == 3:
            raise KeyboardInterrupt

    found = transport(
        ball(1.0), one("photon", 0.1), histories=1000, seed=1, batches=10, progress=stop
    )
    assert not found.is_complete
    assert found.histories == 300
    assert found.energy_mev[0, 0] > 0.0


# --- refusals -----------------------------------------------------------------------------------


def test_an_unknown_material_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(DataError, match="soft_tissue"):
        material("unobtainium")
    assert {"water", "lung", "cortical_bone", "red_marrow"} <= set(material_names())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: grid(density=0.0), "density_g_per_cm3 must be > 0"),
        (lambda: grid(spacing_cm=(50.0, 50.0, 60.0)), "millimetres"),
        (lambda: grid(spacing_cm=(0.1, -0.1, 0.1)), "spacing_cm must be > 0"),
        (lambda: Spheres((2.0, 1.0), (WATER,) * 2), "ascend"),
        (lambda: Spheres((2.0,), (WATER,) * 2), "equal length"),
        (lambda: VoxelMap(np.array([1.0, -1.0])), "must be finite, >= 0"),
        (lambda: Material("odd", 1.0, ((1, 0.5),)), "sum to 1"),
        (lambda: Material("odd", 0.0, ((1, 1.0),)), "must be > 0"),
        (lambda: dataclasses.replace(WATER, mass_fractions=((92, 1.0),)), "no data for Z = 92"),
        (lambda: line("muon", energy_mev=1.0), "electron, positron or photon"),
        (lambda: line("photon", energy_mev=-1.0), "0 to 10 MeV"),
        (lambda: Source((), Point()), "must emit something"),
        (lambda: transport(ball(1.0), one("photon", 1.0), histories=0, seed=1), "histories"),
        (
            lambda: transport(ball(1.0), one("photon", 1.0, Point(2.0)), histories=1, seed=1),
            "outside of the geometry",
        ),
        (
            lambda: transport(ball(1.0), one("photon", 1.0, InShell(2.0)), histories=1, seed=1),
            "inside of the geometry",
        ),
        (
            lambda: transport(
                ball(1.0), one("photon", 1.0, VoxelMap(np.ones((2, 2, 2)))), histories=1, seed=1
            ),
            "needs Voxels of the same shape",
        ),
        (
            lambda: transport(
                ball(1.0),
                one("photon", 1.0, InRegion(5, (0, 0, 0), (1, 1, 1))),
                histories=1,
                seed=1,
            ),
            "no point of region 5",
        ),
    ],
)
def test_bad_input_is_refused_clearly(make, message):
    with pytest.raises((InvalidValueError, DataError), match=message):
        make()


def test_braggs_rule_gives_water_about_its_mean_excitation_energy():
    plain = dataclasses.replace(WATER, mean_excitation_ev=None)
    assert plain.excitation_ev == pytest.approx(75.0, rel=0.04)
    assert WATER.electrons_per_barn_cm == pytest.approx(0.602214 * 0.55509, rel=1e-4)
    assert elements()[20].symbol == "Ca"
