"""The tables of what scans measured, as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, duration, number, prose, quantity
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.images_value import ImagesRecord, RegionReadingRecord
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
    if images.registrations:
        tables.append(_registrations(images))
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
            "Activity",
            "Recovery",
            "Corrected",
            "SUVmax",
        ),
        rows=tuple(
            (
                prose(r.region),
                f"{r.scan}",
                f"{r.drawn_on}",
                number(r.volume_ml, digits=4),
                _rules(r),
                quantity(r.activity_bq, "Bq"),
                number(r.recovery_fraction, digits=3),
                MISSING
                if r.corrected_activity_bq is None
                else quantity(r.corrected_activity_bq, "Bq"),
                number(r.suv_max_g_per_ml),
            )
            for r in images.readings
        ),
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
