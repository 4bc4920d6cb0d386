"""The exact likelihood of counts with normal random effects, and where it is highest.

Study i has log odds (or a log rate) eta_i = x_i'beta + tau z_i with z_i normal, and binomial (or
Poisson) events. Its likelihood is an integral over z_i, by adaptive Gauss-Hermite quadrature
(Stijnen, Hamza and Ozdemir 2010; equations (V19) to (V22) of docs/theory-evidence.md). Many sets
of studies are fitted at once: arrays have a leading axis of sets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Family = Literal["binomial", "poisson"]
_NODES = 25  # of the adaptive rule: within 5e-5 of the log-likelihood up to tau = 2.5
_MODE_STEPS = 8
_LONGEST_STEP = 2.0  # of the mode, in standard deviations of the random effect
_MOST_STEPS = 60
_GRADIENT = 1e-8  # of the log-likelihood, per unit of log odds
_HALVINGS = 20
_SLACK = 1e-11  # of the log-likelihood: what rounding moves it by
_SMALLEST_CURVATURE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Sets of studies.

    Attributes
    ----------
    events, sizes
        (b, k) events, and patients or times at risk.
    design
        (b, k, p) design.
    weights
        (b, k) 1 for a study that is in the set, 0 for one that is left out.
    family
        `binomial` or `poisson`.
    """

    events: Floats
    sizes: Floats
    design: Floats
    weights: Floats
    family: Family


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The log-likelihood at one point of each set, up to a constant of the data.

    Attributes
    ----------
    value
        (b,) log-likelihood.
    gradient
        (b, p + 1) derivatives by coefficients and tau.
    hessian
        (b, p + 1, p + 1) second derivatives.
    """

    value: Floats
    gradient: Floats
    hessian: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where the log-likelihood of each set is highest.

    Attributes
    ----------
    theta
        (b, p + 1) coefficients and tau, tau not negative.
    surface
        The log-likelihood there.
    """

    theta: Floats
    surface: Surface

    def standard_errors(self) -> Floats:
        """Return (b, p) standard errors of the coefficients, tau estimated beside them."""
        p = self.theta.shape[1] - 1
        values, vectors = np.linalg.eigh(-self.surface.hessian)
        inverse = np.einsum("bij,bj,bkj->bik", vectors, 1.0 / np.maximum(values, 1e-12), vectors)
        at_zero = self.theta[:, p] < 1e-6  # there tau and the coefficients do not correlate
        block = np.linalg.inv(-self.surface.hessian[:, :p, :p])
        chosen = np.where(at_zero[:, None, None], block, inverse[:, :p, :p])
        errors: Floats = np.sqrt(np.diagonal(chosen, axis1=1, axis2=2))
        return errors


def log_likelihood(theta: Floats, sets: Sets, *, nodes: int = _NODES) -> Surface:
    """Return log-likelihoods with first and second derivatives (eqs. V19 to V21).

    Parameters
    ----------
    theta
        (b, p + 1) coefficients and tau.
    sets
        The studies.
    nodes
        Number of quadrature nodes for each study.
    """
    tau = theta[:, -1][:, None]
    eta = np.einsum("bkp,bp->bk", sets.design, theta[:, :-1])
    mode, spread = _modes(eta, tau, sets)
    x, log_weight = _rule(nodes)
    z = mode[..., None] + np.sqrt(2.0) * spread[..., None] * x
    inner = eta[..., None] + tau[..., None] * z
    n, y = sets.sizes[..., None], sets.events[..., None]
    total, mean, curvature = _family(inner, n, sets.family)
    log_terms = y * inner - total - 0.5 * z * z + log_weight
    top = log_terms.max(axis=-1, keepdims=True)
    terms = np.exp(log_terms - top)
    sums = terms.sum(axis=-1)
    value = np.log(sums) + top[..., 0] + np.log(spread) - 0.5 * np.log(np.pi)
    posterior = terms / sums[..., None]
    return _surface(sets, value, posterior, z=z, residual=y - mean, curvature=curvature)


def _surface(
    sets: Sets, value: Floats, posterior: Floats, *, z: Floats, residual: Floats, curvature: Floats
) -> Surface:
    """Return value and derivatives by the identities of Fisher and Louis."""

    def _mean(values: Floats) -> Floats:
        weighted: Floats = np.einsum("bkq,bkq->bk", posterior, values)
        return weighted

    r, rz = _mean(residual), _mean(residual * z)
    second = (
        _mean(residual**2 - curvature) - r * r,
        _mean((residual**2 - curvature) * z) - r * rz,
        _mean((residual**2 - curvature) * z * z) - rz * rz,
    )
    p = sets.design.shape[2]
    w, x = sets.weights, sets.design
    gradient = np.empty((len(x), p + 1))
    gradient[:, :p] = np.einsum("bk,bk,bkp->bp", w, r, x)
    gradient[:, p] = (w * rz).sum(axis=1)
    hessian = np.empty((len(x), p + 1, p + 1))
    hessian[:, :p, :p] = np.einsum("bk,bk,bkp,bkr->bpr", w, second[0], x, x)
    hessian[:, :p, p] = hessian[:, p, :p] = np.einsum("bk,bk,bkp->bp", w, second[1], x)
    hessian[:, p, p] = (w * second[2]).sum(axis=1)
    return Surface((w * value).sum(axis=1), gradient, hessian)


