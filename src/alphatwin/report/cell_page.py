"""A cluster of cells as HTML and PDF, from the same page and with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import cell_tables
from alphatwin.report.figure_cells import draw_cluster
from alphatwin.report.html import environment, font_faces, without_controls
from alphatwin.report.numbers import MISSING
from alphatwin.report.pdf import set_pages

if TYPE_CHECKING:
    from datetime import datetime

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
    shown = draw_cluster(report) if pictures is None else pictures
    page = (
        environment()
        .get_template("cells.html.j2")
        .render(
            report=report,
            pictures={p.section: [p] for p in shown},
            picture_number={p.key: i for i, p in enumerate(shown, start=1)},
            for_print=for_print,
            tables=cell_tables,
            font_faces=font_faces(),
            unknown=(MISSING,),
        )
    )
    return without_controls(page)


def cluster_to_pdf(
    report: SpheroidReport,
    *,
    pictures: tuple[Picture, ...] | None = None,
    created_at: datetime | None = None,
) -> bytes:
    """Return the report as a PDF file.

    Parameters
    ----------
    report
        The report.
    pictures
        Its figures, if they have been drawn already; None draws them.
    created_at
        Time of creation to be written into the file; None takes the clock.

    Raises
    ------
    OutputError
        If the pages cannot be set.
    """
    page = cluster_to_html(report, pictures=pictures, for_print=True)
    return set_pages(page, title=TITLE, created_at=created_at)
