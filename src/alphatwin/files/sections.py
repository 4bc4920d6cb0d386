"""A TOML document taken apart into tables that were each read as far as they could be.

Every table, and every point of a measurement, is read on its own, so that a mistake in one hides
none in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from alphatwin.files import biology_schema, blood_schema, schema
from alphatwin.files.mistakes import show, suggestion

if TYPE_CHECKING:
    from alphatwin.files.lines import Path
    from alphatwin.files.mistakes import Mistakes

T = TypeVar("T", bound=BaseModel)

_TABLES = (
    "patient",
    "calibration",
    "imaging",
    "blood",
    "urine",
    "marrow",
    "biology",
    "assumptions",
)
_ARRAYS = ("agents", "regions", "administrations", "measurements", "sharing", "predictions")
_KEYS = ("schema", *schema.HeadTable.model_fields, *_TABLES, *_ARRAYS)
_READ_APART: dict[type[BaseModel], tuple[str, ...]] = {
    schema.PatientTable: ("previous_therapies",),
    schema.MeasurementTable: ("points",),
}
_WORDS = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "float_type": "a number without quotes",
    "list_type": "a list in [brackets]",
    "dict_type": "a table",
}


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One table of the file.

    Attributes
    ----------
    path
        Where it stands.
    raw
        What it holds, as TOML.
    table
        What it was read as; ``None`` if a field of it is wrong.
    """

    path: Path
    raw: dict[str, Any]
    table: T | None

    def text(self, key: str) -> str | None:
        """Return the text under a key, whether or not the rest of the table is right."""
        value = self.raw.get(key)
        return value.strip() if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Sections:
    """A course file, table by table. ``None``: not in the file, or not readable."""

    head: Entry[schema.HeadTable]
    patient: Entry[schema.PatientTable]
    previous_therapies: tuple[Entry[schema.PreviousTherapyTable], ...] | None
    agents: tuple[Entry[schema.AgentTable], ...]
    regions: tuple[Entry[schema.RegionTable], ...]
    administrations: tuple[Entry[schema.AdministrationTable], ...]
    measurements: tuple[Entry[schema.MeasurementTable], ...]
    points: tuple[tuple[Entry[schema.PointTable], ...], ...]
    calibration: Entry[schema.CalibrationTable] | None
    imaging: Entry[schema.ImagingTable] | None
    blood: Entry[blood_schema.BloodTable] | None
    urine: Entry[blood_schema.UrineTable] | None
    marrow: Entry[blood_schema.MarrowTable] | None
    biology: Entry[biology_schema.BiologyTable] | None
    sharing: tuple[Entry[schema.SharingTable], ...]
    predictions: tuple[Entry[schema.PredictionTable], ...]
    assumptions: Entry[schema.AssumptionsTable]


def read_sections(document: dict[str, Any], *, mistakes: Mistakes) -> Sections:
    """Read every table of a document; what is wrong with it goes to ``mistakes``."""
    for key in document:
        if key not in _KEYS:
            mistakes.add((key,), _unknown_key(key, _KEYS))
    head = {k: v for k, v in document.items() if k in schema.HeadTable.model_fields}
    patient = _table(document, "patient", mistakes=mistakes)
    if "patient" not in document:
        mistakes.add((), "the table [patient] is missing")
    patient_fields = {k: v for k, v in patient.items() if k != "previous_therapies"}
    measurements = _tables(document.get("measurements", []), ("measurements",), mistakes=mistakes)
    return Sections(
        head=_read(schema.HeadTable, head, (), mistakes=mistakes),
        patient=_read(schema.PatientTable, patient_fields, ("patient",), mistakes=mistakes)
        if "patient" in document
        else Entry(("patient",), {}, None),
        previous_therapies=_previous_therapies(patient, mistakes=mistakes),
        agents=_array(schema.AgentTable, document, "agents", mistakes=mistakes),
        regions=_array(schema.RegionTable, document, "regions", mistakes=mistakes),
        administrations=_array(
            schema.AdministrationTable, document, "administrations", mistakes=mistakes
        ),
        measurements=tuple(
            _read(
                schema.MeasurementTable,
                {k: v for k, v in raw.items() if k != "points"},
                path,
                mistakes=mistakes,
            )
            for path, raw in measurements
        ),
        points=tuple(_points(raw, path, mistakes=mistakes) for path, raw in measurements),
        calibration=_optional(schema.CalibrationTable, document, "calibration", mistakes=mistakes),
        imaging=_optional(schema.ImagingTable, document, "imaging", mistakes=mistakes),
        blood=_optional(blood_schema.BloodTable, document, "blood", mistakes=mistakes),
        urine=_optional(blood_schema.UrineTable, document, "urine", mistakes=mistakes),
        marrow=_optional(blood_schema.MarrowTable, document, "marrow", mistakes=mistakes),
        biology=_optional(biology_schema.BiologyTable, document, "biology", mistakes=mistakes),
        sharing=_array(schema.SharingTable, document, "sharing", mistakes=mistakes),
        predictions=_array(schema.PredictionTable, document, "predictions", mistakes=mistakes),
        assumptions=_read(
            schema.AssumptionsTable,
            _table(document, "assumptions", mistakes=mistakes),
            ("assumptions",),
            mistakes=mistakes,
        ),
    )


