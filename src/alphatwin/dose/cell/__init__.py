"""Tracks of alphas, recoils and electrons through cells, spheroids and label images."""

from alphatwin.dose.cell.cluster_run import ClusterRun, ClusterSValue
from alphatwin.dose.cell.concentric import CellRun, SValue, run_concentric
from alphatwin.dose.cell.daughters import (
    ChainShares,
    Leaving,
    chain_shares,
    stays_in_sphere_share,
)
from alphatwin.dose.cell.irradiation import irradiate
from alphatwin.dose.cell.label_image import (
    LabelImage,
    LabelRun,
    activity_shares,
    irradiate_labels,
    label_image,
)
from alphatwin.dose.cell.medium import Medium
from alphatwin.dose.cell.packing import PACKINGS, Cluster, PackingName, monolayer, spheroid
from alphatwin.dose.cell.scheme import Scheme, scheme
from alphatwin.dose.cell.shapes import (
    CELL_RADIATIONS,
    COUNTED_RADIATIONS,
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
from alphatwin.dose.cell.survival import (
    Inactivation,
    SurvivalByHits,
    control_probability,
    relative_effectiveness,
    survival_by_hits,
    surviving_fraction,
)
from alphatwin.dose.cell.track_structure import KineticModel, domain_dose_mean_gy
from alphatwin.dose.cell.uptake import Uptake, relative_uptake

__all__ = [
    "CELL_RADIATIONS",
    "COUNTED_RADIATIONS",
    "PACKINGS",
    "SOURCES",
    "TARGETS",
    "CellRun",
    "CellShape",
    "ChainShares",
    "Cluster",
    "ClusterRun",
    "ClusterSValue",
    "EventSpectrum",
    "Inactivation",
    "KineticModel",
    "LabelImage",
    "LabelRun",
    "Leaving",
    "LinealEnergy",
    "Medium",
    "PackingName",
    "SValue",
    "Scheme",
    "SourceName",
    "SpecificEnergy",
    "SurvivalByHits",
    "TargetName",
    "Uptake",
    "activity_shares",
    "chain_shares",
    "control_probability",
    "domain_dose_mean_gy",
    "irradiate",
    "irradiate_labels",
    "label_image",
    "lineal_energy",
    "mixed",
    "monolayer",
    "multi_event",
    "relative_effectiveness",
    "relative_uptake",
    "run_concentric",
    "scheme",
    "spheroid",
    "stays_in_sphere_share",
    "survival_by_hits",
    "surviving_fraction",
]
