"""What is taken for granted about daughters, and about what was in the syringe."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from alphatwin.kinetics.daughters_fates import fate
from alphatwin.kinetics.internalised import INTERNALISED
from alphatwin.kinetics.network import ESCAPE_BY_MODE, element_of
from alphatwin.patient import Injected
from alphatwin.report.value import Alternative, Assumption, Effect
from alphatwin.units import format_fraction, format_time
from alphatwin.workflows.daughters import STAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alphatwin.agents import Source
    from alphatwin.files import CourseFile
    from alphatwin.kinetics.daughters_fates import Fate, Figure
    from alphatwin.patient import Course
    from alphatwin.report.value import FateDose
    from alphatwin.workflows.analysis import AgentAnswer

    Under = Callable[[Callable[[Course], Course]], tuple[Effect, ...]]
    FatesOf = tuple[tuple[FateDose, ...], ...]

LEAST_EFFECT: Final = 1e-3
"""Effects smaller than this share of the answer are left out."""
ALTERNATIVES_OF_INTERNALISED: Final = (0.0, 0.5, 1.0)
_WORDS: Final = {
    "retention": "kept by the cell",
    "landing": "at once in",
    "blood_half_time_s": "half-time in blood",
    "from_blood": "from blood to",
    "to_blood_half_time_s": "back to blood with half-times",
    "washout_half_time_s": "wash-out from other regions",
    "excretion_half_time_s": "excreted with half-times",
    "equilibrium_with_blood": "over what blood holds, in equilibrium",
}
_INJECTED: Final = {
    "radiochemical_purity": "Share of the nuclide on the vector at injection; the rest is free",
    "since_purification_s": "Time in which daughters grew in the vial; they are injected free",
    "dechelation_half_life_s": "Half-life in which the nuclide leaves the vector alive",
    "impurity": "Longer-lived nuclide of the same element on the vector",
}
_KEYS: Final = {
    "since_purification_s": "time_since_purification",
    "dechelation_half_life_s": "dechelation_half_life",
}
_NOTHING: Final = {
    "radiochemical_purity": "100 %",
    "since_purification_s": "no daughters injected",
    "dechelation_half_life_s": "never",
    "impurity": "none",
}


def daughter_assumptions(
    file: CourseFile,
    course: Course,
    answers: tuple[AgentAnswer, ...],
    fates: FatesOf,
    *,
    under: Under,
) -> Iterator[Assumption]:
    """Yield the fate in force, its figures, and what the other fates would do.

    Parameters
    ----------
    file, course
        The course file and the course with the assumptions in force.
    answers, fates
        What was computed, and the doses under every fate, answer by answer.
    under
        Returns the effects of a changed course.
    """
    name = course.assumptions.daughters
    stays = name == STAY
    yield Assumption(
        name="daughters",
        text=(
            "Daughters decay where their parent decayed"
            if stays
            else fate(name).title + "; what leaves the regions is counted and not dosed"
        ),
        value=name,
        made_by="course" if "daughters" in file.made_by_course else "default",
        source=(
            "A choice of AlphaTwin; an alpha recoil breaks any chelate, so daughters can leave"
            if stays
            else "A preset of AlphaTwin, figure by figure below. " + fate(name).note
        ),
        status="choice",
        alternatives=tuple(_other_fates(answers, fates)),
    )
    if stays:
        return
    used = {element_of(n) for a in answers if len(a.members) > 1 for n in a.members}
    yield from _figures(fate(name), used)
    yield _internalised(course, answers, under=under)


def _internalised(course: Course, answers: tuple[AgentAnswer, ...], *, under: Under) -> Assumption:
    """Return what is taken of the vector inside cells, by what it does to its receptor."""
    stated = course.assumptions.internalised_fraction
    actions = list(dict.fromkeys(a.agent.receptor_action for a in answers if a.model is not None))
    known = [(action, INTERNALISED[action]) for action in actions if action is not None]
    if stated is not None:
        value, source, status = format_fraction(stated, digits=3), "Stated in the course", "choice"
    else:
        value = "; ".join(
            f"{action} {100.0 * one.fraction:g} ± {100.0 * one.sd:g} %" for action, one in known
        )
        source = " ".join(f"{one.source.citation}. {one.source.note}" for _, one in known)
        status = known[0][1].source.status if known else "choice"
    return Assumption(
        name="internalised_fraction",
        text="Share of the vector inside cells, in every region but blood, bone and marrow; what "
        "recoils there is kept with the probability of its element",
        value=value,
        made_by="default" if stated is None else "course",
        source=source,
        status=status,
        alternatives=tuple(
            Alternative(value=format_fraction(other, digits=3), effects=under(_inside(other)))
            for other in ALTERNATIVES_OF_INTERNALISED
            if other != stated
        ),
    )


def _inside(share: float) -> Callable[[Course], Course]:
    def change(course: Course) -> Course:
        changed = dataclasses.replace(course.assumptions, internalised_fraction=share)
        return dataclasses.replace(course, assumptions=changed)

    return change


def _other_fates(answers: tuple[AgentAnswer, ...], fates: FatesOf) -> Iterator[Alternative]:
    names = dict.fromkeys(row.preset for rows in fates for row in rows)
    for name in list(names)[1:]:
        yield Alternative(
            value=name.replace("_", " "),
            effects=tuple(
                Effect(
                    agent=answer.agent.name,
                    region=row.region,
                    quantity="absorbed_dose_gy",
                    ratio=row.absorbed_dose_ratio,
                )
                for answer, rows in zip(answers, fates, strict=True)
                for row in rows
                if row.preset == name
                and row.absorbed_dose_ratio is not None
                and abs(row.absorbed_dose_ratio - 1.0) >= LEAST_EFFECT
            ),
        )


def _figures(found: Fate, used: set[str]) -> Iterator[Assumption]:
    """Yield the figures of a fate that the chains use: those of one element and source together."""
    rows: dict[tuple[str, Source], list[tuple[str, Figure]]] = {}
    for name, figure in found.figures():
        subject, _, key = name.partition(".")
        if subject in {*used, "escape", "equilibrium_with_blood"}:
            rows.setdefault((subject, figure.source), []).append((key or subject, figure))
    for (subject, source), figures in rows.items():
        yield Assumption(
            name=f"daughters: {_subject(subject)}",
            text=" ".join(
                [
                    source.note or found.title,
                    *dict.fromkeys(
                        f"Spread ({f.spread.status}): {f.spread.reason}"
                        for key, f in figures
                        if f.spread is not None and _spread(key, f)
                    ),
                ]
            ),
            value="; ".join(_in_words(key, figure) for key, figure in figures),
            made_by=f"preset {found.name}",
            source=f"{source.citation}, {source.doi_or_url}",
            status=source.status,
            alternatives=(),
        )


def _subject(subject: str) -> str:
    words = {"escape": "escape from the vector", "equilibrium_with_blood": "marrow"}
    return words.get(subject, f"free {subject}")


def _spread(key: str, figure: Figure) -> str:
    """Return the spread of a figure in words; empty if it has none, or could not have any."""
    spread = figure.spread
    if spread is None:
        return ""
    if key.rpartition(".")[2] in {*ESCAPE_BY_MODE, "retention"}:
        is_certain = figure.value in {0.0, 1.0} or spread.sd == 0.0
        return "" if is_certain else f" ± {100.0 * spread.sd:g} %"
    return "" if spread.factor == 1.0 else f", each × or ÷ {spread.factor:g}"


def _in_words(key: str, figure: Figure) -> str:
    is_time = key.endswith("_s")
    values = [
        " ".join([*([place.replace("_", " ")] if place else []), _value(v, is_time=is_time)])
        for place, v in figure.values.items()
    ]
    return f"{_WORDS.get(key, key)} {', '.join(values)}{_spread(key, figure)}"


def _value(value: float, *, is_time: bool) -> str:
    return format_time(value) if is_time else format_fraction(value, digits=3)


def injected_assumptions(answers: tuple[AgentAnswer, ...], *, under: Under) -> Iterator[Assumption]:
    """Yield what was stated of the injected mixture, and what is taken where nothing was.

    Parameters
    ----------
    answers
        What was computed.
    under
        Returns the effects of a changed course.
    """
    pure = Injected()
    for key, text in _INJECTED.items():
        silent = []
        for answer in answers:
            value = getattr(answer.injected, key)
            if value == getattr(pure, key):
                silent.append(answer.agent.name)
                continue
            yield Assumption(
                name=f"{_KEYS.get(key, key)} of {answer.agent.name}",
                text=text,
                value=_stated(value),
                made_by="course",
                source="Stated in the course",
                status="choice",
                alternatives=(
                    Alternative(value=_NOTHING[key], effects=under(_without(answer, key))),
                ),
            )
        if silent:
            yield Assumption(
                name=_KEYS.get(key, key),
                text=f"{text}: for {', '.join(dict.fromkeys(silent))}",
                value=_NOTHING[key],
                made_by="default",
                source="Not stated in the course",
                status="choice",
                alternatives=(),
            )


def _stated(value: object) -> str:
    nuclide = getattr(value, "nuclide", None)
    if nuclide is not None:
        return f"{nuclide}, {format_fraction(getattr(value, 'activity_fraction', 0.0), digits=3)}"
    number = float(str(value))
    return format_fraction(number, digits=4) if number <= 1.0 else format_time(number)


def _without(answer: AgentAnswer, key: str) -> Callable[[Course], Course]:
    """Return the change of a course that leaves one key of an agent's mixture out."""
    default = getattr(Injected(), key)

    def change(course: Course) -> Course:
        injected = dataclasses.replace(answer.injected, **{key: default})
        if answer.prediction is None:
            given = tuple(
                dataclasses.replace(a, injected=injected) if a == answer.administration else a
                for a in course.administrations
            )
            return dataclasses.replace(course, administrations=given)
        asked = tuple(
            dataclasses.replace(p, injected=injected) if p == answer.prediction else p
            for p in course.predictions
        )
        return dataclasses.replace(course, predictions=asked)

    return change
