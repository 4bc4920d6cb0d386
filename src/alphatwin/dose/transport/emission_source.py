r"""What a nuclide or a whole chain emits, as one list of energy bins to sample or to fold with.

A line is a bin without width. A beta spectrum is a monotone cubic through the points of its grid,
given as four bins between two points, in which the density is linear: straight lines between the
points themselves would raise the mean energy of 177Lu by 0.4 %. Betas are scaled to the yield of
their branches, :math:`\int n_\beta\,\mathrm{d}T = \sum_b y_b` (docs/theory-transport-sources.md,
eq. R2). Annihilation photons are lines of the decay data, so that positrons are
given as electrons, which make none of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPE_OF_EMISSION
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import RADIATIONS, decay_chain, emissions
from alphatwin.nuclides.names import canonical_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.nuclides import BetaSpectrum, DecayDataName, RadiationName

    Floats = NDArray[np.float64]

Particle = Literal["photon", "electron", "alpha", "recoil"]
PARTICLES: Final[tuple[Particle, ...]] = get_args(Particle)
"""Particles, in the order of the numbers of :attr:`EmissionSource.particle`."""


BINS_PER_INTERVAL: Final = 4
"""Bins between two points of a tabulated beta spectrum."""


class EmissionGroup(NamedTuple):
    """What is scored apart: one nuclide in one radiation.

    Attributes
    ----------
    nuclide
        Nuclide that emits.
    radiation
        One of :data:`alphatwin.nuclides.RADIATIONS`: beta, conversion and Auger apart.
    """

    nuclide: str
    radiation: str

    @property
    def radiation_type(self) -> str:
        """The type of :data:`alphatwin.dose.RADIATION_TYPES` that the radiation belongs to."""
        return RADIATION_TYPE_OF_EMISSION[self.radiation]


@dataclass(frozen=True, slots=True, eq=False)
class EmissionSource:
    """Emissions per decay of the parent, as bins of energy.

    Attributes
    ----------
    parent
        Nuclide to whose decays everything is normalised.
    is_chain
        Whether daughters are included, each to its end.
    groups
        Nuclides and radiations that are scored apart.
    particle
        (n_bins,) number of the particle in :data:`PARTICLES`.
    low_mev, high_mev
        (n_bins,) edges of each bin; equal for a line. [MeV]
    low_density_ratio
        (n_bins,) spectral density at the low edge over the mean in the bin; 1 for a line, and at
        most 2.
    yield_per_decay
        (n_bins,) particles per decay of the parent.
    group
        (n_bins,) place in ``groups``.
    """

    parent: str
    is_chain: bool
    groups: tuple[EmissionGroup, ...]
    particle: NDArray[np.int64]
    low_mev: Floats
    high_mev: Floats
    low_density_ratio: Floats
    yield_per_decay: Floats
    group: NDArray[np.int64]

    @property
    def mean_mev(self) -> Floats:
        """(n_bins,) mean energy in each bin, its density being linear. [MeV]."""
        middle, width = 0.5 * (self.low_mev + self.high_mev), self.high_mev - self.low_mev
        return np.asarray(middle - width * (self.low_density_ratio - 1.0) / 6.0)

    @property
    def energy_per_decay_mev(self) -> Floats:
        """(n_groups,) energy emitted per decay of the parent, by group. [MeV]."""
        energy = np.zeros(len(self.groups))
        np.add.at(energy, self.group, self.yield_per_decay * self.mean_mev)
        return energy

    @property
    def cumulative_probability(self) -> Floats:
        """(n_bins,) probability that a particle comes from this bin or one before it."""
        total = np.cumsum(self.yield_per_decay)
        return np.asarray(total / total[-1])

    def only(self, *particles: Particle) -> EmissionSource:
        """Return the bins of some particles alone; yields stay per decay.

        Raises
        ------
        InvalidValueError
            If none is left.
        """
        kept = np.isin(self.particle, [PARTICLES.index(p) for p in particles])
        if not kept.any():
            msg = f"{self.parent} emits no {' or '.join(particles)}"
            raise InvalidValueError(msg)
        return EmissionSource(
            self.parent,
            self.is_chain,
            self.groups,
            self.particle[kept],
            self.low_mev[kept],
            self.high_mev[kept],
            self.low_density_ratio[kept],
            self.yield_per_decay[kept],
            self.group[kept],
        )


def emission_source(
    nuclide: str, *, chain: bool = False, decay_data: DecayDataName = "icrp107"
) -> EmissionSource:
    """Return the emissions of a nuclide, or of its whole chain, per decay of the nuclide.

    Parameters
    ----------
    nuclide
        The nuclide, in any usual writing.
    chain
        Whether every daughter decays in the same place, to the end of the chain.
    decay_data
        Decay-data set; one without beta spectra is refused where betas are emitted.

    Raises
    ------
    DataError, NotSupportedError
        If the nuclide or its chain is not known, or the set has no beta spectrum of a member.
    """
    return _emission_source(canonical_name(nuclide), chain, decay_data)


@cache
def _emission_source(
    name: str,
    chain: bool,  # noqa: FBT001 - a cache has positional keys
    decay_data: DecayDataName,
) -> EmissionSource:
    members = {name: 1.0}
    if chain:
        found = decay_chain(name, decay_data=decay_data)
        members = dict(zip(found.nuclides, found.decays_per_parent_decay(), strict=True))
    groups: list[EmissionGroup] = []
    rows: list[Floats] = []
    for member, decays in members.items():
        for radiation in RADIATIONS:
            bins = _bins(member, radiation, decay_data)
            if bins.size:
                bins[:, 3] *= decays
                rows.append(np.column_stack([bins, np.full(len(bins), len(groups))]))
                groups.append(EmissionGroup(member, radiation))
    table = np.concatenate(rows)
    kinds = [PARTICLES.index(_particle(g)) for g in groups]
    group = table[:, 4].astype(np.int64)
    return EmissionSource(
        parent=name,
        is_chain=chain,
        groups=tuple(groups),
        particle=np.array(kinds, dtype=np.int64)[group],
        low_mev=table[:, 0].copy(),
        high_mev=table[:, 1].copy(),
        low_density_ratio=table[:, 2].copy(),
        yield_per_decay=table[:, 3].copy(),
        group=group,
    )


def _particle(group: EmissionGroup) -> Particle:
    kinds: dict[str, Particle] = {
        "alpha": "alpha",
        "recoil": "recoil",
        "electron": "electron",
        "photon": "photon",
    }
    return kinds[group.radiation_type]


def _refined(spectrum: BetaSpectrum) -> tuple[Floats, Floats]:
    """Return energies [MeV] and densities [1/MeV] of a spectrum on a finer grid."""
    from scipy.interpolate import PchipInterpolator

    e, density = spectrum.energies_mev, spectrum.betas_per_decay_per_mev
    steps = np.diff(e)[:, np.newaxis] * np.arange(BINS_PER_INTERVAL) / BINS_PER_INTERVAL
    fine = np.append((e[:-1, np.newaxis] + steps).ravel(), e[-1])
    return fine, np.maximum(PchipInterpolator(e, density)(fine), 0.0)


def _bins(name: str, radiation: RadiationName, decay_data: DecayDataName) -> Floats:
    """Return rows of low and high edge [MeV], low density over mean density, and yield."""
    found = emissions(name, decay_data=decay_data)
    lines = found.by_kind[radiation]
    if lines.yield_per_decay == 0.0:
        return np.zeros((0, 4))
    if radiation != "beta":
        e, y = lines.energies_mev, lines.yields_per_decay
        return np.column_stack([e, e, np.ones_like(e), y])[y > 0.0]
    e, density = _refined(found.beta_spectrum())
    mean = 0.5 * (density[1:] + density[:-1])
    amount = mean * np.diff(e)
    kept = amount > 0.0
    amount *= lines.yield_per_decay / amount.sum()
    ratio = np.divide(density[:-1], mean, out=np.ones_like(mean), where=mean > 0.0)
    return np.column_stack([e[:-1], e[1:], ratio, amount])[kept]
