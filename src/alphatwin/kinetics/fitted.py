"""A fitted curve with everything that is known of how it was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics.averaging import pooled
from alphatwin.kinetics.curve import time_integrated_activity_bq_s
from alphatwin.kinetics.diagnostics import (
    LARGE_RESIDUAL,
    laplace_comparison,
    point_diagnoses,
)
from alphatwin.kinetics.models import log_fraction, named
from alphatwin.kinetics.parts import priors_used
from alphatwin.kinetics.target import curves_of, point_terms, shapes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.averaging import Averaging
    from alphatwin.kinetics.curve import RegionCurve
    from alphatwin.kinetics.diagnostics import LaplaceComparison, PointDiagnosis
    from alphatwin.kinetics.error_model import ErrorModel
    from alphatwin.kinetics.models import Parameters
    from alphatwin.kinetics.posterior import Mode
    from alphatwin.kinetics.prior import Prior
    from alphatwin.kinetics.target import Target

AT_LIMIT = 0.95
"""Share of the physical half-life from which clearance is as good as none."""
FEW_EFFECTIVE = 400.0
"""Effective sample size under which the ends of a 95 % interval are shaky (10 samples each)."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted curve and how it was found.

    Attributes
    ----------
    curve
        Samples of the posterior, drawn from the models by their weights, and the best curve.
    model, why
        The leading model, of which the best curve is, and why it and the others were taken.
    averaging
        How the models were weighed: ``evidence``, ``akaike``, or ``none`` (one was taken).
    weights
        Weight of every model considered; they add up to 1.
    model_of_samples : (n_samples,) ndarray of int
        Which model each sample is of: index into the models that gave any.
    priors
        Priors that the models with samples used.
    log_evidence
        Natural logarithm of the marginal likelihood of every model considered.
    aicc
        Corrected Akaike criterion of the models for which the points allow it.
    parameters
        Samples of each parameter; every key ends in its unit. What all models have in common has
        (n_samples,); what only some have, the samples of those.
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
    error_model
        Uncertainty of the points: as stated, or fitted.
    points
        What each point does to the fit under the leading model; empty for a single point.
    laplace
        The integral of the leading model by Laplace, beside that by sampling.
    warnings
        What is doubtful, one sentence each.
    """

    curve: RegionCurve
    model: str
    why: str
    averaging: Averaging
    weights: dict[str, float]
    model_of_samples: NDArray[np.intp]
    priors: tuple[Prior, ...]
    log_evidence: dict[str, float]
    aicc: dict[str, float]
    parameters: dict[str, NDArray[np.float64]]
    best_parameters: dict[str, float]
    effective_sample_size: float
    fitted_bq_samples: NDArray[np.float64]
    best_fitted_bq: NDArray[np.float64]
    standardised_residuals: NDArray[np.float64]
    half_life_at_physical_limit: bool
    error_model: ErrorModel
    points: tuple[PointDiagnosis, ...]
    laplace: LaplaceComparison
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Equally weighted samples of one model, for every part: (m,) of them.

    Attributes
    ----------
    target
        Density of the model.
    made
        Parameters of the samples, one entry per part.
    log_f
        Logarithm of the fraction at the points, one (m, n_points) array per part.
    """

    target: Target
    made: tuple[Parameters, ...]
    log_f: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What the fits of all parts have in common.

    Attributes
    ----------
    model, mode, target
        The leading model, its best point and its density.
    drawn
        Samples by model, those of the leading model among them.
    order : (n_samples,) ndarray
        Order of the samples of all models.
    why, averaging, weights, log_evidence, aicc, effective_sample_size, error_model
        As in :class:`Fit`.
    """

    model: str
    mode: Mode
    target: Target
    drawn: dict[str, Drawn]
    order: NDArray[np.intp]
    why: str
    averaging: Averaging
    weights: dict[str, float]
    log_evidence: dict[str, float]
    aicc: dict[str, float]
    effective_sample_size: float
    error_model: ErrorModel


def fit_of_part(
    found: Weighed,
    part: int,
    *,
    bq_per_fraction: NDArray[np.float64],
    administered_bq: float,
) -> Fit:
    """Return the fit of one part.

    Parameters
    ----------
    found
        What the fits have in common.
    part
        Index of the part.
    bq_per_fraction
        Activity at the points over the decay-corrected fraction, (n_points,). [Bq]
    administered_bq
        Activity administered. [Bq]
    """
    own = found.target.parts[part]
    scheme = own.scheme
    best = _best(found, part)
    curve = pooled(
        {name: drawn.made[part] for name, drawn in found.drawn.items()},
        best_model=found.model,
        best=best,
        order=found.order,
    )
    sampled_bq_s = _integrals_bq_s(curve, found, scheme.decay_constant_per_s, administered_bq)
    log_f = np.concatenate([drawn.log_f[part] for drawn in found.drawn.values()])[found.order]
    best_log_f = log_fraction(scheme.model, best, own.time_s)[0]
    residuals = _residuals(found, part)
    best_named = {name: float(value[0]) for name, value in named(scheme, best).items()}
    physical_s = math.log(2.0) / scheme.decay_constant_per_s
    at_limit = best_named["effective_half_life_s"] > AT_LIMIT * physical_s
    points = point_diagnoses(found.target, found.mode, part=part)
    return Fit(
        curve=curve,
        model=found.model,
        why=found.why,
        averaging=found.averaging,
        weights=found.weights,
        model_of_samples=_models_of_samples(found),
        priors=priors_used(tuple(d.target.parts[part].scheme for d in found.drawn.values())),
        log_evidence=found.log_evidence,
        aicc=found.aicc,
        parameters=_samples(found, part),
        best_parameters=best_named,
        effective_sample_size=found.effective_sample_size,
        fitted_bq_samples=bq_per_fraction * np.exp(log_f),
        best_fitted_bq=bq_per_fraction * np.exp(best_log_f),
        standardised_residuals=residuals,
        half_life_at_physical_limit=at_limit,
        error_model=found.error_model,
        points=points,
        laplace=laplace_comparison(
            found.target, found.mode, sampled_bq_s, administered_bq=administered_bq, part=part
        ),
        warnings=_warnings(
            residuals, own.time_s, points, found.effective_sample_size, at_limit=at_limit
        ),
    )


def _best(found: Weighed, part: int) -> Parameters:
    return curves_of(found.target, found.mode.z[None, :], part=part)


def _residuals(found: Weighed, part: int) -> NDArray[np.float64]:
    """Return measured less best fit, over the standard uncertainty, (n_points,)."""
    own = found.target.parts[part]
    shape = found.mode.z[None, len(found.target.parts) :]
    terms = point_terms(own, shapes_of(own, shape), found.mode.z[part : part + 1])
    return np.asarray(-terms[0])


def _integrals_bq_s(
    curve: RegionCurve, found: Weighed, decay_constant_per_s: float, administered_bq: float
) -> NDArray[np.float64]:
    """Return the integrals of the samples of the leading model, in Bq s."""
    start = 0
    for name, drawn in found.drawn.items():
        size = drawn.made[0].rate_per_s.size
        if name == found.model:
            break
        start += size
    is_leading = (found.order >= start) & (found.order < start + size)
    every_bq_s = time_integrated_activity_bq_s(
        curve, administered_bq=administered_bq, decay_constant_per_s=decay_constant_per_s
    )
    return np.asarray(every_bq_s[is_leading])


def _models_of_samples(found: Weighed) -> NDArray[np.intp]:
    sizes = [drawn.made[0].rate_per_s.size for drawn in found.drawn.values()]
    return np.repeat(np.arange(len(sizes)), sizes)[found.order]


def _samples(found: Weighed, part: int) -> dict[str, NDArray[np.float64]]:
    """Return the samples of each parameter, in the order of the curve where all models have it."""
    each = [
        named(drawn.target.parts[part].scheme, drawn.made[part]) for drawn in found.drawn.values()
    ]
    names = dict.fromkeys(name for values in each for name in values)
    gathered = {}
    for name in names:
        joint = np.concatenate([values[name] for values in each if name in values])
        is_common = all(name in values for values in each)
        gathered[name] = joint[found.order] if is_common else joint
    return gathered


def _warnings(
    residuals: NDArray[np.float64],
    time_s: NDArray[np.float64],
    points: tuple[PointDiagnosis, ...],
    effective_sample_size: float,
    *,
    at_limit: bool,
) -> tuple[str, ...]:
    found = [
        f"the point at {time_s[i] / 3600.0:.4g} h lies {residuals[i]:+.1f} standard uncertainties "
        "from the curve: its uncertainty is too small, or the model does not hold"
        for i in np.flatnonzero(np.abs(residuals) > LARGE_RESIDUAL)
    ]
    found += [_contradiction(point) for point in points if point.is_outlier]
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


def _contradiction(point: PointDiagnosis) -> str:
    """Return what the other points say of an outlier."""
    text = (
        f"the point at {point.time_s / 3600.0:.4g} h contradicts the others: it lies "
        f"{point.left_out_residual_sd:+.1f} standard uncertainties from what they predict, and "
        f"without it the time-integrated activity changes by a factor of "
        f"{point.integral_ratio:.3g}"
    )
    if point.time_shift_s is None:
        return text + "; no other time of measurement would explain it"
    at_h = (point.time_s + point.time_shift_s) / 3600.0
    return text + f"; measured at {at_h:.4g} h it would lie on their curve"
