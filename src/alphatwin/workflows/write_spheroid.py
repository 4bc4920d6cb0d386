"""Write a report of a cluster of cells or of one cell: all of its files or none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alphatwin.report.cell_page import TITLE, cluster_to_html
from alphatwin.report.figure_cells import draw_cluster
from alphatwin.report.single_cell_page import cell_to_html
from alphatwin.workflows.write_forms import write_forms

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.report.cell_value import CellReport
    from alphatwin.report.spheroid_value import SpheroidReport


def write_spheroid(report: SpheroidReport, folder: Path) -> tuple[str, ...]:
    """Write ``report.json``, ``.html`` and ``.pdf`` into a folder, and return their names.

    Parameters
    ----------
    report
        The report.
    folder
        Where to; made anew, or replaced as a whole if it holds an earlier report.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    """
    pictures = draw_cluster(report)
    return write_forms(
        report,
        folder,
        page=partial(cluster_to_html, report, pictures=pictures),
        pdf_title=TITLE,
    )


def write_cell(report: CellReport, folder: Path) -> tuple[str, ...]:
    """Write ``report.json`` and ``.html`` of one cell into a folder, and return their names.

    Parameters
    ----------
    report
        The report.
    folder
        Where to; made anew, or replaced as a whole if it holds an earlier report.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    """
    return write_forms(report, folder, page=partial(cell_to_html, report))
