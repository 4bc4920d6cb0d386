"""What stands behind every figure of an agent: its source, a regimen, a finding on stability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from alphatwin.agents.checks import need_choice, need_count, need_positive, need_text
from alphatwin.errors import InvalidValueError

Status = Literal["read", "recalled", "computed"]
Route = Literal["intravenous", "intra-arterial"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, and whether it was seen there.

    Attributes
    ----------
    citation
        Authors, journal, year.
    doi_or_url
        Where it can be opened; if neither is known, where it is cited.
    status
        ``read``: seen in the source itself; ``recalled``: from memory or at second hand,
        never a test's truth; ``computed``: from read figures, as the note says.
    note
        Place in the source, and what a reader must know.
    """

    citation: str
    doi_or_url: str
    status: Status
    note: str = ""

    def __post_init__(self) -> None:
        need_text("citation", self.citation)
        need_text("doi_or_url", self.doi_or_url)
        need_choice("status", self.status, get_args(Status))


@dataclass(frozen=True, slots=True)
class Prescription:
    """A published regimen: exactly one of a fixed activity or an activity per body mass.

    Attributes
    ----------
    name
        Short name, unique within the agent.
    activity_bq, activity_bq_per_kg
        Activity per cycle, fixed or per body mass; the other is None. [Bq], [Bq/kg]
    cycles
        Number of cycles, None if not fixed in advance.
    interval_s
        Time from one administration to the next, None if not stated. [s]
    cumulative_limit_bq, single_limit_bq
        Limits stated with the regimen, None if none was. [Bq]
    route
        How it was given.
    population
        Who received it, in words.
    source
        Where the regimen is published.
    combination
        Medicines given with it, such as a radiosensitiser; empty if none.
    """

    name: str
    route: Route
    population: str
    source: Source
    activity_bq: float | None = None
    activity_bq_per_kg: float | None = None
    cycles: int | None = None
    interval_s: float | None = None
    cumulative_limit_bq: float | None = None
    single_limit_bq: float | None = None
    combination: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        need_text("name", self.name)
        for medicine in self.combination:
            need_text("combination", medicine)
        need_text("population", self.population)
        need_choice("route", self.route, get_args(Route))
        if (self.activity_bq is None) == (self.activity_bq_per_kg is None):
            msg = (
                f"prescription {self.name!r}: give exactly one of activity_bq and "
                f"activity_bq_per_kg, got {self.activity_bq} and {self.activity_bq_per_kg}"
            )
            raise InvalidValueError(msg)
        need_positive("activity_bq", self.activity_bq)
        need_positive("activity_bq_per_kg", self.activity_bq_per_kg)
        need_count("cycles", self.cycles)
        need_positive("interval_s", self.interval_s)
        need_positive("cumulative_limit_bq", self.cumulative_limit_bq)
        need_positive("single_limit_bq", self.single_limit_bq)

    def activity_for_bq(self, body_mass_kg: float) -> float:
        """Return the activity of one cycle for a patient, without any limit applied.

        Parameters
        ----------
        body_mass_kg
            Body mass; it does not matter when the activity is fixed. [kg]

        Returns
        -------
        float
            Activity per cycle. [Bq]

        Raises
        ------
        InvalidValueError
            If the body mass is not positive and finite.
        """
        need_positive("body_mass_kg", body_mass_kg)
        if self.activity_bq is not None:
            return self.activity_bq
        return (self.activity_bq_per_kg or 0.0) * body_mass_kg


@dataclass(frozen=True, slots=True)
class Stability:
    """A published finding on how long the agent stays whole.

    Attributes
    ----------
    medium
        Where it was looked at: saline, plasma, urine and the like.
    duration_s
        How long after preparation or injection. [s]
    finding
        What was found, in words.
    source
        Where it is published.
    """

    medium: str
    duration_s: float
    finding: str
    source: Source

    def __post_init__(self) -> None:
        need_text("medium", self.medium)
        need_text("finding", self.finding)
        need_positive("duration_s", self.duration_s)
