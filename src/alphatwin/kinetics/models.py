r"""The families of a region's curve, and the map from standard normals to their parameters.

Decay-corrected fraction of the administered activity: one to three clearing phases with shares
:math:`w_j` and rates :math:`k + d_j`, of which the share :math:`q` is not there at administration
but is taken up at the rate :math:`u`,

.. math:: f(t) = a \left[\sum_j w_j e^{-(k + d_j) t} - q\,e^{-(k + d_J + u) t}\right],
   \qquad \sum_j w_j = 1,\ 0 = d_1 < \dots < d_J,\ 0 \le q \le 1,

a sum of at most three exponentials that is never negative and never decays more slowly than
physics (:math:`k \ge 0`). The constrained families of the literature are its special cases; the
labels are those of [1]_ (``f2b`` ...) and [2]_ (``f4d``, of which the first minute is left out):

============================== ================== ===========================================
name                           label              f(t)
============================== ================== ===========================================
retention                      f1                 a
clearance                      f2b                a exp(-kt)
uptake and retention           f2d                a (1 - exp(-ut))
uptake and clearance           f3 (two phases     a exp(-kt) (1 - exp(-ut))
                               of one amplitude)
clearance and retention        f3a                a (w + (1-w) exp(-dt))
two-phase clearance            f4                 a exp(-kt) (w + (1-w) exp(-dt))
part uptake and clearance      f4d                a exp(-kt) (1 - q exp(-ut))
uptake and two-phase clearance f5                 a (w exp(-kt) + (1-w) exp(-k't) - exp(-vt))
three-phase clearance          f6                 a sum of three
============================== ================== ===========================================

Each parameter is a monotone function of its own standard normal deviate :math:`z_j`, chosen so
that :math:`z \sim N(0, I)` *is* the prior:

- :math:`z_0`: :math:`f(t_r)` at a reference time among the points, lognormal and broad. At
  :math:`t_r`, unlike at :math:`t = 0`, the data fix it whatever the half-life is.
- the shape, in this order and as far as the family has it: terminal effective half-life,
  lognormal, truncated at the physical half-life
  (:func:`~alphatwin.uncertainty.distributions.log_of_truncated`); uptake half-time
  :math:`\ln 2/u`, lognormal; :math:`q`, uniform; for each further phase its share of what is left,
  uniform, and the ratio of its effective half-life to that of the phase before, lognormal and
  truncated at 1.

References
----------
.. [1] D. Hardiansyah et al., "A population-based method to determine the time-integrated activity
   in molecular radiotherapy", EJNMMI Phys. 8 (2021) 82, doi:10.1186/s40658-021-00427-x.
.. [2] D. Hardiansyah et al., "Single-time-point dosimetry using model selection and nonlinear
   mixed-effects modelling", EJNMMI Phys. 10 (2023) 12, doi:10.1186/s40658-023-00530-1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special

from alphatwin.uncertainty.distributions import Lognormal, log_of_truncated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.prior import Prior

RETENTION: Final = "retention"
CLEARANCE: Final = "clearance"
UPTAKE_AND_RETENTION: Final = "uptake and retention"
UPTAKE_AND_CLEARANCE: Final = "uptake and clearance"
CLEARANCE_AND_RETENTION: Final = "clearance and retention"
TWO_PHASE_CLEARANCE: Final = "two-phase clearance"
PART_UPTAKE_AND_CLEARANCE: Final = "part uptake and clearance"
UPTAKE_AND_TWO_PHASE_CLEARANCE: Final = "uptake and two-phase clearance"
THREE_PHASE_CLEARANCE: Final = "three-phase clearance"


@dataclass(frozen=True, slots=True)
class Family:
    """What a family of curves consists of.

    Attributes
    ----------
    phases
        Number of clearing phases, 1 to 3.
    takes_up
        Whether activity arrives after administration.
    starts_empty
        Whether all of it does; else the share is a parameter.
    is_retained
        Whether the slowest phase decays by physics alone.
    """

    phases: int
    takes_up: bool = False
    starts_empty: bool = False
    is_retained: bool = False

    @property
    def n_shape(self) -> int:
        """Number of parameters besides the amplitude."""
        part = self.takes_up and not self.starts_empty
        return (not self.is_retained) + self.takes_up + part + 2 * (self.phases - 1)


FAMILIES: Final = {
    CLEARANCE: Family(1),
    UPTAKE_AND_CLEARANCE: Family(1, takes_up=True, starts_empty=True),
    TWO_PHASE_CLEARANCE: Family(2),
    PART_UPTAKE_AND_CLEARANCE: Family(1, takes_up=True),
    UPTAKE_AND_TWO_PHASE_CLEARANCE: Family(2, takes_up=True, starts_empty=True),
    THREE_PHASE_CLEARANCE: Family(3),
    RETENTION: Family(1, is_retained=True),
    UPTAKE_AND_RETENTION: Family(1, takes_up=True, starts_empty=True, is_retained=True),
    CLEARANCE_AND_RETENTION: Family(2, is_retained=True),
}
MODELS: Final = tuple(FAMILIES)
"""Names of the families: those that a fit weighs by itself, the simplest first, then the limits of
them without clearance, which are taken only if asked for."""

FAST_TO_SLOW_HALF_LIFE = Lognormal(median=0.1, geometric_sd=3.0)
"""Prior of the ratio of effective half-lives, broad: 95 % between 0.01 and 0.8."""
_LARGEST_LOG = 300.0
"""Bound of logarithms of fractions: keeps exp() finite where no fit ends."""
_HALVINGS = 24
"""Leave the logarithm of the time of the peak good to 1e-6, and the flat peak itself to 1e-12."""


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
        Prior of the uptake half-time; needed by families that take up. [s]
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
    def family(self) -> Family:
        """What the model consists of."""
        return FAMILIES[self.model]

    @property
    def n_shape(self) -> int:
        """Number of parameters besides the amplitude."""
        return self.family.n_shape

    @property
    def n_parameters(self) -> int:
        """Number of parameters."""
        return 1 + self.n_shape


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Parameters of a family, for m curves.

    Attributes
    ----------
    log_amplitude : (m,) ndarray
        Logarithm of ``a``, the fraction extrapolated to administration without uptake.
    rate_per_s : (m,) ndarray
        Terminal biological rate ``k``. [1/s]
    share, extra_rate_per_s : (m, n_phases) ndarray
        Shares of the clearing phases, the slowest first, and their rates less ``k``. [1/s]
    late_share : (m,) ndarray
        Share ``q`` that is taken up after administration.
    uptake_rate_per_s : (m,) ndarray
        Rate ``u``; zero where nothing is taken up. [1/s]
    """

    log_amplitude: NDArray[np.float64]
    rate_per_s: NDArray[np.float64]
    share: NDArray[np.float64]
    extra_rate_per_s: NDArray[np.float64]
    late_share: NDArray[np.float64]
    uptake_rate_per_s: NDArray[np.float64]

    def taken(self, index: NDArray[np.intp]) -> Parameters:
        """Return the curves of these indices."""
        return Parameters(*(getattr(self, name)[index] for name in Parameters.__slots__))

    def raised(self, log_factor: NDArray[np.float64]) -> Parameters:
        """Return the curves with these logarithms of factors (m,) on the amplitude."""
        logs = np.clip(self.log_amplitude + log_factor, -_LARGEST_LOG, _LARGEST_LOG)
        return replace(self, log_amplitude=logs)


