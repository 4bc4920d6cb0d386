"""The analytic budget: every formula against sampling, quadrature or a derivation of its own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import (
    DoseBudget,
    RecoveryCurve,
    activity_exponent,
    activity_relative_sd,
    count_exponent,
    covariance_from,
    diameter_mm,
    diameter_sd_mm,
    edge_ratio,
    exponential_covariance,
    fit_covariance,
    integral_relative_sd,
    propagated_variance,
    volume_relative_sd,
)

ROUND_OFF = 1e-12
SLOPE = 1e-6  # central differences of smooth functions
QUADRATURE = 1e-8
SAMPLING = 0.02  # two routes on linear cases agree within 2 %
SAMPLES = 100_000  # the standard error of a standard deviation is then 0.2 %
HOUR_S = 3600.0
CURVE = RecoveryCurve(
    recovery_exponent=0.9,
    half_volume_ml=3.0,
    exponent_relative_sd=0.08,
    half_volume_relative_sd=0.2,
    correlation_ratio=-0.6,
)


def test_propagation_is_the_variance_of_correlated_samples():
    covariance = covariance_from([0.3, 0.7], correlation=[[1.0, -0.5], [-0.5, 1.0]])
    x = np.random.default_rng(1).multivariate_normal([0.0, 0.0], covariance, SAMPLES)
    expected = np.var(x @ [2.0, -1.0])
    assert propagated_variance([2.0, -1.0], covariance) == pytest.approx(expected, rel=SAMPLING)


@pytest.mark.parametrize(
    ("covariance", "match"),
    [
        ([[1.0]], "shape"),
        ([[1.0, 0.2], [0.3, 1.0]], "symmetric"),
        ([[1.0, math.nan], [math.nan, 1.0]], "finite"),
        ([[1.0, -2.0], [-2.0, 1.0]], "positive semidefinite"),
    ],
)
def test_what_is_no_covariance_is_refused(covariance, match):
    with pytest.raises(InvalidValueError, match=match):
        propagated_variance([1.0, 1.0], covariance)


def test_a_correlation_beyond_one_is_refused():
    with pytest.raises(InvalidValueError, match="none outside of -1 to 1"):
        covariance_from([1.0, 1.0], correlation=[[1.0, 1.2], [1.2, 1.0]])


def test_diameter_is_that_of_the_sphere():
    assert math.pi / 6.0 * diameter_mm(33.0) ** 3 == pytest.approx(33_000.0, rel=ROUND_OFF)


def test_delineation_is_the_scatter_of_two_boundaries():
    """Each boundary anywhere in its voxel, smeared by the resolution, drawn by a hand (U3)."""
    rng = np.random.default_rng(2)
    ends = (
        rng.uniform(-2.21, 2.21, (2, SAMPLES))
        + rng.normal(0.0, 10.0 / (2.0 * math.sqrt(2.0 * math.log(2.0))), (2, SAMPLES))
        + rng.normal(0.0, 1.5, (2, SAMPLES))
    )
    found = diameter_sd_mm(voxel_mm=4.42, resolution_fwhm_mm=10.0, boundary_sd_mm=1.5)
    assert found == pytest.approx(float(np.std(ends[1] - ends[0])), rel=SAMPLING)
    assert volume_relative_sd(
        20.0, voxel_mm=4.42, resolution_fwhm_mm=10.0, boundary_sd_mm=1.5
    ) == pytest.approx(3.0 * found / diameter_mm(20.0), rel=ROUND_OFF)


def test_delineation_without_smear_is_that_of_the_voxel():
    sd_mm = diameter_sd_mm(voxel_mm=6.0, resolution_fwhm_mm=0.0)
    assert sd_mm == pytest.approx(math.sqrt(6.0), rel=ROUND_OFF)


@pytest.mark.parametrize("volume_ml", [0.5, 3.0, 40.0])
def test_edge_ratio_is_that_of_a_smeared_sphere(volume_ml):
    """Second route: the sphere's indicator against the normal distribution, by quadrature (U6)."""
    fwhm_mm = 9.0
    sigma = fwhm_mm / (2.0 * math.sqrt(2.0 * math.log(2.0)))
    r = 0.5 * diameter_mm(volume_ml)

    def seen(x):  # a slab of the sphere at depth x, seen from a point on its surface
        width2 = r * r - (x - r) ** 2
        return (
            math.exp(-0.5 * (x / sigma) ** 2)
            / (sigma * math.sqrt(2.0 * math.pi))
            * -math.expm1(-0.5 * width2 / sigma**2)
        )

    value, _ = quad(seen, 0.0, 2.0 * r, epsabs=0.0, epsrel=1e-11, limit=200)
    found = edge_ratio(volume_ml, resolution_fwhm_mm=fwhm_mm)
    assert found == pytest.approx(2.0 * value, rel=QUADRATURE)


