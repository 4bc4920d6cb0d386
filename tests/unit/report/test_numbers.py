"""No more digits than the interval bears, and every label as a physicist writes it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin.report.numbers import (
    borne,
    count,
    dose_unit,
    duration,
    interval,
    nuclide_label,
    number,
    percent,
    prose,
    quantity,
    ratio,
    relative_width,
    shown_share,
    unit_for,
)
from alphatwin.report.value import Estimate

SHOWN_WITHIN = 0.1  # of each number: what rounding by the width may move at most
POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((3.213, 1.912, 5.623), "3.2 [1.9–5.6]"),
        ((97.63, 95.31, 99.8), "97.6 [95.3–99.8]"),
        ((0.5, 0.02, 12.0), "0.50 [0.020–12]"),
        ((12345.0, 8000.0, 19000.0), "12\u202f000 [8000–19\u202f000]"),
        ((3.2e-9, 1.9e-9, 5.6e-9), "3.2 [1.9–5.6] × 10⁻⁹"),
        ((1e12, 5e11, 3e12), "1.0 [0.5–3.0] × 10¹²"),
        ((16.1, 9.97, 26.2), "16 [10–26]"),
        ((4.8, 2.41, 10.04), "4.8 [2.4–10.0]"),
        ((12.1, 7.6, 19.3), "12 [8–19]"),
        ((8.38, 6.62, 10.6), "8.4 [6.6–10.6]"),
        ((0.1996, 0.0479, 0.841), "0.20 [0.05–0.84]"),
        ((0.0191, 0.0036, 0.111), "0.019 [0.0036–0.11]"),
        ((4.0, 1.49, 12.0), "4.0 [1.5–12]"),
        ((1.0, 1e-9, 3.0), "1.0 [< 0.001–3.0]"),
        ((0.3, 0.0, 1.1), "0.3 [0–1.1]"),
        ((3e-9, 1e-15, 8e-9), "3.0 [< 0.01–8.0] × 10⁻⁹"),
        ((99.6, 99.1, 100.3), "99.6 [99.1–100.3]"),
        ((0.0, 0.0, 0.0), "0"),
        ((5.0, 5.0, 5.0), "5.00"),
        ((-1.0, -3.0, 2.0), "−1.0 [−3.0 to 2.0]"),
    ],
)
def test_interval_bears_its_digits(values, text):
    median, low, high = values
    assert interval(Estimate(median=median, low=low, high=high)) == text


def test_no_value_is_a_dash():
    assert interval(None) == "–"
    assert number(None) == "–"
    assert quantity(None, "Bq") == "not known"


@given(
    median=st.floats(1e-300, 1e300),
    below=st.floats(0.01, 0.99),
    above=st.floats(1.01, 100.0),
)
def test_printed_interval_reads_back_as_the_interval(median, below, above):
    estimate = Estimate(median=median, low=median * below, high=median * above)
    text = interval(estimate).replace("\u202f", "")
    found = re.fullmatch(r"([\d.]+) \[([\d.]+)–([\d.]+)\](?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)
    assert found, text
    power = int((found[4] or "0").translate(POWERS))
    for shown, value in zip(
        found.groups()[:3], (estimate.median, estimate.low, estimate.high), strict=True
    ):
        assert float(f"{shown}e{power}") == pytest.approx(value, rel=SHOWN_WITHIN)


@given(
    median=st.floats(1e-6, 1e5),
    below=st.floats(1e-12, 0.999),
    above=st.floats(1.001, 1e4),
)
def test_interval_never_shows_a_positive_number_as_nothing(median, below, above):
    low, high = median * below, median * above
    text = interval(Estimate(median=median, low=low, high=high)).replace("\u202f", "")
    found = re.fullmatch(r"([\d.]+) \[(< )?([\d.]+)–([\d.]+)\](?: × 10(\S+))?", text)
    assert found, text
    power = int((found[5] or "0").translate(POWERS))
    shown = [float(f"{found[i]}e{power}") for i in (1, 3, 4)]
    assert min(shown) > 0.0
    assert shown[0] == pytest.approx(median, rel=SHOWN_WITHIN)
    assert shown[2] == pytest.approx(high, rel=SHOWN_WITHIN)
    if found[2]:
        assert low < shown[1] <= 0.0101 * median
    else:
        assert shown[1] == pytest.approx(low, rel=SHOWN_WITHIN)


@pytest.mark.parametrize(
    ("value", "text"), [(9.996, "10.0"), (99.96, "100"), (0.9996, "1.00"), (999_600.0, "1000000")]
)
def test_rounding_up_to_a_power_of_ten_adds_no_digit(value, text):
    assert number(value).replace("\u202f", "") == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("97 % of 213Bi is gone", "97 % of ²¹³Bi is gone"),
        ("177Lu-DOTATATE", "¹⁷⁷Lu-DOTATATE"),
        ("Ac-225 and Ba-137m", "²²⁵Ac and ¹³⁷ᵐBa"),
        ("99mTc", "⁹⁹ᵐTc"),
        ("24Hours, v1.25In, 3H, ICRP-107", "24Hours, v1.25In, 3H, ICRP-107"),
    ],
)
def test_nuclides_in_prose_are_raised(text, printed):
    assert prose(text) == printed


def test_nuclide_label_leaves_other_text_alone():
    assert nuclide_label("Po-213") == "²¹³Po"
    assert nuclide_label("effective_half_life_h") == "effective_half_life_h"


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        (quantity(7.2104e9, "Bq"), "7.21 GBq"),
        (quantity(50e3, "Bq"), "50.0 kBq"),
        (quantity(0.0, "Bq"), "0 Bq"),
        (duration(99_828.0), "27.7 h"),
        (duration(45 * 60.0), "45.0 min"),
        (duration(20 * 86400.0), "20.0 d"),
        (percent(0.97), "97 %"),
        (percent(0.0004), "< 0.1 %"),
        (percent(0.9995), "> 99.9 %"),
        (percent(1.0), "100 %"),
        (percent(0.023), "2.3 %"),
        (ratio(0.823), "0.82"),
        (ratio(0.0199), "0.020"),
        (ratio(1.1796), "1.18"),
        (ratio(12.34), "12"),
        (count(10_000), "10\u202f000"),
        (number(1e300), "1.00 × 10³⁰⁰"),
    ],
)
def test_quantities_read_well(printed, text):
    assert printed == text


@pytest.mark.parametrize(
    ("doses_gy", "text"),
    [((15.0, 0.01), "Gy"), ((0.05, 0.01), "mGy"), ((3e-5,), "µGy"), ((), "Gy"), ((5e4,), "Gy")],
)
def test_one_unit_for_a_table_of_doses(doses_gy, text):
    assert dose_unit(doses_gy).text == text


def test_unit_is_never_larger_than_the_value():
    assert unit_for(999.0, "Bq").text == "Bq"
    assert unit_for(1000.0, "Bq").text == "kBq"


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (3.2134, 3.7, "3.2"),
        (97.634, 4.5, "97.6"),
        (3.2134, 60.0, "3.2"),
        (12345.0, 1100.0, "12\u202f300"),
        (3.2134e-9, 3e-11, "3.213 × 10⁻⁹"),
        (5.0, 0.0, "5.00"),
        (0.0, 1.0, "0"),
        (None, 1.0, "–"),
    ],
)
def test_one_number_bears_the_digits_of_its_width(value, width, text):
    assert borne(value, width=width) == text


def _significant(text):
    """Count the digits of a number; zeros at the end of a whole one do not count."""
    figures = text.replace(".", "").lstrip("0")
    return len(figures if "." in text else figures.rstrip("0"))


def _last(text):
    """Return the unit of the last digit, that before the zeros at the end of a whole number."""
    whole, _, fraction = text.partition(".")
    return 10.0 ** (-len(fraction) if fraction else len(whole) - len(whole.rstrip("0")))


@given(value=st.floats(1e-12, 1e12), relative=st.floats(1e-6, 5.0))
def test_no_number_shows_more_digits_than_its_width_bears(value, relative):
    """The unit of the last digit is at least a hundredth of the width, or two digits are left."""
    shown = borne(value, width=relative * value).replace("\u202f", "")
    mantissa, _, power = shown.partition(" × 10")
    scale = 10.0 ** int(power.translate(POWERS) or 0)
    assert _significant(mantissa) <= 2 or _last(mantissa) * scale >= 0.00999 * relative * value
    assert float(mantissa) * scale == pytest.approx(value, rel=0.06)


@given(
    median=st.floats(1e-6, 1e6),
    below=st.floats(0.01, 0.99),
    above=st.floats(1.01, 50.0),
)
def test_no_interval_shows_more_digits_than_its_width_bears(median, below, above):
    """Median and ends show two digits of the width, or two of their own if rounding moves them."""
    low, high = median * below, median * above
    shown = interval(Estimate(median=median, low=low, high=high)).replace("\u202f", "")
    shown, _, power = shown.partition(" × 10")
    scale = 10.0 ** int(power.translate(POWERS) or 0)
    for text in re.findall(r"[\d.]+", shown.replace("< ", "")):
        assert _significant(text) <= 2 or _last(text) * scale >= 0.00999 * (high - low)


@pytest.mark.parametrize(
    ("share", "share_sd", "text"),
    [
        (0.914, 0.013, "91 %"),
        (0.041, 0.013, "4 %"),
        (0.021, 0.013, "< 3 %"),
        (0.0, 0.0, "< 1 %"),
        (1.0, 0.014, "100 %"),
        (0.2345, 0.0001, "23.4 %"),
    ],
)
def test_a_share_bears_the_digits_of_its_standard_error(share, share_sd, text):
    assert shown_share(share, share_sd) == text


def test_relative_width_is_of_the_median():
    assert relative_width(Estimate(median=2.0, low=1.0, high=4.0)) == pytest.approx(1.5)
    assert relative_width(None) == 0.0
