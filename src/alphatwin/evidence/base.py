"""The base of evidence: one TOML file per study or trial, read strictly, and any user's file."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import MISSING, fields
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from alphatwin.errors import AlphaTwinError, DataError
from alphatwin.evidence.amounts import parse_amount
from alphatwin.evidence.outcomes import AdverseEvent, Claim, Finding, Proportion, TimeToEvent
from alphatwin.evidence.record import Record
from alphatwin.evidence.types import (
    REVIEW,
    Citation,
    DatedEvent,
    FollowUp,
    Group,
    Limitation,
    Place,
    Regimen,
)

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 1
TABLES: dict[str, type] = {
    "sources": Citation,
    "groups": Group,
    "regimens": Regimen,
    "follow_up": FollowUp,
    "proportions": Proportion,
    "adverse_events": AdverseEvent,
    "times_to_event": TimeToEvent,
    "findings": Finding,
    "claims": Claim,
    "dates": DatedEvent,
    "limitations": Limitation,
}

# The one source that every record shares: places `review LINES` need no citation of their own.
FOUNDING_REVIEW = Citation(
    key=REVIEW,
    citation="Review of targeted alpha therapies in neuroendocrine tumours, implemented here",
    doi_or_url="no DOI known",
    level="review",
    published="2024-06",
    note="Its date is not in the text; it tells of results first shown in June 2024.",
)


@cache
def records() -> tuple[Record, ...]:
    """Return every record of the base, in the order of their identifiers.

    Raises
    ------
    DataError
        If a shipped file is damaged, or an identifier stands twice.
    """
    folder = resources.files("alphatwin.evidence") / "base"
    files = [f for f in folder.iterdir() if f.name.endswith(".toml")]
    files.sort(key=lambda f: f.name.removesuffix(".toml"))
    found = tuple(parse_record(f.read_bytes(), where=f"evidence/base/{f.name}") for f in files)
    for file, one in zip(files, found, strict=True):
        if file.name != f"{one.id}.toml":
            msg = f"evidence/base/{file.name}: id must be the name of the file, got {one.id!r}"
            raise DataError(msg)
    return found


def record(name: str, *, among: tuple[Record, ...] | None = None) -> Record:
    """Return the record of an identifier, case and spaces aside.

    Parameters
    ----------
    name
        Identifier such as ``ballal-2020``.
    among
        Records to look among; ``None`` for the base.

    Raises
    ------
    DataError
        If there is none; the message suggests near names and lists all.
    """
    key = "-".join(name.casefold().split())
    index = {one.id: one for one in (records() if among is None else among)}
    if key in index:
        return index[key]
    near = difflib.get_close_matches(key, index, n=3, cutoff=0.5)
    hint = f"; nearest: {' or '.join(near)}" if near else ""
    msg = f"record {name!r} is not in the base{hint}; allowed: {', '.join(index)}"
    raise DataError(msg)


def read_records(path: Path) -> tuple[Record, ...]:
    """Return the record of a user's file, or those of every ``.toml`` file of a folder.

    Parameters
    ----------
    path
        A file, or a folder of files.

    Raises
    ------
    DataError
        If a file is missing or has a mistake, or two share an identifier.
    """
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not files:
        msg = f"{path}: no file *.toml in this folder; give a record or a folder of records"
        raise DataError(msg)
    found: dict[str, Record] = {}
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as error:
            msg = f"{file}: cannot be read: {error.strerror}; give the path of a record"
            raise DataError(msg) from error
        one = parse_record(raw, where=str(file))
        if one.id in found:
            msg = f"{file}: id: {one.id!r} is that of another file too; each needs its own"
            raise DataError(msg)
        found[one.id] = one
    return tuple(found.values())


def parse_record(raw: bytes, *, where: str) -> Record:
    """Return the record that a file describes.

    Parameters
    ----------
    raw
        The file, TOML in UTF-8. Keys are the fields of
        :class:`~alphatwin.evidence.record.Record`, and ``schema = 1``.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        If the file is not UTF-8 or not TOML, or a key is unknown, missing or impossible.
    """
    try:
        document = tomllib.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
        return _record(document)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        msg = (
            f"{where}:{line}: byte {raw[error.start]:#04x} is not UTF-8 text; "
            "save the file in the encoding UTF-8"
        )
        raise DataError(msg) from error
    except (AlphaTwinError, tomllib.TOMLDecodeError) as error:
        msg = f"{where}: {error}"
        raise DataError(msg) from error


def _record(document: dict[str, Any]) -> Record:
    if (schema := document.pop("schema", None)) != SCHEMA:
        msg = f"schema: must be {SCHEMA}, got {schema!r}"
        raise DataError(msg)
    for key, kind in TABLES.items():
        rows = document.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            msg = f"{key}: must be an array of tables, got {rows!r}"
            raise DataError(msg)
        document[key] = tuple(_build(row, kind, path=f"{key}[{i}]") for i, row in enumerate(rows))
    document["sources"] = (*document["sources"], FOUNDING_REVIEW)
    built: Record = _build(document, Record, path="")
    return built


def _build(row: dict[str, Any], kind: type, *, path: str) -> Any:
    known = {f.name: f for f in fields(kind)}
    dot = f"{path}." if path else ""
    allowed = [*known, *(["status"] if "place" in known else [])]
    if unknown := sorted(set(row) - set(allowed)):
        msg = f"{dot}{unknown[0]}: unknown field; allowed: {', '.join(allowed)}"
        raise DataError(msg)
    for name, field in known.items():
        if field.default is MISSING and name not in row:
            msg = f"{dot}{name}: missing; every figure says its place, every record what it is"
            raise DataError(msg)
    values = {}
    for name, value in row.items():
        if name == "status":
            continue
        try:
            values[name] = _value(value, str(known[name].type), status=row.get("status", "read"))
        except (AlphaTwinError, TypeError) as error:
            msg = f"{dot}{name}: {error}"
            raise DataError(msg) from error
    try:
        return kind(**values)
    except AlphaTwinError as error:
        msg = f"{path}: {error}" if path else str(error)
        raise DataError(msg) from error


def _value(value: Any, kind: str, *, status: Any) -> Any:
    """Return a TOML value as what the field holds; its annotation says what that is."""
    if isinstance(value, tuple):  # tables that were built already
        return value
    wanted = kind.removesuffix(" | None")
    if wanted.startswith("tuple["):
        return _tuple(value, inner=int if "int" in wanted else str)
    if wanted == "Place":
        return _place(value, status=status)
    if wanted == "Amount":
        return parse_amount(_text(value))
    if wanted in _PLAIN:
        return _plain(value, kind=wanted)
    if wanted != kind and not _text(value).strip():
        msg = f"must be a text that is not empty, got {value!r}; or leave it out"
        raise TypeError(msg)
    return _text(value)


# What a field holds, in words, and the types that TOML gives it
_PLAIN: dict[str, tuple[str, tuple[type, ...]]] = {
    "int": ("a whole number", (int,)),
    "bool": ("true or false", (bool,)),
    "Decimal": ("a number", (int, Decimal)),
}


def _plain(value: Any, *, kind: str) -> Any:
    words, allowed = _PLAIN[kind]
    if type(value) not in allowed:
        msg = f"must be {words}, got {value!r}"
        raise TypeError(msg)
    return Decimal(value) if kind == "Decimal" else value


def _tuple(value: Any, *, inner: type) -> tuple[Any, ...]:
    if not isinstance(value, list) or not all(type(v) is inner for v in value):
        msg = f"must be a list of {'numbers' if inner is int else 'texts'}, got {value!r}"
        raise TypeError(msg)
    return tuple(value)


def _place(value: Any, *, status: Any) -> Place:
    source, _, where = _text(value).partition(" ")
    return Place(source=source, where=where, status=status)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        msg = f"must be a text, got {value!r}"
        raise TypeError(msg)
    return value
