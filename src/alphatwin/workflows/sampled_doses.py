"""Every dose and effect of a course with everything that is uncertain sampled together."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.patient import UPTAKE_FACTORS
from alphatwin.uncertainty import UNLABELLED, WatchedSeed, seed_of, stream
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.daughters import FATE
from alphatwin.workflows.measured_scale import CALIBRATION, RECOVERY, VOLUME
from alphatwin.workflows.region_curves import Joined
from alphatwin.workflows.sampled_effects import FIT_STREAMS, POPULATION, Kept, sampled_bed_gy
from alphatwin.workflows.weighting import rbe_samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer

    Fits = Mapping[tuple[str, str], Joined]

STREAMS_OF_ANSWERS: Final = frozenset(
    {*FIT_STREAMS, CALIBRATION, VOLUME, RECOVERY, POPULATION, *UPTAKE_FACTORS, FATE}
)
"""Named streams that decays and absorbed doses rest on; unnamed ones stand together."""
ABSORBED: Final = "absorbed_dose_gy"
WEIGHTED: Final = "rbe_weighted_dose_gy"
BED: Final = "bed_gy"


@dataclass(frozen=True, slots=True)
class DoseKey:
    """Which dose: index of the agent's answer, name of the region, quantity."""

    answer: int
    region: str
    quantity: str


def sampled_doses(
    course: Course,
    *,
    own_agents: tuple[Agent, ...],
    seed: int,
    fits: Fits | None,
    kept: Kept | None = None,
) -> dict[DoseKey, NDArray[np.float64]]:
    """Return the samples of every dose and biologically effective dose in Gy, (n_samples,) each.

    Parameters
    ----------
    course
        The course; fates that it weighs are drawn by their weights.
    own_agents
        Agents that the course defines itself.
    seed
        Seed of the random streams.
    fits
        Fits by region and administration; ``None`` makes them.
    kept
        What other runs of the same course and fits found; what is new is added.
    """
    kept = Kept() if kept is None else kept
    weights = course.assumptions.fate_weights
    if not weights:
        answers = _answers(course, own_agents, seed, fits, kept)
        return _with_effects(answers, course, seed=seed, kept=kept)
    each = []
    for name, _ in weights:
        assumed = dataclasses.replace(course.assumptions, daughters=name)
        under = dataclasses.replace(course, assumptions=assumed)
        answers = _answers(under, own_agents, seed, fits, kept)
        fits = fits_of(answers) if fits is None else fits
        each.append(_with_effects(answers, under, seed=seed, kept=kept))
    edges = np.cumsum([weight for _, weight in weights])
    drawn = stream(seed, FATE).random(course.assumptions.samples) * edges[-1]
    chosen = np.minimum(np.searchsorted(edges, drawn, side="right"), len(each) - 1)
    rows = np.arange(chosen.size)
    return {key: np.stack([doses[key] for doses in each])[chosen, rows] for key in each[0]}


def _answers(
    course: Course, own_agents: tuple[Agent, ...], seed: int, fits: Fits | None, kept: Kept
) -> tuple[AgentAnswer, ...]:
    """Return the answers; those under one seed for all they rest on are computed once."""
    asked = int(seed) if isinstance(seed, WatchedSeed) else seed
    seeds = {seed_of(asked, name) for name in (UNLABELLED, *STREAMS_OF_ANSWERS)}
    key = (min(seeds), course.assumptions.daughters)
    if len(seeds) == 1 and key in kept.answers:
        return kept.answers[key]
    found = analyse(course, own_agents=own_agents, seed=seed, fits=fits)
    if len(seeds) == 1:
        kept.answers[key] = found
    return found


def doses_of(
    answers: tuple[AgentAnswer, ...], course: Course, *, seed: int
) -> dict[DoseKey, NDArray[np.float64]]:
    """Return the samples of every dose of an analysis, absorbed and RBE-weighted, in Gy."""
    rbe = rbe_samples(course.assumptions, seed=seed)
    found = {}
    for i, answer in enumerate(answers):
        for region in answer.regions:
            if region.dose is not None:
                name = region.region.name
                found[DoseKey(i, name, ABSORBED)] = region.dose.total_gy
                weighted = np.einsum("ij,ij->i", region.dose.by_radiation_gy, rbe)
                found[DoseKey(i, name, WEIGHTED)] = weighted
    return found


def _with_effects(
    answers: tuple[AgentAnswer, ...], course: Course, *, seed: int, kept: Kept
) -> dict[DoseKey, NDArray[np.float64]]:
    found = doses_of(answers, course, seed=seed)
    for i, answer in enumerate(answers):
        for region in answer.regions:
            bed_gy = sampled_bed_gy(course, answer, region, seed=seed, kept=kept, index=i)
            if bed_gy is not None:
                found[DoseKey(i, region.region.name, BED)] = bed_gy
    return found


def fits_of(answers: tuple[AgentAnswer, ...]) -> dict[tuple[str, str], Joined]:
    """Return the fits behind answers by region and administration, to be used again."""
    return {
        (k.region.name, k.measurement.administration): Joined(k.fitted, k.sharing_warnings)
        for answer in answers
        for k in (region.kinetics for region in answer.regions)
        if k.fitted is not None and k.measurement is not None
    }
