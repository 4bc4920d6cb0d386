"""A cluster of cells as an HTML page, with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import cell_tables
from alphatwin.report.figure_cells import draw_cluster
from alphatwin.report.html import page_of

if TYPE_CHECKING:
    from alphatwin.report.picture import Picture
    from alphatwin.report.spheroid_value import SpheroidReport

TITLE = "AlphaTwin cells"


def cluster_to_html(
    report: SpheroidReport,
    *,
    pictures: tuple[Picture, ...] | None = None,
    for_print: bool = False,
) -> str:
    """Return the report as an HTML page that needs nothing but itself.

    Parameters
    ----------
    report
        The report.
    pictures
        Its figures, if they have been drawn already; None draws them.
    for_print
        True lays every folded table open, for a page that nobody can click on.
    """
    return page_of(
        "cells.html.j2",
        report,
        draw_cluster(report) if pictures is None else pictures,
        for_print=for_print,
        tables=cell_tables,
    )
