"""Studies of the base in one number: chosen, pooled, set side by side, with a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from alphatwin.errors import DataError
from alphatwin.evidence import find_rows, records
from alphatwin.evidence.asking import near_agents, not_comparable
from alphatwin.evidence.pooling import choose, leave_one_out, pool_shares, regress
from alphatwin.report.pool_value import (
    EvidencePoolReport,
    PooledGroup,
    PooledStudy,
    WithoutStudy,
)
from alphatwin.workflows.evidence_map import evidence_map

if TYPE_CHECKING:
    from alphatwin.evidence import EvidenceRow, Record
    from alphatwin.evidence.pooling import Choice, Pooled, Regression

By = Literal["none", "agent", "prior"]

NOTICE: Final = (
    "For research use only; not a medical device. A pool of published single arms describes what "
    "was observed; it does not say what a treatment does in one patient."
)
ACROSS_AGENTS: Final = (
    "Agents stand side by side across single arms of different studies. No randomisation is "
    "between them: patients, earlier therapy, follow-up and judgement differ, and any difference "
    "may be theirs and not the agents'. This is no comparison of agents."
)
ALL_AGENTS: Final = (
    "The number for all studies mixes agents: read it as a description of this set of studies."
)
PRIORS: Final = {
    "naive": "no beta emitter before",
    "after beta emitter": "after a beta emitter",
    "mixed": "with and without a beta emitter before",
    "not stated": "earlier therapy not stated",
}
MODERATORS: Final[tuple[tuple[By, str], ...]] = (
    ("agent", "agent"),
    ("prior", "therapy with a beta emitter before"),
)


def evidence_pool_report(
    *,
    outcome: str,
    by: By = "agent",
    agent: str | None = None,
    population: str | None = None,
    chosen: tuple[Record, ...] | None = None,
) -> EvidencePoolReport:
    """Return the studies on an outcome in one number for each group.

    Parameters
    ----------
    outcome
        ``orr``, ``dcr``, a category or an adverse event; see :func:`alphatwin.evidence.find_rows`.
    by
        What makes the groups.
    agent, population
        Only these; None for all.
    chosen
        Records that are asked, None for the base.

    Raises
    ------
    DataError
        If nothing can be pooled; the message says what was found.
    """
    base = records() if chosen is None else chosen
    choice = choose(base, outcome=outcome, agent=agent, population=population)
    if not choice.rows:
        msg = _nothing(base, choice, outcome=outcome, agent=agent, population=population)
        raise DataError(msg)
    named = {row.outcome for row in choice.rows}
    if len(named) > 1:
        msg = f"outcome {outcome!r} means several: {', '.join(sorted(named))}; name one of them"
        raise DataError(msg)
    studies = _studies(choice.rows, by)
    groups = tuple(
        PooledGroup(name=name, pooled=_pool([s for s in studies if s.group_of_studies == name]))
        for name in dict.fromkeys(s.group_of_studies for s in studies)
    )
    return EvidencePoolReport(
        schema=1,
        kind="evidence_pool",
        notice=NOTICE,
        outcome=next(iter(named)),
        agent=agent,
        population=population,
        by=by,
        warnings=_warnings(studies),
        studies=studies,
        groups=groups,
        overall=_pool(studies),
        regressions=_regressions(studies),
        leave_one_out=_without_each(studies),
        left_out=choice.left_out,
        times_to_event=_times(base, studies, population),
        evidence_map=evidence_map(base),
    )


def _nothing(
    base: tuple[Record, ...],
    choice: Choice,
    *,
    outcome: str,
    agent: str | None,
    population: str | None,
) -> str:
    """Return why no figure answers, and what was perhaps meant."""
    why = "; ".join(dict.fromkeys(f"{one.record}: {one.why}" for one in choice.left_out[:4]))
    near = () if agent is None else near_agents(agent, records=base)
    asked = (("agent", agent), ("population", population))
    return "".join(
        (
            f"outcome {outcome!r}",
            *(f" of {what} {said!r}" for what, said in asked if said is not None),
            ": no share with a count stands in the base for it",
            f" ({why})" if why else "",
            f"; no agent has that name, nearest: {' or '.join(near)}" if near else "",
            "; survival times are listed by `evidence find`, and never pooled",
            "; shares are such as orr, dcr, sd, pd or a CTCAE term",
        )
    )


def _studies(rows: tuple[EvidenceRow, ...], by: By) -> tuple[PooledStudy, ...]:
    names = [row.record for row in rows]
    found = [
        PooledStudy(
            label=row.record if names.count(row.record) == 1 else f"{row.record}, {row.prior}",
            group_of_studies=_group(row, by),
            row=row,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda s: (s.group_of_studies, s.row.published or "", s.label)))


def _group(row: EvidenceRow, by: By) -> str:
    return {"agent": row.agent, "prior": PRIORS[row.prior], "none": "all studies"}[by]


def _counts(studies: tuple[PooledStudy, ...] | list[PooledStudy]) -> tuple[list[int], list[int]]:
    return [s.row.n or 0 for s in studies], [s.row.of or 0 for s in studies]


def _pool(studies: tuple[PooledStudy, ...] | list[PooledStudy]) -> Pooled:
    return pool_shares(*_counts(studies))


def _regressions(studies: tuple[PooledStudy, ...]) -> tuple[Regression, ...]:
    found = (
        regress(*_counts(studies), groups=[_group(s.row, by) for s in studies], moderator=words)
        for by, words in MODERATORS
    )
    return tuple(one for one in found if one is not None)


def _without_each(studies: tuple[PooledStudy, ...]) -> tuple[WithoutStudy, ...]:
    if len(studies) < 3:
        return ()
    return tuple(
        WithoutStudy(without=study.label, estimate=estimate)
        for study, estimate in zip(studies, leave_one_out(*_counts(studies)), strict=True)
    )


def _warnings(studies: tuple[PooledStudy, ...]) -> tuple[str, ...]:
    across = len({s.row.agent for s in studies}) > 1
    said = [ACROSS_AGENTS, ALL_AGENTS] if across else []
    return (*said, *not_comparable([s.row for s in studies]))


def _times(
    base: tuple[Record, ...], studies: tuple[PooledStudy, ...], population: str | None
) -> tuple[EvidenceRow, ...]:
    agents = {s.row.agent for s in studies}
    rows = find_rows(base, population=population, outcome="time to event").rows
    return tuple(
        row
        for row in rows
        if row.agent in agents and "ratio" not in row.outcome and row.superseded_by is None
    )
