"""Regions that were drawn: contours of RTSTRUCT, masks of SEG."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.read.header import DAMAGED, lenient, read_dataset
from alphatwin.errors import InvalidValueError, ScanError
from alphatwin.geometry import Contours, Grid, VoxelRegion

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

    from alphatwin.dicom.read.parts import Part

CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
SAME_PLACE_MM = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRegions:
    """Contours of one structure set.

    Attributes
    ----------
    regions
        Regions with at least one closed contour.
    left_out
        Names of regions without one: points, or nothing drawn.
    drawn_on
        Unique identifiers of the series that the contours refer to; may be empty.
    frame_of_reference
        Unique identifier of the frame that positions are of; None if not stated.
    """

    regions: tuple[Contours, ...]
    left_out: tuple[str, ...]
    drawn_on: frozenset[str]
    frame_of_reference: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Segmented:
    """Segments of one segmentation object, on a grid of its own.

    Attributes
    ----------
    regions
        Segments that hold at least one voxel.
    left_out
        Labels of empty segments.
    drawn_on
        Unique identifiers of the series that the segments refer to; may be empty.
    """

    regions: tuple[VoxelRegion, ...]
    left_out: tuple[str, ...]
    drawn_on: frozenset[str]


def read_structures(part: Part) -> DrawnRegions:
    """Return the contours of an RTSTRUCT.

    Raises
    ------
    ScanError
        If the file is damaged, or two regions bear one name.
    """
    dataset = read_dataset(part, pixels=False)
    try:
        with lenient():
            return _structures(dataset)
    except DAMAGED as error:
        msg = f"{part.name}: its contours cannot be read ({type(error).__name__}: {error})"
        raise ScanError(msg) from error


def _structures(d: Dataset) -> DrawnRegions:
    names = {int(r.ROINumber): str(r.ROIName) for r in d.get("StructureSetROISequence") or ()}
    loops: dict[int, list[NDArray[np.float64]]] = defaultdict(list)
    for roi in d.get("ROIContourSequence") or ():
        for contour in roi.get("ContourSequence") or ():
            flat = np.array(contour.get("ContourData") or (), dtype=np.float64)
            if contour.get("ContourGeometricType") in CLOSED and flat.size >= 9:
                loops[int(roi.ReferencedROINumber)].append(flat.reshape(-1, 3))
    twice = {n for n in names.values() if list(names.values()).count(n) > 1}
    if twice:
        msg = f"several regions are named {', '.join(sorted(twice))}"
        raise InvalidValueError(msg)
    return DrawnRegions(
        regions=tuple(
            Contours(name, tuple(loops[number])) for number, name in names.items() if loops[number]
        ),
        left_out=tuple(name for number, name in names.items() if not loops[number]),
        drawn_on=frozenset(_series_of(d)),
        frame_of_reference=_frame_of(d),
    )


def _series_of(d: Dataset) -> list[str]:
    found = []
    for frame in d.get("ReferencedFrameOfReferenceSequence") or ():
        for study in frame.get("RTReferencedStudySequence") or ():
            found += [
                str(s.SeriesInstanceUID) for s in study.get("RTReferencedSeriesSequence") or ()
            ]
    return found


def _frame_of(d: Dataset) -> str | None:
    frames = {
        str(f.FrameOfReferenceUID)
        for f in d.get("ReferencedFrameOfReferenceSequence") or ()
        if f.get("FrameOfReferenceUID")
    }
    return frames.pop() if len(frames) == 1 else None


def read_segments(part: Part) -> Segmented:
    """Return the segments of a SEG, binary or fractional.

    Raises
    ------
    ScanError
        If the file is damaged, or its frames make no volume.
    """
    dataset = read_dataset(part, pixels=True)
    try:
        with lenient():
            return _segments(dataset)
    except DAMAGED as error:
        msg = f"{part.name}: its segments cannot be read ({type(error).__name__}: {error})"
        raise ScanError(msg) from error


def _segments(d: Dataset) -> Segmented:
    stored = d.pixel_array
    frames = stored[None] if stored.ndim == 2 else stored
    most = 1.0
    if d.get("SegmentationType") == "FRACTIONAL":
        most = float(d.MaximumFractionalValue)
    shared = (d.get("SharedFunctionalGroupsSequence") or [None])[0]
    groups = list(d.PerFrameFunctionalGroupsSequence)
    if len(groups) != len(frames):
        msg = f"{len(frames)} frames, {len(groups)} of them described"
        raise ValueError(msg)
    orientation = np.array(
        _group(shared, groups[0], "PlaneOrientationSequence").ImageOrientationPatient, dtype=float
    )
    row, column = orientation[:3], orientation[3:]
    axes = np.stack([row, column, np.cross(row, column)])
    position = np.array(
        [_group(shared, g, "PlanePositionSequence").ImagePositionPatient for g in groups],
        dtype=float,
    )
    number = np.array(
        [
            int(_group(shared, g, "SegmentIdentificationSequence").ReferencedSegmentNumber)
            for g in groups
        ]
    )
    measures = _group(shared, groups[0], "PixelMeasuresSequence")
    grid, places = _grid(position, axes, measures, frames.shape[1:])
    regions, left_out = [], []
    for segment in d.SegmentSequence:
        name = str(segment.get("SegmentLabel") or f"segment {segment.SegmentNumber}")
        mine = number == int(segment.SegmentNumber)
        region = _region(name, grid, places[mine], frames[mine], most) if mine.any() else None
        if region is None:
            left_out.append(name)
        else:
            regions.append(region)
    drawn_on = {str(s.SeriesInstanceUID) for s in d.get("ReferencedSeriesSequence") or ()}
    return Segmented(tuple(regions), tuple(left_out), frozenset(drawn_on))


def _group(shared: Dataset | None, own: Dataset, name: str) -> Dataset:
    found = own.get(name) or (shared.get(name) if shared is not None else None)
    if not found:
        msg = f"frames without {name}"
        raise ValueError(msg)
    item: Dataset = found[0]
    return item


def _grid(
    position_mm: NDArray[np.float64],
    axes: NDArray[np.float64],
    measures: Dataset,
    size: tuple[int, ...],
) -> tuple[Grid, NDArray[np.int64]]:
    """Return the grid of all frames, and which slice each frame lies on."""
    along = position_mm @ axes[2]
    step = float(measures.get("SpacingBetweenSlices") or measures.SliceThickness)
    places = np.round((along - along.min()) / step).astype(np.int64)
    origin = position_mm[int(np.argmin(along))]
    if np.abs(along - along.min() - places * step).max() > SAME_PLACE_MM * max(1, places.max()):
        msg = "frames do not lie on evenly spaced slices"
        raise ValueError(msg)
    if np.abs((position_mm - origin) @ axes[:2].T).max() > SAME_PLACE_MM * max(1, places.max()):
        msg = "frames are shifted against each other within their planes"
        raise ValueError(msg)
    spacing = measures.PixelSpacing
    grid = Grid.of_slices(
        shape=(int(places.max()) + 1, size[0], size[1]),
        origin_mm=origin,
        axes=axes,
        spacing_mm=(float(spacing[1]), float(spacing[0])),
        slice_offsets_mm=np.arange(int(places.max()) + 1) * step,
        thickness_mm=step,
    )
    return grid, places


def _region(
    name: str,
    grid: Grid,
    places: NDArray[np.int64],
    frames: NDArray[np.generic],
    most: float,
) -> VoxelRegion | None:
    if len(np.unique(places)) < len(places):
        msg = f"segment {name!r} has two frames on one slice"
        raise ValueError(msg)
    whole = np.zeros(grid.shape, dtype=np.float32)
    whole[places] = frames.astype(np.float32) / np.float32(most)
    if whole.min() < 0.0 or whole.max() > 1.0:
        msg = f"segment {name!r} has fractions outside of 0 to 1"
        raise ValueError(msg)
    used = [np.flatnonzero(whole.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    if not used[0].size:
        return None
    k, j, i = (slice(int(u[0]), int(u[-1]) + 1) for u in used)
    return VoxelRegion(
        name=name,
        grid=grid,
        corner=(k.start, j.start, i.start),
        fractions=whole[k, j, i].copy(),
    )
