"""Effect of a schedule in a region under each convention, against activity and against levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.biology import RbeMax, RbeWeights
from alphatwin.prescription import (
    EffectPerActivity,
    activity_reaching_bq,
    bed_per_activity,
    cycle_factors,
    levels_of_organ,
    probability_above,
    schedule_dose,
    weighted_per_activity,
)
from alphatwin.prescription.cycles import UNCHANGED, CycleChange
from alphatwin.uncertainty import stream
from alphatwin.uncertainty.summaries import PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.prescription import ReferenceLevel, Regimen
    from alphatwin.prescription.before import Before
    from alphatwin.report.plan_value import Convention
    from alphatwin.workflows.plan_regions import PlanRegion, UnitRegion

    Floats = NDArray[np.float64]

BED: Final = "bed_gy"
WEIGHTED: Final = "rbe_weighted_dose_gy"


@dataclass(frozen=True, slots=True, eq=False)
class RegionEffects:
    """Effect of one schedule in one region, per activity of its first cycle.

    Attributes
    ----------
    region
        The region.
    absorbed
        Absorbed dose.
    weighted, bed
        RBE-weighted dose and BED by the name of the convention; no BED without tissue parameters.
    """

    region: PlanRegion
    absorbed: EffectPerActivity
    weighted: Mapping[str, EffectPerActivity]
    bed: Mapping[str, EffectPerActivity]


def region_effects(
    unit: UnitRegion,
    *,
    regimen: Regimen,
    conventions: tuple[Convention, ...],
    tumour_change: CycleChange = UNCHANGED,
    seed: int,
) -> RegionEffects:
    """Return the effect of a schedule in a region.

    Parameters
    ----------
    unit
        What one cycle does there.
    regimen
        The schedule.
    conventions
        How alphas are weighed.
    tumour_change
        How lesions change from cycle to cycle; organs do not.
    seed
        Seed of the random streams.
    """
    factors = None
    if unit.region.kind == "lesion" and tumour_change is not UNCHANGED:
        factors = cycle_factors(
            tumour_change,
            cycles=len(regimen.cycles),
            samples=unit.dose_gy_per_bq.shape[0],
            generator=stream(seed, "cycles", unit.region.name),
        )
    given = regimen.weights if factors is None else factors * regimen.weights
    dose = unit.dose_gy_per_bq * np.atleast_2d(given).sum(axis=1)[:, np.newaxis]
    weighted = {
        c.name: weighted_per_activity(
            dose, weights=RbeWeights(alpha=c.rbe_alpha, recoil=c.rbe_recoil)
        )
        for c in conventions
    }
    bed = {}
    if unit.unit is not None and unit.region.tissue is not None:
        whole = schedule_dose(unit.unit, regimen=regimen, factor=factors)
        bed = {
            c.name: bed_per_activity(
                whole,
                rbe_max=RbeMax.of(alpha=c.rbe_max_alpha, recoil=c.rbe_max_recoil),
                alpha_beta_gy=unit.region.tissue.alpha_beta_gy,
            )
            for c in conventions
        }
    return RegionEffects(
        unit.region, weighted_per_activity(dose, weights=RbeWeights()), weighted, bed
    )


@dataclass(frozen=True, slots=True, eq=False)
class Reaching:
    """The activity of the first cycle at which a level is reached, under one convention.

    Attributes
    ----------
    level, convention
        The level, and the name of the convention.
    reaching_bq
        Sorted samples. (n_samples,) [Bq]
    before
        What previous therapies left.
    """

    level: ReferenceLevel
    convention: str
    reaching_bq: Floats
    before: Before


def reaching(effects: RegionEffects) -> tuple[Reaching, ...]:
    """Return where a schedule reaches every level of the region's organ."""
    region = effects.region
    found = []
    for level in () if region.organ is None else levels_of_organ(region.organ):
        is_bed = level.quantity == BED
        before = region.bed if is_bed else region.absorbed
        for name, effect in (effects.bed if is_bed else effects.weighted).items():
            reaching_bq = activity_reaching_bq(
                effect, level_gy=level.value, before_gy=before.stated_gy
            )
            found.append(Reaching(level, name, np.sort(reaching_bq), before))
    return tuple(found)


def bands_gy(effect: EffectPerActivity, *, activity_bq: Floats) -> Floats:
    """Return low, median and high of an effect against activity. (3, n_activities) [Gy].

    A purely linear effect has the percentiles of its coefficient times the activity.
    """
    if not effect.quadratic_gy_per_bq2.any():
        ends = np.percentile(effect.linear_gy_per_bq, PERCENTILES)
        return np.asarray(np.multiply.outer(ends, activity_bq))
    return np.asarray(np.percentile(against(effect, activity_bq=activity_bq), PERCENTILES, axis=1))


def against(effect: EffectPerActivity, *, activity_bq: Floats) -> Floats:
    """Return samples of an effect against activity. (n_activities, n_samples) [Gy]."""
    linear = np.multiply.outer(activity_bq, effect.linear_gy_per_bq)
    return np.asarray(linear + np.multiply.outer(activity_bq**2, effect.quadratic_gy_per_bq2))


def least_of_lesions_gy(
    effects: tuple[RegionEffects, ...], *, name: str, activity_bq: Floats
) -> Floats | None:
    """Return bands of the least BED of the lesions, sample by sample; ``None`` without lesions.

    Parameters
    ----------
    effects
        Effects of one schedule, region by region.
    name
        Name of the convention.
    activity_bq
        Activities of the first cycle. (n_activities,) [Bq]

    Returns
    -------
    (3, n_activities) ndarray or None
        Low, median and high. [Gy]
    """
    lesions = [e for e in effects if e.region.kind == "lesion" and name in e.bed]
    if not lesions:
        return None
    if len(lesions) == 1:
        return bands_gy(lesions[0].bed[name], activity_bq=activity_bq)
    least = np.minimum.reduce([against(e.bed[name], activity_bq=activity_bq) for e in lesions])
    return np.asarray(np.percentile(least, PERCENTILES, axis=1))


def probabilities(row: Reaching, *, activity_bq: Floats | float) -> Floats:
    """Return the probability of exceeding the level at activities [Bq], same shape."""
    return probability_above(row.reaching_bq, activity_bq=activity_bq)
