"""Figure of the decay chains: regions against agents, every member of the chain over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.numbers import Unit, duration, nuclide_label, number, prose, quantity
from alphatwin.report.numbers import unit_for as unit_for_value
from alphatwin.report.picture import Picture, agent_names, is_measured
from alphatwin.report.style import (
    FAINT,
    RULE,
    WIDTH_IN,
    dodge,
    heading,
    nuclide_colour,
    panels,
    shorten,
    svg_text,
    text_colour,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from alphatwin.report.fit_value import RegionRecord
    from alphatwin.report.value import AgentReport, Curve, DoseReport

_AGENTS_PER_PICTURE = 3
_REGIONS_PER_PICTURE = 5
_REGIONS_SHOWN = 10  # the others are in the JSON only, and the caption says so
_DECADES = 4  # below the highest peak, in the region that has the lowest peaks
_MOST_DECADES = 7
_SHOWN_POINTS = 60  # of a curve; more cannot be seen at this size
_PANEL_IN = {1: 1.9, 2: 1.6, 3: 1.35}  # height by number of rows
_PANEL_MANY_IN = 1.15
_ROW_GAP_IN = 0.27
_LABEL_GAP_IN = 0.13  # from the end of a line to its name
_LABEL_IN = 0.118  # height of a name
_FIRST_S = 60.0  # earlier times are left out of a log axis
_LOG_TIMES_S = {"1 s": 1, "10 s": 10, "1 min": 60, "10 min": 600, "1 h": 3600, "6 h": 21600}
_LOG_TIMES_S |= {"1 d": 86400, "4 d": 345600, "20 d": 1728000, "100 d": 8640000}

Column = tuple[str, "AgentReport", dict[str, "Curve"]]


def draw_chains(report: DoseReport) -> list[Picture]:
    """Draw the activity of every member of the chain over time, by region and agent.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        Up to three agents with daughters and five regions in each, of at most ten regions,
        those that were measured first; none without daughters.
    """
    columns: list[Column] = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        curves = {c.region: c for c in agent.curves if len(_members(agent, c)) > 1}
        if curves:
            columns.append((name, agent, curves))
    found = [r for r in report.regions if any(r.name in curves for _, _, curves in columns)]
    found.sort(key=lambda r: not is_measured(r))
    shown = found[:_REGIONS_SHOWN]
    return [
        _chains_picture(
            columns[i : i + _AGENTS_PER_PICTURE],
            shown[j : j + _REGIONS_PER_PICTURE],
            key=f"chains-{i + 1}-{j + 1}",
            left_out=len(found) - len(shown),
        )
        for i in range(0, len(columns), _AGENTS_PER_PICTURE)
        for j in range(0, len(shown), _REGIONS_PER_PICTURE)
    ]


def _members(agent: AgentReport, curve: Curve) -> dict[str, NDArray[np.float64]]:
    """Return the activity of each member that is ever there, in the order of the chain."""
    found = {m: np.asarray(curve.members_bq.get(m, ())) for m in agent.chain}
    return {m: v for m, v in found.items() if np.any(v[1:] > 0.0)}


def _chains_picture(
    columns: list[Column], regions: list[RegionRecord], *, key: str, left_out: int
) -> Picture:
    figure, all_axes = panels(
        len(regions) * len(columns),
        columns=len(columns),
        panel_height_in=_PANEL_IN.get(len(regions), _PANEL_MANY_IN),
        left_in=0.56,
        gap_in=(1.08, _ROW_GAP_IN),
        right_in=0.46,
        top_in=0.5,
    )
    for number_, axes in enumerate(all_axes):
        row, column = divmod(number_, len(columns))
        name, agent, curves = columns[column]
        region = regions[row]
        _place(axes, row=row, column=column, region=region, agent=agent, name=name)
        if region.name not in curves:
            axes.set_axis_off()
            continue
        drawn = [curves[r.name] for r in regions if r.name in curves]
        frame = _frame(agent, drawn)
        _draw_chain(axes, _members(agent, curves[region.name]), curves[region.name], frame=frame)
        axes.set_ylabel(f"Activity ({frame.unit.text})")
        if row == len(regions) - 1:
            axes.set_xlabel("Time since administration (min, h, d)")
        else:
            axes.tick_params(labelbottom=False)
    return Picture(
        key=key,
        section="chains",
        caption=prose(
            _caption(regions, fates={a.daughters for _, a, _ in columns}, left_out=left_out)
        ),
        summary=prose(_summary(columns, regions)),
        svg=svg_text(figure, key=key),
    )


def _place(
    axes: Axes, *, row: int, column: int, region: RegionRecord, agent: AgentReport, name: str
) -> None:
    """Write the region over the first panel of a row, and the agent over that of a column."""
    if column == 0:
        note = "" if is_measured(region) else "not measured"
        heading(axes, prose(shorten(region.name, longest=24)), note)
    if row == 0:
        of = (
            "activity not known" if agent.activity_bq is None else quantity(agent.activity_bq, "Bq")
        )
        for text, up, style in (
            (prose(shorten(name, longest=22)), 27, {"weight": 600, "size": 8.5}),
            (of, 17, {"style": "italic", "size": 7.5, "color": FAINT}),
        ):
            axes.annotate(
                text,
                (0, 1),
                (0, up),
                xycoords="axes fraction",
                textcoords="offset points",
                **style,
            )


def _caption(regions: list[RegionRecord], *, fates: set[str], left_out: int) -> str:
    population = [r.name for r in regions if not is_measured(r)]
    text = (
        f"Activity of every member of the decay chain, region by region, {_where(fates)}. Lines "
        "that lie on one another are in equilibrium: the earlier member is drawn wider. Best "
        "curves; log axes, those below one another with equal limits."
    )
    if population:
        text += " Regions that were not measured follow the curve of the population."
    if left_out:
        text += f" {left_out} more regions are in the JSON of this report only."
    return text


def _where(fates: set[str]) -> str:
    if fates <= {"stay", "all_stay"}:
        return "daughters decaying where their parent does"
    return f"daughters under the fate {', '.join(sorted(fates)).replace('_', ' ')}"


def _summary(columns: list[Column], regions: list[RegionRecord]) -> str:
    parts = []
    for name, agent, curves in columns:
        region = next((r.name for r in regions if r.name in curves), None)
        if region is not None:
            peaks = _peaks(_members(agent, curves[region]), curves[region])
            parts.append(f"{name} in {shorten(region, longest=40)}: {peaks}")
    return f"{'; '.join(parts)}."


def _peaks(members: dict[str, NDArray[np.float64]], curve: Curve) -> str:
    """Say the peaks of the first member and of the one that peaks last."""
    tops = {m: int(np.argmax(v)) for m, v in members.items()}
    last = max(tops, key=lambda m: tops[m])
    return ", ".join(
        f"{m} peaks with {quantity(float(members[m][tops[m]]), 'Bq')} at "
        f"{duration(curve.time_s[tops[m]], digits=2)}"
        for m in dict.fromkeys((next(iter(tops)), last))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """The limits that the panels of a column share, and the unit of activity."""

    start_s: float
    stop_s: float
    low_bq: float
    high_bq: float
    unit: Unit


def _frame(agent: AgentReport, curves: list[Curve]) -> _Frame:
    peaks_bq, stops_s, starts_s = [], [], []
    for curve in curves:
        time_s = np.asarray(curve.time_s)
        highest = np.max(list(_members(agent, curve).values()), axis=0)
        peaks_bq.append(float(highest.max()))
        worth = np.flatnonzero(highest >= 30.0 * 10.0**-_DECADES * highest.max())
        stops_s.append(float(time_s[worth[-1]]))
        starts_s.append(float(time_s[time_s > 0.0].min()))
    stop_s = max(stops_s)
    start_s = min(max(*starts_s, _FIRST_S), stop_s / 10.0)
    high_bq = 2.5 * max(peaks_bq)
    low_bq = max(min(peaks_bq) * 10.0**-_DECADES, high_bq * 10.0**-_MOST_DECADES)
    unit = unit_for_value(high_bq ** (2 / 3) * low_bq ** (1 / 3), "Bq")
    return _Frame(start_s=start_s, stop_s=stop_s, low_bq=low_bq, high_bq=high_bq, unit=unit)


def _draw_chain(
    axes: Axes, members: dict[str, NDArray[np.float64]], curve: Curve, *, frame: _Frame
) -> None:
    _log_axes(axes, frame=frame)
    time_s = np.asarray(curve.time_s)
    shown_s = np.geomspace(frame.start_s, frame.stop_s, _SHOWN_POINTS)
    ends = []
    for index, (member, activity_bq) in enumerate(members.items()):
        good = (activity_bq > 0.0) & (time_s > 0.0)
        log_bq = np.interp(np.log(shown_s), np.log(time_s[good]), np.log(activity_bq[good]))
        width = max(3.4 * 0.66**index, 0.8)
        y = np.exp(log_bq) / frame.unit.size
        axes.plot(shown_s, y, color=nuclide_colour(member), linewidth=width)
        ends.append(_height(axes, float(y[-1])))
    _label_ends(axes, list(members), ends)


def _log_axes(axes: Axes, *, frame: _Frame) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(frame.start_s, frame.stop_s)
    axes.set_ylim(frame.low_bq / frame.unit.size, frame.high_bq / frame.unit.size)
    axes.yaxis.set_major_locator(LogLocator(numticks=5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, digits=1)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_locator(LogLocator(numticks=1))
    axes.grid(visible=True, axis="y", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    ticks = {text: at for text, at in _LOG_TIMES_S.items() if frame.start_s <= at <= frame.stop_s}
    axes.set_xticks(list(ticks.values()), list(ticks))
    axes.set_xticks([], minor=True)


def _height(axes: Axes, value: float) -> float:
    """Height of a value on a log axis, as a share of the axis."""
    low, high = axes.get_ylim()
    return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))


def _label_ends(axes: Axes, members: list[str], heights: list[float]) -> None:
    """Write each nuclide beside the end of its line."""
    shown = [min(max(h, 0.0), 1.0) for h in heights]
    box = axes.get_position()
    beside = 1.0 + _LABEL_GAP_IN / (WIDTH_IN * box.width)
    least_gap = _LABEL_IN * axes.figure.dpi / axes.bbox.height
    places = dodge(_spread(shown), least_gap=least_gap, low=0.0, high=1.0)
    for member, height, at in zip(members, shown, places, strict=True):
        axes.annotate(
            nuclide_label(member),
            (1.0, height),
            (beside, at),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=text_colour(nuclide_colour(member)),
            weight=600,
            size=7.5,
            va="center",
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.4, "relpos": (0, 0.5)},
        )


def _spread(heights: list[float]) -> list[float]:
    """Break ties so that members in equilibrium are listed in the order of the chain."""
    return [h - 1e-4 * i for i, h in enumerate(heights)]
