r"""Posterior density of curves, given points: of one region, or of several that share parameters.

In standard normal deviates :math:`z` (see :mod:`alphatwin.kinetics.models`) every term of the log
posterior is a square,

.. math:: -2 \ln p(z | y) = \sum_i r_i(z)^2 + \sum_j z_j^2 + \sum r_w(z)^2 + \text{const},

with :math:`r = (\ln f - \ln y)/s` for a lognormal error, :math:`r = (f - y)/\sigma` for a normal
one, and :math:`r_w` the *wall*: a region never holds more than was administered, up to the
uncertainty of the administered activity. Each region (or cycle) is a *part* with its own
amplitude; the shape deviates of part :math:`r` are :math:`M_r z` with rows of length one, so that
each keeps its own prior whatever it shares with others. Given the shape, the logarithm of a curve
is linear in its amplitude's deviate, which makes amplitudes easy: :func:`levels`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics.models import log_fraction, log_peak, shape_parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.models import Parameters, Scheme

WALL_RELATIVE_SD = 0.05
"""Uncertainty of the administered activity in a dose calibrator, a few per cent."""
_LARGEST_RESIDUAL = 1e8
_NEWTON_STEPS = 8
_FAR_FROM_WALL = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The points of one curve, and how its shape hangs on the deviates of the whole.

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
    mixing : (n_shape of the scheme, n_shape of the whole) ndarray or None
        Matrix :math:`M`; ``None`` stands for the identity.
    """

    scheme: Scheme
    time_s: NDArray[np.float64]
    fraction: NDArray[np.float64]
    spread: NDArray[np.float64]
    is_relative: NDArray[np.bool_]
    is_bounded: bool
    mixing: NDArray[np.float64] | None = None

    @property
    def log_value(self) -> NDArray[np.float64]:
        """Logarithm of the fractions, 0 where the error is normal, (n_points,)."""
        return np.log(np.where(self.is_relative, self.fraction, 1.0))

    @property
    def log_constant(self) -> float:
        """Logarithm of the normalisation of the likelihood."""
        units = np.log(self.spread * np.where(self.is_relative, self.fraction, 1.0))
        return -float(units.sum()) - 0.5 * self.time_s.size * math.log(2.0 * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Curves of a part with the amplitude at its median: (m,) of them.

    Attributes
    ----------
    made
        Their parameters.
    log_f : (m, n_points) ndarray
        Logarithm of the fraction at the points.
    log_peak : (m,) ndarray
        Logarithm of the largest fraction.
    """

    made: Parameters
    log_f: NDArray[np.float64]
    log_peak: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Amplitude deviates of curves of given shape: (m,) each.

    Attributes
    ----------
    z, sd
        Where the posterior given the shape has its top, and its standard deviation there.
    is_exact
        Whether the posterior given the shape is normal.
    """

    z: NDArray[np.float64]
    sd: NDArray[np.float64]
    is_exact: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Posterior density of all parts: first one amplitude deviate per part, then the shape.

    Attributes
    ----------
    parts
        The curves.
    n_shape
        Number of deviates of the shape of the whole.
    prior_factor
        Factor on the residuals of the prior: next to 0 where likelihood alone is climbed.
    """

    parts: tuple[Part, ...]
    n_shape: int
    prior_factor: float = 1.0

    @property
    def n_parameters(self) -> int:
        """Number of deviates."""
        return len(self.parts) + self.n_shape

    @property
    def log_constant(self) -> float:
        """Logarithm of the normalisation of likelihood and prior."""
        prior = -0.5 * self.n_parameters * math.log(2.0 * math.pi)
        return prior + sum(part.log_constant for part in self.parts)

    def residuals(
        self, z: NDArray[np.float64], *, used: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Return the terms whose squares add up to -2 ln posterior, (m, n_terms).

        Points come first, part by part. ``used`` (m, n_points of all parts) multiplies their
        terms: 0 leaves a point out.
        """
        r = len(self.parts)
        found = [shapes_of(part, z[:, r:]) for part in self.parts]
        data = np.concatenate(
            [
                point_terms(p, s, z[:, i])
                for i, (p, s) in enumerate(zip(self.parts, found, strict=True))
            ],
            axis=1,
        )
        if used is not None:
            data = data * used
        walls = [
            wall_term(p, s, z[:, i])[:, None]
            for i, (p, s) in enumerate(zip(self.parts, found, strict=True))
            if p.is_bounded
        ]
        return np.concatenate([data, self.prior_factor * z, *walls], axis=1)

    def log_density(self, z: NDArray[np.float64], found: tuple[Shapes, ...]) -> NDArray[np.float64]:
        """Return ln(likelihood x prior) of deviates whose shapes are known, (m,)."""
        total = np.einsum("ij,ij->i", z, z)
        for i, (part, shapes) in enumerate(zip(self.parts, found, strict=True)):
            data = point_terms(part, shapes, z[:, i])
            total += np.einsum("ij,ij->i", data, data)
            if part.is_bounded:
                total += wall_term(part, shapes, z[:, i]) ** 2
        return np.asarray(self.log_constant - 0.5 * total)

    def with_spreads(self, spreads: list[NDArray[np.float64]]) -> Target:
        """Return the density with other uncertainties of the points, part by part."""
        parts = tuple(
            replace(part, spread=spread) for part, spread in zip(self.parts, spreads, strict=True)
        )
        return replace(self, parts=parts)

    def shapes(self, z: NDArray[np.float64]) -> tuple[Shapes, ...]:
        """Return the curves of deviates of the shape (m, n_shape), one entry per part."""
        return tuple(shapes_of(part, z) for part in self.parts)


def own_shape(part: Part, shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the deviates of a part's own shape (m, n) from those of the whole (m, n_shape)."""
    return shape if part.mixing is None else shape @ part.mixing.T


def curves_of(target: Target, z: NDArray[np.float64], *, part: int) -> Parameters:
    """Return the parameters of a part's curves, of deviates of the whole (m, n_parameters)."""
    own = target.parts[part]
    shape = own_shape(own, z[:, len(target.parts) :])
    return shape_parameters(own.scheme, shape).raised(own.scheme.fraction.log_sd * z[:, part])


def shapes_of(part: Part, z: NDArray[np.float64]) -> Shapes:
    """Return the curves of a part, of deviates of the shape of the whole (m, n_shape)."""
    made = shape_parameters(part.scheme, own_shape(part, z))
    peak = log_peak(part.scheme.model, made) if part.is_bounded else np.zeros(z.shape[0])
    return Shapes(made, log_fraction(part.scheme.model, made, part.time_s), peak)


def point_terms(part: Part, shapes: Shapes, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standardised differences of curve and points, (m, n_points)."""
    log_f = shapes.log_f + (part.scheme.fraction.log_sd * z)[:, None]
    relative = part.is_relative
    if relative.all():
        data = log_f - part.log_value
    else:
        safe = np.exp(np.where(relative, 0.0, np.minimum(log_f, 300.0)))
        data = np.where(relative, log_f - part.log_value, safe - part.fraction)
    return np.asarray(np.clip(data / part.spread, -_LARGEST_RESIDUAL, _LARGEST_RESIDUAL))


def wall_term(part: Part, shapes: Shapes, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the term of the wall, (m,)."""
    log_most = shapes.log_peak + part.scheme.fraction.log_sd * z
    return np.asarray(np.maximum(log_most, 0.0) / WALL_RELATIVE_SD)


def levels(part: Part, shapes: Shapes) -> Levels:
    """Return the posterior of the amplitude given the shape, as a normal distribution.

    For lognormal errors away from the wall that is exact; else the top is found by Newton steps.
    """
    step = part.scheme.fraction.log_sd
    relative = part.is_relative
    log_sd = np.where(relative, part.spread, part.spread / np.maximum(part.fraction, part.spread))
    value = np.log(np.where(relative, part.fraction, np.maximum(part.fraction, part.spread)))
    weight = (step / log_sd) ** 2
    precision = np.full(shapes.log_f.shape[0], 1.0 + float(weight.sum()))
    z = ((value - shapes.log_f) @ weight) / step / precision
    top = shapes.log_peak + step * (z + _FAR_FROM_WALL / np.sqrt(precision))
    is_exact = np.full(z.size, bool(relative.all()))
    if part.is_bounded:
        is_exact &= top < 0.0
    doubtful = np.flatnonzero(~is_exact)
    if doubtful.size:
        chosen = Shapes(shapes.made, shapes.log_f[doubtful], shapes.log_peak[doubtful])
        z[doubtful], precision[doubtful] = _newton(part, chosen, z[doubtful])
    return Levels(z, 1.0 / np.sqrt(precision), is_exact)


def _newton(
    part: Part, shapes: Shapes, z: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the top of the posterior of the amplitude and its precision there, (m,) each."""
    step = part.scheme.fraction.log_sd
    precision = np.ones_like(z)
    for _ in range(_NEWTON_STEPS):
        log_f = shapes.log_f + step * z[:, None]
        slope = np.where(part.is_relative, 1.0, np.exp(np.clip(log_f, -300.0, 100.0)))
        slope = step * slope / part.spread
        hits = shapes.log_peak + step * z > 0.0
        precision = 1.0 + np.einsum("ij,ij->i", slope, slope)
        precision += np.where(hits, (step / WALL_RELATIVE_SD) ** 2, 0.0)
        gradient = z + np.einsum("ij,ij->i", slope, point_terms(part, shapes, z))
        if part.is_bounded:
            gradient += wall_term(part, shapes, z) * step / WALL_RELATIVE_SD
        z = z - np.clip(gradient / precision, -0.5, 0.5)
    return z, precision
