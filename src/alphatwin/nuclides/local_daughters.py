r"""Daughters that stay and decay in a region where the root's activity is given by phases.

The root's activity is :math:`A(t) = \sum_p a_p e^{-k_p t}`: transport brings and removes root
atoms. Each phase is a member of its own that loses :math:`k_p` per unit time and feeds the
daughters of the root with :math:`b\,a_p e^{-k_p t}` atoms per second, so that the solution is
that of a decay chain, phase by phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import exponential, exponential_samples

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# A phase of the root may fall below physical decay by round-off only.
_RATE_ROUND_OFF = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RootPhases:
    """Phases of the root in a region, and the chain behind it.

    Attributes
    ----------
    amplitudes_bq, rates_per_s
        Phases of the root; leading axes are samples. (..., n_phases) [Bq], [1/s]
    decay_constants_per_s
        Of every member, the root first. (n,) [1/s]
    branching
        Decays of member j that make member i. (n, n)
    """

    amplitudes_bq: Floats
    rates_per_s: Floats
    decay_constants_per_s: Floats
    branching: Floats

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the leading sample axes."""
        return self.amplitudes_bq.shape[:-1]


def root_phases(
    amplitudes_bq: ArrayLike,
    rates_per_s: ArrayLike,
    *,
    floor_per_s: float,
    floor_name: str,
    decay_constants_per_s: Floats,
    branching: Floats,
) -> RootPhases:
    """Return phases after checking them.

    Raises
    ------
    InvalidValueError
        If amplitudes and rates differ in shape, a value is not finite, or a rate is below the
        floor.
    """
    amplitudes = np.atleast_1d(np.asarray(amplitudes_bq, dtype=np.float64))
    rates = np.atleast_1d(np.asarray(rates_per_s, dtype=np.float64))
    if amplitudes.shape != rates.shape or amplitudes.shape[-1] == 0:
        msg = (
            "phases_amplitude_bq and phases_rate_per_s must have one shape, (..., n_phases), "
            "and at least one phase; "
            f"got {amplitudes.shape} and {rates.shape}"
        )
        raise InvalidValueError(msg)
    if not np.all(np.isfinite(amplitudes)):
        worst = amplitudes[~np.isfinite(amplitudes)].ravel()[0]
        msg = f"phases_amplitude_bq must be finite, got {worst}"
        raise InvalidValueError(msg)
    good = (rates >= floor_per_s * (1.0 - _RATE_ROUND_OFF)) & np.isfinite(rates)
    if not np.all(good):
        msg = (
            f"phases_rate_per_s must be finite and at least {floor_name}, {floor_per_s:.6g} 1/s; "
            f"got {rates[~good].ravel()[0]:.6g} 1/s"
        )
        raise InvalidValueError(msg)
    return RootPhases(amplitudes, rates, decay_constants_per_s, branching)


def activity_bq(phases: RootPhases, *, time_s: Floats) -> Floats:
    """Return the activity of every member at each time. (..., n_times, n) [Bq]."""
    if not phases.shape:
        found = [
            amplitude * exponential.amounts(**system, time=time_s)
            for amplitude, system in _systems(phases)
        ]
        return np.asarray(np.add.reduce(found) * _activity_per_amount(phases))
    total = np.zeros((*phases.shape, time_s.size, phases.decay_constants_per_s.size))
    for amplitudes, sampled in _sampled_systems(phases, start_s=0.0):
        for row, time in enumerate(time_s.tolist()):
            amounts = exponential_samples.amounts(sampled, time_s=time)
            total[..., row, :] += (amplitudes * amounts).T.reshape(*phases.shape, -1)
    return total * _activity_per_amount(phases)


def cumulated_decays(phases: RootPhases, *, start_s: float, width_s: Floats) -> Floats:
    """Return the decays of every member in intervals from one start. (..., n_widths, n)."""
    if not phases.shape:
        found = []
        for amplitude, system in _systems(phases):
            if start_s > 0.0:
                system["initial"] = exponential.amounts(**system, time=np.array([start_s]))[0]
            found.append(amplitude * exponential.integrals(**system, time=width_s))
        return np.asarray(np.add.reduce(found) * _activity_per_amount(phases))
    total = np.zeros((*phases.shape, width_s.size, phases.decay_constants_per_s.size))
    for amplitudes, sampled in _sampled_systems(phases, start_s=start_s):
        for row, width in enumerate(width_s.tolist()):
            integrals = exponential_samples.integrals(sampled, time_s=width)
            total[..., row, :] += (amplitudes * integrals).T.reshape(*phases.shape, -1)
    return total * _activity_per_amount(phases)


def _feeding(phases: RootPhases) -> Floats:
    """Return the feeding rates where the first member holds activity, not atoms."""
    feeding = phases.branching * phases.decay_constants_per_s
    feeding[:, 0] = phases.branching[:, 0]
    return feeding


def _systems(phases: RootPhases) -> list[tuple[float, dict[str, Floats]]]:
    """Return amplitude and system of every phase, begun from one unit of activity."""
    systems = []
    for amplitude, rate in zip(phases.amplitudes_bq, phases.rates_per_s, strict=True):
        rates = phases.decay_constants_per_s.copy()
        rates[0] = rate
        initial = np.zeros_like(rates)
        initial[0] = 1.0
        system = {"rates": rates, "feeding": _feeding(phases), "initial": initial}
        systems.append((float(amplitude), system))
    return systems


def _sampled_systems(
    phases: RootPhases, *, start_s: float
) -> list[tuple[Floats, exponential_samples.SampledSystem]]:
    """Return amplitudes and system of every phase in all samples, as they are at the start."""
    n = phases.decay_constants_per_s.size
    feeding = _feeding(phases)
    systems = []
    for number in range(phases.amplitudes_bq.shape[-1]):
        amplitude = phases.amplitudes_bq[..., number].ravel()
        rates = np.repeat(phases.decay_constants_per_s[:, None], amplitude.size, axis=1)
        rates[0] = phases.rates_per_s[..., number].ravel()
        initial = np.zeros((n, amplitude.size))
        initial[0] = 1.0
        system = exponential_samples.sampled_system(rates=rates, feeding=feeding, initial=initial)
        if start_s > 0.0:
            initial = exponential_samples.amounts(system, time_s=start_s)
            system = exponential_samples.sampled_system(
                rates=rates, feeding=feeding, initial=initial
            )
        systems.append((amplitude, system))
    return systems


def _activity_per_amount(phases: RootPhases) -> Floats:
    factors = phases.decay_constants_per_s.copy()
    factors[0] = 1.0
    return factors
