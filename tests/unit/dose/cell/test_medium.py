"""A medium over a monolayer against quadrature along rays, and a half space in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.dose.cell import (
    CellShape,
    Cluster,
    Medium,
    irradiate,
    irradiate_labels,
    label_image,
    monolayer,
    scheme,
    spheroid,
)
from alphatwin.dose.cell.shapes import JOULE_PER_KEV, KG_PER_UM3
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.nuclides import alpha_range_um, alpha_residual_energy_mev, emissions

FIVE_SIGMA = 5.0  # the seed is fixed; a right answer is outside once in a million
QUADRATURE = 0.002  # of rays and depths below
SHAPE = CellShape(radius_um=6.0, nucleus_radius_um=4.0)
UM3_PER_ML = 1e12
RAYS, PLACES = 200, 24


def lines(chain):
    """Energy [MeV] and number per primary decay of every alpha line, from the tables alone."""
    found = []
    for name, decays in zip(chain.nuclides, chain.decays_per_parent_decay, strict=True):
        alpha = emissions(name).alpha
        found += [
            (float(e), float(y * decays))
            for e, y in zip(alpha.energies_mev, alpha.yields_per_decay, strict=True)
            if y * decays > 1e-4
        ]
    return found


def left_kev(energy_mev, path_um):
    """Energy of an alpha after a path; nothing beyond its range."""
    reach = float(alpha_range_um(energy_mev))
    left = alpha_residual_energy_mev(energy_mev, np.minimum(path_um, reach))
    return np.where(path_um < reach, left, 0.0) * 1e3


def half_space_gy(chain, depth_um):
    """(1/2) int E(R - x/mu) dmu: one decay per um3 above a plane, dose at a depth below it."""
    total = 0.0
    for energy_mev, amount in lines(chain):
        least = depth_um / float(alpha_range_um(energy_mev))
        if least < 1.0:
            mu = least + (1.0 - least) * (np.arange(RAYS) + 0.5) / RAYS
            mean_kev = float(left_kev(energy_mev, depth_um / mu).mean())
            total += amount * 0.5 * (1.0 - least) * mean_kev
    return total * JOULE_PER_KEV / KG_PER_UM3


def lone_cell_gy(chain, depth_um):
    """Dose to the nucleus of one cell on a plate under a medium: rays back from places in it.

    A ray from a place leaves the cell after t1 and the medium after t2; alphas that start between
    leave E(R - t1) - E(R - t2) there per unit of solid angle over 4 pi.
    """
    u = (np.arange(PLACES) + 0.5) / PLACES
    radius = SHAPE.nucleus_radius_um * np.cbrt(u)
    height = 2.0 * u - 1.0
    r, cosine = (a.ravel() for a in np.meshgrid(radius, height))
    place = np.stack([r * np.sqrt(1.0 - cosine**2), np.zeros_like(r), r * cosine])
    k = np.arange(RAYS * 4) + 0.5
    up = 1.0 - 2.0 * k / k.size
    turn = math.pi * (1.0 + math.sqrt(5.0)) * k
    way = np.stack([np.sqrt(1 - up**2) * np.cos(turn), np.sqrt(1 - up**2) * np.sin(turn), up])
    along = place.T @ way
    t1 = -along + np.sqrt(along**2 - (place**2).sum(axis=0)[:, None] + SHAPE.radius_um**2)
    top = depth_um - SHAPE.radius_um
    with np.errstate(divide="ignore"):
        t2 = np.where(
            way[2] > 0.0,
            (top - place[2][:, None]) / way[2],
            (-SHAPE.radius_um - place[2][:, None]) / way[2],
        )
    t2 = np.maximum(t2, t1)
    total = sum(
        amount * float((left_kev(e, t1) - left_kev(e, t2)).mean()) for e, amount in lines(chain)
    )
    return total * JOULE_PER_KEV / KG_PER_UM3


@pytest.mark.parametrize(("name", "depth_um"), [("At-211", 3000.0), ("Ac-225", 30.0)])
def test_a_lone_cell_under_a_medium_agrees_with_rays(name, depth_um):
    chain = scheme(name)
    lone = Cluster(shape=SHAPE, centres_um=np.zeros((1, 3)), radius_um=10.0, is_monolayer=True)
    density = 0.2
    run = irradiate(
        chain, lone, source="surface", decays_per_cell=0.0, replicates=10,
        radiations=("alpha",), medium=Medium(decays_per_ml=density * UM3_PER_ML, depth_um=depth_um),
    )  # fmt: skip
    expected = density * lone_cell_gy(chain, depth_um)
    events = run.events[2]
    spread = math.sqrt(events.mean_kev(2) / events.total) / events.mean_kev()
    assert run.decays.sum() == 0
    assert run.hits[:, :2].sum() == 0
    assert run.medium_gy == pytest.approx(expected, rel=FIVE_SIGMA * spread + QUADRATURE)
    assert run.medium_gy == pytest.approx(float(run.replicate_z_gy.mean()), rel=1e-12)


def test_a_plane_layer_by_a_half_space_of_medium_agrees_with_its_closed_form():
    """Tracks through a label image of planes: nothing of the spheres above is in it."""
    chain = scheme("Ac-225")
    planes = np.array([0] * 100 + list(range(1, 101)))
    image = label_image(planes.reshape(1, 1, -1), voxel_um=(1e5, 1e5, 1.0))
    run = irradiate_labels(chain, image, sources=[0], histories=400_000, radiations=("alpha",))
    volume_um3 = 1e10 * 100.0
    for depth in (1, 5, 20, 40, 60):
        value, error = run.s_value_gy_per_bq_s(depth)
        middle = depth - 0.5
        layer = np.mean([half_space_gy(chain, middle + d) for d in (-0.4, -0.2, 0.0, 0.2, 0.4)])
        assert value * volume_um3 == pytest.approx(
            layer, abs=FIVE_SIGMA * error * volume_um3 + QUADRATURE * layer
        )


def test_the_surface_of_a_half_space_has_half_its_energy():
    chain = scheme("At-211")
    alphas_kev = sum(e * 1e3 * amount for e, amount in lines(chain))
    wanted = 0.5 * alphas_kev * JOULE_PER_KEV / KG_PER_UM3
    assert half_space_gy(chain, 0.0) == pytest.approx(wanted, rel=1e-9)


def test_medium_adds_to_what_cells_hold_and_threads_change_nothing():
    chain = scheme("Ac-225")
    layer = monolayer(SHAPE, side_um=150.0, packing="fcc", spacing_um=13.0)
    told = {"source": "surface", "replicates": 3, "radiations": ("alpha",)}
    around = Medium(decays_per_ml=0.01 * UM3_PER_ML, depth_um=1000.0)
    both, one = (
        irradiate(chain, layer, decays_per_cell=4.0, medium=around, threads=threads, **told)
        for threads in (4, 1)
    )
    np.testing.assert_array_equal(both.replicate_energy_kev, one.replicate_energy_kev)
    alone = irradiate(chain, layer, decays_per_cell=0.0, medium=around, **told)
    np.testing.assert_array_equal(alone.energy_kev[:, 6], both.energy_kev[:, 6])
    total = both.mean_gy_per_bq_s * float(both.decays.sum()) / layer.n_cells / 3 + both.medium_gy
    assert float(both.replicate_z_gy.mean()) == pytest.approx(total, rel=1e-9)
    assert alone.relative_standard_error > 0.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Medium(decays_per_ml=0.0, depth_um=1.0), "decays_per_ml must be finite"),
        (lambda: Medium(decays_per_ml=1.0, depth_um=-1.0), "depth_um of a medium"),
        (
            lambda: irradiate(
                scheme("At-211"), spheroid(SHAPE, radius_um=20.0), source="surface",
                decays_per_cell=1.0, medium=Medium(decays_per_ml=1.0, depth_um=1.0),
            ),
            "a medium lies over a monolayer",
        ),
        (
            lambda: irradiate(
                scheme("At-211"), monolayer(SHAPE, side_um=40.0), source="surface",
                decays_per_cell=0.0,
            ),
            "or 0 with a medium",
        ),
    ],
)  # fmt: skip
def test_an_impossible_medium_is_refused(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


def test_a_medium_without_alphas_is_refused():
    with pytest.raises(NotSupportedError, match="Lu-177 emits no alphas"):
        irradiate(
            scheme("Lu-177"), monolayer(SHAPE, side_um=40.0), source="surface",
            decays_per_cell=1.0, medium=Medium(decays_per_ml=1e12, depth_um=1.0),
        )  # fmt: skip


def test_a_gpu_knows_no_medium():
    with pytest.raises(NotSupportedError, match="medium"):
        irradiate(
            scheme("At-211"), monolayer(SHAPE, side_um=40.0), source="surface",
            decays_per_cell=1.0, radiations=("alpha",), backend="cuda",
            medium=Medium(decays_per_ml=1.0, depth_um=1.0),
        )  # fmt: skip
