"""Specifications of clusters of cells: TOML text to frozen values, every mistake at once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alphatwin import units
from alphatwin.errors import CourseError
from alphatwin.files.lines import Places
from alphatwin.files.mistakes import Mistakes
from alphatwin.files.schema import Name, Number, quantity

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

_TRIED = ("int", "list[int]", "float", "list[function-before[read(), float]]")
LARGEST_BYTES = 5_000_000
LengthUm = Annotated[float, quantity(units.parse_length_um)]
ConcentrationBqPerMl = Annotated[
    float, quantity(units.parse_concentration_bq_per_ml), Field(gt=0.0, allow_inf_nan=False)
]
TimeS = Annotated[float, quantity(units.parse_time_s), Field(gt=0.0, allow_inf_nan=False)]
DoseGy = Annotated[float, quantity(units.parse_absorbed_dose_gy)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Table(BaseModel):
    """A table of a file: known keys only, no conversion between kinds."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NuclideTable(Table):
    """What decays."""

    name: Name
    chain: bool = True
    decay_data: Literal["icrp107", "ensdf"] = "icrp107"
    stopping: Literal["icru90", "astar"] = "icru90"
    radiations: list[Literal["alpha", "recoil", "electron"]] = ["alpha", "electron"]


class CellTable(Table):
    """One cell."""

    radius: LengthUm
    nucleus_radius: LengthUm
    target: Literal["nucleus", "cell"] = "nucleus"


class ClusterTable(Table):
    """Where the cells are."""

    kind: Literal["spheroid", "monolayer"]
    radius: LengthUm | None = None
    side: LengthUm | None = None
    packing: Literal["fcc", "cubic", "random"] = "fcc"
    spacing: LengthUm | None = None
    cell_fraction: Share | None = None
    necrotic_radius: LengthUm | None = None
    scored_radius: Annotated[LengthUm, Field(gt=0.0)] | None = None

    @model_validator(mode="after")
    def _one_extent(self) -> ClusterTable:
        wanted, other = ("radius", "side") if self.kind == "spheroid" else ("side", "radius")
        if getattr(self, wanted) is None or getattr(self, other) is not None:
            msg = f"a {self.kind} has a {wanted} and no {other}"
            raise ValueError(msg)
        if self.kind == "monolayer" and self.necrotic_radius is not None:
            msg = "a monolayer has no necrotic_radius"
            raise ValueError(msg)
        return self


class UptakeTable(Table):
    """How much each cell holds, and where."""

    source: Literal["surface", "cytoplasm", "nucleus", "cell"]
    labelled_fraction: Share = 1.0
    lognormal_sd: Number = 0.0
    penetration: LengthUm | None = None


class DaughtersTable(Table):
    """How daughters leave; they stay where there is no such table."""

    internalised_fraction: Share = 0.0
    escape: dict[str, Number] = {}
    diffusion_cm2_per_s: dict[str, Number] = {}


class ExposureTable(Table):
    """How many decays there are: as stated, or of a region of a dose report."""

    decays_per_cell: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] | None = None
    report: Name | None = None
    agent: Name | None = None
    region: Name | None = None
    replicates: Annotated[int, Field(ge=1, le=10_000)] = 10

    @model_validator(mode="after")
    def _one_way(self) -> ExposureTable:
        linked = (self.report, self.agent, self.region)
        if self.decays_per_cell is None and None in linked:
            msg = "give decays_per_cell, or all of report, agent and region"
            raise ValueError(msg)
        if self.decays_per_cell is not None and any(linked):
            msg = "give decays_per_cell, or report, agent and region; not both"
            raise ValueError(msg)
        return self


class MediumTable(Table):
    """Activity in the medium over a monolayer."""

    concentration: ConcentrationBqPerMl
    duration: TimeS
    depth: LengthUm


class LinealTable(Table):
    """A site for lineal energy in the middle of the target."""

    site: LengthUm


class SValuesTable(Table):
    """S values of nuclei and cells, from every part of the cells."""

    decays: Annotated[int, Field(ge=1000, le=100_000_000)] = 200_000


