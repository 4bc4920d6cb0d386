"""Where to look for spheres: boxes in an even grid for any packing, sites for a lattice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int32]

_MARGIN_UM = 1e-6  # a sphere is listed in boxes that it nearly touches, against rounding
_CHUNK = 50_000  # spheres that are sorted into boxes at once


class SiteMap(NamedTuple):
    """The cell at every site of a lattice.

    Sites have whole coordinates in steps of ``step_um`` [um], of an even sum if ``is_fcc``;
    ``owners`` holds the cell at each of ``size`` cubed places that begin at ``low``, or -1. A map
    of size 0 stands for cells that are on no lattice.
    """

    step_um: float
    is_fcc: bool
    low: int
    size: int
    owners: Integers


def site_map(centres_um: Floats, *, step_um: float, is_fcc: bool) -> SiteMap:
    """Return the map of cells on a cubic or an FCC lattice with a site at the origin.

    Parameters
    ----------
    centres_um
        Centres of the cells. (n, 3) [um]
    step_um
        Nearest distance of a cubic lattice, or half the edge of the FCC cube. [um]
    is_fcc
        Which of them it is.
    """
    sites = np.rint(centres_um / step_um).astype(np.int64)
    low = int(sites.min())
    size = int(sites.max()) - low + 1
    owners = np.full((size, size, size), -1, dtype=np.int32)
    owners[tuple((sites - low).T)] = np.arange(len(sites), dtype=np.int32)
    return SiteMap(float(step_um), is_fcc, low, size, owners.ravel())


def no_sites() -> SiteMap:
    """Return the map that stands for cells on no lattice."""
    return SiteMap(step_um=1.0, is_fcc=False, low=0, size=0, owners=np.zeros(0, np.int32))


class BoxGrid(NamedTuple):
    """Boxes in an even grid, and the spheres that touch each.

    ``starts`` says where the list of each box begins in ``members``, boxes in the order of x, y, z.
    The origin is the low corner of the first box [um], ``edge_um`` the side of a box [um] and
    ``counts`` the number of boxes along each axis.
    """

    origin_um: Floats
    edge_um: float
    counts: tuple[int, int, int]
    starts: Integers
    members: Integers


def box_grid(centres_um: Floats, *, radius_um: float, edge_um: float) -> BoxGrid:
    """Return the grid over all spheres of a radius.

    Parameters
    ----------
    centres_um
        Centres of the spheres. (n, 3) [um]
    radius_um
        Their radius. [um]
    edge_um
        Side of a box. [um]
    """
    reach = radius_um + _MARGIN_UM
    low = centres_um.min(axis=0) - reach - _MARGIN_UM
    high = centres_um.max(axis=0) + reach + _MARGIN_UM
    counts = np.maximum(np.ceil((high - low) / edge_um).astype(np.int64), 1)
    spread = int(np.ceil(2.0 * reach / edge_um)) + 1
    offsets = np.stack(np.meshgrid(*([np.arange(spread)] * 3), indexing="ij"), -1).reshape(-1, 3)
    boxes, owners = [], []
    for first in range(0, len(centres_um), _CHUNK):
        part = centres_um[first : first + _CHUNK]
        corner = np.floor((part - reach - low) / edge_um).astype(np.int64)
        index = corner[:, None, :] + offsets[None, :, :]
        box_low = low + index * edge_um
        nearest = np.clip(part[:, None, :], box_low, box_low + edge_um)
        touches = ((part[:, None, :] - nearest) ** 2).sum(axis=2) <= reach * reach
        touches &= np.all((index >= 0) & (index < counts), axis=2)
        flat = (index[..., 0] * counts[1] + index[..., 1]) * counts[2] + index[..., 2]
        rows, columns = np.nonzero(touches)
        boxes.append(flat[rows, columns])
        owners.append(rows + first)
    box, owner = np.concatenate(boxes), np.concatenate(owners)
    order = np.argsort(box, kind="stable")
    starts = np.zeros(int(counts.prod()) + 1, dtype=np.int32)
    np.cumsum(np.bincount(box, minlength=int(counts.prod())), out=starts[1:])
    sizes = (int(counts[0]), int(counts[1]), int(counts[2]))
    return BoxGrid(low, float(edge_um), sizes, starts, owner[order].astype(np.int32))
