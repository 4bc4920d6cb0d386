"""What is known of which agent: studies and people for each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alphatwin.agents import agents
from alphatwin.evidence import rows_of
from alphatwin.report.pool_value import TOPICS, MapCell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphatwin.evidence import EvidenceRow, Record

_LEVELS: Final = ("paper", "abstract", "registry", "review", "second hand")


def evidence_map(records: Iterable[Record]) -> tuple[MapCell, ...]:
    """Return the cells of agents of the catalogue against topics that hold a figure.

    Parameters
    ----------
    records
        Records that are asked.
    """
    known = {one.name for one in agents()}
    cells: dict[tuple[str, str], dict[str, list[EvidenceRow]]] = {}
    for one in records:
        for row in rows_of(one):
            topic = _topic(row)
            if topic is not None and row.agent in known and row.superseded_by is None:
                mine = cells.setdefault((row.agent, topic), {})
                mine.setdefault(one.report_of or one.id, []).append(row)
    return tuple(
        _cell(name, topic, studies)
        for (name, topic), studies in sorted(
            cells.items(), key=lambda c: (c[0][0], TOPICS.index(c[0][1]))
        )
    )


def _cell(name: str, topic: str, studies: dict[str, list[EvidenceRow]]) -> MapCell:
    sizes = [
        max((r.of for r in rows if r.of is not None), default=None) for rows in studies.values()
    ]
    sized = [size for size in sizes if size is not None]
    nearest = min(_LEVELS.index(r.level) for rows in studies.values() for r in rows)
    return MapCell(
        agent=name,
        topic=topic,
        studies=len(studies),
        patients=sum(sized) if sized else None,
        nearest_source=_LEVELS[nearest],
    )


def _topic(row: EvidenceRow) -> str | None:
    head = row.outcome.split()[0] if row.outcome else ""
    if head in TOPICS:
        return head
    if row.kind == "adverse event":
        return "adverse events"
    return row.domain if row.domain in TOPICS else None
