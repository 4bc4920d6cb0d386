"""Radionuclide therapy given before a course, and what it did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from alphatwin.errors import InvalidValueError

RED_MARROW: Final = "red marrow"
"""Name of the marrow that follows blood, which is no region of a course."""


@dataclass(frozen=True, slots=True)
class PreviousDose:
    """What a region received from radionuclide therapy given before this course.

    Attributes
    ----------
    region
        Name of a region of the course, or ``red marrow``.
    absorbed_dose_gy
        Absorbed dose over all its cycles. [Gy]
    relative_sd
        Standard uncertainty of that, over the dose.
    bed_gy
        Biologically effective dose over all its cycles, with alpha/beta as for this course;
        ``None`` if it is not known. [Gy]
    """

    region: str
    absorbed_dose_gy: float
    relative_sd: float
    bed_gy: float | None = None

    def __post_init__(self) -> None:
        where = f"of region {self.region!r} from a previous therapy"
        if not 0.0 < self.absorbed_dose_gy < math.inf:
            msg = f"absorbed_dose_gy {where} must be finite and > 0, got {self.absorbed_dose_gy}"
            raise InvalidValueError(msg)
        if not 0.0 <= self.relative_sd < 1.0:
            msg = f"relative_sd {where} must be at least 0 and below 1, got {self.relative_sd}"
            raise InvalidValueError(msg)
        if self.bed_gy is not None and not self.absorbed_dose_gy <= self.bed_gy < math.inf:
            msg = (
                f"bed_gy {where} must be at least the absorbed dose of {self.absorbed_dose_gy:g} "
                f"Gy, got {self.bed_gy}"
            )
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class PreviousTherapy:
    """Radionuclide therapy given before this course.

    Attributes
    ----------
    agent
        Name of the agent.
    activity_bq
        Cumulative activity; ``None`` if it is not known. [Bq]
    cycles
        Number of cycles; ``None`` if it is not known.
    doses
        What regions received, as far as it is known.
    """

    agent: str
    activity_bq: float | None = None
    cycles: int | None = None
    doses: tuple[PreviousDose, ...] = ()

    def dose(self, region: str) -> PreviousDose | None:
        """Return what a region received; ``None`` if it is not known."""
        return next((d for d in self.doses if d.region == region), None)
