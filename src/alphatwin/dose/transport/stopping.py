r"""Electrons and positrons slowing down: collisions, density effect, hard collisions, radiation.

Collision stopping is Bethe's with the restricted forms of Moeller and Bhabha
(docs/theory-transport.md, eqs. T1-T5); the density effect is Sternheimer's with one oscillator per
shell [1]_, scaled to the mean excitation energy. Radiative stopping is that of water in NIST
ESTAR, scaled between materials by the sum of Z squared per mass.

References
----------
.. [1] R. M. Sternheimer, M. J. Berger, S. M. Seltzer, At. Data Nucl. Data Tables 30 (1984) 261.
.. [2] ICRU Report 37, "Stopping Powers for Electrons and Positrons" (1984).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import brentq

from alphatwin.dose.transport.materials import Material, material
from alphatwin.tables import loader

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

ELECTRON_MASS_MEV: Final = 0.51099895
"""Rest energy of the electron, CODATA 2018. [MeV]"""
ELECTRON_RADIUS2_BARN: Final = 0.07940788
"""Square of the classical electron radius. [barn]"""
PLASMA_EV: Final = 28.816
"""Plasma energy of one mole of electrons per cm3. [eV]"""


def density_effect(material_: Material, *, energy_mev: ArrayLike) -> Floats:
    """Return the density-effect parameter (docs/theory-transport.md, eq. T3).

    Parameters
    ----------
    material_
        The material, at the density of its unexpanded tissue.
    energy_mev : (n,) array_like
        Kinetic energy of the electron. [MeV]
    """
    shares, binding_ev = material_.shells()
    density = material_.density_effect_g_per_cm3 or material_.density_g_per_cm3
    z_over_a = material_.electrons_per_barn_cm / 0.602214076
    plasma_ev = PLASMA_EV * np.sqrt(density * z_over_a)
    log_i = np.log(material_.excitation_ev)

    def _oscillators(scale: float) -> Floats:
        return np.asarray((scale * binding_ev) ** 2 + 2.0 / 3.0 * shares * plasma_ev**2)

    def _miss(scale: float) -> float:
        return float(np.sum(shares * 0.5 * np.log(_oscillators(scale))) - log_i)

    scale = brentq(_miss, 0.01, 50.0)
    free = (scale * binding_ev / plasma_ev) ** 2
    held = _oscillators(scale) / plasma_ev**2
    delta = []
    for energy in np.atleast_1d(np.asarray(energy_mev, dtype=np.float64)):
        gamma = 1.0 + energy / ELECTRON_MASS_MEV
        beta2 = 1.0 - 1.0 / gamma**2
        wanted = 1.0 / beta2 - 1.0

        def _excess(l2: float, *, target: float = wanted) -> float:
            return float(np.sum(shares / (free + l2)) - target)

        if _excess(0.0) <= 0.0:
            delta.append(0.0)
            continue
        l2 = brentq(_excess, 0.0, 1e12)
        delta.append(float(np.sum(shares * np.log1p(l2 / held)) - l2 * (1.0 - beta2)))
    return np.array(delta)


def collision_stopping_mev_cm2_per_g(
    material_: Material,
    *,
    energy_mev: ArrayLike,
    threshold_mev: float = np.inf,
    is_positron: bool = False,
) -> Floats:
    """Return the stopping power by collisions of at most a given energy transfer.

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) array_like
        Kinetic energy. [MeV]
    threshold_mev
        Largest energy transfer that counts; ``inf``: all, the unrestricted stopping power. [MeV]
    is_positron
        Whether the particle is a positron.

    Returns
    -------
    (n,) ndarray
        Mass stopping power (docs/theory-transport.md, eqs. T1-T2). [MeV cm2/g]
    """
    energy = np.atleast_1d(np.asarray(energy_mev, dtype=np.float64))
    tau = energy / ELECTRON_MASS_MEV
    beta2 = tau * (tau + 2.0) / (tau + 1.0) ** 2
    eta = np.minimum(threshold_mev, energy * (1.0 if is_positron else 0.5)) / energy
    loss = _bhabha_loss(tau, eta) if is_positron else _moeller_loss(tau, eta)
    excitation_mev = material_.excitation_ev * 1e-6
    log_term = 2.0 * np.log(energy / excitation_mev) + np.log1p(tau / 2.0)
    number = log_term + loss - density_effect(material_, energy_mev=energy)
    return np.asarray(_front(material_) / beta2 * number)


def _front(material_: Material) -> float:
    """2 pi r_e^2 m c^2 N_e. [MeV cm2/g]."""
    electrons = material_.electrons_per_barn_cm
    return 2.0 * np.pi * ELECTRON_RADIUS2_BARN * ELECTRON_MASS_MEV * electrons


def _moeller_loss(tau: Floats, eta: Floats) -> Floats:
    beta2 = tau * (tau + 2.0) / (tau + 1.0) ** 2
    last = tau**2 * eta**2 / 2.0 + (2.0 * tau + 1.0) * np.log1p(-eta)
    return np.asarray(
        -1.0 - beta2 + np.log(4.0 * (1.0 - eta) * eta) + 1.0 / (1.0 - eta)
        + last / (tau + 1.0) ** 2
    )  # fmt: skip


def _bhabha_loss(tau: Floats, eta: Floats) -> Floats:
    beta2 = tau * (tau + 2.0) / (tau + 1.0) ** 2
    b1, b2, b3, b4 = bhabha_numbers(tau)
    integral = b1 * eta - b2 * eta**2 / 2.0 + b3 * eta**3 / 3.0 - b4 * eta**4 / 4.0
    return np.asarray(np.log(4.0 * eta) - beta2 * integral)


def bhabha_numbers(tau_ratio: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the four coefficients of the Bhabha cross section [2]_ (dimensionless, [1])."""
    y = 1.0 / (tau_ratio + 2.0)
    z = 1.0 - 2.0 * y
    return 2.0 - y**2, z * (3.0 + y**2), z**2 + z**3, z**3


