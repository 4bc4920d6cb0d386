"""Write a report of a tissue as JSON and HTML: both or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.files.atomic import output_folder
from alphatwin.report.serializer import to_json
from alphatwin.report.tissue_page import tissue_to_html

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.report.tissue_value import TissueReport


def write_tissue(report: TissueReport, folder: Path) -> tuple[str, ...]:
    """Write ``report.json`` and ``report.html`` into a folder, and return their names.

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
    forms = {"report.json": to_json(report), "report.html": tissue_to_html(report)}
    with output_folder(folder) as partial:
        for name, text in forms.items():
            (partial / name).write_text(text, encoding="utf-8")
    return tuple(forms)
