r"""Curves of regions that were not measured, from published population values.

One phase of clearance, :math:`f(t) = F e^{-kt}`. With the effective half-life :math:`T` of the
published nuclide (decay constant :math:`\lambda`), :math:`k = \ln 2 / T - \lambda`, and with a
published absorbed-dose coefficient :math:`d` (dose per activity administered), of which the energy
:math:`E` per decay stays in the mass :math:`m`,

.. math:: d = \frac{E}{m} \int_0^\infty F e^{-(k+\lambda)t} dt
          \quad\Rightarrow\quad F = \frac{d\,m}{E} \, \frac{\ln 2}{T}

(MIRD schema, self-dose only).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.curve import RegionCurve
from alphatwin.uncertainty.distributions import log_of_truncated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.uncertainty.distributions import Lognormal

POPULATION_MODEL = "population"
"""Model name of a curve that nothing was fitted to."""


def population_curve(
    *,
    absorbed_dose_gy_per_bq: Lognormal,
    energy_j_per_decay: float,
    mass_kg: float,
    effective_half_life_s: Lognormal,
    decay_constant_per_s: float,
    samples: int,
    generator: np.random.Generator,
) -> RegionCurve:
    """Return the curve that gives a published absorbed dose per administered activity.

    Dose coefficient and half-life are taken as independent, so the number of decays under the
    published nuclide has the spread of the coefficient alone.

    Parameters
    ----------
    absorbed_dose_gy_per_bq
        Published absorbed dose per activity administered. [Gy/Bq]
    energy_j_per_decay
        Energy per decay of the published nuclide that stays in the region. [J]
    mass_kg
        Mass for which the coefficient was published. [kg]
    effective_half_life_s
        Effective half-life of the published nuclide; truncated at the physical one. [s]
    decay_constant_per_s
        Of the published nuclide. [1/s]
    samples, generator
        Number of samples and random stream.

    Raises
    ------
    InvalidValueError
        If the energy or mass is not > 0, or the best curve holds more than was administered.
    """
    for name, value in (("energy_j_per_decay", energy_j_per_decay), ("mass_kg", mass_kg)):
        if not 0.0 < value < math.inf:
            msg = f"{name} must be finite and > 0, got {value}"
            raise InvalidValueError(msg)
    half_life_s = _half_lives_s(effective_half_life_s, decay_constant_per_s, samples, generator)
    coefficient = _with_best(absorbed_dose_gy_per_bq, samples, generator)
    fraction = coefficient * (mass_kg / energy_j_per_decay) * math.log(2.0) / half_life_s
    return _clearance(fraction, half_life_s, decay_constant_per_s)


def population_curve_from_uptake(
    *,
    uptake_fraction: Lognormal,
    effective_half_life_s: Lognormal,
    decay_constant_per_s: float,
    samples: int,
    generator: np.random.Generator,
) -> RegionCurve:
    """Return the curve of a published uptake and effective half-life.

    Parameters
    ----------
    uptake_fraction
        Decay-corrected fraction of the administered activity, extrapolated to administration.
    effective_half_life_s, decay_constant_per_s, samples, generator
        As in :func:`population_curve`.

    Raises
    ------
    InvalidValueError
        If the best curve holds more than was administered.
    """
    half_life_s = _half_lives_s(effective_half_life_s, decay_constant_per_s, samples, generator)
    fraction = _with_best(uptake_fraction, samples, generator)
    return _clearance(fraction, half_life_s, decay_constant_per_s)


def _with_best(
    distribution: Lognormal, samples: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return the median, followed by the samples, (1 + samples,)."""
    return np.concatenate(([distribution.median], distribution.sample(generator, samples)))


def _half_lives_s(
    distribution: Lognormal,
    decay_constant_per_s: float,
    samples: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the median of the truncated half-life, followed by its samples, (1 + samples,)."""
    if not 0.0 < decay_constant_per_s < math.inf:
        msg = f"decay_constant_per_s must be finite and > 0, got {decay_constant_per_s}"
        raise InvalidValueError(msg)
    z = np.concatenate(([0.0], generator.standard_normal(samples)))
    physical_s = math.log(2.0) / decay_constant_per_s
    return np.exp(log_of_truncated(distribution, upper=physical_s, z=z))


def _clearance(
    fraction: NDArray[np.float64], half_life_s: NDArray[np.float64], decay_constant_per_s: float
) -> RegionCurve:
    if fraction[0] > 1.0:
        msg = (
            f"published values put {fraction[0]:.3g} of the administered activity into the region; "
            "at most 1 is possible: check mass, energy, half-life and their units"
        )
        raise InvalidValueError(msg)
    amplitude = np.minimum(fraction, 1.0)[:, None]
    rate_per_s = np.maximum(math.log(2.0) / half_life_s - decay_constant_per_s, 0.0)[:, None]
    return RegionCurve(
        amplitude_fraction=amplitude[1:],
        biological_rate_per_s=rate_per_s[1:],
        best_amplitude_fraction=amplitude[0],
        best_biological_rate_per_s=rate_per_s[0],
        model=POPULATION_MODEL,
    )
