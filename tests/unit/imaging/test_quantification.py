"""Quantification: every correction inverts its model, every uncertainty agrees with sampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from alphatwin.errors import InvalidValueError
from alphatwin.imaging import (
    calibration_bq_s,
    corrected_for_dead_time,
    corrected_for_recovery,
    recovery_curve,
)
from alphatwin.imaging.quantification import observed_rate_per_s

FIRST_ORDER = 0.05  # small uncertainties are carried to first order
SAMPLES = 200_000


def test_a_calibration_factor_has_the_spread_of_its_counts():
    rng = np.random.default_rng(5)
    source = rng.normal(1e8, 2e6, SAMPLES)
    counts, background = rng.poisson(40_000, SAMPLES), rng.poisson(4_000, SAMPLES)
    sampled = source * 600.0 / (counts - background)
    found = calibration_bq_s(
        source_bq=1e8, n_counts=40_000, n_background=4_000, duration_s=600.0,
        source_relative_sd=0.02,
    )  # fmt: skip
    assert found.factor_bq_s == pytest.approx(1e8 * 600 / 36_000)
    assert found.relative_sd == pytest.approx(sampled.std() / sampled.mean(), rel=FIRST_ORDER)


@given(load=st.floats(1e-6, 0.9), model=st.sampled_from(["nonparalysable", "paralysable"]))
def test_dead_time_is_undone(load, model):
    true = load / 5e-6
    observed = observed_rate_per_s(true, dead_time_s=5e-6, model=model)
    found = corrected_for_dead_time(observed, dead_time_s=5e-6, model=model)
    assert found.after_value_ratio == pytest.approx(true, rel=1e-6)
    assert found.factor >= 1.0


@pytest.mark.parametrize("model", ["nonparalysable", "paralysable"])
def test_the_uncertainty_of_dead_time_agrees_with_sampling(model):
    rng = np.random.default_rng(6)
    rates = rng.normal(2e4, 2e2, 4000)
    dead = rng.normal(5e-6, 2e-7, 4000)
    sampled = [
        corrected_for_dead_time(r, dead_time_s=t, model=model).after_value_ratio
        for r, t in zip(rates, dead, strict=True)
    ]
    found = corrected_for_dead_time(
        2e4, dead_time_s=5e-6, model=model, observed_relative_sd=0.01, dead_time_relative_sd=0.04
    )
    assert found.after_relative_sd == pytest.approx(np.std(sampled) / np.mean(sampled), rel=0.08)


def test_a_saturated_camera_is_refused():
    with pytest.raises(InvalidValueError, match="saturated"):
        corrected_for_dead_time(2e5, dead_time_s=5e-6, model="nonparalysable")
    with pytest.raises(InvalidValueError, match="saturated"):
        corrected_for_dead_time(8e4, dead_time_s=5e-6, model="paralysable")
    unchanged = corrected_for_dead_time(8e4, dead_time_s=0.0, model="paralysable")
    assert unchanged.factor == 1.0


VOLUMES_ML = np.array([0.5, 1.15, 2.6, 5.6, 11.5, 26.5])
TRUE = 1.0 / (1.0 + (2.4 / VOLUMES_ML) ** 0.9)


def test_a_recovery_curve_is_found_again_from_its_own_table():
    found = recovery_curve(VOLUMES_ML, recovery_fractions=TRUE, relative_sd=0.05)
    assert found.half_volume_ml == pytest.approx(2.4)
    assert found.exponent == pytest.approx(0.9)
    assert found.recovery_fraction(2.4) == pytest.approx(0.5)
    assert found.is_outside(0.4)
    assert not found.is_outside(3.0)


def test_a_noisy_recovery_curve_agrees_with_a_nonlinear_fit_and_its_spread_with_sampling():
    rng = np.random.default_rng(7)
    noisy = TRUE * (1.0 + 0.03 * rng.standard_normal(TRUE.size))
    found = recovery_curve(VOLUMES_ML, recovery_fractions=noisy, relative_sd=0.03)
    (half, exponent), _ = curve_fit(
        lambda v, v0, b: 1 / (1 + (v0 / v) ** b), VOLUMES_ML, noisy, p0=(2, 1), sigma=0.03 * noisy
    )
    assert found.recovery_fraction(4.0) == pytest.approx(
        1 / (1 + (half / 4.0) ** exponent), rel=0.02
    )
    tables = TRUE * (1.0 + 0.03 * rng.standard_normal((2000, TRUE.size)))
    sampled = [
        recovery_curve(VOLUMES_ML, recovery_fractions=t, relative_sd=0.03).recovery_fraction(4.0)
        for t in np.clip(tables, 0.01, 0.995)
    ]
    stated = recovery_curve(VOLUMES_ML, recovery_fractions=TRUE, relative_sd=0.03)
    assert stated.recovery_relative_sd(4.0) == pytest.approx(
        np.std(sampled) / np.mean(sampled), rel=0.15
    )


def test_recovery_and_background_are_undone_and_their_uncertainty_agrees_with_sampling():
    rng = np.random.default_rng(8)
    measured = 0.6 * 5e5 + 0.4 * 4e4
    found = corrected_for_recovery(
        measured, recovery_fraction=0.6, background_bq_per_ml=4e4, measured_relative_sd=0.03,
        recovery_relative_sd=0.04, background_relative_sd=0.2,
    )  # fmt: skip
    assert found.after_value_ratio == pytest.approx(5e5)
    assert found.before_value_ratio == measured
    m, r, b = (
        rng.normal(v, v * s, SAMPLES) for v, s in ((measured, 0.03), (0.6, 0.04), (4e4, 0.2))
    )
    sampled = (m - (1 - r) * b) / r
    assert found.after_relative_sd == pytest.approx(sampled.std() / 5e5, rel=FIRST_ORDER)


@given(recovery=st.floats(0.05, 1.0), true=st.floats(1e3, 1e7), background=st.floats(0.0, 1e3))
def test_any_recovery_is_undone(recovery, true, background):
    measured = recovery * true + (1 - recovery) * background
    found = corrected_for_recovery(
        measured, recovery_fraction=recovery, background_bq_per_ml=background
    )
    assert found.after_value_ratio == pytest.approx(true, rel=1e-6)


def test_what_cannot_be_corrected_is_refused():
    with pytest.raises(InvalidValueError, match="nothing is left"):
        corrected_for_recovery(1e4, recovery_fraction=0.2, background_bq_per_ml=1e5)
    with pytest.raises(InvalidValueError, match="recovery must be"):
        corrected_for_recovery(1e4, recovery_fraction=1.2)
    with pytest.raises(InvalidValueError, match="between 0 and 1"):
        recovery_curve([1, 2, 3], recovery_fractions=[0.5, 0.8, 1.02], relative_sd=0.1)
    with pytest.raises(InvalidValueError, match="three spheres"):
        recovery_curve([1, 2], recovery_fractions=[0.5, 0.8], relative_sd=0.1)
    with pytest.raises(InvalidValueError, match="does not rise"):
        recovery_curve([1, 2, 3], recovery_fractions=[0.8, 0.6, 0.4], relative_sd=0.1)
    with pytest.raises(InvalidValueError, match="above the background"):
        calibration_bq_s(source_bq=1e8, n_counts=10, n_background=20, duration_s=1.0)
