"""The evidence box: what was observed of an agent in others, beside what is predicted here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from alphatwin.report.estimates import Estimate  # noqa: TC001 - pydantic reads it


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedFigure:
    """One published figure of an agent."""

    topic: Annotated[
        Literal["response", "survival", "adverse event"], _doc("What the figure is about.")
    ]
    outcome: Annotated[str, _doc("Outcome, with its grade or time.")]
    record: Annotated[str, _doc("Record of the base of evidence: `alphatwin evidence show`.")]
    population: Annotated[str, _doc("Who was studied.")]
    group: Annotated[str, _doc("Group of which it is a figure.")]
    prior: Annotated[str, _doc("Therapy with a beta emitter before.")]
    is_like_patient: Annotated[
        bool | None,
        _doc("Whether that is as in this patient; null if it is not known of either."),
    ]
    n: Annotated[int | None, _doc("Count; null if none is known.")]
    of: Annotated[int | None, _doc("Denominator; null if it is not known.")]
    share_fraction: Annotated[float | None, _doc("Share of the group; null if it is no share.")]
    exact_low_fraction: Annotated[
        float | None, _doc("Lower end of the exact 95 % interval; null without a count.")
    ]
    exact_high_fraction: Annotated[float | None, _doc("Upper end of it; null likewise.")]
    stated: Annotated[str, _doc("The figure as printed.")]
    low: Annotated[float | None, _doc("Lower end of a printed interval, in the printed unit.")]
    high: Annotated[float | None, _doc("Upper end of a printed interval; null if not reached.")]
    place: Annotated[str, _doc("Where it stands.")]
    cautions: Annotated[tuple[str, ...], _doc("What a reader must know of it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedHere:
    """What this report computes for one region under the agent, to stand beside the observed."""

    region: Annotated[str, _doc("Name of the region.")]
    kind: Annotated[str, _doc("organ or lesion.")]
    absorbed_dose_gy: Annotated[Estimate, _doc("Absorbed dose of this one administration.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceBox:
    """What was observed of an agent, in whom, beside what is predicted for this patient."""

    prior: Annotated[
        str | None,
        _doc("Therapy of this patient with a beta emitter before the agent; null if unknown."),
    ]
    prior_from: Annotated[str, _doc("What that is taken from.")]
    observed: Annotated[
        tuple[ObservedFigure, ...],
        _doc(
            "Published figures that no newer one replaced, those in patients like this one first; "
            "single patients, reviews and recalled figures are not among them."
        ),
    ]
    predicted: Annotated[tuple[PredictedHere, ...], _doc("Doses of this report, lesions first.")]
    not_comparable: Annotated[
        tuple[str, ...], _doc("What keeps the figures from being compared with each other.")
    ]
    note: Annotated[str, _doc("How the two may be read beside each other.")]
