"""`alphatwin spheroid`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alphatwin.cli.options import AsJson

if TYPE_CHECKING:
    from alphatwin.report.spheroid_value import SpheroidReport

OutputFolder = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="Folder for report.json, .html and .pdf.", show_default=False
    ),
]


def spheroid(
    specification: Annotated[
        Path, typer.Argument(metavar="SPEC", help="Specification of the cells and the decays.")
    ],
    *,
    output: OutputFolder = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads; one for each core, if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random stream.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Dose, hits and survival of the cells of a spheroid or a monolayer.

    Example: alphatwin spheroid spheroid.toml -o spheroid
    """
    from alphatwin.cli.output import counting, print_json, progress_console
    from alphatwin.files.cluster_file import read_cluster
    from alphatwin.workflows.spheroid import spheroid_report
    from alphatwin.workflows.write_spheroid import write_spheroid

    read = read_cluster(specification)
    with counting("Following decays (the first run compiles)") as progress:
        report = spheroid_report(
            read, folder=specification.parent, seed=seed, threads=threads, progress=progress
        )
    if output is not None:
        names = write_spheroid(report, output)
        progress_console().print(f"Wrote {', '.join(names)} into {output}")
    if as_json:
        print_json(report)
    elif output is None:
        _print_spheroid(report)


def _print_spheroid(report: SpheroidReport) -> None:
    from alphatwin.cli.output import console, print_table, table

    out = console()
    cluster = report.cluster
    out.print(
        f"[bold]{report.nuclide}[/] in {cluster.n_cells} cells, {cluster.packing} {cluster.kind}: "
        f"{report.exposure.decays_per_cell:.4g} decays per cell"
    )
    if report.is_partial:
        out.print("[bold]interrupted[/]: what follows rests on the treatments done so far")
    targets = {"nucleus": "nuclei", "cell": "cells"}[cluster.target]
    each = report.s_value_gy_per_bq_s
    per_decay = "" if each is None else f", {each:.4g} Gy per decay in every cell"
    out.print(f"mean dose to {targets} {report.mean_dose_gy:.4g} Gy{per_decay}")
    if report.medium is not None:
        out.print(
            f"of it from the medium {report.medium.mean_dose_gy:.4g} Gy "
            f"({report.medium.decays_per_ml:.4g} decays/mL)"
        )
    if cluster.n_scored < cluster.n_cells:
        out.print(f"scored: {cluster.n_scored} cells in the middle")
    out.print(
        f"{report.mean_hits:.4g} alphas per {cluster.target}, "
        f"{100.0 * report.unhit_share:.3g} % unhit"
    )
    if report.survival is not None:
        found = report.survival
        out.print(
            f"surviving fraction {found.surviving_fraction:.3g}, "
            f"control probability {found.control_probability:.3g}"
        )
        if found.rbe is not None:
            out.print(f"RBE against the reference radiation {found.rbe:.3g}")
    told = report.exposure
    if told.surviving_fraction_at_low is not None and told.low is not None:
        out.print(
            f"95 % interval of the decays per cell of {told.region}: {told.low:.3g} to "
            f"{told.high:.3g}; surviving fraction {told.surviving_fraction_at_low:.3g} to "
            f"{told.surviving_fraction_at_high:.3g}"
        )
    if report.s_values:
        shown = table("S values (Gy per decay in every cell)", ("to", "from", "self", "cross"))
        for one in report.s_values:
            shown.add_row(
                one.target,
                one.source,
                _with_error(one.self_gy_per_bq_s, one.self_standard_error_gy_per_bq_s),
                _with_error(one.cross_gy_per_bq_s, one.cross_standard_error_gy_per_bq_s),
            )
        print_table(shown)
    rows = table("Cells by hits", ("hits", "cells (%)", "mean z (Gy)", "survival"))
    for row in report.hits:
        lives = "-" if row.survival is None else f"{row.survival:.3g}"
        rows.add_row(str(row.hits), f"{100.0 * row.cells_share:.3g}", f"{row.mean_z_gy:.3g}", lives)
    print_table(rows)
    for text in report.assumptions:
        out.print(f"- {text}")


def _with_error(value: float, error: float) -> str:
    return f"{value:.4g} ± {error:.1g}"
