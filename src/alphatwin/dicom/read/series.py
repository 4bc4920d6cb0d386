"""Files sorted into series by what they are, never by their names."""

from __future__ import annotations

import zipfile
import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.read.header import Header, read_header
from alphatwin.errors import InvalidValueError, ScanError
from alphatwin.geometry import Grid

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from alphatwin.dicom.read.parts import Part

SAME_PLACE_MM = 0.01
"""Slices closer than this lie at one place: headers give positions to about a micrometre."""
GAP = 1.5
"""Steps between slices above this many times the usual one mean that slices are missing."""
DIRECTIONS = 4
"""Digits to which the directions of one series agree."""
VOLUMES = frozenset({"PT", "NM", "CT", "MR"})
TEXT_BYTES = 512
MOST_VOXELS = 2**31
"""A series above this holds 8 GiB as float32: its header is damaged or it is no patient."""


@dataclass(frozen=True, slots=True, eq=False)
class FileSeries:
    """The headers of one series in the order of their slices.

    Attributes
    ----------
    headers
        One per file; sorted along the axis of the slices if they make a volume.
    grid
        Where the voxels lie; None if they make no volume.
    reversed_frames
        Whether the frames of a multi-frame file run against the axis of the grid.
    problems
        Why they make no volume, or what is doubtful in it.
    """

    headers: tuple[Header, ...]
    grid: Grid | None
    reversed_frames: bool
    problems: tuple[str, ...]

    @property
    def first(self) -> Header:
        """Header of the first slice."""
        return self.headers[0]


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything that was found.

    Attributes
    ----------
    series
        Series in order of time.
    unreadable
        What is wrong with files that are no DICOM, by file.
    n_patients
        How many patients the files are of.
    damaged
        Those of the unreadable that are empty or no text: images, once.
    """

    series: tuple[FileSeries, ...]
    unreadable: tuple[str, ...]
    n_patients: int
    damaged: tuple[str, ...] = ()


def sort_into_series(parts: tuple[Part, ...]) -> Folder:
    """Return the series that files belong to.

    Parameters
    ----------
    parts
        Files.

    Raises
    ------
    ScanError
        If not one of them is a DICOM file.
    """
    headers: list[Header] = []
    unreadable: list[str] = []
    damaged: list[str] = []
    for part in parts:  # in one thread: several would wait for each other
        found = _read(part)
        if isinstance(found, Header):
            headers.append(found)
            continue
        unreadable.append(found)
        if not _is_text(part):
            damaged.append(found)
    if not headers:
        msg = f"scans: not one of {len(parts)} files is a DICOM file that can be read"
        raise ScanError(f"{msg}; the first: {unreadable[0]}" if unreadable else msg)
    groups: dict[tuple[object, ...], list[Header]] = defaultdict(list)
    for header in headers:
        groups[_belongs_to(header)].append(header)
    series = sorted((_series(group) for group in groups.values()), key=_when)
    patients = {header.patient for header in headers}
    return Folder(tuple(series), tuple(unreadable), len(patients), tuple(damaged))


def parts_in(source: Path) -> Folder:
    """Return the series of a folder or a zip; see `sort_into_series` and `parts_of`."""
    from alphatwin.dicom.read.parts import parts_of

    return sort_into_series(parts_of(source))


def _read(part: Part) -> Header | str:
    try:
        return read_header(part)
    except ScanError as error:
        return str(error)


def _is_text(part: Part) -> bool:
    """Whether a file that is no DICOM begins as a text does: a README, not an image."""
    try:
        with part.open() as stream:
            head = stream.read(TEXT_BYTES)
    except (OSError, zlib.error, zipfile.BadZipFile):
        return False
    return bool(head) and b"\x00" not in head and b"DICM" not in head


def _belongs_to(h: Header) -> tuple[object, ...]:
    """Return what must be equal within a series: one uid may hold a scout and a volume."""
    turned = None if h.orientation is None else tuple(round(v, DIRECTIONS) for v in h.orientation)
    return (h.series, h.modality, h.sop_class, h.patient, turned, h.is_scout, h.frame_of_reference)


def _when(series: FileSeries) -> tuple[object, ...]:
    h = series.first
    moment = h.acquisition_time or h.series_time
    return (moment is None, "" if moment is None else moment.isoformat(), h.modality, h.series)


def _series(headers: list[Header]) -> FileSeries:
    headers.sort(key=lambda h: (h.instance, h.part.name))
    first = headers[0]
    if first.modality not in VOLUMES or first.is_scout or first.rows is None:
        return FileSeries(tuple(headers), None, reversed_frames=False, problems=())
    if first.frames > 1:
        return _of_frames(headers)
    return _of_files(headers)


def _of_files(headers: list[Header]) -> FileSeries:
    sizes = {(h.rows, h.columns, h.spacing_mm) for h in headers}
    problems = []
    if len({h.instance for h in headers}) < len(headers):
        problems.append("the same image is there twice: remove the copy")
    if len(sizes) > 1:
        problems.append(f"images of {len(sizes)} sizes in one series")
    if any(h.position_mm is None or h.orientation is None or h.spacing_mm is None for h in headers):
        problems.append("images without a position, an orientation or a pixel spacing")
    if problems:
        return FileSeries(tuple(headers), None, reversed_frames=False, problems=tuple(problems))
    axes = _axes(headers[0].orientation or ())
    position = np.array([h.position_mm for h in headers], dtype=np.float64)
    along = position @ axes[2]
    order = np.argsort(along, kind="stable")
    headers = [headers[i] for i in order]
    position, along = position[order], along[order]
    steps = np.diff(along)
    if steps.size and steps.min() < SAME_PLACE_MM:
        problems.append("several images at one place: more than one time or energy in one series")
    elif steps.size and steps.max() > GAP * np.median(steps):
        n = int(np.sum(np.round(steps / np.median(steps)) - 1))
        problems.append(f"slices are missing: about {n} between those that are there")
    drift = np.abs((position - position[0]) @ axes[:2].T)
    if drift.max() > SAME_PLACE_MM * max(1, len(headers)):
        problems.append("images are shifted against each other within their planes")
    offsets: NDArray[np.float64] = np.asarray(along - along[0], dtype=np.float64)
    grid, more = _grid(headers[0], position[0], axes, offsets, len(headers))
    broken = any("several images" in p or "missing" in p or "shifted" in p for p in problems)
    problems += more
    return FileSeries(
        tuple(headers), None if broken else grid, reversed_frames=False, problems=tuple(problems)
    )


def _of_frames(headers: list[Header]) -> FileSeries:
    first = headers[0]
    if len(headers) > 1:
        several = ("several files of many frames in one series: give them apart",)
        return FileSeries(tuple(headers), None, reversed_frames=False, problems=several)
    step = first.slice_step_mm or first.thickness_mm
    if None in {first.position_mm, first.orientation, first.spacing_mm} or not step:
        lacking = ("frames without a position, an orientation, a pixel spacing or a slice step",)
        return FileSeries(tuple(headers), None, reversed_frames=False, problems=lacking)
    axes = _axes(first.orientation or ())
    origin = np.array(first.position_mm)
    if step < 0.0:
        origin = origin + axes[2] * step * (first.frames - 1)
    offsets = np.arange(first.frames, dtype=np.float64) * abs(step)
    grid, problems = _grid(first, origin, axes, offsets, first.frames)
    return FileSeries((first,), grid, reversed_frames=step < 0.0, problems=tuple(problems))


def _axes(orientation: tuple[float, ...]) -> NDArray[np.float64]:
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    return np.stack([row, column, np.cross(row, column)])


def _grid(
    h: Header,
    origin_mm: NDArray[np.float64],
    axes: NDArray[np.float64],
    offsets_mm: NDArray[np.float64],
    n: int,
) -> tuple[Grid | None, list[str]]:
    rows, columns = h.rows or 0, h.columns or 0
    if n * rows * columns > MOST_VOXELS:
        return None, [f"{n} x {rows} x {columns} voxels are more than an image of a patient has"]
    spacing = h.spacing_mm or (0.0, 0.0)
    try:
        grid = Grid.of_slices(
            shape=(n, rows, columns),
            origin_mm=origin_mm,
            axes=axes,
            spacing_mm=(spacing[1], spacing[0]),
            slice_offsets_mm=offsets_mm,
            thickness_mm=h.thickness_mm,
        )
    except InvalidValueError as error:
        return None, [f"the geometry has no meaning: {error}"]
    if not grid.is_even:
        low, high = np.diff(grid.slice_edges_mm).min(), np.diff(grid.slice_edges_mm).max()
        return grid, [f"slices are not evenly spaced: {low:.4g} to {high:.4g} mm"]
    return grid, []
