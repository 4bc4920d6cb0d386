"""Where cells are: lattices, random packings, monolayers; and a necrotic core to leave out.

Cells are spheres of one size that do not overlap. A cluster is a spheroid (all cells that fit
whole into a sphere) or a monolayer (one layer of cells in a square).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.shapes import CellShape

    Floats = NDArray[np.float64]

PackingName = Literal["fcc", "cubic", "random"]
PACKINGS: tuple[PackingName, ...] = get_args(PackingName)
MOST_CELLS = 5_000_000
_DENSEST_RANDOM_FRACTION = 0.55  # above, random sequential shaking takes for ever
_FCC_SITES = ((0.0, 0.0, 0.0), (0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (0.0, 0.5, 0.5))
_SHAKES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """Cells at their places.

    Attributes
    ----------
    shape
        What every cell is.
    centres_um
        Centres of the cells, in the order of their places along the axes. (n, 3) [um]
    radius_um
        Radius of the spheroid around the origin, or half the side of the monolayer. [um]
    is_monolayer
        Whether it is flat.
    packing, spacing_um
        Lattice of a spheroid and its nearest distance, by which tracks find cells [um]; ``random``
        and 0 for cells anywhere.
    """

    shape: CellShape
    centres_um: Floats
    radius_um: float
    is_monolayer: bool = False
    packing: PackingName = "random"
    spacing_um: float = 0.0

    def __post_init__(self) -> None:
        centres = np.ascontiguousarray(self.centres_um, dtype=np.float64)
        if centres.ndim != 2 or centres.shape[1] != 3 or not np.all(np.isfinite(centres)):
            msg = f"centres_um must be finite and of shape (n, 3), got {centres.shape}"
            raise InvalidValueError(msg)
        if centres.shape[0] == 0:
            msg = "a cluster needs at least one cell; make it larger or its cells smaller"
            raise InvalidValueError(msg)
        _check_overlap(centres, self.shape.radius_um)
        centres.setflags(write=False)
        object.__setattr__(self, "centres_um", centres)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.centres_um.shape[0])

    @property
    def distances_um(self) -> Floats:
        """Distance of every cell from the origin. (n,) [um]."""
        return np.asarray(np.sqrt((self.centres_um**2).sum(axis=1)))

    @property
    def cell_fraction(self) -> float:
        """Share of the spheroid's volume that is cells; of a monolayer, of its slab."""
        volume = self.n_cells * 4.0 / 3.0 * math.pi * self.shape.radius_um**3
        if self.is_monolayer:
            return volume / ((2.0 * self.radius_um) ** 2 * 2.0 * self.shape.radius_um)
        return volume / (4.0 / 3.0 * math.pi * self.radius_um**3)


def spheroid(
    shape: CellShape,
    *,
    radius_um: float,
    packing: PackingName = "fcc",
    spacing_um: float | None = None,
    cell_fraction: float | None = None,
    necrotic_radius_um: float = 0.0,
    seed: int = 1,
) -> Cluster:
    """Return the cells whose centres lie in a sphere.

    Parameters
    ----------
    shape
        What every cell is. [um]
    radius_um
        Radius within which the centres lie. [um]
    packing
        ``fcc``, ``cubic`` or ``random``.
    spacing_um
        Distance between nearest neighbours of a lattice; by default cells touch. [um]
    cell_fraction
        Share of the volume that is cells, of a random packing, at most 0.55.
    necrotic_radius_um
        Radius of a core without living cells. [um]
    seed
        Seed of a random packing.

    Raises
    ------
    InvalidValueError
        If cells would overlap, the core leaves no cells, or a number is out of its range.
    """
    _check_extent(radius_um, shape)
    if not 0.0 <= necrotic_radius_um < radius_um:
        msg = (
            f"necrotic_radius_um must be from 0 to below the radius of the spheroid, "
            f"{radius_um:g} um, got {necrotic_radius_um}"
        )
        raise InvalidValueError(msg)
    centres = _sites(
        shape,
        radius_um,
        packing=packing,
        spacing_um=spacing_um,
        cell_fraction=cell_fraction,
        seed=seed,
    )
    square = (centres**2).sum(axis=1)
    kept = (square <= radius_um**2) & (square >= necrotic_radius_um**2)
    return Cluster(
        shape=shape,
        centres_um=centres[kept],
        radius_um=radius_um,
        packing=packing,
        spacing_um=0.0 if packing == "random" else _checked_spacing(spacing_um, shape),
    )


def monolayer(
    shape: CellShape,
    *,
    side_um: float,
    packing: PackingName = "cubic",
    spacing_um: float | None = None,
    cell_fraction: float | None = None,
    seed: int = 1,
) -> Cluster:
    """Return one layer of cells in a square; parameters and errors as of :func:`spheroid`.

    ``fcc`` gives its densest layer, a triangular one; a random one has the share
    ``cell_fraction`` of its area covered. ``side_um`` is the side of the square [um].
    """
    _check_extent(0.5 * side_um, shape)
    half_um = 0.5 * side_um
    if packing == "random":
        covered = _checked_fraction(cell_fraction)
        count = round(covered * side_um**2 / (math.pi * shape.radius_um**2))
        flat = _random_sites(shape.radius_um, (half_um, half_um, 0.0), count, seed)
    else:
        spacing = _checked_spacing(spacing_um, shape)
        rise = spacing if packing == "cubic" else spacing * math.sqrt(0.75)
        if packing not in PACKINGS:
            raise InvalidValueError(_unknown_packing(packing))
        rows = np.arange(-math.floor(half_um / rise), math.floor(half_um / rise) + 1)
        columns = np.arange(-math.floor(half_um / spacing) - 1, math.floor(half_um / spacing) + 2)
        y, x = np.meshgrid(rows * rise, columns * spacing, indexing="ij")
        if packing == "fcc":
            x = x + 0.5 * spacing * (rows % 2)[:, None]
        flat = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
        flat = flat[np.abs(flat[:, 0]) <= half_um]
    return Cluster(shape=shape, centres_um=_sorted(flat), radius_um=half_um, is_monolayer=True)


