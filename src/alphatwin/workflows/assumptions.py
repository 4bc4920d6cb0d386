"""Every assumption behind a dose report, and what the answer would be under alternatives."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.biology import RbeWeights, rbe_weighted_dose_gy
from alphatwin.dose import absorbed_where_emitted
from alphatwin.report.value import Alternative, Assumption, Effect
from alphatwin.workflows.absorption import all_absorbed, dose_ratio
from alphatwin.workflows.alternatives import Again, ratios
from alphatwin.workflows.daughter_assumptions import daughter_assumptions, injected_assumptions
from alphatwin.workflows.prior_assumptions import prior_assumptions, stand_in_assumptions
from alphatwin.workflows.sharing_assumptions import sharing_assumptions
from alphatwin.workflows.uptake_assumptions import uptake_assumptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alphatwin.dose import AbsorbedFraction
    from alphatwin.files import CourseFile
    from alphatwin.patient import Course, DecayDataName
    from alphatwin.patient.assumptions import Averaging
    from alphatwin.report.value import FateDose
    from alphatwin.workflows.analysis import AgentAnswer


def assumptions_and_alternatives(
    file: CourseFile,
    course: Course,
    answers: tuple[AgentAnswer, ...],
    fates: tuple[tuple[FateDose, ...], ...],
    *,
    seed: int,
) -> tuple[Assumption, ...]:
    """Return the assumptions of a report, each with alternatives and their effects.

    Parameters
    ----------
    file
        The course file, which tells what was written and what is a default.
    course
        The course with the assumptions in force.
    answers, fates
        What was computed, and the doses under every fate of daughters, answer by answer.
    seed
        Seed of the random streams.
    """
    again = Again(file, course, seed)
    return (
        *_choices(file, course, answers, fates, again),
        *_decay_corrections(course, again),
        *sharing_assumptions(course, under=again.under),
        *prior_assumptions(answers, again),
        *stand_in_assumptions(answers),
        *uptake_assumptions(answers),
        *injected_assumptions(answers, under=again.under),
        *_fixed(answers),
    )


def _choices(
    file: CourseFile,
    course: Course,
    answers: tuple[AgentAnswer, ...],
    fates: tuple[tuple[FateDose, ...], ...],
    again: Again,
) -> Iterator[Assumption]:
    assumed = course.assumptions
    other_data: DecayDataName = "ensdf" if assumed.decay_data == "icrp107" else "icrp107"

    def other_decay_data(c: Course) -> Course:
        changed = dataclasses.replace(c.assumptions, decay_data=other_data)
        return dataclasses.replace(c, assumptions=changed)

    def made_by(key: str) -> str:
        return "course" if key in file.made_by_course else "default"

    yield Assumption(
        name="decay_data",
        text="Half-lives, branches and emissions",
        value=assumed.decay_data,
        made_by=made_by("decay_data"),
        source="ICRP Publication 107; ENSDF through IAEA LiveChart",
        status="choice",
        alternatives=(Alternative(value=other_data, effects=again.under(other_decay_data)),),
    )
    yield from daughter_assumptions(file, course, answers, fates, under=again.under)
    for key, text in (
        ("rbe_alpha", "RBE of alpha particles, deterministic effects"),
        ("rbe_recoil", "RBE of recoil nuclei, deterministic effects"),
    ):
        others = (3.0, 1.0) if key == "rbe_alpha" else (1.0, 20.0)
        yield Assumption(
            name=key,
            text=text,
            value=f"{getattr(assumed, key):g}",
            made_by=made_by(key),
            source=(
                "MIRD Pamphlet No. 22 (2010): 5, from 3 to 5 for cell killing"
                if key == "rbe_alpha"
                else "No figure published; taken as that of alpha particles"
            ),
            status="recalled" if key == "rbe_alpha" else "choice",
            alternatives=tuple(
                Alternative(value=f"{v:g}", effects=_rbe_effects(course, answers, key, v))
                for v in others
            ),
        )
    yield from _widths(course, made_by)
    yield from _of_fits(course, again, made_by)


def _widths(course: Course, made_by: Callable[[str], str]) -> Iterator[Assumption]:
    assumed = course.assumptions
    yield Assumption(
        name="density",
        text="Mass density of soft tissue, where a volume was given without one",
        value=f"{assumed.density_g_per_ml:g} g/mL",
        made_by=made_by("density_g_per_ml"),
        source="Between water and muscle; dose goes with its inverse",
        status="choice",
        alternatives=(),
    )
    yield Assumption(
        name="calibration",
        text="Uncertainty of the activity scale, the same factor in every measured region",
        value=f"{100.0 * assumed.calibration_relative_sd:g} %",
        made_by=made_by("calibration_relative_sd"),
        source="Widens intervals, moves no median",
        status="choice",
        alternatives=(),
    )


def _of_fits(course: Course, again: Again, made_by: Callable[[str], str]) -> Iterator[Assumption]:
    """Yield how curves were fitted, if any were."""
    if not course.measurements:
        return
    assumed = course.assumptions
    other: Averaging = "none" if assumed.averaging != "none" else "evidence"

    def otherwise(c: Course) -> Course:
        changed = dataclasses.replace(c.assumptions, averaging=other)
        return dataclasses.replace(c, assumptions=changed)

    yield Assumption(
        name="averaging",
        text="How models of a curve are weighed against each other",
        value=assumed.averaging,
        made_by=made_by("averaging"),
        source="By simulation never worse than choosing one (docs/validation.md)",
        status="computed",
        alternatives=(Alternative(value=other, effects=again.under(otherwise)),),
    )
    yield Assumption(
        name="error_model",
        text="Uncertainty of the measured points",
        value=assumed.error_model,
        made_by=made_by("error_model"),
        source="As written down with the points, or by their scatter about the curve",
        status="choice",
        alternatives=(),
    )


def _rbe_effects(
    course: Course, answers: tuple[AgentAnswer, ...], key: str, value: float
) -> tuple[Effect, ...]:
    assumed = course.assumptions
    basis = RbeWeights(alpha=assumed.rbe_alpha, recoil=assumed.rbe_recoil)
    other = dataclasses.replace(basis, **{key.removeprefix("rbe_"): value})

    def ratio(a: int, r: int) -> float:
        dose = answers[a].regions[r].dose
        if dose is None:
            return float("nan")
        return float(
            np.median(rbe_weighted_dose_gy(dose, weights=other))
            / np.median(rbe_weighted_dose_gy(dose, weights=basis))
        )

    return ratios(answers, ratio, quantity="rbe_weighted_dose_gy")


def _decay_corrections(course: Course, again: Again) -> Iterator[Assumption]:
    states = {m.decay_corrected_to_s for m in course.measurements}
    for state in sorted(states, key=lambda s: -1.0 if s is None else s):
        regions = [m.region for m in course.measurements if m.decay_corrected_to_s == state]
        other = 0.0 if state is None else None

        def flipped(c: Course, state: float | None = state, other: float | None = other) -> Course:
            changed = tuple(
                dataclasses.replace(m, decay_corrected_to_s=other)
                if m.decay_corrected_to_s == state
                else m
                for m in c.measurements
            )
            return dataclasses.replace(c, measurements=changed)

        yield Assumption(
            name="decay_corrected_to",
            text=f"State of the values measured in {', '.join(dict.fromkeys(regions))}",
            value=_state(state),
            made_by="course",
            source="Stated in the course",
            status="choice",
            alternatives=(Alternative(value=_state(other), effects=again.under(flipped)),),
        )


def _state(to_s: float | None) -> str:
    if to_s is None:
        return "not decay-corrected"
    if to_s == 0.0:
        return "decay-corrected to the administration"
    return f"decay-corrected to {to_s / 3600.0:g} h"


def _fixed(answers: tuple[AgentAnswer, ...]) -> Iterator[Assumption]:
    def with_fraction(other: AbsorbedFraction) -> tuple[Effect, ...]:
        return ratios(
            answers, lambda a, r: dose_ratio(answers[a], answers[a].regions[r], other=other)
        )

    yield Assumption(
        name="absorbed fraction",
        text="Alpha particles and recoils are absorbed where emitted; electrons and photons as in "
        "a sphere of the region's mass (soft tissue, or lung; two for paired organs), the rest "
        "in other regions as cross-dose",
        value="spheres",
        made_by="program",
        source="Table computed by AlphaTwin's own transport",
        status="choice",
        alternatives=(
            Alternative(
                value="charged emissions absorbed where emitted, photons nowhere, no cross-dose",
                effects=with_fraction(absorbed_where_emitted),
            ),
            Alternative(
                value="all photon energy stays in the region (upper bound), no cross-dose",
                effects=with_fraction(all_absorbed),
            ),
        ),
    )
    yield Assumption(
        name="time",
        text="Decays are counted from the administration to infinity; masses stay as they are",
        value="to infinity",
        made_by="program",
        source="A choice of AlphaTwin",
        status="choice",
        alternatives=(),
    )