def _previous_therapies(
    patient: dict[str, Any], *, mistakes: Mistakes
) -> tuple[Entry[schema.PreviousTherapyTable], ...] | None:
    value = patient.get("previous_therapies", schema.UNKNOWN)
    if value == schema.UNKNOWN:
        return None
    path = ("patient", "previous_therapies")
    return tuple(
        _read(schema.PreviousTherapyTable, raw, at, mistakes=mistakes)
        for at, raw in _tables(value, path, mistakes=mistakes)
    )


def _points(
    measurement: dict[str, Any], path: Path, *, mistakes: Mistakes
) -> tuple[Entry[schema.PointTable], ...]:
    at = (*path, "points")
    if not measurement.get("points"):
        mistakes.add(at, "is missing or empty: give at least one { time, activity, uncertainty }")
        return ()
    return tuple(
        _read(schema.PointTable, raw, where, mistakes=mistakes)
        for where, raw in _tables(measurement["points"], at, mistakes=mistakes)
    )


def _array(
    model: type[T], document: dict[str, Any], key: str, *, mistakes: Mistakes
) -> tuple[Entry[T], ...]:
    return tuple(
        _read(model, raw, path, mistakes=mistakes)
        for path, raw in _tables(document.get(key, []), (key,), mistakes=mistakes)
    )


def read_tables(
    model: type[T], document: dict[str, Any], key: str, *, mistakes: Mistakes, first: int = 0
) -> tuple[Entry[T], ...]:
    """Read an array of tables; ``first`` is the place of the first in the file."""
    return tuple(
        _read(model, raw, (key, first + i), mistakes=mistakes)
        for i, (_, raw) in enumerate(_tables(document.get(key, []), (key,), mistakes=mistakes))
    )


def _optional(
    model: type[T], document: dict[str, Any], key: str, *, mistakes: Mistakes
) -> Entry[T] | None:
    if key not in document:
        return None
    table = _table(document, key, mistakes=mistakes)
    if not isinstance(document[key], dict):
        return None
    return _read(model, table, (key,), mistakes=mistakes)


def _table(document: dict[str, Any], key: str, *, mistakes: Mistakes) -> dict[str, Any]:
    value = document.get(key, {})
    if isinstance(value, dict):
        return value
    mistakes.add((key,), f"must be a table [{key}], got {show(value)}")
    return {}


def _tables(value: object, path: Path, *, mistakes: Mistakes) -> list[tuple[Path, dict[str, Any]]]:
    if not isinstance(value, list):
        name = ".".join(str(part) for part in path)
        mistakes.add(path, f"must be an array of tables [[{name}]], got {show(value)}")
        return []
    found = []
    for i, raw in enumerate(value):
        if isinstance(raw, dict):
            found.append(((*path, i), raw))
        else:
            mistakes.add((*path, i), f"must be a table, got {show(raw)}")
    return found


def _read(model: type[T], raw: dict[str, Any], path: Path, *, mistakes: Mistakes) -> Entry[T]:
    try:
        return Entry(path, raw, model.model_validate(raw))
    except ValidationError as error:
        for one in error.errors(include_url=False):
            mistakes.add((*path, *one["loc"]), _in_words(model, one))
        return Entry(path, raw, None)


def _in_words(model: type[BaseModel], error: Any) -> str:
    kind, key, got = error["type"], error["loc"][-1], error["input"]
    model = _model_at(model, error["loc"])
    if kind == "missing":
        return f"is missing: {model.model_fields[str(key)].description}"
    if kind == "extra_forbidden":
        return _unknown_key(str(key), (*model.model_fields, *_READ_APART.get(model, ())))
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "literal_error":
        allowed = error["ctx"]["expected"].replace(" or ", ", ")
        hint = suggestion(got, allowed.replace("'", "").split(", ")) if isinstance(got, str) else ""
        return f"{show(got)} is not allowed; allowed: {allowed}{hint}"
    if kind in _WORDS:
        return f"must be {_WORDS[kind]}, got {show(got)}"
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}, got {show(got)}"


def _model_at(model: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the model of the table in which a place lies: that of a list inside of a table."""
    for part in place[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            inside = get_args(model.model_fields[part].annotation)
            nested = [m for m in inside if isinstance(m, type) and issubclass(m, BaseModel)]
            model = nested[0] if nested else model
    return model


def _unknown_key(key: str, allowed: tuple[str, ...]) -> str:
    hint = suggestion(key, allowed) or ";"
    return f"is not a key of this table{hint} allowed: {', '.join(allowed)}"
