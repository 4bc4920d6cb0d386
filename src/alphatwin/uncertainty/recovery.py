r"""Recovery of activity in a small volume, and what an error of the volume does to it.

The recovery coefficient of spheres is described by

.. math:: R(v) = 1 - \frac{1}{1 + (v/\beta)^{\gamma}}

(docs/theory-uncertainty.md, U5) with an exponent :math:`\gamma` and the volume :math:`\beta` of
half recovery, both fitted to a phantom. In logarithms :math:`\partial \ln R/\partial \ln v =
\gamma(1 - R)`. Counts within a contour that is drawn too large grow by what stands at the edge: a
uniform sphere of radius :math:`r`, smeared by a normal distribution of width :math:`\sigma`, has
there :math:`\varphi/2` of its true concentration,

.. math:: \varphi = \operatorname{erf}\frac{2 r}{\sigma\sqrt 2}
          - \frac{2\sigma}{r\sqrt{2\pi}}\left(1 - e^{-2 r^2/\sigma^2}\right), \qquad
          \frac{\partial \ln C}{\partial \ln v} = \frac{\varphi}{2 R}

(U6), so that an activity :math:`A = C\,Q/R` goes with the error of the volume as :math:`v^\kappa`,
:math:`\kappa = \varphi/(2R) - \gamma(1 - R)` (U7). The count rate and the recovery hang on the
same volume: their errors are correlated, and here they are one. The forms are those of the EANM
guidance [1]_ (recalled; proven in the tests by integrating the smeared sphere).

References
----------
.. [1] J. I. Gear et al., Eur. J. Nucl. Med. Mol. Imaging 45 (2018) 2456-2474,
   doi:10.1007/s00259-018-4136-7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty.delineation import SD_PER_FWHM, diameter_mm
from alphatwin.uncertainty.distributions import log_sd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCurve:
    """Recovery coefficient of spheres by volume, with the uncertainty of its parameters.

    Attributes
    ----------
    recovery_exponent
        Exponent gamma, > 0.
    half_volume_ml
        Volume beta at which half is recovered. [mL]
    exponent_relative_sd, half_volume_relative_sd
        Standard uncertainties of the two, over their values.
    correlation_ratio
        Correlation coefficient of the two, from -1 to 1.
    """

    recovery_exponent: float
    half_volume_ml: float
    exponent_relative_sd: float = 0.0
    half_volume_relative_sd: float = 0.0
    correlation_ratio: float = 0.0

    def __post_init__(self) -> None:
        for name in ("recovery_exponent", "half_volume_ml"):
            if not 0.0 < getattr(self, name) < math.inf:
                msg = f"{name} must be finite and > 0, got {getattr(self, name)}"
                raise InvalidValueError(msg)
        for name in ("exponent_relative_sd", "half_volume_relative_sd"):
            if not 0.0 <= getattr(self, name) < 1.0:
                msg = f"{name} must be at least 0 and below 1, got {getattr(self, name)}"
                raise InvalidValueError(msg)
        if not -1.0 <= self.correlation_ratio <= 1.0:
            msg = f"correlation must lie between -1 and 1, got {self.correlation_ratio}"
            raise InvalidValueError(msg)

    def coefficient(self, volume_ml: ArrayLike) -> NDArray[np.float64]:
        """Return the recovery coefficient at volumes [mL], (...,)."""
        v = np.asarray(volume_ml, dtype=np.float64)
        return np.asarray(
            special.expit(self.recovery_exponent * (np.log(v) - math.log(self.half_volume_ml)))
        )

    def log_slope_exponent(self, volume_ml: float) -> float:
        """Return the exponent with which recovery goes with the volume [mL]."""
        return self.recovery_exponent * float(special.expit(-self._logit(volume_ml)))

    def relative_sd(self, volume_ml: float) -> float:
        """Return the standard uncertainty of R over R from the parameters alone, at v [mL] (U8)."""
        missing = float(special.expit(-self._logit(volume_ml)))
        by_exponent = self._logit(volume_ml) * missing * self.exponent_relative_sd
        by_volume = -self.recovery_exponent * missing * self.half_volume_relative_sd
        crossed = 2.0 * self.correlation_ratio * by_exponent * by_volume
        return math.sqrt(max(by_exponent**2 + by_volume**2 + crossed, 0.0))

    def sampled_coefficient(
        self, volume_ml: NDArray[np.float64], z: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the coefficient at sampled volumes, of curves with sampled parameters.

        Parameters
        ----------
        volume_ml : (n_samples,) ndarray
            Volumes. [mL]
        z : (2, n_samples) ndarray
            Standard normal deviates of the parameters; the same for every region.
        """
        r = self.correlation_ratio
        second = r * z[0] + math.sqrt(1.0 - r * r) * z[1]
        exponent = self.recovery_exponent * np.exp(log_sd(self.exponent_relative_sd) * z[0])
        log_half = math.log(self.half_volume_ml) + log_sd(self.half_volume_relative_sd) * second
        return np.asarray(special.expit(exponent * (np.log(volume_ml) - log_half)))

    def _logit(self, volume_ml: float) -> float:
        return self.recovery_exponent * math.log(volume_ml / self.half_volume_ml)


def edge_ratio(volume_ml: float, *, resolution_fwhm_mm: float) -> float:
    """Return phi: twice the concentration seen at the edge of a sphere, over the true one (U6).

    Parameters
    ----------
    volume_ml
        Volume of the sphere. [mL]
    resolution_fwhm_mm
        Resolution of the image, full width at half maximum; 0 gives 1. [mm]

    Raises
    ------
    InvalidValueError
        If the resolution is negative or not finite.
    """
    if not 0.0 <= resolution_fwhm_mm < math.inf:
        msg = f"resolution_fwhm_mm must be finite and >= 0, got {resolution_fwhm_mm}"
        raise InvalidValueError(msg)
    radius_mm = 0.5 * diameter_mm(volume_ml)
    sigma_mm = SD_PER_FWHM * resolution_fwhm_mm
    if sigma_mm == 0.0:
        return 1.0
    x = radius_mm / sigma_mm
    lost = -2.0 * math.expm1(-2.0 * x * x) / (x * math.sqrt(2.0 * math.pi))
    return math.erf(math.sqrt(2.0) * x) - lost


def count_exponent(volume_ml: float, *, resolution_fwhm_mm: float, recovery_ratio: float) -> float:
    """Return the exponent with which counts in a contour go with its volume (U6).

    Parameters
    ----------
    volume_ml
        Volume. [mL]
    resolution_fwhm_mm
        Resolution of the image. [mm]
    recovery_ratio
        Recovery coefficient at that volume, > 0.
    """
    return 0.5 * edge_ratio(volume_ml, resolution_fwhm_mm=resolution_fwhm_mm) / recovery_ratio


def activity_exponent(
    volume_ml: float, *, resolution_fwhm_mm: float, curve: RecoveryCurve
) -> float:
    """Return the exponent with which a recovered activity goes with the error of its volume (U7).

    Parameters
    ----------
    volume_ml
        Volume. [mL]
    resolution_fwhm_mm
        Resolution of the image. [mm]
    curve
        Recovery by volume, with which the activity was corrected.
    """
    counts = count_exponent(
        volume_ml,
        resolution_fwhm_mm=resolution_fwhm_mm,
        recovery_ratio=float(curve.coefficient(volume_ml)),
    )
    return counts - curve.log_slope_exponent(volume_ml)
