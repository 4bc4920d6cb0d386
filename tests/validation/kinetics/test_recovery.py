"""Recovery of known curves: the estimate is unbiased and its interval keeps its promise.

Simulated patients (effective half-lives lognormal about 50 h for kidneys and 77 h for lesions,
spread by a factor of 1.3; uptake half-times about 3 h; fast phases of about 5 h with 20 to 60 % of
the activity), measured at 96 h (1 point), 24 and 96 h (2), 4, 24 and 120 h (3), or 1, 4, 24, 72
and 168 h (5). 400 patients per row. Coverage of the 95 % interval in per
cent, averaged over models by evidence and of the leading model alone; width: upper over lower
limit; then bias/root mean square error of the time-integrated activity in
per cent (f: per cent of patients without an answer within a factor of 3).
`python tests/validation/kinetics/recovery.py` prints the table.

| tissue | n | noise | coverage | width | averaged | chosen | Haensch. | Madsen | trapez. | 2 exp |
|---|---|---|---|---|---|---|---|---|---|---|
| 1 phase | 1 | 5 | 95.8, 95.8 | 1.65 | -1/11 | -1/11 | -1/11 | -1/11 | +17/20 | - |
| 1 phase | 1 | 10 | 96.2, 96.2 | 1.85 | +1/13 | +1/13 | -0/13 | -1/13 | +17/22 | - |
| 1 phase | 1 | 20 | 94.8, 94.8 | 2.47 | +1/23 | +1/23 | -2/23 | -2/23 | +16/32 | - |
| 1 phase | 2 | 5 | 100.0, 96.2 | 1.35 | -0/4 | +0/4 | +1/11 | +0/11 | +54/54 | - |
| 1 phase | 2 | 10 | 98.5, 97.0 | 1.48 | +0/7 | +1/7 | -2/15 | -2/15 | +55/56 | - |
| 1 phase | 2 | 20 | 96.2, 94.2 | 1.88 | +0/15 | -0/15 | -1/22 | -1/22 | +55/62 | - |
| 1 phase | 3 | 5 | 95.5, 95.0 | 1.13 | +0/3 | +0/3 | -10/21, f 1 | +1/18, f 1 | +48/48 | - |
| 1 phase | 3 | 10 | 95.0, 95.0 | 1.28 | -1/7 | -1/7 | -13/22 | -2/20 | +47/48 | - |
| 1 phase | 3 | 20 | 93.2, 93.0 | 1.63 | -0/14 | +0/14 | -12/27, f 1 | -1/29 | +49/55 | - |
| 1 phase | 5 | 5 | 93.8, 92.5 | 1.10 | +0/3 | +0/3 | +3/8 | -3/7 | +26/26 | +1/4, f 6 |
| 1 phase | 5 | 10 | 96.8, 95.5 | 1.21 | +0/5 | +0/5 | +4/12 | -2/11 | +26/27 | +3/9, f 6 |
| 1 phase | 5 | 20 | 97.0, 96.2 | 1.46 | -0/9 | -1/9 | +1/20 | -5/19 | +26/30 | +7/21, f 5 |
| uptake | 1 | 5 | 94.2, 95.0 | 1.39 | +2/8 | +0/8 | +8/11 | +2/8 | +27/29 | - |
| uptake | 1 | 10 | 93.5, 94.8 | 1.60 | +1/13 | +0/12 | +7/15 | +2/13 | +26/31 | - |
| uptake | 1 | 20 | 93.0, 93.2 | 2.26 | +3/23 | +2/23 | +9/26 | +3/23 | +28/42 | - |
| uptake | 2 | 5 | 94.0, 92.8 | 1.42 | +3/9 | +1/9 | +8/12 | +2/9 | +50/51 | - |
| uptake | 2 | 10 | 95.5, 95.2 | 1.62 | +3/13 | +1/13 | +7/16 | +2/13 | +50/53 | - |
| uptake | 2 | 20 | 94.5, 95.5 | 2.05 | +1/19 | -0/18 | +7/25 | +1/22 | +48/58 | - |
| uptake | 3 | 5 | 94.5, 94.0 | 1.22 | +0/5 | +0/5 | +7/11 | +2/8 | +39/39 | - |
| uptake | 3 | 10 | 95.8, 95.2 | 1.44 | -1/9 | -0/9 | +6/14 | +1/12 | +38/40 | - |
| uptake | 3 | 20 | 96.0, 96.0 | 1.88 | +1/16 | +1/16 | +11/26 | +5/23 | +41/47 | - |
| uptake | 5 | 5 | 94.0, 94.0 | 1.13 | -0/4 | -0/4 | +1/12 | +2/12 | +24/24 | +8/37, f 2 |
| uptake | 5 | 10 | 95.8, 95.8 | 1.28 | +0/6 | +0/6 | +1/14 | +2/14 | +23/25 | +8/39, f 3 |
| uptake | 5 | 20 | 96.2, 96.0 | 1.60 | +0/11 | +0/11 | +1/25 | +2/25 | +26/29 | +10/44, f 5 |
| 2 phases | 1 | 5 | 95.2, 95.2 | 1.65 | -6/14 | -6/14 | -6/14 | -6/14 | +11/15 | - |
| 2 phases | 1 | 10 | 91.0, 91.0 | 1.85 | -7/18 | -7/18 | -8/18 | -8/18 | +8/20 | - |
| 2 phases | 1 | 20 | 92.2, 92.2 | 2.48 | -8/24 | -8/24 | -11/24 | -11/24 | +5/27 | - |
| 2 phases | 2 | 5 | 97.8, 66.0 | 1.37 | -5/7 | -5/7 | -7/15 | -8/16 | +46/46 | - |
| 2 phases | 2 | 10 | 98.2, 85.8 | 1.48 | -5/10 | -5/10 | -8/18, f 1 | -8/18, f 1 | +46/48 | - |
| 2 phases | 2 | 20 | 96.8, 94.0 | 1.89 | -3/15 | -4/15 | -10/25 | -10/25 | +48/54 | - |
| 2 phases | 3 | 5 | 96.0, 95.2 | 1.15 | +0/3 | +0/3 | -16/24, f 1 | -6/20, f 1 | +47/47 | - |
| 2 phases | 3 | 10 | 96.0, 95.2 | 1.28 | +1/7 | +1/7 | -17/26, f 1 | -7/22 | +47/48 | - |
| 2 phases | 3 | 20 | 94.5, 93.8 | 1.61 | +1/13 | +1/13 | -19/28, f 2 | -9/27, f 1 | +47/52 | - |
| 2 phases | 5 | 5 | 93.0, 92.0 | 1.11 | +1/3 | +1/3 | -3/9 | -9/12 | +27/27 | +1/4, f 1 |
| 2 phases | 5 | 10 | 93.5, 92.5 | 1.23 | +1/5 | +1/5 | -4/12 | -10/14 | +27/28 | +2/11, f 1 |
| 2 phases | 5 | 20 | 92.2, 91.8 | 1.47 | +4/11 | +4/11 | -3/20 | -8/20 | +29/32 | +7/22, f 8 |
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from alphatwin.kinetics.models import CLEARANCE, TWO_PHASE_CLEARANCE
from validation.kinetics.recovery import NOISES, TIMES_H, TRUTHS, Row, recovery

PATIENTS = 150
# Four standard errors of a share of 0.95 among 150 patients: seldom passed by chance in 36 rows.
COVERAGE_SLACK = 4.0 * math.sqrt(0.95 * 0.05 / PATIENTS)
LEAST_OF_ALL, MOST_OF_ALL = 0.90, 0.98  # pooled over the rows of a tissue, as the issue asks
UNSEEN_FAST_PHASE = 0.02
"""Coverage lost at one point, which says nothing of a fast phase and nothing is assumed of it."""
LARGEST_BIAS = 0.03  # and three standard errors of a median
UNSEEN_SHARE = 0.08
"""Bias where a fast phase is missed: its part of the integral, 0.2/0.8 to 0.6/0.4 of 5 h/50 h."""
NOT_WORSE = 1.03
"""Error of the average over that of the chosen model, pooled: equal but for chance."""
NEAR_THE_BEST = 1.15
"""Error over that of the best recipe of a row, at one point, where all know the same."""


@cache
def rows_of(truth: str) -> tuple[Row, ...]:
    return tuple(
        recovery(truth, points=points, noise=noise, patients=PATIENTS)
        for points in TIMES_H
        for noise in NOISES
    )


@pytest.fixture(scope="module", params=TRUTHS)
def rows(request) -> tuple[Row, ...]:
    return rows_of(request.param)


def pooled(rows: tuple[Row, ...], method: str) -> float:
    return math.sqrt(float(np.mean([row.methods[method].rmse ** 2 for row in rows])))


def test_intervals_hold_the_truth_as_often_as_they_promise(rows):
    for row in rows:
        lost = UNSEEN_FAST_PHASE if row.truth == TWO_PHASE_CLEARANCE and row.points == 1 else 0.0
        assert row.coverage > 0.95 - COVERAGE_SLACK - lost, row
        assert row.coverage_ac225 > 0.95 - COVERAGE_SLACK - lost, row
    assert LEAST_OF_ALL < np.mean([row.coverage for row in rows]) < MOST_OF_ALL


def test_coverage_for_each_number_of_points_is_as_asked():
    """Over tissues and noises; two points of one phase alone cover more, see the table."""
    every = [row for truth in TRUTHS for row in rows_of(truth)]
    for points in TIMES_H:
        found = np.mean([row.coverage for row in every if row.points == points])
        assert LEAST_OF_ALL < found < MOST_OF_ALL, points


def test_estimates_are_unbiased_unless_nothing_was_measured_of_a_phase(rows):
    for row in rows:
        unseen = row.truth == TWO_PHASE_CLEARANCE and row.points < 3
        of_median = 3.0 * 1.25 * row.methods["averaged"].rmse / math.sqrt(PATIENTS)
        allowed = (UNSEEN_SHARE if unseen else LARGEST_BIAS) + of_median
        assert abs(row.methods["averaged"].bias) < allowed, row
        assert row.methods["averaged"].failed < 0.03, row


def test_averaging_is_not_worse_than_choosing(rows):
    assert pooled(rows, "averaged") < NOT_WORSE * pooled(rows, "chosen")
    off = [abs(np.mean([row.coverage for row in rows]) - 0.95)]
    off += [abs(np.mean([row.coverage_chosen for row in rows]) - 0.95)]
    assert off[0] < off[1] + 0.015
    # Where two points leave a fast phase open, choosing leaves it out of the interval.
    two = [row for row in rows if row.points == 2]
    if rows[0].truth == TWO_PHASE_CLEARANCE:
        assert min(row.coverage for row in two) > 0.92
        assert min(row.coverage_chosen for row in two) < 0.80


def test_no_recipe_is_better(rows):
    for row in rows:
        ours = row.methods["averaged"].rmse
        recipes = {k: v for k, v in row.methods.items() if k not in {"averaged", "chosen"}}
        best = min(one.rmse for one in recipes.values())
        assert ours < best * (NEAR_THE_BEST if row.points == 1 else 1.1), row
        if row.points == 5:
            assert ours < 0.9 * recipes["two exponentials"].rmse, row


def test_more_points_and_less_noise_mean_narrower_intervals(rows):
    by_points = {row.points: row.width for row in rows if row.noise == 0.10}
    # A second point on one phase makes a second phase thinkable: up to 5 % wider for uptake.
    assert 1.05 * by_points[1] > by_points[2] > by_points[3] > by_points[5]
    if rows[0].truth == CLEARANCE:
        by_noise = [row.width for row in rows if row.points == 3]
        assert by_noise == sorted(by_noise)
