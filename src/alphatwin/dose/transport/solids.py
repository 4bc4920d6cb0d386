"""Where a point lies among solids: one compiled function for Woodcock tracking.

The solids are packed into one array of floats, since every further array costs time in each call:
a head of :data:`HEAD` numbers, then surfaces, parts, the first candidate of each cell and the
candidates; :func:`alphatwin.dose.transport.packed_solids.solids_as_array` packs it. Lengths are
in cm.
"""

from __future__ import annotations

import math

from alphatwin.dose.transport.compiling import compiled
from alphatwin.dose.transport.packed_solids import (
    CANDIDATES,
    CELLS_PER_CM,
    FIRST,
    FIRST_CANDIDATE,
    FOLDED,
    KIND,
    LOW_X,
    LOW_Y,
    LOW_Z,
    N_PARTS,
    N_X,
    N_Y,
    N_Z,
    OUTSIDE,
    PART_WIDTH,
    PARTS,
    REGION,
    STOP,
    SURFACE_WIDTH,
    SURFACES,
)
from alphatwin.dose.transport.phantom_surfaces import QUADRIC, THYROID_LOBE, TORUS_ABOUT_Y

_TAU_MIDDLE = 0.5 * math.sqrt(2.0)


@compiled
def _other(p, s, x, y, z):  # type: ignore[no-untyped-def]
    """Return the value of a surface that is no quadric: positive outside of it."""
    a, b, c = p[s], p[s + 1], p[s + 2]
    if p[s + KIND] == THYROID_LOBE:
        # The figures are y of the axis, z of the lower end and the height of the lobes.
        up = (z - b) / c
        if up <= 0.25:
            tau = 1.0 + (_TAU_MIDDLE - 1.0) * up / 0.25
        else:
            tau = _TAU_MIDDLE + (1.0 - _TAU_MIDDLE) * (up - 0.25) / 0.75
        back = y - a
        return 2.0 * (x * x + back * back) * tau * tau - (back - x) ** 2
    dx, dy, dz = x - a, y - b, z - c
    along, across = dz, dy
    if p[s + KIND] == TORUS_ABOUT_Y:
        along, across = dy, dz
    from_circle = math.sqrt(dx * dx + across * across) - p[s + 3]
    return from_circle * from_circle + along * along - p[s + 4] * p[s + 4]


@compiled
def is_in_part(part, x_cm, y_cm, z_cm, primitives):  # type: ignore[no-untyped-def]
    """Whether a point [cm] lies in a part, whatever other part it lies in."""
    p = primitives
    row = int(p[PARTS]) + part * PART_WIDTH
    x, y, z = x_cm, y_cm, z_cm
    if p[row + FOLDED] > 0.0:
        x = abs(x)
    if x < p[row] or x > p[row + 1] or y < p[row + 2] or y > p[row + 3]:
        return False
    if z < p[row + 4] or z > p[row + 5]:
        return False
    first = int(p[SURFACES])
    for surface in range(int(p[row + FIRST]), int(p[row + STOP])):
        s = first + surface * SURFACE_WIDTH
        if p[s + KIND] == QUADRIC:
            value = x * (p[s] * x + p[s + 3] * y + p[s + 4] * z + p[s + 6])
            value += y * (p[s + 1] * y + p[s + 5] * z + p[s + 7])
            value += z * (p[s + 2] * z + p[s + 8]) + p[s + 9]
        else:
            value = _other(p, s, x, y, z)
        if value > 0.0:
            return False
    return True


@compiled
def region_at(x_cm, y_cm, z_cm, primitives):  # type: ignore[no-untyped-def]
    """Return the region of a point [cm]: that of the first part that holds it, or -1.

    Parameters
    ----------
    x_cm, y_cm, z_cm
        The point. [cm]
    primitives
        Solids, in order of precedence.
    """
    p = primitives
    i = math.floor((x_cm - p[LOW_X]) * p[CELLS_PER_CM])
    j = math.floor((y_cm - p[LOW_Y]) * p[CELLS_PER_CM])
    k = math.floor((z_cm - p[LOW_Z]) * p[CELLS_PER_CM])
    n_y, n_z = int(p[N_Y]), int(p[N_Z])
    if i < 0 or j < 0 or k < 0 or i >= p[N_X] or j >= n_y or k >= n_z:
        return OUTSIDE
    cell = int(p[FIRST_CANDIDATE]) + (i * n_y + j) * n_z + k
    candidates = int(p[CANDIDATES])
    for n in range(candidates + int(p[cell]), candidates + int(p[cell + 1])):
        part = int(p[n])
        if is_in_part(part, x_cm, y_cm, z_cm, p):
            return int(p[int(p[PARTS]) + part * PART_WIDTH + REGION])
    return OUTSIDE


@compiled
def regions_holding(x_cm, y_cm, z_cm, primitives, holds):  # type: ignore[no-untyped-def]
    """Mark every region that holds a point [cm], precedence aside, in ``holds``."""
    for part in range(int(primitives[N_PARTS])):
        if is_in_part(part, x_cm, y_cm, z_cm, primitives):
            row = int(primitives[PARTS]) + part * PART_WIDTH
            holds[int(primitives[row + REGION])] = True
