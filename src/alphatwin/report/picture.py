"""A figure of the report: its SVG with the words that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alphatwin.report.fit_value import RegionRecord
    from alphatwin.report.value import AgentReport, DoseReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as it stands in the report.

    Attributes
    ----------
    key
        Short name, unique in a report, such as ``curves-1``.
    section
        Part of the report that it belongs to: shares, agents, published, doses, uncertainty,
        scans, curves or chains.
    caption
        What the figure shows, and how to read it.
    summary
        The finding in one line, for readers who cannot see the figure.
    svg
        The ``<svg>`` element.
    """

    key: str
    section: str
    caption: str
    summary: str
    svg: str


def is_measured(region: RegionRecord) -> bool:
    """Return whether the kinetics of the region were measured in this patient."""
    return bool(region.fit.points)


def agent_names(report: DoseReport) -> list[str]:
    """Return a name for each agent that no other has, with its administration if need be."""
    names = [a.agent for a in report.agents]
    return [
        a.agent if names.count(a.agent) == 1 else f"{a.agent}, {a.administration}"
        for a in report.agents
    ]


def administered(report: DoseReport) -> list[AgentReport]:
    """Return the agents that were administered."""
    return [a for a in report.agents if a.role == "administered"]
