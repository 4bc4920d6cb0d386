"""Intervals against their values and counts, and times to an event against each other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alphatwin.evidence.amounts import decimals
from alphatwin.evidence.audit.finding import AuditFinding, found
from alphatwin.evidence.counts import possible_counts
from alphatwin.evidence.intervals import METHODS, ShareInterval, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from alphatwin.evidence.outcomes import Proportion, TimeToEvent
    from alphatwin.evidence.record import Record

NEAR_PEOPLE = 3.0  # by which the ends of two methods differ, over the denominator
NEAR_FRACTION = 0.005  # and for the digits printed
MOST_SHOWN = 3  # denominators that a finding lists


def audit_ranges(record: Record) -> Iterator[AuditFinding]:
    """Yield what is wrong with the intervals and the times to an event of a record."""
    for i, row in enumerate(record.proportions):
        if row.low is not None and row.high is not None:
            yield from _interval(record, f"proportions[{i}]", row)
    for i, time in enumerate(record.times_to_event):
        path = f"times_to_event[{i}]"
        yield from _holds(record, path, time)
        if time.kind in {"hazard ratio", "odds ratio"}:
            yield from _midway(record, path, time)
        if time.kind == "landmark":
            yield from _followed(record, path, time)
        if time.endpoint == "PFS":
            yield from _before_death(record, path, time)


def _interval(record: Record, path: str, row: Proportion) -> Iterator[AuditFinding]:
    of = record.denominator(row)
    counts = _counts(row, of)
    assert row.low is not None
    assert row.high is not None
    value = row.percent
    stated = f"{row.low} to {row.high} %"
    if value is not None and not row.low <= value <= row.high:
        yield found(
            record,
            f"{path}.low",
            "interval_holds_value",
            place=row.place,
            stated=f"{value} %, {stated}",
            computed=f"{value} % lies outside",
            suggestion="see which of the three is misprinted",
        )
    elif of is not None and counts and not _method(row, counts, of=of):
        exact = METHODS["exact"](counts[0], of=of, level_fraction=float(row.level) / 100.0)
        fits = _denominators(row, of=of)
        yield found(
            record,
            f"{path}.low",
            "interval_of_count",
            place=row.place,
            severity="warning",
            stated=f"{stated} for {counts[0]} of {of}",
            computed=f"exact {100 * exact.low_fraction:.1f} to {100 * exact.high_fraction:.1f} %",
            suggestion=f"no method gives it ({', '.join(METHODS)}); another denominator or level",
            fits_n=fits,
        )


def _counts(row: Proportion, of: int | None) -> range:
    if row.n is not None:
        return range(row.n, row.n + 1)
    if of is None or row.percent is None:
        return range(0)
    return possible_counts(row.percent, of=of)


def _method(
    row: Proportion, counts: Sequence[int], *, of: int, names: tuple[str, ...] = tuple(METHODS)
) -> str | None:
    """Return a method that gives the printed interval for one of the counts."""
    for name in names:
        method = METHODS[name]
        for n in counts:
            found_here = method(n, of=of, level_fraction=float(row.level) / 100.0)
            if _prints(row.low, found_here.low_fraction) and _prints(
                row.high, found_here.high_fraction
            ):
                return name
    return None


def _prints(printed: Decimal | None, fraction: float) -> bool:
    """Whether a fraction is printed so, rounded or cut."""
    if printed is None:
        return False
    step = 10.0 ** -decimals(printed)
    over = 100.0 * fraction - float(printed)
    return -0.5001 * step <= over < 1.0001 * step


def _denominators(row: Proportion, *, of: int) -> tuple[int, ...]:
    """Return denominators whose exact or Wilson interval is printed, tried where it is near."""
    fits: list[int] = []
    for size in range(1, 2 * of + 1):
        counts = _counts_of(row, size)
        if len(fits) == MOST_SHOWN:
            break
        near = [n for n in counts if _is_near(row, wilson_interval(n, of=size), of=size)]
        if near and _method(row, near, of=size, names=("exact", "Wilson")):
            fits.append(size)
    return tuple(fits)


def _is_near(row: Proportion, wilson: ShareInterval, *, of: int) -> bool:
    ends = ((row.low, wilson.low_fraction), (row.high, wilson.high_fraction))
    reach = NEAR_FRACTION + NEAR_PEOPLE / of
    return all(p is not None and abs(float(p) / 100.0 - end) < reach for p, end in ends)


def _counts_of(row: Proportion, of: int) -> range:
    if row.percent is not None:
        return possible_counts(row.percent, of=of)
    return range(row.n, row.n + 1) if row.n is not None and row.n <= of else range(0)


def _holds(record: Record, path: str, time: TimeToEvent) -> Iterator[AuditFinding]:
    ends = (time.low, time.value, time.high)
    given = [end for end in ends if end is not None]
    if given != sorted(given):
        yield found(
            record,
            f"{path}.low",
            "interval_holds_value",
            place=time.place,
            stated=f"{time.value} ({time.low} to {time.high})",
            computed="not in rising order",
            suggestion="see which of the three is misprinted",
        )


def _midway(record: Record, path: str, time: TimeToEvent) -> Iterator[AuditFinding]:
    """Yield a ratio that is not the geometric mean of its ends (eq. V8), digits allowed for."""
    if time.low is None or time.high is None or time.value is None:
        return
    if not 0 < time.low <= time.high:  # `interval_holds_value` says so
        return
    low, high = ([float(x) + s * _half(x) for s in (-1, 1)] for x in (time.low, time.high))
    middle = [math.sqrt(max(low[k], 0.0) * high[k]) for k in (0, 1)]
    value, half = float(time.value), _half(time.value)
    if value + half < middle[0] or value - half > middle[1]:
        yield found(
            record,
            f"{path}.value",
            "ratio_midway",
            place=time.place,
            severity="warning",
            stated=f"{time.value} ({time.low} to {time.high})",
            computed=f"geometric mean of the ends {middle[0]:.3g} to {middle[1]:.3g}",
            suggestion="see which of the three is misprinted, or whether the interval is profiled",
        )


def _half(value: Decimal) -> float:
    return 0.5 * 10.0 ** -decimals(value)


def _followed(record: Record, path: str, time: TimeToEvent) -> Iterator[AuditFinding]:
    for follow in record.follow_up:
        is_same = follow.group in (None, time.group)
        if time.time is None or follow.statistic != "median" or not is_same:
            continue
        if time.time.base() >= follow.value.base():
            yield found(
                record,
                f"{path}.time",
                "landmark_followed",
                place=time.place,
                severity="note",
                stated=f"{time.endpoint} at {time.time.text()}",
                computed=f"median follow-up {follow.value.text()}",
                suggestion="at most half were watched so long: ask for the numbers at risk",
            )


def _before_death(record: Record, path: str, time: TimeToEvent) -> Iterator[AuditFinding]:
    for other in record.times_to_event:
        is_same = (other.kind, other.group, other.time) == (time.kind, time.group, time.time)
        if other.endpoint != "OS" or not is_same or time.kind not in {"median", "landmark"}:
            continue
        value, survival = time.value, other.value
        exceeds = value is not None and survival is not None and value > survival
        if exceeds or (value is None and survival is not None):
            yield found(
                record,
                f"{path}.value",
                "progression_before_death",
                place=time.place,
                stated=f"PFS {'not reached' if value is None else value}",
                computed=f"OS {survival}",
                suggestion="death ends PFS too: the two may be swapped or of different groups",
            )
