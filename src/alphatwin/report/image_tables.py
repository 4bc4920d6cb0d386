"""The tables of what scans measured, as printed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, duration, number, percent, prose, quantity
from alphatwin.report.tables import Table
from alphatwin.report.uptake_tables import uptake_tables, windows_table

if TYPE_CHECKING:
    from alphatwin.report.images_value import (
        ImagesRecord,
        RegionReadingRecord,
        UsedScanRecord,
    )
    from alphatwin.report.value import DoseReport


def image_tables(report: DoseReport) -> list[Table]:
    """Return scans, readings and registrations; none if the course has no scans.

    Parameters
    ----------
    report
        The report.
    """
    images = report.images
    if images is None:
        return []
    tables = [_scans(images), _readings(images)]
    if _is_corrected(images):
        tables.append(_corrections(images))
    if images.uptake is not None:
        tables += uptake_tables(images.uptake)
    if images.registrations:
        tables.append(_registrations(images))
    if images.windows:
        tables.append(windows_table(images.windows))
    return tables


def _scans(images: ImagesRecord) -> Table:
    return Table(
        title="Scans that activities were taken from",
        head=("Scan", "Nuclide", "Middle of it", "In view", "Decay-corrected to", "Stated"),
        rows=tuple(
            (
                f"{s.number}" + (f", {prose(s.administration)}" if s.administration else ""),
                prose(s.nuclide),
                duration(s.time_s),
                quantity(s.activity_in_view_bq, "Bq"),
                s.decay_corrected_to,
                prose("; ".join(s.choices) or "nothing"),
            )
            for s in images.scans
        ),
        prose_columns=(0, 5),
    )


def _readings(images: ImagesRecord) -> Table:
    return Table(
        title="Regions on the scans; volumes by centres of voxels, exact shares, every voxel "
        "touched (mL)",
        head=(
            "Region",
            "Scan",
            "Drawn on",
            "Volume (mL)",
            "Three rules",
            "Activity (MBq)",
        ),
        rows=tuple(
            (
                prose(r.region),
                f"{r.scan}",
                f"{r.drawn_on}",
                number(r.volume_ml, digits=4),
                _rules(r),
                number(r.activity_bq * 1e-6, digits=4),
            )
            for r in images.readings
        ),
    )


def _is_corrected(images: ImagesRecord) -> bool:
    return any(s.dead_time_factor is not None for s in images.scans) or any(
        r.recovery_fraction is not None for r in images.readings
    )


def _corrections(images: ImagesRecord) -> Table:
    """Return activities before and after, with what each correction does and adds."""
    dead = {s.number: s for s in images.scans}
    return Table(
        title="Corrections of activity: before and after"
        + (
            "; † volume beyond the spheres of the phantom"
            if any(r.is_outside_table for r in images.readings)
            else ""
        ),
        head=(
            "Region",
            "Scan",
            "Before (MBq)",
            "Dead time",
            "Recovery",
            "Surroundings (kBq/mL)",
            "After (MBq)",
            "Adds",
        ),
        rows=tuple(_correction(r, dead[r.scan]) for r in images.readings),
    )


def _correction(r: RegionReadingRecord, scan: UsedScanRecord) -> tuple[str, ...]:
    lost = scan.dead_time_factor or 1.0
    around = r.surroundings_bq_per_ml
    after = r.activity_bq if r.corrected_activity_bq is None else r.corrected_activity_bq
    added = math.hypot(r.corrected_relative_sd or 0.0, scan.dead_time_relative_sd or 0.0)
    return (
        prose(r.region),
        f"{r.scan}",
        number(r.activity_bq / lost * 1e-6, digits=4),
        MISSING if scan.dead_time_factor is None else f"× {number(lost, digits=4)}",
        number(r.recovery_fraction, digits=3) + (" †" if r.is_outside_table else ""),
        MISSING if around is None else number(around * 1e-3, digits=3),
        number(after * 1e-6, digits=4),
        percent(added),
    )


def _rules(r: RegionReadingRecord) -> str:
    return " / ".join(number(f.volume_ml, digits=4) for f in r.by_fill) or MISSING


def _registrations(images: ImagesRecord) -> Table:
    return Table(
        title="Scans against the first: shift of the middle (left, back, head), turn, correlation",
        head=("Scan", "Shift (mm)", "Turn (degree)", "Before", "After", "Same frame"),
        rows=tuple(
            (
                f"{r.moving}",
                "no match" if r.shift_mm is None else ", ".join(f"{mm:.1f}" for mm in r.shift_mm),
                number(r.angle_deg, digits=2),
                number(r.correlation_before, digits=2),
                number(r.correlation_after, digits=2),
                "yes" if r.same_frame else "no",
            )
            for r in images.registrations
        ),
    )
