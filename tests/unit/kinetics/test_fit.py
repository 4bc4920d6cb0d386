"""Fits: what determines them, which model is taken, what is refused, what is said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics import MODELS, Fit, Observations, Prior, Priors, activity_bq, fit
from alphatwin.uncertainty import Lognormal, stream, summarise

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
AC225_PER_S = math.log(2.0) / (9.92 * 24.0 * HOUR_S)
ADMINISTERED_BQ = 7.4e9
HALF_LIFE = Prior("half-life", Lognormal(80.0 * HOUR_S, 1.3), "test", "assumed")
UPTAKE = Prior("uptake", Lognormal(3.0 * HOUR_S, 2.0), "test", "assumed")
# Percentiles of 4000 samples worth 3000: 3.5 standard errors of a median are 8 % of an SD.
OF_AN_SD = 0.08


def observed(times_h: list[float], activity: list[float], relative_sd: float = 0.1) -> Observations:
    nothing = np.full(len(times_h), np.nan)
    return Observations(
        np.array(times_h) * HOUR_S,
        activity,
        np.full(len(times_h), relative_sd),
        nothing,
        "Lu-177",
        scales_with_volume=False,
    )


def curve_bq(
    times_h: list[float], *, half_life_h: float = 70.0, uptake_h: float = 0.0
) -> list[float]:
    t = np.array(times_h)
    rise = 1.0 - 2.0 ** (-t / uptake_h) if uptake_h else 1.0
    return list(1e8 * 2.0 ** (-t / half_life_h) * rise)


def fitted(seen: Observations, priors: Priors, **change: object) -> Fit:
    asked: dict[str, object] = {
        "administered_bq": ADMINISTERED_BQ,
        "decay_constant_per_s": LU177_PER_S,
        "samples": 4000,
        "generator": stream(5, "fit"),
    }
    return fit(seen, priors=priors, **(asked | change))


def test_one_point_leaves_the_half_life_to_the_prior():
    found = fitted(observed([24.0], [1e8]), Priors(HALF_LIFE))
    log_half_life = np.log(found.parameters["effective_half_life_s"] / HOUR_S)
    # Prior truncated at the physical half-life: moments by the textbook formula.
    b = math.log(159.528 / 80.0) / math.log(1.3)
    cut = math.exp(-0.5 * b * b) / math.sqrt(2 * math.pi) / (0.5 * math.erfc(-b / math.sqrt(2)))
    assert log_half_life.mean() == pytest.approx(
        math.log(80.0) - math.log(1.3) * cut, abs=OF_AN_SD * math.log(1.3)
    )
    assert found.model == "clearance"
    assert "only model" in found.why
    assert found.priors == (HALF_LIFE,)
    now = summarise(found.fitted_bq_samples[:, 0])
    assert now.high / now.median == pytest.approx(math.exp(1.96 * 0.09975), rel=0.02)


def test_one_point_without_a_prior_is_refused_with_the_way_out():
    with pytest.raises(NotSupportedError, match="give a population prior of the effective half-"):
        fitted(observed([24.0], [1e8]), Priors())


def test_good_points_overrule_the_prior():
    times_h = [4.0, 24.0, 72.0, 168.0]
    found = fitted(
        observed(times_h, curve_bq(times_h, half_life_h=50.0), relative_sd=0.01), Priors(HALF_LIFE)
    )
    assert found.best_parameters["effective_half_life_s"] == pytest.approx(50.0 * HOUR_S, rel=0.005)
    assert found.best_parameters["uptake_fraction"] == pytest.approx(1e8 / 7.4e9, rel=0.01)
    assert np.abs(found.standardised_residuals).max() < 0.5


@pytest.mark.parametrize(
    ("priors", "why"),
    [
        (Priors(HALF_LIFE, UPTAKE), "no model explains the data better"),
        (Priors(HALF_LIFE), "the data speak for it"),
    ],
)
def test_a_rise_is_taken_for_uptake(priors, why):
    times_h = [2.0, 24.0, 96.0]
    found = fitted(observed(times_h, curve_bq(times_h, uptake_h=6.0)), priors)
    assert found.model == "uptake and clearance"
    assert why in found.why
    assert found.curve.best_amplitude_fraction[1] == -found.curve.best_amplitude_fraction[0]
    assert found.best_parameters["uptake_half_time_s"] == pytest.approx(6 * HOUR_S, rel=0.2)


def test_two_speeds_are_taken_for_two_phases():
    t = np.array([1.0, 6.0, 24.0, 96.0, 168.0])
    activity = 1e8 * (0.7 * 2.0 ** (-t / 5.0) + 0.3 * 2.0 ** (-t / 90.0))
    found = fitted(observed(list(t), list(activity), 0.05), Priors(HALF_LIFE))
    assert found.model == "two-phase clearance"
    assert found.best_parameters["fast_effective_half_life_s"] == pytest.approx(
        5 * HOUR_S, rel=0.15
    )
    assert found.best_parameters["slow_phase_share"] == pytest.approx(0.3, abs=0.03)
    assert np.all(found.curve.amplitude_fraction >= 0.0)


def test_clear_single_phase_stays_the_simplest():
    times_h = [4.0, 24.0, 72.0, 168.0]
    found = fitted(observed(times_h, curve_bq(times_h)), Priors(HALF_LIFE))
    assert found.model == "clearance"
    assert list(found.log_evidence) == list(MODELS[:4])  # four points allow no more parameters


def test_one_point_cannot_tell_uptake_from_clearance_and_the_population_decides():
    found = fitted(observed([24.0], [1e8]), Priors(HALF_LIFE, UPTAKE))
    assert found.model == "uptake and clearance"
    gap = found.log_evidence["clearance"] - found.log_evidence["uptake and clearance"]
    assert gap == pytest.approx(0.0, abs=0.1)  # equal but for the noise of 2000 proposals


@pytest.mark.parametrize("model", MODELS)
def test_a_model_that_is_asked_for_is_taken(model):
    times_h = [4.0, 24.0, 96.0]
    found = fitted(observed(times_h, curve_bq(times_h)), Priors(HALF_LIFE, UPTAKE), model=model)
    assert found.model == model
    assert found.why.endswith("asked for; fitted to 3 points")
    assert list(found.log_evidence) == [model]


@pytest.mark.parametrize(
    ("times_h", "model"),
    [
        ([24.0], "two-phase clearance"),
        ([4.0, 24.0], "two-phase clearance"),
        ([24.0], "uptake and clearance"),
        ([0.0, 4.0, 24.0], "uptake and clearance"),
    ],
)
def test_a_model_that_points_cannot_support_is_refused(times_h, model):
    with pytest.raises(NotSupportedError, match=f"model '{model}' needs"):
        fitted(observed(times_h, [1e8] * len(times_h)), Priors(HALF_LIFE), model=model)


def test_values_that_never_fall_stay_at_the_physical_limit_and_say_so():
    times_h = [30.0, 100.0, 160.0]
    flat = [1e8, 0.9e8, 0.85e8]  # slower than physical decay
    found = fitted(observed(times_h, flat, 0.03), Priors(), model="clearance")
    assert found.half_life_at_physical_limit
    assert any("limit and not a measurement" in w for w in found.warnings)
    assert any("standard uncertainties from the curve" in w for w in found.warnings)
    assert found.parameters["effective_half_life_s"].max() <= 159.528 * HOUR_S * (1 + 1e-12)
    assert found.curve.biological_rate_per_s.min() >= 0.0


def test_samples_and_best_agree_with_the_curve():
    times_h = [2.0, 24.0, 96.0]
    found = fitted(observed(times_h, curve_bq(times_h, uptake_h=6.0)), Priors(HALF_LIFE, UPTAKE))
    seen = activity_bq(
        found.curve,
        administered_bq=ADMINISTERED_BQ,
        decay_constant_per_s=LU177_PER_S,
        time_s=np.array(times_h) * HOUR_S,
    )
    assert found.fitted_bq_samples == pytest.approx(seen, rel=1e-9)
    assert found.fitted_bq_samples.shape == (4000, 3)
    expected = np.log(np.array(curve_bq(times_h, uptake_h=6.0)) / found.best_fitted_bq)
    assert found.standardised_residuals == pytest.approx(
        expected / math.sqrt(math.log(1.01)), rel=1e-6, abs=1e-9
    )


def test_samples_of_one_fit_are_in_no_order():
    # Ordered samples would tie regions together that have nothing to do with each other.
    found = fitted(observed([24.0], [1e8]), Priors(HALF_LIFE))
    half_life = found.parameters["effective_half_life_s"]
    assert abs(np.corrcoef(half_life, np.arange(4000))[0, 1]) < 4.5 / math.sqrt(4000)


def test_absolute_errors_take_zero_counts():
    seen = Observations(
        np.array([4.0, 24.0, 96.0]) * HOUR_S,
        [1e8, 4e7, 0.0],
        [np.nan] * 3,
        [5e6, 2e6, 5e5],
        "Lu-177",
        scales_with_volume=False,
    )
    found = fitted(seen, Priors(HALF_LIFE))
    assert (found.fitted_bq_samples >= 0.0).all()
    assert found.best_fitted_bq[2] < 2e6
    residuals = (seen.activity_bq - found.best_fitted_bq) / seen.sd_bq
    assert found.standardised_residuals == pytest.approx(residuals, rel=1e-6, abs=1e-9)


def test_no_curve_ever_holds_more_than_was_given():
    # A late point and a wide prior: unbounded, a fast clearance would start above 100 %.
    wide = Prior("half-life", Lognormal(20.0 * HOUR_S, 2.5), "test", "assumed")
    found = fitted(observed([96.0], [0.3 * 7.4e9 * 2 ** (-96.0 / 159.528)]), Priors(wide))
    assert np.quantile(found.curve.amplitude_fraction, 0.975) < 1.1  # 5 % calibrator, 2 sigma
    free = fitted(
        observed([96.0], [0.3 * 7.4e9 * 2 ** (-96.0 / 159.528)]),
        Priors(wide),
        administered_bq=None,
    )
    assert np.quantile(free.curve.amplitude_fraction, 0.975) > 1.1 * ADMINISTERED_BQ


def test_unknown_administered_activity_gives_the_curve_in_becquerel():
    times_h = [4.0, 24.0, 96.0]
    seen = observed(times_h, curve_bq(times_h))
    known, unknown = (
        fitted(seen, Priors(HALF_LIFE), administered_bq=a, model="clearance")
        for a in (ADMINISTERED_BQ, None)
    )
    assert unknown.best_fitted_bq == pytest.approx(known.best_fitted_bq, rel=1e-3)
    assert unknown.curve.best_amplitude_fraction == pytest.approx(
        known.curve.best_amplitude_fraction * ADMINISTERED_BQ, rel=1e-3
    )


def test_a_prior_of_another_nuclide_means_the_same_biology():
    # 177Lu at 60 h and 225Ac with the same biological half-life, one point: one posterior.
    biological_per_s = math.log(2.0) / (60.0 * HOUR_S) - LU177_PER_S
    lu_prior = Prior("half-life", Lognormal(60.0 * HOUR_S, 1.0), "t", "assumed", LU177_PER_S)
    found = fitted(observed([24.0], [1e8]), Priors(lu_prior), decay_constant_per_s=AC225_PER_S)
    assert found.curve.biological_rate_per_s[:, 0] == pytest.approx(biological_per_s, rel=1e-9)
    half_life_s = math.log(2.0) / (biological_per_s + AC225_PER_S)
    assert found.best_parameters["effective_half_life_s"] == pytest.approx(half_life_s, rel=1e-9)


def test_the_same_stream_gives_the_same_bits():
    times_h = [2.0, 24.0, 96.0]
    seen = observed(times_h, curve_bq(times_h, uptake_h=6.0))
    first, second = (fitted(seen, Priors(HALF_LIFE)) for _ in range(2))
    assert np.array_equal(first.curve.amplitude_fraction, second.curve.amplitude_fraction)
    other = fitted(seen, Priors(HALF_LIFE), generator=stream(6, "fit"))
    assert not np.array_equal(first.curve.amplitude_fraction, other.curve.amplitude_fraction)
    assert first.best_parameters == other.best_parameters


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "spline"}, "model must be one of .*got 'spline'"),
        ({"administered_bq": 0.0}, "administered_bq must be finite and > 0, or None"),
        ({"decay_constant_per_s": math.nan}, "decay_constant_per_s must be finite and > 0"),
        ({"samples": 0}, "samples must be at least 1"),
        (
            {"priors": Priors(Prior("half-life", Lognormal(200 * HOUR_S, 1.2), "t", "read"))},
            "not below the physical half-life",
        ),
    ],
)
def test_impossible_questions_are_refused_by_name(change, message):
    asked = {"priors": Priors(HALF_LIFE)} | change
    with pytest.raises(InvalidValueError, match=message):
        fitted(observed([24.0], [1e8]), **asked)


def test_a_prior_with_an_impossible_decay_constant_is_refused():
    with pytest.raises(InvalidValueError, match="decay_constant_per_s of a prior"):
        Prior("half-life", Lognormal(1.0, 1.0), "t", "read", decay_constant_per_s=0.0)
