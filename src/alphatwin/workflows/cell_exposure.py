"""From a lesion's decays in a dose report to decays per cell of a model of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphatwin.dose.cell.shapes import KG_PER_UM3
from alphatwin.errors import InvalidValueError, NotSupportedError

if TYPE_CHECKING:
    from alphatwin.dose.cell import Cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Primary decays per cell: median and 95 % interval, and where they come from."""

    decays_per_cell: float
    low: float | None = None
    high: float | None = None
    agent: str | None = None
    region: str | None = None
    nuclide: str | None = None
    region_absorbed_dose_gy: float | None = None


def exposure_of_region(
    report: dict[str, Any], *, agent: str, region: str, cluster: Cluster
) -> Exposure:
    """Return the decays per cell of a region: its decays per mass times the mass of a cell's share.

    Cells and what lies between them hold all of the region's activity, as cells do here; the
    mass of a cell's share is that of the cluster over its cells, at unit density.

    Parameters
    ----------
    report
        A dose report, as JSON.
    agent, region
        Names in it.
    cluster
        The model of the tissue.

    Raises
    ------
    InvalidValueError
        If the report has no such agent or region, or the region no decays.
    NotSupportedError
        If the mass of the region is unknown.
    """
    found = region_decays(report, agent=agent, region=region)
    share = tissue_per_cell_kg(cluster)
    return Exposure(
        decays_per_cell=found.decays_per_kg * share,
        low=found.decays_per_kg * found.low_ratio * share,
        high=found.decays_per_kg * found.high_ratio * share,
        agent=agent,
        region=region,
        nuclide=found.nuclide,
        region_absorbed_dose_gy=found.absorbed_dose_gy,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDecays:
    """Decays of a region of a dose report, per kilogram of it.

    Attributes
    ----------
    nuclide
        Nuclide of the agent.
    decays_per_kg
        Its decays: median. [1/kg]
    low_ratio, high_ratio
        Ends of the 95 % interval over the median.
    decays_per_kg_by_nuclide
        Decays of every member of the chain. [1/kg]
    absorbed_dose_gy
        Median absorbed dose to the region, if the report has one. [Gy]
    """

    nuclide: str
    decays_per_kg: float
    low_ratio: float
    high_ratio: float
    decays_per_kg_by_nuclide: dict[str, float]
    absorbed_dose_gy: float | None


def region_decays(report: dict[str, Any], *, agent: str, region: str) -> RegionDecays:
    """Return the decays of a region of a dose report, per kilogram.

    Parameters
    ----------
    report
        A dose report, as JSON.
    agent, region
        Names in it.

    Raises
    ------
    InvalidValueError
        If the report has no such agent or region, or the region no decays.
    NotSupportedError
        If the mass of the region is unknown.
    """
    agents = {a["agent"]: a for a in report["agents"]}
    if agent not in agents:
        msg = f"agent {agent!r} is not in the dose report; it has {', '.join(agents)}"
        raise InvalidValueError(msg)
    regions = {r["region"]: r for r in agents[agent]["regions"]}
    masses_kg = {r["name"]: r["mass_kg"] for r in report["regions"]}
    if region not in regions:
        msg = f"region {region!r} is not in the dose report; it has {', '.join(regions)}"
        raise InvalidValueError(msg)
    mass_kg = masses_kg.get(region)
    if mass_kg is None:
        msg = f"the mass of {region} is unknown: decays per mass need it; state it in the course"
        raise NotSupportedError(msg)
    told = regions[region]
    decays = told["time_integrated_activity_bq_s"]
    median = decays["median"]
    if not median > 0.0:
        msg = f"{region} has no decays of {agent} in the dose report"
        raise InvalidValueError(msg)
    members = told.get("decays") or {agents[agent]["nuclide"]: median}
    return RegionDecays(
        nuclide=agents[agent]["nuclide"],
        decays_per_kg=median / mass_kg,
        low_ratio=decays["low"] / median,
        high_ratio=decays["high"] / median,
        decays_per_kg_by_nuclide={name: value / mass_kg for name, value in members.items()},
        absorbed_dose_gy=(told.get("absorbed_dose_gy") or {}).get("median"),
    )


def tissue_per_cell_kg(cluster: Cluster) -> float:
    """Return the mass of tissue that goes with a cell, at unit density. [kg]."""
    radius = cluster.shape.radius_um
    cell_um3 = 4.0 / 3.0 * math.pi * radius**3
    return cell_um3 / cluster.cell_fraction * KG_PER_UM3
