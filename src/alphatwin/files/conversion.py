"""From the tables of a course file to the course, as a frozen value of the core.

What two tables must agree on is checked here: names, which keys go together, and what the
activities may be. Whatever is wrong goes to the mistakes; a part that is wrong is left out, and
the rest is still checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alphatwin.files.agent_names import AgentNames
from alphatwin.files.biology import convert_biology
from alphatwin.files.blood import convert_blood, convert_marrow, convert_urine
from alphatwin.files.given import convert_administrations, convert_predictions
from alphatwin.files.injected import check_fate_name
from alphatwin.files.measured import convert_measurements
from alphatwin.files.measured_errors import convert_imaging
from alphatwin.files.regions import convert_regions
from alphatwin.files.sharing import convert_sharing
from alphatwin.patient import Assumptions, Course, Patient, PreviousDose, PreviousTherapy

if TYPE_CHECKING:
    from alphatwin.agents import Agent
    from alphatwin.files.facts import Fact
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.schema import PreviousDoseTable
    from alphatwin.files.sections import Sections

_FIELD = {
    "density": "density_g_per_ml",
    "daughter_weights": "fate_weights",
    "rbe_alpha_uncertainty": "rbe_alpha_relative_sd",
    "rbe_recoil_uncertainty": "rbe_recoil_relative_sd",
}
_PATH = {
    "fate_weights": ("assumptions", "daughter_weights"),
    "rbe_alpha_relative_sd": ("assumptions", "rbe_alpha_uncertainty"),
    "rbe_recoil_relative_sd": ("assumptions", "rbe_recoil_uncertainty"),
    "density_g_per_ml": ("assumptions", "density"),
    "calibration_relative_sd": ("calibration", "uncertainty"),
}


@dataclass(frozen=True, slots=True)
class Converted:
    """A course and what its file says beside it."""

    course: Course
    own_agents: tuple[Agent, ...]
    made_by_course: frozenset[str]
    facts: tuple[Fact, ...]


def convert(sections: Sections, *, mistakes: Mistakes) -> Converted:
    """Return the course that the tables describe.

    Raises
    ------
    CourseError
        With every mistake, those found earlier included, if there is one.
    """
    facts: list[Fact] = []
    assumptions, made_by_course = _assumptions(sections, mistakes=mistakes)
    known = AgentNames(sections.agents, mistakes=mistakes)
    patient = _patient(sections, mistakes=mistakes)
    regions = convert_regions(sections, assumptions, mistakes=mistakes)
    given = convert_administrations(sections, known, assumptions, mistakes=mistakes, facts=facts)
    imaging = convert_imaging(sections, mistakes=mistakes)
    measurements = convert_measurements(sections, regions, given, mistakes=mistakes, facts=facts)
    sharing = convert_sharing(sections, regions, given, measurements, mistakes=mistakes)
    predictions = convert_predictions(
        sections, known, given, patient, assumptions, mistakes=mistakes
    )
    blood = convert_blood(sections, given, assumptions, mistakes=mistakes)
    urine = convert_urine(sections, given, mistakes=mistakes)
    marrow = convert_marrow(sections, blood, patient, mistakes=mistakes)
    effect = convert_biology(sections, regions, mistakes=mistakes)
    mistakes.raise_if_any()
    head = sections.head.table
    assert patient is not None
    assert head is not None
    course = mistakes.attempt(
        lambda: Course(
            title=head.title,
            patient=patient,
            regions=tuple(r for r in regions.values() if r is not None),
            administrations=tuple(g.administration for g in given.values() if g is not None),
            measurements=measurements,
            predictions=predictions,
            assumptions=assumptions,
            sources=tuple(head.sources),
            blood=blood,
            urine=urine,
            marrow=marrow,
            sharing=sharing,
            effect=effect,
            imaging=imaging,
        ),
        (),
    )
    mistakes.raise_if_any()
    assert course is not None
    return Converted(course, known.own, made_by_course, tuple(facts))


def _assumptions(sections: Sections, *, mistakes: Mistakes) -> tuple[Assumptions, frozenset[str]]:
    written: dict[str, Any] = {}
    if (table := sections.assumptions.table) is not None:
        stated = table.model_dump(exclude_unset=True)
        written |= {_FIELD.get(key, key): value for key, value in stated.items()}
    if isinstance(weights := written.get("fate_weights"), dict):
        written["fate_weights"] = tuple(weights.items())
    if sections.calibration is not None and sections.calibration.table is not None:
        written["calibration_relative_sd"] = sections.calibration.table.uncertainty
    right = {key: value for key, value in written.items() if _is_right(key, value, mistakes)}
    return replace(Assumptions(), **right), frozenset(right)


def _is_right(key: str, value: object, mistakes: Mistakes) -> bool:
    path = _PATH.get(key, ("assumptions", key))
    changes: dict[str, Any] = {key: value}

    def build() -> Assumptions:
        if key == "daughters":
            check_fate_name(str(value))
        if key == "fate_weights" and isinstance(value, tuple):
            for name, _ in value:
                check_fate_name(name)
        return replace(Assumptions(), **changes)

    return mistakes.attempt(build, path) is not None


def _patient(sections: Sections, *, mistakes: Mistakes) -> Patient | None:
    table = sections.patient.table
    if table is None:
        return None
    path, risks = sections.patient.path, table.renal_risk_factors
    weight_kg, height_m = table.weight, table.height
    if mistakes.attempt(lambda: Patient("unknown", weight_kg), (*path, "weight")) is None:
        weight_kg = 70.0  # stands in so that the height is checked too; the mistake is noted
    return mistakes.attempt(
        lambda: Patient(
            sex=table.sex,
            weight_kg=weight_kg,
            height_m=height_m,
            renal_risk_factors=None if risks is None else tuple(risks),
            previous_therapies=_previous_therapies(sections, mistakes=mistakes),
        ),
        (*path, "height"),
    )


def _previous_therapies(
    sections: Sections, *, mistakes: Mistakes
) -> tuple[PreviousTherapy, ...] | None:
    if sections.previous_therapies is None:
        return None
    return tuple(
        PreviousTherapy(
            t.table.agent,
            t.table.activity,
            t.table.cycles,
            tuple(
                dose
                for i, d in enumerate(t.table.doses)
                if (dose := _previous_dose(d, (*t.path, "doses", i), mistakes=mistakes))
            ),
        )
        for t in sections.previous_therapies
        if t.table is not None
    )


def _previous_dose(
    table: PreviousDoseTable, path: tuple[str | int, ...], *, mistakes: Mistakes
) -> PreviousDose | None:
    return mistakes.attempt(
        lambda: PreviousDose(table.region, table.absorbed_dose, table.uncertainty, table.bed), path
    )
