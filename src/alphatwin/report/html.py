"""The report as one self-contained HTML file: no network, no script, fonts and figures inside."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from alphatwin.report import (
    assumption_tables,
    blood_tables,
    effect_tables,
    evidence_box_tables,
    fate_tables,
    fit_tables,
    image_tables,
    tables,
    uncertainty_tables,
)
from alphatwin.report.board import board, told_later
from alphatwin.report.figures import draw
from alphatwin.report.numbers import MISSING, count, nuclide_label, number, prose
from alphatwin.report.style import FONT, FONT_FILES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment
    from markupsafe import Markup

    from alphatwin.report.picture import Picture
    from alphatwin.report.value import DoseReport

_BREAK_EVERY = 18
_LONG_WORD = re.compile(r"\S{25,}")
_CONTROLS = {c: " " for c in range(32) if chr(c) not in "\n\t"} | {0x7F: " "}


def to_html(
    report: DoseReport,
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

    Returns
    -------
    str
        The page; every text of the report is escaped.
    """
    return page_of(
        "report.html.j2",
        report,
        draw(report) if pictures is None else pictures,
        for_print=for_print,
        tables=tables,
        fit_tables=fit_tables,
        fate_tables=fate_tables,
        effect_tables=effect_tables,
        evidence_box_tables=evidence_box_tables,
        blood_tables=blood_tables,
        uncertainty_tables=uncertainty_tables,
        image_tables=image_tables,
        assumption_tables=assumption_tables,
        board=board(report),
        later=assumption_tables.grouped(told_later(report)),
        loud=assumption_tables.grouped_warnings(report, loud=True),
        quiet=assumption_tables.grouped_warnings(report, loud=False),
        without_effect=assumption_tables.without_effect,
        number=number,
        count=count,
        unknown=(MISSING, tables.NO_MASS, "not known"),
        doubt=tables.DOUBT,
        any_doubt=any(
            not s.informed_by_data
            for agent in report.agents
            for dose in agent.regions
            for s in dose.decay_shares
        ),
    )


def page_of(
    template: str,
    report: object,
    shown: Sequence[Picture],
    /,
    *,
    for_print: bool = False,
    **context: object,
) -> str:
    """Return the page that a template makes of a report and its figures.

    Parameters
    ----------
    template
        Name of the template.
    report
        The report.
    shown
        Its figures, numbered in this order; the template finds them by section.
    for_print
        True lays every folded table open, for a page that nobody can click on.
    **context
        What else the template asks for.
    """
    by_section: dict[str, list[Picture]] = {}
    for picture in shown:
        by_section.setdefault(picture.section, []).append(picture)
    given: dict[str, object] = {
        "report": report,
        "pictures": by_section,
        "picture_number": {p.key: i for i, p in enumerate(shown, start=1)},
        "for_print": for_print,
        "font_faces": font_faces(),
        "unknown": (MISSING,),
    }
    return without_controls(environment().get_template(template).render(given | context))


def without_controls(page: str) -> str:
    """Return the page with a space for every control character but line feed and tab."""
    return page.translate(_CONTROLS)


@cache
def environment() -> Environment:
    """Return the environment of the templates of every report: all text is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("alphatwin.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["prose"] = prose
    environment.filters["nuclide"] = nuclide_label
    environment.filters["soft"] = _soft
    environment.filters["tied"] = lambda text: text.replace(" %", "\u00a0%")
    environment.filters["source_line"] = assumption_tables.source_line
    environment.filters["sentence"] = assumption_tables.sentence
    return environment


def _soft(text: str) -> Markup:
    """Escape a text and let words that no column can hold be broken."""
    from markupsafe import Markup, escape

    def broken(match: re.Match[str]) -> str:
        word = match[0]
        return "<wbr>".join(
            str(escape(word[i : i + _BREAK_EVERY])) for i in range(0, len(word), _BREAK_EVERY)
        )

    pieces, at = [], 0
    for match in _LONG_WORD.finditer(text):
        pieces += [str(escape(text[at : match.start()])), broken(match)]
        at = match.end()
    return Markup("".join([*pieces, str(escape(text[at:]))]))


@cache
def font_faces() -> str:
    """Return the CSS that carries the shipped fonts inside the page."""
    faces = []
    for (weight, style), name in FONT_FILES.items():
        data = (files("alphatwin.report") / "fonts" / name).read_bytes()
        faces.append(
            f'@font-face{{font-family:"{FONT}";font-weight:{weight};font-style:{style};'
            f"src:url(data:font/ttf;base64,{base64.b64encode(data).decode()})"
            'format("truetype")}'
        )
    return "\n".join(faces)
