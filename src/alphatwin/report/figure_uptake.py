"""Figure of the uptake of lesions over time: SUV, and the ratio to liver or background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.figure_scans import COLOURS
from alphatwin.report.numbers import number, prose, time_unit
from alphatwin.report.picture import Picture
from alphatwin.report.style import heading, house_style, panels, shorten, svg_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from alphatwin.report.images_value import ImagesRecord
    from alphatwin.report.numbers import Unit
    from alphatwin.report.uptake_value import UptakeRecord

MOST_LESIONS = 6
REFERENCES = ("liver", "background")


def draw_uptake(images: ImagesRecord) -> tuple[Picture, ...]:
    """Draw SUVmax of lesions and their ratios to liver and background over time.

    Parameters
    ----------
    images
        With uptake.

    Returns
    -------
    tuple of Picture
        Section ``scans``; none if no lesion was scanned twice.
    """
    rows = _by_lesion(images)
    if not rows or len(images.scans) < 2:
        return ()
    with house_style():
        return (_picture(images, rows),)


def _by_lesion(images: ImagesRecord) -> dict[str, list[UptakeRecord]]:
    found: dict[str, list[UptakeRecord]] = {}
    for row in images.uptake.uptakes if images.uptake is not None else ():
        if row.ratios:
            found.setdefault(row.region, []).append(row)
    return dict(list(found.items())[:MOST_LESIONS])


def _picture(images: ImagesRecord, rows: dict[str, list[UptakeRecord]]) -> Picture:
    named = {r.to for each in rows.values() for row in each for r in row.ratios}
    shown = [name for name in REFERENCES if name in named]
    times_s = {s.number: s.time_s for s in images.scans}
    unit = time_unit(max(times_s.values()))
    figure, all_axes = panels(1 + len(shown), columns=1 + len(shown), panel_height_in=1.6)
    order = list(dict.fromkeys(r.region for r in images.readings))
    colours = [COLOURS[order.index(name) % len(COLOURS)] for name in rows]  # as in projections
    panel = [("SUVmax (g/mL)", _suv(rows))]
    panel += [(f"Mean over mean of {name}", _ratios(rows, name)) for name in shown]
    for axes, (title, points) in zip(all_axes, panel, strict=True):
        _lines(axes, points, times_s, unit, colours)
        heading(axes, title)
    all_axes[0].legend(
        [shorten(name, longest=20) for name in rows], frameon=False, fontsize=7, loc="best"
    )
    last = "; ".join(
        f"{name} {number(points[-1][1])} times the {shown[0]}"
        for name, points in _ratios(rows, shown[0]).items()
    )
    return Picture(
        key="scans-uptake",
        section="scans",
        caption=prose(
            "Uptake of lesions as measured, scan by scan, and their mean over that of "
            f"{' and '.join(shown)}; bars are one standard uncertainty."
        ),
        summary=prose(f"On the last scan: {last}."),
        svg=svg_text(figure, key="scans-uptake"),
    )


_Points = dict[str, list[tuple[int, float, float]]]


def _suv(rows: dict[str, list[UptakeRecord]]) -> _Points:
    return {
        name: [(row.scan, row.suv[0].greatest, 0.0) for row in each if row.suv]
        for name, each in rows.items()
    }


def _ratios(rows: dict[str, list[UptakeRecord]], to: str) -> _Points:
    return {
        name: [
            (row.scan, r.value, r.value * r.relative_sd)
            for row in each
            for r in row.ratios
            if r.to == to
        ]
        for name, each in rows.items()
    }


def _lines(
    axes: Axes, points: _Points, times_s: dict[int, float], unit: Unit, colours: list[str]
) -> None:
    for colour, each in zip(colours, points.values(), strict=True):
        axes.errorbar(
            [times_s[scan] / unit.size for scan, _, _ in each],
            [value for _, value, _ in each],
            yerr=[sd for _, _, sd in each],
            color=colour,
            marker="o",
            markersize=3.4,
            linewidth=1.1,
            elinewidth=0.9,
        )
    axes.set_xlabel(f"Time since administration ({unit.text})")
    axes.set_xlim(left=0.0)
    axes.set_ylim(bottom=0.0)
    axes.locator_params(axis="both", nbins=5)
