"""Series of a folder as values of the core, with the times counted from the injection."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dicom.read.header import Header, clock_s
from alphatwin.dicom.read.nuclide_codes import nuclide_of
from alphatwin.dicom.read.parts import parts_of
from alphatwin.dicom.read.pixels import read_image
from alphatwin.dicom.read.series import FileSeries, Folder, sort_into_series
from alphatwin.dicom.read.sidecar import VolumeScan, is_volume, read_volume_scan, sidecar_of
from alphatwin.errors import ScanError
from alphatwin.imaging import DecayConvention, ScanSeries, Tracer, Units

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphatwin.dicom.read.parts import Part
    from alphatwin.geometry import Image

UNITS: Final[dict[str, Units]] = {
    "BQML": "bq_per_ml", "CNTS": "counts", "CPS": "counts", "PROPCNTS": "counts",
    "PROPCPS": "counts", "GML": "suvbw_g_per_ml",
}  # fmt: skip
DECAY: Final[dict[str, DecayConvention]] = {
    "NONE": "none", "START": "start", "ADMIN": "administration",
}  # fmt: skip
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A series as a value of the core, and what is behind it.

    Attributes
    ----------
    series
        As its headers, or the sidecar of a volume, describe it.
    files
        DICOM files; None for a volume that is no DICOM.
    volume
        Such a volume; None for DICOM.
    frame_key
        Equal for series of one frame of reference; None if that is not stated.
    """

    series: ScanSeries
    files: FileSeries | None
    volume: VolumeScan | None = None
    frame_key: str | None = None

    @property
    def headers(self) -> tuple[Header, ...]:
        """Headers of its DICOM files."""
        return () if self.files is None else self.files.headers

    @property
    def key(self) -> str:
        """What tells it from other series of its folder."""
        if self.volume is not None:
            return str(self.volume.path)
        return "" if self.files is None else self.files.first.series

    def image(self) -> Image:
        """Return its values.

        Raises
        ------
        ScanError
            If the pixels of a file cannot be read.
        """
        if self.volume is not None:
            return self.volume.image
        if self.files is None:
            msg = f"series {self.series.number} has no values"
            raise ScanError(msg)
        return read_image(self.files)


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """What a folder holds.

    Attributes
    ----------
    scans
        Series: those of DICOM in order of time, then volumes with a sidecar in order of name.
    unreadable
        What is wrong with files that are no DICOM.
    unreadable_volumes
        What is wrong with volumes, or their sidecars.
    n_patients
        How many patients the files are of.
    damaged
        Those of the unreadable that were images once.
    """

    scans: tuple[Scan, ...]
    unreadable: tuple[str, ...]
    unreadable_volumes: tuple[str, ...]
    n_patients: int
    damaged: tuple[str, ...] = ()


def read_scans(source: Path, *, progress: Callable[[float], None] | None = None) -> Scans:
    """Return the series of a folder or a zip, with the activity that each has in view.

    Parameters
    ----------
    source
        Folder, with DICOM files or volumes that have a sidecar; or zip of DICOM files.
    progress
        Told the share of the work that is done.

    Raises
    ------
    ScanError
        If there is nothing that can be read.
    """
    parts = parts_of(source)
    volumes = tuple(p.path for p in parts if p.member is None and is_volume(p.path))
    folder = _dicom(parts, volumes)
    frames: dict[str, int] = {}
    scans = []
    total = len(folder.series) + len(volumes)
    for n, files in enumerate(folder.series, start=1):
        uid = files.first.frame_of_reference
        frame = None if uid is None else frames.setdefault(uid, len(frames) + 1)
        scans.append(Scan(_series(n, files, frame), files, None, uid))
        if progress is not None:
            progress(n / total)
    more, wrong = _volumes(volumes, first=len(scans) + 1)
    framed, homeless = _framed(scans, more, frames)
    if not framed:
        raise ScanError((*wrong, *homeless)[0])
    wrong += homeless
    return Scans(framed, folder.unreadable, wrong, folder.n_patients, folder.damaged)


def _dicom(parts: tuple[Part, ...], volumes: tuple[Path, ...]) -> Folder:
    """Return the DICOM series of a folder; volumes and what belongs to them are left out."""
    stems = {sidecar_of(v).with_suffix("") for v in volumes}
    rest = tuple(
        p
        for p in parts
        if p.member is not None or (p.path not in volumes and p.path.with_suffix("") not in stems)
    )
    if not volumes:
        return sort_into_series(rest)
    try:
        return sort_into_series(rest) if rest else Folder((), (), 0)
    except ScanError as error:  # nothing but volumes
        return Folder((), (str(error),), 0)


def _volumes(
    paths: tuple[Path, ...], *, first: int
) -> tuple[tuple[VolumeScan, ...], tuple[str, ...]]:
    found, wrong = [], []
    for number, path in enumerate(paths, start=first):
        try:
            found.append(read_volume_scan(path, number=number))
        except ScanError as error:
            wrong.append(str(error))
    return tuple(found), tuple(wrong)


