"""What every track kernel does: energy at a residual range, chords of spheres, events.

This module imports numba: only modules that run kernels import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Table = NDArray[np.float64]
    Counts = NDArray[np.int64]

QUANTA_PER_KEV: Final = 1048576.0
"""Energies are counted in whole quanta of 2^-20 keV, so that sums do not depend on their order."""
ALPHA_STEPS_PER_UM: Final = 32.0
ELECTRON_STEPS_PER_ROOT_UM: Final = 64.0
SPREAD: Final = 1024
"""An event is shared between two bins of a histogram in parts of this."""
ALPHA: Final = 0
RECOIL: Final = 1
ELECTRON: Final = 2


@njit(cache=True, nogil=True, error_model="numpy")
def alpha_energy_kev(table_kev: Table, range_um: float) -> float:
    """Return the energy of an alpha [keV] at a residual range [um]."""
    if range_um <= 0.0:
        return 0.0
    place = range_um * ALPHA_STEPS_PER_UM
    i = min(int(place), table_kev.size - 2)
    low = table_kev[i]
    return float(low + (place - i) * (table_kev[i + 1] - low))


@njit(cache=True, nogil=True, error_model="numpy")
def electron_energy_kev(table_kev: Table, range_um: float) -> float:
    """Return the energy of an electron [keV] at a residual range [um]."""
    if range_um <= 0.0:
        return 0.0
    place = np.sqrt(range_um) * ELECTRON_STEPS_PER_ROOT_UM
    i = min(int(place), table_kev.size - 2)
    low = table_kev[i]
    return float(low + (place - i) * (table_kev[i + 1] - low))


@njit(cache=True, nogil=True, error_model="numpy")
def alpha_between_kev(table_kev: Table, range_um: float, enter_um: float, leave_um: float) -> float:
    """Return what an alpha leaves between two places of its track [um]. [keV]."""
    before = alpha_energy_kev(table_kev, range_um - enter_um)
    return before - alpha_energy_kev(table_kev, range_um - leave_um)


@njit(cache=True, nogil=True, error_model="numpy")
def electron_between_kev(
    table_kev: Table, range_um: float, enter_um: float, leave_um: float
) -> float:
    """Return what an electron leaves between two places of its track [um]. [keV]."""
    before = electron_energy_kev(table_kev, range_um - enter_um)
    return before - electron_energy_kev(table_kev, range_um - leave_um)


@njit(cache=True, nogil=True, error_model="numpy")
def quanta(energy_kev: float) -> int:
    """Return an energy in whole quanta, rounded half up. [keV]."""
    return int(energy_kev * QUANTA_PER_KEV + 0.5)


@njit(cache=True, nogil=True, error_model="numpy")
def add_event(histogram: Counts, row: int, energy_kev: float, bin_kev: float) -> None:
    """Add an event to a row of histograms over energy [keV], shared so that its mean is kept."""
    last = histogram.shape[1] - 1
    place = energy_kev / bin_kev
    i = int(place)
    if i >= last:
        histogram[row, last] += SPREAD
        return
    upper = int((place - i) * SPREAD + 0.5)
    histogram[row, i] += SPREAD - upper
    histogram[row, i + 1] += upper
