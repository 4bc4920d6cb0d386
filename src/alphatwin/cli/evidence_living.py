"""`alphatwin evidence pool`, `import`, `diff` and `export`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import Annotated, Literal

import typer

from alphatwin.cli.evidence_commands import Also, OfAgent, OfPopulation, without_threads
from alphatwin.cli.options import AsJson


def pool(
    *,
    outcome: Annotated[str, typer.Option(help="Share to pool: orr, dcr, sd, pd, a CTCAE term.")],
    by: Annotated[
        Literal["agent", "prior", "none"],
        typer.Option(help="Groups: by agent, by therapy with a beta emitter before, or none."),
    ] = "agent",
    agent: OfAgent = None,
    population: OfPopulation = None,
    also: Also = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Folder for report.json, .html, .pdf, the forest plot and the evidence map.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Studies in one number, with random effects, what a further study may show, and a warning.

    Example: alphatwin evidence pool --outcome orr --by agent -o pool
    """
    without_threads()
    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.workflows.evidence import asked_records
    from alphatwin.workflows.evidence_pool import evidence_pool_report

    report = evidence_pool_report(
        outcome=outcome, by=by, agent=agent, population=population, chosen=asked_records(also)
    )
    if output is not None:
        from alphatwin.workflows.write_pool import write_pool

        err = progress_console()
        with err.status("Drawing figures, writing HTML and PDF"):
            write_pool(report, output)
        err.print(f"Wrote {output}/report.json, .html, .pdf, forest and evidence_map")
    if as_json:
        print_json(report)
    elif output is None:
        from alphatwin.cli.pool_page import print_pool

        print_pool(report)


def import_file(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="JSON of ClinicalTrials.gov (API version 2), or a CSV table."
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Folder for the records, ID.toml each.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Records from a registered study, results included, or from a table; nothing is fetched.

    Example: alphatwin evidence import NCT01234567.json -o my-studies
    """
    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.workflows.evidence_living import evidence_import_report, write_records

    report = evidence_import_report(path)
    if output is not None:
        for written in write_records(report, output):
            progress_console().print(f"Wrote {written}")
    if as_json:
        print_json(report)
    elif output is None:
        from alphatwin.cli.pool_page import print_import

        print_import(report)


def diff(
    old: Annotated[
        str, typer.Argument(help="Older version: a record, a folder, a JSON export, or 'base'.")
    ],
    new: Annotated[str, typer.Argument(help="Newer version, likewise.")],
    *,
    as_json: AsJson = False,
) -> None:
    """What differs between two versions of the base; differences are results, the exit code is 0.

    Example: alphatwin evidence diff last-year.json base
    """
    from alphatwin.cli.output import print_json
    from alphatwin.workflows.evidence_living import evidence_diff_report

    report = evidence_diff_report(old, new)
    if as_json:
        print_json(report)
    else:
        from alphatwin.cli.pool_page import print_diff

        print_diff(report)


def export(
    version: Annotated[
        str, typer.Argument(help="What to export: a record, a folder, or 'base'.")
    ] = "base",
    *,
    form: Annotated[
        Literal["csv", "json", "bibtex", "ris", "html"],
        typer.Option("--format", help="Form: figures as CSV, JSON, sources, or one page."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write; stdout if none.", show_default=False),
    ] = None,
) -> None:
    """The base for other programs: figures as CSV or JSON, sources as BibTeX or RIS, or one page.

    Example: alphatwin evidence export --format bibtex -o sources.bib
    """
    from alphatwin.cli.output import progress_console
    from alphatwin.workflows.evidence_living import evidence_export

    text = evidence_export(form, version=version)
    if output is None:
        typer.echo(text, nl=False)
        return
    from alphatwin.files.atomic import write_text_atomically

    write_text_atomically(output, text)
    progress_console().print(f"Wrote {output}")


def add_to(evidence: typer.Typer) -> None:
    """Add these commands to those of the base."""
    evidence.command("pool")(pool)
    evidence.command("import")(import_file)
    evidence.command("diff")(diff)
    evidence.command("export")(export)
