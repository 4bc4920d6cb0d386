"""Figures of a record as rows of one shape, with counts and intervals where they follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from alphatwin.evidence.counts import rounded_counts, truncated_counts
from alphatwin.evidence.intervals import exact_interval, wilson_interval
from alphatwin.evidence.outcomes import AdverseEvent, Proportion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.evidence.outcomes import Finding, TimeToEvent
    from alphatwin.evidence.record import Record
    from alphatwin.evidence.types import Group, Place

RowKind = Literal["share", "adverse event", "time to event", "finding"]
CountFrom = Literal["printed", "percentage", "categories"]
_UNITS = {"median": "months", "landmark": "%", "hazard ratio": "ratio", "odds ratio": "ratio"}
_DERIVED = (("ORR", ("CR", "PR")), ("DCR", ("CR", "PR", "MR", "SD")))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One figure of a study, in the shape that all figures share.

    Attributes
    ----------
    record
        Identifier of the record.
    field
        Path of the figure in its record.
    title
        What the study is, in our own words.
    study_kind
        Kind of record: `trial`, `cohort`, `case` and so on.
    agent
        Agent of the group.
    combination
        Medicines given with it in every regimen of the record.
    population
        Who was studied.
    prior
        Therapy with a beta emitter before.
    group
        Group of which it is a figure, in words.
    role
        What the group is: `enrolled`, `treated`, `evaluable`, `arm`, `subgroup`.
    kind
        `share`, `adverse event`, `time to event` or `finding`.
    domain
        What it is about.
    outcome
        Outcome, with its grade or time.
    criteria
        How it was judged; null if not stated.
    assessor
        Who judged it.
    n
        Count; null if none is printed and none follows.
    of
        Denominator; null if it is not known.
    count_from
        Where the count comes from: `printed`, `percentage`, `categories`; null if there is none.
    stated
        The figure as printed.
    share_fraction
        Share of the group; null if it is no share.
    exact_low_fraction
        Lower end of the exact (Clopper-Pearson) 95 % interval; null without a count.
    exact_high_fraction
        Upper end of the exact 95 % interval; null without a count.
    wilson_low_fraction
        Lower end of Wilson's 95 % interval; null without a count.
    wilson_high_fraction
        Upper end of Wilson's 95 % interval; null without a count.
    value
        Value of a time to event, a ratio or a finding, in its unit; null if it has none.
    unit
        Unit of that value; null if it has none.
    low
        Lower end of the printed interval of that value.
    high
        Upper end of the printed interval of that value.
    place
        Where it stands: citation and place in it.
    status
        `read`, `recalled` or `computed`.
    level
        How near the source is to the data.
    published
        When the source appeared; null if unknown.
    superseded_by
        What replaced it; null if nothing did.
    cautions
        What a reader must know of this row.
    """

    record: str
    field: str
    title: str
    study_kind: str
    agent: str
    combination: tuple[str, ...]
    population: str
    prior: str
    group: str
    role: str
    kind: RowKind
    domain: str
    outcome: str
    criteria: str | None = None
    assessor: str = "not stated"
    n: int | None = None
    of: int | None = None
    count_from: CountFrom | None = None
    stated: str = ""
    share_fraction: float | None = None
    exact_low_fraction: float | None = None
    exact_high_fraction: float | None = None
    wilson_low_fraction: float | None = None
    wilson_high_fraction: float | None = None
    value: float | None = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    place: str = ""
    status: str = "read"
    level: str = ""
    published: str | None = None
    superseded_by: str | None = None
    cautions: tuple[str, ...] = ()


def rows_of(record: Record) -> Iterator[EvidenceRow]:
    """Yield the figures of a record as rows; ORR and DCR also where only categories are printed.

    Parameters
    ----------
    record
        The record.
    """
    for i, proportion in enumerate(record.proportions):
        yield _share(record, f"proportions[{i}]", proportion)
    yield from _derived(record)
    for i, event in enumerate(record.adverse_events):
        yield _share(record, f"adverse_events[{i}]", event)
    for i, time in enumerate(record.times_to_event):
        yield _time(record, f"times_to_event[{i}]", time)
    for i, finding in enumerate(record.findings):
        yield _finding(record, f"findings[{i}]", finding)


