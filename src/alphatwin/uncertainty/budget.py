r"""The analytic uncertainty budget of an absorbed dose, after the EANM guidance.

One region, its activity :math:`A_i = C_i\,Q/R` at each scan, a curve through the activities, and
:math:`D = \tilde A\,S` with :math:`S \propto m^{-c}`. What is common to all scans (calibration,
recovery, volume) multiplies the whole curve and is left out of the fit; what differs from scan to
scan (counts) goes through the fit alone (docs/theory-uncertainty.md, U9 to U13):

.. math:: \left[\frac{u(D)}{D}\right]^2 = \left[\frac{u(Q)}{Q}\right]^2
          + \left[\frac{u_b(R)}{R}\right]^2 + \left[\frac{u_p(\tilde A)}{\tilde A}\right]^2
          + \left[\frac{u(S_0)}{S_0}\right]^2 + (\kappa - c)^2 \left[\frac{u(v)}{v}\right]^2

with :math:`u_b` from the parameters of the recovery curve and :math:`u_p` from those of the fit.
The last term holds the covariances of count rate, recovery and S factor, all through one volume;
written out as in [1]_ it is the square of a sum. This is the second route to the sampled answer.

References
----------
.. [1] J. I. Gear et al., Eur. J. Nucl. Med. Mol. Imaging 45 (2018) 2456-2474,
   doi:10.1007/s00259-018-4136-7; the structure is recalled, the derivation is that of the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty.propagation import fit_covariance, propagated_variance

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseBudget:
    """Relative standard uncertainties of an absorbed dose, source by source.

    Attributes
    ----------
    calibration_relative_sd
        Of the calibration factor of the camera.
    recovery_relative_sd
        Of the recovery coefficient, by the parameters of its curve alone.
    fit_relative_sd
        Of the time-integrated activity, by counts through the fit.
    energy_relative_sd
        Of the S factor at known mass.
    volume_relative_sd
        Of the delineated volume.
    activity_exponent
        Exponent kappa with which the activity goes with the error of the volume.
    mass_exponent
        Exponent c with which the S factor falls with mass.
    """

    calibration_relative_sd: float
    recovery_relative_sd: float
    fit_relative_sd: float
    energy_relative_sd: float
    volume_relative_sd: float
    activity_exponent: float
    mass_exponent: float = 1.0

    def __post_init__(self) -> None:
        for name in ("calibration", "recovery", "fit", "energy", "volume"):
            value = getattr(self, f"{name}_relative_sd")
            if not 0.0 <= value < math.inf:
                msg = f"{name}_relative_sd must be finite and >= 0, got {value}"
                raise InvalidValueError(msg)

    @property
    def by_volume_relative_sd(self) -> float:
        """What the error of the volume leaves in the dose: covariances included (U13)."""
        return abs(self.activity_exponent - self.mass_exponent) * self.volume_relative_sd

    @property
    def activity_relative_sd(self) -> float:
        """What is common to the activities of all scans (U9)."""
        return math.hypot(
            self.calibration_relative_sd,
            self.recovery_relative_sd,
            self.activity_exponent * self.volume_relative_sd,
        )

    @property
    def total_relative_sd(self) -> float:
        """Standard uncertainty of the absorbed dose over the dose (U13)."""
        return math.hypot(
            self.calibration_relative_sd,
            self.recovery_relative_sd,
            self.fit_relative_sd,
            self.energy_relative_sd,
            self.by_volume_relative_sd,
        )

    def shares(self) -> dict[str, float]:
        """Return the share of the variance that each source makes; they add up to 1."""
        squares = {
            "calibration": self.calibration_relative_sd**2,
            "recovery": self.recovery_relative_sd**2,
            "fit": self.fit_relative_sd**2,
            "energy": self.energy_relative_sd**2,
            "volume": self.by_volume_relative_sd**2,
        }
        whole = sum(squares.values())
        return {name: value / whole if whole else 0.0 for name, value in squares.items()}


def activity_relative_sd(
    *,
    count_relative_sd: float,
    calibration_relative_sd: float,
    recovery_relative_sd: float,
    count_recovery_covariance_ratio: float,
) -> float:
    r"""Return the standard uncertainty of an activity over the activity (U9).

    .. math:: \left[\frac{u(A)}{A}\right]^2 = \left[\frac{u(Q)}{Q}\right]^2
              + \left[\frac{u(R)}{R}\right]^2 + \left[\frac{u(C)}{C}\right]^2
              - 2 \frac{u(R, C)}{R C}

    Parameters
    ----------
    count_relative_sd, calibration_relative_sd, recovery_relative_sd
        Of the count rate, the calibration factor and the recovery coefficient; each holds
        everything that makes that quantity uncertain, the volume included.
    count_recovery_covariance_ratio
        Covariance of recovery and count rate over their product.

    Raises
    ------
    InvalidValueError
        If the covariance is larger than the variances allow.
    """
    variance = propagated_variance(
        (1.0, 1.0, -1.0),
        (
            (calibration_relative_sd**2, 0.0, 0.0),
            (0.0, count_relative_sd**2, count_recovery_covariance_ratio),
            (0.0, count_recovery_covariance_ratio, recovery_relative_sd**2),
        ),
    )
    return math.sqrt(variance)


def exponential_covariance(
    time_s: ArrayLike, *, amplitude_bq: ArrayLike, rate_per_s: ArrayLike, sd_bq: ArrayLike
) -> NDArray[np.float64]:
    """Return the covariance of amplitudes and rates fitted to activities (U10).

    Parameters
    ----------
    time_s : (n_points,) array_like
        Times of the scans. [s]
    amplitude_bq, rate_per_s : (n_phases,) array_like
        The curve: sum of amplitudes times exp(-rate time). [Bq, 1/s]
    sd_bq : (n_points,) array_like
        Standard uncertainty of each activity that it shares with no other. [Bq]

    Returns
    -------
    (2 n_phases, 2 n_phases) ndarray
        Amplitudes first [Bq^2], then rates [1/s^2].

    Raises
    ------
    InvalidValueError
        If the points cannot determine the curve.
    """
    t = np.asarray(time_s, dtype=np.float64)[:, None]
    a, k = np.atleast_1d(amplitude_bq), np.atleast_1d(rate_per_s)
    decayed = np.exp(-k * t)
    return fit_covariance(np.concatenate([decayed, -a * t * decayed], axis=1), sd=sd_bq)


def integral_relative_sd(
    *, amplitude_bq: ArrayLike, rate_per_s: ArrayLike, covariance: ArrayLike
) -> float:
    r"""Return the standard uncertainty of the time-integrated activity, over it (U11, U12).

    .. math:: \tilde A = \sum_j \frac{A_j}{\lambda_j}, \qquad
              g = \left(\frac{1}{\lambda_j}, \; -\frac{A_j}{\lambda_j^2}\right); \qquad
              \text{one phase:} \quad \left[\frac{u(\tilde A)}{\tilde A}\right]^2 =
              \left[\frac{u(A_0)}{A_0}\right]^2 + \left[\frac{u(\lambda)}{\lambda}\right]^2
              - 2\frac{u(A_0, \lambda)}{A_0 \lambda}

    Parameters
    ----------
    amplitude_bq, rate_per_s : (n_phases,) array_like
        The curve. [Bq, 1/s]
    covariance : (2 n_phases, 2 n_phases) array_like
        Of amplitudes, then rates, as :func:`exponential_covariance` returns it.
    """
    a = np.atleast_1d(np.asarray(amplitude_bq, dtype=np.float64))
    k = np.atleast_1d(np.asarray(rate_per_s, dtype=np.float64))
    if not (k > 0.0).all():
        msg = f"rate_per_s must be > 0 for a finite integral, got {k.tolist()}"
        raise InvalidValueError(msg)
    integral = float(np.sum(a / k))
    variance = propagated_variance(np.concatenate([1.0 / k, -a / k**2]), covariance)
    return math.sqrt(variance) / integral
