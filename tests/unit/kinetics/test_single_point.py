"""Single-point rules: closed forms, their windows, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.single_point import (
    WINDOW_HALF_LIVES,
    haenscheid_error,
    haenscheid_time_integrated_activity_bq_s,
    madsen_samples_bq_s,
    madsen_time_integrated_activity_bq_s,
)
from alphatwin.uncertainty import Lognormal, stream

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
ROUND_OFF = 1e-12  # closed form against closed form
QUADRATURE = 1e-8  # adaptive quadrature asked for 1e-10
# Median and log-sd of 40 000 samples: three standard errors are 2 % of an SD.
OF_AN_SD = 0.02


def truth_bq_s(activity_bq: float, *, time_s: float, half_life_s: float) -> float:
    """Integral of one phase through the point, by quadrature over 60 half-lives."""
    value, _ = quad(
        lambda x: activity_bq * 2.0 ** (time_s / half_life_s - x),
        0.0,
        60.0,
        epsrel=1e-10,
        limit=200,
    )
    return value * half_life_s


def haenscheid(activity_bq: object = 1e8, **change: object) -> np.ndarray:
    asked: dict[str, object] = {
        "time_s": 96.0 * HOUR_S,
        "effective_half_life_s": 70.0 * HOUR_S,
        "counted_nuclide": "Lu-177",
        "wanted_nuclide": "177Lu",
    }
    return haenscheid_time_integrated_activity_bq_s(activity_bq, **(asked | change))


def madsen(activity_bq: object = 1e8, **change: object) -> np.ndarray:
    asked: dict[str, object] = {
        "time_s": 96.0 * HOUR_S,
        "effective_half_life": Lognormal(70.0 * HOUR_S, 1.3),
        "decay_constant_per_s": LU177_PER_S,
        "counted_nuclide": "Lu-177",
        "wanted_nuclide": "Lu-177",
    }
    rule = madsen_samples_bq_s if "generator" in change else madsen_time_integrated_activity_bq_s
    return rule(activity_bq, **(asked | change))


def test_haenscheid_is_twice_the_time_over_ln_2():
    # 100 MBq at 96 h: 1e8 x 2 x 345 600 / 0.693147 = 9.9719e13 decays.
    assert haenscheid() == pytest.approx(9.97191e13, rel=1e-5)


@pytest.mark.parametrize("half_lives", [1.0, 2.0])
def test_haenscheid_is_exact_at_one_and_two_half_lives(half_lives):
    half_life_s = 96.0 * HOUR_S / half_lives
    found = haenscheid(effective_half_life_s=half_life_s)
    assert found == pytest.approx(
        truth_bq_s(1e8, time_s=96.0 * HOUR_S, half_life_s=half_life_s), rel=QUADRATURE
    )
    assert haenscheid_error(half_lives) == pytest.approx(0.0, abs=ROUND_OFF)


@pytest.mark.parametrize("half_lives", [0.75, 1.4427, 2.5])
def test_haenscheid_error_is_what_quadrature_says(half_lives):
    half_life_s = 96.0 * HOUR_S / half_lives
    found = haenscheid(effective_half_life_s=half_life_s)
    truth = truth_bq_s(1e8, time_s=96.0 * HOUR_S, half_life_s=half_life_s)
    assert found / truth - 1.0 == pytest.approx(float(haenscheid_error(half_lives)), abs=QUADRATURE)


def test_haenscheid_is_within_12_percent_in_its_window_and_not_beyond():
    inside = haenscheid_error(np.linspace(*WINDOW_HALF_LIVES, 2001))
    assert inside.min() > -0.12
    # Largest at x = 1/ln 2, by setting the derivative to zero: 2/(e ln 2) - 1.
    assert inside.max() == pytest.approx(2.0 / (math.e * math.log(2.0)) - 1.0, abs=1e-6)
    assert (haenscheid_error([0.5, 3.5]) < -0.29).all()


def test_madsen_is_exact_for_a_patient_of_median_half_life():
    found = madsen()
    assert found == pytest.approx(
        truth_bq_s(1e8, time_s=96.0 * HOUR_S, half_life_s=70.0 * HOUR_S), rel=QUADRATURE
    )


def test_madsen_hardly_depends_on_the_half_life_at_one_over_k():
    at = 70.0 * HOUR_S / math.log(2.0)
    low, middle, high = (
        float(madsen(time_s=at, effective_half_life=Lognormal(70.0 * HOUR_S * f, 1.3)))
        for f in (0.99, 1.0, 1.01)
    )
    # First order vanishes; second order is half of 1 % squared.
    assert abs(low / middle - 1.0) < 1e-4
    assert abs(high / middle - 1.0) < 1e-4
    early = float(madsen(time_s=0.8 * 70.0 * HOUR_S))
    longer = float(
        madsen(time_s=0.8 * 70.0 * HOUR_S, effective_half_life=Lognormal(70.7 * HOUR_S, 1.3))
    )
    assert longer / early - 1.0 > 4e-3


def test_samples_carry_the_spread_of_the_population():
    samples = 40_000
    time_s = 70.0 * HOUR_S
    found = madsen(
        np.full(samples, 1e8),
        time_s=time_s,
        effective_half_life=Lognormal(70.0 * HOUR_S, 1.1),
        generator=stream(1, "madsen"),
    )
    # d ln TIA / d ln T = 1 - t ln 2 / T, 0.307 at one half-life; 1.1 is narrow enough for that.
    slope = 1.0 - math.log(2.0)
    spread = slope * math.log(1.1)
    assert np.median(np.log(found)) == pytest.approx(
        math.log(float(madsen(time_s=time_s))), abs=3 * OF_AN_SD * spread
    )
    assert np.log(found).std() == pytest.approx(spread, rel=0.1)


def test_no_sample_has_a_half_life_beyond_physics():
    found = madsen(
        np.full(5000, 1e8),
        time_s=112.5 * HOUR_S,
        effective_half_life=Lognormal(150.0 * HOUR_S, 1.2),
        generator=stream(1, "madsen"),
    )
    # From T = t ln 2 = 78 h on, five log-sds below the median, the integral rises with T.
    limit = 1e8 * math.exp(LU177_PER_S * 112.5 * HOUR_S) / LU177_PER_S
    assert found.max() <= limit * (1.0 + ROUND_OFF)
    assert found.max() > 0.999 * limit


def test_activities_keep_their_shape():
    for shape in ((), (3,), (2, 4)):
        assert haenscheid(np.full(shape, 1e8)).shape == shape
        assert madsen(np.full(shape, 1e8)).shape == shape


@pytest.mark.parametrize("rule", [haenscheid, madsen])
def test_an_exchange_of_nuclide_is_refused_with_the_reason(rule):
    with pytest.raises(
        NotSupportedError, match=r"Lu-177 was counted and Ac-225 is wanted.*Fit a cur"
    ):
        rule(wanted_nuclide="225Ac")


@pytest.mark.parametrize("rule", [haenscheid, madsen])
@pytest.mark.parametrize("time_h", [0.74 * 70.0, 2.51 * 70.0])
def test_scans_outside_the_window_are_refused_with_its_limits(rule, time_h):
    with pytest.raises(NotSupportedError, match=r"0.75 to 2.5, 52.5 h to 175 h"):
        rule(time_s=time_h * HOUR_S)


@pytest.mark.parametrize("rule", [haenscheid, madsen])
def test_the_limits_of_the_window_are_allowed(rule):
    for half_lives in WINDOW_HALF_LIVES:
        assert rule(time_s=half_lives * 70.0 * HOUR_S) > 0.0


@pytest.mark.parametrize(
    ("rule", "change", "match"),
    [
        (haenscheid, {"activity_bq": -1.0}, "activity_bq must be finite and >= 0"),
        (haenscheid, {"activity_bq": [1.0, math.nan]}, "activity_bq must be finite"),
        (haenscheid, {"time_s": 0.0}, "time_s must be finite and > 0, got 0"),
        (haenscheid, {"effective_half_life_s": math.inf}, "effective_half_life_s must be finite"),
        (madsen, {"decay_constant_per_s": 0.0}, "decay_constant_per_s must be finite and > 0"),
        (
            madsen,
            {"effective_half_life": Lognormal(160.0 * HOUR_S, 1.3), "time_s": 160.0 * HOUR_S},
            "longer than the physical half-life",
        ),
        (
            madsen,
            {"activity_bq": 1e8, "generator": stream(1, "madsen")},
            r"activity_bq must be \(n_samples,\)",
        ),
    ],
)
def test_numbers_without_meaning_are_refused(rule, change, match):
    with pytest.raises(InvalidValueError, match=match):
        rule(**change)
