"""The course: one patient, one disease, what was given, measured and is to be predicted."""

from alphatwin.patient.assumptions import Assumptions, DecayDataName
from alphatwin.patient.blood import (
    Blood,
    BloodCount,
    BloodSample,
    BloodWindow,
    CollectedUrine,
    Marrow,
    Urine,
    UrineVoiding,
)
from alphatwin.patient.course import (
    Administration,
    Course,
    Patient,
    Prediction,
    Region,
)
from alphatwin.patient.effect import EffectAssumptions, TissueEffect
from alphatwin.patient.imaging import Imaging
from alphatwin.patient.injected import Impurity, Injected
from alphatwin.patient.measurement import MeasuredQuantity, Measurement, Point
from alphatwin.patient.previous import PreviousDose, PreviousTherapy
from alphatwin.patient.sharing import SharedFit
from alphatwin.patient.uptake import UPTAKE_FACTORS, UptakeFactor

__all__ = [
    "UPTAKE_FACTORS",
    "Administration",
    "Assumptions",
    "Blood",
    "BloodCount",
    "BloodSample",
    "BloodWindow",
    "CollectedUrine",
    "Course",
    "DecayDataName",
    "EffectAssumptions",
    "Imaging",
    "Impurity",
    "Injected",
    "Marrow",
    "MeasuredQuantity",
    "Measurement",
    "Patient",
    "Point",
    "Prediction",
    "PreviousDose",
    "PreviousTherapy",
    "Region",
    "SharedFit",
    "TissueEffect",
    "UptakeFactor",
    "Urine",
    "UrineVoiding",
]
