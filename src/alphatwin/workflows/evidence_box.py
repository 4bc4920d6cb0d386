"""The evidence box of a dose report: figures of others, beside this patient's doses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from alphatwin.agents import agent as catalogue_agent
from alphatwin.errors import DataError
from alphatwin.evidence import find_rows, records
from alphatwin.evidence.asking import not_comparable
from alphatwin.evidence.rows import judged_outcome
from alphatwin.report.evidence_box_value import EvidenceBox, ObservedFigure, PredictedHere

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphatwin.evidence import EvidenceRow
    from alphatwin.patient import Course
    from alphatwin.report.value import RegionDose

    Topic = Literal["response", "survival", "adverse event"]

NAIVE: Final = "naive"
AFTER: Final = "after beta emitter"
BETA_EMITTERS: Final = ("Lu-177", "Y-90", "Cu-67", "Tb-161", "I-131")
_WRITTEN_BETA: Final = re.compile(r"177.?Lu|Lu.?177|90.?Y\b|\bY.?90|131.?I|I.?131|67.?Cu|161.?Tb")
_NOT_SHOWN: Final = ("case", "synthesis", "review")
_ORDER: Final[tuple[Topic, ...]] = ("response", "survival", "adverse event")
NOTE: Final = (
    "The doses are this patient's; the figures are other patients'. No published figure says which "
    "dose of this agent goes with which response, so neither follows from the other. Groups of "
    "different studies are no randomised arms."
)


def evidence_box(
    course: Course, agent: str, *, administration: str | None, doses: Iterable[RegionDose] = ()
) -> EvidenceBox | None:
    """Return what was observed of an agent, beside what is predicted; None if nothing was.

    Parameters
    ----------
    course
        The course; it says what the patient had before, and which regions are lesions.
    agent
        Name of the agent.
    administration
        The administration of the agent that was given; None for a prediction, which would follow
        on those given.
    doses
        Doses of the regions under the agent.
    """
    rows = find_rows(records(), agent=agent).rows
    shown = [(topic, row) for row in rows if (topic := _topic(row)) is not None]
    if not shown:
        return None
    prior, source = prior_of(course, administration=administration)
    shown.sort(key=lambda one: (_ORDER.index(one[0]), _likeness(one[1], prior), one[1].outcome))
    return EvidenceBox(
        prior=prior,
        prior_from=source,
        observed=tuple(_figure(topic, row, prior) for topic, row in shown),
        predicted=_predicted(course, doses),
        not_comparable=not_comparable([row for topic, row in shown if topic != "adverse event"]),
        note=NOTE,
    )


def prior_of(course: Course, *, administration: str | None) -> tuple[str | None, str]:
    """Return whether a beta emitter came before an agent, and what says so.

    Parameters
    ----------
    course
        The course.
    administration
        The administration that was given; None for a prediction.
    """
    names = [one.name for one in course.administrations]
    before = course.administrations[: names.index(administration)] if administration else None
    given = [one.agent for one in (course.administrations if before is None else before)]
    in_course = [name for name in given if is_beta(name)]
    if in_course:
        return AFTER, f"{in_course[0]} was given in this course"
    therapies = course.patient.previous_therapies
    if therapies is None:
        return None, "previous_therapies is not stated in the course"
    earlier = [one.agent for one in therapies if is_beta(one.agent)]
    if earlier:
        return AFTER, f"{earlier[0]} stands among the previous therapies of the course"
    return NAIVE, "no beta emitter stands among the previous therapies of the course"


def is_beta(name: str) -> bool:
    """Return whether a radionuclide therapy is with a beta emitter, by its name.

    Parameters
    ----------
    name
        Name of an agent, of the catalogue or not.
    """
    try:
        return catalogue_agent(name).nuclide in BETA_EMITTERS
    except DataError:
        return _WRITTEN_BETA.search(name) is not None


def _topic(row: EvidenceRow) -> Topic | None:
    """Return what a row is about, None if it is not shown."""
    if row.superseded_by is not None or row.status == "recalled" or row.study_kind in _NOT_SHOWN:
        return None
    if row.kind == "adverse event":
        return "adverse event"
    if row.kind == "share" and row.outcome in {"ORR", "DCR"}:
        return "response"
    return "survival" if row.kind == "time to event" and "ratio" not in row.outcome else None


def _likeness(row: EvidenceRow, prior: str | None) -> int:
    return {True: 0, None: 1, False: 2}[_is_like(row, prior)]


def _is_like(row: EvidenceRow, prior: str | None) -> bool | None:
    if prior is None or row.prior in {"mixed", "not stated"}:
        return None
    return row.prior == prior


def _figure(topic: Topic, row: EvidenceRow, prior: str | None) -> ObservedFigure:
    return ObservedFigure(
        topic=topic,
        outcome=judged_outcome(row),
        record=row.record,
        population=row.population,
        group=row.group,
        prior=row.prior,
        is_like_patient=_is_like(row, prior),
        n=row.n,
        of=row.of,
        share_fraction=row.share_fraction,
        exact_low_fraction=row.exact_low_fraction,
        exact_high_fraction=row.exact_high_fraction,
        stated=row.stated,
        low=row.low,
        high=row.high,
        place=f"{row.place} ({row.status}, {row.level})",
        cautions=row.cautions,
    )


def _predicted(course: Course, doses: Iterable[RegionDose]) -> tuple[PredictedHere, ...]:
    kinds = {region.name: region.kind for region in course.regions}
    found = [
        PredictedHere(
            region=dose.region, kind=kinds[dose.region], absorbed_dose_gy=dose.absorbed_dose_gy
        )
        for dose in doses
        if dose.absorbed_dose_gy is not None
    ]
    return tuple(sorted(found, key=lambda one: one.kind != "lesion"))
