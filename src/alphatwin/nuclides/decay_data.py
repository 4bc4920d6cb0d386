"""What a nuclide is: half-life, branches and mass, in either decay-data set.

Branches of the ``ensdf`` set are those stated in ENSDF; the largest stands for what the others
leave, so that they sum to one without any being scaled.

The ``icrp107`` set holds no branches. Its modes and daughters are those of ENSDF; the fractions
are the summed yields of its own alpha and beta- lines, rounded to the six digits to which they
are given. Electron capture and beta+ take what alpha and beta- leave, else the largest branch
does, but only if what is missing is round-off; a larger deficit (At-217: 1.2e-4, a beta- branch
for which ICRP 107 has no line) stays untracked. Decay to isomers is not followed: their
emissions are those of the parent where the set folds them in, and lacking where not (Xe-131m
after I-131, 1.2 %; Cd-111m after In-111 and Te-123m after I-123, below 0.01 %).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.nuclides import ensdf, icrp107
from alphatwin.nuclides.names import atomic_number, canonical_name, mass_number, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.tables.provenance import Provenance

DecayDataName = Literal["icrp107", "ensdf"]
DECAY_DATA_NAMES: tuple[DecayDataName, ...] = get_args(DecayDataName)

_DAUGHTER_STEP = {"alpha": (-2, -4), "beta-": (1, 0), "EC/beta+": (-1, 0)}
# Sums of ICRP 107 yields, each printed with six digits, miss unity by up to 1.1e-6.
_ROUND_OFF = 5e-6
_YIELD_DIGITS = 6


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
class Nuclide:
    """A nuclide in one decay-data set.

    Attributes
    ----------
    name, decay_data
        Canonical name, and the set.
    half_life_s
        Half-life; infinite at the end of a chain. [s]
    branches
        Decays to a daughter that is in the data, largest first.
    untracked_fraction
        Share of the decays that lead outside the data (cluster decay, fission, daughters that
        are not in the table, deficits of the set). Stated so that nothing is dropped unseen.
    untracked
        What those decays are, in words.
    atomic_mass_g_per_mol
        Molar mass of the neutral atom. [g/mol]
    atomic_mass_source
        Where it comes from: ``AME 2020`` or ``mass number``.
    """

    name: str
    decay_data: DecayDataName
    half_life_s: float
    branches: tuple[Branch, ...]
    untracked_fraction: float
    untracked: tuple[str, ...]
    atomic_mass_g_per_mol: float
    atomic_mass_source: str

    @property
    def decay_constant_per_s(self) -> float:
        """Decay constant. [1/s]."""
        return math.log(2.0) / self.half_life_s

    @property
    def is_stable(self) -> bool:
        """Whether the nuclide ends a chain."""
        return math.isinf(self.half_life_s)

    @property
    def atomic_number(self) -> int:
        """Number of protons."""
        return atomic_number(self.name)

    @property
    def mass_number(self) -> int:
        """Number of nucleons."""
        return mass_number(self.name)


def check_decay_data(decay_data: str) -> None:
    """Raise InvalidValueError unless the decay-data set is known."""
    if decay_data not in DECAY_DATA_NAMES:
        allowed = ", ".join(DECAY_DATA_NAMES)
        msg = f"decay_data is {decay_data!r}; allowed: {allowed}"
        raise InvalidValueError(msg)


def nuclide(name: str, *, decay_data: DecayDataName = "icrp107") -> Nuclide:
    """Return half-life, branches and mass of a nuclide.

    Parameters
    ----------
    name
        The nuclide in any usual spelling.
    decay_data
        ``icrp107`` or ``ensdf``.

    Returns
    -------
    Nuclide
        Under ``icrp107``, a nuclide outside the chain table has no branches and an
        ``untracked_fraction`` of one.

    Raises
    ------
    DataError
        If the nuclide is unknown, or is not in this set.
    InvalidValueError
        If the set is unknown.
    """
    check_decay_data(decay_data)
    return _nuclide(canonical_name(name), decay_data)


@cache
def _nuclide(name: str, decay_data: DecayDataName) -> Nuclide:
    if name in ensdf.ends():
        return _chain_end(name, decay_data)
    known = ensdf.structure().get(name)
    if decay_data == "ensdf":
        if known is None:
            msg = (
                f"nuclide {name!r} is not in the ENSDF table "
                f"({', '.join(sorted(ensdf.structure()))}); use decay_data='icrp107'"
            )
            raise DataError(msg)
        return _assemble(name, decay_data, known.half_life_s, _ensdf_fractions(known))
    record = icrp107.record(name)
    fractions = _icrp107_fractions(record, known) if known else {}
    return _assemble(name, decay_data, record.half_life_s, fractions)


def _chain_end(name: str, decay_data: DecayDataName) -> Nuclide:
    mass, source = _atomic_mass(name)
    return Nuclide(name, decay_data, math.inf, (), 0.0, (), mass, source)


def _atomic_mass(name: str) -> tuple[float, str]:
    known = ensdf.structure().get(name)
    if known is None:
        return float(mass_number(name)), "mass number"
    return known.atomic_mass_u, "AME 2020"


def _ensdf_fractions(known: ensdf.Structure) -> Mapping[str, float]:
    """Return the fractions of every mode; the largest is what the others leave."""
    fractions = {**known.stated, **known.others}
    largest = max(fractions, key=fractions.__getitem__)
    rest = math.fsum(part for mode, part in fractions.items() if mode != largest)
    return fractions | {largest: 1.0 - rest}


def _icrp107_fractions(record: icrp107.Record, known: ensdf.Structure) -> Mapping[str, float]:
    """Return the fractions of every mode from the yields; a deficit may remain."""
    yields = {
        "alpha": record.yield_per_decay("alpha"),
        "beta-": record.yield_per_decay("beta-"),
    }
    fractions = {mode: round(y, _YIELD_DIGITS) for mode, y in yields.items() if y > 0.0}
    if "EC/beta+" in known.stated:
        return fractions | {"EC/beta+": 1.0 - math.fsum(fractions.values())}
    largest = max(fractions, key=fractions.__getitem__)
    rest = math.fsum(part for mode, part in fractions.items() if mode != largest)
    if math.fsum(fractions.values()) > 1.0 - _ROUND_OFF:
        fractions[largest] = 1.0 - rest
    return fractions


def _assemble(
    name: str, decay_data: DecayDataName, half_life_s: float, fractions: Mapping[str, float]
) -> Nuclide:
    branches, untracked = [], []
    for mode, fraction in sorted(fractions.items(), key=lambda item: -item[1]):
        daughter = _daughter(name, mode)
        if daughter and (daughter in ensdf.structure() or daughter in ensdf.ends()):
            branches.append(Branch(daughter, fraction, mode))
        else:
            untracked.append(f"{mode} {fraction:.6g} to {daughter or 'fragments'}")
    left = max(0.0, 1.0 - math.fsum(branch.fraction for branch in branches))
    deficit = 1.0 - math.fsum(fractions.values())
    if fractions and deficit > _ROUND_OFF:
        untracked.append(f"{deficit:.6g} for which {decay_data} has no line")
    if not fractions:
        untracked.append("every decay: the chain table does not hold this nuclide")
    mass, source = _atomic_mass(name)
    return Nuclide(
        name, decay_data, half_life_s, tuple(branches), left, tuple(untracked), mass, source
    )


def _daughter(name: str, mode: str) -> str | None:
    if mode not in _DAUGHTER_STEP:
        return None
    step_z, step_a = _DAUGHTER_STEP[mode]
    return name_of(
        atomic_number=atomic_number(name) + step_z, mass_number=mass_number(name) + step_a
    )


def require_chain(member: Nuclide) -> None:
    """Raise NotSupportedError if nothing is known of what a nuclide decays to."""
    if not member.is_stable and member.name not in ensdf.structure():
        msg = (
            f"the decay chain of {member.name} is not supported: {member.decay_data} gives its "
            "half-life and emissions, but the chain table holds no branches for it; "
            f"chains exist for {', '.join(sorted(ensdf.structure()))}"
        )
        raise NotSupportedError(msg)


def decay_data_provenance(*, decay_data: str) -> tuple[Provenance, ...]:
    """Return the sources of a decay-data set, chain structure included."""
    check_decay_data(decay_data)
    if decay_data == "ensdf":
        return (ensdf.provenance(),)
    return (icrp107.provenance(), ensdf.provenance())
