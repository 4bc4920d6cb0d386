"""From absorbed dose to biological effect."""

from alphatwin.biology.dose_rate import DoseRate, dose_rate_of_curve, dose_rate_of_phases
from alphatwin.biology.effect import (
    acute_bed,
    biologically_effective_dose,
    isoeffective_factor,
)
from alphatwin.biology.parameters import BetaRatio, RbeMax, Repair
from alphatwin.biology.protraction import Cycle, ProtractedDose, protracted_dose
from alphatwin.biology.quantities import (
    BiologicallyEffectiveDose,
    EquivalentDose2Gy,
    RbeWeightedDose,
    bed_of_eqd2,
    equivalent_dose_2gy,
)
from alphatwin.biology.rbe import RbeWeights, rbe_weighted_dose, rbe_weighted_dose_gy
from alphatwin.biology.sampled import SampledProtraction, sampled_protraction
from alphatwin.biology.windows import DoseRateWindow, infused, protracted_windows

__all__ = [
    "BetaRatio",
    "BiologicallyEffectiveDose",
    "Cycle",
    "DoseRate",
    "DoseRateWindow",
    "EquivalentDose2Gy",
    "ProtractedDose",
    "RbeMax",
    "RbeWeightedDose",
    "RbeWeights",
    "Repair",
    "SampledProtraction",
    "acute_bed",
    "bed_of_eqd2",
    "biologically_effective_dose",
    "dose_rate_of_curve",
    "dose_rate_of_phases",
    "equivalent_dose_2gy",
    "infused",
    "isoeffective_factor",
    "protracted_dose",
    "protracted_windows",
    "rbe_weighted_dose",
    "rbe_weighted_dose_gy",
    "sampled_protraction",
]
