"""The curve of one region after one administration: fitted to this patient, or a population's."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from alphatwin.agents import agents
from alphatwin.dose import absorbed_where_emitted, energy_absorbed_per_decay_j
from alphatwin.errors import DataError, NotSupportedError
from alphatwin.kinetics import (
    Fit,
    Observations,
    Prior,
    Priors,
    RegionCurve,
    curve_scaled,
    fit,
    observations,
    population_curve,
)
from alphatwin.nuclides import nuclide
from alphatwin.uncertainty import Lognormal, lognormal_factor, stream
from alphatwin.workflows.measured_scale import measured_scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.agents import Agent, PopulationKinetics
    from alphatwin.agents.types import Quantity
    from alphatwin.patient import Administration, Course, DecayDataName, Measurement, Region


PRIOR_QUANTITIES: Final[tuple[Quantity, ...]] = ("effective_half_life_s", "uptake_half_time_s")


@dataclass(frozen=True, slots=True, eq=False)
class RegionKinetics:
    """How the curve of a region is known.

    Attributes
    ----------
    region, administration
        The region, and the administration that the curve is of.
    measurement
        The measurement it was fitted to, perhaps after another administration; ``None`` if the
        curve is a population's.
    observed
        The measured activities; ``None`` if there are none.
    fitted
        The fit; ``None`` if nothing was fitted.
    curve
        Decay-corrected fraction of the administered activity, with the uncertainty of the shared
        calibration and of the volume included; in Bq where the administered activity is unknown.
    figures
        Published figures that served as priors or stood in.
    sharing_warnings
        What is doubtful of what it shares with other curves, one sentence each.
    """

    region: Region
    administration: Administration
    measurement: Measurement | None
    observed: Observations | None
    fitted: Fit | None
    curve: RegionCurve
    figures: tuple[PopulationKinetics, ...]
    sharing_warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """The fit of a curve that shares something with others.

    Attributes
    ----------
    fitted
        The fit.
    warnings
        What is doubtful of the sharing, one sentence each.
    """

    fitted: Fit
    warnings: tuple[str, ...]


def region_kinetics(
    course: Course,
    region: Region,
    administration: Administration,
    *,
    agent: Agent,
    jointly: Mapping[tuple[str, str], Joined] = MappingProxyType({}),
    seed: int,
) -> RegionKinetics:
    """Return the curve of a region after an administration.

    Parameters
    ----------
    course, region, administration
        The course, and the region and administration in it.
    agent
        The agent that was administered.
    jointly
        Fits of curves that share something, by region and administration; the others are fitted
        here, one by one.
    seed
        Seed of the random streams.

    Raises
    ------
    DataError
        If the agent has no published figure for a region that was not measured.
    NotSupportedError
        If the measured nuclide is not the agent's.
    """
    measurement = _measurement(course, region, administration)
    if measurement is None:
        return _from_population(course, region, administration, agent=agent, seed=seed)
    observed = observed_in(course, measurement, agent=agent)
    figures = prior_figures(agent, region)
    joined = jointly.get((region.name, measurement.administration))
    if joined is None:
        alone = _fit_alone(course, measurement, observed, figures, agent=agent, seed=seed)
        joined = Joined(alone, ())
    return RegionKinetics(
        region=region,
        administration=administration,
        measurement=measurement,
        observed=observed,
        fitted=joined.fitted,
        curve=curve_scaled(joined.fitted.curve, measured_scale(course, measurement, seed=seed)),
        figures=figures,
        sharing_warnings=joined.warnings,
    )


def _measurement(
    course: Course, region: Region, administration: Administration
) -> Measurement | None:
    """Return the region's measurement after this administration, else after one of its agent."""
    own = [m for m in course.measurements if m.region == region.name]
    same_agent = [
        m
        for m in own
        if course.administration(m.administration).agent == administration.agent
        and course.administration(m.administration).activity_bq is not None
    ]
    exact = [m for m in own if m.administration == administration.name]
    return next(iter(exact or same_agent[-1:]), None)


def observed_in(course: Course, measurement: Measurement, *, agent: Agent) -> Observations:
    """Return what a measurement says about the activity in its region.

    Raises
    ------
    NotSupportedError
        If the measured nuclide is not the agent's.
    """
    if measurement.nuclide != agent.nuclide:
        msg = (
            f"measurements[{measurement.region}].nuclide: {measurement.nuclide} was counted and "
            f"{agent.name} carries {agent.nuclide}; only the agent's own nuclide can be fitted"
        )
        raise NotSupportedError(msg)
    decaying = nuclide(agent.nuclide, decay_data=course.assumptions.decay_data)
    return observations(
        measurement,
        region=course.region(measurement.region),
        administered_bq=course.administration(measurement.administration).activity_bq,
        decay_constant_per_s=decaying.decay_constant_per_s,
    )


