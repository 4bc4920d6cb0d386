"""Text with a unit to plain floats: the only module that knows pint.

The core holds plain floats in one fixed unit per quantity. At the edges a text such as
``"7.4 GBq"`` is read here, strictly: a bare number is refused, so is a unit of another quantity,
and so are units that are right in form and nearly always slips (``mBq`` for ``MBq``, ``m`` for
minutes, counts for activity). A text is never handed to pint whole: the number and the unit are
taken apart first, so that no text can be an expression.

The way back, which needs no pint, is in `alphatwin.formats`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from alphatwin.errors import UnitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pint

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*(.*)", re.ASCII | re.DOTALL)
_UNIT_TERM = re.compile(r"([A-Za-zμ]+)(?:(?:\^|\*\*)?([23]))?")
_PERCENT_OF_ADMINISTERED = ("%", "%IA", "%ID")

# Count rates of a sample counter, with the seconds in which one count is counted.
_COUNT_RATES = {
    "/s": 1.0,
    "cps": 1.0,
    "counts/s": 1.0,
    "/min": 60.0,
    "cpm": 60.0,
    "counts/min": 60.0,
}

# Families of units: every base unit of pint that is read, with the prefixes that are.
_ACTIVITY = {
    "becquerel": ("", "kilo", "mega", "giga", "tera"),
    "curie": ("", "milli", "micro", "nano"),
}
_TIME = {
    "second": ("", "milli", "micro", "nano"),
    "minute": ("",),
    "hour": ("",),
    "day": ("",),
    "week": ("",),
    "year": ("",),
}
_MASS = {"gram": ("", "kilo", "milli", "micro", "nano"), "pound": ("",), "ounce": ("",)}
_LENGTH = {
    "meter": ("", "centi", "milli", "micro", "deci"),
    "inch": ("",),
    "foot": ("",),
}
_VOLUME = {
    "liter": ("", "deci", "centi", "milli", "micro"),
    "cubic_centimeter": ("",),
    "meter": ("", "centi", "milli", "micro", "deci"),
}
_ENERGY = {"electron_volt": ("", "kilo", "mega")}
_DOSE = {"gray": ("", "centi", "milli", "micro", "kilo")}

_ADVICE = {
    "m": "'m' is metre; minutes are written 'min'",
    "M": "minutes are written 'min'",
    "mBq": "'mBq' is a thousandth of a becquerel; a million of them is 'MBq'",
    "MCi": "'MCi' is a million curie; a thousandth of one is 'mCi'",
    "Sv": "sievert is not absorbed dose, which is in gray",
    "mSv": "sievert is not absorbed dose, which is in gray",
    "ML": "'ML' is a million litres; a thousandth of one is 'mL'",
    "Mg": "'Mg' is a tonne; a thousandth of a gram is 'mg'",
    "%IA/g": "give the mass of the region and the activity in the whole of it",
    "%ID/g": "give the mass of the region and the activity in the whole of it",
} | dict.fromkeys(
    ("count", "counts", "cts", "cps", "cpm", "counts/s", "Hz"),
    "counts are not activity: apply the calibration factor of the device first",
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A quantity that is read: its unit in the core and the units that it may have."""

    name: str
    core_unit: str
    usual_unit: str
    families: tuple[Mapping[str, tuple[str, ...]], ...]
    units: str
    may_be_zero: bool = False


_KINDS = {
    "activity": _Kind(
        "an activity",
        "Bq",
        "MBq",
        (_ACTIVITY,),
        "Bq, kBq, MBq, GBq, TBq, µCi, mCi, Ci",
        may_be_zero=True,
    ),
    "time": _Kind("a time", "s", "h", (_TIME,), "s, min, h, d", may_be_zero=True),
    "mass": _Kind("a mass", "kg", "g", (_MASS,), "kg, g, mg"),
    "length": _Kind("a length", "m", "m", (_LENGTH,), "m, cm, mm"),
    "volume": _Kind("a volume", "mL", "mL", (_VOLUME,), "mL, L, cm^3, mm^3"),
    "density": _Kind("a density", "g/mL", "g/mL", (_MASS, _VOLUME), "g/mL, kg/L, g/cm^3"),
    "concentration": _Kind(
        "an activity concentration",
        "Bq/mL",
        "MBq/mL",
        (_ACTIVITY, _VOLUME),
        "Bq/mL, kBq/mL, MBq/mL",
        may_be_zero=True,
    ),
    "activity per mass": _Kind(
        "an activity per mass", "Bq/kg", "kBq/kg", (_ACTIVITY, _MASS), "Bq/kg, kBq/kg, MBq/kg"
    ),
    "energy": _Kind("an energy", "MeV", "keV", (_ENERGY,), "keV, MeV"),
    "dose": _Kind("an absorbed dose", "Gy", "Gy", (_DOSE,), "Gy, mGy, µGy, cGy", may_be_zero=True),
}


def parse_activity_bq(text: str) -> float:
    """Return an activity such as ``"7.4 GBq"`` in Bq; :class:`UnitError` if bad."""
    return _parse(text, _KINDS["activity"])


