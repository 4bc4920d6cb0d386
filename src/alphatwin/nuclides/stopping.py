r"""Slowing down of alpha particles in water: range, LET and residual energy.

Electronic stopping powers are those of ICRU Report 90 (``icru90``) or NIST ASTAR (``astar``,
ICRU Report 49), interpolated by a cubic spline in the logarithms and continued below 1 keV as
the square root of the energy. Nuclear stopping is the universal form of [1]_, added over the
atoms of water. Ranges follow the continuous slowing-down approximation,

.. math:: R(E) = \int_0^E \frac{dE'}{S_\mathrm{el}(E') + S_\mathrm{nuc}(E')} ,

and LET is the unrestricted linear electronic stopping power. Tissues are water at their own
density: their composition is not accounted for.

References
----------
.. [1] J. F. Ziegler, J. P. Biersack, U. Littmark, "The Stopping and Range of Ions in Solids",
   Pergamon, 1985.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.tables import loader

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.tables.provenance import Provenance

    Floats = NDArray[np.float64]

STOPPING_NAMES = ("icru90", "astar")
"""Evaluations of the electronic stopping power."""

# Both evaluations reach 10 MeV, above every alpha of a nuclide used in therapy.
_HIGHEST_ENERGY_MEV = 10.0
_LOWEST_ENERGY_MEV = 1e-5  # the range left at 10 eV is below a nanometre
_GRID_POINTS = 4001  # linear interpolation between them is good to 1e-6 of the range

_HELIUM_Z, _HELIUM_U = 2.0, 4.002603
_WATER_ATOMS = (
    (1.0, 1.00794, 2.0),
    (8.0, 15.9994, 1.0),
)  # Z, mass in u, atoms per molecule
_WATER_G_PER_MOL = 18.01528
_AVOGADRO_PER_MOL = 6.02214076e23


@dataclass(frozen=True, slots=True, eq=False)
class _SlowingDown:
    """Stopping power and range on one grid of energies, all as logarithms."""

    log_energy: Floats
    log_electronic: Floats
    log_total: Floats
    log_range: Floats


def alpha_range_um(
    energy_mev: ArrayLike,
    *,
    stopping: str = "icru90",
    density_g_per_cm3: float = 1.0,
) -> Floats:
    """Return the CSDA range of alphas in water, or in a tissue of its density.

    Parameters
    ----------
    energy_mev
        Kinetic energies, from 0 to 10 MeV. (...) [MeV]
    stopping
        ``icru90`` or ``astar``.
    density_g_per_cm3
        Density of the medium. [g/cm3]

    Returns
    -------
    (...) ndarray
        Ranges. [um]

    Raises
    ------
    InvalidValueError
        If an energy is outside the table, the density is not positive or the set is unknown.
    """
    table = _slowing_down(_checked_set(stopping))
    energy = _checked_energy(energy_mev)
    return _range_g_per_cm2(table, energy) / _checked_density(density_g_per_cm3) * 1e4


def alpha_let_kev_per_um(
    energy_mev: ArrayLike,
    *,
    stopping: str = "icru90",
    density_g_per_cm3: float = 1.0,
) -> Floats:
    """Return the linear energy transfer: the unrestricted electronic stopping power.

    Parameters and errors as in :func:`alpha_range_um`.

    Returns
    -------
    (...) ndarray
        LET; zero for an alpha at rest. [keV/um]
    """
    table = _slowing_down(_checked_set(stopping))
    energy = _checked_energy(energy_mev)
    found = _looked_up(energy, table.log_energy, table.log_electronic, slope=0.5)
    return found * _checked_density(density_g_per_cm3) * 0.1


def alpha_residual_energy_mev(
    energy_mev: ArrayLike,
    path_um: ArrayLike,
    *,
    stopping: str = "icru90",
    density_g_per_cm3: float = 1.0,
) -> Floats:
    """Return the energy left to alphas after a path.

    Parameters
    ----------
    energy_mev
        Kinetic energies at the start, from 0 to 10 MeV. (...) [MeV]
    path_um
        Lengths of path, none negative; broadcast against the energies. (...) [um]
    stopping, density_g_per_cm3
        As in :func:`alpha_range_um`.

    Returns
    -------
    (...) ndarray
        Energies left; zero beyond the range. [MeV]

    Raises
    ------
    InvalidValueError
        As :func:`alpha_range_um`, or if a path is negative or not a number.
    """
    table = _slowing_down(_checked_set(stopping))
    energy = _checked_energy(energy_mev)
    path = np.asarray(path_um, dtype=np.float64)
    if not np.all(path >= 0.0):
        msg = f"path_um must be >= 0 um, got {path[~(path >= 0.0)].ravel()[0]}"
        raise InvalidValueError(msg)
    crossed = path * 1e-4 * _checked_density(density_g_per_cm3)
    left = np.maximum(_range_g_per_cm2(table, energy) - crossed, 0.0)
    slope = _slope(table.log_range, table.log_energy)
    return np.minimum(_looked_up(left, table.log_range, table.log_energy, slope=slope), energy)


def tissue_names() -> tuple[str, ...]:
    """Return the tissues whose density is in the table."""
    return tuple(row["tissue"] for row in loader.load("tissue_densities").rows)


def tissue_density_g_per_cm3(tissue: str) -> float:
    """Return the density of a tissue, by which ranges in water are scaled. [g/cm3].

    Raises
    ------
    InvalidValueError
        If the tissue is not in the table.
    """
    for row in loader.load("tissue_densities").rows:
        if row["tissue"] == tissue:
            return float(row["density_g_per_cm3"])
    msg = f"tissue {tissue!r} is not in the table; allowed: {'; '.join(tissue_names())}"
    raise InvalidValueError(msg)


def stopping_provenance() -> Provenance:
    """Return where the electronic stopping powers come from."""
    return loader.load("alpha_stopping_water").provenance


@cache
def _slowing_down(stopping: str) -> _SlowingDown:
    rows = [row for row in loader.load("alpha_stopping_water").rows if row["set"] == stopping]
    known_e = np.log([float(row["energy_mev"]) for row in rows])
    known_s = np.log([float(row["electronic_mass_stopping_power_mev_cm2_per_g"]) for row in rows])
    log_e = np.linspace(np.log(_LOWEST_ENERGY_MEV), np.log(_HIGHEST_ENERGY_MEV), _GRID_POINTS)
    middle = 0.5 * (log_e[1:] + log_e[:-1])
    electronic = _electronic(log_e, known_e=known_e, known_s=known_s)
    total = electronic + _nuclear(np.exp(log_e))
    total_middle = _electronic(middle, known_e=known_e, known_s=known_s) + _nuclear(np.exp(middle))
    # Simpson's rule in ln E, begun from a constant stopping power below the grid.
    path, path_middle = np.exp(log_e) / total, np.exp(middle) / total_middle
    steps = np.diff(log_e) * (path[:-1] + 4.0 * path_middle + path[1:]) / 6.0
    distance = path[0] + np.concatenate([[0.0], np.cumsum(steps)])
    return _SlowingDown(log_e, np.log(electronic), np.log(total), np.log(distance))


def _electronic(log_energy: Floats, *, known_e: Floats, known_s: Floats) -> Floats:
    """Return the electronic mass stopping power, proportional to speed below the table."""
    inside = np.maximum(log_energy, known_e[0])
    below = np.minimum(log_energy - known_e[0], 0.0)
    found: Floats = np.exp(_natural_spline(inside, known_e, known_s) + 0.5 * below)
    return found


def _natural_spline(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Return the natural cubic spline through the values at the knots."""
    h = np.diff(knots)
    n = knots.size
    matrix = np.eye(n)
    right = np.zeros(n)
    inner = np.arange(1, n - 1)
    matrix[inner, inner - 1] = h[:-1]
    matrix[inner, inner] = 2.0 * (h[:-1] + h[1:])
    matrix[inner, inner + 1] = h[1:]
    slopes = np.diff(values) / h
    right[inner] = 6.0 * np.diff(slopes)
    second = np.linalg.solve(matrix, right)
    i = np.clip(np.searchsorted(knots, x) - 1, 0, n - 2)
    a, b = knots[i + 1] - x, x - knots[i]
    cubic = (second[i] * (a**3 - a * h[i] ** 2) + second[i + 1] * (b**3 - b * h[i] ** 2)) / 6.0
    found: Floats = (values[i] * a + values[i + 1] * b + cubic) / h[i]
    return found


