"""Specifications of tissue as a label image: TOML text to frozen values, every mistake at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from alphatwin.errors import InvalidValueError
from alphatwin.files.cluster_file import LengthUm, NuclideTable, Share, Table, read_table
from alphatwin.files.schema import Name  # noqa: TC001 - read by pydantic

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_VOXEL_UM = 100.0  # about the range of the fastest alphas
SMALLEST_VOXEL_UM = 0.01  # finer than any image of cells, and a track crosses 10 000 of them
MOST_DECAYS_PER_G = 1e22  # fewer nuclides of such a mass are in a gram
_ROUNDING = 1e-6  # of shares that add up to one


class ImageTable(Table):
    """The image, and what its labels are."""

    file: Name
    array: Name | None = None
    voxel: LengthUm | list[LengthUm] | None = None
    edges: Literal["repeat", "open"] = "repeat"
    activity: Name | None = None
    outside: list[Name] = Field(default_factory=list)

    @model_validator(mode="after")
    def _sides(self) -> ImageTable:
        if isinstance(self.voxel, list) and len(self.voxel) != 3:
            msg = f"voxel has one side or three, got {len(self.voxel)}"
            raise ValueError(msg)
        return self


class TissueExposureTable(Table):
    """How many decays there are: as stated, or of a region of a dose report."""

    decays_per_g: Annotated[float, Field(gt=0.0, le=MOST_DECAYS_PER_G)] | None = None
    report: Name | None = None
    agent: Name | None = None
    region: Name | None = None
    histories: Annotated[int, Field(ge=1000, le=100_000_000)] = 100_000

    @model_validator(mode="after")
    def _one_way(self) -> TissueExposureTable:
        linked = (self.report, self.agent, self.region)
        if (self.decays_per_g is None) == any(part is None for part in linked) or (
            self.decays_per_g is not None and any(linked)
        ):
            msg = "give decays_per_g, or all of report, agent and region"
            raise ValueError(msg)
        return self


Labels = dict[str, int | list[int]]
Shares = dict[str, Share]


class TissueSpecification(Table):
    """A whole file."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    nuclide: NuclideTable
    image: ImageTable
    labels: Annotated[Labels, Field(min_length=1)]
    activity: Shares = Field(default_factory=dict)
    activity_of: dict[str, Shares] = Field(default_factory=dict)
    exposure: TissueExposureTable
    sha256: str = ""

    @model_validator(mode="after")
    def _one_tissue(self) -> TissueSpecification:
        values = [value for _, group in self.named_values() for value in group]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            msg = f"labels: {', '.join(map(str, twice))} has two names"
            raise ValueError(msg)
        if bool(self.activity) == (self.image.activity is not None):
            msg = "give shares in [activity], or an image of it as image.activity; one of them"
            raise ValueError(msg)
        for where, shares in (("activity", self.activity), *self.activity_of.items()):
            if shares or where != "activity":
                self._check_shares(where, shares)
        for name in self.image.outside:
            if name not in self.labels:
                msg = f"image.outside: {name} is no name of [labels]"
                raise ValueError(msg)
            if any(s.get(name, 0.0) > 0.0 for s in (self.activity, *self.activity_of.values())):
                msg = f"activity: {name} lies outside of the tissue and holds none"
                raise ValueError(msg)
        return self

    def _check_shares(self, where: str, shares: Shares) -> None:
        strangers = [name for name in shares if name not in self.labels]
        if strangers:
            msg = f"{where}: {', '.join(strangers)} is no name of [labels]"
            raise ValueError(msg)
        total = sum(shares.values())
        if abs(total - 1.0) > _ROUNDING:
            msg = f"{where}: shares must add up to 1, got {total:g}"
            raise ValueError(msg)

    def named_values(self) -> list[tuple[str, tuple[int, ...]]]:
        """Return the names of labels with their values in the image."""
        return [
            (name, (told,) if isinstance(told, int) else tuple(told))
            for name, told in self.labels.items()
        ]


def read_tissue(path: Path) -> TissueSpecification:
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
    return read_table(path, TissueSpecification)


def voxel_sides_um(
    specification: TissueSpecification, stated_um: tuple[float, float, float] | None
) -> tuple[float, float, float]:
    """Return the sides of a voxel: as told, or as the file of the image states them. [um].

    Raises
    ------
    InvalidValueError
        If neither says, or a side is larger than alphas go or finer than cells ask for.
    """
    told = specification.image.voxel
    if told is None and stated_um is None:
        msg = (
            f"image.voxel: {specification.image.file} does not state its voxels; "
            'give their side, as voxel = "2 um"'
        )
        raise InvalidValueError(msg)
    if told is None:
        sides = list(stated_um or ())
    else:
        sides = told if isinstance(told, list) else [told] * 3
    if max(sides) > LARGEST_VOXEL_UM:
        msg = (
            f"image.voxel: voxels of {max(sides):g} um are not at the scale of cells, at most "
            f"{LARGEST_VOXEL_UM:g} um are; if {specification.image.file} states it wrongly, give "
            'their side, as voxel = "2 um"'
        )
        raise InvalidValueError(msg)
    if min(sides) < SMALLEST_VOXEL_UM:
        msg = (
            f"image.voxel: voxels of {min(sides):g} um are finer than images of cells, at least "
            f'{SMALLEST_VOXEL_UM:g} um are allowed; give their side, as voxel = "2 um"'
        )
        raise InvalidValueError(msg)
    return (sides[0], sides[1], sides[2])
