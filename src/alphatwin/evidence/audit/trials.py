"""One trial over several records: not more reported than enrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.evidence.audit.finding import AuditFinding, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alphatwin.evidence.record import Record
    from alphatwin.evidence.types import Group

_Sized = tuple["Record", int, "Group"]


def audit_trials(records: Sequence[Record]) -> Iterator[AuditFinding]:
    """Yield trials of which more people are reported than were enrolled."""
    numbers = dict.fromkeys(number for record in records for number in record.registration)
    for number in numbers:
        mine = [record for record in records if number in record.registration]
        enrolled = _largest(mine, roles=("enrolled",))
        reported = _largest(mine, roles=("treated", "evaluable", "arm"))
        if enrolled is None or reported is None:
            continue
        record, i, group = enrolled
        other, _, larger = reported
        if (larger.n or 0) > (group.n or 0):
            yield found(
                record,
                f"groups[{i}].n",
                "registered_number",
                place=group.place,
                severity="warning",
                stated=f"{number}: {group.n} enrolled",
                computed=f"{larger.n} in group {larger.id} of {other.id}",
                suggestion="the number enrolled is old, or the reports are of more than one trial",
            )


def _largest(records: Sequence[Record], *, roles: tuple[str, ...]) -> _Sized | None:
    sized = [
        (record, i, group)
        for record in records
        for i, group in enumerate(record.groups)
        if group.role in roles and group.n is not None
    ]
    return max(sized, key=lambda row: row[2].n or 0, default=None)
