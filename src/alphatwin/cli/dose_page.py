"""The dose report on the terminal, in one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import console, table
from alphatwin.report.numbers import interval
from alphatwin.units import format_activity

if TYPE_CHECKING:
    from alphatwin.report.value import DoseReport


def print_dose(report: DoseReport) -> None:
    """Print loud warnings, and absorbed and RBE-weighted dose of every agent and region."""
    out = console()
    out.print(f"[bold]{escape(report.inputs.course_title)}[/]")
    for caution in report.warnings:
        if caution.loud:
            out.print(f"[bold]! {escape(caution.where)}:[/] {escape(caution.message)}")
    for agent in report.agents:
        activity = (
            "activity unknown" if agent.activity_bq is None else format_activity(agent.activity_bq)
        )
        grid = table(
            f"{agent.agent}, {activity} ({agent.role}; {agent.activity_from})",
            ("region", "absorbed dose (Gy)", "RBE-weighted dose (Gy)", "with RBE alpha/recoil"),
        )
        for region in agent.regions:
            if region.absorbed_dose_gy is None:
                grid.add_row(escape(region.region), "mass unknown", "-", "-")
                continue
            weighted = region.rbe_weighted[-1]
            grid.add_row(
                escape(region.region),
                interval(region.absorbed_dose_gy),
                interval(weighted.rbe_weighted_dose_gy),
                f"{weighted.rbe_alpha:g} / {weighted.rbe_recoil:g}",
            )
        out.print(grid)
    quiet = sum(not c.loud for c in report.warnings)
    out.print(f"{quiet} more warnings, assumptions and sources: write the report with -o DIR.")
    out.print(report.notice)