def parameters(scheme: Scheme, z: NDArray[np.float64]) -> Parameters:
    """Return the parameters that belong to standard normal deviates (m, n_parameters)."""
    return shape_parameters(scheme, z[:, 1:]).raised(scheme.fraction.log_sd * z[:, 0])


def shape_parameters(scheme: Scheme, z: NDArray[np.float64]) -> Parameters:
    """Return the parameters of deviates of the shape (m, n_shape), the amplitude at its median."""
    family = scheme.family
    columns = iter(z.T)
    m = z.shape[0]
    rate_per_s, uptake_per_s = np.zeros(m), np.zeros(m)
    late = np.full(m, float(family.starts_empty))
    share, extra_per_s = np.ones((m, family.phases)), np.zeros((m, family.phases))
    if not family.is_retained:
        rate_per_s = _rate_per_s(scheme, next(columns))
    if family.takes_up and scheme.uptake_half_time is not None:
        uptake = scheme.uptake_half_time.distribution
        uptake_per_s = (math.log(2.0) / uptake.median) * np.exp(-uptake.log_sd * next(columns))
        if not family.starts_empty:
            late = special.ndtr(next(columns))
    for j in range(1, family.phases):
        kept = special.ndtr(next(columns))
        share[:, j] = share[:, j - 1] * (1.0 - kept)
        share[:, j - 1] *= kept
        log_ratio = log_of_truncated(FAST_TO_SLOW_HALF_LIFE, upper=1.0, z=next(columns))
        effective_per_s = rate_per_s + extra_per_s[:, j - 1] + scheme.decay_constant_per_s
        extra_per_s[:, j] = extra_per_s[:, j - 1] + effective_per_s * np.expm1(-log_ratio)
    made = Parameters(np.zeros(m), rate_per_s, share, extra_per_s, late, uptake_per_s)
    log_shape = log_fraction(scheme.model, made, np.array([scheme.reference_s]))[:, 0]
    return made.raised(math.log(scheme.fraction.median) - log_shape)


