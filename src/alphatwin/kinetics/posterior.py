r"""Posterior of a model's parameters: its best point, samples of it, and the evidence.

In standard normal deviates :math:`z` (see :mod:`alphatwin.kinetics.models`) every term of the log
posterior is a square,

.. math:: -2 \ln p(z | y) = \sum_i r_i(z)^2 + \sum_j z_j^2 + r_w(z)^2 + \text{const},

with :math:`r = (\ln f - \ln y)/s` for a lognormal error, :math:`r = (f - y)/\sigma` for a normal
one, and :math:`r_w` the *wall*: a region never holds more than was administered, up to the
uncertainty of the administered activity. The best point is found by Levenberg-Marquardt from
several starts, all at once; the posterior is sampled by importance from a mixture of
multivariate Student-t distributions at the modes and the prior, adapted to what earlier rounds
saw; the draws of all rounds are weighed against the mixture of all their proposals [1]_, and the
mean weight is the marginal likelihood (evidence).

References
----------
.. [1] J.-M. Cornuet et al., "Adaptive multiple importance sampling", Scand. J. Stat. 39 (2012)
   798-812, doi:10.1111/j.1467-9469.2011.00756.x.
.. [2] M. West, "Approximating posterior distributions by mixtures", J. R. Stat. Soc. B 55 (1993)
   409-422.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

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
KERNELS = 24
"""Kernels of an adapted proposal."""
MODES_SHARE = 0.1
"""Share that an adapted proposal leaves to the modes."""
SHORTENED = 2.0
"""Precision added to each kernel, as of two more priors: several kernels share a ridge."""
ENOUGH = 0.5
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


@dataclass(frozen=True, slots=True, eq=False)
class Explored:
    """All rounds so far: their proposals and draws, weighed together, and what comes next."""

    at: tuple[Mode, ...]
    drawn_from: tuple[tuple[_Component, int], ...]
    log_density: NDArray[np.float64]
    seen: Sampled
    proposal: tuple[_Component, ...]


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


def explore(target: Target, at: tuple[Mode, ...], generator: np.random.Generator) -> Explored:
    """Return a first round of sampling, from the neighbourhood of the modes and the prior."""
    start = Explored(
        at=at,
        drawn_from=(),
        log_density=np.empty(0),
        seen=Sampled(np.empty((0, target.scheme.n_parameters)), np.empty(0), -math.inf),
        proposal=_proposal_at(at),
    )
    return _one_more_round(target, start, generator)


def adapt(target: Target, explored: Explored, generator: np.random.Generator) -> Explored:
    """Return the rounds continued until the proposal is good enough, or rounds are used up."""
    for _ in range(ROUNDS):
        if explored.seen.effective_size > ENOUGH * explored.seen.weight.size:
            break
        proposal = _adapted(target, explored, generator)
        explored = _one_more_round(target, replace(explored, proposal=proposal), generator)
    return explored


def draw(
    target: Target,
    proposal: tuple[_Component, ...],
    count: int,
    generator: np.random.Generator,
) -> Sampled:
    """Return ``count`` weighted samples; every proposal is weighed against the whole mixture."""
    drawn_from = _counted(proposal, count)
    z = _student_t(drawn_from, generator)
    return _weighed(z, target.log_density(z), drawn_from)


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
    factors = [WIDENED * np.linalg.cholesky(np.linalg.inv(m.curvature)) for m in at]
    return (
        *(
            _Component(m.z, np.asarray(factor, dtype=np.float64), float(share))
            for m, factor, share in zip(at, factors, shares, strict=True)
        ),
        _Component(np.zeros(d), np.eye(d), PRIOR_SHARE),
    )


def _adapted(
    target: Target, explored: Explored, generator: np.random.Generator
) -> tuple[_Component, ...]:
    """Return kernels at samples seen so far, each as wide as the posterior is there.

    A mixture in the manner of [2]_, but with the curvature at each centre, so that it follows
    the bent ridges that few points leave.
    """
    seen = explored.seen
    *at_modes, prior = _proposal_at(explored.at)
    kept = [replace(c, share=MODES_SHARE * c.share) for c in at_modes]
    centres = resampled(seen, KERNELS, generator)
    jacobian = _jacobian(target, centres)
    precision = np.swapaxes(jacobian, 1, 2) @ jacobian + SHORTENED * np.eye(centres.shape[1])
    share = (1.0 - PRIOR_SHARE - sum(c.share for c in kept)) / KERNELS
    factors = WIDENED * np.linalg.cholesky(np.linalg.inv(precision))
    kernels = [
        _Component(centre, np.asarray(factor, dtype=np.float64), share)
        for centre, factor in zip(centres, factors, strict=True)
    ]
    return (*kept, *kernels, prior)


def _one_more_round(target: Target, explored: Explored, generator: np.random.Generator) -> Explored:
    now = _counted(explored.proposal, PILOT)
    new_z = _student_t(now, generator)
    drawn_from = (*explored.drawn_from, *now)
    z = np.concatenate([explored.seen.z, new_z])
    log_density = np.concatenate([explored.log_density, target.log_density(new_z)])
    return replace(
        explored,
        drawn_from=drawn_from,
        log_density=log_density,
        seen=_weighed(z, log_density, drawn_from),
    )


def _counted(proposal: tuple[_Component, ...], count: int) -> tuple[tuple[_Component, int], ...]:
    return tuple((c, max(1, round(count * c.share))) for c in proposal)


def _weighed(
    z: NDArray[np.float64],
    log_density: NDArray[np.float64],
    drawn_from: tuple[tuple[_Component, int], ...],
) -> Sampled:
    """Weigh samples against the mixture that all of them together were drawn from."""
    size = z.shape[0]
    mixture = sum((n / size) * _student_t_density(c, z) for c, n in drawn_from)
    log_weight = log_density - np.log(mixture)
    largest = float(log_weight.max())
    weight = np.exp(log_weight - largest)
    return Sampled(z, weight / weight.sum(), largest + math.log(float(weight.mean())))


def _student_t(
    drawn_from: tuple[tuple[_Component, int], ...], generator: np.random.Generator
) -> NDArray[np.float64]:
    counts = [n for _, n in drawn_from]
    size, d = sum(counts), drawn_from[0][0].factor.shape[0]
    normal = generator.standard_normal((size, d))
    normal /= np.sqrt(generator.chisquare(FREEDOM, size) / FREEDOM)[:, None]
    parts = np.split(normal, np.cumsum(counts)[:-1])
    return np.concatenate(
        [c.centre + part @ c.factor.T for (c, n), part in zip(drawn_from, parts, strict=True)]
    )


def _student_t_density(component: _Component, z: NDArray[np.float64]) -> NDArray[np.float64]:
    d = z.shape[1]
    to_white = np.linalg.inv(component.factor).T
    log_constant = (
        math.lgamma(0.5 * (FREEDOM + d))
        - math.lgamma(0.5 * FREEDOM)
        - 0.5 * d * math.log(FREEDOM * math.pi)
        - float(np.log(np.diag(component.factor)).sum())
    )
    white = (z - component.centre) @ to_white
    square = np.einsum("ij,ij->i", white, white)
    return np.asarray(np.exp(log_constant - 0.5 * (FREEDOM + d) * np.log1p(square / FREEDOM)))
