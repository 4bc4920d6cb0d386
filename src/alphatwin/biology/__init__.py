"""From absorbed dose to biological effect."""

from alphatwin.biology.dose_rate import DoseRate, dose_rate_of_curve, dose_rate_of_phases
from alphatwin.biology.effect import (
    acute_bed,
    biologically_effective_dose,
    isoeffective_factor,
)
from alphatwin.biology.heterogeneity import (
    RelativeDistribution,
    bed_distribution_gy,
    generalised_eud_gy,
    uniform_bed,
    uniform_dose_gy,
)
from alphatwin.biology.parameters import BetaRatio, RbeMax, Repair
from alphatwin.biology.probability import (
    Complication,
    complication_probability,
    surviving_fraction,
    tumour_control_probability,
)
from alphatwin.biology.protraction import Cycle, ProtractedDose, protracted_dose
from alphatwin.biology.quantities import (
    BiologicallyEffectiveDose,
    EquivalentDose2Gy,
    RbeWeightedDose,
    bed_of_eqd2,
    equivalent_dose_2gy,
)
from alphatwin.biology.rbe import RbeWeights, rbe_weighted_dose, rbe_weighted_dose_gy
from alphatwin.biology.rbe_of_alphas import (
    rbe_of_alpha_energy,
    rbe_of_alpha_let,
    rbe_of_alpha_spectrum,
)
from alphatwin.biology.repopulation import NetEffect, Repopulation, net_effect
from alphatwin.biology.sampled import SampledProtraction, sampled_protraction
from alphatwin.biology.tissues import (
    Sourced,
    Tissue,
    published_complication,
    published_rbe_max,
    tissue_or_none,
)
from alphatwin.biology.windows import DoseRateWindow, infused, protracted_windows

__all__ = [
    "BetaRatio",
    "BiologicallyEffectiveDose",
    "Complication",
    "Cycle",
    "DoseRate",
    "DoseRateWindow",
    "EquivalentDose2Gy",
    "NetEffect",
    "ProtractedDose",
    "RbeMax",
    "RbeWeightedDose",
    "RbeWeights",
    "RelativeDistribution",
    "Repair",
    "Repopulation",
    "SampledProtraction",
    "Sourced",
    "Tissue",
    "acute_bed",
    "bed_distribution_gy",
    "bed_of_eqd2",
    "biologically_effective_dose",
    "complication_probability",
    "dose_rate_of_curve",
    "dose_rate_of_phases",
    "equivalent_dose_2gy",
    "generalised_eud_gy",
    "infused",
    "isoeffective_factor",
    "net_effect",
    "protracted_dose",
    "protracted_windows",
    "published_complication",
    "published_rbe_max",
    "rbe_of_alpha_energy",
    "rbe_of_alpha_let",
    "rbe_of_alpha_spectrum",
    "rbe_weighted_dose",
    "rbe_weighted_dose_gy",
    "sampled_protraction",
    "surviving_fraction",
    "tissue_or_none",
    "tumour_control_probability",
    "uniform_bed",
    "uniform_dose_gy",
]
