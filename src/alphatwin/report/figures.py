"""All figures of a dose report, in the order in which it shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.figure_chains import draw_chains
from alphatwin.report.figure_curves import draw_curves
from alphatwin.report.figure_doses import draw_agents, draw_stacks
from alphatwin.report.figure_published import draw_published
from alphatwin.report.figure_shares import draw_shares
from alphatwin.report.figure_tornado import draw_tornado
from alphatwin.report.style import house_style

if TYPE_CHECKING:
    from alphatwin.report.picture import Picture
    from alphatwin.report.value import DoseReport


def draw(report: DoseReport) -> tuple[Picture, ...]:
    """Draw every figure of the report.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    tuple of Picture
        Shares of decays, agents side by side, published doses, what the dose is made of, what
        makes it uncertain, curves, chains. A figure that has nothing to show is left out; one
        that does not fit a page comes in parts.
    """
    with house_style():
        return (
            *draw_shares(report),
            *draw_agents(report),
            *draw_published(report),
            *draw_stacks(report),
            *draw_tornado(report),
            *draw_curves(report),
            *draw_chains(report),
        )
