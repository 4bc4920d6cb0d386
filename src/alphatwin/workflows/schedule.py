"""When to scan an agent: the best times for a number of scans, and the error at the usual ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from alphatwin.agents import agent as catalogue_agent
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics import Prior, Priors
from alphatwin.kinetics.models import CLEARANCE, UPTAKE_AND_CLEARANCE
from alphatwin.kinetics.schedule import ScheduleError, candidate_schedules, schedule_errors
from alphatwin.nuclides import nuclide
from alphatwin.report.schedule_value import (
    ExpectedError,
    PopulationRecord,
    Ranking,
    ScheduleRecord,
    ScheduleReport,
)
from alphatwin.uncertainty import Lognormal, stream
from alphatwin.workflows.predicting import needs_uptake_ratio
from alphatwin.workflows.region_curves import figure_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.agents import Agent, PopulationKinetics
    from alphatwin.nuclides import DecayDataName

HOUR_S: Final = 3600.0
PRACTICAL_TIMES_H: Final = (1.0, 4.0, 24.0, 48.0, 72.0, 96.0, 120.0, 168.0)
"""Times at which a patient is still there, or comes back on a working day."""
SHORT_TIMES_H: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 18.0, 24.0)
"""The same for a nuclide that is gone after a day or two."""
LATEST_HALF_LIVES: Final = 4.0
"""Physical half-lives after which 6 % of the activity are left, and a scan counts little."""
EARLIEST_WITHOUT_UPTAKE_H: Final = 4.0
"""Time before which clearance alone does not hold in a region that still takes up."""
FEWEST_TIMES: Final = 5
MOST_SCHEDULES: Final = 300
SHOWN: Final = 5
LARGE_RMSE: Final = 0.2
USUAL_H: Final = (
    (24.0,),
    (96.0,),
    (4.0, 24.0),
    (24.0, 96.0),
    (24.0, 168.0),
    (4.0, 24.0, 96.0),
    (4.0, 24.0, 120.0),
    (24.0, 96.0, 168.0),
    (4.0, 24.0, 96.0, 168.0),
)
"""Schedules in use: 4, 24 and 96 to 120 h (Willowson et al., EJNMMI Phys 5 (2018) 33), 4, 24, 96
and 168 h and parts of it (Peterson et al., EJNMMI Res 13 (2023), doi:10.1186/s13550-023-01007-z),
one scan after four days (Haenscheid et al., J Nucl Med 59 (2018) 75)."""


def schedule_report(
    agent: str,
    *,
    scans: int,
    region: str = "tumour",
    predict: Sequence[str] = (),
    noise_relative_sd: float = 0.10,
    time_s: Sequence[float] | None = None,
    patients: int = 1000,
    seed: int = 1,
    decay_data: DecayDataName = "icrp107",
) -> ScheduleReport:
    """Return the best times for a number of scans of an agent.

    Parameters
    ----------
    agent
        Name of the agent that is given and scanned.
    scans
        Number of scans.
    region
        Region that is counted, as the agent's published kinetics name it.
    predict
        Names of agents whose decays are predicted from the same scans.
    noise_relative_sd
        Standard uncertainty of one measured activity over its value.
    time_s
        Times to choose from; ``None`` for practical ones. [s]
    patients, seed, decay_data
        Number of patients simulated, seed of the random streams, decay-data set.

    Raises
    ------
    DataError
        If an agent is unknown, or no half-life of it in the region is published.
    NotSupportedError
        If a predicted agent seeks another target.
    InvalidValueError
        If a number has no meaning, or there are fewer times than scans.
    """
    given = catalogue_agent(agent)
    wanted = [given, *(catalogue_agent(name) for name in predict)]
    _refuse_other_targets(wanted)
    half_life = given.prior(region, quantity="effective_half_life_s")
    uptake = figure_or_none(given, region, quantity="uptake_half_time_s")
    figures = (half_life,) if uptake is None else (half_life, uptake)
    priors = Priors(
        effective_half_life=_prior(half_life, given, decay_data),
        uptake_half_time=None if uptake is None else _prior(uptake, given, decay_data),
    )
    constants_per_s = {
        a.nuclide: nuclide(a.nuclide, decay_data=decay_data).decay_constant_per_s for a in wanted
    }
    times_s = _times_s(time_s, constants_per_s[given.nuclide], has_uptake=uptake is not None)
    candidates = candidate_schedules(times_s, scans=scans)
    usual = _usual_s(times_s, scans)
    if len(candidates) > MOST_SCHEDULES:
        msg = (
            f"{scans} of {len(times_s)} times make {len(candidates)} schedules; allowed are "
            f"{MOST_SCHEDULES}: give fewer times"
        )
        raise InvalidValueError(msg)
    found = schedule_errors(
        (*candidates, *usual),
        priors=priors,
        decay_constant_per_s=constants_per_s,
        relative_sd=noise_relative_sd,
        patients=patients,
        generator=stream(seed, "schedule", given.name, region),
    )
    best = _rankings(wanted, found[: len(candidates)])
    return ScheduleReport(
        schema=1,
        kind="schedule",
        agent=given.name,
        nuclide=given.nuclide,
        region=region,
        scans=scans,
        model=CLEARANCE if uptake is None else UPTAKE_AND_CLEARANCE,
        population=tuple(_population(figure) for figure in figures),
        noise_relative_sd=noise_relative_sd,
        patients=patients,
        seed=seed,
        decay_data=decay_data,
        candidate_time_s=times_s,
        candidates=len(candidates),
        best=best,
        usual=tuple(_record(one) for one in found[len(candidates) :]),
        assumptions=_assumptions(has_uptake=uptake is not None),
        warnings=_warnings(wanted, best, figures),
    )


def _refuse_other_targets(wanted: list[Agent]) -> None:
    given = wanted[0]
    for other in wanted[1:]:
        if other.target != given.target:
            msg = (
                f"predict: {other.name} seeks {other.target} and {given.name} {given.target}; "
                "scans of one say nothing of where the other goes. Predict agents of one target"
            )
            raise NotSupportedError(msg)


def _prior(figure: PopulationKinetics, given: Agent, decay_data: DecayDataName) -> Prior:
    other = None
    if figure.nuclide != given.nuclide and figure.quantity == "effective_half_life_s":
        other = nuclide(figure.nuclide, decay_data=decay_data).decay_constant_per_s
    return Prior(
        parameter=figure.quantity,
        distribution=Lognormal(median=figure.median, geometric_sd=figure.geometric_sd),
        source=figure.source.citation,
        status=figure.source.status,
        decay_constant_per_s=other,
    )


def _times_s(
    asked_s: Sequence[float] | None, decay_constant_per_s: float, *, has_uptake: bool
) -> tuple[float, ...]:
    """Return the times to choose from, [s]."""
    if asked_s is not None:
        return tuple(sorted(set(asked_s)))
    latest_h = LATEST_HALF_LIVES * math.log(2.0) / decay_constant_per_s / HOUR_S
    earliest_h = 0.0 if has_uptake else min(EARLIEST_WITHOUT_UPTAKE_H, 0.25 * latest_h)
    for times_h in (PRACTICAL_TIMES_H, SHORT_TIMES_H):
        possible = tuple(t * HOUR_S for t in times_h if earliest_h <= t <= latest_h)
        if len(possible) >= FEWEST_TIMES:
            break
    return possible


def _usual_s(times_s: tuple[float, ...], scans: int) -> tuple[tuple[float, ...], ...]:
    last_s = max(times_s, default=0.0)
    usual = [tuple(t * HOUR_S for t in times_h) for times_h in USUAL_H if len(times_h) <= scans]
    return tuple(one for one in usual if times_s[0] <= one[0] and one[-1] <= last_s)


def _rankings(wanted: list[Agent], found: tuple[ScheduleError, ...]) -> tuple[Ranking, ...]:
    order = list(dict.fromkeys(a.nuclide for a in wanted))
    return tuple(
        Ranking(
            agent=a.name,
            nuclide=a.nuclide,
            schedules=tuple(
                _record(one)
                for one in sorted(
                    found, key=lambda one: one.errors[order.index(a.nuclide)].rmse_fraction
                )[:SHOWN]
            ),
        )
        for a in wanted
    )


def _record(one: ScheduleError) -> ScheduleRecord:
    return ScheduleRecord(
        time_s=one.time_s,
        errors=tuple(
            ExpectedError(
                nuclide=error.nuclide,
                bias_fraction=error.bias_fraction,
                rmse_fraction=error.rmse_fraction,
                rmse_fraction_sd=error.rmse_fraction_sd,
                largest_95_fraction=error.largest_95_fraction,
                stated_relative_sd=math.sqrt(math.expm1(error.stated_log_sd**2)),
            )
            for error in one.errors
        ),
    )


def _population(figure: PopulationKinetics) -> PopulationRecord:
    return PopulationRecord(
        quantity=figure.quantity,
        nuclide=figure.nuclide,
        median_s=figure.median,
        geometric_sd=figure.geometric_sd,
        spread=figure.spread,
        source=figure.source.citation,
        status=figure.source.status,
    )


def _assumptions(*, has_uptake: bool) -> tuple[str, ...]:
    return (
        "Patients are drawn from the population that is the prior of their fit.",
        "Curves are uptake and one phase of clearance, and the fit knows that."
        if has_uptake
        else "Curves are one phase of clearance from administration on, and the fit knows that; "
        f"scans before {EARLIEST_WITHOUT_UPTAKE_H:g} h are left out for that reason.",
        "Every scan has the same relative error, independent of the others.",
        "The error that all scans share (calibration, volume) comes on top of what is stated here.",
        "The estimate is the posterior's geometric mean, within a fifth of its sd of the median.",
        "Decays are those of the nuclide on the vector, without its daughters.",
    )


def _warnings(
    wanted: list[Agent], best: tuple[Ranking, ...], figures: tuple[PopulationKinetics, ...]
) -> tuple[str, ...]:
    given = wanted[0]
    said = [
        f"{other.name} is not on the same vector and chelator as {given.name}: its uptake is "
        "taken as proportional, and the error of the ratio comes on top"
        for other in wanted[1:]
        if needs_uptake_ratio(given, other)
    ]
    for ranking in best:
        one = ranking.schedules[0]
        error = next(e for e in one.errors if e.nuclide == ranking.nuclide)
        if error.rmse_fraction > LARGE_RMSE:
            said.append(
                f"{ranking.nuclide}: even the best schedule leaves an error of "
                f"{error.rmse_fraction:.0%}: these scans hardly inform its decays"
            )
    if all(figure.quantity != "uptake_half_time_s" for figure in figures):
        said.append(
            f"no uptake half-time of the region is published for {given.name}: uptake is left "
            "out, so early scans look better than they are"
        )
    said.extend(
        f"{figure.quantity} is {figure.source.status} and its spread {figure.spread}: errors are "
        "as good as that"
        for figure in figures
        if figure.source.status == "recalled" or figure.spread != "published"
    )
    return tuple(said)
