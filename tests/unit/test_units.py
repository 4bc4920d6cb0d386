"""Text with units: what is read, what is refused and why, what is written."""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin import formats, units
from alphatwin.errors import InvalidValueError, UnitError

LAST_DIGITS = 1e-14  # one multiplication and one rounding


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.parse_activity_bq, "7.4 GBq", 7.4e9),
        (units.parse_activity_bq, "8.04 MBq", 8.04e6),
        (units.parse_activity_bq, "7210.4MBq", 7.2104e9),
        (units.parse_activity_bq, "200 mCi", 7.4e9),  # 1 Ci = 3.7e10 Bq exactly
        (units.parse_activity_bq, "5 µCi", 1.85e5),  # U+00B5
        (units.parse_activity_bq, "5 μCi", 1.85e5),  # U+03BC
        (units.parse_activity_bq, "5 uCi", 1.85e5),
        (units.parse_activity_bq, "1e3 kBq", 1e6),
        (units.parse_activity_bq, "0 Bq", 0.0),
        (units.parse_time_s, "27.7 h", 99720.0),
        (units.parse_time_s, "20 min", 1200.0),
        (units.parse_time_s, "3 days", 259200.0),
        (units.parse_time_s, "1.5 hr", 5400.0),
        (units.parse_mass_kg, "310 g", 0.31),
        (units.parse_mass_kg, "93 kg", 93.0),
        (units.parse_mass_kg, "200 lb", 90.718474),  # 1 lb = 0.45359237 kg exactly
        (units.parse_length_m, "170 cm", 1.7),
        (units.parse_volume_ml, "118.3 mL", 118.3),
        (units.parse_volume_ml, "2 L", 2000.0),
        (units.parse_volume_ml, "4 cm^3", 4.0),
        (units.parse_volume_ml, "4 cm³", 4.0),
        (units.parse_volume_ml, "500 mm3", 0.5),
        (units.parse_density_g_per_ml, "1.04 g/mL", 1.04),
        (units.parse_density_g_per_ml, "1040 kg/m^3", 1.04),
        (units.parse_concentration_bq_per_ml, "1.08 MBq/mL", 1.08e6),
        (units.parse_concentration_bq_per_ml, "1.08 MBq / cm^3", 1.08e6),
        (units.parse_activity_per_mass_bq_per_kg, "100 kBq/kg", 1e5),
        (units.parse_activity_per_mass_bq_per_kg, "67.6 µCi/kg", 2501200.0),
        (units.parse_absorbed_dose_gy, "45 mGy", 0.045),
        (units.parse_fraction, "2.5 %", 0.025),
        (units.parse_fraction, "12%", 0.12),
        (units.parse_fraction_of_administered, "1.8 %IA", 0.018),
        (units.parse_fraction_of_administered, "1.8 %", 0.018),
    ],
)
def test_text_is_read_in_the_unit_of_the_core(parse, text, value):
    assert parse(text) == pytest.approx(value, rel=LAST_DIGITS, abs=0.0)


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (units.parse_activity_bq, "7.4", r"'7.4' has no unit; write for instance '7.4 MBq'"),
        (units.parse_time_s, "24", r"has no unit; write for instance '24 h'"),
        (units.parse_fraction, "0.025", r"has no unit; write for instance '2.5 %'"),
        (units.parse_activity_bq, "7.4 kg", "is a mass; an activity was expected, in Bq"),
        (units.parse_activity_bq, "7 GBq/kg", "is an activity per mass; an activity was"),
        (units.parse_mass_kg, "93 mL", "is a volume; a mass was expected"),
        (units.parse_time_s, "3 m", "is a length; .*'m' is metre; minutes are written 'min'"),
        (units.parse_activity_bq, "7210 mBq", "a million of them is 'MBq'"),
        (units.parse_activity_bq, "200 MCi", "a thousandth of one is 'mCi'"),
        (units.parse_activity_bq, "300 counts", "counts are not activity"),
        (units.parse_activity_bq, "300 cps", "counts are not activity"),
        (units.parse_activity_bq, "300 Hz", "counts are not activity"),
        (units.parse_absorbed_dose_gy, "3 Sv", "sievert is not absorbed dose"),
        (units.parse_volume_ml, "5 ML", "a thousandth of one is 'mL'"),
        (units.parse_fraction_of_administered, "2 %IA/g", "the activity in the whole of it"),
        (units.parse_activity_bq, "5 mbq", "did you mean 'MBq'"),
        (units.parse_activity_bq, "5 flurbs", "'flurbs' is not a unit"),
        (units.parse_activity_bq, "7,4 GBq", "decimal point and no separators"),
        (units.parse_activity_bq, "7 210 MBq", "decimal point and no separators"),
        (units.parse_activity_bq, "5 ± 1 MBq", "a field of its own"),
        (units.parse_activity_bq, "nan MBq", "not a finite number"),
        (units.parse_activity_bq, "-inf MBq", "not a finite number"),
        (units.parse_activity_bq, "1e400 MBq", "too large"),
        (units.parse_activity_bq, "1e308 GBq", "not finite"),
        (units.parse_activity_bq, "-1 MBq", "must not be negative"),
        (units.parse_time_s, "−2 h", "must not be negative"),  # a typographic minus
        (units.parse_mass_kg, "0 kg", "must be greater than zero"),
        (units.parse_activity_bq, "", "is empty"),
        (units.parse_activity_bq, "about 7 GBq", "does not begin with a number"),
        (units.parse_activity_bq, "9**9**9 Bq", "cannot be read"),
        (units.parse_activity_bq, "2 Bq*Bq", "cannot be read"),
        (units.parse_activity_bq, "2 __import__('os')", "cannot be read"),
        (units.parse_volume_ml, "4 cm^2", "was expected, in mL"),
    ],
)
def test_doubtful_text_is_refused_with_the_way_out(parse, text, why):
    with pytest.raises(UnitError, match=why):
        parse(text)


