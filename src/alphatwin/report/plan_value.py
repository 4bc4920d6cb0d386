"""The plan as a frozen value: published regimens, reference levels, and what if.

Every field is described where it stands; the JSON Schema and the reference page are made from
these descriptions. A key ends in its unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from alphatwin.report.estimates import Estimate  # noqa: TC001 - pydantic reads it
from alphatwin.report.value import (  # noqa: TC001 - pydantic reads them
    Caution,
    Program,
    Role,
    SourceRecord,
)


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """How alphas and recoils are weighed; two conventions are never mixed."""

    name: Annotated[str, _doc("Short name: RBE 1, or RBE 5.")]
    rbe_alpha: Annotated[float, _doc("RBE of alphas for deterministic effects, in RBE x dose.")]
    rbe_recoil: Annotated[float, _doc("RBE of recoil nuclei for deterministic effects.")]
    rbe_max_alpha: Annotated[float, _doc("RBEmax of alphas, the low-dose limit, in BED.")]
    rbe_max_recoil: Annotated[float, _doc("RBEmax of recoil nuclei.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueRecord:
    """A region, and the parameters under which its effect is compared."""

    region: Annotated[str, _doc("Name of the region.")]
    kind: Annotated[str, _doc("organ or lesion.")]
    organ: Annotated[str | None, _doc("Organ of the reference levels; null if it has none.")]
    kinetics: Annotated[str, _doc("measured in this patient, population, or blood.")]
    alpha_beta_gy: Annotated[float | None, _doc("alpha/beta; null where no BED is computed.")]
    repair_half_time_s: Annotated[float | None, _doc("Half-time of repair; null likewise.")]
    source: Annotated[str, _doc("Where both come from, or why there is none.")]
    status: Annotated[str | None, _doc("read, recalled, or stated; null where there is none.")]
    absorbed_before: Annotated[str, _doc("Absorbed dose of previous therapies, in words.")]
    bed_before: Annotated[str, _doc("BED of previous therapies, in words.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRecord:
    """A published figure to compare with; not a limit."""

    key: Annotated[str, _doc("Short name.")]
    organ: Annotated[str | None, _doc("Organ that it is of; null for an activity.")]
    agent: Annotated[str | None, _doc("Agent that it is of; null for an organ.")]
    quantity: Annotated[str, _doc("What it is of; its ending is the unit.")]
    value: Annotated[float, _doc("The level, in the unit of the quantity.")]
    radiation: Annotated[str, _doc("Radiation under which it was observed.")]
    population: Annotated[str, _doc("In whom.")]
    n: Annotated[int | None, _doc("How many; null if not stated.")]
    made_for_alphas: Annotated[bool, _doc("Whether it was observed under an alpha emitter.")]
    source: Annotated[str, _doc("Where it is published.")]
    doi_or_url: Annotated[str, _doc("Where that is found.")]
    status: Annotated[str, _doc("read, recalled or computed.")]
    note: Annotated[str, _doc("What a reader must know.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectOfRegimen:
    """Effect in one region under one convention, all cycles of one regimen."""

    convention: Annotated[str, _doc("Name of the convention.")]
    rbe_weighted_dose_gy: Annotated[Estimate, _doc("RBE-weighted dose of this regimen alone.")]
    bed_gy: Annotated[Estimate | None, _doc("BED of this regimen alone; null without alpha/beta.")]
    bed_with_previous_gy: Annotated[
        Estimate | None,
        _doc("The same with previous therapies; null if theirs is unknown or there is no BED."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAnswer:
    """One level against one regimen in one region."""

    level: Annotated[str, _doc("Key of the level.")]
    convention: Annotated[str, _doc("Name of the convention.")]
    reached_at_bq: Annotated[
        Estimate | None,
        _doc("Activity of the first cycle at which the level is reached; null if never."),
    ]
    probability_above: Annotated[
        float, _doc("Probability that the regimen as planned exceeds the level.")
    ]
    previous: Annotated[str, _doc("What of previous therapies is in it: none, stated, part ...")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOfRegimen:
    """What a regimen does in one region, all cycles together."""

    region: Annotated[str, _doc("Name of the region.")]
    absorbed_dose_gy: Annotated[Estimate, _doc("Absorbed dose of this regimen alone.")]
    absorbed_with_previous_gy: Annotated[
        Estimate | None, _doc("The same with previous therapies; null if theirs is unknown.")
    ]
    effects: Annotated[tuple[EffectOfRegimen, ...], _doc("Effect, one per convention.")]
    levels: Annotated[tuple[LevelAnswer, ...], _doc("Levels of the organ; may be empty.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLevelAnswer:
    """A level of activity against a regimen."""

    level: Annotated[str, _doc("Key of the level.")]
    planned_bq: Annotated[float, _doc("Planned activity of that kind.")]
    is_above: Annotated[bool, _doc("Whether that exceeds the level.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenRecord:
    """A published regimen for this patient."""

    name: Annotated[str, _doc("Name of the regimen.")]
    route: Annotated[str, _doc("How it is given.")]
    population: Annotated[str, _doc("Who received it.")]
    cycle_activity_bq: Annotated[tuple[float, ...], _doc("Activity of each cycle.")]
    cycle_activity_mci: Annotated[tuple[float, ...], _doc("Activity of each cycle in mCi.")]
    start_s: Annotated[
        tuple[float, ...] | None,
        _doc("Time of each cycle since the first; null if the interval is not known."),
    ]
    cumulative_bq: Annotated[float, _doc("Activity of all cycles.")]
    cumulative_mci: Annotated[float, _doc("Activity of all cycles in mCi.")]
    said: Annotated[tuple[str, ...], _doc("What caps did and what is not published.")]
    source: Annotated[str, _doc("Where it is published.")]
    doi_or_url: Annotated[str, _doc("Where that is found.")]
    status: Annotated[str, _doc("read, recalled or computed.")]
    regions: Annotated[tuple[RegionOfRegimen, ...], _doc("What it does, region by region.")]
    least_lesion_bed_gy: Annotated[
        dict[str, Estimate],
        _doc("Least BED of the lesions, sample by sample, by convention; empty without lesions."),
    ]
    activity_levels: Annotated[
        tuple[ActivityLevelAnswer, ...], _doc("Levels of activity of the agent's own studies.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAgent:
    """An agent and its published regimens."""

    agent: Annotated[str, _doc("Name of the agent.")]
    nuclide: Annotated[str, _doc("Nuclide on the vector.")]
    role: Annotated[Role, _doc("administered or predicted, in this course.")]
    emits_alphas: Annotated[bool, _doc("Whether its chain emits alphas.")]
    no_regimen: Annotated[str | None, _doc("Why there is no regimen; null if there is one.")]
    regimens: Annotated[tuple[RegimenRecord, ...], _doc("Published regimens.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Effect against activity; one value for each activity of the row."""

    region: Annotated[str, _doc("Name of a region, or `least of the lesions`.")]
    convention: Annotated[str, _doc("Name of the convention.")]
    quantity: Annotated[str, _doc("bed_gy or rbe_weighted_dose_gy.")]
    median_gy: Annotated[tuple[float, ...], _doc("Median.")]
    low_gy: Annotated[tuple[float, ...], _doc("2.5th percentile.")]
    high_gy: Annotated[tuple[float, ...], _doc("97.5th percentile.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSeries:
    """Probability of exceeding a level against activity."""

    level: Annotated[str, _doc("Key of the level.")]
    region: Annotated[str, _doc("Name of the region.")]
    convention: Annotated[str, _doc("Name of the convention.")]
    probability_above: Annotated[tuple[float, ...], _doc("One for each activity of the row.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """One agent under one schedule, at a row of activities."""

    agent: Annotated[str, _doc("Name of the agent.")]
    cycles: Annotated[int, _doc("Number of equal cycles.")]
    interval_s: Annotated[float | None, _doc("Interval; null: cycles do not overlap.")]
    asked: Annotated[str, _doc("Where this schedule comes from.")]
    activity_bq: Annotated[tuple[float, ...], _doc("Activities of each cycle.")]
    series: Annotated[tuple[Series, ...], _doc("Effect against activity.")]
    levels: Annotated[tuple[LevelSeries, ...], _doc("Probabilities against activity.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoPoint:
    """A choice that no other betters in the tumour without being worse in the organ."""

    convention: Annotated[str, _doc("Name of the convention.")]
    organ: Annotated[str, _doc("Region of the organ.")]
    agent: Annotated[str, _doc("Name of the agent.")]
    cycles: Annotated[int, _doc("Number of cycles.")]
    interval_s: Annotated[float | None, _doc("Interval; null: cycles do not overlap.")]
    activity_bq: Annotated[float, _doc("Activity of each cycle.")]
    tumour_gy: Annotated[float, _doc("Median of the least BED of the lesions.")]
    organ_gy: Annotated[float, _doc("Median effect in the organ.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """What published regimens would do in one patient, and what other activities would."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["plan"], _doc("Kind of report.")]
    notice: Annotated[str, _doc("Research use only; not a medical device.")]
    program: Annotated[Program, _doc("What computed the report.")]
    course_title: Annotated[str, _doc("Title of the course.")]
    course_sha256: Annotated[
        str | None, _doc("Hash of the course file; null if the course was made in Python.")
    ]
    seed: Annotated[int, _doc("Seed of every random stream.")]
    samples: Annotated[int, _doc("Number of samples that carry the uncertainty.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    weight_kg: Annotated[float, _doc("Body mass.")]
    renal_risk_factors: Annotated[
        tuple[str, ...] | None, _doc("In words; null if unknown, empty if there are none.")
    ]
    conventions: Annotated[tuple[Convention, ...], _doc("How alphas are weighed.")]
    regions: Annotated[tuple[TissueRecord, ...], _doc("Regions and their parameters.")]
    not_known: Annotated[tuple[str, ...], _doc("What cannot be compared, and why.")]
    levels: Annotated[tuple[LevelRecord, ...], _doc("Reference levels; none is a limit.")]
    agents: Annotated[tuple[PlannedAgent, ...], _doc("Agents and their published regimens.")]
    what_if: Annotated[tuple[WhatIf, ...], _doc("Agents x schedules x activities.")]
    pareto: Annotated[tuple[ParetoPoint, ...], _doc("Choices that none betters, by median.")]
    assumptions: Annotated[tuple[str, ...], _doc("What the numbers rest on.")]
    warnings: Annotated[tuple[Caution, ...], _doc("Legal but doubtful, loud ones first.")]
    sources: Annotated[tuple[SourceRecord, ...], _doc("Publications of regimens and levels.")]
