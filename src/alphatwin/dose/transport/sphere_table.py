r"""Absorbed fractions and S-values of spheres, from the shipped table.

The table holds fractions over energy and mass; between its points the logit
:math:`\ln \phi/(1-\phi)` is interpolated by cubic splines in the logarithms, and continued
linearly beyond them. So a short range leaves :math:`1-\phi` proportional to a power of energy over
radius, and a long one :math:`\phi` itself, as they should (docs/theory-transport.md, eq. T18).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPE_OF_EMISSION, RADIATION_TYPES
from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.nuclides import emissions
from alphatwin.tables import loader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy.interpolate import RectBivariateSpline

    from alphatwin.dose.absorption import AbsorbedFraction
    from alphatwin.nuclides import DecayDataName, Emission

    Floats = NDArray[np.float64]

SphereParticle = Literal["electron", "photon"]
TABLE: Final = "sphere_absorbed_fractions"
SURELY_FRACTION: Final = 1e-7
"""Fractions are kept this far from 0 and 1, so that their logit exists."""
JOULE_PER_MEV: Final = 1.602176634e-13


@dataclass(frozen=True, slots=True, eq=False)
class SphereSValues:
    """Dose to a sphere per decay in it.

    Attributes
    ----------
    nuclides
        Nuclides, each for itself without its daughters.
    by_nuclide_and_radiation_gy_per_bq_s
        (n_nuclides, n_radiation_types), radiation types in the order of
        :data:`alphatwin.dose.RADIATION_TYPES`. [Gy/(Bq s)]
    standard_error_gy_per_bq_s
        (n_nuclides, n_radiation_types) from the table; errors of the lines of a kind are taken as
        fully correlated, which is their upper limit. [Gy/(Bq s)]
    """

    nuclides: tuple[str, ...]
    by_nuclide_and_radiation_gy_per_bq_s: Floats
    standard_error_gy_per_bq_s: Floats

    @property
    def by_nuclide_gy_per_bq_s(self) -> Floats:
        """(n_nuclides,) S-values in Gy/(Bq s)."""
        return np.asarray(self.by_nuclide_and_radiation_gy_per_bq_s.sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """Logit of the fraction over the logarithms of mass and energy, and its standard error."""

    logit: RectBivariateSpline
    log_mass: Floats
    log_energy: Floats
    error: Floats


def absorbed_fraction(
    particle: SphereParticle,
    energy_mev: ArrayLike,
    mass_kg: float,
    *,
    material: str = "soft_tissue",
) -> Floats:
    """Return the share of its energy that a uniformly emitting sphere absorbs itself.

    Parameters
    ----------
    particle
        ``electron`` or ``photon``.
    energy_mev : array_like
        Energy of the particle; any shape. [MeV]
    mass_kg
        Mass of the sphere; the table holds 0.01 g to 3 kg and is continued beyond. [kg]
    material
        ``soft_tissue``, ``cortical_bone`` or ``lung``; around the sphere is the same.

    Returns
    -------
    ndarray
        Between 0 and 1, of the shape of ``energy_mev``.

    Raises
    ------
    DataError
        If the table does not hold the particle or material.
    InvalidValueError
        If a mass or energy is not positive.
    """
    surface, at_mass, at_energy = _checked(particle, energy_mev, mass_kg, material)
    mass, energy = _clamped(surface, at_mass, at_energy)
    value = surface.logit.ev(mass, energy)
    value += surface.logit.ev(mass, energy, dx=1) * (at_mass - mass)
    value += surface.logit.ev(mass, energy, dy=1) * (at_energy - energy)
    return np.asarray(1.0 / (1.0 + np.exp(-value)))


def absorbed_fraction_error(
    particle: SphereParticle,
    energy_mev: ArrayLike,
    mass_kg: float,
    *,
    material: str = "soft_tissue",
) -> Floats:
    """Return the standard error of :func:`absorbed_fraction` at the nearest point of the table.

    Parameters
    ----------
    particle, energy_mev, mass_kg, material
        As in :func:`absorbed_fraction`.
    """
    surface, at_mass, at_energy = _checked(particle, energy_mev, mass_kg, material)
    row = int(np.abs(surface.log_mass - at_mass).argmin())
    edges = 0.5 * (surface.log_energy[1:] + surface.log_energy[:-1])
    return np.asarray(surface.error[row, np.searchsorted(edges, at_energy)])


def _checked(
    particle: SphereParticle, energy_mev: ArrayLike, mass_kg: float, material: str
) -> tuple[_Surface, float, Floats]:
    energy = np.asarray(energy_mev, dtype=np.float64)
    if not mass_kg > 0.0 or not np.isfinite(mass_kg):
        msg = f"mass_kg must be finite and > 0, got {mass_kg}"
        raise InvalidValueError(msg)
    if not np.all(energy > 0.0):
        msg = f"energy_mev must be > 0 everywhere, got {energy.min()}"
        raise InvalidValueError(msg)
    surfaces = _surfaces()
    if (material, particle) not in surfaces:
        known = ", ".join(sorted({f"{m} ({p})" for m, p in surfaces}))
        msg = f"no sphere table for {particle!r} in {material!r}; allowed: {known}"
        raise DataError(msg)
    return surfaces[material, particle], float(np.log(mass_kg * 1e3)), np.log(energy)


def _clamped(surface: _Surface, mass: float, energy: Floats) -> tuple[Floats, Floats]:
    return (
        np.clip(np.full_like(energy, mass), surface.log_mass[0], surface.log_mass[-1]),
        np.clip(energy, surface.log_energy[0], surface.log_energy[-1]),
    )


@cache
def _surfaces() -> dict[tuple[str, str], _Surface]:
    from scipy.interpolate import RectBivariateSpline

    grouped: dict[tuple[str, str], list[tuple[float, float, float, float]]] = {}
    for row in loader.load(TABLE).rows:
        point = (
            float(row["mass_g"]),
            float(row["energy_mev"]),
            float(row["absorbed_fraction"]),
            float(row["standard_error"]),
        )
        grouped.setdefault((row["material"], row["particle"]), []).append(point)
    found = {}
    for key, points in grouped.items():
        table = np.array(sorted(points))
        masses, energies = np.unique(table[:, 0]), np.unique(table[:, 1])
        shape = (masses.size, energies.size)
        phi = np.clip(table[:, 2], SURELY_FRACTION, 1.0 - SURELY_FRACTION).reshape(shape)
        x, y = np.log(masses), np.log(energies)
        logit = RectBivariateSpline(x, y, np.log(phi / (1.0 - phi)), s=0)
        found[key] = _Surface(logit, x, y, table[:, 3].reshape(shape))
    return found


def sphere_absorption(
    *, material: str = "soft_tissue", decay_data: DecayDataName = "icrp107"
) -> AbsorbedFraction:
    """Return the absorbed fraction of a region taken as a sphere, for the MIRD schema (eq. 9).

    Parameters
    ----------
    material
        Material of the region and around it.
    decay_data
        Set of the emissions; the energy of each kind is folded over its lines and spectra.
    """

    def in_sphere(emission: str, *, nuclide: str, mass_kg: float) -> float:
        return _kept(emission, nuclide, mass_kg, material, decay_data)[0]

    return in_sphere


@lru_cache(maxsize=4096)
def _kept(
    emission: str, nuclide: str, mass_kg: float, material: str, decay_data: DecayDataName
) -> tuple[float, float]:
    """Return the energy-weighted absorbed fraction of a kind of emission and its error."""
    if emission not in RADIATION_TYPE_OF_EMISSION:
        msg = f"emission {emission!r} is unknown; allowed: {', '.join(RADIATION_TYPE_OF_EMISSION)}"
        raise InvalidValueError(msg)
    if emission in {"alpha", "recoil"}:
        return 1.0, 0.0
    energies, weights = _energies_and_weights(emission, nuclide, decay_data)
    if weights.sum() <= 0.0:
        return 1.0, 0.0
    weights = weights / weights.sum()
    particle: SphereParticle = "photon" if emission == "photon" else "electron"
    phi = absorbed_fraction(particle, energies, mass_kg, material=material)
    error = absorbed_fraction_error(particle, energies, mass_kg, material=material)
    return float(weights @ phi), float(weights @ error)


def _energies_and_weights(
    emission: str, nuclide: str, decay_data: DecayDataName
) -> tuple[Floats, Floats]:
    """Return energies of a kind of emission [MeV] and the energy that each carries per decay."""
    emitted = emissions(nuclide, decay_data=decay_data)
    lines: Emission = getattr(emitted, emission)
    if emission == "beta" and lines.energies_mev.size:
        try:
            spectrum = emissions(nuclide, decay_data="icrp107").beta_spectrum()
        except (NotSupportedError, DataError):
            return lines.energies_mev, lines.energies_mev * lines.yields_per_decay
        grid, density = spectrum.energies_mev, spectrum.betas_per_decay_per_mev
        middle = 0.5 * (grid[1:] + grid[:-1])
        return middle, np.diff(grid) * 0.5 * (density[1:] + density[:-1]) * middle
    seen = lines.energies_mev > 0.0
    return lines.energies_mev[seen], (lines.energies_mev * lines.yields_per_decay)[seen]


def sphere_s_values(
    nuclides: Sequence[str],
    *,
    mass_kg: float,
    material: str = "soft_tissue",
    decay_data: DecayDataName = "icrp107",
) -> SphereSValues:
    """Return the dose to a sphere per decay of each nuclide in it, uniformly distributed.

    Parameters
    ----------
    nuclides
        Nuclides in canonical form; each for itself, without daughters.
    mass_kg
        Mass of the sphere. [kg]
    material
        Material of the sphere and around it.
    decay_data
        Decay-data set, ``icrp107`` or ``ensdf``.

    Returns
    -------
    SphereSValues
        S-values by nuclide and radiation type, with standard errors. [Gy/(Bq s)]
    """
    values = np.zeros((len(nuclides), len(RADIATION_TYPES)))
    errors = np.zeros_like(values)
    for row, name in enumerate(nuclides):
        emitted = emissions(name, decay_data=decay_data)
        for kind, radiation in RADIATION_TYPE_OF_EMISSION.items():
            energy_mev = getattr(emitted, kind).energy_per_decay_mev
            phi, error = _kept(kind, name, mass_kg, material, decay_data)
            column = RADIATION_TYPES.index(radiation)
            values[row, column] += energy_mev * phi * JOULE_PER_MEV / mass_kg
            errors[row, column] += energy_mev * error * JOULE_PER_MEV / mass_kg
    return SphereSValues(tuple(nuclides), values, errors)
