"""What `alphatwin evidence list`, `show`, `find` and `audit` answer, as frozen values.

Descriptions stand in docstrings, as in the core: the commands answer without importing pydantic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alphatwin.evidence import EvidenceRow, Record  # noqa: TC001 - schemas read them at run time
from alphatwin.evidence.audit.finding import AuditFinding  # noqa: TC001 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One study or trial in a list.

    Attributes
    ----------
    id
        Identifier of the record.
    title
        What it is.
    kind
        Kind of record.
    phase
        Phase of a trial; null if it has none.
    registration
        Registry numbers.
    agents
        Agents under study.
    prior
        Therapy with a beta emitter before.
    n
        People in the largest group; null if none is sized.
    state
        How far it was when last heard of.
    published
        When its first source of its own appeared.
    figures
        Entries that say where they stand.
    superseded_by
        Record that replaces it; null if none does.
    """

    id: str
    title: str
    kind: str
    phase: str | None
    registration: tuple[str, ...]
    agents: tuple[str, ...]
    prior: str
    n: int | None
    state: str
    published: str | None
    figures: int
    superseded_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceListReport:
    """Every study and trial of the base, or those on an agent.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    records
        Records, by identifier.
    """

    schema: Literal[1]
    kind: Literal["evidence_list"]
    records: tuple[RecordLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecordReport:
    """One study or trial with all its figures.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    record
        The record; printed numbers are texts and keep their digits.
    rows
        Its figures as comparable rows.
    """

    schema: Literal[1]
    kind: Literal["evidence_record"]
    record: Record
    rows: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFindReport:
    """Figures that answer a question, side by side.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    agent
        Agent that was asked for; null for all.
    population
        Words on the people that were asked for.
    outcome
        Outcome that was asked for; null for all of them.
    rows
        Figures, by agent, outcome and date.
    not_comparable
        What keeps the rows from being compared, one sentence each.
    """

    schema: Literal[1]
    kind: Literal["evidence_find"]
    agent: str | None
    population: str | None
    outcome: str | None
    rows: tuple[EvidenceRow, ...]
    not_comparable: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAuditReport:
    """What an audit found; findings are results and no failure.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    records
        Identifiers of the records that were audited.
    rules
        What each rule holds a record to.
    findings
        What breaks a rule.
    """

    schema: Literal[1]
    kind: Literal["evidence_audit"]
    records: tuple[str, ...]
    rules: dict[str, str]
    findings: tuple[AuditFinding, ...]