def test_count_exponent_is_the_slope_of_counts_in_a_growing_contour():
    """Counts within radius rho of a smeared sphere, integrated shell by shell (U6)."""
    volume_ml, fwhm_mm = 8.0, 10.0
    sigma = fwhm_mm / (2.0 * math.sqrt(2.0 * math.log(2.0)))
    r = 0.5 * diameter_mm(volume_ml)

    def density(p):
        s2 = sigma * math.sqrt(2.0)
        gauss = math.exp(-((p - r) ** 2) / s2**2) - math.exp(-((p + r) ** 2) / s2**2)
        inside = 0.5 * (erf((p + r) / s2) - erf((p - r) / s2))
        return inside - sigma / (p * math.sqrt(2.0 * math.pi)) * gauss

    def counts(rho):
        return quad(lambda p: 4.0 * math.pi * p * p * density(p), 1e-9, rho, epsrel=1e-12)[0]

    h = 1e-4
    slope = (math.log(counts(r * (1 + h))) - math.log(counts(r * (1 - h)))) / (
        3.0 * (math.log1p(h) - math.log1p(-h))
    )
    recovered = counts(r) / (4.0 / 3.0 * math.pi * r**3)
    found = count_exponent(volume_ml, resolution_fwhm_mm=fwhm_mm, recovery_ratio=recovered)
    assert found == pytest.approx(slope, rel=1e-6)


def test_a_sharp_image_counts_half_at_the_edge():
    assert edge_ratio(10.0, resolution_fwhm_mm=0.0) == 1.0


def test_recovery_is_the_curve_and_its_slope():
    v = 1.7
    assert float(CURVE.coefficient(v)) == pytest.approx(
        1.0 - 1.0 / (1.0 + (v / 3.0) ** 0.9), rel=ROUND_OFF
    )
    slope = math.log(float(CURVE.coefficient(v * 1.001)) / float(CURVE.coefficient(v / 1.001)))
    assert CURVE.log_slope_exponent(v) == pytest.approx(slope / (2 * math.log(1.001)), rel=SLOPE)
    counts = count_exponent(v, resolution_fwhm_mm=10.0, recovery_ratio=float(CURVE.coefficient(v)))
    found = activity_exponent(v, resolution_fwhm_mm=10.0, curve=CURVE)
    assert found == pytest.approx(counts - CURVE.log_slope_exponent(v), rel=ROUND_OFF)


@pytest.mark.parametrize("volume_ml", [0.8, 3.0, 30.0])
def test_recovery_parameters_propagate_with_their_correlation(volume_ml):
    few = RecoveryCurve(
        recovery_exponent=0.9,
        half_volume_ml=3.0,
        exponent_relative_sd=0.01,
        half_volume_relative_sd=0.02,
        correlation_ratio=-0.6,
    )
    z = np.random.default_rng(3).standard_normal((2, SAMPLES))
    sampled = few.sampled_coefficient(np.full(SAMPLES, volume_ml), z)
    spread = float(np.std(sampled) / np.mean(sampled))
    assert few.relative_sd(volume_ml) == pytest.approx(spread, rel=SAMPLING)


@pytest.mark.parametrize(
    "changes",
    [
        {"recovery_exponent": 0.0},
        {"half_volume_ml": -1.0},
        {"exponent_relative_sd": 1.0},
        {"correlation_ratio": 1.1},
    ],
)
def test_an_impossible_recovery_curve_is_refused(changes):
    with pytest.raises(InvalidValueError, match="must"):
        RecoveryCurve(**({"recovery_exponent": 0.9, "half_volume_ml": 3.0} | changes))


