"""The table of biological effects as pydantic models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alphatwin import units
from alphatwin.files.schema import DurationS, Name, Number, Prose, Share, StrictTable, quantity

AlphaBeta = Annotated[float, quantity(units.parse_absorbed_dose_gy)]


class TissueTable(StrictTable):
    """One element of ``[[biology.tissues]]``."""

    region: Name = Field(description="name of a region")
    alpha_beta: AlphaBeta | None = None
    alpha_beta_uncertainty: Share | None = None
    repair_half_time: DurationS | None = None
    repair_half_time_uncertainty: Share | None = None
    source: Prose | None = None


class BiologyTable(StrictTable):
    """``[biology]``."""

    rbe_max_alpha: Number | None = None
    rbe_max_alpha_uncertainty: Share | None = None
    rbe_max_recoil: Number | None = None
    rbe_max_recoil_uncertainty: Share | None = None
    tissues: list[TissueTable] = Field(default_factory=list)
