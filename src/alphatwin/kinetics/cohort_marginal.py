r"""Marginal likelihood of a population, near the population that nodes were put for.

Population parameters are :math:`\theta = (\mu_T, \ln\sigma_T, \mu_u, \ln\sigma_u)`. With nodes
:math:`z_{ik}` of posterior weight :math:`w_{ik}` of patient :math:`i` under :math:`\theta_0`,

.. math:: \ln p(y|\theta) \approx \ln p(y|\theta_0)
          + \sum_i \ln \sum_k w_{ik} \frac{p(x_{ik}|\theta)}{p(x_{ik}|\theta_0)} ,

where :math:`x` are the logarithms of half-life and uptake half-time. Newton steps climb it while
the nodes can carry; then they are put anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from alphatwin.kinetics.cohort_nodes import Nodes, quadrature
from alphatwin.kinetics.cohort_posterior import laplace
from alphatwin.kinetics.models import UPTAKE_AND_CLEARANCE, Scheme
from alphatwin.kinetics.parts import FRACTION_PRIOR
from alphatwin.kinetics.prior import (
    WEAK_GEOMETRIC_SD,
    WEAK_UPTAKE_HALF_TIME_S,
    Prior,
    weak_effective_half_life,
    weak_uptake_half_time,
)
from alphatwin.uncertainty.distributions import Lognormal, log_of_truncated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.cohort_points import Batch

PARAMETERS = ("effective half-life", "uptake half-time")
"""Names of the population's parameters, in the order of the deviates."""
NODES = (9, 3)
"""Nodes along each kinetic parameter and along the level: evidences within about 1 %."""
LARGEST_MEDIAN = 0.99
"""Of the physical half-life: the median of a half-life that is cut off there is not above."""
SETTLED = 1e-3
"""Change of mu and ln sigma below which the search ends; standard errors are above 0.02."""
_NEWTON_STEPS = 8
_STEP = 1e-3
_LARGEST_MOVE = 0.5
_START_LOG_SD = math.log(2.0)


def start(model: str, decay_constant_per_s: float) -> NDArray[np.float64]:
    """Return (mu, ln sigma) of each parameter in turn, of times in s, where the search begins."""
    weak = [weak_effective_half_life(decay_constant_per_s)]
    if model == UPTAKE_AND_CLEARANCE:
        weak.append(weak_uptake_half_time())
    medians = [math.log(prior.distribution.median) for prior in weak]
    return np.array([v for m in medians for v in (m, math.log(_START_LOG_SD))])


def scheme_of(model: str, decay_constant_per_s: float, theta: NDArray[np.float64]) -> Scheme:
    """Return model and priors, in s and 1/s, of the patients of a population."""

    def prior(i: int) -> Prior:
        spread = math.exp(math.exp(theta[2 * i + 1]))
        between = Lognormal(math.exp(theta[2 * i]), spread)
        return Prior(PARAMETERS[i], between, source="cohort", status="computed")

    return Scheme(
        model=model,
        reference_s=1.0,
        fraction=FRACTION_PRIOR,
        effective_half_life=prior(0),
        uptake_half_time=prior(1) if theta.size > 2 else None,
        decay_constant_per_s=decay_constant_per_s,
    )


