"""What comes of a cluster of cells under decays: energies, hits and events, and their means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.cell.shapes import JOULE_PER_KEV, SourceName, sphere_mass_kg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.packing import Cluster
    from alphatwin.dose.cell.scheme import Scheme
    from alphatwin.dose.cell.spectra import EventSpectrum

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

ENERGY_KINDS: Final = ("self_alpha", "cross_alpha", "recoil", "electron")
"""Origins of the energy in a nucleus, in the order of columns."""


@dataclass(frozen=True, slots=True, eq=False)
class ClusterRun:
    """What decays in the cells of a cluster leave in their nuclei.

    Attributes
    ----------
    scheme, cluster, source
        What decayed, in which cells, and in which part of them.
    uptake
        Activity of each cell over the mean of all. (n,)
    decays
        Primary decays of each replicate. (n_replicates,)
    energy_kev
        Energy over all replicates by nucleus: alphas of its own cell, alphas of other cells,
        recoils, electrons. (n, 4) [keV]
    hits
        Alphas over all replicates that hit each nucleus: of its own cell, of others. (n, 2)
    replicate_energy_kev
        Energy of the counted radiations in each nucleus in each replicate. (n_replicates, n) [keV]
    replicate_hits
        Alphas that hit each nucleus in each replicate. (n_replicates, n)
    events, decay_events
        Energies that alphas, and sums that primary decays, leave in a nucleus: of the own cell and
        of others.
    places
        Decays of each member at their site, gone but in the cluster, and outside of it. (m, 3)
    alphas
        Alphas that were emitted.
    radiations
        Radiation types that are counted.
    is_partial
        Whether the run was interrupted.
    """

    scheme: Scheme
    cluster: Cluster
    source: SourceName
    uptake: Floats
    decays: Integers
    energy_kev: Floats
    hits: Integers
    replicate_energy_kev: Floats
    replicate_hits: Integers
    events: tuple[EventSpectrum, EventSpectrum]
    decay_events: tuple[EventSpectrum, EventSpectrum]
    places: Integers
    alphas: int
    radiations: tuple[str, ...]
    is_partial: bool

    @property
    def nucleus_mass_kg(self) -> float:
        """Mass of a nucleus. [kg]."""
        return sphere_mass_kg(self.cluster.shape.nucleus_radius_um)

    @property
    def replicate_z_gy(self) -> Floats:
        """Specific energy of each nucleus in each replicate. (n_replicates, n) [Gy]."""
        return np.asarray(self.replicate_energy_kev * (JOULE_PER_KEV / self.nucleus_mass_kg))

    @property
    def parts_gy_per_bq_s(self) -> dict[str, float]:
        """Mean dose to a nucleus per decay in every cell, by origin. [Gy/(Bq s)]."""
        found = self._all_parts_gy_per_bq_s()
        return {name: found[name] for name in found if name.rpartition("_")[2] in self.radiations}

    @property
    def recoil_gy_per_bq_s(self) -> float:
        """Mean energy of recoils over the mass, per decay in every cell. [Gy/(Bq s)]."""
        return self._all_parts_gy_per_bq_s()["recoil"]

    def _all_parts_gy_per_bq_s(self) -> dict[str, float]:
        factor = JOULE_PER_KEV / self.nucleus_mass_kg / float(self.decays.sum())
        values = (self.energy_kev.sum(axis=0) * factor).tolist()
        return dict(zip(ENERGY_KINDS, values, strict=True))

    @property
    def mean_gy_per_bq_s(self) -> float:
        """Mean dose to a nucleus per decay in every cell, self and cross. [Gy/(Bq s)]."""
        return math.fsum(self.parts_gy_per_bq_s.values())

    @property
    def relative_standard_error(self) -> float:
        """Standard error of that mean over its value, from the replicates."""
        per_decay = self.replicate_energy_kev.sum(axis=1) / np.maximum(self.decays, 1)
        if per_decay.size < 2 or per_decay.mean() == 0.0:
            return 0.0
        return float(per_decay.std(ddof=1) / math.sqrt(per_decay.size) / per_decay.mean())
