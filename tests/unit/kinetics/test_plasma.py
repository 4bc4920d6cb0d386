"""Blood and plasma: partition, units, points of a curve."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import RegionCurve
from alphatwin.kinetics.blood import sample_at_drawing
from alphatwin.kinetics.counting import CountingWindow, SampleCount
from alphatwin.kinetics.plasma import (
    BLOOD_DENSITY_G_PER_ML,
    cell_to_plasma_ratio,
    concentration_bq_per_kg,
    concentration_point,
    injected_percent_per_litre,
    plasma_curve,
    plasma_to_blood_ratio,
)
from alphatwin.nuclides import decay_chain

ROUND_OFF = 1e-12


def test_what_stays_in_plasma_is_concentrated_there_and_what_does_not_care_is_not():
    assert plasma_to_blood_ratio(haematocrit_fraction=0.42, cell_to_plasma_ratio=0.0) == (
        pytest.approx(1.0 / 0.58, rel=ROUND_OFF)
    )
    assert plasma_to_blood_ratio(haematocrit_fraction=0.42, cell_to_plasma_ratio=1.0) == (
        pytest.approx(1.0, rel=ROUND_OFF)
    )


def test_partition_is_read_back_from_the_concentrations_it_makes():
    cells, ratio = np.array([0.3, 0.45, 0.6]), np.array([0.0, 0.7, 60.0])
    plasma = np.array([1.0, 2.0, 3.0])
    blood = plasma / plasma_to_blood_ratio(haematocrit_fraction=cells, cell_to_plasma_ratio=ratio)
    assert blood == pytest.approx((1 - cells) * plasma + cells * ratio * plasma, rel=ROUND_OFF)
    found = cell_to_plasma_ratio(
        blood_bq_per_ml=blood, plasma_bq_per_ml=plasma, haematocrit_fraction=cells
    )
    assert found == pytest.approx(ratio, rel=ROUND_OFF, abs=ROUND_OFF)


def test_units():
    assert BLOOD_DENSITY_G_PER_ML == 1.06
    assert concentration_bq_per_kg(1.06) == pytest.approx(1000.0, rel=ROUND_OFF)
    assert injected_percent_per_litre(100.0, administered_bq=1e7) == pytest.approx(1.0)
    half_life_s = 3600.0
    corrected = injected_percent_per_litre(
        50.0, administered_bq=1e7, decay_constant_per_s=np.log(2.0) / half_life_s, time_s=3600.0
    )
    assert corrected == pytest.approx(1.0, rel=ROUND_OFF)


def test_a_plasma_curve_is_the_blood_curve_scaled_sample_by_sample():
    blood = RegionCurve(
        [[0.1, 0.2], [0.3, 0.1]], [[1e-3, 1e-5]] * 2, [0.2, 0.15], [1e-3, 1e-5], "x"
    )
    found = plasma_curve(blood, haematocrit_fraction=[0.4, 0.5], cell_to_plasma_ratio=0.0)
    assert found.amplitude_fraction == pytest.approx(
        blood.amplitude_fraction / np.array([[0.6], [0.5]])
    )
    assert (found.biological_rate_per_s == blood.biological_rate_per_s).all()


def test_a_drawn_sample_becomes_a_point_with_its_uncertainty():
    window = CountingWindow("440 keV", {"Bi-213": 1.0})
    drawn = sample_at_drawing(
        [SampleCount(window, 36000.0, 10.0, 0.3)], chain=decay_chain("Ac-225")
    )
    point = concentration_point(
        drawn, "Ac-225", drawn_at_s=7200.0, volume_ml=0.5, volume_relative_sd=0.04
    )
    assert point.time_s == 7200.0
    assert point.value == pytest.approx(20.0, rel=0.04)  # 10 h of decay and equilibrium ratio
    assert point.sd == pytest.approx(0.05 * point.value, rel=1e-6)  # 3 % and 4 % together
    with pytest.raises(InvalidValueError, match="volume_ml must be"):
        concentration_point(drawn, "Ac-225", drawn_at_s=0.0, volume_ml=0.0)


def test_an_activity_below_zero_makes_no_point():
    window = CountingWindow("440 keV", {"Bi-213": 1.0})
    drawn = sample_at_drawing(
        [SampleCount(window, 36000.0, -0.1, 0.3)], chain=decay_chain("Ac-225")
    )
    with pytest.raises(InvalidValueError, match="below zero: leave the point out"):
        concentration_point(drawn, "Ac-225", drawn_at_s=0.0, volume_ml=1.0)


@pytest.mark.parametrize("wrong", [0.0, 1.0, 42.0, np.nan])
def test_a_haematocrit_out_of_range_is_refused(wrong):
    with pytest.raises(InvalidValueError, match="haematocrit_fraction must"):
        plasma_to_blood_ratio(haematocrit_fraction=wrong, cell_to_plasma_ratio=0.0)


def test_impossible_concentrations_are_refused_by_field():
    with pytest.raises(InvalidValueError, match="less than the plasma alone makes"):
        cell_to_plasma_ratio(blood_bq_per_ml=1.0, plasma_bq_per_ml=2.0, haematocrit_fraction=0.4)
    with pytest.raises(InvalidValueError, match="plasma_bq_per_ml must be > 0"):
        cell_to_plasma_ratio(blood_bq_per_ml=1.0, plasma_bq_per_ml=0.0, haematocrit_fraction=0.4)
    with pytest.raises(InvalidValueError, match="cell_to_plasma_ratio must be"):
        plasma_to_blood_ratio(haematocrit_fraction=0.4, cell_to_plasma_ratio=-1.0)
    with pytest.raises(InvalidValueError, match="density_g_per_ml"):
        concentration_bq_per_kg(1.0, density_g_per_ml=1060.0)
    with pytest.raises(InvalidValueError, match="administered_bq"):
        injected_percent_per_litre(1.0, administered_bq=0.0)
