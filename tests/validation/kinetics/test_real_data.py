"""Real patients: fits must stay near what bare arithmetic on the points allows.

Sources of the points: Y. K. Dewaraja and B. J. Van, University of Michigan Deep Blue Data (2021),
doi:10.7302/0n8e-rz46 (two liver lesions after 177Lu-DOTATATE, 10 % uncertainty assumed here);
L. Dias, repository of a master's thesis (177Lu-PSMA, two patients, eight regions, three times).

Fitted at 10 % with weak priors (lesions: with the population's half-life); residuals in standard
uncertainties of the leading model at each time; Laplace over sampling, median and spread of the
integral.

| curve | leading models, % | MBq h, median (95 %) | residuals | Laplace |
|---|---|---|---|---|
| lesion 1 | uptake 81, 1 phase 18 | 2.545e+04 (1.585e+04 to 3.93e+04) | +0.0, -0.0 | 1.00, 1.02 |
| lesion 2 | uptake 100 | 1242 (761.5 to 1989) | -0.0, -0.0 | 1.00, 1.02 |
| 2 liver | 2 phases 100 | 8022 (6884 to 9684) | +0.1, -0.3, +0.2 | 0.97, 1.17 |
| 2 spleen | 2 phases 100 | 323.9 (280.3 to 387.4) | +0.1, -0.3, +0.2 | 0.97, 1.17 |
| 2 right kid | 2 phases 74, 1 phase 25 | 3668 (3060 to 4347) | +0.1, -1.9, +1.8 | 0.99, 1.37 |
| 2 left kid | 1 phase 77, 2 phases 18 | 5277 (4304 to 6317) | +1.1, -1.8, +0.6 | 0.96, 1.14 |
| 2 bladder | 2 phases 100 | 5392 (4565 to 6391) | +0.1, -1.1, +0.9 | 0.98, 1.36 |
| 2 tumor 1 | 1 phase 80, uptake 17 | 2881 (2424 to 3312) | -1.0, -0.5, +1.4 | 0.99, 1.52 |
| 2 tumor 2 | uptake 97, 1 phase 3 | 122.2 (103.3 to 142.7) | +0.1, -2.2, +2.1 | 1.00, 1.38 |
| 2 remaining | 2 phases 100 | 9.801e+04 (8.24e+04 to 1.2e+05) | +0.1, -0.3, +0.3 | 0.97, 1.26 |
| 1 liver | 2 phases 100 | 4501 (3977 to 5440) | +0.1, -0.1, +0.0 | 0.97, 0.80 |
| 1 spleen | 2 phases 100 | 448.2 (396.8 to 532.9) | +0.1, -0.1, +0.0 | 0.98, 0.92 |
| 1 right kid | 1 phase 77, 2 phases 12 | 7494 (6566 to 8826) | -0.4, +0.4, -0.1 | 0.99, 0.97 |
| 1 left kid | 1 phase 77, 2 phases 13 | 6251 (5500 to 7214) | -0.2, +0.3, -0.0 | 0.99, 1.01 |
| 1 bladder | 1 phase 68, 2 phases 26 | 4715 (4205 to 5313) | +0.6, -0.7, +0.1 | 1.00, 0.99 |
| 1 tumor 1 | uptake 74, 1 phase 25 | 1027 (829.7 to 1340) | +0.0, -0.1, +0.1 | 0.96, 0.89 |
| 1 tumor 2 | uptake 100 | 388.3 (306 to 525) | -0.0, -0.1, +0.1 | 0.97, 0.97 |
| 1 remaining | 2 phases 98 | 6.13e+04 (5.43e+04 to 7.07e+04) | 0.0, 0.0, 0.0 | 0.98, 0.90 |
"""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from alphatwin.kinetics import (
    Fit,
    Observations,
    Prior,
    Priors,
    decay_shares,
    fit,
    time_integrated_activity_bq_s,
)
from alphatwin.uncertainty import Lognormal, stream, summarise

if TYPE_CHECKING:
    from pathlib import Path

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
BI213_PER_S = math.log(2.0) / (45.59 * 60.0)
POPULATION = Priors(
    Prior("half-life", Lognormal.from_mean_sd(95.0 * HOUR_S, 30.0 * HOUR_S), "test", "assumed")
)
LESIONS_MBQ = {"lesion 1": (128.18, 162.86), "lesion 2": (5.34, 8.04)}
LESION_TIMES_H = (3.74, 27.73)
ANCHORS_FROM_H = 600.0
"""Rows at t = 0 and from here on are somebody's anchors of a fit, not measurements."""
OF_BARE_ARITHMETIC = 0.30
"""Log-linear areas know no uptake or fast phase before 4 h and take the last slope for the tail:
they differ from any fit by that much, a wrong unit or decay correction by far more."""


