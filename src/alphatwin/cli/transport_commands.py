"""`alphatwin svalue` and `kernel`."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from alphatwin.cli.options import AsJson, DecayData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alphatwin.report.transport_value import KernelReport, SValueReport

Chain = Annotated[bool, typer.Option("--chain", help="Include every daughter, to the end.")]
Nuclide = Annotated[str, typer.Option(help="Nuclide: Lu-177, 212Pb.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of every random stream.")]


def svalue(
    *,
    nuclide: Nuclide,
    chain: Chain = False,
    sphere_mass: Annotated[
        str | None, typer.Option(help="Mass of a sphere, with its unit: its own dose.")
    ] = None,
    material: Annotated[str, typer.Option(help="Material of the sphere.")] = "soft_tissue",
    phantom: Annotated[
        str | None,
        typer.Option(help="adult, or a label image: .npz, .npy, or a folder of ICRP 110."),
    ] = None,
    saf: Annotated[
        Path | None, typer.Option(help="Folder or file of your own ICRP 133 fractions.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Region in which the decays are.")] = None,
    target: Annotated[
        str | None, typer.Option(help="Region whose dose is wanted; else the source's own.")
    ] = None,
    source_mass: Annotated[
        str | None,
        typer.Option(help="Mass of the source organ, to which its own dose is scaled (adult)."),
    ] = None,
    histories: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Particles to follow; else shipped tables are used, for an image 1 000 000.",
        ),
    ] = None,
    decay_data: DecayData = "icrp107",
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Absorbed dose of a region per decay in a region: spheres, phantoms, your own images.

    Example: alphatwin svalue --nuclide Lu-177 --sphere-mass "310 g"

    Example: alphatwin svalue --nuclide Pb-212 --chain --phantom adult --source kidneys
    --target liver
    """
    from alphatwin.cli.output import print_json
    from alphatwin.errors import InvalidValueError
    from alphatwin.units import parse_mass_kg
    from alphatwin.workflows.svalue import icrp_s_value_report, phantom_s_value_report
    from alphatwin.workflows.svalue_sphere import sphere_s_value_report

    chosen = [
        n for n, v in (("--sphere-mass", sphere_mass), ("--phantom", phantom), ("--saf", saf)) if v
    ]
    if len(chosen) != 1:
        msg = f"give one of --sphere-mass, --phantom and --saf, got {', '.join(chosen) or 'none'}"
        raise InvalidValueError(msg)
    if sphere_mass is None and source is None:
        msg = f"{chosen[0]} needs --source, the region in which the decays are"
        raise InvalidValueError(msg)
    with _progress("Following particles") as progress:
        if sphere_mass is not None:
            report = sphere_s_value_report(
                nuclide,
                mass_kg=parse_mass_kg(sphere_mass),
                material=material,
                chain=chain,
                histories=histories,
                seed=seed,
                decay_data=decay_data,
                progress=progress,
            )
        elif saf is not None:
            report = icrp_s_value_report(
                nuclide,
                path=saf,
                source=str(source),
                target=target,
                chain=chain,
                decay_data=decay_data,
            )
        else:
            report = phantom_s_value_report(
                nuclide,
                phantom=str(phantom),
                source=str(source),
                target=target,
                chain=chain,
                mass_kg=None if source_mass is None else parse_mass_kg(source_mass),
                histories=histories,
                seed=seed,
                decay_data=decay_data,
                progress=progress,
            )
    _say_if_interrupted(is_complete=report.is_complete)
    if as_json:
        print_json(report)
    else:
        _print_svalue(report)


