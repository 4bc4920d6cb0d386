"""The base of evidence as reports: a list, a record, the answer to a question, an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.errors import DataError
from alphatwin.evidence import find_rows, record, records, rows_of
from alphatwin.evidence.types import REVIEW
from alphatwin.report.evidence_value import (
    EvidenceAuditReport,
    EvidenceFindReport,
    EvidenceListReport,
    EvidenceRecordReport,
    RecordLine,
)

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.evidence import Record


def asked_records(also: str | Path | None = None) -> tuple[Record, ...]:
    """Return the records of the base, and those of a user beside them.

    Parameters
    ----------
    also
        A record, a folder of records, an export in JSON, or a CSV table; ``None`` for the base
        alone.

    Raises
    ------
    DataError
        If a file is missing or has a mistake, or an identifier is one of the base.
    """
    base = records()
    if also is None:
        return base
    from alphatwin.workflows.evidence_living import read_version

    mine = read_version(also)
    twice = {one.id for one in base} & {one.id for one in mine}
    if twice:
        msg = (
            f"{also}: id: {', '.join(sorted(twice))} is in the base too; give it another "
            "identifier, or compare the two with `alphatwin evidence diff`"
        )
        raise DataError(msg)
    return (*base, *mine)


def evidence_list_report(
    *,
    agent: str | None = None,
    population: str | None = None,
    outcome: str | None = None,
    also: str | Path | None = None,
) -> EvidenceListReport:
    """Return the studies and trials of the base.

    Parameters
    ----------
    agent
        Agent, by any of its names; ``None`` for all.
    population
        Words on the people; ``None`` for all.
    outcome
        Outcome on which they have a figure, as in :func:`alphatwin.evidence.find_rows`; ``None``
        for all.
    also
        Records of the user's that are asked too; see :func:`asked_records`.
    """
    chosen = asked_records(also)
    if (agent, population, outcome) != (None, None, None):
        answer = find_rows(chosen, agent=agent, population=population, outcome=outcome)
        ids = {row.record for row in answer.rows}
        if outcome is None:
            ids |= {one.id for one in chosen if _is_of(one, agent, population)}
        chosen = tuple(one for one in chosen if one.id in ids)
    return EvidenceListReport(
        schema=1, kind="evidence_list", records=tuple(_line(one) for one in chosen)
    )


def evidence_record_report(name: str, *, also: str | Path | None = None) -> EvidenceRecordReport:
    """Return one record with its figures.

    Parameters
    ----------
    name
        Identifier of the record.
    also
        Records of the user's among which it may be; see :func:`asked_records`.

    Raises
    ------
    DataError
        If there is no such record; the message suggests near names.
    """
    one = record(name, among=asked_records(also))
    return EvidenceRecordReport(
        schema=1, kind="evidence_record", record=one, rows=tuple(rows_of(one))
    )


def evidence_find_report(
    *,
    agent: str | None = None,
    population: str | None = None,
    outcome: str | None = None,
    also: str | Path | None = None,
) -> EvidenceFindReport:
    """Return the figures that answer a question.

    Parameters
    ----------
    agent, population, outcome
        What is asked; see :func:`alphatwin.evidence.find_rows`.
    also
        Records of the user's that are asked too; see :func:`asked_records`.
    """
    answer = find_rows(asked_records(also), agent=agent, population=population, outcome=outcome)
    return EvidenceFindReport(
        schema=1,
        kind="evidence_find",
        agent=agent,
        population=population,
        outcome=outcome,
        rows=answer.rows,
        not_comparable=answer.not_comparable,
    )


def evidence_audit_report(path: str | Path | None = None) -> EvidenceAuditReport:
    """Return what an audit finds in the base, or in a user's records.

    Parameters
    ----------
    path
        A record, a folder of records, an export in JSON, or a CSV table; ``None`` for the base.

    Raises
    ------
    DataError
        If a file is missing or has a mistake.
    """
    from alphatwin.evidence.audit import RULES, audit

    if path is None:
        chosen = records()
    else:
        from alphatwin.workflows.evidence_living import read_version

        chosen = read_version(path)
    return EvidenceAuditReport(
        schema=1,
        kind="evidence_audit",
        records=tuple(one.id for one in chosen),
        rules=RULES,
        findings=audit(chosen),
    )


def _line(one: Record) -> RecordLine:
    own = (s.published for s in one.sources if s.key != REVIEW and s.published is not None)
    return RecordLine(
        id=one.id,
        title=one.title,
        kind=one.kind,
        phase=one.phase,
        registration=one.registration,
        agents=one.agents,
        prior=one.prior,
        n=max((g.n for g in one.groups if g.n is not None), default=None),
        state=one.state,
        published=next(own, None),
        figures=sum(1 for _ in one.entries()),
        superseded_by=one.superseded_by,
    )


def _is_of(one: Record, agent: str | None, population: str | None) -> bool:
    """Whether a record without rows is of the agent and the people."""
    from alphatwin.evidence.asking import agent_name

    is_agent = agent is None or agent_name(agent) in one.agents
    text = f"{one.population} {one.prior} {one.title}".casefold()
    return is_agent and all(word in text for word in (population or "").casefold().split())
