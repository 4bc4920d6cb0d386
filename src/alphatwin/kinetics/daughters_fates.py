"""Fates of daughters: text files of escape probabilities and element kinetics, read strictly."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from alphatwin.agents import Source
from alphatwin.errors import AlphaTwinError, DataError, InvalidValueError
from alphatwin.kinetics.network import ESCAPE_BY_MODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SCHEMA: Final = 1
OTHER: Final = "other"
"""Stands for every element that is not named."""
LARGEST_FACTOR: Final = 10.0
SPREAD_STATUSES: Final = ("read", "recalled", "assumed")
EXCRETA: Final = "excreta"
"""Where excreted atoms decay that are still counted: bladder and bowel contents."""

_FATE_KEYS = (
    "schema",
    "name",
    "base",
    "title",
    "note",
    "sources",
    "spreads",
    "escape_by_mode",
    "equilibrium_with_blood",
    "elements",
)
_ELEMENT_KEYS = (
    "nuclides",
    "retention",
    "landing",
    "blood_half_time_s",
    "from_blood",
    "to_blood_half_time_s",
    "washout_half_time_s",
    "excretion_half_time_s",
)
SHARES: Final = ("landing", "from_blood")
"""Figures whose values are shares of one."""
_SUM_ROUND_OFF = 1e-6  # shares are printed with six digits


@dataclass(frozen=True, slots=True)
class Spread:
    """How far figures of one source may be off.

    Attributes
    ----------
    factor
        Geometric standard deviation of half-times, shares and ratios.
    sd
        Standard deviation of probabilities.
    status
        ``read``, ``recalled`` or ``assumed``.
    reason
        Why this much.
    """

    factor: float
    sd: float
    status: str
    reason: str

    def __post_init__(self) -> None:
        if not (1.0 <= self.factor < LARGEST_FACTOR and 0.0 <= self.sd < 0.5):
            msg = (
                f"a spread needs a factor from 1 to {LARGEST_FACTOR:g} and a sd from 0 to 0.5, got "
                f"{self.factor} and {self.sd}"
            )
            raise InvalidValueError(msg)
        if self.status not in SPREAD_STATUSES or not self.reason:
            msg = f"a spread needs a reason and a status out of {', '.join(SPREAD_STATUSES)}"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One figure, or one for each region, with its source.

    Attributes
    ----------
    values
        By region; a single figure stands under ``""``.
    source
        Where it comes from.
    spread
        How far it may be off; ``None``: a choice, a limit, or known exactly.
    samples
        Samples by region, where they were drawn. (n_samples,) each
    """

    values: Mapping[str, float]
    source: Source
    spread: Spread | None = None
    samples: Mapping[str, NDArray[np.float64]] | None = None

    @property
    def drawn(self) -> Mapping[str, NDArray[np.float64]]:
        """Samples by region where there are any, else the values. (...) each."""
        if self.samples is not None:
            return self.samples
        return {place: np.asarray(value) for place, value in self.values.items()}

    @property
    def value(self) -> float:
        """The single figure."""
        return self.values[""]


