"""Averaging: weights, whole numbers of samples, one curve of several models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import (
    MODELS,
    Fit,
    Observations,
    Prior,
    Priors,
    fit,
    time_integrated_activity_bq_s,
)
from alphatwin.kinetics.averaging import counts, normalised
from alphatwin.uncertainty import Lognormal, stream

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
ADMINISTERED_BQ = 7.4e9
HALF_LIFE = Prior("half-life", Lognormal(80.0 * HOUR_S, 1.3), "test", "assumed")
SAMPLES = 4000
UNDECIDED_H = (4.0, 24.0, 120.0)
UNDECIDED_BQ = (1.02e8, 6e7, 2.1e7)
SIX_H = (1.0, 4.0, 24.0, 48.0, 96.0, 168.0)
OF_A_MEAN = 4.0 / math.sqrt(2000)  # four standard errors, in standard deviations


def fitted(times_h, activity_bq, relative_sd=0.1, **change) -> Fit:
    n = len(times_h)
    seen = Observations(
        np.array(times_h) * HOUR_S,
        np.array(activity_bq),
        np.full(n, relative_sd),
        np.full(n, np.nan),
        "Lu-177",
        scales_with_volume=False,
    )
    asked = {
        "administered_bq": ADMINISTERED_BQ,
        "decay_constant_per_s": LU177_PER_S,
        "priors": Priors(HALF_LIFE),
        "samples": SAMPLES,
        "generator": stream(5, "fit"),
    }
    return fit(seen, **(asked | change))


def log_integrals(found: Fit) -> np.ndarray:
    return np.log(
        time_integrated_activity_bq_s(
            found.curve, administered_bq=ADMINISTERED_BQ, decay_constant_per_s=LU177_PER_S
        )
    )


def test_samples_are_drawn_from_the_models_by_their_weights():
    found = fitted(UNDECIDED_H, UNDECIDED_BQ)
    assert found.averaging == "evidence"
    assert sum(found.weights.values()) == pytest.approx(1.0)
    assert min(found.weights.values()) > 0.01
    amplitude = found.curve.amplitude_fraction
    shares = {
        "clearance": np.mean(amplitude[:, 1] == 0.0),
        "uptake and clearance": np.mean(amplitude[:, 1] < 0.0),
        "two-phase clearance": np.mean(amplitude[:, 1] > 0.0),
    }
    assert shares == pytest.approx(found.weights, abs=1.0 / SAMPLES)
    assert "averaged by evidence: two-phase clearance" in found.why


def test_the_average_is_the_mixture_of_the_models_each_fitted_alone():
    found = fitted(UNDECIDED_H, UNDECIDED_BQ)
    each = {name: fitted(UNDECIDED_H, UNDECIDED_BQ, model=name) for name in found.weights}
    mean = sum(found.weights[name] * log_integrals(one).mean() for name, one in each.items())
    logs = log_integrals(found)
    assert logs.mean() == pytest.approx(mean, abs=OF_A_MEAN * logs.std())
    for name, one in each.items():
        assert one.log_evidence[name] == pytest.approx(found.log_evidence[name], abs=0.05)


def test_evidence_weights_follow_from_evidence_and_odds():
    found = fitted(UNDECIDED_H, UNDECIDED_BQ)
    odds = {name: 3.0 if name == "clearance" else 1.0 for name in found.log_evidence}
    raw = {name: odds[name] * math.exp(value) for name, value in found.log_evidence.items()}
    expected = {name: value / sum(raw.values()) for name, value in raw.items()}
    assert found.weights == pytest.approx(expected)


def test_the_order_of_samples_says_nothing_of_the_model():
    found = fitted(UNDECIDED_H, UNDECIDED_BQ)
    is_single = found.curve.amplitude_fraction[:, 1] == 0.0
    halves = is_single[: SAMPLES // 2].mean() - is_single[SAMPLES // 2 :].mean()
    assert abs(halves) < 4.0 * math.sqrt(0.25 * 2.0 / (SAMPLES // 2))


def test_choosing_takes_the_leading_model_alone():
    found = fitted(UNDECIDED_H, UNDECIDED_BQ, averaging="none")
    assert found.averaging == "none"
    assert found.weights[found.model] == 1.0
    assert (found.curve.amplitude_fraction[:, 1] > 0.0).all()
    assert "averaged" not in found.why


def test_parameters_of_some_models_are_samples_of_those():
    found = fitted(UNDECIDED_H, UNDECIDED_BQ)
    assert found.parameters["effective_half_life_s"].shape == (SAMPLES,)
    two_phase = int((found.curve.amplitude_fraction[:, 1] > 0.0).sum())
    assert found.parameters["slow_phase_share"].shape == (two_phase,)
    order = found.curve.biological_rate_per_s[:, 0]
    assert found.parameters["biological_rate_per_s"] == pytest.approx(order)


def test_akaike_needs_two_points_more_than_parameters_and_says_when_it_has_none():
    three = fitted(UNDECIDED_H, UNDECIDED_BQ, averaging="akaike")
    assert three.aicc == {}
    assert three.averaging == "evidence"
    activity = 1e8 * 2.0 ** (-np.array(SIX_H) / 60.0)
    six = fitted(SIX_H, activity, averaging="akaike")
    assert six.averaging == "akaike"
    assert set(six.aicc) == {name for name in six.weights if name not in MODELS[4:]}
    assert six.model == min(six.aicc, key=lambda name: six.aicc[name]) == "clearance"
    assert six.weights["uptake and two-phase clearance"] == 0.0
    ratio = six.weights["uptake and clearance"] / six.weights["clearance"]
    gap = six.aicc["uptake and clearance"] - six.aicc["clearance"]
    assert ratio == pytest.approx(math.exp(-0.5 * gap), rel=1e-9)


def test_aicc_is_the_textbook_formula_of_a_straight_line():
    # ln A of one exponential is a straight line: weighted least squares in closed form.
    t = np.array(SIX_H)
    activity = 1e8 * 2.0 ** (-t / 60.0) * np.exp([0.08, -0.1, 0.05, 0.12, -0.07, -0.02])
    found = fitted(SIX_H, activity)
    s = math.sqrt(math.log(1.01))
    fraction = activity * np.exp(LU177_PER_S * HOUR_S * t) / ADMINISTERED_BQ
    slope, level = np.polyfit(t, np.log(fraction), 1)
    chi2 = float(np.sum((np.log(fraction) - level - slope * t) ** 2)) / s**2
    minus_2_ln_l = chi2 + float(np.sum(2.0 * np.log(s * fraction * math.sqrt(2.0 * math.pi))))
    expected = minus_2_ln_l + 2.0 * 2.0 + 2.0 * 2.0 * 3.0 / (6.0 - 2.0 - 1.0)
    # A trace of the prior is left in: a thousandth of a standard deviation.
    assert found.aicc["clearance"] == pytest.approx(expected, abs=1e-4)


def test_an_unknown_way_to_average_is_refused():
    with pytest.raises(InvalidValueError, match=r"averaging must be one of .*'evidence'"):
        fitted(UNDECIDED_H, UNDECIDED_BQ, averaging="bic")
    with pytest.raises(InvalidValueError, match=r"error_model must be one of .*'stated'"):
        fitted(UNDECIDED_H, UNDECIDED_BQ, error_model="poisson")


def test_samples_are_whole_and_add_up():
    weights = normalised({"a": 0.0, "b": math.log(2.0), "c": -20.0})
    assert weights["b"] == pytest.approx(2.0 / 3.0)
    assert counts(weights, 100) == {"a": 33, "b": 67}
    assert sum(counts({"a": 0.333, "b": 0.333, "c": 0.334}, 1000).values()) == 1000
    assert counts({"a": 0.5, "b": 0.5}, 1) == {"a": 1}
