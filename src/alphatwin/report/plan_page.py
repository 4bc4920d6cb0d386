"""The plan as an HTML page, with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import plan_tables
from alphatwin.report.figure_plan import draw_plan
from alphatwin.report.html import page_of
from alphatwin.report.numbers import MISSING, count, number

if TYPE_CHECKING:
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
    return page_of(
        "plan.html.j2",
        report,
        draw_plan(report) if pictures is None else pictures,
        for_print=for_print,
        tables=plan_tables,
        loud=[w for w in report.warnings if w.loud],
        number=number,
        count=count,
        unknown=(MISSING, "unknown", "NO", "in part unknown"),
    )
