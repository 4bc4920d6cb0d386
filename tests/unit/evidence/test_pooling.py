"""Pooling: a second route to each number, empty cells, refusals, and which figures may meet."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import chdtrc, expit, gammaln, stdtrit

from alphatwin.errors import InvalidValueError
from alphatwin.evidence import records
from alphatwin.evidence.pooling import (
    choose,
    fit_normal,
    leave_one_out,
    pool_rates,
    pool_shares,
    regress,
)
from alphatwin.evidence.pooling.likelihood import Sets, log_likelihood, maximise
from alphatwin.evidence.pooling.pool import EXACT_SUM
from alphatwin.evidence.pooling.profile import profile_interval
from alphatwin.evidence.pooling.quantiles import (
    chi2_tail,
    normal_quantile,
    student_quantile,
)

X, N = [15, 4, 5, 0, 20, 9], [24, 9, 17, 6, 35, 9]  # with an empty and a full study
NODES = 5e-5  # of the log-likelihood: what 25 nodes leave at tau = 2.5; 1.92 makes an interval
SERIES = 1e-10  # continued fraction and finite sum against SciPy, relative
BRUTE = 2e-6  # adaptive quadrature and a simplex search agree to about their own tolerances


def one_set(x, n, family="binomial", design=None):
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    design = np.ones((x.size, 1)) if design is None else np.asarray(design, dtype=float)
    return Sets(x[None], n[None], design[None], np.ones((1, x.size)), family)


def brute_log_likelihood(mu, tau, x, n, family="binomial"):
    """Return the log-likelihood by adaptive quadrature over each random effect."""
    total = 0.0
    for y, m in zip(x, n, strict=True):

        def integrand(z, shift, y=y, m=m):
            eta = mu + tau * z
            if family == "binomial":
                log_p = y * eta - m * np.logaddexp(0.0, eta)
            else:
                log_p = y * eta - m * np.exp(eta)
            return np.exp(log_p - shift - 0.5 * z * z) / np.sqrt(2 * np.pi)

        grid = np.linspace(-8, 8, 801)
        highest = float(np.log(max(integrand(z, 0.0) for z in grid)))
        inner = quad(integrand, -9, 9, args=(highest,), epsabs=0, epsrel=1e-11, limit=200)[0]
        total += highest + np.log(inner)
    return total


@pytest.mark.parametrize(("mu", "tau"), [(-0.3, 0.0), (0.4, 0.7), (-2.0, 2.5)])
@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_quadrature_gives_the_likelihood_that_brute_force_gives(mu, tau, family):
    at, sets = np.array([[mu, tau]]), one_set(X, N, family)
    brute = brute_log_likelihood(mu, tau, X, N, family)
    assert log_likelihood(at, sets).value[0] == pytest.approx(brute, abs=NODES)
    assert log_likelihood(at, sets, nodes=121).value[0] == pytest.approx(brute, abs=0.01 * NODES)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_derivatives_are_those_of_the_value(family):
    sets = one_set(X, N, family, design=[(1, i % 2) for i in range(6)])
    at, h = np.array([[-0.4, 0.6, 0.8]]), 1e-5
    here = log_likelihood(at, sets, nodes=61)
    for i in range(3):
        step = np.zeros((1, 3))
        step[0, i] = h
        up, down = (log_likelihood(at + s * step, sets, nodes=61) for s in (1, -1))
        slope = (up.value - down.value)[0] / (2 * h)
        assert here.gradient[0, i] == pytest.approx(slope, rel=1e-6)
        bend = (up.gradient - down.gradient)[0] / (2 * h)
        assert here.hessian[0, i] == pytest.approx(bend, rel=1e-5, abs=1e-6)


def test_the_pooled_share_is_where_brute_force_finds_it():
    best = minimize(
        lambda t: -brute_log_likelihood(t[0], t[1], X, N), [0.0, 0.5], method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-11},
    )  # fmt: skip
    found = pool_shares(X, N).leading
    assert found.value == pytest.approx(float(expit(best.x[0])), abs=BRUTE)
    assert found.tau2 == pytest.approx(float(best.x[1]) ** 2, abs=1e-5)


def test_a_profile_has_fallen_at_its_ends_by_what_its_level_says():
    sets = one_set(X, N)
    top = maximise(np.array([[0.0, 0.5]]), sets)
    q = normal_quantile()
    for end in profile_interval(sets, top, quantile=np.array([q]))[0]:
        best = minimize(lambda t, m=end: -brute_log_likelihood(m, t[0], X, N), [1.0], tol=1e-10)
        highest = brute_log_likelihood(*top.theta[0], X, N)
        assert 2 * (highest + best.fun) == pytest.approx(q * q, rel=1e-4)


def test_every_end_of_many_profiles_is_found_at_once():
    """Sets of very unequal width, one without any event: each is as it would be alone."""
    events = np.array([[0, 0, 0], [1, 0, 0], [5, 9, 30], [2, 2, 2]], dtype=float)
    sizes = np.array([[4, 9, 7], [4, 9, 7], [9, 20, 61], [2, 3, 2]], dtype=float)
    sets = Sets(events, sizes, np.ones((4, 3, 1)), np.ones((4, 3)), "binomial")
    start = np.array([[0.0, 0.5]])
    top = maximise(np.repeat(start, 4, axis=0), sets)
    q = normal_quantile()
    ends = profile_interval(sets, top, quantile=np.full(4, q))
    assert np.isnan(ends[0, 0])  # nothing speaks against a share of zero
    for i in (1, 2, 3):
        alone = one_set(events[i], sizes[i])
        own = maximise(start, alone)
        assert ends[i] == pytest.approx(
            profile_interval(alone, own, quantile=np.array([q]))[0], rel=1e-6, nan_ok=True
        )
        assert not np.isnan(ends[i, 1])


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 9, 30, 31, 200])
def test_quantiles_and_tails_are_those_of_scipy(degrees):
    assert student_quantile(degrees) == pytest.approx(stdtrit(degrees, 0.975), rel=SERIES)
    for value in (0.0, 1e-6, 0.4, 3.84, 25.0, 300.0):
        tail = chi2_tail(value, degrees_of_freedom=degrees)
        assert tail == pytest.approx(chdtrc(degrees, value), rel=SERIES, abs=1e-300)


def test_reml_is_highest_where_it_says():
    rng = np.random.default_rng(3)
    v = rng.uniform(0.05, 0.6, 7)
    y = rng.normal(0.3, np.sqrt(v + 0.4))
    fit = fit_normal(y, v)

    def restricted(tau2):
        w = 1 / (v + tau2)
        mean = (w * y).sum() / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - (w * (y - mean) ** 2).sum())

    assert fit.tau2 > 0
    assert restricted(fit.tau2) >= max(restricted(fit.tau2 * f) for f in (0.999, 1.001))


def test_alike_studies_pool_as_one():
    pooled = pool_shares([6, 12, 18], [15, 30, 45])
    assert pooled.leading.value == pytest.approx(0.4, abs=1e-9)
    assert pooled.leading.tau2 == pytest.approx(0.0, abs=1e-9)
    error = 1 / np.sqrt(90 * 0.4 * 0.6)  # of one binomial of all patients
    high = float(expit(np.log(0.4 / 0.6) + student_quantile(2) * error))
    assert pooled.leading.high == pytest.approx(high, rel=1e-6)


def test_a_mirrored_outcome_has_the_mirrored_pool():
    one, other = pool_shares(X, N), pool_shares([n - x for x, n in zip(X, N, strict=True)], N)
    assert one.leading.value == pytest.approx(1 - other.leading.value, abs=1e-9)
    assert one.leading.low == pytest.approx(1 - other.leading.high, abs=1e-9)
    for a, b in zip(one.others, other.others, strict=True):
        assert a.value == pytest.approx(1 - b.value, abs=1e-6)


@pytest.mark.parametrize("full", [False, True])
def test_studies_without_any_event_stand_as_the_sum_of_their_patients(full):
    pooled = pool_shares([5, 9, 6] if full else [0, 0, 0], [5, 9, 6])
    assert pooled.leading.method == EXACT_SUM
    bound = 0.025 ** (1 / 20)  # closed form of the exact interval of 20 of 20
    ends = (bound, 1.0) if full else (0.0, 1 - bound)
    assert (pooled.leading.low, pooled.leading.high) == pytest.approx(ends, abs=1e-9)
    assert pooled.leading.tau2 is None
    assert "no highest point" in pooled.cautions[0]


def test_empty_studies_beside_full_ones_have_no_top_and_an_answer():
    pooled = pool_shares([0, 10, 0, 12], [10, 10, 12, 12])
    assert pooled.leading.method == "logit, inverse variance, REML"
    assert "no highest point" in pooled.cautions[1]
    assert 0.0 < pooled.leading.low < pooled.leading.high < 1.0


def test_one_study_is_not_pooled():
    pooled = pool_shares([4], [9])
    assert (pooled.leading.method, pooled.others) == ("one study", ())
    assert pooled.leading.prediction_low is None


def test_two_studies_have_no_prediction_and_a_caution():
    pooled = pool_shares([4, 5], [9, 17])
    assert pooled.leading.prediction_low is None
    assert "hardly known" in pooled.cautions[0]


def test_leaving_one_out_is_pooling_the_others():
    for i, found in enumerate(leave_one_out(X, N)):
        rest = [v for j, v in enumerate(X) if j != i], [v for j, v in enumerate(N) if j != i]
        expected = pool_shares(*rest).leading
        for name in ("value", "low", "high", "prediction_low", "prediction_high", "tau2"):
            assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-6), name


def test_leaving_out_the_only_study_with_events_is_no_maximum_but_an_answer():
    assert leave_one_out([0, 0, 3], [5, 9, 6])[2].method == EXACT_SUM


def test_groups_of_alike_studies_have_the_odds_ratio_of_their_sums():
    found = regress(
        [6, 12, 9, 18], [15, 30, 12, 24], groups=["a", "a", "b", "b"], moderator="agent"
    )
    assert (found.reference, found.contrasts[0].group) == ("a", "b")
    assert found.contrasts[0].odds_ratio == pytest.approx((3 / 1) / (0.4 / 0.6), rel=1e-6)
    x, n = np.array([18.0, 27.0]), np.array([45.0, 36.0])
    p = x / n
    apart = (x * np.log(p) + (n - x) * np.log(1 - p)).sum()
    p = x.sum() / n.sum()
    together = x.sum() * np.log(p) + (n.sum() - x.sum()) * np.log(1 - p)
    # tau is 0 with groups; without them it may be positive, which can only raise `together`
    assert 0 < found.likelihood_ratio <= 2 * (apart - together) + 1e-9


def test_a_group_without_events_is_left_out_of_a_regression_and_named():
    found = regress([6, 12, 9, 18, 0], [15, 30, 12, 24, 7], groups=list("aabbc"), moderator="agent")
    assert [c.group for c in found.contrasts] == ["b"]
    assert found.left_out[0].startswith("c: ")
    assert regress([1, 2, 3], [5, 6, 7], groups=list("abc"), moderator="agent") is None


@pytest.mark.parametrize(
    ("x", "n"), [([], []), ([3], [2]), ([-1], [2]), ([1.5], [2]), ([1, 2], [3]), ([0], [0])]
)
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(InvalidValueError, match="counts are whole"):
        pool_shares(x, n)


def test_rates_without_events_or_time_are_refused():
    with pytest.raises(InvalidValueError, match="two studies and an event, got 2 and 0"):
        pool_rates([0, 0], [1.0, 2.0])
    with pytest.raises(InvalidValueError, match="over a positive time"):
        pool_rates([1, 1], [1.0, 0.0])
    with pytest.raises(InvalidValueError, match="no degree of freedom"):
        fit_normal([0.1], [0.2])
    with pytest.raises(InvalidValueError, match="variances positive"):
        fit_normal([0.1, 0.2], [0.2, 0.0])


def test_a_rate_has_the_poisson_likelihood_at_its_top():
    x, t = [3, 8, 1], [120.0, 150.0, 90.0]
    found = pool_rates(x, t).leading
    best = minimize(
        lambda p: -brute_log_likelihood(p[0], p[1], x, t, "poisson"), [-3.0, 0.3],
        method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11},
    )  # fmt: skip
    assert found.value == pytest.approx(float(np.exp(best.x[0])), rel=1e-4)
    assert gammaln(2) == pytest.approx(0.0)  # constants of the data stand in neither


def test_nobody_is_counted_twice():
    for outcome in ("orr", "dcr"):
        choice = choose(records(), outcome=outcome)
        trial = {one.id: one.report_of or one.id for one in records()}
        people = [(row.agent, trial[row.record], row.prior) for row in choice.rows]
        assert len(set(people)) == len(people)
        assert all(row.n is not None and row.superseded_by is None for row in choice.rows)
        assert all(row.study_kind not in {"case", "synthesis", "review"} for row in choice.rows)


def test_what_is_left_out_says_why():
    why = {(one.record, one.why) for one in choose(records(), outcome="orr").left_out}
    assert ("netter-2", "a comparator, no agent of the catalogue") in why
    assert any(r == "netter-1" and "denominator is not known" in w for r, w in why)
    assert any(r == "ballal-2020" and "whose own figure cannot be pooled" in w for r, w in why)
    assert any(r == "prrt-meta-analysis" and "twice" in w for r, w in why)
    assert any(r == "alphamedix-02-2025" and "the same people" in w for r, w in why)


def test_central_judgement_stands_before_that_of_investigators():
    rows = choose(records(), outcome="orr", agent="AlphaMedix").rows
    assert {row.assessor for row in rows if row.record == "alphamedix-02-2025"} == {"central"}
