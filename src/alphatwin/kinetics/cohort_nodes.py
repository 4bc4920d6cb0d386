r"""Weighted nodes of the posteriors of many patients at once, and their evidences.

Integrals over the posterior of one patient, in standard normal deviates :math:`z`, are taken by
adaptive Gauss-Hermite quadrature [1]_, [2]_: with nodes :math:`u_k` and weights :math:`w_k` for
the standard normal density, and the lower triangular :math:`L` of a covariance,

.. math:: \int g(z)\,p(y|z)\,p(z)\,dz \approx (2\pi)^{d/2} |L| \sum_k w_k e^{u_k^2/2}
          \, g(z_k)\, p(y|z_k)\, p(z_k), \qquad z_k = c + L u_k .

Centre and covariance of the kinetic deviates are mode and inverse curvature first, and the mean
and covariance that the nodes themselves give afterwards [2]_. The deviate of the level has its own
nodes around its best value for each of them: points with lognormal errors make it exactly normal
there, however bent the ridge is. One node at the mode is Laplace's approximation.

References
----------
.. [1] J. C. Pinheiro, D. M. Bates, "Approximations to the log-likelihood function in the
   nonlinear mixed-effects model", J. Comput. Graph. Stat. 4 (1995) 12-35,
   doi:10.1080/10618600.1995.10474663.
.. [2] J. C. Naylor, A. F. M. Smith, "Applications of a method for the efficient computation of
   posterior distributions", J. R. Stat. Soc. C 31 (1982) 214-225.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics.cohort_posterior import Gaussians, data_terms, parameters_of
from alphatwin.kinetics.models import log_fraction, log_peak
from alphatwin.kinetics.target import WALL_RELATIVE_SD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.cohort_points import Batch
    from alphatwin.kinetics.models import Scheme

_LARGEST_DEVIATE = 8.0
_LARGEST_STEP = 1.0
_LEVEL_STEPS = 12
_SMALLEST_SD = 0.02
"""Floor on the standard deviation of nodes, in those of the nodes before."""


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """Nodes of the posterior of every patient.

    Attributes
    ----------
    z : (n_patients, n_nodes, d) ndarray
        Standard normal deviates.
    weight : (n_patients, n_nodes) ndarray
        Posterior weight of each node; sums to 1 over the nodes.
    log_evidence : (n_patients,) ndarray
        Natural logarithm of the marginal likelihood.
    """

    z: NDArray[np.float64]
    weight: NDArray[np.float64]
    log_evidence: NDArray[np.float64]

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the posterior mean (n_patients,) of values (n_patients, n_nodes)."""
        return np.asarray(np.sum(self.weight * values, axis=1))


def quadrature(
    points: Batch,
    scheme: Scheme,
    *,
    around: Gaussians,
    n_kinetic: int,
    n_level: int,
    adaptations: int = 1,
) -> Nodes:
    """Return nodes of every patient's posterior.

    Parameters
    ----------
    points, scheme
        Points of the patients; model and priors.
    around
        Where the nodes are first put.
    n_kinetic, n_level
        Nodes along each kinetic parameter, and along the fraction in the region. One of each is
        Laplace's approximation if ``around`` is.
    adaptations
        Number of times that the nodes are moved to the mean and covariance that they find.
    """
    found = _nodes_at(points, scheme, around, n_kinetic=n_kinetic, n_level=n_level)
    for _ in range(adaptations):
        around = _moments(found, around)
        found = _nodes_at(points, scheme, around, n_kinetic=n_kinetic, n_level=n_level)
    return found


def _nodes_at(
    points: Batch, scheme: Scheme, around: Gaussians, *, n_kinetic: int, n_level: int
) -> Nodes:
    """Return nodes: those of the kinetics around their mean, the level around its best at each."""
    d = around.centre.shape[1]
    u, log_weight = _standard_nodes(d - 1, n_kinetic)
    u_level, log_weight_level = _standard_nodes(1, n_level)
    factor = np.linalg.cholesky(around.covariance[:, 1:, 1:])
    kinetic = around.centre[:, None, 1:] + np.einsum("pij,kj->pki", factor, u)
    kinetic = np.clip(kinetic, -_LARGEST_DEVIATE, _LARGEST_DEVIATE)
    curves = _level_free(points, scheme, kinetic)
    best, spread = _best_level(points, scheme, curves)
    level = best[:, :, None] + spread[:, :, None] * u_level[:, 0]
    log_term = (
        _log_density_at(points, scheme, curves, kinetic=kinetic, level=level)
        + (log_weight + np.log(spread))[:, :, None]
        + log_weight_level
        + np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)[:, None, None]
    ).reshape(points.n_patients, -1)
    largest = log_term.max(axis=1, keepdims=True)
    weight = np.exp(log_term - largest)
    total = weight.sum(axis=1)
    z = np.concatenate(
        [level[..., None], np.repeat(kinetic[:, :, None, :], u_level.size, axis=2)], axis=3
    ).reshape(points.n_patients, -1, d)
    return Nodes(z, weight / total[:, None], largest[:, 0] + np.log(total))


