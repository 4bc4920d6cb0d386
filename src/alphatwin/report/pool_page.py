"""A pool as an HTML page, with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report import pool_tables
from alphatwin.report.figure_evidence_map import draw_evidence_map
from alphatwin.report.figure_forest import draw_forest
from alphatwin.report.html import page_of

if TYPE_CHECKING:
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
    return page_of(
        "pool.html.j2",
        report,
        shown,
        for_print=for_print,
        forest=shown[:1],
        map=shown[1:],
        tables=pool_tables,
        cautions=_cautions(report),
    )


def _cautions(report: EvidencePoolReport) -> list[str]:
    return [f"{g.name}: {text}." for g in report.groups for text in g.pooled.cautions]
