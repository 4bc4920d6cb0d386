"""A course that takes its regions from scans: ``[[scans]]`` and what is drawn, read and filled in.

Such a course says in ``[[scans]]`` where the images lie and which way out of each contradiction is
taken, and in ``[[regions]]`` which contours are a region and how they are filled. What the scans
then measure is written into the course's own tables, so that everything after it is checked and
computed exactly as if it had been typed.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alphatwin import units
from alphatwin.files.agent_names import nuclide_name
from alphatwin.files.course_file import CourseFile, CourseText, course_of_document, read_text
from alphatwin.files.lines import Places
from alphatwin.files.mistakes import Mistakes
from alphatwin.files.scan_tables import DrawnTable, RecoveryTable, ScansTable
from alphatwin.files.sections import read_tables
from alphatwin.files.uptake_plan import read_uptake, read_windows
from alphatwin.imaging.quantification import (
    Calibration,
    RecoveryCurve,
    calibration_bq_s,
    recovery_curve,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.files.scan_tables import DecayChoice, Fill
    from alphatwin.files.sections import Entry
    from alphatwin.files.uptake_plan import UptakePlan, WindowPlan
    from alphatwin.imaging.quantification import DeadTimeModel

DRAWN_KEYS = ("contours", "fill", "activity_uncertainty")


@dataclass(frozen=True, slots=True)
class ScanSource:
    """One ``[[scans]]``: where images lie, and the choices made for them.

    Attributes
    ----------
    folder
        Folder or zip.
    administration
        After which administration; None if the course has one alone.
    series
        Numbers of the series, as `alphatwin scan` gives them; empty takes every one of activity.
    nuclide, time_s, duration_s, decay_corrected_to, calibration_bq_per_count
        What the course states in place of the header; None to believe the header.
    calibration
        Of a source of known activity, in place of ``calibration_bq_per_count``; None for none.
    dead_time
        None for no correction.
    accept
        Rules whose contradictions are accepted as they are.
    """

    folder: Path
    administration: str | None
    series: tuple[int, ...]
    nuclide: str | None
    time_s: float | None
    duration_s: float | None
    decay_corrected_to: DecayChoice | None
    calibration_bq_per_count: float | None
    calibration: Calibration | None
    dead_time: DeadTime | None
    accept: tuple[str, ...]

    @property
    def is_calibrated(self) -> bool:
        """Whether the course says how counts become activity."""
        return self.calibration_bq_per_count is not None or self.calibration is not None


@dataclass(frozen=True, slots=True)
class DeadTime:
    """Dead time of a camera [s], with the rates that it recorded, series by series. [1/s]."""

    dead_time_s: float
    relative_sd: float
    model: DeadTimeModel
    observed_per_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DrawnRegion:
    """A region that is drawn on scans: which contours, how filled, how uncertain."""

    name: str
    contours: str
    fill: Fill
    activity_uncertainty: str

    def activity_relative_sd(self, activity_bq: float) -> float:
        """Return the stated uncertainty as a share of an activity [Bq]; 0 of none."""
        if self.activity_uncertainty.endswith("%"):
            return units.parse_fraction(self.activity_uncertainty)
        stated_bq = units.parse_activity_bq(self.activity_uncertainty)
        return stated_bq / activity_bq if activity_bq > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class RecoveryPlan:
    """How recovery is known: by the resolution [mm] and the shape of a region, or by a phantom."""

    resolution_mm: float | None
    relative_sd: float
    curve: RecoveryCurve | None


@dataclass(frozen=True, slots=True)
class ImageCourse:
    """A course file whose regions come from scans, before these are read."""

    text: CourseText
    document: dict[str, Any]
    sources: tuple[ScanSource, ...]
    regions: tuple[DrawnRegion, ...]
    recovery: RecoveryPlan | None
    uptake: UptakePlan | None
    windows: tuple[WindowPlan, ...]


@dataclass(frozen=True, slots=True)
class MeasuredRegion:
    """What scans measured of one region after one administration.

    Attributes
    ----------
    region, administration, nuclide
        Of what.
    volume_ml
        Mean over the scans on which it is drawn. [mL]
    decay_corrected_to
        ``none`` or ``administration``.
    points
        Time since the administration [s], activity [Bq], and the relative standard uncertainty
        that a correction adds.
    source
        In words.
    """

    region: str
    administration: str | None
    nuclide: str
    volume_ml: float
    decay_corrected_to: str
    points: tuple[tuple[float, float, float], ...]
    source: str


def read_image_course(path: str | Path) -> ImageCourse:
    """Return a course file with ``[[scans]]``, its own tables not yet checked.

    Parameters
    ----------
    path
        A TOML file; folders in it are relative to its own.

    Raises
    ------
    CourseError
        If it cannot be read, has no ``[[scans]]``, or what it says of them is wrong.
    """
    text = read_text(path)
    document = copy.deepcopy(text.document)
    mistakes = Mistakes(file_name=text.name, places=Places(text.text))
    found = read_tables(ScansTable, document, "scans", mistakes=mistakes)
    if not found:
        mistakes.add((), "there is no [[scans]]: say where the scans lie, or use `alphatwin dose`")
    beside = Path(path).parent
    sources = tuple(s for e in found if (s := _source(e, beside, mistakes=mistakes)) is not None)
    regions = _regions(document, mistakes=mistakes)
    recovery = _recovery(document, mistakes=mistakes)
    uptake = read_uptake(document, mistakes=mistakes)
    windows = read_windows(document, mistakes=mistakes)
    _share_calibration(document, sources, mistakes=mistakes)
    mistakes.raise_if_any()
    document.pop("scans")
    return ImageCourse(text, document, sources, regions, recovery, uptake, windows)


def _share_calibration(
    document: dict[str, Any], sources: tuple[ScanSource, ...], *, mistakes: Mistakes
) -> None:
    """Write the uncertainty of a calibration by a source where the course keeps it."""
    by_source = [s.calibration.relative_sd for s in sources if s.calibration is not None]
    if not by_source:
        return
    if "calibration" in document:
        text = "follows from calibration_source in [[scans]]: leave one of them out"
        mistakes.add(("calibration",), text)
        return
    document["calibration"] = {"uncertainty": f"{100.0 * max(by_source)!r} %"}


def _recovery(document: dict[str, Any], *, mistakes: Mistakes) -> RecoveryPlan | None:
    if "recovery" not in document:
        return None
    raw = document.pop("recovery")
    entry = read_tables(RecoveryTable, {"recovery": [raw]}, "recovery", mistakes=mistakes)
    table = entry[0].table if entry else None
    if table is None:
        return None
    volumes, recovery = table.volumes, table.recovery
    if table.resolution is not None and volumes is None and recovery is None:
        return RecoveryPlan(table.resolution, table.uncertainty, None)
    if table.resolution is not None or volumes is None or recovery is None:
        mistakes.add(("recovery",), "give either resolution, or volumes and recovery of a phantom")
        return None
    curve = mistakes.attempt(
        lambda: recovery_curve(volumes, recovery_fractions=recovery, relative_sd=table.uncertainty),
        ("recovery",),
    )
    return None if curve is None else RecoveryPlan(None, table.uncertainty, curve)


def _source(entry: Entry[ScansTable], beside: Path, *, mistakes: Mistakes) -> ScanSource | None:
    table = entry.table
    if table is None:
        return None
    nuclide = table.nuclide
    if nuclide is not None:
        named = nuclide
        nuclide = mistakes.attempt(lambda: nuclide_name(named), (*entry.path, "nuclide"))
    if table.calibration is not None and table.calibration_source is not None:
        mistakes.add(entry.path, "give either calibration or calibration_source")
    dead = table.dead_time
    if dead is not None and len(dead.rates) != len(table.series or ()):
        text = f"has {len(dead.rates)} rates: give one for each of series = [...], in order of time"
        mistakes.add((*entry.path, "dead_time"), text)
    if table.time is not None and (table.series is None or len(table.series) != 1):
        mistakes.add((*entry.path, "time"), "belongs to one series: write series = [number]")
    return ScanSource(
        folder=beside / table.folder,
        administration=table.administration,
        series=tuple(table.series or ()),
        nuclide=nuclide,
        time_s=table.time,
        duration_s=table.duration,
        decay_corrected_to=table.decay_corrected_to,
        calibration_bq_per_count=table.calibration,
        calibration=_calibration(table, entry.path, mistakes=mistakes),
        dead_time=None
        if dead is None
        else DeadTime(dead.constant, dead.uncertainty, dead.model, tuple(dead.rates)),
        accept=tuple(table.accept),
    )


def _calibration(
    table: ScansTable, path: tuple[str | int, ...], *, mistakes: Mistakes
) -> Calibration | None:
    given = table.calibration_source
    if given is None:
        return None
    return mistakes.attempt(
        lambda: calibration_bq_s(
            source_bq=given.activity,
            n_counts=given.counts,
            duration_s=given.duration,
            n_background=given.background_counts,
            source_relative_sd=given.uncertainty,
        ),
        (*path, "calibration_source"),
    )


def _regions(document: dict[str, Any], *, mistakes: Mistakes) -> tuple[DrawnRegion, ...]:
    """Take what belongs to scans out of the regions, and return it."""
    apart: list[dict[str, Any]] = []
    regions = document.get("regions", [])
    for raw in regions if isinstance(regions, list) else ():
        taken = {}
        if isinstance(raw, dict) and any(key in raw for key in DRAWN_KEYS):
            taken = {key: raw.pop(key) for key in DRAWN_KEYS if key in raw}
            taken["name"] = raw.get("name")
        apart.append(taken)
    found = []
    for i, taken in enumerate(apart):
        if taken:
            entry = read_tables(
                DrawnTable, {"regions": [taken]}, "regions", mistakes=mistakes, first=i
            )[0]
            if entry.table is not None:
                found.append(DrawnRegion(**entry.table.model_dump()))
    if not found and not mistakes:
        mistakes.add(("regions",), "no region has contours: write contours = '...' in a region")
    return tuple(found)


def _uncertainty(drawn: DrawnRegion, activity_bq: float, added_relative_sd: float) -> str:
    """Return the stated uncertainty, and what corrections added to it."""
    if added_relative_sd == 0.0 or activity_bq <= 0.0:
        return drawn.activity_uncertainty
    share = drawn.activity_relative_sd(activity_bq)
    return f"{100.0 * math.hypot(share, added_relative_sd)!r} %"


def course_of_measured(course: ImageCourse, measured: Sequence[MeasuredRegion]) -> CourseFile:
    """Return the course with what the scans measured in its tables, checked as if typed.

    Parameters
    ----------
    course
        The course file.
    measured
        Volumes [mL] and activities [Bq] of its drawn regions.

    Raises
    ------
    CourseError
        With every mistake of the course, that of a measured value included.
    """
    document = copy.deepcopy(course.document)
    drawn = {d.name: d for d in course.regions}
    volumes = {m.region: m.volume_ml for m in measured}
    for raw in document["regions"]:
        if raw.get("name") in volumes and "mass" not in raw and "volume" not in raw:
            raw["volume"] = f"{volumes[raw['name']]!r} mL"
    rows = document.setdefault("measurements", [])
    for m in measured:
        row: dict[str, Any] = {
            "region": m.region,
            "nuclide": m.nuclide,
            "decay_corrected_to": m.decay_corrected_to,
            "source": m.source,
            "points": [
                {
                    "time": f"{time_s!r} s",
                    "activity": f"{activity_bq!r} Bq",
                    "uncertainty": _uncertainty(drawn[m.region], activity_bq, added),
                }
                for time_s, activity_bq, added in sorted(m.points)
            ],
        }
        if m.administration is not None:
            row["administration"] = m.administration
        rows.append(row)
    return course_of_document(document, course.text)
