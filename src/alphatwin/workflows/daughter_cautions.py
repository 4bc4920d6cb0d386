"""What a fate of daughters leaves out, said loudly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.report.value import Caution
from alphatwin.workflows.daughters import STAY
from alphatwin.workflows.fates import elsewhere
from alphatwin.workflows.outside import REST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer

LEAST_SHARE: Final = 0.01
"""Compartments with a smaller share of the energy are not named."""


def daughter_cautions(course: Course, answers: tuple[AgentAnswer, ...]) -> Iterator[Caution]:
    """Yield what is doubtful of where daughters go, agents together.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answers
        What each agent does.
    """
    moved = [a for a in answers if a.model is not None]
    if not moved:
        return
    yield from _of_energy(course, moved)
    if course.assumptions.daughters != STAY:
        yield from _of_parent(moved)
        yield from _of_refusals(moved)
    for answer in moved:
        yield from _of_impurity(answer)
        if answer.model is not None and (unknown := answer.model.without_kinetics()):
            yield Caution(
                code="element_without_kinetics",
                loud=False,
                where=_where(answer),
                message=(
                    f"The fate {_words(answer.model.preset)} has no kinetics of "
                    f"{', '.join(unknown)}: its free atoms stay where they are set free."
                ),
            )


def _where(answer: AgentAnswer) -> str:
    name = answer.agent.name
    return name if answer.prediction is not None else f"{name}, {answer.administration.name}"


def _words(preset: str) -> str:
    return preset.replace("_", " ")


def _of_energy(course: Course, answers: list[AgentAnswer]) -> Iterator[Caution]:
    shares = []
    for answer in answers:
        parts = sorted(elsewhere(course, answer), key=lambda p: -p.energy_share)
        named = ", ".join(
            f"{_words(p.compartment)} {100.0 * p.energy_share:.2g} %"
            for p in parts
            if p.energy_share >= LEAST_SHARE
        )
        if share := sum(p.energy_share for p in parts):
            brackets = f" ({named})" if named else ""
            shares.append((_where(answer), f"{100.0 * share:.2g} %{brackets}"))
    if shares:
        yield Caution(
            code="daughters_not_dosed",
            loud=True,
            where=", ".join(where for where, _ in shares),
            message=(
                f"Under the fate {_words(course.assumptions.daughters)}, part of the energy of "
                "charged emissions that follows from the regions and the injection is released "
                "outside of the regions, where decays are counted and no dose is given: "
                + "; ".join(f"{where} {share}" for where, share in shares)
                + "."
            ),
        )


def _of_parent(answers: list[AgentAnswer]) -> Iterator[Caution]:
    """Say how much of the parents the network does not see."""
    if all(REST in a.outside.curves for a in answers):
        return
    yield Caution(
        code="parent_outside_of_regions",
        loud=True,
        where=", ".join(_where(answer) for answer in answers),
        message=(
            "What decays outside of the regions, of blood and of marrow that were measured, or is "
            "excreted, was not given, so that its daughters are not in the network: no free "
            "daughter comes from there to any region. Of the decays of the nuclide that was "
            "administered, the network holds: "
            + "; ".join(f"{_where(a)} {_held(a)}" for a in answers)
            + ". Give [blood] and [urine], or the remaining body as a region, to follow the rest."
        ),
    )


def _of_refusals(answers: list[AgentAnswer]) -> Iterator[Caution]:
    """Say why a part of the body is no compartment of its own."""
    found: dict[str, list[str]] = {}
    for answer in answers:
        for refusal in answer.outside.refusals:
            found.setdefault(refusal, []).append(_where(answer))
    for refusal, where in found.items():
        yield Caution(
            code="outside_not_followed",
            loud=True,
            where=", ".join(where),
            message=f"A part of the body is not followed by itself: {refusal}.",
        )


def _held(answer: AgentAnswer) -> str:
    if answer.activity_bq is None:
        return "an unknown part"
    if answer.model is None:
        return "all"
    on_vector = answer.model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    decays = float(np.median(on_vector[0].sum(axis=1)))
    whole = answer.activity_bq / float(answer.chain.decay_constants_per_s[0])
    return f"{100.0 * decays / whole:.2g} %"


def _of_impurity(answer: AgentAnswer) -> Iterator[Caution]:
    impurity = answer.injected.impurity
    if impurity is None or answer.model is None:
        return
    foreign = [i for i, n in enumerate(answer.members) if n not in answer.chain.nuclides]
    shares = {
        r.region.name: float(
            r.dose.by_nuclide_gy[:, foreign].sum(axis=1).mean() / r.dose.total_gy.mean()
        )
        for r in answer.regions
        if r.dose is not None
    }
    if shares:
        most = max(shares, key=lambda name: shares[name])
        yield Caution(
            code="impurity",
            loud=shares[most] > LEAST_SHARE,
            where=f"{_where(answer)}: {impurity.nuclide}",
            message=(
                f"{impurity.nuclide} and its daughters make up to {100.0 * shares[most]:.2g} % of "
                f"the absorbed dose ({most}); their decays are counted to infinity with the "
                "clearance of the agent, which nobody measured for so long."
            ),
        )
