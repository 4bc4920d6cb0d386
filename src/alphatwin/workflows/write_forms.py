"""Write a report in all of its forms into a folder: all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from alphatwin.files.atomic import output_folder
from alphatwin.report.pdf import set_pages
from alphatwin.report.serializer import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from alphatwin.report.serializer import Report


class Page(Protocol):
    """What makes a page of a report, for a screen or, with every table open, for paper."""

    def __call__(self, *, for_print: bool) -> str:
        """Return the page."""


def write_forms(
    report: Report,
    folder: Path,
    *,
    page: Page,
    pdf_title: str | None = None,
    more: Mapping[str, bytes] | None = None,
) -> tuple[str, ...]:
    """Write ``report.json``, ``report.html`` and ``report.pdf``, and return the names of all files.

    Parameters
    ----------
    report
        The report.
    folder
        Where to; made anew, or replaced as a whole if it holds an earlier report.
    page
        Its page, for a screen or for paper.
    pdf_title
        Title of the PDF file; ``None``: there is none.
    more
        Further files by name.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else, or the pages cannot be set.
    """
    forms = {"report.json": to_json(report).encode(), "report.html": page(for_print=False).encode()}
    if pdf_title is not None:
        forms["report.pdf"] = set_pages(page(for_print=True), title=pdf_title)
    forms |= more or {}
    with output_folder(folder) as partial:
        for name, data in forms.items():
            (partial / name).write_bytes(data)
    return tuple(forms)