def _nuclear(energy_mev: Floats) -> Floats:
    """Return the universal (ZBL) nuclear mass stopping power of water. [MeV cm2/g]."""
    total = np.zeros_like(energy_mev)
    for charge, mass, atoms in _WATER_ATOMS:
        screening = _HELIUM_Z**0.23 + charge**0.23
        masses = _HELIUM_U + mass
        reduced = 32.53 * mass * energy_mev * 1e3 / (_HELIUM_Z * charge * masses * screening)
        unit_ev_cm2 = 8.462e-15 * _HELIUM_Z * charge * _HELIUM_U / (masses * screening)
        ev_cm2 = unit_ev_cm2 * reduced_nuclear_stopping(reduced)
        total += atoms * ev_cm2 * 1e-6 * _AVOGADRO_PER_MOL / _WATER_G_PER_MOL
    return total


def reduced_nuclear_stopping(energy_ratio: Floats) -> Floats:
    """Return the fit of [1]_ to nuclear stopping in the universal potential.

    Parameters
    ----------
    energy_ratio
        Energy in the centre of mass over the repulsion at the screening length, dimensionless.
    """
    slow = np.log1p(1.1383 * energy_ratio) / (
        2.0 * (energy_ratio + 0.01321 * energy_ratio**0.21226 + 0.19593 * np.sqrt(energy_ratio))
    )
    fast = np.log(np.maximum(energy_ratio, 1.0)) / (2.0 * energy_ratio)
    return np.where(energy_ratio <= 30.0, slow, fast)


