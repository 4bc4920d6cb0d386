"""Figure of activity over time in every region, with the measured points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.numbers import (
    Unit,
    duration,
    nuclide_label,
    number,
    prose,
    quantity,
    time_unit,
)
from alphatwin.report.numbers import unit_for as unit_for_value
from alphatwin.report.picture import (
    Picture,
    administered,
    is_measured,
)
from alphatwin.report.style import (
    INK,
    POPULATION,
    heading,
    nuclide_colour,
    panels,
    shorten,
    svg_text,
    tint,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from alphatwin.report.fit_value import RegionRecord
    from alphatwin.report.value import AgentReport, Curve, DoseReport

_PANELS_PER_PICTURE = 9
_TAIL = 0.03  # half of the curves are shown until they have fallen to this share of their peak
_POINTS_FILL = 6.0  # and at most until this many times the last point, or the rise is not seen
_AFTER_LAST = 1.25  # and at least until this many times the last point
_LOG_FROM = 10.0  # points that span more than this factor are shown on a log axis
_BAND_ROOM = 2.0  # a band may reach this factor above median and points before it is cut
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
    for course, agent in enumerate(administered(report), start=1):
        shown = [c for c in agent.curves if c.region in known and len(c.time_s) > 1]
        for start in range(0, len(shown), _PANELS_PER_PICTURE):
            part = shown[start : start + _PANELS_PER_PICTURE]
            key = f"curves-{course}-{start // _PANELS_PER_PICTURE + 1}"
            pictures.append(_curves_picture(agent, part, regions=known, key=key))
    return pictures


def _curves_picture(
    agent: AgentReport, curves: list[Curve], *, regions: dict[str, RegionRecord], key: str
) -> Picture:
    columns = 3 if len(curves) > 4 or len(curves) == 3 else 2
    figure, all_axes = panels(
        len(curves), columns=columns, panel_height_in=1.32, gap_in=(0.56, 0.46)
    )
    end_s = _end_s(curves, regions)
    unit_s = time_unit(end_s)
    for index, (axes, curve) in enumerate(zip(all_axes, curves, strict=True)):
        region = regions[curve.region]
        unit_bq = unit_for_value(max(curve.median_bq), "Bq")
        _draw_curve(axes, curve, agent=agent, region=region, units=(unit_s, unit_bq))
        _time_axis(axes, end=end_s / unit_s.size, unit=unit_s)
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
            "population kinetics, not measured in this patient. Where points span more than a "
            "factor of ten the axis of activity is logarithmic."
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
    half_s = sorted(tails_s)[len(tails_s) // 2]
    end_s = min(half_s, _POINTS_FILL * last_s) if last_s > 0.0 else half_s
    return max(end_s, _AFTER_LAST * last_s) or 1.0


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
            _plain_log_axis(axes)
            axes.set_ylim(min(values) / 3.0, 2.0 * max(highest))
    if axes.get_yscale() == "linear":
        top = min(max(high.max(), *highest), _BAND_ROOM * max(highest)) or 1.0
        axes.set_ylim(0.0, 1.06 * top)
        axes.locator_params(axis="y", nbins=4)
    note = "measured" if measured else "not measured"
    heading(axes, shorten(curve.region, longest=23 if measured else 19), note)


def _plain_log_axis(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, digits=1)))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _time_axis(axes: Axes, *, end: float, unit: Unit) -> None:
    from matplotlib.ticker import MultipleLocator

    axes.set_xlim(0.0, end)
    steps = [step for step in _STEPS.get(unit.text, ()) if end / step <= 6.0]
    if steps:
        axes.xaxis.set_major_locator(MultipleLocator(steps[0]))
    else:
        axes.locator_params(axis="x", nbins=5)
