"""A pool as HTML and PDF, from the same page and with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import pool_tables
from alphatwin.report.figure_evidence_map import draw_evidence_map
from alphatwin.report.figure_forest import draw_forest
from alphatwin.report.html import environment, font_faces, without_controls
from alphatwin.report.numbers import MISSING
from alphatwin.report.pdf import set_pages

if TYPE_CHECKING:
    from datetime import datetime

    from alphatwin.report.picture import Picture
    from alphatwin.report.pool_value import EvidencePoolReport

TITLE = "AlphaTwin evidence, pooled"


def draw_pool(report: EvidencePoolReport) -> tuple[Picture, ...]:
    """Return the forest plot and the evidence map.

    Parameters
    ----------
    report
        The pool.
    """
    return draw_forest(report), draw_evidence_map(report)


def pool_to_html(
    report: EvidencePoolReport,
    *,
    pictures: tuple[Picture, ...] | None = None,
    for_print: bool = False,
) -> str:
    """Return the pool as an HTML page that needs nothing but itself.

    Parameters
    ----------
    report
        The pool.
    pictures
        Its figures, if they have been drawn already; None draws them.
    for_print
        True lays every folded table open, for a page that nobody can click on.
    """
    shown = draw_pool(report) if pictures is None else pictures
    page = (
        environment()
        .get_template("pool.html.j2")
        .render(
            report=report,
            forest=shown[:1],
            map=shown[1:],
            picture_number={p.key: i for i, p in enumerate(shown, start=1)},
            for_print=for_print,
            tables=pool_tables,
            font_faces=font_faces(),
            cautions=_cautions(report),
            unknown=(MISSING,),
        )
    )
    return without_controls(page)


def pool_to_pdf(
    report: EvidencePoolReport,
    *,
    pictures: tuple[Picture, ...] | None = None,
    created_at: datetime | None = None,
) -> bytes:
    """Return the pool as a PDF file.

    Parameters
    ----------
    report
        The pool.
    pictures
        Its figures, if they have been drawn already; None draws them.
    created_at
        Time of creation to be written into the file; None takes the clock.

    Raises
    ------
    OutputError
        If the pages cannot be set.
    """
    page = pool_to_html(report, pictures=pictures, for_print=True)
    return set_pages(page, title=TITLE, created_at=created_at)


def _cautions(report: EvidencePoolReport) -> list[str]:
    return [f"{g.name}: {text}." for g in report.groups for text in g.pooled.cautions]
