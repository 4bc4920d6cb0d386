"""What a nuclide is: half-life, branches and mass, in either decay-data set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from alphatwin.errors import DataError, InvalidValueError
from alphatwin.nuclides import ensdf, icrp107
from alphatwin.nuclides.branching import Branch, branching
from alphatwin.nuclides.names import atomic_number, canonical_name, mass_number

if TYPE_CHECKING:
    from alphatwin.tables.provenance import Provenance

DecayDataName = Literal["icrp107", "ensdf"]
DECAY_DATA_NAMES: tuple[DecayDataName, ...] = get_args(DecayDataName)


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
        The nuclide; see :mod:`alphatwin.nuclides.branching` for its branches.

    Raises
    ------
    DataError
        If the nuclide is unknown, or is not in this set.
    InvalidValueError
        If the set is unknown.
    """
    check_decay_data(decay_data)
    return known_nuclide(canonical_name(name), decay_data=decay_data)


@cache
def known_nuclide(name: str, *, decay_data: DecayDataName) -> Nuclide:
    """Return a nuclide by its canonical name, the stable end of any followed branch too."""
    known = ensdf.structure().get(name)
    if name in ensdf.ends() or _ends_here(name, decay_data):
        mass_g_per_mol, source = _atomic_mass(name)
        return Nuclide(name, decay_data, math.inf, (), 0.0, (), mass_g_per_mol, source)
    if decay_data == "icrp107":
        half_life_s = icrp107.record(name).half_life_s
    elif known is not None:
        half_life_s = known.half_life_s
    else:
        msg = (
            f"nuclide {name!r} is not in the ENSDF table "
            f"({', '.join(sorted(ensdf.structure()))}); use decay_data='icrp107'"
        )
        raise DataError(msg)
    found = branching(name, decay_data=decay_data)
    left = max(0.0, 1.0 - math.fsum(branch.fraction for branch in found.followed))
    return Nuclide(
        name, decay_data, half_life_s, found.followed, left, found.untracked, *_atomic_mass(name)
    )


def _ends_here(name: str, decay_data: DecayDataName) -> bool:
    """Tell whether a daughter is stable, in that ICRP 107 knows of no decay of it."""
    return decay_data == "icrp107" and not icrp107.has(name)


def _atomic_mass(name: str) -> tuple[float, str]:
    known = ensdf.structure().get(name)
    if known is None:
        return float(mass_number(name)), "mass number"
    return known.atomic_mass_u, "AME 2020"


def decay_data_provenance(*, decay_data: str) -> tuple[Provenance, ...]:
    """Return the sources of a decay-data set, chain structure included."""
    check_decay_data(decay_data)
    if decay_data == "ensdf":
        return (ensdf.provenance(),)
    return (icrp107.provenance(), ensdf.provenance())
