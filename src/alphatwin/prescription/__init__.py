"""Published regimens, reference levels and the arithmetic of activity. Nothing here is a limit."""

from alphatwin.prescription.cycles import (
    TUMOUR_GRADE_1,
    TUMOUR_GRADE_2,
    UNCHANGED,
    CycleChange,
    cycle_factors,
)
from alphatwin.prescription.effect import (
    EffectPerActivity,
    activity_reaching_bq,
    effect_gy,
    linear_effect,
    probability_above,
)
from alphatwin.prescription.levels import (
    ReferenceLevel,
    emits_alphas,
    levels_of_agent,
    levels_of_organ,
    organ_of,
    reference_levels,
)
from alphatwin.prescription.regimen import (
    PlannedCycle,
    Regimen,
    activity_mci,
    planned_regimen,
    published_regimen,
    published_regimens,
)
from alphatwin.prescription.schedule import (
    UnitDose,
    bed_per_activity,
    lags_s,
    schedule_dose,
    unit_dose,
    weighted_per_activity,
)

__all__ = [
    "TUMOUR_GRADE_1",
    "TUMOUR_GRADE_2",
    "UNCHANGED",
    "CycleChange",
    "EffectPerActivity",
    "PlannedCycle",
    "ReferenceLevel",
    "Regimen",
    "UnitDose",
    "activity_mci",
    "activity_reaching_bq",
    "bed_per_activity",
    "cycle_factors",
    "effect_gy",
    "emits_alphas",
    "lags_s",
    "levels_of_agent",
    "levels_of_organ",
    "linear_effect",
    "organ_of",
    "planned_regimen",
    "probability_above",
    "published_regimen",
    "published_regimens",
    "reference_levels",
    "schedule_dose",
    "unit_dose",
    "weighted_per_activity",
]
