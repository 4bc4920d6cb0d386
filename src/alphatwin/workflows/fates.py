"""The dose of every region under every fate of daughters, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose import RADIATION_TYPES, absorbed_where_emitted, energy_absorbed_per_decay_j
from alphatwin.errors import NotSupportedError
from alphatwin.kinetics.daughters_fates import fate, fate_names
from alphatwin.report.value import ElsewhereDecays, FateDose
from alphatwin.workflows.absorption import region_energy_j
from alphatwin.workflows.cross_dose import decays_elsewhere, received_by
from alphatwin.workflows.daughters import (
    MOST_DRAWS,
    STAY,
    STAY_AS_PRESET,
    daughter_model,
    needs_network,
)
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


SAMPLES_OF_FATES: Final = 2 * MOST_DRAWS
"""Of fates that are not in force: every draw of a fate counts alike."""


@dataclass(frozen=True, slots=True)
class _Medians:
    """Medians of absorbed and of RBE-weighted dose of a region, and limits of the first, in Gy."""

    absorbed_gy: float
    weighted_gy: float
    low_gy: float
    high_gy: float


def fate_doses(course: Course, answer: AgentAnswer, *, seed: int) -> tuple[FateDose, ...]:
    """Return the dose of every region under every preset, region by region.

    Doses under the preset in force are those of the answer, from all samples. Others are these
    times the ratio of both from few samples: fates share their random streams.

    Empty for an agent without daughters of which nothing but the vector was injected.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answer
        What the agent does under the fate in force, with the vector outside of the regions
        (:func:`alphatwin.workflows.analysis.with_outside`).
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
        _row(
            name,
            region.region.name,
            notes[name],
            doses[name].get(region.region.name),
            few=basis[region.region.name],
            whole=_in_force(course, region),
        )
        for region in answer.regions
        if region.dose is not None and region.region.name in doses[in_force]
        for name in names
    )


def _row(
    name: str, region: str, note: str, found: _Medians | None, *, few: _Medians, whole: _Medians
) -> FateDose:
    if found is None:
        return FateDose(
            preset=name,
            region=region,
            absorbed_dose_gy=None,
            absorbed_dose_low_gy=None,
            absorbed_dose_high_gy=None,
            rbe_weighted_dose_gy=None,
            absorbed_dose_ratio=None,
            rbe_weighted_dose_ratio=None,
            note=note,
        )
    ratio = found.absorbed_gy / few.absorbed_gy
    weighted_ratio = found.weighted_gy / few.weighted_gy
    return FateDose(
        preset=name,
        region=region,
        absorbed_dose_gy=whole.absorbed_gy * ratio,
        absorbed_dose_low_gy=whole.low_gy * (found.low_gy / few.low_gy),
        absorbed_dose_high_gy=whole.high_gy * (found.high_gy / few.high_gy),
        rbe_weighted_dose_gy=whole.weighted_gy * weighted_ratio,
        absorbed_dose_ratio=ratio,
        rbe_weighted_dose_ratio=weighted_ratio,
        note=note,
    )


def _in_force(course: Course, region: RegionAnswer) -> _Medians:
    assert region.dose is not None
    absorbed = estimate(region.dose.total_gy)
    weighted_gy = region.dose.by_radiation_gy @ _weights(course)[:, 1]
    return _Medians(absorbed.median, float(np.median(weighted_gy)), absorbed.low, absorbed.high)


def _medians(
    course: Course, answer: AgentAnswer, model: DaughterModel, *, seed: int
) -> dict[str, _Medians]:
    """Return the medians under a model, from the first samples: energy first, then samples."""
    curves = {name: curve.first(SAMPLES_OF_FATES) for name, curve in answer.curves.items()}
    on_vector = model.on_vector(curves, administered_bq=answer.scale_bq)
    decays = {
        r.region.name: (
            model.response.decays(
                model.compartments[r.region.name],
                on_vector_decays=on_vector,
                injected_bq=answer.scale_bq,
            )
            if r.region.name in model.compartments
            else model.staying(curves[r.region.name], administered_bq=answer.scale_bq)
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
    return np.asarray(energy_j @ _weights(course))


def _weights(course: Course) -> Floats:
    """Return 1 and the RBE of every radiation type. (n_types, 2)."""
    assumed = course.assumptions
    rbe = {"alpha": assumed.rbe_alpha, "recoil": assumed.rbe_recoil}
    return np.array([[1.0, rbe.get(kind, 1.0)] for kind in RADIATION_TYPES])


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
