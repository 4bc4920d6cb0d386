"""Decay chains: exact activities and cumulated decays, for any initial mixture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import exponential, local_daughters
from alphatwin.nuclides.emissions import RADIATIONS, EnergyPerDecay, energy_per_decay_mev
from alphatwin.nuclides.names import canonical_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.nuclides.decay_data import DecayDataName


@dataclass(frozen=True, slots=True, eq=False)
class DecayChain:
    """A nuclide, or several, with everything they decay to.

    Attributes
    ----------
    decay_data
        The decay-data set.
    roots
        The nuclides asked for.
    nuclides
        Radioactive members, every parent before its daughters. (n,)
    stable_ends
        Where the chain ends.
    decay_constants_per_s
        Decay constant of each member. (n,) [1/s]
    branching
        Decays of member j that make member i, per decay of j: rows are ``nuclides`` then
        ``stable_ends``, columns ``nuclides``. (n + n_stable, n)
    untracked_fractions
        Share of each member's decays that leads outside the data. (n,)
    """

    decay_data: DecayDataName
    roots: tuple[str, ...]
    nuclides: tuple[str, ...]
    stable_ends: tuple[str, ...]
    decay_constants_per_s: NDArray[np.float64]
    branching: NDArray[np.float64]
    untracked_fractions: NDArray[np.float64]

    def __post_init__(self) -> None:
        for values in (
            self.decay_constants_per_s,
            self.branching,
            self.untracked_fractions,
        ):
            values.setflags(write=False)

    @property
    def atom_labels(self) -> tuple[str, ...]:
        """Names of the columns of :meth:`atoms`."""
        return (*self.nuclides, *self.stable_ends, "untracked")

    def index(self, name: str) -> int:
        """Return the column of a member in every array of this chain."""
        wanted = canonical_name(name)
        if wanted not in self.nuclides:
            msg = f"{wanted} is not in this chain; its members: {', '.join(self.nuclides)}"
            raise InvalidValueError(msg)
        return self.nuclides.index(wanted)

    def activity_bq(
        self, initial_bq: Mapping[str, float], *, time_s: ArrayLike
    ) -> NDArray[np.float64]:
        """Return the activity of every member.

        Parameters
        ----------
        initial_bq
            Activity of any members at time zero; those not named have none. [Bq]
        time_s
            Times since then, none negative. (...) [s]

        Returns
        -------
        (..., n) ndarray
            Activities; relative error below 1e-9 in each entry. [Bq]

        Raises
        ------
        InvalidValueError
            If an activity or a time is negative or not finite, or a name is no member.
        """
        time = _times(time_s, name="time_s")
        found = exponential.amounts(
            rates=self.decay_constants_per_s,
            feeding=self._feeding(),
            initial=self._initial_atoms(initial_bq),
            time=time.ravel(),
        )
        found *= self.decay_constants_per_s
        return found.reshape(*time.shape, len(self.nuclides))

    def cumulated_decays(
        self, initial_bq: Mapping[str, float], *, start_s: float = 0.0, stop_s: ArrayLike
    ) -> NDArray[np.float64]:
        """Return the number of decays of every member between two times.

        Nothing is subtracted: the interval begins from the state at its start, so that short
        and late intervals keep full precision.

        Parameters
        ----------
        initial_bq
            Activity of any members at time zero. [Bq]
        start_s
            Start of the interval. [s]
        stop_s
            Its ends, none before the start; may be infinite. (...) [s]

        Returns
        -------
        (..., n) ndarray
            Decays in the interval. [Bq s]

        Raises
        ------
        InvalidValueError
            As :meth:`activity_bq`, or if an interval ends before it starts.
        """
        atoms = self._initial_atoms(initial_bq)
        system = {"rates": self.decay_constants_per_s, "feeding": self._feeding()}
        start, stop = _interval(start_s, stop_s)
        if start > 0.0:
            atoms = exponential.amounts(**system, initial=atoms, time=np.array([start]))[0]
        found = exponential.integrals(**system, initial=atoms, time=stop.ravel() - start)
        found *= self.decay_constants_per_s
        return found.reshape(*stop.shape, len(self.nuclides))

    def atoms(self, initial_bq: Mapping[str, float], *, time_s: ArrayLike) -> NDArray[np.float64]:
        """Return the number of atoms of every member, stable end and, last, outside the data.

        Returns
        -------
        (..., n + n_stable + 1) ndarray
            Number of atoms, columns as in :attr:`atom_labels`; stable ends start from none.
        """
        time = _times(time_s, name="time_s")
        radioactive = self.activity_bq(initial_bq, time_s=time) / self.decay_constants_per_s
        decays = self.cumulated_decays(initial_bq, stop_s=time)
        ends = decays @ self.branching[len(self.nuclides) :].T
        outside = decays @ self.untracked_fractions
        return np.concatenate([radioactive, ends, outside[..., None]], axis=-1)

    def decays_per_parent_decay(self) -> NDArray[np.float64]:
        """Return the decays of each member that follow from one decay of the root. (n,)."""
        n = len(self.nuclides)
        one = np.zeros(n)
        one[self._only_root()] = 1.0
        return exponential.integrals_to_infinity(
            rates=np.ones(n), feeding=self.branching[:n], initial=one
        )

    def energy_per_parent_decay_mev(self) -> EnergyPerDecay:
        """Return the energy emitted over the whole chain per decay of the root, by kind. [MeV].

        Every daughter is counted to its end, however long-lived.
        """
        decays = self.decays_per_parent_decay()
        each = [energy_per_decay_mev(name, decay_data=self.decay_data) for name in self.nuclides]
        return EnergyPerDecay(
            *(
                float(sum(d * getattr(e, kind) for d, e in zip(decays, each, strict=True)))
                for kind in RADIATIONS
            )
        )

    def activity_from_phases_bq(
        self,
        phases_amplitude_bq: ArrayLike,
        phases_rate_per_s: ArrayLike,
        *,
        time_s: ArrayLike,
    ) -> NDArray[np.float64]:
        """Return the activity of every member where the root's is a given sum of exponentials.

        The root's activity in a region is sum a_p exp(-k_p t): transport brings and removes
        root atoms. Daughters, of which there are none at time zero, stay and decay where they
        arise.

        Parameters
        ----------
        phases_amplitude_bq
            Amplitude a_p of each phase, negative for uptake; leading axes are samples.
            (..., n_phases) [Bq]
        phases_rate_per_s
            Rate k_p of each phase, at least the decay constant of the root, of the same shape
            as the amplitudes. (..., n_phases) [1/s]
        time_s
            Times, none negative. (*times) [s]

        Returns
        -------
        (..., *times, n) ndarray
            Activities; each phase is exact to 1e-9, so an entry is exact to 1e-9 of what the
            phases with positive amplitude make alone. [Bq]

        Raises
        ------
        InvalidValueError
            If the chain has several roots, a rate is below physical decay, or a value is not
            finite.
        """
        time = _times(time_s, name="time_s")
        phases = self._phases(phases_amplitude_bq, phases_rate_per_s)
        found = local_daughters.activity_bq(phases, time_s=time.ravel())
        return found.reshape(*phases.shape, *time.shape, len(self.nuclides))

    def cumulated_decays_from_phases(
        self,
        phases_amplitude_bq: ArrayLike,
        phases_rate_per_s: ArrayLike,
        *,
        start_s: float = 0.0,
        stop_s: ArrayLike,
    ) -> NDArray[np.float64]:
        """Return the decays of every member between two times, the root's activity given.

        Parameters, precision and errors as in :meth:`activity_from_phases_bq` and
        :meth:`cumulated_decays`.

        Returns
        -------
        (..., *times, n) ndarray
            Decays in the interval. [Bq s]
        """
        start, stop = _interval(start_s, stop_s)
        phases = self._phases(phases_amplitude_bq, phases_rate_per_s)
        found = local_daughters.cumulated_decays(
            phases, start_s=start, width_s=stop.ravel() - start
        )
        return found.reshape(*phases.shape, *stop.shape, len(self.nuclides))

    def _feeding(self) -> NDArray[np.float64]:
        return self.branching[: len(self.nuclides)] * self.decay_constants_per_s

    def _initial_atoms(self, initial_bq: Mapping[str, float]) -> NDArray[np.float64]:
        atoms = np.zeros(len(self.nuclides))
        for name, activity in initial_bq.items():
            if not 0.0 <= activity < np.inf:
                msg = f"initial_bq[{name!r}] must be finite and >= 0, got {activity}"
                raise InvalidValueError(msg)
            i = self.index(name)
            if atoms[i] > 0.0:
                msg = f"initial_bq names {self.nuclides[i]} twice, once as {name!r}; give it once"
                raise InvalidValueError(msg)
            atoms[i] = activity / self.decay_constants_per_s[i]
        return atoms

    def _only_root(self) -> int:
        if len(self.roots) != 1:
            msg = (
                f"this chain has {len(self.roots)} roots ({', '.join(self.roots)}); "
                "build the chain of one nuclide"
            )
            raise InvalidValueError(msg)
        return self.nuclides.index(self.roots[0])

    def _phases(self, amplitude_bq: ArrayLike, rate_per_s: ArrayLike) -> local_daughters.RootPhases:
        floor_per_s = float(self.decay_constants_per_s[self._only_root()])
        return local_daughters.root_phases(
            amplitude_bq,
            rate_per_s,
            floor_per_s=floor_per_s,
            floor_name=f"the decay constant of {self.roots[0]} in {self.decay_data}",
            decay_constants_per_s=self.decay_constants_per_s,
            branching=self.branching[: len(self.nuclides)],
        )


def _times(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    times = np.asarray(values, dtype=np.float64)
    if not np.all((times >= 0.0) & np.isfinite(times)):
        msg = f"{name} must be finite and >= 0 s, got {_first_bad(times)}"
        raise InvalidValueError(msg)
    return times


def _interval(start_s: float, stop_s: ArrayLike) -> tuple[float, NDArray[np.float64]]:
    if not 0.0 <= start_s < np.inf:
        msg = f"start_s must be finite and >= 0 s, got {start_s}"
        raise InvalidValueError(msg)
    stop = np.asarray(stop_s, dtype=np.float64)
    if not np.all(stop >= start_s):
        worst = stop[~(stop >= start_s)].ravel()[0]
        msg = f"stop_s must be at least start_s ({start_s:g} s), got {worst:g} s"
        raise InvalidValueError(msg)
    return float(start_s), stop


def _first_bad(times: NDArray[np.float64]) -> float:
    return float(times[~((times >= 0.0) & np.isfinite(times))].ravel()[0])
