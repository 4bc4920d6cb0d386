"""How a nuclide branches: modes, daughters and their shares, in either decay-data set.

Branches of the ``ensdf`` set are those stated in ENSDF; the largest stands for what the others
leave, so that they sum to one without any being scaled.

The ``icrp107`` set holds no branches. The fractions of alpha and beta- are the summed yields of
its own lines, rounded to the six digits to which they are given. For the nuclides of the ENSDF
table, the modes are those of ENSDF: electron capture and beta+ take what alpha and beta- leave,
else the largest branch does, but only if what is missing is round-off; a larger deficit (At-217:
1.2e-4, a beta- branch for which ICRP 107 has no line) stays untracked. For every other nuclide
in its ground state, what is missing is electron capture and beta+ if it is large, and untracked
if it is small. Which state of a daughter is fed cannot be told from the lines: outside of the
ENSDF table a branch is followed only if ICRP 107 knows no isomer of the daughter. Fissioning
nuclides and isomers have no branches here.

Daughters outside of the ENSDF table are followed in branches of at least 1e-4. Inside it, decay
to isomers is not followed: their emissions are those of the parent where the set folds them in,
and lacking where not (Xe-131m after I-131, 1.2 %; Cd-111m after In-111 and Te-123m after I-123,
below 0.01 %).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from alphatwin.nuclides import ensdf, icrp107
from alphatwin.nuclides.names import atomic_number, mass_number, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAUGHTER_STEP = {"alpha": (-2, -4), "beta-": (1, 0), "EC/beta+": (-1, 0)}
# Sums of ICRP 107 yields, each printed with six digits, miss unity by up to 1.1e-6.
_ROUND_OFF = 5e-6
_YIELD_DIGITS = 6
# Deficits of ICRP 107 that are no electron capture reach 3 % (At-219: a missing beta- branch).
_LEAST_CAPTURE = 0.05
# Lesser branches to daughters outside of the ENSDF table would add members to a chain that
# change no figure of it.
_LEAST_FOLLOWED = 1e-4
# Daughters of which an isomer is known, but lies above the energy that the parent has to give:
# Bi-210m at 271 keV, of 63.5 keV from Pb-210.
_ISOMER_OUT_OF_REACH = frozenset({("Pb-210", "Bi-210")})
_ISOMER_MARKS = ("m", "n")
_NO_BRANCHES = (
    "holds no branches, and those of isomers and of fissioning nuclides cannot be told from lines"
)


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which a nuclide decays.

    Attributes
    ----------
    daughter
        Canonical name of what is made.
    fraction
        Share of the decays.
    mode
        ``alpha``, ``beta-`` or ``EC/beta+``.
    """

    daughter: str
    fraction: float
    mode: str


@dataclass(frozen=True, slots=True)
class Branching:
    """Branches that are followed, largest first, and those that are not, in words."""

    followed: tuple[Branch, ...]
    untracked: tuple[str, ...]


@cache
def branching(name: str, *, decay_data: str) -> Branching:
    """Return how a radioactive nuclide branches (canonical name, in this set)."""
    fractions = _fractions(name, decay_data)
    if not fractions:
        return Branching((), (f"every decay: {decay_data} {_NO_BRANCHES}",))
    followed, untracked = [], []
    for mode, fraction in sorted(fractions.items(), key=lambda item: -item[1]):
        daughter = _daughter(name, mode)
        if daughter is None:
            untracked.append(f"{mode} {fraction:.6g} to fragments")
        elif why := _not_followed(name, daughter, fraction, decay_data):
            untracked.append(f"{mode} {fraction:.6g} to {daughter}{why}")
        else:
            followed.append(Branch(daughter, fraction, mode))
    deficit = 1.0 - math.fsum(fractions.values())
    if deficit > _ROUND_OFF:
        untracked.append(f"{deficit:.6g} for which {decay_data} has no line")
    return Branching(tuple(followed), tuple(untracked))


def _fractions(name: str, decay_data: str) -> Mapping[str, float]:
    known = ensdf.structure().get(name)
    if decay_data == "ensdf":
        return {} if known is None else _ensdf_fractions(known)
    record = icrp107.record(name)
    return _derived_fractions(name, record) if known is None else _icrp107_fractions(record, known)


def _ensdf_fractions(known: ensdf.Structure) -> Mapping[str, float]:
    """Return the fractions of every mode; the largest is what the others leave."""
    fractions = {**known.stated, **known.others}
    largest = max(fractions, key=fractions.__getitem__)
    rest = math.fsum(part for mode, part in fractions.items() if mode != largest)
    return fractions | {largest: 1.0 - rest}


def _icrp107_fractions(record: icrp107.Record, known: ensdf.Structure) -> Mapping[str, float]:
    """Return the fractions of every mode from the yields; a deficit may remain."""
    fractions = _summed_yields(record)
    if "EC/beta+" in known.stated:
        return fractions | {"EC/beta+": 1.0 - math.fsum(fractions.values())}
    largest = max(fractions, key=fractions.__getitem__)
    rest = math.fsum(part for mode, part in fractions.items() if mode != largest)
    if math.fsum(fractions.values()) > 1.0 - _ROUND_OFF:
        fractions[largest] = 1.0 - rest
    return fractions


def _derived_fractions(name: str, record: icrp107.Record) -> Mapping[str, float]:
    """Return the fractions of a nuclide of which only the lines are known; none if unclear."""
    if name.endswith(_ISOMER_MARKS) or record.lines["fission"]:
        return {}
    fractions = _summed_yields(record)
    rest = 1.0 - math.fsum(fractions.values())
    if rest >= _LEAST_CAPTURE:
        return fractions | {"EC/beta+": rest}
    if abs(rest) < _ROUND_OFF:
        largest = max(fractions, key=fractions.__getitem__)
        fractions[largest] += rest
    return fractions


def _summed_yields(record: icrp107.Record) -> dict[str, float]:
    yields = {mode: record.yield_per_decay(mode) for mode in ("alpha", "beta-")}
    return {mode: round(y, _YIELD_DIGITS) for mode, y in yields.items() if y > 0.0}


def _daughter(name: str, mode: str) -> str | None:
    if mode not in _DAUGHTER_STEP:
        return None
    step_z, step_a = _DAUGHTER_STEP[mode]
    return name_of(
        atomic_number=atomic_number(name) + step_z, mass_number=mass_number(name) + step_a
    )


def _not_followed(name: str, daughter: str, fraction: float, decay_data: str) -> str | None:
    """Return why a branch is not followed, as words after the daughter; none if it is."""
    if name in ensdf.structure() and (daughter in ensdf.structure() or daughter in ensdf.ends()):
        return None
    if decay_data == "ensdf":
        return ", which is not in the ENSDF table"
    if fraction < _LEAST_FOLLOWED:
        return ", below the least branch that is followed"
    if (name, daughter) in _ISOMER_OUT_OF_REACH:
        return None
    isomers = [daughter + mark for mark in _ISOMER_MARKS if icrp107.has(daughter + mark)]
    return f" or {' or '.join(isomers)}, which the lines do not tell" if isomers else None
