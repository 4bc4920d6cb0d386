"""Asking the base: figures as comparable rows, with intervals, and what keeps them apart."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.agents import agent as known_agent
from alphatwin.agents import agents
from alphatwin.errors import DataError, InvalidValueError
from alphatwin.evidence.rows import EvidenceRow, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from alphatwin.evidence.record import Record
    from alphatwin.evidence.rows import CountFrom

# What people write for an outcome, and the name that rows have
SYNONYMS = {
    "objective response": "orr",
    "response rate": "orr",
    "disease control": "dcr",
    "progression-free survival": "pfs",
    "overall survival": "os",
    "renal": "kidney",
    "haematological": "blood",
    "hematological": "blood",
    "marrow": "blood",
    "ae": "adverse event",
    "toxicity": "adverse event",
}
# Words of an adverse event or finding that belong to a domain
OF_DOMAIN = {
    "kidney": ("kidney", "renal", "creatinine"),
    "blood": (
        "blood",
        "haematological",
        "neutrophil",
        "platelet",
        "lymphocyte",
        "anaemia",
        "myelodysplastic",
    ),
    "liver": ("liver", "hepatic"),
}
SHORT = ("orr", "dcr", "cr", "pr", "mr", "sd", "pd", "ne", "pfs", "os", "dor")


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows that answer a question, and what is not comparable among them.

    Attributes
    ----------
    rows
        Rows, by agent, outcome and date.
    not_comparable
        What keeps the rows from being compared, one sentence each.
    """

    rows: tuple[EvidenceRow, ...]
    not_comparable: tuple[str, ...]


def find_rows(
    records: Iterable[Record],
    *,
    agent: str | None = None,
    population: str | None = None,
    outcome: str | None = None,
) -> Answer:
    """Return the rows on an agent, a population and an outcome.

    Parameters
    ----------
    records
        Records that are asked.
    agent
        Agent, by any of its names; None for all.
    population
        Words that must all stand in what is said of the people; None for all.
    outcome
        ``orr``, ``dcr``, ``pfs``, ``os``, a CTCAE term, or a domain such as ``kidney``; None for
        all.

    Raises
    ------
    InvalidValueError
        If a word that is asked for is empty.
    """
    for field, asked in (("agent", agent), ("population", population), ("outcome", outcome)):
        if asked is not None and not asked.strip():
            msg = f"{field} must say something, got {asked!r}; leave it out to ask for all"
            raise InvalidValueError(msg)
    name = None if agent is None else agent_name(agent)
    words = () if population is None else tuple(population.casefold().split())
    wanted = None if outcome is None else _outcome(outcome)
    rows = [
        row
        for record in records
        for row in rows_of(record)
        if (name is None or row.agent.casefold() == name.casefold())
        and all(word in _people(row) for word in words)
        and (wanted is None or wanted(row))
    ]
    rows.sort(key=lambda r: (r.agent, r.outcome, r.published or "", r.record))
    return Answer(tuple(rows), not_comparable(rows))


def agent_name(text: str) -> str:
    """Return the catalogue's name of an agent, or the text itself where it has none."""
    try:
        return known_agent(text).name
    except DataError:
        return text.strip()


def near_agents(text: str, *, records: Iterable[Record]) -> tuple[str, ...]:
    """Return names of agents that a name may have meant; none if it is one itself.

    Parameters
    ----------
    text
        The name that was asked for.
    records
        Records that were asked.
    """
    names = {alias.casefold(): one.name for one in agents() for alias in (one.name, *one.aliases)}
    names |= {name.casefold(): name for one in records for name in one.agents}
    if agent_name(text).casefold() in names:
        return ()
    near = difflib.get_close_matches(text.strip().casefold(), names, n=3, cutoff=0.6)
    return tuple(dict.fromkeys(names[key] for key in near))


def _people(row: EvidenceRow) -> str:
    return f"{row.population} {row.group} {row.prior} {row.title}".casefold()


def _outcome(text: str) -> Callable[[EvidenceRow], bool]:
    key = SYNONYMS.get(text.strip().casefold(), text.strip().casefold())
    if key in SHORT:
        return lambda row: row.outcome.casefold().split()[0] == key
    words = OF_DOMAIN.get(key, (key,))
    return lambda row: (
        any(word in f"{row.outcome} {row.domain} {row.kind}".casefold() for word in words)
        and (key != "blood" or row.domain != "blood pressure")
    )


def not_comparable(rows: Sequence[EvidenceRow]) -> tuple[str, ...]:
    """Return what keeps rows from being compared, one sentence each.

    Parameters
    ----------
    rows
        Rows that stand in one table.
    """
    if len(rows) < 2:
        return ()
    said = [
        _differ("Criteria", [row.criteria or "not stated" for row in rows if row.kind == "share"]),
        _differ("Assessor", [r.assessor for r in rows if r.kind in {"share", "time to event"}]),
        _differ("Therapy with a beta emitter before", [row.prior for row in rows]),
        _differ("Other medicines", [", ".join(row.combination) or "none" for row in rows]),
        _differ("People counted", [row.role for row in rows]),
        _differ("Source", [row.level for row in rows]),
    ]
    for text, some in (
        ("are of single patients: no rates", [r for r in rows if r.study_kind == "case"]),
        ("are replaced by newer figures", [r for r in rows if r.superseded_by]),
        ("are recalled and not read", [r for r in rows if r.status == "recalled"]),
        ("have a count that follows from a percentage", _counted(rows, "percentage")),
        ("have a count that was added up from categories", _counted(rows, "categories")),
        ("have no count that is possible", [r for r in rows if r.kind == "share" and r.n is None]),
    ):
        if some:
            said.append(f"{len(some)} of {len(rows)} rows {text}.")
    if len({row.record for row in rows}) > 1:
        said.append("Arms of different studies: no randomisation stands between them.")
    return tuple(text for text in said if text)


def _counted(rows: Sequence[EvidenceRow], way: CountFrom) -> list[EvidenceRow]:
    return [row for row in rows if row.count_from == way]


def _differ(what: str, values: list[str]) -> str:
    counts = {value: values.count(value) for value in dict.fromkeys(values)}
    if len(counts) < 2:
        return ""
    return f"{what}: " + "; ".join(f"{value} in {n}" for value, n in counts.items()) + "."
