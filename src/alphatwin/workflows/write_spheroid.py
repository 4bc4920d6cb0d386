"""Write a report of a cluster of cells as JSON and figures: all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.files.atomic import output_folder
from alphatwin.report.figure_cells import draw_cluster
from alphatwin.report.serializer import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.report.spheroid_value import SpheroidReport


def write_spheroid(report: SpheroidReport, folder: Path) -> tuple[str, ...]:
    """Write ``report.json`` and the figures into a folder, and return the names of the files.

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
    forms = {"report.json": to_json(report), **draw_cluster(report)}
    with output_folder(folder) as partial:
        for name, text in forms.items():
            (partial / name).write_text(text, encoding="utf-8")
    return tuple(forms)
