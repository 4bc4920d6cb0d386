"""Clusters of cells: geometry, two ways of finding nuclei, moments, threads, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.dose.cell import (
    CellShape,
    Cluster,
    Leaving,
    Uptake,
    chain_shares,
    irradiate,
    mixed,
    monolayer,
    multi_event,
    relative_uptake,
    run_concentric,
    scheme,
    spheroid,
    stays_in_sphere_share,
)
from alphatwin.errors import InvalidValueError

SHAPE = CellShape(radius_um=6.0, nucleus_radius_um=4.0)
FIVE_SIGMA = 5.0  # the seed is fixed; a right answer is outside once in a million
QUANTUM_SHARE = 1e-9  # places along a track differ in the last digit, energies by a quantum
CONSERVED = 1e-12  # the issue's bound on decays
MOMENTS = 1e-9  # of an FFT against sums over the same histogram


@pytest.fixture(scope="module")
def actinium():
    return scheme("Ac-225")


@pytest.fixture(scope="module")
def small():
    return spheroid(SHAPE, radius_um=45.0, spacing_um=12.0)


@pytest.fixture(scope="module")
def run(actinium, small):
    return irradiate(actinium, small, source="surface", decays_per_cell=30.0, replicates=20)


def test_a_spheroid_of_the_issue_has_its_number_of_cells():
    assert spheroid(SHAPE, radius_um=95.0, spacing_um=12.0).n_cells == 2899


@pytest.mark.parametrize("packing", ["fcc", "cubic"])
def test_planes_of_a_lattice_and_boxes_find_the_same_nuclei(actinium, packing):
    """Two independent ways: analytic sites of a lattice, and boxes that know of none."""
    lattice = spheroid(SHAPE, radius_um=60.0, packing=packing, necrotic_radius_um=20.0)
    anywhere = Cluster(shape=SHAPE, centres_um=lattice.centres_um, radius_um=60.0)
    runs = [
        irradiate(actinium, cluster, source="cell", decays_per_cell=10.0, replicates=1)
        for cluster in (lattice, anywhere)
    ]
    assert runs[0].alphas == runs[1].alphas
    np.testing.assert_array_equal(runs[0].hits, runs[1].hits)
    np.testing.assert_allclose(
        runs[0].energy_kev, runs[1].energy_kev, rtol=QUANTUM_SHARE, atol=1e-3
    )


def test_a_cell_among_others_gets_from_itself_what_it_gets_alone(actinium, run):
    alone = run_concentric(actinium, SHAPE, source="surface", histories=500_000)
    wanted = alone.s_value("nucleus", radiations=("alpha",))
    found = run.parts_gy_per_bq_s["self_alpha"]
    decays = float(run.decays.sum())
    spread = math.sqrt(run.decay_events[0].mean_kev(2) * run.decay_events[0].total) / (
        run.decay_events[0].mean_kev() * run.decay_events[0].total
    )
    assert decays > 0.0
    assert found == pytest.approx(wanted.value_gy_per_bq_s, rel=FIVE_SIGMA * spread)


def test_cross_dose_of_a_large_lattice_follows_from_the_density_of_nuclei(actinium):
    """Deep inside, all nuclei together absorb their share of the volume."""
    cluster = spheroid(SHAPE, radius_um=190.0, spacing_um=12.0)
    found = irradiate(
        actinium,
        cluster,
        source="cell",
        uptake=np.where(cluster.distances_um < 60.0, 1.0, 0.0),
        decays_per_cell=40.0,
        replicates=1,
        radiations=("alpha",),
    )
    nuclei_share = 4.0 / 3.0 * math.pi * 4.0**3 / (12.0**3 / math.sqrt(2.0))
    per_decay_kev = found.energy_kev.sum() / float(found.decays.sum())
    emitted_kev = actinium.energy_per_parent_decay_kev[:, 0].sum()
    own = run_concentric(actinium, SHAPE, source="cell", histories=200_000)
    own_kev = own.energy_kev_per_decay[:, :, 0, 0].sum(axis=1).mean()
    inside_kev = own.energy_kev_per_decay[:, :, 0, 1].sum(axis=1).mean()
    # Outside of its own cell and of the gap that surrounds it, an alpha meets nuclei evenly; the
    # gap makes it a little less.
    expected_kev = own_kev + nuclei_share * (emitted_kev - inside_kev)
    assert per_decay_kev == pytest.approx(expected_kev, rel=0.05)


@pytest.mark.parametrize(("name", "is_correlated"), [("Ac-225", True), ("At-211", False)])
def test_energy_of_cells_is_compound_poisson_over_correlated_decays(name, is_correlated):
    """Mean and variance over replicates of one cell, against the sums over its chain.

    The sum over a chain that stays is one event; taking its alphas for events of their own gives
    225Ac too small a variance, and changes nothing for 211At: the test tells the two apart.
    """
    lone = Cluster(shape=CellShape(5.0, 4.0), centres_um=np.zeros((1, 3)), radius_um=6.0)
    replicates = 4000
    found = irradiate(
        scheme(name), lone, source="surface", decays_per_cell=5.0, replicates=replicates,
        radiations=("alpha",), threads=1,
    )  # fmt: skip
    energy = found.replicate_energy_kev[:, 0]
    own = found.decay_events[0]
    variance = own.mean_kev(2) * own.total / replicates
    apart = found.events[0].mean_kev(2) * found.events[0].total / replicates
    fourth = float(((energy - energy.mean()) ** 4).mean())
    error = math.sqrt((fourth - energy.var() ** 2) / replicates)
    assert energy.mean() == pytest.approx(own.mean_kev() * own.total / replicates, rel=1e-4)
    assert energy.var(ddof=1) == pytest.approx(variance, abs=FIVE_SIGMA * error)
    if is_correlated:
        assert energy.var(ddof=1) > apart + FIVE_SIGMA * error
    else:
        assert apart == pytest.approx(variance, rel=1e-3)


def test_fft_has_the_moments_of_the_compound_poisson(run):
    mass_kg = run.target_mass_kg
    own, other, _ = run.decay_events
    for numbers in ((0.3, 0.0), (2.0, 7.0), (40.0, 300.0)):
        kinds = [(own, numbers[0]), (other, numbers[1])]
        found = multi_event(kinds, mass_kg=mass_kg)
        unit = float(own.specific_energies_gy(mass_kg=mass_kg)[1]) / own.bin_kev
        mean = sum(n * s.mean_kev() for s, n in kinds) * unit
        variance = sum(n * s.mean_kev(2) for s, n in kinds) * unit**2
        assert found.mean_gy == pytest.approx(mean, rel=MOMENTS)
        assert found.variance_gy2 == pytest.approx(variance, rel=1e-7)
        nothing = sum(n * s.counts[0] / s.total for s, n in kinds)
        assert found.unhit_probability == pytest.approx(
            math.exp(-sum(numbers) + nothing), rel=1e-6, abs=1e-12
        )


def test_fft_gives_the_cells_that_were_simulated(actinium, small, run):
    """One cell type: every nucleus at the same depth has the same distribution; mixed over all."""
    shares = []
    per_cell = 1.0 / (small.n_cells * run.decays.size)
    own = run.decay_events[0].total * per_cell
    # The mean number of hits from others differs from cell to cell: mixed, not averaged.
    other = run.decay_events[1].total / run.hits[:, 1].sum() * run.hits[:, 1] / run.decays.size
    for number in other:
        kinds = [(run.decay_events[0], own), (run.decay_events[1], float(number))]
        shares.append((multi_event(kinds, mass_kg=run.target_mass_kg), 1.0 / small.n_cells))
    found = mixed(shares)
    z = run.replicate_z_gy
    assert found.mean_gy == pytest.approx(float(z.mean()), rel=0.01)
    below = float((z < 0.9 * found.mean_gy).mean())
    predicted = float(found.p[found.z_gy < 0.9 * found.mean_gy].sum())
    # One spectrum of events stands for cells of all depths: 1.4 % of the cells move.
    assert predicted == pytest.approx(below, abs=0.02)


def test_unhit_cells_of_co_located_chains(actinium):
    """P0 = exp(-N (1 - prod(1 - p))) where the chain stays; exp(-mean hits) for one alpha."""
    lone = Cluster(shape=CellShape(5.0, 4.0), centres_um=np.zeros((1, 3)), radius_um=6.0)
    p, decays, replicates = 0.2, 2.0, 20_000
    for name, alphas in (("Ac-225", 4), ("At-211", 1)):
        chain = scheme(name)
        found = irradiate(
            chain, lone, source="surface", decays_per_cell=decays * 1.0, replicates=replicates,
            radiations=("alpha",), threads=1,
        )  # fmt: skip
        unhit = float((found.replicate_hits == 0).mean())
        expected = math.exp(-decays * (1.0 - (1.0 - p) ** alphas))
        error = math.sqrt(expected * (1.0 - expected) / replicates)
        assert unhit == pytest.approx(expected, abs=FIVE_SIGMA * error)
        by_mean_hits = math.exp(-float(found.replicate_hits.mean()))
        if alphas == 1:
            assert by_mean_hits == pytest.approx(expected, abs=FIVE_SIGMA * error)
        else:
            assert by_mean_hits < expected - FIVE_SIGMA * error


@pytest.mark.parametrize("threads", [2, 5])
def test_a_cluster_is_equal_to_the_bit_for_any_number_of_threads(actinium, small, threads):
    same = {"source": "cytoplasm", "decays_per_cell": 60.0, "replicates": 2}
    one = irradiate(actinium, small, **same, threads=1)
    more = irradiate(actinium, small, **same, threads=threads)
    np.testing.assert_array_equal(one.energy_kev, more.energy_kev)
    np.testing.assert_array_equal(one.replicate_energy_kev, more.replicate_energy_kev)
    np.testing.assert_array_equal(one.decay_events[1].counts, more.decay_events[1].counts)


def test_daughters_that_leave_are_conserved_and_agree_with_the_closed_form(actinium, small):
    leaving = Leaving(
        escape_probability={"Fr-221": 0.7, "Bi-213": 0.5},
        diffusion_cm2_per_s={"At-217": 3e-6, "Fr-221": 1e-7},
        internalised_fraction=0.25,
    )
    shares = chain_shares(actinium, radius_um=small.radius_um, leaving=leaving)
    total = shares.at_site + shares.inside + shares.outside
    np.testing.assert_allclose(total, actinium.decays_per_parent_decay, rtol=CONSERVED)
    found = irradiate(
        actinium, small, source="cell", decays_per_cell=400.0, replicates=1, leaving=leaving,
        radiations=("alpha",),
    )  # fmt: skip
    decays = float(found.decays.sum())
    places = found.places / decays
    np.testing.assert_allclose(found.places.sum(axis=1)[:3], decays)
    error = FIVE_SIGMA * 0.5 / math.sqrt(decays)
    np.testing.assert_allclose(places[:, 0], shares.at_site, atol=error)
    # Cells fill the sphere in lumps and stop short of its edge or stick out of it: a tenth.
    np.testing.assert_allclose(places[:, 1], shares.inside, rtol=0.1, atol=error)


def test_bismuth_goes_far_and_astatine_hardly():
    far = stays_in_sphere_share(
        radius_um=100.0, half_lives_s=[2734.0], diffusion_um2_per_s=[1000.0]
    )
    near = stays_in_sphere_share(
        radius_um=100.0, half_lives_s=[0.0323], diffusion_um2_per_s=[1000.0]
    )
    assert far < 0.01
    assert near > 0.85
    many = np.array(
        [
            stays_in_sphere_share(radius_um=r, half_lives_s=[60.0], diffusion_um2_per_s=[10.0])
            for r in np.geomspace(0.1, 1e4, 200)
        ]
    )
    assert np.all(np.diff(many) > 0.0)


def test_two_free_members_in_a_row_agree_with_a_random_walk():
    rng = np.random.default_rng(3)
    n, radius_um = 400_000, 30.0
    places = rng.standard_normal((n, 3))
    places *= (radius_um * rng.random(n) ** (1 / 3) / np.linalg.norm(places, axis=1))[:, None]
    for half_life_s, diffusion in ((10.0, 20.0), (3.0, 100.0)):
        time_s = rng.exponential(half_life_s / math.log(2.0), n)
        places += np.sqrt(2.0 * diffusion * time_s)[:, None] * rng.standard_normal((n, 3))
    walked = float((np.linalg.norm(places, axis=1) < radius_um).mean())
    found = stays_in_sphere_share(
        radius_um=radius_um, half_lives_s=[10.0, 3.0], diffusion_um2_per_s=[20.0, 100.0]
    )
    assert found == pytest.approx(walked, abs=FIVE_SIGMA * 0.5 / math.sqrt(n))


def test_uptake_keeps_its_mean_and_its_labelled_share(small):
    spread = Uptake(labelled_fraction=0.4, lognormal_sd=1.0, penetration_um=20.0)
    found = relative_uptake(small, uptake=spread, seed=2)
    assert found.mean() == pytest.approx(1.0, rel=1e-12)
    assert np.count_nonzero(found) == round(0.4 * small.n_cells)
    even = relative_uptake(small, uptake=Uptake(), seed=2)
    np.testing.assert_allclose(even, 1.0, rtol=1e-12)


def test_random_packings_do_not_overlap_and_have_their_density():
    cluster = spheroid(SHAPE, radius_um=80.0, packing="random", cell_fraction=0.4)
    assert cluster.cell_fraction == pytest.approx(0.4, rel=0.1)
    layer = monolayer(SHAPE, side_um=200.0, packing="random", cell_fraction=0.5)
    assert layer.is_monolayer
    assert np.all(layer.centres_um[:, 2] == 0.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: spheroid(SHAPE, radius_um=50.0, spacing_um=11.0), "cells would overlap"),
        (lambda: spheroid(SHAPE, radius_um=3.0), "at least that of a cell"),
        (lambda: spheroid(SHAPE, radius_um=50.0, necrotic_radius_um=50.0), "necrotic_radius_um"),
        (lambda: spheroid(SHAPE, radius_um=50.0, packing="hcp"), "packing is 'hcp'; allowed: fcc"),
        (lambda: spheroid(SHAPE, radius_um=50.0, packing="random"), "needs a cell_fraction"),
        (lambda: spheroid(SHAPE, radius_um=50.0, packing="random", cell_fraction=0.7), "0.55"),
        (lambda: spheroid(SHAPE, radius_um=1e5), "at most 5000000"),
        (
            lambda: Cluster(
                shape=SHAPE, centres_um=np.array([[0, 0, 0], [5.0, 0, 0]]), radius_um=9
            ),
            "cells overlap: cell 0",
        ),
        (lambda: Uptake(labelled_fraction=1.2), "labelled_fraction must be from 0 to 1, got 1.2"),
        (lambda: Uptake(labelled_fraction=-0.1), "labelled_fraction must be from 0 to 1"),
        (
            lambda: Leaving(
                escape_probability={}, diffusion_cm2_per_s={}, internalised_fraction=2.0
            ),
            "internalised_fraction must be from 0 to 1",
        ),
        (
            lambda: Leaving(
                escape_probability={"Pb-212": 1.0}, diffusion_cm2_per_s={}
            ).free_probability(scheme("Ac-225")),
            "Pb-212: no member of the chain of Ac-225",
        ),
    ],
)
def test_impossible_clusters_are_refused(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


def test_a_cluster_without_any_label_is_refused(small):
    with pytest.raises(InvalidValueError, match="labels none"):
        relative_uptake(small, uptake=Uptake(labelled_fraction=0.0), seed=1)


def test_a_replicate_that_was_done_outlives_an_interrupt(actinium, small, monkeypatch):
    from alphatwin.dose.cell import cluster_work

    real = cluster_work.run_batches
    calls = []

    def stop(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(*args, **kwargs)

    monkeypatch.setattr(cluster_work, "run_batches", stop)
    found = irradiate(actinium, small, source="surface", decays_per_cell=5.0, replicates=9)
    assert found.is_partial
    assert found.decays.size == 2
