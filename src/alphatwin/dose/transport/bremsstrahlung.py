"""Bremsstrahlung: the spectrum of photons, scaled to the radiative stopping power.

The shape is that of Bethe and Heitler with Thomas-Fermi screening (docs/theory-transport.md, eq.
T6); its scale makes the mean energy loss that of NIST ESTAR. Within tissue and below 3 MeV the
radiated share is under 1.5 % of the energy, so that the shape matters in the second order.

References
----------
.. [1] W. R. Nelson, H. Hirayama, D. W. O. Rogers, "The EGS4 code system", SLAC-265 (1985).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport.stopping import (
    ELECTRON_MASS_MEV,
    radiative_stopping_mev_cm2_per_g,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.transport.materials import Material

    Floats = NDArray[np.float64]

N_POINTS: Final = 400
N_QUANTILES: Final = 65


def spectrum(
    material_: Material, *, energy_mev: float, least_mev: float
) -> tuple[float, float, Floats]:
    """Return how an electron radiates photons above a threshold.

    Parameters
    ----------
    material_
        The material.
    energy_mev
        Kinetic energy of the electron. [MeV]
    least_mev
        Least photon energy that is followed. [MeV]

    Returns
    -------
    photons per g/cm2, energy loss to softer photons, (n_quantiles,) ndarray
        Photons per mass thickness [cm2/g]; mass stopping power by photons below the threshold
        [MeV cm2/g]; quantiles of ln(k / least) / ln(energy / least).
    """
    radiative = float(radiative_stopping_mev_cm2_per_g(material_, energy_mev=energy_mev)[0])
    if energy_mev <= least_mev * 1.01:
        return 0.0, radiative, np.linspace(0.0, 1.0, N_QUANTILES)
    low = np.geomspace(1e-6 * energy_mev, least_mev, 60)
    high = np.geomspace(least_mev, energy_mev, N_POINTS)
    loss_low, loss_high = (_loss(material_, energy_mev, k) for k in (low, high))
    soft, hard = np.trapezoid(loss_low, low), np.trapezoid(loss_high, high)
    scale = radiative / (soft + hard)
    per_log = loss_high  # photons per logarithm of their energy
    x = np.linspace(0.0, 1.0, N_POINTS)
    steps = 0.5 * (per_log[1:] + per_log[:-1]) / (N_POINTS - 1)
    cumulative = np.concatenate([[0.0], np.cumsum(steps)])
    number = scale * cumulative[-1] * np.log(energy_mev / least_mev)
    quantiles = np.interp(np.linspace(0.0, 1.0, N_QUANTILES), cumulative / cumulative[-1], x)
    return float(number), float(scale * soft), quantiles


def _loss(material_: Material, energy_mev: float, photon_mev: Floats) -> Floats:
    """K dsigma/dk, in arbitrary scale."""
    before = energy_mev + ELECTRON_MASS_MEV
    after = before - photon_mev
    ratio = after / before
    total = np.zeros_like(photon_mev)
    for z, n in material_.atoms_per_barn_cm.items():
        cube_root = z ** (1.0 / 3.0)
        delta = 136.0 / cube_root * photon_mev * ELECTRON_MASS_MEV / (before * after)
        screened1 = 20.867 - 3.242 * delta + 0.625 * delta**2
        screened2 = 20.209 - 1.930 * delta - 0.086 * delta**2
        far = 21.12 - 4.184 * np.log(delta + 0.952)
        phi1 = np.where(delta <= 1.0, screened1, far) - 4.0 * np.log(cube_root)
        phi2 = np.where(delta <= 1.0, screened2, far) - 4.0 * np.log(cube_root)
        part = (1.0 + ratio**2) * phi1 - 2.0 / 3.0 * ratio * phi2
        total += n * z * (z + 1) * np.maximum(part, 0.0)
    return np.asarray(total)