def test_negative_time_is_read_only_where_it_is_asked_for():
    assert units.parse_time_s("-2 h", may_be_negative=True) == -7200.0


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_a_unit_error(text):
    for parse in (units.parse_activity_bq, units.parse_fraction, units.parse_density_g_per_ml):
        with contextlib.suppress(UnitError):
            assert math.isfinite(parse(text))


@given(
    st.floats(1e-3, 1e3, allow_subnormal=False),
    st.sampled_from([("Bq", 1.0), ("kBq", 1e3), ("MBq", 1e6), ("GBq", 1e9), ("TBq", 1e12)]),
)
def test_prefixes_scale(number, unit):
    name, factor = unit
    assert units.parse_activity_bq(f"{number!r} {name}") == pytest.approx(
        number * factor, rel=LAST_DIGITS, abs=0.0
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (formats.format_activity(7210.4e6), "7.21 GBq"),
        (formats.format_activity(999.9e6), "1.00 GBq"),  # rounded before the prefix is chosen
        (formats.format_activity(0.0), "0 Bq"),
        (formats.format_activity(-5e6), "-5.00 MBq"),
        (formats.format_activity(7210.4e6, digits=5), "7.2104 GBq"),
        (formats.format_time(13464.0), "3.74 h"),
        (formats.format_time(27.73 * 3600), "27.7 h"),
        (formats.format_time(574300.0), "6.65 d"),
        (formats.format_time(45.59 * 60), "45.6 min"),
        (formats.format_time(3.718e-6), "3.72 µs"),
        (formats.format_time(7.34e3 * 365.25 * 86400), "7340 y"),
        (formats.format_mass(0.31), "310 g"),
        (formats.format_volume(118.3), "118 mL"),
        (formats.format_dose(3.2), "3.2 Gy"),
        (formats.format_dose(0.045), "45 mGy"),
        (formats.format_dose(0.9999), "1.0 Gy"),
        (formats.format_fraction(0.025), "2.5 %"),
    ],
)
def test_values_are_written_with_a_fitting_unit(text, written):
    assert text == written


@given(st.floats(1e-3, 1e15), st.integers(3, 6))
def test_what_is_written_is_read_back_to_its_digits(activity_bq, digits):
    written = formats.format_activity(activity_bq, digits=digits)
    half_a_digit = 0.5 * 10.0 ** (1 - digits) * (1 + 1e-9)
    assert units.parse_activity_bq(written) == pytest.approx(activity_bq, rel=half_a_digit, abs=0.0)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_not_written(value):
    with pytest.raises(InvalidValueError, match="must be finite"):
        formats.format_activity(value)


def test_pint_is_not_loaded_to_format():
    code = (
        "import sys, alphatwin.formats as u; u.format_activity(7e9); u.format_dose(1.0);"
        "assert 'pint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_share_without_unit_is_told_in_percent():
    with pytest.raises(UnitError, match="write for instance '95 %'"):
        units.parse_fraction("0.95")
    with pytest.raises(UnitError, match="write for instance '12 %'"):
        units.parse_fraction("12")


def test_every_spelling_means_what_all_of_pint_means_by_it(monkeypatch):
    """The registry of what is read against pint's own of everything: the outside truth."""
    everything = units._all_units()
    spellings = {
        (kind, f"{prefix_form}{form}")
        for kind, of in units._KINDS.items()
        if len(of.families) == 1
        for base, prefixes in of.families[0].items()
        for prefix in prefixes
        for form in _forms(everything._units[base])
        for prefix_form in (_forms(everything._prefixes[prefix]) if prefix else ("",))
    }
    assert len(spellings) >= 300
    texts = [(units._KINDS[kind], name) for kind, name in sorted(spellings)]

    def factors():
        return [units._read_unit(((name, 1),), kind=kind) for kind, name in texts]

    own = factors()
    monkeypatch.setattr(units, "_registry", lambda: everything)
    assert own == factors()
    assert sum(one is not None for one in own) > 250


def _forms(definition):
    return {definition.name, definition.symbol or definition.name, *definition.aliases}
