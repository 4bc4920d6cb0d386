r"""What a nuclide emits: lines by kind of radiation, and the energy of each kind per decay.

Kinds are kept apart: ``alpha``; ``recoil``, the daughter nucleus after an alpha; ``beta``, with
beta-, beta+ and delayed betas at their mean energies; ``conversion`` and ``auger`` electrons;
``photon``, with gamma, X and annihilation photons. Recoils after beta decay (below 0.1 keV) are
left out. Neutrinos, fission fragments and neutrons carry energy that is in no kind.

The ``ensdf`` set has no recoil rows; they follow from the alphas by conservation of momentum,

.. math:: E_\mathrm{recoil} = E_\alpha \, m_\alpha / m_\mathrm{daughter},

with :math:`m_\mathrm{daughter} = m_\mathrm{parent} - m_\alpha - Q_\alpha/c^2`. Its Auger
electrons are K and L only, and its line sets are not complete: sums are given as found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from alphatwin.errors import NotSupportedError
from alphatwin.nuclides import ensdf, icrp107
from alphatwin.nuclides.decay_data import DecayDataName, check_decay_data, nuclide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

RadiationName = Literal["alpha", "recoil", "beta", "conversion", "auger", "photon"]
RADIATIONS: tuple[RadiationName, ...] = get_args(RadiationName)

_ALPHA_ATOM_U = 4.002603254  # helium-4 atom, AME 2020
_MEV_PER_U = 931.494103  # CODATA 2018


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """The lines of one kind of radiation.

    Attributes
    ----------
    kind
        One of :data:`RADIATIONS`.
    energies_mev
        Energy of each line, ascending; of a beta branch its mean. (n_lines,) [MeV]
    yields_per_decay
        Emissions of each line per decay. (n_lines,)
    """

    kind: RadiationName
    energies_mev: NDArray[np.float64]
    yields_per_decay: NDArray[np.float64]

    def __post_init__(self) -> None:
        for values in (self.energies_mev, self.yields_per_decay):
            values.setflags(write=False)

    @property
    def energy_per_decay_mev(self) -> float:
        """Energy of the kind per decay. [MeV]."""
        return float(self.energies_mev @ self.yields_per_decay)

    @property
    def yield_per_decay(self) -> float:
        """Emissions of the kind per decay."""
        return float(self.yields_per_decay.sum())


@dataclass(frozen=True, slots=True, eq=False)
class BetaSpectrum:
    """Energy spectrum of all betas of a nuclide together.

    Attributes
    ----------
    energies_mev
        Grid of kinetic energies, ascending. (n_points,) [MeV]
    betas_per_decay_per_mev
        Spectral density at each energy. (n_points,) [1/MeV]
    """

    energies_mev: NDArray[np.float64]
    betas_per_decay_per_mev: NDArray[np.float64]

    def __post_init__(self) -> None:
        for values in (self.energies_mev, self.betas_per_decay_per_mev):
            values.setflags(write=False)


@dataclass(frozen=True, slots=True)
class EnergyPerDecay:
    """Energy emitted per decay, by kind of radiation. [MeV]."""

    alpha: float = 0.0
    recoil: float = 0.0
    beta: float = 0.0
    conversion: float = 0.0
    auger: float = 0.0
    photon: float = 0.0

    @property
    def electron(self) -> float:
        """Beta, conversion and Auger electrons together. [MeV]."""
        return self.beta + self.conversion + self.auger

    @property
    def charged(self) -> float:
        """All but photons. [MeV]."""
        return self.alpha + self.recoil + self.electron

    @property
    def total(self) -> float:
        """All kinds. [MeV]."""
        return self.charged + self.photon

    def as_dict(self) -> dict[str, float]:
        """Return the energies by the names of :data:`RADIATIONS`. [MeV]."""
        return {kind: getattr(self, kind) for kind in RADIATIONS}


@dataclass(frozen=True, slots=True, eq=False)
class Emissions:
    """Everything that a nuclide emits, by kind of radiation.

    Attributes
    ----------
    name, decay_data
        Canonical name of the nuclide, and the decay-data set.
    by_kind
        Lines of every kind of :data:`RADIATIONS`; a kind may have none.
    """

    name: str
    decay_data: DecayDataName
    by_kind: Mapping[RadiationName, Emission]

    @property
    def alpha(self) -> Emission:
        """Lines of the alphas."""
        return self.by_kind["alpha"]

    @property
    def recoil(self) -> Emission:
        """Lines of the nuclei that recoil from alphas."""
        return self.by_kind["recoil"]

    @property
    def beta(self) -> Emission:
        """Branches of beta-, beta+ and delayed betas, at their mean energies."""
        return self.by_kind["beta"]

    @property
    def conversion(self) -> Emission:
        """Lines of the conversion electrons."""
        return self.by_kind["conversion"]

    @property
    def auger(self) -> Emission:
        """Lines of the Auger and Coster-Kronig electrons."""
        return self.by_kind["auger"]

    @property
    def photon(self) -> Emission:
        """Lines of gamma, X and annihilation photons."""
        return self.by_kind["photon"]

    def beta_spectrum(self) -> BetaSpectrum:
        """Return the spectrum of the betas.

        Raises
        ------
        NotSupportedError
            If the set holds no spectrum for this nuclide.
        """
        points: tuple[tuple[float, float], ...] = ()
        if self.decay_data == "icrp107" and icrp107.has(self.name):
            points = icrp107.record(self.name).lines["b-spectra"]
        if not points:
            msg = (
                f"{self.decay_data} holds no beta spectrum of {self.name}; "
                "icrp107 has one for every nuclide that emits betas"
            )
            raise NotSupportedError(msg)
        grid = np.array(points, dtype=np.float64)
        return BetaSpectrum(grid[:, 0].copy(), grid[:, 1].copy())


def emissions(name: str, *, decay_data: DecayDataName = "icrp107") -> Emissions:
    """Return the lines that a nuclide emits, by kind of radiation.

    Parameters
    ----------
    name
        The nuclide in any usual spelling; one at the end of a chain has no lines.
    decay_data
        ``icrp107`` or ``ensdf``.

    Raises
    ------
    DataError
        If the nuclide is unknown, or is not in this set.
    """
    check_decay_data(decay_data)
    return _emissions(nuclide(name, decay_data=decay_data).name, decay_data)


@cache
def _emissions(name: str, decay_data: DecayDataName) -> Emissions:
    pairs = _ensdf_pairs(name) if decay_data == "ensdf" else _icrp107_pairs(name)
    by_kind = {kind: _emission(kind, pairs.get(kind, ())) for kind in RADIATIONS}
    return Emissions(name, decay_data, MappingProxyType(by_kind))


def _emission(kind: RadiationName, pairs: Iterable[tuple[float, float]]) -> Emission:
    table = np.array(sorted(pairs), dtype=np.float64).reshape(-1, 2)
    return Emission(kind, table[:, 0].copy(), table[:, 1].copy())


def _icrp107_pairs(name: str) -> Mapping[str, tuple[tuple[float, float], ...]]:
    if not icrp107.has(name):  # stable
        return {}
    lines = icrp107.record(name).lines
    return {
        kind: tuple(pair for key in keys for pair in lines[key])
        for kind, keys in icrp107.KEYS.items()
    }


def _ensdf_pairs(name: str) -> Mapping[str, tuple[tuple[float, float], ...]]:
    pairs = dict(ensdf.lines().get(name, {}))
    known = ensdf.structure().get(name)
    if known is not None and "alpha" in pairs:
        daughter_u = known.atomic_mass_u - _ALPHA_ATOM_U - known.q_alpha_mev / _MEV_PER_U
        share = _ALPHA_ATOM_U / daughter_u
        pairs["recoil"] = tuple((energy * share, amount) for energy, amount in pairs["alpha"])
    return pairs


@cache
def _energy(name: str, decay_data: DecayDataName) -> EnergyPerDecay:
    lines = _emissions(name, decay_data).by_kind
    return EnergyPerDecay(*(lines[kind].energy_per_decay_mev for kind in RADIATIONS))


def energy_per_decay_mev(name: str, *, decay_data: DecayDataName = "icrp107") -> EnergyPerDecay:
    """Return the energy that a nuclide itself emits per decay, by kind of radiation.

    Returns
    -------
    EnergyPerDecay
        Sum of energy times yield over the lines of each kind. [MeV]
    """
    return _energy(emissions(name, decay_data=decay_data).name, decay_data)
