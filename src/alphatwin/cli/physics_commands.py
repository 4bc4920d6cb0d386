"""`alphatwin chain`, `nuclide` and `agents`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alphatwin.cli.options import AsJson, DecayData, StoppingData

if TYPE_CHECKING:
    from alphatwin.report.physics_value import ChainReport, NuclideReport


def chain(
    name: Annotated[str, typer.Argument(help="Nuclide at the head of the chain: Ac-225, 225Ac.")],
    *,
    activity: Annotated[
        str, typer.Option(help="Activity of the pure parent at time zero, with its unit.")
    ],
    at: Annotated[
        list[str], typer.Option(help="Time with its unit; give the option again for more.")
    ],
    decay_data: DecayData = "icrp107",
    as_json: AsJson = False,
) -> None:
    """Activity and cumulated decays of every member of a decay chain.

    Example: alphatwin chain Ac-225 --activity "1 MBq" --at "6.32 h" --at "10 d"
    """
    from alphatwin.cli.output import print_json
    from alphatwin.units import parse_activity_bq, parse_time_s
    from alphatwin.workflows.chain import chain_report

    report = chain_report(
        name,
        activity_bq=parse_activity_bq(activity),
        time_s=[parse_time_s(text) for text in at],
        decay_data=decay_data,
    )
    if as_json:
        print_json(report)
    else:
        _print_chain(report)


def nuclide(
    name: Annotated[str, typer.Argument(help="Nuclide: Bi-213, 213Bi, Bi213.")],
    *,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare both decay-data sets.")
    ] = False,
    decay_data: DecayData = "icrp107",
    stopping: StoppingData = "icru90",
    as_json: AsJson = False,
) -> None:
    """Half-life, branches, energies per decay, chain and alpha ranges of a nuclide.

    Example: alphatwin nuclide Ac-225 --compare
    """
    from alphatwin.cli.output import print_json
    from alphatwin.workflows.nuclide import nuclide_report

    report = nuclide_report(name, decay_data=decay_data, stopping=stopping, with_comparison=compare)
    if as_json:
        print_json(report)
    else:
        _print_nuclide(report)


def agents(
    name: Annotated[
        str | None, typer.Argument(help="Name or alias: 225Ac-DOTATATE, AlphaMedix.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The catalogue of agents, or all that is published about one.

    Example: alphatwin agents 212Pb-DOTAMTATE
    """
    from alphatwin.cli.agent_pages import print_agent, print_agents
    from alphatwin.cli.output import print_json
    from alphatwin.workflows.agents import agents_report

    report = agents_report(name)
    if as_json:
        print_json(report)
    elif name is None:
        print_agents(report)
    else:
        print_agent(report.agents[0])


def _print_chain(report: ChainReport) -> None:
    from alphatwin.cli.output import print_table, table
    from alphatwin.formats import format_activity, format_time

    grid = table(
        f"{format_activity(report.parent_activity_bq)} of pure {report.parent} "
        f"({report.decay_data})",
        ("nuclide", "half-life", *(f"at {format_time(t)}" for t in report.time_s)),
    )
    for member in report.nuclides:
        cells = [
            f"{format_activity(a)}\n{n:.4g} decays"
            for a, n in zip(member.activity_bq, member.cumulated_decays, strict=True)
        ]
        grid.add_row(member.nuclide, format_time(member.half_life_s), *cells)
    print_table(grid)


def _print_nuclide(report: NuclideReport) -> None:
    from alphatwin.cli.output import console, print_table, table
    from alphatwin.formats import format_time

    out = console()
    half_life = "stable" if report.half_life_s is None else format_time(report.half_life_s)
    out.print(f"[bold]{report.nuclide}[/]  half-life {half_life}  ({report.decay_data})")
    if report.molar_activity_bq_per_mol is not None:
        molar = report.molar_activity_bq_per_mol * 1e-15
        out.print(f"molar activity without carrier {molar:.5g} MBq/nmol")
    for b in report.branches:
        out.print(f"  {100.0 * b.fraction:.5g} % {b.mode} to {b.daughter}")
    if report.untracked_fraction > 0.0:
        out.print(f"  {100.0 * report.untracked_fraction:.3g} % into nuclides not in the tables")
    energies = table("Mean energy emitted (MeV)", ("MeV", *report.energy_per_decay_mev))
    energies.add_row("per decay", *map(_mev, report.energy_per_decay_mev.values()))
    if report.chain_energy_per_parent_decay_mev is not None:
        over_chain = report.chain_energy_per_parent_decay_mev.values()
        energies.add_row("chain, per parent", *map(_mev, over_chain))
    print_table(energies)
    if report.chain_unknown_because is not None:
        out.print(report.chain_unknown_because)
    if report.alpha_lines:
        lines = table(
            f"Alpha lines of the chain above 1 % (water, {report.stopping})",
            ("nuclide", "energy (MeV)", "per decay", "range (um)", "LET (keV/um)"),
        )
        for a in report.alpha_lines:
            if a.yield_per_decay >= 0.01:
                cells = (a.energy_mev, a.yield_per_decay, a.range_um, a.let_kev_per_um)
                lines.add_row(a.nuclide, *(f"{c:.4g}" for c in cells))
        print_table(lines)
    if report.comparison:
        rows = table("Decay-data sets", ("quantity", "icrp107", "ensdf", "difference"))
        for row in report.comparison:
            difference = row.relative_difference
            rows.add_row(
                _in_words(row.quantity),
                "-" if row.icrp107 is None else f"{row.icrp107:.5g}",
                "-" if row.ensdf is None else f"{row.ensdf:.5g}",
                "-" if difference is None else _difference(difference),
            )
        print_table(rows)


def _difference(relative: float) -> str:
    """Return a relative difference in per cent; what cannot matter to anybody as nothing."""
    return "0 %" if abs(relative) < 1e-9 else f"{100.0 * relative:+.3g} %"


def _in_words(quantity: str) -> str:
    """Return the name of a quantity in words that leave room for its values on one line."""
    words = quantity.replace("per_parent_decay", "per_parent").replace("_per_", " per ")
    for ending, unit in (("_mev", " (MeV)"), ("_s", " (s)")):
        words = words.removesuffix(ending) + unit if words.endswith(ending) else words
    return words.replace("_", " ")


def _mev(energy_mev: float) -> str:
    """Return an energy to 0.1 keV, but never a positive one as nothing."""
    if energy_mev == 0.0:
        return "0"
    return f"{energy_mev:.4f}" if energy_mev >= 5e-4 else f"{energy_mev:.1e}"
