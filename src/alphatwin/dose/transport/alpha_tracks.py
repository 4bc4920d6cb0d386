r"""Alphas along straight tracks through voxels that are not large against their range.

An alpha slows down continuously along a straight line; what it leaves in a voxel is the difference
of its residual energies at the two faces, at the mass per area crossed until there,

.. math:: E(x) = R^{-1}\bigl( R(E_0) - x \bigr) , \qquad x = \int \rho\, \mathrm{d}s

(docs/theory-transport-sources.md, eq. R8), with the CSDA range *R* of water in every material.
Every track leaves exactly its energy, less what it carries out of the grid. Voxels of more than
:data:`FOLLOWED_BELOW_RANGES` ranges take alphas where they are born. Recoil nuclei, which go less
than 0.2 um, always stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from alphatwin.dose.transport.geometry import Voxels
from alphatwin.dose.transport.source import VoxelMap
from alphatwin.nuclides import alpha_range_um, alpha_residual_energy_mev
from alphatwin.uncertainty import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.transport.emission_source import EmissionSource
    from alphatwin.dose.transport.geometry import Geometry
    from alphatwin.dose.transport.source import Place

    Floats = NDArray[np.float64]

FOLLOWED_BELOW_RANGES: Final = 20.0
"""Edge over the longest range below which alphas are followed; at it 4 % would leave a voxel."""
MOST_TRACKS: Final = 200_000
LEAST_TRACKS_OF_A_LINE: Final = 50
BATCHES: Final = 20
MOST_TALLIED: Final = 20_000_000
"""Regions times batches that are kept; fewer batches are made of more regions."""


class DepositedEnergy(NamedTuple):
    """Energy of a group of emissions in each region per decay, with its standard error. [MeV]."""

    energy_mev: Floats
    sd_mev: Floats


def deposited_by_alphas(
    geometry: Geometry,
    place: Place,
    *,
    emitted: EmissionSource,
    number: int,
    tracks: int,
    seed: int,
) -> DepositedEnergy | None:
    """Return what the alphas of a group leave in each region per decay of the parent.

    Every line has tracks in proportion to its yield, so that the energy of a decay is exact.
    ``None`` where they stay: in other geometries, and in voxels of more than
    :data:`FOLLOWED_BELOW_RANGES` ranges.

    Parameters
    ----------
    geometry, place
        Where the decays are.
    emitted, number
        Emissions, and the group.
    tracks
        Number of tracks; at most :data:`MOST_TRACKS` are followed.
    seed
        Seed of the random stream.
    """
    if not isinstance(geometry, Voxels) or not isinstance(place, VoxelMap):
        return None
    if emitted.groups[number].radiation != "alpha" or not _is_far(geometry, place, emitted, number):
        return None
    generator = stream(seed, "alpha tracks", emitted.groups[number].nuclide)
    energy, weight = _lines(emitted, number, min(tracks, MOST_TRACKS))
    n_regions = geometry.masses_g.size
    batches = int(np.clip(MOST_TALLIED // n_regions, 2, BATCHES))
    batch = np.arange(energy.size) % batches
    tally = np.zeros(batches * n_regions)
    followed = _Tracks(geometry, place, energy, generator)
    while followed.track.size:
        region, left_mev = followed.step()
        row = followed.before
        np.add.at(tally, batch[row] * n_regions + region, weight[row] * left_mev)
    parts = tally.reshape(batches, n_regions) * batches
    return DepositedEnergy(parts.mean(axis=0), parts.std(axis=0, ddof=1) / np.sqrt(batches))


def _is_far(geometry: Voxels, place: VoxelMap, emitted: EmissionSource, number: int) -> bool:
    """Whether the alphas of a group go far enough to leave voxels."""
    born = geometry.density_g_per_cm3[place.activity_share > 0.0]
    fastest_mev = float(emitted.low_mev[emitted.group == number].max())
    range_cm = 1e-4 * float(alpha_range_um(fastest_mev)) / float(born.min())
    return min(geometry.spacing_cm) < FOLLOWED_BELOW_RANGES * range_cm


def _lines(emitted: EmissionSource, number: int, tracks: int) -> tuple[Floats, Floats]:
    """Return the energy of every track [MeV], and the alphas per decay that it stands for."""
    kept = emitted.group == number
    lines_mev, amount = emitted.low_mev[kept], emitted.yield_per_decay[kept]
    wanted = np.ceil(tracks * amount / amount.sum()).astype(np.int64)
    n = np.maximum(wanted, LEAST_TRACKS_OF_A_LINE)
    return np.repeat(lines_mev, n), np.repeat(amount / n, n)


class _Tracks:
    """Tracks on their way; :meth:`step` takes all of them to the next face of a voxel."""

    def __init__(
        self, geometry: Voxels, place: VoxelMap, energy: Floats, generator: np.random.Generator
    ) -> None:
        n, shape = energy.size, geometry.density_g_per_cm3.shape
        self._shape = np.array(shape)
        self._density = geometry.density_g_per_cm3.ravel()
        regions = geometry.regions
        self._regions = np.arange(self._density.size) if regions is None else regions.ravel()
        share = np.cumsum(place.activity_share.ravel())
        flat = np.searchsorted(share, generator.random(n) * share[-1], side="right")
        self._voxel = np.stack(np.unravel_index(np.minimum(flat, share.size - 1), shape), axis=1)
        cosine = 2.0 * generator.random(n) - 1.0
        angle = 2.0 * np.pi * generator.random(n)
        sine = np.sqrt(1.0 - cosine**2)
        way = np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=1)
        edge = np.array(geometry.spacing_cm)
        self._forward = np.where(way > 0.0, 1, -1)
        per_edge = edge / np.maximum(np.abs(way), 1e-12)
        inside = generator.random((n, 3))
        self._next_cm = np.where(way > 0.0, 1.0 - inside, inside) * per_edge
        self._per_edge_cm = per_edge
        self._start_mev = energy
        self._left_mev = energy.copy()
        self._way_cm = np.zeros(n)
        self._crossed = np.zeros(n)
        self.track = np.arange(n)
        self.before = self.track

    def step(self) -> tuple[NDArray[np.integer], Floats]:
        """Return the regions that the tracks of ``before`` were in, and what they left [MeV]."""
        axis = self._next_cm.argmin(axis=1)
        row = np.arange(axis.size)
        reached = self._next_cm[row, axis]
        flat = np.ravel_multi_index(tuple(self._voxel.T), tuple(self._shape))
        self._crossed += (reached - self._way_cm) * self._density[flat]
        left = alpha_residual_energy_mev(self._start_mev, 1e4 * self._crossed)
        given = self._left_mev - left
        self._left_mev, self._way_cm = left, reached
        self._next_cm[row, axis] += self._per_edge_cm[row, axis]
        self._voxel[row, axis] += self._forward[row, axis]
        self.before = self.track
        self._keep((left > 0.0) & _within(self._voxel[row, axis], self._shape[axis]))
        return self._regions[flat], np.asarray(given)

    def _keep(self, going: NDArray[np.bool_]) -> None:
        for name in (
            "_voxel", "_forward", "_per_edge_cm", "_next_cm", "_start_mev", "_left_mev",
            "_way_cm", "_crossed", "track",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name)[going])


def _within(place: NDArray[np.integer], size: NDArray[np.integer]) -> NDArray[np.bool_]:
    return np.asarray((place >= 0) & (place < size))
