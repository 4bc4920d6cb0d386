"""From the samples of an analysis to the records of the dose report."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose import RADIATION_TYPES
from alphatwin.kinetics import activity_bq, best_phases
from alphatwin.nuclides import nuclide
from alphatwin.report.estimates import Estimate
from alphatwin.report.fit_value import FitRecord, PointRecord, PriorRecord, RegionRecord
from alphatwin.report.value import Curve, DecayShare, RegionDose
from alphatwin.uncertainty import summarise
from alphatwin.workflows.absorption import photon_energy_leaving
from alphatwin.workflows.cross_dose import REACHING
from alphatwin.workflows.daughter_curves import member_activities_bq, member_decays
from alphatwin.workflows.weighting import estimate, weighted_doses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose import AbsorbedDose
    from alphatwin.kinetics import Phases
    from alphatwin.nuclides import DecayChain
    from alphatwin.patient import Administration, Assumptions, Course, Region
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer
    from alphatwin.workflows.region_curves import RegionKinetics

INFORMED_SHARE: Final = 0.5
"""Least share of decays between the measured points for a prediction to count as informed."""
CURVE_POINTS: Final = 96
CURVE_DIGITS: Final = 6
CURVE_SAMPLES: Final = 2_000
"""Bands of the figures need no more: their edges move by less than 2 % of the band's width."""


