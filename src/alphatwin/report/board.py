"""The first page, for a tumour board: what was measured, what it did, what is unknown.

What stands here stands in the detail too; the page only chooses and shortens, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.report.numbers import interval, number, prose, quantity, shown_share
from alphatwin.report.picture import agent_names

if TYPE_CHECKING:
    from alphatwin.report.fit_value import RegionRecord
    from alphatwin.report.value import AgentReport, Caution, DoseReport, RegionDose

MOST_REGIONS = 8
MOST_AGENTS = 4
MOST_DOUBTS = 9
_LONGEST_DOUBT = 170
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A loud warning, or several of one kind, in a line.

    Attributes
    ----------
    where
        Agents, regions or fields that it concerns.
    text
        The warning, shortened where it is long.
    is_whole
        Whether the text is all that there is to say.
    """

    where: str
    text: str
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one agent does in one region.

    Attributes
    ----------
    absorbed
        Absorbed dose with its interval, in Gy.
    effects
        RBE-weighted dose and BED, each with its name; empty where there is none.
    driver
        What makes the absorbed dose uncertain; empty if that is not known.
    """

    absorbed: str
    effects: tuple[str, ...]
    driver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One region on the board.

    Attributes
    ----------
    region
        Its name.
    measured
        What was measured of it, in words.
    cells
        One for each agent shown.
    """

    region: str
    measured: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The first page.

    Attributes
    ----------
    agents
        Head of each column: name, role and activity.
    rows
        Regions.
    doubts
        What is unknown or doubtful, the loudest first.
    left_out
        What has no room here, in words; empty if all has.
    """

    agents: tuple[tuple[str, str], ...]
    rows: tuple[BoardRow, ...]
    doubts: tuple[Doubt, ...]
    left_out: str


def board(report: DoseReport) -> Board:
    """Return the first page of a report.

    Parameters
    ----------
    report
        The report.
    """
    shown = report.agents[:MOST_AGENTS]
    regions = report.regions[:MOST_REGIONS]
    names = agent_names(report)
    doubts = _doubts(report)
    missing = [
        f"{len(every) - most} {what}"
        for every, most, what in (
            (report.agents, MOST_AGENTS, "more agents"),
            (report.regions, MOST_REGIONS, "more regions"),
            (doubts, MOST_DOUBTS, "more warnings"),
        )
        if len(every) > most
    ]
    return Board(
        agents=tuple(
            (name, f"{agent.role}, {quantity(agent.activity_bq, 'Bq')}")
            for name, agent in zip(names, shown, strict=False)
        ),
        rows=tuple(
            BoardRow(
                region=region.name,
                measured=_measured(region),
                cells=tuple(_cell(report, agent, region.name) for agent in shown),
            )
            for region in regions
        ),
        doubts=tuple(doubts[:MOST_DOUBTS]),
        left_out=f"In the detail: {', '.join(missing)}." if missing else "",
    )


def told_later(report: DoseReport) -> list[Caution]:
    """Return the loud warnings that the first page does not hold in full."""
    whole = {d.text for d in board(report).doubts if d.is_whole}
    return [c for c in report.warnings if c.loud and c.message not in whole]


def _doubts(report: DoseReport) -> list[Doubt]:
    groups: dict[str, list[Caution]] = {}
    for caution in report.warnings:
        if caution.loud:
            groups.setdefault(caution.code, []).append(caution)
    return [_doubt(found) for found in groups.values()]


def _doubt(found: list[Caution]) -> Doubt:
    where = ", ".join(dict.fromkeys(c.where for c in found))
    message = found[0].message
    if len({c.message for c in found}) == 1 and len(message) <= _LONGEST_DOUBT:
        return Doubt(where=where, text=message, is_whole=True)
    first, dot, _ = message.partition(". ")
    if len(first) < 40 and dot:  # a cry such as NOT INFORMED BY THE DATA wants its reason
        first = ". ".join(message.split(". ")[:2])
    if len(first) > _LONGEST_DOUBT:
        first = first[:_LONGEST_DOUBT].rsplit(" ", 1)[0].rstrip(",;:") + " …"
    more = " (and the like)" if len(found) > 1 else ""
    return Doubt(where=where, text=first.rstrip(".") + more, is_whole=False)


def _measured(region: RegionRecord) -> str:
    points = region.fit.points
    if not points:
        return "not measured: published figures of others"
    times = [p.time_s / _HOUR_S for p in points]
    if len(times) == 1:
        return f"1 point at {number(times[0])} h"
    return f"{len(times)} points, {number(min(times))} to {number(max(times))} h"


def _cell(report: DoseReport, agent: AgentReport, region: str) -> Cell:
    dose = next((d for d in agent.regions if d.region == region), None)
    if dose is None or dose.absorbed_dose_gy is None:
        return Cell(absorbed="mass unknown", effects=(), driver="")
    return Cell(
        absorbed=interval(dose.absorbed_dose_gy),
        effects=(*_weighted(dose), *_bed(agent, region)),
        driver=_driver(report, agent, region),
    )


def _weighted(dose: RegionDose) -> tuple[str, ...]:
    emits = any(
        dose.absorbed_dose_by_radiation_gy.get(kind, 0.0) > 0.0 for kind in ("alpha", "recoil")
    )
    if not emits or not dose.rbe_weighted:
        return ()
    last = dose.rbe_weighted[-1]
    return (f"RBE {last.rbe_alpha:g} × dose {interval(last.rbe_weighted_dose_gy)}",)


def _bed(agent: AgentReport, region: str) -> tuple[str, ...]:
    return tuple(
        f"BED {interval(effect.bed_gy)}"
        for effect in agent.biological_effect
        if effect.region == region
    )


def _driver(report: DoseReport, agent: AgentReport, region: str) -> str:
    for row in report.uncertainty_contributions:
        same = (row.agent, row.administration, row.region, row.quantity)
        if same == (agent.agent, agent.administration, region, "absorbed_dose_gy"):
            if not row.contributions:
                return ""
            first = row.contributions[0]
            return prose(f"{first.source} {shown_share(first.total_share, first.total_sd)}")
    return ""
