"""An anatomy file: a label map with kinetics for each label, for `alphatwin synthesize`.

::

    schema = 1
    labels = "labels.nii.gz"      # NIfTI, NRRD, Interfile or DICOM SEG, beside this file
    # axes = "LPS"                # of Interfile, which does not say
    activity = "7.4 GBq"
    weight = "75 kg"

    [[regions]]
    name = "liver"
    kind = "organ"                # or lesion
    labels = [5]                  # of a SEG: numbers of its segments, in order, from 1
    uptake = "6 %"                # of the activity, extrapolated to the injection
    uptake_half_time = "1 h"      # biological, without decay
    clearance_half_time = "90 h"
    population_region = "liver"   # optional: whose published kinetics are its own

    [rest]                        # optional: the rest of the body
    labels = [1, 2]
    uptake = "10 %"
    uptake_half_time = "6 min"
    clearance_half_time = "20 h"
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from alphatwin.files import schema
from alphatwin.files.course_file import read_text
from alphatwin.files.lines import Places
from alphatwin.files.mistakes import Mistakes, show
from alphatwin.files.sections import read_tables
from alphatwin.imaging.known_kinetics import KnownKinetics

_SAME = 1e-9  # of a sum of shares that is all there is
_TIMES = 400  # on which the sum of all regions is looked at, evenly over its logarithm


class HeadTable(schema.StrictTable):
    """Keys outside of any table."""

    labels: schema.Prose = Field(description="file of the label map, beside this file")
    axes: str = ""
    activity: schema.ActivityBq = Field(
        gt=0.0, description="administered activity, such as '7.4 GBq'"
    )
    weight: schema.WeightKg = Field(description="body mass, such as '75 kg'")


class RestTable(schema.StrictTable):
    """``[rest]``: labels and kinetics."""

    labels: list[int] = Field(min_length=1, description="labels, such as [3, 4]")
    uptake: schema.Share = Field(description="share of the administered activity, '6 %'")
    uptake_half_time: schema.DurationS = Field(description="biological, such as '1 h'")
    clearance_half_time: schema.DurationS = Field(description="biological, such as '90 h'")


class LabelledTable(RestTable):
    """``[[regions]]``."""

    name: schema.Name = Field(description="a name of its own, such as 'liver'")
    kind: Literal["organ", "lesion"] = Field(description="'organ' or 'lesion'")
    population_region: str = ""


@dataclass(frozen=True, slots=True)
class LabelledPlan:
    """Labels of one region and their kinetics; of the rest of the body without a name.

    Attributes
    ----------
    labels, kinetics
        Which voxels, and what they take up.
    name, kind, population_region
        Of a region; empty for the rest.
    """

    labels: tuple[int, ...]
    kinetics: KnownKinetics
    name: str = ""
    kind: str = ""
    population_region: str = ""


@dataclass(frozen=True, slots=True)
class AnatomyPlan:
    """What an anatomy file says.

    Attributes
    ----------
    file, axes
        The label map, and where its axes point if it does not say.
    administered_bq, body_mass_kg
        [Bq], [kg]
    regions, rest
        Labels with kinetics; None for no rest.
    """

    file: Path
    axes: str
    administered_bq: float
    body_mass_kg: float
    regions: tuple[LabelledPlan, ...]
    rest: LabelledPlan | None


def read_anatomy(path: str | Path) -> AnatomyPlan:
    """Return what an anatomy file says; module docstring.

    Parameters
    ----------
    path
        A TOML file; the label map lies beside it.

    Raises
    ------
    CourseError
        If what it says is wrong, by field and line.
    """
    text = read_text(path)
    document = dict(text.document)
    mistakes = Mistakes(file_name=text.name, places=Places(text.text))
    plain = {k: v for k, v in document.items() if k not in {"schema", "regions", "rest"}}
    if document.get("schema") != 1:
        said = show(document.get("schema"))
        mistakes.add(("schema",), f"must be 1, the version of this format, got {said}")
    (head,) = read_tables(HeadTable, {"head": [plain]}, "head", mistakes=mistakes)
    regions = [
        _plan(entry.table, entry.path, mistakes=mistakes)
        for entry in read_tables(LabelledTable, document, "regions", mistakes=mistakes)
    ]
    given = {"rest": [document["rest"]] if "rest" in document else []}
    rests = [
        _plan(entry.table, entry.path, mistakes=mistakes)
        for entry in read_tables(RestTable, given, "rest", mistakes=mistakes)
    ]
    if not regions:
        mistakes.add(("regions",), "there is no [[regions]]: say which labels take up what")
    _check_sum([p.kinetics for p in (*regions, *rests) if p is not None], mistakes=mistakes)
    mistakes.raise_if_any()
    table = head.table
    assert table is not None
    return AnatomyPlan(
        file=Path(path).parent / table.labels,
        axes=table.axes,
        administered_bq=table.activity,
        body_mass_kg=table.weight,
        regions=tuple(r for r in regions if r is not None),
        rest=rests[0] if rests else None,
    )


def _check_sum(kinetics: list[KnownKinetics], *, mistakes: Mistakes) -> None:
    """Refuse regions that hold more than all of the activity at some time, decay apart."""
    if not kinetics:
        return
    uptake, rise_s, fall_s = (
        np.array([getattr(k, name) for k in kinetics])[:, np.newaxis]
        for name in ("uptake_fraction", "uptake_half_time_s", "clearance_half_time_s")
    )
    times_s = np.geomspace(1e-2 * rise_s.min(), 10.0 * fall_s.max(), _TIMES)
    held = np.sum(uptake * (np.exp2(-times_s / fall_s) - np.exp2(-times_s / rise_s)), axis=0)
    most = int(np.argmax(held))
    if held[most] > 1.0 + _SAME:
        text = (
            f"uptake of all regions and the rest is {held[most]:.1%} of the activity after "
            f"{times_s[most] / 3600.0:.3g} h; at most 100 %: lower some"
        )
        mistakes.add(("regions",), text)


def _plan(
    table: RestTable | None, path: tuple[str | int, ...], *, mistakes: Mistakes
) -> LabelledPlan | None:
    if table is None:
        return None
    kinetics = mistakes.attempt(
        lambda: KnownKinetics(table.uptake, table.uptake_half_time, table.clearance_half_time),
        path,
    )
    if kinetics is None:
        return None
    labels = tuple(table.labels)
    if not isinstance(table, LabelledTable):
        return LabelledPlan(labels, kinetics)
    return LabelledPlan(labels, kinetics, table.name, table.kind, table.population_region)
