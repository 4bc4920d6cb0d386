"""Plain floats of the core to text with a unit: the way back from `alphatwin.units`."""

from __future__ import annotations

import math

from alphatwin.errors import InvalidValueError


def format_activity(activity_bq: float, *, digits: int = 3) -> str:
    """Return an activity in words, ``7.21 GBq``, to a number of significant digits."""
    units = ((1e12, "TBq"), (1e9, "GBq"), (1e6, "MBq"), (1e3, "kBq"), (1.0, "Bq"))
    return _format(activity_bq, units, digits=digits)


def format_time(time_s: float, *, digits: int = 3) -> str:
    """Return a time in words, ``3.74 h``: hours up to 100 h, then days, years from 1000 d."""
    units = (
        (86400.0 * 365.25, "y"),
        (86400.0, "d"),
        (3600.0, "h"),
        (60.0, "min"),
        (1.0, "s"),
        (1e-3, "ms"),
        (1e-6, "µs"),
        (1e-9, "ns"),
    )
    least_s = (1000 * 86400.0, 100 * 3600.0, 2 * 3600.0, 2 * 60.0, 1.0, 1e-3, 1e-6, 0.0)
    return _format(time_s, units, digits=digits, least=least_s)


def format_mass(mass_kg: float, *, digits: int = 3) -> str:
    """Return a mass in words, ``310 g``."""
    units = ((1.0, "kg"), (1e-3, "g"), (1e-6, "mg"), (1e-9, "µg"))
    return _format(mass_kg, units, digits=digits)


def format_volume(volume_ml: float, *, digits: int = 3) -> str:
    """Return a volume in words, ``118 mL``."""
    return _format(volume_ml, ((1e3, "L"), (1.0, "mL"), (1e-3, "µL")), digits=digits)


def format_dose(dose_gy: float, *, digits: int = 2) -> str:
    """Return an absorbed dose in words, ``3.2 Gy`` or ``45 mGy``."""
    return _format(dose_gy, ((1.0, "Gy"), (1e-3, "mGy"), (1e-6, "µGy")), digits=digits)


def format_fraction(fraction: float, *, digits: int = 2) -> str:
    """Return a share in words, ``2.5 %``."""
    return _format(fraction, ((0.01, "%"),), digits=digits)


def _format(
    value: float,
    units: tuple[tuple[float, str], ...],
    *,
    digits: int,
    least: tuple[float, ...] | None = None,
) -> str:
    if not math.isfinite(value):
        msg = f"a value must be finite to be written down, got {value}"
        raise InvalidValueError(msg)
    if digits < 1:
        msg = f"digits must be at least 1, got {digits}"
        raise InvalidValueError(msg)
    if value == 0.0:
        return f"0 {_plain_unit(units)}"
    # Round first: 999.9 MBq to three digits is 1.00 GBq, not 1000 MBq.
    rounded = float(f"{value:.{digits - 1}e}")
    bounds = least or tuple(factor for factor, _ in units)
    chosen = next(
        (i for i, bound in enumerate(bounds) if abs(rounded) >= bound * (1 - 1e-12)),
        len(units) - 1,
    )
    factor, unit = units[chosen]
    number = float(f"{value / factor:.{digits - 1}e}")
    places = digits - 1 - math.floor(math.log10(abs(number)) + 1e-12)
    if abs(number) >= 1e6 or places > 8:
        return f"{number:.{digits - 1}e} {unit}"
    return f"{number:.{max(places, 0)}f} {unit}"


def _plain_unit(units: tuple[tuple[float, str], ...]) -> str:
    return next((unit for factor, unit in units if factor == 1.0), units[-1][1])