def test_activity_holds_the_covariance_of_counts_and_recovery():
    """All through one volume: the covariances turn the sum of squares into a square of a sum."""
    u_v, counts, recovery = 0.3, 0.8, 0.5
    found = activity_relative_sd(
        count_relative_sd=counts * u_v,
        calibration_relative_sd=0.04,
        recovery_relative_sd=math.hypot(recovery * u_v, 0.05),
        count_recovery_covariance_ratio=counts * recovery * u_v**2,
    )
    assert found == pytest.approx(math.hypot(0.04, 0.05, (counts - recovery) * u_v), rel=1e-9)


def _curve_bq(time_s, p):
    return p[0] * np.exp(-p[2] * time_s) + p[1] * np.exp(-p[3] * time_s)


def test_fitted_parameters_scatter_as_their_covariance_says():
    """Two phases: repeated fits (linearised) of noisy points against the covariance (U2, U10)."""
    time_s = np.array([2.0, 8.0, 24.0, 72.0, 120.0, 168.0]) * HOUR_S
    p = np.array([60.0, 40.0, 2e-5, 3e-6])
    sd_bq = 0.002 * _curve_bq(time_s, p)
    covariance = exponential_covariance(time_s, amplitude_bq=p[:2], rate_per_s=p[2:], sd_bq=sd_bq)
    from scipy.optimize import least_squares

    rng = np.random.default_rng(4)
    scale = np.array([1.0, 1.0, 1e-5, 1e-6])
    integrals = []
    for _ in range(1500):
        noisy = _curve_bq(time_s, p) + sd_bq * rng.standard_normal(time_s.size)
        fit = least_squares(
            lambda q, y=noisy: (_curve_bq(time_s, q * scale) - y) / sd_bq, p / scale
        )
        q = fit.x * scale
        integrals.append(q[0] / q[2] + q[1] / q[3])
    spread = np.std(integrals) / (p[0] / p[2] + p[1] / p[3])
    found = integral_relative_sd(amplitude_bq=p[:2], rate_per_s=p[2:], covariance=covariance)
    scatter_of_a_spread = 4.0 / math.sqrt(2.0 * 1500)
    assert found == pytest.approx(spread, rel=scatter_of_a_spread)


def test_one_phase_is_the_formula_with_its_covariance():
    v = np.array([[4.0, -1e-8], [-1e-8, 1e-15]])
    a0, rate = 100.0, 3e-6
    by_hand = v[0, 0] / a0**2 + v[1, 1] / rate**2 - 2.0 * v[0, 1] / (a0 * rate)
    found = integral_relative_sd(amplitude_bq=a0, rate_per_s=rate, covariance=v)
    assert found == pytest.approx(math.sqrt(by_hand), rel=ROUND_OFF)


def test_points_that_do_not_determine_a_curve_are_refused():
    with pytest.raises(InvalidValueError, match="fewer phases"):
        fit_covariance([[1.0, 2.0]], sd=[0.1])
    with pytest.raises(InvalidValueError, match="finite integral"):
        integral_relative_sd(amplitude_bq=1.0, rate_per_s=0.0, covariance=np.eye(2))


def test_budget_adds_up_and_shares_are_of_one():
    budget = DoseBudget(
        calibration_relative_sd=0.05,
        recovery_relative_sd=0.04,
        fit_relative_sd=0.1,
        energy_relative_sd=0.01,
        volume_relative_sd=0.3,
        activity_exponent=0.6,
    )
    assert budget.by_volume_relative_sd == pytest.approx(0.12)
    assert budget.activity_relative_sd == pytest.approx(math.hypot(0.05, 0.04, 0.18))
    assert budget.total_relative_sd == pytest.approx(math.hypot(0.05, 0.04, 0.1, 0.01, 0.12))
    assert sum(budget.shares().values()) == pytest.approx(1.0)
    assert budget.shares()["volume"] == pytest.approx((0.12 / budget.total_relative_sd) ** 2)


def test_a_volume_error_cancels_where_activity_goes_with_volume():
    budget = DoseBudget(
        calibration_relative_sd=0.05,
        recovery_relative_sd=0.0,
        fit_relative_sd=0.0,
        energy_relative_sd=0.0,
        volume_relative_sd=0.4,
        activity_exponent=1.0,
    )
    assert budget.total_relative_sd == pytest.approx(0.05)