def _rate_per_s(scheme: Scheme, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the terminal biological rate of deviates (m,), in 1/s."""
    prior = scheme.effective_half_life
    constant_per_s = prior.decay_constant_per_s or scheme.decay_constant_per_s
    log_physical = math.log(math.log(2.0) / constant_per_s)
    log_half_life = log_of_truncated(prior.distribution, upper=math.exp(log_physical), z=z)
    # k = ln2/T - ln2/T_phys, written so that no digits are lost when T is close to T_phys.
    return np.asarray(constant_per_s * np.expm1(np.maximum(log_physical - log_half_life, 0.0)))


def log_fraction(
    model: str, parameters: Parameters, time_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the logarithm of the fraction in the region at times in s, (m, n_times)."""
    family = FAMILIES[model]
    logs = parameters.log_amplitude[:, None] - parameters.rate_per_s[:, None] * time_s
    if family.phases > 1 or family.takes_up:
        total = np.zeros_like(logs)
        for j in range(family.phases):
            total += _phase(family, parameters, j, time_s)
        with np.errstate(divide="ignore"):
            logs += np.log(total)
    return np.asarray(np.clip(logs, -_LARGEST_LOG, _LARGEST_LOG))


def _phase(
    family: Family, parameters: Parameters, j: int, time_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a phase less its part of the uptake, over ``a exp(-kt)``: at least 0, (m, n_times)."""
    extra_per_s = parameters.extra_rate_per_s[:, j]
    term = parameters.share[:, j, None]
    if j:
        term = term * np.exp(-extra_per_s[:, None] * time_s)
    if not family.takes_up:
        return term
    last_per_s = parameters.extra_rate_per_s[:, -1] + parameters.uptake_rate_per_s
    arrived = -np.expm1(-(last_per_s - extra_per_s)[:, None] * time_s)
    if family.starts_empty:
        return np.asarray(term * arrived)
    late = parameters.late_share[:, None]
    return np.asarray(term * ((1.0 - late) + late * arrived))


def log_peak(model: str, parameters: Parameters) -> NDArray[np.float64]:
    """Return the logarithm of the largest fraction that the region ever holds, (m,)."""
    family = FAMILIES[model]
    if not family.takes_up:
        return parameters.log_amplitude
    if family.phases > 1:
        return _log_peak_by_halving(model, parameters)
    # At the peak q exp(-u t) = k/(k+u) = x, where the factor is x^(k/u) (1-x) / q^(k/u).
    ratio = np.maximum(parameters.rate_per_s / parameters.uptake_rate_per_s, 1e-300)
    log_share = -np.log1p(1.0 / ratio) - np.log(np.maximum(parameters.late_share, 1e-300))
    later = parameters.log_amplitude + ratio * log_share - np.log1p(ratio)
    with np.errstate(divide="ignore"):
        at_once = parameters.log_amplitude + np.log1p(-np.minimum(parameters.late_share, 1.0))
    return np.asarray(np.where(log_share < 0.0, later, np.maximum(at_once, -_LARGEST_LOG)))


def _log_peak_by_halving(model: str, parameters: Parameters) -> NDArray[np.float64]:
    """Return the same for families whose peak has no closed form: the one zero of the slope."""
    amplitude, rate_per_s = phases(model, parameters)
    weights = amplitude * rate_per_s
    low, high = np.full(weights.shape[0], -7.0), np.full(weights.shape[0], 25.0)
    fastest = rate_per_s[:, -1]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        falls = np.sum(weights * np.exp(-rate_per_s * (np.exp(middle) / fastest)[:, None]), axis=1)
        low, high = np.where(falls > 0.0, low, middle), np.where(falls > 0.0, middle, high)
    at_s = np.exp(low) / fastest
    value = np.sum(amplitude * np.exp(-rate_per_s * at_s[:, None]), axis=1)
    return np.asarray(np.log(np.maximum(value, 1e-300)))


def phases(model: str, parameters: Parameters) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return amplitudes and biological rates [1/s] of the phases, (m, n_phases) each."""
    amplitude = np.exp(parameters.log_amplitude)[:, None] * parameters.share
    rates_per_s = parameters.rate_per_s[:, None] + parameters.extra_rate_per_s
    if not FAMILIES[model].takes_up:
        return amplitude, rates_per_s
    late = -np.exp(parameters.log_amplitude) * parameters.late_share
    last_per_s = rates_per_s[:, -1] + parameters.uptake_rate_per_s
    return np.column_stack([amplitude, late]), np.column_stack([rates_per_s, last_per_s])


def named(scheme: Scheme, parameters: Parameters) -> dict[str, NDArray[np.float64]]:
    """Return the parameters by name, each key with its unit, (m,) arrays.

    Every value is finite: slow clearance is a rate of zero, not an endless biological half-life.
    """
    family = scheme.family
    effective_per_s = parameters.rate_per_s + scheme.decay_constant_per_s
    found = {
        "uptake_fraction": np.exp(parameters.log_amplitude),
        "effective_half_life_s": math.log(2.0) / effective_per_s,
        "biological_rate_per_s": parameters.rate_per_s,
    }
    if family.takes_up:
        found["uptake_half_time_s"] = math.log(2.0) / parameters.uptake_rate_per_s
    if family.takes_up and not family.starts_empty:
        found["late_uptake_share"] = parameters.late_share
    for j, name in enumerate(("fast", "fastest")[: family.phases - 1], start=1):
        found[f"{name}_effective_half_life_s"] = math.log(2.0) / (
            effective_per_s + parameters.extra_rate_per_s[:, j]
        )
    for j, name in enumerate(("slow", "middle")[: family.phases - 1]):
        found[f"{name}_phase_share"] = parameters.share[:, j]
    return found
