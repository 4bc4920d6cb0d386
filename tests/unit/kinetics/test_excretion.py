"""What is excreted: given, lost by the whole body, cleared from blood; and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import RegionCurve, activity_bq
from alphatwin.kinetics.excretion import (
    Excretion,
    excreted_atoms_fraction,
    excreted_fraction,
    excretion_from_clearance,
    excretion_from_whole_body,
    excretion_given,
)

ROUND_OFF = 1e-12
QUADRATURE = 1e-9
HOUR = 3600.0
DECAY = math.log(2.0) / (160.0 * HOUR)  # 177Lu, rounded


def curve(amplitudes, rates):
    a, k = np.atleast_2d(amplitudes), np.atleast_2d(rates)
    return RegionCurve(a, k, np.median(a, axis=0), np.median(k, axis=0), "test")


def test_a_given_fraction_is_half_excreted_after_its_half_time():
    found = excretion_given([0.6, 0.2], [2 * HOUR, 30 * HOUR])
    at = excreted_fraction(found, time_s=[0.0, 2 * HOUR, 1e9])
    assert at[0] == pytest.approx([0.0, 0.3 + 0.2 * (1 - 2 ** (-1 / 15)), 0.8], abs=ROUND_OFF)
    assert found.total_fraction == pytest.approx([0.8])


def test_first_drops_keep_their_digits():
    found = excretion_given([1.0], [100 * HOUR])
    tiny = excreted_fraction(found, time_s=[1e-9])[0, 0]
    assert tiny == pytest.approx(math.log(2.0) / (100 * HOUR) * 1e-9, rel=ROUND_OFF)


def test_the_whole_body_loses_what_is_excreted():
    body = curve([[0.7, 0.3], [0.5, 0.48]], [[1e-4, 1e-6], [2e-4, 0.0]])
    found = excretion_from_whole_body(body)
    times = np.geomspace(60.0, 1e7, 40)
    left = activity_bq(body, administered_bq=1.0, decay_constant_per_s=0.0, time_s=times)
    start = body.amplitude_fraction.sum(axis=1, keepdims=True)
    assert excreted_fraction(found, time_s=times) == pytest.approx(1.0 - left / start, abs=1e-14)
    assert found.total_fraction == pytest.approx([1.0, 0.5 / 0.98])
    urine = excretion_from_whole_body(body, excreted_share=0.9)
    assert urine.share_fraction == pytest.approx(0.9 * found.share_fraction)


def test_a_clearance_excretes_its_share_of_the_blood_by_quadrature():
    blood = curve([[0.8, -0.3, 0.2]], [[1e-3, 4e-3, 1e-5]])
    found = excretion_from_clearance(blood, clearance_ml_per_s=0.2, volume_ml=5300.0)

    def flow(t):
        held = activity_bq(blood, administered_bq=1.0, decay_constant_per_s=0.0, time_s=[t])
        return 0.2 / 5300.0 * held[0, 0]

    for stop in (100.0, 5000.0):
        expected = quad(flow, 0.0, stop, epsabs=0.0, epsrel=1e-11)[0]
        assert excreted_fraction(found, time_s=[stop])[0, 0] == pytest.approx(
            expected, rel=QUADRATURE
        )


def test_samples_that_would_excrete_more_than_all_are_scaled_and_counted():
    blood = curve([[0.9], [0.9]], [[1e-4], [1e-4]])
    found = excretion_from_clearance(
        blood, clearance_ml_per_s=np.array([0.1, 0.7]), volume_ml=5300.0
    )
    assert found.total_fraction == pytest.approx([0.9 * 0.1 / 5300.0 / 1e-4, 1.0])
    assert found.limited_share == 0.5


def test_atoms_leave_before_they_decay_by_quadrature():
    found = excretion_given([0.5, 0.3], [1 * HOUR, 90 * HOUR])
    rates = found.biological_rate_per_s[0]

    def flow(t):
        return float(np.sum(found.share_fraction[0] * rates * np.exp(-(rates + DECAY) * t)))

    expected = quad(flow, 0.0, 50 * HOUR, epsabs=0.0, epsrel=1e-11, limit=200)[0]
    both = excreted_atoms_fraction(found, decay_constant_per_s=DECAY, time_s=[50 * HOUR, math.inf])
    assert both[0, 0] == pytest.approx(expected, rel=QUADRATURE)
    assert both[0, 1] == pytest.approx(
        float(np.sum(found.share_fraction[0] * rates / (rates + DECAY))), rel=ROUND_OFF
    )


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: excretion_given([0.6, 0.5], [1.0, 1.0]), "sums to 1.1"),
        (lambda: excretion_given([-0.1], [1.0]), "fractions must be"),
        (lambda: excretion_given([0.1], [0.0]), "half_times_s must be > 0"),
        (lambda: excretion_given([0.1, 0.2], [1.0]), "must have one shape"),
        (lambda: excretion_given([math.nan], [1.0]), "fractions must be finite"),
        (lambda: excretion_from_whole_body(curve([0.4], [1e-5])), "begins at 0.4"),
        (
            lambda: excretion_from_whole_body(curve([1.0], [1e-5]), excreted_share=1.2),
            "excreted_share must be between 0 and 1",
        ),
        (
            lambda: excretion_from_whole_body(curve([2.0, -1.0], [1e-6, 1e-4])),
            "falls at some time",
        ),
        (
            lambda: excretion_from_clearance(
                curve([1.0], [0.0]), clearance_ml_per_s=1.0, volume_ml=1.0
            ),
            "biological rate 0",
        ),
        (
            lambda: excretion_from_clearance(
                curve([1.0], [1e-5]), clearance_ml_per_s=0.0, volume_ml=1.0
            ),
            "must be > 0",
        ),
        (
            lambda: excretion_from_clearance(
                curve([1.0], [1e-5]), clearance_ml_per_s=[1.0, 1.0], volume_ml=1.0
            ),
            r"must be \(\) or \(1,\)",
        ),
        (
            lambda: excretion_from_clearance(
                curve([1.0], [1e-6]), clearance_ml_per_s=1.0, volume_ml=5300.0
            ),
            "more than was administered",
        ),
        (lambda: Excretion([[0.1]], [[1.0]], [0.1, 0.1], [1.0], "x"), "an excretion needs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_refused_by_field(build, match):
    with pytest.raises(InvalidValueError, match=match):
        build()