def nodes_of(points: Batch, scheme: Scheme, counts: tuple[int, int]) -> Nodes:
    """Return nodes of every patient; counts are along each kinetic parameter and the level."""
    return quadrature(
        points,
        scheme,
        around=laplace(points, scheme),
        n_kinetic=counts[0],
        n_level=counts[1],
        adaptations=0 if counts[0] == 1 else 2,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Marginal:
    """Marginal likelihood near the population that the nodes were put for.

    Attributes
    ----------
    theta : (n_parameters,) ndarray
        That population: mu and ln sigma of each parameter in turn.
    log_physical_s
        Logarithm of the physical half-life.
    log_value_s : (d - 1, n_patients, n_nodes) ndarray
        Logarithms of half-life and uptake half-time at the nodes.
    nodes
        The nodes.
    """

    theta: NDArray[np.float64]
    log_physical_s: float
    log_value_s: NDArray[np.float64]
    nodes: Nodes

    def log_prior(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log density of the nodes' values under a population, (n_patients, n_nodes)."""
        room = (self.log_physical_s - theta[0]) * math.exp(-theta[1])
        total = np.full(self.log_value_s.shape[1:], -float(special.log_ndtr(room)))
        for values, mu, log_sd in zip(self.log_value_s, theta[::2], theta[1::2], strict=True):
            total += -0.5 * ((values - mu) * math.exp(-log_sd)) ** 2 - log_sd
        return total

    def log_posterior(self, theta: NDArray[np.float64]) -> float:
        """Return the log marginal likelihood plus the log hyperpriors, but for a constant."""
        ratio = self.log_prior(theta) - self.log_prior(self.theta)
        largest = ratio.max(axis=1, keepdims=True)
        of_patients = np.log(self.nodes.mean(np.exp(ratio - largest))) + largest[:, 0]
        weak = (self.log_physical_s - math.log(2.0), math.log(WEAK_UPTAKE_HALF_TIME_S))
        wide = math.log(WEAK_GEOMETRIC_SD)
        hyper = sum(
            -0.5 * ((mu - middle) / wide) ** 2 + log_sd - math.exp(log_sd) / wide
            for mu, log_sd, middle in zip(theta[::2], theta[1::2], weak, strict=False)
        )
        return float((self.nodes.log_evidence + of_patients).sum() + hyper)


def marginal(
    points: Batch, model: str, decay_constant_per_s: float, theta: NDArray[np.float64]
) -> Marginal:
    """Return the marginal likelihood of a cohort near a population, times in s."""
    scheme = scheme_of(model, decay_constant_per_s, theta)
    nodes = nodes_of(points, scheme, NODES)
    physical_s = math.log(2.0) / decay_constant_per_s
    half_life = scheme.effective_half_life.distribution
    values = [log_of_truncated(half_life, upper=physical_s, z=nodes.z[:, :, 1])]
    if scheme.uptake_half_time is not None:
        values.append(theta[2] + math.exp(theta[3]) * nodes.z[:, :, 2])
    return Marginal(theta, math.log(physical_s), np.array(values), nodes)


def climbed(near: Marginal) -> NDArray[np.float64]:
    """Return a better population, no farther away than the nodes can carry."""
    theta, now = near.theta, near.log_posterior(near.theta)
    limit = np.where(np.arange(theta.size) % 2 == 0, np.repeat(np.exp(theta[1::2]), 2), 0.5)
    low, high = theta - _LARGEST_MOVE * limit, theta + _LARGEST_MOVE * limit
    high[0] = min(high[0], near.log_physical_s + math.log(LARGEST_MEDIAN))
    for _ in range(_NEWTON_STEPS):
        slope, curvature = derivatives(near, theta)
        values, vectors = np.linalg.eigh(curvature)
        step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1.0))
        while True:
            trial = np.clip(theta + step, low, high)
            then = near.log_posterior(trial)
            if then > now or np.abs(step).max() < SETTLED * 0.1:
                break
            step = 0.5 * step
        if then <= now:
            break
        theta, now, gain = trial, then, then - now
        if gain < SETTLED**2:
            break
    return theta


def derivatives(
    near: Marginal, theta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return slope (m,) of the log posterior and its negative curvature (m, m)."""
    m = theta.size
    unit = _STEP * np.eye(m)
    at = near.log_posterior(theta)
    up = np.array([near.log_posterior(theta + e) for e in unit])
    down = np.array([near.log_posterior(theta - e) for e in unit])
    curvature = np.diag(2.0 * at - up - down)
    for i in range(m):
        for j in range(i):
            both = near.log_posterior(theta + unit[i] + unit[j])
            neither = near.log_posterior(theta - unit[i] - unit[j])
            mixed = up[i] + up[j] + down[i] + down[j] - 2.0 * at - both - neither
            curvature[i, j] = curvature[j, i] = 0.5 * mixed
    return (up - down) / (2.0 * _STEP), curvature / _STEP**2
