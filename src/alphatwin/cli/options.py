"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class DecayDataSet(StrEnum):
    """Decay-data sets that can be asked for."""

    ICRP107 = "icrp107"
    ENSDF = "ensdf"


class StoppingSet(StrEnum):
    """Stopping-power sets that can be asked for."""

    ICRU90 = "icru90"
    ASTAR = "astar"


AsJson = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
DecayData = Annotated[DecayDataSet, typer.Option(help="Decay-data set.")]
StoppingData = Annotated[StoppingSet, typer.Option(help="Stopping powers of water.")]
