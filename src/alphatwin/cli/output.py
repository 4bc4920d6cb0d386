"""How commands write to the terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from alphatwin.report.serializer import Report


_WIDEST = 1000  # columns that a table may take


def console() -> Console:
    """Return the console of results."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())


def progress_console() -> Console:
    """Return the console of progress and messages, which never mixes with results."""
    return Console(stderr=True, highlight=False)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far a long calculation is, on stderr; gives what it calls with done and planned."""
    shown = progress_console()
    with shown.status(what) as status:

        def step(done: int, planned: int) -> None:
            status.update(f"{what}: {done:.3g} of at most {planned:.3g}")

        yield step


def table(title: str, columns: Iterable[str]) -> Table:
    """Return an empty table: the first column of names, the others of numbers."""
    grid = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    for i, name in enumerate(columns):
        grid.add_column(name, justify="left" if i == 0 else "right", no_wrap=True)
    return grid


def print_table(grid: Table) -> None:
    """Print a table whole: one that is wider than the terminal is never cut, but runs over."""
    out = console()
    natural = Measurement.get(out, out.options.update_width(_WIDEST), grid).maximum
    if natural > out.width:
        out = Console(file=sys.stdout, highlight=False, width=natural, soft_wrap=True)
    out.print()
    out.print(grid)


def print_json(report: Report) -> None:
    """Print a report as one JSON object."""
    from alphatwin.report.serializer import to_json

    typer.echo(to_json(report), nl=False)