@dataclass(frozen=True, slots=True)
class ElementFate:
    """What becomes of free atoms of one element.

    Attributes
    ----------
    symbol
        The element, or ``other``.
    nuclides
        Nuclides to which this is confined; empty if there is no limit.
    retention
        Probability that what is made inside a cell stays in it; not in blood and bone.
    landing
        Share that is at once in each region; what is missing to one is excreted.
    blood_half_time_s, from_blood
        Half-time in blood, and where the atoms go from there, by share. [s]
    to_blood_half_time_s
        Half-time of going back to blood, by region. [s]
    washout_half_time_s
        The same for regions that no figure names, such as a lesion. [s]
    excretion_half_time_s
        Half-time of excretion, by region. [s]
    """

    symbol: str
    nuclides: tuple[str, ...] = ()
    retention: Figure | None = None
    landing: Figure | None = None
    blood_half_time_s: Figure | None = None
    from_blood: Figure | None = None
    to_blood_half_time_s: Figure | None = None
    washout_half_time_s: Figure | None = None
    excretion_half_time_s: Figure | None = None

    @property
    def moves(self) -> bool:
        """Whether it is known where free atoms go."""
        return self.landing is not None or self.from_blood is not None

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions that the figures name, blood first where it carries atoms."""
        found = [] if self.from_blood is None else ["blood"]
        for figure in (self.landing, self.from_blood):
            found += [] if figure is None else list(figure.values)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Fate:
    """A preset: what becomes of daughters.

    Attributes
    ----------
    name, title, note
        Name, what it says, and what a reader must know.
    escape_by_mode
        Probability of leaving the vector, by mode of decay.
    elements
        What becomes of free atoms, by symbol; ``other`` stands for the rest.
    equilibrium_with_blood
        Free atoms of a region over those in the blood, in equilibrium, by region; no element's
        figures name these regions. They leave with the half-time of wash-out.
    """

    name: str
    title: str
    note: str
    escape_by_mode: Mapping[str, Figure]
    elements: Mapping[str, ElementFate]
    equilibrium_with_blood: Figure | None = None

    @property
    def of_blood(self) -> Mapping[str, NDArray[np.float64]]:
        """What ``equilibrium_with_blood`` says, samples where drawn; empty if nothing."""
        return {} if self.equilibrium_with_blood is None else self.equilibrium_with_blood.drawn

    @property
    def has_spread(self) -> bool:
        """Whether any figure may be off."""
        return any(figure.spread is not None for _, figure in self.figures())

    @property
    def places(self) -> tuple[str, ...]:
        """Every region that some figure names."""
        named = [place for one in self.elements.values() for place in one.regions]
        return tuple(dict.fromkeys([*named, *self.of_blood]))

    def element(self, symbol: str) -> ElementFate:
        """Return what becomes of an element."""
        return self.elements.get(symbol, self.elements[OTHER])

    def figures(self) -> tuple[tuple[str, Figure], ...]:
        """Return every figure with its name, for the report: ``Bi.from_blood``."""
        found = [(f"escape.{mode}", figure) for mode, figure in self.escape_by_mode.items()]
        if self.equilibrium_with_blood is not None:
            found.append(("equilibrium_with_blood", self.equilibrium_with_blood))
        for symbol, element in self.elements.items():
            given = ((key, getattr(element, key)) for key in _ELEMENT_KEYS[1:])
            found += [(f"{symbol}.{key}", figure) for key, figure in given if figure is not None]
        return tuple(found)


def fate_names() -> tuple[str, ...]:
    """Return the name of every preset, sorted."""
    folder = resources.files("alphatwin.kinetics") / "fates"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def fate(name: str) -> Fate:
    """Return a preset.

    Raises
    ------
    DataError
        If there is none of this name, or its file is damaged.
    """
    if name not in fate_names():
        msg = f"fate {name!r} is not shipped; allowed: {', '.join(fate_names())}"
        raise DataError(msg)
    file = resources.files("alphatwin.kinetics") / "fates" / f"{name}.toml"
    return parse_fate(file.read_text(encoding="utf-8"), where=f"{name}.toml")


def parse_fate(text: str, *, where: str) -> Fate:
    """Return the fate that a file describes.

    Parameters
    ----------
    text
        The file, TOML. Each figure is a table of its values and the key of its source.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        If the text is not TOML, a key is unknown or missing, a figure lacks its source or has no
        physical meaning, or shares do not sum to one.
    """
    try:
        return _fate(_with_base(tomllib.loads(text)))
    except (AlphaTwinError, tomllib.TOMLDecodeError, TypeError) as error:
        msg = f"kinetics/fates/{where}: {error}"
        raise DataError(msg) from error


def _with_base(document: dict[str, Any]) -> dict[str, Any]:
    _need_keys("the fate", document, allowed=_FATE_KEYS, needed=("schema", "name", "title"))
    if document["schema"] != SCHEMA:
        msg = f"schema must be {SCHEMA}, got {document['schema']!r}"
        raise DataError(msg)
    if "base" not in document:
        return document
    if document["base"] not in fate_names():
        msg = f"base must be one of {', '.join(fate_names())}, got {document['base']!r}"
        raise DataError(msg)
    file = resources.files("alphatwin.kinetics") / "fates" / f"{document['base']}.toml"
    base = tomllib.loads(file.read_text(encoding="utf-8"))
    merged = base | document
    for key in ("sources", "spreads", "escape_by_mode", "elements"):
        merged[key] = base.get(key, {}) | document.get(key, {})
    return merged


def _fate(document: dict[str, Any]) -> Fate:
    sources = _sources(document)
    modes = document.get("escape_by_mode", {})
    _need_keys("escape_by_mode", modes, allowed=tuple(ESCAPE_BY_MODE), needed=tuple(ESCAPE_BY_MODE))
    elements = document.get("elements", {})
    if OTHER not in elements:
        msg = f"elements must hold {OTHER!r}, which stands for elements not named"
        raise DataError(msg)
    return Fate(
        name=document["name"],
        title=document["title"],
        note=document.get("note", ""),
        escape_by_mode=MappingProxyType(
            {
                mode: _figure(f"escape_by_mode.{mode}", modes[mode], sources, probability=True)
                for mode in modes
            }
        ),
        elements=MappingProxyType({key: _element(key, elements[key], sources) for key in elements}),
        equilibrium_with_blood=(
            _figure("equilibrium_with_blood", document[key], sources, probability=True)
            if (key := "equilibrium_with_blood") in document
            else None
        ),
    )


def _sources(document: dict[str, Any]) -> dict[str, _Sourced]:
    """Return the sources with the spread of what they give."""
    spreads = {
        key: Spread(
            factor=value.get("factor", 1.0),
            sd=value.get("sd", 0.0),
            status=value.get("status", ""),
            reason=value.get("reason", ""),
        )
        for key, value in document.get("spreads", {}).items()
    }
    sources = {
        key: _Sourced(Source(**value), spreads.pop(key, None))
        for key, value in document.get("sources", {}).items()
    }
    if spreads:
        msg = f"spreads: {', '.join(spreads)} is no source; allowed: {', '.join(sources)}"
        raise DataError(msg)
    return sources


class _Sourced(NamedTuple):
    source: Source
    spread: Spread | None


def _element(symbol: str, entry: dict[str, Any], sources: Mapping[str, _Sourced]) -> ElementFate:
    where = f"elements.{symbol}"
    _need_keys(where, entry, allowed=_ELEMENT_KEYS, needed=())
    if ("blood_half_time_s" in entry) != ("from_blood" in entry):
        msg = f"{where}: blood_half_time_s and from_blood must stand together"
        raise DataError(msg)
    if "landing" in entry and len(entry.keys() & set(_ELEMENT_KEYS[3:])) > 0:
        msg = f"{where}: landing and half-times exclude each other"
        raise DataError(msg)
    figures = {
        key: _figure(f"{where}.{key}", value, sources, probability=not key.endswith("_s"))
        for key, value in entry.items()
        if key != "nuclides"
    }
    for key in SHARES:
        if key in figures:
            total = sum(figures[key].values.values())
            if abs(total - 1.0) > _SUM_ROUND_OFF:
                msg = f"{where}.{key} must sum to 1 ({EXCRETA} is a region too), got {total:.9g}"
                raise DataError(msg)
    return ElementFate(symbol=symbol, nuclides=tuple(entry.get("nuclides", ())), **figures)


def _figure(
    where: str, entry: object, sources: Mapping[str, _Sourced], *, probability: bool
) -> Figure:
    if not isinstance(entry, dict) or entry.get("source") not in sources:
        msg = (
            f"{where} must be a table with its values and a source out of "
            f"{', '.join(sources) or 'none'}, got {entry!r}"
        )
        raise DataError(msg)
    values = {key: value for key, value in entry.items() if key != "source"}
    for key, value in values.items():
        good = isinstance(value, float) and (0.0 <= value <= 1.0 if probability else value > 0.0)
        if not good:
            allowed = "a number between 0 and 1" if probability else "a positive number"
            msg = f"{where}.{key} must be {allowed}, written with a point, got {value!r}"
            raise InvalidValueError(msg)
    if "value" in values:
        values = {"": values.pop("value"), **values}
    source, spread = sources[entry["source"]]
    return Figure(values=MappingProxyType(values), source=source, spread=spread)


def _need_keys(
    where: str, table: Mapping[str, Any], *, allowed: tuple[str, ...], needed: tuple[str, ...]
) -> None:
    if unknown := sorted(set(table) - set(allowed)):
        msg = f"{where}: unknown {', '.join(unknown)}; allowed: {', '.join(allowed)}"
        raise DataError(msg)
    if missing := [key for key in needed if key not in table]:
        msg = f"{where}: {', '.join(missing)} missing"
        raise DataError(msg)
