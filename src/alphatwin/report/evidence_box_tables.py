"""The evidence box as tables: response and survival, and adverse events folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, interval, prose
from alphatwin.report.picture import agent_names
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.report.evidence_box_value import EvidenceBox, ObservedFigure
    from alphatwin.report.value import DoseReport

_LIKE = {True: "as here", False: "other", None: "not known"}
_HEAD = ("Outcome", "Study", "In whom", "n/N", "% or as printed [95 %]", "Before")
_MOST_PREDICTED = 6


def boxes(report: DoseReport) -> list[tuple[str, EvidenceBox]]:
    """Return the boxes of a report with the names of their agents.

    Parameters
    ----------
    report
        The report.
    """
    return [
        (name, agent.evidence)
        for name, agent in zip(agent_names(report), report.agents, strict=True)
        if agent.evidence is not None
    ]


def response_table(name: str, box: EvidenceBox) -> Table:
    """Return what was observed of response and survival.

    Parameters
    ----------
    name
        Name of the agent.
    box
        Its box.
    """
    rows = [one for one in box.observed if one.topic != "adverse event"]
    return _table(f"{name}: response and survival observed in others", rows)


def event_tables(name: str, box: EvidenceBox) -> list[Table]:
    """Return adverse events that were counted; none where there is none.

    Parameters
    ----------
    name
        Name of the agent.
    box
        Its box.
    """
    rows = [one for one in box.observed if one.topic == "adverse event"]
    return [_table(f"{name}: adverse events observed in others", rows)] if rows else []


def predicted_text(box: EvidenceBox) -> str:
    """Return the doses of this patient that stand beside the observed figures.

    Parameters
    ----------
    box
        The box.
    """
    shown = box.predicted[:_MOST_PREDICTED]
    if not shown:
        return "No absorbed dose of this agent could be computed here."
    doses = "; ".join(prose(f"{p.region} {interval(p.absorbed_dose_gy)} Gy") for p in shown)
    more = len(box.predicted) - len(shown)
    return f"Absorbed dose here: {doses}{f'; and {more} regions more' if more else ''}."


def _table(title: str, rows: Sequence[ObservedFigure]) -> Table:
    return Table(
        title=prose(title),
        head=_HEAD,
        rows=tuple(
            (
                prose(one.outcome),
                prose(one.record),
                prose(one.group),
                MISSING if one.n is None or one.of is None else f"{one.n}/{one.of}",
                prose(_figure(one)),
                _LIKE[one.is_like_patient],
            )
            for one in rows
        ),
        prose_columns=(2,),
        small=True,
    )


def _figure(one: ObservedFigure) -> str:
    if one.share_fraction is not None:
        ends = one.exact_low_fraction, one.exact_high_fraction
        share = f"{100.0 * one.share_fraction:.0f} %"
        if ends[0] is None or ends[1] is None:
            return share
        return f"{share} [{100.0 * ends[0]:.0f}, {100.0 * ends[1]:.0f}]"
    if one.low is None:
        return one.stated
    return f"{one.stated} [{one.low:g}, {'not reached' if one.high is None else f'{one.high:g}'}]"
