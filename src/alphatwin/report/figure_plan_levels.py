"""The activity at which each reference level is reached, and the probability of exceeding it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import number, percent, prose
from alphatwin.report.picture import Picture
from alphatwin.report.plan_words import level_words, regimen_words, schedule_words
from alphatwin.report.style import (
    FAINT,
    INK,
    RULE,
    heading,
    nuclide_colour,
    panels,
    shorten,
    svg_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from alphatwin.report.plan_value import (
        LevelAnswer,
        PlannedAgent,
        PlanReport,
        RegimenRecord,
        RegionOfRegimen,
        WhatIf,
    )

_ROW_IN = 0.165
_LEVEL_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#8a6d00")
_MOST_AGENTS = 6

Row = tuple["PlannedAgent", "RegimenRecord", "RegionOfRegimen", str]


def draw_levels(report: PlanReport) -> list[Picture]:
    """Draw, for the first regimen of each agent, the activity that reaches each level.

    Parameters
    ----------
    report
        The plan.

    Returns
    -------
    list of Picture
        One; none if no regimen meets a level.
    """
    rows = [
        (agent, agent.regimens[0], region, key)
        for agent in report.agents[:_MOST_AGENTS]
        if agent.regimens
        for region in agent.regimens[0].regions
        for key in dict.fromkeys(row.level for row in region.levels)
    ]
    if not rows:
        return []
    agents = list(dict.fromkeys(row[0].agent for row in rows))
    lines = len(rows) + 1.3 * len(agents)
    figure, (axes,) = panels(
        1, columns=1, panel_height_in=_ROW_IN * lines, left_in=2.3, right_in=0.75, top_in=0.1
    )
    _frame(axes, lines)
    y, before = 0.3, ""
    for agent, regimen, region, key in rows:
        if agent.agent != before:
            y += 0.3 if before else 0.0
            _head(axes, y, agent, regimen)
            y, before = y + 1.0, agent.agent
        _row(axes, y, report, (agent, regimen, region, key))
        y += 1.0
    return [
        Picture(
            key="levels",
            section="levels",
            caption=prose(
                "The activity per cycle at which each reference level is reached, over the "
                "activity of the regimen (line at 1). Median and 95 % interval under "
                f"{report.conventions[0].name} (open) and {report.conventions[-1].name} (filled); "
                "right: probability that the regimen as published exceeds the level, in the same "
                "order. Left of the line, the regimen exceeds the level. Levels are comparators, "
                "not limits, and were not made for alphas. Log axis."
            ),
            summary=_summary(report, rows),
            svg=svg_text(figure, key="levels"),
        )
    ]


def _frame(axes: Axes, lines: float) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_xscale("log")
    axes.set_ylim(lines + 0.2, -0.4)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, digits=1)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.axvline(1.0, color=INK, linewidth=0.9, zorder=1)
    axes.set_xlabel("Activity that reaches the level, over that of the regimen")


def _head(axes: Axes, y: float, agent: PlannedAgent, regimen: RegimenRecord) -> None:
    axes.annotate(
        prose(shorten(f"{agent.agent}: {regimen_words(regimen)}", longest=70)),
        (0.0, y),
        (-162, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        weight=600,
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def _row(axes: Axes, y: float, report: PlanReport, row: Row) -> None:
    agent, regimen, region, key = row
    level = next(v for v in report.levels if v.key == key)
    colour = nuclide_colour(agent.nuclide)
    axes.annotate(
        prose(shorten(f"{region.region}, {level_words(level)}", longest=34)),
        (0.0, y),
        (-4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        ha="right",
    )
    planned_bq = regimen.cycle_activity_bq[0]
    found = {a.convention: a for a in region.levels if a.level == key}
    names = [c.name for c in report.conventions if c.name in found]
    for k, name in enumerate(names):
        _mark(axes, y, found[name], planned_bq, colour=colour, filled=k == len(names) - 1)
    axes.annotate(
        " / ".join(percent(found[n].probability_above) for n in names),
        (1.0, y),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        size=6.8,
        color=FAINT,
    )


def _mark(
    axes: Axes, y: float, answer: LevelAnswer, planned_bq: float, *, colour: str, filled: bool
) -> None:
    at = answer.reached_at_bq
    if at is None or at.median <= 0.0:
        return
    low, median, high = (
        max(v, 1e-3 * at.median) / planned_bq for v in (at.low, at.median, at.high)
    )
    where = y + (0.13 if filled else -0.13)
    axes.plot([low, high], [where, where], color=colour, linewidth=0.9, zorder=2)
    axes.plot(
        median,
        where,
        marker="D" if filled else "o",
        markersize=3.6,
        mfc=colour if filled else "white",
        mec=colour,
        mew=0.8,
        zorder=3,
    )


def _summary(report: PlanReport, rows: list[Row]) -> str:
    last = report.conventions[-1].name
    worst = max(
        (
            (answer.probability_above, agent.agent, region.region, key)
            for agent, _, region, key in rows
            for answer in region.levels
            if answer.convention == last and answer.level == key
        ),
        key=lambda item: item[0],
    )
    level = next(v for v in report.levels if v.key == worst[3])
    return prose(
        f"Under {last} the likeliest to be exceeded is {level_words(level)} of {worst[2]} by "
        f"{worst[1]}, with a probability of {percent(worst[0])}."
    )


def draw_probabilities(report: PlanReport) -> list[Picture]:
    """Draw the probability of exceeding each level against activity, one panel an agent.

    Parameters
    ----------
    report
        The plan.

    Returns
    -------
    list of Picture
        One; none if no level is met.
    """
    first: dict[str, WhatIf] = {}
    for row in report.what_if:
        if row.levels and len(row.activity_bq) > 1:
            first.setdefault(row.agent, row)
    shown = list(first.values())[:_MOST_AGENTS]
    if not shown:
        return []
    keys = list(dict.fromkeys(s.level for row in shown for s in row.levels))
    figure, axes = panels(
        len(shown),
        columns=2,
        panel_height_in=1.35,
        left_in=0.5,
        gap_in=(0.5, 0.62),
        top_in=0.66,
    )
    for panel, row in zip(axes, shown, strict=True):
        _probability_panel(panel, report, row, keys)
    _probability_key(axes[0], report, keys)
    return [
        Picture(
            key="probabilities",
            section="what-if",
            caption=prose(
                "Probability that a schedule exceeds a reference level, against the activity of a "
                f"cycle: {report.conventions[-1].name} solid, {report.conventions[0].name} dotted; "
                "tick on the axis: the published regimen. Previous therapies count where "
                "their dose is stated."
            ),
            summary=f"What-if rows of {len(shown)} agents; every number stands in report.json.",
            svg=svg_text(figure, key="probabilities"),
        )
    ]


def _probability_panel(axes: Axes, report: PlanReport, row: WhatIf, keys: list[str]) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

    scale, unit = (1e9, "GBq") if row.activity_bq[0] > 3e8 else (1e6, "MBq")
    axes.set_xscale("log")
    axes.set_ylim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, digits=1)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(visible=True, color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    last = report.conventions[-1].name
    x = [a / scale for a in row.activity_bq]
    for series in row.levels:
        axes.plot(
            x,
            series.probability_above,
            color=_LEVEL_COLOURS[keys.index(series.level) % len(_LEVEL_COLOURS)],
            linewidth=1.2,
            linestyle="-" if series.convention == last else (0, (1.2, 1.4)),
        )
    agent = next(a for a in report.agents if a.agent == row.agent)
    for regimen in agent.regimens[:1]:
        axes.plot(
            regimen.cycle_activity_bq[0] / scale, -0.02, marker="^", color=INK, ms=5, clip_on=False
        )
    axes.set_xlabel(f"Activity of a cycle ({unit})")
    heading(axes, prose(row.agent), schedule_words(row))


def _probability_key(axes: Axes, report: PlanReport, keys: list[str]) -> None:
    from matplotlib.lines import Line2D

    levels = {v.key: v for v in report.levels}
    handles = [
        Line2D(
            [],
            [],
            color=_LEVEL_COLOURS[i % len(_LEVEL_COLOURS)],
            linewidth=1.4,
            label=f"{(levels[key].organ or '').replace('_', ' ')} {level_words(levels[key])}",
        )
        for i, key in enumerate(keys)
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.16),
        ncols=3,
        frameon=False,
        borderaxespad=0.0,
        handlelength=1.6,
        columnspacing=1.2,
        fontsize=7.0,
    )
