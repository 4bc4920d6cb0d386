"""The report as PDF: the pages of the HTML report, set by an engine that brings all it needs.

PlutoPrint carries its own Cairo, Harfbuzz and Fontconfig; the fonts come from inside the page, so
nothing on the machine changes how a page looks.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from alphatwin.errors import OutputError
from alphatwin.report.html import to_html

if TYPE_CHECKING:
    from alphatwin.report.picture import Picture
    from alphatwin.report.value import DoseReport

TITLE = "AlphaTwin dose report"  # never the title of the course, which may name a patient


def to_pdf(report: DoseReport, *, pictures: tuple[Picture, ...] | None = None) -> bytes:
    """Return the report as a PDF file.

    Parameters
    ----------
    report
        The report.
    pictures
        Its figures, if they have been drawn already; None draws them.

    Returns
    -------
    bytes
        The file. Equal reports give equal bytes but for the date of creation.

    Raises
    ------
    OutputError
        If the pages cannot be set.
    """
    import plutoprint

    page = to_html(report, pictures=pictures, for_print=True)
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, media=plutoprint.MEDIA_TYPE_PRINT)
    stream = io.BytesIO()
    try:
        book.load_html(page)
        book.set_metadata(plutoprint.PDF_METADATA_TITLE, TITLE)
        book.set_metadata(plutoprint.PDF_METADATA_SUBJECT, "For research use only")
        book.set_metadata(
            plutoprint.PDF_METADATA_CREATOR, f"{report.program.name} {report.program.version}"
        )
        book.write_to_pdf_stream(stream)
    except plutoprint.Error as error:
        msg = f"the PDF of the report cannot be set: {error}; the HTML report holds the same pages"
        raise OutputError(msg) from error
    return stream.getvalue()
