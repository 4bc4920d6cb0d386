"""From observations and priors to the part of a posterior density."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.models import FAMILIES, Scheme
from alphatwin.kinetics.prior import weak_effective_half_life, weak_uptake_half_time
from alphatwin.kinetics.target import Part
from alphatwin.uncertainty.distributions import Lognormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.observation import Observations
    from alphatwin.kinetics.prior import Prior, Priors

FRACTION_PRIOR = Lognormal(median=0.01, geometric_sd=math.exp(4.0))
"""Of the fraction in a region: 95 % between 4e-6 and 25, so the points alone decide it."""


def refuse_impossible(
    administered_bq: float | None, decay_constant_per_s: float, priors: Priors, samples: int
) -> None:
    """Refuse numbers without a meaning, among them a prior slower than the measured nuclide.

    Parameters
    ----------
    administered_bq
        Activity administered, if it is known. [Bq]
    decay_constant_per_s
        Of the nuclide that was measured. [1/s]
    priors, samples
        Priors, and number of samples.

    Raises
    ------
    InvalidValueError
        If a number has no meaning.
    """
    if administered_bq is not None and not 0.0 < administered_bq < math.inf:
        msg = f"administered_bq must be finite and > 0, or None, got {administered_bq}"
        raise InvalidValueError(msg)
    if not 0.0 < decay_constant_per_s < math.inf:
        msg = f"decay_constant_per_s must be finite and > 0, got {decay_constant_per_s}"
        raise InvalidValueError(msg)
    if samples < 1:
        msg = f"samples must be at least 1, got {samples}"
        raise InvalidValueError(msg)
    prior = priors.effective_half_life
    if prior is None:
        return
    physical_s = math.log(2.0) / (prior.decay_constant_per_s or decay_constant_per_s)
    if prior.distribution.median >= physical_s:
        msg = (
            f"prior of the {prior.parameter}: median {prior.distribution.median:.6g} s is not "
            f"below the physical half-life {physical_s:.6g} s; give it for the nuclide that was "
            "measured, or name the nuclide's own decay_constant_per_s"
        )
        raise InvalidValueError(msg)


def bq_per_fraction(
    seen: Observations, *, administered_bq: float | None, decay_constant_per_s: float
) -> NDArray[np.float64]:
    """Return the activity at each point that a decay-corrected fraction of 1 stands for.

    Parameters
    ----------
    seen
        The points.
    administered_bq
        Activity administered; ``None`` stands for 1 Bq. [Bq]
    decay_constant_per_s
        Of the nuclide that was measured. [1/s]
    """
    given_bq = 1.0 if administered_bq is None else administered_bq
    return np.asarray(given_bq * np.exp(-decay_constant_per_s * seen.time_s))


def part_of(
    model: str,
    seen: Observations,
    *,
    administered_bq: float | None,
    decay_constant_per_s: float,
    priors: Priors,
) -> Part:
    """Return the points of a region as part of a posterior density, under a model.

    Parameters
    ----------
    model
        One of :data:`~alphatwin.kinetics.models.MODELS`.
    seen
        The points.
    administered_bq
        Activity administered; ``None`` stands for 1 Bq, and nothing bounds the curve then. [Bq]
    decay_constant_per_s
        Of the nuclide that was measured. [1/s]
    priors
        What the population says; where it says nothing, weak priors serve.
    """
    scale_bq = bq_per_fraction(
        seen, administered_bq=administered_bq, decay_constant_per_s=decay_constant_per_s
    )
    fraction = seen.activity_bq / scale_bq
    relative = seen.is_relative
    log_sd = np.sqrt(np.log1p(np.where(relative, seen.relative_sd, 0.0) ** 2))
    spread = np.where(relative, log_sd, seen.sd_bq / scale_bq)
    shared = np.where(relative, log_sd, spread / np.maximum(fraction, spread))
    prior = FRACTION_PRIOR
    if administered_bq is None:
        largest = float(np.where(relative, fraction, np.maximum(fraction, spread)).max())
        prior = Lognormal(largest, FRACTION_PRIOR.geometric_sd)
    uptake = None
    if FAMILIES[model].takes_up:
        uptake = priors.uptake_half_time or weak_uptake_half_time()
    scheme = Scheme(
        model=model,
        reference_s=float(np.average(seen.time_s, weights=shared**-2.0)),
        fraction=prior,
        effective_half_life=priors.effective_half_life
        or weak_effective_half_life(decay_constant_per_s),
        uptake_half_time=uptake,
        decay_constant_per_s=decay_constant_per_s,
    )
    return Part(scheme, seen.time_s, fraction, spread, relative, administered_bq is not None)


def priors_used(schemes: tuple[Scheme, ...]) -> tuple[Prior, ...]:
    """Return the priors of kinetic parameters that these schemes use, each once."""
    found: list[Prior] = []
    for scheme in schemes:
        half_life = None if scheme.family.is_retained else scheme.effective_half_life
        for prior in (half_life, scheme.uptake_half_time):
            if prior is not None and prior not in found:
                found.append(prior)
    return tuple(found)
