"""Reference levels: what published studies compare with. None of them is a limit.

Levels of organs, and of activities observed under one agent, stand in the table
``reference_levels``; caps of published regimens are taken from the catalogue of agents, so that no
figure stands twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, cast, get_args

from alphatwin.agents import Source
from alphatwin.errors import DataError
from alphatwin.nuclides import decay_chain, energy_per_decay_mev
from alphatwin.tables.loader import load

if TYPE_CHECKING:
    from alphatwin.agents import Agent
    from alphatwin.agents.types import Status
    from alphatwin.tables.provenance import Provenance

LevelQuantity = Literal[
    "bed_gy",
    "absorbed_dose_gy",
    "single_activity_bq",
    "repeated_activity_bq",
    "cumulative_activity_bq",
]
Organ = Literal["kidneys", "red_marrow"]

_KIDNEY = re.compile(r"\b(kidneys?|renal)\b")
_MARROW = re.compile(r"\b(red|bone)? ?marrow\b")


@dataclass(frozen=True, slots=True)
class ReferenceLevel:
    """A published figure to compare with.

    Attributes
    ----------
    key
        Short name, unique.
    organ
        Organ that it is of; ``None`` for an activity.
    quantity
        What it is of; its ending is the unit of ``value``.
    value
        The level, in the unit of the quantity.
    agent
        Agent under which it was observed; ``None`` for a level of an organ.
    radiation
        Radiation under which it was observed.
    population
        In whom, in words.
    n
        How many; ``None`` if not stated.
    made_for_alphas
        Whether it was observed under an alpha emitter.
    source
        Where it is published.
    """

    key: str
    organ: Organ | None
    quantity: LevelQuantity
    value: float
    agent: str | None
    radiation: str
    population: str
    n: int | None
    made_for_alphas: bool
    source: Source

    @property
    def is_of_activity(self) -> bool:
        """Whether the level is an activity, and not a dose or BED of an organ."""
        return self.organ is None


@cache
def reference_levels() -> tuple[ReferenceLevel, ...]:
    """Return every level of the table, in its order.

    Raises
    ------
    DataError
        If a row names a quantity or organ that does not exist.
    """
    return tuple(_level(row) for row in load("reference_levels").rows)


def levels_provenance() -> Provenance:
    """Return where the table of levels comes from."""
    return load("reference_levels").provenance


def organ_of(*names: str) -> Organ | None:
    """Return the organ of the reference levels that one of a region's names means, or ``None``.

    Parameters
    ----------
    *names
        Names of a region, such as that of the course and that of the published kinetics.
    """
    for name in names:
        plain = name.casefold().replace("_", " ").replace("-", " ")
        if _KIDNEY.search(plain):
            return "kidneys"
        if _MARROW.search(plain):
            return "red_marrow"
    return None


def levels_of_organ(organ: Organ) -> tuple[ReferenceLevel, ...]:
    """Return the levels of an organ, in the order of the table.

    Parameters
    ----------
    organ
        The organ.
    """
    return tuple(level for level in reference_levels() if level.organ == organ)


def levels_of_agent(agent: Agent) -> tuple[ReferenceLevel, ...]:
    """Return the levels of activity of an agent's own studies; may be empty.

    Parameters
    ----------
    agent
        The agent; levels of another agent are never borrowed.
    """
    of_table = (level for level in reference_levels() if level.agent == agent.name)
    return (*of_table, *_caps(agent))


def _caps(agent: Agent) -> tuple[ReferenceLevel, ...]:
    """Return the caps of an agent's regimens as levels, each figure once."""
    found: dict[tuple[str, float], ReferenceLevel] = {}
    for p in agent.prescriptions:
        caps: tuple[tuple[LevelQuantity, float | None], ...] = (
            ("single_activity_bq", p.single_limit_bq),
            ("cumulative_activity_bq", p.cumulative_limit_bq),
        )
        for quantity, value_bq in caps:
            if value_bq is not None:
                level = ReferenceLevel(
                    key=f"cap of {p.name}, {quantity.removesuffix('_activity_bq')}",
                    organ=None,
                    quantity=quantity,
                    value=value_bq,
                    agent=agent.name,
                    radiation="of the agent itself",
                    population=p.population,
                    n=None,
                    made_for_alphas=emits_alphas(agent),
                    source=p.source,
                )
                found.setdefault((quantity, value_bq), level)
    return tuple(found.values())


def emits_alphas(agent: Agent) -> bool:
    """Return whether the nuclide of an agent, or a daughter of it, emits alpha particles."""
    chain = decay_chain(agent.nuclide)
    return any(energy_per_decay_mev(name).alpha > 0.0 for name in chain.nuclides)


def _level(row: dict[str, str]) -> ReferenceLevel:
    if row["quantity"] not in get_args(LevelQuantity) or (
        row["organ"] and row["organ"] not in get_args(Organ)
    ):
        msg = (
            f"reference_levels: {row['key']} is of {row['quantity']!r} in {row['organ']!r}; "
            f"allowed are {', '.join(get_args(LevelQuantity))} and {', '.join(get_args(Organ))}"
        )
        raise DataError(msg)
    return ReferenceLevel(
        key=row["key"],
        organ=cast("Organ", row["organ"]) if row["organ"] else None,
        quantity=cast("LevelQuantity", row["quantity"]),
        value=float(row["value"]),
        agent=row["agent"] or None,
        radiation=row["radiation"],
        population=row["population"],
        n=int(row["n"]) if row["n"] else None,
        made_for_alphas=row["made_for_alphas"] == "yes",
        source=Source(
            citation=row["citation"],
            doi_or_url=row["doi_or_url"],
            status=cast("Status", row["status"]),
            note=row["note"],
        ),
    )
