"""Photon interactions of a material, tabulated for the kernel.

Partial cross sections are those of EPDL97; coherent scattering follows its form factors, incoherent
scattering Klein and Nishina times the incoherent function of its table (docs/
theory-transport.md, eqs. T7-T9). Only K vacancies emit X rays.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from alphatwin.tables import loader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.transport.materials import Material

    Floats = NDArray[np.float64]

PROCESSES: Final = ("photoelectric", "incoherent", "coherent", "pair_nuclear", "pair_electron")
PER_ANGSTROM_PER_MEV: Final = 1000.0 / 12.398419843
"""Momentum transfer of a photon of 1 MeV turned back. [1/(Angstrom MeV)]"""
MOMENTUM_GRID: Final = np.geomspace(1e-3, 400.0, 320)
"""Momentum transfers of the tables of scattering. [1/Angstrom]"""
FLUORESCENCE_LEAST_MEV: Final = 0.001
"""X rays of less energy are absorbed where they are born. [MeV]"""


class FluorescenceLine(NamedTuple):
    """A K X ray: element, energy and edge [MeV], probability per vacancy."""

    z: int
    energy_mev: float
    edge_mev: float
    probability: float


@cache
def _cross_sections() -> Mapping[tuple[int, str], tuple[Floats, Floats]]:
    found: dict[tuple[int, str], list[tuple[float, float]]] = {}
    for row in loader.load("photon_cross_sections").rows:
        key = (int(row["z"]), row["process"])
        pair = (float(row["energy_mev"]), float(row["cross_section_barn"]))
        found.setdefault(key, []).append(pair)
    tables = {}
    for key, pairs in found.items():
        grid = np.array(pairs)
        tables[key] = (np.log(grid[:, 0]), np.log(np.maximum(grid[:, 1], 1e-30)))
    return tables


def cross_section_barn(z: int, process: str, *, energy_mev: ArrayLike) -> Floats:
    """Return a cross section of an element, log-log between the points of the library.

    Parameters
    ----------
    z
        Atomic number.
    process
        One of :data:`PROCESSES`.
    energy_mev : (n,) array_like
        Photon energy. [MeV]
    """
    grid, values = _cross_sections()[z, process]
    wanted = np.log(np.atleast_1d(np.asarray(energy_mev, dtype=np.float64)))
    found = np.exp(np.interp(wanted, grid, values))
    return np.asarray(np.where(wanted < grid[0] - 1e-9, 0.0, found)) if "pair" in process else found


def attenuation_cm2_per_g(material_: Material, *, energy_mev: ArrayLike) -> Floats:
    """Return the mass attenuation coefficient by process.

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) array_like
        Photon energy. [MeV]

    Returns
    -------
    (n_processes, n) ndarray
        In the order of :data:`PROCESSES`. [cm2/g]
    """
    return np.array(
        [
            sum(
                n * cross_section_barn(z, process, energy_mev=energy_mev)
                for z, n in material_.atoms_per_barn_cm.items()
            )
            for process in PROCESSES
        ]
    )


@cache
def fluorescence_lines() -> tuple[FluorescenceLine, ...]:
    """Return the K X rays above the least energy, two lines of an element merged where close."""
    merged: dict[tuple[int, str], list[FluorescenceLine]] = {}
    for row in loader.load("fluorescence_k").rows:
        line = FluorescenceLine(
            int(row["z"]),
            float(row["energy_mev"]),
            float(row["edge_mev"]),
            float(row["probability"]),
        )
        if line.energy_mev > FLUORESCENCE_LEAST_MEV:
            merged.setdefault((line.z, row["filling_shell"][0]), []).append(line)
    return tuple(
        FluorescenceLine(
            lines[0].z,
            sum(x.energy_mev * x.probability for x in lines) / sum(x.probability for x in lines),
            lines[0].edge_mev,
            sum(x.probability for x in lines),
        )
        for lines in merged.values()
    )


def fluorescence_probabilities(material_: Material, *, energy_mev: Floats) -> Floats:
    """Return the probability of each K X ray per photoelectric event.

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) ndarray
        Photon energy. [MeV]

    Returns
    -------
    (n, n_lines) ndarray
        In the order of :func:`fluorescence_lines`; the share of K vacancies is the jump of the
        photoelectric cross section at the edge.
    """
    atoms = material_.atoms_per_barn_cm
    total = sum(
        n * cross_section_barn(z, "photoelectric", energy_mev=energy_mev) for z, n in atoms.items()
    )
    found = np.zeros((energy_mev.size, len(fluorescence_lines())))
    for column, line in enumerate(fluorescence_lines()):
        if line.z not in atoms:
            continue
        mine = atoms[line.z] * cross_section_barn(line.z, "photoelectric", energy_mev=energy_mev)
        below, above = cross_section_barn(
            line.z, "photoelectric", energy_mev=[line.edge_mev * 0.99, line.edge_mev * 1.01]
        )
        in_k = 1.0 - below / above
        share = np.where(energy_mev > line.edge_mev, mine / total * in_k, 0.0)
        found[:, column] = share * line.probability
    return found


def coherent_cumulative(material_: Material) -> Floats:
    """Return the integral of the squared form factor over x squared, on the momentum grid.

    Returns
    -------
    (n_momenta,) ndarray
        Starts at 0, in arbitrary scale (docs/theory-transport.md, eq. T9).
    """
    squared = np.zeros(MOMENTUM_GRID.size)
    for z, n in material_.atoms_per_barn_cm.items():
        grid, values = _form_factors()[z]
        squared += n * np.interp(MOMENTUM_GRID, grid, values) ** 2
    steps = np.diff(MOMENTUM_GRID**2) * 0.5 * (squared[1:] + squared[:-1])
    inner = squared[0] * MOMENTUM_GRID[0] ** 2
    return np.asarray(np.concatenate([[0.0], np.cumsum(steps)]) + inner)


@cache
def _form_factors() -> Mapping[int, tuple[Floats, Floats]]:
    found: dict[int, list[tuple[float, float]]] = {}
    for row in loader.load("photon_form_factors").rows:
        pair = (float(row["momentum_transfer_per_angstrom"]), float(row["form_factor"]))
        found.setdefault(int(row["z"]), []).append(pair)
    return {z: (np.array(pairs)[:, 0], np.array(pairs)[:, 1]) for z, pairs in found.items()}


def incoherent_function(material_: Material) -> Floats:
    """Return the incoherent function per electron on the momentum grid (eq. T8, dimensionless).

    Returns
    -------
    (n_momenta,) ndarray
        Between 0 and 1.
    """
    found = np.zeros(MOMENTUM_GRID.size)
    shells = {int(row["z"]): row for row in loader.load("incoherent_functions").rows}
    for z, n in material_.atoms_per_barn_cm.items():
        row = shells[z]
        share = float(row["inner_share"])
        inner = 1.0 / (1.0 + (MOMENTUM_GRID / float(row["inner_per_angstrom"])) ** 2) ** 4
        outer = 1.0 / (1.0 + (MOMENTUM_GRID / float(row["outer_per_angstrom"])) ** 2) ** 4
        found += n * z * (1.0 - share * inner - (1.0 - share) * outer)
    return np.asarray(found / material_.electrons_per_barn_cm)
