"""From the effects of regimens to the records of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.prescription import activity_mci, effect_gy, emits_alphas
from alphatwin.report.plan_value import (
    ActivityLevelAnswer,
    EffectOfRegimen,
    LevelAnswer,
    LevelRecord,
    PlannedAgent,
    RegimenRecord,
    RegionOfRegimen,
    TissueRecord,
)
from alphatwin.workflows.plan_effects import probabilities, reaching, region_effects
from alphatwin.workflows.weighting import estimate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.prescription import ReferenceLevel, Regimen
    from alphatwin.prescription.before import Before
    from alphatwin.prescription.cycles import CycleChange
    from alphatwin.report.estimates import Estimate
    from alphatwin.report.plan_value import Convention
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.plan_effects import Floats, Reaching, RegionEffects
    from alphatwin.workflows.plan_regions import PlanRegion, UnitRegion

NO_BED = "no BED: alpha/beta and repair of this region are not stated"


def tissue_record(region: PlanRegion) -> TissueRecord:
    """Return a region and the parameters under which it is compared."""
    tissue = region.tissue
    return TissueRecord(
        region=region.name,
        kind=region.kind,
        organ=region.organ,
        kinetics=region.kinetics,
        alpha_beta_gy=None if tissue is None else tissue.alpha_beta_gy,
        repair_half_time_s=None if tissue is None else tissue.repair_half_time_s,
        source=NO_BED if tissue is None else tissue.source,
        status=None if tissue is None else tissue.status,
        absorbed_before=region.absorbed.said,
        bed_before=region.bed.said,
    )


def level_record(level: ReferenceLevel) -> LevelRecord:
    """Return a reference level with all that is known of it."""
    return LevelRecord(
        key=level.key,
        organ=level.organ,
        agent=level.agent,
        quantity=level.quantity,
        value=level.value,
        radiation=level.radiation,
        population=level.population,
        n=level.n,
        made_for_alphas=level.made_for_alphas,
        source=level.source.citation,
        doi_or_url=level.source.doi_or_url,
        status=level.source.status,
        note=level.source.note,
    )


def agent_record(
    answer: AgentAnswer,
    regimens: tuple[Regimen, ...],
    units: tuple[UnitRegion, ...],
    *,
    levels: tuple[ReferenceLevel, ...],
    conventions: tuple[Convention, ...],
    tumour_change: CycleChange,
    seed: int,
) -> PlannedAgent:
    """Return an agent and what each of its published regimens does.

    Parameters
    ----------
    answer
        The agent.
    regimens
        Its published regimens for this patient.
    units
        What one cycle does, region by region.
    levels
        All reference levels of the plan.
    conventions
        How alphas are weighed.
    tumour_change
        How lesions change from cycle to cycle.
    seed
        Seed of the random streams.
    """
    agent = answer.agent
    own = tuple(level for level in levels if level.agent == agent.name)
    records = []
    for regimen in regimens:
        effects = tuple(
            region_effects(
                unit,
                regimen=regimen,
                conventions=conventions,
                tumour_change=tumour_change,
                seed=seed,
            )
            for unit in units
        )
        regions = tuple(_region(effect, regimen, conventions) for effect in effects)
        least = _least_lesion_bed(effects, regimen, conventions)
        records.append(_regimen(regimen, regions, own, least))
    return PlannedAgent(
        agent=agent.name,
        nuclide=agent.nuclide,
        role="administered" if answer.prediction is None else "predicted",
        emits_alphas=emits_alphas(agent),
        no_regimen=None
        if regimens
        else f"no published regimen of {agent.name} could be read: only activities that are asked "
        "for are shown",
        regimens=tuple(records),
    )


def _least_lesion_bed(
    effects: tuple[RegionEffects, ...], regimen: Regimen, conventions: tuple[Convention, ...]
) -> dict[str, Estimate]:
    """Return the least BED of the lesions, sample by sample, under every convention."""
    first_bq = regimen.cycles[0].activity_bq
    found = {}
    for name in (c.name for c in conventions):
        beds = [e.bed[name] for e in effects if e.region.kind == "lesion" and name in e.bed]
        if beds:
            found[name] = estimate(
                np.minimum.reduce([effect_gy(bed, activity_bq=first_bq) for bed in beds])
            )
    return found


def _regimen(
    regimen: Regimen,
    regions: tuple[RegionOfRegimen, ...],
    own: tuple[ReferenceLevel, ...],
    least: dict[str, Estimate],
) -> RegimenRecord:
    activities_bq = tuple(c.activity_bq for c in regimen.cycles)
    starts = [c.start_s for c in regimen.cycles if c.start_s is not None]
    assert regimen.source is not None
    return RegimenRecord(
        name=regimen.name,
        route=regimen.route,
        population=regimen.population,
        cycle_activity_bq=activities_bq,
        cycle_activity_mci=tuple(activity_mci(a) for a in activities_bq),
        start_s=tuple(starts) if len(starts) == len(activities_bq) else None,
        cumulative_bq=regimen.cumulative_bq,
        cumulative_mci=activity_mci(regimen.cumulative_bq),
        said=regimen.said,
        source=regimen.source.citation,
        doi_or_url=regimen.source.doi_or_url,
        status=regimen.source.status,
        regions=regions,
        least_lesion_bed_gy=least,
        activity_levels=tuple(_activity_levels(regimen, own)),
    )


def _activity_levels(
    regimen: Regimen, own: tuple[ReferenceLevel, ...]
) -> Iterator[ActivityLevelAnswer]:
    largest_bq = max(c.activity_bq for c in regimen.cycles)
    for level in own:
        if level.quantity == "repeated_activity_bq" and len(regimen.cycles) == 1:
            continue
        is_sum = level.quantity == "cumulative_activity_bq"
        planned_bq = regimen.cumulative_bq if is_sum else largest_bq
        yield ActivityLevelAnswer(
            level=level.key,
            planned_bq=planned_bq,
            is_above=planned_bq > level.value * (1.0 + 1e-9),
        )


def _region(
    effects: RegionEffects, regimen: Regimen, conventions: tuple[Convention, ...]
) -> RegionOfRegimen:
    first_bq = regimen.cycles[0].activity_bq
    region = effects.region
    absorbed = effect_gy(effects.absorbed, activity_bq=first_bq)
    rows = []
    for convention in conventions:
        bed = effects.bed.get(convention.name)
        bed_gy = None if bed is None else effect_gy(bed, activity_bq=first_bq)
        rows.append(
            EffectOfRegimen(
                convention=convention.name,
                rbe_weighted_dose_gy=estimate(
                    effect_gy(effects.weighted[convention.name], activity_bq=first_bq)
                ),
                bed_gy=None if bed_gy is None else estimate(bed_gy),
                bed_with_previous_gy=None if bed_gy is None else _with(bed_gy, region.bed),
            )
        )
    return RegionOfRegimen(
        region=region.name,
        absorbed_dose_gy=estimate(absorbed),
        absorbed_with_previous_gy=_with(absorbed, region.absorbed),
        effects=tuple(rows),
        levels=tuple(_level(row, first_bq) for row in reaching(effects)),
    )


def _with(effect: Floats, before: Before) -> Estimate | None:
    """Return an effect with that of previous therapies, if all of theirs is known."""
    if before.knowledge in {"unknown", "part"}:
        return None
    return estimate(effect + before.stated_gy)


def _level(row: Reaching, first_bq: float) -> LevelAnswer:
    finite = bool(np.isfinite(row.reaching_bq).all())
    return LevelAnswer(
        level=row.level.key,
        convention=row.convention,
        reached_at_bq=estimate(row.reaching_bq) if finite else None,
        probability_above=float(probabilities(row, activity_bq=first_bq)),
        previous=row.before.knowledge,
    )
