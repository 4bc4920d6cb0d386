"""Regimens, levels and schedules of a plan in words, the same on every face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import number, quantity

if TYPE_CHECKING:
    from alphatwin.report.plan_value import LevelRecord, ParetoPoint, RegimenRecord, WhatIf

_DAY_S = 86400.0
_KINDS = {
    "bed_gy": "BED {value} Gy",
    "absorbed_dose_gy": "{value} Gy",
    "single_activity_bq": "{value} in one cycle",
    "repeated_activity_bq": "{value} repeated",
    "cumulative_activity_bq": "{value} in all cycles",
}


def regimen_words(regimen: RegimenRecord) -> str:
    """Return cycles, activity in becquerel and mCi, and interval: ``4 × 7.4 GBq (200 mCi) ...``."""
    activities = regimen.cycle_activity_bq
    first = f"{quantity(activities[0], 'Bq')} ({number(regimen.cycle_activity_mci[0])} mCi)"
    equal = len({f"{a:.9g}" for a in activities}) == 1
    count = len(activities) if equal else len(activities) - 1
    words = first if count == 1 else f"{count} × {first}"
    if not equal:
        last = f"{quantity(activities[-1], 'Bq')} ({number(regimen.cycle_activity_mci[-1])} mCi)"
        words += f" and {last}"
    if len(activities) == 1:
        return words
    if regimen.start_s is None:
        return f"{words}, interval not published"
    return f"{words} every {interval_words(regimen.start_s[1])}"


def interval_words(interval_s: float | None) -> str:
    """Return a time between cycles in weeks if it is whole weeks, else in days."""
    if interval_s is None:
        return "without overlap"
    weeks = interval_s / (7.0 * _DAY_S)
    if abs(weeks - round(weeks)) < 1e-6:
        return "week" if round(weeks) == 1 else f"{round(weeks)} weeks"
    return f"{number(interval_s / _DAY_S)} d"


def level_words(level: LevelRecord) -> str:
    """Return a level with its unit: ``BED 28 Gy``."""
    in_bq = level.quantity.endswith("_bq")
    value = quantity(level.value, "Bq") if in_bq else f"{level.value:g}"
    return _KINDS[level.quantity].format(value=value)


def schedule_words(row: WhatIf | ParetoPoint) -> str:
    """Return cycles and interval of a row: ``4 cycles every 8 weeks``."""
    if row.cycles == 1:
        return "1 cycle"
    if row.interval_s is None:
        return f"{row.cycles} cycles without overlap"
    return f"{row.cycles} cycles every {interval_words(row.interval_s)}"
