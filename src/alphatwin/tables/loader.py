"""The only reader of package data: a text table, its sidecar, and the check of its hash."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

from alphatwin.errors import DataError
from alphatwin.tables.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read: rows of text by column name, and where they come from."""

    rows: tuple[dict[str, str], ...]
    provenance: Provenance


def names() -> tuple[str, ...]:
    """Return the name of every shipped table, sorted."""
    folder = resources.files("alphatwin.tables")
    return tuple(sorted(f.name[:-4] for f in folder.iterdir() if f.name.endswith(".csv")))


@cache
def load(name: str) -> Table:
    """Return a shipped table after checking it against its sidecar.

    Parameters
    ----------
    name
        Name of the table, as in :func:`names`.

    Raises
    ------
    DataError
        If there is no such table, its sidecar lacks a field, or its hash is not the sidecar's.
    """
    folder = resources.files("alphatwin.tables")
    if name not in names():
        msg = f"table {name!r} is not shipped; allowed: {', '.join(names())}"
        raise DataError(msg)
    raw = folder.joinpath(f"{name}.csv").read_bytes()
    sidecar = tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    wanted = [f.name for f in fields(Provenance) if f.name != "name"]
    missing = [key for key in wanted if key not in sidecar]
    if missing:
        msg = f"table {name!r}: the sidecar {name}.toml lacks {', '.join(missing)}"
        raise DataError(msg)
    found = hashlib.sha256(raw).hexdigest()
    if found != sidecar["sha256"]:
        msg = (
            f"table {name!r}: sha256 is {found}, the sidecar says {sidecar['sha256']}; "
            "the file was changed: install alphatwin again"
        )
        raise DataError(msg)
    lines = (line for line in io.StringIO(raw.decode("utf-8")) if not line.startswith("#"))
    rows = tuple(csv.DictReader(lines))
    return Table(rows, Provenance(name=name, **{key: str(sidecar[key]) for key in wanted}))
