r"""The models of a region's curve, and the map from standard normals to their parameters.

Decay-corrected fraction of the administered activity, with terminal biological rate :math:`k`:

.. math::
   \text{clearance} \quad & f(t) = a\,e^{-kt} \\
   \text{uptake and clearance} \quad & f(t) = a\,e^{-kt}\,(1 - e^{-ut}), \quad u = \ln 2/T_u \\
   \text{two-phase clearance} \quad & f(t) = a\,(w\,e^{-kt} + (1-w)\,e^{-k't}), \quad k' > k

The uptake half-time :math:`T_u` is that of the factor in brackets, so uptake and clearance cannot
change places. Each parameter is a monotone function of its own standard normal deviate
:math:`z_j`, chosen so that :math:`z \sim N(0, I)` *is* the prior:

- :math:`z_0`: :math:`f(t_r)` at a reference time among the points, lognormal and broad. At
  :math:`t_r`, unlike at :math:`t = 0`, the data fix it whatever the half-life is.
- :math:`z_1`: effective half-life, lognormal, truncated at the physical half-life
  (:func:`~alphatwin.uncertainty.distributions.log_of_truncated`), so :math:`k \ge 0` always.
- uptake: :math:`z_2`: :math:`T_u`, lognormal.
- two phases: :math:`z_2`: share :math:`w` of the slow phase, uniform; :math:`z_3`: ratio of the
  fast to the slow effective half-life, lognormal and truncated at 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from alphatwin.uncertainty.distributions import Lognormal, log_of_truncated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.prior import Prior

CLEARANCE = "clearance"
UPTAKE_AND_CLEARANCE = "uptake and clearance"
TWO_PHASE_CLEARANCE = "two-phase clearance"
MODELS = (CLEARANCE, UPTAKE_AND_CLEARANCE, TWO_PHASE_CLEARANCE)
"""Names of the models, the simplest first."""
N_PARAMETERS = {CLEARANCE: 2, UPTAKE_AND_CLEARANCE: 3, TWO_PHASE_CLEARANCE: 4}

FAST_TO_SLOW_HALF_LIFE = Lognormal(median=0.1, geometric_sd=3.0)
"""Prior of the ratio of effective half-lives, broad: 95 % between 0.01 and 0.8."""
_LARGEST_LOG = 300.0
"""Bound of logarithms of fractions: keeps exp() finite where no fit ends."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A model with the priors of its parameters.

    Attributes
    ----------
    model
        One of :data:`MODELS`.
    reference_s
        Time at which the first parameter is the fraction in the region. [s]
    fraction
        Prior of that fraction.
    effective_half_life
        Prior of the terminal effective half-life. [s]
    uptake_half_time
        Prior of the uptake half-time; needed by that model only. [s]
    decay_constant_per_s
        Of the nuclide that was measured. [1/s]
    """

    model: str
    reference_s: float
    fraction: Lognormal
    effective_half_life: Prior
    uptake_half_time: Prior | None
    decay_constant_per_s: float

    @property
    def n_parameters(self) -> int:
        """Number of parameters."""
        return N_PARAMETERS[self.model]


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Parameters of a model, (m,) arrays.

    Attributes
    ----------
    log_amplitude
        Logarithm of ``a``, the fraction extrapolated to administration without uptake.
    rate_per_s
        Terminal biological rate ``k``. [1/s]
    extra_rate_per_s
        Rate of the second phase less ``k``: ``u``, or ``k' - k``; zero for one phase. [1/s]
    slow_share
        Share ``w`` of the slow phase in ``a``; one except for two-phase clearance.
    """

    log_amplitude: NDArray[np.float64]
    rate_per_s: NDArray[np.float64]
    extra_rate_per_s: NDArray[np.float64]
    slow_share: NDArray[np.float64]


