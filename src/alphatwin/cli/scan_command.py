"""`alphatwin scan`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from alphatwin.cli.options import AsJson

if TYPE_CHECKING:
    from alphatwin.report.scan_value import ScanReport, SeriesRecord

MOST_NAMES = 6
_MARK = {"stop": "[bold red]stop[/]", "question": "[yellow]question[/]", "note": "note"}


def scan(
    source: Annotated[Path, typer.Argument(help="Folder or zip of scans, of one patient.")],
    *,
    as_json: AsJson = False,
) -> None:
    """What a folder of scans holds, and in what its headers contradict each other or physics.

    Example: alphatwin scan scans/
    """
    from rich.progress import Progress

    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.workflows.scan import scan_report

    with Progress(console=progress_console(), transient=True) as bar:
        task = bar.add_task("Reading scans", total=1.0)
        report = scan_report(source, progress=lambda share: bar.update(task, completed=share))
    if as_json:
        print_json(report)
    else:
        _print_scan(report)


def _print_scan(report: ScanReport) -> None:
    from alphatwin.cli.output import console, print_table, table

    columns = ("series", "images", "nuclide", "after injection", "unit", "in view", "voxels")
    grid = table("Series", columns)
    for record in report.series:
        grid.add_row(f"{record.number} {record.modality}", *_cells(record))
    print_table(grid)
    out = console()
    for record in report.series:
        if record.regions:
            out.print(f"{record.number} {record.modality}: {', '.join(record.regions)}")
    for c in report.contradictions:
        numbers = ", ".join(map(str, c.series))
        out.print(f"\n{_MARK[c.severity]} {c.rule} (series {numbers}): {c.explanation}")
        for choice in c.choices:
            effect = (
                "" if choice.factor is None else f" (activity at the scan x {choice.factor:.4f})"
            )
            out.print(f"    {choice.write}  {choice.means}{effect}", markup=False)
    by_reason: dict[str, list[str]] = {}
    for text in report.unreadable:
        name, _, reason = text.partition(": ")
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        shown = ", ".join(names[:MOST_NAMES]) + (" ..." if len(names) > MOST_NAMES else "")
        out.print(f"\nnot read ({shown}): {reason}", markup=False)


def _cells(r: SeriesRecord) -> tuple[str, ...]:
    from alphatwin.formats import format_activity, format_time

    since = "-" if r.time_since_injection_s is None else format_time(r.time_since_injection_s)
    activity = "-" if r.activity_in_view_bq is None else format_activity(r.activity_in_view_bq)
    voxels = "-"
    if r.grid is not None:
        size = " x ".join(f"{n}" for n in reversed(r.grid.shape))
        voxels = f"{size}, " + " x ".join(f"{mm:.4g}" for mm in r.grid.spacing_mm) + " mm"
    return (str(r.images), r.nuclide or "-", since, r.units, activity, voxels)
