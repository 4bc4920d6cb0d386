"""Who was studied, under what, and where it is written: frozen values of one record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from alphatwin.agents.checks import need_choice, need_count, need_pattern, need_text
from alphatwin.errors import InvalidValueError
from alphatwin.evidence.amounts import Amount  # noqa: TC001 - schemas read it at run time

Status = Literal["read", "recalled", "computed"]
Level = Literal["paper", "abstract", "review", "registry", "second hand"]
Role = Literal["enrolled", "treated", "evaluable", "arm", "subgroup"]
Prior = Literal["naive", "after beta emitter", "mixed", "not stated"]
CyclesAre = Literal["planned", "at most", "median", "given", "all patients"]
DateKind = Literal["start", "primary completion", "data cutoff", "presented", "published"]

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
LINES = re.compile(r"(?P<first>[1-9]\d*)(-(?P<last>[1-9]\d*))?")
REVIEW = "review"  # key of the founding review in every record


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands, and whether it was seen there.

    Attributes
    ----------
    source
        Key of one of the record's citations.
    where
        Lines of the review's text (`229-232`), or a place in words (`abstract`).
    status
        `read`: seen in the source; `recalled`: from memory or at second hand, never a test's
        truth; `computed`: from read figures.
    """

    source: str
    where: str
    status: Status = "read"

    def __post_init__(self) -> None:
        need_text("source of a place", self.source)
        need_text("where of a place", self.where)
        need_choice("status", self.status, get_args(Status))
        if self.source == REVIEW:
            match = LINES.fullmatch(self.where)
            if match is None or int(match["last"] or match["first"]) < int(match["first"]):
                msg = f"a place in the review is 'review LINE' or 'review A-B', got {self.where!r}"
                raise InvalidValueError(msg)

    @property
    def lines(self) -> tuple[int, int] | None:
        """First and last line of the review's text, None for another source."""
        match = LINES.fullmatch(self.where) if self.source == REVIEW else None
        if match is None:
            return None
        return int(match["first"]), int(match["last"] or match["first"])


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of a record, in our own words.

    Attributes
    ----------
    key
        Short name that places refer to; `review` is the founding review.
    citation
        Authors, journal, year.
    doi_or_url
        Where it can be opened, or `no DOI known`.
    level
        How near to the data it is: `paper`, `abstract`, `review`, `registry`, `second hand`.
    published
        When it appeared, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; None if unknown.
    review_reference
        Number of this source in the review, None if the review does not cite it.
    review_lines
        Lines of the review on which it is cited.
    note
        What a reader must know.
    """

    key: str
    citation: str
    doi_or_url: str
    level: Level
    published: str | None = None
    review_reference: int | None = None
    review_lines: tuple[int, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        need_pattern("key", self.key, NAME, "lower-case words joined by -")
        need_text("citation", self.citation)
        need_text("doi_or_url", self.doi_or_url)
        need_choice("level", self.level, get_args(Level))
        need_count("review_reference", self.review_reference)
        if self.published is not None:
            need_date("published", self.published)
        if (self.review_reference is None) != (not self.review_lines) and self.key != REVIEW:
            msg = f"source {self.key!r}: give review_reference and review_lines together"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Group:
    """People of a study: all of them, an arm, those who could be judged.

    Attributes
    ----------
    id
        Name that outcomes refer to.
    role
        What the group is: `enrolled`, `treated`, `evaluable`, `arm`, `subgroup`.
    about
        Who they are, in our own words.
    place
        Where their number stands.
    n
        Number of people, None if it is not stated.
    within
        Identifier of the group that this one is a part of.
    partition
        Groups of one partition are disjoint and make up the group they are within.
    prior
        Therapy with a beta emitter before, None if as in the record.
    agent
        Agent of this arm, None if as in the record; may be a comparator outside the catalogue.
    superseded_by
        Record, or `record#id`, with a newer number.
    note
        What a reader must know.
    """

    id: str
    role: Role
    about: str
    place: Place
    n: int | None = None
    within: str | None = None
    partition: str | None = None
    prior: Prior | None = None
    agent: str | None = None
    superseded_by: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        need_pattern("id", self.id, NAME, "lower-case words joined by -")
        need_choice("role", self.role, get_args(Role))
        need_text("about", self.about)
        need_count("n", self.n)
        if self.prior is not None:
            need_choice("prior", self.prior, get_args(Prior))
        if self.partition is not None and self.within is None:
            msg = f"group {self.id!r}: a partition needs the group it divides, in within"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Regimen:
    """How an agent was given, as printed.

    Attributes
    ----------
    agent
        Agent that was given.
    place
        Where it stands.
    group
        Group that received it, None if all.
    activity
        Activity per cycle.
    activity_restated
        The same activity in another unit, where the source prints both.
    cycles
        Number of cycles.
    cycles_are
        What that number is: `planned`, `at most`, `median`, `given`, `all patients` (their sum).
    interval
        From one cycle to the next.
    cumulative_limit
        Limit of all cycles, or the cumulative activity that was reached.
    cumulative_limit_restated
        The same limit in another unit.
    route
        How it was given, None if not stated.
    combination
        Medicines given with it.
    superseded_by
        Record, or `record#id`, with the regimen that replaced it.
    note
        What a reader must know.
    """

    agent: str
    place: Place
    group: str | None = None
    activity: Amount | None = None
    activity_restated: Amount | None = None
    cycles: int | None = None
    cycles_are: CyclesAre = "planned"
    interval: Amount | None = None
    cumulative_limit: Amount | None = None
    cumulative_limit_restated: Amount | None = None
    route: str | None = None
    combination: tuple[str, ...] = ()
    superseded_by: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        need_text("agent", self.agent)
        need_count("cycles", self.cycles)
        need_choice("cycles_are", self.cycles_are, get_args(CyclesAre))
        for field in (
            "activity",
            "activity_restated",
            "cumulative_limit",
            "cumulative_limit_restated",
        ):
            amount: Amount | None = getattr(self, field)
            if amount is not None and not (amount.is_activity and amount.value > 0):
                msg = f"{field} must be a positive activity, such as '100 kBq/kg', got {amount}"
                raise InvalidValueError(msg)
        if self.interval is not None and not (self.interval.is_time and self.interval.value > 0):
            msg = f"interval must be a positive time, such as '8 weeks', got {self.interval}"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How long a group was followed.

    Attributes
    ----------
    value
        Time as printed.
    statistic
        What that time is.
    place
        Where it stands.
    group
        Group that was followed, None if all.
    """

    value: Amount
    statistic: Literal["median", "mean", "at least", "single patient"]
    place: Place
    group: str | None = None

    def __post_init__(self) -> None:
        need_choice("statistic", self.statistic, ("median", "mean", "at least", "single patient"))
        if not self.value.is_time:
            msg = f"follow-up must be a time, such as '24 months', got {self.value.text()}"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """Something that happened, or was to happen, on a date.

    Attributes
    ----------
    kind
        What it is: `start`, `primary completion`, `data cutoff`, `presented`, `published`.
    date
        `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    place
        Where it stands.
    is_estimate
        Whether the source gives it as an estimate.
    about
        What happened, in our own words.
    """

    kind: DateKind
    date: str
    place: Place
    is_estimate: bool = False
    about: str = ""

    def __post_init__(self) -> None:
        need_choice("kind", self.kind, get_args(DateKind))
        need_date("date", self.date)


@dataclass(frozen=True, slots=True)
class Limitation:
    """What limits a study, in our own words.

    Attributes
    ----------
    about
        The limitation.
    place
        Where it is said, or what it follows from.
    """

    about: str
    place: Place

    def __post_init__(self) -> None:
        need_text("about", self.about)


def need_date(field: str, value: object) -> None:
    """Raise InvalidValueError unless the value is a date to the year, month or day."""
    need_pattern(field, value, DATE, "a date such as '2023', '2023-05' or '2023-05-31'")