@dataclass(frozen=True, slots=True, eq=False)
class _LevelFree:
    """Curves of deviate 0 of the level: logarithms at the points (p, k, n) and at the peak."""

    log_fraction: NDArray[np.float64]
    log_peak: NDArray[np.float64]


def _level_free(points: Batch, scheme: Scheme, kinetic: NDArray[np.float64]) -> _LevelFree:
    n_patients, n, _ = kinetic.shape
    z = np.concatenate([np.zeros((n_patients, n, 1)), kinetic], axis=2)
    made = parameters_of(points, scheme, z)
    log_f = log_fraction(scheme.model, made, np.repeat(points.time_s, n, axis=0))
    peak = log_peak(scheme.model, made).reshape(n_patients, n)
    return _LevelFree(log_f.reshape(n_patients, n, -1), peak)


def _best_level(
    points: Batch, scheme: Scheme, curves: _LevelFree
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the best level for given kinetics, and its spread, (n_patients, n_nodes) each.

    The wall is left out. Errors that are all lognormal make this exact in one step.
    """
    per_deviate = scheme.fraction.log_sd
    steps = 1 if points.is_relative.all() else _LEVEL_STEPS
    level = np.zeros(curves.log_peak.shape)
    while True:
        log_f = curves.log_fraction + per_deviate * level[..., None]
        data = data_terms(points, log_f)
        gain = np.where(points.is_relative[:, None, :], 1.0, np.exp(np.minimum(log_f, 50.0)))
        slope = per_deviate * gain / points.spread[:, None, :] * points.is_measured[:, None, :]
        curvature = 1.0 + np.sum(slope**2, axis=2)
        if steps == 0:
            return level, curvature**-0.5
        step = (np.sum(slope * data, axis=2) + level) / curvature
        level -= step if points.is_relative.all() else np.clip(step, -1.0, 1.0)
        steps -= 1


def _log_density_at(
    points: Batch,
    scheme: Scheme,
    curves: _LevelFree,
    *,
    kinetic: NDArray[np.float64],
    level: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return ln(likelihood x prior) at levels (p, k, l) of kinetics (p, k, d - 1), (p, k, l)."""
    up = scheme.fraction.log_sd * level
    data = data_terms(points, curves.log_fraction[:, :, None, :] + up[..., None])
    wall = np.maximum(curves.log_peak[:, :, None] + up, 0.0) / WALL_RELATIVE_SD
    squares = np.einsum("pkln,pkln->pkl", data, data) + level**2
    squares += np.einsum("pkd,pkd->pk", kinetic, kinetic)[:, :, None]
    squares += np.where(points.is_bounded[:, None, None], wall, 0.0) ** 2
    scale = points.spread * np.where(points.is_relative, points.fraction, 1.0)
    of_data = np.sum(np.where(points.is_measured, np.log(scale), 0.0), axis=1)
    n_terms = points.is_measured.sum(axis=1) + scheme.n_parameters
    constant = of_data + 0.5 * n_terms * math.log(2.0 * math.pi)
    return np.asarray(-0.5 * squares - constant[:, None, None])


def _standard_nodes(d: int, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes (n_nodes, d) and ln(w (2 pi)^(d/2) exp(u^2/2)) for a standard normal."""
    nodes, w = np.polynomial.hermite_e.hermegauss(count)
    u = np.array(list(itertools.product(nodes, repeat=d)))
    logs = itertools.product(np.log(w) + 0.5 * nodes**2, repeat=d)
    return u, np.array([sum(terms) for terms in logs])


def _moments(found: Nodes, before: Gaussians) -> Gaussians:
    """Return mean and covariance of the nodes, not narrower than a share of what was before."""
    centre = np.einsum("pk,pkd->pd", found.weight, found.z)
    away = found.z - centre[:, None, :]
    covariance = np.einsum("pk,pkd,pke->pde", found.weight, away, away)
    return Gaussians(centre, covariance + _SMALLEST_SD**2 * before.covariance)
