"""`alphatwin tissue`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alphatwin.cli.options import AsJson

if TYPE_CHECKING:
    from alphatwin.report.tissue_value import TissueReport

OutputFolder = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Folder for report.json and .html.", show_default=False),
]


def tissue(
    specification: Annotated[
        Path, typer.Argument(metavar="SPEC", help="Specification of the image and the decays.")
    ],
    *,
    output: OutputFolder = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads; one for each core, if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random stream.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Dose to the structures of a tissue whose labels are an image: histology, substructures.

    Example: alphatwin tissue cortex.toml -o cortex
    """
    from alphatwin.cli.output import counting, print_json, progress_console
    from alphatwin.files.tissue_file import read_tissue
    from alphatwin.workflows.tissue import tissue_report
    from alphatwin.workflows.write_tissue import write_tissue

    read = read_tissue(specification)
    with counting("Following decays (the first run compiles)") as progress:
        report = tissue_report(
            read, folder=specification.parent, seed=seed, threads=threads, progress=progress
        )
    if output is not None:
        names = write_tissue(report, output)
        progress_console().print(f"Wrote {', '.join(names)} into {output}")
    if as_json:
        print_json(report)
    elif output is None:
        _print_tissue(report)


def _print_tissue(report: TissueReport) -> None:
    from rich.markup import escape

    from alphatwin.cli.output import console, print_table, table

    out = console()
    sides = " x ".join(f"{side:g}" for side in report.image.voxel_um)
    shape = " x ".join(map(str, report.image.shape))
    out.print(
        f"[bold]{report.nuclide}[/] in {escape(report.image.file)}: {shape} voxels of {sides} um"
    )
    if report.is_partial:
        out.print("[bold]interrupted[/]: doses are only those of the sources done so far")
    told = report.exposure
    whence = "" if told.region is None else f" of {told.agent} in {told.region}"
    out.print(f"{told.decays_per_kg / 1000.0:.4g} decays per g{escape(whence)}")
    out.print(
        f"mean dose to the tissue {report.tissue_mean_dose_gy:.4g} Gy; "
        f"{100.0 * report.energy_lost_share:.2g} % of the energy leaves the image"
    )
    if told.region_absorbed_dose_gy is not None:
        out.print(f"in the dose report {told.region_absorbed_dose_gy:.4g} Gy")
    rows = table(
        "Dose by label", ("label", "volume (%)", "activity (%)", "dose (Gy)", "of mean", "error")
    )
    for one in report.labels:
        rows.add_row(
            escape(one.label),
            f"{100.0 * one.volume_share:.3g}",
            f"{100.0 * one.activity_share:.3g}",
            _dose(one.mean_dose_gy, one.low_gy, one.high_gy),
            f"{one.over_tissue_mean:.3g}",
            f"{100.0 * one.relative_standard_error:.2g} %",
        )
    print_table(rows)
    for text in report.assumptions:
        out.print(f"- {escape(text)}")


def _dose(dose_gy: float, low_gy: float | None, high_gy: float | None) -> str:
    if low_gy is None or high_gy is None:
        return f"{dose_gy:.4g}"
    return f"{dose_gy:.3g} ({low_gy:.3g}-{high_gy:.3g})"