def judged_outcome(row: EvidenceRow) -> str:
    """Return the outcome of a row, with who judged it where that is stated.

    Parameters
    ----------
    row
        The row.
    """
    return row.outcome if row.assessor == "not stated" else f"{row.outcome}, {row.assessor}"


def _base(record: Record, path: str, group: Group | None, place: Place) -> EvidenceRow:
    source = record.source(place.source)
    around = _around(record, group)
    mine = {None, *(one.id for one in around)}
    together = tuple(dict.fromkeys(r.combination for r in record.regimens if r.group in mine))
    return EvidenceRow(
        record=record.id,
        field=path,
        title=record.title,
        study_kind=record.kind,
        agent=next((one.agent for one in around if one.agent), record.agents[0]),
        combination=together[0] if len(together) == 1 else _shared(together),
        population=record.population,
        prior=next((one.prior for one in around if one.prior), record.prior),
        group=group.about if group else "all",
        role=group.role if group else "treated",
        kind="finding",
        domain="",
        outcome="",
        place=f"{source.citation}, {_where(place)}",
        status=place.status,
        level=source.level,
        published=source.published,
        superseded_by=record.superseded_by,
    )


def _around(record: Record, group: Group | None) -> tuple[Group, ...]:
    """Return a group and those that it lies within, from the inside out."""
    found: tuple[Group, ...] = ()
    while group is not None and group not in found:
        found = (*found, group)
        group = None if group.within is None else record.group(group.within)
    return found


