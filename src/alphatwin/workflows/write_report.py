"""Write a dose report as JSON, HTML and PDF: all three or none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alphatwin.report.figures import draw
from alphatwin.report.html import to_html
from alphatwin.report.pdf import TITLE
from alphatwin.workflows.write_forms import write_forms

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.report.picture import Picture
    from alphatwin.report.value import DoseReport


def write_report(report: DoseReport, folder: Path, *, more: tuple[Picture, ...] = ()) -> None:
    """Write ``report.json``, ``report.html`` and ``report.pdf`` into a folder.

    Parameters
    ----------
    report
        The dose report.
    folder
        Where to; made anew, or replaced as a whole if it holds an earlier report.
    more
        Figures of scans, which stand before those of curves.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    """
    drawn = draw(report)
    first = next((i for i, p in enumerate(drawn) if p.section == "curves"), len(drawn))
    pictures = (*drawn[:first], *more, *drawn[first:])
    write_forms(
        report,
        folder,
        page=partial(to_html, report, pictures=pictures),
        pdf_title=TITLE,
    )
