"""From the samples of biological effects to the records of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.biology import (
    BetaRatio,
    BiologicallyEffectiveDose,
    equivalent_dose_2gy,
)
from alphatwin.report.effect_value import EffectAlternative, EffectParameter, RegionEffect
from alphatwin.report.value import Alternative, Assumption, Caution, Effect, SourceRecord
from alphatwin.workflows.effect import BI_FACTOR, effect_parameters
from alphatwin.workflows.weighting import estimate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.patient import Course
    from alphatwin.report.estimates import Estimate
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.effect import RegionBiology

BI_REPAIR: Final = (
    f"bi-exponential repair, halves at a {BI_FACTOR:g}th and at {BI_FACTOR:g} times the half-time"
).replace("3th", "third")
NO_BETA: Final = "alphas and recoils without a quadratic term (b = 0)"
RBE_ONE: Final = "every RBEmax 1"
_PARAMETERS: Final = (
    ("alpha_beta", "alpha_beta_gy"),
    ("repair_half_time", "repair_half_time_s"),
    ("rbe_max_alpha", "rbe_max_alpha"),
    ("rbe_max_recoil", "rbe_max_recoil"),
)
METHOD: Final = SourceRecord(
    citation="Dale and Jones, Int J Radiat Oncol Biol Phys 43 (1999) 639",
    doi_or_url="https://doi.org/10.1016/S0360-3016(98)00364-2",
    status="recalled",
    used_for="biologically effective dose with RBEmax",
)


def region_effect(biology: RegionBiology) -> RegionEffect:
    """Return the record of what an administration does to a region.

    Parameters
    ----------
    biology
        The effect with its samples.
    """
    bed_gy, one_gy = biology.bed_gy(), biology.bed_gy(rbe_one=True)
    return RegionEffect(
        region=biology.region,
        tissue=biology.parameters.tissue,
        bed_gy=estimate(bed_gy),
        bed_rbe_one_gy=estimate(one_gy),
        eqd2_gy=_eqd2(bed_gy, biology),
        eqd2_rbe_one_gy=_eqd2(one_gy, biology),
        lea_catcheside=estimate(biology.dose.lea_catcheside()),
        parameters=_parameters(biology),
        alternatives=_alternatives(biology, float(np.median(bed_gy))),
    )


def _eqd2(bed_gy: np.ndarray, biology: RegionBiology) -> Estimate:
    bed = BiologicallyEffectiveDose(bed_gy, biology.alpha_beta_gy)
    return estimate(equivalent_dose_2gy(bed).eqd2_gy)


def _parameters(biology: RegionBiology) -> tuple[EffectParameter, ...]:
    has = biology.dose.dose_gy.max(axis=0) > 0.0
    rows = []
    for field, name in _PARAMETERS:
        if (field == "rbe_max_alpha" and not has[0]) or (field == "rbe_max_recoil" and not has[1]):
            continue
        one = getattr(biology.parameters, field)
        rows.append(
            EffectParameter(
                name=name,
                median=one.distribution.median,
                geometric_sd=one.distribution.geometric_sd,
                source=one.source,
                status=one.status,
            )
        )
    return tuple(rows)


def _alternatives(biology: RegionBiology, median_gy: float) -> tuple[EffectAlternative, ...]:
    ratios = {BI_REPAIR: biology.bi_ratio}
    if biology.dose.dose_gy[:, :2].any():
        without_gy = float(np.median(biology.bed_gy(beta_ratio=BetaRatio.high_let_zero())))
        ratios[NO_BETA] = without_gy / median_gy if median_gy > 0.0 else 1.0
    return tuple(
        EffectAlternative(name=name, bed_gy=ratio * median_gy, bed_ratio=ratio)
        for name, ratio in ratios.items()
    )


def effect_assumptions(
    course: Course,
    answers: tuple[AgentAnswer, ...],
    effects: tuple[tuple[RegionEffect, ...], ...],
) -> Iterator[Assumption]:
    """Yield what the effects rest on, with the alternatives and what they would do.

    Parameters
    ----------
    course
        The course.
    answers, effects
        What the agents do, and the effects of each.
    """
    every = [(a.agent.name, e) for a, rows in zip(answers, effects, strict=True) for e in rows]
    if not every:
        return
    yield _model_assumption(every)
    seen: set[tuple[str, str]] = set()
    for _, effect in every:
        for p in effect.parameters:
            kind = next((r.kind for r in course.regions if r.name == effect.region), "organ")
            key = (p.name, kind if p.name.startswith("rbe_max") else effect.tissue)
            if key not in seen:
                seen.add(key)
                yield Assumption(
                    name=f"biology: {p.name.removesuffix('_gy').removesuffix('_s')} of {key[1]}",
                    text="Parameter of the linear-quadratic model, sampled with its spread.",
                    value=_value(p),
                    made_by="course" if p.status == "stated" else "default",
                    source=p.source,
                    status=p.status if p.status != "stated" else "choice",
                    alternatives=_rbe_one(every) if p.name == "rbe_max_alpha" else (),
                )


def _model_assumption(every: list[tuple[str, RegionEffect]]) -> Assumption:
    names = dict.fromkeys(a.name for _, e in every for a in e.alternatives)
    return Assumption(
        name="biology: model",
        text=(
            "The effect is that of the linear-quadratic model with the summed dose rate of all "
            "radiations, mono-exponential repair and one quadratic coefficient for all."
        ),
        value="mono-exponential repair, b = 1",
        made_by="program",
        source="Dale and Jones 1999; docs/theory-biology.md, eq. E5",
        status="choice",
        alternatives=tuple(
            Alternative(
                value=name,
                effects=tuple(
                    Effect(agent=agent, region=e.region, quantity="bed_gy", ratio=a.bed_ratio)
                    for agent, e in every
                    for a in e.alternatives
                    if a.name == name
                ),
            )
            for name in names
        ),
    )


def _rbe_one(every: list[tuple[str, RegionEffect]]) -> tuple[Alternative, ...]:
    effects = tuple(
        Effect(
            agent=agent,
            region=e.region,
            quantity="bed_gy",
            ratio=e.bed_rbe_one_gy.median / e.bed_gy.median,
        )
        for agent, e in every
        if e.bed_gy.median > 0.0 and any(p.name == "rbe_max_alpha" for p in e.parameters)
    )
    return (Alternative(value=RBE_ONE, effects=effects),)


def _value(p: EffectParameter) -> str:
    spread = f", geometric SD {p.geometric_sd:.3g}"
    if p.name.endswith("_gy"):
        return f"{p.median:.3g} Gy{spread}"
    if p.name.endswith("_s"):
        return f"{p.median / 3600.0:.3g} h{spread}"
    return f"{p.median:.3g}{spread}"


def effect_cautions(
    course: Course,
    answers: tuple[AgentAnswer, ...],
    effects: tuple[tuple[RegionEffect, ...], ...],
) -> Iterator[Caution]:
    """Yield what is doubtful of the effects.

    Parameters
    ----------
    course
        The course.
    answers, effects
        What the agents do, and the effects of each.
    """
    unknown = [r.name for r in course.regions if effect_parameters(course, r) is None]
    if unknown:
        yield Caution(
            code="no_alpha_beta",
            loud=False,
            where=", ".join(unknown),
            message=(
                "No alpha/beta or repair half-time of this tissue is in the tables, so no effect "
                "is given; state them under [biology], or leave it."
            ),
        )
    for answer, rows in zip(answers, effects, strict=True):
        high_let = any(p.name == "rbe_max_alpha" for e in rows for p in e.parameters)
        if high_let:
            yield Caution(
                code="effect_of_alphas",
                loud=False,
                where=answer.agent.name,
                message=(
                    "The biologically effective dose of alphas rests on parameters of low-LET "
                    "radiation (alpha/beta, repair) and on an RBEmax of cells or mice: damage by "
                    "alphas is repaired less, and no such value of human kidney or marrow is known."
                ),
            )
        if rows and answer.model is not None:
            yield Caution(
                code="effect_under_fate",
                loud=False,
                where=answer.agent.name,
                message=(
                    "Daughters move: doses are those of the fate, their course in time is taken "
                    "as if daughters stayed."
                ),
            )
