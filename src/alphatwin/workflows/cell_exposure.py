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
        msg = f"the mass of {region} is unknown: decays per cell need it; state it in the course"
        raise NotSupportedError(msg)
    share = tissue_per_cell_kg(cluster) / mass_kg
    decays = regions[region]["time_integrated_activity_bq_s"]
    if not decays["median"] > 0.0:
        msg = f"{region} has no decays of {agent} in the dose report"
        raise InvalidValueError(msg)
    return Exposure(
        decays_per_cell=decays["median"] * share,
        low=decays["low"] * share,
        high=decays["high"] * share,
        agent=agent,
        region=region,
        nuclide=agents[agent]["nuclide"],
        region_absorbed_dose_gy=(regions[region].get("absorbed_dose_gy") or {}).get("median"),
    )


def tissue_per_cell_kg(cluster: Cluster) -> float:
    """Return the mass of tissue that goes with a cell, at unit density. [kg]."""
    radius = cluster.shape.radius_um
    cell_um3 = 4.0 / 3.0 * math.pi * radius**3
    return cell_um3 / cluster.cell_fraction * KG_PER_UM3
