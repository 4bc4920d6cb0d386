"""The biologically effective dose of every region, again and again under exchanged seeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alphatwin.biology import Repair, biologically_effective_dose
from alphatwin.uncertainty import seed_of
from alphatwin.workflows.dose_in_time import given_in
from alphatwin.workflows.effect import REPAIR, effect_parameters, effect_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer

    Floats = NDArray[np.float64]

FIT_STREAMS: Final = frozenset({"fit", "joint fit"})
"""Streams of which fits are drawn."""
POPULATION: Final = "population"
"""Stream of published kinetics."""


@dataclass(slots=True, eq=False)
class Kept:
    """What computations under exchanged seeds of one course have in common.

    Attributes
    ----------
    answers
        Answers under one seed for all that they rest on, by that seed and the fate of daughters.
    factors_of_time
        Factors by which time lessens products of doses, by the number of the answer, the region
        and the seeds that the course in time rests on. (n_samples, n_types, n_types)
    """

    answers: dict[tuple[int, str], tuple[AgentAnswer, ...]] = field(default_factory=dict)
    factors_of_time: dict[tuple[int | str, ...], Floats] = field(default_factory=dict)


def sampled_bed_gy(
    course: Course,
    answer: AgentAnswer,
    region: RegionAnswer,
    *,
    seed: int,
    kept: Kept,
    index: int,
) -> Floats | None:
    """Return the samples of a BED in Gy, (n_samples,); ``None`` without parameters or mass.

    The same as that of :func:`alphatwin.workflows.effect.region_biology`.

    Parameters
    ----------
    course, answer, region
        The course, what an agent does, and in which region.
    seed
        Seed of the random streams.
    kept
        What is known already; new factors of time are added.
    index
        Which of the answers it is.
    """
    parameters = effect_parameters(course, region.region)
    if parameters is None or region.dose is None:
        return None
    sampled = effect_samples(parameters, region.region.kind, n=region.curve.n_samples, seed=seed)
    # On these streams the course of a dose in time rests; all others scale it.
    of_curve = {POPULATION} if region.kinetics.fitted is None else FIT_STREAMS
    seeds = (seed_of(seed, name) for name in (*sorted(of_curve), REPAIR))
    key: tuple[int | str, ...] = (index, region.region.name, *seeds)
    given = given_in(course, answer, region, seed=seed)
    repair = Repair.mono(sampled.repair_half_time_s)
    known = kept.factors_of_time
    if key not in known:
        known[key] = given.factors_of_time(repair)
    own_gy = region.own_gy
    assert own_gy is not None
    return biologically_effective_dose(
        given.with_received(own_gy, factors=known[key], repair=repair),
        rbe_max=sampled.rbe_max,
        alpha_beta_gy=sampled.alpha_beta_gy,
    ).bed_gy
