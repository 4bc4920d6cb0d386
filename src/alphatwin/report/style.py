"""How figures look: one font, one colour per nuclide and per radiation type, SVG without noise.

Nuclides take Paul Tol's "muted" scheme, a hue for each element and a shade for each isotope.
Radiation types take greys, so that none is taken for a nuclide, and an orange for recoils, whose
part is thin. Both are told apart by colour-blind readers.
"""

from __future__ import annotations

import colorsys
import io
import re
import warnings
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONT = "AlphaTwin Sans"
FONT_FILES = {
    ("400", "normal"): "AlphaTwinSans-Regular.ttf",
    ("600", "normal"): "AlphaTwinSans-Semibold.ttf",
    ("400", "italic"): "AlphaTwinSans-Italic.ttf",
}
WIDTH_IN = 7.0  # the text width of an A4 page
INK = "#1f2933"
FAINT = "#667480"
RULE = "#d5dbe0"
POPULATION = "#767f87"
BEFORE, BETWEEN, AFTER = "#d55e00", "#00838f", "#e6a23c"
_RADIATION = {
    "alpha": "#3d464e",
    "recoil": "#e8590c",
    "electron": "#aab4bc",
    "beta": "#aab4bc",
    "conversion": "#c3cbd1",
    "auger": "#d3dade",
    "photon": "#e4e8eb",
}
_ELEMENT = {
    "Ac": "#332288",
    "Fr": "#6fb7dd",
    "At": "#44aa99",
    "Bi": "#cc6677",
    "Po": "#882255",
    "Tl": "#999933",
    "Pb": "#d9b84f",
    "Ra": "#117733",
    "Th": "#aa4499",
    "Rn": "#77aadd",
    "Lu": "#4a6fa5",
    "Tb": "#5b8c5a",
    "Y": "#b07d3b",
    "Cu": "#a65e2e",
    "Ga": "#7a6a9b",
}
_SPARE = ("#5c6bc0", "#8d6e63", "#26a69a", "#ab47bc", "#789262", "#b0656b")
# Lightness added for isotopes that meet in one report; the isotope not named keeps the hue.
_SHADE = {"Bi-212": 0.13, "Po-212": 0.17, "Tl-208": 0.14, "Pb-209": 0.16, "Bi-211": -0.12}
_SHADE |= {"Po-215": 0.10, "Po-211": -0.08, "Po-216": 0.24, "Po-214": 0.08, "Tl-207": -0.12}
_SHADE |= {"Pb-211": -0.14, "Pb-214": 0.08, "Bi-210": 0.2, "Tb-155": 0.15, "Th-227": 0.12}
_RC: dict[Any, Any] = {
    "font.family": [FONT],
    "font.size": 8.0,
    "axes.labelsize": 8.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.6,
    "ytick.major.size": 2.6,
    "xtick.minor.size": 1.4,
    "ytick.minor.size": 1.4,
    "text.color": INK,
    "text.parse_math": False,
    "lines.solid_capstyle": "butt",
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
    "svg.fonttype": "none",
    "hatch.linewidth": 0.6,
}
_TEXT_LUMINANCE = 0.183  # contrast of 4.5 to 1 with white, as WCAG asks of text
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_GEOMETRY = re.compile(r' (?:d|x|y|points|transform|width|height|viewBox)="[^"]*"')


def nuclide_colour(nuclide: str) -> str:
    """Return the colour of a nuclide such as ``Bi-213``; the same in every figure and report."""
    element = nuclide.partition("-")[0]
    base = _ELEMENT.get(element) or _SPARE[sum(map(ord, element)) % len(_SPARE)]
    return _lighter(base, _SHADE.get(nuclide, 0.0))


def radiation_colour(radiation: str) -> str:
    """Return the colour of a radiation type."""
    return _RADIATION.get(radiation, "#555555")


def radiation_rank(radiation: str) -> tuple[int, str]:
    """Return the place of a radiation type among the others, for sorting."""
    known = list(_RADIATION)
    return (known.index(radiation) if radiation in known else len(known), radiation)


