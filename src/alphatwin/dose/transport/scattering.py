r"""Multiple elastic scattering of electrons: Goudsmit-Saunderson over screened Rutherford.

One deflection is drawn per step from the distribution after a path of ``strength`` transport mean
free paths (docs/theory-transport.md, eqs. T10-T12). Screening is Moliere's; scattering by atomic
electrons is counted by Z(Z+1) and lowered by what hard collisions do explicitly. Spin effects
are left out.

References
----------
.. [1] S. Goudsmit, J. L. Saunderson, Phys. Rev. 57 (1940) 24; 58 (1940) 36.
.. [2] I. Kawrakow, A. F. Bielajew, Nucl. Instrum. Methods B 134 (1998) 325-336.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport.stopping import ELECTRON_MASS_MEV, ELECTRON_RADIUS2_BARN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.transport.materials import Material

    Floats = NDArray[np.float64]

FINE_STRUCTURE: Final = 1.0 / 137.035999
STRONGEST: Final = 0.16
"""Largest path of one step, in transport mean free paths."""
N_LEVELS: Final = 7
"""Strengths of a step: the largest, its half, its quarter and so on."""
N_QUANTILES: Final = 129
ETA_GRID: Final = np.geomspace(5e-7, 0.2, 40)
"""Screening parameters of the shipped table: 1 keV to 4 MeV in any tissue."""
LAST_ORDER: Final = 1500
"""Legendre orders summed; single scattering is split off, so that the rest converges."""


def screening(material_: Material, *, energy_mev: Floats) -> Floats:
    """Return the effective screening parameter (eq. T10, dimensionless).

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) ndarray
        Kinetic energy. [MeV]
    """
    momentum2 = energy_mev * (energy_mev + 2.0 * ELECTRON_MASS_MEV) / ELECTRON_MASS_MEV**2
    total, logs = 0.0, np.zeros_like(energy_mev)
    for z, n in material_.atoms_per_barn_cm.items():
        weight = n * z * (z + 1)
        angle2 = (FINE_STRUCTURE * z ** (1.0 / 3.0) / 0.88534) ** 2 / momentum2
        logs = logs + weight * np.log(0.25 * angle2 * (1.13 + 3.76 * (FINE_STRUCTURE * z) ** 2))
        total += weight
    return np.asarray(np.exp(logs / total))


def inverse_transport_path_cm2_per_g(material_: Material, *, energy_mev: Floats) -> Floats:
    """Return the inverse first transport mean free path of all scattering (eq. T11).

    Parameters
    ----------
    material_
        The material.
    energy_mev : (n,) ndarray
        Kinetic energy. [MeV]

    Returns
    -------
    (n,) ndarray
        Per mass thickness, atomic electrons included. [cm2/g]
    """
    eta = screening(material_, energy_mev=energy_mev)
    weight = sum(n * z * (z + 1) for z, n in material_.atoms_per_barn_cm.items())
    p2 = energy_mev * (energy_mev + 2.0 * ELECTRON_MASS_MEV)
    beta2 = p2 / (energy_mev + ELECTRON_MASS_MEV) ** 2
    front = 2.0 * np.pi * ELECTRON_RADIUS2_BARN * ELECTRON_MASS_MEV**2 * weight / (p2 * beta2)
    return np.asarray(front * (np.log1p(1.0 / eta) - 1.0 / (1.0 + eta)))


def deflections(screening_number: float, strength_number: float) -> tuple[float, float, Floats]:
    """Return how to draw the cosine after a path of a given strength (eq. T12, dimensionless).

    Parameters
    ----------
    screening_number
        Screening parameter.
    strength_number
        Path in transport mean free paths.

    Returns
    -------
    probability of no scattering, width a, (n_quantiles,) ndarray
        With probability ``p0`` nothing happens; else, with u interpolated in the table at one
        less the root of a uniform number (rare large angles have more points), the cosine is
        1 - 2 a u / (1 - u + a).
    """
    eta, strength = screening_number, strength_number
    first = 2.0 * eta * ((1.0 + eta) * np.log1p(1.0 / eta) - 1.0)
    collisions = strength / first
    none = float(np.exp(-collisions))
    nodes, weights = np.polynomial.legendre.leggauss(1200)
    low, high = np.log(2.0 * eta), np.log(2.0 + 2.0 * eta)
    v = low + 0.5 * (nodes + 1.0) * (high - low)
    mass = 0.5 * weights * (high - low) * 2.0 * eta * (1.0 + eta) * np.exp(-v)
    mu_nodes = 1.0 + 2.0 * eta - np.exp(v)
    width = _width(eta, strength)
    grid = _fine_grid()
    mu = 1.0 - 2.0 * width * grid / (1.0 - grid + width)
    slope = 2.0 * width * (1.0 + width) / (1.0 - grid + width) ** 2
    density = none * collisions * 2.0 * eta * (1.0 + eta) / (1.0 - mu + 2.0 * eta) ** 2
    density = density + _smooth_part(mu, mu_nodes, mass, collisions)
    density = np.maximum(density * slope, 0.0)
    steps = np.diff(grid) * 0.5 * (density[1:] + density[:-1])
    cumulative = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = 1.0 - (1.0 - np.linspace(0.0, 1.0, N_QUANTILES)) ** 2
    return none, width, np.interp(wanted, cumulative / cumulative[-1], grid)


def _width(eta: float, strength: float) -> float:
    """Half of the typical 1 - cos: that of one collision if there are few, else of all."""
    return float(eta + 0.25 * strength)


def _fine_grid() -> Floats:
    # Denser towards both ends, where the core and the backward tail lie.
    t = np.linspace(0.0, 1.0, 1201)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def _smooth_part(mu: Floats, mu_nodes: Floats, mass: Floats, collisions: float) -> Floats:
    """Sum over Legendre orders of what two and more collisions do."""
    before_n, now_n = np.ones_like(mu_nodes), mu_nodes.copy()
    before, now = np.ones_like(mu), mu.copy()
    none = np.exp(-collisions)
    total = np.full_like(mu, 0.5 * (1.0 - none * (1.0 + collisions)))
    for order in range(1, LAST_ORDER + 1):
        lost = float(mass @ (1.0 - now_n))
        term = np.exp(-collisions * lost) - none * (1.0 + collisions * (1.0 - lost))
        total += (order + 0.5) * term * now
        if abs(term) * order < 1e-8 and order > 20:
            break
        a, b = (2.0 * order + 1.0) / (order + 1.0), order / (order + 1.0)
        before_n, now_n = now_n, a * mu_nodes * now_n - b * before_n
        before, now = now, a * mu * now - b * before
    return total


def mean_deflection(none_fraction: float, width_ratio: float, quantiles_fraction: Floats) -> float:
    """Return the mean of 1 - cos of a table of :func:`deflections` (dimensionless, for checks)."""
    root = np.linspace(0.0, 1.0, 20001)
    knots = np.linspace(0.0, 1.0, quantiles_fraction.size)
    u = np.interp(1.0 - root, knots, quantiles_fraction)
    value = 2.0 * width_ratio * u / (1.0 - u + width_ratio)
    return float((1.0 - none_fraction) * np.trapezoid(value * 2.0 * root, root))
