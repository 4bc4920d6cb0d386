"""People: groups that add up, parts within wholes, who is missing, cycles of patients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.evidence.audit.finding import AuditFinding, found
from alphatwin.evidence.counts import share_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.evidence.record import Record
    from alphatwin.evidence.types import Group

MOST_LOST = 0.25  # of those enrolled; a larger loss wants an explanation, a smaller is noted


def audit_people(record: Record) -> Iterator[AuditFinding]:
    """Yield what is wrong with the numbers of people and of cycles of a record."""
    for i, group in enumerate(record.groups):
        yield from _within(record, f"groups[{i}]", group)
    yield from _partitions(record)
    yield from _cycles(record)


def _within(record: Record, path: str, group: Group) -> Iterator[AuditFinding]:
    if group.within is None or group.n is None:
        return
    whole = record.group(group.within)
    if whole.n is None:
        return
    if group.n > whole.n:
        yield found(
            record,
            f"{path}.n",
            "group_within",
            place=group.place,
            stated=f"{group.id}: {group.n}",
            computed=f"{whole.id}: {whole.n}",
            suggestion="a part cannot be larger than the whole: see which number is misprinted",
        )
    elif group.role in {"treated", "evaluable"} and group.partition is None and group.n < whole.n:
        lost = whole.n - group.n
        yield found(
            record,
            f"{path}.n",
            "all_accounted",
            place=group.place,
            severity="warning" if lost > MOST_LOST * whole.n else "note",
            stated=f"{group.n} {group.role} of {whole.n} {whole.role}",
            computed=f"{lost} not {group.role}" + _least(record, group, whole.n),
            suggestion="say what became of the others; show the share of all beside it",
        )


def _least(record: Record, group: Group, whole: int) -> str:
    """Return the response rate if nobody who is missing responded."""
    rows = [r for r in record.proportions if r.group == group.id and r.n is not None]
    of_all = [r.n or 0 for r in rows if r.outcome == "ORR"]
    apart = [r.n or 0 for r in rows if r.outcome in {"CR", "PR"}]
    responders = max(of_all) if of_all else sum(apart)
    if not responders or responders > whole:
        return ""
    return f"; of all, responses are at least {share_text(responders, whole)}"


def _partitions(record: Record) -> Iterator[AuditFinding]:
    keys = dict.fromkeys((g.within, g.partition) for g in record.groups if g.partition)
    for within, partition in keys:
        parts = [g for g in record.groups if (g.within, g.partition) == (within, partition)]
        whole = record.group(within) if within is not None else None
        sizes = [g.n for g in parts if g.n is not None]
        if whole is None or whole.n is None or len(sizes) < len(parts):
            continue
        if sum(sizes) != whole.n:
            i = record.groups.index(parts[0])
            yield found(
                record,
                f"groups[{i}].n",
                "groups_add_up",
                place=parts[0].place,
                stated=" + ".join(f"{g.n} {g.id}" for g in parts),
                computed=f"{sum(sizes)}, but {whole.id} has {whole.n}",
                suggestion="find who is missing or counted twice",
                fits_n=(sum(sizes),),
            )


def _cycles(record: Record) -> Iterator[AuditFinding]:
    """Yield sums of cycles that the median or the greatest number does not allow (eq. V9)."""
    size = next((g.n for g in record.groups if g.role == "treated" and g.n is not None), None)
    if size is None:
        return
    most = [r.cycles for r in record.regimens if r.cycles_are == "at most" and r.cycles]
    median = [r.cycles for r in record.regimens if r.cycles_are == "median" and r.cycles]
    for i, regimen in enumerate(record.regimens):
        if regimen.cycles_are != "all patients" or regimen.cycles is None:
            continue
        least = size // 2 + (size - size // 2) * (median[0] if median else 1)
        greatest = size * max(most) if most else None
        if regimen.cycles < least or (greatest is not None and regimen.cycles > greatest):
            limit = f"at least {least}" if regimen.cycles < least else f"at most {greatest}"
            yield found(
                record,
                f"regimens[{i}].cycles",
                "cycles_of_patients",
                place=regimen.place,
                stated=f"{regimen.cycles} cycles of {size} patients",
                computed=limit,
                suggestion="see whether cycles or patients are misprinted",
            )
