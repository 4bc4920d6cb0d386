r"""Posterior of a model's parameters: its best point, samples of it, and the evidence.

The best point of a :class:`~alphatwin.kinetics.target.Target` is found by Levenberg-Marquardt from
several starts, all at once. Shapes are sampled by importance from a mixture of multivariate
Student-t distributions at the modes and the prior, adapted to what earlier rounds saw; the draws
of all rounds are weighed against the mixture of all their proposals [1]_, and the mean weight is
the marginal likelihood (evidence). The amplitude that belongs to a shape is drawn from its own
posterior given that shape, which is normal for lognormal errors: the narrow ridges of level
against shape need not be found by chance.

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

from alphatwin.kinetics.mixture import Mixture, Weighted, density, draws, joined
from alphatwin.kinetics.target import Shapes, levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.target import Target

FEW_ITERATIONS, MANY_ITERATIONS = 15, 100
"""Most steps to a mode where a proposal is wanted, and where the best curve is."""
ROUGHLY_SETTLED, SETTLED = 1e-6, 1e-11
"""Change of the cost, over itself plus 1, from which a climb has ended: as above."""
WIDENED = 1.15
"""Factor on the scale of each proposal; a little too wide costs little, too narrow much."""
PRIOR_SHARE = 0.1
"""Share of proposals from the prior, which bounds every weight."""
PILOT = 1000
"""Proposals per round of adaptation."""
ROUNDS = 3
"""Most rounds of adaptation."""
KERNELS = 48
"""Kernels of an adapted proposal."""
MODES_SHARE = 0.1
"""Share that an adapted proposal leaves to the modes."""
SHORTENED = 2.0
"""Precision added to each kernel, as of two more priors: several kernels share a ridge."""
ENOUGH = 0.4
"""Effective share of proposals from which nothing more is adapted."""
_LEVEL_FREEDOM = 5
_GRID = (-1.3, 0.0, 1.3)
_MOST_GRID_AXES = 4
_STARTS = 4
_STEP = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """A best point of the posterior: place (d,), cost, and curvature (d, d) of the cost."""

    z: NDArray[np.float64]
    cost: float
    curvature: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Weighted samples of the posterior.

    Attributes
    ----------
    z : (m, d) ndarray
        Deviates: one amplitude per part, then the shape.
    weight : (m,) ndarray
        Weights, which add up to 1.
    log_evidence
        Natural logarithm of the marginal likelihood.
    shapes
        The curves of every part, the amplitude at its median.
    """

    z: NDArray[np.float64]
    weight: NDArray[np.float64]
    log_evidence: float
    shapes: tuple[Shapes, ...]

    @property
    def effective_size(self) -> float:
        """Number of independent samples that the weights are worth."""
        return float(1.0 / np.sum(self.weight**2))


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Draws: deviates (m, d), ln(density over that of the amplitudes' proposal), curves."""

    z: NDArray[np.float64]
    log_ratio: NDArray[np.float64]
    shapes: tuple[Shapes, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Explored:
    """All rounds so far, weighed together, and the proposal of what comes next.

    ``effective_share`` is the effective share of the draws of the latest round.
    """

    at: tuple[Mode, ...]
    drawn_from: tuple[Weighted, ...]
    drawn: tuple[_Drawn, ...]
    seen: Sampled
    proposal: Mixture
    effective_share: float


def modes(target: Target) -> tuple[Mode, ...]:
    """Return the distinct modes that several starts lead to, the best first."""
    z, cost, curvature = climbed(target, _starts(target))
    found: list[Mode] = []
    for i in np.argsort(cost, kind="stable"):
        apart = all(float((z[i] - m.z) @ m.curvature @ (z[i] - m.z)) > 1.0 for m in found)
        if not found or (apart and cost[i] < found[0].cost + 6.0):
            found.append(Mode(z[i], float(cost[i]), curvature[i]))
    return tuple(found)


def polished(target: Target, mode: Mode) -> Mode:
    """Return a mode to all digits that rounding leaves it."""
    z, cost, curvature = climbed(
        target, mode.z[None, :], iterations=MANY_ITERATIONS, settled_tolerance=SETTLED
    )
    return Mode(z[0], float(cost[0]), curvature[0])


def explore(target: Target, at: tuple[Mode, ...], generator: np.random.Generator) -> Explored:
    """Return a first round of sampling, from the neighbourhood of the modes and the prior."""
    proposal = joined(((_at_modes(target, at), 1.0 - PRIOR_SHARE), (_prior(target), PRIOR_SHARE)))
    nothing = Sampled(np.empty((0, 0)), np.empty(0), -math.inf, ())
    return _one_more_round(target, Explored(at, (), (), nothing, proposal, 0.0), generator)


def adapt(target: Target, explored: Explored, generator: np.random.Generator) -> Explored:
    """Return the rounds continued until the proposal is good enough, or rounds are used up."""
    for _ in range(ROUNDS):
        if explored.effective_share > ENOUGH:
            break
        proposal = _adapted(target, explored, generator)
        explored = _one_more_round(target, replace(explored, proposal=proposal), generator)
    return explored


def draw(target: Target, proposal: Mixture, count: int, generator: np.random.Generator) -> Sampled:
    """Return about ``count`` weighted samples, each weighed against the whole mixture."""
    return _weighed((_drawn(target, proposal, count, generator),), ((proposal, 1.0),))


def resampled(
    seen: Sampled,
    count: int,
    generator: np.random.Generator,
    *,
    order: NDArray[np.intp] | None = None,
) -> NDArray[np.intp]:
    """Return the indices of ``count`` equally weighted samples, by systematic resampling.

    In an ``order`` (m,) by some quantity, the quantiles of that quantity survive the resampling.
    Samples come in that order: whoever hands them on must shuffle them.
    """
    places = (np.arange(count) + generator.random()) / count
    weight = seen.weight if order is None else seen.weight[order]
    index = np.minimum(np.searchsorted(np.cumsum(weight), places), weight.size - 1)
    return np.asarray(index if order is None else order[index])


def climbed(
    target: Target,
    z: NDArray[np.float64],
    *,
    used: NDArray[np.float64] | None = None,
    iterations: int = FEW_ITERATIONS,
    settled_tolerance: float = ROUGHLY_SETTLED,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places (m, d), costs (m,) and curvatures (m, d, d) of minima from all starts.

    By Levenberg-Marquardt; ``used`` as in :meth:`Target.residuals`, one row per start.
    """
    damping = np.full(z.shape[0], 1e-2)
    r, jacobian = _expanded(target, z, used)
    cost = 0.5 * np.sum(r**2, axis=1)
    eye = np.eye(z.shape[1])
    for _ in range(iterations):
        curvature = np.swapaxes(jacobian, 1, 2) @ jacobian
        slope = np.einsum("mij,mi->mj", jacobian, r)
        damped = curvature + damping[:, None, None] * eye * np.maximum(curvature, 1.0)
        step = -np.linalg.solve(damped, slope[:, :, None])[:, :, 0]
        trial = z + np.clip(step, -2.0, 2.0)
        trial_r, trial_jacobian = _expanded(target, trial, used)
        trial_cost = 0.5 * np.sum(trial_r**2, axis=1)
        better = trial_cost < cost
        settled = np.abs(cost - trial_cost) <= settled_tolerance * (1.0 + cost)
        z = np.where(better[:, None], trial, z)
        r = np.where(better[:, None], trial_r, r)
        jacobian = np.where(better[:, None, None], trial_jacobian, jacobian)
        cost = np.where(better, trial_cost, cost)
        damping = np.clip(np.where(better, damping * 0.1, damping * 8.0), 1e-12, 1e12)
        if (settled | (damping > 1e6)).all():
            break
    return z, cost, np.swapaxes(jacobian, 1, 2) @ jacobian


def slopes(target: Target, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the central-difference derivative of the residuals, (m, n_terms, d)."""
    return _expanded(target, z, None)[1]


def _expanded(
    target: Target, z: NDArray[np.float64], used: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return residuals (m, n_terms) and their central-difference derivatives (m, n_terms, d)."""
    m, d = z.shape
    steps = np.concatenate([np.zeros((1, d)), _STEP * np.eye(d), -_STEP * np.eye(d)])
    repeated = None if used is None else np.repeat(used, 2 * d + 1, axis=0)
    every = (z[:, None, :] + steps).reshape(m * (2 * d + 1), d)
    r = target.residuals(every, used=repeated).reshape(m, 2 * d + 1, -1)
    slope = (r[:, 1 : d + 1] - r[:, d + 1 :]) * (0.5 / _STEP)
    return r[:, 0], np.swapaxes(slope, 1, 2)


def _starts(target: Target) -> NDArray[np.float64]:
    """Return the best places of a coarse grid of the prior, amplitudes adjusted, (n_starts, d)."""
    d = target.n_shape
    if d <= _MOST_GRID_AXES:
        shape = np.array(list(itertools.product(_GRID, repeat=d))).reshape(3**d, d)
    else:
        shape = np.concatenate([np.zeros((1, d)), *(x * np.eye(d) for x in _GRID if x)])
    found = target.shapes(shape)
    level = [levels(p, s).z for p, s in zip(target.parts, found, strict=True)]
    z = np.column_stack([np.clip(np.column_stack(level), -6.0, 6.0), shape])
    cost = np.sum(target.residuals(z) ** 2, axis=1)
    return np.asarray(z[np.argsort(cost, kind="stable")[:_STARTS]])


def _at_modes(target: Target, at: tuple[Mode, ...]) -> Mixture:
    """Return a Student-t at each mode, as wide as the curvature says."""
    r = len(target.parts)
    weights = np.exp([at[0].cost - m.cost for m in at])
    weights *= [math.exp(-0.5 * float(np.linalg.slogdet(m.curvature)[1])) for m in at]
    share = 0.5 * weights / weights.sum() + 0.5 / len(at)
    spread = np.linalg.inv(np.stack([m.curvature for m in at]))[:, r:, r:]
    factor = np.asarray(WIDENED * np.linalg.cholesky(spread), dtype=np.float64)
    return Mixture(np.stack([m.z[r:] for m in at]), factor, share)


def _prior(target: Target) -> Mixture:
    d = target.n_shape
    return Mixture(np.zeros((1, d)), np.eye(d)[None], np.ones(1))


def _adapted(target: Target, explored: Explored, generator: np.random.Generator) -> Mixture:
    """Return kernels at samples seen so far, each as wide as the posterior is there.

    A mixture in the manner of [2]_, but with the curvature at each centre, so that it follows
    the bent ridges that few points leave.
    """
    r = len(target.parts)
    z = explored.seen.z[resampled(explored.seen, KERNELS, generator)]
    jacobian = slopes(target, z)
    precision = np.swapaxes(jacobian, 1, 2) @ jacobian
    precision[:, r:, r:] += SHORTENED * np.eye(target.n_shape)
    spread = np.linalg.inv(precision)[:, r:, r:]
    factor = np.asarray(WIDENED * np.linalg.cholesky(spread), dtype=np.float64)
    kernels = Mixture(z[:, r:], factor, np.full(KERNELS, 1.0 / KERNELS))
    kept = (1.0 - PRIOR_SHARE) * MODES_SHARE
    return joined(
        (
            (_at_modes(target, explored.at), kept),
            (kernels, 1.0 - PRIOR_SHARE - kept),
            (_prior(target), PRIOR_SHARE),
        )
    )


def _one_more_round(target: Target, explored: Explored, generator: np.random.Generator) -> Explored:
    now = _drawn(target, explored.proposal, PILOT, generator)
    drawn = (*explored.drawn, now)
    drawn_from = (*explored.drawn_from, (explored.proposal, float(now.z.shape[0])))
    latest = _weighed((now,), ((explored.proposal, 1.0),))
    return replace(
        explored,
        drawn=drawn,
        drawn_from=drawn_from,
        seen=latest if len(drawn) == 1 else _weighed(drawn, drawn_from),
        effective_share=latest.effective_size / now.z.shape[0],
    )


def _drawn(target: Target, proposal: Mixture, count: int, generator: np.random.Generator) -> _Drawn:
    """Draw shapes from the proposal, and amplitudes from their posterior given the shape."""
    shape = draws(proposal, count, generator)
    found = target.shapes(shape)
    columns, log_proposal = [], np.zeros(shape.shape[0])
    for part, shapes in zip(target.parts, found, strict=True):
        at = levels(part, shapes)
        normal = np.asarray(generator.standard_normal(shape.shape[0]))
        if at.is_exact.all():
            columns.append(at.z + at.sd * normal)
            log_proposal += _log_normal(normal) - np.log(at.sd)
            continue
        nu = _LEVEL_FREEDOM
        gamma = generator.standard_gamma(0.5 * nu, shape.shape[0]) * (2.0 / nu)
        away = np.where(at.is_exact, normal, normal / np.sqrt(gamma))
        sd = np.where(at.is_exact, 1.0, WIDENED) * at.sd
        columns.append(at.z + sd * away)
        log_proposal += np.where(at.is_exact, _log_normal(away), _log_student(away)) - np.log(sd)
    z = np.column_stack([*columns, shape])
    return _Drawn(z, target.log_density(z, found) - log_proposal, found)


def _log_normal(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.5 * x * x - 0.5 * math.log(2.0 * math.pi))


def _log_student(x: NDArray[np.float64]) -> NDArray[np.float64]:
    nu = _LEVEL_FREEDOM
    constant = math.lgamma(0.5 * (nu + 1)) - math.lgamma(0.5 * nu) - 0.5 * math.log(nu * math.pi)
    return np.asarray(constant - 0.5 * (nu + 1) * np.log1p(x * x / nu))


def _weighed(drawn: tuple[_Drawn, ...], drawn_from: tuple[Weighted, ...]) -> Sampled:
    """Weigh draws against the mixture that all of them together were drawn from."""
    z = np.concatenate([d.z for d in drawn])
    n_parts = len(drawn[0].shapes)
    mixture = joined(drawn_from)
    log_weight = np.concatenate([d.log_ratio for d in drawn])
    log_weight = log_weight - np.log(density(mixture, z[:, n_parts:]))
    largest = float(log_weight.max())
    weight = np.exp(log_weight - largest)
    shapes = drawn[0].shapes if len(drawn) == 1 else ()
    return Sampled(z, weight / weight.sum(), largest + math.log(float(weight.mean())), shapes)
