"""Laws of every curve and of every fit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphatwin.kinetics import (
    MODELS,
    Observations,
    Prior,
    Priors,
    RegionCurve,
    activity_bq,
    curve_scaled,
    decay_shares,
    fit,
    time_integrated_activity_bq_s,
)
from alphatwin.uncertainty import Lognormal, stream

HOUR_S = 3600.0
ROUND_OFF = 1e-12
CANCELLED = 1e-9
"""An uptake phase takes nearly all of a clearance phase away, and digits with it."""
LEAST = 1e-290  # below this the numbers are subnormal and physics has long ended
FITS = 30  # a fit takes some 10 ms
LIMIT_ROUND_OFF = 1e-9

fractions = st.floats(1e-6, 1.0)
biological = st.one_of(st.just(0.0), st.floats(1e-9, 1e-3))
constants = st.floats(1e-8, 1e-2)
times_s = st.floats(0.0, 1e7)


@st.composite
def curves(draw) -> RegionCurve:
    """One to three samples of one or two phases; with uptake half of the time."""
    n = draw(st.integers(1, 3))
    model = draw(st.sampled_from(MODELS))
    first = np.array([[draw(fractions)] for _ in range(n)])
    slow = np.array([[draw(biological)] for _ in range(n)])
    if model == "clearance":
        return RegionCurve(first, slow, first[0], slow[0], model)
    fast = slow + np.array([[draw(st.floats(1e-7, 1e-3))] for _ in range(n)])
    second = -first if model == "uptake and clearance" else 0.5 * first
    amplitude, rate = np.hstack([first, second]), np.hstack([slow, fast])
    return RegionCurve(amplitude, rate, amplitude[0], rate[0], model)


def decays(curve: RegionCurve, constant: float, start_s: float = 0.0, stop_s: float = math.inf):
    return time_integrated_activity_bq_s(
        curve,
        administered_bq=1e9,
        decay_constant_per_s=constant,
        start_s=start_s,
        stop_s=stop_s,
    )


@given(curve=curves(), constant=constants, limits=st.tuples(times_s, times_s, times_s))
def test_integrals_add_up_over_adjoining_intervals(curve, constant, limits):
    a, b, c = sorted(limits)
    parts = decays(curve, constant, a, b) + decays(curve, constant, b, c)
    scale = float(decays(curve, constant).max())
    assert parts == pytest.approx(decays(curve, constant, a, c), rel=CANCELLED, abs=1e-9 * scale)


@given(curve=curves(), constant=constants, factor=st.floats(1e-3, 1e3))
def test_integral_and_activity_are_linear_in_what_was_given_and_in_a_factor(
    curve, constant, factor
):
    one = decays(curve, constant)
    given_more = time_integrated_activity_bq_s(
        curve, administered_bq=1e9 * factor, decay_constant_per_s=constant
    )
    assert given_more == pytest.approx(factor * one, rel=ROUND_OFF, abs=LEAST)
    scaled = curve_scaled(curve, np.full(curve.n_samples, factor))
    scale = 1e9 * factor * float(np.abs(curve.amplitude_fraction).max()) / constant
    assert decays(scaled, constant) == pytest.approx(factor * one, rel=CANCELLED, abs=1e-12 * scale)


@given(curve=curves(), constant=constants, ratio=st.floats(1.01, 100.0))
def test_slower_decay_or_slower_clearance_never_means_fewer_decays(curve, constant, ratio):
    assert (decays(curve, constant) >= decays(curve, constant * ratio)).all()
    if curve.model != "uptake and clearance":
        faster = RegionCurve(
            curve.amplitude_fraction,
            curve.biological_rate_per_s * ratio,
            curve.best_amplitude_fraction,
            curve.best_biological_rate_per_s * ratio,
            curve.model,
        )
        assert (decays(curve, constant) >= decays(faster, constant) * (1.0 - ROUND_OFF)).all()


@given(curve=curves(), constant=constants, unit=st.sampled_from([60.0, 3600.0, 86400.0]))
def test_the_unit_of_time_cancels(curve, constant, unit):
    other = RegionCurve(
        curve.amplitude_fraction,
        curve.biological_rate_per_s * unit,
        curve.best_amplitude_fraction,
        curve.best_biological_rate_per_s * unit,
        curve.model,
    )
    scale = 1e9 * float(np.abs(curve.amplitude_fraction).max()) / constant
    assert unit * decays(other, constant * unit) == pytest.approx(
        decays(curve, constant), rel=CANCELLED, abs=1e-12 * scale
    )


@given(curve=curves(), constant=constants, time_s=st.lists(times_s, min_size=1, max_size=5))
def test_no_region_holds_more_than_it_was_given_or_less_than_nothing(curve, constant, time_s):
    seen = activity_bq(curve, administered_bq=1.0, decay_constant_per_s=constant, time_s=time_s)
    most = np.abs(curve.amplitude_fraction).sum(axis=1, keepdims=True)
    assert seen.shape == (curve.n_samples, len(time_s))
    assert (seen >= -ROUND_OFF * most).all()
    assert (seen <= most * np.exp(-constant * np.array(time_s)) * (1.0 + ROUND_OFF)).all()


@given(curve=curves(), constant=constants, limits=st.tuples(times_s, times_s))
def test_shares_are_shares(curve, constant, limits):
    first_s, last_s = sorted(limits)
    found = decay_shares(curve, decay_constant_per_s=constant, first_s=first_s, last_s=last_s)
    assert sum(found) == pytest.approx(1.0, abs=1e-6)
    assert all(-1e-6 <= share <= 1.0 + 1e-6 for share in found)


@st.composite
def series(draw) -> Observations:
    """One to four points of any shape, however unlike a curve, with either kind of error."""
    n = draw(st.integers(1, 4))
    hours = sorted(draw(st.lists(st.floats(0.1, 300.0), min_size=n, max_size=n, unique=True)))
    activity = [draw(st.floats(1e4, 5e9)) for _ in range(n)]
    relative = [draw(st.one_of(st.just(math.nan), st.floats(0.02, 0.5))) for _ in range(n)]
    sd = [
        draw(st.floats(0.02, 1.0)) * a if math.isnan(r) else math.nan
        for a, r in zip(activity, relative, strict=True)
    ]
    return Observations(
        np.array(hours) * HOUR_S, activity, relative, sd, "Lu-177", scales_with_volume=False
    )


@settings(max_examples=FITS)
@given(seen=series(), constant=st.floats(1e-7, 1e-4), has_uptake=st.booleans())
def test_no_fit_is_slower_than_physics_whatever_the_points(seen, constant, has_uptake):
    physical_s = math.log(2.0) / constant
    prior = Prior("half-life", Lognormal(0.6 * physical_s, 1.5), "test", "assumed")
    uptake = Prior("uptake", Lognormal(3.0 * HOUR_S, 2.0), "test", "assumed")
    found = fit(
        seen,
        administered_bq=7.4e9,
        decay_constant_per_s=constant,
        priors=Priors(prior, uptake if has_uptake else None),
        samples=300,
        generator=stream(1, "law"),
    )
    assert (found.curve.biological_rate_per_s >= 0.0).all()
    half_life_s = found.parameters["effective_half_life_s"]
    assert (half_life_s <= physical_s * (1.0 + LIMIT_ROUND_OFF)).all()
    assert all(np.isfinite(values).all() for values in found.parameters.values())
    assert all(math.isfinite(value) for value in found.log_evidence.values())
    assert np.isfinite(found.fitted_bq_samples).all()
    assert np.isfinite(found.standardised_residuals).all()
    assert 1.0 <= found.effective_sample_size <= 300.0
