"""What the scans of a course measured, as part of the dose report: no date, no path, no name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from alphatwin.report.uptake_value import (  # noqa: TC001 - read at run time
    UptakesRecord,
    WindowRecord,
)


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedScanRecord:
    """A scan that activities were taken from."""

    number: Annotated[int, _doc("Number within this report, in order of time.")]
    administration: Annotated[
        str | None, _doc("After which it was made; null if the course has one alone.")
    ]
    nuclide: Annotated[str, _doc("Nuclide that was counted.")]
    time_s: Annotated[float, _doc("From the administration to the middle of the acquisition.")]
    decay_corrected_to: Annotated[str, _doc("What time its values were taken to be stated for.")]
    factor_to_scan: Annotated[float, _doc("Activity at the scan over that as stored.")]
    activity_in_view_bq: Annotated[float, _doc("Sum over the image, at the scan.")]
    dead_time_factor: Annotated[
        float | None, _doc("True over recorded rate; null if no correction was asked for.")
    ]
    dead_time_relative_sd: Annotated[
        float | None, _doc("Relative standard uncertainty that it adds; null likewise.")
    ]
    values_sha256: Annotated[str, _doc("Hash of its values as 32-bit floats.")]
    choices: Annotated[tuple[str, ...], _doc("What the course states of it.")]
    doubts: Annotated[tuple[str, ...], _doc("What its headers contradict; empty if nothing.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FillRecord:
    """Volume and activity of a region by one rule of filling."""

    fill: Annotated[str, _doc("centres, fractions or touched.")]
    volume_ml: Annotated[float, _doc("Volume.")]
    activity_bq: Annotated[float, _doc("Activity at the scan.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionReadingRecord:
    """What one scan holds of one region."""

    region: Annotated[str, _doc("Name of the region.")]
    scan: Annotated[int, _doc("Number of the scan.")]
    drawn_on: Annotated[int, _doc("Number of the scan that it is drawn on.")]
    volume_ml: Annotated[float, _doc("Volume by the rule of the course.")]
    activity_bq: Annotated[float, _doc("Activity at the scan, by the rule of the course.")]
    max_bq_per_ml: Annotated[float, _doc("Greatest concentration in it, at the scan.")]
    suv_max_g_per_ml: Annotated[
        float | None, _doc("The same over the administered activity by body mass, decayed.")
    ]
    recovery_fraction: Annotated[
        float | None, _doc("Recovery of its volume; null if no correction was asked for.")
    ]
    is_outside_table: Annotated[
        bool, _doc("Whether its volume lies beyond the spheres that recovery is known of.")
    ]
    surroundings_bq_per_ml: Annotated[
        float | None, _doc("Concentration around it, at the scan; null likewise.")
    ]
    corrected_activity_bq: Annotated[
        float | None, _doc("Activity after both corrections, which the curves use; null likewise.")
    ]
    corrected_relative_sd: Annotated[
        float | None, _doc("Relative standard uncertainty that they add; null likewise.")
    ]
    by_fill: Annotated[
        tuple[FillRecord, ...], _doc("By every rule; empty if it was carried or drawn as voxels.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRecord:
    """How one scan was found to lie in another."""

    fixed: Annotated[int, _doc("Number of the scan that stays.")]
    moving: Annotated[int, _doc("Number of the scan that is moved.")]
    same_frame: Annotated[bool, _doc("Whether both share a frame of reference.")]
    shift_mm: Annotated[
        tuple[float, float, float] | None,
        _doc("Shift of the middle to the left, back and head; null if no match was found."),
    ]
    angle_deg: Annotated[float | None, _doc("Angle of the turn; null likewise.")]
    correlation_before: Annotated[float | None, _doc("Correlation unmoved; null likewise.")]
    correlation_after: Annotated[float | None, _doc("Correlation after; null likewise.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesRecord:
    """Scans, what they hold of the regions, and how they lie to each other."""

    scans: Annotated[tuple[UsedScanRecord, ...], _doc("Scans in order of time.")]
    readings: Annotated[tuple[RegionReadingRecord, ...], _doc("Region by region, scan by scan.")]
    registrations: Annotated[
        tuple[RegistrationRecord, ...], _doc("Every scan against the first, as a check.")
    ]
    uptake: Annotated[
        UptakesRecord | None, _doc("What [uptake] asked for; null if it is not in the course.")
    ]
    windows: Annotated[tuple[WindowRecord, ...], _doc("[[windows]] of the course.")]
