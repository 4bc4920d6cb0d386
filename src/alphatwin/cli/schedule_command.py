"""`alphatwin schedule`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alphatwin.cli.options import AsJson, DecayData

if TYPE_CHECKING:
    from alphatwin.report.schedule_value import ScheduleRecord, ScheduleReport

SHOWN = 5


def schedule(
    agent: Annotated[str, typer.Argument(help="Agent that is given and scanned.")],
    *,
    scans: Annotated[int, typer.Option(min=1, max=6, help="Number of scans.")],
    region: Annotated[
        str, typer.Option(help="Region, as the agent's published kinetics name it.")
    ] = "tumour",
    predict: Annotated[
        list[str] | None, typer.Option(help="Agent predicted from the same scans; repeatable.")
    ] = None,
    noise: Annotated[
        str, typer.Option(help="Standard uncertainty of one measured activity.")
    ] = "10 %",
    at: Annotated[
        list[str] | None, typer.Option(help="Time to choose from, with its unit; repeatable.")
    ] = None,
    decay_data: DecayData = "icrp107",
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random stream.")] = 1,
    as_json: AsJson = False,
) -> None:
    """When to scan: the expected error of the decays under every choice of times.

    Example: alphatwin schedule 177Lu-DOTATATE --scans 3 --predict 225Ac-DOTATATE
    """
    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.units import parse_fraction, parse_time_s
    from alphatwin.workflows.schedule import schedule_report

    with progress_console().status("Simulating patients under every schedule"):
        report = schedule_report(
            agent,
            scans=scans,
            region=region,
            predict=tuple(predict or ()),
            noise_relative_sd=parse_fraction(noise),
            time_s=None if at is None else [parse_time_s(text) for text in at],
            seed=seed,
            decay_data=decay_data,
        )
    if as_json:
        print_json(report)
    else:
        _print_schedule(report)


def _print_schedule(report: ScheduleReport) -> None:
    from alphatwin.cli.output import console, table

    out = console()
    nuclides = [e.nuclide for e in report.usual[0].errors]
    for ranking in report.best:
        grid = table(
            f"{report.agent}, {report.region}: best for the decays of {ranking.nuclide} "
            f"({ranking.agent})",
            ("scans at (h)", *(f"error of {n}" for n in nuclides)),
        )
        for record in ranking.schedules[:SHOWN]:
            grid.add_row(*_cells(record))
        out.print(grid)
    usual = table("Usual schedules", ("scans at (h)", *(f"error of {n}" for n in nuclides)))
    for record in report.usual:
        usual.add_row(*_cells(record))
    out.print(usual)
    out.print("Errors are root mean square over simulated patients, relative to the truth.")
    for text in report.warnings:
        out.print(f"! {text}")


def _cells(record: ScheduleRecord) -> tuple[str, ...]:
    hours = ", ".join(f"{t / 3600.0:g}" for t in record.time_s)
    errors = (
        f"{100.0 * e.rmse_fraction:.1f} ± {100.0 * e.rmse_fraction_sd:.1f} %" for e in record.errors
    )
    return (hours, *errors)
