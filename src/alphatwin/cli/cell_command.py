"""`alphatwin cell`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from alphatwin.cli.options import AsJson, DecayData, StoppingData

if TYPE_CHECKING:
    from alphatwin.report.cell_value import CellReport

OutputFolder = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Folder for report.json and .html.", show_default=False),
]


def cell(
    *,
    nuclide: Annotated[str, typer.Option(help="Nuclide whose decays are counted: Ac-225.")],
    cell_radius: Annotated[str, typer.Option(help="Radius of the cell, with its unit.")],
    nucleus_radius: Annotated[str, typer.Option(help="Radius of its nucleus, with its unit.")],
    source: Annotated[
        Literal["surface", "cytoplasm", "nucleus", "cell"], typer.Option(help="Where it decays.")
    ],
    target: Annotated[Literal["nucleus", "cell"], typer.Option(help="What is hit.")] = "nucleus",
    chain: Annotated[
        bool,
        typer.Option("--chain/--no-chain", help="Whether daughters decay at the same place."),
    ] = True,
    radiation: Annotated[
        str,
        typer.Option(
            help="Radiation types that are counted, of alpha, recoil and electron, with commas."
        ),
    ] = "alpha,electron",
    site: Annotated[
        str | None,
        typer.Option(
            help="Diameter of a site in the middle of the target for lineal energy, from 2 um."
        ),
    ] = None,
    decays: Annotated[
        float | None,
        typer.Option(help="Mean number of primary decays, for f(z) and unhit cells after them."),
    ] = None,
    histories: Annotated[
        int | None,
        typer.Option(help="Primary decays to follow; as many as 0.25 % need, if not given."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads; one for each core, if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random stream.")] = 1,
    decay_data: DecayData = "icrp107",
    stopping: StoppingData = "icru90",
    output: OutputFolder = None,
    as_json: AsJson = False,
) -> None:
    """Dose to the nucleus of a cell, or to all of it, from decays in one part of it.

    Example: alphatwin cell --nuclide Ac-225 --cell-radius "5 um" --nucleus-radius "4 um"
    --source surface
    """
    from alphatwin.cli.output import counting, print_json, progress_console
    from alphatwin.units import parse_length_um
    from alphatwin.workflows.cell import cell_report

    with counting("Following decays (the first run compiles)") as progress:
        report = cell_report(
            nuclide,
            cell_radius_um=parse_length_um(cell_radius),
            nucleus_radius_um=parse_length_um(nucleus_radius),
            source=source,
            target=target,
            with_chain=chain,
            radiations=tuple(name.strip() for name in radiation.split(",") if name.strip()),
            site_um=None if site is None else parse_length_um(site),
            decays=decays,
            histories=histories,
            seed=seed,
            threads=threads,
            decay_data=decay_data,
            stopping=stopping,
            progress=progress,
        )
    if output is not None:
        from alphatwin.workflows.write_spheroid import write_cell

        names = write_cell(report, output)
        progress_console().print(f"Wrote {', '.join(names)} into {output}")
    if as_json:
        print_json(report)
    elif output is None:
        _print_cell(report)


def _print_cell(report: CellReport) -> None:
    from alphatwin.cli.output import console, print_table, table

    out = console()
    chain = "with its chain" if report.with_chain else "alone"
    error = 100.0 * report.relative_standard_error
    out.print(
        f"[bold]{report.nuclide}[/] {chain}, {report.source} to {report.target}: "
        f"{report.s_value_gy_per_bq_s:.4g} Gy/(Bq s), standard error {error:.2g} %"
    )
    if report.is_partial:
        out.print("[bold]interrupted[/]: what follows rests on the decays done so far")
    parts = table("Parts of the S value (Gy per decay of the parent)", ("of", "Gy/(Bq s)"))
    for name, value in (*report.by_nuclide.items(), *report.by_radiation.items()):
        parts.add_row(name, f"{value:.4g}")
    print_table(parts)
    out.print(f"energy of recoils over the mass {report.recoil_gy_per_bq_s:.4g} Gy/(Bq s)")
    out.print(f"an emitted alpha hits the {report.target} with {report.hit_probability:.4g}")
    out.print(f"hits per decay of the parent {report.hits_per_decay:.4g}")
    if report.mean_specific_energy_per_hit_gy is not None:
        out.print(f"specific energy per hit {report.mean_specific_energy_per_hit_gy:.4g} Gy")
    if report.lineal_energy is not None:
        y = report.lineal_energy
        out.print(
            f"lineal energy in a site of {y.site_um:g} um: mean "
            f"{y.frequency_mean_kev_per_um:.4g} keV/um over alphas, "
            f"{y.dose_mean_kev_per_um:.4g} over dose"
        )
    if report.multi_event is not None:
        z = report.multi_event
        out.print(
            f"after {z.decays:g} decays: alphas bring {z.mean_gy:.4g} Gy, standard deviation over "
            f"cells {z.sd_gy:.4g} Gy, {100.0 * z.unhit_share:.3g} % unhit"
        )
    for text in report.assumptions:
        out.print(f"- {text}")