def text_colour(colour: str) -> str:
    """Return the colour, darkened as far as small text on white paper needs to be read."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    luminance = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    factor = min(1.0, (_TEXT_LUMINANCE / max(luminance, 1e-9)) ** (1 / 2.2))
    return "#" + "".join(f"{round(255 * factor * part):02x}" for part in (red, green, blue))


def tint(colour: str, *, strength: float) -> str:
    """Return the colour on white paper at the given strength, without transparency."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - strength * (255 - part)):02x}" for part in parts)


def _lighter(colour: str, amount: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    rgb = colorsys.hls_to_rgb(hue, min(max(lightness + amount, 0.0), 0.92), saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


@cache
def _register_fonts() -> None:
    """Make the shipped fonts known to matplotlib, once."""
    from matplotlib import font_manager

    for name in FONT_FILES.values():
        with as_file(files("alphatwin.report") / "fonts" / name) as path:
            font_manager.fontManager.addfont(path)


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style inside this context."""
    import matplotlib as mpl

    _register_fonts()
    with mpl.rc_context(_RC), warnings.catch_warnings():
        # A name in a script that the font lacks is left to the fonts of the reader's machine.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


def panels(
    count: int,
    *,
    columns: int,
    panel_height_in: float,
    left_in: float = 0.5,
    gap_in: tuple[float, float] = (0.42, 0.46),
    top_in: float = 0.24,
    bottom_in: float = 0.42,
    right_in: float = 0.08,
) -> tuple[Figure, list[Axes]]:
    """Return a figure as wide as the page with so many equal panels, filled row by row.

    Parameters
    ----------
    count
        Number of panels.
    columns
        Panels in a row.
    panel_height_in
        Height of a panel without its margins. [inch]
    left_in, right_in, top_in, bottom_in
        Outer margins. [inch]
    gap_in
        Gap between columns and between rows. [inch]

    Returns
    -------
    figure, axes
        The figure and its panels.
    """
    from matplotlib.figure import Figure

    rows = -(-count // columns)
    height_in = top_in + rows * panel_height_in + (rows - 1) * gap_in[1] + bottom_in
    width_in = (WIDTH_IN - left_in - right_in - (columns - 1) * gap_in[0]) / columns
    figure = Figure(figsize=(WIDTH_IN, height_in))
    axes = []
    for index in range(count):
        row, column = divmod(index, columns)
        x_in = left_in + column * (width_in + gap_in[0])
        y_in = height_in - top_in - (row + 1) * panel_height_in - row * gap_in[1]
        box = (
            x_in / WIDTH_IN,
            y_in / height_in,
            width_in / WIDTH_IN,
            panel_height_in / height_in,
        )
        axes.append(figure.add_axes(box))
    return figure, axes


def heading(axes: Axes, text: str, note: str = "") -> None:
    """Write a panel's heading: its name in bold, a note after it in italics."""
    name = axes.annotate(
        text, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", weight=600
    )
    if note:
        axes.annotate(
            note,
            (1, 1),
            (5, 5),
            xycoords=(name, "axes fraction"),
            textcoords="offset points",
            style="italic",
            size=7.5,
            color=FAINT,
        )


def shorten(text: str, *, longest: int) -> str:
    """Return the text, cut with an ellipsis if it is longer than a figure has room for."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def dodge(wanted: Sequence[float], *, least_gap: float, low: float, high: float) -> list[float]:
    """Return positions near those wanted, in the same order, at least a gap apart if they fit."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    gap = min(least_gap, (high - low) / max(len(wanted) - 1, 1))
    placed = [min(max(wanted[i], low), high) for i in order]
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    if placed and placed[-1] > high:
        placed[-1] = high
        for i in range(len(placed) - 2, -1, -1):
            placed[i] = min(placed[i], placed[i + 1] - gap)
    result = [0.0] * len(wanted)
    for position, i in zip(placed, order, strict=True):
        result[i] = position
    return result


def svg_text(figure: Figure, *, key: str) -> str:
    """Return the figure as an ``<svg>`` element to stand inside HTML.

    Parameters
    ----------
    figure
        The figure.
    key
        Name of the figure; ids inside the element are made from it.

    Returns
    -------
    str
        The element, without date or metadata, equal for equal figures.
    """
    import matplotlib as mpl

    stream = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": key}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r"\s*<!--.*?-->\s*", "\n", text, flags=re.DOTALL)
    text = _GEOMETRY.sub(lambda m: _LONG_NUMBER.sub(_two_places, m[0]), text)
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def _two_places(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
