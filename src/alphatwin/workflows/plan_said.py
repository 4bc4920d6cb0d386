"""What a plan says beside its numbers: what is not known, assumed, doubtful, and its sources."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.kinetics import time_integrated_activity_bq_s
from alphatwin.prescription.cycles import UNCHANGED
from alphatwin.report.value import Caution, SourceRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Course
    from alphatwin.prescription import ReferenceLevel
    from alphatwin.report.plan_value import Convention, PlannedAgent, WhatIf
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.plan_regions import PlanRegion
    from alphatwin.workflows.plan_request import PlanRequest

OVERLAP: Final = 0.01
"""Share of a cycle's decays still to come at the next from which on it is said."""


def not_known(course: Course, regions: tuple[PlanRegion, ...]) -> tuple[str, ...]:
    """Return what cannot be compared in this patient, and why."""
    organs = {r.organ for r in regions}
    said = []
    if "kidneys" not in organs:
        said.append(
            "Kidneys: not known. The course has no kidneys with a mass; add the region, measured "
            "or with published kinetics"
        )
    if "red_marrow" not in organs:
        said.append(
            "Red marrow: not known. The course has neither blood samples with [marrow] nor a "
            "region of red marrow; nothing is guessed"
        )
    if all(r.kind != "lesion" for r in regions):
        said.append("Tumour effect: not known. The course has no lesion with a mass")
    said += [
        f"{r.name}: its mass is not known, so it has no dose"
        for r in course.regions
        if r.mass_kg is None
    ]
    unknown = sorted({r.name for r in regions if r.absorbed.knowledge in {"unknown", "part"}})
    if unknown:
        said.append(
            f"Dose of previous therapies in {', '.join(unknown)}: unknown. Every cumulative figure "
            "of these regions is of the regimen alone, and a level may be reached earlier"
        )
    if course.patient.renal_risk_factors is None:
        said.append(
            "Renal risk factors: not known, so that it is open which of the kidney levels is the "
            "nearer comparison"
        )
    return tuple(said)


def assumptions_of_plan(
    course: Course, asked: PlanRequest, conventions: tuple[Convention, ...]
) -> tuple[str, ...]:
    """Return what the numbers of a plan rest on, one sentence each."""
    high = conventions[-1]
    change = asked.tumour_change
    fate = course.assumptions.daughters
    lesions = (
        "Every cycle does in every region what the first does."
        if change is UNCHANGED
        else f"Lesions take up {change.change_fraction:+.0%} from each cycle to the next "
        f"({change.source}); organs do not change."
    )
    in_time = (
        "Dose runs in time as the curve on the vector and its daughters there."
        if fate == "stay"
        else f"Under the fate {fate}, dose of each radiation type is that of the dose report, and "
        "runs in time as if daughters stayed."
    )
    no_limits = (
        "Reference levels are published comparators, not limits; nothing here is an activity "
        "that may be given."
    )
    two = (
        f"Two conventions, never mixed: {conventions[0].name} counts all radiation alike; "
        f"{high.name} weighs alphas by {high.rbe_alpha:g} and recoils by {high.rbe_recoil:g} in "
        f"RBE-weighted dose, and by RBEmax {high.rbe_max_alpha:g} in the linear term of BED."
    )
    not_for_alphas = (
        "Levels of kidneys and marrow were observed under betas, photons or 131I: they were not "
        "made for alphas."
    )
    tissues = (
        "alpha/beta and repair are conventions of the levels, without uncertainty of their own; "
        "all radiation types have the same quadratic coefficient."
    )
    left_out = "Repopulation of tumours and repair between therapies are left out."
    return (no_limits, two, not_for_alphas, tissues, lesions, in_time, left_out)


def cautions_of_plan(
    course: Course,
    answers: Sequence[AgentAnswer],
    agents: Sequence[PlannedAgent],
    rows: Sequence[WhatIf],
) -> Iterator[Caution]:
    """Return what is legal but doubtful in a plan."""
    for agent in agents:
        if agent.no_regimen is not None:
            yield Caution(
                code="no_published_regimen", loud=True, where=agent.agent, message=agent.no_regimen
            )
    for therapy in course.patient.previous_therapies or ():
        if not therapy.doses:
            yield Caution(
                code="previous_dose_unknown",
                loud=True,
                where=f"previous {therapy.agent}",
                message="its dose is not stated: unknown, and in no cumulative figure",
            )
    yield from _overlaps(answers, agents, rows)


def _overlaps(
    answers: Sequence[AgentAnswer], agents: Sequence[PlannedAgent], rows: Sequence[WhatIf]
) -> Iterator[Caution]:
    """Say where much of a cycle is still to come when the next is given."""
    for answer, agent in zip(answers, agents, strict=True):
        shortest_s = min(
            (
                *(r.interval_s for r in rows if r.agent == agent.agent and r.cycles > 1),
                *(r.start_s[1] for r in agent.regimens if r.start_s and len(r.start_s) > 1),
            ),
            key=lambda s: math.inf if s is None else s,
            default=None,
        )
        if shortest_s is None:
            continue
        for region in answer.regions:
            share = _still_to_come(answer, region.curve, shortest_s)
            if share > OVERLAP:
                yield Caution(
                    code="cycles_overlap",
                    loud=share > 10.0 * OVERLAP,
                    where=f"{agent.agent}, {region.region.name}",
                    message=f"cycles overlap: {share:.0%} of the decays of a cycle are still to "
                    f"come when the next is given after {shortest_s / 86400.0:.3g} d; BED holds "
                    "for the overlap, dose is not affected",
                )


def _still_to_come(answer: AgentAnswer, curve: RegionCurve, interval_s: float) -> float:
    """Return the median share of the decays on the vector after an interval [s]."""
    rate_per_s = float(answer.chain.decay_constants_per_s[0])
    after, whole = (
        time_integrated_activity_bq_s(
            curve,
            administered_bq=1.0,
            decay_constant_per_s=rate_per_s,
            start_s=start_s,
        )
        for start_s in (interval_s, 0.0)
    )
    return float(np.median(after / whole)) if np.all(whole > 0.0) else 0.0


def sources_of_plan(
    agents: Sequence[PlannedAgent],
    levels: tuple[ReferenceLevel, ...],
    regions: Sequence[PlanRegion],
) -> tuple[SourceRecord, ...]:
    """Return each publication once, with all that it was used for."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for level in levels:
        s = level.source
        found.setdefault((s.citation, s.doi_or_url, s.status), []).append(f"level {level.key}")
    for agent in agents:
        for r in agent.regimens:
            key = (r.source, r.doi_or_url, r.status)
            found.setdefault(key, []).append(f"regimen {r.name} of {agent.agent}")
    for region in regions:
        if region.tissue is not None:
            key = (region.tissue.source, "", region.tissue.status)
            found.setdefault(key, []).append(f"alpha/beta and repair of {region.name}")
    return tuple(
        SourceRecord(
            citation=citation,
            doi_or_url=where,
            status=status,
            used_for=", ".join(dict.fromkeys(uses)),
        )
        for (citation, where, status), uses in found.items()
    )
