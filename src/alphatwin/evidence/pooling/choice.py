"""Which figures of the base may stand in one pool: one for each group of people."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alphatwin.agents import agents
from alphatwin.evidence.asking import agent_name, find_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphatwin.evidence.record import Record
    from alphatwin.evidence.rows import EvidenceRow

_LEVELS = ("paper", "abstract", "registry", "review", "second hand")
_ASSESSORS = ("central", "not stated", "investigator")
_NO_COUNT = re.compile(r"\bno count\b|\bdenominator\b|\bgive\b|\bevents are counted\b")
_REPLACED = "replaced by "
_NOT_A_STUDY = {
    "case": "a single patient shows that it can happen, not how often",
    "synthesis": "a pool of other studies, which would count their patients twice",
    "review": "a review, which would count patients of its studies twice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A figure that is not in the pool.

    Attributes
    ----------
    record
        Identifier of the record.
    field
        Path of the figure in its record.
    agent
        Agent of the group.
    group
        Group, in words.
    stated
        The figure as printed.
    why
        Why it is left out.
    """

    record: str
    field: str
    agent: str
    group: str
    stated: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Figures that may be pooled, and those that may not.

    Attributes
    ----------
    rows
        One row for each group of people, by agent and record.
    left_out
        The others, each with the reason.
    """

    rows: tuple[EvidenceRow, ...]
    left_out: tuple[LeftOut, ...]


def choose(
    records: Sequence[Record],
    *,
    outcome: str,
    agent: str | None = None,
    population: str | None = None,
) -> Choice:
    """Return which figures on an outcome may be pooled.

    Of several figures on the same people (one trial and its reports, one agent, one earlier
    therapy) one is taken: nearest to the data first, then judged centrally, then of most people.

    Parameters
    ----------
    records
        Records that are asked.
    outcome, agent, population
        What is asked; see :func:`alphatwin.evidence.find_rows`.
    """
    trials = {one.id: one.report_of or one.id for one in records}
    known = {one.name for one in agents()}
    asked = None if agent is None else agent_name(agent)
    found = find_rows(records, outcome=outcome, agent=agent, population=population)
    left_out, kept = [], []
    for row in found.rows:
        if row.kind not in {"share", "adverse event"}:
            continue
        why = _unfit(row, known=known | {asked or ""})
        if why is None:
            kept.append(row)
        else:
            left_out.append(_left(row, why))
    chosen = []
    for rows in _same_people(kept, trials):
        best = min(rows, key=_rank)
        chosen.append(best)
        said = f"the same people: {best.record} with {best.n}/{best.of} stands for them"
        left_out += [_left(row, said) for row in rows if row is not best]
    standing = {row.record for row in chosen}
    return Choice(tuple(chosen), tuple(_without_heir(one, standing) for one in left_out))


def _unfit(row: EvidenceRow, *, known: set[str]) -> str | None:
    """Return why a row is in no pool, None if it may be."""
    if row.superseded_by is not None:
        return f"{_REPLACED}{row.superseded_by}"
    if row.study_kind in _NOT_A_STUDY:
        return _NOT_A_STUDY[row.study_kind]
    if row.status == "recalled":
        return "recalled, not read in its source"
    if row.exact_low_fraction is None:
        return next((c for c in row.cautions if _NO_COUNT.search(c)), "no count of people")
    if row.agent not in known:
        return "a comparator, no agent of the catalogue"
    return None


def _without_heir(one: LeftOut, standing: set[str]) -> LeftOut:
    """Return a replaced figure, saying so if what replaced it cannot be pooled either."""
    heir = one.why.removeprefix(_REPLACED)
    if heir == one.why or heir.partition("#")[0] in standing:
        return one
    return replace(one, why=f"{one.why}, whose own figure cannot be pooled")


def _same_people(
    rows: Iterable[EvidenceRow], trials: dict[str, str]
) -> Iterable[list[EvidenceRow]]:
    groups: dict[tuple[str, str, str], list[EvidenceRow]] = {}
    for row in rows:
        groups.setdefault((row.agent, trials[row.record], row.prior), []).append(row)
    for (name, trial, prior), mine in list(groups.items()):
        parts = [key for key in groups if key[:2] == (name, trial) and key[2] != "mixed"]
        if prior == "mixed" and parts:  # the whole of a trial whose parts are there
            groups[parts[0]] += groups.pop((name, trial, prior))
            groups[parts[0]].sort(key=lambda row: row in mine)
    return groups.values()


def _rank(row: EvidenceRow) -> tuple[int, int, int, int]:
    level = _LEVELS.index(row.level) if row.level in _LEVELS else len(_LEVELS)
    is_part = int(row.role == "subgroup" or row.prior == "mixed")
    return is_part, level, _ASSESSORS.index(row.assessor), -(row.of or 0)


def _left(row: EvidenceRow, why: str) -> LeftOut:
    return LeftOut(
        record=row.record,
        field=row.field,
        agent=row.agent,
        group=row.group,
        stated=row.stated,
        why=why,
    )
