r"""Absorbed dose of a region from the decays in it, by the MIRD schema.

.. math:: D(r) = \frac{1}{m_r} \sum_{n} \tilde A_n(r) \sum_i \Delta_{n,i}\, \phi_{n,i}(r)

with :math:`\tilde A_n` the decays of nuclide *n* in the region, :math:`\Delta_{n,i}` its mean
energy per decay in emissions of kind *i* and :math:`\phi` the absorbed fraction [1]_
(docs/theory.md, eq. 8).

References
----------
.. [1] W. E. Bolch et al., "MIRD Pamphlet No. 21: A Generalized Schema for Radiopharmaceutical
   Dosimetry", J. Nucl. Med. 50 (2009) 477-484, doi:10.2967/jnumed.108.056036.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPE_OF_EMISSION, RADIATION_TYPES
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import energy_per_decay_mev

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.absorption import AbsorbedFraction
    from alphatwin.nuclides import DecayDataName

JOULE_PER_MEV: Final = 1.602176634e-13
"""Exact since the SI of 2019. [J/MeV]"""


@dataclass(frozen=True, slots=True, eq=False)
class Deposit:
    """Dose of one region from the decays in one place, as a product that need not be spelled out.

    Attributes
    ----------
    decays_per_kg
        (n_samples, n_nuclides) decays, over the mass that absorbs. [Bq s/kg]
    energy_j
        (n_nuclides, n_radiation_types) energy absorbed per decay. [J]
    """

    decays_per_kg: NDArray[np.float64]
    energy_j: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AbsorbedDose:
    """Absorbed dose of one region, with samples, apart by nuclide and radiation type.

    Attributes
    ----------
    nuclides
        Members of the chain, in the order of the arrays.
    deposits
        What the dose is the sum of, of decays in the region itself and elsewhere; radiation types
        in the order of :data:`alphatwin.dose.RADIATION_TYPES`.
    """

    nuclides: tuple[str, ...]
    deposits: tuple[Deposit, ...]
    _sums: dict[str, NDArray[np.float64]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        n, kinds = len(self.nuclides), len(RADIATION_TYPES)
        shapes = [(d.decays_per_kg.shape, d.energy_j.shape) for d in self.deposits]
        samples = {shape[0] for shape, _ in shapes if len(shape) == 2}
        is_right = all(a[1:] == (n,) and b == (n, kinds) for a, b in shapes)
        if len(samples) != 1 or not is_right:
            msg = (
                f"deposits of {n} nuclides must have decays_per_kg of shape (n_samples, {n}) and "
                f"energy_j of shape ({n}, {kinds}), the same n_samples in all, got {shapes}"
            )
            raise InvalidValueError(msg)

    @property
    def by_nuclide_and_radiation_gy(self) -> NDArray[np.float64]:
        """(n_samples, n_nuclides, n_radiation_types) absorbed dose in Gy."""
        return np.asarray(sum(d.decays_per_kg[:, :, None] * d.energy_j for d in self.deposits))

    @property
    def total_gy(self) -> NDArray[np.float64]:
        """(n_samples,) absorbed dose from all nuclides and radiation types in Gy."""
        return self._sum("total", lambda d: d.decays_per_kg @ d.energy_j.sum(axis=1))

    @property
    def by_radiation_gy(self) -> NDArray[np.float64]:
        """(n_samples, n_radiation_types) absorbed dose summed over nuclides in Gy."""
        return self._sum("by radiation", lambda d: d.decays_per_kg @ d.energy_j)

    @property
    def by_nuclide_gy(self) -> NDArray[np.float64]:
        """(n_samples, n_nuclides) absorbed dose summed over radiation types in Gy."""
        return np.asarray(sum(d.decays_per_kg * d.energy_j.sum(axis=1) for d in self.deposits))

    def _sum(self, name: str, of: Callable[[Deposit], NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return a sum over the deposits, made once and not writable."""
        if name not in self._sums:
            found = reduce(np.add, map(of, self.deposits))
            found.setflags(write=False)
            self._sums[name] = found
        return self._sums[name]

    def plus(self, *others: AbsorbedDose) -> AbsorbedDose:
        """Return the dose with that from elsewhere, of the same nuclides.

        Raises
        ------
        InvalidValueError
            If nuclides differ.
        """
        for other in others:
            if other.nuclides != self.nuclides:
                msg = f"doses of {self.nuclides} and of {other.nuclides} have no common columns"
                raise InvalidValueError(msg)
        deposits = (d for one in (self, *others) for d in one.deposits)
        return AbsorbedDose(self.nuclides, tuple(deposits))


def energy_absorbed_per_decay_j(
    nuclides: Sequence[str],
    *,
    mass_kg: float,
    absorbed_fraction: AbsorbedFraction,
    decay_data: DecayDataName = "icrp107",
) -> NDArray[np.float64]:
    """Return the mean energy that a region absorbs per decay in it.

    Parameters
    ----------
    nuclides
        Nuclides in canonical form.
    mass_kg
        Mass of the region, for absorbed fractions that depend on it. [kg]
    absorbed_fraction
        The share of each kind of emission that stays in the region.
    decay_data
        Decay-data set, ``icrp107`` or ``ensdf``.

    Returns
    -------
    (n_nuclides, n_radiation_types) ndarray
        Absorbed energy by radiation type, as :data:`alphatwin.dose.RADIATION_TYPES`. [J]
    """
    energy_j = np.zeros((len(nuclides), len(RADIATION_TYPES)))
    for row, name in enumerate(nuclides):
        emitted = energy_per_decay_mev(name, decay_data=decay_data).as_dict()
        for emission, energy_mev in emitted.items():
            column = RADIATION_TYPES.index(RADIATION_TYPE_OF_EMISSION[emission])
            share = absorbed_fraction(emission, nuclide=name, mass_kg=mass_kg)
            energy_j[row, column] += energy_mev * JOULE_PER_MEV * share
    return energy_j


def absorbed_dose(
    decays: ArrayLike,
    *,
    nuclides: Sequence[str],
    mass_kg: ArrayLike,
    energy_j: ArrayLike,
) -> AbsorbedDose:
    """Return the absorbed dose of a region from the decays in it.

    Parameters
    ----------
    decays : (n_samples, n_nuclides) array_like
        Decays of each nuclide in the region (time-integrated activity). [Bq s]
    nuclides
        Nuclides, in the order of the columns.
    mass_kg : (n_samples,) or () array_like
        Mass of the region. [kg]
    energy_j : (n_nuclides, n_radiation_types) array_like
        Energy absorbed per decay, from :func:`energy_absorbed_per_decay_j`. [J]

    Raises
    ------
    InvalidValueError
        If a mass is not positive, or decays are negative.
    """
    n_decays = np.asarray(decays, dtype=np.float64)
    mass = np.asarray(mass_kg, dtype=np.float64)
    if not np.all(mass > 0.0):
        msg = f"mass_kg must be > 0 everywhere, least value got {mass.min()}"
        raise InvalidValueError(msg)
    if not np.all(n_decays >= 0.0):
        msg = f"decays must be >= 0 everywhere, least value got {n_decays.min()}"
        raise InvalidValueError(msg)
    per_mass = n_decays / mass.reshape(-1, 1)
    per_mass.setflags(write=False)
    return AbsorbedDose(tuple(nuclides), (Deposit(per_mass, np.asarray(energy_j)),))
