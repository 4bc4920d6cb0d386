"""What a study found: shares, adverse events, times to an event, findings and claims."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from alphatwin.agents.checks import need_choice, need_count, need_text
from alphatwin.errors import InvalidValueError
from alphatwin.evidence.amounts import Amount  # noqa: TC001 - schemas read it at run time
from alphatwin.evidence.types import Place  # noqa: TC001 - schemas read it at run time

Assessor = Literal["central", "investigator", "not stated"]
Domain = Literal[
    "response",
    "tolerance",
    "kidney",
    "blood",
    "endocrine",
    "blood pressure",
    "pain",
    "biomarker",
    "quality of life",
    "liver",
    "imaging",
    "stability",
    "dosimetry",
    "prognosis",
    "population",
]
Relatedness = Literal["related", "unrelated or unlikely", "any", "not stated"]
Endpoint = Literal["PFS", "OS", "DOR", "response"]
TimeKind = Literal["median", "landmark", "hazard ratio", "odds ratio"]
ClaimKind = Literal["statement", "receptor action", "emitter class", "half-life", "photon energy",
                    "threshold"]  # fmt: skip

RESPONSES = ("CR", "PR", "MR", "SD", "PD", "NE")  # disjoint; NE: could not be judged
OBJECTIVE = "ORR"
CONTROL = "DCR"
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of a group, as printed: a count, a percentage, or both.

    Attributes
    ----------
    outcome
        `CR`, `PR`, `MR`, `SD`, `PD`, `NE`, `ORR`, `DCR`, or another outcome in words.
    group
        Group of which it is a share.
    place
        Where it stands.
    domain
        What it is about: `response`, `kidney`, `blood`, `blood pressure` and so on.
    id
        Name by which others refer to this row, empty if none does.
    n
        Number of people with the outcome, where the source prints it.
    of
        Denominator, where the source prints it with the figure.
    percent
        Percentage as printed.
    low
        Lower end of a printed interval. [%]
    high
        Upper end of a printed interval. [%]
    level
        Confidence level of that interval. [%]
    criteria
        How it was judged, such as `RECIST 1.1`.
    assessor
        Who judged it: `central`, `investigator`, `not stated`.
    table
        Rows of one table are disjoint and complete; ORR and DCR follow from the others.
    superseded_by
        Record, or `record#id`, with a newer figure.
    note
        What a reader must know.
    """

    outcome: str
    group: str
    place: Place
    domain: Domain = "response"
    id: str = ""
    n: int | None = None
    of: int | None = None
    percent: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    level: Decimal = Decimal(95)
    criteria: str | None = None
    assessor: Assessor = "not stated"
    table: str | None = None
    superseded_by: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        need_text("outcome", self.outcome)
        need_text("group", self.group)
        need_choice("domain", self.domain, get_args(Domain))
        need_choice("assessor", self.assessor, get_args(Assessor))
        need_share(n=self.n, of=self.of, percent=self.percent)
        if (self.low is None) != (self.high is None):
            msg = f"{self.outcome}: give both ends of an interval, got {self.low} and {self.high}"
            raise InvalidValueError(msg)
        for field in ("low", "high", "level"):
            need_percent(field, getattr(self, field))


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """How often an adverse event was seen.

    Attributes
    ----------
    term
        CTCAE term in lower case, or the source's word where it has none.
    group
        Group in which it was looked for.
    place
        Where it stands.
    id
        Name by which others refer to this row, empty if none does.
    grade
        Grade or grades, such as `3-4`, `2`, `any`.
    relatedness
        To the agent: `related`, `unrelated or unlikely`, `any`, `not stated`.
    counts
        Whether `n` counts patients or events.
    n
        Number counted, where the source prints it.
    of
        Number of all patients, or of all events, where the source prints it.
    percent
        Percentage as printed.
    superseded_by
        Record, or `record#id`, with a newer figure.
    note
        What a reader must know.
    """

    term: str
    group: str
    place: Place
    id: str = ""
    grade: str = "any"
    relatedness: Relatedness = "not stated"
    counts: Literal["patients", "events"] = "patients"
    n: int | None = None
    of: int | None = None
    percent: Decimal | None = None
    superseded_by: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        need_text("term", self.term)
        need_text("group", self.group)
        need_text("grade", self.grade)
        need_choice("relatedness", self.relatedness, get_args(Relatedness))
        need_choice("counts", self.counts, ("patients", "events"))
        if (self.n, self.percent) != (None, None):
            need_share(n=self.n, of=self.of, percent=self.percent)


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """A median time, a share without event at one time, or a ratio of hazards or odds.

    Attributes
    ----------
    endpoint
        `PFS`, `OS`, `DOR`, or `response` for an odds ratio of it.
    kind
        `median`, `landmark`, `hazard ratio` or `odds ratio`.
    group
        Group that was followed.
    place
        Where it stands.
    id
        Name by which others refer to this row, empty if none does.
    value
        Months of a median, per cent of a landmark, or the ratio; None if not reached.
    time
        Time of a landmark.
    low
        Lower end of a printed interval, in the unit of the value.
    high
        Upper end of a printed interval, in the unit of the value; None if not reached.
    is_reached
        Whether a median was reached.
    versus
        Group that a ratio compares with.
    assessor
        Who judged progression: `central`, `investigator`, `not stated`.
    superseded_by
        Record, or `record#id`, with a newer figure.
    note
        What a reader must know.
    """

    endpoint: Endpoint
    kind: TimeKind
    group: str
    place: Place
    id: str = ""
    value: Decimal | None = None
    time: Amount | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    is_reached: bool = True
    versus: str | None = None
    assessor: Assessor = "not stated"
    superseded_by: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        need_choice("endpoint", self.endpoint, get_args(Endpoint))
        need_choice("kind", self.kind, get_args(TimeKind))
        need_choice("assessor", self.assessor, get_args(Assessor))
        need_text("group", self.group)
        if (self.value is None) == self.is_reached:
            msg = f"{self.endpoint} {self.kind}: a value, or is_reached = false; got {self.value}"
            raise InvalidValueError(msg)
        if (self.kind == "landmark") != (self.time is not None):
            msg = f"{self.endpoint} {self.kind}: a landmark, and only it, has a time"
            raise InvalidValueError(msg)
        if self.kind == "landmark":
            need_percent("value", self.value)
        for field in ("value", "low", "high"):
            found: Decimal | None = getattr(self, field)
            if found is not None and not (found.is_finite() and found >= 0):
                msg = f"{field} must be finite and at least 0, got {found}"
                raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was observed and is no share and no time to an event.

    Attributes
    ----------
    domain
        What it is about: `kidney`, `blood`, `biomarker`, `imaging` and so on.
    about
        What was found, in our own words.
    place
        Where it stands.
    group
        Group in which it was found, None if all.
    value
        Size of what was found, as printed.
    superseded_by
        Record, or `record#id`, with a newer finding.
    """

    domain: Domain
    about: str
    place: Place
    group: str | None = None
    value: Amount | None = None
    superseded_by: str | None = None

    def __post_init__(self) -> None:
        need_choice("domain", self.domain, get_args(Domain))
        need_text("about", self.about)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says about a thing that can be checked.

    Attributes
    ----------
    kind
        `receptor action`, `emitter class`, `half-life`, `photon energy`, `threshold`; or
        `statement`, which is held against others on the same subject.
    subject
        Agent, nuclide or question that the claim is about.
    stated
        What is said, in the fewest words.
    place
        Where it is said.
    value
        The quantity that is said, of a half-life, an energy or a threshold.
    note
        What a reader must know.
    """

    kind: ClaimKind
    subject: str
    stated: str
    place: Place
    value: Amount | None = None
    note: str = ""

    def __post_init__(self) -> None:
        need_choice("kind", self.kind, get_args(ClaimKind))
        need_text("subject", self.subject)
        need_text("stated", self.stated)
        if self.kind in {"half-life", "photon energy", "threshold"} and self.value is None:
            msg = f"a claim on a {self.kind} needs its value"
            raise InvalidValueError(msg)


def need_percent(field: str, value: Decimal | None) -> None:
    """Raise InvalidValueError unless the value is None, or a percentage from 0 to 100."""
    if value is not None and not (value.is_finite() and 0 <= value <= HUNDRED):
        msg = f"{field} must be a percentage from 0 to 100, got {value}"
        raise InvalidValueError(msg)


def need_share(*, n: int | None, of: int | None, percent: Decimal | None) -> None:
    """Raise InvalidValueError unless a share has a figure and its count is possible.

    Parameters
    ----------
    n, of
        Count and denominator.
    percent
        Percentage.
    """
    if n is None and percent is None:
        msg = "a share needs n, percent or both"
        raise InvalidValueError(msg)
    need_count("n", n, least=0)
    need_count("of", of)
    if n is not None and of is not None and n > of:
        msg = f"n must be at most of, got {n} of {of}"
        raise InvalidValueError(msg)
    need_percent("percent", percent)
