"""What differs between two versions of a base of records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from alphatwin.evidence.writing import record_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alphatwin.evidence.record import Record

Change = Literal["added", "removed", "changed"]
# What tells one entry of a table from another, in words of the file
_NAMES = ("key", "id", "outcome", "term", "endpoint", "kind", "agent", "domain", "subject", "group",
          "grade", "time", "assessor", "about", "date")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two versions have otherwise.

    Attributes
    ----------
    record
        Identifier of the record.
    field
        Path in the record, by names where entries have one; empty for a whole record.
    change
        `added`, `removed` or `changed`.
    old
        What the older version says; null if nothing.
    new
        What the newer version says; null if nothing.
    """

    record: str
    field: str
    change: Change
    old: str | None
    new: str | None


def differences(old: Iterable[Record], new: Iterable[Record]) -> tuple[Difference, ...]:
    """Return what differs, record by record, in the order of their identifiers.

    The order of entries does not matter, nor how a file is written.

    Parameters
    ----------
    old, new
        The two versions.
    """
    before = {one.id: one for one in old}
    after = {one.id: one for one in new}
    found: list[Difference] = []
    for name in sorted(before | after):
        if name not in after:
            found.append(_difference(name, "", before[name].title, None))
        elif name not in before:
            found.append(_difference(name, "", None, after[name].title))
        else:
            pair = (dict(_flat(before[name])), dict(_flat(after[name])))
            paths = [*pair[0], *(path for path in pair[1] if path not in pair[0])]
            found += [
                _difference(name, path, pair[0].get(path), pair[1].get(path))
                for path in paths
                if pair[0].get(path) != pair[1].get(path)
            ]
    return tuple(found)


def _difference(name: str, path: str, old: str | None, new: str | None) -> Difference:
    change: Change = "added" if old is None else "removed" if new is None else "changed"
    return Difference(record=name, field=path, change=change, old=old, new=new)


def _flat(one: Record) -> Iterator[tuple[str, str]]:
    for key, value in record_document(one).items():
        if not (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield key, _said(value)
            continue
        seen: dict[str, int] = {}
        for row in value:
            label = ", ".join(str(row[n]) for n in _NAMES if n in row and n != "about")
            label = label or str(row.get("about", ""))
            seen[label] = seen.get(label, 0) + 1
            again = "" if seen[label] == 1 else f" #{seen[label]}"
            for field, item in row.items():
                yield f"{key}[{label}{again}].{field}", _said(item)


def _said(value: Any) -> str:
    return "; ".join(str(item) for item in value) if isinstance(value, list) else str(value)
