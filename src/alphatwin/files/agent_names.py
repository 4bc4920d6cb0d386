"""Agents that a course names: its own, and those of the catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alphatwin.agents import Agent, agent, agents
from alphatwin.agents.catalogue import name_key
from alphatwin.errors import AlphaTwinError, DataError
from alphatwin.files.mistakes import show, suggestion
from alphatwin.nuclides import canonical_name

if TYPE_CHECKING:
    from alphatwin.files import schema
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry

_NUCLIDE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,11}")


def nuclide_name(text: str) -> str:
    """Return the canonical name of a nuclide.

    Raises
    ------
    DataError
        If it is none that is known.
    """
    if _NUCLIDE.fullmatch(text) is None:
        msg = f"{show(text)} is no nuclide; write symbol and mass number: Bi-213, 213Bi or Ba-137m"
        raise DataError(msg)
    return canonical_name(text)


class AgentNames:
    """Finds agents by any of their names; the course's own come first.

    Parameters
    ----------
    entries
        ``[[agents]]`` of the course.
    mistakes
        Where what is wrong with them goes.
    """

    def __init__(
        self, entries: tuple[Entry[schema.AgentTable], ...], *, mistakes: Mistakes
    ) -> None:
        self.own: tuple[Agent, ...] = ()
        self._named: dict[str, Agent | None] = {}
        self._spelled: dict[str, str] = {}
        for entry in entries:
            name = entry.text("name")
            if name is None:
                continue
            key = name_key(name)
            if key in self._named or _in_catalogue(name):
                mistakes.add(
                    (*entry.path, "name"),
                    f"{show(name)} is an agent already; give it another name, or leave it out",
                )
                continue
            self._named[key] = _own_agent(entry, mistakes=mistakes)
            self._spelled[key] = name
        self.own = tuple(a for a in self._named.values() if a is not None)

    def find(self, name: str) -> Agent | None:
        """Return the agent of a name; ``None`` if its own table has mistakes.

        Raises
        ------
        DataError
            If there is none; the message suggests a near name and lists all.
        """
        if (key := name_key(name)) in self._named:
            return self._named[key]
        try:
            return agent(name)
        except DataError:
            known = [*self._spelled.values(), *(a.name for a in agents())]
            near = suggestion(name, known) or ";"
            msg = (
                f"{show(name)} is no agent that is known{near} allowed: {', '.join(known)}, or "
                "define it in [[agents]]"
            )
            raise DataError(msg) from None


def _in_catalogue(name: str) -> bool:
    try:
        agent(name)
    except DataError:
        return False
    return True


def _own_agent(entry: Entry[schema.AgentTable], *, mistakes: Mistakes) -> Agent | None:
    if entry.table is None:
        return None
    try:
        nuclide = nuclide_name(entry.table.nuclide)
    except AlphaTwinError as error:
        mistakes.add((*entry.path, "nuclide"), str(error))
        return None
    if (entry.table.target_kind == "receptor") == (entry.table.receptor_action is None):
        mistakes.add(
            (*entry.path, "receptor_action"),
            "say 'agonist' or 'antagonist' of a receptor, and leave it out of another "
            f"target_kind; got {show(entry.table.receptor_action)} of a {entry.table.target_kind}",
        )
        return None
    return Agent(
        name=entry.table.name,
        vector=entry.table.vector,
        target=entry.table.target,
        target_kind=entry.table.target_kind,
        receptor_action=entry.table.receptor_action,
        chelator=entry.table.chelator,
        nuclide=nuclide,
        routes=("intravenous", "intra-arterial"),
        absent=(
            "This agent is defined in the course; no published figure of it is in the catalogue.",
        ),
        note="Defined in the course.",
    )