def kernel(
    *,
    nuclide: Nuclide,
    chain: Chain = False,
    voxel: Annotated[
        str | None,
        typer.Option(help='Edge of a voxel with its unit, or three: "4 mm", "2 mm x 2 mm x 3 mm".'),
    ] = None,
    radius: Annotated[
        str | None, typer.Option(help="Outer radius of a point kernel, with its unit.")
    ] = None,
    voxels: Annotated[int, typer.Option(min=1, help="Voxels along each axis, odd.")] = 21,
    material: Annotated[str, typer.Option(help="Medium.")] = "water",
    histories: Annotated[int, typer.Option(min=1, help="Particles to follow.")] = 500_000,
    decay_data: DecayData = "icrp107",
    seed: Seed = 1,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help=".csv or .npz file to write, with a .toml beside it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Dose around a point or a voxel per decay in it, by radiation type.

    Example: alphatwin kernel --nuclide Lu-177 --voxel "4 mm" -o lu177_4mm.npz

    Example: alphatwin kernel --nuclide Y-90 --radius "12 mm" --json
    """
    from alphatwin.cli.output import print_json
    from alphatwin.units import parse_length_m
    from alphatwin.workflows.kernel import kernel_report

    edges = None
    if voxel is not None:
        edges = [1e3 * parse_length_m(text.strip()) for text in voxel.split(" x ")]
    with _progress("Following particles") as progress:
        report = kernel_report(
            nuclide,
            spacing_mm=edges,
            radius_mm=None if radius is None else 1e3 * parse_length_m(radius),
            voxels_per_side=voxels,
            material=material,
            chain=chain,
            histories=histories,
            seed=seed,
            decay_data=decay_data,
            output=output,
            progress=progress,
        )
    _say_if_interrupted(is_complete=report.is_complete)
    if as_json:
        print_json(report)
    else:
        _print_kernel(report)


@contextmanager
def _progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show on stderr how far the batches are, and how long the rest takes at the measured speed."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from alphatwin.cli.output import progress_console

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=progress_console(), transient=True) as bar:
        task = bar.add_task(f"{words} (the first run compiles)", total=None)

        def advance(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of, description=words)

        yield advance


def _say_if_interrupted(*, is_complete: bool) -> None:
    if not is_complete:
        typer.echo(
            "alphatwin: interrupted; what follows rests on the particles followed so far",
            err=True,
        )


def _print_svalue(report: SValueReport) -> None:
    from alphatwin.cli.output import console, print_table, table

    out = console()
    chain = " and its chain" if report.is_chain else ""
    out.print(
        f"[bold]S({report.target} <- {report.source})[/] of {report.nuclide}{chain}, "
        f"{report.geometry}: {report.s_value_gy_per_bq_s:.4g} Gy/(Bq s) "
        f"± {100.0 * report.relative_standard_error:.2g} %"
    )
    kinds = [k for k, v in report.by_radiation.items() if v > 0.0]
    grid = table("Gy/(Bq s) per decay of the parent", ("nuclide", *kinds, "all"))
    for name, parts in report.by_nuclide_and_radiation.items():
        cells = [f"{parts[k]:.3g}" if parts[k] > 0.0 else "-" for k in kinds]
        grid.add_row(name, *cells, f"{report.by_nuclide[name]:.3g}")
    print_table(grid)
    out.print(f"{report.method}.")
    for text in report.assumptions:
        out.print(f"- {text}")


def _print_kernel(report: KernelReport) -> None:
    from alphatwin.cli.output import console, print_table, table

    out = console()
    chain = " and its chain" if report.is_chain else ""
    out.print(
        f"[bold]{report.shape} kernel[/] of {report.nuclide}{chain} in {report.material} of "
        f"{report.density_g_per_cm3:g} g/cm3, {report.histories} particles"
    )
    for kind, share in report.energy_held_fraction.items():
        x90 = report.x90_mm.get(kind)
        where = "" if x90 is None else f", 90 % within {x90:.3g} mm"
        out.print(f"  holds {100.0 * share:.4g} % of the {kind} energy{where}")
    kinds = [k for k, v in report.dose_gy_per_bq_s.items() if any(v)]
    title, first = "Gy/(Bq s) along x from the middle", "x (mm)"
    places = [i * report.spacing_mm[0] for i in range(11)] if report.spacing_mm else []
    rows: list[int] = list(range(min(11, len(next(iter(report.dose_gy_per_bq_s.values()))))))
    if not report.spacing_mm:
        title, first = "Gy/(Bq s) by shell", "up to (mm)"
        rows = list(range(9, len(report.radii_mm), 10))
        places = list(report.radii_mm)
    grid = table(title, (first, *kinds))
    for i in rows:
        grid.add_row(f"{places[i]:.4g}", *(f"{report.dose_gy_per_bq_s[k][i]:.3g}" for k in kinds))
    print_table(grid)
    for name in report.files:
        out.print(f"wrote {name}")