def _sites(
    shape: CellShape,
    half_um: float,
    *,
    packing: str,
    spacing_um: float | None,
    cell_fraction: float | None,
    seed: int,
) -> Floats:
    if packing not in PACKINGS:
        raise InvalidValueError(_unknown_packing(packing))
    if packing == "random":
        if spacing_um is not None:
            msg = "spacing_um belongs to a lattice; give a random packing a cell_fraction"
            raise InvalidValueError(msg)
        volume = 8.0 * half_um**3
        cell = 4.0 / 3.0 * math.pi * shape.radius_um**3
        count = round(_checked_fraction(cell_fraction) * volume / cell)
        _check_count(count)
        return _sorted(_random_sites(shape.radius_um, (half_um,) * 3, count, seed))
    if cell_fraction is not None:
        msg = "cell_fraction belongs to a random packing; give a lattice its spacing_um"
        raise InvalidValueError(msg)
    spacing = _checked_spacing(spacing_um, shape)
    edge = spacing if packing == "cubic" else spacing * math.sqrt(2.0)
    sites = _FCC_SITES if packing == "fcc" else _FCC_SITES[:1]
    _check_count(8.0 * half_um**3 / edge**3 * len(sites))
    n = math.ceil(half_um / edge) + 1
    steps = np.arange(-n, n + 1, dtype=np.float64)
    corners = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    return _sorted(np.concatenate([(corners + np.array(site)) * edge for site in sites]))


def _random_sites(
    radius_um: float, half_um: tuple[float, float, float], count: int, seed: int
) -> Floats:
    """Throw centres at random, then push overlapping cells apart until none overlaps."""
    from scipy.spatial import cKDTree

    rng = stream(seed, "cell packing")
    half: Floats = np.array(half_um)
    places: Floats = np.asarray((2.0 * rng.random((count, 3)) - 1.0) * half)
    least_um = 2.0 * radius_um * (1.0 + 1e-9)
    wanted_um = 1.02 * least_um  # a little more room than needed, so that pushing comes to an end
    for _ in range(_SHAKES):
        pairs = cKDTree(places).query_pairs(wanted_um, output_type="ndarray")
        gap = places[pairs[:, 0]] - places[pairs[:, 1]]
        length: Floats = np.maximum(np.sqrt((gap**2).sum(axis=1)), 1e-12)
        if not np.any(length < least_um):
            return places
        push = (0.5 * (wanted_um - length) / length)[:, None] * gap
        np.add.at(places, pairs[:, 0], push)
        np.subtract.at(places, pairs[:, 1], push)
        np.clip(places, -half, half, out=places)
    msg = (
        f"no packing of {count} cells of {radius_um:g} um without overlap was found; "
        "lower cell_fraction"
    )
    raise InvalidValueError(msg)


def _sorted(centres_um: Floats) -> Floats:
    """Return centres in the order of their places, neighbours near each other in memory."""
    order = np.lexsort((centres_um[:, 2], centres_um[:, 1], centres_um[:, 0]))
    return np.asarray(centres_um[order])


def _check_overlap(centres_um: Floats, radius_um: float) -> None:
    from scipy.spatial import cKDTree

    if centres_um.shape[0] < 2:
        return
    nearest = np.asarray(cKDTree(centres_um).query(centres_um, k=2)[0])[:, 1]
    worst = int(np.argmin(nearest))
    if nearest[worst] < 2.0 * radius_um * (1.0 - 1e-9):
        msg = (
            f"cells overlap: cell {worst} of radius {radius_um:g} um has a neighbour at "
            f"{nearest[worst]:.6g} um; cells must be at least {2.0 * radius_um:g} um apart"
        )
        raise InvalidValueError(msg)


def _check_extent(radius_um: float, shape: CellShape) -> None:
    if not shape.radius_um <= radius_um < math.inf:
        msg = (
            f"radius_um of a cluster must be finite and at least that of a cell, "
            f"{shape.radius_um:g} um, got {radius_um}"
        )
        raise InvalidValueError(msg)


def _checked_spacing(spacing_um: float | None, shape: CellShape) -> float:
    spacing = 2.0 * shape.radius_um if spacing_um is None else spacing_um
    if not 2.0 * shape.radius_um * (1.0 - 1e-12) <= spacing < math.inf:
        msg = (
            f"spacing_um must be at least twice the radius of a cell, "
            f"{2.0 * shape.radius_um:g} um, got {spacing}: cells would overlap"
        )
        raise InvalidValueError(msg)
    return spacing


def _checked_fraction(cell_fraction: float | None) -> float:
    if cell_fraction is None or not 0.0 < cell_fraction <= _DENSEST_RANDOM_FRACTION:
        msg = (
            "a random packing needs a cell_fraction above 0 and at most "
            f"{_DENSEST_RANDOM_FRACTION:g}, got {cell_fraction}"
        )
        raise InvalidValueError(msg)
    return cell_fraction


def _check_count(count: float) -> None:
    if count > MOST_CELLS:
        msg = f"a cluster of about {count:.3g} cells; at most {MOST_CELLS} are allowed"
        raise InvalidValueError(msg)


def _unknown_packing(packing: str) -> str:
    return f"packing is {packing!r}; allowed: {', '.join(PACKINGS)}"
