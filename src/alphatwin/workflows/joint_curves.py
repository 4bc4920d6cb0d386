"""Curves of several regions, or of several cycles of one region, fitted jointly as stated."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from alphatwin.kinetics import CYCLES, Sharing, fit_jointly
from alphatwin.nuclides import nuclide
from alphatwin.uncertainty import stream
from alphatwin.workflows.region_curves import Joined, observed_in, prior_figures, priors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.agents import Agent
    from alphatwin.kinetics import JointFit
    from alphatwin.patient import Course, Measurement, SharedFit


def joint_fits(
    course: Course, *, agents: Mapping[str, Agent], seed: int
) -> dict[tuple[str, str], Joined]:
    """Return the fits of all curves that share something, by region and administration.

    Parameters
    ----------
    course
        The course; its ``sharing`` says which curves.
    agents
        The agent of each administration, by the name of the administration.
    seed
        Seed of the random streams; that of a joint fit has the names of its curves.

    Raises
    ------
    NotSupportedError
        If a measured nuclide is not the agent's, or points and priors cannot determine the curves.
    """
    found = {}
    for shared in course.sharing:
        for group in shared.curves(course.measurements):
            joint = _joint_fit(course, shared, group, agents[group[0].administration], seed=seed)
            for i, m in enumerate(group):
                fitted = joint.fits[i]
                why = f"{fitted.why}; {_with_whom(shared, group, i, joint)}"
                found[m.region, m.administration] = Joined(
                    dataclasses.replace(fitted, why=why), joint.warnings
                )
    return found


def what_is_shared(shared: SharedFit) -> str:
    """Return in words what curves have in common."""
    cycles = ("all rates of a region the same, each cycle with its own uptake",)
    if not shared.is_between_regions:
        return "all rates the same, each cycle with its own uptake"
    quantities = (
        ("effective half-life", shared.effective_half_life_geometric_sd),
        ("uptake half-time", shared.uptake_half_time_geometric_sd),
    )
    between = (
        f"the same {name}" if spread == 1.0 else f"{name} within a geometric SD of {spread:g}"
        for name, spread in quantities
        if spread is not None
    )
    return ", ".join([*between, *(cycles if shared.is_over_cycles else ())])


def _joint_fit(
    course: Course,
    shared: SharedFit,
    group: tuple[Measurement, ...],
    agent: Agent,
    *,
    seed: int,
) -> JointFit:
    assumed = course.assumptions
    figures = prior_figures(agent, course.region(group[0].region))
    return fit_jointly(
        [observed_in(course, m, agent=agent) for m in group],
        administered_bq=[course.administration(m.administration).activity_bq for m in group],
        decay_constant_per_s=nuclide(
            agent.nuclide, decay_data=assumed.decay_data
        ).decay_constant_per_s,
        priors=priors_of(figures, decay_data=assumed.decay_data),
        sharing=_sharing(shared),
        shape_of=_shapes(shared, group),
        averaging=assumed.averaging,
        error_model=assumed.error_model,
        samples=assumed.samples,
        generator=stream(
            seed, "joint fit", *(name for m in group for name in (m.region, m.administration))
        ),
    )


def _sharing(shared: SharedFit) -> Sharing:
    if not shared.is_between_regions:
        return CYCLES
    return Sharing(
        effective_half_life_geometric_sd=shared.effective_half_life_geometric_sd,
        uptake_half_time_geometric_sd=shared.uptake_half_time_geometric_sd,
    )


def _shapes(shared: SharedFit, group: tuple[Measurement, ...]) -> list[int] | None:
    """Return the number of the region of each curve, where its cycles have one shape."""
    if not (shared.is_over_cycles and shared.is_between_regions):
        return None
    names = list(dict.fromkeys(m.region for m in group))
    return [names.index(m.region) for m in group]


def _with_whom(shared: SharedFit, group: tuple[Measurement, ...], own: int, joint: JointFit) -> str:
    others = ", ".join(
        f"{m.region}, {m.administration}"
        if shared.is_over_cycles and shared.is_between_regions
        else m.administration
        if shared.is_over_cycles
        else m.region
        for i, m in enumerate(group)
        if i != own
    )
    return (
        f"fitted jointly with {others} ({what_is_shared(shared)}; log evidence for sharing "
        f"{joint.sharing_log_evidence:+.2f})"
    )
