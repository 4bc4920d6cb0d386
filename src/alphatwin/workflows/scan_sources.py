"""The scans of a course as images in Bq/mL, and what is drawn on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.read import read_scans
from alphatwin.dicom.read.structures import read_segments, read_structures
from alphatwin.errors import ScanError
from alphatwin.geometry import Contours, Image, VoxelRegion
from alphatwin.imaging.quantification import Corrected, corrected_for_dead_time
from alphatwin.imaging.region_reading import filled, on_grid
from alphatwin.workflows.scan_choices import ChosenSeries, chosen_series

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.dicom.read import Scan, Scans
    from alphatwin.files.scan_plan import ScanSource
    from alphatwin.geometry import Grid
    from alphatwin.imaging import ScanSeries


@dataclass(frozen=True, slots=True, eq=False)
class UsedScan:
    """A scan in Bq/mL as its header states it, and what belongs to it.

    Attributes
    ----------
    chosen
        The series with the choices in force.
    image
        Corrected for dead time. [Bq/mL]
    ct
        Series of CT of the same frame of reference, None if there is none.
    administration
        After which it was made; None if the course has one alone.
    dead_time
        Rates before and after, in counts per s; None if no correction was asked for.
    choices
        What the course states of it, in words.
    """

    chosen: ChosenSeries
    image: Image
    ct: Scan | None
    administration: str | None
    dead_time: Corrected | None
    choices: tuple[str, ...]

    @property
    def frame(self) -> str | None:
        """Unique identifier of the frame of reference."""
        return self.chosen.scan.frame_key


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A region as drawn: contours on the grid of a series, or voxels."""

    region: Contours | VoxelRegion
    grid: Grid | None
    drawn_on: frozenset[str]
    frame: str | None

    def is_on(self, scan: UsedScan) -> bool:
        """Whether it is drawn on that very series."""
        return scan.chosen.scan.key in self.drawn_on

    def belongs_to(self, scan: UsedScan) -> bool:
        """Whether it is drawn on that series, or in its frame of reference."""
        return self.is_on(scan) or (self.frame is not None and self.frame == scan.frame)

    def voxels(self, image: Image, fill: str) -> VoxelRegion:
        """Return its voxels on the grid of an image, by a rule of filling."""
        if isinstance(self.region, VoxelRegion):
            return on_grid(self.region, grid=image.grid)
        voxels = filled(self.region, grid=self.grid or image.grid, fill=fill)  # type: ignore[arg-type]
        return on_grid(voxels, grid=image.grid)


def used_scans(source: ScanSource, found: Scans) -> tuple[UsedScan, ...]:
    """Return the scans that a course uses of one folder, with its choices in force.

    Parameters
    ----------
    source
        The choices.
    found
        What the folder holds.

    Raises
    ------
    ScanError, InvalidValueError
        If a contradiction has no answer, a volume cannot be read, or a camera was saturated.
    """
    if found.unreadable_volumes and not source.series:
        msg = f"scans: {found.unreadable_volumes[0]}"
        raise ScanError(msg)
    if found.damaged and not source.series:
        msg = (
            f"scans: {'; '.join(found.damaged[:3])}: an image may be missing; mend or remove "
            f"{len(found.damaged)} such files, or say which series to use (series = [...])"
        )
        raise ScanError(msg)
    chosen = chosen_series(found.scans, source, n_patients=found.n_patients)
    by_frame = {
        s.frame_key: s
        for s in found.scans
        if s.series.modality == "CT" and s.series.grid is not None and s.frame_key is not None
    }
    used = []
    for place, c in enumerate(sorted(chosen, key=lambda c: c.time_s)):
        dead_time = _dead_time(source, place)
        used.append(
            UsedScan(
                chosen=c,
                image=_calibrated(c, source, 1.0 if dead_time is None else dead_time.factor),
                ct=None if c.scan.frame_key is None else by_frame.get(c.scan.frame_key),
                administration=source.administration,
                dead_time=dead_time,
                choices=_choices(source, place),
            )
        )
    return tuple(used)


def drawn_regions(found: Scans) -> dict[str, list[Drawn]]:
    """Return what is drawn in a folder, by name.

    Raises
    ------
    ScanError, InvalidValueError
        If a structure set or segmentation cannot be read.
    """
    grids = {s.key: s.series for s in found.scans if s.headers}
    drawn: dict[str, list[Drawn]] = {}
    for scan in found.scans:
        for one in _drawn_of(scan, grids):
            drawn.setdefault(one.region.name, []).append(one)
    return drawn


