"""The report as PDF: the pages of the HTML report, set by an engine that brings all it needs.

PlutoPrint carries its own Cairo, HarfBuzz and Fontconfig; the fonts come from inside the page, so
nothing on the machine changes how a page looks, and nothing outside the page is ever fetched.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from alphatwin.errors import OutputError
from alphatwin.report.html import to_html

if TYPE_CHECKING:
    from datetime import datetime

    from alphatwin.report.picture import Picture
    from alphatwin.report.value import DoseReport

TITLE = "AlphaTwin dose report"  # never the title of the course, which may name a patient
SUBJECT = "For research use only; not a medical device"


def to_pdf(
    report: DoseReport,
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

    Returns
    -------
    bytes
        The file. Equal reports created at the same time give equal bytes.

    Raises
    ------
    OutputError
        If the pages cannot be set.
    """
    page = to_html(report, pictures=pictures, for_print=True)
    return set_pages(page, title=TITLE, created_at=created_at)


def set_pages(page: str, *, title: str, created_at: datetime | None = None) -> bytes:
    """Return an HTML page as a PDF file of A4 pages.

    Parameters
    ----------
    page
        The page; fonts and figures inside it.
    title
        Title of the file; never that of a course, which may name a patient.
    created_at
        Time of creation to be written into the file; None takes the clock.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    OutputError
        If the pages cannot be set.
    """
    import plutoprint

    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, media=plutoprint.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = _closed_fetcher()
    stream = io.BytesIO()
    try:
        book.load_html(page)
        book.set_metadata(plutoprint.PDF_METADATA_TITLE, title)
        book.set_metadata(plutoprint.PDF_METADATA_SUBJECT, SUBJECT)
        if created_at is not None:
            stamp = created_at.isoformat(timespec="seconds")
            book.set_metadata(plutoprint.PDF_METADATA_CREATION_DATE, stamp)
        book.write_to_pdf_stream(stream)
    except plutoprint.Error as error:
        msg = f"the PDF of the report cannot be set: {error}; the HTML report holds the same pages"
        raise OutputError(msg) from error
    return stream.getvalue()


def _closed_fetcher() -> Any:
    """Return a fetcher that fetches nothing: fonts and figures are inside the page."""
    import plutoprint

    class ClosedFetcher(plutoprint.ResourceFetcher):  # type: ignore[misc,unused-ignore]
        def fetch_url(self, url: str) -> Any:
            msg = f"the report must hold all that it shows, but asks for {url}"
            raise OutputError(msg)

    return ClosedFetcher()
