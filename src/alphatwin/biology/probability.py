r"""Probabilities of tumour control and of complications, from effects of a stated kind.

.. math:: \mathrm{TCP} = e^{-N \sum_v v_i e^{-\alpha\,\mathrm{BED}_i}}, \qquad
          \mathrm{NTCP}_\mathrm{LKB} = \Phi\Big(\frac{x - x_{50}}{m\, x_{50}}\Big), \qquad
          \mathrm{NTCP}_\mathrm{log} = \frac{1}{1 + (x_{50}/x)^{4\gamma_{50}}}

(docs/theory-biology.md, eq. E15-E17) [1]_, [2]_, [3]_. A parameter set says of which kind of dose
:math:`x` it speaks, and no other is accepted. Parameters of fractionated photons say little about
alphas: who uses them says so.

References
----------
.. [1] S. Webb, A. E. Nahum, "A model for calculating tumour control probability in radiotherapy
   including the effects of inhomogeneous distributions of dose and clonogenic cell density",
   Phys. Med. Biol. 38 (1993) 653-666, doi:10.1088/0031-9155/38/6/001.
.. [2] J. T. Lyman, "Complication probability as assessed from dose-volume histograms", Radiat.
   Res. Suppl. 104 (1985) S13-S19.
.. [3] A. Niemierko, M. Goitein, "Calculation of normal tissue complication probability and
   dose-volume histogram reduction schemes for tissues with a critical element architecture",
   Radiother. Oncol. 20 (1991) 166-176.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy import special

from alphatwin.biology.heterogeneity import checked_alpha_per_gy
from alphatwin.biology.quantities import (
    BiologicallyEffectiveDose,
    EquivalentDose2Gy,
    RbeWeightedDose,
    require_kind,
)
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

DoseKind = Literal["bed", "eqd2", "rbe_weighted"]
_KINDS: Final = {
    "bed": (BiologicallyEffectiveDose, "bed_gy", "a biologically effective dose"),
    "eqd2": (EquivalentDose2Gy, "eqd2_gy", "an equivalent dose in 2-Gy fractions"),
    "rbe_weighted": (RbeWeightedDose, "rbe_weighted_gy", "an RBE-weighted dose"),
}


@dataclass(frozen=True, slots=True)
class Complication:
    """Parameters of a sigmoid dose response of a normal tissue.

    Attributes
    ----------
    endpoint
        What happens, in whom, in words.
    dose_kind
        The kind of dose of which the parameters speak: ``bed``, ``eqd2`` or ``rbe_weighted``.
    half_dose_gy
        Uniform dose at which half of the patients have it, > 0. [Gy]
    slope_ratio
        m of the LKB model, the standard deviation over the half dose; or gamma50 of the logistic
        one, the normalised slope there; > 0.
    model
        ``lkb`` or ``logistic``.
    """

    endpoint: str
    dose_kind: DoseKind
    half_dose_gy: float
    slope_ratio: float
    model: Literal["lkb", "logistic"]

    def __post_init__(self) -> None:
        for name in ("half_dose_gy", "slope_ratio"):
            value = getattr(self, name)
            if not 0.0 < value < math.inf:
                msg = f"{name} of {self.endpoint} must be finite and > 0, got {value}"
                raise InvalidValueError(msg)
        if self.dose_kind not in _KINDS or self.model not in {"lkb", "logistic"}:
            msg = f"dose_kind must be one of {', '.join(_KINDS)} and model lkb or logistic"
            raise InvalidValueError(msg)


def complication_probability(
    dose: BiologicallyEffectiveDose | EquivalentDose2Gy | RbeWeightedDose,
    *,
    complication: Complication,
) -> Floats:
    """Return the probability of a complication of every sample. (n_samples,).

    Parameters
    ----------
    dose
        Uniform dose, or equivalent uniform dose, of the kind of which the parameters speak.
    complication
        The parameters.

    Raises
    ------
    InvalidValueError
        If the dose is of another kind.
    """
    kind, field, words = _KINDS[complication.dose_kind]
    x = np.asarray(getattr(require_kind(dose, kind, words), field))
    if complication.model == "lkb":
        width = complication.slope_ratio * complication.half_dose_gy
        return np.asarray(special.ndtr((x - complication.half_dose_gy) / width))
    with np.errstate(divide="ignore"):
        log_ratio = np.log(np.maximum(x, 0.0) / complication.half_dose_gy)
    return np.asarray(special.expit(4.0 * complication.slope_ratio * log_ratio))


def tumour_control_probability(
    bed: BiologicallyEffectiveDose, *, alpha_per_gy: ArrayLike, n_clonogens: ArrayLike
) -> Floats:
    """Return the Poisson probability that no clonogen survives, of every sample (eq. E15).

    Of a distribution of doses, pass the uniform BED of equal survival. The mean over samples of
    the parameters is the control probability of the population that they stand for.

    Parameters
    ----------
    bed
        Biologically effective dose, net of repopulation where there is any.
    alpha_per_gy : () or (n_samples,) array_like
        Linear coefficient of the reference radiation, > 0. [1/Gy]
    n_clonogens : () or (n_samples,) array_like
        Clonogens at the start, > 0.

    Raises
    ------
    InvalidValueError
        If a parameter is not > 0, or the dose is of another kind.
    """
    found = require_kind(bed, BiologicallyEffectiveDose, "a biologically effective dose")
    alpha = checked_alpha_per_gy(alpha_per_gy)
    clonogens = np.atleast_1d(np.asarray(n_clonogens, dtype=np.float64))
    if not np.all((clonogens > 0.0) & np.isfinite(clonogens)):
        msg = f"n_clonogens must be finite and > 0, got {clonogens.ravel()[0]:g}"
        raise InvalidValueError(msg)
    return np.asarray(np.exp(-np.exp(np.log(clonogens) - alpha * found.bed_gy)))


def surviving_fraction(bed: BiologicallyEffectiveDose, *, alpha_per_gy: ArrayLike) -> Floats:
    r"""Return :math:`S = e^{-\alpha\,\mathrm{BED}}` of every sample. (n_samples,).

    This is the link to the level of the cell: a cell whose nucleus takes the doses
    :math:`D_i` over time survives with this probability, where the dose is that of the nucleus and
    its fluctuation from cell to cell is small. Where few alphas hit a nucleus it is not, and the
    mean over cells of S, not S of the mean dose, is what survives.

    Parameters
    ----------
    bed
        Biologically effective dose.
    alpha_per_gy : () or (n_samples,) array_like
        Linear coefficient of the reference radiation, > 0. [1/Gy]
    """
    found = require_kind(bed, BiologicallyEffectiveDose, "a biologically effective dose")
    return np.asarray(np.exp(-checked_alpha_per_gy(alpha_per_gy) * found.bed_gy))
