"""Write a report of a cluster of cells or of one cell: all of its files or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.files.atomic import output_folder
from alphatwin.report.cell_page import cluster_to_html, cluster_to_pdf
from alphatwin.report.figure_cells import draw_cluster
from alphatwin.report.serializer import to_json
from alphatwin.report.single_cell_page import cell_to_html

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
    forms = {
        "report.json": to_json(report).encode(),
        "report.html": cluster_to_html(report, pictures=pictures).encode(),
        "report.pdf": cluster_to_pdf(report, pictures=pictures),
    }
    with output_folder(folder) as partial:
        for name, data in forms.items():
            (partial / name).write_bytes(data)
    return tuple(forms)


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
    forms = {"report.json": to_json(report), "report.html": cell_to_html(report)}
    with output_folder(folder) as partial:
        for name, text in forms.items():
            (partial / name).write_text(text, encoding="utf-8")
    return tuple(forms)
