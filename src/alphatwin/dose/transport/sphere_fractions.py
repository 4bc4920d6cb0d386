r"""Absorbed fractions of spheres from one point source in an endless medium.

In a homogeneous medium without end the share of the energy that a sphere of radius R keeps, if it
emits uniformly, follows from the energy :math:`k(r)\,dr` absorbed at distance r from a point:

.. math:: \phi(R) = \int_0^{2R} k(r) \left[1 - \frac{3 r}{4 R} + \frac{r^3}{16 R^3}\right] dr

since the bracket is the chance that a point at distance r from one in the sphere is in it as well
(docs/theory-transport.md, eq. T17). One run serves every radius, and for short ranges the fraction
goes to 1 with the exact slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport.engine import transport
from alphatwin.dose.transport.geometry import Spheres
from alphatwin.dose.transport.source import Point, Source, line
from alphatwin.dose.transport.stopping import csda_range_g_per_cm2

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.transport.materials import Material
    from alphatwin.dose.transport.source import ParticleName

    Floats = NDArray[np.float64]

FARTHEST_G_PER_CM2: Final = 70.0
"""Outer end of the medium: what returns from beyond is under a thousandth. [g/cm2]"""
REPEATS: Final = 10
"""Independent runs of which the spread is the standard error of a fraction."""


@dataclass(frozen=True, slots=True, eq=False)
class SphereFractions:
    """Absorbed fractions of spheres of several masses.

    Attributes
    ----------
    masses_g
        (n,) masses. [g]
    fractions, standard_errors_fraction
        (n,) absorbed fractions and their standard errors.
    """

    masses_g: Floats
    fractions: Floats
    standard_errors_fraction: Floats


def radius_cm(mass_g: ArrayLike, *, density_g_per_cm3: float) -> Floats:
    """Return the radius of a sphere.

    Parameters
    ----------
    mass_g : array_like
        Mass. [g]
    density_g_per_cm3
        Density. [g/cm3]
    """
    volume = np.asarray(mass_g, dtype=np.float64) / density_g_per_cm3
    return np.asarray((3.0 * volume / (4.0 * np.pi)) ** (1.0 / 3.0))


def sphere_fractions(
    material_: Material,
    particle: ParticleName,
    *,
    energy_mev: float,
    masses_g: ArrayLike,
    histories: int,
    seed: int,
    threads: int | None = None,
) -> SphereFractions:
    """Return the absorbed fractions of spheres that emit uniformly within endless medium.

    Parameters
    ----------
    material_
        Material of the sphere and around it.
    particle
        ``electron`` or ``photon``.
    energy_mev
        Energy of the particle. [MeV]
    masses_g : (n,) array_like
        Masses of the spheres. [g]
    histories, seed, threads
        As in :func:`alphatwin.dose.transport.engine.transport`.
    """
    masses = np.asarray(masses_g, dtype=np.float64)
    rho = material_.density_g_per_cm3
    radii = radius_cm(masses, density_g_per_cm3=rho)
    range_cm = float(csda_range_g_per_cm2(material_, energy_mev=energy_mev)[0]) / rho
    edges = _shells_cm(particle, range_cm, FARTHEST_G_PER_CM2 / rho)
    inside = _mean_overlap(edges, radii)
    geometry = Spheres(tuple(edges[1:]), (material_,) * (edges.size - 1))
    source = Source((line(particle, energy_mev=energy_mev),), Point())
    fine_cm = range_cm / 12.0 if particle == "electron" else max(range_cm / 12.0, 0.005 / rho)
    found = [
        inside
        @ transport(
            geometry, source, histories=-(-histories // REPEATS), seed=seed * REPEATS + repeat,
            threads=threads, fine_cm=fine_cm,
            local_cm=range_cm * rho * 0.004 if particle == "electron" else 0.001,
        ).energy_mev[0]
        / energy_mev
        for repeat in range(REPEATS)
    ]  # fmt: skip
    return SphereFractions(
        masses, np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(REPEATS)
    )


def _shells_cm(particle: ParticleName, range_cm: float, farthest_cm: float) -> Floats:
    """Return edges of shells: even in the range of an electron, then growing by a tenth."""
    if particle == "electron":
        near = np.linspace(0.0, 1.2 * range_cm, 61)
    else:
        near = np.array([0.0, *np.geomspace(0.004, 0.05, 12) * min(1.0, farthest_cm / 70.0)])
    n = int(np.ceil(np.log(farthest_cm / near[-1]) / np.log(1.1)))
    return np.concatenate([near, np.geomspace(near[-1], farthest_cm, n + 1)[1:]])


def _mean_overlap(edges: Floats, radii: Floats) -> Floats:
    """Return (n_radii, n_shells) the bracket of eq. T17 averaged over each shell."""

    def _integral(r: Floats) -> Floats:
        x = np.minimum(r[np.newaxis, :] / radii[:, np.newaxis], 2.0)
        return np.asarray(radii[:, np.newaxis] * (x - 3.0 * x**2 / 8.0 + x**4 / 64.0))

    return np.asarray(np.diff(_integral(edges), axis=1) / np.diff(edges))
