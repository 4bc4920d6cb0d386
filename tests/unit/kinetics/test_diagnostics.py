"""Diagnostics: what a planted fault does, and Laplace against sampling."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.kinetics import Fit, Observations, Prior, Priors, fit
from alphatwin.uncertainty import Lognormal, stream

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
HALF_LIFE = Prior("half-life", Lognormal(70.0 * HOUR_S, 1.3), "test", "assumed")
TIMES_H = np.array([4.0, 24.0, 48.0, 96.0, 168.0])
OF_A_WIDE_PRIOR = 0.06  # a half-life known to within a factor of 30 still leans a little
OF_A_GRID = 0.4  # h; the line between two of 1500 times, and the pull of the prior


def fitted(times_h, activity_bq, relative_sd=0.05, model="clearance", **change) -> Fit:
    n = len(times_h)
    seen = Observations(
        np.array(times_h) * HOUR_S,
        np.array(activity_bq),
        np.full(n, relative_sd),
        np.full(n, np.nan),
        "Lu-177",
        scales_with_volume=False,
    )
    asked = {"administered_bq": 7.4e9, "decay_constant_per_s": LU177_PER_S}
    asked |= {"priors": Priors(HALF_LIFE), "samples": 4000, "generator": stream(5, "fit")}
    return fit(seen, model=model, **(asked | change))


def line_bq(times_h) -> np.ndarray:
    return 1e8 * 2.0 ** (-np.asarray(times_h) / 60.0)


def test_good_points_are_left_in_peace():
    found = fitted(TIMES_H, line_bq(TIMES_H))
    assert len(found.points) == 5
    assert all(abs(p.left_out_residual_sd) < 0.3 for p in found.points)
    assert all(p.integral_ratio == pytest.approx(1.0, abs=0.02) for p in found.points)
    assert all(abs(p.time_shift_s) < 2.0 * HOUR_S for p in found.points)
    assert found.warnings == ()


def test_a_point_at_a_wrong_time_is_found_with_its_right_time():
    activity = line_bq(TIMES_H)
    activity[3] = line_bq(72.0)  # written down as 96 h
    found = fitted(TIMES_H, activity)
    assert found.points[3].is_outlier
    assert found.points[3].left_out_residual_sd > 3.0
    assert found.points[3].time_shift_s / HOUR_S == pytest.approx(-24.0, abs=OF_A_GRID)
    text = next(w for w in found.warnings if "contradicts the others" in w)
    assert "the point at 96 h contradicts" in text
    assert "measured at 7" in text
    assert "factor of 0.9" in text


def test_an_impossible_value_has_no_right_time():
    activity = line_bq(TIMES_H)
    activity[1] *= 20.0
    found = fitted(TIMES_H, activity)
    assert found.points[1].is_outlier
    assert found.points[1].time_shift_s is None
    assert any("no other time of measurement would explain it" in w for w in found.warnings)


def test_a_left_out_residual_sd_is_that_of_a_straight_line():
    # ln A of one exponential is linear: without point i, the others' line and its variance.
    activity = line_bq(TIMES_H) * np.exp([0.03, -0.02, 0.1, -0.05, 0.02])
    wide = Prior("half-life", Lognormal(70.0 * HOUR_S, 30.0), "test", "assumed")
    found = fitted(TIMES_H, activity, priors=Priors(wide))
    s = math.sqrt(math.log1p(0.05**2))
    for i, point in enumerate(found.points):
        kept = np.delete(np.arange(5), i)
        design = np.column_stack([np.ones(5), TIMES_H])
        covariance = s**2 * np.linalg.inv(design[kept].T @ design[kept])
        best = covariance @ design[kept].T @ np.log(activity[kept]) / s**2
        variance = design[i] @ covariance @ design[i] + s**2
        expected = (math.log(activity[i]) - design[i] @ best) / math.sqrt(variance)
        assert point.left_out_residual_sd == pytest.approx(expected, rel=OF_A_WIDE_PRIOR, abs=0.02)


def test_too_few_others_accuse_nobody():
    # Two points and a prior cannot contradict the third of a curve of three parameters.
    found = fitted([4.0, 24.0, 120.0], [1e7, 8e7, 3e7], model="uptake and clearance")
    assert not any(p.is_determined or p.is_outlier for p in found.points)
    found = fitted([4.0, 24.0, 120.0], [1e7, 8e7, 3e7])
    assert any(p.is_outlier for p in found.points)


def test_one_point_has_nothing_to_be_held_against():
    assert fitted([24.0], [1e8]).points == ()


@pytest.mark.parametrize("sd", [2e6, 5e6])
def test_normal_errors_are_diagnosed_in_their_own_unit(sd):
    activity = line_bq(TIMES_H)
    activity[2] += 8.0 * sd
    seen = Observations(
        TIMES_H * HOUR_S, activity, [np.nan] * 5, [sd] * 5, "Lu-177", scales_with_volume=False
    )
    found = fit(
        seen,
        administered_bq=7.4e9,
        decay_constant_per_s=LU177_PER_S,
        priors=Priors(HALF_LIFE),
        model="clearance",
        samples=500,
        generator=stream(5, "fit"),
    )
    # 8 SD, less what the curve's own uncertainty adds to the denominator.
    assert 6.0 < found.points[2].left_out_residual_sd < 8.0


def test_laplace_and_sampling_agree_where_the_posterior_is_normal():
    found = fitted(TIMES_H, line_bq(TIMES_H))
    assert found.laplace.median_ratio == pytest.approx(1.0, abs=0.005)
    assert found.laplace.sd_ratio == pytest.approx(1.0, abs=0.05)


def test_laplace_is_seen_to_fail_where_the_posterior_is_bent():
    # One late point, half-life wide and cut off at the physical one: far from normal.
    wide = Prior("half-life", Lognormal(70.0 * HOUR_S, 3.0), "test", "assumed")
    found = fitted([168.0], [2e7], priors=Priors(wide))
    assert abs(math.log(found.laplace.median_ratio)) > 0.03 or found.laplace.sd_ratio < 0.9
