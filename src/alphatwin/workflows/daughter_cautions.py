"""What a fate of daughters leaves out, said loudly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.report.value import Caution
from alphatwin.workflows.daughters import STAY
from alphatwin.workflows.fates import elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer

LEAST_SHARE: Final = 0.01
"""Compartments with a smaller share of the energy are not named."""


def daughter_cautions(course: Course, answer: AgentAnswer) -> Iterator[Caution]:
    """Yield what is doubtful of where an agent's daughters go.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answer
        What the agent does.
    """
    model = answer.model
    if model is None:
        return
    name = answer.agent.name
    where = name if answer.prediction is not None else f"{name}, {answer.administration.name}"
    yield from _of_energy(course, answer, where)
    if course.assumptions.daughters != STAY:
        yield from _of_parent(answer, where)
        yield Caution(
            code="fate_without_uncertainty",
            loud=False,
            where=where,
            message=(
                f"The figures of the fate {model.preset} carry no uncertainty here: the intervals "
                "are too narrow by it. The spread between the fates shows how much."
            ),
        )
    yield from _of_impurity(answer, where)
    if unknown := model.without_kinetics():
        yield Caution(
            code="element_without_kinetics",
            loud=False,
            where=where,
            message=(
                f"The fate {model.preset} has no kinetics of {', '.join(unknown)}: its free atoms "
                "stay where they are set free."
            ),
        )


def _of_energy(course: Course, answer: AgentAnswer, where: str) -> Iterator[Caution]:
    parts = elsewhere(course, answer)
    share = sum(part.energy_share for part in parts)
    if share <= 0.0 or answer.model is None:
        return
    named = ", ".join(
        f"{p.compartment.replace('_', ' ')} {100.0 * p.energy_share:.2g} %"
        for p in sorted(parts, key=lambda p: -p.energy_share)
        if p.energy_share >= LEAST_SHARE
    )
    yield Caution(
        code="daughters_not_dosed",
        loud=True,
        where=where,
        message=(
            f"Under the fate {answer.model.preset}, {100.0 * share:.2g} % of the energy of charged "
            f"emissions that follows from the regions and the injection is released outside of "
            f"them, where decays are counted and no dose is given{': ' * bool(named)}{named}."
        ),
    )


def _of_parent(answer: AgentAnswer, where: str) -> Iterator[Caution]:
    """Say how much of the parent the network does not see."""
    if answer.activity_bq is None:
        held = "an unknown part"
    else:
        decays = sum(float(np.median(r.decays[:, 0])) for r in answer.regions)
        whole = answer.activity_bq / float(answer.chain.decay_constants_per_s[0])
        held = f"{100.0 * decays / whole:.2g} %"
    yield Caution(
        code="parent_outside_of_regions",
        loud=True,
        where=where,
        message=(
            f"The regions of the course hold {held} of the decays of {answer.agent.nuclide} that "
            "was administered. What decays in blood, in the rest of the body or is excreted was "
            "not given, so that its daughters are not in the network: no free daughter comes from "
            "there to any region. Give blood and the remaining body as regions to follow them."
        ),
    )


def _of_impurity(answer: AgentAnswer, where: str) -> Iterator[Caution]:
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
            where=f"{where}: {impurity.nuclide}",
            message=(
                f"{impurity.nuclide} and its daughters make up to {100.0 * shares[most]:.2g} % of "
                f"the absorbed dose ({most}); their decays are counted to infinity with the "
                "clearance of the agent, which nobody measured for so long."
            ),
        )
