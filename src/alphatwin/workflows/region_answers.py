"""Decays and dose of every region of a course under one agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose import (
    AbsorbedDose,
    absorbed_dose,
    absorbed_where_emitted,
    energy_absorbed_per_decay_j,
)
from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import time_integrated_activity_bq_s
from alphatwin.nuclides import decay_chain
from alphatwin.uncertainty import lognormal_factor, stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Course, DecayDataName, Region
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
        Absorbed dose; ``None`` if the mass of the region is not known.
    """

    region: Region
    kinetics: RegionKinetics
    curve: RegionCurve
    decays: NDArray[np.float64]
    dose: AbsorbedDose | None


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
        members = chain.nuclides
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
    return tuple(
        RegionAnswer(
            k.region, k, curve, n, _dose(k.region, n, members, decay_data=decay_data, seed=seed)
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
    energy_j = energy_absorbed_per_decay_j(
        members,
        mass_kg=region.mass_kg,
        absorbed_fraction=absorbed_where_emitted,
        decay_data=decay_data,
    )
    mass_kg = region.mass_kg * mass_factor(region, seed=seed, samples=decays.shape[0])
    return absorbed_dose(decays, nuclides=members, mass_kg=mass_kg, energy_j=energy_j)


def mass_factor(region: Region, *, seed: int, samples: int) -> NDArray[np.float64]:
    """Return (samples,) factors of the region's mass: the same in every question asked of it."""
    if samples < 1:
        msg = f"samples must be at least 1, got {samples}"
        raise InvalidValueError(msg)
    return lognormal_factor(region.mass_relative_sd, stream(seed, "mass", region.name), samples)
