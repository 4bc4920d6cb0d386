"""Dates in order, estimates that had passed, figures that newer ones replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.evidence.audit.finding import AuditFinding, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alphatwin.evidence.record import Record
    from alphatwin.evidence.types import DatedEvent


def audit_dates(record: Record) -> Iterator[AuditFinding]:
    """Yield what is wrong with the dates of a record."""
    for i, event in enumerate(record.dates):
        path = f"dates[{i}].date"
        published = record.source(event.place.source).published
        if event.is_estimate and published is not None and before(event.date, published):
            yield found(
                record,
                path,
                "estimate_past",
                place=event.place,
                severity="warning",
                stated=f"{event.kind} estimated for {event.date}",
                computed=f"the source is of {published}",
                suggestion="look up what became of it",
            )
        for other in record.dates[i + 1 :]:
            yield from _order(record, path, event, other)


def _order(record: Record, path: str, one: DatedEvent, two: DatedEvent) -> Iterator[AuditFinding]:
    if one.about != two.about:  # of different parts of a trial
        return
    first, later = (one, two) if _rank(one) < _rank(two) else (two, one)
    if _rank(first) < _rank(later) and before(later.date, first.date):
        yield found(
            record,
            path,
            "dates_in_order",
            place=one.place,
            stated=f"{first.kind} {first.date}, {later.kind} {later.date}",
            computed=f"{later.kind} comes before {first.kind}",
            suggestion="see which date is misprinted",
        )


def _rank(event: DatedEvent) -> int:
    """Return the stage of an event: start, end, publication."""
    return {"start": 0, "data cutoff": 1, "primary completion": 1}.get(event.kind, 2)


def before(one: str, other: str) -> bool:
    """Whether one date is surely before another, as far as both are known."""
    size = min(len(one), len(other))
    return one[:size] < other[:size]


def audit_superseded(records: Sequence[Record]) -> Iterator[AuditFinding]:
    """Yield what a newer record or figure replaces."""
    known = {record.id: record for record in records}
    for record in records:
        if record.superseded_by is not None:
            place = next(iter(record.entries()))[1].place if any(record.entries()) else None
            if place is not None:
                yield found(
                    record,
                    "superseded_by",
                    "superseded",
                    place=place,
                    severity="note",
                    stated=record.title,
                    computed=f"replaced by {record.superseded_by}",
                    suggestion="use the newer record",
                )
        for path, entry in record.entries():
            target = getattr(entry, "superseded_by", None)
            if target is not None:
                yield found(
                    record,
                    path,
                    "superseded",
                    place=entry.place,
                    severity="warning",
                    stated=_value(entry),
                    computed=f"{target}: {_newer(known, target)}",
                    suggestion="use the newer figure",
                )


def _newer(known: dict[str, Record], target: str) -> str:
    name, _, row = target.partition("#")
    if name not in known:
        return "not among these records"
    if not row:
        return known[name].title
    for key, outcome in known[name].outcomes():
        if key == row:
            return _value(outcome)
    return "no such figure"


def _value(entry: object) -> str:
    for field in ("percent", "n", "value", "activity", "about"):
        value = getattr(entry, field, None)
        if value is not None:
            text = value.text() if hasattr(value, "text") else str(value)
            named = getattr(entry, "outcome", None) or getattr(entry, "endpoint", None)
            unit = " %" if field == "percent" else ""
            return f"{named} {text}{unit}" if named else f"{text}{unit}"
    return "a figure"
