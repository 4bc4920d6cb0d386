"""What makes doses uncertain: correlations kept, groups that add up, every source found."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alphatwin.patient import Imaging, Prediction, UptakeFactor
from alphatwin.uncertainty import RecoveryCurve, SplitSeed
from alphatwin.workflows import contributions
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.contributions import dose_uncertainties
from alphatwin.workflows.effect import region_biologies, region_biology
from alphatwin.workflows.measured_scale import measured_scale
from alphatwin.workflows.region_answers import mass_factor
from alphatwin.workflows.sampled_doses import ABSORBED, BED, WEIGHTED, DoseKey, sampled_doses
from alphatwin.workflows.sampled_effects import Kept, sampled_bed_gy
from courses import AC_DOTATATE, PB_DOTAMTATE, course, measurement, region

EXACT = 1e-12
ESTIMATED = 0.04  # four standard errors of a share from 4 000 samples
CAMERA = Imaging(
    resolution_fwhm_mm=10.0,
    recovery=RecoveryCurve(
        recovery_exponent=0.9,
        half_volume_ml=4.0,
        exponent_relative_sd=0.1,
        half_volume_relative_sd=0.1,
    ),
)


def two_lesions(*, points=None, **changes):
    """Return a course of two lesions whose errors of measurement are changed in the same way."""
    both = (region("one"), region("two", mass_kg=0.02))
    series = tuple(
        dataclasses.replace(measurement(r.name, **(points or {})), **changes) for r in both
    )
    return course(regions=both, measurements=series, samples=4_000, imaging=CAMERA)


def scales(made):
    return [measured_scale(made, m, seed=1) for m in made.measurements]


def log_correlation(one, two):
    return float(np.corrcoef(np.log(one), np.log(two))[0, 1])


def without_calibration(made):
    return dataclasses.replace(
        made, assumptions=dataclasses.replace(made.assumptions, calibration_relative_sd=0.0)
    )


def test_calibration_is_one_error_over_all_regions():
    one, two = scales(two_lesions())
    assert np.array_equal(one, two)
    assert float(np.std(np.log(one))) == pytest.approx(0.05, rel=0.05)


def test_cameras_have_errors_of_their_own():
    made = two_lesions()
    other = dataclasses.replace(made.measurements[1], camera="B")
    one, two = scales(dataclasses.replace(made, measurements=(made.measurements[0], other)))
    assert abs(log_correlation(one, two)) < 0.06


def test_a_stated_recovery_is_one_error_of_a_region_and_no_other():
    one, two = scales(without_calibration(two_lesions(recovery_relative_sd=0.06)))
    assert float(np.std(np.log(one))) == pytest.approx(0.06, rel=0.05)
    assert abs(log_correlation(one, two)) < 0.06


def test_a_recovery_curve_is_shared_by_regions():
    made = without_calibration(two_lesions(is_recovered_by_curve=True))
    made = dataclasses.replace(
        made, regions=tuple(dataclasses.replace(r, mass_relative_sd=0.0) for r in made.regions)
    )
    assert log_correlation(*scales(made)) > 0.9


@pytest.mark.parametrize(("stated", "power"), [(0.05, 0.5), (0.1, 1.0)])
def test_volume_moves_the_activity_with_the_mass(stated, power):
    """An error of the volume stated for the values is the error of the region, to a power."""
    made = without_calibration(two_lesions(volume_relative_sd=stated))
    (answer,) = analyse(made, seed=1)
    mass = answer.regions[0].dose.total_gy
    exact = dataclasses.replace(
        made,
        measurements=tuple(
            dataclasses.replace(m, volume_relative_sd=0.0) for m in made.measurements
        ),
    )
    plain = analyse(exact, seed=1)[0].regions[0].dose.total_gy
    volume = mass_factor(made.regions[0], seed=1, samples=4_000)
    np.testing.assert_allclose(mass, plain * volume**power, rtol=EXACT)


def test_shared_errors_are_not_averaged_away_by_the_number_of_points():
    """The same error whether it is shared by two points or by twelve."""
    spreads = []
    for n in (2, 12):
        hours = tuple(np.linspace(20.0, 200.0, n))
        values = tuple(1e8 * 2.0 ** (-h / 80.0) for h in hours)
        points = {"hours": hours, "values": values, "relative_sd": 0.002}
        made = without_calibration(two_lesions(recovery_relative_sd=0.1, points=points))
        alone = analyse(made, seed=1)[0].regions[0]
        fitted = alone.kinetics.fitted.curve.amplitude_fraction
        largest = np.arange(len(fitted)), np.abs(fitted).argmax(axis=1)
        ratio = alone.curve.amplitude_fraction[largest] / fitted[largest]
        spreads.append(float(np.std(np.log(ratio))))
    assert spreads[0] == pytest.approx(spreads[1], rel=EXACT)
    assert spreads[0] == pytest.approx(0.1, rel=0.05)


def found_in(made, *, agents=()):
    answers = analyse(made, own_agents=agents, seed=1)
    biologies = tuple(region_biologies(made, answer, seed=1) for answer in answers)
    return dose_uncertainties(made, answers, biologies, own_agents=agents, seed=1)


def by_source(uncertainty):
    return {c.source: c for c in uncertainty.contributions}


def test_shares_add_up_to_one_for_a_log_dose():
    made = dataclasses.replace(two_lesions(is_recovered_by_curve=True), predictions=(AC_DOTATATE,))
    for found in found_in(made):
        rows = found.contributions
        assert sum(c.total_share for c in rows) == pytest.approx(1.0, abs=ESTIMATED * 2)
        for c in rows:
            assert c.first_order_share == pytest.approx(c.total_share, abs=ESTIMATED * 2)
        assert [c.total_share for c in rows] == sorted((c.total_share for c in rows), reverse=True)


def test_share_of_calibration_is_its_part_of_the_variance():
    made = two_lesions()
    first = found_in(made)[0]
    expected = np.log1p(0.05**2) / np.log(first.geometric_sd) ** 2
    share = by_source(first)["calibration"]
    assert share.total_share == pytest.approx(expected, abs=ESTIMATED)
    assert share.dose_ratio_95 == pytest.approx(np.exp(1.96 * 0.05), rel=0.1)


def test_every_source_is_found_and_none_other():
    factor = UptakeFactor("amino_acids", 1.2, relative_sd=0.2)
    made = dataclasses.replace(
        two_lesions(is_recovered_by_curve=True),
        predictions=(Prediction("225Ac-DOTATATE", activity_bq=8e6, factors=(factor,)),),
    )
    made = dataclasses.replace(
        made,
        assumptions=dataclasses.replace(
            made.assumptions,
            rbe_alpha_relative_sd=0.3,
            fate_weights=(("stay", 0.5), ("all_escape", 0.5)),
        ),
    )
    found = [f for f in found_in(made) if f.agent == "225Ac-DOTATATE" and f.region == "one"]
    sources = {f.quantity: set(by_source(f)) for f in found}
    common = {
        "counts and fit", "calibration", "volume and mass", "recovery", "amino acids",
        "fate of daughters",
    }  # fmt: skip
    assert sources[ABSORBED] - {"model of the curve"} == common
    assert sources[WEIGHTED] - {"model of the curve"} == common | {"RBE"}


def test_the_figures_of_a_fate_have_their_share():
    """What all shares together must be: the doses of a fate rest on its sampled figures too."""
    made = dataclasses.replace(two_lesions(), predictions=(AC_DOTATATE,))
    made = dataclasses.replace(
        made, assumptions=dataclasses.replace(made.assumptions, daughters="human_kinetics")
    )
    found = [f for f in found_in(made) if f.agent == "225Ac-DOTATATE" and f.quantity == ABSORBED]
    fixed = [
        np.std(np.log(r.dose.total_gy))
        for r in analyse(
            dataclasses.replace(
                made, assumptions=dataclasses.replace(made.assumptions, daughters="stay")
            )
        )[1].regions
    ]
    for one, stays_sd in zip(found, fixed, strict=True):
        assert sum(c.total_share for c in one.contributions) == pytest.approx(1.0, abs=0.1)
        left = 1.0 - (stays_sd / np.log(one.geometric_sd)) ** 2
        assert by_source(one)["fate of daughters"].total_share == pytest.approx(left, abs=0.1)


def test_factors_of_time_serve_every_fate_in_any_order():
    """What decays in one fate alone finds its factor, whichever fate asked first."""
    made = dataclasses.replace(two_lesions(), predictions=(PB_DOTAMTATE,))

    def beds(*names):
        weights = tuple((name, 0.5) for name in names)
        changed = dataclasses.replace(made.assumptions, fate_weights=weights)
        return sampled_doses(
            dataclasses.replace(made, assumptions=changed), own_agents=(), seed=1, fits=None
        )

    one, other = beds("stay", "all_escape"), beds("all_escape", "stay")
    of_each = {
        name: sampled_doses(
            dataclasses.replace(
                made, assumptions=dataclasses.replace(made.assumptions, daughters=name)
            ),
            own_agents=(), seed=1, fits=None,
        )
        for name in ("stay", "all_escape")
    }  # fmt: skip
    key = DoseKey(1, "one", BED)
    for mixed in (one[key], other[key]):
        is_stay = np.isclose(mixed, of_each["stay"][key], rtol=EXACT)
        is_other = np.isclose(mixed, of_each["all_escape"][key], rtol=EXACT)
        assert (is_stay | is_other).all()


def test_nothing_uncertain_but_counts_leaves_one_source():
    made = without_calibration(two_lesions())
    made = dataclasses.replace(
        made, regions=tuple(dataclasses.replace(r, mass_relative_sd=0.0) for r in made.regions)
    )
    for found in found_in(made):
        if found.quantity == BED:
            continue
        assert set(by_source(found)) <= {"counts and fit", "model of the curve"}
        assert sum(c.total_share for c in found.contributions) == pytest.approx(1.0, abs=0.05)


def test_fates_are_drawn_by_their_weights_and_one_for_a_whole_sample():
    made = dataclasses.replace(two_lesions(), predictions=(AC_DOTATATE,))

    def doses(**assumed):
        changed = dataclasses.replace(made.assumptions, **assumed)
        return sampled_doses(
            dataclasses.replace(made, assumptions=changed), own_agents=(), seed=1, fits=None
        )

    mixed = doses(fate_weights=(("stay", 0.3), ("all_escape", 0.7)))
    stay, escape = doses(), doses(daughters="all_escape")
    keys = [DoseKey(1, name, ABSORBED) for name in ("one", "two")]
    is_stay = [np.isclose(mixed[k], stay[k], rtol=EXACT) for k in keys]
    assert np.array_equal(*is_stay)
    assert np.allclose(mixed[keys[0]][~is_stay[0]], escape[keys[0]][~is_stay[0]], rtol=EXACT)
    assert float(is_stay[0].mean()) == pytest.approx(0.3, abs=0.03)


def test_the_effect_has_sources_of_its_own():
    made = dataclasses.replace(two_lesions(), predictions=(AC_DOTATATE,))
    biology = {"RBEmax", "alpha/beta", "repair half-time"}
    found = found_in(made)
    dose, bed = (
        next(u for u in found if (u.agent, u.quantity) == (AC_DOTATATE.agent, quantity))
        for quantity in (ABSORBED, BED)
    )
    assert biology.isdisjoint(by_source(dose))
    assert biology <= set(by_source(bed)) | {"repair half-time"}
    assert set(by_source(dose)) <= set(by_source(bed))
    assert sum(c.total_share for c in bed.contributions) == pytest.approx(1.0, abs=4 * ESTIMATED)
    assert bed.geometric_sd > dose.geometric_sd


@pytest.mark.parametrize("daughters", ["stay", "all_escape"])
def test_an_effect_under_exchanged_seeds_is_that_of_the_whole_way(daughters):
    """Courses of time that are kept must not be taken for another seed: region by region anew."""
    made = dataclasses.replace(two_lesions(), predictions=(AC_DOTATATE,))
    made = dataclasses.replace(
        made, assumptions=dataclasses.replace(made.assumptions, daughters=daughters, samples=500)
    )
    kept = Kept()
    for names in ({"fit"}, {"repair"}, {"RBEmax"}, {"calibration"}, {"alpha/beta"}):
        for is_inside in (True, False):
            seed = SplitSeed(1, other=2, names=frozenset(names), is_inside=is_inside)
            for i, answer in enumerate(analyse(made, seed=seed)):
                for r in answer.regions:
                    whole = region_biology(made, answer, r, seed=seed).bed_gy()
                    again = sampled_bed_gy(made, answer, r, seed=seed, kept=kept, index=i)
                    np.testing.assert_allclose(again, whole, rtol=EXACT)


def test_a_source_that_is_not_asked_changes_nothing(monkeypatch):
    """Computations that are left out because no stream is asked for would have shown nothing."""
    made = dataclasses.replace(two_lesions(), predictions=(AC_DOTATATE,))
    left_out = found_in(made)
    monkeypatch.setattr(contributions.Source, "is_asked", lambda *_: True)
    assert found_in(made) == left_out


def test_the_answer_is_the_same_twice():
    made = two_lesions()
    assert found_in(made) == found_in(made)


def test_an_effect_with_dose_from_elsewhere_is_that_of_the_whole_way():
    names = ("kidneys", "liver")
    made = course(
        regions=tuple(region(n, mass_kg=0.3, population=n) for n in names),
        measurements=tuple(measurement(n) for n in names),
        samples=200,
    )
    kept = Kept()
    for name in ("fit", "repair", "calibration"):
        seed = SplitSeed(1, other=2, names=frozenset({name}), is_inside=True)
        (answer,) = analyse(made, seed=seed)
        kidneys = answer.regions[0]
        assert kidneys.received
        whole = region_biology(made, answer, kidneys, seed=seed).bed_gy()
        again = sampled_bed_gy(made, answer, kidneys, seed=seed, kept=kept, index=0)
        np.testing.assert_allclose(again, whole, rtol=EXACT)
