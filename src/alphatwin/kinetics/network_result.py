"""What a network answers: decays by compartment, form and nuclide, with its own book-keeping."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network_checks import index_of
from alphatwin.nuclides import canonical_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Redistribution:
    """Decays in an interval, and where the atoms came from and went.

    Attributes
    ----------
    compartments, nuclides
        Names. (n), (m)
    given_bq_s
        Decays of the measured curves. (n_samples, n, m) [Bq s]
    bound_bq_s
        Decays of other atoms on the vector. (n_samples, n, m) [Bq s]
    held_bq_s
        Decays of atoms that have left the vector and are held in cells. (n_samples, n, m) [Bq s]
    free_bq_s
        Decays of free atoms. (n_samples, n, m) [Bq s]
    made_atoms
        Atoms made by decay or set free from the measured curves. (n_samples, m)
    start_atoms, end_atoms
        Atoms present at both ends, without those of the measured curves. (n_samples, m)
    excreted_atoms
        Atoms excreted in the interval, without those of the measured curves. (n_samples, m)
    stable_atoms, untracked_atoms
        Decays that ended the chain, or led outside the data. (n_samples,)
    supplied_atoms
        Atoms that the measured curves handed to the network. (n_samples,)
    """

    compartments: tuple[str, ...]
    nuclides: tuple[str, ...]
    given_bq_s: Floats
    bound_bq_s: Floats
    held_bq_s: Floats
    free_bq_s: Floats
    made_atoms: Floats
    start_atoms: Floats
    end_atoms: Floats
    excreted_atoms: Floats
    stable_atoms: Floats
    untracked_atoms: Floats
    supplied_atoms: Floats

    def __post_init__(self) -> None:
        for one in fields(self):
            values = getattr(self, one.name)
            if isinstance(values, np.ndarray):
                values.setflags(write=False)

    @property
    def decays_bq_s(self) -> Floats:
        """Decays of every nuclide in every compartment, all forms. (n_samples, n, m) [Bq s]."""
        return self.given_bq_s + self.bound_bq_s + self.held_bq_s + self.free_bq_s

    def decays_of(self, nuclide: str, *, compartment: str) -> Floats:
        """Return the decays of one nuclide in one compartment. (n_samples,) [Bq s]."""
        wanted = canonical_name(nuclide)
        if wanted not in self.nuclides:
            msg = f"{wanted} is not in this chain; its members: {', '.join(self.nuclides)}"
            raise InvalidValueError(msg)
        j = self.nuclides.index(wanted)
        return self.decays_bq_s[:, index_of(self.compartments, compartment), j]

    def balance_error(self) -> Floats:
        """Return the atoms of each nuclide that are unaccounted for, over all there were.

        Returns
        -------
        (n_samples, m) ndarray
            |start + made - decays - excreted - end| / (start + made); 0 where there were none.
        """
        own = (self.bound_bq_s + self.held_bq_s + self.free_bq_s).sum(axis=1)
        there = self.start_atoms + self.made_atoms
        gone = own + self.excreted_atoms + self.end_atoms
        return _share(np.abs(there - gone), there)

    def whole_body_error(self) -> Floats:
        """Return the atoms of the whole network that are unaccounted for, over all there were.

        Returns
        -------
        (n_samples,) ndarray
            |start + supplied - stable - untracked - excreted - end| / (start + supplied).
        """
        there = self.start_atoms.sum(axis=-1) + self.supplied_atoms
        gone = (
            self.stable_atoms
            + self.untracked_atoms
            + (self.excreted_atoms + self.end_atoms).sum(axis=-1)
        )
        return _share(np.abs(there - gone), there)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0.0)
