"""Figures of activity over time: the measured regions with their points, and the decay chains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.numbers import Unit, duration, nuclide_label, prose, quantity, time_unit
from alphatwin.report.numbers import unit_for as unit_for_value
from alphatwin.report.picture import (
    Picture,
    administered,
    agent_names,
    is_measured,
    leading_region,
)
from alphatwin.report.style import (
    FAINT,
    INK,
    POPULATION,
    RULE,
    WIDTH_IN,
    dodge,
    heading,
    nuclide_colour,
    panels,
    shorten,
    svg_text,
    text_colour,
    tint,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from alphatwin.report.value import AgentReport, Curve, DoseReport, RegionRecord

_PANELS_PER_PICTURE = 9
_CHAINS_PER_PICTURE = 6
_TAIL = 0.03  # a curve is shown until it has fallen to this share of its peak
_POINTS_FILL = 6.0  # and at most until this many times the last point, or the rise is not seen
_LOG_FROM = 30.0  # points that span more than this factor are shown on a log axis
_BAND_ROOM = 3.0  # a band may reach this factor above median and points before it is cut
_CHAIN_DECADES = 4
_LABEL_GAP_IN = 0.17  # from the end of a line to its name
_EARLY_POINTS = 8  # points in the first hundredth of the time that make a log time axis useful
_LOG_TIMES_S = {"1 s": 1, "10 s": 10, "1 min": 60, "10 min": 600, "1 h": 3600, "6 h": 21600}
_LOG_TIMES_S |= {"1 d": 86400, "4 d": 345600, "20 d": 1728000, "100 d": 8640000}
_STEPS = {
    "h": (1, 2, 4, 6, 12, 24, 48, 72, 96, 120),
    "d": (1, 2, 5, 7, 10, 14, 20, 28, 50, 100, 200, 500, 1000),
}


def draw_curves(report: DoseReport) -> list[Picture]:
    """Draw activity over time in every region for each administered agent.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        Up to nine regions in each; none if nothing was administered.
    """
    known = {r.name: r for r in report.regions}
    pictures = []
    for number, agent in enumerate(administered(report), start=1):
        shown = [c for c in agent.curves if c.region in known and len(c.time_s) > 1]
        for start in range(0, len(shown), _PANELS_PER_PICTURE):
            part = shown[start : start + _PANELS_PER_PICTURE]
            key = f"curves-{number}-{start // _PANELS_PER_PICTURE + 1}"
            pictures.append(_curves_picture(agent, part, regions=known, key=key))
    return pictures


def _curves_picture(
    agent: AgentReport, curves: list[Curve], *, regions: dict[str, RegionRecord], key: str
) -> Picture:
    columns = 3 if len(curves) > 4 or len(curves) == 3 else 2
    figure, all_axes = panels(len(curves), columns=columns, panel_height_in=1.32)
    end_s = _end_s(curves, regions)
    unit_s = time_unit(end_s)
    unit_bq = unit_for_value(max(max(c.median_bq) for c in curves), "Bq")
    for index, (axes, curve) in enumerate(zip(all_axes, curves, strict=True)):
        region = regions[curve.region]
        _draw_curve(axes, curve, agent=agent, region=region, units=(unit_s, unit_bq))
        _time_axis(axes, end=end_s / unit_s.size, unit=unit_s)
        if index % columns == 0:
            axes.set_ylabel(f"{nuclide_label(agent.nuclide)} activity ({unit_bq.text})")
        if index + columns >= len(curves):
            axes.set_xlabel(f"Time since administration ({unit_s.text})")
    measured = [c.region for c in curves if is_measured(regions[c.region])]
    peaks = "; ".join(_peak_text(c) for c in curves[:4])
    return Picture(
        key=key,
        section="curves",
        caption=prose(
            f"Activity of {agent.nuclide} after {agent.agent}, by region: median and 95 % band. "
            "Dots with bars: measured points with two standard uncertainties. Dashed and grey: "
            "population kinetics, not measured in this patient."
        ),
        summary=prose(
            f"Activity of {agent.nuclide} over time in {len(curves)} regions, of which "
            f"{len(measured)} measured. {peaks}."
        ),
        svg=svg_text(figure, key=key),
    )


def _peak_text(curve: Curve) -> str:
    top = int(np.argmax(curve.median_bq))
    return (
        f"{shorten(curve.region, longest=40)}: peak {quantity(curve.median_bq[top], 'Bq')} at "
        f"{duration(curve.time_s[top], digits=2)}"
    )


def _end_s(curves: list[Curve], regions: dict[str, RegionRecord]) -> float:
    """Time until which the curves are worth showing: their tail, but not far beyond the points."""
    tails_s = []
    for curve in curves:
        median = np.asarray(curve.median_bq)
        above = np.flatnonzero(median >= _TAIL * median.max())
        tails_s.append(curve.time_s[min(int(above[-1]) + 1, len(median) - 1)])
    points_s = [p.time_s for c in curves for p in regions[c.region].fit.points]
    last_s = max(points_s, default=0.0)
    end_s = min(max(tails_s), _POINTS_FILL * last_s) if last_s > 0.0 else max(tails_s)
    return max(end_s, 1.1 * last_s) or 1.0


def _draw_curve(
    axes: Axes,
    curve: Curve,
    *,
    agent: AgentReport,
    region: RegionRecord,
    units: tuple[Unit, Unit],
) -> None:
    unit_s, unit_bq = units
    time = np.asarray(curve.time_s) / unit_s.size
    median, low, high = (
        np.asarray(values) / unit_bq.size
        for values in (curve.median_bq, curve.low_bq, curve.high_bq)
    )
    measured = is_measured(region)
    colour = nuclide_colour(agent.nuclide) if measured else POPULATION
    axes.fill_between(time, low, high, color=tint(colour, strength=0.2), linewidth=0)
    axes.plot(time, median, color=colour, linewidth=1.4, linestyle="-" if measured else (0, (4, 2)))
    same = region.fit.administration == agent.administration
    points = region.fit.points if same and region.fit.nuclide == agent.nuclide else ()
    highest = [median.max()]
    if points:
        at = [p.time_s / unit_s.size for p in points]
        lows, values, highs = (
            [v / unit_bq.size for v in column]
            for column in zip(*((p.low_bq, p.activity_bq, p.high_bq) for p in points), strict=True)
        )
        axes.vlines(at, lows, highs, color=INK, linewidth=0.9, zorder=3)
        axes.plot(at, values, "o", color=INK, markersize=3.6, markeredgewidth=0, zorder=4)
        highest += highs
        if min(values) > 0.0 and max(values) / min(values) > _LOG_FROM:
            axes.set_yscale("log")
            axes.set_ylim(min(values) / 3.0, 2.0 * max(highest))
    if axes.get_yscale() == "linear":
        top = min(max(high.max(), *highest), _BAND_ROOM * max(highest)) or 1.0
        axes.set_ylim(0.0, 1.06 * top)
        axes.locator_params(axis="y", nbins=4)
    note = "measured" if measured else "not measured"
    heading(axes, shorten(curve.region, longest=23 if measured else 19), note)


def _time_axis(axes: Axes, *, end: float, unit: Unit) -> None:
    from matplotlib.ticker import MultipleLocator

    axes.set_xlim(0.0, end)
    steps = [step for step in _STEPS.get(unit.text, ()) if end / step <= 6.0]
    if steps:
        axes.xaxis.set_major_locator(MultipleLocator(steps[0]))
    else:
        axes.locator_params(axis="x", nbins=5)


def draw_chains(report: DoseReport) -> list[Picture]:
    """Draw the activity of every member of the chain over time, agent by agent.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        One panel for each agent with daughters, in the leading region; none without daughters.
    """
    region = leading_region(report)
    found: list[tuple[str, AgentReport, Curve]] = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        curve = next((c for c in agent.curves if c.region == region), None)
        if curve is not None and sum(max(v[1:], default=0.0) > 0.0 for v in _rows(curve)) > 1:
            found.append((name, agent, curve))
    return [
        _chains_picture(found[i : i + _CHAINS_PER_PICTURE], key=f"chains-{i + 1}")
        for i in range(0, len(found), _CHAINS_PER_PICTURE)
    ]


def _rows(curve: Curve) -> list[tuple[float, ...]]:
    """Return the activities of the members, each a row over time."""
    return list(curve.members_bq.values())


def _chains_picture(shown: list[tuple[str, AgentReport, Curve]], *, key: str) -> Picture:
    figure, all_axes = panels(
        len(shown), columns=2, panel_height_in=1.9, gap_in=(1.06, 0.68), right_in=0.5
    )
    for axes, (name, agent, curve) in zip(all_axes, shown, strict=True):
        _draw_chain(axes, agent, curve)
        activity = quantity(agent.activity_bq, "Bq")
        note = "activity not known" if agent.activity_bq is None else f"for {activity}"
        heading(axes, prose(shorten(name, longest=24)), note)
    region = shorten(shown[0][2].region, longest=60)
    peaks = "; ".join(f"{name}: {_chain_peaks(curve)}" for name, _, curve in shown)
    return Picture(
        key=key,
        section="chains",
        caption=prose(
            f"Activity of every member of the decay chain in {region}, daughters decaying where "
            "their parent does. Lines that lie on one another are in equilibrium: the earlier "
            "member is drawn wider. Best curves, log axes."
        ),
        summary=prose(f"Activity of each chain member in {region}. {peaks}."),
        svg=svg_text(figure, key=key),
    )


def _chain_peaks(curve: Curve) -> str:
    """Say the peaks of the first member and of the one that peaks last."""
    tops = {m: int(np.argmax(v)) for m, v in curve.members_bq.items() if max(v) > 0.0}
    first = next(iter(tops))
    last = max(tops, key=lambda m: tops[m])
    return ", ".join(
        f"{m} peaks with {quantity(curve.members_bq[m][tops[m]], 'Bq')} at "
        f"{duration(curve.time_s[tops[m]], digits=2)}"
        for m in dict.fromkeys((first, last))
    )


def _draw_chain(axes: Axes, agent: AgentReport, curve: Curve) -> None:
    time_s = np.asarray(curve.time_s)
    members = {
        m: np.asarray(curve.members_bq[m])
        for m in agent.chain
        if m in curve.members_bq and max(curve.members_bq[m]) > 0.0
    }
    peak_bq = max(float(v.max()) for v in members.values())
    floor_bq = peak_bq * 10.0**-_CHAIN_DECADES
    highest = np.max(list(members.values()), axis=0)
    end_s = float(time_s[np.flatnonzero(highest >= 30.0 * floor_bq)[-1]])
    is_log = int(np.sum((time_s > 0.0) & (time_s < end_s / 100.0))) >= _EARLY_POINTS
    unit_s = Unit(text="min, h, d", size=1.0) if is_log else time_unit(end_s)
    unit_bq = unit_for_value(peak_bq, "Bq")
    _chain_axes(axes, is_log=is_log, end=end_s / unit_s.size, start=_first(time_s) / unit_s.size)
    axes.set_ylim(floor_bq / unit_bq.size, 2.5 * peak_bq / unit_bq.size)
    ends = []
    for index, (member, activity_bq) in enumerate(members.items()):
        good = (activity_bq > 0.0) & (time_s > 0.0)
        x, y = time_s[good] / unit_s.size, activity_bq[good] / unit_bq.size
        width = max(4.0 * 0.66**index, 0.8)
        axes.plot(x, y, color=nuclide_colour(member), linewidth=width)
        ends.append(_height(axes, float(np.exp(np.interp(end_s / unit_s.size, x, np.log(y))))))
    _label_ends(axes, list(members), ends)
    axes.set_xlabel(f"Time since administration ({unit_s.text})")
    axes.set_ylabel(f"Activity ({unit_bq.text})")


def _first(time_s: NDArray[np.float64]) -> float:
    return float(time_s[time_s > 0.0].min())


def _chain_axes(axes: Axes, *, is_log: bool, end: float, start: float) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    from alphatwin.report.numbers import number

    plain = FuncFormatter(lambda value, _: number(value, digits=1))
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(plain)
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, axis="y", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    if is_log:
        axes.set_xscale("log")
        ticks = {text: at for text, at in _LOG_TIMES_S.items() if start <= at <= end}
        axes.set_xticks(list(ticks.values()), list(ticks))
        axes.set_xticks([], minor=True)
    axes.set_xlim(start if is_log else 0.0, end)


def _height(axes: Axes, value: float) -> float:
    """Height of a value on a log axis, as a share of the axis."""
    low, high = axes.get_ylim()
    return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))


def _label_ends(axes: Axes, members: list[str], heights: list[float]) -> None:
    """Write each nuclide beside the end of its line."""
    shown = [min(max(h, 0.0), 1.0) for h in heights]
    beside = 1.0 + _LABEL_GAP_IN / (WIDTH_IN * axes.get_position().width)
    for index, (member, height, at) in enumerate(
        zip(members, shown, dodge(_spread(shown), least_gap=0.082, low=0.0, high=1.0), strict=True)
    ):
        colour = nuclide_colour(members[index])
        axes.annotate(
            nuclide_label(member),
            (1.0, height),
            (beside, at),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=text_colour(colour),
            weight=600,
            va="center",
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.4, "relpos": (0, 0.5)},
        )


def _spread(heights: list[float]) -> list[float]:
    """Break ties so that members in equilibrium are listed in the order of the chain."""
    return [h - 1e-4 * i for i, h in enumerate(heights)]