def parameters(scheme: Scheme, z: NDArray[np.float64]) -> Parameters:
    """Return the parameters that belong to standard normal deviates (m, n_parameters)."""
    prior = scheme.effective_half_life
    constant_per_s = prior.decay_constant_per_s or scheme.decay_constant_per_s
    log_physical = math.log(math.log(2.0) / constant_per_s)
    log_half_life = log_of_truncated(prior.distribution, upper=math.exp(log_physical), z=z[:, 1])
    # k = ln2/T - ln2/T_phys, written so that no digits are lost when T is close to T_phys.
    rate_per_s = constant_per_s * np.expm1(np.maximum(log_physical - log_half_life, 0.0))
    extra_per_s = np.zeros_like(rate_per_s)
    slow_share = np.ones_like(rate_per_s)
    if scheme.model == UPTAKE_AND_CLEARANCE and scheme.uptake_half_time is not None:
        uptake = scheme.uptake_half_time.distribution
        extra_per_s = math.log(2.0) / (uptake.median * np.exp(uptake.log_sd * z[:, 2]))
    elif scheme.model == TWO_PHASE_CLEARANCE:
        slow_share = special.ndtr(z[:, 2])
        log_ratio = log_of_truncated(FAST_TO_SLOW_HALF_LIFE, upper=1.0, z=z[:, 3])
        extra_per_s = (rate_per_s + scheme.decay_constant_per_s) * np.expm1(-log_ratio)
    made = Parameters(np.zeros_like(rate_per_s), rate_per_s, extra_per_s, slow_share)
    log_shape = log_fraction(scheme.model, made, np.array([scheme.reference_s]))[:, 0]
    log_at_reference = math.log(scheme.fraction.median) + scheme.fraction.log_sd * z[:, 0]
    log_amplitude = np.clip(log_at_reference - log_shape, -_LARGEST_LOG, _LARGEST_LOG)
    return Parameters(log_amplitude, rate_per_s, extra_per_s, slow_share)


def log_fraction(
    model: str, parameters: Parameters, time_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the logarithm of the fraction in the region, (m, n_times)."""
    slow = parameters.log_amplitude[:, None] - parameters.rate_per_s[:, None] * time_s
    if model == CLEARANCE:
        return np.clip(slow, -_LARGEST_LOG, _LARGEST_LOG)
    passed = parameters.extra_rate_per_s[:, None] * time_s
    if model == UPTAKE_AND_CLEARANCE:
        with np.errstate(divide="ignore"):
            second = np.log(-np.expm1(-passed))
    else:
        share = parameters.slow_share[:, None]
        second = np.log(share + (1.0 - share) * np.exp(-passed))
    return np.asarray(np.clip(slow + second, -_LARGEST_LOG, _LARGEST_LOG))


def log_peak(model: str, parameters: Parameters) -> NDArray[np.float64]:
    """Return the logarithm of the largest fraction that the region ever holds, (m,)."""
    if model != UPTAKE_AND_CLEARANCE:
        return parameters.log_amplitude
    # At the peak exp(-u t) = k/(k+u); with r = k/u the peak is a (1+1/r)^-r / (1+r).
    ratio = parameters.rate_per_s / parameters.extra_rate_per_s
    safe = np.maximum(ratio, 1e-300)
    return np.asarray(parameters.log_amplitude - ratio * np.log1p(1.0 / safe) - np.log1p(ratio))


def phases(model: str, parameters: Parameters) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return amplitudes and biological rates [1/s] of the phases, (m, n_phases) each."""
    amplitude = np.exp(parameters.log_amplitude)
    slow_per_s = parameters.rate_per_s
    if model == CLEARANCE:
        return amplitude[:, None], slow_per_s[:, None]
    rates_per_s = np.stack([slow_per_s, slow_per_s + parameters.extra_rate_per_s], axis=1)
    if model == UPTAKE_AND_CLEARANCE:
        return np.stack([amplitude, -amplitude], axis=1), rates_per_s
    share = parameters.slow_share
    return np.stack([amplitude * share, amplitude * (1.0 - share)], axis=1), rates_per_s


def named(scheme: Scheme, parameters: Parameters) -> dict[str, NDArray[np.float64]]:
    """Return the parameters by name, each key with its unit, (m,) arrays.

    Every value is finite: slow clearance is a rate of zero, not an endless biological half-life.
    """
    effective_per_s = parameters.rate_per_s + scheme.decay_constant_per_s
    found = {
        "uptake_fraction": np.exp(parameters.log_amplitude),
        "effective_half_life_s": math.log(2.0) / effective_per_s,
        "biological_rate_per_s": parameters.rate_per_s,
    }
    if scheme.model == UPTAKE_AND_CLEARANCE:
        found["uptake_half_time_s"] = math.log(2.0) / parameters.extra_rate_per_s
    elif scheme.model == TWO_PHASE_CLEARANCE:
        found["fast_effective_half_life_s"] = math.log(2.0) / (
            effective_per_s + parameters.extra_rate_per_s
        )
        found["slow_phase_share"] = parameters.slow_share
    return found
