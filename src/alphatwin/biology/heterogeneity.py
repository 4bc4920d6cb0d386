r"""Doses that differ within a region: distributions, and the uniform dose of the same effect.

.. math:: \mathrm{gEUD} = \Big(\sum_v v_i D_i^{a}\Big)^{1/a}, \qquad
          \mathrm{EUD}:\; S(\mathrm{EUD}) = \sum_v v_i\, S(D_i), \qquad
          \mathrm{EUBED} = -\tfrac1\alpha \ln \sum_v v_i\, e^{-\alpha\,\mathrm{BED}_i}

(docs/theory-biology.md, eq. E10-E12) [1]_, [2]_.

References
----------
.. [1] A. Niemierko, "Reporting and analyzing dose distributions: a concept of equivalent uniform
   dose", Med. Phys. 24 (1997) 103-110, doi:10.1118/1.598063.
.. [2] A. Niemierko, "A generalized concept of equivalent uniform dose", Med. Phys. 26 (1999) 1100.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from alphatwin.biology.effect import isoeffective_factor, linear_gy
from alphatwin.biology.parameters import BetaRatio
from alphatwin.biology.quantities import (
    BiologicallyEffectiveDose,
    checked_alpha_beta_gy,
    require_kind,
)
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.biology.parameters import RbeMax
    from alphatwin.biology.protraction import ProtractedDose

    Floats = NDArray[np.float64]

_ROUND_OFF = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RelativeDistribution:
    """How dose is spread in a region, over its mean: a differential dose-volume histogram.

    Attributes
    ----------
    dose_ratio
        (n_bins,) dose of each part over the mean of the region, at least 0.
    volume_share
        (n_bins,) share of the volume (or mass) of each part; they sum to one.
    """

    dose_ratio: Floats
    volume_share: Floats

    def __post_init__(self) -> None:
        ratio = np.array(self.dose_ratio, dtype=np.float64)
        share = np.array(self.volume_share, dtype=np.float64)
        if ratio.ndim != 1 or ratio.shape != share.shape or ratio.size == 0:
            msg = f"dose_ratio and volume_share must be (n_bins,), got {ratio.shape}, {share.shape}"
            raise InvalidValueError(msg)
        if not np.all((share >= 0.0) & (ratio >= 0.0) & np.isfinite(ratio)):
            msg = "dose ratios must be finite and volume shares, like them, >= 0"
            raise InvalidValueError(msg)
        for words, got in (("volume shares", share.sum()), ("mean dose ratio", share @ ratio)):
            if not math.isclose(float(got), 1.0, rel_tol=_ROUND_OFF):
                msg = f"the {words} must come to 1, got {got:.6g}; use from_doses to normalise"
                raise InvalidValueError(msg)
        for name, values in (("dose_ratio", ratio), ("volume_share", share)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def from_doses(cls, dose_gy: ArrayLike, *, volume_ml: ArrayLike) -> Self:
        """Return the distribution of absolute doses, voxels or histogram bins alike.

        Parameters
        ----------
        dose_gy : (n_bins,) array_like
            Dose of each part. [Gy]
        volume_ml : (n_bins,) array_like
            Its volume. [mL]

        Raises
        ------
        InvalidValueError
            If there is no dose or no volume.
        """
        dose = np.asarray(dose_gy, dtype=np.float64)
        volume = np.asarray(volume_ml, dtype=np.float64)
        total = float(volume.sum())
        mean = float(dose @ volume) / total if total > 0.0 else 0.0
        if not mean > 0.0:
            msg = f"a distribution needs volume and dose, got {total:g} mL with mean {mean:g} Gy"
            raise InvalidValueError(msg)
        return cls(dose / mean, volume / total)


def bed_distribution_gy(
    dose: ProtractedDose,
    *,
    spread: RelativeDistribution,
    rbe_max: RbeMax,
    alpha_beta_gy: ArrayLike,
    beta_ratio: BetaRatio | None = None,
) -> Floats:
    """Return the BED of every part of a region in which all doses have one course in time.

    Parameters
    ----------
    dose
        Mean dose of the region and its weighted products.
    spread
        How the dose is spread; every radiation type alike.
    rbe_max, alpha_beta_gy, beta_ratio
        As in :func:`alphatwin.biology.biologically_effective_dose`. [Gy]

    Returns
    -------
    (n_samples, n_bins) ndarray
        Biologically effective dose of each part. [Gy]
    """
    ratio = checked_alpha_beta_gy(alpha_beta_gy)
    linear = linear_gy(dose, rbe_max=rbe_max)[:, np.newaxis]
    quadratic = dose.quadratic_gy2(BetaRatio() if beta_ratio is None else beta_ratio) / ratio
    x = spread.dose_ratio
    return np.asarray(linear * x + quadratic[:, np.newaxis] * x * x)


def generalised_eud_gy(
    dose_gy: ArrayLike, *, volume_share: ArrayLike, volume_exponent: float
) -> Floats:
    """Return the generalised equivalent uniform dose (eq. E10). (...) [Gy].

    Parameters
    ----------
    dose_gy : (..., n_bins) array_like
        Dose of each part, of one kind. [Gy]
    volume_share : (n_bins,) array_like
        Share of each part; they sum to one.
    volume_exponent
        a of the model, not 0: 1 the mean, large the maximum, negative for tumours.

    Raises
    ------
    InvalidValueError
        If the exponent is 0 or not finite, or a dose is negative.
    """
    dose = np.asarray(dose_gy, dtype=np.float64)
    share = np.asarray(volume_share, dtype=np.float64)
    if volume_exponent == 0.0 or not math.isfinite(volume_exponent) or not np.all(dose >= 0.0):
        msg = f"volume_exponent must be finite, not 0, and doses >= 0, got {volume_exponent}"
        raise InvalidValueError(msg)
    # Relative to the dose that dominates, so that no power overflows.
    extreme = dose.max(axis=-1) if volume_exponent > 0.0 else dose.min(axis=-1)
    safe = np.where(extreme > 0.0, extreme, 1.0)
    with np.errstate(divide="ignore"):
        mean = (share * (dose / safe[..., np.newaxis]) ** volume_exponent).sum(axis=-1)
    return np.asarray(np.where(extreme > 0.0, safe * mean ** (1.0 / volume_exponent), 0.0))


def uniform_bed(
    bed_gy: ArrayLike,
    *,
    volume_share: ArrayLike,
    alpha_per_gy: ArrayLike,
    alpha_beta_gy: ArrayLike,
) -> BiologicallyEffectiveDose:
    """Return the uniform BED at which as many cells survive (eq. E12).

    Parameters
    ----------
    bed_gy : (n_samples, n_bins) array_like
        BED of each part. [Gy]
    volume_share : (n_bins,) array_like
        Share of the cells in each part; they sum to one.
    alpha_per_gy : () or (n_samples,) array_like
        Linear coefficient of the reference radiation, > 0. [1/Gy]
    alpha_beta_gy : () or (n_samples,) array_like
        Under which the BED was computed. [Gy]

    Raises
    ------
    InvalidValueError
        If alpha is not > 0.
    """
    alpha = checked_alpha_per_gy(alpha_per_gy)
    bed = np.atleast_2d(np.asarray(bed_gy, dtype=np.float64))
    share = np.asarray(volume_share, dtype=np.float64)
    column = alpha.reshape(-1, 1)
    least = bed.min(axis=1)
    beyond = (share * np.exp(-column * (bed - least[:, np.newaxis]))).sum(axis=1)
    return BiologicallyEffectiveDose(
        least - np.log(beyond) / column[:, 0], checked_alpha_beta_gy(alpha_beta_gy)
    )


def uniform_dose_gy(
    dose: ProtractedDose,
    *,
    uniform: BiologicallyEffectiveDose,
    rbe_max: RbeMax,
    beta_ratio: BetaRatio | None = None,
) -> Floats:
    """Return the uniform absorbed dose of the same kinetics with that BED (eq. E11, E7).

    Parameters
    ----------
    dose
        Mean dose of the region and its weighted products.
    uniform
        BED that all parts shall have, from :func:`uniform_bed`.
    rbe_max, beta_ratio
        As in :func:`alphatwin.biology.biologically_effective_dose`.

    Returns
    -------
    (n_samples,) ndarray
        Absorbed dose of all radiation types. [Gy]
    """
    require_kind(uniform, BiologicallyEffectiveDose, "a biologically effective dose")
    factor = isoeffective_factor(
        uniform.bed_gy,
        dose=dose,
        rbe_max=rbe_max,
        alpha_beta_gy=uniform.alpha_beta_gy,
        beta_ratio=beta_ratio,
    )
    return np.asarray(factor * dose.total_gy)


def checked_alpha_per_gy(alpha_per_gy: ArrayLike) -> Floats:
    """Return the linear coefficient as an array after checking that it is > 0. [1/Gy].

    Raises
    ------
    InvalidValueError
        If a value is not finite and > 0.
    """
    alpha = np.atleast_1d(np.asarray(alpha_per_gy, dtype=np.float64))
    if not np.all(np.isfinite(alpha) & (alpha > 0.0)):
        msg = f"alpha_per_gy must be finite and > 0 1/Gy, got {alpha.ravel()[0]:g}"
        raise InvalidValueError(msg)
    return alpha
