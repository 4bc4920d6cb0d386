"""From scans to region curves to the dose report."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, NamedTuple

from alphatwin.files.scan_plan import course_of_measured
from alphatwin.geometry import Rigid
from alphatwin.nuclides import nuclide
from alphatwin.report.figure_scans import ScanView, draw_scans
from alphatwin.report.figure_uptake import draw_uptake
from alphatwin.report.images_value import (
    FillRecord,
    ImagesRecord,
    RegionReadingRecord,
    RegistrationRecord,
    UsedScanRecord,
)
from alphatwin.report.value import Assumption, Caution
from alphatwin.workflows.dose import dose_report
from alphatwin.workflows.scan_curves import scan_curves
from alphatwin.workflows.scan_uptake import uptakes
from alphatwin.workflows.scan_windows import window_records

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.files.scan_plan import ImageCourse
    from alphatwin.patient import Course, DecayDataName
    from alphatwin.report.picture import Picture
    from alphatwin.report.value import DoseReport
    from alphatwin.workflows.scan_curves import Reading, ScanCurves
    from alphatwin.workflows.scan_places import Matched
    from alphatwin.workflows.scan_sources import UsedScan

SAME_ACTIVITY = 0.02
"""Relative difference of the administered activity in header and course that is no rounding."""
LEAST_RECOVERY = 0.33
"""Below it a correction is more than threefold."""
CONTOUR_RULE = 0.05
"""Relative difference of the volumes by two rules of filling above which the reader is warned."""


class ImageReport(NamedTuple):
    """The dose report of scans, and the figures of the scans themselves."""

    report: DoseReport
    pictures: tuple[Picture, ...]


def image_report(
    course: ImageCourse,
    *,
    decay_data: DecayDataName | None = None,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> ImageReport:
    """Return the dose report of a course whose regions come from scans.

    Parameters
    ----------
    course
        The course file with its scans.
    decay_data
        Decay-data set, instead of the one that the course names.
    seed
        Seed of every random stream.
    progress
        Told the share of the reading of scans that is done.

    Raises
    ------
    AlphaTwinError
        If scans cannot be read or contradict themselves without a choice, or the course is wrong.
    """
    curves = scan_curves(course, progress=progress)
    file = course_of_measured(course, curves.measured)
    report = dose_report(file, decay_data=decay_data, seed=seed)
    record = _record(curves, file.course)
    record = dataclasses.replace(
        record,
        uptake=uptakes(course, curves, file.course),
        windows=window_records(
            course.windows, decay_data=decay_data or file.course.assumptions.decay_data
        ),
    )
    report = dataclasses.replace(
        report,
        assumptions=(*_assumptions(course, curves), *report.assumptions),
        warnings=(*_cautions(course, curves, file.course), *report.warnings),
        images=record,
    )
    pictures = draw_scans(_views(curves))
    if record.uptake is not None:
        pictures += draw_uptake(record)
    return ImageReport(report, pictures)


def _record(curves: ScanCurves, course: Course) -> ImagesRecord:
    return ImagesRecord(
        scans=tuple(_scan(i, s) for i, s in enumerate(curves.scans, start=1)),
        readings=tuple(_reading(r, curves.scans[r.scan], course) for r in curves.readings),
        registrations=tuple(_registration(m) for m in curves.matches),
        uptake=None,
        windows=(),
    )


def _scan(number: int, scan: UsedScan) -> UsedScanRecord:
    c = scan.chosen
    return UsedScanRecord(
        number=number,
        administration=scan.administration,
        nuclide=c.nuclide,
        time_s=c.time_s,
        decay_corrected_to=c.convention,
        factor_to_scan=c.to_scan,
        activity_in_view_bq=scan.image.integral_ml() * c.to_scan,
        dead_time_factor=None if scan.dead_time is None else scan.dead_time.factor,
        dead_time_relative_sd=None if scan.dead_time is None else scan.dead_time.after_relative_sd,
        values_sha256=hashlib.sha256(scan.image.values.tobytes()).hexdigest(),
        choices=scan.choices,
        doubts=c.accepted,
    )


def _reading(r: Reading, scan: UsedScan, course: Course) -> RegionReadingRecord:
    c = scan.chosen
    most = r.reading.max_bq_per_ml * c.to_scan
    return RegionReadingRecord(
        region=r.region,
        scan=r.scan + 1,
        drawn_on=r.drawn_on + 1,
        volume_ml=r.reading.volume_ml,
        activity_bq=r.reading.activity_bq * c.to_scan,
        max_bq_per_ml=most,
        suv_max_g_per_ml=_suv(most, scan, course),
        is_outside_table=r.recovery is not None and r.recovery.is_outside_table,
        recovery_fraction=None if r.recovery is None else r.recovery.recovery_fraction,
        surroundings_bq_per_ml=(
            None if r.recovery is None else r.recovery.surroundings_bq_per_ml * c.to_scan
        ),
        corrected_activity_bq=(
            None
            if r.recovery is None
            else r.reading.activity_bq * r.recovery.corrected.factor * c.to_scan
        ),
        corrected_relative_sd=None
        if r.recovery is None
        else r.recovery.corrected.after_relative_sd,
        by_fill=tuple(
            FillRecord(fill=k, volume_ml=v.volume_ml, activity_bq=v.activity_bq * c.to_scan)
            for k, v in r.by_fill.items()
        ),
    )


def _suv(concentration_bq_per_ml: float, scan: UsedScan, course: Course) -> float | None:
    from alphatwin.imaging.suv import suv_by_mass

    given = {a.name: a.activity_bq for a in course.administrations}
    name = scan.administration or next(iter(given))
    administered = given.get(name)
    if administered is None:
        return None
    half_life_s = nuclide(scan.chosen.nuclide).half_life_s
    left = administered * 2.0 ** (-scan.chosen.time_s / half_life_s)
    return float(
        suv_by_mass(concentration_bq_per_ml, activity_bq=left, mass_kg=course.patient.weight_kg)
    )


def _registration(m: Matched) -> RegistrationRecord:
    found = m.registration
    transform = None if found is None else found.transform
    return RegistrationRecord(
        fixed=m.fixed + 1,
        moving=m.moving + 1,
        same_frame=m.same_frame,
        shift_mm=None if found is None else found.shift_mm,
        angle_deg=transform.angle_deg if isinstance(transform, Rigid) else None,
        correlation_before=None if found is None else found.correlation_before,
        correlation_after=None if found is None else found.correlation_after,
    )


def _assumptions(course: ImageCourse, curves: ScanCurves) -> list[Assumption]:
    found = []
    by_choice: dict[str, list[int]] = {}
    for i, scan in enumerate(curves.scans, start=1):
        for choice in scan.choices:
            by_choice.setdefault(choice, []).append(i)
    for choice, numbers in by_choice.items():
        key, _, value = choice.partition(" = ")
        doubts = dict.fromkeys(d for n in numbers for d in curves.scans[n - 1].chosen.accepted)
        found.append(
            Assumption(
                name=f"scans.{key}",
                text=f"Of scan {', '.join(map(str, numbers))}; the headers: {'; '.join(doubts)}",
                value=value,
                made_by="course",
                source="Stated in the course, in place of the header",
                status="choice",
                alternatives=(),
            )
        )
    for region in course.regions:
        rows = [r for r in curves.readings if r.region == region.name and r.by_fill]
        if rows:
            said = "; ".join(
                f"{k} {v.volume_ml:.4g} mL, {v.activity_bq / 1e6:.4g} MBq as stored"
                for k, v in rows[0].by_fill.items()
            )
            found.append(
                Assumption(
                    name="fill",
                    text=f"Which voxels are {region.name}: on scan {rows[0].scan + 1} by {said}",
                    value=region.fill,
                    made_by="course",
                    source="Exact shares are what was drawn; touched adds half a voxel all around",
                    status="choice",
                    alternatives=(),
                )
            )
    return found


def _cautions(course: ImageCourse, curves: ScanCurves, given: Course) -> list[Caution]:
    found = []
    for region in course.regions:
        rows = [r for r in curves.readings if r.region == region.name]
        exact = next((r.by_fill["fractions"].volume_ml for r in rows if r.by_fill), None)
        used = next((r.reading.volume_ml for r in rows if r.by_fill), None)
        if exact and used and abs(used / exact - 1.0) > CONTOUR_RULE:
            text = (
                f"Filled by {region.fill} its contours hold {used:.4g} mL, the exact volume drawn "
                f"is {exact:.4g} mL."
            )
            found.append(Caution(code="fill", loud=False, where=region.name, message=text))
        carried = [r.scan + 1 for r in rows if r.scan != r.drawn_on]
        if carried:
            numbers = ", ".join(map(str, carried))
            text = f"Carried to scan {numbers} from scan {rows[0].drawn_on + 1} by registration."
            found.append(Caution(code="carried", loud=False, where=region.name, message=text))
        low = [r.recovery.recovery_fraction for r in rows if r.recovery is not None]
        if low and min(low) < LEAST_RECOVERY:
            text = (
                f"Its recovery is {min(low):.2f}: most of its activity is seen elsewhere, and what "
                "is made of the rest depends on the resolution and the outline."
            )
            found.append(Caution(code="recovery", loud=True, where=region.name, message=text))
    administered = {a.name: a.activity_bq for a in given.administrations}
    for i, scan in enumerate(curves.scans, start=1):
        tracer = scan.chosen.scan.series.tracer
        stated = None if tracer is None else tracer.administered_bq
        course_bq = administered.get(scan.administration or next(iter(administered)))
        if stated and course_bq and abs(stated / course_bq - 1.0) > SAME_ACTIVITY:
            text = (
                f"The header says that {stated / 1e6:.5g} MBq were administered, the course "
                f"{course_bq / 1e6:.5g} MBq; the course was taken."
            )
            found.append(
                Caution(code="administered_activity", loud=True, where=f"scan {i}", message=text)
            )
    return found


def _views(curves: ScanCurves) -> tuple[ScanView, ...]:
    views = []
    for i, scan in enumerate(curves.scans):
        match = next((m for m in curves.matches if m.moving == i), None)
        here = [r for r in curves.readings if r.scan == i]
        views.append(
            ScanView(
                label=f"scan {i + 1}, {scan.chosen.time_s / 3600.0:.3g} h",
                image=scan.image,
                ct=None if scan.ct is None else scan.ct.image(),
                regions=tuple(dataclasses.replace(r.voxels, name=r.region) for r in here),
                registration=None if match is None else match.registration,
            )
        )
    return tuple(views)
