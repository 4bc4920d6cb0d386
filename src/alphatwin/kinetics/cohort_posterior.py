"""Posteriors of many patients at once, and their modes.

The posterior of one patient is that of :mod:`alphatwin.kinetics.posterior`, written in the
standard normal deviates of :mod:`alphatwin.kinetics.models`; here the patients are one more axis
of the arrays, and all modes are found by one Levenberg-Marquardt iteration.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics.models import (
    Parameters,
    log_fraction,
    log_peak,
    parameters,
)
from alphatwin.kinetics.target import WALL_RELATIVE_SD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.cohort_points import Batch
    from alphatwin.kinetics.models import Scheme

_GRID = (-1.5, -0.5, 0.5, 1.5)
_ITERATIONS = 60
_STEP = 1e-5
_LARGEST_STEP = 2.0
_LARGEST_RESIDUAL = 1e8


@dataclass(frozen=True, slots=True, eq=False)
class Gaussians:
    """One normal distribution per patient.

    Attributes
    ----------
    centre : (n_patients, d) ndarray
        Mode or mean of the deviates.
    covariance : (n_patients, d, d) ndarray
        Covariance of the deviates.
    """

    centre: NDArray[np.float64]
    covariance: NDArray[np.float64]


def parameters_of(points: Batch, scheme: Scheme, z: NDArray[np.float64]) -> Parameters:
    """Return parameters (n_patients * n, ...) for deviates (n_patients, n, d).

    As :func:`alphatwin.kinetics.models.parameters`, with each patient's own reference time in
    place of that of the scheme.
    """
    rows = z.reshape(-1, z.shape[2])
    made = replace(parameters(scheme, rows), log_amplitude=np.zeros(rows.shape[0]))
    reference_s = np.repeat(points.reference_s, z.shape[1])[:, None]
    log_shape = log_fraction(scheme.model, made, reference_s)[:, 0]
    level = math.log(scheme.fraction.median) + scheme.fraction.log_sd * rows[:, 0]
    return replace(made, log_amplitude=level - log_shape)


def residuals(points: Batch, scheme: Scheme, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the terms whose squares add up to -2 ln posterior.

    Parameters
    ----------
    points, scheme
        Points of the patients; model and priors.
    z : (n_patients, n, d) ndarray
        Standard normal deviates.

    Returns
    -------
    (n_patients, n, n_terms) ndarray
        One term per point (zero where there is none), per deviate, and the wall.
    """
    n_patients, n, _ = z.shape
    made = parameters_of(points, scheme, z)
    log_f = log_fraction(scheme.model, made, np.repeat(points.time_s, n, axis=0))
    data = data_terms(points, log_f.reshape(n_patients, n, -1))
    peak = log_peak(scheme.model, made).reshape(n_patients, n, 1)
    wall = np.where(points.is_bounded[:, None, None], np.maximum(peak, 0.0), 0.0)
    return np.concatenate([data, z, wall / WALL_RELATIVE_SD], axis=2)


def data_terms(points: Batch, log_f: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return measured points' residuals over their spread, the points last, zero for padding."""
    lead = (slice(None),) + (None,) * (log_f.ndim - 2)
    relative, value = points.is_relative[lead], points.fraction[lead]
    data = log_f - np.log(np.where(relative, value, 1.0))
    if not points.is_relative.all():
        data = np.where(relative, data, np.exp(np.where(relative, 0.0, log_f)) - value)
    data = np.where(points.is_measured[lead], data / points.spread[lead], 0.0)
    return np.clip(data, -_LARGEST_RESIDUAL, _LARGEST_RESIDUAL)


def laplace(points: Batch, scheme: Scheme) -> Gaussians:
    """Return the mode of every patient's posterior, and the inverse of its curvature there."""
    z = _levenberg_marquardt(points, scheme, _starts(points, scheme))
    jacobian = _jacobian(points, scheme, z)
    curvature = np.swapaxes(jacobian, 1, 2) @ jacobian
    return Gaussians(z, np.asarray(np.linalg.inv(curvature), dtype=np.float64))


def _starts(points: Batch, scheme: Scheme) -> NDArray[np.float64]:
    """Return the best place of a coarse grid of the prior, level adjusted, (n_patients, d)."""
    d = scheme.n_parameters
    grid = np.array(list(itertools.product(_GRID, repeat=d - 1)))
    z = np.zeros((points.n_patients, grid.shape[0], d))
    z[:, :, 1:] = grid
    made = parameters_of(points, scheme, z)
    log_f = log_fraction(scheme.model, made, np.repeat(points.time_s, grid.shape[0], axis=0))
    log_f = log_f.reshape(points.n_patients, grid.shape[0], -1)
    relative = points.is_relative
    level = np.where(relative, points.fraction, np.maximum(points.fraction, points.spread))
    precision = np.where(relative, 1.0 / points.spread, level / points.spread) ** 2
    weight = np.where(points.is_measured, precision, 0.0)[:, None, :] + 1e-12
    away = np.clip(np.log(level)[:, None, :] - log_f, -50.0, 50.0)
    weight = np.where(log_f > -100.0, weight, 1e-12)
    shift = np.sum(weight * away, axis=2) / np.sum(weight, axis=2) / scheme.fraction.log_sd
    z[:, :, 0] = np.clip(shift, -6.0, 6.0)
    cost = np.sum(residuals(points, scheme, z) ** 2, axis=2)
    return np.asarray(z[np.arange(points.n_patients), np.argmin(cost, axis=1)])


def _jacobian(points: Batch, scheme: Scheme, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the central-difference derivative of the residuals, (n_patients, n_terms, d)."""
    d = z.shape[1]
    steps = _STEP * np.eye(d)
    both = np.concatenate([z[:, None, :] + steps, z[:, None, :] - steps], axis=1)
    r = residuals(points, scheme, both)
    return np.asarray(np.swapaxes((r[:, :d] - r[:, d:]) / (2.0 * _STEP), 1, 2))


def _levenberg_marquardt(
    points: Batch, scheme: Scheme, z: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the place (n_patients, d) of a minimum for every patient, from one start each."""
    z = z.copy()
    damping = np.full(z.shape[0], 1e-2)
    r = residuals(points, scheme, z[:, None, :])[:, 0]
    active = np.arange(z.shape[0])
    eye = np.eye(z.shape[1])
    for _ in range(_ITERATIONS):
        some = points.part(active)
        jacobian = _jacobian(some, scheme, z[active])
        curvature = np.swapaxes(jacobian, 1, 2) @ jacobian
        slope = np.einsum("ptd,pt->pd", jacobian, r[active])
        damped = curvature + damping[active, None, None] * eye * np.maximum(curvature, 1.0)
        step = -np.linalg.solve(damped, slope[:, :, None])[:, :, 0]
        trial = z[active] + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        trial_r = residuals(some, scheme, trial[:, None, :])[:, 0]
        cost = 0.5 * np.sum(r[active] ** 2, axis=1)
        gain = cost - 0.5 * np.sum(trial_r**2, axis=1)
        better = gain > 0.0
        z[active[better]] = trial[better]
        r[active[better]] = trial_r[better]
        damping[active] = np.clip(
            np.where(better, damping[active] * 0.1, damping[active] * 8.0), 1e-12, 1e12
        )
        settled = (np.abs(gain) <= 1e-10 * (1.0 + cost)) | (damping[active] > 1e8)
        active = active[~settled]
        if active.size == 0:
            break
    return z
