"""Published absorbed doses that a report shows beside those of its patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDose:
    """What one study found an agent to do to such a region in other patients."""

    region: Annotated[str, _doc("Name of the region of this patient.")]
    mean_gy_per_bq: Annotated[
        float, _doc("Published mean absorbed dose over the activity administered.")
    ]
    sd_gy_per_bq: Annotated[
        float | None, _doc("Standard deviation between subjects; null if none is known.")
    ]
    n: Annotated[int | None, _doc("Size of the group; null if not stated.")]
    n_unit: Annotated[str, _doc("What the size counts: patients, lesions or treatments.")]
    source: Annotated[str, _doc("Citation of the study.")]
    doi_or_url: Annotated[str, _doc("Where it is found.")]
    status: Annotated[
        Literal["read", "recalled", "computed"],
        _doc("Whether the figure was read in its source."),
    ]
    is_basis: Annotated[
        bool,
        _doc(
            "True if this very figure stands in for kinetics that were not measured, so that "
            "agreement with it is no evidence."
        ),
    ]
