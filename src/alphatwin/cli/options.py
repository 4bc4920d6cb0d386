"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

# Spelled out here, as in alphatwin.patient.DecayDataName: that package would be loaded by every
# command, of which few need it.
DecayDataChoice = Literal["icrp107", "ensdf"]
AsJson = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
DecayData = Annotated[DecayDataChoice, typer.Option(help="Decay-data set.")]
StoppingData = Annotated[Literal["icru90", "astar"], typer.Option(help="Stopping powers of water.")]
OtherDecayData = Annotated[
    DecayDataChoice | None,
    typer.Option("--decay-data", help="Decay-data set, instead of the one that the course names."),
]