def parse_time_s(text: str, *, may_be_negative: bool = False) -> float:
    """Return a time such as ``"27.7 h"`` in s; :class:`UnitError` if bad."""
    return _parse(text, _KINDS["time"], may_be_negative=may_be_negative)


def parse_mass_kg(text: str) -> float:
    """Return a mass such as ``"310 g"`` in kg; :class:`UnitError` if bad."""
    return _parse(text, _KINDS["mass"])


def parse_length_m(text: str) -> float:
    """Return a length such as ``"1.70 m"`` in m; :class:`UnitError` if bad."""
    return _parse(text, _KINDS["length"])


def parse_length_um(text: str) -> float:
    """Return a length at the scale of cells in micrometres."""
    return round(parse_length_m(text) * 1e6, 9)


def parse_volume_ml(text: str) -> float:
    """Return a volume such as ``"118.3 mL"`` in mL; :class:`UnitError` if bad."""
    return _parse(text, _KINDS["volume"])


def parse_density_g_per_ml(text: str) -> float:
    """Return a mass density such as ``"1.04 g/mL"`` in g/mL; :class:`UnitError` if bad."""
    return _parse(text, _KINDS["density"])


def parse_concentration_bq_per_ml(text: str) -> float:
    """Return a concentration such as ``"1.08 MBq/mL"`` in Bq/mL; :class:`UnitError` if bad."""
    return _parse(text, _KINDS["concentration"])


def parse_activity_per_mass_bq_per_kg(text: str) -> float:
    """Return an activity per body mass such as ``"100 kBq/kg"`` in Bq/kg; or :class:`UnitError`."""
    return _parse(text, _KINDS["activity per mass"])


def parse_energy_mev(text: str) -> float:
    """Return an energy in MeV, such as ``440 keV``."""
    return _parse(text, _KINDS["energy"])


def parse_absorbed_dose_gy(text: str) -> float:
    """Return an absorbed dose such as ``"45 mGy"`` in Gy; sievert is a :class:`UnitError`."""
    return _parse(text, _KINDS["dose"])


def parse_count_rate_per_s(text: str) -> float:
    """Return a net count rate such as ``"12.3 /s"`` or ``"740 cpm"`` in 1/s; may be negative."""
    number, unit = _split(text, "/s", what="a count rate")
    compact = "".join(unit.split())
    if compact not in _COUNT_RATES:
        msg = f"{text!r} is not a count rate; allowed units: {', '.join(_COUNT_RATES)}"
        raise UnitError(msg)
    value = float(number) / _COUNT_RATES[compact]
    return _in_range(value, text=text, may_be_zero=True, may_be_negative=True)


def parse_fraction(text: str) -> float:
    """Return a share such as ``"2.5 %"`` as 0.025; without the sign it is a :class:`UnitError`."""
    return _parse_percent(text, ("%",))


def parse_fraction_of_administered(text: str) -> float:
    """Return a share of the activity administered, ``"1.8 %"`` or ``"1.8 %IA"``, as 0.018."""
    return _parse_percent(text, _PERCENT_OF_ADMINISTERED)


def _parse(text: str, kind: _Kind, *, may_be_negative: bool = False) -> float:
    number, unit = _split(text, kind.usual_unit, what=kind.name)
    # In decimals, so that 8.04 MBq is 8040000.0 Bq and not the 8039999.999999999 of floats.
    value = float(number * Decimal(repr(_factor(unit, kind=kind, text=text))))
    return _in_range(
        value, text=text, may_be_zero=kind.may_be_zero, may_be_negative=may_be_negative
    )


def _parse_percent(text: str, allowed: tuple[str, ...]) -> float:
    number, unit = _split(text, "%", what="a share in percent")
    compact = "".join(unit.split())
    if compact not in allowed:
        msg = f"{text!r} is not a share; allowed: {', '.join(allowed)}{_advice(compact)}"
        raise UnitError(msg)
    return _in_range(float(number / 100), text=text, may_be_zero=True, may_be_negative=False)


def _in_range(value: float, *, text: str, may_be_zero: bool, may_be_negative: bool) -> float:
    if not math.isfinite(value):
        msg = f"{text!r} is not finite; give a number that is"
        raise UnitError(msg)
    if value < 0.0 and not may_be_negative:
        msg = f"{text!r} must not be negative"
        raise UnitError(msg)
    if value == 0.0 and not may_be_zero:
        msg = f"{text!r} must be greater than zero"
        raise UnitError(msg)
    return value


