"""Mixtures of multivariate Student-t distributions: draws, and densities by one matrix product."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUM_OF_POWERS = {1: 6, 2: 6, 3: 8, 4: 8, 5: 8}
_FREEDOM_OF_MANY = 4
_BLOCK = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A mixture of C Student-t distributions in d dimensions.

    Attributes
    ----------
    centre : (C, d) ndarray
        Centres.
    factor : (C, d, d) ndarray
        Lower Cholesky factors of the scale matrices.
    share : (C,) ndarray
        Shares, which add up to 1.
    """

    centre: NDArray[np.float64]
    factor: NDArray[np.float64]
    share: NDArray[np.float64]


Weighted = tuple[Mixture, float]
"""A mixture and its weight among others."""


def joined(parts: tuple[Weighted, ...]) -> Mixture:
    """Return the mixture of mixtures, each with its weight."""
    total = sum(weight for _, weight in parts)
    return Mixture(
        np.concatenate([mixture.centre for mixture, _ in parts]),
        np.concatenate([mixture.factor for mixture, _ in parts]),
        np.concatenate([mixture.share * (weight / total) for mixture, weight in parts]),
    )


def freedom(d: int) -> int:
    """Return the degrees of freedom of proposals in d dimensions.

    Few, so that tails are heavier than any posterior here, and with an even sum ``freedom + d``,
    so that the density is an integer power.
    """
    return _SUM_OF_POWERS.get(d, d + _FREEDOM_OF_MANY + d % 2) - d


def draws(mixture: Mixture, count: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return about ``count`` draws (m, d), with the shares kept as nearly as whole numbers can."""
    counts = np.maximum(1, np.rint(count * mixture.share)).astype(int)
    d = mixture.centre.shape[1]
    nu = freedom(d)
    z = generator.standard_normal((int(counts.sum()), d))
    z /= np.sqrt(generator.standard_gamma(0.5 * nu, z.shape[0]) * (2.0 / nu))[:, None]
    stop = np.cumsum(counts)
    for c, n in enumerate(counts):
        part = slice(stop[c] - n, stop[c])
        z[part] = z[part] @ mixture.factor[c].T + mixture.centre[c]
    return np.asarray(z)


def density(mixture: Mixture, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the density of the mixture at places (m, d), (m,).

    The squared distances to all centres are one product of the monomials of z up to second order
    with a matrix, relative to the mean centre, which keeps their digits.
    """
    d = z.shape[1]
    if d == 0:
        return np.ones(z.shape[0])
    nu = freedom(d)
    middle = mixture.centre.mean(axis=0)
    centre = mixture.centre - middle
    inverse = np.linalg.inv(mixture.factor)
    precision = np.swapaxes(inverse, 1, 2) @ inverse / nu
    rows, columns = np.triu_indices(d)
    twice = np.where(rows == columns, 1.0, 2.0)
    linear = np.einsum("cij,cj->ci", precision, centre)
    constant = 1.0 + np.einsum("ci,ci->c", linear, centre)
    weights = np.column_stack([precision[:, rows, columns] * twice, -2.0 * linear, constant]).T
    log_volume = np.log(np.diagonal(mixture.factor, axis1=1, axis2=2)).sum(axis=1)
    log_constant = (
        math.lgamma(0.5 * (nu + d)) - math.lgamma(0.5 * nu) - 0.5 * d * math.log(nu * math.pi)
    )
    height = mixture.share * np.exp(log_constant - log_volume)
    found = np.empty(z.shape[0])
    for start in range(0, z.shape[0], _BLOCK):  # what fits into the cache at a time
        part = z[start : start + _BLOCK] - middle
        ones = np.ones((part.shape[0], 1))
        monomials = np.concatenate([part[:, rows] * part[:, columns], part, ones], axis=1)
        base = monomials @ weights
        np.maximum(base, 1.0, out=base)
        np.reciprocal(base, out=base)
        power = base.copy()
        for _ in range((nu + d) // 2 - 1):
            power *= base
        found[start : start + _BLOCK] = power @ height
    return found
