"""Published absorbed doses of an agent, for the regions of a course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alphatwin.report.published_value import PublishedDose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.agents import PopulationKinetics
    from alphatwin.agents.types import Quantity
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer

DOSE_COEFFICIENT: Final[Quantity] = "dose_coefficient_gy_per_bq"


def published_doses(answer: AgentAnswer) -> tuple[PublishedDose, ...]:
    """Return every published absorbed dose per activity of an agent that was administered.

    Parameters
    ----------
    answer
        What the agent did.

    Returns
    -------
    tuple of PublishedDose
        Region by region in the order of the course, studies in the order of the catalogue; empty
        for a prediction, and for an agent of which nothing is published.
    """
    return tuple(
        PublishedDose(
            region=region.region.name,
            mean_gy_per_bq=figure.mean,
            sd_gy_per_bq=figure.sd,
            n=figure.n,
            n_unit=figure.n_unit,
            source=figure.source.citation,
            doi_or_url=figure.source.doi_or_url,
            status=figure.source.status,
            is_basis=figure in region.kinetics.figures,
        )
        for region, figure in comparable_figures(answer)
    )


def comparable_figures(
    answer: AgentAnswer,
) -> Iterator[tuple[RegionAnswer, PopulationKinetics]]:
    """Yield the regions of an administered agent with each dose coefficient published of them.

    A figure observed under another nuclide than the agent's is no figure of this agent's dose.
    """
    if answer.prediction is not None:
        return
    for region in answer.regions:
        name = region.region.population_region
        for figure in answer.agent.figures(name, quantity=DOSE_COEFFICIENT):
            if figure.nuclide == answer.agent.nuclide:
                yield region, figure
