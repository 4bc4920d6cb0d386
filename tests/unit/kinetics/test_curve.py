"""Curves: closed forms against quadrature, shapes, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import (
    RegionCurve,
    activity_bq,
    best_phases,
    curve_scaled,
    decay_shares,
    time_integrated_activity_bq_s,
)

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (6.647 * 24.0 * HOUR_S)
BI213_PER_S = math.log(2.0) / (45.59 * 60.0)
ROUND_OFF = 1e-12  # closed form against closed form: a few ulp per phase
QUADRATURE = 1e-9  # scipy's quad at epsrel 1e-11 over intervals that hold all of the curve


def uptake_curve() -> RegionCurve:
    """Two samples that rise and fall."""
    return RegionCurve(
        amplitude_fraction=[[0.03, -0.03], [0.02, -0.015]],
        biological_rate_per_s=[[1e-6, 8e-5], [0.0, 3e-5]],
        best_amplitude_fraction=[0.025, -0.025],
        best_biological_rate_per_s=[5e-7, 5e-5],
        model="uptake and clearance",
    )


def one_phase(*, fraction: float = 0.1, rate_per_s: float = 0.0) -> RegionCurve:
    return RegionCurve([[fraction]], [[rate_per_s]], [fraction], [rate_per_s], "clearance")


def test_one_phase_decays_and_integrates_by_hand():
    curve = one_phase(fraction=0.1, rate_per_s=LU177_PER_S)  # effective half-life: half of 177Lu's
    half_life_s = 0.5 * 6.647 * 24.0 * HOUR_S
    seen = activity_bq(
        curve,
        administered_bq=7.4e9,
        decay_constant_per_s=LU177_PER_S,
        time_s=[0.0, half_life_s, 2.0 * half_life_s],
    )
    assert seen == pytest.approx(np.array([[7.4e8, 3.7e8, 1.85e8]]), rel=ROUND_OFF)
    whole = time_integrated_activity_bq_s(
        curve, administered_bq=7.4e9, decay_constant_per_s=LU177_PER_S
    )
    assert whole == pytest.approx([7.4e8 * half_life_s / math.log(2.0)], rel=ROUND_OFF)


@pytest.mark.parametrize(
    ("start_s", "stop_s"), [(0.0, HOUR_S), (4 * HOUR_S, 200 * HOUR_S), (0.0, 5000 * HOUR_S)]
)
def test_the_integral_agrees_with_quadrature_of_the_activity(start_s, stop_s):
    curve = uptake_curve()
    closed = time_integrated_activity_bq_s(
        curve,
        administered_bq=1e9,
        decay_constant_per_s=LU177_PER_S,
        start_s=start_s,
        stop_s=stop_s,
    )
    for sample in range(2):

        def now_bq(time_s: float, sample: int = sample) -> float:
            seen = activity_bq(
                curve, administered_bq=1e9, decay_constant_per_s=LU177_PER_S, time_s=time_s
            )
            return float(seen[sample, 0])

        knots = [20 * HOUR_S, 200 * HOUR_S] if stop_s > 200 * HOUR_S else None
        numeric, _ = quad(now_bq, start_s, stop_s, epsrel=1e-11, limit=400, points=knots)
        assert closed[sample] == pytest.approx(numeric, rel=QUADRATURE)


def test_to_infinity_is_the_limit_of_long_intervals():
    # After 60 physical half-lives of 177Lu less than 1e-18 of it is left.
    asked = {"administered_bq": 1e9, "decay_constant_per_s": LU177_PER_S}
    long = time_integrated_activity_bq_s(uptake_curve(), **asked, stop_s=60 * 160 * HOUR_S)
    assert time_integrated_activity_bq_s(uptake_curve(), **asked) == pytest.approx(
        long, rel=ROUND_OFF
    )
    none = time_integrated_activity_bq_s(uptake_curve(), **asked, start_s=math.inf)
    assert np.array_equal(none, [0.0, 0.0])


def test_short_intervals_and_stable_nuclides_keep_precision():
    # 1 - exp(-1e-12) would keep only four digits.
    seen = time_integrated_activity_bq_s(
        one_phase(fraction=1.0, rate_per_s=1e-9),
        administered_bq=1.0,
        decay_constant_per_s=0.0,
        stop_s=1e-3,
    )
    assert seen == pytest.approx([1e-3], rel=ROUND_OFF)
    asked = {"administered_bq": 2.0, "decay_constant_per_s": 0.0}
    seen = time_integrated_activity_bq_s(one_phase(fraction=0.5), **asked, stop_s=10.0)
    assert seen == pytest.approx([10.0], rel=ROUND_OFF)
    with pytest.raises(InvalidValueError, match="integral to infinity diverges"):
        time_integrated_activity_bq_s(one_phase(), **asked)


def test_best_phases_carry_the_decay_of_the_nuclide_asked_for():
    found = best_phases(uptake_curve(), administered_bq=4e9, decay_constant_per_s=1e-5)
    assert found.amplitude_bq == pytest.approx([1e8, -1e8], rel=ROUND_OFF)
    assert found.effective_rate_per_s == pytest.approx([1.05e-5, 6e-5], rel=ROUND_OFF)


def test_scaling_scales_each_sample_by_its_own_factor_and_best_by_the_median():
    scaled = curve_scaled(uptake_curve(), [2.0, 0.5])
    assert np.array_equal(scaled.amplitude_fraction, [[0.06, -0.06], [0.01, -0.0075]])
    assert scaled.best_amplitude_fraction == pytest.approx([0.03125, -0.03125], rel=ROUND_OFF)
    assert np.array_equal(scaled.biological_rate_per_s, uptake_curve().biological_rate_per_s)
    assert np.array_equal(curve_scaled(uptake_curve(), 3.0).amplitude_fraction[0], [0.09, -0.09])


@pytest.mark.parametrize("factor", [[1.0], [1.0, 2.0, 3.0], [[1.0, 2.0]], [1.0, -1.0], math.nan])
def test_factors_that_do_not_fit_are_refused(factor):
    with pytest.raises(InvalidValueError, match=r"factor must be|every factor"):
        curve_scaled(uptake_curve(), factor)


def test_arrays_are_copies_and_cannot_be_changed():
    amplitude = np.array([[0.1]])
    curve = RegionCurve(amplitude, [[0.0]], [0.1], [0.0], "clearance")
    amplitude[0, 0] = 9.0
    assert curve.amplitude_fraction[0, 0] == 0.1
    with pytest.raises(ValueError, match="read-only"):
        curve.amplitude_fraction[0, 0] = 9.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (([[0.1]], [[-1e-9]], [0.1], [0.0]), "biological_rate_per_s must be >= 0"),
        (([[0.1]], [[0.0]], [0.1], [-1.0]), "best_biological_rate_per_s must be >= 0"),
        (([[math.nan]], [[0.0]], [0.1], [0.0]), "amplitude_fraction must be finite"),
        (([[0.1]], [[0.0, 0.0]], [0.1], [0.0]), "a curve needs"),
        (([0.1], [0.0], [0.1], [0.0]), "a curve needs"),
        ((np.empty((0, 1)), np.empty((0, 1)), [0.1], [0.0]), "a curve needs"),
    ],
)
def test_impossible_curves_are_refused_by_name(values, message):
    with pytest.raises(InvalidValueError, match=message):
        RegionCurve(*values, "clearance")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time_s": [-1.0]}, "time_s must be one-dimensional and >= 0"),
        ({"time_s": [math.nan]}, "time_s"),
        ({"administered_bq": -1.0}, "administered_bq must be finite and >= 0"),
        ({"decay_constant_per_s": math.inf}, "decay_constant_per_s must be finite"),
    ],
)
def test_impossible_questions_are_refused_by_name(change, message):
    asked = {"administered_bq": 1.0, "decay_constant_per_s": 1e-6, "time_s": [0.0]}
    with pytest.raises(InvalidValueError, match=message):
        activity_bq(one_phase(), **(asked | change))


@pytest.mark.parametrize(("start_s", "stop_s"), [(2.0, 1.0), (-1.0, 1.0), (math.nan, 1.0)])
def test_limits_out_of_order_are_refused(start_s, stop_s):
    with pytest.raises(InvalidValueError, match="need 0 <= start_s <= stop_s"):
        time_integrated_activity_bq_s(
            one_phase(),
            administered_bq=1.0,
            decay_constant_per_s=1e-6,
            start_s=start_s,
            stop_s=stop_s,
        )


def test_bismuth_has_decayed_before_a_scan_at_3_7_h():
    # Issue's own figure: 97 % of 213Bi (45.59 min) has decayed by 3.74 h if nothing clears.
    found = decay_shares(
        one_phase(),
        decay_constant_per_s=BI213_PER_S,
        first_s=3.74 * HOUR_S,
        last_s=27.73 * HOUR_S,
    )
    assert found.before == pytest.approx(1.0 - 2.0 ** (-3.74 * 60.0 / 45.59), rel=ROUND_OFF)
    assert found.before == pytest.approx(0.967, abs=5e-4)
    assert sum(found) == pytest.approx(1.0, abs=ROUND_OFF)


def test_shares_agree_with_integrals_of_the_best_curve():
    curve = uptake_curve()
    amplitude, rate = np.array([0.025, -0.025]), np.array([5e-7, 5e-5]) + LU177_PER_S
    found = decay_shares(
        curve, decay_constant_per_s=LU177_PER_S, first_s=4 * HOUR_S, last_s=24 * HOUR_S
    )

    def integral(start_s: float, stop_s: float) -> float:
        return quad(
            lambda t: float(amplitude @ np.exp(-rate * t)), start_s, stop_s, epsrel=1e-11, limit=300
        )[0]

    whole = integral(0.0, 100 * HOUR_S) + integral(100 * HOUR_S, 8000 * HOUR_S)
    assert found.before == pytest.approx(integral(0.0, 4 * HOUR_S) / whole, rel=1e-8)
    assert found.between == pytest.approx(integral(4 * HOUR_S, 24 * HOUR_S) / whole, rel=1e-8)


def test_shares_of_nothing_are_refused():
    with pytest.raises(InvalidValueError, match="holds no decays"):
        decay_shares(one_phase(fraction=0.0), decay_constant_per_s=1e-6, first_s=1.0, last_s=2.0)