class SurvivalTable(Table):
    """How cells answer to specific energy, and to a reference radiation."""

    alpha_per_gy: Annotated[float, Field(ge=0.0)] | None = None
    beta_per_gy2: Annotated[float, Field(ge=0.0)] = 0.0
    z0: DoseGy | None = None
    domain_radius: LengthUm | None = None
    reference_alpha_per_gy: Annotated[float, Field(ge=0.0)] | None = None
    reference_beta_per_gy2: Annotated[float, Field(ge=0.0)] = 0.0

    @model_validator(mode="after")
    def _one_model(self) -> SurvivalTable:
        if (self.alpha_per_gy is None) == (self.z0 is None):
            msg = "give alpha_per_gy (with beta_per_gy2) or z0, one of them"
            raise ValueError(msg)
        if self.domain_radius is not None and not (self.z0 is None and self.beta_per_gy2 > 0.0):
            msg = (
                "domain_radius (the microdosimetric-kinetic model) needs alpha_per_gy and "
                "beta_per_gy2 above 0, and no z0"
            )
            raise ValueError(msg)
        return self


class ClusterSpecification(Table):
    """A whole file."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    nuclide: NuclideTable
    cell: CellTable
    cluster: ClusterTable
    uptake: UptakeTable
    exposure: ExposureTable
    daughters: DaughtersTable | None = None
    medium: MediumTable | None = None
    lineal_energy: LinealTable | None = None
    s_values: SValuesTable | None = None
    survival: SurvivalTable | None = None
    sha256: str = ""

    @model_validator(mode="after")
    def _activity_somewhere(self) -> ClusterSpecification:
        if self.exposure.decays_per_cell == 0.0 and self.medium is None:
            msg = "exposure.decays_per_cell is 0 and there is no [medium]: nothing decays"
            raise ValueError(msg)
        if self.medium is not None and self.cluster.kind != "monolayer":
            msg = "a [medium] lies over a monolayer; a spheroid has none"
            raise ValueError(msg)
        return self


def read_cluster(path: Path) -> ClusterSpecification:
    """Return the specification of a file.

    Parameters
    ----------
    path
        A TOML file in UTF-8.

    Raises
    ------
    CourseError
        If it cannot be read, or with every mistake in it, by field and line.
    """
    return read_table(path, ClusterSpecification)


T = TypeVar("T", bound=Table)


def read_table(path: Path, kind: type[T]) -> T:
    """Return the value of a TOML file, with the hash of the file as its ``sha256``.

    Parameters
    ----------
    path
        A TOML file in UTF-8.
    kind
        What it holds.

    Raises
    ------
    CourseError
        If it cannot be read, or with every mistake in it, by field and line.
    """
    raw = _bytes(path)
    try:
        text = raw.decode("utf-8-sig")
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CourseError((f"{path.name}: is not TOML in UTF-8: {error}",)) from None
    mistakes = Mistakes(file_name=path.name, places=Places(text))
    document.pop("sha256", None)
    try:
        found = kind.model_validate(document)
    except ValidationError as error:
        for one in _told_once(error.errors()):
            mistakes.add(_fields(one["loc"]), one["msg"].removeprefix("Value error, "))
        mistakes.raise_if_any()
        raise
    return found.model_copy(update={"sha256": hashlib.sha256(raw).hexdigest()})


def _told_once(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Return the mistakes without "should be a list" of values that were no list nor meant one."""
    places = [_fields(one["loc"]) for one in errors]
    return [
        one
        for one, place in zip(errors, places, strict=True)
        if one["type"] != "list_type" or places.count(place) == 1
    ]


def _fields(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the place of a mistake without the alternatives of a type that were tried."""
    return tuple(
        part
        for part in location
        if not (isinstance(part, str) and (part in _TRIED or part.startswith("function-")))
    )


def read_dose_report(path: Path) -> dict[str, Any]:
    """Return a dose report that ``alphatwin dose -o`` has written.

    Raises
    ------
    CourseError
        If it cannot be read, or is no dose report of a known version.
    """
    raw = _bytes(path)
    try:
        report = json.loads(raw)
    except (ValueError, RecursionError):
        raise CourseError((f"{path.name}: is not JSON; give a report.json",)) from None
    if not isinstance(report, dict) or (report.get("kind"), report.get("schema")) != ("dose", 1):
        msg = f"{path.name}: is no dose report of schema 1; `alphatwin dose -o` writes one"
        raise CourseError((msg,))
    return report


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise CourseError((f"{path.name}: cannot be read: {reason}",)) from None
    if len(raw) > LARGEST_BYTES * 10:
        raise CourseError((f"{path.name}: has {len(raw)} bytes: too many",))
    return raw
