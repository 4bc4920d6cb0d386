"""The catalogue of agents: one TOML file each, read strictly, found under any of its names.

"The review" in the notes of a file is the review article of targeted alpha therapies in
neuroendocrine tumours whose agents the catalogue covers; "lines" are those of its text,
which the tests read.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from dataclasses import MISSING, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from alphatwin.agents.types import (
    Agent,
    PopulationKinetics,
    Prescription,
    Source,
    Stability,
)
from alphatwin.errors import AlphaTwinError, DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1

_LISTS_OF_TEXT = ("aliases", "imaging_partners", "routes", "absent")
_RECORDS: dict[str, type[Prescription | PopulationKinetics | Stability]] = {
    "prescriptions": Prescription,
    "kinetics": PopulationKinetics,
    "stability": Stability,
}
_FIGURE_RECORDS = "every figure names its source in a table [... .source]"

# "[177Lu]Lu-X", "177Lu-X", "Lu-177-X" and "Lu177 X", in this order
_LABELS = (
    re.compile(r"\[(?P<a>\d{1,3}m?)(?P<z>[a-z]{1,2})\](?P=z)[- ]?(?P<rest>.+)"),
    re.compile(r"\(?(?P<a>\d{1,3}m?)(?P<z>[a-z]{1,2})\)?[- ](?P<rest>.+)"),
    re.compile(r"(?P<z>[a-z]{1,2})[- ]?(?P<a>\d{1,3}m?)[- ](?P<rest>.+)"),
)


@cache
def agents() -> tuple[Agent, ...]:
    """Return every agent of the catalogue, in the order of their file names.

    Raises
    ------
    DataError
        If a shipped file is damaged, or two agents share a name.
    """
    folder = resources.files("alphatwin.agents") / "catalogue"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    found = tuple(parse_agent(f.read_text(encoding="utf-8"), where=f.name) for f in files)
    by_name(found)
    return found


@cache
def _index() -> dict[str, Agent]:
    return by_name(agents())


def agent(name: str) -> Agent:
    """Return the agent of a name.

    Parameters
    ----------
    name
        ``225Ac-DOTATATE``, ``Ac-225-DOTATATE``, ``[225Ac]Ac-DOTA-TATE`` or an alias such as
        ``RYZ101``; case, spaces and hyphens within the name do not matter.

    Returns
    -------
    Agent
        The agent; the same value each time.

    Raises
    ------
    DataError
        If no agent has this name; the message suggests near names and lists all.
    """
    index = _index()
    if (key := name_key(name)) in index:
        return index[key]
    near = difflib.get_close_matches(key, index, n=3, cutoff=0.6)
    suggestions = list(dict.fromkeys(index[k].name for k in near))
    hint = f"; nearest: {' or '.join(suggestions)}" if suggestions else ""
    allowed = ", ".join(a.name for a in agents())
    msg = f"agent {name!r} is not in the catalogue{hint}; allowed: {allowed}"
    raise DataError(msg)


def name_key(name: str) -> str:
    """Return the form under which a name is looked up.

    The nuclide, however written, comes first as in ``225ac``; of the rest only letters and
    digits count, in lower case.
    """
    text = unicodedata.normalize("NFKC", name).strip().casefold()
    for label in _LABELS:
        if match := label.fullmatch(text):
            text = f"{match['a']}{match['z']}{match['rest']}"
            break
    return "".join(c for c in text if c.isalnum())


def by_name(found: tuple[Agent, ...]) -> dict[str, Agent]:
    """Return each agent under the key of its name and of every alias.

    Parameters
    ----------
    found
        Agents whose names are to be looked up.

    Returns
    -------
    dict
        Agent by :func:`name_key`.

    Raises
    ------
    DataError
        If two agents share a name.
    """
    index: dict[str, Agent] = {}
    for one in found:
        for name in (one.name, *one.aliases):
            other = index.setdefault(name_key(name), one)
            if other is not one:
                msg = (
                    f"agents {other.name} and {one.name} share the name {name!r}; "
                    "a name means one agent: take it out of one of the two files"
                )
                raise DataError(msg)
    return index


def parse_agent(text: str, *, where: str) -> Agent:
    """Return the agent that a catalogue file describes.

    Parameters
    ----------
    text
        The file, TOML. Keys are the fields of :class:`~alphatwin.agents.types.Agent`, and
        ``schema = 1``.
    where
        Name of the file, for messages.

    Returns
    -------
    Agent
        The agent, every figure checked.

    Raises
    ------
    DataError
        If the text is not TOML, or a key is unknown, missing, or has no physical meaning.
    """
    try:
        document = tomllib.loads(text)
        return _agent(document)
    except (AlphaTwinError, tomllib.TOMLDecodeError, TypeError) as error:
        msg = f"agents/catalogue/{where}: {error}"
        raise DataError(msg) from error


def _agent(document: dict[str, Any]) -> Agent:
    if (schema := document.pop("schema", None)) != SCHEMA:
        msg = f"schema must be {SCHEMA}, got {schema!r}"
        raise DataError(msg)
    _check_keys(document, Agent, where="the agent")
    for key in _LISTS_OF_TEXT:
        document[key] = _texts(document.get(key, []), key=key)
    for key, kind in _RECORDS.items():
        document[key] = tuple(
            _record(entry, kind, where=f"{key}[{i}]")
            for i, entry in enumerate(_tables(document.get(key, []), key=key))
        )
    return Agent(**document)


def _record(
    entry: dict[str, Any],
    kind: type[Prescription | PopulationKinetics | Stability],
    *,
    where: str,
) -> Any:
    _check_keys(entry, kind, where=where)
    source = entry["source"]
    if not isinstance(source, dict):
        msg = f"{where}.source must be a table, got {source!r}; {_FIGURE_RECORDS}"
        raise DataError(msg)
    _check_keys(source, Source, where=f"{where}.source")
    try:
        if "combination" in entry:
            entry["combination"] = _texts(entry["combination"], key="combination")
        return kind(**_floats(entry, kind), source=Source(**source))
    except AlphaTwinError as error:
        msg = f"{where}: {error}"
        raise DataError(msg) from error


def _floats(entry: dict[str, Any], kind: type) -> dict[str, Any]:
    """Return the entry without its source, whole numbers as floats where those belong."""
    of_float = {f.name for f in fields(kind) if "float" in str(f.type)}
    return {
        key: float(value) if key in of_float and type(value) is int else value
        for key, value in entry.items()
        if key != "source"
    }


def _check_keys(table: Mapping[str, Any], kind: type, *, where: str) -> None:
    allowed = [f.name for f in fields(kind)]
    if unknown := sorted(set(table) - set(allowed)):
        msg = f"{where}: unknown {', '.join(unknown)}; allowed: {', '.join(allowed)}"
        raise DataError(msg)
    required = [
        f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    ]
    if missing := [key for key in required if key not in table]:
        msg = f"{where}: {', '.join(missing)} missing; {_FIGURE_RECORDS}"
        raise DataError(msg)


def _texts(value: object, *, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        msg = f"{key} must be a list of texts, got {value!r}"
        raise DataError(msg)
    return tuple(value)


def _tables(value: object, *, key: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        msg = f"{key} must be an array of tables [[{key}]], got {value!r}"
        raise DataError(msg)
    return value
