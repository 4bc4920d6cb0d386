"""Numbers and labels as a reader wants them: no more digits than the interval bears.

One rule for all that comes from samples: two significant digits of the width of the 95 % interval.
A value and the ends of its interval have one number of decimals: that which leaves two significant
digits of the width of the interval. Where that would move the value or an end by more than a tenth
of itself, the interval spans orders of magnitude; then each number keeps two digits of its own.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphatwin.report.estimates import Estimate

MISSING = "–"
_SUPERSCRIPT = str.maketrans("0123456789-m", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵐ")
_PLAIN_FROM = 1e-3  # smaller numbers are written with a power of ten
_PLAIN_BELOW = 1e6  # and so are larger ones
_LEAST_PLAIN_MEDIAN = 1e-5  # of an interval that reaches up to plain numbers
_MOST_MOVED = 0.1  # of a number, by rounding, before its own digits count instead of the width's
_NEARLY_NOTHING = 1e-3  # of the median: a lower end below is said to be below
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_PREFIXES = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_ELEMENTS = """
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb
Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu
Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf
"""
_SYMBOL = "|".join(sorted(_ELEMENTS.split(), key=len, reverse=True))
_MASS_FIRST = re.compile(rf"(?<![\w.])(\d{{2,3}}m?)({_SYMBOL})(?![A-Za-z0-9])")
_SYMBOL_FIRST = re.compile(rf"(?<![\w.])({_SYMBOL})-(\d{{2,3}}m?)(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit to print in.

    Attributes
    ----------
    text
        The unit as printed.
    size
        One of it, in the base unit (Gy, Bq, s, kg ...).
    """

    text: str
    size: float


def superscript(number: int) -> str:
    """Return a whole number in superscript figures."""
    return str(number).translate(_SUPERSCRIPT)


def nuclide_label(nuclide: str) -> str:
    """Return ``Ac-225`` as ``²²⁵Ac``; other text comes back as it is."""
    return _SYMBOL_FIRST.sub(lambda m: m[2].translate(_SUPERSCRIPT) + m[1], nuclide)


def prose(text: str) -> str:
    """Return running text with every nuclide in superscript form: ``225Ac`` as ``²²⁵Ac``."""
    text = nuclide_label(text)
    return _MASS_FIRST.sub(lambda m: m[1].translate(_SUPERSCRIPT) + m[2], text)


def unit_for(largest: float, base: str, *, lowest: float = 1.0) -> Unit:
    """Return the SI prefix under which the largest of some numbers reads well.

    Parameters
    ----------
    largest
        Largest of the numbers that share the unit, in the base unit.
    base
        Base unit as printed, such as ``Gy``.
    lowest
        Smallest value that the largest number shall have before a smaller prefix is taken.
    """
    size = abs(largest)
    if size == 0.0 or not math.isfinite(size):
        return Unit(text=base, size=1.0)
    fitting = [item for item in _PREFIXES.items() if item[1] * lowest <= size * (1 + 1e-12)]
    prefix, factor = fitting[-1] if fitting else ("n", 1e-9)
    return Unit(text=prefix + base, size=factor)


def dose_unit(doses_gy: Iterable[float]) -> Unit:
    """Return the unit of a table of doses: Gy, or mGy or µGy if all of them are small."""
    unit = unit_for(max(map(abs, doses_gy), default=1.0), "Gy", lowest=0.1)
    return unit if unit.size <= 1.0 else Unit(text="Gy", size=1.0)


def time_unit(longest_s: float) -> Unit:
    """Return the unit under which times up to the longest read well."""
    if longest_s < 180.0:
        name = "s"
    elif longest_s < 3 * 3600.0:
        name = "min"
    elif longest_s <= 14 * 86400.0:
        name = "h"
    else:
        name = "d"
    return Unit(text=name, size=_SECONDS[name])


def _places(value: float, *, digits: int) -> int:
    """Decimal places that leave so many significant digits after rounding (may be negative)."""
    return digits - 1 - int(f"{value:.{digits - 1}e}".partition("e")[2])


def _fixed(value: float, places: int) -> str:
    rounded = round(value, places)
    text = f"{rounded:.{max(places, 0)}f}"
    whole, _, fraction = text.partition(".")
    sign, figures = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    if len(figures) > 4:
        figures = f"{int(figures):,}".replace(",", "\u202f")
    return sign + figures + (f".{fraction}" if fraction else "")


def _exponent_for(value: float) -> int:
    """Power of ten to factor out, or 0 if the number reads well as it is."""
    size = abs(value)
    if size == 0.0 or _PLAIN_FROM <= size < _PLAIN_BELOW:
        return 0
    return math.floor(math.log10(size))


def _without(value: float, exponent: int) -> float:
    """Take a power of ten out; in two steps, since 10**-exponent overflows for the tiniest."""
    half = exponent // 2
    return value / 10.0**half / 10.0 ** (exponent - half)


