"""The tables of a printed plan: every cell as the text that stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, interval, number, percent, prose, quantity
from alphatwin.report.plan_words import (
    level_words,
    regimen_words,
    schedule_words,
)
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.plan_value import (
        LevelAnswer,
        LevelRecord,
        PlanReport,
        RegimenRecord,
        RegionOfRegimen,
        WhatIf,
    )

_HOUR_S = 3600.0
_SHOWN_ROWS = (0, 6, 10, 13, 16, 19)
"""Activities of a row that are printed; all of them stand in report.json."""


def regimens_table(report: PlanReport) -> Table:
    """Return every published regimen for this patient."""
    rows = [
        (
            prose(agent.agent),
            prose(regimen.name),
            regimen_words(regimen),
            f"{quantity(regimen.cumulative_bq, 'Bq')} ({number(regimen.cumulative_mci)} mCi)",
            regimen.route,
            prose("; ".join(regimen.said)) or MISSING,
        )
        for agent in report.agents
        for regimen in agent.regimens
    ]
    rows += [
        (prose(a.agent), MISSING, MISSING, MISSING, MISSING, prose(a.no_regimen))
        for a in report.agents
        if a.no_regimen is not None
    ]
    return Table(
        title=f"Published regimens for {number(report.weight_kg)} kg",
        head=("agent", "regimen", "for this patient", "cumulative", "route", "caps and gaps"),
        rows=tuple(rows),
        prose_columns=(0, 1, 2, 3, 4, 5),
        small=True,
    )


def effects_tables(report: PlanReport) -> list[Table]:
    """Return dose and BED of every regimen by region, one table an agent."""
    names = [c.name for c in report.conventions]
    tables = []
    for agent in report.agents:
        rows = [
            (
                prose(regimen.name) if i == 0 else "",
                prose(region.region),
                interval(region.absorbed_dose_gy),
                *(interval(e.rbe_weighted_dose_gy) for e in region.effects[1:]),
                *(interval(e.bed_gy) for e in region.effects),
                _with_previous(region),
            )
            for regimen in agent.regimens
            for i, region in enumerate(regimen.regions)
        ]
        if rows:
            tables.append(
                Table(
                    title=f"{prose(agent.agent)}: all cycles together (Gy)",
                    head=(
                        "regimen",
                        "region",
                        "absorbed dose",
                        *(f"{n} × dose" for n in names[1:]),
                        *(f"BED, {n}" for n in names),
                        f"BED with previous, {names[-1]}",
                    ),
                    rows=tuple(rows),
                    prose_columns=(0, 1),
                    small=True,
                )
            )
    return tables


def _with_previous(region: RegionOfRegimen) -> str:
    last = region.effects[-1]
    if last.bed_gy is None:
        return MISSING
    if last.bed_with_previous_gy is None:
        return "unknown"
    return interval(last.bed_with_previous_gy)


def levels_tables(report: PlanReport) -> list[Table]:
    """Return the activity that reaches each level and the probability of exceeding it."""
    by_key = {level.key: level for level in report.levels}
    names = [c.name for c in report.conventions]
    tables = []
    for agent in report.agents:
        for regimen in agent.regimens:
            rows = _organ_rows(regimen, by_key, names)
            if rows:
                tables.append(
                    Table(
                        title=f"{prose(agent.agent)}, {prose(regimen.name)}: activity of each "
                        "cycle that reaches a level, and probability that the regimen exceeds it",
                        head=(
                            "region",
                            "level",
                            *(f"reached at, {n}" for n in names),
                            *(f"above, {n}" for n in names),
                            "previous",
                        ),
                        rows=tuple(rows),
                    )
                )
    return [*tables, *_activity_tables(report, by_key)]


def _activity_tables(report: PlanReport, by_key: dict[str, LevelRecord]) -> list[Table]:
    rows = [
        (
            prose(agent.agent),
            prose(regimen.name),
            quantity(answer.planned_bq, "Bq"),
            level_words(by_key[answer.level]),
            "above" if answer.is_above else "not above",
        )
        for agent in report.agents
        for regimen in agent.regimens
        for answer in regimen.activity_levels
    ]
    if not rows:
        return []
    return [
        Table(
            title="Activities against those of the agents' own studies",
            head=("agent", "regimen", "planned", "level", "planned is"),
            rows=tuple(rows),
            prose_columns=(0, 1),
        )
    ]


def _organ_rows(
    regimen: RegimenRecord, by_key: dict[str, LevelRecord], names: list[str]
) -> list[tuple[str, ...]]:
    rows = []
    for region in regimen.regions:
        for key in dict.fromkeys(a.level for a in region.levels):
            found = {a.convention: a for a in region.levels if a.level == key}
            answers = [found[n] for n in names]
            rows.append(
                (
                    prose(region.region),
                    level_words(by_key[key]),
                    *(_reached(a) for a in answers),
                    *(percent(a.probability_above) for a in answers),
                    _previous(answers[0]),
                )
            )
    return rows


def _previous(answer: LevelAnswer) -> str:
    return {
        "none": "there were none",
        "stated": "included",
        "part": "in part unknown",
        "unknown": "unknown",
    }[answer.previous]


def _reached(answer: LevelAnswer) -> str:
    at = answer.reached_at_bq
    if at is None:
        return "never"
    if at.median == 0.0:
        return "already reached"
    size, unit = (1e9, "GBq") if at.median >= 1e9 else (1e6, "MBq")
    return f"{interval(at, size=size)} {unit}"


def level_sources_table(report: PlanReport) -> Table:
    """Return what each level is, of whom, under which radiation, and from where."""
    return Table(
        title="Reference levels, which are comparators and not limits",
        head=("level", "of", "observed in", "radiation", "made for alphas", "source"),
        rows=tuple(
            (
                level_words(level),
                prose((level.organ or level.agent or "").replace("_", " ")),
                prose(level.population + (f" (n = {level.n})" if level.n else "")),
                level.radiation,
                "yes" if level.made_for_alphas else "NO",
                prose(f"{level.source}, {level.status}. {level.note}"),
            )
            for level in report.levels
        ),
        prose_columns=(0, 1, 2, 3, 5),
        small=True,
    )


def tissues_table(report: PlanReport) -> Table:
    """Return the parameters of each region, and what previous therapies left there."""
    return Table(
        title="Regions",
        head=(
            "region",
            "kinetics",
            "α/β (Gy)",
            "repair half-time (h)",
            "from",
            "previous therapies",
        ),
        rows=tuple(
            (
                prose(r.region),
                r.kinetics,
                number(r.alpha_beta_gy),
                number(None if r.repair_half_time_s is None else r.repair_half_time_s / _HOUR_S),
                r.source + (f" ({r.status})" if r.status else ""),
                prose(f"{r.absorbed_before}; {r.bed_before}"),
            )
            for r in report.regions
        ),
        prose_columns=(0, 4, 5),
        small=True,
    )


def what_if_tables(report: PlanReport) -> list[Table]:
    """Return rows of what if under the last convention: effect and probabilities by activity."""
    return [_what_if(report, row) for row in report.what_if]


def _what_if(report: PlanReport, row: WhatIf) -> Table:
    name = report.conventions[-1].name
    levels = {v.key: v for v in report.levels}
    series = [
        s for s in row.series if s.convention == name and _is_shown(report, s.region, s.quantity)
    ]
    chances = [s for s in row.levels if s.convention == name]
    places = [i for i in _SHOWN_ROWS if i < len(row.activity_bq)]
    if len(row.activity_bq) <= len(_SHOWN_ROWS):
        places = list(range(len(row.activity_bq)))
    rows = [
        (
            quantity(row.activity_bq[i], "Bq"),
            *(number(s.median_gy[i], digits=2) for s in series),
            *(percent(s.probability_above[i]) for s in chances),
        )
        for i in places
    ]
    words = {"bed_gy": "BED", "rbe_weighted_dose_gy": "RBE × dose"}
    return Table(
        title=f"{prose(row.agent)}, {schedule_words(row)} ({prose(row.asked)}), {name}: medians",
        head=(
            "activity of a cycle",
            *(f"{prose(s.region)} [{words[s.quantity]}, Gy]" for s in series),
            *(f"above {level_words(levels[s.level])}, {prose(s.region)}" for s in chances),
        ),
        rows=tuple(rows),
        prose_columns=(),
        small=True,
    )


def _is_shown(report: PlanReport, region: str, kind: str) -> bool:
    """Whether a series is printed: least of the lesions, and organs under what they compare by."""
    own = next((r for r in report.regions if r.region == region), None)
    if own is None:
        return True
    if own.organ == "kidneys" and own.alpha_beta_gy is not None:
        return kind == "bed_gy"
    return own.organ is not None and kind == "rbe_weighted_dose_gy"
