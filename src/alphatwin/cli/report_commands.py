"""`alphatwin demo`, `new` and `dose`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from alphatwin.cli.options import AsJson, OtherDecayData

if TYPE_CHECKING:
    from alphatwin.files import CourseFile
    from alphatwin.patient import DecayDataName
    from alphatwin.report.value import DoseReport

OutputFolder = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Folder for report.json, report.html and report.pdf.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of every random stream.")]

Example = Literal["umich_lu177_dotatate", "lu177_psma_patient_1"]


def dose(
    course: Annotated[Path, typer.Argument(help="Course file (see `alphatwin new`).")],
    *,
    output: OutputFolder = None,
    decay_data: OtherDecayData = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """What the agents given to a patient did, and what other agents would do.

    Examples:

        alphatwin dose course.toml

        alphatwin dose course.toml -o report --decay-data ensdf
    """
    from alphatwin.files import read_course

    _run(read_course(course), output, decay_data, seed, as_json=as_json)


def compare(
    course: Annotated[Path, typer.Argument(help="Course file (see `alphatwin new`).")],
    *,
    agents: Annotated[
        str, typer.Option(help="Names of agents, separated by commas; the first is the basis.")
    ],
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Agents side by side in one patient, with the errors that they share cancelling.

    Example: alphatwin compare course.toml --agents 177Lu-DOTATATE,225Ac-DOTATATE
    """
    from alphatwin.cli.compare_page import print_compare
    from alphatwin.cli.output import print_json
    from alphatwin.files import read_course
    from alphatwin.workflows.compare import compare_report

    report = compare_report(read_course(course), agents=tuple(agents.split(",")), seed=seed)
    if as_json:
        print_json(report)
    else:
        print_compare(report)


def demo(
    *,
    output: OutputFolder = None,
    example: Annotated[
        Example, typer.Option(help="Which of the bundled patients.")
    ] = "umich_lu177_dotatate",
    decay_data: OtherDecayData = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """The main job on a bundled patient who was really measured.

    Example: alphatwin demo -o demo
    """
    from alphatwin.files import read_example

    _run(read_example(example), output, decay_data, seed, as_json=as_json)


def new(
    file: Annotated[Path, typer.Argument(help="Course file to write; it must not exist yet.")],
) -> None:
    """Write a commented template of a course file.

    Example: alphatwin new course.toml
    """
    from alphatwin.files import write_template

    write_template(file)
    typer.echo(f"Wrote {file}. Fill it in, then: alphatwin dose {file} -o report", err=True)


def _run(
    file: CourseFile,
    output: Path | None,
    decay_data: DecayDataName | None,
    seed: int,
    *,
    as_json: bool,
) -> None:
    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.workflows.dose import dose_report
    from alphatwin.workflows.write_report import write_report

    err = progress_console()
    with err.status("Computing curves, decays and doses"):
        report = dose_report(file, decay_data=decay_data, seed=seed)
    if output is not None:
        with err.status("Drawing figures, writing HTML and PDF"):
            write_report(report, output)
        err.print(f"Wrote {output}/report.json, report.html and report.pdf")
    if as_json:
        print_json(report)
    elif output is None:
        _print_summary(report)


def _print_summary(report: DoseReport) -> None:
    from alphatwin.cli.dose_page import print_dose

    print_dose(report)
