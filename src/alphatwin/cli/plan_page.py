"""The plan on the terminal: regimens against levels, agent by agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import console, print_table, table
from alphatwin.report.numbers import interval, percent
from alphatwin.report.plan_words import level_words, regimen_words

if TYPE_CHECKING:
    from rich.table import Table

    from alphatwin.report.plan_value import PlannedAgent, PlanReport, RegimenRecord


def print_plan(report: PlanReport) -> None:
    """Print loud warnings, what is not known, and every regimen against every level."""
    out = console()
    out.print(f"[bold]{escape(report.course_title)}[/]")
    for caution in report.warnings:
        if caution.loud:
            out.print(f"[bold]! {escape(caution.where)}:[/] {escape(caution.message)}")
    for text in report.not_known:
        out.print(f"? {escape(text)}")
    for agent in report.agents:
        for regimen in agent.regimens:
            print_table(_grid(report, agent, regimen))
            for text in regimen.said:
                out.print(f"  {escape(text)}")
    out.print()
    out.print(f"{len(report.what_if)} rows of what if, sources and assumptions: --json, or -o DIR.")
    out.print("Levels are published comparators, not limits; most were not made for alphas.")
    out.print(report.notice)


def _grid(report: PlanReport, agent: PlannedAgent, regimen: RegimenRecord) -> Table:
    names = [c.name for c in report.conventions]
    grid = table(
        f"{agent.agent}, {escape(regimen.name)}: {regimen_words(regimen)}",
        (
            "region, level",
            "absorbed (Gy)",
            *(f"BED (Gy), {n}" for n in names),
            *(f"reached at, {n}" for n in names),
            *(f"above, {n}" for n in names),
        ),
    )
    levels = {level.key: level for level in report.levels}
    empty = [""] * len(names)
    for region in regimen.regions:
        beds = [interval(e.bed_gy) for e in region.effects]
        grid.add_row(
            f"[bold]{escape(region.region)}[/]",
            interval(region.absorbed_dose_gy),
            *beds,
            *empty,
            *empty,
        )
        for key in dict.fromkeys(row.level for row in region.levels):
            rows = {row.convention: row for row in region.levels if row.level == key}
            at = [rows[n].reached_at_bq if n in rows else None for n in names]
            grid.add_row(
                f"  {level_words(levels[key])}",
                "",
                *empty,
                *(f"{interval(a, size=1e6)} MBq" if a else "never" for a in at),
                *(percent(rows[n].probability_above) if n in rows else "" for n in names),
            )
    return grid
