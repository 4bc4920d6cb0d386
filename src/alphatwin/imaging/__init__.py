"""What images measure: scans as values, their contradictions, uptake, recovery, counts."""

from alphatwin.imaging.body_size import body_surface_cm2, lean_body_mass_kg
from alphatwin.imaging.contradictions import Choice, Contradiction, contradictions
from alphatwin.imaging.quantification import (
    Calibration,
    Corrected,
    RecoveryCurve,
    calibration_bq_s,
    corrected_for_dead_time,
    corrected_for_recovery,
    recovery_curve,
)
from alphatwin.imaging.region_reading import RegionReading, filled, region_reading
from alphatwin.imaging.scan import DecayConvention, ScanSeries, Tracer, Units
from alphatwin.imaging.suv import suv_by_mass, suv_by_surface
from alphatwin.imaging.uptake import (
    Eligibility,
    Grade,
    Uptake,
    liver_threshold_ratio,
    receptor_eligibility,
    uptake,
    uptake_grade,
    uptake_ratio,
    volume_above,
)
from alphatwin.imaging.windows import (
    WINDOWS,
    Window,
    WindowYield,
    counting_relative_sd,
    least_activity_bq,
    net_counts_needed,
    window,
    window_yield,
)

__all__ = [
    "WINDOWS",
    "Calibration",
    "Choice",
    "Contradiction",
    "Corrected",
    "DecayConvention",
    "Eligibility",
    "Grade",
    "RecoveryCurve",
    "RegionReading",
    "ScanSeries",
    "Tracer",
    "Units",
    "Uptake",
    "Window",
    "WindowYield",
    "body_surface_cm2",
    "calibration_bq_s",
    "contradictions",
    "corrected_for_dead_time",
    "corrected_for_recovery",
    "counting_relative_sd",
    "filled",
    "lean_body_mass_kg",
    "least_activity_bq",
    "liver_threshold_ratio",
    "net_counts_needed",
    "receptor_eligibility",
    "recovery_curve",
    "region_reading",
    "suv_by_mass",
    "suv_by_surface",
    "uptake",
    "uptake_grade",
    "uptake_ratio",
    "volume_above",
    "window",
    "window_yield",
]
