"""A batch of histories: draw what is emitted where, follow it and all it sets free."""

# ruff: noqa: PLR0917 - a kernel takes its state and tables as arguments, one by one.
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from alphatwin.dose.transport.compiling import compiled
from alphatwin.dose.transport.electron_kernel import follow_electron
from alphatwin.dose.transport.locate import cell_at, region_of
from alphatwin.dose.transport.media import LEAST_MEV
from alphatwin.dose.transport.photon_kernel import MASS, follow_photon
from alphatwin.dose.transport.randomness import start_stream, uniform
from alphatwin.dose.transport.stack import (
    DEPOSITED,
    ESCAPED,
    PHOTON,
    POSITRON,
    deposit,
    isotropic,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AT_POINT: Final = 0
IN_SHELL: Final = 1
IN_REGION: Final = 2
IN_VOXELS: Final = 3


class Births(NamedTuple):
    """A source as the kernel reads it.

    Attributes
    ----------
    cumulative
        (n_lines,) cumulative probability of the lines; a bin of a spectrum is a line.
    low_mev, high_mev, tilt
        Range of energies of each line, equal for a sharp one, and the slope of the density over it
        between -1 and 1. [MeV]
    kind, group, weight
        Particle, group of the tally and statistical weight of each line.
    place
        One of the four laws of position.
    numbers_cm
        Point (3), radii of the shell (2), or corners of the box (6). [cm]
    region
        Region in which points of the box are kept.
    voxel_cumulative
        Cumulative probability of the voxels of a map.
    """

    cumulative: NDArray[np.float64]
    low_mev: NDArray[np.float64]
    high_mev: NDArray[np.float64]
    tilt: NDArray[np.float64]
    kind: NDArray[np.int64]
    group: NDArray[np.int64]
    weight: NDArray[np.float64]
    place: int
    numbers_cm: NDArray[np.float64]
    region: int
    voxel_cumulative: NDArray[np.float64]


@compiled
def run_batch(  # type: ignore[no-untyped-def]
    cells, media, majorant, births, seed, first, count, score, rng, stack, account, sums
):
    """Follow ``count`` histories from number ``first`` on.

    ``score`` (n_groups, n_regions) receives weighted energies [MeV]; ``sums`` (4,) the emitted,
    deposited and escaped energy without weights, and the largest imbalance of one history [MeV].
    ``rng`` (2,), ``stack`` and ``account`` (2,) are room to work in.
    """
    for history in range(first, first + count):
        start_stream(rng, seed, history)
        line = _bisected(births.cumulative, uniform(rng))
        energy = _energy(rng, births, line)
        kind = births.kind[line]
        x, y, z = _place(rng, births, cells)
        cell = cell_at(cells, x, y, z)
        u, v, w = isotropic(rng)
        mine = score[births.group[line]]
        weight = births.weight[line]
        account[DEPOSITED] = 0.0
        account[ESCAPED] = 0.0
        emitted = energy + (2.0 * MASS if kind == POSITRON else 0.0)
        n = 0
        while True:
            if kind == PHOTON:
                if energy <= LEAST_MEV:
                    deposit(cells, cell, energy, weight, mine, account)
                else:
                    n = follow_photon(
                        rng, cells, media, majorant, stack, n, mine, weight, account, energy,
                        x, y, z, u, v, w,
                    )  # fmt: skip
            else:
                n = follow_electron(
                    rng, cells, media, stack, n, mine, weight, account, kind, energy, cell,
                    x, y, z, u, v, w,
                )  # fmt: skip
            if n == 0:
                break
            n -= 1
            row = stack[n]
            kind, energy, cell = int(row[0]), row[1], int(row[2])
            x, y, z, u, v, w = row[3], row[4], row[5], row[6], row[7], row[8]
        sums[0] += emitted
        sums[1] += account[DEPOSITED]
        sums[2] += account[ESCAPED]
        sums[3] = max(sums[3], abs(emitted - account[DEPOSITED] - account[ESCAPED]))


@compiled
def _bisected(cumulative, wanted):  # type: ignore[no-untyped-def]
    """Return the first index whose cumulative probability is above a number."""
    below, above = 0, cumulative.size - 1
    while below < above:
        middle = (below + above) // 2
        if cumulative[middle] > wanted:
            above = middle
        else:
            below = middle + 1
    return below


@compiled
def _energy(rng, births, line):  # type: ignore[no-untyped-def]
    low, high = births.low_mev[line], births.high_mev[line]
    if low == high:
        return low
    r = births.tilt[line]
    t = uniform(rng)
    if abs(r) > 1e-6:
        t = (r - 1.0 + math.sqrt((1.0 - r) ** 2 + 4.0 * r * t)) / (2.0 * r)
    return low + t * (high - low)


@compiled
def _place(rng, births, cells):  # type: ignore[no-untyped-def]
    at = births.numbers_cm
    if births.place == AT_POINT:
        return at[0], at[1], at[2]
    if births.place == IN_SHELL:
        inner, outer = at[0] ** 3, at[1] ** 3
        r = (inner + (outer - inner) * uniform(rng)) ** (1.0 / 3.0)
        a, b, c = isotropic(rng)
        return r * a, r * b, r * c
    if births.place == IN_REGION:
        while True:
            x = at[0] + (at[3] - at[0]) * uniform(rng)
            y = at[1] + (at[4] - at[1]) * uniform(rng)
            z = at[2] + (at[5] - at[2]) * uniform(rng)
            cell = cell_at(cells, x, y, z)
            if cell >= 0 and region_of(cells, cell) == births.region:
                return x, y, z
    voxel = _bisected(births.voxel_cumulative, uniform(rng))
    rest = voxel // cells.shape[2]
    k = voxel - rest * cells.shape[2]
    i = rest // cells.shape[1]
    j = rest - i * cells.shape[1]
    # A point a rounding short of the far face is still inside.
    x = cells.origin_cm[0] + (i + uniform(rng) * (1.0 - 1e-12)) * cells.spacing_cm[0]
    y = cells.origin_cm[1] + (j + uniform(rng) * (1.0 - 1e-12)) * cells.spacing_cm[1]
    z = cells.origin_cm[2] + (k + uniform(rng) * (1.0 - 1e-12)) * cells.spacing_cm[2]
    return x, y, z
