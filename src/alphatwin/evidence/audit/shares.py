"""Shares against counts: GRIM, categories, ORR and DCR, figures that stand twice."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from alphatwin.evidence.amounts import decimals
from alphatwin.evidence.audit.finding import AuditFinding, found
from alphatwin.evidence.counts import (
    Fits,
    fitting_denominators,
    possible_counts,
    rounded_counts,
    share_text,
    truncated_counts,
)
from alphatwin.evidence.outcomes import CONTROL, OBJECTIVE, RESPONSES, AdverseEvent, Proportion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from alphatwin.evidence.record import Record

Share = Proportion | AdverseEvent
MOST_SHOWN = 12  # denominators that a finding lists
CONTROLLED = ("CR", "PR", "MR", "SD")
RESPONDED = ("CR", "PR")


def audit_shares(record: Record) -> Iterator[AuditFinding]:
    """Yield what is wrong with the shares of a record."""
    for path, row in _rows(record):
        yield from _count_of_group(record, path, row)
        if row.percent is not None:
            yield from _percentage(record, path, row)
    for table in dict.fromkeys(p.table for p in record.proportions if p.table):
        yield from _table(record, table)
    yield from _twice(record)


def _rows(record: Record) -> Iterator[tuple[str, Share]]:
    for i, proportion in enumerate(record.proportions):
        yield f"proportions[{i}]", proportion
    for i, event in enumerate(record.adverse_events):
        yield f"adverse_events[{i}]", event


def _count_of_group(record: Record, path: str, row: Share) -> Iterator[AuditFinding]:
    if isinstance(row, AdverseEvent) and row.counts == "events":
        return
    size = record.group(row.group).n
    if size is None:
        return
    if row.n is not None and row.of is None and row.n > size:
        yield found(
            record,
            f"{path}.n",
            "count_over_group",
            place=row.place,
            stated=f"{row.n} with {_name(row)}",
            computed=f"group {row.group} has {size}",
            suggestion="find the group of which it is a count",
        )
    if row.of is not None and row.of != size:
        yield found(
            record,
            f"{path}.of",
            "denominator_of_group",
            place=row.place,
            severity="warning",
            stated=f"of {row.of}",
            computed=f"group {row.group} has {size}",
            suggestion="make a group of those who were judged, and say why the others were not",
            fits_n=(row.of,),
        )


def _percentage(record: Record, path: str, row: Share) -> Iterator[AuditFinding]:
    of = record.denominator(row)
    if of is None or row.percent is None:
        return
    rounded = rounded_counts(row.percent, of=of)
    truncated = truncated_counts(row.percent, of=of)
    if row.n is not None and row.n <= of:
        if row.n in rounded:
            return
        cut = row.n in truncated
        yield found(
            record,
            f"{path}.percent",
            "percentage_of_count",
            place=row.place,
            severity="note" if cut else "error",
            stated=f"{row.percent} % and {row.n} of {of}",
            computed=share_text(row.n, of),
            suggestion="cut, not rounded" if cut else "see which of the two is right",
            fits_n=() if cut else _denominators_of(row.n, row.percent, up_to=2 * of),
        )
    elif not rounded and not truncated:
        below = int(row.percent * of / 100)
        near = [share_text(n, of) for n in (below, below + 1) if n <= of]
        fits = _fits(record, row, of=of)
        yield found(
            record,
            f"{path}.percent",
            "percentage_impossible",
            place=row.place,
            stated=f"{row.percent} % of {of}",
            computed=", ".join(near),
            suggestion=_explain(fits, of=of),
            fits_n=fits.both,
        )


def _fits(record: Record, row: Share, *, of: int) -> Fits:
    """Return denominators that fit every such percentage of the group, else the row alone."""
    assert row.percent is not None
    alike = tuple(
        other.percent
        for _, other in _rows(record)
        if (other.group, _domain(other)) == (row.group, _domain(row))
        and other.of is None
        and other.percent is not None
    )
    together = fitting_denominators(alike, up_to=2 * of)
    fits = together if together.both else fitting_denominators((row.percent,), up_to=2 * of)
    return fits.nearest(of, most=MOST_SHOWN)


def _domain(row: Share) -> str:
    return row.domain if isinstance(row, Proportion) else "adverse event"


def _denominators_of(n: int, percent: Decimal, *, up_to: int) -> tuple[int, ...]:
    fits = (of for of in range(max(n, 1), up_to + 1) if n in possible_counts(percent, of=of))
    return tuple(fits)[:MOST_SHOWN]


def _explain(fits: Fits, *, of: int) -> str:
    if not fits.both:
        return "no denominator up to twice the group fits: see whether the figure is misprinted"
    if fits.both[-1] < of:
        return f"it fits {fits.text()}: ask how many of the {of} could be judged"
    return f"it fits {fits.text()}: ask whether more than {of} were judged"


def _table(record: Record, table: str) -> Iterator[AuditFinding]:
    rows = [(f"proportions[{i}]", p) for i, p in enumerate(record.proportions) if p.table == table]
    parts = [(path, p) for path, p in rows if p.outcome in RESPONSES]
    of = record.denominator(rows[0][1])
    if parts:
        yield from _whole(record, parts, of=of)
    for name, rule, members in (
        (OBJECTIVE, "objective_response", RESPONDED),
        (CONTROL, "disease_control", CONTROLLED),
    ):
        inside = [p for _, p in parts if p.outcome in members]
        for path, row in rows:
            if row.outcome == name and inside:
                yield from _sum(record, path, row, inside, rule=rule, of=of)


def _whole(
    record: Record, parts: list[tuple[str, Proportion]], *, of: int | None
) -> Iterator[AuditFinding]:
    ranges = [_counts(row, of=of) for _, row in parts]
    if of is not None and all(ranges):
        low, high = sum(r.start for r in ranges), sum(r.stop - 1 for r in ranges)
        is_right, total = low <= of <= high, str(low) if low == high else f"{low} to {high}"
        computed, fits = f"{total} of {of}", _whole_of([row for _, row in parts], of=of)
    else:
        percents = [_percent_range(row, of=of) for _, row in parts]
        if any(p is None for p in percents):
            return
        low_p = sum(p[0] for p in percents if p is not None)
        high_p = sum(p[1] for p in percents if p is not None)
        is_right, fits = low_p <= 100 <= high_p, ()
        computed = f"{sum(p.percent for _, p in parts if p.percent is not None)} %"
    if not is_right:
        path, first = parts[0]
        yield found(
            record,
            path,
            "categories_add_up",
            place=first.place,
            stated=" + ".join(_stated(row) for _, row in parts),
            computed=computed,
            suggestion="find who is missing or counted twice",
            fits_n=fits,
        )


def _whole_of(rows: list[Proportion], *, of: int) -> tuple[int, ...]:
    """Return the denominators with which the categories add up."""
    fits = []
    for size in range(1, 2 * of + 1):
        ranges = [_counts(row, of=size) for row in rows]
        if all(ranges) and (
            sum(r.start for r in ranges) <= size <= sum(r.stop - 1 for r in ranges)
        ):
            fits.append(size)
    return Fits(tuple(fits), ()).nearest(of, most=MOST_SHOWN).both


def _sum(
    record: Record,
    path: str,
    row: Proportion,
    members: list[Proportion],
    *,
    rule: str,
    of: int | None,
) -> Iterator[AuditFinding]:
    ranges = [_counts(p, of=of) for p in members]
    wanted = _counts(row, of=of)
    if all(ranges) and wanted:
        low, high = sum(r.start for r in ranges), sum(r.stop - 1 for r in ranges)
        is_right = low < wanted.stop and wanted.start <= high
        computed = (f"{low}" if low == high else f"{low} to {high}") + (
            "" if of is None else f" of {of}"
        )
    else:
        percents = [_percent_range(p, of=of) for p in (*members, row)]
        if any(p is None for p in percents):
            return
        *inside, own = [p for p in percents if p is not None]
        low_p, high_p = sum(p[0] for p in inside), sum(p[1] for p in inside)
        is_right = low_p <= own[1] and own[0] <= high_p
        computed = f"{float(low_p):.1f} %"
        if low_p < high_p:
            computed = f"{float(low_p):.1f} to {float(high_p):.1f} %"
    if not is_right:
        yield found(
            record,
            path,
            rule,
            place=row.place,
            stated=f"{row.outcome} {_stated(row)}",
            computed=computed,
            suggestion=f"{row.outcome} is the sum of {', '.join(p.outcome for p in members)}",
        )


def _counts(row: Proportion, *, of: int | None) -> range:
    """Return the counts that a row can be; empty if none follows."""
    if row.n is not None:
        return range(row.n, row.n + 1)
    if row.percent is None or of is None:
        return range(0)
    return possible_counts(row.percent, of=of)


def _percent_range(row: Proportion, *, of: int | None) -> tuple[Fraction, Fraction] | None:
    """Return the percentages that a row can be, rounded or cut; None if it says nothing."""
    if row.percent is not None:
        step = Fraction(1, 10 ** decimals(row.percent))
        return Fraction(row.percent) - step / 2, Fraction(row.percent) + step
    if row.n is not None and of is not None:
        return Fraction(100 * row.n, of), Fraction(100 * row.n, of)
    return None


def _twice(record: Record) -> Iterator[AuditFinding]:
    seen: dict[tuple[object, ...], tuple[str, Proportion]] = {}
    for i, row in enumerate(record.proportions):
        of = record.denominator(row)
        key = (row.outcome, row.group, row.assessor, row.criteria, of)
        path = f"proportions[{i}]"
        if key not in seen:
            seen[key] = (path, row)
            continue
        other_path, other = seen[key]
        one, two = _percent_range(row, of=of), _percent_range(other, of=of)
        counts_differ = None not in (row.n, other.n) and row.n != other.n
        apart = one and two and (one[0] > two[1] or two[0] > one[1])
        if counts_differ or apart:
            yield found(
                record,
                path,
                "figure_twice",
                place=row.place,
                severity="warning",
                stated=f"{row.outcome} {_stated(row)}",
                computed=f"{other_path} says {_stated(other)}",
                suggestion="say what tells the two apart: date, assessor, criteria, group",
            )


def _stated(row: Share) -> str:
    if row.n is None:
        return f"{row.percent} %"
    return str(row.n) if row.percent is None else f"{row.n} ({row.percent} %)"


def _name(row: Share) -> str:
    return row.outcome if isinstance(row, Proportion) else row.term
