"""The catalogue of agents on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import console, print_table, table
from alphatwin.units import format_activity, format_time

if TYPE_CHECKING:
    from rich.table import Table

    from alphatwin.agents import Agent, PopulationKinetics, Prescription
    from alphatwin.report.physics_value import AgentsReport

_WORDS = {  # quantity: name and unit on the page, and one SI unit in that
    "effective_half_life_s": ("half-life (h)", 1.0 / 3600.0),
    "uptake_half_time_s": ("uptake in (h)", 1.0 / 3600.0),
    "dose_coefficient_gy_per_bq": ("dose (Gy/GBq)", 1e9),
    "uptake_fraction": ("uptake (%)", 100.0),
}


def print_agents(report: AgentsReport) -> None:
    """Print one line per agent."""
    grid = table("Agents", ("name", "for", "vector", "action", "regimens"))
    for a in report.agents:
        count = str(len(a.prescriptions))
        grid.add_row(a.name, a.use, escape(a.vector), a.action, count)
    print_table(grid)


def print_agent(agent: Agent) -> None:
    """Print all that the catalogue holds about one agent."""
    out = console()
    out.print(f"[bold]{agent.name}[/]  ({', '.join(agent.aliases) or 'no other name'})")
    out.print(
        f"{agent.use}: {agent.nuclide} on {escape(agent.vector)}, "
        f"chelator {agent.chelator or 'none'}; "
        f"{agent.action} of {agent.target}; "
        f"{', '.join(agent.routes)}; "
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
        print_table(grid)
        for p in agent.prescriptions:
            if p.combination:
                out.print(f"{p.name}: given with {', '.join(p.combination)}")
    if agent.kinetics:
        sources = list(dict.fromkeys(k.source.citation for k in agent.kinetics))
        print_table(_kinetics(agent, sources))
        for number, citation in enumerate(sources, start=1):
            out.print(f"\\[{number}] {escape(citation)}")
    for s in agent.stability:
        out.print(f"Stability, {s.medium}, {format_time(s.duration_s)}: {s.finding}")
    for text in agent.absent:
        out.print(f"Not published: {text}")


def _kinetics(agent: Agent, sources: list[str]) -> Table:
    """Return the population figures, grouped by region and quantity, the one to use first."""
    grid = table(
        "Population figures (spread marked * is assumed)",
        ("region", "quantity", "value", "n", "status", "ref"),
    )
    last = ("", "")
    for k in agent.kinetics:
        name = (k.region.replace("_", " "), _WORDS[k.quantity][0])
        region = "" if name[0] == last[0] else name[0]
        quantity = "" if name == last else name[1]
        n = "-" if k.n is None else f"{k.n} {k.n_unit if k.n_unit != 'patients' else ''}".strip()
        source = str(sources.index(k.source.citation) + 1)
        grid.add_row(region, quantity, _figure(k), n, k.source.status, source)
        last = name
    return grid


def _activity(p: Prescription) -> str:
    if p.activity_bq is not None:
        return format_activity(p.activity_bq)
    return "-" if p.activity_bq_per_kg is None else f"{format_activity(p.activity_bq_per_kg)}/kg"


def _figure(k: PopulationKinetics) -> str:
    _, factor = _WORDS[k.quantity]
    spread = "" if k.sd is None else f" ± {k.sd * factor:.3g}"
    assumed = "*" if k.spread == "assumed" else ""
    return f"{k.mean * factor:.3g}{spread}{assumed}"
