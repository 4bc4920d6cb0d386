"""What scans measured, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import print_table, table
from alphatwin.report.image_tables import image_tables

if TYPE_CHECKING:
    from alphatwin.report.value import DoseReport


def print_images(report: DoseReport) -> None:
    """Print scans, readings and registrations."""
    for shown in image_tables(report):
        grid = table(escape(shown.title), shown.head)
        for row in shown.rows:
            grid.add_row(*map(escape, row))
        print_table(grid)
