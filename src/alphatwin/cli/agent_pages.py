"""The catalogue of agents on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.cli.output import console, table
from alphatwin.units import format_activity, format_time

if TYPE_CHECKING:
    from alphatwin.agents import Agent, PopulationKinetics, Prescription
    from alphatwin.report.physics_value import AgentsReport


def print_agents(report: AgentsReport) -> None:
    """Print one line per agent."""
    grid = table("Agents", ("name", "nuclide", "vector", "target", "action", "prescriptions"))
    for a in report.agents:
        count = str(len(a.prescriptions))
        grid.add_row(a.name, a.nuclide, a.vector, a.target, a.receptor_action, count)
    console().print(grid)


def print_agent(agent: Agent) -> None:
    """Print all that the catalogue holds about one agent."""
    out = console()
    out.print(f"[bold]{agent.name}[/]  ({', '.join(agent.aliases) or 'no other name'})")
    out.print(
        f"{agent.nuclide} on {agent.vector}, chelator {agent.chelator or 'none'}; "
        f"{agent.receptor_action} of {agent.target}; {', '.join(agent.routes)}; "
        f"imaging partners: {', '.join(agent.imaging_partners) or 'none'}"
    )
    if agent.note:
        out.print(agent.note)
    if agent.prescriptions:
        grid = table("Published prescriptions", ("name", "activity", "cycles", "every", "status"))
        for p in agent.prescriptions:
            grid.add_row(
                p.name,
                _activity(p),
                "-" if p.cycles is None else str(p.cycles),
                "-" if p.interval_s is None else format_time(p.interval_s),
                p.source.status,
            )
        out.print(grid)
    if agent.kinetics:
        grid = table("Population figures", ("region", "quantity", "value", "n", "status", "source"))
        for k in agent.kinetics:
            n = "-" if k.n is None else f"{k.n} {k.n_unit}"
            grid.add_row(k.region, k.quantity, _figure(k), n, k.source.status, k.source.citation)
        out.print(grid)
    for s in agent.stability:
        out.print(f"Stability, {s.medium}, {format_time(s.duration_s)}: {s.finding}")
    for text in agent.absent:
        out.print(f"Not published: {text}")


def _activity(p: Prescription) -> str:
    if p.activity_bq is not None:
        return format_activity(p.activity_bq)
    return "-" if p.activity_bq_per_kg is None else f"{format_activity(p.activity_bq_per_kg)}/kg"


def _figure(k: PopulationKinetics) -> str:
    factor, unit = {
        "effective_half_life_s": (1.0 / 3600.0, "h"),
        "uptake_half_time_s": (1.0 / 3600.0, "h"),
        "dose_coefficient_gy_per_bq": (1e9, "Gy/GBq"),
        "uptake_fraction": (100.0, "%"),
    }[k.quantity]
    spread = "" if k.sd is None else f" ± {k.sd * factor:.3g}"
    assumed = " (spread assumed)" if k.spread == "assumed" else ""
    return f"{k.mean * factor:.3g}{spread} {unit}{assumed}"
