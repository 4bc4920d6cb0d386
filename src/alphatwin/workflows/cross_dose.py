"""What the regions of a course give to each other, and which take no part."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cross_dose import cross_doses_gy, place_in_phantom
from alphatwin.nuclides import emissions
from alphatwin.report.value import Assumption
from alphatwin.workflows.weighting import estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.patient import Course
    from alphatwin.report.value import RegionDose
    from alphatwin.workflows.analysis import AgentAnswer

    Floats = NDArray[np.float64]


def cross_doses_of(course: Course, answer: AgentAnswer) -> dict[str, dict[str, Floats]]:
    """Return (n_samples,) doses of an agent by target and source; empty without spectra.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answer
        What the agent does.
    """
    decay_data = course.assumptions.decay_data
    if not has_spectra(answer, course):
        return {}
    return cross_doses_gy(
        {r.region.name: r.decays for r in answer.regions},
        nuclides=answer.members,
        decay_data=decay_data,
    )


def with_cross_dose(record: RegionDose, cross_gy: Mapping[str, Floats]) -> RegionDose:
    """Return a record with the cross-dose of its region.

    Parameters
    ----------
    record
        What an agent does to the region.
    cross_gy
        (n_samples,) doses by source; empty: none is known. [Gy]
    """
    if not cross_gy:
        return record
    return dataclasses.replace(
        record,
        cross_dose_gy=estimate(np.sum(list(cross_gy.values()), axis=0)),
        cross_dose_by_source_gy={name: float(np.median(d)) for name, d in cross_gy.items()},
    )


def has_spectra(answer: AgentAnswer, course: Course) -> bool:
    """Whether the decay data hold a spectrum of every member that emits betas."""
    if course.assumptions.decay_data == "icrp107":
        return True
    each = (emissions(n, decay_data=course.assumptions.decay_data) for n in answer.members)
    return all(e.beta.yield_per_decay == 0.0 for e in each)


def cross_dose_assumptions(course: Course) -> tuple[Assumption, ...]:
    """Return what the cross-dose rests on, and whom it leaves out.

    Parameters
    ----------
    course
        The course.
    """
    outside = without_place(course)
    inside = [r.name for r in course.regions if r.name not in outside]
    if len(inside) < 2:
        return ()
    left_out = f"; left out, having no place in it: {', '.join(outside)}" if outside else ""
    return (
        Assumption(
            name="cross-dose",
            text="Organs irradiate each other as in a stylised adult phantom; the dose depends on "
            "neither mass to first order and is not scaled, nor are distances" + left_out,
            value=f"between {', '.join(inside)}",
            made_by="program",
            source="S-values computed by AlphaTwin in the phantom of Cristy and Eckerman, figures "
            "recalled and verified by published photon fractions; a person's organs lie elsewhere, "
            "which can change a cross-dose by tens of per cent",
            status="computed",
            alternatives=(),
        ),
    )


def without_place(course: Course) -> tuple[str, ...]:
    """Return the regions that have no place in the phantom."""
    return tuple(r.name for r in course.regions if place_in_phantom(r.name, role="target") is None)
