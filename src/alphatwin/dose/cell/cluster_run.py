"""What comes of a cluster of cells under decays: energies, hits and events, and their means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.cell.shapes import JOULE_PER_KEV, SourceName, sphere_mass_kg
from alphatwin.dose.cell.spectra import EventSpectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.packing import Cluster
    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

ENERGY_KINDS: Final = (
    "self_alpha",
    "self_recoil",
    "self_electron",
    "cross_alpha",
    "cross_recoil",
    "cross_electron",
    "medium_alpha",
)
"""Origins of the energy in a target, in the order of columns."""


@dataclass(frozen=True, slots=True)
class ClusterSValue:
    """Mean dose to a target per decay in every cell, with its standard error.

    Attributes
    ----------
    self_gy_per_bq_s, cross_gy_per_bq_s
        From the decays of its own cell, and from those of the others. [Gy/(Bq s)]
    self_standard_error_gy_per_bq_s, cross_standard_error_gy_per_bq_s
        Their standard errors, from the replicates. [Gy/(Bq s)]
    """

    self_gy_per_bq_s: float
    self_standard_error_gy_per_bq_s: float
    cross_gy_per_bq_s: float
    cross_standard_error_gy_per_bq_s: float


@dataclass(frozen=True, slots=True, eq=False)
class ClusterRun:
    """What decays in the cells of a cluster, and in a medium over it, leave in their targets.

    A target is the nucleus of a cell, all of the cell, or a site in its middle.

    Attributes
    ----------
    scheme, cluster, source
        What decayed, in which cells, and in which part of them.
    target_radius_um
        Radius of the targets. [um]
    scored
        Which cells have targets that are scored, n of them; decays are in all. (n,)
    uptake
        Activity of each cell over the mean of all. (n_cells,)
    decays
        Primary decays in the cells in each replicate. (n_replicates,)
    energy_kev
        Energy over all replicates by target and origin, as `ENERGY_KINDS` has them. (n, 7) [keV]
    hits
        Alphas over all replicates that hit each target: of its own cell, of others, of the medium.
        (n, 3)
    replicate_energy_kev
        Energy of the counted radiations in each target in each replicate. (n_replicates, n) [keV]
    replicate_origins_kev
        Energy by origin over all targets in each replicate. (n_replicates, 7) [keV]
    replicate_hits
        Alphas that hit each target in each replicate. (n_replicates, n)
    events, decay_events
        Energies that alphas, and sums that primary decays, leave in a target: of the own cell, of
        others and of the medium.
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
    target_radius_um: float
    scored: Integers
    uptake: Floats
    decays: Integers
    energy_kev: Floats
    hits: Integers
    replicate_energy_kev: Floats
    replicate_origins_kev: Floats
    replicate_hits: Integers
    events: tuple[EventSpectrum, EventSpectrum, EventSpectrum]
    decay_events: tuple[EventSpectrum, EventSpectrum, EventSpectrum]
    places: Integers
    alphas: int
    radiations: tuple[str, ...]
    is_partial: bool

    @property
    def target_mass_kg(self) -> float:
        """Mass of a target. [kg]."""
        return sphere_mass_kg(self.target_radius_um)

    @property
    def replicate_z_gy(self) -> Floats:
        """Specific energy of each target in each replicate. (n_replicates, n) [Gy]."""
        return np.asarray(self.replicate_energy_kev * (JOULE_PER_KEV / self.target_mass_kg))

    @property
    def all_events(self) -> EventSpectrum:
        """Energies that alphas leave in a target, wherever they come from."""
        counts = np.sum([spectrum.counts for spectrum in self.events], axis=0)
        return EventSpectrum(self.events[0].bin_kev, counts)

    @property
    def parts_gy_per_bq_s(self) -> dict[str, float]:
        """Mean dose to a target per decay in every cell, by origin. [Gy/(Bq s)]."""
        factor = self._per_decay_gy_per_kev
        values = (self.energy_kev.sum(axis=0) * factor).tolist()
        found = dict(zip(ENERGY_KINDS, values, strict=True))
        return {name: found[name] for name in found if self._is_counted(name)}

    @property
    def recoil_gy_per_bq_s(self) -> float:
        """Mean energy of recoils over the mass, per decay in every cell. [Gy/(Bq s)]."""
        columns = [i for i, name in enumerate(ENERGY_KINDS) if name.endswith("recoil")]
        return float(self.energy_kev[:, columns].sum()) * self._per_decay_gy_per_kev

    @property
    def mean_gy_per_bq_s(self) -> float:
        """Mean dose to a target per decay in every cell, self and cross. [Gy/(Bq s)]."""
        return math.fsum(self.parts_gy_per_bq_s.values())

    @property
    def medium_gy(self) -> float:
        """Mean dose to a target from the medium. [Gy]."""
        factor = JOULE_PER_KEV / self.target_mass_kg / self.replicate_origins_kev.shape[0]
        return float(self.energy_kev[:, -1].mean()) * factor if "alpha" in self.radiations else 0.0

    def s_value(self) -> ClusterSValue:
        """Return the S values of the counted radiations, self and cross."""
        found = []
        for origin in ("self", "cross"):
            kept = [
                i
                for i, name in enumerate(ENERGY_KINDS)
                if name.startswith(origin) and self._is_counted(name)
            ]
            energy_kev = self.replicate_origins_kev[:, kept].sum(axis=1)
            share = energy_kev / np.maximum(self.decays, 1)
            error = share.std(ddof=1) / math.sqrt(share.size) if share.size > 1 else 0.0
            unit = self._per_decay_gy_per_kev
            found += [
                float(energy_kev.sum()) * unit,
                float(error) * max(float(self.decays.sum()), 1.0) * unit,
            ]
        return ClusterSValue(*found)

    @property
    def relative_standard_error(self) -> float:
        """Standard error of the mean dose per decay over its value, from the replicates."""
        energy_kev = self.replicate_energy_kev.sum(axis=1)
        per_decay = energy_kev / self.decays if np.all(self.decays > 0) else energy_kev
        if per_decay.size < 2 or per_decay.mean() == 0.0:
            return 0.0
        return float(per_decay.std(ddof=1) / math.sqrt(per_decay.size) / per_decay.mean())

    @property
    def _per_decay_gy_per_kev(self) -> float:
        per_cell = max(float(self.decays.sum()), 1.0) / self.cluster.n_cells
        return JOULE_PER_KEV / self.target_mass_kg / self.scored.size / per_cell

    def _is_counted(self, kind: str) -> bool:
        """Return whether an origin belongs to decays in cells, of a counted radiation."""
        origin, _, radiation = kind.rpartition("_")
        return origin != "medium" and radiation in self.radiations
