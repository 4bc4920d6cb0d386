"""Laws of effects for any kinetics, schedule and repair."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin.biology import (
    Cycle,
    DoseRateWindow,
    RbeMax,
    Repair,
    acute_bed,
    biologically_effective_dose,
    dose_rate_of_phases,
    isoeffective_factor,
    protracted_dose,
    protracted_windows,
)

LN2 = math.log(2.0)
HOUR = 3600.0
ROUND_OFF = 1e-9  # what divided differences promise
REFERENCE = RbeMax.of(alpha=1.0, recoil=1.0)

half_lives_s = st.floats(0.1 * HOUR, 500.0 * HOUR)
repair_s = st.floats(0.05 * HOUR, 200.0 * HOUR)
doses_gy = st.floats(0.01, 100.0)
cycles = st.lists(
    st.tuples(st.floats(0.0, 1000.0 * HOUR), st.floats(0.1, 3.0)), min_size=1, max_size=4
)


@given(t=st.lists(half_lives_s, min_size=1, max_size=3), half=repair_s, plan=cycles)
def test_linear_system_and_windows_agree(t, half, plan):
    rates = LN2 / np.array(t)
    rate = dose_rate_of_phases(rates, rate_per_s=rates)
    ours = protracted_dose([Cycle(rate, s, f) for s, f in plan], repair=Repair.mono(half))
    windows = [DoseRateWindow(k * f, k, s, math.inf) for s, f in plan for k in rates.tolist()]
    other = protracted_windows(windows, repair=Repair.mono(half))
    assert ours.product_gy2 == pytest.approx(other.product_gy2, rel=ROUND_OFF)


@given(t=half_lives_s, half=repair_s, plan=cycles, gy=doses_gy)
def test_g_lies_between_nothing_and_one_and_effect_below_the_acute_one(t, half, plan, gy):
    k = LN2 / t
    rate = dose_rate_of_phases([gy * k], rate_per_s=[k])
    dose = protracted_dose([Cycle(rate, s, f) for s, f in plan], repair=Repair.mono(half))
    assert 0.0 < dose.lea_catcheside()[0] <= 1.0 + ROUND_OFF
    bed = biologically_effective_dose(dose, rbe_max=REFERENCE, alpha_beta_gy=2.5).bed_gy
    assert (dose.total_gy <= bed).all()
    assert (bed <= acute_bed(dose.total_gy, alpha_beta_gy=2.5).bed_gy * (1.0 + ROUND_OFF)).all()


@given(t=half_lives_s, slower=st.floats(1.01, 50.0), half=repair_s)
def test_a_slower_dose_rate_has_less_effect(t, slower, half):
    def g(half_life_s):
        rate = dose_rate_of_phases([1.0], rate_per_s=[LN2 / half_life_s])
        return protracted_dose([Cycle(rate, 0.0)], repair=Repair.mono(half)).lea_catcheside()[0]

    assert g(t * slower) < g(t)


@given(t=half_lives_s, half=repair_s, plan=cycles, wanted=st.floats(0.01, 200.0))
def test_isoeffective_dose_has_the_effect(t, half, plan, wanted):
    rate = dose_rate_of_phases([LN2 / t], rate_per_s=[LN2 / t])
    dose = protracted_dose([Cycle(rate, s, f) for s, f in plan], repair=Repair.mono(half))
    factor = isoeffective_factor(wanted, dose=dose, rbe_max=REFERENCE, alpha_beta_gy=2.5)
    back = biologically_effective_dose(dose.scaled(factor), rbe_max=REFERENCE, alpha_beta_gy=2.5)
    assert back.bed_gy[0] == pytest.approx(wanted, rel=ROUND_OFF)


@given(t=half_lives_s, half=repair_s, plan=cycles, unit=st.floats(1e-3, 1e3))
def test_the_unit_of_time_does_not_matter(t, half, plan, unit):
    def g(scale):
        rate = dose_rate_of_phases([1.0], rate_per_s=[LN2 / (t * scale)])
        plans = [Cycle(rate, s * scale, f) for s, f in plan]
        return protracted_dose(plans, repair=Repair.mono(half * scale)).lea_catcheside()[0]

    assert g(unit) == pytest.approx(g(1.0), rel=ROUND_OFF)
