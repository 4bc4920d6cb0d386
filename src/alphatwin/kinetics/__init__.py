"""Time-activity curves of regions: fits, population curves, prediction for other nuclides."""

from alphatwin.kinetics.cohort import CohortCurve, CohortFit, cohort_fit, cohort_priors
from alphatwin.kinetics.curve import (
    Phases,
    RegionCurve,
    activity_bq,
    best_phases,
    curve_scaled,
    time_integrated_activity_bq_s,
)
from alphatwin.kinetics.diagnostics import LaplaceComparison, PointDiagnosis
from alphatwin.kinetics.error_model import ErrorModel
from alphatwin.kinetics.fit import fit
from alphatwin.kinetics.fitted import Fit
from alphatwin.kinetics.informed import DecayShares, decay_shares
from alphatwin.kinetics.joint import CYCLES, JointFit, Sharing, fit_jointly
from alphatwin.kinetics.models import MODELS
from alphatwin.kinetics.observation import (
    Observations,
    exceeds_administered,
    observations,
    suspicious_decay_correction,
)
from alphatwin.kinetics.population import population_curve, population_curve_from_uptake
from alphatwin.kinetics.prior import Prior, Priors
from alphatwin.kinetics.schedule import ScheduleError, candidate_schedules, schedule_errors
from alphatwin.kinetics.single_point import (
    haenscheid_time_integrated_activity_bq_s,
    madsen_samples_bq_s,
    madsen_time_integrated_activity_bq_s,
)

__all__ = [
    "CYCLES",
    "MODELS",
    "CohortCurve",
    "CohortFit",
    "DecayShares",
    "ErrorModel",
    "Fit",
    "JointFit",
    "LaplaceComparison",
    "Observations",
    "Phases",
    "PointDiagnosis",
    "Prior",
    "Priors",
    "RegionCurve",
    "ScheduleError",
    "Sharing",
    "activity_bq",
    "best_phases",
    "candidate_schedules",
    "cohort_fit",
    "cohort_priors",
    "curve_scaled",
    "decay_shares",
    "exceeds_administered",
    "fit",
    "fit_jointly",
    "haenscheid_time_integrated_activity_bq_s",
    "madsen_samples_bq_s",
    "madsen_time_integrated_activity_bq_s",
    "observations",
    "population_curve",
    "population_curve_from_uptake",
    "schedule_errors",
    "suspicious_decay_correction",
    "time_integrated_activity_bq_s",
]
