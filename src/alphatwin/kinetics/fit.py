"""Fit of a region's curve to measured points, under population priors.

The curve has physical decay as the floor of every rate; the half-life has a lognormal population
prior, so that one or two points give an answer with an honest uncertainty. Among the models that
the points and priors can support, the one with the larger evidence is taken
(:mod:`alphatwin.kinetics.posterior`); between models that the data do not tell apart, the one
that the population speaks for, else the simplest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.curve import RegionCurve
from alphatwin.kinetics.models import (
    CLEARANCE,
    MODELS,
    TWO_PHASE_CLEARANCE,
    UPTAKE_AND_CLEARANCE,
    Scheme,
    log_fraction,
    named,
    parameters,
    phases,
)
from alphatwin.kinetics.posterior import Mode, Target, adapt, draw, explore, modes, resampled
from alphatwin.kinetics.prior import weak_effective_half_life, weak_uptake_half_time
from alphatwin.uncertainty.distributions import Lognormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.observation import Observations
    from alphatwin.kinetics.prior import Prior, Priors

DECISIVE_LOG_EVIDENCE = math.log(3.0)
"""Evidence ratio of 3, below which it is "not worth more than a bare mention" (Jeffreys)."""
HOPELESS_LOG_EVIDENCE = 10.0
"""Distance from the best model after which a rough evidence is good enough."""
ROUGH_EFFECTIVE = 200.0
"""Effective sample size that gives an evidence within 7 %: enough for a threshold of 3."""
AT_LIMIT = 0.95
"""Share of the physical half-life from which clearance is as good as none."""
LARGE_RESIDUAL = 3.0
"""Standard uncertainties from which a point contradicts the curve."""
FEW_EFFECTIVE = 400.0
"""Effective sample size under which the ends of a 95 % interval are shaky (10 samples each)."""
PROPOSALS_PER_SAMPLE = 2
FRACTION_PRIOR = Lognormal(median=0.01, geometric_sd=math.exp(4.0))
"""Of the fraction in a region: 95 % between 4e-6 and 25, so the points alone decide it."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted curve and how it was found.

    Attributes
    ----------
    curve
        Samples of the posterior, and the best curve.
    model, why
        Model, and why it was taken.
    priors
        Priors that the model used.
    log_evidence
        Natural logarithm of the marginal likelihood of every model considered.
    parameters
        Samples of each parameter, (n_samples,); every key ends in its unit.
    best_parameters
        The same of the best curve.
    effective_sample_size
        Number of independent samples that the posterior samples are worth.
    fitted_bq_samples : (n_samples, n_points) ndarray
        Activity at the times of measurement, not decay-corrected. [Bq]
    best_fitted_bq : (n_points,) ndarray
        The same of the best curve. [Bq]
    standardised_residuals : (n_points,) ndarray
        Measured less best fit, over the standard uncertainty: of the logarithm where that was
        stated relative.
    half_life_at_physical_limit
        Whether the best half-life is that of physical decay: no clearance was seen.
    warnings
        What is doubtful, one sentence each.
    """

    curve: RegionCurve
    model: str
    why: str
    priors: tuple[Prior, ...]
    log_evidence: dict[str, float]
    parameters: dict[str, NDArray[np.float64]]
    best_parameters: dict[str, float]
    effective_sample_size: float
    fitted_bq_samples: NDArray[np.float64]
    best_fitted_bq: NDArray[np.float64]
    standardised_residuals: NDArray[np.float64]
    half_life_at_physical_limit: bool
    warnings: tuple[str, ...]


def fit(
    observations: Observations,
    *,
    administered_bq: float | None,
    decay_constant_per_s: float,
    priors: Priors,
    model: str | None = None,
    samples: int,
    generator: np.random.Generator,
) -> Fit:
    """Return the curve of a region.

    Parameters
    ----------
    observations
        Activities at the times of measurement.
    administered_bq
        Activity administered. If ``None``, it is taken as 1 Bq: the curve's fractions are then
        activities in Bq, and nothing bounds them. [Bq]
    decay_constant_per_s
        Of the nuclide that was measured. [1/s]
    priors
        What the population says.
    model
        One of :data:`MODELS`; ``None`` chooses by the evidence.
    samples
        Number of samples of the posterior.
    generator
        Random stream.

    Raises
    ------
    InvalidValueError
        If the model is unknown, or a number has no meaning.
    NotSupportedError
        If the points and priors cannot determine the curve.
    """
    _refuse(administered_bq, decay_constant_per_s, priors, samples)
    candidates = _candidates(observations, priors, model)
    targets = {
        name: _target(name, observations, administered_bq, decay_constant_per_s, priors)
        for name in candidates
    }
    explored = {name: explore(target, modes(target), generator) for name, target in targets.items()}
    best = max(e.seen.log_evidence for e in explored.values())
    for name, first in explored.items():
        possible = first.seen.log_evidence > best - HOPELESS_LOG_EVIDENCE
        if possible and first.seen.effective_size < ROUGH_EFFECTIVE:
            explored[name] = adapt(targets[name], first, generator)
    log_evidence = {name: e.seen.log_evidence for name, e in explored.items()}
    chosen = _chosen(log_evidence, priors)
    explored[chosen] = adapt(targets[chosen], explored[chosen], generator)
    final = draw(
        targets[chosen], explored[chosen].proposal, PROPOSALS_PER_SAMPLE * samples, generator
    )
    log_evidence[chosen] = final.log_evidence
    why = _why(chosen, log_evidence, observations.time_s.size, priors, asked=model is not None)
    return _fit_of(
        targets[chosen],
        observations,
        mode=explored[chosen].at[0],
        z=resampled(final, samples, generator),
        why=why,
        log_evidence=log_evidence,
        effective_sample_size=min(final.effective_size, float(samples)),
        administered_bq=1.0 if administered_bq is None else administered_bq,
    )


def _refuse(
    administered_bq: float | None, decay_constant_per_s: float, priors: Priors, samples: int
) -> None:
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


def _candidates(seen: Observations, priors: Priors, model: str | None) -> tuple[str, ...]:
    """Return the models that points and priors can support, the simplest first."""
    n_points = seen.time_s.size
    if model is not None and model not in MODELS:
        msg = f"model must be one of {MODELS} or None, got {model!r}"
        raise InvalidValueError(msg)
    if n_points == 1 and priors.effective_half_life is None:
        msg = (
            "one point cannot tell how fast a region clears: give a population prior of the "
            "effective half-life (a population_region of the agent), or a second point"
        )
        raise NotSupportedError(msg)
    # The uptake model is zero at administration; a relative error there rules it out.
    starts_empty = not (seen.is_relative & (seen.time_s == 0.0)).any() and seen.time_s[-1] > 0.0
    n_known = n_points + (priors.effective_half_life is not None)
    possible = {
        CLEARANCE: True,
        UPTAKE_AND_CLEARANCE: starts_empty
        and (priors.uptake_half_time is not None or n_known >= 3),
        TWO_PHASE_CLEARANCE: n_points >= 3,
    }
    if model is None:
        return tuple(name for name in MODELS if possible[name])
    if not possible[model]:
        msg = (
            f"model {model!r} needs more than {n_points} point(s) and these priors: "
            "uptake needs a prior of its half-time or a third point and no activity at time "
            "zero, two phases need three points"
        )
        raise NotSupportedError(msg)
    return (model,)


def _target(
    model: str,
    seen: Observations,
    administered_bq: float | None,
    decay_constant_per_s: float,
    priors: Priors,
) -> Target:
    scale = np.exp(decay_constant_per_s * seen.time_s) / (administered_bq or 1.0)
    fraction = seen.activity_bq * scale
    relative = seen.is_relative
    log_sd = np.sqrt(np.log1p(np.where(relative, seen.relative_sd, 0.0) ** 2))
    spread = np.where(relative, log_sd, seen.sd_bq * scale)
    shared = np.where(relative, log_sd, spread / np.maximum(fraction, spread))
    reference_s = float(np.average(seen.time_s, weights=shared**-2.0))
    prior = FRACTION_PRIOR
    if administered_bq is None:
        largest = float(np.where(relative, fraction, np.maximum(fraction, spread)).max())
        prior = Lognormal(largest, FRACTION_PRIOR.geometric_sd)
    uptake = None
    if model == UPTAKE_AND_CLEARANCE:
        uptake = priors.uptake_half_time or weak_uptake_half_time()
    scheme = Scheme(
        model=model,
        reference_s=reference_s,
        fraction=prior,
        effective_half_life=priors.effective_half_life
        or weak_effective_half_life(decay_constant_per_s),
        uptake_half_time=uptake,
        decay_constant_per_s=decay_constant_per_s,
    )
    return Target(scheme, seen.time_s, fraction, spread, relative, administered_bq is not None)


def _preferred(log_evidence: dict[str, float], priors: Priors) -> str:
    """Return the model that is taken where the data do not decide."""
    if priors.uptake_half_time is not None and UPTAKE_AND_CLEARANCE in log_evidence:
        return UPTAKE_AND_CLEARANCE
    return next(iter(log_evidence))


def _chosen(log_evidence: dict[str, float], priors: Priors) -> str:
    preferred = _preferred(log_evidence, priors)
    best = max(log_evidence, key=lambda name: log_evidence[name])
    if log_evidence[best] - log_evidence[preferred] > DECISIVE_LOG_EVIDENCE:
        return best
    return preferred


def _why(
    chosen: str, log_evidence: dict[str, float], n_points: int, priors: Priors, *, asked: bool
) -> str:
    points = f"{n_points} point{'s' if n_points > 1 else ''}"
    if asked:
        return f"{chosen}: asked for; fitted to {points}"
    if len(log_evidence) == 1:
        return f"{chosen}: the only model that {points} and the priors can support"
    evidences = ", ".join(f"{name} {value:.2f}" for name, value in log_evidence.items())
    if chosen != _preferred(log_evidence, priors):
        reason = "the data speak for it"
    elif chosen == max(log_evidence, key=lambda name: log_evidence[name]):
        reason = "no model explains the data better"
    elif chosen == UPTAKE_AND_CLEARANCE:
        reason = "the data do not tell the models apart, and the population takes up so"
    else:
        reason = "the data do not tell the models apart, and it is the simplest"
    return f"{chosen}: {reason} (log evidence from {points}: {evidences})"


def _fit_of(
    target: Target,
    seen: Observations,
    *,
    mode: Mode,
    z: NDArray[np.float64],
    why: str,
    log_evidence: dict[str, float],
    effective_sample_size: float,
    administered_bq: float,
) -> Fit:
    scheme = target.scheme
    best, sampled = parameters(scheme, mode.z[None, :]), parameters(scheme, z)
    amplitude, rate_per_s = phases(scheme.model, sampled)
    best_amplitude, best_rate_per_s = phases(scheme.model, best)
    curve = RegionCurve(
        amplitude, rate_per_s, best_amplitude[0], best_rate_per_s[0], model=scheme.model
    )
    present_bq = administered_bq * np.exp(-scheme.decay_constant_per_s * seen.time_s)
    found = named(scheme, sampled)
    best_named = {name: float(values[0]) for name, values in named(scheme, best).items()}
    residuals = -target.residuals(mode.z[None, :])[0, : seen.time_s.size]
    physical_s = math.log(2.0) / scheme.decay_constant_per_s
    at_limit = best_named["effective_half_life_s"] > AT_LIMIT * physical_s
    return Fit(
        curve=curve,
        model=scheme.model,
        why=why,
        priors=tuple(
            p for p in (scheme.effective_half_life, scheme.uptake_half_time) if p is not None
        ),
        log_evidence=log_evidence,
        parameters=found,
        best_parameters=best_named,
        effective_sample_size=effective_sample_size,
        fitted_bq_samples=present_bq * np.exp(log_fraction(scheme.model, sampled, seen.time_s)),
        best_fitted_bq=present_bq * np.exp(log_fraction(scheme.model, best, seen.time_s))[0],
        standardised_residuals=residuals,
        half_life_at_physical_limit=at_limit,
        warnings=_warnings(residuals, seen.time_s, effective_sample_size, at_limit=at_limit),
    )


def _warnings(
    residuals: NDArray[np.float64],
    time_s: NDArray[np.float64],
    effective_sample_size: float,
    *,
    at_limit: bool,
) -> tuple[str, ...]:
    found = [
        f"the point at {time_s[i] / 3600.0:.4g} h lies {residuals[i]:+.1f} standard uncertainties "
        "from the curve: its uncertainty is too small, or the model does not hold"
        for i in np.flatnonzero(np.abs(residuals) > LARGE_RESIDUAL)
    ]
    if at_limit:
        found.append(
            "no clearance was seen: the effective half-life is that of physical decay within 5 %, "
            "which is a limit and not a measurement"
        )
    if effective_sample_size < FEW_EFFECTIVE:
        found.append(
            f"the samples are worth only {effective_sample_size:.0f} independent ones, so the "
            "limits of intervals are rough"
        )
    return tuple(found)
