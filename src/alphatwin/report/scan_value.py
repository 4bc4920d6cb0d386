"""What `alphatwin scan` answers, as frozen values: no date, no name, no path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRecord:
    """Where the voxels of a series lie, in the patient's axes (left, back, head)."""

    shape: Annotated[tuple[int, int, int], _doc("Slices, rows and columns.")]
    spacing_mm: Annotated[
        tuple[float, float, float], _doc("Between columns, rows and (on average) slices.")
    ]
    origin_mm: Annotated[tuple[float, float, float], _doc("Centre of the first voxel.")]
    axes: Annotated[
        tuple[tuple[float, float, float], ...],
        _doc("Directions in which columns, rows and slices grow."),
    ]
    is_even: Annotated[bool, _doc("Whether slices are evenly spaced.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRecord:
    """One series, as its headers describe it."""

    number: Annotated[int, _doc("Number within this answer, in order of time.")]
    modality: Annotated[str, _doc("Modality as stored.")]
    images: Annotated[int, _doc("Files, or frames of one file.")]
    tracer: Annotated[str | None, _doc("Radiopharmaceutical as stated; null if it is not.")]
    nuclide: Annotated[str | None, _doc("Nuclide; null if none is named.")]
    administered_bq: Annotated[float | None, _doc("Administered activity as stated.")]
    time_since_injection_s: Annotated[
        float | None, _doc("From injection to the start of the acquisition; null if not known.")
    ]
    duration_s: Annotated[float | None, _doc("Length of one acquisition; null if not stated.")]
    units: Annotated[
        str,
        _doc("bq_per_ml, suvbw_g_per_ml, counts, hounsfield, other or unknown."),
    ]
    decay_corrected_to: Annotated[str, _doc("As stated: none, start, administration, or unknown.")]
    activity_in_view_bq: Annotated[
        float | None, _doc("Sum of activity in the image, as stored; null if it is not activity.")
    ]
    suvbw_factor_g_per_bq: Annotated[
        float | None,
        _doc(
            "SUV by body weight over Bq/mL as stored, as its header states the times; null if "
            "something is missing."
        ),
    ]
    body_mass_kg: Annotated[float | None, _doc("Body mass as stated.")]
    frame_of_reference: Annotated[
        int | None, _doc("Number of the frame of reference; null if not stated.")
    ]
    grid: Annotated[GridRecord | None, _doc("Where the voxels lie; null if it is no volume.")]
    regions: Annotated[
        tuple[str, ...], _doc("Names of what is drawn, in a structure set or segmentation.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRecord:
    """A way out of a contradiction."""

    write: Annotated[str, _doc("Line of the course file.")]
    means: Annotated[str, _doc("In words.")]
    factor: Annotated[
        float | None, _doc("Activity at the scan over that as stored; null if it does not change.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionRecord:
    """Two things that headers say and that cannot both be true, or one that cannot be."""

    rule: Annotated[str, _doc("Short name, stable between versions.")]
    severity: Annotated[
        str,
        _doc(
            "stop: nothing is taken before a choice is made; question: an assumption was made; "
            "note: worth knowing."
        ),
    ]
    series: Annotated[tuple[int, ...], _doc("Numbers of the series.")]
    explanation: Annotated[str, _doc("What is said, and why it cannot be.")]
    choices: Annotated[tuple[ChoiceRecord, ...], _doc("Ways out.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a folder of scans holds, and in what its headers contradict each other."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["scan"], _doc("Kind of report.")]
    series: Annotated[tuple[SeriesRecord, ...], _doc("Series in order of time.")]
    contradictions: Annotated[tuple[ContradictionRecord, ...], _doc("The gravest first.")]
    unreadable: Annotated[
        tuple[str, ...], _doc("Files that are no DICOM or are damaged, by their place in the list.")
    ]
