"""What `alphatwin schedule` answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRecord:
    """One published figure from which the simulated patients were drawn."""

    quantity: Annotated[str, _doc("What it is of, with its unit.")]
    nuclide: Annotated[str, _doc("Nuclide under which it was observed.")]
    median_s: Annotated[float, _doc("Median over patients.")]
    geometric_sd: Annotated[float, _doc("Geometric standard deviation between patients.")]
    spread: Annotated[str, _doc("published, or assumed by AlphaTwin.")]
    source: Annotated[str, _doc("Where it comes from.")]
    status: Annotated[str, _doc("read, recalled or computed.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedError:
    """Expected error of the number of decays of one nuclide."""

    nuclide: Annotated[str, _doc("The nuclide.")]
    bias_fraction: Annotated[float, _doc("Mean of estimate over truth, less 1.")]
    rmse_fraction: Annotated[float, _doc("Root mean square of estimate over truth less 1.")]
    rmse_fraction_sd: Annotated[
        float, _doc("Standard error of that: two schedules closer than this are alike.")
    ]
    largest_95_fraction: Annotated[
        float, _doc("Error that 95 % of patients stay below, either way.")
    ]
    stated_relative_sd: Annotated[
        float, _doc("Standard uncertainty that the fits themselves state, root mean square.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRecord:
    """One schedule and what it is worth."""

    time_s: Annotated[tuple[float, ...], _doc("Times of the scans since administration.")]
    errors: Annotated[
        tuple[ExpectedError, ...], _doc("One per nuclide, the one that is counted first.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The best schedules for the decays of one nuclide."""

    agent: Annotated[str, _doc("Agent that carries the nuclide.")]
    nuclide: Annotated[str, _doc("Nuclide whose decays are wanted.")]
    schedules: Annotated[
        tuple[ScheduleRecord, ...], _doc("Schedules by their error for it, the best first.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleReport:
    """When to scan: expected errors of the decays under every choice of times."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["schedule"], _doc("Kind of report.")]
    agent: Annotated[str, _doc("Agent that is given and scanned.")]
    nuclide: Annotated[str, _doc("Nuclide that is counted.")]
    region: Annotated[str, _doc("Region that is counted.")]
    scans: Annotated[int, _doc("Number of scans.")]
    model: Annotated[str, _doc("Model of the curves, simulated and fitted.")]
    population: Annotated[
        tuple[PopulationRecord, ...], _doc("Figures that the patients were drawn from.")
    ]
    noise_relative_sd: Annotated[
        float, _doc("Standard uncertainty of one measured activity over its value.")
    ]
    patients: Annotated[int, _doc("Number of patients simulated.")]
    seed: Annotated[int, _doc("Seed of the random streams.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    candidate_time_s: Annotated[tuple[float, ...], _doc("Times from which schedules were made.")]
    candidates: Annotated[int, _doc("Number of schedules compared.")]
    best: Annotated[tuple[Ranking, ...], _doc("The best schedules, for each nuclide wanted.")]
    usual: Annotated[
        tuple[ScheduleRecord, ...],
        _doc("Schedules in use, with this number of scans and with fewer."),
    ]
    assumptions: Annotated[tuple[str, ...], _doc("What the numbers rest on, one sentence each.")]
    warnings: Annotated[tuple[str, ...], _doc("What is doubtful, one sentence each.")]