def number(value: float | None, *, digits: int = 3) -> str:
    """Return one number to so many significant digits; a dash for None."""
    if value is None:
        return MISSING
    if value == 0.0 or not math.isfinite(value):
        return "0" if value == 0.0 else str(value)
    exponent = _exponent_for(value)
    mantissa = _without(value, exponent)
    places = _places(mantissa, digits=digits)
    text = _fixed(mantissa, places)
    return f"{text} × 10{superscript(exponent)}" if exponent else text


def count(value: float) -> str:
    """Return a whole number with its thousands set apart: ``10 000``."""
    return _fixed(value, 0)


def quantity(value: float | None, base: str, *, digits: int = 3) -> str:
    """Return one number with its unit under a fitting prefix: ``7.21 GBq``."""
    if value is None:
        return "not known"
    unit = unit_for(value, base)
    return f"{number(value / unit.size, digits=digits)} {unit.text}"


def duration(time_s: float, *, digits: int = 3) -> str:
    """Return a time with its unit: ``27.7 h``."""
    unit = time_unit(abs(time_s))
    return f"{number(time_s / unit.size, digits=digits)} {unit.text}"


def percent(share: float, *, digits: int = 2) -> str:
    """Return a share as a percentage; never 0 % or 100 % of what is not quite so."""
    if 0.0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1.0:
        return "> 99.9 %"
    value = 100.0 * share
    places = 1 if value < 10.0 or value > 99.0 else 0
    places = 0 if value in {0.0, 100.0} else max(places, digits - 2)
    return f"{value:.{places}f} %"


def ratio(value: float) -> str:
    """Return a ratio of two answers with two decimals, or two digits below 0.1: ``0.82``."""
    return f"{value:.2f}" if 0.1 <= value < 10.0 else number(value, digits=2)


def interval(estimate: Estimate | None, *, size: float = 1.0) -> str:
    """Return median and 95 % interval with no more digits than the interval bears.

    Parameters
    ----------
    estimate
        The value; None gives a dash.
    size
        Size of the unit to print in, in the unit of the estimate.

    Returns
    -------
    str
        Such as ``3.2 [1.9–5.6]``; the module's docstring says how many digits.
    """
    if estimate is None:
        return MISSING
    values = [v / size for v in (estimate.median, estimate.low, estimate.high)]
    if all(v == 0.0 for v in values):
        return "0"
    width = values[2] - values[1]
    if width <= 1e-9 * max(map(abs, values)):
        return number(values[0])
    exponent = _exponent_for(max(values, key=abs))
    if exponent == 0 and 0.0 < abs(values[0]) < _LEAST_PLAIN_MEDIAN:
        exponent = _exponent_for(values[0])
    values = [_without(v, exponent) for v in values]
    places = _places(_without(width, exponent), digits=2)
    if any(abs(round(v, places) - v) > _MOST_MOVED * abs(v) for v in values):
        median, low, high = (_own_digits(v, least=_NEARLY_NOTHING * values[0]) for v in values)
    else:
        median, low, high = (_fixed(v, places) if v else "0" for v in values)
    text = f"{median} [{low}{' to ' if values[1] < 0.0 else '–'}{high}]"
    return f"{text} × 10{superscript(exponent)}" if exponent else text


def borne(value: float | None, *, width: float) -> str:
    """Return one number with the digits that the width of its 95 % interval bears.

    Parameters
    ----------
    value
        The number; None gives a dash.
    width
        Width of its interval, in the same unit. Where it is wider than the number, and where it
        is nothing, the number keeps two digits and three.
    """
    if value is None or value == 0.0:
        return number(value)
    if width <= 1e-9 * abs(value):
        return number(value)
    digits = _places(width, digits=2) + math.floor(math.log10(abs(value))) + 1
    return number(value, digits=min(max(digits, 2), 15))


def relative_width(estimate: Estimate | None) -> float:
    """Return the width of a 95 % interval over its median: 0 where there is none."""
    if estimate is None or estimate.median == 0.0:
        return 0.0
    return (estimate.high - estimate.low) / abs(estimate.median)


def shown_share(share: float, share_sd: float) -> str:
    """Return an estimated share as a percentage, with the digits that its standard error bears."""
    width = 2.0 * 1.96 * share_sd
    if share < max(0.005, 1.96 * share_sd):
        return f"< {max(1, math.ceil(100.0 * max(share, 1.96 * share_sd)))} %"
    places = min(max(_places(100.0 * width, digits=1), 0), 1) if width > 0.0 else 0
    value = round(100.0 * share, places)
    return f"{value:.{places}f} %"


def _own_digits(value: float, *, least: float) -> str:
    """Write two digits of a number; one that is positive but below the least as below that."""
    if value == 0.0:
        return "0"
    if 0.0 < value < least:
        bound = 10.0 ** math.ceil(math.log10(least))
        return f"< {_fixed(bound, _places(bound, digits=1))}"
    return _fixed(value, _places(value, digits=2))
