"""What is doubtful of blood, marrow and urine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics.body_balance import BALANCED_WITHIN
from alphatwin.kinetics.excretion import excreted_fraction
from alphatwin.report.value import Caution
from alphatwin.workflows.blood_sampled import refusal_of_daughters
from alphatwin.workflows.daughters import STAY
from alphatwin.workflows.outside import MARROW
from alphatwin.workflows.predicting import needs_uptake_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import AgentBlood, BloodAnswer
    from alphatwin.workflows.body import Body

RED_MARROW = "red marrow"
LARGE_RESIDUAL = 3.0


def blood_cautions(
    course: Course, answers: tuple[AgentAnswer, ...], found: BloodAnswer | None
) -> Iterator[Caution]:
    """Yield what is doubtful of blood, marrow and urine.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answers
        What was computed of its regions.
    found
        What was computed; ``None`` yields nothing.
    """
    if found is None:
        return
    yield from _of_samples(found)
    if course.marrow is not None:
        yield Caution(
            code="marrow_from_blood",
            loud=False,
            where=RED_MARROW,
            message=(
                "The dose of red marrow is that of its own activity, taken from blood. Left out: "
                "photons from elsewhere, and activity bound in marrow or in metastases; images of "
                "marrow have given 2.5 to 6.2 times as much after 177Lu-DOTATATE."
            ),
        )
    for answer, blood in zip(answers, found.agents, strict=True):
        if course.blood is not None and blood is None:
            yield Caution(
                code="blood_not_sampled",
                loud=False,
                where=f"{answer.agent.name}, {answer.administration.name}",
                message="The blood samples are those of another agent and say nothing of this one.",
            )
        if blood is not None:
            yield from _of_fate(course, answer, blood)
            yield from _of_measured(found, answer)
    yield from _of_body(course, answers, found)


def _of_fate(course: Course, answer: AgentAnswer, blood: AgentBlood) -> Iterator[Caution]:
    """Say where a fate does not reach marrow, or measured daughters contradict it."""
    fate = course.assumptions.daughters
    follows = answer.model is not None and MARROW in answer.model.outside
    if blood.marrow is not None and fate != STAY and len(answer.members) > 1 and not follows:
        yield Caution(
            code="daughters_stay_in_blood",
            loud=True,
            where=f"{RED_MARROW}, {answer.agent.name}",
            message=(
                f"The fate of daughters in force, {fate}, does not reach red marrow: its mass is "
                "not known. What was not solved for in blood decays there where its parent does, "
                "and what free daughters bring to marrow and bone is left out; give marrow.mass "
                "or patient.sex."
            ),
        )
    for name, ratio in blood.over_fate.items():
        low, high = np.percentile(ratio, (2.5, 97.5))
        if not low <= 1.0 <= high:
            yield Caution(
                code="fate_against_blood",
                loud=True,
                where=f"{name} in blood, {answer.agent.name}",
                message=(
                    f"Measured decays of {name} in blood are {np.median(ratio):.3g} times those "
                    f"that the fate {fate.replace('_', ' ')} puts there ({low:.2g} to {high:.2g}). "
                    "Blood and marrow take what was measured; all other places take the fate."
                ),
            )


def _of_measured(found: BloodAnswer, answer: AgentAnswer) -> Iterator[Caution]:
    """Say why daughters that were measured are not used."""
    if found.sampled is None or answer.prediction is None:
        return
    if refusal := refusal_of_daughters(answer.asked, found.sampled):
        yield Caution(
            code="measured_daughters_not_used",
            loud=False,
            where=f"blood, {answer.agent.name}",
            message=f"Daughters measured in blood are not used: {refusal}.",
        )


def _of_samples(found: BloodAnswer) -> Iterator[Caution]:
    for fit in found.fits:
        assumed = [
            f"{p.time_s / 3600.0:.3g} h"
            for p, d in zip(fit.points, fit.drawn, strict=True)
            if d.drawn.state == "assumed"
        ]
        if assumed and fit is found.fits[0] and len(fit.drawn[0].drawn.nuclides) > 1:
            yield Caution(
                code="equilibrium_in_blood_assumed",
                loud=True,
                where=f"blood, {fit.nuclide}",
                message=(
                    f"Samples drawn at {', '.join(assumed)} were counted before equilibrium had "
                    "set in, so that the parent leans on the daughters having been in "
                    "equilibrium in the body. Count later, or again, and solve for them."
                ),
            )
        worst = float(np.abs(fit.fitted.standardised_residuals).max())
        if worst > LARGE_RESIDUAL:
            yield Caution(
                code="poor_fit",
                loud=True,
                where=f"blood, {fit.nuclide}",
                message=(
                    f"The best curve ({fit.fitted.model}) misses a sample by {worst:.1f} standard "
                    "uncertainties; look at times, uncertainties and windows."
                ),
            )


def _of_body(
    course: Course, answers: tuple[AgentAnswer, ...], found: BloodAnswer
) -> Iterator[Caution]:
    body, urine = found.body, course.urine
    if body is None or urine is None:
        return
    first = next(
        a for a in answers if a.prediction is None and a.administration.name == urine.administration
    )
    for answer, agent in zip(answers, body.agents, strict=True):
        if agent.refusal:
            yield Caution(
                code="more_than_injected",
                loud=True,
                where=f"remainder of the body, {answer.agent.name}",
                message=f"There is no remainder: {agent.refusal}",
            )
        if needs_uptake_ratio(first.agent, answer.agent):
            yield Caution(
                code="excretion_of_another_vector",
                loud=False,
                where=answer.agent.name,
                message=f"Excretion is taken to be that of {first.agent.name}, another vector.",
            )
    yield from _of_collected(course, body, first)
    for at in body.balance:
        if at.check.verdict != "balanced":
            yield Caution(
                code="body_balance",
                loud=at.check.verdict in {"missing", "more than injected"},
                where=f"whole body, {at.time_s / 3600.0:.3g} h",
                message=(
                    f"Regions hold {100.0 * at.regions_fraction:.3g} % and urine "
                    f"{100.0 * at.urine_fraction:.3g} % of what was injected: "
                    f"{at.check.verdict} ({100.0 * at.check.imbalance_fraction:+.2g} ± "
                    f"{100.0 * at.check.imbalance_sd:.2g} %)."
                ),
            )


def _of_collected(course: Course, body: Body, first: AgentAnswer) -> Iterator[Caution]:
    """Yield what was collected against the excretion that the course states."""
    urine = course.urine
    if urine is None or first.activity_bq is None:
        return
    rate_per_s = float(first.chain.decay_constants_per_s[0])
    for c in urine.collected:
        injected_bq = first.activity_bq * math.exp(-rate_per_s * c.until_s)
        stated = float(np.median(excreted_fraction(body.urine, time_s=c.until_s)))
        found = c.activity_bq / injected_bq
        margin = BALANCED_WITHIN * c.sd_bq / injected_bq
        if abs(found - stated) > margin:
            yield Caution(
                code="urine_against_excretion",
                loud=True,
                where=f"urine, {c.until_s / 3600.0:.3g} h",
                message=(
                    f"Collected were {100.0 * found:.3g} ± {50.0 * margin:.2g} % of what was "
                    f"injected; the excretion of the course has {100.0 * stated:.3g} % by then. "
                    "Contents of the bladder are not collected; else one of the two is wrong."
                ),
            )
