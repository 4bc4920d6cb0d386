"""Entry of the command line: one application, and errors as messages with an exit code.

Exit codes: 0 done, 1 the input or the data are wrong (a message, no traceback), 2 wrong command
line. Results go to stdout, all else to stderr; files are written only with ``-o``.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated, Final

import typer

from alphatwin.cli import (
    cell_command,
    evidence_commands,
    evidence_living,
    image_command,
    physics_commands,
    plan_command,
    report_commands,
    scan_command,
    schedule_command,
    spheroid_command,
    synthesize_command,
    tissue_command,
    transport_commands,
)
from alphatwin.errors import AlphaTwinError
from alphatwin.version import __version__

OBJECTS_BETWEEN_COLLECTIONS: Final = 100_000
"""Cyclic garbage is rare here, and looking for it takes 4 % of a report at Python's 700."""

app = typer.Typer(
    name="alphatwin",
    help=(
        "AlphaTwin: what an agent did in one patient, and what targeted alpha therapy would do.\n\n"
        "For research use only; not a medical device."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("demo")(report_commands.demo)
app.command("new")(report_commands.new)
app.command("dose")(report_commands.dose)
app.command("compare")(report_commands.compare)
app.command("plan")(plan_command.plan)
app.command("schedule")(schedule_command.schedule)
app.command("scan")(scan_command.scan)
app.command("image")(image_command.image)
app.command("synthesize")(synthesize_command.synthesize)
app.command("chain")(physics_commands.chain)
app.command("nuclide")(physics_commands.nuclide)
app.command("agents")(physics_commands.agents)
evidence_living.add_to(evidence_commands.evidence)
app.add_typer(evidence_commands.evidence)
app.command("svalue")(transport_commands.svalue)
app.command("kernel")(transport_commands.kernel)
app.command("cell")(cell_command.cell)
app.command("spheroid")(spheroid_command.spheroid)
app.command("tissue")(tissue_command.tissue)


def _version(*, value: bool) -> None:
    if value:
        typer.echo(f"alphatwin {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        app()
    except AlphaTwinError as problem:
        typer.echo(f"alphatwin: {problem}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of the pipe has gone (`alphatwin ... | head`): nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
