"""The dose of every region under every fate of daughters, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose import RADIATION_TYPES, absorbed_where_emitted, energy_absorbed_per_decay_j
from alphatwin.errors import NotSupportedError
from alphatwin.kinetics.daughters_fates import fate, fate_names
from alphatwin.report.value import ElsewhereDecays, FateDose
from alphatwin.workflows.absorption import region_energy_j
from alphatwin.workflows.cross_dose import decays_elsewhere, received_by
from alphatwin.workflows.daughters import STAY, STAY_AS_PRESET, daughter_model, needs_network
from alphatwin.workflows.outside import MARROW
from alphatwin.workflows.region_answers import mass_factor
from alphatwin.workflows.weighting import estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.daughters import DaughterModel
    from alphatwin.workflows.region_answers import RegionAnswer

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Medians:
    """Medians of absorbed and of RBE-weighted dose of a region, and limits of the first, in Gy."""

    absorbed_gy: float
    weighted_gy: float
    low_gy: float
    high_gy: float


def fate_doses(course: Course, answer: AgentAnswer, *, seed: int) -> tuple[FateDose, ...]:
    """Return the dose of every region under every preset, region by region.

    Empty for an agent without daughters of which nothing but the vector was injected.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answer
        What the agent does under the fate in force.
    seed
        Seed of the random streams, for the masses.
    """
    if len(answer.chain.nuclides) == 1 and answer.injected.is_pure:
        return ()
    in_force = course.assumptions.daughters
    in_force = STAY_AS_PRESET if in_force == STAY else in_force
    names = sorted(fate_names(), key=lambda name: name != in_force)
    doses: dict[str, dict[str, _Medians]] = {}
    notes: dict[str, str] = {}
    for name in names:
        try:
            model = daughter_model(
                course,
                nuclide=answer.agent.nuclide,
                injected=answer.injected,
                preset=name,
                outside=tuple(answer.outside.curves),
                receptor_action=answer.agent.receptor_action,
                seed=seed,
            )
        except NotSupportedError as refusal:
            doses[name], notes[name] = {}, str(refusal)
            continue
        doses[name] = _medians(course, answer, model, seed=seed)
        notes[name] = fate(name).note
    basis = doses[in_force]
    return tuple(
        _row(name, region.region.name, doses[name], basis, notes[name])
        for region in answer.regions
        if region.dose is not None and region.region.name in doses[in_force]
        for name in names
    )


def _row(
    name: str, region: str, doses: dict[str, _Medians], basis: dict[str, _Medians], note: str
) -> FateDose:
    found = doses.get(region)
    return FateDose(
        preset=name,
        region=region,
        absorbed_dose_gy=None if found is None else found.absorbed_gy,
        absorbed_dose_low_gy=None if found is None else found.low_gy,
        absorbed_dose_high_gy=None if found is None else found.high_gy,
        rbe_weighted_dose_gy=None if found is None else found.weighted_gy,
        absorbed_dose_ratio=(
            None if found is None else found.absorbed_gy / basis[region].absorbed_gy
        ),
        rbe_weighted_dose_ratio=(
            None if found is None else found.weighted_gy / basis[region].weighted_gy
        ),
        note=note,
    )


def _medians(
    course: Course, answer: AgentAnswer, model: DaughterModel, *, seed: int
) -> dict[str, _Medians]:
    """Return the medians under a model, from all samples: energy first, then samples."""
    on_vector = model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    decays = {
        r.region.name: (
            model.response.decays(
                model.compartments[r.region.name],
                on_vector_decays=on_vector,
                injected_bq=answer.scale_bq,
            )
            if r.region.name in model.compartments
            else model.staying(r.curve, administered_bq=answer.scale_bq)
        )
        for r in answer.regions
    }
    received = received_by(
        course,
        decays,
        members=model.members,
        decay_data=course.assumptions.decay_data,
        elsewhere=decays_elsewhere(model, on_vector, injected_bq=answer.scale_bq),
    )
    found = {}
    for region in answer.regions:
        if region.dose is not None and region.region.name in model.compartments:
            emitted_j = decays[region.region.name] @ _energy_j(course, region, model)
            mass_kg = (region.region.mass_kg or 1.0) * mass_factor(
                region.region, seed=seed, samples=emitted_j.shape[0]
            )
            doses_gy = emitted_j / mass_kg[:, None]
            for one in received.get(region.region.name, ()):
                doses_gy += one.total_gy[:, None]  # electrons and photons: RBE 1
            absorbed, weighted = estimate(doses_gy[:, 0]), float(np.median(doses_gy[:, 1]))
            found[region.region.name] = _Medians(
                absorbed.median, weighted, absorbed.low, absorbed.high
            )
    return found


def _energy_j(course: Course, region: RegionAnswer, model: DaughterModel) -> Floats:
    """Return energy absorbed per decay of each member, plain and RBE-weighted. (m, 2) [J]."""
    assumed = course.assumptions
    energy_j = region_energy_j(
        region.region,
        model.members,
        decay_data=assumed.decay_data,
        mass_kg=region.region.mass_kg or 1.0,
    )
    rbe = {"alpha": assumed.rbe_alpha, "recoil": assumed.rbe_recoil}
    weights = np.array([[1.0, rbe.get(kind, 1.0)] for kind in RADIATION_TYPES])
    return np.asarray(energy_j @ weights)


def elsewhere(course: Course, answer: AgentAnswer) -> tuple[ElsewhereDecays, ...]:
    """Return what decays in compartments of the fate that are no regions of the course.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answer
        What the agent does.
    """
    model = answer.model
    if model is None or not needs_network(
        course, nuclide=answer.agent.nuclide, injected=answer.injected
    ):
        return ()
    energy_j = energy_absorbed_per_decay_j(
        model.members,
        mass_kg=1.0,
        absorbed_fraction=absorbed_where_emitted,
        decay_data=course.assumptions.decay_data,
    ).sum(axis=1)
    on_vector = model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    parts = [r for r in answer.regions if r.region.name in model.compartments]
    inside_j = sum(float(r.decays.mean(axis=0) @ energy_j) for r in parts)
    medians, outside_j = {}, {}
    dosed = () if course.marrow is None else (MARROW,)
    for name in (c for c in model.elsewhere if c not in dosed):
        decays = model.response.decays(
            name, on_vector_decays=on_vector, injected_bq=answer.scale_bq
        )
        medians[name] = np.median(decays, axis=0)
        outside_j[name] = float(decays.mean(axis=0) @ energy_j)
    whole_j = inside_j + sum(outside_j.values())
    return tuple(
        ElsewhereDecays(
            compartment=name,
            decays={n: float(d) for n, d in zip(model.members, row, strict=True) if d > 0.0},
            energy_share=outside_j[name] / whole_j,
        )
        for name, row in medians.items()
        if outside_j[name] > 0.0
    )
