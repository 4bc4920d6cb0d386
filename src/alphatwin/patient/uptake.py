"""What makes the uptake of a predicted agent differ from that of the measured one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from alphatwin.errors import InvalidValueError

UptakeFactorName = Literal[
    "uptake_ratio",
    "receptor_saturation",
    "tumour_sink",
    "somatostatin_analogue",
    "amino_acids",
    "intra_arterial",
]

UPTAKE_FACTORS: Final[dict[str, str]] = {
    "uptake_ratio": "uptake of this vector over that of the measured one",
    "receptor_saturation": "peptide mass: receptors left free by the mass injected",
    "tumour_sink": "activity that a larger or smaller tumour load leaves for this region",
    "somatostatin_analogue": "somatostatin analogue not washed out, or washed out longer",
    "amino_acids": "amino acids infused, or not, against what was done at the measurement",
    "intra_arterial": "gain of an intra-arterial over an intravenous administration",
}
"""Every factor, in words. Each is 1 unless the course states it."""


@dataclass(frozen=True, slots=True)
class UptakeFactor:
    """A factor on the whole curve of a region, for a predicted agent.

    Attributes
    ----------
    name
        One of :data:`UPTAKE_FACTORS`.
    value
        The factor, > 0.
    relative_sd
        Standard uncertainty of the factor, over the factor.
    regions
        Regions that it acts on; ``None`` for all.
    source
        Where it comes from, in words; empty if it is an assumption.
    """

    name: UptakeFactorName
    value: float
    relative_sd: float = 0.0
    regions: tuple[str, ...] | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.name not in get_args(UptakeFactorName):
            msg = f"factor {self.name!r} is unknown; allowed: {', '.join(UPTAKE_FACTORS)}"
            raise InvalidValueError(msg)
        if not 0.0 < self.value < math.inf:
            msg = f"factor {self.name} must be finite and > 0, got {self.value}"
            raise InvalidValueError(msg)
        if not 0.0 <= self.relative_sd < math.inf:
            msg = f"relative_sd of {self.name} must be finite and >= 0, got {self.relative_sd}"
            raise InvalidValueError(msg)
        if self.regions is not None and not self.regions:
            msg = f"factor {self.name} names no region; leave regions out to act on all"
            raise InvalidValueError(msg)

    def acts_on(self, region: str) -> bool:
        """Whether it acts on a region."""
        return self.regions is None or region in self.regions
