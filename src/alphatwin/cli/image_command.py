"""`alphatwin image`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import Annotated

import typer

from alphatwin.cli.options import AsJson, OtherDecayData
from alphatwin.cli.report_commands import OutputFolder, Seed


def image(
    course: Annotated[
        Path, typer.Argument(help="Course file with a table of scans and regions with contours.")
    ],
    *,
    output: OutputFolder = None,
    decay_data: OtherDecayData = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Scans to activity over time in every drawn region, and to the dose report.

    Example: alphatwin image course.toml -o report
    """
    from rich.progress import Progress

    from alphatwin.cli.dose_page import print_dose
    from alphatwin.cli.image_page import print_images
    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.files import read_image_course
    from alphatwin.workflows.image import image_report
    from alphatwin.workflows.write_report import write_report

    err = progress_console()
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("Reading scans", total=1.0)
        found = image_report(
            read_image_course(course),
            decay_data=decay_data,
            seed=seed,
            progress=lambda share: bar.update(task, completed=share),
        )
    if output is not None:
        with err.status("Drawing figures, writing HTML and PDF"):
            write_report(found.report, output, more=found.pictures)
        err.print(f"Wrote {output}/report.json, report.html and report.pdf")
    if as_json:
        print_json(found.report)
    elif output is None:
        print_images(found.report)
        print_dose(found.report)
