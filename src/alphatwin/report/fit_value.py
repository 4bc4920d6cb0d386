"""How the curve of a region was found, as frozen values of the dose report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from alphatwin.report.estimates import Estimate  # noqa: TC001 - pydantic reads it


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRecord:
    """A measured point beside the fitted curve, at the time of measurement."""

    time_s: Annotated[float, _doc("Time since administration.")]
    activity_bq: Annotated[float, _doc("Measured activity in the region at that time.")]
    low_bq: Annotated[float, _doc("Measured activity less two standard uncertainties.")]
    high_bq: Annotated[float, _doc("Measured activity plus two standard uncertainties.")]
    fitted: Annotated[Estimate, _doc("Fitted activity at that time, in Bq.")]
    standardised_residual: Annotated[
        float, _doc("Measured less best fit, over the standard uncertainty of the measurement.")
    ]
    left_out_residual: Annotated[
        float | None,
        _doc(
            "Measured less predicted by the other points, over the standard uncertainty of both; "
            "null if the others say nothing."
        ),
    ]
    integral_ratio: Annotated[
        float | None,
        _doc("Time-integrated activity without this point over that with it; null as above."),
    ]
    time_shift_s: Annotated[
        float | None,
        _doc("Smallest shift of its time that puts it on the curve of the others; null if none."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRecord:
    """A population prior that the fit used."""

    parameter: Annotated[str, _doc("Parameter, with the nuclide under which it was observed.")]
    median: Annotated[
        float, _doc("Geometric mean of the lognormal prior, in the parameter's unit.")
    ]
    geometric_sd: Annotated[float, _doc("Geometric standard deviation of the prior.")]
    source: Annotated[str, _doc("Where the prior comes from.")]
    status: Annotated[str, _doc("read, recalled or computed.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRecord:
    """How the curve of a region was found."""

    administration: Annotated[str, _doc("Administration after which the region was measured.")]
    nuclide: Annotated[str, _doc("Nuclide that was counted.")]
    model: Annotated[
        str, _doc("Leading model of the curve, in words; population if nothing was fitted.")
    ]
    why: Annotated[str, _doc("Why this model.")]
    averaging: Annotated[
        str, _doc("How models were weighed: evidence, akaike, or none; none where nothing was.")
    ]
    model_weights: Annotated[
        dict[str, float], _doc("Weight of each model in the curve; empty if nothing was fitted.")
    ]
    error_model: Annotated[
        str | None, _doc("How uncertain the points were taken to be; null if nothing was fitted.")
    ]
    laplace_median_ratio: Annotated[
        float | None,
        _doc("Median of the integral by Laplace's approximation over that of the samples."),
    ]
    laplace_spread_ratio: Annotated[
        float | None, _doc("Spread of its logarithm by Laplace over that of the samples.")
    ]
    points: Annotated[tuple[PointRecord, ...], _doc("Measured points, in order of time.")]
    priors: Annotated[tuple[PriorRecord, ...], _doc("Population priors used.")]
    parameters: Annotated[dict[str, Estimate], _doc("Fitted parameters, each key with its unit.")]
    effective_sample_size: Annotated[
        float | None, _doc("Of the posterior sampling; null where nothing was fitted.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRecord:
    """A region and how its kinetics are known."""

    name: Annotated[str, _doc("Name of the region.")]
    kind: Annotated[str, _doc("organ or lesion.")]
    mass_kg: Annotated[float | None, _doc("Mass of the region; null if unknown.")]
    mass_relative_sd: Annotated[float, _doc("Standard uncertainty of the mass, over the mass.")]
    kinetics: Annotated[str, _doc("measured in this patient, or population.")]
    fit: Annotated[FitRecord, _doc("How the curve was found.")]
