"""A tissue as an HTML page, with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import tissue_tables
from alphatwin.report.figure_tissue import draw_tissue
from alphatwin.report.html import page_of

if TYPE_CHECKING:
    from alphatwin.report.tissue_value import TissueReport


def tissue_to_html(report: TissueReport, *, for_print: bool = False) -> str:
    """Return the report as an HTML page that needs nothing but itself.

    Parameters
    ----------
    report
        The report.
    for_print
        True lays every folded table open, for a page that nobody can click on.
    """
    picture = draw_tissue(report)
    return page_of(
        "tissue.html.j2",
        report,
        [picture],
        for_print=for_print,
        pictures=[picture],
        tables=tissue_tables,
    )
