"""Records from a table: a CSV file with one figure in each row."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from alphatwin.errors import DataError
from alphatwin.evidence.base import SCHEMA
from alphatwin.evidence.registry import Imported
from alphatwin.evidence.writing import record_of_document

if TYPE_CHECKING:
    from alphatwin.evidence.record import Record

OF_RECORD: Final = ("record", "title", "kind", "design", "agent", "population", "prior", "citation",
                    "doi_or_url", "level", "published")  # fmt: skip
OF_FIGURE: Final = ("group", "group_n", "outcome", "n", "of", "percent", "low", "high", "criteria",
                    "assessor", "grade", "median_months", "where", "note")  # fmt: skip
NEEDED: Final = ("record", "title", "kind", "agent", "population", "citation", "outcome", "group")
_SOURCE: Final = "source"
_DELIMITERS: Final = ",;\t"


def import_sheet(raw: bytes, *, where: str) -> Imported:
    """Return the records of a CSV file.

    A row is a figure: a share with `n`, `of` or `percent`; an adverse event, if `grade` is filled;
    a median survival, if `median_months` is. Rows of one `record` make one record, and what they
    say of it must agree or be empty.

    Parameters
    ----------
    raw
        The file: UTF-8, separated by commas, semicolons or tabs, with a line of heads.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        If the encoding, a head, a number or a record is wrong; the message says on which line.
    """
    rows = _rows(raw, where)
    documents: dict[str, dict[str, Any]] = {}
    for line, row in rows:
        at = f"{where}:{line}"
        for name in ("record", "outcome", "group"):
            if not row[name]:
                msg = f"{at}: {name}: is empty; every figure has one"
                raise DataError(msg)
        document = documents.setdefault(row["record"], _document(row))
        _agree(document, row, at)
        _figure(document, row, at)
    made: list[Record] = []
    for document in documents.values():
        at = f"{where}: record {document['id']!r}"
        del document["_said"]
        made.append(record_of_document(document, where=at))
    return Imported(tuple(made), ())


def _rows(raw: bytes, where: str) -> list[tuple[int, dict[str, str]]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        msg = f"{where}:{line}: byte {raw[error.start]:#04x} is not UTF-8 text; save it as UTF-8"
        raise DataError(msg) from error
    head = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
        names = [name.strip() for name in reader.fieldnames or []]
        _check_heads(names, where)
        reader.fieldnames = names
        found = []
        for row in reader:
            if None in row or None in row.values():
                msg = f"{where}:{reader.line_num}: has not as many cells as there are heads"
                raise DataError(msg)
            cells = dict.fromkeys((*OF_RECORD, *OF_FIGURE), "")
            cells |= {name: cell.strip() for name, cell in row.items()}
            if any(cells.values()):
                found.append((reader.line_num, cells))
    except csv.Error as error:
        msg = f"{where}: no CSV: {error}"
        raise DataError(msg) from error
    if not found:
        msg = f"{where}: no figure; give one in each row below the heads"
        raise DataError(msg)
    return found


def _check_heads(names: list[str], where: str) -> None:
    allowed = (*OF_RECORD, *OF_FIGURE)
    unknown = [name for name in names if name not in allowed]
    missing = [name for name in NEEDED if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    for what, wrong in (
        ("unknown head", unknown),
        ("missing head", missing),
        ("head twice", twice),
    ):
        if wrong:
            msg = f"{where}:1: {what} {', '.join(wrong)}; allowed: {', '.join(allowed)}"
            raise DataError(msg)


def _document(row: dict[str, str]) -> dict[str, Any]:
    source = {
        "key": _SOURCE,
        "citation": row["citation"],
        "doi_or_url": row["doi_or_url"] or "no DOI known",
        "level": row["level"] or "second hand",
    }
    return {
        "schema": SCHEMA,
        "id": row["record"],
        "title": row["title"],
        "kind": row["kind"],
        "design": row["design"] or "not stated",
        "agents": [row["agent"]],
        "population": row["population"],
        "prior": row["prior"] or "not stated",
        "sources": [source | ({"published": row["published"]} if row["published"] else {})],
        "groups": [],
        "proportions": [],
        "adverse_events": [],
        "times_to_event": [],
        "_said": {name: row[name] for name in OF_RECORD},
    }


def _agree(document: dict[str, Any], row: dict[str, str], at: str) -> None:
    for name, said in document["_said"].items():
        if row[name] and row[name] != said:
            msg = (
                f"{at}: {name}: {row[name]!r}, but {said!r} above for the same record; leave it "
                "empty, or give the figure a record of its own"
            )
            raise DataError(msg)


def _figure(document: dict[str, Any], row: dict[str, str], at: str) -> None:
    group = "-".join(re.findall(r"[a-z0-9]+", row["group"].casefold())) or "group"
    place = f"{_SOURCE} {row['where'] or 'place not given'}"
    size = _whole(row, "group_n", at)
    if group not in {g["id"] for g in document["groups"]}:
        entry = {"id": group, "role": "evaluable", "about": row["group"], "place": place}
        document["groups"].append(entry | ({"n": size} if size else {}))
    base: dict[str, Any] = {"group": group, "place": place}
    base |= {"note": row["note"]} if row["note"] else {}
    if row["median_months"]:
        table, more = "times_to_event", _time(row, at)
    else:
        counts = {
            "n": _whole(row, "n", at),
            "of": _whole(row, "of", at),
            "percent": _number(row, "percent", at),
        }
        shown = {name: value for name, value in counts.items() if value is not None}
        if row["grade"]:
            table, more = "adverse_events", {"term": row["outcome"], "grade": row["grade"]} | shown
        else:
            table, more = "proportions", _share(row, at) | shown
    document[table].append(base | more)


def _share(row: dict[str, str], at: str) -> dict[str, Any]:
    ends = {name: _number(row, name, at) for name in ("low", "high")}
    more = {name: row[name] for name in ("criteria", "assessor") if row[name]}
    return {"outcome": row["outcome"]} | {k: v for k, v in ends.items() if v is not None} | more


def _time(row: dict[str, str], at: str) -> dict[str, Any]:
    head = {"endpoint": row["outcome"].upper(), "kind": "median"}
    if row["median_months"].casefold() in {"not reached", "nr", "na"}:
        return head | {"is_reached": False}
    values = {
        "value": _number(row, "median_months", at),
        "low": _number(row, "low", at),
        "high": _number(row, "high", at),
    }
    return head | {name: value for name, value in values.items() if value is not None}


def _number(row: dict[str, str], name: str, at: str) -> Decimal | None:
    if not row[name]:
        return None
    try:
        return Decimal(row[name])
    except InvalidOperation as error:
        msg = f"{at}: {name}: must be a number with a point, such as 62.5, got {row[name]!r}"
        raise DataError(msg) from error


def _whole(row: dict[str, str], name: str, at: str) -> int | None:
    found = _number(row, name, at)
    if found is None:
        return None
    if not found.is_finite() or found != int(found):
        msg = f"{at}: {name}: must be a whole number, got {row[name]!r}"
        raise DataError(msg)
    return int(found)
