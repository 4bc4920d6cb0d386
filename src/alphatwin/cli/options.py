"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from alphatwin.patient import DecayDataName

AsJson = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
DecayData = Annotated[DecayDataName, typer.Option(help="Decay-data set.")]
StoppingData = Annotated[Literal["icru90", "astar"], typer.Option(help="Stopping powers of water.")]
OtherDecayData = Annotated[
    DecayDataName | None,
    typer.Option("--decay-data", help="Decay-data set, instead of the one that the course names."),
]
