"""Write a plan as JSON, HTML and PDF: all three or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.files.atomic import output_folder
from alphatwin.report.figure_plan import draw_plan
from alphatwin.report.plan_page import plan_to_html, plan_to_pdf
from alphatwin.report.serializer import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.report.plan_value import PlanReport


def write_plan(report: PlanReport, folder: Path) -> None:
    """Write ``report.json``, ``report.html`` and ``report.pdf`` into a folder.

    Parameters
    ----------
    report
        The plan.
    folder
        Where to; made anew, or replaced as a whole if it holds an earlier report.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    """
    pictures = draw_plan(report)
    forms = {
        "report.json": to_json(report).encode(),
        "report.html": plan_to_html(report, pictures=pictures).encode(),
        "report.pdf": plan_to_pdf(report, pictures=pictures),
    }
    with output_folder(folder) as partial:
        for name, data in forms.items():
            (partial / name).write_bytes(data)
