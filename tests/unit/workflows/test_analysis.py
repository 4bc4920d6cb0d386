"""Laws that hold from a course to its doses, whatever the numbers are."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.nuclides import decay_chain, nuclide
from alphatwin.patient import MeasuredQuantity, Prediction, UptakeFactor
from alphatwin.workflows.analysis import analyse
from courses import AC_DOTATATE, PB_DOTAMTATE, course, measurement, region

ROUND_OFF = 1e-12  # the same arithmetic in another order
QUADRATURE = 1e-8  # adaptive quadrature asked for 1e-10, over a curve of two exponentials
HALF_A_PERCENT = 5e-3  # medians of 2 000 samples whose own error cancels


def medians_gy(answers):
    return {
        (a.agent.name, r.region.name): float(np.median(r.dose.total_gy))
        for a in answers
        for r in a.regions
    }


def test_the_same_agent_predicted_gives_what_it_gave():
    again = Prediction("177Lu-DOTATATE", activity_bq=7.4e9)
    given, predicted = analyse(course(predictions=(again,)))
    assert predicted.regions[0].dose.total_gy == pytest.approx(
        given.regions[0].dose.total_gy, rel=ROUND_OFF
    )


def test_dose_is_proportional_to_the_predicted_activity():
    twice = Prediction("225Ac-DOTATATE", activity_bq=16e6)
    _, one, two = analyse(course(predictions=(AC_DOTATATE, twice)))
    assert two.regions[0].dose.total_gy == pytest.approx(
        2.0 * one.regions[0].dose.total_gy, rel=ROUND_OFF
    )


def test_an_answer_does_not_depend_on_what_else_is_asked():
    alone = medians_gy(analyse(course(predictions=(AC_DOTATATE,))))
    beside = medians_gy(analyse(course(predictions=(PB_DOTAMTATE, AC_DOTATATE))))
    assert beside["225Ac-DOTATATE", "lesion"] == alone["225Ac-DOTATATE", "lesion"]


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    first, second = (medians_gy(analyse(course(), seed=7)) for _ in range(2))
    assert first == second
    assert first != medians_gy(analyse(course(), seed=8))


def test_decays_of_the_parent_agree_with_quadrature_of_its_curve():
    """Second route: adaptive quadrature of each curve, decay put in by hand."""
    answer = analyse(course(predictions=(AC_DOTATATE,), samples=100))[1]
    rate_per_s = nuclide("Ac-225").decay_constant_per_s
    curve = answer.regions[0].curve
    for i in range(3):
        amplitude = curve.amplitude_fraction[i]
        rates = curve.biological_rate_per_s[i] + rate_per_s

        def activity_bq(t, amplitude=amplitude, rates=rates):
            return 8e6 * float(amplitude @ np.exp(-rates * t))

        whole, _ = quad(activity_bq, 0.0, 60.0 / rates.min(), epsrel=1e-10, limit=500)
        assert answer.regions[0].decays[i, 0] == pytest.approx(whole, rel=QUADRATURE)


def test_daughters_decay_where_the_parent_does():
    answer = analyse(course(predictions=(AC_DOTATATE,)))[1]
    per_parent = decay_chain("Ac-225").decays_per_parent_decay()
    decays = answer.regions[0].decays
    assert decays == pytest.approx(decays[:, :1] * per_parent, rel=ROUND_OFF)


def test_uptake_ratio_scales_the_dose():
    half = dataclasses.replace(
        PB_DOTAMTATE, factors=(UptakeFactor("uptake_ratio", 0.5, relative_sd=0.3),)
    )
    full_gy = medians_gy(analyse(course(predictions=(PB_DOTAMTATE,))))
    half_gy = medians_gy(analyse(course(predictions=(half,))))
    key = ("212Pb-DOTAMTATE", "lesion")
    assert half_gy[key] == pytest.approx(0.5 * full_gy[key], rel=ROUND_OFF)


def test_error_of_the_volume_cancels_in_the_dose_where_concentration_was_measured():
    concentration = measurement(
        quantity=MeasuredQuantity.CONCENTRATION_BQ_PER_ML, values=(1.2e6, 1.6e6, 0.8e6)
    )
    spreads = []
    for relative_sd in (0.0, 0.4):
        answer = analyse(
            course(regions=(region(mass_relative_sd=relative_sd),), measurements=(concentration,))
        )[0]
        spreads.append(np.std(np.log(answer.regions[0].dose.total_gy)))
    assert spreads[1] == pytest.approx(spreads[0], rel=1e-9)


def test_error_of_the_mass_widens_the_dose_where_activity_was_measured():
    narrow, wide = (
        np.std(
            np.log(
                analyse(course(regions=(region(mass_relative_sd=sd),)))[0].regions[0].dose.total_gy
            )
        )
        for sd in (0.0, 0.4)
    )
    expected = math.hypot(narrow, math.sqrt(math.log1p(0.4**2)))
    assert wide == pytest.approx(expected, rel=0.05)  # 2 000 samples: 1.6 % per spread


def test_calibration_error_is_shared_by_all_regions():
    two = (region("a"), region("b"))
    series = tuple(measurement(name, relative_sd=0.001) for name in ("a", "b"))

    def correlation(calibration):
        answer = analyse(
            course(
                regions=tuple(dataclasses.replace(r, mass_relative_sd=0.0) for r in two),
                measurements=series,
                calibration_relative_sd=calibration,
            )
        )[0]
        logs = [np.log(r.dose.total_gy) for r in answer.regions]
        return np.corrcoef(logs)[0, 1]

    assert correlation(0.2) > 0.9
    assert abs(correlation(0.0)) < 0.1


def test_population_region_reproduces_the_published_dose_coefficient():
    """Truth: Gupta 2013, 0.57 (SD 0.09) Gy/GBq for kidneys under 177Lu-DOTATATE."""
    kidneys = region("kidneys", mass_kg=0.31, kinetics="population", population="kidneys")
    answer = analyse(course(regions=(region(), kidneys), samples=20_000))[0]
    per_gbq = answer.regions[1].dose.total_gy / 7.4
    assert per_gbq.mean() == pytest.approx(0.57, rel=HALF_A_PERCENT)
    assert per_gbq.std() == pytest.approx(0.09, rel=0.03)  # 20 000 samples: 0.5 %


def test_decay_corrected_values_give_the_same_dose_as_uncorrected_ones():
    rate_per_s = nuclide("Lu-177").decay_constant_per_s
    plain = measurement()
    corrected = measurement(
        values=tuple(p.value * math.exp(rate_per_s * p.time_s) for p in plain.points),
        corrected_to_s=0.0,
    )
    one, other = (medians_gy(analyse(course(measurements=(m,)))) for m in (plain, corrected))
    assert one == pytest.approx(other, rel=1e-9)


def test_without_mass_decays_are_counted_and_no_dose_is_given():
    answer = analyse(course(regions=(region(mass_kg=None),)))[0].regions[0]
    assert answer.dose is None
    assert np.median(answer.decays) > 0.0


def test_without_activity_the_dose_stands_and_nothing_is_predicted():
    known = medians_gy(analyse(course()))
    unknown = medians_gy(analyse(course(activity_bq=None)))
    # The bound at the administered activity and the broad prior are all that differs.
    assert unknown == pytest.approx(known, rel=0.02)
    with pytest.raises(NotSupportedError, match=r"activity of 'cycle 1' .* is unknown"):
        analyse(course(activity_bq=None, predictions=(AC_DOTATATE,)))


def test_another_vector_or_chelator_needs_a_stated_uptake_ratio():
    silent = Prediction("212Pb-DOTAMTATE", activity_bq=2e8)
    with pytest.raises(NotSupportedError, match="state uptake_ratio"):
        analyse(course(predictions=(silent,)))


def test_an_agent_without_prescription_needs_a_stated_activity():
    silent = Prediction("213Bi-DOTATOC", factors=(UptakeFactor("uptake_ratio", 1.0),))
    with pytest.raises(NotSupportedError, match=r"no prescription .* state its activity"):
        analyse(course(predictions=(silent,)))


def test_a_published_prescription_is_applied_to_the_weight():
    answer = analyse(course(predictions=(PB_DOTAMTATE,)))[1]
    assert answer.activity_bq == pytest.approx(2.5e6 * 80.0)
    assert "published prescription" in answer.activity_from


def test_a_region_that_nobody_published_is_refused():
    odd = region("thymus", kinetics="population", population="thymus")
    with pytest.raises(DataError, match="no population effective_half_life_s of 'thymus'"):
        analyse(course(regions=(region(), odd)))


def test_another_nuclide_than_the_agents_is_refused():
    with pytest.raises(NotSupportedError, match="Ac-225 was counted and 177Lu-DOTATATE carries"):
        analyse(course(measurements=(measurement(nuclide="Ac-225"),)))


def test_a_region_measured_after_one_cycle_stands_for_the_next():
    from alphatwin.patient import Administration

    one = course()
    two = dataclasses.replace(
        one,
        administrations=(*one.administrations, Administration("cycle 2", "177Lu-DOTATATE", 3.7e9)),
    )
    first, second = analyse(two)
    assert second.regions[0].dose.total_gy == pytest.approx(
        0.5 * first.regions[0].dose.total_gy, rel=ROUND_OFF
    )


def test_factors_multiply_where_they_act_and_nowhere_else():
    two = (region("a"), region("b"))
    series = (measurement("a"), measurement("b"))
    plain = Prediction("225Ac-DOTATATE", activity_bq=8e6)
    changed = dataclasses.replace(
        plain,
        factors=(
            UptakeFactor("intra_arterial", 3.0, regions=("a",)),
            UptakeFactor("receptor_saturation", 0.5),
        ),
    )
    before, after = (
        medians_gy(analyse(course(regions=two, measurements=series, predictions=(p,))))
        for p in (plain, changed)
    )
    name = "225Ac-DOTATATE"
    assert after[name, "a"] == pytest.approx(1.5 * before[name, "a"], rel=ROUND_OFF)
    assert after[name, "b"] == pytest.approx(0.5 * before[name, "b"], rel=ROUND_OFF)


def test_error_of_a_factor_is_shared_by_the_regions_it_is_stated_for():
    two = tuple(dataclasses.replace(region(n), mass_relative_sd=0.0) for n in ("a", "b"))
    series = tuple(measurement(n, relative_sd=0.001) for n in ("a", "b"))

    def correlation(*factors):
        p = Prediction("225Ac-DOTATATE", activity_bq=8e6, factors=factors)
        parts = course(
            regions=two, measurements=series, predictions=(p,), calibration_relative_sd=0.0
        )
        logs = [np.log(r.dose.total_gy) for r in analyse(parts)[1].regions]
        return np.corrcoef(logs)[0, 1]

    assert correlation(UptakeFactor("tumour_sink", 1.0, relative_sd=0.5)) > 0.9
    apart = (UptakeFactor("tumour_sink", 1.0, relative_sd=0.5, regions=(n,)) for n in ("a", "b"))
    assert abs(correlation(*apart)) < 0.1


def test_a_factor_is_given_once_for_a_region_and_for_regions_that_exist():
    twice = (UptakeFactor("tumour_sink", 1.0), UptakeFactor("tumour_sink", 2.0, regions=("a",)))
    with pytest.raises(InvalidValueError, match="tumour_sink is given twice"):
        Prediction("225Ac-DOTATATE", factors=twice)
    odd = Prediction("225Ac-DOTATATE", factors=(UptakeFactor("tumour_sink", 1.0, regions=("x",)),))
    with pytest.raises(InvalidValueError, match=r"factors for \['x'\]; regions of the course"):
        course(predictions=(odd,))
