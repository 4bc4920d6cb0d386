"""What makes an answer uncertain, source by source, as the reports hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from alphatwin.report.estimates import Estimate  # noqa: TC001 - pydantic reads it

LEAST_TOLD: Final = 0.005
"""Share of a variance below which a source stands in the JSON file alone."""


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One source of uncertainty, with all that is correlated through it."""

    source: Annotated[str, _doc("Short name, stable between versions.")]
    text: Annotated[str, _doc("In words.")]
    first_order_share: Annotated[
        float, _doc("Share of the variance of the log dose that would vanish if it were known.")
    ]
    total_share: Annotated[
        float, _doc("Share that would remain if all else were known: interactions included.")
    ]
    first_order_sd: Annotated[
        float, _doc("Standard error of the first-order share, from the number of samples.")
    ]
    total_sd: Annotated[float, _doc("Standard error of the total share.")]
    dose_ratio_95: Annotated[
        float,
        _doc("Factor by which this source alone moves the dose up or down at 95 % (1.96 SD)."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseUncertainty:
    """The uncertainty of a dose or BED: everything sampled together, and what makes how much."""

    agent: Annotated[str, _doc("Name of the agent.")]
    administration: Annotated[str, _doc("Administration, as in the agent's record.")]
    region: Annotated[str, _doc("Name of the region.")]
    quantity: Annotated[str, _doc("absorbed_dose_gy, rbe_weighted_dose_gy or bed_gy.")]
    estimate: Annotated[
        Estimate,
        _doc("The dose with every source sampled together, the fate of daughters included."),
    ]
    geometric_sd: Annotated[float, _doc("Geometric standard deviation of those samples.")]
    contributions: Annotated[
        tuple[Contribution, ...], _doc("Sources, the largest first; empty if nothing varies.")
    ]

    @property
    def told(self) -> tuple[Contribution, ...]:
        """Sources that pages and figures show."""
        return tuple(row for row in self.contributions if row.total_share >= LEAST_TOLD)
