"""The base for other programs: CSV of every figure, BibTeX and RIS of every source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alphatwin.evidence import rows_of
from alphatwin.evidence.types import REVIEW
from alphatwin.report.evidence_table import to_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alphatwin.evidence import Citation, Record

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_YEAR = re.compile(r"\b(19|20)\d\d\b")
_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


def export_csv(records: Sequence[Record]) -> str:
    """Return every figure of the records as CSV, one row each.

    Parameters
    ----------
    records
        The records.
    """
    return to_csv([row for one in records for row in rows_of(one)])


def export_bibtex(records: Sequence[Record]) -> str:
    """Return every source of the records as BibTeX.

    Parameters
    ----------
    records
        The records.
    """
    entries = []
    for key, one, source in _sources(records):
        fields = {
            "title": f"{{{_tex(one.title)}}}",
            "howpublished": _tex(source.citation),
            "year": _year(source),
            "doi": _doi(source),
            "url": _url(source),
            "note": _tex(f"{source.level}; {', '.join(one.registration) or 'not registered'}"),
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        entries.append(f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def export_ris(records: Sequence[Record]) -> str:
    """Return every source of the records in the format of Research Information Systems.

    Parameters
    ----------
    records
        The records.
    """
    lines = []
    for key, one, source in _sources(records):
        fields = (
            ("TY", "GEN"),
            ("ID", key),
            ("TI", one.title),
            ("N1", f"{source.citation}; {source.level}"),
            ("PY", _year(source)),
            ("DO", _doi(source)),
            ("UR", _url(source)),
            *(("KW", name) for name in one.agents),
            *(("AN", number) for number in one.registration),
        )
        lines += [f"{tag}  - {_BREAKS.sub(' ', text)}" for tag, text in fields if text]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines)


def _sources(records: Sequence[Record]) -> Iterator[tuple[str, Record, Citation]]:
    for one in records:
        for source in one.sources:
            if source.key != REVIEW:
                yield f"{one.id}-{source.key}", one, source


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in _BREAKS.sub(" ", text))


def _doi(source: Citation) -> str:
    found = _DOI.search(source.doi_or_url)
    return found[0].rstrip(".,;") if found else ""


def _url(source: Citation) -> str:
    text = source.doi_or_url
    return text if text.startswith(("http://", "https://")) and " " not in text else ""


def _year(source: Citation) -> str:
    if source.published is not None:
        return source.published[:4]
    found = _YEAR.search(source.citation)
    return found[0] if found else ""
