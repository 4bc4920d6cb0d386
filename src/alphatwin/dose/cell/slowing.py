r"""How much energy a charged particle has at a given residual range, for kernels.

A particle of residual range *r* that crosses a chord from *a* to *b* of its path leaves there

.. math:: \varepsilon = E(R - a) - E(R - b)

(docs/theory-cells.md, eq. C1), never a constant LET times the chord. *E(r)* is a table with
linear interpolation, and the range of a line is the exact inverse of that same table, so that
the parts of a track add up to its energy.

Alphas follow :mod:`alphatwin.nuclides.stopping`; the table is uniform in *r*. Electrons follow
Cole's relation [1]_, which the MIRD cellular S values rest on,

.. math:: E(r) = 5.9\,(r + 0.007)^{0.565} + 0.00413\, r^{1.33} - 0.367

with *E* in keV and *r* in um (eq. C2); the table is uniform in :math:`\sqrt r`. Electrons go
straight here, which overstates how far they penetrate.

References
----------
.. [1] A. Cole, "Absorption of 20-eV to 50,000-eV electron beams in air and plastic", Radiat.
   Res. 38 (1969) 7-33; as used in S. M. Goddu et al., "Cellular dosimetry: absorbed fractions
   for monoenergetic electron and alpha particle sources and S-values for radionuclides uniformly
   distributed in different cell compartments", J. Nucl. Med. 35 (1994) 303-316.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import alpha_range_um, alpha_residual_energy_mev

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_HIGHEST_ALPHA_MEV = 10.0
ALPHA_STEPS_PER_UM = 32.0  # linear interpolation is then within 0.01 keV everywhere
_ELECTRON_STEPS_PER_ROOT_UM = 64.0
_HIGHEST_ELECTRON_KEV = 6000.0


@dataclass(frozen=True, slots=True, eq=False)
class SlowingTable:
    """Energy at a residual range.

    Attributes
    ----------
    energy_kev
        Energy at the points of the table. (n,) [keV]
    range_um
        Residual range at the points. (n,) [um]
    """

    energy_kev: Floats
    range_um: Floats

    def __post_init__(self) -> None:
        self.energy_kev.setflags(write=False)
        self.range_um.setflags(write=False)

    @property
    def highest_kev(self) -> float:
        """Highest energy of the table. [keV]."""
        return float(self.energy_kev[-1])


@cache
def alpha_table(stopping: str = "icru90") -> SlowingTable:
    """Return energy over residual range for alphas, with a step of 1/32 um.

    Raises
    ------
    InvalidValueError
        If the stopping-power set is unknown.
    """
    full_um = float(alpha_range_um(_HIGHEST_ALPHA_MEV, stopping=stopping))
    count = int(full_um * ALPHA_STEPS_PER_UM)
    range_um = np.arange(count + 1) / ALPHA_STEPS_PER_UM
    energy_mev = alpha_residual_energy_mev(
        _HIGHEST_ALPHA_MEV, full_um - range_um, stopping=stopping
    )
    energy_kev = energy_mev * 1e3
    energy_kev[0] = 0.0
    return SlowingTable(energy_kev, range_um)


@cache
def electron_table() -> SlowingTable:
    """Return energy over residual range for electrons, uniform in the root of the range."""
    longest_um = 4e4
    count = int(np.sqrt(longest_um) * _ELECTRON_STEPS_PER_ROOT_UM)
    range_um = (np.arange(count + 1) / _ELECTRON_STEPS_PER_ROOT_UM) ** 2
    energy_kev = cole_energy_kev(range_um)
    kept = int(np.searchsorted(energy_kev, _HIGHEST_ELECTRON_KEV)) + 1
    return SlowingTable(energy_kev[:kept].copy(), range_um[:kept].copy())


def cole_energy_kev(range_um: ArrayLike) -> Floats:
    """Return the energy of electrons of a given range in water, after Cole; none below zero.

    Parameters
    ----------
    range_um
        Ranges. (...) [um]

    Returns
    -------
    (...) ndarray
        Energies. [keV]
    """
    r = np.asarray(range_um, dtype=np.float64)
    return np.asarray(np.maximum(5.9 * (r + 0.007) ** 0.565 + 0.00413 * r**1.33 - 0.367, 0.0))


def inverse_alpha_range_um(table: SlowingTable, energy_kev: ArrayLike) -> Floats:
    """Return the ranges at which a table of alphas has given energies, exactly. [um].

    Raises
    ------
    InvalidValueError
        If an energy is negative or above the table.
    """
    energy = _checked(table, energy_kev)
    return np.asarray(np.interp(energy, table.energy_kev, table.range_um))


def inverse_electron_range_um(table: SlowingTable, energy_kev: ArrayLike) -> Floats:
    """Return the ranges at which the table of electrons has given energies, exactly. [um].

    Raises
    ------
    InvalidValueError
        If an energy is negative or above the table.
    """
    energy = _checked(table, energy_kev)
    flat = int(np.count_nonzero(table.energy_kev == 0.0)) - 1  # the lowest points have none
    rising = slice(max(flat, 0), None)
    return np.asarray(
        np.interp(energy, table.energy_kev[rising], np.sqrt(table.range_um[rising])) ** 2
    )


def _checked(table: SlowingTable, energy_kev: ArrayLike) -> Floats:
    energy = np.asarray(energy_kev, dtype=np.float64)
    good = (energy >= 0.0) & (energy <= table.highest_kev)
    if not np.all(good):
        msg = (
            f"energy_kev must be from 0 to {table.highest_kev:.6g} keV, "
            f"got {energy[~good].ravel()[0]}"
        )
        raise InvalidValueError(msg)
    return energy
