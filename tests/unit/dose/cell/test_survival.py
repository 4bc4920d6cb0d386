"""Survival, control and RBE from specific energies; the kinetic model's domains."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.dose.cell import (
    EventSpectrum,
    Inactivation,
    KineticModel,
    SpecificEnergy,
    control_probability,
    domain_dose_mean_gy,
    lineal_energy,
    mixed,
    multi_event,
    relative_effectiveness,
    survival_by_hits,
    surviving_fraction,
)
from alphatwin.dose.cell.track_structure import radial_dose_gy
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import alpha_let_kev_per_um

CLOSED_FORM = 1e-9  # an FFT against a sum of a few terms
MASS_KG = 2.68e-13
HSG = KineticModel(
    linear_per_gy=0.13, quadratic_per_gy2=0.05, domain_radius_um=0.42, nucleus_radius_um=4.1
)


@pytest.fixture
def spectrum():
    counts = np.zeros(200)
    counts[[20, 60, 100]] = [1.0, 2.0, 1.0]
    return EventSpectrum(10.0, counts)


def test_exponential_survival_of_a_compound_poisson_has_a_closed_form(spectrum):
    """S = exp(-n (1 - <exp(-z1/z0)>)), which is how z0 is measured."""
    answer = Inactivation.from_z0(0.8)
    z1 = spectrum.specific_energies_gy(mass_kg=MASS_KG)
    mean = float(spectrum.counts @ np.exp(-z1 / 0.8)) / spectrum.total
    for number in (0.2, 3.0, 25.0):
        found = surviving_fraction(
            multi_event([(spectrum, number)], mass_kg=MASS_KG), inactivation=answer
        )
        assert found == pytest.approx(math.exp(-number * (1.0 - mean)), rel=CLOSED_FORM)


def test_cells_of_different_uptake_are_mixed_and_not_averaged(spectrum):
    low = multi_event([(spectrum, 1.0)], mass_kg=MASS_KG)
    high = multi_event([(spectrum, 9.0)], mass_kg=MASS_KG)
    middle = multi_event([(spectrum, 5.0)], mass_kg=MASS_KG)
    both = mixed([(low, 0.5), (high, 0.5)])
    answer = Inactivation(0.5, 0.05)
    assert both.mean_gy == pytest.approx(middle.mean_gy, rel=CLOSED_FORM)
    halves = [surviving_fraction(d, inactivation=answer) for d in (low, high)]
    assert surviving_fraction(both, inactivation=answer) == pytest.approx(
        np.mean(halves), rel=CLOSED_FORM
    )
    assert surviving_fraction(both, inactivation=answer) > surviving_fraction(
        middle, inactivation=answer
    )
    with pytest.raises(InvalidValueError, match="add up to 1"):
        mixed([(low, 0.5), (high, 0.6)])


def test_one_event_a_bin_gives_a_poisson_distribution():
    counts = np.zeros(4)
    counts[1] = 1.0
    found = multi_event([(EventSpectrum(10.0, counts), 2.5)], mass_kg=MASS_KG)
    for k in range(8):
        poisson = math.exp(-2.5) * 2.5**k / math.factorial(k)
        assert found.p[k] == pytest.approx(poisson, rel=1e-9, abs=1e-15)


def test_dose_for_survival_inverts_survival():
    answer = Inactivation(0.3, 0.03)
    for wanted in (0.9, 0.1, 1e-6):
        assert float(answer.survival(answer.dose_for_survival_gy(wanted))) == pytest.approx(wanted)
    assert relative_effectiveness(
        float(answer.survival(4.0)), absorbed_dose_gy=2.0, reference=answer
    ) == pytest.approx(2.0)


def test_survival_by_hits_is_that_of_all_cells():
    rng = np.random.default_rng(1)
    hits = rng.poisson(3.0, 5000)
    z_gy = hits * 0.25 * rng.random(5000)
    answer = Inactivation(0.7, 0.1)
    rows = survival_by_hits(z_gy, hits, inactivation=answer, most=6)
    assert sum(r.cells_share for r in rows) == pytest.approx(1.0)
    assert sum(r.cells_share * r.survival for r in rows) == pytest.approx(
        float(answer.survival(z_gy).mean())
    )
    assert rows[0].survival == 1.0
    assert rows[-1].hits == 6


def test_control_is_the_chance_that_no_cell_lives():
    answer = Inactivation(1.0)
    z_gy = np.array([[2.0, 3.0], [0.0, 50.0]])
    killed = (1.0 - math.exp(-2.0)) * (1.0 - math.exp(-3.0))
    assert control_probability(z_gy, inactivation=answer) == pytest.approx(killed / 2.0)


def test_lineal_energy_is_normalised_as_the_field_draws_it(spectrum):
    found = lineal_energy(spectrum, radius_um=4.0)
    width = math.log(10.0) / 20.0
    assert found.frequency_share.sum() * width == pytest.approx(1.0)
    assert found.dose_share.sum() * width == pytest.approx(1.0)
    mean_kev = spectrum.mean_kev()
    assert found.frequency_mean_kev_per_um == pytest.approx(mean_kev / (16.0 / 3.0))
    assert found.dose_mean_kev_per_um == pytest.approx(
        spectrum.mean_kev(2) / mean_kev / (16.0 / 3.0)
    )


def test_lineal_energy_is_refused_where_a_chord_does_not_hold(spectrum):
    with pytest.raises(InvalidValueError, match="at least 2 um across"):
        lineal_energy(spectrum, radius_um=0.9)
    nothing = EventSpectrum(10.0, np.zeros(5))
    with pytest.raises(InvalidValueError, match="no events"):
        lineal_energy(nothing, radius_um=4.0)


@pytest.mark.parametrize("energy_mev", [1.0, 4.0, 8.0])
def test_radial_dose_holds_the_let(energy_mev):
    """The integral of the radial dose over the plane is the stopping power."""
    let = float(alpha_let_kev_per_um(energy_mev)) * 0.160218
    found, _ = quad(
        lambda r: 2.0 * math.pi * r * float(radial_dose_gy(np.array(r), energy_mev=energy_mev)),
        0.0, 3.0, points=[1e-4, 2e-4, 5e-4, 1e-3, 0.01, 0.1, 0.3], limit=2000, epsrel=1e-6,
    )  # fmt: skip
    assert found == pytest.approx(let, rel=2e-3)


def test_unsaturated_domain_has_its_let_over_its_area():
    """All of a narrow track in the domain: z is LET over the disc, for paths well inside."""
    wide = KineticModel(
        linear_per_gy=0.1, quadratic_per_gy2=1e-9, domain_radius_um=1.0, nucleus_radius_um=5.0
    )
    z = domain_dose_mean_gy(0.5, model=wide)
    let = float(alpha_let_kev_per_um(0.5)) * 0.160218
    assert z == pytest.approx(let / math.pi, rel=0.05)


def test_kinetic_model_overkills_at_high_let():
    slopes = [HSG.inactivation(e).linear_per_gy for e in (8.0, 5.0, 3.0)]
    assert slopes[0] < slopes[1] < slopes[2]
    unsaturated = KineticModel(
        linear_per_gy=0.13, quadratic_per_gy2=0.05, domain_radius_um=0.42, nucleus_radius_um=400.0
    )
    assert domain_dose_mean_gy(1.0, model=HSG) < domain_dose_mean_gy(1.0, model=unsaturated)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Inactivation(-1.0), "linear_per_gy must be finite and >= 0, got -1"),
        (lambda: Inactivation.from_z0(0.0), "z0_gy must be finite and above 0"),
        (lambda: Inactivation(0.0).dose_for_survival_gy(0.5), "no dose kills"),
        (lambda: Inactivation(1.0).dose_for_survival_gy(1.0), "survival must be above 0"),
        (
            lambda: KineticModel(
                linear_per_gy=0.1, quadratic_per_gy2=0.0, domain_radius_um=0.4, nucleus_radius_um=4
            ),
            "quadratic_per_gy2 above 0",
        ),
        (lambda: domain_dose_mean_gy(20.0, model=HSG), "from 0.2 to 10 MeV"),
        (
            lambda: multi_event([(EventSpectrum(10.0, np.ones(4)), -1.0)], mass_kg=1.0),
            "mean number of events",
        ),
    ],
)
def test_bad_input_is_refused(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


def test_a_distribution_knows_its_moments():
    found = SpecificEnergy(np.array([0.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25]))
    assert found.mean_gy == pytest.approx(0.75)
    assert found.variance_gy2 == pytest.approx(0.6875)
    assert found.unhit_probability == pytest.approx(0.5)
