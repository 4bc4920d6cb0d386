"""The outline of whole voxels as contours that enclose exactly these voxels.

Every edge between a voxel of the region and one outside is walked with the region on its right; at
a corner where two voxels meet by their corners alone, the walk turns right, so that each keeps a
loop of its own. Holes are loops of their own, by the even-odd rule of the contours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.geometry.contours import Contours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry.grid import Grid

Corner = tuple[int, int]


def contours_of_voxels(name: str, *, mask: NDArray[np.bool_], grid: Grid) -> Contours:
    """Return contours along the edges of voxels; module docstring.

    Parameters
    ----------
    name
        Of the region.
    mask
        Which voxels belong to it. (grid shape)
    grid
        Grid of the mask.

    Raises
    ------
    InvalidValueError
        If the mask is of another shape, or empty.
    """
    if mask.shape != grid.shape or not mask.any():
        msg = f"mask of {name!r} must hold voxels of a grid {grid.shape}, got {mask.shape}"
        raise InvalidValueError(msg)
    loops = []
    for k in np.flatnonzero(mask.any(axis=(1, 2))):
        for corners in _loops(mask[k]):
            index = np.empty((len(corners), 3))
            index[:, 0] = k
            index[:, 1:] = np.array(corners) - 0.5  # corner n lies before voxel n
            loops.append(grid.position_mm(index))
    return Contours(name, tuple(loops))


def _loops(mask: NDArray[np.bool_]) -> list[list[Corner]]:
    """Return the closed walks around a flat mask, as (row, column) of corners that turn."""
    following = _edges(mask)
    loops = []
    while following:
        first = next(iter(following))
        at, walk = first, [first]
        step: Corner = (0, 0)
        while True:
            ends = following[at]
            after = ends[0] if len(ends) == 1 else _right_turn(at, step, ends)
            ends.remove(after)
            if not ends:
                del following[at]
            step = (after[0] - at[0], after[1] - at[1])
            at = after
            if at == first:
                break
            walk.append(at)
        loops.append(_turning(walk))
    return loops


def _edges(mask: NDArray[np.bool_]) -> dict[Corner, list[Corner]]:
    """Return which corners follow which, with the region on the right."""
    padded = np.pad(mask, 1)
    inside = padded[1:-1, 1:-1]
    sides = (  # neighbour that is outside, and from which to which corner of the voxel to walk
        (padded[:-2, 1:-1], (0, 0), (0, 1)),
        (padded[1:-1, 2:], (0, 1), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (1, 0)),
        (padded[1:-1, :-2], (1, 0), (0, 0)),
    )
    following: dict[Corner, list[Corner]] = {}
    for neighbour, begin, end in sides:
        for row, column in np.argwhere(inside & ~neighbour).tolist():
            start = (row + begin[0], column + begin[1])
            following.setdefault(start, []).append((row + end[0], column + end[1]))
    return following


def _right_turn(at: Corner, step: Corner, ends: list[Corner]) -> Corner:
    """Return the end to the right of the way that was come, rows growing downwards."""
    right = (at[0] + step[1], at[1] - step[0])
    return right if right in ends else ends[0]


def _turning(walk: list[Corner]) -> list[Corner]:
    """Return the corners at which a closed walk turns."""
    corners = np.array(walk)
    before, after = corners - np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0) - corners
    turns = np.any(before != after, axis=1)
    return [(int(r), int(c)) for r, c in corners[turns]]
