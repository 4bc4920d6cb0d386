"""The divided difference of the exponential against closed forms and quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.nuclides import exponential

ROUND_OFF = 1e-12


def test_one_rate_is_an_exponential():
    times = np.array([0.0, 1.0, 2.0])
    found = exponential.simplex_exponential([0.5], time=times)
    assert found == pytest.approx(np.exp(-0.5 * times), rel=ROUND_OFF)


def test_equal_rates_give_the_gamma_density():
    """Of m equal rates k: t^(m-1) exp(-k t)/(m-1)!."""
    times = np.geomspace(1e-6, 50.0, 9)
    found = exponential.simplex_exponential([2.0] * 5, time=times)
    assert found == pytest.approx(times**4 * np.exp(-2.0 * times) / 24.0, rel=ROUND_OFF)


@pytest.mark.parametrize("spread", [1e-9, 0.1, 2.999, 3.0, 3.001, 50.0])
def test_two_rates_on_both_sides_of_the_change_of_method(spread):
    found = exponential.simplex_exponential([1.0, 1.0 + spread], time=np.array([1.0]))
    assert found[0] == pytest.approx(math.exp(-1.0) * -math.expm1(-spread) / spread, rel=ROUND_OFF)


@pytest.mark.parametrize("rates", [(0.3, 0.4, 5.0), (0.0, 1e-3, 20.0), (1.0, 1.0, 9.0)])
def test_three_rates_are_a_convolution(rates):
    a, b, c = rates
    times = np.array([0.1, 1.0, 7.0])
    found = exponential.simplex_exponential([a, b, c], time=times)
    for value, time in zip(found, times, strict=True):
        expected, _ = quad(
            lambda s, t=time: (
                exponential.simplex_exponential([a, b], time=np.array([s]))[0]
                * math.exp(-c * (t - s))
            ),
            0.0,
            time,
            epsrel=1e-12,
            epsabs=0.0,
        )
        assert value == pytest.approx(expected, rel=1e-10)


def test_both_routes_agree_where_the_first_is_trusted(monkeypatch):
    rates = np.array([1e-6, 1e-3, 2.0, 5e-4])
    system = {
        "rates": rates,
        "feeding": np.diag(rates[:-1], -1),
        "initial": np.array([1.0, 0.0, 0.5, 0.0]),
        "time": np.geomspace(1e-3, 1e7, 50),
    }
    usual = [solve(**system) for solve in (exponential.amounts, exponential.integrals)]
    monkeypatch.setattr(exponential, "ACCEPTED_BOUND", 1e-300)  # nothing is trusted
    paths = [solve(**system) for solve in (exponential.amounts, exponential.integrals)]
    for one, other in zip(usual, paths, strict=True):
        assert one == pytest.approx(other, rel=1e-9)
        assert not np.array_equal(one, other)
