r"""Specific absorbed fractions of the adult phantom, computed by the transport engine.

A specific absorbed fraction :math:`\Phi(t \leftarrow s; E)` is the share of the energy of one
particle, born uniformly in region *s*, that region *t* absorbs, over the mass of *t*
(docs/theory-transport-sources.md, eq. R4). Photons and electrons of a grid of energies were
followed from every region (``tools/make_phantom_safs.py``); each figure has its standard error.
Between energies they are interpolated by a monotone cubic in the logarithm of energy; below the
grid they go linearly to their limit of no range, :math:`1/m` for *t = s* and else 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from alphatwin.dose.transport.phantom import adult_regions
from alphatwin.errors import InvalidValueError
from alphatwin.tables import loader

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.tables.provenance import Provenance

    Floats = NDArray[np.float64]

SafParticle = Literal["photon", "electron"]
TABLES: Final[dict[SafParticle, str]] = {
    "photon": "phantom_safs_photon",
    "electron": "phantom_safs_electron",
}
HIGHEST_MEV: Final = 3.0
"""Energies above it are refused. [MeV]"""


@dataclass(frozen=True, slots=True, eq=False)
class SpecificAbsorbedFractions:
    """Specific absorbed fractions of one particle for all pairs of regions.

    Attributes
    ----------
    particle
        ``photon`` or ``electron``.
    energies_mev
        Grid of energies, ascending. (n_energies,) [MeV]
    sources, targets
        Names of the regions.
    safs_per_kg
        (n_energies, n_sources, n_targets) specific absorbed fractions. [1/kg]
    relative_sd
        Their relative standard errors; 0 where no energy arrived.
    masses_kg
        (n_targets,) masses of the targets in the phantom. [kg]
    provenance
        Where they come from.
    """

    particle: SafParticle
    energies_mev: Floats
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    safs_per_kg: Floats
    relative_sd: Floats
    masses_kg: Floats
    provenance: Provenance

    def pair(self, *, source: str, target: str) -> tuple[Floats, Floats]:
        """Return (n_energies,) fractions [1/kg] of a pair and their standard errors [1/kg].

        Raises
        ------
        InvalidValueError
            If a region is none of the phantom's.
        """
        i, j = _place(self.sources, source), _place(self.targets, target)
        found = self.safs_per_kg[:, i, j]
        return found, found * self.relative_sd[:, i, j]

    def at(self, energy_mev: ArrayLike, *, source: str, target: str) -> Floats:
        """Return the fraction of a pair at any energy up to :data:`HIGHEST_MEV`.

        Parameters
        ----------
        energy_mev
            Energies. (...) [MeV]
        source, target
            Names of the regions.

        Returns
        -------
        (...) ndarray
            Specific absorbed fractions. [1/kg]
        """
        from scipy.interpolate import PchipInterpolator

        energy = _checked(energy_mev)
        values, _ = self.pair(source=source, target=target)
        least = self.energies_mev[0]
        inside = PchipInterpolator(np.log(self.energies_mev), values)(
            np.log(np.clip(energy, least, None))
        )
        limit = self._limit_per_kg(source, target)
        below = limit + (values[0] - limit) * energy / least
        return np.where(energy < least, below, np.maximum(inside, 0.0))

    def variance_at(
        self, energy_mev: ArrayLike, *, weights: ArrayLike, source: str, target: str
    ) -> float:
        """Return the variance of a weighted sum of fractions, by straight lines between energies.

        Parameters
        ----------
        energy_mev, weights
            Energies, and the weight of each; errors of different grid energies are independent.
            (n,) [MeV]
        source, target
            Names of the regions.
        """
        energy = _checked(energy_mev)
        _, error = self.pair(source=source, target=target)
        grid = np.log(self.energies_mev)
        place = np.clip(
            np.interp(np.log(np.maximum(energy, 1e-9)), grid, np.arange(grid.size)), 0, None
        )
        low = np.minimum(place.astype(int), grid.size - 2)
        share = place - low
        amount = np.asarray(weights, dtype=np.float64)
        amount = np.where(
            energy < self.energies_mev[0], amount * energy / self.energies_mev[0], amount
        )
        of_node = np.zeros(grid.size)
        np.add.at(of_node, low, amount * (1.0 - share))
        np.add.at(of_node, low + 1, amount * share)
        return float(((of_node * error) ** 2).sum())

    def _limit_per_kg(self, source: str, target: str) -> float:
        i, j = _place(self.sources, source), _place(self.targets, target)
        same = self.sources[i] == self.targets[j]
        return 1.0 / float(self.masses_kg[j]) if same else 0.0


@cache
def phantom_safs(particle: SafParticle) -> SpecificAbsorbedFractions:
    """Return the shipped fractions of photons or electrons in the adult phantom [1/kg]."""
    if particle not in TABLES:
        msg = f"particle must be {' or '.join(TABLES)}, got {particle!r}"
        raise InvalidValueError(msg)
    table = loader.load(TABLES[particle])
    energies = [name.removeprefix("saf_") for name in table.rows[0] if name.startswith("saf_")]
    regions = adult_regions()
    names = tuple(r.name for r in regions)
    shape = (len(energies), len(names), len(names))
    safs, errors = np.zeros(shape), np.zeros(shape)
    place = {name: i for i, name in enumerate(names)}
    for row in table.rows:
        i, j = place[row["source"]], place[row["target"]]
        safs[:, i, j] = [float(row[f"saf_{e}"]) for e in energies]
        errors[:, i, j] = [float(row[f"error_{e}"]) for e in energies]
    return SpecificAbsorbedFractions(
        particle=particle,
        energies_mev=np.array([float(e) for e in energies]),
        sources=names,
        targets=names,
        safs_per_kg=safs,
        relative_sd=errors,
        masses_kg=np.array([r.mass_kg for r in regions]),
        provenance=table.provenance,
    )


def region_named(name: str) -> str:
    """Return the name of a region as the phantom writes it (masses in kg are its own).

    Raises
    ------
    InvalidValueError
        If there is no such region.
    """
    names = tuple(r.name for r in adult_regions())
    return names[_place(names, name)]


def _place(names: tuple[str, ...], name: str) -> int:
    wanted = name.replace("_", " ").lower()
    if wanted not in names:
        msg = f"the phantom has no region {name!r}; it has {', '.join(names)}"
        raise InvalidValueError(msg)
    return names.index(wanted)


def _checked(energy_mev: ArrayLike) -> Floats:
    energy = np.asarray(energy_mev, dtype=np.float64)
    if not ((energy >= 0.0) & (energy <= HIGHEST_MEV)).all():
        bad = energy[~((energy >= 0.0) & (energy <= HIGHEST_MEV))].ravel()[0]
        msg = f"energy_mev must lie between 0 and {HIGHEST_MEV:g}, got {bad:g}"
        raise InvalidValueError(msg)
    return energy
