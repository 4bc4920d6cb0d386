"""The truth of a synthetic patient, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthPoint:
    """One region at one scan."""

    time_s: Annotated[float, _doc("From the injection to the middle of the scan.")]
    activity_bq: Annotated[float, _doc("Activity in the region.")]
    counting_relative_sd: Annotated[
        float, _doc("Relative standard uncertainty that counting leaves.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRegion:
    """One region."""

    region: Annotated[str, _doc("Name of the region.")]
    volume_ml: Annotated[float, _doc("Volume.")]
    time_integrated_activity_bq_s: Annotated[float, _doc("Integral to the end of time.")]
    points: Annotated[tuple[TruthPoint, ...], _doc("Scan by scan.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthReport:
    """Everything that is known of a synthetic patient."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["truth"], _doc("Kind of report.")]
    nuclide: Annotated[str, _doc("Nuclide that was injected.")]
    administered_bq: Annotated[float, _doc("Administered activity.")]
    seed: Annotated[int, _doc("Seed of the counts.")]
    resolution_mm: Annotated[float, _doc("Full width at half maximum of the camera.")]
    scatter_fraction: Annotated[float, _doc("Scattered over all counts.")]
    is_noisy: Annotated[bool, _doc("Whether counts were drawn.")]
    regions: Annotated[tuple[TruthRegion, ...], _doc("Region by region.")]
    shifts_mm: Annotated[
        tuple[tuple[float, float, float], ...],
        _doc("How the patient lay at each scan: left, back, head."),
    ]
