"""Assumptions from published kinetics: priors of fits, and stand-ins for measurements."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Final

from alphatwin.report.value import Alternative, Assumption
from alphatwin.workflows.alternatives import ratios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.agents import Agent
    from alphatwin.workflows.alternatives import Again
    from alphatwin.workflows.analysis import AgentAnswer

HALF_LIFE_FACTORS: Final = (0.75, 1.25)


def prior_assumptions(answers: tuple[AgentAnswer, ...], again: Again) -> Iterator[Assumption]:
    """Yield the population half-lives that a fit leaned on, and what others would do."""
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        for region in answer.regions:
            for figure in region.kinetics.figures if region.kinetics.fitted is not None else ():
                key = (figure.region, figure.quantity)
                if key in seen:
                    continue
                seen.add(key)
                yield Assumption(
                    name=f"prior of {_words(figure.quantity)}, {_words(figure.region)}",
                    text=f"Population prior under {figure.nuclide}. {figure.note}",
                    value=f"{figure.median / 3600.0:.3g} h, geometric SD {figure.geometric_sd:.2f}",
                    made_by="catalogue",
                    source=figure.source.citation,
                    status=figure.source.status,
                    alternatives=tuple(
                        Alternative(
                            value=f"{factor:g} times as long",
                            effects=again.under(agents=(_scaled(_given(answers), key, factor),)),
                        )
                        for factor in HALF_LIFE_FACTORS
                    ),
                )


def _given(answers: tuple[AgentAnswer, ...]) -> Agent:
    return answers[0].agent


def _scaled(agent: Agent, key: tuple[str, str], factor: float) -> Agent:
    kinetics = tuple(
        dataclasses.replace(k, mean=k.mean * factor, sd=None if k.sd is None else k.sd * factor)
        if (k.region, k.quantity) == key
        else k
        for k in agent.kinetics
    )
    return dataclasses.replace(agent, kinetics=kinetics)


def stand_in_assumptions(answers: tuple[AgentAnswer, ...]) -> Iterator[Assumption]:
    """Yield the dose coefficients in place of a measurement, and what other studies give."""
    agent = _given(answers)
    for region in answers[0].regions:
        if region.kinetics.fitted is not None:
            continue
        used = next(
            f for f in region.kinetics.figures if f.quantity == "dose_coefficient_gy_per_bq"
        )
        others = [
            f
            for f in agent.figures(used.region, quantity="dose_coefficient_gy_per_bq")
            if f is not used and f.sd is not None
        ]
        yield Assumption(
            name=f"kinetics of {region.region.name}",
            text="Not measured; the published dose coefficient stands in",
            value=f"{used.median * 1e9:.3g} Gy/GBq (median of lognormal)",
            made_by="catalogue",
            source=used.source.citation,
            status=used.source.status,
            alternatives=tuple(
                Alternative(
                    value=f"{f.median * 1e9:.3g} Gy/GBq: {f.source.citation}",
                    effects=ratios(
                        answers,
                        partial(_if_changed, answers, region.region.name, f.median / used.median),
                    ),
                )
                for f in others
            ),
        )


def _if_changed(answers: tuple[AgentAnswer, ...], name: str, ratio: float, a: int, r: int) -> float:
    return answers[a].regions[r].ratio_if_changed({name}.__contains__, ratio)


def _words(key: str) -> str:
    return key.removesuffix("_s").replace("_", " ")
