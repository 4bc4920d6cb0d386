"""Curves of regions that were not measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import (
    population_curve,
    population_curve_from_uptake,
    time_integrated_activity_bq_s,
)
from alphatwin.uncertainty import Lognormal, stream, summarise

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (6.647 * 24.0 * HOUR_S)
ENERGY_J = 147.0e3 * 1.602176634e-19  # about what electrons of 177Lu leave per decay
KIDNEY = {
    "absorbed_dose_gy_per_bq": Lognormal.from_mean_sd(0.6e-9, 0.2e-9),
    "energy_j_per_decay": ENERGY_J,
    "mass_kg": 0.31,
    "effective_half_life_s": Lognormal.from_mean_sd(52.0 * HOUR_S, 12.0 * HOUR_S),
    "decay_constant_per_s": LU177_PER_S,
}
ROUND_OFF = 1e-9
# 20 000 samples: standard errors of 2.5 % percentiles are under 1 % of these spreads.
SAMPLED = 0.02


def test_the_curve_gives_the_published_dose_back():
    curve = population_curve(**KIDNEY, samples=20_000, generator=stream(1))
    decays = time_integrated_activity_bq_s(
        curve, administered_bq=1e9, decay_constant_per_s=LU177_PER_S
    )
    dose = summarise(decays * ENERGY_J / 0.31)
    published = KIDNEY["absorbed_dose_gy_per_bq"]
    wanted = 1e9 * published.quantile([0.025, 0.5, 0.975])
    assert [dose.low, dose.median, dose.high] == pytest.approx(wanted, rel=SAMPLED)
    rate_per_s = curve.best_biological_rate_per_s[0] + LU177_PER_S
    best_gy = 1e9 * curve.best_amplitude_fraction[0] / rate_per_s * ENERGY_J / 0.31
    assert best_gy == pytest.approx(1e9 * published.median, rel=ROUND_OFF)


def test_no_half_life_passes_the_physical_one():
    slow = KIDNEY | {"effective_half_life_s": Lognormal(150.0 * HOUR_S, 1.5)}
    curve = population_curve(**slow, samples=5000, generator=stream(1))
    half_life_h = math.log(2.0) / (curve.biological_rate_per_s + LU177_PER_S) / HOUR_S
    assert half_life_h.max() <= 6.647 * 24.0 * (1.0 + ROUND_OFF)
    # Truncated, not clipped: nothing piles up at the limit.
    assert np.mean(half_life_h > 0.9999 * 6.647 * 24.0) < 0.001


def test_uptake_and_half_life_are_what_was_asked_for():
    curve = population_curve_from_uptake(
        uptake_fraction=Lognormal(0.03, 1.2),
        effective_half_life_s=Lognormal(50.0 * HOUR_S, 1.1),
        decay_constant_per_s=LU177_PER_S,
        samples=20_000,
        generator=stream(2),
    )
    assert curve.best_amplitude_fraction == pytest.approx([0.03], rel=ROUND_OFF)
    assert np.median(curve.amplitude_fraction) == pytest.approx(0.03, rel=SAMPLED)
    effective_per_s = curve.best_biological_rate_per_s[0] + LU177_PER_S
    assert math.log(2.0) / effective_per_s == pytest.approx(50.0 * HOUR_S, rel=ROUND_OFF)
    assert curve.model == "population"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mass_kg": 0.0}, "mass_kg must be finite and > 0"),
        ({"energy_j_per_decay": math.nan}, "energy_j_per_decay must be finite and > 0"),
        ({"decay_constant_per_s": 0.0}, "decay_constant_per_s must be finite and > 0"),
        ({"mass_kg": 310.0}, "of the administered activity into the region; at most 1"),
    ],
)
def test_impossible_figures_are_refused_by_name(change, message):
    with pytest.raises(InvalidValueError, match=message):
        population_curve(**(KIDNEY | change), samples=10, generator=stream(1))
