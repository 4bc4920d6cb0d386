"""Numbers with their uncertainty, as every report holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its uncertainty: median and central 95 % interval of the samples."""

    median: Annotated[float, _doc("Median of the samples.")]
    low: Annotated[float, _doc("2.5th percentile of the samples.")]
    high: Annotated[float, _doc("97.5th percentile of the samples.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedDose:
    """RBE-weighted dose; not an absorbed dose and never added to one."""

    rbe_alpha: Annotated[float, _doc("RBE of alpha particles.")]
    rbe_recoil: Annotated[float, _doc("RBE of recoil nuclei.")]
    rbe_weighted_dose_gy: Annotated[Estimate, _doc("RBE-weighted dose (RBE of all else: 1).")]
