"""The tables of blood samples, urine and marrow as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from alphatwin import units
from alphatwin.files.schema import (
    ActivityBq,
    DurationS,
    Name,
    Number,
    Share,
    StrictTable,
    TimeS,
    quantity,
    readable_as_one_of,
)

RatePerS = Annotated[float, quantity(units.parse_count_rate_per_s)]
Volume = Annotated[float, quantity(units.parse_volume_ml)]
Mass = Annotated[float, quantity(units.parse_mass_kg)]
RateUncertainty = Annotated[Name, readable_as_one_of(units.parse_count_rate_per_s)]
ActivityUncertainty = Annotated[Name, readable_as_one_of(units.parse_activity_bq)]
Response = Annotated[Number, Field(gt=0.0)]


class WindowTable(StrictTable):
    """``[[blood.windows]]``."""

    name: Name = Field(description="a name of its own, such as '440 keV'")
    counts_per_decay: dict[str, Response] = Field(
        description='counts in the window per decay, such as { "Bi-213" = 0.026 }'
    )
    calibration_uncertainty: Share | None = None


class CountTable(StrictTable):
    """One element of ``counts``."""

    window: Name | None = None
    delay: DurationS = Field(description="from drawing to the start of the count, '30 min'")
    duration: DurationS | None = None
    rate: RatePerS = Field(description="net count rate, background taken off, such as '12.3 /s'")
    uncertainty: RateUncertainty = Field(
        description="standard uncertainty by counting, '3 %' or in the unit of the rate"
    )


class SampleTable(StrictTable):
    """``[[blood.samples]]``."""

    drawn_at: TimeS = Field(description="time since the administration, for instance '2 h'")
    volume: Volume = Field(description="volume that was counted, for instance '2 mL'")
    volume_uncertainty: Share | None = None
    fluid: Literal["blood", "plasma"] = "blood"
    counts: list[CountTable] = Field(description="the counts of the sample")


class BloodTable(StrictTable):
    """``[blood]``."""

    administration: Name | None = None
    haematocrit: Number | None = None
    cell_to_plasma_ratio: Number | None = None
    solve_for: list[Name] = Field(default_factory=list)
    volume: Volume | None = Field(default=None, description="of all blood, such as '5.3 L'")
    windows: list[WindowTable] = Field(description="[[blood.windows]], at least one")
    samples: list[SampleTable] = Field(description="[[blood.samples]], at least two")


class VoidingTable(StrictTable):
    """``[urine.voiding]``."""

    times: list[DurationS] = Field(default_factory=list)
    interval: DurationS | None = None
    residual_fraction: Number | None = None


class CollectedTable(StrictTable):
    """``[[urine.collected]]``."""

    until: DurationS = Field(description="time since the administration, for instance '24 h'")
    activity: ActivityBq = Field(description="of all urine until then, at that time: '3.1 GBq'")
    uncertainty: ActivityUncertainty = Field(
        description="standard uncertainty, '5 %' or in the unit of the activity"
    )


class UrineTable(StrictTable):
    """``[urine]``."""

    administration: Name | None = None
    fractions: list[Number] = Field(default_factory=list)
    half_times: list[DurationS] = Field(default_factory=list)
    whole_body: Name | None = None
    excreted_share: Share | None = None
    voiding: VoidingTable | None = None
    collected: list[CollectedTable] = Field(default_factory=list)


class MarrowTable(StrictTable):
    """``[marrow]``."""

    ratio: Number | None = Field(default=None, gt=0.0)
    ratio_uncertainty: Share | None = None
    ratio_from: Literal["peptide", "haematocrit"] | None = None
    mass: Mass | None = None
    scaling: Literal["lean mass", "weight", "reference"] | None = None
