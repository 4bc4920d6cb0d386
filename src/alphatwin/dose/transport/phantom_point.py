"""Where a point of the stylised phantom lies: one compiled function for Woodcock tracking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numba import njit

from alphatwin.dose.transport.phantom_surfaces import QUADRIC, THYROID_LOBE, TORUS_ABOUT_Y

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTSIDE: Final = 0
_TAU_MIDDLE = 0.5 * np.sqrt(2.0)
# Columns of Primitives.parts after the six bounds of the box, and of Primitives.surfaces.
_FOLDED, _REGION, _FIRST, _STOP = 6, 7, 8, 9
_KIND = 10


class Primitives(NamedTuple):
    r"""Solids in order of precedence, packed in few arrays, since each costs time in every call.

    Attributes
    ----------
    surfaces
        (n_surfaces, 11) coefficients of each surface and its kind. [cm]
    parts
        (n_parts, 10) low and high x (of \|x\| where folded), y and z of each part, whether it is
        folded, its region, its first surface and the next part's. [cm]
    first_candidate, candidates
        (n_cells + 1,) first of each cell's candidates, and the parts that a cell may hold.
    low_x_cm, low_y_cm, low_z_cm
        Low corner of the grid of cells. [cm]
    cells_per_cm
        Inverse edge of a cell. [1/cm]
    n_x, n_y, n_z
        Cells by axis.
    """

    surfaces: NDArray[np.float64]
    parts: NDArray[np.float64]
    first_candidate: NDArray[np.int32]
    candidates: NDArray[np.int32]
    low_x_cm: float
    low_y_cm: float
    low_z_cm: float
    cells_per_cm: float
    n_x: int
    n_y: int
    n_z: int


@njit(cache=True, error_model="numpy")
def _quadric(c: NDArray[np.float64], s: int, x: float, y: float, z: float) -> float:
    value = x * (c[s, 0] * x + c[s, 3] * y + c[s, 4] * z + c[s, 6])
    value += y * (c[s, 1] * y + c[s, 5] * z + c[s, 7])
    return float(value + z * (c[s, 2] * z + c[s, 8]) + c[s, 9])


@njit(cache=True, error_model="numpy")
def _other(c: NDArray[np.float64], s: int, x: float, y: float, z: float) -> float:
    if c[s, _KIND] == THYROID_LOBE:
        # The figures are y of the axis, z of the lower end and the height of the lobes.
        up = (z - c[s, 1]) / c[s, 2]
        if up <= 0.25:
            tau = 1.0 + (_TAU_MIDDLE - 1.0) * up / 0.25
        else:
            tau = _TAU_MIDDLE + (1.0 - _TAU_MIDDLE) * (up - 0.25) / 0.75
        back = y - c[s, 0]
        return float(2.0 * (x * x + back * back) * tau * tau - (back - x) ** 2)
    dx, dy, dz = x - c[s, 0], y - c[s, 1], z - c[s, 2]
    along, across = dz, dy
    if c[s, _KIND] == TORUS_ABOUT_Y:
        along, across = dy, dz
    from_circle = np.sqrt(dx * dx + across * across) - c[s, 3]
    return float(from_circle * from_circle + along * along - c[s, 4] * c[s, 4])


@njit(cache=True, error_model="numpy")
def is_in_part(part: int, x_cm: float, y_cm: float, z_cm: float, primitives: Primitives) -> bool:
    """Whether a point [cm] lies in a part, whatever other part it lies in."""
    parts, surfaces = primitives.parts, primitives.surfaces
    x = abs(x_cm) if parts[part, _FOLDED] > 0.0 else x_cm
    if x < parts[part, 0] or x > parts[part, 1] or y_cm < parts[part, 2] or y_cm > parts[part, 3]:
        return False
    if z_cm < parts[part, 4] or z_cm > parts[part, 5]:
        return False
    for s in range(int(parts[part, _FIRST]), int(parts[part, _STOP])):
        if surfaces[s, _KIND] == QUADRIC:
            value = _quadric(surfaces, s, x, y_cm, z_cm)
        else:
            value = _other(surfaces, s, x, y_cm, z_cm)
        if value > 0.0:
            return False
    return True


@njit(cache=True, error_model="numpy")
def region_at(x_cm: float, y_cm: float, z_cm: float, primitives: Primitives) -> int:
    """Return the region of a point: the first part that holds it, 0 outside of the body.

    Parameters
    ----------
    x_cm, y_cm, z_cm
        The point: x to the phantom's left, y to its back, z to its head. [cm]
    primitives
        Solids, in order of precedence.
    """
    i = int(np.floor((x_cm - primitives.low_x_cm) * primitives.cells_per_cm))
    j = int(np.floor((y_cm - primitives.low_y_cm) * primitives.cells_per_cm))
    k = int(np.floor((z_cm - primitives.low_z_cm) * primitives.cells_per_cm))
    if i < 0 or j < 0 or k < 0 or i >= primitives.n_x or j >= primitives.n_y:
        return OUTSIDE
    if k >= primitives.n_z:
        return OUTSIDE
    cell = (i * primitives.n_y + j) * primitives.n_z + k
    for n in range(primitives.first_candidate[cell], primitives.first_candidate[cell + 1]):
        part = primitives.candidates[n]
        if is_in_part(part, x_cm, y_cm, z_cm, primitives):
            return int(primitives.parts[part, _REGION])
    return OUTSIDE


@njit(cache=True, error_model="numpy")
def regions_holding(
    x_cm: float, y_cm: float, z_cm: float, primitives: Primitives, holds: NDArray[np.bool_]
) -> None:
    """Mark every region that holds a point [cm], precedence aside, in ``holds`` by its number."""
    for part in range(primitives.parts.shape[0]):
        if is_in_part(part, x_cm, y_cm, z_cm, primitives):
            holds[int(primitives.parts[part, _REGION])] = True
