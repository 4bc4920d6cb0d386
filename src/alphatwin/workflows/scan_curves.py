"""From the scans of a course to the volume and the activity of each drawn region over time."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alphatwin.dicom.read import read_image, read_scans
from alphatwin.dicom.read.structures import read_segments, read_structures
from alphatwin.errors import NotSupportedError, ScanError
from alphatwin.files.scan_plan import MeasuredRegion
from alphatwin.geometry import (
    Contours,
    Image,
    Registration,
    Rigid,
    VoxelRegion,
    register_rigid,
)
from alphatwin.imaging.region_reading import (
    RegionReading,
    carried_reading,
    filled,
    on_grid,
    region_reading,
)
from alphatwin.workflows.region_recovery import Recovery, recovered
from alphatwin.workflows.scan_choices import ChosenSeries, chosen_series

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.dicom.read import Scan
    from alphatwin.files.scan_plan import DrawnRegion, ImageCourse, RecoveryPlan, ScanSource
    from alphatwin.geometry import Grid


@dataclass(frozen=True, slots=True, eq=False)
class UsedScan:
    """A scan in Bq/mL as its header states it, and what belongs to it.

    Attributes
    ----------
    chosen
        The series with the choices in force.
    image
        [Bq/mL]
    ct
        Series of CT of the same frame of reference, None if there is none.
    administration
        After which it was made; None if the course has one alone.
    choices
        What the course states of it, in words.
    """

    chosen: ChosenSeries
    image: Image
    ct: Scan | None
    administration: str | None
    choices: tuple[str, ...]

    @property
    def frame(self) -> str | None:
        """Unique identifier of the frame of reference."""
        return self.chosen.scan.files.first.frame_of_reference


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One region in one scan.

    Attributes
    ----------
    region, scan
        Name, and place of the scan in the list.
    reading
        By the rule of the course.
    by_fill
        By every rule; empty if the region was drawn as voxels or carried.
    drawn_on
        Place of the scan that the region is drawn on.
    voxels
        The region on the scan that it is drawn on.
    """

    region: str
    scan: int
    reading: RegionReading
    by_fill: dict[str, RegionReading]
    drawn_on: int
    voxels: VoxelRegion
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """How a scan lies in the first one: None for no match, or for one frame of reference."""

    fixed: int
    moving: int
    registration: Registration | None
    same_frame: bool


@dataclass(frozen=True, slots=True, eq=False)
class ScanCurves:
    """What the scans of a course measured."""

    scans: tuple[UsedScan, ...]
    readings: tuple[Reading, ...]
    matches: tuple[Matched, ...]
    measured: tuple[MeasuredRegion, ...]


