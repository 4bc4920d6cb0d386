"""Tracks of alphas, recoils and electrons through cells, spheroids and label images."""

from alphatwin.dose.cell.concentric import CellRun, SValue, run_concentric
from alphatwin.dose.cell.scheme import Scheme, scheme
from alphatwin.dose.cell.shapes import (
    CELL_RADIATIONS,
    SOURCES,
    TARGETS,
    CellShape,
    SourceName,
    TargetName,
)
from alphatwin.dose.cell.spectra import (
    EventSpectrum,
    LinealEnergy,
    SpecificEnergy,
    lineal_energy,
    mixed,
    multi_event,
)

__all__ = [
    "CELL_RADIATIONS",
    "SOURCES",
    "TARGETS",
    "CellRun",
    "CellShape",
    "EventSpectrum",
    "LinealEnergy",
    "SValue",
    "Scheme",
    "SourceName",
    "SpecificEnergy",
    "TargetName",
    "lineal_energy",
    "mixed",
    "multi_event",
    "run_concentric",
    "scheme",
]
