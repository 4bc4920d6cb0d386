"""Families: the largest fraction a region holds, phases, and curves against the curve itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.kinetics.models import (
    FAMILIES,
    MODELS,
    Parameters,
    Scheme,
    log_fraction,
    log_peak,
    named,
    parameters,
    phases,
)
from alphatwin.kinetics.prior import Prior
from alphatwin.uncertainty import Lognormal

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
GRID = 1e-6  # the top of a parabola on a grid of 40 000 times
ROUND_OFF = 1e-9
SCHEME = {
    name: Scheme(
        model=name,
        reference_s=20.0 * HOUR_S,
        fraction=Lognormal(0.01, 5.0),
        effective_half_life=Prior("half-life", Lognormal(80.0 * HOUR_S, 1.5), "test", "assumed"),
        uptake_half_time=Prior("uptake", Lognormal(3.0 * HOUR_S, 2.0), "test", "assumed"),
        decay_constant_per_s=LU177_PER_S,
    )
    for name in MODELS
}


def some(model: str, count: int = 6) -> Parameters:
    z = np.random.default_rng(5).standard_normal((count, SCHEME[model].n_parameters))
    return parameters(SCHEME[model], z)


@pytest.mark.parametrize("model", MODELS)
def test_the_peak_is_the_largest_value_of_the_curve(model):
    times_s = np.concatenate([[0.0], np.geomspace(1.0, 5000 * HOUR_S, 40_000)])
    largest = log_fraction(model, some(model), times_s).max(axis=1)
    assert log_peak(model, some(model)) == pytest.approx(largest, abs=GRID)


@pytest.mark.parametrize("model", MODELS)
def test_phases_add_up_to_the_curve(model):
    times_s = np.array([1.0, 4.0, 24.0, 96.0]) * HOUR_S
    amplitude, rate_per_s = phases(model, some(model))
    total = np.sum(amplitude[:, :, None] * np.exp(-rate_per_s[:, :, None] * times_s), axis=1)
    assert np.exp(log_fraction(model, some(model), times_s)) == pytest.approx(total, rel=ROUND_OFF)


@pytest.mark.parametrize("model", MODELS)
def test_a_family_has_at_most_three_exponentials_none_slower_than_physics(model):
    amplitude, rate_per_s = phases(model, some(model))
    family = FAMILIES[model]
    assert amplitude.shape[1] == family.phases + family.takes_up <= 3
    assert (rate_per_s >= 0.0).all()
    assert (np.diff(rate_per_s, axis=1) > 0.0).all()
    assert (rate_per_s[:, 0] == 0.0).all() == family.is_retained
    at_administration = amplitude.sum(axis=1) / amplitude[:, : family.phases].sum(axis=1)
    if family.starts_empty:
        assert at_administration == pytest.approx(0.0, abs=ROUND_OFF)
    elif not family.takes_up:
        assert at_administration == pytest.approx(1.0, rel=ROUND_OFF)


@pytest.mark.parametrize("model", MODELS)
def test_the_first_deviate_is_the_fraction_at_the_reference_time(model):
    scheme = SCHEME[model]
    z = np.random.default_rng(6).standard_normal((5, scheme.n_parameters))
    at_reference = log_fraction(model, parameters(scheme, z), np.array([scheme.reference_s]))
    expected = math.log(0.01) + math.log(5.0) * z[:, 0]
    assert at_reference[:, 0] == pytest.approx(expected, abs=ROUND_OFF)


@pytest.mark.parametrize("model", MODELS)
def test_named_parameters_are_those_of_the_formula(model):
    found, made = named(SCHEME[model], some(model)), some(model)
    amplitude, rate_per_s = phases(model, made)
    terminal_s = math.log(2.0) / (rate_per_s[:, 0] + LU177_PER_S)
    assert found["effective_half_life_s"] == pytest.approx(terminal_s, rel=ROUND_OFF)
    if FAMILIES[model].phases > 1:
        share = amplitude[:, 0] / found["uptake_fraction"]
        assert found["slow_phase_share"] == pytest.approx(share, rel=ROUND_OFF)
        fast_s = math.log(2.0) / (rate_per_s[:, 1] + LU177_PER_S)
        assert found["fast_effective_half_life_s"] == pytest.approx(fast_s, rel=ROUND_OFF)
    if "late_uptake_share" in found:
        assert -amplitude[:, -1] / amplitude[:, 0] == pytest.approx(found["late_uptake_share"])
    assert all(np.isfinite(values).all() for values in found.values())
