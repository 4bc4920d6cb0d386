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

    from alphatwin.kinetics import RegionCurve
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
    return {
        r.region.name: (
            found[:, model.net.index(model.compartments[r.region.name])]
            if r.region.name in model.compartments
            else answer.chain.activity_from_phases_bq(*_phases(answer, r.curve), time_s=time_s)
        )
        for r in answer.regions
    }


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
    return {
        r.region.name: (
            found[:, model.net.index(model.compartments[r.region.name])]
            if r.region.name in model.compartments
            else _staying(answer, r.curve, edges_s)
        )
        for r in answer.regions
    }


def _own_model(answer: AgentAnswer, course: Course) -> DaughterModel:
    """Return the model without the impurity."""
    injected = dataclasses.replace(answer.injected, impurity=None)
    return daughter_model(
        course,
        nuclide=answer.agent.nuclide,
        injected=injected,
        outside=tuple(answer.outside.curves),
        receptor_action=answer.agent.receptor_action,
    )


def _phases(answer: AgentAnswer, curve: RegionCurve) -> tuple[Floats, Floats]:
    """Return the best curve of the agent's nuclide: amplitudes and effective rates. [Bq], [1/s]."""
    return best_phases(
        curve,
        administered_bq=answer.scale_bq,
        decay_constant_per_s=float(answer.chain.decay_constants_per_s[0]),
    )


def _staying(answer: AgentAnswer, curve: RegionCurve, edges_s: Sequence[float]) -> Floats:
    """Return decays between times where daughters stay, as in the whole body."""
    amplitude_bq, rate_per_s = _phases(answer, curve)
    return np.array(
        [
            answer.chain.cumulated_decays_from_phases(
                amplitude_bq, rate_per_s, start_s=start, stop_s=stop
            )
            for start, stop in itertools.pairwise(edges_s)
        ]
    )


def _best_sources(answer: AgentAnswer, model: DaughterModel) -> Sources:
    """Return the best curve of every region, and what was injected beside the vector."""
    nuclide, injected = answer.agent.nuclide, model.injected
    phases = {
        model.compartments.get(name, name): _phases(answer, curve)
        for name, curve in answer.curves.items()
        if name in model.compartments or name in model.outside
    }
    return injected_sources(
        model.net,
        curves=[bound_curves(nuclide, compartments=model.net.compartments, phases=phases)],
        administered_bq=answer.scale_bq,
        radiochemical_purity=injected.radiochemical_purity,
        since_purification_s=injected.since_purification_s,
        dechelation_per_s=injected.dechelation_per_s,
    )
