"""The evidence map: which outcome of which agent is known, in how many people, from what source."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alphatwin.report.picture import Picture
from alphatwin.report.pool_value import TOPICS
from alphatwin.report.style import FAINT, INK, RULE, WIDTH_IN, house_style, svg_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from alphatwin.report.pool_value import EvidencePoolReport, MapCell

_ROW_IN = 0.27
_LEFT_IN, _RIGHT_IN, _ABOVE_IN, _BELOW_IN = 1.5, 0.42, 0.72, 0.82
_SMALLEST_PT, _LARGEST_PT = 8.0, 17.0
_MOST = 300  # people; a circle grows no further
# Dark for what is near to the data; lightness alone tells them apart, so any eye can
_SHADES = {
    "paper": "#08306b",
    "abstract": "#2171b5",
    "registry": "#6baed6",
    "review": "#9ecae1",
    "second hand": "#deebf7",
}
_DARK = ("paper", "abstract")


def draw_evidence_map(report: EvidencePoolReport) -> Picture:
    """Return the evidence map.

    Parameters
    ----------
    report
        The pool that carries it.
    """
    with house_style():
        svg = svg_text(map_figure(report), key="evidence-map")
    gaps = _gaps(report.evidence_map)
    return Picture(
        key="evidence-map",
        section="map",
        caption=(
            "What is known of each agent. Numbers: studies and trials with a figure that was not "
            "replaced by a newer one. Circles: larger for more people, hollow where their number "
            "is not known; darker where the source is nearer to the data."
        ),
        summary=f"Without any figure on response: {', '.join(gaps) or 'none'}.",
        svg=svg,
    )


def map_figure(report: EvidencePoolReport) -> Figure:
    """Return the map as a figure of matplotlib; to be called in the house style.

    Parameters
    ----------
    report
        The pool that carries it.
    """
    from matplotlib.figure import Figure

    cells = report.evidence_map
    names = sorted({c.agent for c in cells}, key=lambda n: -_people(cells, n))
    topics = list(dict.fromkeys(t for t in _order(cells)))
    height_in = _ABOVE_IN + _ROW_IN * len(names) + _BELOW_IN
    figure = Figure(figsize=(WIDTH_IN, height_in))
    axes = figure.add_axes(
        (
            _LEFT_IN / WIDTH_IN,
            _BELOW_IN / height_in,
            (WIDTH_IN - _LEFT_IN - _RIGHT_IN) / WIDTH_IN,
            _ROW_IN * len(names) / height_in,
        )
    )
    for y in range(len(names)):
        axes.axhline(y, color=RULE, linewidth=0.5, zorder=0)
    for cell in cells:
        _draw_cell(axes, topics.index(cell.topic), names.index(cell.agent), cell)
    axes.set_xlim(-0.5, len(topics) - 0.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(topics)), topics, rotation=32, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _legend(figure, axes)
    return figure


def _order(cells: tuple[MapCell, ...]) -> list[str]:
    present = {c.topic for c in cells}
    return [topic for topic in TOPICS if topic in present]


def _people(cells: tuple[MapCell, ...], name: str) -> int:
    return max((c.patients or 0 for c in cells if c.agent == name), default=0)


def _draw_cell(axes: Axes, x: int, y: int, cell: MapCell) -> None:
    shade = _SHADES[cell.nearest_source]
    size = _circle_pt(cell.patients or 0)
    hollow = cell.patients is None
    axes.plot(
        [x], [y], "o", markersize=size, markerfacecolor="white" if hollow else shade,
        markeredgecolor=shade if hollow else INK, markeredgewidth=1.0 if hollow else 0.3,
        clip_on=False,
    )  # fmt: skip
    dark = cell.nearest_source in _DARK and not hollow
    axes.annotate(
        str(cell.studies), (x, y), ha="center", va="center", size=7.0,
        color="white" if dark else INK, weight=600,
    )  # fmt: skip


def _circle_pt(people: int) -> float:
    share = min(people / _MOST, 1.0)
    return _SMALLEST_PT + (_LARGEST_PT - _SMALLEST_PT) * math.sqrt(share)


def _legend(figure: Figure, axes: Axes) -> None:
    at = 0.0
    for name, shade in _SHADES.items():
        axes.annotate(
            "●", (at, 0.0), (0, -26), xycoords="axes fraction", textcoords="offset points",
            color=shade, size=9,
        )  # fmt: skip
        axes.annotate(
            name, (at, 0.0), (11, -25), xycoords="axes fraction", textcoords="offset points",
            color=FAINT, size=7.5,
        )  # fmt: skip
        at += 0.15
    from matplotlib.transforms import offset_copy

    row = offset_copy(axes.transAxes, fig=figure, y=-43, units="points")
    at = 0.008
    for people, text in ((10, "10"), (100, "100"), (_MOST, f"{_MOST} people and more")):
        axes.plot(
            [at], [0.0], "o", transform=row, markersize=_circle_pt(people), markeredgecolor=INK,
            markerfacecolor="white", markeredgewidth=0.3, clip_on=False,
        )  # fmt: skip
        axes.annotate(
            text, (at, 0.0), (12, 0), xycoords=row, textcoords="offset points", va="center",
            color=FAINT, size=7.5, annotation_clip=False,
        )  # fmt: skip
        at += 0.11
    axes.annotate(
        "in a circle: studies and trials", (0.6, 0.0), (11, 0), xycoords=row,
        textcoords="offset points", va="center", color=FAINT, size=7.5, annotation_clip=False,
    )  # fmt: skip


def _gaps(cells: tuple[MapCell, ...]) -> list[str]:
    with_response = {c.agent for c in cells if c.topic in {"ORR", "DCR"}}
    return sorted({c.agent for c in cells} - with_response)