def _framed(
    scans: list[Scan], volumes: tuple[VolumeScan, ...], frames: dict[str, int]
) -> tuple[tuple[Scan, ...], tuple[str, ...]]:
    """Return all series, with volumes in the frame of the series that they name, and who has none.

    A volume may name any series that has a frame of its own.
    """
    keys = {s.series.number: s.frame_key for s in scans}
    keys |= {v.series.number: str(v.path) for v in volumes if v.frame_of is None}
    found, homeless = list(scans), []
    for v in volumes:
        key = keys.get(v.frame_of or v.series.number)
        if key is None:
            homeless.append(
                f"volume {v.series.number}: frame_of = {v.frame_of} is no series that states a "
                "frame of reference of its own; `alphatwin scan` lists them"
            )
            continue
        frame = frames.setdefault(key, len(frames) + 1)
        found.append(Scan(dataclasses.replace(v.series, frame=frame), None, v, key))
    return tuple(found), tuple(homeless)


def _series(number: int, files: FileSeries, frame: int | None) -> ScanSeries:
    first = files.first
    tracer = _tracer(first)
    injected = _injected(first)
    units = _units(first)
    problems = list(files.problems)
    activity = None
    if units == "bq_per_ml" and files.grid is not None:
        try:
            activity = read_image(files).integral_ml()
        except ScanError as error:
            problems.append(str(error))
    acquired = [h.acquisition_time or h.series_time for h in files.headers]
    times = sorted(t for t in acquired if t is not None)
    return ScanSeries(
        number=number,
        modality=first.modality,
        is_tomographic=files.grid is not None,
        n_images=first.frames if first.frames > 1 else len(files.headers),
        tracer=tracer,
        time_since_injection_s=_since(injected, times[0] if times else None),
        reference_since_injection_s=_since(injected, first.series_time or next(iter(times), None)),
        duration_s=first.duration_s,
        study_day_differs=_on_another_day(first, times),
        units=units,
        decay_convention=DECAY.get(first.decay_correction or "", "unknown"),
        says_decay_corrected="DECY" in first.corrections,
        **_decay_factors(files),
        body_mass_kg=first.body_mass_kg,
        height_m=first.height_m,
        sex={"M": "male", "F": "female"}.get(first.sex or ""),
        frame=frame,
        grid=files.grid,
        activity_in_view_bq=activity,
        problems=tuple(problems),
    )


def _units(h: Header) -> Units:
    if h.modality == "CT":
        return "hounsfield"
    if h.modality == "NM":
        return UNITS.get(h.units or "", "counts")
    if h.units is None:
        return "unknown" if h.modality == "PT" else "other"
    if h.units == "GML" and h.suv_type not in {None, "BW"}:
        return "other"
    return UNITS.get(h.units, "other")


def _tracer(h: Header) -> Tracer | None:
    if h.modality not in {"PT", "NM"}:
        return None
    found, is_published = nuclide_of(h.nuclide_code, name=h.tracer_name)
    code = h.nuclide_code
    text = None if code is None else f"{code.value} {code.scheme} {code.meaning}".strip()
    return Tracer(
        name=h.tracer_name,
        nuclide=found,
        nuclide_text=text,
        code_is_standard=is_published,
        half_life_s=h.half_life_s if h.half_life_s and h.half_life_s > 0.0 else None,
        administered_bq=h.administered_bq,
        injection_date_known=h.injected_at is not None,
    )


def _injected(h: Header) -> datetime | None:
    """Return when was injected; of an hour without a date, the last before the acquisition."""
    if h.injected_at is not None:
        return h.injected_at
    reference = h.series_time or h.acquisition_time
    if h.injected_clock is None or reference is None:
        return None
    try:
        seconds = clock_s(h.injected_clock)
    except ValueError:
        return None
    midnight = reference.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + timedelta(seconds=seconds)
    return moment if moment <= reference else moment - ONE_DAY


def _since(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


def _on_another_day(h: Header, times: list[datetime]) -> bool:
    return bool(times and h.study_day and times[0].strftime("%Y%m%d") != h.study_day)


def _decay_factors(files: FileSeries) -> dict[str, tuple[float, float] | None]:
    """Return the extreme decay factors, and the middle of the acquisition of their slices."""
    rows = [(h.decay_factor, h) for h in files.headers if h.decay_factor is not None]
    if not rows:
        return {"decay_factors": None, "mid_slice_since_reference_s": None}
    order = np.argsort([factor for factor, _ in rows], kind="stable")
    extremes = (rows[order[0]], rows[order[-1]])
    low, high = (_middle_s(h) for _, h in extremes)
    return {
        "decay_factors": (extremes[0][0], extremes[1][0]),
        "mid_slice_since_reference_s": None if low is None or high is None else (low, high),
    }


def _middle_s(h: Header) -> float | None:
    """Return the time that a slice is of, from that of its series; stated, or half its length on.

    Scanners that write one time of acquisition for all beds state the frame reference time.
    """
    if h.reference_s is not None:
        return h.reference_s
    start = _since(h.series_time, h.acquisition_time)
    return None if start is None else start + 0.5 * (h.duration_s or 0.0)
