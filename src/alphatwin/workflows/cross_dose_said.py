"""What the dose from decays elsewhere rests on, whom it leaves out, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.report.value import Alternative, Assumption, Effect
from alphatwin.workflows.cross_dose import REST_OF_WHOLE, region_site
from alphatwin.workflows.daughter_assumptions import LEAST_EFFECT
from alphatwin.workflows.daughters import is_whole_body

if TYPE_CHECKING:
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer

SOURCE: Final = (
    "S-values computed by AlphaTwin in the phantom of Cristy and Eckerman, figures recalled and "
    "verified by published photon fractions; a person's organs lie elsewhere, which can change a "
    "cross-dose by tens of per cent"
)


def cross_dose_assumptions(
    course: Course, answers: tuple[AgentAnswer, ...]
) -> tuple[Assumption, ...]:
    """Return what the cross-dose rests on, whom it leaves out, and the dose without it.

    Parameters
    ----------
    course, answers
        The course, and what its agents do.
    """
    if not any(r.received for a in answers for r in a.regions):
        return ()
    sites = [region_site(course, r) for r in course.regions]
    inside = [s.name for s in sites if s.source is not None]
    outside = [s.name for s in sites if s.source is None and s.target is None]
    if REST_OF_WHOLE in {one.source for a in answers for r in a.regions for one in r.received}:
        outside = [n for n in outside if not is_whole_body(course.region(n), course)]
        inside.append(REST_OF_WHOLE)
    left_out = f"; left out, having no place in it: {', '.join(outside)}" if outside else ""
    return (
        Assumption(
            name="cross-dose",
            text="Dose from decays elsewhere is part of the dose of each region, as in a stylised "
            "adult phantom. Own dose goes with the patient's masses; cross-dose depends on "
            "neither mass to first order and is not scaled, nor are distances. A published dose "
            "coefficient that stands in for a measurement holds the cross-dose of others, which "
            "is then counted twice" + _hosts(course) + _twins(course) + left_out,
            value=f"between {', '.join(inside)}",
            made_by="program",
            source=SOURCE,
            status="computed",
            alternatives=(Alternative(value="no cross-dose", effects=_without(answers)),),
        ),
    )


def _hosts(course: Course) -> str:
    """Say which lesions lie within which organ."""
    found = [f"{r.name} in {r.within}" for r in course.regions if r.within is not None]
    if not found:
        return ""
    return (
        f"; lesions lie anywhere in the organ that the course states ({', '.join(found)}) and "
        "exchange with it what leaves a sphere in a larger one"
    )


def _twins(course: Course) -> str:
    """Say which organs share one place in the phantom."""
    places: dict[str, list[str]] = {}
    for region in course.regions:
        site = region_site(course, region)
        if site.target is not None and not site.is_lesion:
            places.setdefault(site.target, []).append(region.name)
    shared = [" and ".join(names) for names in places.values() if len(names) > 1]
    return f"; between {', '.join(shared)} there is none" if shared else ""


def _without(answers: tuple[AgentAnswer, ...]) -> tuple[Effect, ...]:
    found = []
    for answer in answers:
        for region in answer.regions:
            own_gy = region.own_gy
            if own_gy is None or region.dose is None or not region.received:
                continue
            ratio = float(np.median(own_gy.sum(axis=1)) / np.median(region.dose.total_gy))
            if abs(ratio - 1.0) >= LEAST_EFFECT:
                found.append(
                    Effect(
                        agent=answer.agent.name,
                        region=region.region.name,
                        quantity="absorbed_dose_gy",
                        ratio=ratio,
                    )
                )
    return tuple(found)
