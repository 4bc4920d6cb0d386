"""Kernels: what a decay sets free, drawn from the arrays of a scheme.

Kernels unpack a scheme once: to take an array out of a named tuple counts references, at ten times
the cost of a draw. This module imports numba: only modules that run kernels import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from alphatwin.dose.cell.kernel_track import ELECTRON_STEPS_PER_ROOT_UM
from alphatwin.dose.cell.random_streams import uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cumulative = NDArray[np.float64]
    Starts = NDArray[np.int64]
    Words = NDArray[np.uint64]


@njit(cache=True, nogil=True, error_model="numpy")
def drawn_branch(start: Starts, cumulative: Cumulative, member: int, words: Words) -> int:
    """Return the row of the branch by which a member decays."""
    row = start[member]
    last = start[member + 1] - 1
    if row == last:
        return int(row)
    u = uniform(words)
    while row < last and u >= cumulative[row]:
        row += 1
    return int(row)


@njit(cache=True, nogil=True, error_model="numpy")
def drawn_alpha(start: Starts, cumulative: Cumulative, member: int, words: Words) -> int:
    """Return the row of the alpha line of a member; -1 where its set lacks lines."""
    first = start[member]
    row = start[member + 1] - 1
    if row < first:
        return -1
    u = uniform(words)
    if u >= cumulative[row] and cumulative[row] < 1.0 - 1e-9:
        return -1
    # Lines are in ascending order of energy, and the strongest are usually the last.
    while row > first and u < cumulative[row - 1]:
        row -= 1
    return int(row)


@njit(cache=True, nogil=True, error_model="numpy")
def drawn_line(start: Starts, cumulative: Cumulative, member: int, words: Words) -> int:
    """Return the row of a conversion or Auger line of a member."""
    low = start[member]
    high = start[member + 1] - 1
    u = uniform(words)
    while low < high:
        middle = (low + high) // 2
        if u < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    return int(low)


@njit(cache=True, nogil=True, error_model="numpy")
def drawn_beta_kev(quantiles_kev: Cumulative, member: int, words: Words) -> float:
    """Return the energy of a beta of a member. [keV]."""
    place = uniform(words) * (quantiles_kev.shape[1] - 1)
    i = int(place)
    low = quantiles_kev[member, i]
    return float(low + (place - i) * (quantiles_kev[member, i + 1] - low))


@njit(cache=True, nogil=True, error_model="numpy")
def electron_range_um(table_kev: Cumulative, energy_kev: float) -> float:
    """Return the range [um] at which the table of electrons has an energy [keV]."""
    place = int(np.searchsorted(table_kev, energy_kev))
    if place <= 0:
        return 0.0
    place = min(place, table_kev.size - 1)
    low, high = table_kev[place - 1], table_kev[place]
    share = (energy_kev - low) / (high - low) if high > low else 1.0
    root = (place - 1 + share) / ELECTRON_STEPS_PER_ROOT_UM
    return float(root * root)
