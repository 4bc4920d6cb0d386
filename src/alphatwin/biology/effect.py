r"""Biologically effective dose of protracted, mixed radiation, and the dose that gives one.

.. math:: \mathrm{BED} = \sum_i \mathrm{RBE}_{\max,i}\, D_i
          + \frac{G[r]\,\left(\int r\,dt\right)^2}{\alpha/\beta}, \qquad
          r = \sum_i \sqrt{b_i}\,\frac{dD_i}{dt}

(docs/theory-biology.md, eq. E5), with :math:`\alpha/\beta` of the reference radiation [1]_, [2]_.

References
----------
.. [1] R. G. Dale, "The application of the linear-quadratic dose-effect equation to fractionated
   and protracted radiotherapy", Br. J. Radiol. 58 (1985) 515-528.
.. [2] R. G. Dale, B. Jones, "The assessment of RBE effects using the concept of biologically
   effective dose", Int. J. Radiat. Oncol. Biol. Phys. 43 (1999) 639-645,
   doi:10.1016/S0360-3016(98)00364-2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.biology.parameters import BetaRatio, RbeMax
from alphatwin.biology.quantities import (
    BiologicallyEffectiveDose,
    checked_alpha_beta_gy,
    require_kind,
)
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.biology.protraction import ProtractedDose

    Floats = NDArray[np.float64]


def biologically_effective_dose(
    dose: ProtractedDose,
    *,
    rbe_max: RbeMax,
    alpha_beta_gy: ArrayLike,
    beta_ratio: BetaRatio | None = None,
) -> BiologicallyEffectiveDose:
    """Return the biologically effective dose of every sample (eq. E5).

    Parameters
    ----------
    dose
        Dose and weighted products, from :func:`alphatwin.biology.protracted_dose`.
    rbe_max
        RBE in the low-dose limit. Weights of deterministic effects are refused.
    alpha_beta_gy : () or (n_samples,) array_like
        Of the tissue, for the reference radiation. [Gy]
    beta_ratio
        Quadratic coefficients over that of the reference; one for all types by default.

    Raises
    ------
    InvalidValueError
        If alpha/beta is not > 0, or another kind of RBE is given.
    """
    ratio = checked_alpha_beta_gy(alpha_beta_gy)
    linear = linear_gy(dose, rbe_max=rbe_max)
    quadratic = dose.quadratic_gy2(BetaRatio() if beta_ratio is None else beta_ratio)
    return BiologicallyEffectiveDose(linear + quadratic / ratio, ratio)


def linear_gy(dose: ProtractedDose, *, rbe_max: RbeMax) -> Floats:
    """Return the linear term: absorbed doses weighted with RBEmax. (n_samples,) [Gy].

    Raises
    ------
    InvalidValueError
        If another kind of RBE is given.
    """
    require_kind(rbe_max, RbeMax, "RbeMax, the RBE in the low-dose limit,")
    return np.asarray((dose.dose_gy * rbe_max.as_array()).sum(axis=1))


def acute_bed(
    dose_gy: ArrayLike, *, alpha_beta_gy: ArrayLike, fractions: int = 1
) -> BiologicallyEffectiveDose:
    """Return the effect of acute fractions of the reference radiation, fully repaired in between.

    Parameters
    ----------
    dose_gy : () or (n_samples,) array_like
        Total dose. [Gy]
    alpha_beta_gy : () or (n_samples,) array_like
        Of the tissue. [Gy]
    fractions
        Number of equal fractions, at least 1.

    Raises
    ------
    InvalidValueError
        If alpha/beta is not > 0, or there is no fraction.
    """
    if fractions < 1:
        msg = f"fractions must be at least 1, got {fractions}"
        raise InvalidValueError(msg)
    ratio = checked_alpha_beta_gy(alpha_beta_gy)
    dose = np.atleast_1d(np.asarray(dose_gy, dtype=np.float64))
    return BiologicallyEffectiveDose(dose * (1.0 + dose / fractions / ratio), ratio)


def isoeffective_factor(
    bed_gy: ArrayLike,
    *,
    dose: ProtractedDose,
    rbe_max: RbeMax,
    alpha_beta_gy: ArrayLike,
    beta_ratio: BetaRatio | None = None,
) -> Floats:
    r"""Return by what factor all dose rates must change for the effect to be the one wanted.

    The positive root of :math:`f L + f^2 Q = B` is, without a difference (eq. E7),

    .. math:: f = \frac{2B}{L + \sqrt{L^2 + 4 Q B}}

    with :math:`L` the linear term and :math:`Q` the quadratic one over :math:`\alpha/\beta`.
    The factor times the dose, or times the activity, is the isoeffective one of these kinetics.

    Parameters
    ----------
    bed_gy : () or (n_samples,) array_like
        Biologically effective dose that is wanted, at least 0. [Gy]
    dose
        Dose of these kinetics, of any size above zero.
    rbe_max, alpha_beta_gy, beta_ratio
        As in :func:`biologically_effective_dose`. [Gy]

    Returns
    -------
    (n_samples,) ndarray
        Factor on the dose rate; infinite where there is no dose.

    Raises
    ------
    InvalidValueError
        If the wanted value is negative or not finite, or a parameter is impossible.
    """
    wanted = np.asarray(bed_gy, dtype=np.float64)
    if not np.all(np.isfinite(wanted) & (wanted >= 0.0)):
        msg = f"bed_gy must be finite and >= 0 Gy, got {wanted}"
        raise InvalidValueError(msg)
    ratio = checked_alpha_beta_gy(alpha_beta_gy)
    linear = linear_gy(dose, rbe_max=rbe_max)
    quadratic = dose.quadratic_gy2(BetaRatio() if beta_ratio is None else beta_ratio) / ratio
    below = linear + np.sqrt(linear * linear + 4.0 * quadratic * wanted)
    above = np.broadcast_to(2.0 * wanted, below.shape)
    found = np.full(below.shape, np.inf)
    np.divide(above, below, out=found, where=below > 0.0)
    return found