def _split(text: str, usual_unit: str, *, what: str) -> tuple[Decimal, str]:
    """Return the number and the unit of a text, or raise :class:`UnitError` with a way out."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    example = f"write for instance '7.4 {usual_unit}'"
    if not plain:
        msg = f"{text!r} is empty; {what} was expected: {example}"
        raise UnitError(msg)
    if re.match(r"[+-]?(nan|inf)", plain, re.IGNORECASE):
        msg = f"{text!r} is not a finite number; {example}"
        raise UnitError(msg)
    match = _WITH_UNIT.fullmatch(plain)
    if match is None:
        msg = f"{text!r} does not begin with a number; {what} was expected: {example}"
        raise UnitError(msg)
    number, unit = match[1], match[2].strip()
    if not unit:
        is_share = usual_unit == "%" and abs(float(number)) <= 1.0  # 0.95 is 95 %, not 0.95 %
        usual = f"{100.0 * float(number):g}" if is_share else number
        msg = f"{text!r} has no unit; write for instance '{usual} {usual_unit}'"
        raise UnitError(msg)
    if re.match(r"[,.']\d", unit) or unit[0].isdigit():
        msg = f"{text!r} is not one number; write it with a decimal point and no separators"
        raise UnitError(msg)
    if "±" in unit or "+-" in unit:
        msg = f"{text!r} holds an uncertainty; write that in a field of its own"
        raise UnitError(msg)
    if not math.isfinite(float(number)):
        msg = f"{text!r} is too large to be a number here; {example}"
        raise UnitError(msg)
    return Decimal(number), unit


# What the families need, as pint's own file defines it; that file has a thousand units and takes
# ten times as long to read as all the rest of a course.
_DEFINITIONS = """
nano- = 1e-9 = n-
micro- = 1e-6 = µ- = μ- = u- = mu- = mc-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
deci- = 1e-1 = d-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
meter = [length] = m = metre
second = [time] = s = sec
gram = [mass] = g
minute = 60 * second = min
hour = 60 * minute = h = hr
day = 24 * hour = d
week = 7 * day
year = 365.25 * day = a = yr = julian_year
becquerel = 1 / second = Bq
curie = 3.7e10 * becquerel = Ci
gray = meter ** 2 / second ** 2 = Gy
electron_volt = 1.602176634e-16 * gram * meter ** 2 / second ** 2 = eV = electronvolt
inch = 0.0254 * meter = in = international_inch = inches = international_inches
foot = 12 * inch = ft = international_foot = feet = international_feet
pound = 453.59237 * gram = lb = avoirdupois_pound = avdp_pound
ounce = pound / 16 = oz = avoirdupois_ounce = avdp_ounce
liter = 1e-3 * meter ** 3 = l = L = ℓ = litre
cubic_centimeter = 1e-6 * meter ** 3 = cc
""".splitlines()


@cache
def _registry() -> pint.UnitRegistry[float]:
    """Return the units that are read."""
    import pint

    return pint.UnitRegistry(_DEFINITIONS, cache_folder=None)


@cache
def _all_units() -> pint.UnitRegistry[float]:
    """Return every unit that pint knows, to say of one that is not read what it is."""
    import pint

    return pint.UnitRegistry(cache_folder=None)


def _factor(unit: str, *, kind: _Kind, text: str) -> float:
    """Return what a number in this unit is multiplied by to be in the core's unit."""
    terms = [_UNIT_TERM.fullmatch(part.strip()) for part in unit.split("/")]
    names = [(t[1], int(t[2] or 1)) for t in terms if t is not None]
    allowed = f"{kind.name} was expected, in {kind.units}{_advice(unit)}"
    if len(names) != len(terms):
        msg = f"the unit of {text!r} cannot be read; {allowed}"
        raise UnitError(msg)
    found = _read_unit(tuple(names), kind=kind)
    if found is not None:
        return found
    got = _what_it_is(tuple(names))
    msg = f"{text!r} is {got}; {allowed}" if got else f"{unit!r} is not a unit; {allowed}"
    raise UnitError(msg)


def _read_unit(names: tuple[tuple[str, int], ...], *, kind: _Kind) -> float | None:
    if len(names) != len(kind.families):
        return None
    factor = 1.0
    core_units = kind.core_unit.split("/")
    for i, ((name, power), family) in enumerate(zip(names, kind.families, strict=True)):
        base = _base_in(name, family)
        wanted = 3 if family is _VOLUME and base is not None and base[1] == "meter" else 1
        if base is None or power != wanted:
            return None
        one = _registry().Quantity(1.0, f"{''.join(base)} ** {power}")
        in_core = float(one.to(core_units[i]).magnitude)
        factor = factor / in_core if i else factor * in_core
    return float(f"{factor:.15g}")  # pint's factors are off by an ulp: 1 mL is 1.0000000000000002


def _base_in(name: str, family: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    for prefix, base, _ in _registry().parse_unit_name(name):
        if prefix in family.get(base, ()):
            return prefix, base
    return None


def _what_it_is(names: tuple[tuple[str, int], ...]) -> str | None:
    """Return what a unit measures, in words; None if it is no unit at all."""
    for kind in _KINDS.values():
        if _read_unit(names, kind=kind) is not None:
            return kind.name
    if any(not _all_units().parse_unit_name(name) for name, _ in names):
        return None
    return "in a unit of another quantity, or with a prefix that is not in use"


def _advice(unit: str) -> str:
    compact = "".join(unit.split())
    if compact in _ADVICE:
        return f" ({_ADVICE[compact]})"
    usual = {u.replace("µ", "μ"): u for k in _KINDS.values() for u in k.units.split(", ")}
    same = [u for key, u in usual.items() if key.casefold() == compact.casefold() != key]
    return f"; did you mean {same[0]!r}?" if same and compact not in usual else ""
