"""What images measure: scans as values, their contradictions, uptake, recovery, counts."""

from alphatwin.imaging.contradictions import Choice, Contradiction, contradictions
from alphatwin.imaging.scan import DecayConvention, ScanSeries, Tracer, Units

__all__ = [
    "Choice",
    "Contradiction",
    "DecayConvention",
    "ScanSeries",
    "Tracer",
    "Units",
    "contradictions",
]
