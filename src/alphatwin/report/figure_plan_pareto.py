"""Tumour effect against kidneys and marrow: every agent, schedule and activity of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import number, prose
from alphatwin.report.picture import Picture
from alphatwin.report.plan_words import level_words
from alphatwin.report.style import (
    FAINT,
    INK,
    RULE,
    heading,
    nuclide_colour,
    panels,
    svg_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from alphatwin.report.estimates import Estimate
    from alphatwin.report.plan_value import (
        LevelRecord,
        PlanReport,
        RegimenRecord,
        TissueRecord,
        WhatIf,
    )

LEAST = "least of the lesions"
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "h")
DASHES: tuple[tuple[int, tuple[float, ...]], ...] = (
    (0, ()),
    (0, (4.0, 1.6)),
    (0, (1.2, 1.2)),
    (0, (5.0, 1.2, 1.2, 1.2)),
)
_PANEL_IN = 2.05


def organ_key(region: TissueRecord) -> str:
    """Return the quantity under which an organ is compared: BED of kidneys, else RBE x dose."""
    is_bed = region.organ == "kidneys" and region.alpha_beta_gy is not None
    return "bed_gy" if is_bed else "rbe_weighted_dose_gy"


def draw_pareto(report: PlanReport) -> list[Picture]:
    """Draw the least BED of the lesions against every organ with levels, by convention.

    Parameters
    ----------
    report
        The plan.

    Returns
    -------
    list of Picture
        One; none without lesions or organs to compare.
    """
    organs = [r for r in report.regions if r.organ is not None]
    drawn = [o for o in organs if any(p.organ == o.region for p in report.pareto)]
    if not drawn:
        return []
    drawn = drawn[:2]
    rows = len(report.conventions)
    figure, axes = panels(
        len(drawn) * rows,
        columns=len(drawn),
        panel_height_in=_PANEL_IN,
        left_in=0.62,
        gap_in=(0.62, 0.62),
        top_in=0.62,
    )
    for i, convention in enumerate(report.conventions):
        for j, organ in enumerate(drawn):
            _panel(axes[i * len(drawn) + j], report, organ, convention.name)
    _key(axes[0], report)
    return [
        Picture(
            key="pareto",
            section="pareto",
            caption=prose(
                "Tumour against organ at risk, all cycles together, medians. Each line is one "
                "agent and schedule, from the least activity asked about to the largest; marks are "
                "published regimens, the first of each agent with its 95 % intervals. Grey band: "
                "choices that no other betters in the lesions without more in the organ. Dashed "
                "verticals: reference levels, comparators and not limits, most not made for "
                "alphas. BED and RBE-weighted dose are not absorbed doses. Previous "
                "therapies are not included."
            ),
            summary=_summary(report),
            svg=svg_text(figure, key="pareto"),
        )
    ]


def _panel(axes: Axes, report: PlanReport, organ: TissueRecord, convention: str) -> None:
    is_bed = organ_key(organ) == "bed_gy"
    axes.set_xlim(0.0, _reach_gy(report, organ, convention))
    axes.grid(visible=True, color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"{'BED' if is_bed else 'RBE-weighted dose'} of {organ.region} (Gy)")
    axes.set_ylabel("Least BED of the lesions (Gy)")
    heading(axes, convention, f"lesions against {organ.region}")
    _front(axes, report, organ, convention)
    for name, own in _by_agent(report).items():
        for k, row in enumerate(own):
            _line(axes, row, organ, convention, colour=_colour(report, name), dash=k)
    _regimens(axes, report, organ, convention)
    _levels(axes, report, organ)
    axes.set_ylim(0.0, _top_gy(report, organ, convention))


def _reach_gy(report: PlanReport, organ: TissueRecord, convention: str) -> float:
    """Return the end of the axis of an organ: beyond every level and every regimen."""
    seen = [1.3 * level.value for level in _levels_on_axis(report, organ)]
    for agent in report.agents:
        for regimen in agent.regimens:
            effect = _effect(regimen, organ.region, convention, organ_key(organ))
            seen.append(1.15 * effect.median if effect is not None else 0.0)
    return max(seen)


def _top_gy(report: PlanReport, organ: TissueRecord, convention: str) -> float:
    """Return the end of the axis of the lesions: the most that is seen up to there."""
    reach_gy = _reach_gy(report, organ, convention)
    seen = [
        gain
        for row in report.what_if
        for gain, cost in zip(*_medians(row, organ, convention), strict=True)
        if cost <= reach_gy
    ]
    for agent in report.agents:
        for regimen in agent.regimens:
            least = regimen.least_lesion_bed_gy.get(convention)
            seen.append(least.median if least is not None else 0.0)
    return 1.08 * max(seen, default=1.0)


def _medians(
    row: WhatIf, organ: TissueRecord, convention: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the medians of lesions and organ along a row; empty if one is not known."""
    by_key = {(s.region, s.convention, s.quantity): s.median_gy for s in row.series}
    tumour = by_key.get((LEAST, convention, "bed_gy"))
    other = by_key.get((organ.region, convention, organ_key(organ)))
    return ((), ()) if tumour is None or other is None else (tumour, other)


