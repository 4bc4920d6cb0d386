"""Doses of a region in their course of time, protracted with repair."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.biology import (
    Cycle,
    DoseRate,
    ProtractedDose,
    Repair,
    dose_rate_of_curve,
    protracted_dose,
)
from alphatwin.biology.elsewhere import TimeCourse, overlap_ratios, with_dose_elsewhere
from alphatwin.kinetics import best_phases
from alphatwin.workflows.absorption import region_energy_j
from alphatwin.workflows.region_answers import mass_factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics import RegionCurve
    from alphatwin.nuclides import DecayChain
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DoseInTime:
    """Doses of a region, and the curve and energies that give their course in time.

    Attributes
    ----------
    curve
        Curve of what is on the vector.
    chain
        The decay chain of its nuclide.
    administered_bq
        Activity administered. [Bq]
    mass_kg
        (n_samples,) mass of the region. [kg]
    energy_j
        (n_nuclides, n_types) energy absorbed per decay. [J]
    dose_gy
        (n_samples, n_types) doses from the decays in it; ``None``: as the curve gives them. [Gy]
    received
        What it receives from elsewhere, source by source: the curve of the source and
        (n_samples, n_types) doses. [Gy]
    """

    curve: RegionCurve
    chain: DecayChain
    administered_bq: float
    mass_kg: Floats
    energy_j: Floats
    dose_gy: Floats | None
    received: tuple[tuple[RegionCurve, Floats], ...] = ()

    @property
    def received_gy(self) -> Floats:
        """(n_samples, n_types) dose from elsewhere in Gy; one zero if there is none."""
        return np.asarray(sum((gy for _, gy in self.received), np.zeros((1, 1))))

    def dose_rate(self, *, n: int) -> DoseRate:
        """Return the dose rate that the curve gives, of the first n samples."""
        return dose_rate_of_curve(
            self.curve.first(n),
            chain=self.chain,
            administered_bq=self.administered_bq,
            mass_kg=self.mass_kg[:n],
            energy_j=self.energy_j,
        )

    def per_activity(self) -> DoseInTime:
        """Return the same after 1 Bq."""
        bq = self.administered_bq
        return dataclasses.replace(
            self,
            administered_bq=1.0,
            dose_gy=None if self.dose_gy is None else self.dose_gy / bq,
            received=tuple((curve, gy / bq) for curve, gy in self.received),
        )

    def protracted(self, repair: Repair) -> ProtractedDose:
        """Return dose and products, with what comes from elsewhere in the course of its sources.

        Parameters
        ----------
        repair
            Repair of sublethal damage; as many samples as it has, the first ones, has the answer.
        """
        stays = self._as_if_staying(repair)
        if self.dose_gy is None and not self.received:
            return stays
        own_gy = stays.dose_gy if self.dose_gy is None else self.dose_gy[: len(stays.dose_gy)]
        return self.with_received(own_gy, factors=stays.lea_catcheside_by_pair(), repair=repair)

    def factors_of_time(self, repair: Repair) -> Floats:
        """Return the factors of Lea and Catcheside by pair, whatever fate the daughters have.

        Parameters
        ----------
        repair
            As in :meth:`protracted`.

        Returns
        -------
        (n_samples, n_types, n_types) ndarray
            Those of the decays in it as if daughters stayed.
        """
        return self._as_if_staying(repair).lea_catcheside_by_pair()

    def _as_if_staying(self, repair: Repair) -> ProtractedDose:
        n = repair.half_times_s.shape[0]
        return protracted_dose([Cycle(self.dose_rate(n=n), 0.0)], repair=repair)

    def with_received(self, own_gy: Floats, *, factors: Floats, repair: Repair) -> ProtractedDose:
        """Return dose and products of the decays in it with what comes from elsewhere.

        Parameters
        ----------
        own_gy
            (n_samples, n_types) dose of the decays in it, of the first samples or all. [Gy]
        factors
            (n_samples, n_types, n_types) factors of Lea and Catcheside of its course in time.
        repair
            Repair of sublethal damage.
        """
        if not self.received:
            return doses_in_time(own_gy, factors=factors)
        ratios = overlap_ratios(
            self._course(self.curve), [self._course(c) for c, _ in self.received], repair=repair
        )
        elsewhere_gy = [gy[: len(own_gy)] for _, gy in self.received]
        return with_dose_elsewhere(own_gy, elsewhere_gy, factors=factors, ratios=ratios)

    def _course(self, curve: RegionCurve) -> TimeCourse:
        phases = best_phases(
            curve,
            administered_bq=1.0,
            decay_constant_per_s=float(self.chain.decay_constants_per_s[0]),
        )
        return TimeCourse(phases.amplitude_bq, phases.effective_rate_per_s)


def given_in(course: Course, answer: AgentAnswer, region: RegionAnswer, *, seed: int) -> DoseInTime:
    """Return the doses of a region of known mass and their course in time.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answer, region
        What an agent does, and in which region.
    seed
        Seed of the random streams.
    """
    mass_kg = region.region.mass_kg
    assert mass_kg is not None
    assert region.dose is not None
    return DoseInTime(
        curve=region.curve,
        chain=answer.chain,
        administered_bq=answer.scale_bq,
        mass_kg=mass_kg * mass_factor(region.region, seed=seed, samples=region.curve.n_samples),
        energy_j=region_energy_j(
            region.region, answer.chain.nuclides, decay_data=course.assumptions.decay_data
        ),
        dose_gy=None if answer.model is None else region.own_gy,
        # A source of which no curve is known gives in the course of time of the region itself.
        received=tuple(
            (answer.curves.get(one.curve, region.curve), one.by_radiation_gy)
            for one in region.received
        ),
    )


def doses_in_time(dose_gy: Floats, *, factors: Floats) -> ProtractedDose:
    """Return doses in the course of time that factors of Lea and Catcheside by pair tell of."""
    return ProtractedDose(dose_gy, factors * dose_gy[:, :, np.newaxis] * dose_gy[:, np.newaxis, :])
