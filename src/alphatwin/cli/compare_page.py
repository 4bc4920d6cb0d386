"""The comparison of agents on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import console, table
from alphatwin.formats import format_activity
from alphatwin.report.numbers import interval

if TYPE_CHECKING:
    from alphatwin.report.compare_value import CompareReport


def print_compare(report: CompareReport) -> None:
    """Print loud warnings, dose by region and agent, and lesion-to-organ ratios."""
    out = console()
    out.print(f"[bold]{escape(report.course_title)}[/]")
    for caution in report.warnings:
        if caution.loud:
            out.print(f"[bold]! {escape(caution.where)}:[/] {escape(caution.message)}")
    for agent in report.agents:
        activity = (
            "activity unknown" if agent.activity_bq is None else format_activity(agent.activity_bq)
        )
        out.print(f"{escape(agent.agent)}: {activity} ({agent.activity_from})")
    first = report.agents[0].agent
    rbe = f"RBE {report.rbe_alpha:g}/{report.rbe_recoil:g}"
    doses = table(
        f"Dose by region; the last column is the {rbe} dose over that of {first}",
        ("region, agent", "absorbed (Gy)", f"{rbe} (Gy)", "ratio"),
    )
    for region in report.regions:
        doses.add_row(f"[bold]{escape(region.region)}[/]")
        for i, row in enumerate(region.agents):
            doses.add_row(
                f"  {escape(row.agent)}",
                interval(row.absorbed_dose_gy),
                interval(row.rbe_weighted_dose_gy),
                "1" if i == 0 else interval(row.rbe_weighted_dose_ratio),
            )
    out.print(doses)
    if report.lesion_to_organ:
        ratios = table(
            f"Lesion over organ ({rbe})", ("lesion", "organ", *(a.agent for a in report.agents))
        )
        cells: dict[tuple[str, str], list[str]] = {}
        for pair in report.lesion_to_organ:
            key = (pair.lesion, pair.organ)
            cells.setdefault(key, []).append(interval(pair.rbe_weighted_dose_ratio))
        for (lesion, organ), values in cells.items():
            ratios.add_row(escape(lesion), escape(organ), *values)
        out.print(ratios)
    out.print(report.notice)
