"""Laws of the audit and of the base: consistency, scale, round trips, no crash on any number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin.evidence import find_rows
from alphatwin.evidence.amounts import ACTIVITY_BQ, Amount, parse_amount
from alphatwin.evidence.audit import audit
from alphatwin.evidence.counts import possible_counts, rounded_counts, truncated_counts
from alphatwin.evidence.intervals import exact_interval, wilson_interval
from planted_errors import ERRORS
from synthetic_evidence import percent, study

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 400)


@given(SEEDS)
def test_a_consistent_study_raises_no_alarm(seed):
    one = study(np.random.default_rng(seed))
    assert not [f for f in audit((one,)) if f.severity != "note"]


@given(SEEDS, st.sampled_from([k for k in ERRORS if k.__name__ != "impossible_percentage"]))
def test_a_planted_error_raises_an_alarm_of_its_rule(seed, kind):
    rng = np.random.default_rng(seed)
    wrong = kind(rng, study(rng))
    if wrong is not None:
        assert {f.rule for f in audit((wrong,)) if f.severity != "note"} & ERRORS[kind]


@given(SEEDS)
def test_findings_do_not_hang_on_the_order_of_rows(seed):
    rng = np.random.default_rng(seed)
    kind = list(ERRORS)[int(rng.integers(len(ERRORS)))]
    wrong = kind(rng, study(rng))
    if wrong is not None:
        other = replace(wrong, adverse_events=wrong.adverse_events[::-1])
        rules = [sorted(f.rule for f in audit((one,))) for one in (wrong, other)]
        assert rules[0] == rules[1]


@given(SIZES, st.data(), st.integers(0, 3))
def test_a_printed_count_is_possible(of, data, digits):
    n = data.draw(st.integers(0, of))
    assert n in rounded_counts(percent(n, of, digits), of=of)
    assert n in possible_counts(percent(n, of, digits), of=of)


@given(st.decimals(0, 100, places=2), SIZES)
def test_counts_of_any_percentage_lie_within_the_group(value, of):
    for way in (rounded_counts, truncated_counts, possible_counts):
        assert all(0 <= n <= of for n in way(value, of=of))


@given(SIZES, st.data())
def test_intervals_mirror(of, data):
    """The interval of the others is one less that of these."""
    x = data.draw(st.integers(0, of))
    for method in (exact_interval, wilson_interval):
        these, others = method(x, of=of), method(of - x, of=of)
        assert these.low_fraction == pytest.approx(1.0 - others.high_fraction, abs=1e-12)
        assert these.high_fraction == pytest.approx(1.0 - others.low_fraction, abs=1e-12)


@given(SEEDS)
def test_every_row_of_a_study_has_an_interval_that_holds_its_share(seed):
    one = study(np.random.default_rng(seed))
    for row in find_rows((one,)).rows:
        if row.exact_low_fraction is not None:
            assert row.exact_low_fraction <= row.share_fraction <= row.exact_high_fraction
            assert row.n is not None


@given(
    st.decimals("0.001", 1000, places=3),
    st.sampled_from([*ACTIVITY_BQ, *(f"{u}/kg" for u in ACTIVITY_BQ), "weeks", "h"]),
)
def test_an_amount_is_read_as_it_is_written(value, unit):
    amount = Amount(Decimal(str(value)), unit)
    assert parse_amount(amount.text()) == amount
    if amount.is_activity:
        assert amount.base() == amount.value * ACTIVITY_BQ[unit.removesuffix("/kg")]
