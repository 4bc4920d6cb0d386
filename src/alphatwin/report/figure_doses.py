"""Figures of dose: the agents side by side, and what the dose is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import interval, nuclide_label, number, prose
from alphatwin.report.picture import Picture, agent_names
from alphatwin.report.style import (
    FAINT,
    INK,
    RULE,
    WIDTH_IN,
    heading,
    nuclide_colour,
    panels,
    radiation_colour,
    radiation_rank,
    shorten,
    svg_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from alphatwin.report.estimates import Estimate
    from alphatwin.report.value import AgentReport, DoseReport, RegionDose

_ROWS_PER_PICTURE = 46
_STACKS_PER_PICTURE = 8
_ROW_IN = 0.165

Row = tuple[str, "AgentReport", "RegionDose"]


def _rows_by_region(report: DoseReport) -> dict[str, list[Row]]:
    """For each region the agents whose dose to it is known, in the order of the report."""
    names = agent_names(report)
    rows: dict[str, list[Row]] = {r.name: [] for r in report.regions}
    for name, agent in zip(names, report.agents, strict=True):
        for dose in agent.regions:
            if dose.absorbed_dose_gy is not None and dose.region in rows:
                rows[dose.region].append((name, agent, dose))
    return {region: found for region, found in rows.items() if found}


def draw_agents(report: DoseReport) -> list[Picture]:
    """Draw absorbed dose and RBE-weighted dose of every agent to every region, with intervals.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        So many regions in each as fit on a page; none if no dose is known.
    """
    rows = _rows_by_region(report)
    if not rows:
        return []
    limits = _dose_limits(rows)
    pictures: list[Picture] = []
    part: dict[str, list[Row]] = {}
    count = 0
    for region, found in rows.items():
        if part and count + len(found) + 1 > _ROWS_PER_PICTURE:
            pictures.append(_agents_picture(part, limits=limits, number=len(pictures) + 1))
            part, count = {}, 0
        part[region] = found
        count += len(found) + 1
    pictures.append(_agents_picture(part, limits=limits, number=len(pictures) + 1))
    return pictures


def _dose_limits(rows: dict[str, list[Row]]) -> tuple[float, float]:
    values = []
    for found in rows.values():
        for _, _, dose in found:
            estimates = [
                dose.absorbed_dose_gy,
                *(w.rbe_weighted_dose_gy for w in dose.rbe_weighted),
            ]
            values += [v for e in estimates if e for v in (e.low, e.median, e.high) if v > 0.0]
    low, high = min(values, default=0.1), max(values, default=10.0)
    return low / 1.6, high * 1.6


def _agents_picture(
    rows: dict[str, list[Row]], *, limits: tuple[float, float], number: int
) -> Picture:
    lines = sum(len(found) + 1.25 for found in rows.values())
    figure, axes = panels(
        2,
        columns=2,
        panel_height_in=_ROW_IN * lines,
        left_in=1.42,
        gap_in=(0.22, 0.0),
        top_in=0.3,
        bottom_in=0.44,
    )
    _dose_axes(axes, limits=limits, lines=lines)
    y = 0.75
    for region, found in rows.items():
        axes[0].annotate(
            prose(shorten(region, longest=27)),
            (0.0, y),
            (-97, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            weight=600,
            va="center",
        )
        for panel in axes:
            panel.axhline(y, color=RULE, linewidth=0.5)
        for name, agent, dose in found:
            y += 1.0
            _dose_row(axes, y, name=name, agent=agent, dose=dose)
        y += 1.25
    key = f"agents-{number}"
    several = max(map(len, rows.values())) > 1
    return Picture(
        key=key,
        section="agents",
        caption=prose(
            ("The agents side by side, each for its own activity. " if several else "")
            + "Left: absorbed dose. Right: "
            "RBE-weighted dose, which is not an absorbed dose, with every RBE 1 (open) and as "
            "assumed (filled). Median and 95 % interval, log axes with equal limits."
        ),
        summary=_agents_summary(rows),
        svg=svg_text(figure, key=key),
    )


def _agents_summary(rows: dict[str, list[Row]]) -> str:
    region, found = next(iter(rows.items()))
    doses = ", ".join(f"{name} {interval(dose.absorbed_dose_gy)} Gy" for name, _, dose in found)
    return prose(
        f"Absorbed and RBE-weighted dose in {len(rows)} regions. Absorbed dose to "
        f"{shorten(region, longest=40)}: {doses}."
    )


def _dose_axes(axes: list[Axes], *, limits: tuple[float, float], lines: float) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    labels = ("Absorbed dose (Gy)", "RBE-weighted dose (Gy)")
    plain = FuncFormatter(lambda value, _: number(value, digits=1))
    for panel, label in zip(axes, labels, strict=True):
        panel.set_xscale("log")
        panel.set_xlim(*limits)
        panel.set_ylim(lines + 0.15, 0.15)
        panel.set_yticks([])
        panel.spines["left"].set_visible(False)
        panel.xaxis.set_major_formatter(plain)
        panel.xaxis.set_minor_formatter(NullFormatter())
        panel.grid(visible=True, axis="x", color=RULE, linewidth=0.5)
        panel.set_axisbelow(True)
        panel.set_xlabel(label)
    heading(axes[0], "Absorbed dose")
    heading(axes[1], "RBE-weighted dose")
    _rbe_key(axes[1])


def _rbe_key(panel: Axes) -> None:
    """Explain the two marks of the right panel above its end."""
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], marker="o", linestyle="", markersize=4, mfc="white", mec=INK, label="RBE 1"),
        Line2D(
            [], [], marker="D", linestyle="", markersize=4, mfc=INK, mec=INK, label="as assumed"
        ),
    ]
    panel.legend(
        handles=marks,
        loc="lower right",
        bbox_to_anchor=(1.01, 0.995),
        ncols=2,
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.1,
        handletextpad=0.1,
        columnspacing=0.9,
        fontsize=7.5,
    )


def _dose_row(
    axes: list[Axes], y: float, *, name: str, agent: AgentReport, dose: RegionDose
) -> None:
    colour = nuclide_colour(agent.nuclide)
    axes[0].annotate(
        prose(shorten(name, longest=25)),
        (0.0, y),
        (-4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center",
        size=7.5,
    )
    estimate = dose.absorbed_dose_gy
    if estimate is not None:
        axes[0].plot(_drawn(axes[0], estimate), [y, y], color=colour, linewidth=1.3)
        axes[0].plot([estimate.median], [y], "o", color=colour, markersize=4.6)
    for weighted in dose.rbe_weighted:
        value = weighted.rbe_weighted_dose_gy
        is_one = weighted.rbe_alpha == 1.0 and weighted.rbe_recoil == 1.0
        at = y - 0.16 if is_one else y + 0.16
        width = 0.7 if is_one else 1.3
        axes[1].plot(_drawn(axes[1], value), [at, at], color=colour, linewidth=width)
        axes[1].plot(
            [value.median],
            [at],
            "o" if is_one else "D",
            markerfacecolor="white" if is_one else colour,
            markeredgecolor=colour,
            markersize=3.6 if is_one else 3.8,
            markeredgewidth=0.8,
        )


def _drawn(axes: Axes, estimate: Estimate) -> list[float]:
    """Return the ends of an interval; one that reaches down to zero ends at the axis."""
    return [max(estimate.low, axes.get_xlim()[0]), estimate.high]


def draw_stacks(report: DoseReport) -> list[Picture]:
    """Draw what the absorbed dose is made of, by nuclide and by radiation type.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        Up to eight regions in each; none if every dose known is of one nuclide and one type.
    """
    rows = list(_rows_by_region(report).items())
    if not any(_has_parts(dose) for _, found in rows for _, _, dose in found):
        return []
    return [
        _stacks_picture(
            dict(rows[i : i + _STACKS_PER_PICTURE]), number=i // _STACKS_PER_PICTURE + 1
        )
        for i in range(0, len(rows), _STACKS_PER_PICTURE)
    ]


def _has_parts(dose: RegionDose) -> bool:
    kinds = [v for v in dose.absorbed_dose_by_radiation_gy.values() if v > 0.0]
    return len(dose.absorbed_dose_by_nuclide_gy) > 1 or len(kinds) > 1


def _stacks_picture(rows: dict[str, list[Row]], *, number: int) -> Picture:
    tallest = max(len(found) for found in rows.values())
    figure, all_axes = panels(
        len(rows),
        columns=2,
        panel_height_in=0.1 + 0.31 * tallest,
        left_in=1.08,
        gap_in=(1.2, 0.62),
        top_in=0.78,
        right_in=0.22,
    )
    for axes, (region, found) in zip(all_axes, rows.items(), strict=True):
        _draw_stack(axes, found, tallest=tallest)
        heading(axes, prose(shorten(region, longest=36)))
        axes.set_xlabel("Absorbed dose (Gy)")
    _legend(figure, rows)
    key = f"doses-{number}"
    return Picture(
        key=key,
        section="doses",
        caption=(
            "What the median absorbed dose is made of: by nuclide (upper, wide bar) and by "
            "radiation type (lower, narrow bar). Each region has its own axis."
        ),
        summary=_stacks_summary(rows),
        svg=svg_text(figure, key=key),
    )


def _stacks_summary(rows: dict[str, list[Row]]) -> str:
    region, found = next(iter(rows.items()))
    parts = []
    for name, _, dose in found:
        total = sum(dose.absorbed_dose_by_nuclide_gy.values())
        if total > 0.0:
            top, most = max(dose.absorbed_dose_by_nuclide_gy.items(), key=lambda item: item[1])
            parts.append(f"{name}: {100 * most / total:.0f} % from {top}")
    return prose(f"In {shorten(region, longest=40)}, {'; '.join(parts)}.")


def _draw_stack(axes: Axes, found: list[Row], *, tallest: int) -> None:
    totals = []
    for index, (name, _, dose) in enumerate(found):
        left = 0.0
        for nuclide, share_gy in dose.absorbed_dose_by_nuclide_gy.items():
            axes.barh(
                index - 0.13,
                share_gy,
                0.4,
                left=left,
                color=nuclide_colour(nuclide),
                edgecolor="white",
                linewidth=0.3,
            )
            left += share_gy
        totals.append(left)
        left = 0.0
        by_radiation = dose.absorbed_dose_by_radiation_gy
        for radiation in sorted(by_radiation, key=radiation_rank):
            share_gy = by_radiation[radiation]
            axes.barh(
                index + 0.19,
                share_gy,
                0.2,
                left=left,
                color=radiation_colour(radiation),
                edgecolor="white",
                linewidth=0.3,
            )
            left += share_gy
        axes.annotate(
            f"{number(totals[-1], digits=2)} Gy",
            (totals[-1], index),
            (3, 0),
            textcoords="offset points",
            va="center",
            size=7.0,
            color=FAINT,
        )
        axes.annotate(
            prose(shorten(name, longest=21)),
            (0.0, index),
            (-4, 0),
            textcoords="offset points",
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center",
            size=7.5,
        )
    axes.set_yticks([])
    axes.set_ylim(tallest - 0.45, -0.5)
    axes.set_xlim(0.0, 1.2 * max(totals) or 1.0)
    axes.locator_params(axis="x", nbins=5)


def _legend(figure: Figure, rows: dict[str, list[Row]]) -> None:
    """Two lines above the panels: the nuclides and the radiation types that occur."""
    doses = [dose for found in rows.values() for _, _, dose in found]
    nuclides = dict.fromkeys(n for d in doses for n in d.absorbed_dose_by_nuclide_gy)
    found_radiations = {
        kind for d in doses for kind, v in d.absorbed_dose_by_radiation_gy.items() if v > 0.0
    }
    radiations = sorted(found_radiations, key=radiation_rank)
    lines = (
        ("nuclide", [(nuclide_label(n), nuclide_colour(n)) for n in nuclides]),
        ("radiation", [(r, radiation_colour(r)) for r in radiations]),
    )
    height_in = figure.get_size_inches()[1]
    for row, (title, entries) in enumerate(lines):
        y = 1.0 - (0.12 + 0.19 * row) / height_in
        figure.text(0.0, y, title, color=FAINT, size=7.5, va="center", style="italic")
        x_in = 0.62
        step_in = min(0.56, (WIDTH_IN - x_in) / max(len(entries), 1)) if row == 0 else 0.72
        for text, colour in entries:
            figure.text(x_in / WIDTH_IN, y, "■", color=colour, size=13, va="center")
            figure.text((x_in + 0.14) / WIDTH_IN, y, text, size=7.5, va="center")
            x_in += step_in
