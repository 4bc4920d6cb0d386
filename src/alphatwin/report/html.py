"""The report as one self-contained HTML file: no network, no script, fonts and figures inside."""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from alphatwin.report import tables
from alphatwin.report.figures import draw
from alphatwin.report.numbers import MISSING, nuclide_label, number, prose, quantity
from alphatwin.report.style import FONT, FONT_FILES

if TYPE_CHECKING:
    from jinja2 import Environment

    from alphatwin.report.picture import Picture
    from alphatwin.report.value import DoseReport

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
    template = _environment().get_template("report.html.j2")
    shown = draw(report) if pictures is None else pictures
    by_section: dict[str, list[Picture]] = {}
    for picture in shown:
        by_section.setdefault(picture.section, []).append(picture)
    page = template.render(
        report=report,
        pictures=by_section,
        picture_number={p.key: i for i, p in enumerate(shown, start=1)},
        for_print=for_print,
        tables=tables,
        font_faces=_font_faces(),
        loud=[w for w in report.warnings if w.loud],
        quiet=[w for w in report.warnings if not w.loud],
        activity=quantity,
        number=number,
        missing=MISSING,
    )
    return page.translate(_CONTROLS)


@cache
def _environment() -> Environment:
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
    environment.filters["effect_lines"] = tables.effect_lines
    return environment


@cache
def _font_faces() -> str:
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