def prior_figures(agent: Agent, region: Region) -> tuple[PopulationKinetics, ...]:
    """Return the published figures that serve as priors of a region's curve."""
    return tuple(
        figure
        for quantity in PRIOR_QUANTITIES
        if (figure := figure_or_none(agent, region.population_region, quantity=quantity))
        is not None
    )


def _fit_alone(
    course: Course,
    measurement: Measurement,
    observed: Observations,
    figures: tuple[PopulationKinetics, ...],
    *,
    agent: Agent,
    seed: int,
) -> Fit:
    assumed = course.assumptions
    after = course.administration(measurement.administration)
    rate_per_s = nuclide(agent.nuclide, decay_data=assumed.decay_data).decay_constant_per_s
    return fit(
        observed,
        administered_bq=after.activity_bq,
        decay_constant_per_s=rate_per_s,
        priors=priors_of(figures, decay_data=assumed.decay_data),
        averaging=assumed.averaging,
        error_model=assumed.error_model,
        samples=assumed.samples,
        generator=stream(seed, "fit", measurement.region, after.name),
    )


def published_figure(agent: Agent, region: str, *, quantity: Quantity) -> PopulationKinetics:
    """Return the published figure that serves as prior, or stands in.

    What clears is the vector, so that a figure of another agent on the same vector and chelator
    serves where the agent has none of its own; it names the nuclide under which it was observed.

    Raises
    ------
    DataError
        If nothing is published; the message says what is.
    """
    carried_alike = (
        other
        for other in agents()
        if (other.vector, other.chelator) == (agent.vector, agent.chelator)
    )
    for source in (agent, *carried_alike):
        if any(f.sd is not None for f in source.figures(region, quantity=quantity)):
            return source.prior(region, quantity=quantity)
    return agent.prior(region, quantity=quantity)


def figure_or_none(agent: Agent, region: str, *, quantity: Quantity) -> PopulationKinetics | None:
    """Return the published figure that serves as prior, or ``None`` if there is none."""
    try:
        return published_figure(agent, region, quantity=quantity)
    except DataError:
        return None


def priors_of(figures: tuple[PopulationKinetics, ...], *, decay_data: DecayDataName) -> Priors:
    """Return published figures as priors of a fit."""
    by_quantity = {figure.quantity: _prior(figure, decay_data=decay_data) for figure in figures}
    return Priors(
        effective_half_life=by_quantity.get("effective_half_life_s"),
        uptake_half_time=by_quantity.get("uptake_half_time_s"),
    )


def _prior(figure: PopulationKinetics, *, decay_data: DecayDataName) -> Prior:
    observed_under = nuclide(figure.nuclide, decay_data=decay_data)
    return Prior(
        parameter=figure.quantity,
        distribution=Lognormal(median=figure.median, geometric_sd=figure.geometric_sd),
        source=figure.source.citation,
        status=figure.source.status,
        decay_constant_per_s=observed_under.decay_constant_per_s,
    )


def _from_population(
    course: Course,
    region: Region,
    administration: Administration,
    *,
    agent: Agent,
    seed: int,
) -> RegionKinetics:
    assumed = course.assumptions
    if region.mass_kg is None or administration.activity_bq is None:
        msg = (
            f"regions[{region.name}]: published kinetics need the mass of the region and the "
            "administered activity; state both, or measure the region"
        )
        raise NotSupportedError(msg)
    half_life = published_figure(agent, region.population_region, quantity="effective_half_life_s")
    coefficient = published_figure(
        agent, region.population_region, quantity="dose_coefficient_gy_per_bq"
    )
    energy_j = energy_absorbed_per_decay_j(
        (coefficient.nuclide,),
        mass_kg=region.mass_kg,
        absorbed_fraction=absorbed_where_emitted,
        decay_data=assumed.decay_data,
    ).sum()
    published = nuclide(coefficient.nuclide, decay_data=assumed.decay_data)
    curve = population_curve(
        absorbed_dose_gy_per_bq=Lognormal(coefficient.median, coefficient.geometric_sd),
        effective_half_life_s=Lognormal(half_life.median, half_life.geometric_sd),
        energy_j_per_decay=float(energy_j),
        mass_kg=region.mass_kg,
        decay_constant_per_s=published.decay_constant_per_s,
        samples=assumed.samples,
        generator=stream(seed, "population", region.name),
    )
    # A dose coefficient is per mass: the error of the mass enters the decays, not the dose.
    mass = lognormal_factor(
        region.mass_relative_sd, stream(seed, "mass", region.name), assumed.samples
    )
    return RegionKinetics(
        region=region,
        administration=administration,
        measurement=None,
        observed=None,
        fitted=None,
        curve=curve_scaled(curve, mass),
        figures=(half_life, coefficient),
    )