def _range_g_per_cm2(table: _SlowingDown, energy_mev: Floats) -> Floats:
    slope = _slope(table.log_energy, table.log_range)
    return _looked_up(energy_mev, table.log_energy, table.log_range, slope=slope)


def _slope(x: Floats, y: Floats) -> float:
    return float((y[1] - y[0]) / (x[1] - x[0]))


def _looked_up(value: Floats, log_x: Floats, log_y: Floats, *, slope: float) -> Floats:
    """Return y(value) from a table of logarithms, continued below it as a power; y(0) = 0."""
    with np.errstate(divide="ignore"):
        x = np.log(value)
    below = np.minimum(x - log_x[0], 0.0)
    found: Floats = np.exp(np.interp(x, log_x, log_y) + slope * below)
    return found


def _checked_energy(energy_mev: ArrayLike) -> Floats:
    energy = np.asarray(energy_mev, dtype=np.float64)
    good = (energy >= 0.0) & (energy <= _HIGHEST_ENERGY_MEV)
    if not np.all(good):
        msg = (
            f"energy_mev must be from 0 to {_HIGHEST_ENERGY_MEV:g} MeV, "
            f"got {energy[~good].ravel()[0]}"
        )
        raise InvalidValueError(msg)
    return energy


def _checked_density(density_g_per_cm3: float) -> float:
    if not 0.0 < density_g_per_cm3 < np.inf:
        msg = f"density_g_per_cm3 must be finite and > 0, got {density_g_per_cm3}"
        raise InvalidValueError(msg)
    return float(density_g_per_cm3)


def _checked_set(stopping: str) -> str:
    if stopping not in STOPPING_NAMES:
        msg = f"stopping is {stopping!r}; allowed: {', '.join(STOPPING_NAMES)}"
        raise InvalidValueError(msg)
    return stopping
