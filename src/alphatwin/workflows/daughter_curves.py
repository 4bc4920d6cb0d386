"""Chain members over time on the best curves, where a fate moves them between regions.

The agent's own chain: an impurity has no measured points, and lives on long after them.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics import best_phases
from alphatwin.kinetics.daughters import bound_curves
from alphatwin.kinetics.daughters_injected import injected_sources
from alphatwin.kinetics.network_solution import activities_bq, cumulated_decays
from alphatwin.workflows.daughters import daughter_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.kinetics.network_sources import Sources
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.daughters import DaughterModel

    Floats = NDArray[np.float64]


def member_activities_bq(
    answer: AgentAnswer, course: Course, *, time_s: Floats
) -> dict[str, Floats]:
    """Return the activity of every member by region. (n_times, n_members) each [Bq].

    Parameters
    ----------
    answer, course
        The agent's answer, and the course with the assumptions in force.
    time_s
        Times since the administration. (n_times,) [s]
    """
    model = _own_model(answer, course)
    found = activities_bq(model.net, _best_sources(answer, model), time_s=time_s)[0]
    return {r: found[:, model.net.index(c)] for r, c in model.compartments.items()}


def member_decays(
    answer: AgentAnswer, course: Course, *, edges_s: Sequence[float]
) -> dict[str, Floats]:
    """Return the decays of every member between times, by region. (n_edges - 1, n_members) each.

    Parameters
    ----------
    answer, course
        The agent's answer, and the course with the assumptions in force.
    edges_s
        Times since the administration, the last of which may be infinite. [s]
    """
    model = _own_model(answer, course)
    sources = _best_sources(answer, model)
    parts = [
        cumulated_decays(model.net, sources, start_s=start_s, stop_s=stop_s).decays_bq_s[0]
        for start_s, stop_s in itertools.pairwise(edges_s)
    ]
    found = np.array(parts)
    return {r: found[:, model.net.index(c)] for r, c in model.compartments.items()}


def _own_model(answer: AgentAnswer, course: Course) -> DaughterModel:
    """Return the model without the impurity."""
    injected = dataclasses.replace(answer.injected, impurity=None)
    return daughter_model(course, nuclide=answer.agent.nuclide, injected=injected)


def _best_sources(answer: AgentAnswer, model: DaughterModel) -> Sources:
    """Return the best curve of every region, and what was injected beside the vector."""
    nuclide, injected = answer.agent.nuclide, model.injected
    phases = {
        model.compartments[r.region.name]: best_phases(
            r.curve,
            administered_bq=answer.scale_bq,
            decay_constant_per_s=float(answer.chain.decay_constants_per_s[0]),
        )
        for r in answer.regions
    }
    return injected_sources(
        model.net,
        curves=[bound_curves(nuclide, compartments=model.net.compartments, phases=phases)],
        administered_bq=answer.scale_bq,
        radiochemical_purity=injected.radiochemical_purity,
        since_purification_s=injected.since_purification_s,
        dechelation_per_s=injected.dechelation_per_s,
    )
