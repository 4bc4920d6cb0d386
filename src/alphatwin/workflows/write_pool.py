"""Write a pool as JSON, HTML, PDF and its figures: all of them or none."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Final

from alphatwin.report.figure_evidence_map import map_figure
from alphatwin.report.figure_forest import forest_figure
from alphatwin.report.pool_page import TITLE, draw_pool, pool_to_html
from alphatwin.report.style import house_style
from alphatwin.workflows.write_forms import write_forms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

    from alphatwin.report.pool_value import EvidencePoolReport

FIGURES: Final[dict[str, Callable[[EvidencePoolReport], Figure]]] = {
    "forest": forest_figure,
    "evidence_map": map_figure,
}
DOTS_PER_INCH: Final = 300  # as journals ask of figures


def write_pool(report: EvidencePoolReport, folder: Path) -> None:
    """Write ``report.json``, ``.html``, ``.pdf``, and both figures as PNG and SVG.

    Parameters
    ----------
    report
        The pool.
    folder
        Where to; made anew, or replaced as a whole if it holds an earlier report.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    """
    pictures = draw_pool(report)
    with house_style():
        figures = {
            f"{name}.{form}": _drawn(draw(report), form)
            for name, draw in FIGURES.items()
            for form in ("png", "svg")
        }
    write_forms(
        report,
        folder,
        page=partial(pool_to_html, report, pictures=pictures),
        pdf_title=TITLE,
        more=figures,
    )


def _drawn(figure: Figure, form: str) -> bytes:
    stream = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {"Software": None}
    figure.savefig(stream, format=form, dpi=DOTS_PER_INCH, metadata=metadata)
    return stream.getvalue()
