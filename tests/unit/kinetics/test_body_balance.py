"""The balance of the whole body: remainder, atoms at all times, and measured sums."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import RegionCurve, activity_bq, time_integrated_activity_bq_s
from alphatwin.kinetics.body_balance import (
    Counted,
    balance_check,
    remainder,
    whole_body_atoms,
)
from alphatwin.kinetics.excretion import (
    excreted_fraction,
    excretion_from_whole_body,
    excretion_given,
)

ROUND_OFF = 1e-12
HOUR = 3600.0
DECAY = math.log(2.0) / (160.0 * HOUR)
TIMES = np.concatenate([[0.0], np.geomspace(60.0, 1e8, 60)])


def curve(amplitudes, rates):
    a, k = np.atleast_2d(amplitudes), np.atleast_2d(rates)
    return RegionCurve(a, k, np.median(a, axis=0), np.median(k, axis=0), "test")


KIDNEYS = curve([[0.04, -0.02], [0.05, -0.05]], [[3e-6, 4e-4], [4e-6, 3e-4]])
LIVER = curve([[0.06], [0.08]], [[1e-6], [0.0]])
URINE = excretion_given([[0.5, 0.3]], [[1.5 * HOUR, 40.0 * HOUR]])


def fraction(of, times=TIMES):
    return activity_bq(of, administered_bq=1.0, decay_constant_per_s=0.0, time_s=times)


def test_regions_remainder_and_excreted_are_all_at_all_times():
    rest = remainder({"kidneys": KIDNEYS, "liver": LIVER}, excretion=URINE)
    total = (
        fraction(KIDNEYS)
        + fraction(LIVER)
        + fraction(rest.curve)
        + excreted_fraction(URINE, time_s=TIMES)
    )
    assert total == pytest.approx(np.ones_like(total), abs=ROUND_OFF)
    assert rest.negative_share == 0.0
    assert rest.lowest_best_fraction > 0.0


def test_no_atom_is_lost_at_any_time():
    regions = {"kidneys": KIDNEYS, "liver": LIVER}
    rest = remainder(regions, excretion=URINE)
    atoms = whole_body_atoms(
        regions,
        remainder_curve=rest.curve,
        excretion=URINE,
        decay_constant_per_s=DECAY,
        time_s=TIMES,
    )
    assert atoms.error_fraction() == pytest.approx(0.0, abs=ROUND_OFF)
    assert atoms.decayed_fraction[:, 0] == pytest.approx([0.0, 0.0])
    assert (np.diff(atoms.decayed_fraction + atoms.excreted_fraction, axis=1) >= -1e-15).all()


def test_decays_of_regions_and_remainder_are_those_of_the_whole_body():
    """Second route: the whole-body curve integrated by itself."""
    body = curve([0.7, 0.3], [1e-4, 2e-6])
    rest = remainder({"kidneys": KIDNEYS}, excretion=excretion_from_whole_body(body))
    given = {"administered_bq": 1e9, "decay_constant_per_s": DECAY}
    parts = rest.decays_bq_s(**given) + time_integrated_activity_bq_s(KIDNEYS, **given)
    whole = time_integrated_activity_bq_s(body, **given)
    assert parts == pytest.approx(np.repeat(whole, 2), rel=1e-11)


def test_without_excretion_all_that_is_in_no_region_remains():
    rest = remainder({"liver": LIVER})
    assert fraction(rest.curve) == pytest.approx(1.0 - fraction(LIVER), abs=ROUND_OFF)


def test_regions_that_hold_more_than_all_are_refused_or_said():
    tumour = curve([[0.3], [0.5]], [[1e-7], [1e-7]])
    with pytest.raises(InvalidValueError, match=r"tumour and what was excreted hold 1\.\d+ of"):
        remainder({"tumour": tumour}, excretion=URINE)
    said = remainder({"tumour": tumour}, excretion=URINE, tolerated_fraction=0.5)
    assert said.lowest_best_fraction < -0.1
    assert said.negative_share == 1.0
    assert (said.lowest_fraction < 0.0).all()
    without_end = said.decays_bq_s(administered_bq=1.0, decay_constant_per_s=1e-9)
    assert (without_end > 0.0).all()
    sink = remainder({"tumour": curve([0.3], [0.0])}, excretion=URINE, tolerated_fraction=0.5)
    assert (sink.decays_bq_s(administered_bq=1.0, decay_constant_per_s=1e-9) == 0.0).all()


def test_samples_below_zero_are_counted_where_the_best_is_not():
    narrow = RegionCurve([[0.1], [0.3]], [[0.0], [0.0]], [0.1], [0.0], "test")
    said = remainder({"liver": narrow}, excretion=URINE)
    assert said.negative_share == 0.5
    assert said.lowest_fraction[1] == pytest.approx(-0.1)


def test_different_numbers_of_samples_are_refused():
    with pytest.raises(InvalidValueError, match="one number of samples"):
        remainder({"a": KIDNEYS, "b": curve([[0.1]] * 3, [[0.0]] * 3)})


def counted(activity_bq, sd_bq=0.0):
    return Counted(activity_bq, sd_bq)


@pytest.mark.parametrize(
    ("regions_bq", "whole", "verdict"),
    [
        (58.0, True, "balanced"),
        (40.0, True, "missing"),
        (40.0, False, "unmeasured remainder"),
        (80.0, False, "more than injected"),
    ],
)
def test_a_sum_of_measured_activities_gets_its_verdict(regions_bq, whole, verdict):
    """Of 200 Bq a half-life ago 100 Bq are left: 40 Bq in urine, the rest in one region."""
    found = balance_check(
        {"body": counted(regions_bq, 2.0)},
        administered=counted(200.0, 2.0),
        urine=counted(40.0, 2.0),
        decay_constant_per_s=math.log(2.0) / HOUR,
        time_s=HOUR,
        calibration_relative_sd=0.03,
        covers_whole_body=whole,
    )
    assert found.verdict == verdict
    assert found.imbalance_fraction == pytest.approx(0.6 - regions_bq / 100.0, abs=ROUND_OFF)
    sd = math.sqrt(
        2 * 0.02**2 + (0.03 * regions_bq / 100) ** 2 + (0.01 * (regions_bq + 40) / 100) ** 2
    )
    assert found.imbalance_sd == pytest.approx(sd, rel=1e-12)


def test_a_shared_calibration_does_not_average_out_over_regions():
    one = {"a": counted(60.0)}
    many = {str(i): counted(6.0) for i in range(10)}
    given = {
        "administered": counted(100.0),
        "decay_constant_per_s": 0.0,
        "time_s": 0.0,
        "calibration_relative_sd": 0.05,
    }
    assert balance_check(many, **given).imbalance_sd == pytest.approx(
        balance_check(one, **given).imbalance_sd
    )


def test_bad_input_is_refused_by_field():
    with pytest.raises(InvalidValueError, match="activity_bq must be"):
        Counted(-1.0, 0.0)
    with pytest.raises(InvalidValueError, match="sd_bq must be"):
        Counted(1.0, math.nan)
    given = {"decay_constant_per_s": 0.0, "time_s": 0.0}
    with pytest.raises(InvalidValueError, match="administered and at least one region"):
        balance_check({"a": counted(1.0)}, administered=counted(0.0), **given)
    with pytest.raises(InvalidValueError, match="at least one region or the urine"):
        balance_check({}, administered=counted(1.0), **given)
    with pytest.raises(InvalidValueError, match="tolerated_fraction must be between"):
        remainder({"liver": LIVER}, tolerated_fraction=2.0)