def _front(axes: Axes, report: PlanReport, organ: TissueRecord, convention: str) -> None:
    points = [p for p in report.pareto if (p.organ, p.convention) == (organ.region, convention)]
    axes.plot(
        [0.0, *(p.organ_gy for p in points)],
        [0.0, *(p.tumour_gy for p in points)],
        color="#c9d0d6",
        linewidth=5.0,
        solid_capstyle="round",
        zorder=1,
    )


def _line(
    axes: Axes, row: WhatIf, organ: TissueRecord, convention: str, *, colour: str, dash: int
) -> None:
    tumour, other = _medians(row, organ, convention)
    axes.plot(
        (0.0, *other), (0.0, *tumour), color=colour, linewidth=1.1, linestyle=DASHES[dash % 4]
    )


def _regimens(axes: Axes, report: PlanReport, organ: TissueRecord, convention: str) -> None:
    for i, agent in enumerate(report.agents):
        colour = nuclide_colour(agent.nuclide)
        for first, regimen in enumerate(agent.regimens):
            x = _effect(regimen, organ.region, convention, organ_key(organ))
            y = regimen.least_lesion_bed_gy.get(convention)
            if x is None or y is None:
                continue
            if first == 0:
                axes.errorbar(
                    x.median,
                    y.median,
                    xerr=[[x.median - x.low], [x.high - x.median]],
                    yerr=[[y.median - y.low], [y.high - y.median]],
                    color=colour,
                    linewidth=0.7,
                    zorder=3,
                )
            axes.plot(
                x.median,
                y.median,
                marker=MARKERS[i % len(MARKERS)],
                markersize=5.0 if first == 0 else 3.6,
                mfc=colour if first == 0 else "white",
                mec=colour if first else "white",
                mew=0.8,
                zorder=4,
            )


def _effect(regimen: RegimenRecord, region: str, convention: str, quantity: str) -> Estimate | None:
    for own in regimen.regions:
        if own.region == region:
            effect = next(e for e in own.effects if e.convention == convention)
            return effect.bed_gy if quantity == "bed_gy" else effect.rbe_weighted_dose_gy
    return None


def _levels(axes: Axes, report: PlanReport, organ: TissueRecord) -> None:
    shown = _levels_on_axis(report, organ)
    low, high = axes.get_xlim()
    for level in shown:
        if low < level.value < high:
            axes.axvline(level.value, color=INK, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
            axes.annotate(
                level_words(level),
                (level.value, 0.02),
                (2, 0),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                rotation=90,
                size=6.5,
                color=FAINT,
                va="bottom",
                ha="left",
            )
    axes.set_xlim(low, high)


def _levels_on_axis(report: PlanReport, organ: TissueRecord) -> list[LevelRecord]:
    wanted = "bed_gy" if organ_key(organ) == "bed_gy" else "absorbed_dose_gy"
    return [v for v in report.levels if v.organ == organ.organ and v.quantity == wanted]


def _by_agent(report: PlanReport) -> dict[str, list[WhatIf]]:
    found: dict[str, list[WhatIf]] = {}
    for row in report.what_if:
        found.setdefault(row.agent, []).append(row)
    return found


def _colour(report: PlanReport, name: str) -> str:
    return nuclide_colour(next(a.nuclide for a in report.agents if a.agent == name))


def _key(axes: Axes, report: PlanReport) -> None:
    """Explain the agents above the panels."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            color=nuclide_colour(a.nuclide),
            marker=MARKERS[i % len(MARKERS)],
            markersize=4.6,
            linewidth=1.1,
            label=prose(a.agent),
        )
        for i, a in enumerate(report.agents)
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.1),
        ncols=min(len(handles), 5),
        frameon=False,
        borderaxespad=0.0,
        handlelength=2.0,
        columnspacing=1.2,
        fontsize=7.5,
    )


def _summary(report: PlanReport) -> str:
    """Return what each agent does to the lesions at the least level of the first organ."""
    last = report.conventions[-1].name
    for organ in (r for r in report.regions if r.organ is not None):
        for level in _levels_on_axis(report, organ):
            found = _at_level(report, organ, level.value, last)
            if found:
                said = ", ".join(f"{number(v, digits=2)} Gy by {name}" for name, v in found)
                kind = "a BED" if organ_key(organ) == "bed_gy" else "an RBE-weighted dose"
                return prose(
                    f"Under {last}, at {kind} of {level.value:g} Gy in {organ.region}, the least "
                    f"BED of the lesions is {said} (medians, first schedule of each)."
                )
    return "No row of activities reaches a level."


def _at_level(
    report: PlanReport, organ: TissueRecord, value_gy: float, convention: str
) -> list[tuple[str, float]]:
    """Return the effect in the lesions where the organ is at a level, the most first."""
    found = []
    for name, rows in _by_agent(report).items():
        tumour, other = _medians(rows[0], organ, convention)
        for i in range(1, len(other)):
            if other[i - 1] <= value_gy < other[i]:
                share = (value_gy - other[i - 1]) / (other[i] - other[i - 1])
                found.append((name, tumour[i - 1] + share * (tumour[i] - tumour[i - 1])))
    return sorted(found, key=lambda item: -item[1])
