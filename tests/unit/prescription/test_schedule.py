"""A schedule in two coefficients: against the schedule solved as a whole, and printed doses."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from alphatwin.biology import (
    Cycle,
    RbeMax,
    RbeWeights,
    Repair,
    biologically_effective_dose,
    dose_rate_of_phases,
    protracted_dose,
)
from alphatwin.errors import InvalidValueError
from alphatwin.prescription import (
    activity_reaching_bq,
    bed_per_activity,
    effect_gy,
    lags_s,
    planned_regimen,
    schedule_dose,
    unit_dose,
    weighted_per_activity,
)

HOUR_S = 3600.0
WEEK_S = 7 * 24 * HOUR_S
REPAIR = Repair.mono(2.8 * HOUR_S)
ONE = RbeMax.of(alpha=1.0, recoil=1.0)
FIVE = RbeMax.of(alpha=5.0, recoil=5.0)
# The pair is a difference of sums: round-off of the products of one cycle.
ROUND_OFF = 1e-11
PRINTED = 0.05  # doses are printed with one decimal


def one_phase(half_life_h, *, radiation="electron", gy_per_bq=1e-9):
    rate = math.log(2.0) / (half_life_h * HOUR_S)
    return dose_rate_of_phases([gy_per_bq * rate], rate_per_s=[rate], radiation=radiation)


def bed_of(rate, regimen, *, rbe_max=ONE, alpha_beta_gy=2.5, factors=None):
    unit = unit_dose(rate, lags_s=lags_s(regimen), repair=REPAIR)
    whole = schedule_dose(unit, regimen=regimen, factor=factors)
    return bed_per_activity(whole, rbe_max=rbe_max, alpha_beta_gy=alpha_beta_gy)


@pytest.mark.parametrize(
    ("cycles", "half_life_h", "level_gy", "printed_gy"),
    [
        (4, 50.0, 28.0, 24.8), (4, 50.0, 40.0, 33.9), (4, 10.6, 28.0, 19.8), (4, 10.6, 40.0, 25.9),
        (1, 50.0, 28.0, 19.7), (1, 50.0, 40.0, 25.8), (1, 10.6, 28.0, 13.3), (1, 10.6, 40.0, 16.7),
    ],
)  # fmt: skip
def test_kidney_doses_that_give_28_and_40_gy_are_those_of_the_formula(
    cycles, half_life_h, level_gy, printed_gy
):
    """BED = D (1 + Trep/(Trep+Teff) (D/n)/(alpha/beta)), 2.5 Gy and 2.8 h."""
    regimen = planned_regimen("x", activity_bq=1.0, cycles=cycles, interval_s=8 * WEEK_S)
    effect = bed_of(one_phase(half_life_h), regimen)
    activity_bq = activity_reaching_bq(effect, level_gy=level_gy)[0]
    dose_gy = cycles * 1e-9 * activity_bq
    assert dose_gy == pytest.approx(printed_gy, abs=PRINTED)
    by_formula = dose_gy * (1.0 + 2.8 / (2.8 + half_life_h) * dose_gy / cycles / 2.5)
    assert by_formula == pytest.approx(level_gy, rel=1e-6)  # cycles 8 weeks apart do not meet


@pytest.mark.parametrize("interval_h", [2.0, 24.0, 24.0 * 56])
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (1.0, 1.0, 0.4)])
def test_coefficients_are_those_of_the_schedule_solved_as_a_whole(interval_h, weights):
    rate = dose_rate_of_phases(
        [[3e-15, -1e-15], [2e-15, -2e-15]], rate_per_s=[[4e-6, 5e-5], [6e-6, 4e-5]]
    )
    regimen = planned_regimen("x", activity_bq=1.0, cycles=3, interval_s=interval_h * HOUR_S)
    cycles = tuple(type(c)(c.start_s, w) for c, w in zip(regimen.cycles, weights, strict=True))
    regimen = type(regimen)(regimen.name, "x", "intravenous", cycles, regimen.interval_s)
    activity_bq = 5e9
    whole = protracted_dose(
        [Cycle(rate, c.start_s, activity_bq * w) for c, w in zip(cycles, weights, strict=True)],
        repair=REPAIR,
    )
    expected = biologically_effective_dose(whole, rbe_max=ONE, alpha_beta_gy=2.5).bed_gy
    found = effect_gy(bed_of(rate, regimen), activity_bq=activity_bq)
    assert found == pytest.approx(expected, rel=ROUND_OFF)


def test_factors_of_cycles_are_those_of_dose_rates_of_their_own():
    start, slope = np.array([[3e-15], [2e-15]]), np.array([[4e-6], [6e-6]])
    regimen = planned_regimen("x", activity_bq=1.0, cycles=3, interval_s=24 * HOUR_S)
    factors = np.array([[1.0, 0.8, 0.5], [1.0, 1.2, 0.9]])
    cycles = [
        Cycle(
            dose_rate_of_phases(start * factors[:, [c]] * 5e9, rate_per_s=slope),
            c * 24 * HOUR_S,
        )
        for c in range(3)
    ]
    whole = protracted_dose(cycles, repair=REPAIR)
    expected = biologically_effective_dose(whole, rbe_max=ONE, alpha_beta_gy=2.5).bed_gy
    effect = bed_of(dose_rate_of_phases(start, rate_per_s=slope), regimen, factors=factors)
    assert effect_gy(effect, activity_bq=5e9) == pytest.approx(expected, rel=ROUND_OFF)


def test_bed_rises_as_cycles_come_closer_and_an_unknown_interval_is_the_far_end():
    rate = one_phase(50.0)
    beds = [
        effect_gy(
            bed_of(rate, planned_regimen("x", activity_bq=1.0, cycles=4, interval_s=i)),
            activity_bq=5e9,
        )[0]
        for i in (HOUR_S, 24 * HOUR_S, 7 * 24 * HOUR_S, 8 * WEEK_S, None)
    ]
    assert all(a > b for a, b in itertools.pairwise(beds[:4]))
    assert beds[3] == pytest.approx(beds[4], rel=1e-6)  # 27 half-lives


def test_rbe_max_weighs_the_linear_term_of_alphas_only():
    regimen = planned_regimen("x", activity_bq=1.0, cycles=4, interval_s=8 * WEEK_S)
    alphas, betas = one_phase(50.0, radiation="alpha"), one_phase(50.0)
    one, five = bed_of(alphas, regimen), bed_of(alphas, regimen, rbe_max=FIVE)
    assert five.linear_gy_per_bq == pytest.approx(5.0 * one.linear_gy_per_bq)
    assert five.quadratic_gy_per_bq2 == pytest.approx(one.quadratic_gy_per_bq2)
    assert bed_of(betas, regimen, rbe_max=FIVE).linear_gy_per_bq == pytest.approx(
        bed_of(betas, regimen).linear_gy_per_bq
    )
    dose = np.array([[1.0, 2.0, 3.0, 4.0]])
    assert weighted_per_activity(dose, weights=RbeWeights()).linear_gy_per_bq[0] == 10.0
    weighted = weighted_per_activity(dose, weights=RbeWeights(alpha=5.0, recoil=5.0))
    assert weighted.linear_gy_per_bq[0] == 5.0 * 1.0 + 5.0 * 2.0 + 3.0 + 4.0


def test_alpha_beta_of_zero_is_refused_with_the_way_out():
    regimen = planned_regimen("x", activity_bq=1.0, cycles=1)
    with pytest.raises(InvalidValueError, match=r"alpha_beta_gy must be finite and > 0.*kidney"):
        bed_of(one_phase(50.0), regimen, alpha_beta_gy=0.0)


def test_factors_that_do_not_fit_and_lags_of_nothing_are_refused():
    regimen = planned_regimen("x", activity_bq=1.0, cycles=3, interval_s=HOUR_S)
    unit = unit_dose(one_phase(50.0), lags_s=lags_s(regimen), repair=REPAIR)
    with pytest.raises(InvalidValueError, match="factor must have shape"):
        schedule_dose(unit, regimen=regimen, factor=np.ones((1, 2)))
    with pytest.raises(InvalidValueError, match="lags_s must be > 0"):
        unit_dose(one_phase(50.0), lags_s=[0.0], repair=REPAIR)
