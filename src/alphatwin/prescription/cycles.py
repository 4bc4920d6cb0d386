r"""How what a region takes up changes from cycle to cycle.

The first cycle is the one that was measured. A region of cycle :math:`c` holds, per activity
administered,

.. math:: f_c = (1 + \delta)^{c-1}\,\varepsilon_c, \qquad f_1 = 1,

times as much, with the change :math:`\delta` from one cycle to the next and an error
:math:`\varepsilon_c` of each later cycle of its own, lognormal with median 1
(docs/theory-prescription.md, eq. P2). The shape of the curve stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import lognormal_factor

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CycleChange:
    """The change from one cycle to the next.

    Attributes
    ----------
    change_fraction
        Uptake of a cycle over that of the one before, less 1; -0.06 is a fall by 6 %.
    relative_sd
        Standard uncertainty of the uptake of a later cycle, over its value; its own in each.
    source
        Where that comes from, in words.
    """

    change_fraction: float = 0.0
    relative_sd: float = 0.0
    source: str = "every cycle as the first: an assumption"

    def __post_init__(self) -> None:
        if not -1.0 < self.change_fraction < math.inf:
            msg = f"change_fraction must be above -1 and finite, got {self.change_fraction}"
            raise InvalidValueError(msg)
        if not 0.0 <= self.relative_sd < math.inf:
            msg = f"relative_sd must be at least 0 and finite, got {self.relative_sd}"
            raise InvalidValueError(msg)


UNCHANGED: Final = CycleChange()
"""Every cycle does what the first did."""
TUMOUR_GRADE_1: Final = CycleChange(
    -0.06, 0.0, "Roth et al. 2022: -6 % per cycle in grade 1, 177Lu-DOTATATE, PMC8978188"
)
"""Absorbed dose of tumours, 182 lesions of 41 patients; no spread could be read."""
TUMOUR_GRADE_2: Final = CycleChange(
    -0.14, 0.0, "Roth et al. 2022: -14 % per cycle in grade 2, 177Lu-DOTATATE, PMC8978188"
)
"""The same in grade 2."""


def cycle_factors(
    change: CycleChange, *, cycles: int, samples: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return what each cycle does over what the first does, eq. P2.

    Parameters
    ----------
    change
        The change from one cycle to the next.
    cycles, samples
        Number of cycles and of samples, at least 1 each.
    generator
        Random stream of this region.

    Returns
    -------
    (n_samples, n_cycles) ndarray
        Factors; the first column is 1.

    Raises
    ------
    InvalidValueError
        If there is no cycle or no sample.
    """
    if cycles < 1 or samples < 1:
        msg = f"cycles and samples must be at least 1, got {cycles} and {samples}"
        raise InvalidValueError(msg)
    trend = (1.0 + change.change_fraction) ** np.arange(cycles, dtype=np.float64)
    factors = np.broadcast_to(trend, (samples, cycles)).copy()
    if change.relative_sd > 0.0:
        for c in range(1, cycles):
            factors[:, c] *= lognormal_factor(change.relative_sd, generator, samples)
    return factors
