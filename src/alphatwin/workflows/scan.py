"""What a folder of scans holds: its series, and the contradictions of their headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.dicom.read import read_scans
from alphatwin.dicom.read.mappings import read_mappings
from alphatwin.dicom.read.structures import read_segments, read_structures
from alphatwin.errors import ScanError
from alphatwin.imaging import Contradiction, contradictions
from alphatwin.nuclides import nuclide
from alphatwin.report.scan_value import (
    ChoiceRecord,
    ContradictionRecord,
    GridRecord,
    ScanReport,
    SeriesRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphatwin.dicom.read import Scan
    from alphatwin.geometry import Grid

SAME_FACTOR = 5e-3
"""Relative difference of SUV factors that is no rounding of times and masses."""


def scan_report(source: Path, *, progress: Callable[[float], None] | None = None) -> ScanReport:
    """Return what a folder or zip of scans holds.

    Parameters
    ----------
    source
        Folder or zip.
    progress
        Told the share of the work that is done.

    Raises
    ------
    ScanError, NotSupportedError
        If nothing in it can be read.
    """
    found = read_scans(source, progress=progress)
    problems = list(
        contradictions([scan.series for scan in found.scans], n_patients=found.n_patients)
    )
    records, unreadable = [], [*found.unreadable_volumes, *found.unreadable]
    for scan in found.scans:
        try:
            regions = _regions(scan)
        except ScanError as error:
            regions = ()
            unreadable.append(str(error))
        records.append(_record(scan, regions))
    problems += _mapped(found.scans, unreadable)
    order = {"stop": 0, "question": 1, "note": 2}
    problems.sort(key=lambda c: order[c.severity])
    return ScanReport(
        schema=1,
        kind="scan",
        series=tuple(records),
        contradictions=tuple(_contradiction(c) for c in problems),
        unreadable=tuple(unreadable),
    )


def _regions(scan: Scan) -> tuple[str, ...]:
    if scan.volume is not None:
        return tuple(r.name for r in scan.volume.regions)
    modality = scan.series.modality
    if modality == "RTSTRUCT":
        return tuple(r.name for h in scan.headers for r in read_structures(h.part).regions)
    if modality == "SEG":
        return tuple(r.name for h in scan.headers for r in read_segments(h.part).regions)
    return ()


def _record(scan: Scan, regions: tuple[str, ...]) -> SeriesRecord:
    s = scan.series
    tracer = s.tracer
    name = None if tracer is None else tracer.nuclide
    return SeriesRecord(
        number=s.number,
        modality=s.modality,
        images=s.n_images,
        tracer=None if tracer is None else tracer.name,
        nuclide=name,
        administered_bq=None if tracer is None else tracer.administered_bq,
        time_since_injection_s=None if tracer is None else s.time_since_injection_s,
        duration_s=s.duration_s,
        units=s.units,
        decay_corrected_to=s.decay_convention,
        activity_in_view_bq=s.activity_in_view_bq,
        suvbw_factor_g_per_bq=_suv_factor(scan),
        body_mass_kg=s.body_mass_kg,
        frame_of_reference=s.frame,
        grid=None if s.grid is None else _grid(s.grid),
        regions=regions,
    )


def _suv_factor(scan: Scan) -> float | None:
    s = scan.series
    if s.tracer is None or s.tracer.nuclide is None or s.units != "bq_per_ml":
        return None
    return s.suvbw_factor_g_per_bq(
        half_life_s=nuclide(s.tracer.nuclide).half_life_s, convention=s.decay_convention
    )


def _grid(grid: Grid) -> GridRecord:
    x, y = (float(v) for v in grid.spacing_mm)
    a, b, c = (float(v) for v in grid.origin_mm)
    return GridRecord(
        shape=grid.shape,
        spacing_mm=(x, y, grid.slice_spacing_mm),
        origin_mm=(a, b, c),
        axes=tuple((float(r[0]), float(r[1]), float(r[2])) for r in grid.axes),
        is_even=grid.is_even,
    )


def _mapped(scans: tuple[Scan, ...], unreadable: list[str]) -> list[Contradiction]:
    """Check value mappings against the SUV factor that the tags give."""
    found = []
    for scan in scans:
        if scan.series.modality != "RWV" or not scan.headers:
            continue
        try:
            mappings = read_mappings(scan.headers[0].part)
        except ScanError as error:
            unreadable.append(str(error))
            continue
        for target in scans:
            factor = _suv_factor(target)
            instances = {h.instance for h in target.headers}
            for mapping in mappings:
                if factor is None or mapping.unit != "{SUVbw}g/ml":
                    continue
                if not mapping.instances & instances:
                    continue
                ratio = mapping.slope / factor
                if abs(ratio - 1.0) > SAME_FACTOR:
                    text = (
                        f"a value mapping (series {scan.series.number}) makes SUV with the factor "
                        f"{mapping.slope:.5g} g/Bq, the tags of the images give {factor:.5g}: "
                        f"{ratio:.4g} times as much; the tags were taken"
                    )
                    numbers = (target.series.number, scan.series.number)
                    found.append(Contradiction("value_mapping", "question", numbers, text))
    return found


def _contradiction(c: Contradiction) -> ContradictionRecord:
    return ContradictionRecord(
        rule=c.rule,
        severity=c.severity,
        series=c.series,
        explanation=c.explanation,
        choices=tuple(
            ChoiceRecord(write=x.write, means=x.means, factor=x.factor) for x in c.choices
        ),
    )
