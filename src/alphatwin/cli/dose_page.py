"""The dose report on the terminal, in one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import console, print_table, table
from alphatwin.report.numbers import interval
from alphatwin.report.style import shorten
from alphatwin.units import format_activity

if TYPE_CHECKING:
    from rich.table import Table

    from alphatwin.report.blood_value import MarrowRecord
    from alphatwin.report.value import AgentReport, DoseReport


_NAME_WIDTH = 32  # longest name of a region on the page; the files hold it whole


def print_dose(report: DoseReport) -> None:
    """Print loud warnings, and absorbed and RBE-weighted dose of every agent and region."""
    out = console()
    out.print(f"[bold]{escape(report.inputs.course_title)}[/]")
    for caution in report.warnings:
        if caution.loud:
            out.print(f"[bold]! {escape(caution.where)}:[/] {escape(caution.message)}")
    bloods = report.blood.agents if report.blood is not None else [None] * len(report.agents)
    for agent, blood in zip(report.agents, bloods, strict=True):
        print_table(_grid(agent, None if blood is None else blood.red_marrow))
    out.print()
    quiet = sum(not c.loud for c in report.warnings)
    out.print(f"{quiet} more warnings, assumptions and sources: write the report with -o DIR.")
    out.print(report.notice)


def _grid(agent: AgentReport, marrow: MarrowRecord | None) -> Table:
    """Return the doses of one agent, the RBEs in the head of the column that they belong to."""
    activity = (
        "activity unknown" if agent.activity_bq is None else format_activity(agent.activity_bq)
    )
    origin = "" if agent.activity_from == agent.role else f"; {agent.activity_from}"
    every = ((w.rbe_alpha, w.rbe_recoil) for d in agent.regions for w in d.rbe_weighted)
    pairs = [pair for pair in dict.fromkeys(every) if pair != (1.0, 1.0)]
    grid = table(
        escape(f"{agent.agent}, {activity} ({agent.role}{origin})"),
        (
            "region",
            "absorbed dose (Gy)",
            *(f"RBE-weighted (Gy)\nalpha {a:g}, recoil {r:g}" for a, r in pairs),
        ),
    )
    for dose in agent.regions:
        weighted = {(w.rbe_alpha, w.rbe_recoil): w.rbe_weighted_dose_gy for w in dose.rbe_weighted}
        grid.add_row(
            escape(shorten(dose.region, longest=_NAME_WIDTH)),
            "mass unknown" if dose.absorbed_dose_gy is None else interval(dose.absorbed_dose_gy),
            *(interval(weighted.get(pair)) for pair in pairs),
        )
    if marrow is not None:
        weighted = {
            (w.rbe_alpha, w.rbe_recoil): w.rbe_weighted_dose_gy for w in marrow.rbe_weighted
        }
        grid.add_row(
            "red marrow, from blood",
            interval(marrow.absorbed_dose_gy),
            *(interval(weighted.get(pair)) for pair in pairs),
        )
    return grid
