"""Figure of what makes doses uncertain: a tornado for each agent and region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import prose, shown_share
from alphatwin.report.picture import Picture
from alphatwin.report.style import INK, RULE, heading, panels, shorten, svg_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from alphatwin.report.uncertainty_value import DoseUncertainty
    from alphatwin.report.value import DoseReport

BARS_SHOWN = 4
"""Sources in a panel; what comes after makes next to nothing and stands in the table."""
PANELS_PER_PICTURE = 12
FEWEST_SOURCES = 2
"""Sources from which there is something to compare."""
_BAR_IN = 0.165
# Okabe and Ito's colours, told apart by colour-blind readers; one for a source, everywhere.
_COLOURS = {
    "counts and fit": "#0072b2",
    "model of the curve": "#56b4e9",
    "calibration": "#d55e00",
    "volume and mass": "#009e73",
    "recovery": "#f0e442",
    "published kinetics": "#999999",
    "uptake ratio": "#cc79a7",
    "fate of daughters": "#e69f00",
    "RBE": "#332288",
    "RBEmax": "#332288",
    "alpha/beta": "#88ccee",
    "repair half-time": "#882255",
}
_QUANTITIES = {
    "absorbed_dose_gy": ("tornado", "absorbed dose"),
    "bed_gy": ("tornado-bed", "biologically effective dose"),
}
_SPARE = "#44525e"


def draw_tornado(report: DoseReport) -> list[Picture]:
    """Draw what moves each dose and effect up and down, the largest source on top.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        Panels of doses with at least two sources of uncertainty, twelve to a picture; none if
        there is no such dose.
    """
    drawn = []
    for quantity in _QUANTITIES:
        shown = [
            found
            for found in report.uncertainty_contributions
            if found.quantity == quantity and len(found.told) >= FEWEST_SOURCES
        ]
        drawn += [
            _picture(shown[i : i + PANELS_PER_PICTURE], number=i // PANELS_PER_PICTURE + 1)
            for i in range(0, len(shown), PANELS_PER_PICTURE)
        ]
    return drawn


def _picture(shown: list[DoseUncertainty], *, number: int) -> Picture:
    name, words = _QUANTITIES[shown[0].quantity]
    bars = min(BARS_SHOWN, max(len(found.told) for found in shown))
    figure, axes = panels(
        len(shown),
        columns=min(2, len(shown)),
        panel_height_in=_BAR_IN * bars + 0.06,
        left_in=1.2,
        gap_in=(1.4, 0.46),
        bottom_in=0.42,
        right_in=0.15,
    )
    largest = max(row.dose_ratio_95 for found in shown for row in found.told)
    for panel, found in zip(axes, shown, strict=True):
        _draw_panel(panel, found, bars=bars, largest=largest)
    for panel in axes[-2:]:
        panel.set_xlabel(f"{words.capitalize()} against its median (%)", size=7.5)
    key = f"{name}-{number}"
    return Picture(
        key=key,
        section="uncertainty",
        caption=prose(
            f"What makes each {words} uncertain. A bar is the range in which one source "
            "alone would move it with 95 % probability, everything else at its median; at "
            "its end the share of the variance of its logarithm that the source makes. Errors "
            "that go together stand in one bar."
        ),
        summary=_summary(shown),
        svg=svg_text(figure, key=key),
    )


def _summary(shown: list[DoseUncertainty]) -> str:
    first = [f"{found.region} under {found.agent}: {_leader(found)}" for found in shown[:3]]
    return prose(f"Largest source of the {_QUANTITIES[shown[0].quantity][1]}: {'; '.join(first)}.")


def _leader(found: DoseUncertainty) -> str:
    top = found.contributions[0]
    return f"{top.source}, {shown_share(top.total_share, top.total_sd)}"


def _draw_panel(axes: Axes, found: DoseUncertainty, *, bars: int, largest: float) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    reach = largest**1.45  # room for the shares beside the longest bar
    axes.set_xscale("log")
    axes.set_xlim(100.0 / largest**1.08, 100.0 * reach)
    axes.set_ylim(bars - 0.4, -0.6)
    axes.axvline(100.0, color=RULE, linewidth=0.8, zorder=0)
    for y, row in enumerate(found.told[:bars]):
        low, high = 100.0 / row.dose_ratio_95, 100.0 * row.dose_ratio_95
        colour = _COLOURS.get(row.source, _SPARE)
        axes.barh(y, high - low, 0.72, left=low, color=colour, edgecolor=INK, linewidth=0.4)
        axes.annotate(
            shown_share(row.total_share, row.total_sd),
            (high, y),
            (3, 0),
            textcoords="offset points",
            va="center",
            size=7.5,
        )
    named = [shorten(row.source, longest=22) for row in found.told[:bars]]
    axes.set_yticks(range(len(named)), named)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    ticks = [t for t in (10, 25, 50, 100, 200, 400, 1000) if 100 / largest**1.08 <= t]
    axes.set_xticks([t for t in ticks if t <= 100.0 * reach])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", length=0)
    heading(axes, shorten(found.region, longest=20), prose(shorten(found.agent, longest=22)))
