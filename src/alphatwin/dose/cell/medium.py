r"""Activity in the medium over a monolayer, as in a dish: what its alphas leave in the cells.

Cells stand on a plate, and a mixed medium fills all that is not cell up to its depth. In a mixed
medium every member of a chain decays at a place of its own, so that each alpha is an event of its
own. A target in a half space that lies at a depth *x* below the medium gets

.. math:: D(x)\,\rho = \frac{n}{2} \int_{x/R}^1 E(R - x/\mu)\, \mathrm{d}\mu

from *n* alphas per volume (docs/theory-cells.md, eq. C24).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell.grid import BoxGrid, box_grid
from alphatwin.errors import InvalidValueError, NotSupportedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.packing import Cluster
    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]

_ML_PER_UM3 = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A mixed medium over a monolayer.

    Attributes
    ----------
    decays_per_ml
        Primary decays in a millilitre of medium, over the whole exposure. [1/mL]
    depth_um
        Depth of the medium over the plate on which the cells stand. [um]
    """

    decays_per_ml: float
    depth_um: float

    def __post_init__(self) -> None:
        if not 0.0 < self.decays_per_ml < math.inf:
            msg = f"decays_per_ml must be finite and above 0, got {self.decays_per_ml}"
            raise InvalidValueError(msg)
        if not 0.0 < self.depth_um < math.inf:
            msg = f"depth_um of a medium must be finite and above 0 um, got {self.depth_um}"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class MediumWork:
    """A medium as its kernel needs it.

    Attributes
    ----------
    low_um, high_um
        Corners of the box in which decays are drawn; those inside cells are not there. (3,) [um]
    decays
        Mean number of primary decays in the box.
    targets, cells
        Boxes over the targets, by which tracks find them, and over whole cells.
    """

    low_um: Floats
    high_um: Floats
    decays: float
    targets: BoxGrid
    cells: BoxGrid


def medium_work(
    medium: Medium, cluster: Cluster, *, scheme: Scheme, target_um: float, box_um: float
) -> MediumWork:
    """Return the box of a medium: as far around the cells as alphas go, and the plate below.

    Parameters
    ----------
    medium, cluster, scheme
        The medium, the monolayer in it, and what decays.
    target_um, box_um
        Radius of the targets, and side of the boxes over them. [um]

    Raises
    ------
    InvalidValueError
        If the cells are no monolayer.
    NotSupportedError
        If nothing emits alphas.
    """
    if not cluster.is_monolayer:
        msg = "a medium lies over a monolayer; a spheroid has none: leave the medium out"
        raise InvalidValueError(msg)
    reach_um = float(scheme.arrays.alpha_range_um.max(initial=0.0))
    if reach_um == 0.0:
        msg = (
            f"{scheme.parent} emits no alphas, and electrons of a medium are not followed: "
            "leave the medium out"
        )
        raise NotSupportedError(msg)
    cell_um = cluster.shape.radius_um
    aside = cluster.radius_um + cell_um + reach_um
    bottom = -cell_um
    top = min(bottom + medium.depth_um, cell_um + reach_um)
    low = np.array([-aside, -aside, bottom])
    high = np.array([aside, aside, top])
    return MediumWork(
        low_um=low,
        high_um=high,
        decays=medium.decays_per_ml * _ML_PER_UM3 * float(np.prod(high - low)),
        targets=box_grid(cluster.centres_um, radius_um=target_um, edge_um=box_um),
        cells=box_grid(cluster.centres_um, radius_um=cell_um, edge_um=2.0 * cell_um),
    )