def maximise(start: Floats, sets: Sets, *, fixed: int | None = None) -> Maximum:
    """Return the highest point of each set by Newton steps that never go down.

    Parameters
    ----------
    start
        (b, p + 1) where to begin.
    sets
        The studies; a set whose likelihood has no maximum (no event at all, or only events) goes
        on until the steps are used up.
    fixed
        Index of a coefficient that stays as it is, None for none.
    """
    theta = start.copy()
    free = np.ones(theta.shape[1], dtype=bool)
    if fixed is not None:
        free[fixed] = False
    here = log_likelihood(theta, sets)
    active = np.arange(len(theta))
    for _ in range(_MOST_STEPS):
        active = active[np.any(np.abs(here.gradient[active][:, free]) > _GRADIENT, axis=1)]
        if not active.size:
            break
        some = _some(here, active)
        new, there = _climb(theta[active], some, _newton(some, free), _subset(sets, active))
        moved = np.any(new != theta[active], axis=1)
        theta[active] = new
        _put(here, active, there)
        active = active[moved]
    if np.any(theta[:, -1] < 0.0):  # tau and -tau are the same point, seen from the other side
        theta[:, -1] = np.abs(theta[:, -1])
        here = log_likelihood(theta, sets)
    return Maximum(theta, here)


def _newton(here: Surface, free: NDArray[np.bool_]) -> Floats:
    """Return uphill Newton steps of the free coordinates, none of them too long."""
    index = np.ix_(np.arange(len(here.value)), free, free)
    values, vectors = np.linalg.eigh(-here.hessian[index])
    scaled = np.einsum("bij,bi->bj", vectors, here.gradient[:, free])
    scaled /= np.maximum(np.abs(values), _SMALLEST_CURVATURE)
    step = np.zeros_like(here.gradient)
    step[:, free] = np.einsum("bij,bj->bi", vectors, scaled)
    longest = np.abs(step).max(axis=1, keepdims=True)
    step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300))
    return step


def _climb(theta: Floats, here: Surface, step: Floats, sets: Sets) -> tuple[Floats, Surface]:
    """Return the points after the longest of the halved steps that do not go down, and there."""
    reached, there = theta.copy(), _some(here, np.arange(len(theta)))
    left = np.arange(len(theta))
    slack = _SLACK * (1.0 + np.abs(here.value))
    size = 1.0
    for _ in range(_HALVINGS):
        trial = theta[left] + size * step[left]
        new = log_likelihood(trial, sets if left.size == len(theta) else _subset(sets, left))
        up = new.value >= here.value[left] - slack[left]
        reached[left[up]] = trial[up]
        _put(there, left[up], _some(new, up))
        left = left[~up]
        if not left.size:
            break
        size *= 0.5
    return reached, there


def _subset(sets: Sets, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Sets:
    return Sets(
        sets.events[chosen],
        sets.sizes[chosen],
        sets.design[chosen],
        sets.weights[chosen],
        sets.family,
    )


def _some(here: Surface, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Surface:
    return Surface(here.value[chosen], here.gradient[chosen], here.hessian[chosen])


def _put(here: Surface, rows: NDArray[np.intp], new: Surface) -> None:
    here.value[rows], here.gradient[rows], here.hessian[rows] = new.value, new.gradient, new.hessian


def repeated(sets: Sets, times: int) -> Sets:
    """Return the sets, each so many times after each other."""
    return replace(
        sets,
        events=np.repeat(sets.events, times, axis=0),
        sizes=np.repeat(sets.sizes, times, axis=0),
        design=np.repeat(sets.design, times, axis=0),
        weights=np.repeat(sets.weights, times, axis=0),
    )


def _modes(eta: Floats, tau: Floats, sets: Sets) -> tuple[Floats, Floats]:
    """Return (b, k) modes of the integrands over z, and their spreads."""
    y, n = sets.events, sets.sizes
    if sets.family == "binomial":
        guess = np.log((y + 0.5) / (n - y + 0.5)) - eta
        variance = 1.0 / (y + 0.5) + 1.0 / (n - y + 0.5)
    else:
        guess = np.log((y + 0.5) / n) - eta
        variance = 1.0 / (y + 0.5)
    z = tau * guess / (tau * tau + variance)
    for _ in range(_MODE_STEPS):
        _, mean, curvature = _family(eta + tau * z, n, sets.family)
        step = (tau * (y - mean) - z) / (1.0 + tau * tau * curvature)
        z = z + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if np.all(np.abs(step) < 1e-6):
            break
    _, _, curvature = _family(eta + tau * z, n, sets.family)
    return z, 1.0 / np.sqrt(1.0 + tau * tau * curvature)


def _family(eta: Floats, n: Floats, family: Family) -> tuple[Floats, Floats, Floats]:
    """Return the cumulant and its first two derivatives: b(eta), mean, variance of events."""
    if family == "binomial":
        share = 0.5 * (1.0 + np.tanh(0.5 * eta))
        return n * np.logaddexp(0.0, eta), n * share, n * share * (1.0 - share)
    mean = n * np.exp(np.minimum(eta, 700.0))
    return mean, mean, mean


@cache
def _rule(nodes: int) -> tuple[Floats, Floats]:
    """Return Gauss-Hermite nodes, and logarithms of their weights times exp(x^2)."""
    x, w = np.polynomial.hermite.hermgauss(nodes)
    return x, np.log(w) + x * x
