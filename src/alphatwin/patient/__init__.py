"""The course: one patient, one disease, what was given, measured and is to be predicted."""

from alphatwin.patient.assumptions import Assumptions, DecayDataName
from alphatwin.patient.course import (
    Administration,
    Course,
    Patient,
    Prediction,
    PreviousTherapy,
    Region,
)
from alphatwin.patient.measurement import MeasuredQuantity, Measurement, Point

__all__ = [
    "Administration",
    "Assumptions",
    "Course",
    "DecayDataName",
    "MeasuredQuantity",
    "Measurement",
    "Patient",
    "Point",
    "Prediction",
    "PreviousTherapy",
    "Region",
]
