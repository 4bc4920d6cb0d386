"""A tissue as an HTML page, with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import tissue_tables
from alphatwin.report.figure_tissue import draw_tissue
from alphatwin.report.html import environment, font_faces, without_controls
from alphatwin.report.numbers import MISSING

if TYPE_CHECKING:
    from alphatwin.report.tissue_value import TissueReport


def tissue_to_html(report: TissueReport) -> str:
    """Return the report as an HTML page that needs nothing but itself.

    Parameters
    ----------
    report
        The report.
    """
    picture = draw_tissue(report)
    page = (
        environment()
        .get_template("tissue.html.j2")
        .render(
            report=report,
            pictures=[picture],
            picture_number={picture.key: 1},
            for_print=False,
            tables=tissue_tables,
            font_faces=font_faces(),
            unknown=(MISSING,),
        )
    )
    return without_controls(page)