def hard_collisions_cm2_per_g(
    material_: Material, *, energy_mev: ArrayLike, threshold_mev: float, is_positron: bool
) -> tuple[Floats, Floats]:
    """Return number and first angular moment of collisions above a threshold, per g/cm2.

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) array_like
        Kinetic energy. [MeV]
    threshold_mev
        Least energy transfer. [MeV]
    is_positron
        Whether the particle is a positron.

    Returns
    -------
    two (n,) ndarrays
        Collisions per mass thickness, and the integral of 1 - cos over them. [cm2/g]
    """
    energy = np.atleast_1d(np.asarray(energy_mev, dtype=np.float64))
    most = energy * (1.0 if is_positron else 0.5)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    span = np.log(np.maximum(most / threshold_mev, 1.0))
    w = threshold_mev * np.exp(0.5 * (nodes + 1.0) * span[:, np.newaxis])
    density = hard_spectrum(energy[:, np.newaxis], w, is_positron=is_positron)
    scale = _front(material_) * 0.5 * span[:, np.newaxis] * weights * w
    cosine = np.sqrt(
        np.maximum(energy[:, np.newaxis] - w, 0.0) * (energy[:, np.newaxis] + 2 * ELECTRON_MASS_MEV)
        / (energy[:, np.newaxis] * (energy[:, np.newaxis] - w + 2 * ELECTRON_MASS_MEV))
    )  # fmt: skip
    return (
        np.asarray((scale * density).sum(axis=1)),
        np.asarray((scale * density * (1.0 - cosine)).sum(axis=1)),
    )


