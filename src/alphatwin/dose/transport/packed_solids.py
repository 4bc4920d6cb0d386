"""Solids packed for the engine: parts in order of precedence, and a grid of what may lie where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport.phantom_surfaces import Part, part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

OUTSIDE: Final = -1
"""What is found at a point that no solid holds."""
# Head: low corner of the grid of cells, cells per cm, cells by axis, then where sections begin.
(
    LOW_X,
    LOW_Y,
    LOW_Z,
    CELLS_PER_CM,
    N_X,
    N_Y,
    N_Z,
    SURFACES,
    PARTS,
    FIRST_CANDIDATE,
    CANDIDATES,
    N_PARTS,
) = range(12)
HEAD: Final = 12
# A surface: ten coefficients and its kind. A part: box, folded, region, first surface, next part's.
SURFACE_WIDTH: Final = 11
KIND: Final = 10
PART_WIDTH: Final = 10
FOLDED, REGION, FIRST, STOP = 6, 7, 8, 9
CELL_CM: Final = 2.0
"""Edge of the cells that list which solids may hold a point. [cm]"""
MARGIN_CM: Final = 1e-6
"""What the grid of cells reaches beyond the body. [cm]"""


def ellipsoids(
    centres_cm: Sequence[Sequence[float]], half_axes_cm: Sequence[Sequence[float]]
) -> NDArray[np.float64]:
    """Return ellipsoids, in cm, as solids; region *i* is the *i*-th, inner ones first.

    Parameters
    ----------
    centres_cm, half_axes_cm
        (n, 3) centres and half axes. [cm]
    """
    parts = [
        part(
            [
                {
                    "fold_x": "no",
                    "sense": "in",
                    "surface": "ellipsoid",
                    "parameters_cm": " ".join(repr(float(v)) for v in (*centre, *axes)),
                }
            ]
        )
        for centre, axes in zip(centres_cm, half_axes_cm, strict=True)
    ]
    return solids_as_array(parts, list(range(len(parts))))


def solids_as_array(parts: list[Part], regions: list[int]) -> NDArray[np.float64]:
    """Return parts as one array, with the grid of candidates; of overlapping parts the first holds.

    Parameters
    ----------
    parts
        Parts in order of precedence, lengths in cm.
    regions
        Region of each part.
    """
    boxes = np.array([p.box_cm for p in parts])
    folded = np.array([p.is_folded for p in parts])
    low_x = np.where(folded, -boxes[:, 1], boxes[:, 0])
    low = np.array([low_x.min(), boxes[:, 2].min(), boxes[:, 4].min()])
    cells = np.ceil((boxes[:, 1::2].max(axis=0) + MARGIN_CM - low) / CELL_CM).astype(np.int64)
    candidates = _candidates(boxes, folded, low, cells)
    surfaces = np.array([[*s.coefficients, s.kind] for p in parts for s in p.surfaces])
    stops = np.cumsum([len(p.surfaces) for p in parts])
    rows = np.column_stack([boxes, folded, regions, np.append(0, stops[:-1]), stops])
    first_candidate = np.cumsum([0, *map(len, candidates)])
    at = np.cumsum(
        [HEAD, SURFACE_WIDTH * len(surfaces), PART_WIDTH * len(rows), len(candidates) + 1]
    )
    head = [*low, 1.0 / CELL_CM, *cells, *at, len(parts)]
    listed = [part for cell in candidates for part in cell]
    packed = np.concatenate([head, surfaces.ravel(), rows.ravel(), first_candidate, listed])
    packed.setflags(write=False)
    return packed


def part_rows(primitives: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n_parts, 10) rows: box in cm, folded, region, first surface and next part's."""
    start, count = int(primitives[PARTS]), int(primitives[N_PARTS])
    return primitives[start : start + count * PART_WIDTH].reshape(count, PART_WIDTH)


def _candidates(
    boxes: NDArray[np.float64],
    folded: NDArray[np.bool_],
    corner: NDArray[np.float64],
    cells: NDArray[np.int64],
) -> list[list[int]]:
    """Return the parts whose boxes touch each cell, in order of precedence."""
    found: list[list[int]] = [[] for _ in range(int(np.prod(cells)))]
    for number, (box, is_folded) in enumerate(zip(boxes, folded, strict=True)):
        mirrored = [(-box[1], -box[0])] if is_folded else []
        touched: set[int] = set()
        for low, high in ((box[0], box[1]), *mirrored):
            bounds = np.array([[low, high], box[2:4], box[4:6]])
            first = np.maximum(np.floor((bounds[:, 0] - corner) / CELL_CM - MARGIN_CM), 0).astype(
                int
            )
            last = np.minimum(
                np.floor((bounds[:, 1] - corner) / CELL_CM + MARGIN_CM), cells - 1
            ).astype(int)
            grid = np.ix_(*(np.arange(a, b + 1) for a, b in zip(first, last, strict=True)))
            touched.update(((grid[0] * cells[1] + grid[1]) * cells[2] + grid[2]).ravel().tolist())
        for cell in touched:
            found[cell].append(number)
    return found
