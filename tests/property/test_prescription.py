"""Laws of activity and effect: given back, the activity reaches the level; more is never less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from alphatwin.agents import agent
from alphatwin.prescription import (
    EffectPerActivity,
    activity_reaching_bq,
    effect_gy,
    linear_effect,
    probability_above,
    published_regimen,
)

# The root is exact up to a few roundings of the square root and the division.
ROUNDING = 1e-12

gy_per_bq = st.floats(1e-12, 1e-5)
gy_per_bq2 = st.one_of(st.just(0.0), st.floats(1e-25, 1e-10))
levels = st.floats(0.01, 200.0)


def effect(a, b):
    return EffectPerActivity(np.array([a]), np.array([b]))


@given(gy_per_bq, gy_per_bq2, levels)
def test_the_activity_that_reaches_a_level_given_back_reaches_it(a, b, level_gy):
    one = effect(a, b)
    activity_bq = float(activity_reaching_bq(one, level_gy=level_gy)[0])
    assert effect_gy(one, activity_bq=activity_bq)[0] == pytest.approx(level_gy, rel=ROUNDING)


@given(gy_per_bq, gy_per_bq2, levels)
def test_the_closed_root_is_the_one_that_a_search_finds(a, b, level_gy):
    def miss(log_activity):
        activity_bq = np.exp(log_activity)
        return (a * activity_bq + b * activity_bq**2) / level_gy - 1.0

    found = np.exp(brentq(miss, -20.0, np.log(1.01 * level_gy / a), xtol=1e-12, rtol=1e-14))
    closed = float(activity_reaching_bq(effect(a, b), level_gy=level_gy)[0])
    assert closed == pytest.approx(found, rel=1e-9)  # as well as the search converges


@given(gy_per_bq, gy_per_bq2, levels, st.floats(0.0, 1.0))
def test_what_was_used_before_leaves_less(a, b, level_gy, share):
    one = effect(a, b)
    fresh = activity_reaching_bq(one, level_gy=level_gy)[0]
    used = activity_reaching_bq(one, level_gy=level_gy, before_gy=share * level_gy)[0]
    assert 0.0 <= used <= fresh
    after = effect_gy(one, activity_bq=float(used))[0] + share * level_gy
    assert after == pytest.approx(level_gy, rel=1e-9)  # a difference of like numbers may cancel


@given(st.lists(gy_per_bq, min_size=1, max_size=50), gy_per_bq2, levels)
def test_probabilities_rise_with_activity_and_fall_with_the_level(slopes, b, level_gy):
    many = EffectPerActivity(np.array(slopes), np.full(len(slopes), b))
    activities_bq = np.geomspace(1e3, 1e13, 40)
    lower = probability_above(
        activity_reaching_bq(many, level_gy=level_gy), activity_bq=activities_bq
    )
    higher = probability_above(
        activity_reaching_bq(many, level_gy=1.5 * level_gy), activity_bq=activities_bq
    )
    assert np.all(np.diff(lower) >= 0.0)
    assert np.all(higher <= lower)
    assert lower[0] >= 0.0
    assert lower[-1] <= 1.0
    direct = [np.mean(effect_gy(many, activity_bq=float(x)) > level_gy) for x in activities_bq]
    # Where the effect of a sample is the level itself, rounding decides; at 40 fixed activities
    # that happens to the samples of one slope at most.
    most_alike = max(slopes.count(slope) for slope in slopes)
    assert np.abs(lower - direct).max() <= most_alike / len(slopes)


def test_an_activity_that_just_reaches_a_level_does_not_exceed_it():
    assert probability_above([1.0, 2.0, 3.0, 4.0], activity_bq=2.0) == 0.25
    assert probability_above([2.0, 2.0], activity_bq=2.0) == 0.0


def test_a_region_without_dose_never_reaches_a_level():
    reaching = activity_reaching_bq(linear_effect(np.zeros(3)), level_gy=2.0)
    assert np.all(np.isinf(reaching))
    assert probability_above(reaching, activity_bq=1e12) == 0.0


@given(st.floats(20.0, 200.0))
def test_a_cap_is_never_exceeded_and_no_whole_cycle_is_lost(weight_kg):
    one = agent("225Ac-DOTATATE")
    capped = one.prescriptions[0]
    whole = published_regimen(one, capped, weight_kg=weight_kg)
    reduced = published_regimen(one, capped, weight_kg=weight_kg, last_cycle="reduced")
    cap_bq = capped.cumulative_limit_bq
    assert whole.cumulative_bq <= cap_bq * (1.0 + 1e-8)
    assert whole.cumulative_bq + whole.cycles[0].activity_bq > cap_bq
    assert reduced.cumulative_bq == pytest.approx(cap_bq, rel=1e-8)
