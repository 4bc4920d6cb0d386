r"""The uncertainty of points: as it was stated, or fitted as a share and a constant.

Where points are many enough, the scatter about the curve says how uncertain they are: with
:math:`\sigma_i^2 = (p\,\hat A_i)^2 + c^2`, the share :math:`p` and the constant :math:`c` maximise
the restricted likelihood under broad priors about what was stated [1]_,

.. math:: -2 \ln L = \sum_i \left[(1 - h_i) \ln \sigma_i^2 + (A_i - \hat A_i)^2/\sigma_i^2\right],

with the leverages :math:`h_i`: each degree of freedom that the curve takes counts. Their mean over
the posterior of :math:`(\ln p, \ln c)` is taken.

References
----------
.. [1] P. Kletting et al., "Molecular radiotherapy: the NUKFIT software for calculating the
   time-integrated activity coefficient", Med. Phys. 40 (2013) 102504, doi:10.1118/1.4820367
   (error models); D. A. Harville, J. Am. Stat. Assoc. 72 (1977) 320-338 (restricted likelihood).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import special

from alphatwin.kinetics.models import log_fraction
from alphatwin.kinetics.posterior import modes, slopes
from alphatwin.kinetics.target import curves_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.posterior import Mode
    from alphatwin.kinetics.target import Part, Target

ErrorModelName = Literal["stated", "fitted"]
ERROR_MODELS: tuple[ErrorModelName, ...] = ("stated", "fitted")
N_ERROR_PARAMETERS = 2
SHARE_GEOMETRIC_SD = 4.0
"""Prior of the share about the stated one: 95 % within a factor of 15, so that the data decide."""
CONSTANT_SHARE = 0.01
"""Median of the prior of the constant over the largest value: a per cent of it."""
CONSTANT_GEOMETRIC_SD = 10.0
LEAST_FREEDOM = 3.0
"""Degrees of freedom that a fitted scatter has at least: fewer points are refused."""
_REACH = 3.0
_GRID_POINTS = 49
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """How uncertain the points were taken to be.

    Attributes
    ----------
    name
        ``stated``: as written down; ``fitted``: by the scatter of the points.
    proportional_sd
        Fitted share of the value; ``None`` if stated.
    constant_sd_bq
        Fitted constant part; ``None`` if stated. [Bq]
    widening_ratio
        Factor on both that the fit uses, because they are themselves uncertain: quantile of
        Student's t over that of the normal distribution.
    why
        Why this one was used.
    """

    name: ErrorModelName
    proportional_sd: float | None
    constant_sd_bq: float | None
    widening_ratio: float
    why: str


def stated(why: str = "as stated with the points") -> ErrorModel:
    """Return the error model of uncertainties as they were stated."""
    return ErrorModel("stated", None, None, 1.0, why)


def is_enough(n_points: int, n_parameters: int) -> bool:
    """Return whether points can tell an error model beside the parameters of a curve."""
    return n_points >= n_parameters + N_ERROR_PARAMETERS


def fitted_errors(
    target: Target, *, bq_per_fraction: tuple[NDArray[np.float64], ...]
) -> tuple[Target, ErrorModel]:
    """Return the target with the uncertainty of its points fitted, and the error model.

    Parameters
    ----------
    target
        Density with the stated uncertainties.
    bq_per_fraction
        Of each part, activity at the time of measurement over the decay-corrected fraction,
        (n_points,). [Bq]
    """
    share = constant_bq = 0.0
    widening = 1.0
    fitted = target
    for _ in range(_ROUNDS):
        mode = modes(fitted)[0]
        share, constant_bq, log_sd = _estimate(target, fitted, mode, bq_per_fraction)
        # A standard deviation from nu degrees of freedom has a log standard deviation of
        # (2 nu)^-1/2.
        freedom = max(LEAST_FREEDOM, 0.5 / log_sd**2)
        widening = float(special.stdtrit(freedom, 0.975) / special.ndtri(0.975))
        expected = _expected(fitted, mode)
        fitted = replace(
            target,
            parts=tuple(
                with_errors(
                    part, f, share=widening * share, constant=widening * constant_bq / scale
                )
                for part, f, scale in zip(target.parts, expected, bq_per_fraction, strict=True)
            ),
        )
    n = sum(part.time_s.size for part in target.parts)
    why = (
        f"fitted to the scatter of {n} points: {100.0 * share:.2g} % of the value and a constant "
        f"of {constant_bq:.2g} Bq, both widened by {widening:.3g} for what is not known of them"
    )
    return fitted, ErrorModel("fitted", share, constant_bq, widening, why)


def with_errors(
    part: Part,
    expected: NDArray[np.float64],
    *,
    share: float,
    constant: NDArray[np.float64],
) -> Part:
    """Return a part whose points are uncertain by a share and a constant, each of its kind.

    Parameters
    ----------
    part
        The part.
    expected : (n_points,) ndarray
        Fraction that the curve expects.
    share
        Standard uncertainty over the value.
    constant : (n_points,) ndarray
        Constant standard uncertainty, as decay-corrected fraction.
    """
    relative = np.hypot(share, constant / np.maximum(expected, 1e-300))
    spread = np.where(
        part.is_relative, np.sqrt(np.log1p(relative**2)), np.hypot(share * expected, constant)
    )
    return replace(part, spread=spread)


def _expected(target: Target, mode: Mode) -> tuple[NDArray[np.float64], ...]:
    """Return the best curve at the points of each part, as decay-corrected fractions."""
    found = []
    for i, part in enumerate(target.parts):
        made = curves_of(target, mode.z[None, :], part=i)
        found.append(np.exp(log_fraction(part.scheme.model, made, part.time_s)[0]))
    return tuple(found)


def _estimate(
    stated_target: Target,
    target: Target,
    mode: Mode,
    bq_per_fraction: tuple[NDArray[np.float64], ...],
) -> tuple[float, float, float]:
    """Return share and constant [Bq], and how uncertain the scatter is: its log standard deviation.

    Means of logarithms over a grid; the last is that of the scatter at the mean point.
    """
    scale_bq = np.concatenate(bq_per_fraction)
    expected_bq = np.concatenate(_expected(target, mode)) * scale_bq
    measured_bq = np.concatenate([part.fraction for part in target.parts]) * scale_bq
    jacobian = slopes(target, mode.z[None, :])[0]
    rows = jacobian[: scale_bq.size]
    leverage = np.einsum("ij,ij->i", rows, np.linalg.solve(mode.curvature, rows.T).T)
    shares = [
        np.where(p.is_relative, p.spread, p.spread / np.maximum(p.fraction, p.spread))
        for p in stated_target.parts
    ]
    middle_share = math.sqrt(float(np.mean(np.concatenate(shares) ** 2)))
    middle_bq = CONSTANT_SHARE * float(measured_bq.max())
    steps = np.linspace(-_REACH, _REACH, _GRID_POINTS)
    share = middle_share * SHARE_GEOMETRIC_SD**steps
    constant_bq = middle_bq * CONSTANT_GEOMETRIC_SD**steps
    variance = (share[:, None, None] * expected_bq) ** 2 + constant_bq[None, :, None] ** 2
    terms = (1.0 - leverage) * np.log(variance) + (measured_bq - expected_bq) ** 2 / variance
    cost = terms.sum(axis=2) + steps[:, None] ** 2 + steps[None, :] ** 2
    weight = np.exp(-0.5 * (cost - cost.min()))
    weight /= weight.sum()
    log_share = float(weight.sum(axis=1) @ np.log(share))
    log_constant_bq = float(weight.sum(axis=0) @ np.log(constant_bq))
    log_scatter = 0.5 * np.mean(np.log(variance), axis=2)
    mean = float(np.sum(weight * log_scatter))
    log_sd = math.sqrt(float(np.sum(weight * (log_scatter - mean) ** 2)))
    return math.exp(log_share), math.exp(log_constant_bq), log_sd
