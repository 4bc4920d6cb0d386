r"""Joint fits: curves of one patient that share parameters, regions or cycles.

Every curve keeps its own amplitude and, for each parameter of the shape, the prior it would have
alone; what is shared is part of the deviation from the median. With the deviate :math:`z_s` of
what is shared and :math:`z_r` of the curve's own,

.. math:: z = \rho\,z_s + \sqrt{1 - \rho^2}\,z_r, \qquad
          \rho^2 = 1 - \left(\frac{\ln g_\mathrm{within}}{\ln g_\mathrm{prior}}\right)^2,

where :math:`g_\mathrm{within}` is the stated geometric standard deviation between curves of one
patient and :math:`g_\mathrm{prior}` that of the population: a hierarchical model with known
spread. One value for all is :math:`g_\mathrm{within} = 1`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.candidates import candidates
from alphatwin.kinetics.fit import refuse_unknown
from alphatwin.kinetics.models import MODELS
from alphatwin.kinetics.parts import bq_per_fraction, part_of, refuse_impossible
from alphatwin.kinetics.posterior import adapt, explore, modes
from alphatwin.kinetics.target import Part, Target
from alphatwin.kinetics.weighing import weighed_fits
from alphatwin.patient.sharing import MOST_CURVES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.kinetics.averaging import Averaging
    from alphatwin.kinetics.error_model import ErrorModelName
    from alphatwin.kinetics.fitted import Fit
    from alphatwin.kinetics.models import Scheme
    from alphatwin.kinetics.observation import Observations
    from alphatwin.kinetics.prior import Priors

CONTRADICTED = math.log(10.0)
"""Evidence ratio from which the points speak "strongly" against sharing (Jeffreys)."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What curves of one patient share.

    Attributes
    ----------
    effective_half_life_geometric_sd
        Geometric standard deviation of the terminal effective half-life between the curves; 1 is
        one value for all, ``None`` leaves each its own.
    uptake_half_time_geometric_sd
        The same of the uptake half-time.
    has_common_phases
        Whether shares and ratios of further phases, and the share taken up late, are common.
    """

    effective_half_life_geometric_sd: float | None = None
    uptake_half_time_geometric_sd: float | None = None
    has_common_phases: bool = False

    def __post_init__(self) -> None:
        spreads = (self.effective_half_life_geometric_sd, self.uptake_half_time_geometric_sd)
        for spread in spreads:
            if spread is not None and not 1.0 <= spread < math.inf:
                msg = f"a geometric_sd between curves must be finite and at least 1, got {spread}"
                raise InvalidValueError(msg)
        if spreads == (None, None) and not self.has_common_phases:
            msg = "a joint fit needs something shared; fit the curves one by one if nothing is"
            raise InvalidValueError(msg)


CYCLES = Sharing(1.0, 1.0, has_common_phases=True)
"""Cycles of one region: all rates are shared, each cycle has its own amplitude."""


@dataclass(frozen=True, slots=True, eq=False)
class JointFit:
    """Fits of several curves at once.

    Attributes
    ----------
    fits
        The fit of each curve, in the order of the observations; sample i of all of them belongs
        together.
    sharing
        What they share.
    sharing_log_evidence
        Natural logarithm of the evidence for sharing over that for curves of their own, under the
        leading model; below 0 the points speak against sharing.
    warnings
        What is doubtful of the whole, one sentence each.
    """

    fits: tuple[Fit, ...]
    sharing: Sharing
    sharing_log_evidence: float
    warnings: tuple[str, ...]


def fit_jointly(
    observations: Sequence[Observations],
    *,
    administered_bq: Sequence[float | None],
    decay_constant_per_s: float,
    priors: Priors,
    sharing: Sharing,
    shape_of: Sequence[int] | None = None,
    model: str | None = None,
    averaging: Averaging = "evidence",
    error_model: ErrorModelName = "stated",
    samples: int,
    generator: np.random.Generator,
) -> JointFit:
    """Return the curves of several regions, or cycles of one region, that share parameters.

    All have the same model; models are averaged as by :func:`~alphatwin.kinetics.fit.fit`.

    Parameters
    ----------
    observations
        Activities at the times of measurement, one entry per curve.
    administered_bq
        Activity administered before each, ``None`` where it is not known. [Bq]
    decay_constant_per_s
        Of the nuclide that was measured in all of them. [1/s]
    priors
        What the population says, the same for all.
    sharing
        What shapes share.
    shape_of
        Number of the shape of each curve, from 0 on: curves of one number have all rates in common,
        as cycles of one region have; ``None`` gives each its own.
    model, averaging, error_model, samples, generator
        As in :func:`~alphatwin.kinetics.fit.fit`; an error model is fitted to all points at once.

    Raises
    ------
    InvalidValueError
        If the numbers of curves and of administered activities differ, curves are fewer than 2 or
        more than 20, nuclides differ, or as in :func:`~alphatwin.kinetics.fit.fit`.
    NotSupportedError
        If the points and priors cannot determine the curves.
    """
    _refuse(observations, administered_bq)
    shapes = _shapes(shape_of, len(observations))
    for given_bq in administered_bq:
        refuse_impossible(given_bq, decay_constant_per_s, priors, samples)
    refuse_unknown(averaging, error_model)
    targets = {}
    for name in _common(observations, priors, model):
        parts = tuple(
            part_of(
                name,
                seen,
                administered_bq=given_bq,
                decay_constant_per_s=decay_constant_per_s,
                priors=priors,
            )
            for seen, given_bq in zip(observations, administered_bq, strict=True)
        )
        targets[name] = joint_target(parts, sharing, shapes)
    scales_bq = tuple(
        bq_per_fraction(seen, administered_bq=a, decay_constant_per_s=decay_constant_per_s)
        for seen, a in zip(observations, administered_bq, strict=True)
    )
    fits = weighed_fits(
        targets,
        bq_per_fraction=scales_bq,
        administered_bq=tuple(1.0 if a is None else a for a in administered_bq),
        priors=priors,
        is_asked=model is not None,
        averaging=averaging,
        error_model=error_model,
        samples=samples,
        generator=generator,
    )
    leading = fits[0].model
    gain = fits[0].log_evidence[leading] - _apart(targets[leading], generator)
    return JointFit(fits, sharing, gain, _warnings(gain))


def joint_target(
    parts: tuple[Part, ...], sharing: Sharing, shape_of: tuple[int, ...] | None = None
) -> Target:
    """Return the density of parts of one model that share parameters.

    The deviates of the shape are, parameter by parameter, the shared one if there is one, then
    those of the shapes' own. Parts of one shape have the same deviates.
    """
    schemes = [part.scheme for part in parts]
    correlations = _correlations(schemes[0], sharing)
    shapes = _shapes(shape_of, len(parts))
    n_shapes = max(shapes) + 1
    rows: list[list[tuple[int, float]]] = [[] for _ in range(n_shapes * len(correlations))]
    width = 0
    for j, rho in enumerate(correlations):
        common = width
        width += rho > 0.0
        for r in range(n_shapes):
            place = rows[r * len(correlations) + j]
            if rho > 0.0:
                place.append((common, rho))
            if rho < 1.0:
                place.append((width, math.sqrt(1.0 - rho * rho)))
                width += 1
    matrix = np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        for column, value in row:
            matrix[i, column] = value
    mixing = matrix.reshape(n_shapes, len(correlations), width)
    mixed = (replace(part, mixing=mixing[r]) for part, r in zip(parts, shapes, strict=True))
    return Target(tuple(mixed), width)


def _shapes(shape_of: Sequence[int] | None, n_curves: int) -> tuple[int, ...]:
    found = tuple(range(n_curves)) if shape_of is None else tuple(shape_of)
    if len(found) != n_curves or set(found) != set(range(max(found, default=-1) + 1)):
        msg = (
            f"shape_of must number the shapes of {n_curves} curves from 0 on without a gap, got "
            f"{list(found)}"
        )
        raise InvalidValueError(msg)
    return found


def _correlations(scheme: Scheme, sharing: Sharing) -> list[float]:
    """Return the correlation between curves of each deviate of the shape, in its order."""
    family = scheme.family
    found = []
    if not family.is_retained:
        spread = scheme.effective_half_life.distribution.log_sd
        found.append(_correlation(sharing.effective_half_life_geometric_sd, spread))
    if family.takes_up and scheme.uptake_half_time is not None:
        spread = scheme.uptake_half_time.distribution.log_sd
        found.append(_correlation(sharing.uptake_half_time_geometric_sd, spread))
    return found + [float(sharing.has_common_phases)] * (family.n_shape - len(found))


def _correlation(geometric_sd: float | None, prior_log_sd: float) -> float:
    if geometric_sd is None:
        return 0.0
    if geometric_sd == 1.0 or prior_log_sd == 0.0:
        return 1.0
    return math.sqrt(max(0.0, 1.0 - (math.log(geometric_sd) / prior_log_sd) ** 2))


def _common(
    observations: Sequence[Observations], priors: Priors, model: str | None
) -> tuple[str, ...]:
    """Return the models that the richest curve supports and no curve rules out."""
    richest = max(observations, key=lambda seen: seen.time_s.size)
    found = candidates(richest, priors, model)
    ruled_out = {
        name
        for seen in observations
        if (seen.is_relative & (seen.time_s == 0.0)).any()
        for name in MODELS
        if name.startswith("uptake")
    }
    return tuple(name for name in found if name not in ruled_out) or found[:1]


def _apart(target: Target, generator: np.random.Generator) -> float:
    """Return the log evidence of the same curves, each with a shape of its own."""
    total = 0.0
    for part in target.parts:
        alone = Target((replace(part, mixing=None),), part.scheme.n_shape)
        explored = adapt(alone, explore(alone, modes(alone), generator), generator)
        total += explored.seen.log_evidence
    return total


def _refuse(observations: Sequence[Observations], administered_bq: Sequence[float | None]) -> None:
    n = len(observations)
    if n != len(administered_bq):
        msg = f"administered_bq needs one entry per curve, got {len(administered_bq)} for {n}"
        raise InvalidValueError(msg)
    if not 2 <= n <= MOST_CURVES:
        msg = f"a joint fit needs 2 to {MOST_CURVES} curves, got {n}"
        raise InvalidValueError(msg)
    nuclides = sorted({seen.nuclide for seen in observations})
    if len(nuclides) > 1:
        msg = f"curves of a joint fit must be of one nuclide, got {nuclides}"
        raise InvalidValueError(msg)


def _warnings(gain: float) -> tuple[str, ...]:
    if gain > -CONTRADICTED:
        return ()
    text = (
        f"the points speak against sharing: curves of their own are {math.exp(-gain):.3g} times "
        "as probable; fit them one by one, or state a spread between them"
    )
    return (text,)
