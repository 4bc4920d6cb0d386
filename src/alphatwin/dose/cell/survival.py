r"""What specific energies do to cells: survival, tumour control, RBE.

Each cell lives with the probability of its own specific energy, and cells of all specific
energies are averaged, never their doses (docs/theory-cells.md, eqs. C15 to C19):

.. math:: S = \int f(z)\, e^{-\alpha z - \beta z^2}\, \mathrm{d}z, \qquad
   \mathrm{TCP} = \prod_c (1 - S_c)

With the mean specific energy for inactivation :math:`z_0`, :math:`S = \int f(z) e^{-z/z_0}` [1]_.

References
----------
.. [1] P. L. Roeske, T. G. Stinchcomb, "Dosimetric framework for therapeutic alpha-particle
   emitters", J. Nucl. Med. 38 (1997) 1923-1929.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.cell.spectra import SpecificEnergy

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Inactivation:
    """How a cell answers to the specific energy of its nucleus: linear and quadratic.

    Attributes
    ----------
    linear_per_gy
        Coefficient of z; 1/z0 where only a mean for inactivation is known. [1/Gy]
    quadratic_per_gy2
        Coefficient of z squared, in 1/Gy squared.
    """

    linear_per_gy: float
    quadratic_per_gy2: float = 0.0

    def __post_init__(self) -> None:
        for name in ("linear_per_gy", "quadratic_per_gy2"):
            value = getattr(self, name)
            if not 0.0 <= value < math.inf:
                msg = f"{name} must be finite and >= 0, got {value}"
                raise InvalidValueError(msg)

    @classmethod
    def from_z0(cls, z0_gy: float) -> Inactivation:
        """Return the answer with a mean specific energy for inactivation [Gy].

        Raises
        ------
        InvalidValueError
            If it is not positive.
        """
        if not 0.0 < z0_gy < math.inf:
            msg = f"z0_gy must be finite and above 0 Gy, got {z0_gy}"
            raise InvalidValueError(msg)
        return cls(1.0 / z0_gy)

    def survival(self, z_gy: ArrayLike) -> Floats:
        """Return the probability that a cell lives after a specific energy. (...) [Gy]."""
        z = np.asarray(z_gy, dtype=np.float64)
        return np.asarray(np.exp(-self.linear_per_gy * z - self.quadratic_per_gy2 * z * z))

    def dose_for_survival_gy(self, survival: float) -> float:
        """Return the even dose after which a share of the cells lives. [Gy].

        Raises
        ------
        InvalidValueError
            If the share is not above 0 and below 1, or nothing kills.
        """
        if not 0.0 < survival < 1.0:
            msg = f"survival must be above 0 and below 1, got {survival}"
            raise InvalidValueError(msg)
        a, b = self.linear_per_gy, self.quadratic_per_gy2
        if a == 0.0 and b == 0.0:
            msg = "linear_per_gy and quadratic_per_gy2 are both 0: no dose kills"
            raise InvalidValueError(msg)
        effect = -math.log(survival)
        return 2.0 * effect / (a + math.sqrt(a * a + 4.0 * b * effect))


def surviving_fraction(distribution: SpecificEnergy, *, inactivation: Inactivation) -> float:
    """Return the share of cells that live, over their distribution of specific energy."""
    return float(distribution.p @ inactivation.survival(distribution.z_gy))


@dataclass(frozen=True, slots=True)
class SurvivalByHits:
    """Cells that were hit so many times.

    Attributes
    ----------
    hits
        Alphas that hit the nucleus.
    cells_share
        Share of the cells.
    mean_z_gy
        Their mean specific energy. [Gy]
    survival
        Share of them that lives.
    """

    hits: int
    cells_share: float
    mean_z_gy: float
    survival: float


def survival_by_hits(
    z_gy: Floats, hits: Integers, *, inactivation: Inactivation, most: int = 20
) -> tuple[SurvivalByHits, ...]:
    """Return survival resolved by hits, of cells with their specific energies [Gy] and hits.

    Cells with ``most`` hits or more are put together.
    """
    capped = np.minimum(hits.ravel(), most)
    counts = np.bincount(capped, minlength=most + 1)
    z_sum = np.bincount(capped, weights=z_gy.ravel(), minlength=most + 1)
    lives = np.bincount(capped, weights=inactivation.survival(z_gy.ravel()), minlength=most + 1)
    return tuple(
        SurvivalByHits(
            hits=k,
            cells_share=float(counts[k] / capped.size),
            mean_z_gy=float(z_sum[k] / counts[k]),
            survival=float(lives[k] / counts[k]),
        )
        for k in range(most + 1)
        if counts[k]
    )


def control_probability(z_gy: Floats, *, inactivation: Inactivation) -> float:
    """Return the probability that no cell lives, over replicates of a cluster.

    Parameters
    ----------
    z_gy
        Specific energy of each nucleus in each replicate. (n_replicates, n) [Gy]
    inactivation
        How a cell answers.
    """
    survival = np.minimum(inactivation.survival(z_gy), 1.0)
    with np.errstate(divide="ignore"):
        return float(np.exp(np.log1p(-survival).sum(axis=1)).mean())


def equivalent_reference_dose_gy(survival: float, *, reference: Inactivation) -> float:
    """Return the even dose of a reference radiation that leaves the same share alive. [Gy]."""
    return reference.dose_for_survival_gy(survival)


def relative_effectiveness(
    survival: float, *, absorbed_dose_gy: float, reference: Inactivation
) -> float:
    """Return the RBE: dose of the reference radiation over the mean dose with its survival.

    Parameters
    ----------
    survival
        Share of cells that live after the mean dose.
    absorbed_dose_gy
        Mean dose to their nuclei. [Gy]
    reference
        Answer to the reference radiation.

    Raises
    ------
    InvalidValueError
        If the dose is not positive, or the survival not between 0 and 1.
    """
    if not 0.0 < absorbed_dose_gy < math.inf:
        msg = f"absorbed_dose_gy must be finite and above 0 Gy, got {absorbed_dose_gy}"
        raise InvalidValueError(msg)
    return equivalent_reference_dose_gy(survival, reference=reference) / absorbed_dose_gy
