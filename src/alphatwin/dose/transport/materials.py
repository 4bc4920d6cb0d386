r"""Materials of the body by composition, and the electrons and nuclei in them.

Compositions are ICRU Report 44 figures (table ``materials``); argon of air counts as chlorine and
traces of elements beyond the library's thirteen are not carried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import DataError, InvalidValueError
from alphatwin.tables import loader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

AVOGADRO_PER_BARN = 0.602214076
"""Avogadro's number times one barn. [cm2/mol]"""
LUNG_TISSUE_G_PER_CM3 = 1.05
"""Density of deflated lung. [g/cm3]"""
SUM_TOLERANCE = 0.005
"""Mass fractions are printed to three decimals, so sums miss 1 by their rounding."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of tissue.

    Attributes
    ----------
    z, symbol
        Atomic number and symbol.
    atomic_weight_g_per_mol
        Standard atomic weight. [g/mol]
    mean_excitation_ev
        Mean excitation energy in liquid and solid compounds. [eV]
    shell_electrons, shell_binding_ev
        Electrons of each shell and their binding energy. [eV]
    """

    z: int
    symbol: str
    atomic_weight_g_per_mol: float
    mean_excitation_ev: float
    shell_electrons: tuple[int, ...]
    shell_binding_ev: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """A homogeneous mixture of elements.

    Attributes
    ----------
    name
        Name in reports and errors.
    density_g_per_cm3
        Mass density; a voxel may have its own. [g/cm3]
    mass_fractions
        Pairs of atomic number and share of the mass; they are scaled to sum to 1.
    mean_excitation_ev
        Mean excitation energy; ``None`` takes Bragg's rule (docs/theory-transport.md, eq. T2). [eV]
    density_effect_g_per_cm3
        Density for the density effect; ``None``: that of the material. Inflated lung is tissue of
        1.05 g/cm3 with air between. [g/cm3]
    """

    name: str
    density_g_per_cm3: float
    mass_fractions: tuple[tuple[int, float], ...]
    mean_excitation_ev: float | None = None
    density_effect_g_per_cm3: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.density_g_per_cm3) and self.density_g_per_cm3 > 0.0):
            msg = f"density_g_per_cm3 of {self.name!r} must be > 0, got {self.density_g_per_cm3}"
            raise InvalidValueError(msg)
        total = sum(share for _, share in self.mass_fractions)
        if abs(total - 1.0) > SUM_TOLERANCE or any(w < 0.0 for _, w in self.mass_fractions):
            msg = (
                f"mass_fractions of {self.name!r} must be >= 0 and sum to 1 within "
                f"{SUM_TOLERANCE}, got {total:.6g}"
            )
            raise InvalidValueError(msg)
        for z, _ in self.mass_fractions:
            if z not in elements():
                known = ", ".join(f"{e.symbol} ({e.z})" for e in elements().values())
                msg = f"mass_fractions of {self.name!r}: no data for Z = {z}; allowed: {known}"
                raise DataError(msg)

    @property
    def atoms_per_barn_cm(self) -> Mapping[int, float]:
        """Atoms of each element per barn and per g/cm2, by atomic number in mol/g times barn."""
        total = sum(share for _, share in self.mass_fractions)
        return MappingProxyType(
            {
                z: AVOGADRO_PER_BARN * share / total / elements()[z].atomic_weight_g_per_mol
                for z, share in self.mass_fractions
            }
        )

    @property
    def electrons_per_barn_cm(self) -> float:
        """Electrons in a mass thickness of 1 g/cm2, per barn."""
        return sum(z * n for z, n in self.atoms_per_barn_cm.items())

    @property
    def excitation_ev(self) -> float:
        """Mean excitation energy in eV, the given one or Bragg's."""
        if self.mean_excitation_ev is not None:
            return self.mean_excitation_ev
        parts = [(z * n, elements()[z]) for z, n in self.atoms_per_barn_cm.items()]
        logs = sum(n * math.log(e.mean_excitation_ev) for n, e in parts)
        return math.exp(logs / sum(n for n, _ in parts))

    def shells(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return share of the electrons and binding energy [eV] of every shell of every element."""
        shares: list[float] = []
        energies: list[float] = []
        for z, n in self.atoms_per_barn_cm.items():
            element = elements()[z]
            shares += [n * k / self.electrons_per_barn_cm for k in element.shell_electrons]
            energies += element.shell_binding_ev
        return np.array(shares), np.array(energies)


@cache
def elements() -> Mapping[int, Element]:
    """Return the elements that the libraries hold, by atomic number."""
    shells: dict[int, list[tuple[int, float]]] = {}
    for row in loader.load("atomic_shells").rows:
        pair = (int(row["electrons"]), float(row["binding_energy_ev"]))
        shells.setdefault(int(row["z"]), []).append(pair)
    return MappingProxyType(
        {
            int(row["z"]): Element(
                int(row["z"]),
                row["symbol"],
                float(row["atomic_weight_g_per_mol"]),
                float(row["mean_excitation_ev"]),
                tuple(n for n, _ in shells[int(row["z"])]),
                tuple(e for _, e in shells[int(row["z"])]),
            )
            for row in loader.load("elements").rows
        }
    )


@cache
def _shipped() -> Mapping[str, Material]:
    rows = loader.load("materials").rows
    found = {}
    for name in dict.fromkeys(row["material"] for row in rows):
        mine = [row for row in rows if row["material"] == name]
        i_ev = float(mine[0]["mean_excitation_ev"])
        found[name] = Material(
            name,
            float(mine[0]["density_g_per_cm3"]),
            tuple((int(row["z"]), float(row["mass_fraction"])) for row in mine),
            i_ev or None,
            LUNG_TISSUE_G_PER_CM3 if name == "lung" else None,
        )
    return MappingProxyType(found)


def material_names() -> tuple[str, ...]:
    """Return the names of the shipped materials."""
    return tuple(_shipped())


def material(name: str) -> Material:
    """Return a shipped material.

    Raises
    ------
    DataError
        If there is no such material; the message lists those there are.
    """
    if name not in _shipped():
        msg = f"material {name!r} is unknown; allowed: {', '.join(_shipped())}"
        raise DataError(msg)
    return _shipped()[name]
