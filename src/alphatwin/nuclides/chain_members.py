"""Which nuclides a decay chain has: the walk from the roots to the stable ends."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.nuclides.chain import DecayChain
from alphatwin.nuclides.decay_data import (
    DecayDataName,
    check_decay_data,
    known_nuclide,
)
from alphatwin.nuclides.names import canonical_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphatwin.nuclides.decay_data import Nuclide

# A chain that loses more of its decays than this to radioactive nuclides outside the data
# would give wrong energies: it is refused unless asked for.
_LARGEST_UNTRACKED = 0.01


def decay_chain(
    name_or_names: str | Sequence[str],
    *,
    decay_data: DecayDataName = "icrp107",
    allow_untracked: bool = False,
) -> DecayChain:
    """Return the chain of a nuclide, or of several nuclides together.

    Parameters
    ----------
    name_or_names
        The nuclides that are there to begin with.
    decay_data
        ``icrp107`` or ``ensdf``.
    allow_untracked
        Accept a chain of which more than 1 % of the decays of a member lead to nuclides
        outside the data (137Cs, whose Ba-137m the lines do not tell from Ba-137): activities
        of the members stay exact, but energies lack what is outside.

    Raises
    ------
    DataError
        If a nuclide is unknown, or is not in this set.
    NotSupportedError
        If a nuclide is stable, or if the chain leaves the data: see ``allow_untracked``.
    """
    check_decay_data(decay_data)
    asked = (name_or_names,) if isinstance(name_or_names, str) else tuple(name_or_names)
    if not asked:
        msg = "decay_chain needs at least one nuclide, got none"
        raise InvalidValueError(msg)
    roots = tuple(dict.fromkeys(canonical_name(name) for name in asked))
    return _decay_chain(roots, decay_data, allow_untracked)


@cache
def _decay_chain(
    roots: tuple[str, ...],
    decay_data: DecayDataName,
    allow_untracked: bool,  # noqa: FBT001
) -> DecayChain:
    found: dict[str, Nuclide] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = known_nuclide(name, decay_data=decay_data)
            _check_member(found[name], is_root=name in roots, allow_untracked=allow_untracked)
            waiting += [branch.daughter for branch in found[name].branches]
    ends = tuple(sorted(name for name, member in found.items() if member.is_stable))
    members = _parents_first(found, roots=roots, ends=ends)
    row = {name: i for i, name in enumerate((*members, *ends))}
    branching = np.zeros((len(row), len(members)))
    for name in members:
        for branch in found[name].branches:
            branching[row[branch.daughter], row[name]] += branch.fraction
    return DecayChain(
        decay_data=decay_data,
        roots=roots,
        nuclides=members,
        stable_ends=ends,
        decay_constants_per_s=np.array([found[m].decay_constant_per_s for m in members]),
        branching=branching,
        untracked_fractions=np.array([found[m].untracked_fraction for m in members]),
    )


def _check_member(member: Nuclide, *, is_root: bool, allow_untracked: bool) -> None:
    if is_root and member.is_stable:
        msg = f"{member.name} is stable, or treated as stable: it has no decay chain"
        raise NotSupportedError(msg)
    if member.untracked_fraction > _LARGEST_UNTRACKED and not allow_untracked:
        msg = (
            f"the chain leaves the data at {member.name}: {'; '.join(member.untracked)}; "
            "pass allow_untracked=True to follow it only so far"
        )
        raise NotSupportedError(msg)


def _parents_first(
    found: Mapping[str, Nuclide], *, roots: tuple[str, ...], ends: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the radioactive members in topological order, depth first from the roots."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order and name not in ends:
            # The least branch first, so that reversed the main line comes first.
            for branch in reversed(found[name].branches):
                visit(branch.daughter)
            order.append(name)

    for root in reversed(roots):
        visit(root)
    return tuple(reversed(order))
