"""Write a report of a tissue as JSON and HTML: both or none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alphatwin.report.tissue_page import tissue_to_html
from alphatwin.workflows.write_forms import write_forms

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
    return write_forms(report, folder, page=partial(tissue_to_html, report))
