"""What earlier therapies did is added or said to be unknown; cycles may change."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.patient import PreviousDose, PreviousTherapy
from alphatwin.prescription import CycleChange, cycle_factors
from alphatwin.prescription.before import absorbed_before, bed_before
from alphatwin.uncertainty import stream

SAMPLES = 20_000
# The median of so many lognormal samples with 20 % has a standard error of 0.18 %; five of them.
OF_SAMPLES = 0.01

KNOWN = PreviousTherapy(
    "177Lu-DOTATATE", 29.6e9, 4, (PreviousDose("kidneys", 18.0, 0.2, bed_gy=21.0),)
)
HALF_KNOWN = PreviousTherapy("177Lu-DOTATATE", doses=(PreviousDose("kidneys", 18.0, 0.2),))
UNKNOWN = PreviousTherapy("90Y-DOTATOC", 5e9, 2)


def before(function, therapies, region="kidneys"):
    return function(
        therapies, region=region, samples=SAMPLES, generator=lambda name: stream(1, name)
    )


def test_no_therapy_before_leaves_nothing_and_says_so():
    found = before(absorbed_before, ())
    assert found.knowledge == "none"
    assert not found.stated_gy.any()


def test_a_stated_dose_is_added_with_its_uncertainty():
    found = before(absorbed_before, (KNOWN,))
    assert found.knowledge == "stated"
    assert np.median(found.stated_gy) == pytest.approx(18.0, rel=OF_SAMPLES)
    low, high = np.percentile(found.stated_gy, (2.5, 97.5))
    assert low < 18.0 / 1.4
    assert high > 18.0 * 1.4
    assert np.median(before(bed_before, (KNOWN,)).stated_gy) == pytest.approx(21.0, rel=OF_SAMPLES)


@pytest.mark.parametrize(
    ("function", "therapies", "region", "knowledge"),
    [
        (absorbed_before, None, "kidneys", "unknown"),
        (absorbed_before, (UNKNOWN,), "kidneys", "unknown"),
        (absorbed_before, (KNOWN,), "spleen", "unknown"),
        (absorbed_before, (KNOWN, UNKNOWN), "kidneys", "part"),
        (bed_before, (HALF_KNOWN,), "kidneys", "unknown"),
    ],
)
def test_what_is_not_known_is_said_and_not_guessed(function, therapies, region, knowledge):
    found = before(function, therapies, region)
    assert found.knowledge == knowledge
    assert "unknown, and not included" in found.said
    assert np.all(found.stated_gy == 0.0) == (knowledge == "unknown")


@pytest.mark.parametrize(
    ("dose_gy", "relative_sd", "bed_gy", "message"),
    [
        (0.0, 0.1, None, "absorbed_dose_gy of region 'kidneys'"),
        (18.0, 1.5, None, "relative_sd of region 'kidneys'"),
        (18.0, 0.1, 17.0, "bed_gy of region 'kidneys'.*at least the absorbed dose"),
    ],
)
def test_a_previous_dose_that_cannot_be_is_refused(dose_gy, relative_sd, bed_gy, message):
    with pytest.raises(InvalidValueError, match=message):
        PreviousDose("kidneys", dose_gy, relative_sd, bed_gy)


def test_the_first_cycle_is_the_measured_one_and_the_trend_compounds():
    factors = cycle_factors(
        CycleChange(-0.14, 0.1), cycles=4, samples=SAMPLES, generator=stream(1, "x")
    )
    assert np.all(factors[:, 0] == 1.0)
    assert np.median(factors, axis=0) == pytest.approx([1, 0.86, 0.86**2, 0.86**3], rel=OF_SAMPLES)
    later = np.log(factors[:, 1:])
    assert np.corrcoef(later.T)[0, 1] == pytest.approx(0.0, abs=5.0 / np.sqrt(SAMPLES))


@pytest.mark.parametrize("change", [(-1.0, 0.0), (0.0, -0.1), (float("nan"), 0.0)])
def test_a_change_that_cannot_be_is_refused(change):
    with pytest.raises(InvalidValueError):
        CycleChange(*change)
