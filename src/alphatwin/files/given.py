"""``[[administrations]]`` and ``[[predictions]]`` of a course file: agents and their activities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphatwin import formats, units
from alphatwin.errors import InvalidValueError
from alphatwin.files.facts import Fact
from alphatwin.files.injected import injected_of
from alphatwin.files.mistakes import field_name, show
from alphatwin.files.regions import note_twice
from alphatwin.nuclides import nuclide
from alphatwin.patient import Administration, Prediction, UptakeFactor

if TYPE_CHECKING:
    from alphatwin.agents import Agent
    from alphatwin.files import schema
    from alphatwin.files.agent_names import AgentNames
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry, Sections
    from alphatwin.nuclides import Nuclide
    from alphatwin.patient import Assumptions, Patient

_ACTIVITIES = ("activity", "calibrated_activity")
_NEED_ACTIVITY = ("radiochemical_purity", "time_since_purification")
_CALIBRATION_TIMES = ("calibrated_before", "calibrated_after")


@dataclass(frozen=True, slots=True)
class Given:
    """An administration, its agent and its nuclide."""

    administration: Administration
    agent: Agent
    nuclide: Nuclide


def convert_administrations(
    sections: Sections,
    known: AgentNames,
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
    facts: list[Fact],
) -> dict[str, Given | None]:
    """Return every administration by its name; ``None`` where something of it is wrong."""
    found: dict[str, Given | None] = {}
    lines: dict[str, int] = {}
    if not sections.administrations:
        mistakes.add(("administrations",), "there must be at least one [[administrations]]")
    for entry in sections.administrations:
        given = _given(entry, known, assumptions, mistakes=mistakes)
        if given is not None:
            facts.extend(_facts_of(entry, given))
        if (name := entry.text("name")) is None:
            continue
        note_twice(name, (*entry.path, "name"), lines, mistakes=mistakes)
        found.setdefault(name, given)
    return found


def convert_predictions(
    sections: Sections,
    known: AgentNames,
    given: dict[str, Given | None],
    patient: Patient | None,
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
) -> tuple[Prediction, ...]:
    """Return every prediction that is right."""
    right = [g for g in given.values() if g is not None]
    is_complete = len(right) == len(given) > 0
    if is_complete and all(g.administration.activity_bq is None for g in right):
        for entry in sections.predictions[:1]:
            mistakes.add(
                entry.path,
                "nothing can be predicted: the activity of every administration is unknown, and "
                "with it the uptake per activity; give an activity or leave the predictions out",
            )
    found, lines = [], dict[str, int]()
    for entry in sections.predictions:
        agent = _agent(entry, known, mistakes=mistakes)
        if agent is not None:
            note_twice(agent.name, (*entry.path, "agent"), lines, mistakes=mistakes)
        prediction = _prediction(entry, agent, right, patient, assumptions, mistakes=mistakes)
        if prediction is not None:
            found.append(prediction)
    return tuple(found)


def _agent(
    entry: Entry[schema.AdministrationTable] | Entry[schema.PredictionTable],
    known: AgentNames,
    *,
    mistakes: Mistakes,
) -> Agent | None:
    name = entry.text("agent")
    if not name:
        return None
    return mistakes.attempt(lambda: known.find(name), (*entry.path, "agent"))


def _given(
    entry: Entry[schema.AdministrationTable],
    known: AgentNames,
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
) -> Given | None:
    keys_are_right = _check_activity_keys(entry, mistakes=mistakes)
    agent = _agent(entry, known, mistakes=mistakes)
    table = entry.table
    if agent is None:
        return None
    decaying = mistakes.attempt(
        lambda: nuclide(agent.nuclide, decay_data=assumptions.decay_data),
        (*entry.path, "agent"),
    )
    if table is None or decaying is None or not keys_are_right:
        return None
    activity_bq = mistakes.attempt(
        lambda: _activity_bq(table, decaying), (*entry.path, "calibrated_activity")
    )
    if activity_bq is None and table.calibrated_activity is not None:
        return None
    injected = injected_of(entry, agent.nuclide, assumptions, mistakes=mistakes)
    if injected is None:
        return None
    beside = next((key for key in _NEED_ACTIVITY if key in entry.raw), None)
    if activity_bq is None and beside is not None:
        mistakes.add(
            (*entry.path, beside),
            "needs the activity, which is unknown; give it, or leave this out",
        )
    administration = mistakes.attempt(
        lambda: Administration(table.name, agent.name, activity_bq, table.route, injected),
        (*entry.path, "activity"),
    )
    return None if administration is None else Given(administration, agent, decaying)


def _check_activity_keys(entry: Entry[schema.AdministrationTable], *, mistakes: Mistakes) -> bool:
    activities = [key for key in _ACTIVITIES if key in entry.raw]
    times = [key for key in _CALIBRATION_TIMES if key in entry.raw]
    if len(activities) != 1:
        mistakes.add(
            (*entry.path, activities[-1]) if activities else entry.path,
            "give exactly one of activity ('unknown' is allowed) and calibrated_activity, got "
            f"{'both' if activities else 'neither'}",
        )
        return False
    wanted = 1 if activities == ["calibrated_activity"] else 0
    if len(times) != wanted:
        mistakes.add(
            (*entry.path, times[-1] if times else activities[0]),
            "a calibrated_activity goes with exactly one of calibrated_before (calibrated so long "
            "before the administration) and calibrated_after; an activity with neither",
        )
        return False
    return True


def _activity_bq(table: schema.AdministrationTable, decaying: Nuclide) -> float | None:
    """Return the activity at administration, from the calibration if that was given."""
    if table.calibrated_activity is None:
        return table.activity
    elapsed_s = table.calibrated_before or 0.0
    if table.calibrated_after is not None:
        elapsed_s = -table.calibrated_after
    try:
        activity_bq = table.calibrated_activity * math.exp2(-elapsed_s / decaying.half_life_s)
    except OverflowError:
        activity_bq = math.inf
    if not 0.0 < activity_bq < math.inf:
        msg = (
            f"gives {activity_bq:g} Bq at the administration, with a half-life of "
            f"{formats.format_time(decaying.half_life_s)}; check the time of calibration"
        )
        raise InvalidValueError(msg)
    return activity_bq


def _facts_of(entry: Entry[schema.AdministrationTable], given: Given) -> list[Fact]:
    administration, agent, facts = given.administration, given.agent, []
    if administration.activity_bq is None:
        facts.append(
            Fact(
                "activity_unknown",
                field_name((*entry.path, "activity")),
                f"The activity of {administration.name!r} is unknown: no dose is given per "
                "activity, and nothing is predicted from it.",
            )
        )
    if administration.route not in agent.routes:
        facts.append(
            Fact(
                "route_not_published",
                field_name((*entry.path, "route")),
                f"{agent.name} was given {administration.route}; published is "
                f"{', '.join(agent.routes)}.",
            )
        )
    return facts


def _prediction(
    entry: Entry[schema.PredictionTable],
    agent: Agent | None,
    given: list[Given],
    patient: Patient | None,
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
) -> Prediction | None:
    if agent is not None and not _states_uptake_ratio(entry.raw) and given:
        _check_vector(entry, agent, given, mistakes=mistakes)
    if "uptake_ratio_uncertainty" in entry.raw and "uptake_ratio" not in entry.raw:
        mistakes.add((*entry.path, "uptake_ratio_uncertainty"), "needs an uptake_ratio beside it")
    table = entry.table
    if table is None or agent is None:
        return None
    activity_bq = None
    if table.activity is not None:
        text, path = table.activity, (*entry.path, "activity")
        activity_bq = mistakes.attempt(lambda: _predicted_activity_bq(text, patient), path)
    elif not agent.prescriptions:
        mistakes.add(
            entry.path,
            f"no prescription of {agent.name} is published in the catalogue; give an activity",
        )
    injected = injected_of(entry, agent.nuclide, assumptions, mistakes=mistakes)
    if injected is None:
        return None
    return mistakes.attempt(
        lambda: Prediction(
            agent=agent.name,
            activity_bq=activity_bq,
            factors=_factors(table),
            injected=injected,
        ),
        entry.path,
    )


def _states_uptake_ratio(raw: dict[str, Any]) -> bool:
    factors = raw.get("factors")
    listed = factors if isinstance(factors, list) else []
    return "uptake_ratio" in raw or any(
        isinstance(f, dict) and f.get("name") == "uptake_ratio" for f in listed
    )


def _factors(table: schema.PredictionTable) -> tuple[UptakeFactor, ...]:
    """Return the factors; ``uptake_ratio`` beside them is the factor of that name."""
    stated = [
        UptakeFactor(
            name=f.name,
            value=f.value,
            relative_sd=f.uncertainty or 0.0,
            regions=None if f.regions is None else tuple(f.regions),
            source=f.source or "",
        )
        for f in table.factors
    ]
    if table.uptake_ratio is not None:
        spread = table.uptake_ratio_uncertainty or 0.0
        stated.insert(0, UptakeFactor("uptake_ratio", table.uptake_ratio, spread))
    return tuple(stated)


def _check_vector(
    entry: Entry[schema.PredictionTable],
    agent: Agent,
    given: list[Given],
    *,
    mistakes: Mistakes,
) -> None:
    carriers = {(g.agent.vector, g.agent.chelator) for g in given}
    if (agent.vector, agent.chelator) in carriers:
        return
    measured = ", ".join(
        f"{vector} with {chelator}" for vector, chelator in sorted((v, str(c)) for v, c in carriers)
    )
    mistakes.add(
        entry.path,
        f"{agent.name} ({agent.vector} with {agent.chelator}) is not what was measured "
        f"({measured}); state how its uptake compares: uptake_ratio, for instance 1.0, and "
        "uptake_ratio_uncertainty",
    )


def _predicted_activity_bq(text: str, patient: Patient | None) -> float:
    """Return ``"9.3 MBq"``, or ``"100 kBq/kg"`` times the weight."""
    if "/" not in text:
        activity_bq = units.parse_activity_bq(text)
    else:
        weight_kg = 1.0 if patient is None else patient.weight_kg
        activity_bq = units.parse_activity_per_mass_bq_per_kg(text) * weight_kg
    if not 0.0 < activity_bq < math.inf:
        msg = f"{show(text)} must be a finite activity greater than zero"
        raise InvalidValueError(msg)
    return activity_bq
