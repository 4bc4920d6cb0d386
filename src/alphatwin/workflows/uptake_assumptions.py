"""What is taken for granted about the uptake of predicted agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.patient import UPTAKE_FACTORS
from alphatwin.report.value import Alternative, Assumption, Effect
from alphatwin.workflows.daughter_assumptions import LEAST_EFFECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.patient import UptakeFactor
    from alphatwin.workflows.analysis import AgentAnswer


def uptake_assumptions(answers: tuple[AgentAnswer, ...]) -> Iterator[Assumption]:
    """Yield every factor on uptake: those that the course states, and those left at one.

    Parameters
    ----------
    answers
        What was computed.
    """
    predicted = [(a, a.prediction) for a in answers if a.prediction is not None]
    for name, text in UPTAKE_FACTORS.items():
        silent = [a.agent.name for a, p in predicted if not p.states(name)]
        for answer, prediction in predicted:
            for factor in prediction.factors:
                if factor.name == name:
                    yield _stated_factor(answer, factor, text)
        if silent:
            yield Assumption(
                name=name,
                text=f"{text[:1].upper()}{text[1:]}: no change, for {', '.join(silent)}",
                value="1",
                made_by="default",
                source="Not stated in the course",
                status="choice",
                alternatives=(),
            )


def _stated_factor(answer: AgentAnswer, factor: UptakeFactor, text: str) -> Assumption:
    where = "every region" if factor.regions is None else ", ".join(factor.regions)
    return Assumption(
        name=f"{factor.name} of {answer.agent.name}",
        text=f"{text[:1].upper()}{text[1:]}; in {where}, clearance the same",
        value=f"{factor.value:g} ± {100.0 * factor.relative_sd:.0f} %",
        made_by="course",
        source=factor.source or "The course, as an assumption",
        status="choice",
        alternatives=tuple(
            Alternative(
                value=f"{factor.value * change:g}",
                effects=tuple(
                    Effect(
                        agent=answer.agent.name,
                        region=r.region.name,
                        quantity="absorbed_dose_gy",
                        ratio=ratio,
                    )
                    for r in answer.regions
                    if abs((ratio := r.ratio_if_changed(factor.acts_on, change)) - 1.0)
                    >= LEAST_EFFECT
                ),
            )
            for change in (0.5, 2.0)
        ),
    )
