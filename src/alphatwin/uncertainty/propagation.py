r"""Law of propagation of uncertainty, with correlations, and the covariance of a fit.

For :math:`y = f(x)` with the covariance matrix :math:`V_x` of its inputs and the gradient
:math:`g = \partial f/\partial x`,

.. math:: u^2(y) = g^\mathsf{T} V_x\, g

to first order [1]_ (docs/theory-uncertainty.md, U1). Parameters fitted to points of known
uncertainty by least squares have :math:`V_p = (J^\mathsf{T} W J)^{-1}` with the Jacobian
:math:`J = \partial f_i/\partial p_j` and the weights :math:`W_{ii} = u^{-2}(y_i)` (U2).

References
----------
.. [1] JCGM 100:2008, "Guide to the expression of uncertainty in measurement", equation 13;
   in matrix form J. I. Gear et al., "EANM practical guidance on uncertainty analysis for
   molecular radiotherapy absorbed dose calculations", Eur. J. Nucl. Med. Mol. Imaging 45 (2018)
   2456-2474, doi:10.1007/s00259-018-4136-7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_ASYMMETRY = 1e-9
"""Of the largest element; a covariance matrix that is less symmetric was put together wrongly."""


def propagated_variance(gradient: ArrayLike, covariance: ArrayLike) -> float:
    """Return the variance of a quantity from those of its inputs (U1).

    Parameters
    ----------
    gradient : (n,) array_like
        Derivatives of the quantity by each input.
    covariance : (n, n) array_like
        Covariance matrix of the inputs.

    Raises
    ------
    InvalidValueError
        If the shapes do not agree, or the matrix is no covariance matrix.
    """
    g = np.atleast_1d(np.asarray(gradient, dtype=np.float64))
    v = np.atleast_2d(np.asarray(covariance, dtype=np.float64))
    if v.shape != (g.size, g.size):
        msg = f"covariance must have shape {(g.size, g.size)} for {g.size} inputs, got {v.shape}"
        raise InvalidValueError(msg)
    if not np.isfinite(v).all() or np.abs(v - v.T).max() > _ASYMMETRY * np.abs(v).max():
        msg = f"covariance must be finite and symmetric, got {v.tolist()}"
        raise InvalidValueError(msg)
    variance = float(g @ v @ g)
    scale = float(np.abs(g) @ np.abs(v) @ np.abs(g))
    if variance < -_ASYMMETRY * scale:
        msg = f"covariance is not positive semidefinite: it gives a variance of {variance:g}"
        raise InvalidValueError(msg)
    return max(variance, 0.0)


def covariance_from(relative_sd: ArrayLike, *, correlation: ArrayLike) -> NDArray[np.float64]:
    """Return the covariance matrix of standard uncertainties and their correlations.

    Parameters
    ----------
    relative_sd : (n,) array_like
        Standard uncertainties, relative or not.
    correlation : (n, n) array_like
        Correlation matrix.
    """
    sd = np.atleast_1d(np.asarray(relative_sd, dtype=np.float64))
    r = np.atleast_2d(np.asarray(correlation, dtype=np.float64))
    if r.shape != (sd.size, sd.size) or (np.abs(r) > 1.0).any() or (np.diag(r) != 1.0).any():
        msg = (
            f"correlation must be a ({sd.size}, {sd.size}) matrix with ones on its diagonal and "
            f"none outside of -1 to 1, got {r.tolist()}"
        )
        raise InvalidValueError(msg)
    return np.asarray(sd[:, None] * r * sd[None, :])


def fit_covariance(jacobian: ArrayLike, *, sd: ArrayLike) -> NDArray[np.float64]:
    """Return the covariance of parameters fitted to points of known uncertainty (U2).

    Parameters
    ----------
    jacobian : (n_points, n_parameters) array_like
        Derivatives of the curve at each point by each parameter.
    sd : (n_points,) array_like
        Standard uncertainty of each point, independent of the others; > 0.

    Raises
    ------
    InvalidValueError
        If the points cannot determine the parameters.
    """
    j = np.atleast_2d(np.asarray(jacobian, dtype=np.float64))
    u = np.asarray(sd, dtype=np.float64)
    if u.shape != (j.shape[0],) or not (u > 0.0).all():
        msg = f"sd must give a number > 0 for each of {j.shape[0]} points, got {u.tolist()}"
        raise InvalidValueError(msg)
    weighted = j / u[:, None]
    if np.linalg.matrix_rank(weighted / np.linalg.norm(weighted, axis=0)) < j.shape[1]:
        msg = f"{j.shape[0]} points do not determine {j.shape[1]} parameters; take fewer phases"
        raise InvalidValueError(msg)
    _, upper = np.linalg.qr(weighted)
    inverse = np.linalg.inv(upper)
    return np.asarray(inverse @ inverse.T)
