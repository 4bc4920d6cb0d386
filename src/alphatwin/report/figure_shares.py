"""Figure of time: how much of each agent's decays lies where somebody measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphatwin.report.numbers import percent, prose
from alphatwin.report.picture import Picture, agent_names
from alphatwin.report.style import (
    AFTER,
    BEFORE,
    BETWEEN,
    FAINT,
    INK,
    panels,
    shorten,
    svg_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from alphatwin.report.value import DecayShare, DoseReport

_ROWS_SHOWN = 24
_LEAST_REGIONS_SHOWN = 6  # of each agent, however many agents there are
_AGENTS_PER_PICTURE = 8
_ROW_IN = 0.18
_GROUP_GAP = 0.45  # of a row, between agents
_LEAST_LABELLED = 0.07  # a narrower piece of a bar has no room for its number
_PIECES = (
    ("before the first point", BEFORE),
    ("between points", BETWEEN),
    ("after the last point", AFTER),
)

Group = tuple[str, list[tuple[str, "DecayShare"]]]


def draw_shares(report: DoseReport) -> list[Picture]:
    """Draw the share of decays before, between and after the measured points.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        A bar for the nuclide of each agent in each measured region, of which as many are shown
        as fit half a page, and six at least; none if nothing was measured.
    """
    groups: list[Group] = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        rows = [
            (dose.region, share)
            for dose in agent.regions
            for share in dose.decay_shares
            if share.nuclide == agent.nuclide
        ]
        if rows:
            groups.append((name, rows))
    return [
        _shares_picture(groups[i : i + _AGENTS_PER_PICTURE], number=i // _AGENTS_PER_PICTURE + 1)
        for i in range(0, len(groups), _AGENTS_PER_PICTURE)
    ]


def _shares_picture(groups: list[Group], *, number: int) -> Picture:
    most = max(_LEAST_REGIONS_SHOWN, _ROWS_SHOWN // len(groups))
    lines = sum(min(len(rows), most) + _GROUP_GAP for _, rows in groups)
    figure, (axes,) = panels(
        1,
        columns=1,
        panel_height_in=_ROW_IN * lines,
        left_in=2.05,
        right_in=1.5,
        top_in=0.2,
        bottom_in=0.42,
    )
    y = 0.5 + _GROUP_GAP / 2
    for name, rows in groups:
        axes.annotate(
            prose(shorten(name, longest=21)),
            (0.0, y),
            (-144, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            weight=600,
            va="center",
        )
        for region, share in rows[:most]:
            _draw_share(axes, y, region=region, share=share)
            y += 1.0
        y += _GROUP_GAP
    _share_axes(axes, lines=lines)
    key = f"shares-{number}"
    more = any(len(rows) > most for _, rows in groups)
    return Picture(
        key=key,
        section="shares",
        caption=prose(
            "Where in time the decays of each agent's nuclide lie, against the points at which "
            "this patient was measured. What lies before the first point or after the last rests "
            "on the model, not on data."
            + (f" The first {most} measured regions are shown." if more else "")
        ),
        summary=_summary(groups),
        svg=svg_text(figure, key=key),
    )


def _summary(groups: list[Group]) -> str:
    region = shorten(groups[0][1][0][0], longest=40)
    parts = [f"{name} {percent(rows[0][1].between_points)}" for name, rows in groups]
    return prose(f"Share between the points in {region}: {', '.join(parts)}.")


def _draw_share(axes: Axes, y: float, *, region: str, share: DecayShare) -> None:
    values = (share.before_first_point, share.between_points, share.after_last_point)
    left = 0.0
    for value, (_, colour) in zip(values, _PIECES, strict=True):
        axes.barh(y, 100 * value, 0.74, left=left, color=colour, edgecolor="white", linewidth=0.5)
        if value >= _LEAST_LABELLED:
            axes.text(
                left + 50 * value,
                y,
                percent(value),
                ha="center",
                va="center",
                size=7.5,
                color=INK if colour == AFTER else "white",
                weight=600,
            )
        left += 100 * value
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "size": 7.5}
    where = ("axes fraction", "data")
    name = shorten(region, longest=17)
    axes.annotate(name, (0.0, y), (-4, 0), xycoords=where, ha="right", **beside)
    verdict = "informed by the data" if share.informed_by_data else "not informed by the data"
    axes.annotate(
        verdict,
        (1.0, y),
        (6, 0),
        xycoords=where,
        color=FAINT if share.informed_by_data else BEFORE,
        weight=400 if share.informed_by_data else 600,
        **beside,
    )


def _share_axes(axes: Axes, *, lines: float) -> None:
    from matplotlib.patches import Patch

    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(lines, 0.0)
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 20))
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Share of all decays (%)")
    axes.legend(
        handles=[Patch(color=colour, label=label) for label, colour in _PIECES],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=3,
        frameon=False,
        borderaxespad=0.0,
        handlelength=0.9,
        handleheight=0.8,
        handletextpad=0.4,
        columnspacing=1.2,
        fontsize=7.5,
    )
