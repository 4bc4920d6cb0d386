"""Targets in clusters: whole cells, nuclei and sites, by two ways; S values, self and cross."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.dose.cell import CellShape, Cluster, irradiate, run_concentric, scheme, spheroid
from alphatwin.dose.cell.shapes import COUNTED_RADIATIONS
from alphatwin.errors import InvalidValueError

SHAPE = CellShape(radius_um=6.0, nucleus_radius_um=4.0)
FIVE_SIGMA = 5.0  # the seed is fixed; a right answer is outside once in a million
QUANTUM_SHARE = 1e-9
DECAYS = 300_000
RADIATIONS = ("alpha", "recoil", "electron")


@pytest.fixture(scope="module")
def actinium():
    return scheme("Ac-225")


@pytest.mark.parametrize("target", ["nucleus", "cell"])
@pytest.mark.parametrize("source", ["surface", "cytoplasm", "nucleus", "cell"])
def test_a_lone_cell_of_a_cluster_is_the_concentric_cell(actinium, source, target):
    """Two kernels: chords of spheres anywhere, and chords from the distance to one centre."""
    lone = Cluster(shape=SHAPE, centres_um=np.zeros((1, 3)), radius_um=6.0)
    concentric = run_concentric(actinium, SHAPE, source=source, histories=DECAYS)
    for radiation in RADIATIONS:
        run = irradiate(
            actinium, lone, source=source, target=target, decays_per_cell=DECAYS / 20,
            replicates=20, radiations=(radiation,),
        )  # fmt: skip
        found = run.s_value()
        wanted = concentric.s_value(target, radiations=(radiation,))
        error = math.hypot(
            found.self_standard_error_gy_per_bq_s,
            wanted.relative_standard_error * wanted.value_gy_per_bq_s,
        )
        assert found.cross_gy_per_bq_s == 0.0
        assert found.self_gy_per_bq_s == pytest.approx(
            wanted.value_gy_per_bq_s, abs=FIVE_SIGMA * error
        )
    hits = run.hits[0, 0] / float(run.decays.sum())
    assert hits == pytest.approx(concentric.hits_per_decay(target), rel=0.01)


def test_an_alpha_that_leaves_a_membrane_does_not_hit_its_cell():
    """Rounding must not count it: of the alphas from a membrane, half go in."""
    lone = Cluster(shape=SHAPE, centres_um=np.full((1, 3), 123.456), radius_um=300.0)
    run = irradiate(
        scheme("Po-212"), lone, source="surface", target="cell", decays_per_cell=200_000.0,
        replicates=1, radiations=("alpha",),
    )  # fmt: skip
    share = run.hits[0, 0] / run.alphas
    assert share == pytest.approx(0.5, abs=FIVE_SIGMA * 0.5 / math.sqrt(run.alphas))


@pytest.mark.parametrize("packing", ["fcc", "cubic"])
def test_planes_of_a_lattice_and_boxes_find_the_same_cells_that_touch(actinium, packing):
    lattice = spheroid(SHAPE, radius_um=50.0, packing=packing)
    anywhere = Cluster(shape=SHAPE, centres_um=lattice.centres_um, radius_um=50.0)
    runs = [
        irradiate(
            actinium, cluster, source="cytoplasm", target="cell", decays_per_cell=10.0,
            replicates=1,
        )
        for cluster in (lattice, anywhere)
    ]  # fmt: skip
    np.testing.assert_array_equal(runs[0].hits, runs[1].hits)
    np.testing.assert_allclose(
        runs[0].energy_kev, runs[1].energy_kev, rtol=QUANTUM_SHARE, atol=1e-3
    )


def test_s_values_of_a_cluster_are_its_mean_dose(actinium):
    cluster = spheroid(SHAPE, radius_um=45.0, spacing_um=12.0)
    run = irradiate(actinium, cluster, source="surface", decays_per_cell=30.0, replicates=10)
    found = run.s_value()
    total = found.self_gy_per_bq_s + found.cross_gy_per_bq_s
    assert total == pytest.approx(run.mean_gy_per_bq_s, rel=1e-12)
    assert sum(run.parts_gy_per_bq_s.values()) == pytest.approx(total, rel=1e-12)
    z_gy = float(run.replicate_z_gy.mean())
    per_cell = float(run.decays.mean()) / cluster.n_cells
    assert total == pytest.approx(z_gy / per_cell, rel=1e-12)
    # A cell has 15 times the mass of its nucleus in this pair, and alphas cross both alike.
    cells = irradiate(
        actinium, cluster, source="surface", target="cell", decays_per_cell=30.0, replicates=10
    )
    assert cells.s_value().cross_gy_per_bq_s == pytest.approx(found.cross_gy_per_bq_s, rel=0.05)
    assert set(cells.parts_gy_per_bq_s) == {
        f"{origin}_{name}" for origin in ("self", "cross") for name in COUNTED_RADIATIONS
    }


def test_cells_that_only_irradiate_count_in_no_mean(actinium):
    """The dose per decay in every cell is the dose of the scored over the decays of all."""
    cluster = spheroid(SHAPE, radius_um=60.0, spacing_um=12.0)
    told = {"source": "surface", "decays_per_cell": 20.0, "replicates": 4}
    whole = irradiate(actinium, cluster, **told)
    core = irradiate(actinium, cluster, scored_radius_um=30.0, **told)
    kept = cluster.distances_um <= 30.0
    assert core.scored.size == kept.sum() < 0.2 * cluster.n_cells
    np.testing.assert_array_equal(core.energy_kev, whole.energy_kev[kept])
    np.testing.assert_array_equal(core.replicate_hits, whole.replicate_hits[:, kept])
    per_cell = float(core.decays.mean()) / cluster.n_cells
    wanted = float(core.replicate_z_gy.mean()) / per_cell
    found = core.s_value()
    assert core.mean_gy_per_bq_s == pytest.approx(wanted, rel=1e-12)
    assert found.self_gy_per_bq_s + found.cross_gy_per_bq_s == pytest.approx(wanted, rel=1e-12)
    assert core.mean_gy_per_bq_s > 1.2 * whole.mean_gy_per_bq_s
    with pytest.raises(InvalidValueError, match="no cell lies within scored_radius_um"):
        irradiate(actinium, cluster, scored_radius_um=-1.0, **told)


def test_a_site_in_the_middle_is_hit_as_its_area_says(actinium):
    lone = Cluster(shape=SHAPE, centres_um=np.zeros((1, 3)), radius_um=6.0)
    run = irradiate(
        actinium, lone, source="surface", site_radius_um=1.0, decays_per_cell=200_000.0,
        replicates=1, radiations=("alpha",),
    )  # fmt: skip
    wanted = 0.5 * (1.0 - math.sqrt(1.0 - (1.0 / 6.0) ** 2))
    error = math.sqrt(wanted / run.alphas)
    assert run.hits[0, 0] / run.alphas == pytest.approx(wanted, abs=FIVE_SIGMA * error)
    with pytest.raises(InvalidValueError, match="at most the radius of the nucleus, 4 um, got 5"):
        irradiate(actinium, lone, source="surface", site_radius_um=5.0, decays_per_cell=1.0)
    with pytest.raises(InvalidValueError, match="target is 'core'"):
        irradiate(actinium, lone, source="surface", target="core", decays_per_cell=1.0)
