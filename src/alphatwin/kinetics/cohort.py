r"""Kinetics of a population, from sparse and noisy curves of many patients.

A hierarchical (mixed-effects) model: effective half-life :math:`T` and uptake half-time
:math:`T_u` are lognormal between patients, with medians :math:`e^{\mu}` and geometric standard
deviations :math:`e^{\sigma}` that are sought, :math:`T` cut off at the physical half-life; the
level of each curve is the patient's own. The population parameters :math:`\theta` maximise

.. math:: \sum_i \ln \int p(y_i | z)\, p(z | \theta)\, dz + \ln h(\theta),

the marginal likelihood of all curves [1]_ with weak hyperpriors :math:`h`: a normal one of each
:math:`\mu`, and for each :math:`\sigma` the gamma density of shape 2 [2]_, which keeps the
estimate away from zero where a few curves cannot show a spread. The integrals are those of
:mod:`alphatwin.kinetics.cohort_nodes`; nodes stay where they are while :math:`\theta` is varied,
by the ratio of the densities that they have under the new and the old :math:`\theta`, and are
then put anew. Standard errors come from the curvature at the maximum, of :math:`\mu` and
:math:`\ln \sigma`.

References
----------
.. [1] J. C. Pinheiro, D. M. Bates, "Approximations to the log-likelihood function in the
   nonlinear mixed-effects model", J. Comput. Graph. Stat. 4 (1995) 12-35,
   doi:10.1080/10618600.1995.10474663.
.. [2] Y. Chung et al., "A nondegenerate penalized likelihood estimator for variance parameters
   in multilevel models", Psychometrika 78 (2013) 685-709, doi:10.1007/s11336-013-9328-2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.cohort_marginal import (
    LARGEST_MEDIAN,
    NODES,
    PARAMETERS,
    SETTLED,
    climbed,
    derivatives,
    marginal,
    nodes_of,
    scheme_of,
    start,
)
from alphatwin.kinetics.cohort_points import batch
from alphatwin.kinetics.models import CLEARANCE, UPTAKE_AND_CLEARANCE
from alphatwin.kinetics.parts import FRACTION_PRIOR
from alphatwin.kinetics.prior import Prior, Priors
from alphatwin.uncertainty.distributions import Lognormal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.kinetics.cohort_marginal import Marginal
    from alphatwin.kinetics.cohort_nodes import Nodes
    from alphatwin.kinetics.observation import Observations

COHORT_MODELS = (CLEARANCE, UPTAKE_AND_CLEARANCE)
"""Models that a cohort can be fitted with."""
FEWEST_PATIENTS = 3
"""Patients below which a spread between them has no meaning."""
FEW_PATIENTS = 10
"""Patients below which intervals of a spread, and what is derived from it, are rough."""
MUCH_SHRINKAGE = 0.5
"""Share of the spread between patients that the points do not show, from which one is warned."""
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class CohortCurve:
    """What was measured of a region in one patient.

    Attributes
    ----------
    observations
        Activities at the times of measurement.
    administered_bq
        Activity administered; ``None`` if unknown. [Bq]
    """

    observations: Observations
    administered_bq: float | None = None


@dataclass(frozen=True, slots=True)
class PopulationParameter:
    """One kinetic parameter over a population, lognormal between patients.

    Attributes
    ----------
    parameter
        ``effective half-life`` or ``uptake half-time``.
    median_s
        Median over patients; of a half-life before it is cut off at the physical one. [s]
    geometric_sd
        Geometric standard deviation between patients.
    median_log_sd, spread_log_sd
        Standard errors of the logarithm of the median, and of the logarithm of the standard
        deviation of the logarithm.
    n_freedom
        Degrees of freedom of the interval of the median: it is estimated from few patients.
    unseen_share
        Share of the variance between patients that the patients' own means do not show: near 0
        the points determine each patient, near 1 the population does.
    """

    parameter: str
    median_s: float
    geometric_sd: float
    median_log_sd: float
    spread_log_sd: float
    n_freedom: float
    unseen_share: float

    @property
    def median_interval_s(self) -> tuple[float, float]:
        """Limits of the 95 % interval of the median. [s]."""
        factor = math.exp(float(special.stdtrit(self.n_freedom, 0.975)) * self.median_log_sd)
        return self.median_s / factor, self.median_s * factor

    @property
    def geometric_sd_interval(self) -> tuple[float, float]:
        """Limits of the 95 % interval of the geometric standard deviation."""
        factor = math.exp(float(special.ndtri(0.975)) * self.spread_log_sd)
        log_sd = math.log(self.geometric_sd)
        return math.exp(log_sd / factor), math.exp(log_sd * factor)

    @property
    def predictive(self) -> Lognormal:
        r"""Distribution of a new patient's value, which is wider than that between patients.

        Log-variance :math:`\sigma^2 e^{2 s_\sigma^2} + s_\mu^2`: the mean of a lognormal
        :math:`\sigma^2`, and the error of the median.
        """
        between = math.log(self.geometric_sd) ** 2 * math.exp(2.0 * self.spread_log_sd**2)
        return Lognormal(self.median_s, math.exp(math.hypot(between**0.5, self.median_log_sd)))


@dataclass(frozen=True, slots=True)
class CohortFit:
    """Kinetics of a population.

    Attributes
    ----------
    model
        One of :data:`COHORT_MODELS`.
    nuclide, decay_constant_per_s
        Nuclide that was counted, and its decay constant. [1/s]
    effective_half_life, uptake_half_time
        The population parameters; no uptake half-time in the model without uptake.
    log_evidence
        Natural logarithm of the marginal likelihood, hyperpriors left out.
    n_patients, n_points
        Size of the cohort.
    warnings
        What is doubtful, one sentence each.
    """

    model: str
    nuclide: str
    decay_constant_per_s: float
    effective_half_life: PopulationParameter
    uptake_half_time: PopulationParameter | None
    log_evidence: float
    n_patients: int
    n_points: int
    warnings: tuple[str, ...]


def cohort_fit(
    curves: Sequence[CohortCurve],
    *,
    decay_constant_per_s: float,
    model: str = UPTAKE_AND_CLEARANCE,
) -> CohortFit:
    """Return the kinetics of the population that the patients come from.

    Parameters
    ----------
    curves
        One region in each patient, all of one nuclide.
    decay_constant_per_s
        Of that nuclide. [1/s]
    model
        One of :data:`COHORT_MODELS`.

    Raises
    ------
    InvalidValueError
        If nuclides differ, the model is unknown or a point contradicts it.
    NotSupportedError
        If there are too few patients, or too few with two points.
    """
    _refuse(curves, decay_constant_per_s, model)
    points = batch(
        [curve.observations for curve in curves],
        administered_bq=[curve.administered_bq for curve in curves],
        decay_constant_per_s=decay_constant_per_s,
        typical_fraction=FRACTION_PRIOR.median,
    )
    theta = start(model, decay_constant_per_s)
    for _ in range(_ROUNDS):
        near = marginal(points, model, decay_constant_per_s, theta)
        theta = climbed(near)
        if (np.abs(theta - near.theta) < SETTLED).all():
            break
    return _cohort_fit_of(curves, near, model, decay_constant_per_s)


def cohort_priors(found: CohortFit, *, source: str) -> Priors:
    """Return the priors that a single patient of the same population takes from a cohort.

    Parameters
    ----------
    found
        The cohort.
    source
        Which patients these were, in words; the size of the cohort is added.
    """

    def prior(parameter: PopulationParameter, constant_per_s: float | None) -> Prior:
        return Prior(
            parameter=f"{parameter.parameter}, {found.nuclide}",
            distribution=parameter.predictive,
            source=f"{source} ({found.n_patients} patients, {found.n_points} points)",
            status="computed",
            decay_constant_per_s=constant_per_s,
        )

    uptake = found.uptake_half_time
    return Priors(
        effective_half_life=prior(found.effective_half_life, found.decay_constant_per_s),
        uptake_half_time=None if uptake is None else prior(uptake, None),
    )


def cohort_log_evidence(
    curves: Sequence[CohortCurve],
    *,
    decay_constant_per_s: float,
    effective_half_life_s: Lognormal,
    uptake_half_time_s: Lognormal | None,
    nodes: tuple[int, int] = NODES,
) -> float:
    """Return the logarithm of the marginal likelihood of a cohort for a given population.

    Parameters
    ----------
    curves, decay_constant_per_s
        As in :func:`cohort_fit`.
    effective_half_life_s, uptake_half_time_s
        The population; no uptake half-time for clearance alone. [s]
    nodes
        Nodes along each kinetic parameter and along the level; (1, 1) is Laplace's approximation.
    """
    model = CLEARANCE if uptake_half_time_s is None else UPTAKE_AND_CLEARANCE
    _refuse(curves, decay_constant_per_s, model)
    points = batch(
        [curve.observations for curve in curves],
        administered_bq=[curve.administered_bq for curve in curves],
        decay_constant_per_s=decay_constant_per_s,
        typical_fraction=FRACTION_PRIOR.median,
    )
    chosen = [effective_half_life_s, *([uptake_half_time_s] if uptake_half_time_s else [])]
    theta = np.array([v for d in chosen for v in (math.log(d.median), math.log(d.log_sd))])
    found = nodes_of(points, scheme_of(model, decay_constant_per_s, theta), nodes)
    return float(found.log_evidence.sum())


def _refuse(curves: Sequence[CohortCurve], decay_constant_per_s: float, model: str) -> None:
    if model not in COHORT_MODELS:
        msg = f"model of a cohort must be one of {COHORT_MODELS}, got {model!r}"
        raise InvalidValueError(msg)
    if not 0.0 < decay_constant_per_s < math.inf:
        msg = f"decay_constant_per_s must be finite and > 0, got {decay_constant_per_s}"
        raise InvalidValueError(msg)
    nuclides = sorted({curve.observations.nuclide for curve in curves})
    if len(nuclides) > 1:
        msg = f"curves of a cohort must be of one nuclide, got {', '.join(nuclides)}"
        raise InvalidValueError(msg)
    informed = _n_informed(curves)
    if informed < FEWEST_PATIENTS:
        msg = (
            f"a cohort needs at least {FEWEST_PATIENTS} patients with two points or more, got "
            f"{informed} of {len(curves)}: one point says nothing of how fast a region clears"
        )
        raise NotSupportedError(msg)
    for i, curve in enumerate(curves):
        seen = curve.observations
        if model == UPTAKE_AND_CLEARANCE and (seen.is_relative & (seen.time_s == 0.0)).any():
            msg = (
                f"curves[{i}]: activity at administration with a relative error contradicts "
                f"{model!r}, which begins at zero; take {CLEARANCE!r} or leave the point out"
            )
            raise InvalidValueError(msg)
        if curve.administered_bq is not None and not 0.0 < curve.administered_bq < math.inf:
            msg = (
                f"curves[{i}].administered_bq must be finite and > 0, or None, got "
                f"{curve.administered_bq}"
            )
            raise InvalidValueError(msg)


def _cohort_fit_of(
    curves: Sequence[CohortCurve], near: Marginal, model: str, decay_constant_per_s: float
) -> CohortFit:
    theta = near.theta
    _, curvature = derivatives(near, theta)
    error = np.sqrt(np.diag(np.linalg.inv(curvature)))
    found = [
        PopulationParameter(
            parameter=name,
            median_s=math.exp(theta[2 * i]),
            geometric_sd=math.exp(math.exp(theta[2 * i + 1])),
            median_log_sd=float(error[2 * i]),
            spread_log_sd=float(error[2 * i + 1]),
            n_freedom=max(
                _freedom(near.nodes, 1 + i, spread_log_sd=float(error[2 * i + 1])),
                _n_informed(curves) - 1.0,
            ),
            unseen_share=_unseen_share(near.nodes, 1 + i),
        )
        for i, name in enumerate(PARAMETERS[: theta.size // 2])
    ]
    return CohortFit(
        model=model,
        nuclide=curves[0].observations.nuclide,
        decay_constant_per_s=decay_constant_per_s,
        effective_half_life=found[0],
        uptake_half_time=found[1] if len(found) > 1 else None,
        log_evidence=float(near.nodes.log_evidence.sum()),
        n_patients=len(curves),
        n_points=sum(curve.observations.time_s.size for curve in curves),
        warnings=_warnings(found, math.exp(near.log_physical_s), _n_informed(curves)),
    )


def _freedom(nodes: Nodes, axis: int, *, spread_log_sd: float) -> float:
    r"""Return Satterthwaite's degrees of freedom of the standard error of a median.

    Patients count by :math:`r_i`, one less the posterior variance of their deviate; the variance
    :math:`V = \sigma^2 / \sum_i r_i` of the median changes by
    :math:`d\ln V / d\ln\sigma = 2\rho`, :math:`\rho = \sum_i r_i^2 / \sum_i r_i`, and
    :math:`\nu = 2 / \mathrm{var}(\ln V) = 1 / (2 \rho^2 s^2)`.
    """
    z = nodes.z[:, :, axis]
    informed = 1.0 - np.clip(nodes.mean(z**2) - nodes.mean(z) ** 2, 0.0, 1.0 - 1e-9)
    share = float(np.sum(informed**2) / np.sum(informed))
    return 0.5 / (share * spread_log_sd) ** 2


def _unseen_share(nodes: Nodes, axis: int) -> float:
    """Return one less the variance of the patients' mean deviates, of which the prior has 1."""
    return 1.0 - float(np.mean(nodes.mean(nodes.z[:, :, axis]) ** 2))


def _warnings(
    found: list[PopulationParameter], physical_s: float, n_informed: int
) -> tuple[str, ...]:
    said = [
        f"{one.parameter}: the points show only {1.0 - one.unseen_share:.0%} of the spread between "
        "patients; the rest is the model's, and a prior from this cohort rests on it"
        for one in found
        if one.unseen_share > MUCH_SHRINKAGE
    ]
    if found[0].median_s > 0.999 * LARGEST_MEDIAN * physical_s:
        said.append(
            "effective half-life: the median is at the physical half-life, which is a limit and "
            "not a measurement: no clearance was seen in half of the patients"
        )
    if n_informed < FEW_PATIENTS:
        said.append(
            f"only {n_informed} patients have two points or more: spreads and intervals are rough"
        )
    return tuple(said)


def _n_informed(curves: Sequence[CohortCurve]) -> int:
    """Return the number of patients whose points say something of the kinetics."""
    return sum(curve.observations.time_s.size > 1 for curve in curves)
