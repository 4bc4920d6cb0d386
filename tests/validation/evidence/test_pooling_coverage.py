"""How often the intervals of a pool hold the truth, for few and small studies.

Truth is the construction: studies of 6 to 40 patients are drawn from a normal distribution of log
odds, and their responders from binomials.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from alphatwin.evidence.pooling.likelihood import Sets, log_likelihood, maximise
from alphatwin.evidence.pooling.profile import profile_interval, wald_interval_of
from alphatwin.evidence.pooling.quantiles import normal_quantile, student_quantile

MADE_UP = 1000
PROFILED = 200  # the profile is slower, and only its order of size is held
LEAST = 0.95 - 3 * (0.05 * 0.95 / MADE_UP) ** 0.5  # three standard errors of the simulation
LEAST_OF_FEW_EVENTS = 0.92  # a share of 0.15 in small studies: some sets have an event or two
LEAST_PROFILED = 0.84  # maximum likelihood is too sure of tau where studies are few


def made_up(rng, *, k, share, tau, sets):
    n = rng.integers(6, 41, size=(sets, k)).astype(float)
    eta = np.log(share / (1 - share)) + tau * rng.standard_normal((sets, k))
    x = rng.binomial(n.astype(int), expit(eta)).astype(float)
    has = (x.sum(axis=1) > 0) & (x.sum(axis=1) < n.sum(axis=1))  # the others are not pooled
    return Sets(x[has], n[has], np.ones((has.sum(), k, 1)), np.ones((has.sum(), k)), "binomial")


def fitted(sets):
    x, n = sets.events.sum(axis=1), sets.sizes.sum(axis=1)
    start = np.stack([np.log((x + 0.5) / (n - x + 0.5)), np.full(len(x), 0.5)], axis=1)
    return maximise(start, sets)


def held(ends, truth):
    return float(np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1])))


@pytest.mark.parametrize("k", [3, 5, 10])
@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("share", [0.15, 0.4])
def test_the_leading_interval_holds_the_truth_as_often_as_it_says(k, tau, share, record_property):
    sets = made_up(
        np.random.default_rng([k, int(10 * tau)]), k=k, share=share, tau=tau, sets=MADE_UP
    )
    ends = wald_interval_of(
        fitted(sets), quantile=np.full(len(sets.events), student_quantile(k - 1))
    )
    share_held = held(ends, np.log(share / (1 - share)))
    record_property("held", share_held)
    assert share_held >= (LEAST_OF_FEW_EVENTS if share < 0.2 else LEAST)


@pytest.mark.parametrize("k", [5, 10])
def test_the_profile_interval_is_short_where_studies_are_few(k, record_property):
    sets = made_up(np.random.default_rng(k), k=k, share=0.4, tau=0.7, sets=PROFILED)
    quantile = np.full(len(sets.events), normal_quantile())
    share_held = held(profile_interval(sets, fitted(sets), quantile=quantile), np.log(0.4 / 0.6))
    record_property("held", share_held)
    assert LEAST_PROFILED <= share_held <= 0.99


def test_every_fit_is_a_top():
    sets = made_up(np.random.default_rng(1), k=4, share=0.3, tau=0.6, sets=MADE_UP)
    mixed = ((sets.events > 0) & (sets.events < sets.sizes)).all(axis=1)  # the others may have none
    sets = Sets(
        *(getattr(sets, f)[mixed] for f in ("events", "sizes", "design", "weights")), "binomial"
    )
    top = fitted(sets)
    assert np.abs(top.surface.gradient).max() < 1e-5
    for i, h in ((0, 1e-3), (1, 1e-3)):
        for sign in (1, -1):
            beside = top.theta.copy()
            beside[:, i] += sign * h
            assert np.all(log_likelihood(beside, sets).value <= top.surface.value + 1e-9)