def _shared(together: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Return what the shortest list names, in the fewest letters, if every regimen has others."""
    return min(together, key=lambda names: (len(names), len("".join(names))), default=())


def _where(place: Place) -> str:
    return f"lines {place.where}" if place.lines is not None else place.where


def _share(record: Record, path: str, row: Proportion | AdverseEvent) -> EvidenceRow:
    of = record.denominator(row)
    n, count_from, cautions = _count(row, of)
    is_event = isinstance(row, AdverseEvent)
    base = _base(record, path, record.group(row.group), row.place)
    shown = replace(
        base,
        kind="adverse event" if is_event else "share",
        domain="adverse event" if isinstance(row, AdverseEvent) else row.domain,
        outcome=_event_name(row) if isinstance(row, AdverseEvent) else row.outcome,
        criteria=None if isinstance(row, AdverseEvent) else row.criteria,
        assessor="not stated" if isinstance(row, AdverseEvent) else row.assessor,
        stated=_stated(row),
        superseded_by=row.superseded_by or base.superseded_by,
        cautions=(*cautions, *([row.note] if row.note else [])),
    )
    if isinstance(row, AdverseEvent) and row.counts == "events":
        share = None if row.percent is None else float(row.percent) / 100.0
        caution = "events are counted, not patients: several may be of one patient"
        return replace(
            shown, n=n, of=of, count_from=count_from, share_fraction=share,
            cautions=(caution, *shown.cautions),
        )  # fmt: skip
    return _with_interval(shown, n=n, of=of, count_from=count_from, percent=row.percent)


def _count(
    row: Proportion | AdverseEvent, of: int | None
) -> tuple[int | None, CountFrom | None, tuple[str, ...]]:
    if row.n is not None:
        return row.n, "printed", ()
    if row.percent is None or of is None:
        return None, None, ("the denominator is not known: no interval follows",)
    for way, cut in ((rounded_counts, False), (truncated_counts, True)):
        counts = way(row.percent, of=of)
        if len(counts) == 1:
            caution = ("the percentage is cut, not rounded",) if cut else ()
            return counts[0], "percentage", caution
        if counts:
            return None, None, (f"{counts[0]} to {counts[-1]} of {of} give {row.percent} %",)
    return None, None, (f"no count of {of} gives {row.percent} %: no interval follows",)


def _with_interval(
    row: EvidenceRow,
    *,
    n: int | None,
    of: int | None,
    count_from: CountFrom | None,
    percent: Decimal | None,
) -> EvidenceRow:
    cautions = row.cautions
    if n is None or of is None or n > of:
        share = None if percent is None else float(percent) / 100.0
        return replace(row, n=n, of=of, count_from=count_from, share_fraction=share)
    if row.study_kind == "case":
        cautions = ("a single patient shows that it can happen, not how often", *cautions)
        return replace(row, n=n, of=of, count_from=count_from, cautions=cautions)
    exact, wilson = exact_interval(n, of=of), wilson_interval(n, of=of)
    return replace(
        row,
        n=n,
        of=of,
        count_from=count_from,
        share_fraction=n / of,
        exact_low_fraction=exact.low_fraction,
        exact_high_fraction=exact.high_fraction,
        wilson_low_fraction=wilson.low_fraction,
        wilson_high_fraction=wilson.high_fraction,
    )


def _derived(record: Record) -> Iterator[EvidenceRow]:
    for table in dict.fromkeys(p.table for p in record.proportions if p.table):
        rows = [p for p in record.proportions if p.table == table]
        for name, members in _DERIVED:
            parts = [p for p in rows if p.outcome in members]
            if not parts or any(p.outcome == name for p in rows):
                continue
            path = f"proportions[{record.proportions.index(parts[0])}]"
            first = parts[0]
            shown = replace(
                _base(record, path, record.group(first.group), first.place),
                kind="share",
                domain="response",
                outcome=name,
                criteria=first.criteria,
                assessor=first.assessor,
                status="computed",
                stated=" + ".join(f"{p.outcome} {_stated(p)}" for p in parts),
                cautions=(f"not printed: the sum of {', '.join(p.outcome for p in parts)}",),
            )
            of = record.denominator(first)
            counts = [_count(p, of) for p in parts]
            n = None if any(c[0] is None for c in counts) else sum(c[0] or 0 for c in counts)
            unknown = tuple(text for c in counts for text in c[2] if c[0] is None)
            yield _with_interval(
                replace(shown, cautions=(*shown.cautions, *dict.fromkeys(unknown))),
                n=n,
                of=of,
                count_from=None if n is None else "categories",
                percent=_total(parts),
            )


def _total(parts: list[Proportion]) -> Decimal | None:
    """Return the sum of percentages, None if one is not printed."""
    total = Decimal(0)
    for part in parts:
        if part.percent is None:
            return None
        total += part.percent
    return total


def _time(record: Record, path: str, row: TimeToEvent) -> EvidenceRow:
    at = "" if row.time is None else f" at {row.time.text()}"
    versus = "" if row.versus is None else f", against {record.group(row.versus).about}"
    cautions = [row.note] if row.note else []
    if row.kind == "landmark":
        cautions.append("numbers at risk are not known: no interval follows from the share")
    base = _base(record, path, record.group(row.group), row.place)
    return replace(
        base,
        kind="time to event",
        domain="survival",
        outcome=f"{row.endpoint} {row.kind}{at}{versus}",
        assessor=row.assessor,
        of=record.group(row.group).n,
        stated="not reached" if row.value is None else f"{row.value} {_UNITS[row.kind]}",
        value=None if row.value is None else float(row.value),
        unit=_UNITS[row.kind],
        low=None if row.low is None else float(row.low),
        high=None if row.high is None else float(row.high),
        superseded_by=row.superseded_by or base.superseded_by,
        cautions=tuple(cautions),
    )


def _finding(record: Record, path: str, row: Finding) -> EvidenceRow:
    group = record.groups[0] if row.group is None and record.groups else None
    group = record.group(row.group) if row.group is not None else group
    base = _base(record, path, group, row.place)
    return replace(
        base,
        kind="finding",
        domain=row.domain,
        outcome=f"{row.domain}: {row.about}",
        of=None if group is None else group.n,
        stated="" if row.value is None else row.value.text(),
        value=None if row.value is None else float(row.value.value),
        unit=None if row.value is None else row.value.unit,
        superseded_by=row.superseded_by or base.superseded_by,
    )


def _event_name(row: AdverseEvent) -> str:
    grade = "" if row.grade == "any" else f", grade {row.grade}"
    related = "" if row.relatedness in {"not stated", "any"} else f", {row.relatedness}"
    return f"{row.term}{grade}{related}"


def _stated(row: Proportion | AdverseEvent) -> str:
    count = "" if row.n is None else str(row.n) + ("" if row.of is None else f" of {row.of}")
    if row.percent is None:
        return count
    return f"{count} ({row.percent} %)" if count else f"{row.percent} %"
