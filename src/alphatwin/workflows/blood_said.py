"""What blood, marrow and urine take for granted, and what of them is doubtful."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.marrow import (
    BLOOD_DENSITY,
    EXTRACELLULAR_FRACTION,
    PEPTIDE_RATIO,
    marrow_to_blood_ratio,
)
from alphatwin.dose.marrow_mass import REFERENCE_SOURCE
from alphatwin.kinetics.body_balance import BALANCED_WITHIN
from alphatwin.kinetics.excretion import excreted_fraction
from alphatwin.report.value import Alternative, Assumption, Caution, Effect
from alphatwin.workflows.daughters import STAY
from alphatwin.workflows.predicting import needs_uptake_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.agents import Source
    from alphatwin.patient import Blood, Course, Marrow, Urine
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import BloodAnswer
    from alphatwin.workflows.body import Body

RED_MARROW = "red marrow"
LARGE_RESIDUAL = 3.0


def blood_assumptions(course: Course, found: BloodAnswer | None) -> Iterator[Assumption]:
    """Yield what blood, marrow and urine take for granted.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    found
        What was computed; ``None`` yields nothing.
    """
    if found is None:
        return
    if course.blood is not None:
        yield from _of_blood(course.blood)
        if course.marrow is not None:
            yield from _of_marrow(course.blood, course.marrow, found)
    if course.urine is not None:
        yield from _of_urine(course.urine)


def _assumption(
    name: str,
    text: str,
    value: str,
    *,
    stated: bool,
    source: Source | None = None,
    alternatives: tuple[Alternative, ...] = (),
) -> Assumption:
    return Assumption(
        name=name,
        text=text,
        value=value,
        made_by="course" if stated else "default",
        source="Stated in the course" if stated or source is None else _words(source),
        status="choice" if stated or source is None else source.status,
        alternatives=alternatives,
    )


def _words(source: Source) -> str:
    return f"{source.citation}. {source.note}".strip()


def _of_blood(blood: Blood) -> Iterator[Assumption]:
    solved = ", ".join(blood.solve_for)
    yield Assumption(
        name="blood.solve_for",
        text="State of the daughters when a sample was drawn; those not solved for are taken in "
        "equilibrium with the parent, or with the nearest daughter solved for",
        value=f"solved for {solved}" if solved else "all in equilibrium",
        made_by="course" if solved else "default",
        source="Each point says whether equilibrium had set in by the time of counting",
        status="choice",
        alternatives=(),
    )
    yield Assumption(
        name="daughters in blood",
        text="What is not solved for decays in blood where its parent does, under every fate of "
        "daughters; predicted agents take none of the daughters measured",
        value="stay",
        made_by="program",
        source="A choice of AlphaTwin",
        status="choice",
        alternatives=(),
    )
    if any(s.fluid == "plasma" for s in blood.samples):
        yield Assumption(
            name="blood.cell_to_plasma_ratio",
            text="Concentration in cells over that in plasma, for samples of plasma",
            value=f"{blood.cell_to_plasma_ratio:g}, haematocrit {blood.haematocrit_fraction:g}",
            made_by="course" if blood.cell_to_plasma_ratio else "default",
            source="0: chelated peptides stay out of cells",
            status="choice",
            alternatives=(),
        )


def _of_marrow(blood: Blood, marrow: Marrow, found: BloodAnswer) -> Iterator[Assumption]:
    used = PEPTIDE_RATIO.value if found.ratio is None else float(np.median(found.ratio))
    others = {f"{PEPTIDE_RATIO.value:g}, as found of peptides": PEPTIDE_RATIO.value}
    if blood.haematocrit_fraction is not None:
        free = float(marrow_to_blood_ratio(blood.haematocrit_fraction))
        others[f"{free:.2g}, of an agent that stays in extracellular fluid"] = free
    by_haematocrit = marrow.ratio_from == "haematocrit"
    source = EXTRACELLULAR_FRACTION.source if by_haematocrit else PEPTIDE_RATIO.source
    spread = f" ± {100.0 * marrow.ratio_relative_sd:.0f} %" if marrow.ratio_relative_sd else ""
    yield _assumption(
        "marrow.ratio",
        "Concentration in red marrow over that in blood, per mass",
        f"{used:.3g}{spread}",
        stated=marrow.ratio is not None,
        source=source,
        alternatives=tuple(
            Alternative(value=text, effects=_effects(found, value / used))
            for text, value in others.items()
            if abs(value / used - 1.0) > 1e-3
        ),
    )
    yield _assumption(
        "density of blood",
        "Mass density of whole blood",
        f"{BLOOD_DENSITY.value:g} g/mL",
        stated=False,
        source=BLOOD_DENSITY.source,
    )
    if found.mass is not None:
        scaled = "stated" if marrow.mass_kg is not None else f"by {found.mass.scaling}"
        yield _assumption(
            "marrow.mass",
            "Mass of the red marrow; it cancels in the dose and counts for the decays in it",
            f"{1e3 * found.mass.mass_kg:.0f} g, {scaled}",
            stated=marrow.mass_kg is not None,
            source=REFERENCE_SOURCE,
        )


def _effects(found: BloodAnswer, ratio: float) -> tuple[Effect, ...]:
    """Return the effect on marrow, which goes with the ratio."""
    return tuple(
        Effect(
            agent=a.answer.agent.name,
            region=RED_MARROW,
            quantity="absorbed_dose_gy",
            ratio=ratio,
        )
        for a in found.agents
        if a is not None and a.marrow is not None
    )


def _of_urine(urine: Urine) -> Iterator[Assumption]:
    how = (
        f"{100.0 * urine.excreted_share:g} % of what {urine.whole_body!r} lost"
        if urine.whole_body is not None
        else ", ".join(
            f"{100.0 * f:g} % with {t / 3600.0:.3g} h"
            for f, t in zip(urine.fractions, urine.half_times_s, strict=True)
        )
    )
    yield _assumption(
        "urine",
        "Share of the administered activity that leaves with the urine, and half-times; taken as "
        "exact where stated, and the same for every agent. In the remainder of the body, regions "
        "are taken not to overlap",
        how,
        stated=True,
    )
    if urine.voiding is not None:
        v = urine.voiding
        times = ", ".join(f"{t / 3600.0:.3g} h" for t in v.times_s)
        often = "" if v.interval_s is None else f"every {v.interval_s / 3600.0:.3g} h"
        yield _assumption(
            "urine.voiding",
            "When the bladder is voided, and what a void leaves; daughters made in it stay",
            f"{'; '.join(x for x in (times, often) if x) or 'never'}; "
            f"{100.0 * v.residual_fraction:g} % left",
            stated=True,
        )


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
        fate = course.assumptions.daughters
        has_daughters = len(answer.chain.nuclides) > 1
        if blood is not None and blood.marrow is not None and fate != STAY and has_daughters:
            yield Caution(
                code="daughters_stay_in_blood",
                loud=True,
                where=f"{RED_MARROW}, {answer.agent.name}",
                message=(
                    f"The fate of daughters in force, {fate}, does not reach red marrow: what was "
                    "not solved for in blood decays there where its parent does, and what free "
                    "daughters bring to marrow and bone is left out."
                ),
            )
    yield from _of_body(course, answers, found)


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
