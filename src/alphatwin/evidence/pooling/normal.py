"""Random effects on a scale where study estimates are normal: DerSimonian-Laird, ML, REML.

Equations (V11) to (V15) of docs/theory-evidence.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Estimator = Literal["DL", "ML", "REML"]
_MOST_STEPS = 200
_CONVERGED = 1e-12  # of the variance between studies, far below any printed digit


@dataclass(frozen=True, slots=True, eq=False)
class NormalFit:
    """A random-effects model of normal estimates.

    Attributes
    ----------
    coefficients
        (p,) coefficients of the design; for an intercept alone the pooled estimate.
    covariance
        (p, p) covariance of the coefficients, by Hartung and Knapp where asked.
    tau2
        Variance between studies, on the scale of the estimates.
    q
        Cochran's Q of what the design leaves.
    i2_fraction
        Share of the variance that is between studies.
    degrees_of_freedom
        Number of studies less number of coefficients.
    """

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    tau2: float
    q: float
    i2_fraction: float
    degrees_of_freedom: int

    @property
    def standard_errors(self) -> NDArray[np.float64]:
        """(p,) standard errors of the coefficients."""
        return np.sqrt(np.diag(self.covariance))


def fit_normal(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    design: ArrayLike | None = None,
    estimator: Estimator = "REML",
    hartung_knapp: bool = False,
) -> NormalFit:
    """Return the random-effects model of estimates with known variances (eqs. V11 to V15).

    Parameters
    ----------
    estimates, variances
        (k,) estimates of the studies and their variances within studies.
    design
        (k, p) design; None for an intercept alone.
    estimator
        How the variance between studies is found: DerSimonian and Laird (1986), ML or REML.
    hartung_knapp
        Whether the covariance is that of Hartung and Knapp (2001), for quantiles of Student's t.

    Raises
    ------
    InvalidValueError
        If shapes do not fit, a variance is not positive, or no degree of freedom is left.
    """
    y, v = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    x = np.ones((y.size, 1)) if design is None else np.asarray(design, dtype=float)
    if y.ndim != 1 or v.shape != y.shape or x.shape[:1] != y.shape:
        msg = f"estimates, variances and design must share k, got {y.shape}, {v.shape}, {x.shape}"
        raise InvalidValueError(msg)
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(v)) and np.all(v > 0)):
        msg = "estimates must be finite and variances positive; zero cells need a correction"
        raise InvalidValueError(msg)
    degrees = y.size - x.shape[1]
    if degrees < 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        msg = f"{y.size} studies leave no degree of freedom for {x.shape[1]} coefficients"
        raise InvalidValueError(msg)
    tau2 = _between(y, v, x, estimator)
    _, p_fixed = _projection(v, x)
    q = float(y @ p_fixed @ y)
    typical = degrees / float(np.trace(p_fixed))
    covariance, projection = _projection(v + tau2, x)
    weights = 1.0 / (v + tau2)
    if hartung_knapp:
        covariance = covariance * float(y @ projection @ y) / degrees
    base = np.linalg.inv(x.T @ (weights[:, None] * x))
    return NormalFit(
        coefficients=base @ (x.T @ (weights * y)),
        covariance=covariance,
        tau2=tau2,
        q=q,
        i2_fraction=tau2 / (tau2 + typical),
        degrees_of_freedom=degrees,
    )


def typical_variance(variances: ArrayLike) -> float:
    """Return the typical variance within studies (Higgins and Thompson 2002; eq. V14).

    Parameters
    ----------
    variances
        (k,) variances within studies, k of at least 2.
    """
    w = 1.0 / np.asarray(variances, dtype=float)
    return float((w.size - 1) * w.sum() / (w.sum() ** 2 - (w * w).sum()))


def _projection(
    v: NDArray[np.float64], x: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (X'WX)^-1 and P = W - WX (X'WX)^-1 X'W."""
    w = 1.0 / v
    inverse = np.asarray(np.linalg.inv(x.T @ (w[:, None] * x)), dtype=np.float64)
    wx = w[:, None] * x
    return inverse, np.diag(w) - wx @ inverse @ wx.T


def _between(
    y: NDArray[np.float64], v: NDArray[np.float64], x: NDArray[np.float64], estimator: Estimator
) -> float:
    _, p = _projection(v, x)
    degrees = y.size - x.shape[1]
    moment = float(max(0.0, (float(y @ p @ y) - degrees) / float(np.trace(p))))
    if estimator == "DL":
        return moment
    if estimator not in {"ML", "REML"}:
        msg = f"estimator must be one of DL, ML, REML, got {estimator!r}"
        raise InvalidValueError(msg)
    tau2: float = moment
    for _ in range(_MOST_STEPS):  # Fisher scoring, held at 0 from below
        _, p = _projection(v + tau2, x)
        py = p @ y
        w = 1.0 / (v + tau2)
        if estimator == "REML":
            step = (float(py @ py) - float(np.trace(p))) / float(np.sum(p * p))
        else:
            step = (float(py @ py) - float(w.sum())) / float((w * w).sum())
        new = float(max(0.0, tau2 + step))
        if math.isclose(new, tau2, rel_tol=_CONVERGED, abs_tol=_CONVERGED):
            return new
        tau2 = new
    return tau2
