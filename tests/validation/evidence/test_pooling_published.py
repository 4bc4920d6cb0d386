"""Pooling against worked examples that were printed, to their digits.

Data and results were read in the test-suite of the R package metafor and in the data of metadat
(W. Viechtbauer), which quote the pages of the papers:

- T. Stijnen, T. H. Hamza, P. Ozdemir, Stat. Med. 29 (2010) 3046, Tables II and VII: infections of
  catheters (Niel-Weise 2007 and 2008), as proportions and as rates per 1000 days;
- H. C. van Houwelingen, L. R. Arends, T. Stijnen, Stat. Med. 21 (2002) 589: 13 trials of BCG, log
  odds ratios, ML, with the interval of Hartung and Knapp, prediction and regression on latitude;
- the same 13 trials by DerSimonian and Laird;
- J. J. Miller, Am. Stat. 32 (1978) 138: double arcsines and their inversion.

Only figures are carried here. Where metafor and the paper differ in the last digit, metafor's is
the truth, as it says so itself.
"""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.evidence.pooling import fit_normal, pool_rates, pool_shares
from alphatwin.evidence.pooling.effects import (
    double_arcsines,
    expit,
    log_rates,
    logits,
    share_of_double_arcsine,
)
from alphatwin.evidence.pooling.likelihood import Sets, maximise
from alphatwin.evidence.pooling.profile import wald_interval_of
from alphatwin.evidence.pooling.quantiles import normal_quantile, student_quantile

# Infections and patients: standard catheter, then coated one; Niel-Weise 2007
CATHETERS = np.array(
    [
        (3, 117, 0, 116), (3, 35, 1, 44), (9, 195, 2, 208), (7, 136, 0, 130), (6, 157, 5, 151),
        (4, 139, 1, 98), (3, 177, 1, 174), (2, 39, 1, 74), (19, 103, 1, 97), (2, 122, 1, 113),
        (7, 64, 0, 66), (1, 58, 0, 70), (5, 175, 3, 188), (11, 180, 6, 187), (0, 105, 0, 118),
        (1, 262, 0, 252), (3, 362, 1, 345), (1, 69, 4, 64),
    ]
)  # fmt: skip
# Infections and days: coated catheter, then standard one; Niel-Weise 2008
DAYS = np.array(
    [
        (7, 1344, 11, 1988), (8, 1600, 8, 1461), (3, 12012, 14, 10962), (6, 1536, 10, 1503),
        (1, 370, 1, 483), (1, 729, 8, 913), (17, 6760, 15, 6840), (3, 1107, 7, 1015),
        (2, 320, 3, 440),
    ]
)  # fmt: skip
# Tuberculosis yes and no, vaccinated then not, and latitude; Colditz 1994
BCG = np.array(
    [
        (4, 119, 11, 128, 44), (6, 300, 29, 274, 55), (3, 228, 11, 209, 42),
        (62, 13536, 248, 12619, 52), (33, 5036, 47, 5761, 13), (180, 1361, 372, 1079, 44),
        (8, 2537, 10, 619, 19), (505, 87886, 499, 87892, 13), (29, 7470, 45, 7232, 27),
        (17, 1699, 65, 1600, 42), (186, 50448, 141, 27197, 18), (5, 2493, 3, 2338, 33),
        (27, 16886, 29, 17825, 33),
    ]
)  # fmt: skip


def bcg():
    a, b, c, d, latitude = BCG.T.astype(float)
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d, latitude


def exact_fit(events, sizes, family):
    x, n = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    sets = Sets(x[None], n[None], np.ones((1, x.size, 1)), np.ones((1, x.size)), family)
    top = maximise(np.array([[np.log(x.sum() / n.sum()), 0.5]]), sets)
    ends = wald_interval_of(top, quantile=np.array([normal_quantile()]))[0]
    return top.theta[0, 0], top.standard_errors()[0, 0], top.theta[0, 1] ** 2, ends


@pytest.mark.parametrize(
    ("column", "printed"),
    [(0, (-3.50, 0.26, 0.81, 0.029, 0.018, 0.048)), (2, (-4.81, 0.36, 0.83, 0.008, 0.004, 0.016))],
)
def test_binomial_normal_model(column, printed):
    estimate, error, tau2, share, low, high = printed
    found = exact_fit(CATHETERS[:, column], CATHETERS[:, column + 1], "binomial")
    assert (round(found[0], 2), round(found[1], 2), round(found[2], 2)) == (estimate, error, tau2)
    assert round(float(expit(found[0])), 3) == share
    assert np.round(expit(found[3]), 3).tolist() == [low, high]
    pooled = pool_shares(CATHETERS[:, column].tolist(), CATHETERS[:, column + 1].tolist())
    assert round(pooled.leading.value, 3) == share
    assert round(pooled.leading.tau2, 2) == tau2


@pytest.mark.parametrize(
    ("column", "printed"),
    [(2, (1.401, 0.231, 0.317, 4.06, 2.58, 6.38)), (0, (0.849, 0.330, 0.654, 2.34, 1.22, 4.47))],
)
def test_poisson_normal_model(column, printed):
    estimate, error, tau2, rate, low, high = printed
    x, days = DAYS[:, column], DAYS[:, column + 1] / 1000
    found = exact_fit(x, days, "poisson")
    assert (round(found[0], 3), round(found[1], 3), round(found[2], 3)) == (estimate, error, tau2)
    assert np.round(np.exp(found[3]), 2).tolist() == [low, high]
    pooled = pool_rates(x.tolist(), days.tolist())
    assert round(pooled.leading.value, 2) == rate
    assert round(pooled.leading.tau2, 3) == tau2


