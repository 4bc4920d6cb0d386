"""`alphatwin evidence list`, `show`, `find` and `audit`."""

from __future__ import annotations

import os
from pathlib import Path
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
OfOutcome = Annotated[
    str | None,
    typer.Option(help="Outcome: orr, dcr, pfs, os, a CTCAE term, or kidney, blood, pain ..."),
]
Also = Annotated[
    Path | None,
    typer.Option(
        help="Records of yours that are asked beside the base: a record, a folder, a JSON export "
        "or a CSV table.",
        show_default=False,
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV on stdout.")]
AsHtml = Annotated[bool, typer.Option("--html", help="Print a self-contained page on stdout.")]


@evidence.command("list")
def list_records(
    *,
    agent: OfAgent = None,
    population: OfPopulation = None,
    outcome: OfOutcome = None,
    also: Also = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_html: AsHtml = False,
) -> None:
    """Every study and trial of the base, or those on an agent, a population and an outcome.

    Example: alphatwin evidence list --agent 212Pb-DOTAMTATE
    """
    from alphatwin.workflows.evidence import evidence_list_report

    _one_form(as_json, as_csv, as_html)
    report = evidence_list_report(agent=agent, population=population, outcome=outcome, also=also)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    elif as_csv:
        from alphatwin.report.evidence_table import list_to_csv

        typer.echo(list_to_csv(report.records), nl=False)
    elif as_html:
        from alphatwin.report.evidence_html import list_page

        typer.echo(list_page(report))
    else:
        from alphatwin.cli.evidence_pages import print_records

        print_records(report)
        _say_near(agent, found=bool(report.records), also=also)


@evidence.command()
def show(
    name: Annotated[str, typer.Argument(help="Identifier of a record: ballal-2020.")],
    *,
    also: Also = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_html: AsHtml = False,
) -> None:
    """One study or trial: who, under what, every figure and where it stands.

    Example: alphatwin evidence show ballal-2020
    """
    from alphatwin.workflows.evidence import evidence_record_report

    _one_form(as_json, as_csv, as_html)
    report = evidence_record_report(name, also=also)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    elif as_csv:
        from alphatwin.report.evidence_table import to_csv

        typer.echo(to_csv(report.rows), nl=False)
    elif as_html:
        from alphatwin.report.evidence_html import records_page

        typer.echo(records_page((report.record,)))
    else:
        from alphatwin.cli.evidence_pages import print_record

        print_record(report)


@evidence.command()
def find(
    *,
    agent: OfAgent = None,
    population: OfPopulation = None,
    outcome: OfOutcome = None,
    also: Also = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_html: AsHtml = False,
) -> None:
    """Figures that answer a question, with intervals and what keeps them from being compared.

    Example: alphatwin evidence find --agent 225Ac-DOTATATE --outcome orr
    """
    from alphatwin.workflows.evidence import evidence_find_report

    _one_form(as_json, as_csv, as_html)
    report = evidence_find_report(agent=agent, population=population, outcome=outcome, also=also)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    elif as_csv:
        from alphatwin.report.evidence_table import to_csv

        typer.echo(to_csv(report.rows), nl=False)
    elif as_html:
        from alphatwin.report.evidence_html import find_page

        typer.echo(find_page(report))
    else:
        from alphatwin.cli.evidence_pages import print_answer

        print_answer(report)
        _say_near(agent, found=bool(report.rows), also=also)


@evidence.command()
def audit(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A record, a folder, a JSON export or a CSV table; the base if left out.",
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Figures that contradict each other, their counts or what is known.

    Findings are results: the exit code is 0.

    Example: alphatwin evidence audit my-study.toml
    """
    from alphatwin.workflows.evidence import evidence_audit_report

    without_threads()
    report = evidence_audit_report(path)
    if as_json:
        from alphatwin.cli.output import print_json

        print_json(report)
    else:
        from alphatwin.cli.evidence_pages import print_audit

        print_audit(report)


def without_threads() -> None:
    """Keep NumPy from starting threads: arrays here are tiny, and the start costs 50 ms."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _say_near(agent: str | None, *, found: bool, also: Path | None) -> None:
    """Say on stderr which agents were meant, where a name that nobody has found nothing."""
    if found or agent is None:
        return
    from alphatwin.evidence.asking import near_agents
    from alphatwin.workflows.evidence import asked_records

    if near := near_agents(agent, records=asked_records(also)):
        typer.echo(f"No agent is called {agent!r}; nearest: {' or '.join(near)}", err=True)


def _one_form(*forms: bool) -> None:
    if sum(forms) > 1:
        msg = "--json, --csv and --html are forms of one answer: give at most one of them"
        raise InvalidValueError(msg)
