"""Figures of the scans: slices with what was drawn, projections, and the check of registration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.geometry import (
    Deformation,
    Grid,
    Image,
    Registration,
    Rigid,
    VoxelRegion,
    resample_intensity,
)
from alphatwin.imaging.region_reading import box_grid
from alphatwin.report.numbers import prose
from alphatwin.report.picture import Picture
from alphatwin.report.style import WIDTH_IN, heading, house_style, panels, shorten, svg_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

COLOURS = ("#d1495b", "#1d7874", "#8f5fbf", "#c77d0a", "#2e6fbf", "#6b8e23")
VIEW_MM = 2.5
"""Voxels of figures: finer than the resolution of SPECT."""
AROUND_MM = 75.0
"""Half-width of a slice around a region."""
BRIGHT = 99.9
"""Percentile of the values that is shown darkest."""
SQUARES_MM = 40.0
REGIONS_SHOWN = 3
MOST_PROJECTIONS = 4
TALLEST_IN = 3.6


@dataclass(frozen=True, slots=True, eq=False)
class ScanView:
    """A scan as figures show it.

    Attributes
    ----------
    label
        In words, such as ``1: 3.9 h``.
    image
        [Bq/mL]
    ct
        [HU], None if there is none of the same frame.
    regions
        Where regions lie on this scan, drawn or carried.
    registration
        How it lies in the first scan; None for the first, or if no match was found.
    """

    label: str
    image: Image
    ct: Image | None
    regions: tuple[VoxelRegion, ...]
    registration: Registration | None


def draw_scans(views: tuple[ScanView, ...]) -> tuple[Picture, ...]:
    """Draw slices, projections and registrations of the scans.

    Parameters
    ----------
    views
        Scans in order of time.

    Returns
    -------
    tuple of Picture
        Section ``scans``; no registration where there is one scan alone.
    """
    with house_style():
        found = [_slices(views), _projections(views)]
        matched = [v for v in views if v.registration is not None]
        if matched:
            found.append(_registrations(views[0], matched))
        return tuple(p for p in found if p is not None)


def _slices(views: tuple[ScanView, ...]) -> Picture | None:
    ends = views if len(views) < 3 else (views[0], views[-1])
    names = {r.name for r in _smallest(views[0].regions)}
    cells = [
        (v, r)
        for v in ends
        for r in sorted(v.regions, key=lambda r: r.volume_ml)
        if r.name in names
    ]
    if not cells:
        return None
    figure, all_axes = panels(
        len(cells),
        columns=len(names) if len(names) > 1 else min(3, len(cells)),
        panel_height_in=1.9,
        left_in=0.1,
        bottom_in=0.08,
        gap_in=(0.15, 0.3),
    )
    fused = any(v.ct is not None for v, _ in cells)
    for axes, (view, region) in zip(all_axes, cells, strict=True):
        grid = _around(region)
        values = resample_intensity(view.image, grid=grid).values[0]
        _bare(axes, f"{shorten(region.name, longest=26)}", view.label)
        box = _extent_mm(grid)
        if view.ct is not None:
            ct = resample_intensity(view.ct, grid=grid, outside=-1000.0).values[0]
            axes.imshow(ct, cmap="gray", vmin=-160, vmax=240, extent=box)
            shown = np.ma.masked_less(values, 0.1 * values.max())
            axes.imshow(shown, cmap="hot", extent=box, alpha=0.6)
        else:
            axes.imshow(values, cmap="gray_r", extent=box, vmin=0.0)
        for other in view.regions:
            _outline(axes, other, grid, view)
    what = "SPECT or PET over CT" if fused else "dark is high"
    return Picture(
        key="scans-slices",
        section="scans",
        caption=prose(
            f"Transverse slices through the middle of regions ({what}), with the outline of every "
            "region by the rule of the course. The patient's left is on the right. Sides of "
            f"{2 * AROUND_MM:.0f} mm; each is scaled to its own greatest value."
        ),
        summary=prose(f"{len(cells)} slices with the outlines of what was drawn."),
        svg=svg_text(figure, key="scans-slices"),
    )


def _smallest(regions: tuple[VoxelRegion, ...]) -> list[VoxelRegion]:
    """Return the regions that an error of place harms most."""
    return sorted(regions, key=lambda r: r.volume_ml)[:REGIONS_SHOWN]


def _projections(views: tuple[ScanView, ...]) -> Picture:
    shown = views[:MOST_PROJECTIONS]
    figure, all_axes = panels(
        len(shown),
        columns=len(shown),
        panel_height_in=_height_in(shown, columns=len(shown)),
        left_in=0.1,
        bottom_in=0.08,
        gap_in=(0.12, 0.3),
    )
    for axes, view in zip(all_axes, shown, strict=True):
        grid = _even(view.image.grid)
        values = resample_intensity(view.image, grid=grid).values
        front = values.max(axis=1)
        _bare(axes, view.label, "")
        top = float(np.percentile(front, BRIGHT)) or 1.0
        box = _extent_mm(grid, front=True)
        axes.imshow(front, cmap="gray_r", extent=box, origin="lower", vmin=0.0, vmax=top)
        for region in view.regions:
            _outline(axes, region, grid, view, front=True)
    names = dict.fromkeys(r.name for v in shown for r in v.regions)
    return Picture(
        key="scans-projections",
        section="scans",
        caption=prose(
            "Greatest value along the line of sight, from the front, with the outline of "
            f"{', '.join(names) or 'nothing'}, drawn there or carried there by registration. The "
            "patient's left is on the right; the darkest is the "
            f"{BRIGHT:g}th percentile of each scan."
        ),
        summary=prose(f"Projections of {len(shown)} scans."),
        svg=svg_text(figure, key="scans-projections"),
    )


def _height_in(views: Sequence[ScanView], *, columns: int) -> float:
    """Return the height of a row of projections that leaves no empty paper. [inch]."""
    share = 0.0
    for view in views:
        low, high = _corners_mm(view.image.grid)
        share = max(share, float((high[2] - low[2]) / (high[0] - low[0])))
    return min(TALLEST_IN, share * (WIDTH_IN - 0.2) / columns)


def _registrations(first: ScanView, matched: list[ScanView]) -> Picture:
    shown = matched[:2]
    figure, all_axes = panels(
        3 * len(shown),
        columns=3,
        panel_height_in=_height_in((first,), columns=3),
        left_in=0.1,
        bottom_in=0.08,
        gap_in=(0.12, 0.34),
    )
    grid = _even(first.image.grid)
    still = _scaled(resample_intensity(first.image, grid=grid).values.max(axis=1))
    box = _extent_mm(grid, front=True)
    words = []
    for n, view in enumerate(shown):
        row = all_axes[3 * n : 3 * n + 3]
        found = view.registration
        assert found is not None
        before = _scaled(resample_intensity(view.image, grid=grid).values.max(axis=1))
        moved = resample_intensity(view.image, grid=grid, transform=_rigid(found.transform))
        after = _scaled(moved.values.max(axis=1))
        for axes, name, other in ((row[0], "before", before), (row[1], "after", after)):
            _bare(axes, f"{view.label} {name}", "")
            axes.imshow(_overlay(still, other), extent=box, origin="lower")
        _bare(row[2], "squares of both", "")
        axes_image = np.where(_squares(still.shape), still, after)
        row[2].imshow(axes_image, cmap="gray_r", extent=box, origin="lower", vmin=0.0, vmax=1.0)
        x, y, z = found.shift_mm
        words.append(
            f"{view.label}: {x:.1f}, {y:.1f}, {z:.1f} mm (left, back, head), correlation "
            f"{found.correlation_before:.2f} to {found.correlation_after:.2f}"
        )
    return Picture(
        key="scans-registration",
        section="scans",
        caption=prose(
            f"Projections of a scan over the first one ({first.label}, orange; the other "
            "blue; both dark), before and after it was registered, and both in squares of "
            f"{SQUARES_MM:.0f} mm after it. {'; '.join(words)}."
        ),
        summary=prose(f"Registration: {'; '.join(words)}."),
        svg=svg_text(figure, key="scans-registration"),
    )


def _rigid(transform: Rigid | Deformation) -> Rigid | None:
    """Return a rigid match; a deformation belongs to the grid of its own scan."""
    return transform if isinstance(transform, Rigid) else None


def _scaled(front: NDArray[np.float32]) -> NDArray[np.float64]:
    top = float(np.percentile(front, BRIGHT)) or 1.0
    scaled: NDArray[np.float64] = np.sqrt(np.clip(front / top, 0.0, 1.0)).astype(np.float64)
    return scaled


def _overlay(still: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return orange where the first alone is, blue where the other is, dark where both are."""
    return np.stack([1.0 - other, 1.0 - 0.5 * (still + other), 1.0 - still], axis=-1)


