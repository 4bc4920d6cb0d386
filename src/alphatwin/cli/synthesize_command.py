"""`alphatwin synthesize`."""

from __future__ import annotations

import dataclasses
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import Annotated

import typer

from alphatwin.cli.options import AsJson


def synthesize(
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to make, with scans and course.toml.")
    ],
    anatomy: Annotated[
        Path | None,
        typer.Option(help="Anatomy file: a label map with kinetics; else simple solids."),
    ] = None,
    resolution_mm: Annotated[
        float, typer.Option(min=0.0, max=40.0, help="Resolution of the camera in mm; 0 is perfect.")
    ] = 10.0,
    noise: Annotated[bool, typer.Option(help="Draw counts; else the expected ones.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the counts.")] = 1,
    as_json: AsJson = False,
) -> None:
    """A synthetic patient: SPECT/CT of three days as DICOM, contours, a course, the exact truth.

    Example: alphatwin synthesize -o synthetic
    """
    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.files.anatomy import read_anatomy
    from alphatwin.imaging.forward import Camera
    from alphatwin.workflows.label_patient import label_patient
    from alphatwin.workflows.synthesize import SyntheticRequest
    from alphatwin.workflows.synthesize import synthesize as make

    err = progress_console()
    with err.status("Drawing a patient, scanning, writing DICOM"):
        request = SyntheticRequest(
            camera=Camera(resolution_mm=resolution_mm), is_noisy=noise, seed=seed
        )
        if anatomy is not None:
            given = read_anatomy(anatomy)
            request = dataclasses.replace(
                request,
                anatomy=label_patient(given),
                administered_bq=given.administered_bq,
                body_mass_kg=given.body_mass_kg,
            )
        truth = make(request, output)
    err.print(
        f"Wrote {output}/scans, course.toml and truth.json. Then: alphatwin image "
        f"{output}/course.toml -o report"
    )
    if as_json:
        print_json(truth)
