r"""Posterior of a model's parameters: its best point, samples of it, and the evidence.

In standard normal deviates :math:`z` (see :mod:`alphatwin.kinetics.models`) every term of the log
posterior is a square,

.. math:: -2 \ln p(z | y) = \sum_i r_i(z)^2 + \sum_j z_j^2 + r_w(z)^2 + \text{const},

with :math:`r = (\ln f - \ln y)/s` for a lognormal error, :math:`r = (f - y)/\sigma` for a normal
one, and :math:`r_w` the *wall*: a region never holds more than was administered, up to the
uncertainty of the administered activity. The best point is found by Levenberg-Marquardt from
several starts, all at once; the posterior is sampled by importance from a mixture of
multivariate Student-t distributions at the modes and the prior, adapted to what the first round
saw [1]_, and the mean weight is the marginal likelihood (evidence).

References
----------
.. [1] O. Cappé et al., "Adaptive importance sampling in general mixture classes", Stat. Comput.
   18 (2008) 447-459, doi:10.1007/s11222-008-9059-x.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from alphatwin.kinetics.models import log_fraction, log_peak, parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.models import Scheme

WALL_RELATIVE_SD = 0.05
"""Uncertainty of the administered activity in a dose calibrator, a few per cent."""
FREEDOM = 5.0
"""Degrees of freedom of the Student-t proposals: tails heavier than any posterior here."""
WIDENED = 1.15
"""Factor on the scale of each proposal; a little too wide costs little, too narrow much."""
PRIOR_SHARE = 0.1
"""Share of proposals from the prior, which bounds every weight."""
PILOT = 2000
"""Proposals per round of adaptation."""
ROUNDS = 3
"""Most rounds of adaptation."""
ENOUGH = 0.6
"""Effective share of proposals from which nothing more is adapted."""
_LARGEST_RESIDUAL = 1e8
_GRID = (-1.3, 0.0, 1.3)
_STARTS = 4
_ITERATIONS = 40
_STEP = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Posterior density of the parameters of one scheme, given points.

    Attributes
    ----------
    scheme
        Model and priors.
    time_s, fraction, spread : (n_points,) ndarray
        Time [s], decay-corrected fraction, and its uncertainty: of the logarithm where
        ``is_relative``, else of the fraction.
    is_relative : (n_points,) ndarray
        Where the error is lognormal.
    is_bounded
        Whether the administered activity is known, so that a fraction cannot exceed 1.
    """

    scheme: Scheme
    time_s: NDArray[np.float64]
    fraction: NDArray[np.float64]
    spread: NDArray[np.float64]
    is_relative: NDArray[np.bool_]
    is_bounded: bool

    def residuals(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the terms whose squares add up to -2 ln posterior, (m, n_terms)."""
        made = parameters(self.scheme, z)
        log_f = log_fraction(self.scheme.model, made, self.time_s)
        log_y = np.log(np.where(self.is_relative, self.fraction, 1.0))
        data = np.where(
            self.is_relative,
            log_f - log_y,
            np.exp(np.where(self.is_relative, 0.0, log_f)) - self.fraction,
        )
        data = np.clip(data / self.spread, -_LARGEST_RESIDUAL, _LARGEST_RESIDUAL)
        if not self.is_bounded:
            return np.concatenate([data, z], axis=1)
        wall = np.maximum(log_peak(self.scheme.model, made), 0.0) / WALL_RELATIVE_SD
        return np.concatenate([data, z, wall[:, None]], axis=1)

    def log_density(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ln(likelihood x prior), normalised in the data and in z, (m,)."""
        residuals = self.residuals(z)
        of_data = np.log(self.spread * np.where(self.is_relative, self.fraction, 1.0))
        constant = float(of_data.sum()) + 0.5 * (self.time_s.size + z.shape[1]) * math.log(
            2.0 * math.pi
        )
        return np.asarray(-0.5 * np.einsum("ij,ij->i", residuals, residuals) - constant)


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """A best point of the posterior: place (d,), cost, and curvature (d, d) of the cost."""

    z: NDArray[np.float64]
    cost: float
    curvature: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Weighted samples of the posterior: places (m, d), normalised weights (m,), evidence."""

    z: NDArray[np.float64]
    weight: NDArray[np.float64]
    log_evidence: float

    @property
    def effective_size(self) -> float:
        """Number of independent samples that the weights are worth."""
        return float(1.0 / np.sum(self.weight**2))


@dataclass(frozen=True, slots=True, eq=False)
class _Component:
    """Part of a proposal: centre (d,), Cholesky factor of its scale (d, d), share."""

    centre: NDArray[np.float64]
    factor: NDArray[np.float64]
    share: float


def modes(target: Target) -> tuple[Mode, ...]:
    """Return the distinct modes that several starts lead to, the best first."""
    starts = _starts(target)
    z, cost, curvature = _levenberg_marquardt(target, starts)
    found: list[Mode] = []
    for i in np.argsort(cost, kind="stable"):
        apart = all(float((z[i] - m.z) @ m.curvature @ (z[i] - m.z)) > 1.0 for m in found)
        if not found or (apart and cost[i] < found[0].cost + 6.0):
            found.append(Mode(z[i], float(cost[i]), curvature[i]))
    return tuple(found)


def explore(
    target: Target, at: tuple[Mode, ...], generator: np.random.Generator
) -> tuple[Sampled, tuple[_Component, ...]]:
    """Return a first sampling, and the proposal adapted to it."""
    proposal = _proposal_at(at)
    seen = draw(target, proposal, PILOT, generator)
    for _ in range(ROUNDS - 1):
        if seen.effective_size > ENOUGH * PILOT:
            break
        proposal = _adapted(at, seen)
        again = draw(target, proposal, PILOT, generator)
        if again.effective_size <= seen.effective_size:
            break
        seen = again
    return seen, proposal


def draw(
    target: Target,
    proposal: tuple[_Component, ...],
    count: int,
    generator: np.random.Generator,
) -> Sampled:
    """Return ``count`` weighted samples; every proposal is weighed against the whole mixture."""
    counts = [max(1, round(count * c.share)) for c in proposal]
    size = sum(counts)
    z = _student_t(proposal, counts, generator)
    log_mixture = special.logsumexp(
        [
            math.log(n / size) + _student_t_log_density(c, z)
            for c, n in zip(proposal, counts, strict=True)
        ],
        axis=0,
    )
    log_weight = target.log_density(z) - log_mixture
    log_evidence = float(special.logsumexp(log_weight)) - math.log(size)
    weight = np.exp(log_weight - log_weight.max())
    return Sampled(z, weight / weight.sum(), log_evidence)


def resampled(seen: Sampled, count: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return ``count`` equally weighted samples (count, d), by systematic resampling.

    Their order is then shuffled: otherwise samples of two regions with one index would be alike.
    """
    cumulated = np.cumsum(seen.weight)
    places = (np.arange(count) + generator.random()) / count
    index = np.minimum(np.searchsorted(cumulated, places), cumulated.size - 1)
    return np.asarray(seen.z[generator.permutation(index)])


def _starts(target: Target) -> NDArray[np.float64]:
    """Return the best places of a coarse grid of the prior, level adjusted, (n_starts, d)."""
    n_parameters = target.scheme.n_parameters
    grid = np.array(list(itertools.product(_GRID, repeat=n_parameters - 1)))
    z = np.concatenate([np.zeros((grid.shape[0], 1)), grid], axis=1)
    prior = target.scheme.fraction
    log_f = log_fraction(target.scheme.model, parameters(target.scheme, z), target.time_s)
    level = np.where(
        target.is_relative, target.fraction, np.maximum(target.fraction, target.spread)
    )
    weight = (
        np.where(
            target.is_relative, target.spread, target.spread / np.maximum(target.fraction, 1e-300)
        )
        ** -2.0
    )
    weight = np.where(np.isfinite(log_f) & (log_f > -100.0), weight, 0.0) + 1e-12
    away = np.clip(np.log(level) - log_f, -50.0, 50.0)
    z[:, 0] = np.sum(weight * away, axis=1) / np.sum(weight, axis=1) / prior.log_sd
    z[:, 0] = np.clip(z[:, 0], -6.0, 6.0)
    cost = np.sum(target.residuals(z) ** 2, axis=1)
    return np.asarray(z[np.argsort(cost, kind="stable")[:_STARTS]])


def _jacobian(target: Target, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the central-difference derivative of the residuals, (m, n_terms, d)."""
    m, d = z.shape
    steps = _STEP * np.eye(d)
    both = np.concatenate([z[:, None, :] + steps, z[:, None, :] - steps], axis=1)
    r = target.residuals(both.reshape(2 * m * d, d)).reshape(m, 2, d, -1)
    return np.asarray(np.swapaxes((r[:, 0] - r[:, 1]) / (2.0 * _STEP), 1, 2))


def _levenberg_marquardt(
    target: Target, z: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places (m, d), costs (m,) and curvatures (m, d, d) of minima from all starts."""
    damping = np.full(z.shape[0], 1e-2)
    r = target.residuals(z)
    cost = 0.5 * np.sum(r**2, axis=1)
    eye = np.eye(z.shape[1])
    moved = np.ones(z.shape[0], dtype=np.bool_)
    jacobian = _jacobian(target, z)
    for _ in range(_ITERATIONS):
        curvature = np.swapaxes(jacobian, 1, 2) @ jacobian
        slope = np.einsum("mij,mi->mj", jacobian, r)
        damped = curvature + damping[:, None, None] * eye * np.maximum(curvature, 1.0)
        step = -np.linalg.solve(damped, slope[:, :, None])[:, :, 0]
        trial = z + np.clip(step, -2.0, 2.0)
        trial_r = target.residuals(trial)
        trial_cost = 0.5 * np.sum(trial_r**2, axis=1)
        better = trial_cost < cost
        settled = np.abs(cost - trial_cost) <= 1e-10 * (1.0 + cost)
        z = np.where(better[:, None], trial, z)
        r = np.where(better[:, None], trial_r, r)
        cost = np.where(better, trial_cost, cost)
        damping = np.clip(np.where(better, damping * 0.1, damping * 8.0), 1e-12, 1e12)
        moved = better & ~settled
        if not moved.any() and (settled | (damping > 1e6)).all():
            break
        jacobian = _jacobian(target, z)
    jacobian = _jacobian(target, z)
    return z, cost, np.swapaxes(jacobian, 1, 2) @ jacobian


def _proposal_at(at: tuple[Mode, ...]) -> tuple[_Component, ...]:
    """Return the mixture of a Student-t at each mode, and the prior."""
    d = at[0].z.size
    weights = np.exp([at[0].cost - m.cost for m in at])
    weights *= [math.exp(-0.5 * float(np.linalg.slogdet(m.curvature)[1])) for m in at]
    shares = (1.0 - PRIOR_SHARE) * (0.5 * weights / weights.sum() + 0.5 / len(at))
    return (
        *(
            _Component(m.z, WIDENED * np.linalg.cholesky(np.linalg.inv(m.curvature)), float(s))
            for m, s in zip(at, shares, strict=True)
        ),
        _Component(np.zeros(d), np.eye(d), PRIOR_SHARE),
    )


def _adapted(at: tuple[Mode, ...], seen: Sampled) -> tuple[_Component, ...]:
    """Return the mixture with a Student-t of the mean and covariance seen so far."""
    d = at[0].z.size
    mean = seen.weight @ seen.z
    away = seen.z - mean
    covariance = (away * seen.weight[:, None]).T @ away
    narrowest = np.linalg.inv(at[0].curvature)
    covariance += narrowest / max(seen.effective_size, 1.0)
    # A Student-t with this scale matrix has this covariance.
    factor = WIDENED * np.linalg.cholesky(covariance * (FREEDOM - 2.0) / FREEDOM)
    start = _proposal_at(at)
    kept = [_Component(c.centre, c.factor, 0.35 * c.share) for c in start[:-1]]
    rest = 1.0 - PRIOR_SHARE - sum(c.share for c in kept)
    return (
        *kept,
        _Component(mean, np.asarray(factor, dtype=np.float64), rest),
        _Component(np.zeros(d), np.eye(d), PRIOR_SHARE),
    )


def _student_t(
    proposal: tuple[_Component, ...], counts: list[int], generator: np.random.Generator
) -> NDArray[np.float64]:
    size, d = sum(counts), proposal[0].centre.size
    normal = generator.standard_normal((size, d))
    normal /= np.sqrt(generator.chisquare(FREEDOM, size) / FREEDOM)[:, None]
    parts = np.split(normal, np.cumsum(counts)[:-1])
    return np.concatenate(
        [c.centre + part @ c.factor.T for c, part in zip(proposal, parts, strict=True)]
    )


def _student_t_log_density(component: _Component, z: NDArray[np.float64]) -> NDArray[np.float64]:
    d = component.centre.size
    whitened = (z - component.centre) @ np.linalg.inv(component.factor).T
    constant = (
        math.lgamma(0.5 * (FREEDOM + d))
        - math.lgamma(0.5 * FREEDOM)
        - 0.5 * d * math.log(FREEDOM * math.pi)
        - float(np.log(np.diag(component.factor)).sum())
    )
    square = np.einsum("ij,ij->i", whitened, whitened)
    return np.asarray(constant - 0.5 * (FREEDOM + d) * np.log1p(square / FREEDOM))