@dataclass(slots=True)
class _Matches:
    """Registrations of pairs of scans, each made once."""

    scans: tuple[UsedScan, ...]
    made: dict[tuple[int, int], Registration] = field(default_factory=dict)

    def of(self, fixed: int, moving: int) -> Registration:
        key = (fixed, moving)
        if key not in self.made:
            pair = self.scans[fixed].image, self.scans[moving].image
            self.made[key] = register_rigid(pair[0], moving=pair[1])
        return self.made[key]

    def transform(self, fixed: int, moving: int) -> Rigid | None:
        if _one_frame(self.scans[fixed], self.scans[moving]):
            return None
        found = self.of(fixed, moving).transform
        return found if isinstance(found, Rigid) else None


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A region as drawn: contours on the grid of a series, or voxels."""

    region: Contours | VoxelRegion
    grid: Grid | None
    drawn_on: frozenset[str]
    frame: str | None

    def belongs_to(self, scan: UsedScan) -> bool:
        if scan.chosen.scan.files.first.series in self.drawn_on:
            return True
        return self.frame is not None and self.frame == scan.frame

    def voxels(self, image: Image, fill: str) -> VoxelRegion:
        if isinstance(self.region, VoxelRegion):
            return on_grid(self.region, grid=image.grid)
        voxels = filled(self.region, grid=self.grid or image.grid, fill=fill)  # type: ignore[arg-type]
        return on_grid(voxels, grid=image.grid)


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
    drawn: dict[str, list[_Drawn]] = {}
    for n, source in enumerate(course.sources):
        more, regions = _read_source(source)
        scans += more
        for name, items in regions.items():
            drawn.setdefault(name, []).extend(items)
        told(0.5 * (n + 1) / len(course.sources))
    scans.sort(key=lambda s: (s.administration or "", s.chosen.time_s))
    used = tuple(scans)
    matches = _Matches(used)
    readings: list[Reading] = []
    for i, region in enumerate(course.regions):
        readings += _readings(region, drawn, used, matches)
        told(0.5 + 0.4 * (i + 1) / len(course.regions))
    if course.recovery is not None:
        readings = _recovered(readings, used, course.recovery)
    return ScanCurves(used, tuple(readings), _checks(used, matches), _measured(readings, used))


def _read_source(source: ScanSource) -> tuple[list[UsedScan], dict[str, list[_Drawn]]]:
    found = read_scans(source.folder)
    chosen = chosen_series(found.scans, source, n_patients=found.n_patients)
    grids = {s.files.first.series: s.files.grid for s in found.scans if s.files.grid is not None}
    by_frame = {
        s.files.first.frame_of_reference: s
        for s in found.scans
        if s.series.modality == "CT" and s.files.grid is not None
    }
    scans = [
        UsedScan(
            chosen=c,
            image=_calibrated(c, source),
            ct=by_frame.get(c.scan.files.first.frame_of_reference),
            administration=source.administration,
            choices=_choices(source),
        )
        for c in chosen
    ]
    drawn: dict[str, list[_Drawn]] = {}
    for scan in found.scans:
        for header in scan.files.headers:
            if scan.series.modality == "RTSTRUCT":
                set_ = read_structures(header.part)
                grid = next((grids[u] for u in set_.drawn_on if u in grids), None)
                for contours in set_.regions:
                    item = _Drawn(contours, grid, set_.drawn_on, set_.frame_of_reference)
                    drawn.setdefault(contours.name, []).append(item)
            elif scan.series.modality == "SEG":
                segments = read_segments(header.part)
                for region in segments.regions:
                    one = _Drawn(region, None, segments.drawn_on, header.frame_of_reference)
                    drawn.setdefault(region.name, []).append(one)
    return scans, drawn


def _calibrated(chosen: ChosenSeries, source: ScanSource) -> Image:
    image = read_image(chosen.scan.files)
    if chosen.scan.series.units == "bq_per_ml" or source.calibration_bq_per_count is None:
        return image
    per_ml = source.calibration_bq_per_count / image.grid.voxel_volume_ml
    return Image(image.grid, image.values * per_ml[:, None, None].astype(image.values.dtype))


def _choices(source: ScanSource) -> tuple[str, ...]:
    stated = {
        "decay_corrected_to": source.decay_corrected_to,
        "nuclide": source.nuclide,
        "time": None if source.time_s is None else f"{source.time_s / 3600.0:g} h",
        "calibration": None
        if source.calibration_bq_per_count is None
        else f"{source.calibration_bq_per_count:g} Bq/count",
        "accept": ", ".join(source.accept) or None,
    }
    return tuple(f"{key} = {value}" for key, value in stated.items() if value is not None)


def _readings(
    region: DrawnRegion,
    drawn: dict[str, list[_Drawn]],
    scans: tuple[UsedScan, ...],
    matches: _Matches,
) -> list[Reading]:
    items = drawn.get(region.contours, [])
    if not items:
        names = ", ".join(repr(name) for name in sorted(drawn)) or "nothing"
        msg = (
            f"regions: nothing is drawn under the name {region.contours!r} (region "
            f"{region.name!r}); the scans hold {names}"
        )
        raise ScanError(msg)
    own: dict[int, _Drawn] = {}
    for i, scan in enumerate(scans):
        mine = [d for d in items if d.belongs_to(scan)]
        exact = [d for d in mine if scan.chosen.scan.files.first.series in d.drawn_on]
        if len(exact or mine) > 1:
            msg = f"regions: {region.contours!r} is drawn twice for one scan: give one of them"
            raise ScanError(msg)
        if mine:
            own[i] = (exact or mine)[0]
    if not own:
        msg = (
            f"regions: {region.contours!r} is drawn on none of the scans that are used, and in no "
            "frame of reference of theirs: give the scan that it is drawn on"
        )
        raise ScanError(msg)
    return [_one(region, i, own, scans, matches) for i in range(len(scans))]


def _one(
    region: DrawnRegion,
    i: int,
    own: dict[int, _Drawn],
    scans: tuple[UsedScan, ...],
    matches: _Matches,
) -> Reading:
    image = scans[i].image
    if i in own:
        voxels = own[i].voxels(image, region.fill)
        by_fill = {}
        if isinstance(own[i].region, Contours):
            for fill in ("centres", "fractions", "touched"):
                other = voxels if fill == region.fill else own[i].voxels(image, fill)
                by_fill[fill] = region_reading(image, region=other)
        return Reading(region.name, i, region_reading(image, region=voxels), by_fill, i, voxels)
    near = min(own, key=lambda j: abs(j - i))
    voxels = own[near].voxels(scans[near].image, region.fill)
    moved = carried_reading(image, region=voxels, transform=matches.transform(near, i))
    return Reading(region.name, i, moved, {}, near, voxels)


def _recovered(
    readings: list[Reading], scans: tuple[UsedScan, ...], plan: RecoveryPlan
) -> list[Reading]:
    """Return readings with what regions lose to their surroundings undone."""
    found = []
    for r in readings:
        others = [
            o.voxels
            for o in readings
            if o.scan == r.scan and o.region != r.region and o.drawn_on == r.drawn_on
        ]
        image = scans[r.scan].image if r.drawn_on == r.scan else None
        corrected = recovered(r.reading, voxels=r.voxels, others=others, image=image, plan=plan)
        found.append(dataclasses.replace(r, recovery=corrected))
    return found


def _activity_bq(r: Reading) -> tuple[float, float]:
    """Return the activity of a reading, corrected, and the uncertainty that this added."""
    if r.recovery is None:
        return r.reading.activity_bq, 0.0
    found = r.recovery.corrected
    return r.reading.activity_bq * found.factor, found.after_relative_sd


def _one_frame(a: UsedScan, b: UsedScan) -> bool:
    return a.frame is not None and a.frame == b.frame


def _checks(scans: tuple[UsedScan, ...], matches: _Matches) -> tuple[Matched, ...]:
    """Match every scan to the first, to be looked at, whether or not a region was carried."""
    found = []
    for i in range(1, len(scans)):
        same = _one_frame(scans[0], scans[i])
        try:
            one: Registration | None = matches.of(0, i)
        except NotSupportedError:
            one = None
        found.append(Matched(0, i, one, same))
    return tuple(found)


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
            (c.time_s, activity_bq * (1.0 if as_given else c.to_scan), added)
            for (activity_bq, added), c in zip(map(_activity_bq, rows), chosen, strict=True)
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