@pytest.mark.parametrize(
    ("column", "printed"),
    [(0, (-3.3018, 0.2378, 0.6629, 0.023, 0.055)), (2, (-4.26, 0.26, 0.393, 0.008, 0.023))],
)
def test_logits_by_reml(column, printed):
    estimate, error, tau2, low, high = printed
    effects = logits(CATHETERS[:, column], CATHETERS[:, column + 1])
    fit = fit_normal(effects.estimates, effects.variances)
    digits = 4 if column == 0 else 2
    assert round(float(fit.coefficients[0]), digits) == estimate
    assert round(float(fit.standard_errors[0]), digits) == error
    assert round(fit.tau2, 4 if column == 0 else 3) == tau2
    half = normal_quantile() * float(fit.standard_errors[0])
    ends = float(fit.coefficients[0]) + np.array([-half, half])
    assert np.round(expit(ends), 3).tolist() == [low, high]


@pytest.mark.parametrize(
    ("column", "estimate", "error", "tau2"), [(2, 1.468, 0.243, 0.370), (0, 0.981, 0.326, 0.639)]
)
def test_log_rates_by_reml(column, estimate, error, tau2):
    effects = log_rates(DAYS[:, column], DAYS[:, column + 1] / 1000)
    fit = fit_normal(effects.estimates, effects.variances)
    assert round(float(fit.coefficients[0]), 3) == estimate
    assert round(float(fit.standard_errors[0]), 3) == error
    assert round(fit.tau2, 3) == tau2


def test_dersimonian_and_laird():
    y, v, _ = bcg()
    fit = fit_normal(y, v, estimator="DL")
    assert round(float(fit.coefficients[0]), 4) == -0.7474
    assert round(fit.tau2, 4) == 0.3663
    assert round(fit.q, 4) == 163.1649
    assert round(100 * fit.i2_fraction, 4) == 92.6455
    half = normal_quantile() * float(fit.standard_errors[0])
    assert round(float(fit.coefficients[0]) - half, 4) == -1.1242
    assert round(float(fit.coefficients[0]) + half, 4) == -0.3706


def test_maximum_likelihood_with_hartung_knapp_and_prediction():
    y, v, _ = bcg()
    plain = fit_normal(y, v, estimator="ML")
    assert round(plain.tau2, 3) == 0.302
    assert round(float(np.exp(plain.coefficients[0])), 3) == 0.476
    widened = fit_normal(y, v, estimator="ML", hartung_knapp=True)
    half = student_quantile(12) * float(widened.standard_errors[0])
    ends = np.exp(float(widened.coefficients[0]) + np.array([-half, half]))
    assert np.round(ends, 3).tolist() == [0.318, 0.714]
    apart = normal_quantile() * np.sqrt(plain.tau2 + float(plain.covariance[0, 0]))
    further = float(plain.coefficients[0]) + np.array([-apart, apart])
    assert np.round(further, 3).tolist() == [-1.875, 0.391]


def test_regression_on_latitude():
    y, v, latitude = bcg()
    design = np.stack([np.ones_like(y), latitude], axis=1)
    fit = fit_normal(y, v, design=design, estimator="ML")
    assert np.round(fit.coefficients, 3).tolist() == [0.371, -0.033]
    assert np.round(fit.standard_errors, 3).tolist() == [0.106, 0.003]
    assert round(fit.tau2, 3) == 0.004
    without = fit_normal(y, v, estimator="ML").tau2
    assert round(100 * (without - fit.tau2) / without, 1) == 98.7


def test_double_arcsines_and_their_inversion():
    x, n = np.array([3, 6, 10, 1]), np.array([11, 17, 21, 6])
    effects = double_arcsines(x, n)
    assert np.round(2 * effects.estimates, 4).tolist() == [1.1391, 1.2888, 1.5253, 0.9515]
    assert np.round(4 * effects.variances, 4).tolist() == [0.0870, 0.0571, 0.0465, 0.1538]
    weights = 1 / effects.variances
    for w, sum_of_arcsines, share in ((np.ones(4), 1.2262, 0.3164), (weights, 1.3093, 0.3595)):
        mean = float((w * effects.estimates).sum() / w.sum())
        assert round(2 * mean, 4) == sum_of_arcsines
        assert round(float(share_of_double_arcsine(mean, sizes=n)), 4) == share


def test_inversion_brings_every_study_back():
    x, n = np.array([0, 4, 9, 16, 20]), np.array([10, 10, 15, 20, 20])
    effects = double_arcsines(x, n)
    back = [
        float(share_of_double_arcsine(e, sizes=[m]))
        for e, m in zip(effects.estimates, n, strict=True)
    ]
    assert back == pytest.approx([0.0, 0.4, 0.6, 0.8, 1.0], abs=1e-7)  # as printed there
    w = 1 / effects.variances
    mean, half = (w * effects.estimates).sum() / w.sum(), normal_quantile() / np.sqrt(w.sum())
    three = [mean, mean - half, mean + half]
    found = [round(float(share_of_double_arcsine(value, sizes=n)), 4) for value in three]
    assert found == [0.6886, 0.5734, 0.7943]
