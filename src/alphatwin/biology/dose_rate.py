r"""The dose rate in a region after one administration, as a linear system.

With the state :math:`x` (activity per mass of each phase of the root and of each daughter),

.. math:: \dot x_i = -k_i x_i + \sum_{l<i} f_{il} x_l, \qquad
          \frac{dD_c}{dt} = \sum_i w_{ic}\, x_i ,

with :math:`w_{ic}` the energy absorbed per decay of member *i* in radiation type *c*
(docs/theory-biology.md, eq. E1). It is the sum of exponentials of the decay chain,
kept as a system: the coefficients of the exponentials grow without bound where rates come close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose import RADIATION_TYPES
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import exponential_samples

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics import RegionCurve
    from alphatwin.nuclides import DecayChain

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DoseRate:
    """Dose rate by radiation type after one administration, with samples.

    Attributes
    ----------
    start_bq_per_kg
        (n_members, n_samples) activity per mass at the start: phases of the root, of which those
        of uptake are negative, then daughters. [Bq/kg]
    rates_per_s
        (n_members, n_samples) loss rate of each member, > 0. [1/s]
    feeding_per_s
        (n_members, n_members) activity of the row made per second and activity of the column;
        zero on and above the diagonal. [1/s]
    energy_j
        (n_members, n_radiation_types) energy absorbed per decay, in the order of
        :data:`alphatwin.dose.RADIATION_TYPES`. [J]
    n_phases
        How many of the members are phases.
    """

    start_bq_per_kg: Floats
    rates_per_s: Floats
    feeding_per_s: Floats
    energy_j: Floats
    n_phases: int

    def __post_init__(self) -> None:
        start = np.array(self.start_bq_per_kg, dtype=np.float64)
        rates = np.array(np.broadcast_to(self.rates_per_s, start.shape), dtype=np.float64)
        if start.ndim != 2 or not np.isfinite(start).all():
            msg = "the start of a dose rate must be finite, of shape (n_members, n_samples)"
            raise InvalidValueError(msg)
        if not np.all((rates > 0.0) & np.isfinite(rates)):
            msg = (
                "every rate of a dose rate must be finite and > 0 1/s, got "
                f"{rates[~((rates > 0.0) & np.isfinite(rates))].ravel()[0]:g}: what never ends "
                "gives no finite dose; use windows for a constant rate"
            )
            raise InvalidValueError(msg)
        for name, values in (
            ("start_bq_per_kg", start),
            ("rates_per_s", rates),
            ("feeding_per_s", np.tril(self.feeding_per_s, -1)),
            ("energy_j", np.array(self.energy_j, dtype=np.float64)),
        ):
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.energy_j.shape != (start.shape[0], len(RADIATION_TYPES)):
            msg = (
                f"energy_j must have shape ({start.shape[0]}, {len(RADIATION_TYPES)}), "
                f"got {self.energy_j.shape}"
            )
            raise InvalidValueError(msg)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.start_bq_per_kg.shape[1])

    def feeders(self) -> tuple[tuple[int, ...], ...]:
        """Return, for each member, those that feed it."""
        return tuple(tuple(np.flatnonzero(row).tolist()) for row in self.feeding_per_s)

    def dose_gy(self) -> Floats:
        """Return the dose to infinity by radiation type. (n_samples, n_types) [Gy]."""
        return self.laplace_gy(np.zeros(1))

    def laplace_gy(self, rate_per_s: Floats) -> Floats:
        """Return the integral of the dose rate times ``exp(-rate t)``. (n_samples, n_types) [Gy].

        Parameters
        ----------
        rate_per_s
            One rate, or one per sample; zero gives the dose. (1 or n_samples,) [1/s]
        """
        shape = np.broadcast_shapes(self.start_bq_per_kg.shape[1:], rate_per_s.shape)
        found = np.empty((self.start_bq_per_kg.shape[0], *shape))
        for i, feeders in enumerate(self.feeders()):
            entering = np.array(np.broadcast_to(self.start_bq_per_kg[i], shape))
            for j in feeders:
                entering += self.feeding_per_s[i, j] * found[j]
            found[i] = entering / (self.rates_per_s[i] + rate_per_s)
        return np.asarray(found.T @ self.energy_j)

    def state_at(self, *, time_s: float, repair_rate_per_s: Floats) -> tuple[Floats, Floats]:
        """Return the members and the unrepaired dose at one time, exactly.

        Each phase is a chain of its own, solved by
        :mod:`alphatwin.nuclides.exponential_samples`; the unrepaired dose of each radiation type,
        the integral of its rate times ``exp(-repair_rate (t - s))``, is one more member.

        Parameters
        ----------
        time_s
            Time since the administration. [s]
        repair_rate_per_s
            One rate, or one per sample. (1 or n_samples,) [1/s]

        Returns
        -------
        members, unrepaired
            (n_members, n_samples) [Bq/kg] and (n_types, n_samples) [Gy].
        """
        shape = np.broadcast_shapes(self.start_bq_per_kg.shape[1:], repair_rate_per_s.shape)
        n, types = self.energy_j.shape
        members, unrepaired = np.zeros((n, *shape)), np.zeros((types, *shape))
        absorbed = np.flatnonzero(self.energy_j.any(axis=0))
        for p in range(self.n_phases):
            own = [p, *range(self.n_phases, n)]
            size = len(own)
            rates = np.empty((size + absorbed.size, *shape))
            rates[:size], rates[size:] = self.rates_per_s[own], repair_rate_per_s
            feeding = np.zeros((rates.shape[0], rates.shape[0]))
            feeding[:size, :size] = self.feeding_per_s[np.ix_(own, own)]
            feeding[size:, :size] = self.energy_j[np.ix_(own, absorbed)].T
            initial = np.zeros_like(rates)
            initial[0] = 1.0
            system = exponential_samples.sampled_system(
                rates=rates, feeding=feeding, initial=initial
            )
            found = self.start_bq_per_kg[p] * exponential_samples.amounts(system, time_s=time_s)
            members[own] += found[:size]
            unrepaired[absorbed] += found[size:]
        return members, unrepaired

    def at(self, *, time_s: ArrayLike) -> Floats:
        """Return the dose rate at given times. (n_samples, n_times, n_types) [Gy/s].

        Parameters
        ----------
        time_s : (n_times,) array_like
            Times since the administration, at least 0. [s]
        """
        times = np.atleast_1d(np.asarray(time_s, dtype=np.float64))
        rows = [
            self.state_at(time_s=t, repair_rate_per_s=np.zeros(1))[0].T @ self.energy_j
            for t in times.tolist()
        ]
        return np.stack(rows, axis=1)


def dose_rate_of_curve(
    curve: RegionCurve,
    *,
    chain: DecayChain,
    administered_bq: ArrayLike,
    mass_kg: ArrayLike,
    energy_j: ArrayLike,
) -> DoseRate:
    """Return the dose rate in a region in which daughters stay where their parent decayed.

    Parameters
    ----------
    curve
        What is on the vector in the region, per activity administered.
    chain
        The chain of the nuclide, of one root.
    administered_bq : (n_samples,) or () array_like
        Activity administered. [Bq]
    mass_kg : (n_samples,) or () array_like
        Mass of the region. [kg]
    energy_j : (n_nuclides, n_radiation_types) array_like
        Energy absorbed per decay, from :func:`alphatwin.dose.energy_absorbed_per_decay_j`. [J]

    Raises
    ------
    InvalidValueError
        If the chain has several roots, or a mass is not positive.
    """
    per_mass = np.asarray(administered_bq, dtype=np.float64) / np.asarray(mass_kg, dtype=np.float64)
    if len(chain.roots) != 1 or not np.all(np.isfinite(per_mass) & (per_mass >= 0.0)):
        msg = "a dose rate needs a chain of one root, mass_kg > 0 and administered_bq >= 0"
        raise InvalidValueError(msg)
    decay_per_s = chain.decay_constants_per_s
    n, phases = len(chain.nuclides), curve.amplitude_fraction.shape[1]
    shape = (phases + n - 1, curve.n_samples)
    start, rates = np.zeros(shape), np.empty(shape)
    start[:phases] = (curve.amplitude_fraction * per_mass.reshape(-1, 1)).T
    rates[:phases] = curve.biological_rate_per_s.T + decay_per_s[0]
    rates[phases:] = decay_per_s[1:, np.newaxis]
    feeding = np.zeros((shape[0], shape[0]))
    by_activity = decay_per_s[:, np.newaxis] * chain.branching[:n]
    feeding[phases:, :phases] = by_activity[1:, :1]
    feeding[phases:, phases:] = by_activity[1:, 1:]
    energy = np.asarray(energy_j, dtype=np.float64)
    return DoseRate(
        start,
        rates,
        feeding,
        np.vstack([np.repeat(energy[:1], phases, axis=0), energy[1:]]),
        phases,
    )


def dose_rate_of_phases(
    amplitude_gy_per_s: ArrayLike, *, rate_per_s: ArrayLike, radiation: str = "electron"
) -> DoseRate:
    """Return the dose rate of plain exponential phases of one radiation type.

    Parameters
    ----------
    amplitude_gy_per_s : (n_phases,) or (n_samples, n_phases) array_like
        Dose rate of each phase at the start; negative for uptake. [Gy/s]
    rate_per_s
        Rate of each phase, of the same shape. [1/s]
    radiation
        One of :data:`alphatwin.dose.RADIATION_TYPES`.

    Raises
    ------
    InvalidValueError
        If the radiation type is unknown, or a rate is not positive.
    """
    amplitude = np.atleast_2d(np.asarray(amplitude_gy_per_s, dtype=np.float64)).T
    rates = np.atleast_2d(np.asarray(rate_per_s, dtype=np.float64)).T
    if radiation not in RADIATION_TYPES:
        msg = f"radiation must be one of {', '.join(RADIATION_TYPES)}, got {radiation!r}"
        raise InvalidValueError(msg)
    shape = np.broadcast_shapes(amplitude.shape, rates.shape)
    energy = np.zeros((shape[0], len(RADIATION_TYPES)))
    energy[:, RADIATION_TYPES.index(radiation)] = 1.0
    return DoseRate(
        np.broadcast_to(amplitude, shape),
        np.broadcast_to(rates, shape),
        np.zeros((shape[0], shape[0])),
        energy,
        shape[0],
    )
