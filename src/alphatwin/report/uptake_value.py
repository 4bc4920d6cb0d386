"""What regions take up on the scans, as part of the dose report: SUV, ratios, grades, volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuvRecord:
    """Standardised uptake of a region, as measured: not corrected for recovery."""

    normalised_by: Annotated[str, _doc("body weight, lean body mass or body surface.")]
    unit: Annotated[str, _doc("g/mL or cm2/mL.")]
    greatest: Annotated[float, _doc("In a voxel of at least half in the region.")]
    peak: Annotated[float, _doc("Greatest mean over a sphere of 1 mL around such a voxel.")]
    mean: Annotated[float, _doc("Over the region.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioRecord:
    """Mean uptake of a region over that of a reference."""

    to: Annotated[str, _doc("liver, spleen or background.")]
    value: Annotated[float, _doc("Ratio of the means.")]
    relative_sd: Annotated[float, _doc("Relative standard uncertainty.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRecord:
    """Uptake of a lesion against liver and spleen."""

    number: Annotated[int, _doc("0 to 4, after Krenning's relative scale.")]
    in_words: Annotated[str, _doc("The comparison.")]
    above_liver_probability: Annotated[float, _doc("That uptake is above that of the liver.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRecord:
    """What of a lesion lies above a threshold."""

    rule: Annotated[str, _doc("The threshold in words.")]
    threshold_bq_per_ml: Annotated[float, _doc("The threshold, at the scan.")]
    volume_ml: Annotated[float, _doc("Volume above it that hangs together with the maximum.")]
    activity_bq: Annotated[float, _doc("Activity in that volume, at the scan.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class UptakeRecord:
    """One region on one scan."""

    region: Annotated[str, _doc("Name of the region.")]
    scan: Annotated[int, _doc("Number of the scan.")]
    suv: Annotated[
        tuple[SuvRecord, ...], _doc("By body weight, and what else sex and height allow.")
    ]
    ratios: Annotated[tuple[RatioRecord, ...], _doc("To what is drawn of references.")]
    grade: Annotated[
        GradeRecord | None, _doc("Of a lesion, where liver and spleen are drawn; else null.")
    ]
    volumes: Annotated[tuple[ThresholdRecord, ...], _doc("Of a lesion, by every rule asked for.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRecord:
    """What lesions are compared with, on one scan."""

    name: Annotated[str, _doc("liver, spleen or background.")]
    scan: Annotated[int, _doc("Number of the scan.")]
    mean_bq_per_ml: Annotated[float, _doc("Mean, at the scan.")]
    sd_bq_per_ml: Annotated[float, _doc("Standard deviation of its voxels, at the scan.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRecord:
    """Whether uptake on one scan speaks for peptide receptor therapy: that question alone."""

    scan: Annotated[int, _doc("Number of the scan.")]
    least_grade: Annotated[int, _doc("Grade that was asked of every lesion.")]
    every_lesion_at_least: Annotated[bool, _doc("Whether every lesion has it.")]
    lesions_below: Annotated[tuple[str, ...], _doc("Those that have not.")]
    explanation: Annotated[str, _doc("In words, with what the answer does not say.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class UptakesRecord:
    """What ``[uptake]`` of the course asked for."""

    uptakes: Annotated[tuple[UptakeRecord, ...], _doc("Scan by scan, region by region.")]
    references: Annotated[tuple[ReferenceRecord, ...], _doc("What they are compared with.")]
    eligible: Annotated[tuple[EligibilityRecord, ...], _doc("Scan by scan; empty without grades.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRecord:
    """One member of the chain in a window."""

    nuclide: Annotated[str, _doc("Member.")]
    activity_ratio: Annotated[float, _doc("Its activity over that of the parent.")]
    photons_per_decay: Annotated[float, _doc("Photons in the window per decay of the member.")]
    share: Annotated[float, _doc("Its share of all photons in the window.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRecord:
    """What an energy window counts of an alpha agent, and the activity that it takes."""

    parent: Annotated[str, _doc("Nuclide on the vector.")]
    low_mev: Annotated[float, _doc("Lower edge.")]
    high_mev: Annotated[float, _doc("Upper edge.")]
    photons_per_decay: Annotated[float, _doc("In the window, per decay of the parent.")]
    counted: Annotated[tuple[CountedRecord, ...], _doc("Members counted, the greatest first.")]
    time_since_purification_s: Annotated[
        float | None, _doc("When the parent was alone last; null for equilibrium.")
    ]
    relative_sd: Annotated[float, _doc("Precision that was asked for.")]
    net_counts: Annotated[float, _doc("Counts above the background that give it.")]
    background_counts: Annotated[float, _doc("Of the background in the same time.")]
    duration_s: Annotated[float, _doc("Of the measurement.")]
    time_s: Annotated[float, _doc("From the administration to it.")]
    least_at_scan_bq: Annotated[float, _doc("Least activity in view at the scan.")]
    least_administered_bq: Annotated[
        float, _doc("The same decayed back to the administration, if none of it left.")
    ]
