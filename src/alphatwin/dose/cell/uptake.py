"""How much activity each cell holds, relative to the others.

The mean over all cells is one. A share of the cells is labelled, the others hold nothing; over
the labelled ones uptake follows a lognormal distribution and a profile over the radius.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.packing import Cluster

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Uptake:
    """What decides the activity of a cell.

    Attributes
    ----------
    labelled_fraction
        Share of the cells that hold any.
    lognormal_sd
        Standard deviation of the logarithm of the uptake of labelled cells.
    penetration_um
        Depth below the surface of the cluster in which uptake falls to 1/e; infinite for an
        even uptake. [um]
    """

    labelled_fraction: float = 1.0
    lognormal_sd: float = 0.0
    penetration_um: float = math.inf

    def __post_init__(self) -> None:
        if not 0.0 <= self.labelled_fraction <= 1.0:
            msg = f"labelled_fraction must be from 0 to 1, got {self.labelled_fraction}"
            raise InvalidValueError(msg)
        if not 0.0 <= self.lognormal_sd <= 5.0:
            msg = f"lognormal_sd must be from 0 to 5, got {self.lognormal_sd}"
            raise InvalidValueError(msg)
        if not self.penetration_um > 0.0:
            msg = f"penetration_um must be above 0 um, got {self.penetration_um}"
            raise InvalidValueError(msg)


def relative_uptake(cluster: Cluster, *, uptake: Uptake, seed: int) -> Floats:
    """Return the uptake of every cell over the mean of all cells. (n,) [1].

    Raises
    ------
    InvalidValueError
        If no cell is labelled.
    """
    rng = stream(seed, "cell uptake")
    n = cluster.n_cells
    labelled = np.zeros(n, dtype=bool)
    labelled[rng.permutation(n)[: round(uptake.labelled_fraction * n)]] = True
    if not labelled.any():
        msg = (
            f"labelled_fraction {uptake.labelled_fraction:g} of {n} cells labels none: "
            "nothing would decay in cells"
        )
        raise InvalidValueError(msg)
    amount = np.exp(uptake.lognormal_sd * rng.standard_normal(n)) * labelled
    if math.isfinite(uptake.penetration_um):
        depth = np.maximum(cluster.radius_um - cluster.distances_um, 0.0)
        amount *= np.exp(-depth / uptake.penetration_um)
    return np.asarray(amount / amount.mean())