def _edges(
    samples: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return median and ends of the interval along the first axis."""
    interval = summarise(samples)
    return np.asarray(interval.median), np.asarray(interval.low), np.asarray(interval.high)


def region_record(course: Course, region: Region, answers: tuple[AgentAnswer, ...]) -> RegionRecord:
    """Return how the kinetics of a region are known."""
    every = [r.kinetics for a in answers for r in a.regions if r.region.name == region.name]
    own = [
        k for k in every if k.measurement and k.measurement.administration == k.administration.name
    ]
    return RegionRecord(
        name=region.name,
        kind=region.kind,
        mass_kg=region.mass_kg,
        mass_relative_sd=region.mass_relative_sd,
        kinetics=region.kinetics,
        fit=_fit_record(course, (own or every)[0]),
    )


def _fit_record(course: Course, kinetics: RegionKinetics) -> FitRecord:
    priors = tuple(
        PriorRecord(
            parameter=f"{f.quantity} ({f.nuclide})",
            median=f.median,
            geometric_sd=f.geometric_sd,
            source=f.source.citation,
            status=f.source.status,
        )
        for f in kinetics.figures
    )
    fitted, observed, measurement = kinetics.fitted, kinetics.observed, kinetics.measurement
    if fitted is None or observed is None or measurement is None:
        return FitRecord(
            administration=kinetics.administration.name,
            nuclide=kinetics.figures[0].nuclide,
            model="population",
            why="Not measured in this patient: published figures of other patients stand in.",
            averaging="none",
            model_weights={},
            error_model=None,
            laplace_median_ratio=None,
            laplace_spread_ratio=None,
            points=(),
            priors=priors,
            parameters=_population_parameters(course, kinetics),
            effective_sample_size=None,
        )
    median, low, high = _edges(fitted.fitted_bq_samples)
    spread = np.where(
        np.isnan(observed.sd_bq), observed.relative_sd * observed.activity_bq, observed.sd_bq
    )
    points = tuple(
        PointRecord(
            time_s=float(observed.time_s[i]),
            activity_bq=float(observed.activity_bq[i]),
            low_bq=max(0.0, float(observed.activity_bq[i] - 2.0 * spread[i])),
            high_bq=float(observed.activity_bq[i] + 2.0 * spread[i]),
            fitted=Estimate(median=float(median[i]), low=float(low[i]), high=float(high[i])),
            standardised_residual=float(fitted.standardised_residuals[i]),
            left_out_residual=_finite(None if found is None else found.left_out_residual_sd),
            integral_ratio=_finite(None if found is None else found.integral_ratio),
            time_shift_s=_finite(None if found is None else found.time_shift_s),
        )
        for i, found in enumerate(fitted.points or (None,) * len(observed.time_s))
    )
    return FitRecord(
        administration=measurement.administration,
        nuclide=measurement.nuclide,
        model=fitted.model,
        why=fitted.why,
        averaging=fitted.averaging,
        model_weights=dict(fitted.weights),
        error_model=f"{fitted.error_model.name}: {fitted.error_model.why}",
        laplace_median_ratio=_finite(fitted.laplace.median_ratio),
        laplace_spread_ratio=_finite(fitted.laplace.sd_ratio),
        points=points,
        priors=priors,
        parameters={
            _key(key, course.administration(measurement.administration)): estimate(value)
            for key, value in fitted.parameters.items()
        },
        effective_sample_size=float(fitted.effective_sample_size),
    )


def _key(parameter: str, administration: Administration) -> str:
    """Name the uptake by its unit: a fraction, or Bq where the administered activity is unknown."""
    if parameter == "uptake_fraction" and administration.activity_bq is None:
        return "extrapolated_activity_bq"
    return parameter


def _finite(value: float | None) -> float | None:
    """Return a number that can be reported, ``None`` in place of one that has no meaning."""
    return None if value is None or not math.isfinite(value) else float(value)


def _population_parameters(course: Course, kinetics: RegionKinetics) -> dict[str, Estimate]:
    name = kinetics.figures[0].nuclide
    rate_per_s = nuclide(name, decay_data=course.assumptions.decay_data).decay_constant_per_s
    half_life_s = math.log(2.0) / (rate_per_s + kinetics.curve.biological_rate_per_s[:, 0])
    return {
        "uptake_fraction": estimate(kinetics.curve.amplitude_fraction[:, 0]),
        "effective_half_life_s": estimate(half_life_s),
    }


def region_dose(
    answer: AgentAnswer,
    region: RegionAnswer,
    assumed: Assumptions,
    shares: tuple[DecayShare, ...],
    *,
    seed: int,
) -> RegionDose:
    """Return what an agent does to a region as a record."""
    dose = region.dose
    own_gy = region.own_gy
    cross_gy = region.received_gy.mean(axis=0)
    total = None if dose is None else dose.total_gy
    per_activity = None
    if total is not None and answer.activity_bq is not None:
        per_activity = estimate(total / answer.activity_bq)
    return RegionDose(
        region=region.region.name,
        time_integrated_activity_bq_s=estimate(region.decays[:, 0]),
        decays={
            name: float(n)
            for name, n in zip(answer.members, np.median(region.decays, axis=0), strict=True)
        },
        decay_shares=shares,
        absorbed_dose_gy=None if total is None else estimate(total),
        absorbed_dose_by_nuclide_gy=shared_out(dose, answer.members, by="nuclide"),
        absorbed_dose_by_radiation_gy=shared_out(dose, RADIATION_TYPES, by="radiation"),
        absorbed_dose_per_activity_gy_per_bq=per_activity,
        rbe_weighted=() if dose is None else weighted_doses(dose, assumed, seed=seed),
        photon_energy_not_deposited=photon_share_of(answer, region),
        self_dose_gy=None if own_gy is None else estimate(own_gy.sum(axis=1)),
        cross_dose_gy=(estimate(region.received_gy.sum(axis=1)) if region.received else None),
        cross_dose_by_source_gy={
            one.source: float(np.median(one.total_gy)) for one in region.received
        },
        cross_dose_by_radiation_gy={
            kind: float(gy)
            for kind, gy in zip(RADIATION_TYPES, cross_gy, strict=True)
            if region.received and kind in REACHING
        },
    )


def shared_out(dose: AbsorbedDose | None, names: tuple[str, ...], *, by: str) -> dict[str, float]:
    """Share the median absorbed dose out in proportion to the means of its parts."""
    if dose is None:
        return {}
    parts = (dose.by_nuclide_gy if by == "nuclide" else dose.by_radiation_gy).mean(axis=0)
    shares = parts / parts.sum() * np.median(dose.total_gy)
    return {name: float(share) for name, share in zip(names, shares, strict=True)}


def uptake_ratio(answer: AgentAnswer) -> float:
    """Return the product of all factors on uptake that act on every region."""
    factors = () if answer.prediction is None else answer.prediction.factors
    return math.prod(f.value for f in factors if f.regions is None)


def photon_share(chain: DecayChain) -> float:
    """Return the share of the chain's emitted energy that photons carry."""
    energy = chain.energy_per_parent_decay_mev()
    return float(energy.photon / energy.total)


def photon_share_of(answer: AgentAnswer, region: RegionAnswer) -> float:
    """Return the share of the energy emitted in a region that photons carry out of it."""
    return photon_energy_leaving(
        region.region,
        answer.members,
        region.decays.mean(axis=0),
        decay_data=answer.chain.decay_data,
    )


def decay_shares(answer: AgentAnswer, course: Course) -> dict[str, tuple[DecayShare, ...]]:
    """Return where in time the decays of each member lie by region, on the best curves.

    Empty for a region that was not measured; members that do not decay in one are left out.
    """
    names = answer.chain.nuclides
    found: dict[str, tuple[DecayShare, ...]] = {}
    moved: dict[tuple[float, ...], dict[str, NDArray[np.float64]]] = {}
    for region in answer.regions:
        edges_s = _edges_s(region)
        if edges_s is None:
            found[region.region.name] = ()
        elif answer.model is None:
            decays = _decays_on_curve(answer, region, edges_s)
            found[region.region.name] = _shares(names, decays)
        else:
            if edges_s not in moved:
                moved[edges_s] = member_decays(answer, course, edges_s=edges_s)
            found[region.region.name] = _shares(names, moved[edges_s][region.region.name])
    return found


def parent_share(answer: AgentAnswer, region: RegionAnswer) -> DecayShare | None:
    """Return where in time the decays on the vector lie; ``None`` if it was not measured."""
    edges_s = _edges_s(region)
    if edges_s is None:
        return None
    return _shares(answer.members[:1], _decays_on_curve(answer, region, edges_s)[:, :1])[0]


def _edges_s(region: RegionAnswer) -> tuple[float, ...] | None:
    observed = region.kinetics.observed
    if observed is None:
        return None
    return (0.0, float(observed.time_s[0]), float(observed.time_s[-1]), math.inf)


def _decays_on_curve(
    answer: AgentAnswer, region: RegionAnswer, edges_s: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return decays between times of the agent's chain, daughters where the parent decays."""
    amplitude_bq, rate_per_s = _phases(answer, region)
    return np.array(
        [
            answer.chain.cumulated_decays_from_phases(
                amplitude_bq, rate_per_s, start_s=start, stop_s=stop
            )
            for start, stop in itertools.pairwise(edges_s)
        ]
    )


def _shares(names: tuple[str, ...], parts: NDArray[np.float64]) -> tuple[DecayShare, ...]:
    whole = parts.sum(axis=0)
    shares = np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0.0)
    return tuple(
        DecayShare(
            nuclide=name,
            before_first_point=float(shares[0, i]),
            between_points=float(shares[1, i]),
            after_last_point=float(shares[2, i]),
            informed_by_data=bool(shares[1, i] >= INFORMED_SHARE),
        )
        for i, name in enumerate(names)
        if whole[i] > 0.0
    )


def _phases(answer: AgentAnswer, region: RegionAnswer) -> Phases:
    parent_rate_per_s = answer.chain.decay_constants_per_s[0]
    return best_phases(
        region.curve,
        administered_bq=answer.scale_bq,
        decay_constant_per_s=float(parent_rate_per_s),
    )


def curve_records(answer: AgentAnswer, course: Course) -> tuple[Curve, ...]:
    """Return activity over time in every region: the parent with its band, and every member."""
    ends_s = [_end_of_curve_s(answer, r, *_phases(answer, r)) for r in answer.regions]
    if answer.model is None:
        times = [_times_s(end_s) for end_s in ends_s]
        members = [
            answer.chain.activity_from_phases_bq(*_phases(answer, r), time_s=time_s)
            for r, time_s in zip(answer.regions, times, strict=True)
        ]
    else:  # one time axis, so that the network is solved once
        times = [_times_s(max(ends_s))] * len(ends_s)
        found = member_activities_bq(answer, course, time_s=times[0])
        members = [found[r.region.name] for r in answer.regions]
    return tuple(
        _curve_record(answer, r, time_s, activity)
        for r, time_s, activity in zip(answer.regions, times, members, strict=True)
    )


def _times_s(end_s: float) -> NDArray[np.float64]:
    return np.unique(
        np.concatenate(
            [
                [0.0],
                np.geomspace(end_s / 1e4, end_s, CURVE_POINTS // 2),
                np.linspace(0.0, end_s, CURVE_POINTS // 2)[1:-1],
            ]
        )
    )


def _curve_record(
    answer: AgentAnswer,
    region: RegionAnswer,
    time_s: NDArray[np.float64],
    members_bq: NDArray[np.float64],
) -> Curve:
    few = dataclasses.replace(
        region.curve,
        amplitude_fraction=region.curve.amplitude_fraction[:CURVE_SAMPLES],
        biological_rate_per_s=region.curve.biological_rate_per_s[:CURVE_SAMPLES],
    )
    median, low, high = _edges(
        activity_bq(
            few,
            administered_bq=answer.scale_bq,
            decay_constant_per_s=float(answer.chain.decay_constants_per_s[0]),
            time_s=time_s,
        )
    )
    return Curve(
        region=region.region.name,
        time_s=tuple(time_s.tolist()),
        median_bq=_rounded(median),
        low_bq=_rounded(low),
        high_bq=_rounded(high),
        members_bq={
            name: _rounded(members_bq[:, i]) for i, name in enumerate(answer.chain.nuclides)
        },
    )


def _end_of_curve_s(
    answer: AgentAnswer,
    region: RegionAnswer,
    amplitude_bq: NDArray[np.float64],
    rate_per_s: NDArray[np.float64],
) -> float:
    """Six half-lives of the slowest phase, and past the last point of an administered agent."""
    slowest = float(rate_per_s[amplitude_bq > 0.0].min())
    end_s = 6.0 * math.log(2.0) / slowest
    observed = region.kinetics.observed
    if answer.prediction is None and observed is not None:
        end_s = max(end_s, 1.1 * float(observed.time_s[-1]))
    return end_s


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    """Return values for a figure, to six significant digits."""
    return tuple(float(f"{max(v, 0.0):.{CURVE_DIGITS}g}") for v in values.tolist())
