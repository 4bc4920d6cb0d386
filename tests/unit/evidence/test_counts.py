"""GRIM: which counts a percentage can be, against every count tried one by one."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

import pytest

from alphatwin.evidence.counts import (
    Fits,
    fitting_denominators,
    possible_counts,
    rounded_counts,
    truncated_counts,
)

WAYS = {"up": ROUND_HALF_UP, "down": ROUND_HALF_DOWN, "cut": ROUND_DOWN}


def printed(n: int, of: int, digits: int, way: str) -> Decimal:
    """Return a share as it would be printed, by decimal arithmetic of its own."""
    exact = Decimal(100 * n) / Decimal(of)
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=WAYS[way])


@pytest.mark.parametrize("digits", [0, 1, 2])
@pytest.mark.parametrize("of", [1, 3, 7, 8, 9, 11, 24, 34, 91, 200, 907])
def test_every_printed_share_gives_back_its_count(of, digits):
    for n in range(of + 1):
        for way in ("up", "down"):
            assert n in rounded_counts(printed(n, of, digits, way), of=of)
        assert n in truncated_counts(printed(n, of, digits, "cut"), of=of)


@pytest.mark.parametrize("of", [9, 11, 34, 79, 91])
def test_no_other_count_is_let_in(of):
    for tenths in range(1001):
        percent = Decimal(tenths) / 10
        by_trial = [
            n
            for n in range(of + 1)
            if percent in {printed(n, of, 1, "up"), printed(n, of, 1, "down")}
        ]
        assert (
            list(rounded_counts(Decimal(str(percent)).quantize(Decimal("0.1")), of=of)) == by_trial
        )
        cut = [n for n in range(of + 1) if printed(n, of, 1, "cut") == percent]
        assert list(truncated_counts(percent.quantize(Decimal("0.1")), of=of)) == cut


@pytest.mark.parametrize(
    ("percents", "of", "fits"),
    [
        (("50", "37.5", "12.5", "87.5"), 9, (8,)),  # paraganglioma, review lines 300-301
        (("89",), 11, (9,)),  # Demirci, line 278
        (("70",), 11, (10,)),  # 212Pb after PRRT, line 439
        (("2.5", "48", "29", "20.2"), 91, (79,)),  # Ballal 2022, lines 340-342
        (("62.5", "37.5"), 24, (8, 16)),  # fits; those below that fit too
    ],
)
def test_denominators_of_the_review_that_fit(percents, of, fits):
    values = tuple(Decimal(p) for p in percents)
    found = fitting_denominators(values, up_to=of).both
    assert tuple(n for n in found if n < of) == fits


def test_ballal_fits_79_only_if_cut():
    found = fitting_denominators(tuple(map(Decimal, ("2.5", "48", "29", "20.2"))), up_to=91)
    assert found == Fits(rounded=(), truncated=(79,))
    assert [round(100 * n / 79, 3) for n in (2, 38, 23, 16)] == [2.532, 48.101, 29.114, 20.253]
    assert found.text() == "79 (cut)"
    assert fitting_denominators(
        tuple(map(Decimal, ("2.5", "48", "29", "20.2"))), up_to=182
    ).both == (79, 119, 158, 163)


def test_nearest_prefers_denominators_below():
    fits = Fits(rounded=(5, 36, 53), truncated=(20, 55))
    assert fits.nearest(34, most=2) == Fits((5,), (20,))
    assert Fits((36, 53), (55,)).nearest(34, most=2) == Fits((36, 53), ())
    assert fits.text() == "5, 36, 53 (rounded) and 20, 55 (cut)"


def test_possible_counts_join_both_ways_of_printing():
    assert list(possible_counts(Decimal("66.6"), of=3)) == [2]
    assert list(possible_counts(Decimal("66.7"), of=3)) == [2]
    assert list(possible_counts(Decimal(50), of=9)) == []
