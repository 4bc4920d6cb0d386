"""The catalogue of agents as a report."""

from __future__ import annotations

from alphatwin.agents import agent, agents
from alphatwin.report.physics_value import AgentsReport


def agents_report(name: str | None = None) -> AgentsReport:
    """Return one agent of the catalogue, or all of them.

    Parameters
    ----------
    name
        Name or alias; ``None`` for every agent.

    Raises
    ------
    DataError
        If there is no such agent; the message lists those there are.
    """
    chosen = agents() if name is None else (agent(name),)
    return AgentsReport(schema=1, kind="agents", agents=chosen)
