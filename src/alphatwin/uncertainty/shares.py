r"""Which input makes how much of the variance of an answer: Sobol indices of groups of inputs.

With two independent sets of samples *A* and *B* of all inputs, the samples :math:`Y_A` of the
answer, and :math:`Y_g` of which the inputs of the group *g* alone come from *B*,

.. math:: T_g = \frac{E[(Y_A - Y_g)^2]}{2 \operatorname{Var} Y}, \qquad
          S_g = 1 - \frac{E[(Y_A - Y_{\sim g})^2]}{2 \operatorname{Var} Y}

are the share that vanishes if the group were known but for its interactions (first order,
:math:`Y_{\sim g}`: all inputs but the group's from *B*), and the share that remains if everything
else were known (total) [1]_ (docs/theory-uncertainty.md, U14). Groups are independent of each
other; what is correlated stands in one group. Both are equal, and add up to 1, where the answer is
a sum of functions of the groups: the logarithm of a dose nearly is.

References
----------
.. [1] M. J. W. Jansen, Comput. Phys. Commun. 117 (1999) 35-43,
   doi:10.1016/S0010-4655(98)00154-4; A. Saltelli et al., Comput. Phys. Commun. 181 (2010)
   259-270, doi:10.1016/j.cpc.2009.09.018 (recalled).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceShare:
    """Shares of the variance of an answer that one group of inputs makes.

    Attributes
    ----------
    first_order_share
        Share that would vanish if the group were known exactly.
    total_share
        Share that would remain if everything else were known exactly.
    first_order_sd, total_sd
        Standard errors of the two, from the number of samples; that of a small total share is
        much the smaller.
    """

    first_order_share: float
    total_share: float
    first_order_sd: float
    total_sd: float


def variance_share(
    values: ArrayLike, *, renewed_values: ArrayLike, others_renewed_values: ArrayLike
) -> VarianceShare:
    """Return the shares of a group from a pick-freeze design (U14).

    Parameters
    ----------
    values : (n_samples,) array_like
        The answer, every input from A.
    renewed_values : (n_samples,) array_like
        The answer, the inputs of the group from B.
    others_renewed_values : (n_samples,) array_like
        The answer, all inputs but those of the group from B.

    Returns
    -------
    VarianceShare
        Zero shares if the answer does not vary.

    Raises
    ------
    InvalidValueError
        If the sizes differ, or there are less than two samples.
    """
    y, renewed, others = (
        np.asarray(v, dtype=np.float64) for v in (values, renewed_values, others_renewed_values)
    )
    if y.ndim != 1 or y.size < 2 or renewed.shape != y.shape or others.shape != y.shape:
        msg = (
            "shares need three series of one length, at least 2, got shapes "
            f"{y.shape}, {renewed.shape}, {others.shape}"
        )
        raise InvalidValueError(msg)
    if float(np.var(y)) <= np.finfo(np.float64).eps ** 2 * float(np.mean(y * y)):
        return VarianceShare(
            first_order_share=0.0, total_share=0.0, first_order_sd=0.0, total_sd=0.0
        )
    total, total_sd = _half_square(y, renewed)
    rest, rest_sd = _half_square(y, others)
    return VarianceShare(
        first_order_share=min(max(1.0 - rest, 0.0), total),
        total_share=total,
        first_order_sd=rest_sd,
        total_sd=total_sd,
    )


def between_share(values: ArrayLike, *, labels: ArrayLike) -> float:
    r"""Return the share of the variance that lies between groups of samples (U15).

    .. math:: \frac{\operatorname{Var}(E[Y | L])}{\operatorname{Var} Y},

    exact for a label that was drawn with the samples, such as the model of a curve.

    Parameters
    ----------
    values : (n_samples,) array_like
        The answer.
    labels : (n_samples,) array_like of int
        Label of each sample.

    Raises
    ------
    InvalidValueError
        If the sizes differ.
    """
    y, found = np.asarray(values, dtype=np.float64), np.asarray(labels)
    if y.shape != found.shape or y.ndim != 1:
        msg = f"values and labels must be two series of one length, got {y.shape}, {found.shape}"
        raise InvalidValueError(msg)
    whole = float(np.var(y))
    if whole == 0.0:
        return 0.0
    mean = float(np.mean(y))
    between = sum(
        float(np.mean(found == label)) * (float(np.mean(y[found == label])) - mean) ** 2
        for label in np.unique(found)
    )
    return between / whole


def _half_square(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean half square of a difference over the variance, at most 1, and its error."""
    variance = float(np.var(np.concatenate([one, other]), ddof=1))
    terms = 0.5 * (one - other) ** 2 / variance
    return min(float(np.mean(terms)), 1.0), float(np.std(terms) / np.sqrt(terms.size))
