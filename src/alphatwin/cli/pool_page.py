"""Pools, imports and differences on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import console, print_table, table

if TYPE_CHECKING:
    from rich.table import Table

    from alphatwin.evidence.pooling import Pooled
    from alphatwin.report.living_value import EvidenceDiffReport, EvidenceImportReport
    from alphatwin.report.pool_value import EvidencePoolReport

PERCENT = 100.0
LONGEST = 23  # characters of a study in the table; the whole stands in --json


def print_pool(report: EvidencePoolReport) -> None:
    """Print studies and pools, under the warning that they need."""
    out = console()
    for text in report.warnings[:2]:
        out.print(f"[bold]{escape(text)}[/]")
    grid = table(
        f"{report.outcome}, pooled",
        ("group, study", "n/N", "% (95 %)", "next study", "tau2"),
    )
    for group in report.groups:
        if report.by != "none":
            grid.add_row(f"[bold]{escape(group.name)}[/]", *[""] * 4)
        for study in report.studies:
            if study.group_of_studies == group.name:
                row = study.row
                ends = (row.exact_low_fraction or 0.0, row.exact_high_fraction or 1.0)
                share = _share(row.share_fraction or 0.0, *ends)
                grid.add_row(
                    f"  {escape(_short(study.label))}", f"{row.n}/{row.of}", share, "", "", ""
                )
        if group.pooled.studies > 1 and report.by != "none":
            _add(grid, f"  [italic]{group.pooled.studies} studies[/]", group.pooled)
    if report.overall is not None:
        _add(grid, "[bold]all studies[/]", report.overall)
    print_table(grid)
    for group in (g for g in report.groups if g.pooled.studies > 1):
        for text in group.pooled.cautions:
            out.print(f"- {escape(group.name)}: {escape(text)}.")
    for text in report.warnings[2:]:
        out.print(f"- {escape(text)}")
    for one in report.regressions:
        gain = f"{one.likelihood_ratio:.2f} on {one.degrees_of_freedom}"
        chance = f"p = {one.tail_probability:.2f}; between studies, not arms"
        out.print(f"- By {one.moderator}: likelihood ratio {gain} ({chance}).")
    listed = len(report.times_to_event)
    out.print(f"{len(report.left_out)} figures are left out, {listed} survival times are listed:")
    out.print(
        "see --json, or -o FOLDER with forest plot and evidence map. Next study: where the share "
        "of one more such study would lie with 95 %."
    )


def _add(grid: Table, name: str, pooled: Pooled) -> None:
    one = pooled.leading
    further = (
        ""
        if one.prediction_low is None or one.prediction_high is None
        else f"{PERCENT * one.prediction_low:.0f} to {PERCENT * one.prediction_high:.0f}"
    )
    grid.add_row(
        name,
        f"{pooled.events}/{pooled.size:g}",
        _share(one.value, one.low, one.high),
        further,
        "" if one.tau2 is None else f"{one.tau2:.2f}",
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3].rstrip()}..."


def _share(value: float, low: float, high: float) -> str:
    return f"{PERCENT * value:.1f} ({PERCENT * low:.1f}-{PERCENT * high:.1f})"


def print_import(report: EvidenceImportReport) -> None:
    """Print the records that were made, and what a person has to look at."""
    out = console()
    for one in report.records:
        entries = sum(1 for _ in one.entries())
        out.print(f"[bold]{one.id}[/]  {escape(one.title)}: {entries} entries, before: {one.prior}")
    for text in report.notes:
        out.print(f"- {escape(text)}")
    for f in report.findings:
        out.print(f"{f.severity}: {escape(f.record)}: {escape(f.field)}: {escape(f.computed)}")
    out.print("Nothing is written without -o FOLDER.")


def print_diff(report: EvidenceDiffReport) -> None:
    """Print what differs, record by record."""
    out = console()
    last = ""
    for one in report.differences:
        if one.record != last:
            out.print(f"\n[bold]{escape(one.record)}[/]")
            last = one.record
        what = one.field or "record"
        if one.change == "changed":
            out.print(f"  {escape(what)}: {escape(str(one.old))} -> {escape(str(one.new))}")
        else:
            said = one.new if one.change == "added" else one.old
            out.print(f"  {one.change} {escape(what)}: {escape(str(said))}")
    out.print(
        f"{len(report.differences)} differences; {report.old_records} records before, "
        f"{report.new_records} after."
    )
