"""Models: the largest fraction a region holds, against the curve itself."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.kinetics.models import MODELS, Parameters, log_fraction, log_peak, phases

HOUR_S = 3600.0
GRID = 1e-6  # the top of a parabola on a grid of 40 000 times
ROUND_OFF = 1e-9


def parameters() -> Parameters:
    return Parameters(
        log_amplitude=np.log([0.5, 0.02, 0.3]),
        rate_per_s=np.array([0.0, 2e-6, 3e-5]),
        extra_rate_per_s=np.array([1e-4, 5e-5, 1e-5]),
        slow_share=np.array([0.2, 0.5, 0.9]),
    )


@pytest.mark.parametrize("model", MODELS)
def test_the_peak_is_the_largest_value_of_the_curve(model):
    times_s = np.concatenate([[0.0], np.geomspace(1.0, 5000 * HOUR_S, 40_000)])
    largest = log_fraction(model, parameters(), times_s).max(axis=1)
    assert log_peak(model, parameters()) == pytest.approx(largest, abs=GRID)


@pytest.mark.parametrize("model", MODELS)
def test_phases_add_up_to_the_curve(model):
    times_s = np.array([1.0, 4.0, 24.0, 96.0]) * HOUR_S
    amplitude, rate_per_s = phases(model, parameters())
    total = np.sum(amplitude[:, :, None] * np.exp(-rate_per_s[:, :, None] * times_s), axis=1)
    assert np.exp(log_fraction(model, parameters(), times_s)) == pytest.approx(total, rel=ROUND_OFF)
