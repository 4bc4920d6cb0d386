"""Dose from elsewhere in its own course of time, against the exact sum of dose rates."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.biology import Cycle, DoseRate, Repair, protracted_dose
from alphatwin.biology.elsewhere import TimeCourse, overlap_ratios, with_dose_elsewhere
from alphatwin.errors import InvalidValueError

ROUND_OFF = 1e-10  # closed forms of the same integrals
HOUR_S = 3600.0
OWN = TimeCourse(np.array([3.0, -1.0]) / HOUR_S, np.array([0.01, 0.5]) / HOUR_S)
OTHERS = (
    TimeCourse(np.array([0.4]) / HOUR_S, np.array([0.2]) / HOUR_S),
    TimeCourse(np.array([0.2, 0.1]) / HOUR_S, np.array([0.005, 0.03]) / HOUR_S),
)
REPAIRS = (
    Repair.mono(2.0 * HOUR_S),
    Repair.bi(0.5 * HOUR_S, 6.0 * HOUR_S, fast_share=0.4),
)


def rate_of(courses, kinds):
    """Return one linear system with every course in its own radiation type."""
    amplitude = np.concatenate([c.amplitude_bq for c in courses])[:, np.newaxis]
    rates = np.concatenate([c.rate_per_s for c in courses])[:, np.newaxis]
    energy = np.zeros((len(amplitude), 4))
    row = 0
    for course, kind in zip(courses, kinds, strict=True):
        energy[row : row + len(course.amplitude_bq), kind] = 1.0
        row += len(course.amplitude_bq)
    n = len(amplitude)
    return DoseRate(amplitude, rates, np.zeros((n, n)), energy, n)


@pytest.mark.parametrize("repair", REPAIRS)
def test_the_dose_from_elsewhere_is_that_of_the_summed_dose_rate(repair):
    exact = protracted_dose([Cycle(rate_of((OWN, *OTHERS), (0, 3, 3)), 0.0)], repair=repair)
    own = protracted_dose([Cycle(rate_of((OWN,), (0,)), 0.0)], repair=repair)
    given = [protracted_dose([Cycle(rate_of((c,), (3,)), 0.0)], repair=repair) for c in OTHERS]
    ratios = overlap_ratios(OWN, OTHERS, repair=repair)
    found = with_dose_elsewhere(
        own.dose_gy,
        [g.dose_gy for g in given],
        factors=own.lea_catcheside_by_pair(),
        ratios=ratios,
    )
    assert found.dose_gy == pytest.approx(exact.dose_gy, rel=ROUND_OFF)
    assert found.product_gy2 == pytest.approx(exact.product_gy2, rel=ROUND_OFF)


@pytest.mark.parametrize("repair", REPAIRS)
def test_the_same_course_of_time_makes_no_difference(repair):
    twice = TimeCourse(2.0 * OWN.amplitude_bq, OWN.rate_per_s)
    assert overlap_ratios(OWN, [twice], repair=repair) == pytest.approx(1.0, rel=ROUND_OFF)
    own = protracted_dose([Cycle(rate_of((OWN,), (2,)), 0.0)], repair=repair)
    found = with_dose_elsewhere(
        own.dose_gy,
        [2.0 * own.dose_gy],
        factors=own.lea_catcheside_by_pair(),
        ratios=np.ones((2, 2)),
    )
    assert found.product_gy2 == pytest.approx(9.0 * own.product_gy2, rel=ROUND_OFF)


def test_a_faster_dose_is_repaired_less():
    fast = TimeCourse(np.array([1.0]), np.array([5.0]) / HOUR_S)
    ratios = overlap_ratios(OWN, [fast], repair=REPAIRS[0])
    assert ratios[1, 1] > ratios[0, 1] > 0.0
    assert ratios[1, 1] > 10.0
    assert ratios == pytest.approx(ratios.T, rel=ROUND_OFF)


def test_each_source_needs_its_course_of_time():
    own = protracted_dose([Cycle(rate_of((OWN,), (0,)), 0.0)], repair=REPAIRS[0])
    with pytest.raises(InvalidValueError, match="1 sources need ratios"):
        with_dose_elsewhere(
            own.dose_gy,
            [own.dose_gy],
            factors=own.lea_catcheside_by_pair(),
            ratios=np.ones((1, 1)),
        )
