"""Write a plan as JSON, HTML and PDF: all three or none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alphatwin.report.figure_plan import draw_plan
from alphatwin.report.plan_page import TITLE, plan_to_html
from alphatwin.workflows.write_forms import write_forms

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
    write_forms(
        report,
        folder,
        page=partial(plan_to_html, report, pictures=pictures),
        pdf_title=TITLE,
    )