def _squares(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    side = max(1, round(SQUARES_MM / VIEW_MM))
    row, column = np.indices(shape)
    squares: NDArray[np.bool_] = (row // side + column // side) % 2 == 0
    return squares


def _bare(axes: Axes, text: str, note: str) -> None:
    heading(axes, prose(text), prose(note))
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)


def _corners_mm(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n = np.array(grid.shape) - 1
    index = np.array([(k, j, i) for k in (0, n[0]) for j in (0, n[1]) for i in (0, n[2])])
    corners = grid.position_mm(index)
    return corners.min(axis=0), corners.max(axis=0)


def _even(grid: Grid) -> Grid:
    """Return a grid along the patient's axes over the same box, in voxels for figures."""
    low, high = _corners_mm(grid)
    shape = [max(2, int((high[a] - low[a]) / VIEW_MM) + 1) for a in (2, 1, 0)]
    return Grid.regular(
        shape=(shape[0], shape[1], shape[2]), origin_mm=low, spacing_mm=[VIEW_MM] * 3
    )


def _around(region: VoxelRegion) -> Grid:
    """Return one slice around the slice of the region with most of it."""
    weights = region.fractions.astype(np.float64)
    middle = [
        float(np.average(np.arange(n), weights=weights.sum(axis=other)))
        for n, other in zip(weights.shape, ((1, 2), (0, 2), (0, 1)), strict=True)
    ]
    centre = region.grid.position_mm(np.array(middle) + np.array(region.corner))
    n = int(2 * AROUND_MM / VIEW_MM)
    origin = centre - np.array([AROUND_MM, AROUND_MM, 0.0])
    return Grid.regular(shape=(1, n, n), origin_mm=origin, spacing_mm=[VIEW_MM] * 3)


def _extent_mm(grid: Grid, *, front: bool = False) -> tuple[float, float, float, float]:
    n, rows, columns = grid.shape
    half = 0.5 * VIEW_MM
    x, y, z = (float(v) for v in grid.origin_mm)
    left, right = x - half, x + VIEW_MM * columns - half
    if front:
        return left, right, z - half, z + VIEW_MM * n - half
    return left, right, y + VIEW_MM * rows - half, y - half


def _outline(
    axes: Axes, region: VoxelRegion, grid: Grid, view: ScanView, *, front: bool = False
) -> None:
    shares = Image(box_grid(region), region.fractions)
    if front:
        grid = _even(box_grid(region, margin=1))
    values = resample_intensity(shares, grid=grid).values
    flat = values.max(axis=1) if front else values[0]
    if flat.max() <= 0.5:
        return
    x = grid.origin_mm[0] + VIEW_MM * np.arange(grid.shape[2])
    up = grid.origin_mm[2 if front else 1] + VIEW_MM * np.arange(flat.shape[0])
    colour = COLOURS[[r.name for r in view.regions].index(region.name) % len(COLOURS)]
    if view.ct is not None and not front:  # no other colour is seen over hot ones
        colour = "#00e5ff"
    axes.contour(x, up, flat, levels=[0.5], colors=[colour], linewidths=0.9)
