"""Write a dose report as JSON, HTML and PDF: all three or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.files.atomic import output_folder
from alphatwin.report.figures import draw
from alphatwin.report.html import to_html
from alphatwin.report.pdf import to_pdf
from alphatwin.report.serializer import to_json

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
    forms = {
        "report.json": to_json(report).encode(),
        "report.html": to_html(report, pictures=pictures).encode(),
        "report.pdf": to_pdf(report, pictures=pictures),
    }
    with output_folder(folder) as partial:
        for name, data in forms.items():
            (partial / name).write_bytes(data)
