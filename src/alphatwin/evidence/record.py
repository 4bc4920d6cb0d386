"""One study or trial: who, under what, what was found, and where each figure stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from alphatwin.agents.checks import need_choice, need_pattern, need_text
from alphatwin.errors import DataError, InvalidValueError
from alphatwin.evidence.outcomes import AdverseEvent, Claim, Finding, Proportion, TimeToEvent
from alphatwin.evidence.types import (
    NAME,
    Citation,
    DatedEvent,
    FollowUp,
    Group,
    Limitation,
    Place,
    Prior,
    Regimen,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["trial", "cohort", "case", "imaging study", "synthesis", "review", "report"]
Timing = Literal["prospective", "retrospective", "not stated"]
State = Literal["planned", "recruiting", "running", "completed", "published", "stopped", "unknown"]
Entry = (
    Group
    | Regimen
    | FollowUp
    | DatedEvent
    | Limitation
    | Proportion
    | AdverseEvent
    | TimeToEvent
    | Finding
    | Claim
)
ENTRIES = (
    "groups",
    "regimens",
    "follow_up",
    "proportions",
    "adverse_events",
    "times_to_event",
    "findings",
    "claims",
    "dates",
    "limitations",
)


@dataclass(frozen=True, slots=True)
class Record:
    """A study or trial as data.

    Attributes
    ----------
    id
        Identifier, also the name of its file.
    title
        What it is, in our own words.
    kind
        `trial`, `cohort`, `case`, `imaging study`, `synthesis`, `review`, or `report`: a later
        report on a trial that has a record of its own.
    design
        Design in words: arms, randomisation, escalation.
    agents
        Agents under study, by their names in the catalogue where they are in it.
    population
        Who was studied, in our own words.
    prior
        Therapy with a beta emitter before, unless a group says otherwise.
    sources
        Citations that places refer to by their keys.
    timing
        Whether the data were collected forwards or backwards.
    phase
        Phase of a trial, None if it has none or it is not stated.
    registration
        Registry numbers.
    report_of
        Identifier of the record of the trial that this one reports on.
    state
        How far it was when last heard of.
    primary_endpoints
        Primary endpoints, in words.
    groups
        People: all, arms, those who could be judged.
    regimens
        How agents were given.
    follow_up
        How long people were followed.
    proportions
        Shares of groups with an outcome.
    adverse_events
        Adverse events by term and grade.
    times_to_event
        Medians, landmarks and ratios.
    findings
        What else was observed.
    claims
        What a source says that can be checked.
    dates
        When it started, ended, was presented.
    limitations
        What limits it.
    superseded_by
        Record that replaces this one as a whole.
    note
        What a reader must know.
    """

    id: str
    title: str
    kind: Kind
    design: str
    agents: tuple[str, ...]
    population: str
    prior: Prior
    sources: tuple[Citation, ...]
    timing: Timing = "not stated"
    phase: str | None = None
    registration: tuple[str, ...] = ()
    report_of: str | None = None
    state: State = "unknown"
    primary_endpoints: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    regimens: tuple[Regimen, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    proportions: tuple[Proportion, ...] = ()
    adverse_events: tuple[AdverseEvent, ...] = ()
    times_to_event: tuple[TimeToEvent, ...] = ()
    findings: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = ()
    dates: tuple[DatedEvent, ...] = ()
    limitations: tuple[Limitation, ...] = ()
    superseded_by: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        need_pattern("id", self.id, NAME, "lower-case words joined by -")
        for field in ("title", "design", "population"):
            need_text(field, getattr(self, field))
        if not self.agents:
            msg = "agents: at least one is needed, by its name in the catalogue; got none"
            raise InvalidValueError(msg)
        for name in self.agents:
            need_text("agents", name)
        need_choice("kind", self.kind, get_args(Kind))
        need_choice("prior", self.prior, get_args(Prior))
        need_choice("timing", self.timing, get_args(Timing))
        need_choice("state", self.state, get_args(State))
        _need_unique("sources", [source.key for source in self.sources])
        _need_unique("groups", [group.id for group in self.groups])
        _need_unique("outcomes", [name for name, _ in self.outcomes() if name])
        for path, entry in self.entries():
            self._check_references(path, entry)

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Yield every entry that has a place, with its path such as ``proportions[2]``."""
        for field in ENTRIES:
            for i, entry in enumerate(getattr(self, field)):
                yield f"{field}[{i}]", entry

    def outcomes(self) -> Iterator[tuple[str, Proportion | AdverseEvent | TimeToEvent]]:
        """Yield every outcome with the name by which others refer to it, empty if none does."""
        for proportion in self.proportions:
            yield proportion.id, proportion
        for event in self.adverse_events:
            yield event.id, event
        for time in self.times_to_event:
            yield time.id, time

    def source(self, key: str) -> Citation:
        """Return the citation of a key.

        Raises
        ------
        DataError
            If the record has no such source.
        """
        for citation in self.sources:
            if citation.key == key:
                return citation
        allowed = ", ".join(citation.key for citation in self.sources)
        msg = f"source {key!r} is not among those of {self.id}; allowed: {allowed or 'none'}"
        raise DataError(msg)

    def group(self, key: str) -> Group:
        """Return the group of an identifier.

        Raises
        ------
        DataError
            If the record has no such group.
        """
        for group in self.groups:
            if group.id == key:
                return group
        allowed = ", ".join(group.id for group in self.groups)
        msg = f"group {key!r} is not among those of {self.id}; allowed: {allowed or 'none'}"
        raise DataError(msg)

    def denominator(self, row: Proportion | AdverseEvent) -> int | None:
        """Return of how many a share is: as printed with it, else the size of its group."""
        if row.of is not None:
            return row.of
        if isinstance(row, AdverseEvent) and row.counts == "events":
            return None
        return self.group(row.group).n

    def _check_references(self, path: str, entry: Entry) -> None:
        place: Place = entry.place
        names = [getattr(entry, field, None) for field in ("group", "versus", "within")]
        try:
            self.source(place.source)
            for name in names:
                if name is not None:
                    self.group(name)
        except DataError as error:
            msg = f"{path}: {error}"
            raise InvalidValueError(msg) from error


def _need_unique(field: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"{field}: {', '.join(twice)} stands twice; each needs its own name"
        raise InvalidValueError(msg)