def fitted(times_h: tuple[float, ...], activity_mbq: tuple[float, ...], priors: Priors) -> Fit:
    n = len(times_h)
    seen = Observations(
        np.array(times_h) * HOUR_S,
        np.array(activity_mbq) * 1e6,
        np.full(n, 0.1),
        np.full(n, np.nan),
        "Lu-177",
        scales_with_volume=False,
    )
    return fit(
        seen,
        administered_bq=7210.4e6,
        decay_constant_per_s=LU177_PER_S,
        priors=priors,
        samples=10_000,
        generator=stream(1, "real"),
    )


def decays_bq_s(found: Fit) -> np.ndarray:
    return time_integrated_activity_bq_s(
        found.curve, administered_bq=7210.4e6, decay_constant_per_s=LU177_PER_S
    )


@pytest.mark.parametrize("lesion", LESIONS_MBQ)
def test_lesions_on_the_rising_part(lesion):
    first, last = LESIONS_MBQ[lesion]
    found = fitted(LESION_TIMES_H, (first, last), POPULATION)
    assert found.model == "uptake and clearance"
    assert np.abs(found.standardised_residuals).max() < 0.5
    # Both points are on the rise: the half-life is the population's, and no narrower.
    half_life = np.log(found.parameters["effective_half_life_s"] / HOUR_S)
    assert found.best_parameters["effective_half_life_s"] / HOUR_S == pytest.approx(90.0, rel=0.05)
    assert half_life.std() > 0.8 * math.log(
        POPULATION.effective_half_life.distribution.geometric_sd
    )
    # At least the triangle and trapezium under the points; at most those, level until 27.73 h,
    # and a tail of physical decay alone, with 20 % for two uncertainties of the points.
    least = 0.5 * LESION_TIMES_H[0] * first + 0.5 * (first + last) * 23.99
    most = 27.73 * last + last / (LU177_PER_S * HOUR_S)
    total = summarise(decays_bq_s(found) / 1e6 / HOUR_S)
    assert least < float(total.low)
    assert float(total.high) < 1.2 * most
    assert float(total.high) / float(total.low) > 2.0  # two points on the rise say no more


def test_of_a_lesion_nothing_of_bismuth_is_seen_and_most_of_lutetium_comes_after():
    found = fitted(LESION_TIMES_H, LESIONS_MBQ["lesion 1"], POPULATION)
    times = {"first_s": LESION_TIMES_H[0] * HOUR_S, "last_s": LESION_TIMES_H[1] * HOUR_S}
    lutetium = decay_shares(found.curve, decay_constant_per_s=LU177_PER_S, **times)
    bismuth = decay_shares(found.curve, decay_constant_per_s=BI213_PER_S, **times)
    assert lutetium.after > 0.75
    assert bismuth.before > 0.85  # less than the 97 % of instant uptake: it arrives late
    assert bismuth.after < 1e-4


def series(reference: Path) -> dict[tuple[str, str], tuple[tuple[float, ...], tuple[float, ...]]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with (reference / "clinical" / "lu177_psma_two_patients_tac.csv").open() as file:
        for row in csv.DictReader(file):
            if 0.0 < float(row["t_h"]) < ANCHORS_FROM_H:
                point = (float(row["t_h"]), float(row["activity_MBq"]))
                found.setdefault((row["patient"], row["organ"]), []).append(point)
    return {key: tuple(zip(*points, strict=True)) for key, points in found.items()}


def bare_area_mbq_h(times_h: tuple[float, ...], activity_mbq: tuple[float, ...]) -> float:
    """Level before the first point, log-linear between, last slope (at least physical) after."""
    total = times_h[0] * activity_mbq[0]
    slope = 0.0
    for (t1, a1), (t2, a2) in pairwise(zip(times_h, activity_mbq, strict=True)):
        slope = math.log(a1 / a2) / (t2 - t1)
        total += (a1 - a2) / slope
    return total + activity_mbq[-1] / max(slope, LU177_PER_S * HOUR_S)


def test_eight_regions_of_two_patients(reference):
    every = series(reference)
    assert len(every) == 16
    for key, (times_h, activity_mbq) in every.items():
        found = fitted(times_h, activity_mbq, Priors())
        total = summarise(decays_bq_s(found) / 1e6 / HOUR_S)
        bare = bare_area_mbq_h(times_h, activity_mbq)
        assert float(total.median) == pytest.approx(bare, rel=OF_BARE_ARITHMETIC), key
        assert np.abs(found.standardised_residuals).max() < 3.0, key
        assert found.effective_sample_size > 5000.0, key
        assert not any(point.is_outlier for point in found.points), key
        # Three points leave a bent posterior: Laplace is good for its middle, not for its width.
        assert found.laplace.median_ratio == pytest.approx(1.0, abs=0.06), key
        assert found.laplace.sd_ratio == pytest.approx(1.0, abs=0.6), key
        assert 1.05 < float(total.high) / float(total.low) < 2.0, key
    # What a reader sees in the points: a tumour that still fills, a liver that empties twice.
    assert fitted(*every["1", "tumor_2"], Priors()).model == "uptake and clearance"
    assert fitted(*every["2", "liver"], Priors()).model == "two-phase clearance"
