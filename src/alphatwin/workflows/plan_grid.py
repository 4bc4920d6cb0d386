"""What if: schedules and activities of an agent, and the choices that none betters."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.prescription import Regimen, planned_regimen
from alphatwin.report.plan_value import LevelSeries, ParetoPoint, Series, WhatIf
from alphatwin.workflows.plan_effects import (
    BED,
    WEIGHTED,
    bands_gy,
    least_of_lesions_gy,
    probabilities,
    reaching,
    region_effects,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from alphatwin.prescription.cycles import CycleChange
    from alphatwin.report.plan_value import Convention
    from alphatwin.workflows.plan_effects import RegionEffects
    from alphatwin.workflows.plan_regions import PlanRegion, UnitRegion
    from alphatwin.workflows.plan_request import PlanRequest

    Floats = NDArray[np.float64]

LEAST_OF_LESIONS: Final = "least of the lesions"
ACTIVITIES: Final = 20
"""Activities in a row."""
ROW: Final = (0.1, 4.0)
"""Ends of a row, over the published activity."""
MOST_SCHEDULES: Final = 4
"""Schedules of an agent that are shown if none is asked for: those of its first regimens."""
DIGITS: Final = 5
"""Digits of a figure of the grid: below its sampling error by far."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Equal cycles of one agent, at a row of activities.

    Attributes
    ----------
    regimen
        The cycles, with the first activity of the row.
    activity_bq
        The row. [Bq]
    asked
        Where the schedule comes from.
    """

    regimen: Regimen
    activity_bq: tuple[float, ...]
    asked: str


def schedules_of(
    agent: str,
    regimens: tuple[Regimen, ...],
    asked: PlanRequest,
    *,
    stated_bq: float | None,
) -> tuple[Schedule, ...]:
    """Return the schedules to look at; empty if there is no activity to start from.

    Parameters
    ----------
    agent
        Name of the agent.
    regimens
        Its published regimens.
    asked
        What is asked.
    stated_bq
        Activity that the course states for it; ``None`` if it states none. [Bq]
    """
    row_bq = asked.activity_bq.get(agent) or asked.activity_bq.get("")
    if row_bq is None:
        about_bq = regimens[0].cycles[0].activity_bq if regimens else stated_bq
        if about_bq is None:
            return ()
        row_bq = tuple(np.geomspace(ROW[0] * about_bq, ROW[1] * about_bq, ACTIVITIES).tolist())
    return tuple(
        Schedule(
            planned_regimen(agent, activity_bq=row_bq[0], cycles=cycles, interval_s=interval_s),
            row_bq,
            why,
        )
        for cycles, interval_s, why in _cycles_and_intervals(regimens, asked)
    )


def _cycles_and_intervals(
    regimens: tuple[Regimen, ...], asked: PlanRequest
) -> Iterator[tuple[int, float | None, str]]:
    if asked.cycles or asked.interval_s:
        first = regimens[0] if regimens else None
        cycles = asked.cycles or (len(first.cycles) if first else 1,)
        intervals = asked.interval_s or (first.interval_s if first else None,)
        pairs = dict.fromkeys(itertools.product(cycles, intervals))
        yield from ((n, interval_s, "asked for") for n, interval_s in pairs)
        return
    seen: dict[tuple[int, float | None], str] = {}
    for regimen in regimens:
        seen.setdefault((len(regimen.cycles), regimen.interval_s), f"as in {regimen.name}")
    found = list(seen.items())[:MOST_SCHEDULES]
    yield from ((n, interval_s, why) for (n, interval_s), why in found)
    if not found:
        yield 1, None, "one cycle, as no regimen is published"


def what_ifs(
    schedules: tuple[Schedule, ...],
    units: tuple[UnitRegion, ...],
    *,
    conventions: tuple[Convention, ...],
    tumour_change: CycleChange,
    seed: int,
) -> list[WhatIf]:
    """Return the effects of every schedule against activity.

    Parameters
    ----------
    schedules
        The schedules of one agent.
    units
        What one cycle of it does, region by region.
    conventions
        How alphas are weighed.
    tumour_change
        How lesions change from cycle to cycle.
    seed
        Seed of the random streams.
    """
    found = []
    for schedule in schedules:
        effects = tuple(
            region_effects(
                unit,
                regimen=schedule.regimen,
                conventions=conventions,
                tumour_change=tumour_change,
                seed=seed,
            )
            for unit in units
        )
        row_bq = np.array(schedule.activity_bq)
        found.append(
            WhatIf(
                agent=schedule.regimen.agent,
                cycles=len(schedule.regimen.cycles),
                interval_s=schedule.regimen.interval_s,
                asked=schedule.asked,
                activity_bq=schedule.activity_bq,
                series=tuple(_series(effects, conventions, row_bq)),
                levels=tuple(
                    LevelSeries(
                        level=row.level.key,
                        region=effect.region.name,
                        convention=row.convention,
                        probability_above=_rounded(probabilities(row, activity_bq=row_bq)),
                    )
                    for effect in effects
                    for row in reaching(effect)
                ),
            )
        )
    return found


def _series(
    effects: tuple[RegionEffects, ...], conventions: tuple[Convention, ...], row_bq: Floats
) -> Iterator[Series]:
    for name in (c.name for c in conventions):
        least = least_of_lesions_gy(effects, name=name, activity_bq=row_bq)
        if least is not None:
            yield _one(LEAST_OF_LESIONS, name, BED, least)
        for effect in effects:
            region = effect.region.name
            yield _one(region, name, WEIGHTED, bands_gy(effect.weighted[name], activity_bq=row_bq))
            if name in effect.bed:
                yield _one(region, name, BED, bands_gy(effect.bed[name], activity_bq=row_bq))


def _one(region: str, convention: str, quantity: str, bands: Floats) -> Series:
    low, median, high = bands
    return Series(
        region=region,
        convention=convention,
        quantity=quantity,
        median_gy=_rounded(median),
        low_gy=_rounded(low),
        high_gy=_rounded(high),
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(float(f"{v:.{DIGITS}g}") for v in values.tolist())


def organ_quantity(region: PlanRegion) -> str:
    """Return the quantity under which an organ stands on the axis of a Pareto picture."""
    return BED if region.organ == "kidneys" and region.tissue is not None else WEIGHTED


def pareto(
    rows: Sequence[WhatIf],
    regions: tuple[PlanRegion, ...],
    conventions: tuple[Convention, ...],
) -> tuple[ParetoPoint, ...]:
    """Return the choices that no other betters, by medians, for each organ and convention.

    A choice is bettered by one with no less in the tumour and no more in the organ, and with more
    or less in one of them.

    Parameters
    ----------
    rows
        What if.
    regions
        Regions of the plan.
    conventions
        How alphas are weighed.
    """
    organs = [r for r in regions if r.organ is not None]
    return tuple(
        point
        for convention in conventions
        for organ in organs
        for point in _front(rows, organ, convention.name)
    )


def _front(rows: Sequence[WhatIf], organ: PlanRegion, convention: str) -> Iterator[ParetoPoint]:
    points = []
    for row in rows:
        by_key = {(s.region, s.convention, s.quantity): s.median_gy for s in row.series}
        tumour = by_key.get((LEAST_OF_LESIONS, convention, BED))
        other = by_key.get((organ.name, convention, organ_quantity(organ)))
        if tumour is None or other is None:
            continue
        points += [
            ParetoPoint(
                convention=convention,
                organ=organ.name,
                agent=row.agent,
                cycles=row.cycles,
                interval_s=row.interval_s,
                activity_bq=activity_bq,
                tumour_gy=gain_gy,
                organ_gy=cost_gy,
            )
            for activity_bq, gain_gy, cost_gy in zip(row.activity_bq, tumour, other, strict=True)
        ]
    best_gy = 0.0
    for point in sorted(points, key=lambda p: (p.organ_gy, -p.tumour_gy)):
        if point.tumour_gy > best_gy:
            best_gy = point.tumour_gy
            yield point
