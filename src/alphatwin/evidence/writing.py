"""Records as text: the TOML document of a record, which reads back as the same record."""

from __future__ import annotations

import json
import types
import typing
from dataclasses import MISSING, fields
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from alphatwin.errors import DataError
from alphatwin.evidence import outcomes, record
from alphatwin.evidence import types as evidence_types
from alphatwin.evidence.amounts import Amount
from alphatwin.evidence.base import SCHEMA, TABLES, parse_record
from alphatwin.evidence.types import REVIEW, Place

if TYPE_CHECKING:
    from alphatwin.evidence.record import Record

Document = dict[str, Any]
_DELETE = "\x7f"


def record_document(one: Record) -> Document:
    """Return the document of a record: the keys of its file, without what is the default.

    Parameters
    ----------
    one
        The record.
    """
    document: Document = {"schema": SCHEMA}
    for field in fields(one):
        value = getattr(one, field.name)
        if field.name in TABLES:
            rows = [_entry(row) for row in value if getattr(row, "key", None) != REVIEW]
            if rows or field.default is MISSING:
                document[field.name] = rows
        elif field.default is MISSING or value != field.default:
            document[field.name] = list(value) if isinstance(value, tuple) else value
    return document


def record_to_toml(one: Record) -> str:
    """Return the file of a record; reading it gives an equal record.

    Parameters
    ----------
    one
        The record.
    """
    return document_to_toml(record_document(one))


def document_to_toml(document: Document) -> str:
    """Return a document as TOML: one key a line, one entry of a table a line.

    Parameters
    ----------
    document
        Keys of a record's file.
    """
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = "".join(f"  {_toml(row)},\n" for row in value)
            lines.append(f"{key} = [\n{inner}]")
        else:
            lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def record_of_document(document: Document, *, where: str) -> Record:
    """Return the record of a document, as strictly as its file would be read.

    Parameters
    ----------
    document
        Keys of a record's file.
    where
        Where the document comes from, for messages.

    Raises
    ------
    DataError
        If a key is unknown, missing or impossible.
    """
    return parse_record(document_to_toml(document).encode(), where=where)


def record_of_json(value: object, *, where: str) -> Record:
    """Return the record of an exported JSON object.

    Parameters
    ----------
    value
        A record as `evidence export --format json` writes it.
    where
        Where it comes from, for messages.

    Raises
    ------
    DataError
        If it is no record.
    """
    if not isinstance(value, dict):
        msg = f"{where}: a record is an object, got {type(value).__name__}"
        raise DataError(msg)
    document: Document = {"schema": SCHEMA}
    for key, item in value.items():
        if key in TABLES and isinstance(item, list):
            rows = [_json_entry(row, TABLES[key]) for row in item if isinstance(row, dict)]
            document[key] = [row for row in rows if row.get("key") != REVIEW]
        elif item is not None:
            document[key] = item
    return record_of_document(document, where=where)


def _entry(row: Any) -> Document:
    found: Document = {}
    for field in fields(row):
        value = getattr(row, field.name)
        if isinstance(value, Place):
            found |= _place(value.source, value.where, value.status)
        elif field.default is MISSING or value != field.default:
            found[field.name] = _plain(value)
    return found


def _place(source: str, where: str, status: str) -> Document:
    place: Document = {"place": f"{source} {where}"}
    return place if status == "read" else place | {"status": status}


def _plain(value: Any) -> Any:
    if isinstance(value, Amount):
        return value.text()
    return list(value) if isinstance(value, tuple) else value


def _json_entry(row: Document, kind: type) -> Document:
    """Return an entry of a file for one of JSON: places, amounts and decimals as they are there."""
    found: Document = {}
    held = _held(kind)
    for key, value in row.items():
        if value is None:
            continue
        if key == "place" and isinstance(value, dict):
            found |= _place(
                value.get("source", ""), value.get("where", ""), value.get("status", "")
            )
        elif held.get(key) is Amount and isinstance(value, dict):
            high = "" if value.get("high") is None else f"-{value['high']}"
            found[key] = f"{value.get('value')}{high} {value.get('unit')}"
        elif held.get(key) is Decimal and isinstance(value, str):
            found[key] = Decimal(value)
        elif value != "":
            found[key] = value
    return found


@cache
def _held(kind: type) -> dict[str, type | None]:
    """Return which fields of a value hold amounts or decimals."""
    spaces = vars(evidence_types) | vars(outcomes) | vars(record)
    hints = typing.get_type_hints(kind, globalns=spaces)
    found: dict[str, type | None] = {}
    for name, hint in hints.items():
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        found[name] = next((o for o in options if o in {Amount, Decimal}), None)
    return found


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace(_DELETE, "\\u007F")
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    msg = f"a record holds texts, numbers and lists, got {type(value).__name__}"
    raise DataError(msg)
