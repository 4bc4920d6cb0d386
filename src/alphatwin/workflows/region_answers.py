"""Decays and dose of every region of a course under one agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose import (
    RADIATION_TYPES,
    AbsorbedDose,
    absorbed_dose,
)
from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import time_integrated_activity_bq_s
from alphatwin.nuclides import decay_chain
from alphatwin.uncertainty import lognormal_factor, stream
from alphatwin.workflows.absorption import region_energy_j
from alphatwin.workflows.cross_dose import decays_elsewhere, received_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Course, DecayDataName, Region
    from alphatwin.workflows.cross_dose import Received
    from alphatwin.workflows.daughters import DaughterModel
    from alphatwin.workflows.region_curves import RegionKinetics


@dataclass(frozen=True, slots=True, eq=False)
class RegionAnswer:
    """What one agent does in one region, with samples.

    Attributes
    ----------
    region, curve
        The region and its curve per administered activity, uptake ratio included.
    decays
        (n_samples, n_nuclides) decays of each member, to infinity; see ``AgentAnswer.members``.
        [Bq s]
    dose
        Absorbed dose, from the decays in it and from those elsewhere; ``None`` if the mass of the
        region is not known.
    received
        What of the dose comes from elsewhere, source by source.
    """

    region: Region
    kinetics: RegionKinetics
    curve: RegionCurve
    decays: NDArray[np.float64]
    dose: AbsorbedDose | None
    received: tuple[Received, ...] = ()

    @property
    def received_gy(self) -> NDArray[np.float64]:
        """(n_samples, n_radiation_types) dose from decays elsewhere in Gy."""
        parts = [r.by_radiation_gy for r in self.received]
        return (
            np.sum(parts, axis=0) if parts else np.zeros((len(self.decays), len(RADIATION_TYPES)))
        )

    def share_received(self, is_wanted: Callable[[str], bool] = lambda _: True) -> float:
        """Return the share of the mean dose that comes from some sources, or all; 0 if no dose."""
        if self.dose is None:
            return 0.0
        gy = sum(r.total_gy.mean() for r in self.received if is_wanted(r.source))
        return float(gy / self.dose.total_gy.mean())

    def ratio_if_changed(self, is_changed: Callable[[str], bool], factor: float) -> float:
        """Return the dose over what it was, if decays in some regions are a factor as many."""
        if self.dose is None:
            return 1.0
        share = self.share_received(is_changed)
        if is_changed(self.region.name):
            share += 1.0 - self.share_received()
        return 1.0 + (factor - 1.0) * share

    @property
    def own_gy(self) -> NDArray[np.float64] | None:
        """(n_samples, n_radiation_types) dose from the decays in it in Gy; ``None`` if no dose."""
        if self.dose is None:
            return None
        return AbsorbedDose(self.dose.nuclides, self.dose.deposits[:1]).by_radiation_gy


def region_answers(
    course: Course,
    kinetics: tuple[RegionKinetics, ...],
    curves: tuple[RegionCurve, ...],
    *,
    nuclide_name: str,
    model: DaughterModel | None,
    outside: Mapping[str, RegionCurve],
    activity_bq: float,
    seed: int,
) -> tuple[RegionAnswer, ...]:
    """Return decays to infinity, where the fate of the daughters puts them, and doses.

    Parameters
    ----------
    course
        The course.
    kinetics, curves
        How each region's curve is known, and the curve of what is on the vector.
    nuclide_name
        The agent's nuclide.
    model
        Where daughters and what was injected go; ``None``: all decay where the parent does.
    outside
        Curves of the vector outside of the regions, by place of the model.
    activity_bq
        Activity administered. [Bq]
    seed
        Seed of the random streams.
    """
    decay_data = course.assumptions.decay_data
    if model is None:
        chain = decay_chain(nuclide_name, decay_data=decay_data)
        rate_per_s = float(chain.decay_constants_per_s[0])
        per_parent = chain.decays_per_parent_decay()
        decays = [
            time_integrated_activity_bq_s(
                c, administered_bq=activity_bq, decay_constant_per_s=rate_per_s
            )[:, np.newaxis]
            * per_parent
            for c in curves
        ]
        members, elsewhere = chain.nuclides, {}
    else:
        by_name = {k.region.name: c for k, c in zip(kinetics, curves, strict=True)}
        on_vector = model.on_vector({**by_name, **outside}, administered_bq=activity_bq)
        decays = [
            model.response.decays(
                model.compartments[k.region.name],
                on_vector_decays=on_vector,
                injected_bq=activity_bq,
            )
            if k.region.name in model.compartments
            else model.staying(curve, administered_bq=activity_bq)
            for k, curve in zip(kinetics, curves, strict=True)
        ]
        members = model.members
        elsewhere = decays_elsewhere(model, on_vector, injected_bq=activity_bq)
    own = {
        k.region.name: dose
        for k, n in zip(kinetics, decays, strict=True)
        if (dose := _dose(k.region, n, members, decay_data=decay_data, seed=seed)) is not None
    }
    received = received_by(
        course,
        {k.region.name: n for k, n in zip(kinetics, decays, strict=True)},
        members=members,
        decay_data=decay_data,
        elsewhere=elsewhere,
    )
    total = {
        name: dose.plus(*(r.dose for r in received.get(name, ()))) for name, dose in own.items()
    }
    return tuple(
        RegionAnswer(
            k.region,
            k,
            curve,
            n,
            total.get(k.region.name),
            received.get(k.region.name, ()) if k.region.name in total else (),
        )
        for k, curve, n in zip(kinetics, curves, decays, strict=True)
    )


def _dose(
    region: Region,
    decays: NDArray[np.float64],
    members: tuple[str, ...],
    *,
    decay_data: DecayDataName,
    seed: int,
) -> AbsorbedDose | None:
    if region.mass_kg is None:
        return None
    energy_j = region_energy_j(region, members, decay_data=decay_data)
    mass_kg = region.mass_kg * mass_factor(region, seed=seed, samples=decays.shape[0])
    return absorbed_dose(decays, nuclides=members, mass_kg=mass_kg, energy_j=energy_j)


def mass_factor(region: Region, *, seed: int, samples: int) -> NDArray[np.float64]:
    """Return (samples,) factors of the region's mass: the same in every question asked of it."""
    if samples < 1:
        msg = f"samples must be at least 1, got {samples}"
        raise InvalidValueError(msg)
    return lognormal_factor(region.mass_relative_sd, stream(seed, "mass", region.name), samples)
