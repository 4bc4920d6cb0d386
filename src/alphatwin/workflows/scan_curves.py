"""From the scans of a course to the volume and the activity of each drawn region over time."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.errors import ScanError
from alphatwin.files.scan_plan import MeasuredRegion
from alphatwin.geometry import Contours, VoxelRegion
from alphatwin.imaging.region_reading import RegionReading, region_reading
from alphatwin.workflows.region_recovery import Recovery, recovered
from alphatwin.workflows.scan_places import Matched, Matches, Place, places_of
from alphatwin.workflows.scan_sources import Drawn, UsedScan, drawn_regions, scans_in, used_scans

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphatwin.dicom.read import Scans
    from alphatwin.files.scan_plan import DrawnRegion, ImageCourse, RecoveryPlan


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One region in one scan.

    Attributes
    ----------
    region, place
        Name, and where it lies on which scan.
    reading
        By the rule of the course.
    by_fill
        By every rule; empty if the region was drawn as voxels or carried.
    recovery
        What the region loses to its surroundings; None if no correction was asked for.
    """

    region: str
    place: Place
    reading: RegionReading
    by_fill: dict[str, RegionReading]
    recovery: Recovery | None = None

    @property
    def scan(self) -> int:
        """Place of the scan in the list."""
        return self.place.scan

    @property
    def drawn_on(self) -> int:
        """Place of the scan that the region is drawn on."""
        return self.place.drawn_on

    @property
    def voxels(self) -> VoxelRegion:
        """The region on the grid of the scan."""
        return self.place.voxels


@dataclass(frozen=True, slots=True, eq=False)
class ScanCurves:
    """What the scans of a course measured.

    Attributes
    ----------
    scans, readings, matches
        In order of time; region by region; every scan against the first.
    measured
        What goes into the course.
    drawn
        Everything that is drawn, by name.
    pairs
        Registrations that were made.
    """

    scans: tuple[UsedScan, ...]
    readings: tuple[Reading, ...]
    matches: tuple[Matched, ...]
    measured: tuple[MeasuredRegion, ...]
    drawn: dict[str, list[Drawn]]
    pairs: Matches


def scan_curves(
    course: ImageCourse, *, progress: Callable[[float], None] | None = None
) -> ScanCurves:
    """Return volumes and activities of the drawn regions of a course.

    Parameters
    ----------
    course
        The course file with its scans.
    progress
        Told the share of the work that is done.

    Raises
    ------
    ScanError, InvalidValueError, NotSupportedError
        If scans cannot be read, contradict themselves without a choice, a region is not drawn, or
        scans that must be matched do not match.
    """
    told = progress if progress is not None else (lambda _: None)
    scans: list[UsedScan] = []
    drawn: dict[str, list[Drawn]] = {}
    folders: dict[Path, Scans] = {}
    for n, source in enumerate(course.sources):
        is_new = source.folder not in folders
        found = scans_in(folders, source.folder)
        scans += used_scans(source, found)
        for name, items in drawn_regions(found).items() if is_new else ():
            drawn.setdefault(name, []).extend(items)
        told(0.5 * (n + 1) / len(course.sources))
    scans.sort(key=lambda s: (s.administration or "", s.chosen.time_s))
    used = tuple(scans)
    _stop_if_twice(used)
    matches = Matches(used)
    readings: list[Reading] = []
    for i, region in enumerate(course.regions):
        readings += _readings(region, drawn, matches)
        told(0.5 + 0.4 * (i + 1) / len(course.regions))
    if course.recovery is not None:
        readings = _recovered(readings, used, course.recovery)
    return ScanCurves(
        scans=used,
        readings=tuple(readings),
        matches=matches.to_first(),
        measured=_measured(readings, used),
        drawn=drawn,
        pairs=matches,
    )


def _stop_if_twice(scans: tuple[UsedScan, ...]) -> None:
    seen: set[str] = set()
    for scan in scans:
        if scan.chosen.scan.key in seen:
            msg = (
                f"scans: series {scan.chosen.scan.series.number} is used by two [[scans]]: say in "
                "each which series it means (series = [...])"
            )
            raise ScanError(msg)
        seen.add(scan.chosen.scan.key)


def _readings(
    region: DrawnRegion, drawn: dict[str, list[Drawn]], matches: Matches
) -> list[Reading]:
    places = places_of(region.contours, fill=region.fill, drawn=drawn, matches=matches)
    found = []
    for place in places:
        image, voxels = matches.scans[place.scan].image, place.voxels
        by_fill = {}
        if place.is_own and isinstance(place.drawn.region, Contours):
            for fill in ("centres", "fractions", "touched"):
                other = voxels if fill == region.fill else place.drawn.voxels(image, fill)
                by_fill[fill] = region_reading(image, region=other)
        read = region_reading(image, region=voxels)
        found.append(Reading(region.name, place, read, by_fill))
    return found


def _recovered(
    readings: list[Reading], scans: tuple[UsedScan, ...], plan: RecoveryPlan
) -> list[Reading]:
    """Return readings with what regions lose to their surroundings undone."""
    found = list(readings)
    for i, scan in enumerate(scans):
        here = [n for n, r in enumerate(readings) if r.scan == i]
        corrected = recovered(
            [readings[n].reading for n in here],
            places=[readings[n].place for n in here],
            image=scan.image,
            plan=plan,
        )
        for n, one in zip(here, corrected, strict=True):
            found[n] = dataclasses.replace(readings[n], recovery=one)
    return found


def _activity_bq(r: Reading) -> tuple[float, float]:
    """Return the activity of a reading, corrected, and the uncertainty that this added."""
    if r.recovery is None:
        return r.reading.activity_bq, 0.0
    found = r.recovery.corrected
    return r.reading.activity_bq * found.factor, found.after_relative_sd


def _added(added: float, scan: UsedScan) -> float:
    """Return the relative uncertainty that corrections of a region and of its scan added."""
    dead_time = 0.0 if scan.dead_time is None else scan.dead_time.after_relative_sd
    return math.hypot(added, dead_time)


def _measured(readings: list[Reading], scans: tuple[UsedScan, ...]) -> tuple[MeasuredRegion, ...]:
    groups: dict[tuple[str, str | None], list[Reading]] = {}
    for r in readings:
        groups.setdefault((r.region, scans[r.scan].administration), []).append(r)
    found = []
    for (name, administration), rows in groups.items():
        chosen = [scans[r.scan].chosen for r in rows]
        nuclides = {c.nuclide for c in chosen}
        if len(nuclides) > 1:
            msg = f"scans: of {', '.join(sorted(nuclides))} after one administration: choose series"
            raise ScanError(msg)
        as_given = all(c.convention == "administration" for c in chosen)
        points = tuple(
            (
                c.time_s,
                activity_bq * (1.0 if as_given else c.to_scan),
                _added(added, scans[r.scan]),
            )
            for r, (activity_bq, added), c in zip(
                rows, map(_activity_bq, rows), chosen, strict=True
            )
        )
        volumes = [
            r.reading.volume_ml for r in readings if r.region == name and r.drawn_on == r.scan
        ]
        found.append(
            MeasuredRegion(
                region=name,
                administration=administration,
                nuclide=nuclides.pop(),
                volume_ml=sum(volumes) / len(volumes),
                decay_corrected_to="administration" if as_given else "none",
                points=points,
                source="images of this course, summed over the drawn region; "
                + (
                    "no partial-volume correction"
                    if rows[0].recovery is None
                    else "corrected for recovery by volume and for its surroundings"
                ),
            )
        )
    return tuple(found)
