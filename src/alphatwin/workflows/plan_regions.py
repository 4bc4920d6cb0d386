"""What one cycle of each agent does in each region, per activity: the numbers behind a plan."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.biology import Repair
from alphatwin.biology.quantities import checked_alpha_beta_gy
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.patient.previous import RED_MARROW
from alphatwin.prescription import UnitDose, organ_of, unit_dose
from alphatwin.prescription.before import Before, absorbed_before, bed_before
from alphatwin.uncertainty import stream
from alphatwin.workflows.dose_in_time import given_in
from alphatwin.workflows.effect import effect_parameters, given_in_marrow, marrow_of_blood

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from alphatwin.patient import Course, Region
    from alphatwin.prescription.levels import Organ
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import AgentBlood
    from alphatwin.workflows.dose_in_time import DoseInTime

    Floats = NDArray[np.float64]

MARROW_OF_BLOOD: Final = RED_MARROW
"""Region under which the marrow that follows blood stands in a plan."""
ALL_LESIONS: Final = "lesions"
"""Stands for every lesion where tissue parameters are asked for."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Tissue parameters that are asked for, by the name of a region, or ``lesions`` for all.

    Attributes
    ----------
    alpha_beta_gy
        alpha/beta, of the reference radiation. [Gy]
    repair_half_time_s
        Half-time of repair. [s]
    """

    alpha_beta_gy: Mapping[str, float] = field(default_factory=dict)
    repair_half_time_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanTissue:
    """Tissue parameters in force in a region: conventions of the levels, so without spread.

    Attributes
    ----------
    alpha_beta_gy, repair_half_time_s
        alpha/beta and half-time of repair. [Gy], [s]
    source, status
        Where they come from; ``read``, ``recalled`` or ``stated``.
    """

    alpha_beta_gy: float
    repair_half_time_s: float
    source: str
    status: str


@dataclass(frozen=True, slots=True, eq=False)
class PlanRegion:
    """A region as a plan compares it.

    Attributes
    ----------
    name, kind, kinetics
        As in the course; kinetics ``blood`` for the marrow that follows blood.
    organ
        Organ of the reference levels; ``None`` if it has none.
    tissue
        Parameters of its effect; ``None``: no BED is computed.
    absorbed, bed
        What previous therapies left in it.
    """

    name: str
    kind: str
    kinetics: str
    organ: Organ | None
    tissue: PlanTissue | None
    absorbed: Before
    bed: Before


@dataclass(frozen=True, slots=True, eq=False)
class UnitRegion:
    """What one cycle of 1 Bq does in a region.

    Attributes
    ----------
    region
        The region.
    dose_gy_per_bq
        Dose by radiation type. (n_samples, n_types) [Gy/Bq]
    unit
        Dose and products for BED; ``None`` without tissue parameters.
    """

    region: PlanRegion
    dose_gy_per_bq: Floats
    unit: UnitDose | None


def plan_regions(
    course: Course, *, has_marrow: bool, stated: Stated, seed: int
) -> tuple[PlanRegion, ...]:
    """Return the regions of a plan: those with a mass, and the marrow that follows blood.

    Parameters
    ----------
    course
        The course.
    has_marrow
        Whether blood tells the dose of red marrow.
    stated
        Tissue parameters that are asked for, in place of the published ones.
    seed
        Seed of the random streams.
    """
    rows: list[tuple[str, str, str, Organ | None, PlanTissue | None]] = []
    for r in course.regions:
        if r.mass_kg is not None:
            organ = organ_of(r.name, r.population_region) if r.kind == "organ" else None
            rows.append((r.name, r.kind, r.kinetics, organ, _tissue(course, r, stated)))
    _refuse_unknown(course, stated, has_marrow=has_marrow)
    if has_marrow:
        marrow = dataclasses.replace(marrow_of_blood(course), name=MARROW_OF_BLOOD)
        tissue = _tissue(course, marrow, stated)
        rows.append((MARROW_OF_BLOOD, "organ", "blood", "red_marrow", tissue))
    return tuple(PlanRegion(*row, *_before(course, row[0], seed=seed)) for row in rows)


def _tissue(course: Course, region: Region, stated: Stated) -> PlanTissue | None:
    """Return the parameters of a region: asked for, else of the course, else published."""
    names = (region.name, ALL_LESIONS) if region.kind == "lesion" else (region.name,)
    known = effect_parameters(course, region)
    ratio_gy = next((v for n in names if (v := stated.alpha_beta_gy.get(n)) is not None), None)
    half_s = next((v for n in names if (v := stated.repair_half_time_s.get(n)) is not None), None)
    said = []
    if ratio_gy is not None:
        checked_alpha_beta_gy(ratio_gy)
    elif known is not None:
        ratio_gy = known.alpha_beta.distribution.median
        said.append(("alpha/beta", known.alpha_beta))
    if half_s is None and known is not None:
        half_s = known.repair_half_time.distribution.median
        said.append(("repair", known.repair_half_time))
    if ratio_gy is None or half_s is None:
        return None
    return PlanTissue(
        ratio_gy,
        half_s,
        "; ".join(f"{what}: {one.source}" for what, one in said) or "asked for",
        "recalled" if any(one.status == "recalled" for _, one in said) else "stated",
    )


def _refuse_unknown(course: Course, stated: Stated, *, has_marrow: bool) -> None:
    allowed = {*(r.name for r in course.regions), ALL_LESIONS}
    if has_marrow:
        allowed.add(MARROW_OF_BLOOD)
    for name in (*stated.alpha_beta_gy, *stated.repair_half_time_s):
        if name not in allowed:
            msg = f"{name!r} is no region of the course; allowed: {', '.join(sorted(allowed))}"
            raise InvalidValueError(msg)


def _before(course: Course, region: str, *, seed: int) -> tuple[Before, Before]:
    """Return absorbed dose and BED that previous therapies left in a region."""

    def generator(therapy: str) -> np.random.Generator:
        return stream(seed, "previous", therapy, region)

    therapies, samples = course.patient.previous_therapies, course.assumptions.samples
    return (
        absorbed_before(therapies, region=region, samples=samples, generator=generator),
        bed_before(therapies, region=region, samples=samples, generator=generator),
    )


def unit_regions(
    course: Course,
    answer: AgentAnswer,
    blood: AgentBlood | None,
    regions: tuple[PlanRegion, ...],
    *,
    lags_s: Iterable[float],
    seed: int,
) -> tuple[UnitRegion, ...]:
    """Return what one cycle of an agent does in each region, per activity.

    Parameters
    ----------
    course, answer, blood
        The course, what the agent does at some activity, and its blood, if that is known.
    regions
        The regions of the plan; those of which this agent says nothing are left out.
    lags_s
        Times between cycles that will be asked for. [s]
    seed
        Seed of the random streams.

    Raises
    ------
    NotSupportedError
        If the activity of the administration is unknown, so that nothing is known per activity.
    """
    if answer.activity_bq is None:
        msg = (
            f"{answer.agent.name}: the activity of {answer.administration.name!r} is unknown, so "
            "nothing is known per activity; state administrations.activity"
        )
        raise NotSupportedError(msg)
    lags = tuple(lags_s)
    own = {r.region.name: r for r in answer.regions}
    found = []
    for region in regions:
        if region.name in own:
            dose = own[region.name].dose
            assert dose is not None
            by_type = dose.by_radiation_gy / answer.activity_bq
            unit = UnitRegion(region, by_type, None)
            given = given_in(course, answer, own[region.name], seed=seed)
            found.append(_with_products(unit, given, lags))
        elif blood is not None and blood.marrow is not None:
            by_type = blood.marrow.together.by_radiation_gy / answer.activity_bq
            unit = UnitRegion(region, by_type, None)
            found.append(_with_products(unit, given_in_marrow(course, blood), lags))
    return tuple(found)


def _with_products(given: UnitRegion, time: DoseInTime, lags: tuple[float, ...]) -> UnitRegion:
    """Return a region with the products of one cycle; in time dose runs as if daughters stayed.

    What comes from elsewhere runs as its sources do, and from one cycle to the next as the region.

    Where a fate carries daughters away, or free nuclide was injected, the dose of each radiation
    type is that of the answer and its course in time that of the curve on the vector.
    """
    tissue = given.region.tissue
    if tissue is None:
        return given
    per = time.per_activity()
    repair = Repair.mono(tissue.repair_half_time_s)
    unit = unit_dose(per.dose_rate(n=per.curve.n_samples), lags_s=lags, repair=repair)
    own_gy = given.dose_gy_per_bq - per.received_gy
    one = dataclasses.replace(
        unit.one,
        dose_gy=own_gy,
        product_gy2=unit.one.product_gy2 * _squared(own_gy, unit.one.dose_gy),
    )
    one = per.with_received(one.dose_gy, factors=one.lea_catcheside_by_pair(), repair=repair)
    square = _squared(given.dose_gy_per_bq, unit.one.dose_gy)
    pairs = {lag: pair * square for lag, pair in unit.pairs.items()}
    return dataclasses.replace(given, unit=UnitDose(one, pairs))


def _squared(dose_gy: Floats, stays_gy: Floats) -> Floats:
    """Return the products of the ratios of two doses by pairs of types, 0 where there is none."""
    scale = np.zeros_like(stays_gy)
    np.divide(dose_gy, stays_gy, out=scale, where=stays_gy > 0.0)
    return np.asarray(scale[:, :, np.newaxis] * scale[:, np.newaxis, :])
