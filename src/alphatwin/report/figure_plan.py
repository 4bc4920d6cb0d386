"""Figures of a plan: tumour against organs, and activities against levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.figure_plan_levels import draw_levels, draw_probabilities
from alphatwin.report.figure_plan_pareto import draw_pareto
from alphatwin.report.style import house_style

if TYPE_CHECKING:
    from alphatwin.report.picture import Picture
    from alphatwin.report.plan_value import PlanReport


def draw_plan(report: PlanReport) -> tuple[Picture, ...]:
    """Draw every figure of a plan.

    Parameters
    ----------
    report
        The plan.

    Returns
    -------
    tuple of Picture
        Levels, tumour against organs, probabilities; one that has nothing to show is left out.
    """
    with house_style():
        return (*draw_levels(report), *draw_pareto(report), *draw_probabilities(report))
