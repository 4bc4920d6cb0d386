"""The plan as HTML and PDF, from the same page and with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import plan_tables
from alphatwin.report.figure_plan import draw_plan
from alphatwin.report.html import environment, font_faces, without_controls
from alphatwin.report.numbers import MISSING, count, number
from alphatwin.report.pdf import set_pages

if TYPE_CHECKING:
    from datetime import datetime

    from alphatwin.report.picture import Picture
    from alphatwin.report.plan_value import PlanReport

TITLE = "AlphaTwin plan"


def plan_to_html(
    report: PlanReport,
    *,
    pictures: tuple[Picture, ...] | None = None,
    for_print: bool = False,
) -> str:
    """Return the plan as an HTML page that needs nothing but itself.

    Parameters
    ----------
    report
        The plan.
    pictures
        Its figures, if they have been drawn already; None draws them.
    for_print
        True lays every folded table open, for a page that nobody can click on.
    """
    shown = draw_plan(report) if pictures is None else pictures
    by_section: dict[str, list[Picture]] = {}
    for picture in shown:
        by_section.setdefault(picture.section, []).append(picture)
    page = (
        environment()
        .get_template("plan.html.j2")
        .render(
            report=report,
            pictures=by_section,
            picture_number={p.key: i for i, p in enumerate(shown, start=1)},
            for_print=for_print,
            tables=plan_tables,
            font_faces=font_faces(),
            loud=[w for w in report.warnings if w.loud],
            number=number,
            count=count,
            unknown=(MISSING, "unknown", "NO", "in part unknown"),
        )
    )
    return without_controls(page)


def plan_to_pdf(
    report: PlanReport,
    *,
    pictures: tuple[Picture, ...] | None = None,
    created_at: datetime | None = None,
) -> bytes:
    """Return the plan as a PDF file.

    Parameters
    ----------
    report
        The plan.
    pictures
        Its figures, if they have been drawn already; None draws them.
    created_at
        Time of creation to be written into the file; None takes the clock.

    Raises
    ------
    OutputError
        If the pages cannot be set.
    """
    page = plan_to_html(report, pictures=pictures, for_print=True)
    return set_pages(page, title=TITLE, created_at=created_at)
