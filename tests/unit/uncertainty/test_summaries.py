"""Medians and 95 % intervals."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import summarise


def test_percentiles_of_a_ladder():
    found = summarise(np.arange(0.0, 1001.0))
    assert (found.median, found.low, found.high) == (500.0, 25.0, 975.0)
    assert isinstance(found.median, float)


def test_further_axes_are_kept():
    found = summarise(np.arange(0.0, 41.0)[:, None] * np.array([1.0, 2.0]))
    assert np.array_equal(found.low, [1.0, 2.0])
    assert np.array_equal(found.median, [20.0, 40.0])
    assert np.array_equal(found.high, [39.0, 78.0])


@pytest.mark.parametrize("samples", [3.0, [], np.empty((0, 2))])
def test_no_samples_are_refused(samples):
    with pytest.raises(InvalidValueError, match="at least one sample"):
        summarise(samples)


def test_nan_is_refused():
    with pytest.raises(InvalidValueError, match="NaN"):
        summarise([1.0, np.nan, 2.0])