def _drawn_of(scan: Scan, series: dict[str, ScanSeries]) -> list[Drawn]:
    found: list[Drawn] = []
    if scan.volume is not None:
        return [Drawn(r, None, frozenset(), scan.frame_key) for r in scan.volume.regions]
    for header in scan.headers:
        if scan.series.modality == "RTSTRUCT":
            set_ = read_structures(header.part)
            grid = _grid_of([series[u] for u in set_.drawn_on if u in series])
            found += [Drawn(r, grid, set_.drawn_on, set_.frame_of_reference) for r in set_.regions]
        elif scan.series.modality == "SEG":
            segments = read_segments(header.part)
            frame = header.frame_of_reference
            found += [Drawn(r, None, segments.drawn_on, frame) for r in segments.regions]
    return found


def _grid_of(drawn_on: list[ScanSeries]) -> Grid | None:
    """Return the grid that contours were drawn on; None if that series is not here."""
    for one in drawn_on:
        if one.grid is None and one.problems:
            msg = (
                f"scans: contours are drawn on series {one.number}, which is no whole volume: "
                f"{one.problems[0]}"
            )
            raise ScanError(msg)
    return next((one.grid for one in drawn_on if one.grid is not None), None)


def scans_in(folders: dict[Path, Scans], folder: Path) -> Scans:
    """Return what a folder holds, read once however often the course names it."""
    if folder not in folders:
        folders[folder] = read_scans(folder)
    return folders[folder]


def in_one_frame(a: UsedScan, b: UsedScan) -> bool:
    """Whether two scans state one frame of reference."""
    return a.frame is not None and a.frame == b.frame


def _dead_time(source: ScanSource, place: int) -> Corrected | None:
    dead = source.dead_time
    if dead is None:
        return None
    return corrected_for_dead_time(
        dead.observed_per_s[place],
        dead_time_s=dead.dead_time_s,
        model=dead.model,
        dead_time_relative_sd=dead.relative_sd,
    )


def _calibrated(chosen: ChosenSeries, source: ScanSource, factor: float) -> Image:
    image = chosen.scan.image()
    if not image.values.max() > 0.0:
        msg = f"scans: series {chosen.scan.series.number} holds no value above zero"
        raise ScanError(msg)
    if chosen.scan.series.units == "bq_per_ml" or not source.is_calibrated:
        return image if factor == 1.0 else Image(image.grid, image.values * np.float32(factor))
    per_ml = factor * _bq_per_count(chosen, source) / image.grid.voxel_volume_ml
    return Image(image.grid, image.values * per_ml[:, None, None].astype(image.values.dtype))


def _bq_per_count(chosen: ChosenSeries, source: ScanSource) -> float:
    if source.calibration_bq_per_count is not None:
        return source.calibration_bq_per_count
    duration_s = source.duration_s or chosen.scan.series.duration_s
    if source.calibration is None or not duration_s:
        msg = (
            f"scans: series {chosen.scan.series.number} does not say how long was counted, which "
            'calibration_source needs; write duration = "20 min" in [[scans]]'
        )
        raise ScanError(msg)
    return source.calibration.factor_bq_s / duration_s


def _choices(source: ScanSource, place: int) -> tuple[str, ...]:
    per_count, calibration, dead = (
        source.calibration_bq_per_count,
        source.calibration,
        source.dead_time,
    )
    stated = {
        "decay_corrected_to": source.decay_corrected_to,
        "nuclide": source.nuclide,
        "time": None if source.time_s is None else f"{source.time_s / 3600.0:g} h",
        "duration": None if source.duration_s is None else f"{source.duration_s / 60.0:g} min",
        "calibration": None if per_count is None else f"{per_count:g} Bq/count",
        "calibration_source": None
        if calibration is None
        else f"{calibration.factor_bq_s:.5g} Bq s/count, {100.0 * calibration.relative_sd:.2g} %",
        "dead_time": None
        if dead is None
        else f"{1e6 * dead.dead_time_s:g} us, {dead.model}, {dead.observed_per_s[place]:g} /s",
        "accept": ", ".join(source.accept) or None,
    }
    return tuple(f"{key} = {value}" for key, value in stated.items() if value is not None)
