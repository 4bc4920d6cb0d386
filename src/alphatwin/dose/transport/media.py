"""Everything that the kernel looks up, for a list of materials, as arrays on logarithmic grids."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from alphatwin.dose.transport import bremsstrahlung, photons, scattering, stopping
from alphatwin.tables import loader

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.transport.materials import Material

    Floats = NDArray[np.float64]
    # Tables have units by column, and their axes none: the attributes say which.
    Table = NDArray[np.double]
    Scalar = float

LEAST_MEV: Final = 0.001
"""Photons and electrons below this are absorbed where they are. [MeV]"""
MOST_MEV: Final = 10.0
"""Highest energy of the tables. [MeV]"""
DELTA_MEV: Final = 0.010
"""Knock-on electrons of more energy are made and followed. [MeV]"""
N_PHOTON: Final = 700
N_ELECTRON: Final = 320
N_RADIATION: Final = 40

# Columns of Media.electron.
SOFT, STRENGTH, HARD, RADIATED, STRAGGLING, RANGE, SCREENING, PHOTONS_AHEAD = range(8)


class Media(NamedTuple):
    """Tables of all materials; the last axis of a table is what one look-up reads together.

    Attributes
    ----------
    photon_log0, photon_per_log
        Logarithm of the first energy of the photon grid, and points per unit of logarithm.
    photon
        (n_materials, n_energies, 4): attenuation [cm2/g]; cumulative shares of photoelectric
        absorption, incoherent and coherent scattering (the rest is pair production).
    fluorescence
        (n_materials, n_energies, n_lines) cumulative probability of each X ray.
    fluorescence_mev
        (n_lines,) energy of each X ray. [MeV]
    momentum_log0, momentum_per_log, momentum2
        The momentum grid: its logarithms, and its squares. [1/Angstrom2]
    coherent, incoherent
        (n_materials, n_momenta) integral of the squared form factor; incoherent function.
    electron_log0, electron_per_log
        As for photons.
    electron
        (n_materials, 2, n_energies, 8): of electrons and of positrons, the columns named above.
    radiation_log0, radiation_per_log, radiation
        Grid of the spectra, and (n_materials, n_grid, n_quantiles) of them.
    deflection_none, deflection_width, deflection
        Tables of multiple scattering by screening and strength.
    eta_log0, eta_per_log
        The grid of screening parameters.
    """

    photon_log0: Scalar
    photon_per_log: Scalar
    photon: Table
    fluorescence: Table
    fluorescence_mev: Table
    momentum_log0: Scalar
    momentum_per_log: Scalar
    momentum2: Table
    coherent: Table
    incoherent: Table
    electron_log0: Scalar
    electron_per_log: Scalar
    electron: Table
    radiation_log0: Scalar
    radiation_per_log: Scalar
    radiation: Table
    deflection_none: Table
    deflection_width: Table
    deflection: Table
    eta_log0: Scalar
    eta_per_log: Scalar


def photon_grid_mev() -> Floats:
    """Return the energies of the photon tables. [MeV]."""
    return np.geomspace(LEAST_MEV, MOST_MEV, N_PHOTON)


def electron_grid_mev() -> Floats:
    """Return the energies of the electron tables. [MeV]."""
    return np.geomspace(LEAST_MEV, MOST_MEV, N_ELECTRON)


def _per_log(grid: Floats) -> float:
    return float((grid.size - 1) / np.log(grid[-1] / grid[0]))


@lru_cache(maxsize=16)
def media(materials: tuple[Material, ...]) -> Media:
    """Return the tables of some materials, in their order (energies in MeV, as in :class:`Media`).

    Parameters
    ----------
    materials
        The materials; their own density is not used but for the density effect.
    """
    radiation_grid = np.geomspace(LEAST_MEV, MOST_MEV, N_RADIATION)
    momenta = photons.MOMENTUM_GRID
    none, width, quantiles = _deflections()
    return Media(
        photon_log0=float(np.log(LEAST_MEV)),
        photon_per_log=_per_log(photon_grid_mev()),
        photon=np.array([_photon_rows(m) for m in materials]),
        fluorescence=np.array([_fluorescence(m) for m in materials]),
        fluorescence_mev=np.array([x.energy_mev for x in photons.fluorescence_lines()]),
        momentum_log0=float(np.log(momenta[0])),
        momentum_per_log=_per_log(momenta),
        momentum2=momenta**2,
        coherent=np.array([photons.coherent_cumulative(m) for m in materials]),
        incoherent=np.array([photons.incoherent_function(m) for m in materials]),
        electron_log0=float(np.log(LEAST_MEV)),
        electron_per_log=_per_log(electron_grid_mev()),
        electron=np.array(
            [[_electron_rows(m, is_positron=p) for p in (False, True)] for m in materials]
        ),
        radiation_log0=float(np.log(LEAST_MEV)),
        radiation_per_log=_per_log(radiation_grid),
        radiation=np.array(
            [
                [
                    bremsstrahlung.spectrum(m, energy_mev=float(e), least_mev=LEAST_MEV)[2]
                    for e in radiation_grid
                ]
                for m in materials
            ]
        ),
        deflection_none=none,
        deflection_width=width,
        deflection=quantiles,
        eta_log0=float(np.log(scattering.ETA_GRID[0])),
        eta_per_log=_per_log(scattering.ETA_GRID),
    )


def _photon_rows(material_: Material) -> Floats:
    parts = photons.attenuation_cm2_per_g(material_, energy_mev=photon_grid_mev())
    total = parts.sum(axis=0)
    shares = np.cumsum(parts[:3] / total, axis=0)
    return np.vstack([total, shares]).T.copy()


def _fluorescence(material_: Material) -> Floats:
    each = photons.fluorescence_probabilities(material_, energy_mev=photon_grid_mev())
    return np.cumsum(each, axis=1)


def _electron_rows(material_: Material, *, is_positron: bool) -> Floats:
    grid = electron_grid_mev()
    soft = stopping.collision_stopping_mev_cm2_per_g(
        material_, energy_mev=grid, threshold_mev=DELTA_MEV, is_positron=is_positron
    )
    hard, hard_moment = stopping.hard_collisions_cm2_per_g(
        material_, energy_mev=grid, threshold_mev=DELTA_MEV, is_positron=is_positron
    )
    radiated = [
        bremsstrahlung.spectrum(material_, energy_mev=float(e), least_mev=LEAST_MEV) for e in grid
    ]
    photons_per_g = np.array([row[0] for row in radiated])
    soft = soft + np.array([row[1] for row in radiated])
    total = stopping.collision_stopping_mev_cm2_per_g(
        material_, energy_mev=grid, is_positron=is_positron
    ) + stopping.radiative_stopping_mev_cm2_per_g(material_, energy_mev=grid)
    strength = scattering.inverse_transport_path_cm2_per_g(material_, energy_mev=grid)
    eta = scattering.screening(material_, energy_mev=grid)
    rows = np.empty((grid.size, 8))
    rows[:, SOFT] = soft
    knock = stopping.hard_collisions_cm2_per_g(
        material_, energy_mev=grid, threshold_mev=LEAST_MEV, is_positron=is_positron
    )[1]
    # Knock-on collisions above 1 keV turn the electron besides Z(Z+1), as in the reference code;
    # those above DELTA_MEV are done one by one.
    rows[:, STRENGTH] = strength + knock - hard_moment
    rows[:, HARD] = hard
    rows[:, RADIATED] = photons_per_g
    rows[:, STRAGGLING] = stopping.straggling_mev2_cm2_per_g(
        material_, energy_mev=grid, threshold_mev=DELTA_MEV, is_positron=is_positron
    )
    rows[:, RANGE] = _integral(grid, 1.0 / total) + grid[0] / total[0]
    rows[:, SCREENING] = np.log(eta / scattering.ETA_GRID[0]) * _per_log(scattering.ETA_GRID)
    rows[:, PHOTONS_AHEAD] = _integral(grid, photons_per_g / total)
    return rows


def _integral(grid: Floats, density: Floats) -> Floats:
    steps = np.diff(np.log(grid)) * 0.5 * ((grid * density)[1:] + (grid * density)[:-1])
    return np.concatenate([[0.0], np.cumsum(steps)])


def _deflections() -> tuple[Floats, Floats, Floats]:
    rows = loader.load("deflections").rows
    table = np.array([[float(value) for value in row.values()] for row in rows])
    shape = (scattering.ETA_GRID.size, scattering.N_LEVELS)
    return (
        table[:, 2].reshape(shape).copy(),
        table[:, 3].reshape(shape).copy(),
        table[:, 4:].reshape(*shape, scattering.N_QUANTILES).copy(),
    )
