"""Lognormal distributions: moments, quantiles, truncation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import Lognormal, lognormal_factor, stream
from alphatwin.uncertainty.distributions import log_of_truncated

ROUND_OFF = 1e-12
QUADRATURE = 1e-9
# Standard error of a mean of 200 000 samples with relative SD 0.3 is 0.07 %; five of them.
SAMPLED = 0.0035


def test_mean_and_sd_come_back_by_quadrature_of_the_density():
    d = Lognormal.from_mean_sd(80.0, 30.0)

    def moment(power: int) -> float:
        def density(u: float) -> float:
            z = (u - math.log(d.median)) / d.log_sd
            return math.exp(power * u - 0.5 * z * z) / (d.log_sd * math.sqrt(2.0 * math.pi))

        centre = math.log(d.median)
        return quad(density, centre - 12 * d.log_sd, centre + 12 * d.log_sd, epsrel=1e-12)[0]

    assert moment(1) == pytest.approx(80.0, rel=QUADRATURE)
    assert math.sqrt(moment(2) - moment(1) ** 2) == pytest.approx(30.0, rel=1e-7)


def test_quantiles_of_the_geometric_sd():
    d = Lognormal(median=10.0, geometric_sd=2.0)
    one_sd_up = 0.8413447460685429  # normal distribution function at 1
    assert d.quantile([0.5, one_sd_up]) == pytest.approx([10.0, 20.0], rel=ROUND_OFF)
    assert d.quantile(0.5).shape == ()


def test_samples_have_the_moments_and_no_spread_is_exact():
    seen = Lognormal.from_mean_sd(5.0, 1.5).sample(stream(1), 200_000)
    assert seen.mean() == pytest.approx(5.0, rel=SAMPLED)
    assert seen.std() == pytest.approx(1.5, rel=5 * SAMPLED)
    assert np.array_equal(Lognormal(3.0, 1.0).sample(stream(1), 3), [3.0, 3.0, 3.0])


def test_a_factor_has_median_one_and_the_relative_sd_asked_for():
    seen = lognormal_factor(0.3, stream(2), 200_000)
    assert np.median(seen) == pytest.approx(1.0, rel=SAMPLED)
    assert seen.std() / seen.mean() == pytest.approx(0.3, rel=5 * SAMPLED)
    # A mean of 1 would put the median 4.4 % lower.
    assert seen.mean() == pytest.approx(math.sqrt(1.09), rel=SAMPLED)
    assert np.array_equal(lognormal_factor(0.0, stream(2), 4), np.ones(4))


@pytest.mark.parametrize("upper", [12.0, 8.0, 3.0, 0.5])
def test_truncation_is_the_inverse_of_the_cut_distribution_function(upper):
    d = Lognormal(median=8.0, geometric_sd=1.5)
    z = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    values = np.exp(log_of_truncated(d, upper=upper, z=z))

    def phi(x: float) -> float:
        return 0.5 * math.erfc(-x / math.sqrt(2.0))

    def below(value: float) -> float:
        return phi(math.log(value / 8.0) / math.log(1.5))

    assert (values <= upper).all()
    assert (np.diff(values) > 0.0).all()
    for value, deviate in zip(values, z, strict=True):
        assert below(value) / below(upper) == pytest.approx(phi(deviate), rel=1e-9)


def test_a_far_limit_changes_nothing_and_no_deviate_passes_it():
    d = Lognormal(median=1.0, geometric_sd=1.2)
    z = np.linspace(-6.0, 6.0, 7)
    assert np.exp(log_of_truncated(d, upper=math.inf, z=z)) == pytest.approx(1.2**z, rel=ROUND_OFF)
    near = log_of_truncated(d, upper=math.exp(7.999 * d.log_sd), z=z)
    assert np.exp(near) == pytest.approx(1.2**z, rel=1e-5)
    assert log_of_truncated(d, upper=1.1, z=np.array([40.0]))[0] <= math.log(1.1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Lognormal(0.0, 2.0), "median of a lognormal distribution must be finite and > 0"),
        (lambda: Lognormal(math.nan, 2.0), "median"),
        (lambda: Lognormal(1.0, 0.9), "geometric_sd must be finite and at least 1, got 0.9"),
        (lambda: Lognormal.from_mean_sd(-1.0, 1.0), "mean of a lognormal"),
        (lambda: Lognormal.from_mean_sd(1.0, -1.0), "sd of a lognormal"),
        (lambda: lognormal_factor(math.inf, stream(1), 3), "relative_sd must be finite and >= 0"),
    ],
)
def test_impossible_distributions_are_refused_by_name(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()
