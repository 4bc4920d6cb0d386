"""Biological effects as a dose report holds them; none of them is an absorbed dose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from alphatwin.report.estimates import Estimate  # noqa: TC001 - pydantic reads it


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectParameter:
    """A sampled parameter of the linear-quadratic model."""

    name: Annotated[
        str, _doc("alpha_beta_gy, repair_half_time_s, rbe_max_alpha or rbe_max_recoil.")
    ]
    median: Annotated[float, _doc("Median, in the unit that ends the name.")]
    geometric_sd: Annotated[float, _doc("Geometric standard deviation; 1 if known exactly.")]
    source: Annotated[str, _doc("Where it comes from.")]
    status: Annotated[str, _doc("read in the source, recalled, or stated in the course.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectAlternative:
    """The effect under another model, over that of this report."""

    name: Annotated[str, _doc("What is changed, in words.")]
    bed_gy: Annotated[float, _doc("Median biologically effective dose under it.")]
    bed_ratio: Annotated[float, _doc("Ratio of the medians.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEffect:
    """Biological effect of one administration in one region; never added to a dose."""

    region: Annotated[str, _doc("Name of the region.")]
    tissue: Annotated[str, _doc("Tissue whose parameters are used.")]
    bed_gy: Annotated[
        Estimate, _doc("Biologically effective dose with RBEmax as assumed, parameters sampled.")
    ]
    bed_rbe_one_gy: Annotated[Estimate, _doc("Biologically effective dose with every RBEmax 1.")]
    eqd2_gy: Annotated[
        Estimate, _doc("Dose in 2-Gy fractions of the same effect, RBEmax as assumed.")
    ]
    eqd2_rbe_one_gy: Annotated[
        Estimate, _doc("Dose in 2-Gy fractions of the same effect, every RBEmax 1.")
    ]
    lea_catcheside: Annotated[
        Estimate, _doc("Lea-Catcheside factor G of the summed dose rate, from 0 to 1.")
    ]
    parameters: Annotated[tuple[EffectParameter, ...], _doc("Parameters, each with its source.")]
    alternatives: Annotated[
        tuple[EffectAlternative, ...], _doc("Other models: repair, quadratic term of alphas.")
    ]
