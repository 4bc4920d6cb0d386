"""Measured values as activities at the time of measurement."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import (
    Observations,
    exceeds_administered,
    observations,
    suspicious_decay_correction,
)
from alphatwin.patient import MeasuredQuantity, Measurement, Point, Region

HOUR_S = 3600.0
HALF_LIFE_H = 159.528
LU177_PER_S = math.log(2.0) / (HALF_LIFE_H * HOUR_S)
ROUND_OFF = 1e-12


def region(**change: object) -> Region:
    given: dict[str, object] = {
        "name": "lesion 1",
        "kind": "lesion",
        "mass_kg": 0.104,
        "mass_relative_sd": 0.1,
        "density_g_per_ml": 1.04,
        "kinetics": "measured",
        "population_region": "lesion",
    }
    return Region(**(given | change))


def measured(
    *values: float,
    times_h: tuple[float, ...] = (24.0, 24.0 + HALF_LIFE_H),
    quantity: MeasuredQuantity = MeasuredQuantity.ACTIVITY_BQ,
    corrected_to_s: float | None = None,
    sd: float | None = None,
) -> Measurement:
    points = tuple(
        Point(t * HOUR_S, v, relative_sd=0.1 if sd is None else None, sd=sd)
        for t, v in zip(times_h, values, strict=True)
    )
    return Measurement("lesion 1", "cycle 1", "Lu-177", quantity, corrected_to_s, points)


def read(measurement: Measurement, **change: object) -> Observations:
    asked: dict[str, object] = {
        "region": region(),
        "administered_bq": 7.4e9,
        "decay_constant_per_s": LU177_PER_S,
    }
    return observations(measurement, **(asked | change))


def seen(times_h: list[float], activity_bq: list[float], relative_sd: float = 0.05) -> Observations:
    nothing = np.full(len(times_h), np.nan)
    return Observations(
        np.array(times_h) * HOUR_S,
        activity_bq,
        np.full(len(times_h), relative_sd),
        nothing,
        "Lu-177",
        scales_with_volume=False,
    )


def test_activity_passes_through():
    found = read(measured(2e8, 1e8))
    assert np.array_equal(found.activity_bq, [2e8, 1e8])
    assert np.array_equal(found.relative_sd, [0.1, 0.1])
    assert np.isnan(found.sd_bq).all()
    assert not found.scales_with_volume


def test_decay_correction_to_administration_is_undone():
    found = read(measured(8e8, 8e8, times_h=(HALF_LIFE_H, 3 * HALF_LIFE_H), corrected_to_s=0.0))
    assert found.activity_bq == pytest.approx([4e8, 1e8], rel=ROUND_OFF)


def test_decay_correction_to_a_later_time_is_undone_both_ways():
    found = read(
        measured(
            8e8, 8e8, times_h=(HALF_LIFE_H, 3 * HALF_LIFE_H), corrected_to_s=2 * HALF_LIFE_H * 3600
        )
    )
    assert found.activity_bq == pytest.approx([16e8, 4e8], rel=ROUND_OFF)


def test_concentration_takes_the_volume_and_absolute_errors_scale_alike():
    found = read(measured(2e6, 1e6, quantity=MeasuredQuantity.CONCENTRATION_BQ_PER_ML, sd=1e5))
    assert found.activity_bq == pytest.approx([2e8, 1e8], rel=ROUND_OFF)  # 100 mL
    assert found.sd_bq == pytest.approx([1e7, 1e7], rel=ROUND_OFF)
    assert np.isnan(found.relative_sd).all()
    assert found.scales_with_volume


def test_fractions_take_the_administered_activity():
    found = read(measured(0.02, 0.01, quantity=MeasuredQuantity.FRACTION_OF_ADMINISTERED))
    assert found.activity_bq == pytest.approx([1.48e8, 0.74e8], rel=ROUND_OFF)
    assert not found.scales_with_volume


def test_a_concentration_without_volume_is_refused():
    with pytest.raises(InvalidValueError, match="mass_kg of the region is not known"):
        read(
            measured(1.0, 1.0, quantity=MeasuredQuantity.CONCENTRATION_BQ_PER_ML),
            region=region(mass_kg=None),
        )


def test_a_fraction_without_administered_activity_is_refused():
    with pytest.raises(InvalidValueError, match="activity_bq of 'cycle 1' is not known"):
        read(
            measured(0.1, 0.1, quantity=MeasuredQuantity.FRACTION_OF_ADMINISTERED),
            administered_bq=None,
        )


def test_points_that_hold_more_than_was_given_are_named():
    limit_bq = 7.4e9 * 0.5
    asked = {"administered_bq": 7.4e9, "decay_constant_per_s": LU177_PER_S}
    times_h = [1.0, HALF_LIFE_H]
    # 10 % above at a relative uncertainty of 5 % is 1.9 standard uncertainties; 12 % is 2.3.
    assert exceeds_administered(seen(times_h, [1e9, 1.10 * limit_bq]), **asked) == ()
    assert exceeds_administered(seen(times_h, [1e9, 1.12 * limit_bq]), **asked) == (1,)
    absolute = Observations(
        [0.0, 0.0 + HOUR_S],
        [8e9, 8e9],
        [np.nan] * 2,
        [1e8, 1e9],
        "Lu-177",
        scales_with_volume=False,
    )
    assert exceeds_administered(absolute, **asked) == (0,)


def test_activity_that_outlives_physics_is_doubted():
    text = suspicious_decay_correction(
        seen([24.0, 24.0 + HALF_LIFE_H], [1e8, 0.8e8]), decay_constant_per_s=LU177_PER_S
    )
    assert text is not None
    assert "factor of 0.8, but physical decay alone makes it 0.5" in text


@pytest.mark.parametrize(
    ("times_h", "values"),
    [
        ([24.0, 24.0 + HALF_LIFE_H], [1e8, 0.55e8]),  # 10 % slower: 1.3 combined uncertainties
        ([24.0, 24.0 + HALF_LIFE_H], [1e8, 0.2e8]),  # clears
        ([3.74, 27.73], [128.18e6, 162.86e6]),  # rises early: uptake
        ([100.0], [1e8]),
    ],
)
def test_what_uptake_noise_or_clearance_can_do_is_not_doubted(times_h, values):
    found = suspicious_decay_correction(
        seen(list(times_h), list(values)), decay_constant_per_s=LU177_PER_S
    )
    assert found is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time_s": [-1.0]}, "time_s must be finite and >= 0"),
        ({"time_s": []}, "at least one point"),
        ({"activity_bq": [-1.0]}, "activity_bq must be finite and >= 0"),
        ({"activity_bq": [1.0, 2.0]}, "one value per time"),
        ({"activity_bq": [0.0]}, "an activity of zero needs sd_bq"),
        ({"sd_bq": [1.0]}, "exactly one of relative_sd and sd_bq"),
        ({"relative_sd": [np.nan]}, "exactly one of relative_sd and sd_bq"),
        ({"relative_sd": [-0.1]}, "exactly one of relative_sd and sd_bq"),
    ],
)
def test_impossible_observations_are_refused_by_name(change, message):
    given = {
        "time_s": [1.0],
        "activity_bq": [1.0],
        "relative_sd": [0.1],
        "sd_bq": [np.nan],
        "nuclide": "Lu-177",
        "scales_with_volume": False,
    }
    with pytest.raises(InvalidValueError, match=message):
        Observations(**(given | change))
