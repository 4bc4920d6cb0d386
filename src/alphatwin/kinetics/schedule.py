r"""What a schedule of scans is worth: the expected error of the decays, by simulation.

Patients are drawn from the population that serves as prior. Each is measured at the times of a
schedule, with lognormal noise, and analysed as :func:`alphatwin.kinetics.fit` does with the same
model and priors, all patients at once (:mod:`alphatwin.kinetics.cohort_nodes`). With the true
decays :math:`\tilde A_i` of patient :math:`i` and the estimate :math:`\hat A_i`, the exponential
of the posterior mean of :math:`\ln \tilde A`,

.. math:: \text{bias} = \overline{\hat A_i/\tilde A_i} - 1, \qquad
          \text{RMSE}^2 = \overline{(\hat A_i/\tilde A_i - 1)^2} .

The same patients with the same noise at the same time stand behind every schedule, so that
schedules differ by less than their errors do [1]_.

References
----------
.. [1] P. Glasserman, "Monte Carlo Methods in Financial Engineering", Springer (2003), section 7.1
   (common random numbers).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.cohort_nodes import quadrature
from alphatwin.kinetics.cohort_points import Batch
from alphatwin.kinetics.cohort_posterior import laplace, parameters_of
from alphatwin.kinetics.models import (
    CLEARANCE,
    UPTAKE_AND_CLEARANCE,
    Parameters,
    Scheme,
    log_fraction,
    parameters,
    phases,
)
from alphatwin.kinetics.parts import FRACTION_PRIOR
from alphatwin.uncertainty.distributions import Lognormal, log_sd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from alphatwin.kinetics.prior import Priors

SIMULATED_FRACTION = Lognormal(median=0.01, geometric_sd=math.e)
"""Fraction in the simulated regions at 24 h; relative errors hardly depend on it."""
REFERENCE_S = 24.0 * 3600.0
NODES = (7, 2)
"""Nodes along each kinetic parameter and the level: mean logarithms within a few per mille."""
FEWEST_PATIENTS = 20
LARGEST_RELATIVE_SD = 1.0
"""Noise from which a scan says nothing."""


@dataclass(frozen=True, slots=True)
class DecaysError:
    """Expected error of the number of decays of one nuclide.

    Attributes
    ----------
    nuclide
        The nuclide.
    bias_fraction
        Mean of estimate over truth, less 1.
    rmse_fraction
        Root mean square of estimate over truth less 1.
    rmse_fraction_sd
        Standard error of that, since the patients simulated are so many and no more.
    largest_95_fraction
        Error that 95 % of the patients stay below, either way.
    stated_log_sd
        Root mean square of the standard uncertainty of the logarithm that the fits state.
    """

    nuclide: str
    bias_fraction: float
    rmse_fraction: float
    rmse_fraction_sd: float
    largest_95_fraction: float
    stated_log_sd: float


@dataclass(frozen=True, slots=True)
class ScheduleError:
    """Expected errors under one schedule.

    Attributes
    ----------
    time_s
        Times of the scans since administration. [s]
    errors
        One per nuclide, that which is counted first.
    """

    time_s: tuple[float, ...]
    errors: tuple[DecaysError, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Patients:
    """Simulated patients: true parameters, and noise (n_patients, n_times) of each time."""

    scheme: Scheme
    true: Parameters
    log_noise: NDArray[np.float64]


def candidate_schedules(time_s: Sequence[float], *, scans: int) -> tuple[tuple[float, ...], ...]:
    """Return every choice of ``scans`` different times, each in order. [s].

    Raises
    ------
    InvalidValueError
        If a time has no meaning, or there are fewer times than scans.
    """
    times = sorted(set(time_s))
    if not times or not all(0.0 < t < math.inf for t in times):
        msg = f"time_s must be finite and > 0 (since administration), got {list(time_s)}"
        raise InvalidValueError(msg)
    if not 1 <= scans <= len(times):
        msg = f"scans must be from 1 to the number of candidate times, {len(times)}, got {scans}"
        raise InvalidValueError(msg)
    return tuple(itertools.combinations(times, scans))


def schedule_errors(
    schedules_s: Sequence[tuple[float, ...]],
    *,
    priors: Priors,
    decay_constant_per_s: Mapping[str, float],
    relative_sd: float,
    patients: int,
    generator: np.random.Generator,
) -> tuple[ScheduleError, ...]:
    """Return the expected errors under each schedule.

    Parameters
    ----------
    schedules_s
        Times of the scans since administration. [s]
    priors
        The population. Without an uptake half-time, curves are simulated as clearance alone.
    decay_constant_per_s
        Of each nuclide whose decays are wanted, by name; the first is the one counted. [1/s]
    relative_sd
        Standard uncertainty of each measured activity over its value.
    patients
        Number of patients simulated.
    generator
        Random stream.

    Raises
    ------
    InvalidValueError
        If a number has no meaning.
    NotSupportedError
        If the population's effective half-life is not known.
    """
    half_life = priors.effective_half_life
    if half_life is None:
        msg = (
            "the expected error needs a population to draw patients from: give a prior of the "
            "effective half-life"
        )
        raise NotSupportedError(msg)
    _refuse(schedules_s, decay_constant_per_s, relative_sd, patients)
    times = sorted({t for schedule in schedules_s for t in schedule})
    scheme = Scheme(
        model=CLEARANCE if priors.uptake_half_time is None else UPTAKE_AND_CLEARANCE,
        reference_s=REFERENCE_S,
        fraction=SIMULATED_FRACTION,
        effective_half_life=half_life,
        uptake_half_time=priors.uptake_half_time,
        decay_constant_per_s=next(iter(decay_constant_per_s.values())),
    )
    drawn = _drawn(scheme, patients, len(times), generator)
    log_true = {
        name: _log_decays_s(drawn.scheme.model, drawn.true, constant_per_s)
        for name, constant_per_s in decay_constant_per_s.items()
    }
    return tuple(
        _error_of(
            schedule,
            drawn,
            columns=[times.index(t) for t in schedule],
            log_true=log_true,
            decay_constant_per_s=decay_constant_per_s,
            relative_sd=relative_sd,
        )
        for schedule in schedules_s
    )


def _refuse(
    schedules_s: Sequence[tuple[float, ...]],
    decay_constant_per_s: Mapping[str, float],
    relative_sd: float,
    patients: int,
) -> None:
    if not schedules_s or not all(
        schedule and all(0.0 < t < math.inf for t in schedule) for schedule in schedules_s
    ):
        msg = f"schedules_s need at least one time each, finite and > 0 s, got {list(schedules_s)}"
        raise InvalidValueError(msg)
    if not decay_constant_per_s or not all(
        0.0 < c < math.inf for c in decay_constant_per_s.values()
    ):
        msg = (
            "decay_constant_per_s must name at least one nuclide, each with a constant > 0 and "
            f"finite, got {dict(decay_constant_per_s)}"
        )
        raise InvalidValueError(msg)
    if not 0.0 < relative_sd <= LARGEST_RELATIVE_SD:
        msg = f"relative_sd must be > 0 and <= {LARGEST_RELATIVE_SD}, got {relative_sd}"
        raise InvalidValueError(msg)
    if patients < FEWEST_PATIENTS:
        msg = f"patients must be at least {FEWEST_PATIENTS}, got {patients}"
        raise InvalidValueError(msg)


def _drawn(
    scheme: Scheme, patients: int, n_times: int, generator: np.random.Generator
) -> _Patients:
    z = generator.standard_normal((patients, scheme.n_parameters))
    noise = generator.standard_normal((n_times, patients)).T
    return _Patients(replace(scheme, fraction=FRACTION_PRIOR), parameters(scheme, z), noise)


def _error_of(
    schedule: tuple[float, ...],
    drawn: _Patients,
    *,
    columns: list[int],
    log_true: dict[str, NDArray[np.float64]],
    decay_constant_per_s: Mapping[str, float],
    relative_sd: float,
) -> ScheduleError:
    scheme = drawn.scheme
    time_s = np.array(schedule)
    spread = log_sd(relative_sd)
    log_f = log_fraction(scheme.model, drawn.true, time_s) + spread * drawn.log_noise[:, columns]
    points = _points(time_s, np.exp(log_f), spread)
    nodes = quadrature(
        points, scheme, around=laplace(points, scheme), n_kinetic=NODES[0], n_level=NODES[1]
    )
    made = parameters_of(points, scheme, nodes.z)
    errors = []
    for name, constant_per_s in decay_constant_per_s.items():
        values = _log_decays_s(scheme.model, made, constant_per_s).reshape(nodes.weight.shape)
        mean = nodes.mean(values)
        variance = nodes.mean((values - mean[:, None]) ** 2)
        errors.append(_decays_error(name, np.exp(mean - log_true[name]), variance))
    return ScheduleError(schedule, tuple(errors))


def _points(time_s: NDArray[np.float64], fraction: NDArray[np.float64], spread: float) -> Batch:
    patients = fraction.shape[0]
    everywhere = np.ones(fraction.shape, dtype=np.bool_)
    return Batch(
        time_s=np.broadcast_to(time_s, fraction.shape),
        fraction=fraction,
        spread=np.full(fraction.shape, spread),
        is_relative=everywhere,
        is_measured=everywhere,
        is_bounded=np.ones(patients, dtype=np.bool_),
        reference_s=np.full(patients, float(time_s.mean())),
    )


def _decays_error(
    nuclide: str, ratio: NDArray[np.float64], variance: NDArray[np.float64]
) -> DecaysError:
    squares = (ratio - 1.0) ** 2
    rmse = math.sqrt(float(squares.mean()))
    return DecaysError(
        nuclide=nuclide,
        bias_fraction=float(ratio.mean()) - 1.0,
        rmse_fraction=rmse,
        # d rmse = d(rmse^2) / (2 rmse)
        rmse_fraction_sd=float(squares.std(ddof=1)) / math.sqrt(ratio.size) / (2.0 * rmse),
        largest_95_fraction=float(np.percentile(np.abs(ratio - 1.0), 95.0)),
        stated_log_sd=math.sqrt(float(variance.mean())),
    )


def _log_decays_s(model: str, made: Parameters, decay_constant_per_s: float) -> NDArray[np.float64]:
    """Return the logarithm of the decays per activity administered, (m,)."""
    amplitude, rate_per_s = phases(model, made)
    return np.asarray(np.log(np.sum(amplitude / (rate_per_s + decay_constant_per_s), axis=1)))
