r"""Distributions of specific energy and of lineal energy: single events, and many by FFT.

The number of primary decays that hit a target is Poisson, and each brings the **sum** over its
chain, so that the specific energy is compound Poisson over that sum (docs/theory-cells.md,
eqs. C6 to C9):

.. math:: \hat f(k; n) = \exp\{n\,[\hat f_1(k) - 1]\}, \qquad
   \bar z = n\,\bar z_1, \qquad \mathrm{var}\, z = n\,\overline{z_1^2}

with *n* the mean number of hitting decays [1]_.

References
----------
.. [1] A. M. Kellerer, "Fundamentals of microdosimetry", in: K. R. Kase et al. (eds.), The
   Dosimetry of Ionizing Radiation, vol. 1, Academic Press, 1985, pp. 77-162.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell.shapes import JOULE_PER_KEV, sphere_mass_kg
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LARGEST_GRID = 2**22
_TAIL_SD = 12.0  # standard deviations that a grid holds above the mean
LEAST_SITE_UM = 2.0
"""Smallest diameter of a site for which a chord and its LET give lineal energy. [um]"""


@dataclass(frozen=True, slots=True, eq=False)
class EventSpectrum:
    """A histogram of energies imparted by events; bin *i* stands for *i* times their width.

    Attributes
    ----------
    bin_kev
        Width of the bins. [keV]
    counts
        Events in each bin. (n,)
    """

    bin_kev: float
    counts: Floats

    def __post_init__(self) -> None:
        self.counts.setflags(write=False)

    @property
    def total(self) -> float:
        """Number of events."""
        return float(self.counts.sum())

    @property
    def energies_kev(self) -> Floats:
        """Energies of the bins. (n,) [keV]."""
        return np.asarray(self.bin_kev * np.arange(self.counts.size))

    def mean_kev(self, power: int = 1) -> float:
        """Return the mean of a power of the energy per event, in that power of keV."""
        if self.total == 0.0:
            return 0.0
        return float(self.counts @ self.energies_kev**power) / self.total

    def specific_energies_gy(self, *, mass_kg: float) -> Floats:
        """Return the specific energies of the bins in a mass [kg]. (n,) [Gy]."""
        return np.asarray(self.energies_kev * (JOULE_PER_KEV / mass_kg))


@dataclass(frozen=True, slots=True, eq=False)
class SpecificEnergy:
    """A distribution of specific energy over cells: probabilities on an even grid from zero.

    Attributes
    ----------
    z_gy
        Specific energies. (n,) [Gy]
    p
        Probability of each; that of the first is of cells that nothing hit. (n,)
    """

    z_gy: Floats
    p: Floats

    def __post_init__(self) -> None:
        self.z_gy.setflags(write=False)
        self.p.setflags(write=False)

    @property
    def mean_gy(self) -> float:
        """Mean specific energy, which is the absorbed dose. [Gy]."""
        return float(self.p @ self.z_gy)

    @property
    def variance_gy2(self) -> float:
        """Variance of the specific energy, in Gy squared."""
        return float(self.p @ (self.z_gy - self.mean_gy) ** 2)

    @property
    def unhit_probability(self) -> float:
        """Share of the targets in which no alpha left energy."""
        return float(self.p[0])


def multi_event(
    spectra: Sequence[tuple[EventSpectrum, float]], *, mass_kg: float
) -> SpecificEnergy:
    """Return the specific energy from independent kinds of events, each of a Poisson number.

    Parameters
    ----------
    spectra
        For each kind of event (decays of the cell itself, of its neighbours) the spectrum of the
        sum that one primary decay brings, and the mean number of decays that bring any.
    mass_kg
        Mass of the target. [kg]

    Returns
    -------
    SpecificEnergy
        The distribution, from one FFT. [Gy]

    Raises
    ------
    InvalidValueError
        If a mean number is negative, the bins differ, or there are too many events for a grid.
    """
    bins_kev = {spectrum.bin_kev for spectrum, _ in spectra}
    if len(bins_kev) != 1:
        msg = f"spectra need one width of bins, got {sorted(bins_kev)} keV"
        raise InvalidValueError(msg)
    (bin_kev,) = bins_kev
    mean_kev = square_kev2 = 0.0
    for spectrum, number in spectra:
        if not 0.0 <= number < math.inf:
            msg = f"mean number of events must be finite and >= 0, got {number}"
            raise InvalidValueError(msg)
        mean_kev += number * spectrum.mean_kev()
        square_kev2 += number * spectrum.mean_kev(2)
    widest = max(spectrum.counts.size for spectrum, _ in spectra)
    wanted = widest + (mean_kev + _TAIL_SD * math.sqrt(square_kev2)) / bin_kev
    size = 2 ** math.ceil(math.log2(max(wanted, 2.0)))
    if size > _LARGEST_GRID:
        msg = (
            f"{size} bins would be needed for a mean of {mean_kev:.4g} keV, at most "
            f"{_LARGEST_GRID} are allowed; so many events are normal: use mean and variance"
        )
        raise InvalidValueError(msg)
    exponent = np.zeros(size // 2 + 1, dtype=np.complex128)
    for spectrum, number in spectra:
        if number > 0.0 and spectrum.total > 0.0:
            single = np.zeros(size)
            single[: spectrum.counts.size] = spectrum.counts / spectrum.total
            exponent += number * (np.fft.rfft(single) - 1.0)
    p = np.maximum(np.fft.irfft(np.exp(exponent), size), 0.0)
    z_gy = bin_kev * np.arange(size) * (JOULE_PER_KEV / mass_kg)
    return SpecificEnergy(z_gy, p / p.sum())


def mixed(parts: Sequence[tuple[SpecificEnergy, float]]) -> SpecificEnergy:
    """Return the distribution over cells of several kinds, each with its share of the cells.

    Cells of different uptake are mixed, not averaged: their distributions are added, not their
    means.

    Raises
    ------
    InvalidValueError
        If the shares do not add up to one, or the grids have different steps.
    """
    total = math.fsum(share for _, share in parts)
    if not math.isclose(total, 1.0, rel_tol=1e-9):
        msg = f"shares of the cells must add up to 1, got {total}"
        raise InvalidValueError(msg)
    steps_gy = [float(part.z_gy[1]) for part, _ in parts]
    if not np.allclose(steps_gy, steps_gy[0], rtol=1e-12, atol=0.0):
        msg = f"distributions need one step of specific energy, got {sorted(set(steps_gy))} Gy"
        raise InvalidValueError(msg)
    longest = max((part for part, _ in parts), key=lambda part: part.z_gy.size)
    p = np.zeros(longest.z_gy.size)
    for part, share in parts:
        p[: part.p.size] += share * part.p
    return SpecificEnergy(longest.z_gy.copy(), p)


@dataclass(frozen=True, slots=True, eq=False)
class LinealEnergy:
    """Lineal energy of single events in a spherical site, as densities over its logarithm.

    Attributes
    ----------
    y_kev_per_um
        Lineal energies, evenly spaced in their logarithm. (n,) [keV/um]
    frequency_share
        y f(y): events per natural logarithm of y; its integral is 1. (n,)
    dose_share
        y d(y): dose per natural logarithm of y; its integral is 1. (n,)
    frequency_mean_kev_per_um
        Mean over events. [keV/um]
    dose_mean_kev_per_um
        Mean over dose. [keV/um]
    """

    y_kev_per_um: Floats
    frequency_share: Floats
    dose_share: Floats
    frequency_mean_kev_per_um: float
    dose_mean_kev_per_um: float


def lineal_energy(
    spectrum: EventSpectrum, *, radius_um: float, bins_per_decade: int = 20
) -> LinealEnergy:
    """Return the lineal energy of events in a sphere: energy over its mean chord, 4 r/3.

    Chords and CSDA energies are used: straggling and the escape of delta rays are not in it.

    Parameters
    ----------
    spectrum
        Energies of single events.
    radius_um
        Radius of the site, at least 1 um: below, a chord times its LET does not hold. [um]
    bins_per_decade
        Points per decade of y.

    Raises
    ------
    InvalidValueError
        If the site is smaller than 2 um across, or there are no events.
    """
    if not 2.0 * radius_um >= LEAST_SITE_UM:
        msg = (
            f"a site must be at least {LEAST_SITE_UM:g} um across for lineal energy from chords, "
            f"got a radius of {radius_um} um; below, track structure is needed"
        )
        raise InvalidValueError(msg)
    if spectrum.total == 0.0:
        msg = "there are no events: nothing that decays here hits the site"
        raise InvalidValueError(msg)
    y = spectrum.energies_kev[1:] / (4.0 / 3.0 * radius_um)
    weights = spectrum.counts[1:] / spectrum.counts[1:].sum()
    top = math.ceil(math.log10(float(y[weights > 0.0].max())) * bins_per_decade) + 1
    bottom = math.floor(math.log10(float(y[0])) * bins_per_decade)
    edges = np.arange(bottom, top + 1) / bins_per_decade
    width = math.log(10.0) / bins_per_decade
    mean = float(weights @ y)
    frequency = np.diff(_below(10.0**edges, y, weights))
    dose = np.diff(_below(10.0**edges, y, weights * y / mean))
    return LinealEnergy(
        y_kev_per_um=10.0 ** (0.5 * (edges[1:] + edges[:-1])),
        frequency_share=frequency / width,
        dose_share=dose / width,
        frequency_mean_kev_per_um=mean,
        dose_mean_kev_per_um=float(weights @ y**2) / mean,
    )


def _below(limits: Floats, centres: Floats, weights: Floats) -> Floats:
    """Return the weight below limits, that of even bins being spread evenly over each."""
    half = 0.5 * (centres[1] - centres[0])
    edges = np.concatenate([centres - half, [centres[-1] + half]])
    return np.asarray(np.interp(limits, edges, np.concatenate([[0.0], np.cumsum(weights)])))


def sphere_specific_energy_gy(energy_kev: float, *, radius_um: float) -> float:
    """Return the specific energy of an energy [keV] in a sphere of water [um]. [Gy]."""
    return energy_kev * JOULE_PER_KEV / sphere_mass_kg(radius_um)
