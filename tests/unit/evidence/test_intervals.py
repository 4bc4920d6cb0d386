"""Intervals of a share against SciPy, against binomial sums and against published ones."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from scipy.special import betaincinv

from alphatwin.errors import InvalidValueError
from alphatwin.evidence import intervals
from alphatwin.evidence.intervals import METHODS, exact_interval, wilson_interval

QUANTILE = 1e-10  # bisection and continued fraction against SciPy, absolute
TAIL = 1e-9  # a probability summed term by term in exact fractions at a rounded end
PRINTED = 0.05  # half of the last digit of published percentages


@pytest.mark.parametrize("of", [1, 2, 9, 24, 91, 500, 5000])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.97, 1.0])
def test_exact_interval_is_that_of_scipy(of, share):
    x = round(share * of)
    found = exact_interval(x, of=of)
    low = 0.0 if x == 0 else betaincinv(x, of - x + 1, 0.025)
    high = 1.0 if x == of else betaincinv(x + 1, of - x, 0.975)
    assert found.low_fraction == pytest.approx(low, abs=QUANTILE)
    assert found.high_fraction == pytest.approx(high, abs=QUANTILE)


@pytest.mark.parametrize(("x", "of"), [(15, 24), (8, 10), (1, 9), (0, 5), (5, 5), (17, 36)])
def test_exact_interval_leaves_its_tails_by_binomial_sums(x, of):
    """The second route: binomial probabilities summed in exact fractions (eq. V5)."""

    def at_least(k: int, p: Fraction) -> float:
        terms = (math.comb(of, i) * p**i * (1 - p) ** (of - i) for i in range(k, of + 1))
        return float(sum(terms))

    found = exact_interval(x, of=of)
    if x > 0:
        low = Fraction(found.low_fraction).limit_denominator(10**12)
        assert at_least(x, low) == pytest.approx(0.025, abs=TAIL)
    if x < of:
        high = Fraction(found.high_fraction).limit_denominator(10**12)
        assert 1.0 - at_least(x + 1, high) == pytest.approx(0.025, abs=TAIL)


@pytest.mark.parametrize(
    ("x", "of", "low", "high"),
    [
        (5, 17, 10.3, 56.0),
        (8, 10, 44.4, 97.5),
        (20, 35, 39.4, 73.7),
        (21, 35, 42.1, 76.1),
        (5, 26, 6.6, 39.4),
        (9, 26, 17.2, 55.7),
        (15, 24, 40.6, 81.2),
        (25, 62, 28.1, 53.6),  # as printed in the abstract of Clement et al. 2022
    ],
)
def test_exact_intervals_of_the_reference_data(x, of, low, high):
    found = exact_interval(x, of=of)
    assert 100 * found.low_fraction == pytest.approx(low, abs=PRINTED)
    assert 100 * found.high_fraction == pytest.approx(high, abs=PRINTED)


@pytest.mark.parametrize(
    ("x", "of", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_wilson_intervals_are_those_of_newcombe(x, of, low, high):
    """Table I of Newcombe, Stat. Med. 17 (1998) 857 (recalled; checked by the score equation)."""
    found = wilson_interval(x, of=of)
    assert 100 * found.low_fraction == pytest.approx(low, abs=0.1 * PRINTED)
    assert 100 * found.high_fraction == pytest.approx(high, abs=0.1 * PRINTED)


@pytest.mark.parametrize(("x", "of"), [(15, 24), (1, 29), (36, 91)])
def test_wilson_ends_solve_the_score_equation(x, of):
    """The second route: |x/n - p| is z standard errors at either end (eq. V6)."""
    found = wilson_interval(x, of=of)
    for end in (found.low_fraction, found.high_fraction):
        z = abs(x / of - end) / math.sqrt(end * (1 - end) / of)
        assert z == pytest.approx(1.959963984540054, rel=1e-12)


@pytest.mark.parametrize("name", METHODS)
def test_intervals_hold_the_share_and_widen_with_the_level(name):
    for x, of in ((0, 6), (3, 6), (6, 6), (40, 90)):
        narrow = METHODS[name](x, of=of, level_fraction=0.9)
        wide = METHODS[name](x, of=of, level_fraction=0.99)
        assert 0.0 <= wide.low_fraction <= narrow.low_fraction <= x / of
        assert x / of <= narrow.high_fraction <= wide.high_fraction <= 1.0


@pytest.mark.parametrize("name", METHODS)
def test_impossible_shares_are_refused(name):
    for x, of in ((-1, 5), (6, 5), (0, 0)):
        with pytest.raises(InvalidValueError, match="a share is 0 <= x <= of"):
            METHODS[name](x, of=of)
    with pytest.raises(InvalidValueError, match="level_fraction must lie between 0 and 1"):
        METHODS[name](1, of=5, level_fraction=95.0)


def test_no_scipy_is_needed():
    assert "scipy" not in vars(intervals)