def hard_spectrum(energy_mev: Floats, transfer_mev: Floats, *, is_positron: bool) -> Floats:
    """Return the Moeller or Bhabha spectrum of energy transfers, over 2 pi r_e^2 m c^2. [1/MeV2].

    Parameters
    ----------
    energy_mev, transfer_mev
        Kinetic energy and energy transfer. [MeV]
    is_positron
        Bhabha instead of Moeller (docs/theory-transport.md, eqs. T4-T5).
    """
    tau = energy_mev / ELECTRON_MASS_MEV
    beta2 = tau * (tau + 2.0) / (tau + 1.0) ** 2
    eta = transfer_mev / energy_mev
    if is_positron:
        b1, b2, b3, b4 = bhabha_numbers(tau)
        series = -b1 * eta + b2 * eta**2 - b3 * eta**3 + b4 * eta**4
        shape = (1.0 / beta2 + series) / eta**2
        return np.asarray(shape / energy_mev**2)
    ratio = 1.0 / (1.0 - np.minimum(eta, 0.5))
    a = (tau / (tau + 1.0)) ** 2
    shape = 1.0 / eta**2 + ratio**2 - (2.0 * tau + 1.0) / (tau + 1.0) ** 2 * ratio / eta + a
    return np.asarray(shape / (beta2 * energy_mev**2))


def radiative_stopping_mev_cm2_per_g(material_: Material, *, energy_mev: ArrayLike) -> Floats:
    """Return the radiative stopping power (docs/theory-transport.md, eq. T6).

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) array_like
        Kinetic energy. [MeV]

    Returns
    -------
    (n,) ndarray
        Mass radiative stopping power, that of water times the ratio of the sums of Z squared per
        mass: within 4 % for bone. [MeV cm2/g]
    """
    grid, values = _radiative_water()
    energy = np.atleast_1d(np.asarray(energy_mev, dtype=np.float64))
    water = np.exp(np.interp(np.log(energy), grid, values))
    return np.asarray(water * _z_squared(material_) / _z_squared(material("water")))


def _z_squared(material_: Material) -> float:
    return sum(z**2 * n for z, n in material_.atoms_per_barn_cm.items())


@cache
def _radiative_water() -> tuple[Floats, Floats]:
    rows = loader.load("radiative_stopping_water").rows
    table = np.log([[float(value) for value in row.values()] for row in rows])
    return table[:, 0], table[:, 1]


def csda_range_g_per_cm2(material_: Material, *, energy_mev: ArrayLike) -> Floats:
    """Return the range of electrons that slow down continuously.

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) array_like
        Kinetic energy, at least 1 keV. [MeV]

    Returns
    -------
    (n,) ndarray
        Mass thickness; below 1 keV the stopping power is that of 1 keV. [g/cm2]
    """
    wanted = np.atleast_1d(np.asarray(energy_mev, dtype=np.float64))
    grid = np.geomspace(1e-3, max(float(wanted.max()), 2e-3), 600)
    stopping = collision_stopping_mev_cm2_per_g(
        material_, energy_mev=grid
    ) + radiative_stopping_mev_cm2_per_g(material_, energy_mev=grid)
    steps = np.diff(np.log(grid)) * 0.5 * (grid[1:] / stopping[1:] + grid[:-1] / stopping[:-1])
    ranges = grid[0] / stopping[0] + np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(np.interp(wanted, grid, ranges))


def straggling_mev2_cm2_per_g(
    material_: Material, *, energy_mev: ArrayLike, threshold_mev: float, is_positron: bool
) -> Floats:
    """Return the variance of the energy lost in collisions below a threshold, per mass thickness.

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) array_like
        Kinetic energy. [MeV]
    threshold_mev
        Largest energy transfer that counts. [MeV]
    is_positron
        Whether the particle is a positron.

    Returns
    -------
    (n,) ndarray
        Variance per mass thickness, of free electrons. [MeV2 cm2/g]
    """
    energy = np.atleast_1d(np.asarray(energy_mev, dtype=np.float64))[:, np.newaxis]
    most = np.minimum(threshold_mev, energy * (1.0 if is_positron else 0.5))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    w = 0.5 * (nodes + 1.0) * most
    second = w**2 * hard_spectrum(energy, w, is_positron=is_positron)
    return np.asarray(_front(material_) * (0.5 * most * weights * second).sum(axis=1))
