"""`alphatwin evidence list`, `show`, `find` and `audit`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import Annotated

import typer

from alphatwin.cli.options import AsJson
from alphatwin.errors import InvalidValueError

evidence = typer.Typer(
    name="evidence",
    help="Studies and trials as data: listed, shown, asked and audited.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
OfAgent = Annotated[
    str | None, typer.Option(help="Agent, by any of its names: 225Ac-DOTATATE, AlphaMedix.")
]
OfPopulation = Annotated[
    str | None, typer.Option(help="Words that must stand in what is said of the people.")
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV on stdout.")]
AsHtml = Annotated[bool, typer.Option("--html", help="Print a self-contained page on stdout.")]


@evidence.command("list")
def list_records(
    *, agent: OfAgent = None, population: OfPopulation = None, as_json: AsJson = False
) -> None:
    """Every study and trial of the base, or those on an agent and a population.

    Example: alphatwin evidence list --agent 212Pb-DOTAMTATE
    """
    from alphatwin.workflows.evidence import evidence_list_report

    report = evidence_list_report(agent=agent, population=population)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    else:
        from alphatwin.cli.evidence_pages import print_records

        print_records(report)


@evidence.command()
def show(
    name: Annotated[str, typer.Argument(help="Identifier of a record: ballal-2020.")],
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """One study or trial: who, under what, every figure and where it stands.

    Example: alphatwin evidence show ballal-2020
    """
    from alphatwin.workflows.evidence import evidence_record_report

    _one_form(as_json, as_csv)
    report = evidence_record_report(name)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    elif as_csv:
        from alphatwin.report.evidence_table import to_csv

        typer.echo(to_csv(report.rows), nl=False)
    else:
        from alphatwin.cli.evidence_pages import print_record

        print_record(report)


@evidence.command()
def find(
    *,
    agent: OfAgent = None,
    population: OfPopulation = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="Outcome: orr, dcr, pfs, os, a CTCAE term, or kidney, blood, pain ..."),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_html: AsHtml = False,
) -> None:
    """Figures that answer a question, with intervals and what keeps them from being compared.

    Example: alphatwin evidence find --agent 225Ac-DOTATATE --outcome orr
    """
    from alphatwin.workflows.evidence import evidence_find_report

    _one_form(as_json, as_csv, as_html)
    report = evidence_find_report(agent=agent, population=population, outcome=outcome)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    elif as_csv:
        from alphatwin.report.evidence_table import to_csv

        typer.echo(to_csv(report.rows), nl=False)
    elif as_html:
        from alphatwin.report.evidence_table import to_page

        typer.echo(to_page(report))
    else:
        from alphatwin.cli.evidence_pages import print_answer

        print_answer(report)


@evidence.command()
def audit(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A record, or a folder of them; the base if left out."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Figures that contradict each other, their counts or what is known.

    Findings are results: the exit code is 0.

    Example: alphatwin evidence audit my-study.toml
    """
    from alphatwin.workflows.evidence import evidence_audit_report

    report = evidence_audit_report(path)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    else:
        from alphatwin.cli.evidence_pages import print_audit

        print_audit(report)


def _one_form(*forms: bool) -> None:
    if sum(forms) > 1:
        msg = "--json, --csv and --html are forms of one answer: give at most one of them"
        raise InvalidValueError(msg)
