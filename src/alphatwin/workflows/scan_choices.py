"""The choices that a course makes about its scans, put in place of what headers say.

A contradiction that stops is answered by the course, or nothing is read.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alphatwin.errors import ScanError
from alphatwin.imaging import contradictions
from alphatwin.nuclides import nuclide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.dicom.read import Scan
    from alphatwin.files.scan_plan import ScanSource
    from alphatwin.imaging import Contradiction, DecayConvention, ScanSeries

NEVER_ACCEPTED: Final = frozenset({"mixed_patients", "geometry"})
ANSWERED_BY_COURSE: Final = frozenset({"administered_activity", "body_mass"})
"""The course states the administered activity and the body mass itself."""
TAKEN: Final = frozenset({"bq_per_ml", "counts"})


@dataclass(frozen=True, slots=True, eq=False)
class ChosenSeries:
    """A series whose contradictions are answered.

    Attributes
    ----------
    scan
        The series as it was read.
    nuclide
        What was counted.
    time_s
        From the administration to the middle of the acquisition.
    convention
        What time its values are stated for.
    to_scan
        Factor that makes of a value as stored one at ``time_s``.
    accepted
        What was doubtful and was chosen or accepted, in words.
    """

    scan: Scan
    nuclide: str
    time_s: float
    convention: DecayConvention
    to_scan: float
    accepted: tuple[str, ...]


def chosen_series(
    scans: Sequence[Scan], source: ScanSource, *, n_patients: int
) -> tuple[ChosenSeries, ...]:
    """Return the series that a course uses of one folder, with its choices in force.

    Parameters
    ----------
    scans
        What the folder holds.
    source
        The choices.
    n_patients
        How many patients the files are of.

    Raises
    ------
    ScanError
        If a series that was asked for is not there, or a contradiction has no answer; the message
        holds the ways out.
    """
    used = _used(scans, source)
    stated = [s.series for s in used]
    changed = [_changed(s, source) for s in stated]
    doubts = contradictions(stated, n_patients=n_patients)
    _stop_unless_answered(contradictions(changed, n_patients=n_patients), source)
    accepted = {s.number: tuple(_said(c) for c in doubts if s.number in c.series) for s in stated}
    return tuple(
        _chosen(scan, series, accepted[series.number])
        for scan, series in zip(used, changed, strict=True)
    )


def _used(scans: Sequence[Scan], source: ScanSource) -> list[Scan]:
    volumes = [s for s in scans if s.series.tracer is not None and s.series.is_tomographic]
    known = {s.series.number for s in volumes}
    missing = sorted(set(source.series) - known)
    if missing:
        msg = (
            f"scans: series {', '.join(map(str, missing))} is no image of a tracer; there are "
            f"{', '.join(map(str, sorted(known))) or 'none'} (`alphatwin scan` lists them)"
        )
        raise ScanError(msg)
    if source.series:
        return [s for s in volumes if s.series.number in source.series]
    used = [
        s
        for s in volumes
        if s.series.units == "bq_per_ml"
        or (s.series.units in {"counts", "unknown"} and source.is_calibrated)
    ]
    if not used:
        msg = (
            "scans: no image of a tracer states activity; write calibration = '... Bq/count' in "
            "[[scans]] if the images are counts (`alphatwin scan` says what they are)"
        )
        raise ScanError(msg)
    return used


def _changed(s: ScanSeries, source: ScanSource) -> ScanSeries:
    """Return a series as the course has it."""
    changes: dict[str, object] = {}
    if source.decay_corrected_to is not None:
        changes["decay_convention"] = source.decay_corrected_to
        changes["says_decay_corrected"] = source.decay_corrected_to != "none"
        changes["decay_factors"] = None
    if source.time_s is not None:
        shift = s.reference_since_injection_s
        start = s.time_since_injection_s
        changes["time_since_injection_s"] = source.time_s
        changes["reference_since_injection_s"] = (
            source.time_s if shift is None or start is None else shift - start + source.time_s
        )
    if source.nuclide is not None and s.tracer is not None:
        changes["tracer"] = dataclasses.replace(
            s.tracer, nuclide=source.nuclide, half_life_s=None, code_is_standard=True
        )
    if source.duration_s is not None:
        changes["duration_s"] = source.duration_s
    if source.is_calibrated and s.units != "bq_per_ml":
        changes["units"] = "bq_per_ml"
    return dataclasses.replace(s, **changes)  # type: ignore[arg-type]


def _stop_unless_answered(found: Sequence[Contradiction], source: ScanSource) -> None:
    stops = [
        c
        for c in found
        if c.severity == "stop"
        and c.rule not in ANSWERED_BY_COURSE
        and (c.rule not in source.accept or c.rule in NEVER_ACCEPTED)
    ]
    if not stops:
        return
    parts = []
    for c in stops:
        ways = [
            f"{x.write} ({x.means}"
            + ("" if x.factor is None else f"; activity at the scan x {x.factor:.4f}")
            + ")"
            for x in c.choices
        ]
        if not ways and c.rule not in NEVER_ACCEPTED:
            ways = [f'accept = ["{c.rule}"] (take the images as they are)']
        numbers = ", ".join(map(str, c.series))
        way_out = f"; write in [[scans]] one of: {'; '.join(ways)}" if ways else ""
        parts.append(f"scans: series {numbers}: {c.explanation}{way_out}")
    raise ScanError("\n".join(parts))


def _said(c: Contradiction) -> str:
    return f"{c.rule}: {c.explanation}"


def _chosen(scan: Scan, s: ScanSeries, accepted: tuple[str, ...]) -> ChosenSeries:
    start_s = s.time_since_injection_s
    if s.tracer is None or s.tracer.nuclide is None or start_s is None:
        msg = f"scans: series {s.number} says no nuclide or no time; state them in [[scans]]"
        raise ScanError(msg)
    time_s = start_s + 0.5 * (s.duration_s or 0.0)
    half_life_s = nuclide(s.tracer.nuclide).half_life_s
    stated_at_s = {"none": time_s, "administration": 0.0, "start": s.reference_since_injection_s}
    since_s = stated_at_s.get(s.decay_convention)
    if since_s is None:
        msg = (
            f"scans: series {s.number} does not say what time its values are stated for; write "
            'decay_corrected_to = "none", "start" or "administration" in [[scans]]'
        )
        raise ScanError(msg)
    return ChosenSeries(
        scan=scan,
        nuclide=s.tracer.nuclide,
        time_s=time_s,
        convention=s.decay_convention,
        to_scan=math.exp(-math.log(2.0) * (time_s - since_s) / half_life_s),
        accepted=accepted,
    )
