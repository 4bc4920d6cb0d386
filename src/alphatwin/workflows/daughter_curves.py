"""Chain members over time on the best curves, where a fate moves them between regions."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics import best_phases
from alphatwin.kinetics.daughters import bound_curves
from alphatwin.kinetics.daughters_injected import injected_sources
from alphatwin.kinetics.network_solution import activities_bq, cumulated_decays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.kinetics.network_sources import Sources
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.daughters import DaughterModel

    Floats = NDArray[np.float64]


def member_activities_bq(
    answer: AgentAnswer, model: DaughterModel, *, time_s: Floats
) -> dict[str, Floats]:
    """Return the activity of every member by region. (n_times, n_members) each [Bq].

    Parameters
    ----------
    answer, model
        The agent's answer and its model.
    time_s
        Times since the administration. (n_times,) [s]
    """
    found = activities_bq(model.net, _best_sources(answer, model), time_s=time_s)[0]
    return {r: found[:, model.net.index(c)] for r, c in model.compartments.items()}


def member_decays(
    answer: AgentAnswer, model: DaughterModel, *, edges_s: Sequence[float]
) -> dict[str, Floats]:
    """Return the decays of every member between times, by region. (n_edges - 1, n_members) each.

    Parameters
    ----------
    answer, model
        The agent's answer and its model.
    edges_s
        Times since the administration, the last of which may be infinite. [s]
    """
    sources = _best_sources(answer, model)
    parts = [
        cumulated_decays(model.net, sources, start_s=start_s, stop_s=stop_s).decays_bq_s[0]
        for start_s, stop_s in itertools.pairwise(edges_s)
    ]
    found = np.array(parts)
    return {r: found[:, model.net.index(c)] for r, c in model.compartments.items()}


def _best_sources(answer: AgentAnswer, model: DaughterModel) -> Sources:
    """Return the best curve of every region, and what was injected beside the vector."""
    chain, injected = model.net.chain, model.injected
    curves = []
    for root, share in model.roots:
        rate_per_s = float(chain.decay_constants_per_s[chain.index(root)])
        phases = {
            model.compartments[r.region.name]: best_phases(
                r.curve, administered_bq=share * answer.scale_bq, decay_constant_per_s=rate_per_s
            )
            for r in answer.regions
        }
        curves.append(bound_curves(root, compartments=model.net.compartments, phases=phases))
    return injected_sources(
        model.net,
        curves=curves,
        administered_bq=answer.scale_bq,
        radiochemical_purity=injected.radiochemical_purity,
        impurity_activity_fraction=model.roots[-1][1] if len(model.roots) > 1 else 0.0,
        since_purification_s=injected.since_purification_s,
        dechelation_per_s=injected.dechelation_per_s,
    )
