"""Recovery of known curves: the estimate is unbiased and its interval keeps its promise."""

from __future__ import annotations

import math

import pytest
from validation.kinetics.recovery import TIMES_H, recovery

PATIENTS = 400
# Four standard errors of a share of 0.95 among 400 patients are 4.4 %: seldom passed by chance
# (16 shares are asserted), yet it catches intervals a fifth too narrow (coverage 88 %).
COVERAGE_SLACK = 4.0 * math.sqrt(0.95 * 0.05 / PATIENTS)
# The median of 400 ratios with a spread of 0.13 has a standard error of 0.8 %.
LARGEST_BIAS = 0.03


@pytest.mark.parametrize("points", TIMES_H)
@pytest.mark.parametrize("truth", ["clearance", "uptake and clearance"])
def test_bias_and_coverage(truth, points):
    row = recovery(truth, points=points, patients=PATIENTS)
    assert abs(row.bias) < LARGEST_BIAS, row
    assert abs(row.bias_ac225) < LARGEST_BIAS, row
    assert row.coverage == pytest.approx(0.95, abs=COVERAGE_SLACK), row
    assert row.coverage_ac225 == pytest.approx(0.95, abs=COVERAGE_SLACK), row
    # Promise of the issue, whatever the arithmetic of chance.
    assert 0.90 <= row.coverage <= 0.98, row
    assert row.chosen.get(truth, 0) >= 0.75 * PATIENTS, row
