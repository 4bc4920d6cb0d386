"""What makes a dose or an effect uncertain: variance shares of its log, pick-freeze design.

Two sets of samples of everything, A and B, differ in their seed. For each group of sources the
doses are computed again with that group alone from B, and with all but that group from B: first
order and total shares follow (:mod:`alphatwin.uncertainty.shares`). What is correlated has one
random stream, and so one group: the volume of a region with its mass, with the counts in its
contour and with its recovery; the calibration of a camera over all regions and scans.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.kinetics import time_integrated_activity_bq_s
from alphatwin.patient import UPTAKE_FACTORS
from alphatwin.report.uncertainty_value import Contribution, DoseUncertainty
from alphatwin.uncertainty import (
    SplitSeed,
    VarianceShare,
    WatchedSeed,
    between_share,
    variance_share,
)
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.daughters import FATE
from alphatwin.workflows.effect import ALPHA_BETA, RBE_MAX, REPAIR
from alphatwin.workflows.measured_scale import CALIBRATION, RECOVERY, VOLUME
from alphatwin.workflows.sampled_doses import (
    BED,
    WEIGHTED,
    DoseKey,
    doses_of,
    fits_of,
    sampled_doses,
)
from alphatwin.workflows.sampled_effects import FIT_STREAMS, POPULATION, Kept
from alphatwin.workflows.weighting import RBE, estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.effect import RegionBiology

    Doses = Mapping[DoseKey, NDArray[np.float64]]

OTHER_SEED_AWAY: Final = 2**32
"""Distance of the seed of set B from that of A: no user takes both."""
QUANTILE_95: Final = 1.959963984540054
"""Standard deviations of a normal distribution that hold 95 % about its middle."""
LEAST_SHARE: Final = 1e-6
"""Share of a variance that is nothing but round-off."""
FIT: Final = "counts and fit"
MODEL: Final = "model of the curve"
SAMPLES_OF_SHARES: Final = 2_500
"""From so many a share is known to 0.03 at worst; the doses themselves have all samples."""


@dataclass(frozen=True, slots=True)
class Source:
    """A group of sources of uncertainty: its name, the streams that it takes, and its words."""

    name: str
    streams: frozenset[str]
    text: str

    def is_asked(self, asked: set[str]) -> bool:
        """Return whether a computation that asked for these streams can depend on the source.

        It always can on fits, which are made before.
        """
        if self is REST:
            return not asked <= NAMED
        return self.name == FIT or not self.streams.isdisjoint(asked)


SOURCES: Final = (
    Source(FIT, FIT_STREAMS, "Counts point by point, through the fit and its priors"),
    Source(
        "calibration",
        frozenset({CALIBRATION}),
        "Calibration of the camera, the same in all regions and scans",
    ),
    Source(
        "volume and mass",
        frozenset({VOLUME}),
        "Delineated volume: its mass, the counts in it and their recovery go together",
    ),
    Source("recovery", frozenset({RECOVERY}), "Recovery coefficients, at a known volume"),
    Source(
        "published kinetics",
        frozenset({POPULATION}),
        "Published figures of other patients in place of a measurement",
    ),
    *(
        Source(name.replace("_", " "), frozenset({name}), f"{text[:1].upper()}{text[1:]}")
        for name, text in UPTAKE_FACTORS.items()
    ),
    Source(
        "fate of daughters",
        frozenset({FATE}),
        "Figures of the fate of daughters, and which fate where several are weighed",
    ),
    Source("RBE", frozenset({RBE}), "RBE of alpha particles and recoils"),
    Source("RBEmax", frozenset({RBE_MAX}), "RBE of alpha particles and recoils at low dose"),
    Source("alpha/beta", frozenset({ALPHA_BETA}), "alpha/beta of the tissue"),
    Source("repair half-time", frozenset({REPAIR}), "Half-time of the repair of sublethal damage"),
)
NAMED: Final = frozenset(label for source in SOURCES for label in source.streams)
REST: Final = Source("blood and others", NAMED, "Everything else: blood, marrow, collected urine")
"""All streams but the named ones."""


def dose_uncertainties(
    course: Course,
    answers: tuple[AgentAnswer, ...],
    biologies: tuple[tuple[RegionBiology, ...], ...],
    *,
    own_agents: tuple[Agent, ...],
    seed: int,
) -> tuple[DoseUncertainty, ...]:
    """Return what makes every dose of a report uncertain.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answers, biologies
        What was computed, and the effects of each.
    own_agents
        Agents that the course defines itself.
    seed
        Seed of the random streams.

    Returns
    -------
    tuple of DoseUncertainty
        Agent by agent, region by region: the absorbed dose, the RBE-weighted one where an RBE is
        uncertain, and the biologically effective one where the tissue is known.
    """
    whole = _all_samples(course, answers, biologies, own_agents=own_agents, seed=seed)
    design = _Design(course, own_agents, seed)
    watched = WatchedSeed(seed)
    base = design.run(watched, renew_fits=False)
    shares: dict[DoseKey, dict[str, VarianceShare]] = {key: {} for key in base}
    for source in (*SOURCES, REST):
        pair = design.pair(source, base) if source.is_asked(watched.asked) else None
        if pair is None:
            continue
        renewed, others = pair
        for key, gy in base.items():
            shares[key][source.name] = variance_share(
                np.log(gy),
                renewed_values=np.log(renewed[key]),
                others_renewed_values=np.log(others[key]),
            )
    assumed = course.assumptions
    weighted_too = assumed.rbe_alpha_relative_sd > 0.0 or assumed.rbe_recoil_relative_sd > 0.0
    return tuple(
        _record(answers[key.answer], key, gy, shares[key])
        for key, gy in whole.items()
        if key.quantity != WEIGHTED or weighted_too
    )


def _all_samples(
    course: Course,
    answers: tuple[AgentAnswer, ...],
    biologies: tuple[tuple[RegionBiology, ...], ...],
    *,
    own_agents: tuple[Agent, ...],
    seed: int,
) -> Doses:
    """Return the doses from all samples, with fates drawn by their weights if they have any."""
    if course.assumptions.fate_weights:
        return sampled_doses(course, own_agents=own_agents, seed=seed, fits=fits_of(answers))
    beds = {
        DoseKey(i, one.region, BED): one.bed_gy()
        for i, each in enumerate(biologies)
        for one in each
    }
    return doses_of(answers, course, seed=seed) | beds


class _Design:
    """Doses under seeds of which a part is exchanged; fits are made twice and not again."""

    def __init__(self, course: Course, own_agents: tuple[Agent, ...], seed: int) -> None:
        few = min(SAMPLES_OF_SHARES, course.assumptions.samples)
        assumed = dataclasses.replace(course.assumptions, samples=few)
        self._course = dataclasses.replace(course, assumptions=assumed)
        self._own_agents, self._seed, self._other = own_agents, seed, seed + OTHER_SEED_AWAY
        self._kept = Kept()
        self._fits = {
            renewed: fits_of(analyse(self._course, own_agents=own_agents, seed=one))
            for renewed, one in ((False, seed), (True, self._other))
        }

    def run(self, seed: int, *, renew_fits: bool) -> Doses:
        """Return the doses under a seed, with the fits of A or of B."""
        return sampled_doses(
            self._course,
            own_agents=self._own_agents,
            seed=seed,
            fits=self._fits[renew_fits],
            kept=self._kept,
        )

    def pair(self, source: Source, base: Doses) -> tuple[Doses, Doses] | None:
        """Return the doses with the source alone from B, and with all but the source from B.

        ``None`` if the source changes none of the doses under A.
        """
        inside = source is not REST
        is_fit = source.name == FIT
        alone = SplitSeed(self._seed, other=self._other, names=source.streams, is_inside=inside)
        renewed = self.run(alone, renew_fits=is_fit)
        if all(np.array_equal(renewed[key], gy) for key, gy in base.items()):
            return None
        others = SplitSeed(
            self._seed, other=self._other, names=source.streams, is_inside=not inside
        )
        return renewed, self.run(others, renew_fits=not is_fit)


def _record(
    answer: AgentAnswer,
    key: DoseKey,
    gy: NDArray[np.float64],
    shares: Mapping[str, VarianceShare],
) -> DoseUncertainty:
    log_sd = float(np.std(np.log(gy)))
    texts = {source.name: source.text for source in (*SOURCES, REST)}
    rows = [
        _contribution(name, texts[name], share, log_sd)
        for name, share in shares.items()
        if share.total_share > LEAST_SHARE
    ]
    rows = [part for row in rows for part in _split_by_model(row, answer, key.region, log_sd)]
    return DoseUncertainty(
        agent=answer.agent.name,
        administration=answer.administration.name,
        region=key.region,
        quantity=key.quantity,
        estimate=estimate(gy),
        geometric_sd=math.exp(log_sd),
        contributions=tuple(sorted(rows, key=lambda row: -row.total_share)),
    )


def _contribution(name: str, text: str, share: VarianceShare, log_sd: float) -> Contribution:
    return Contribution(
        source=name,
        text=text,
        first_order_share=share.first_order_share,
        total_share=share.total_share,
        first_order_sd=share.first_order_sd,
        total_sd=share.total_sd,
        dose_ratio_95=math.exp(QUANTILE_95 * log_sd * math.sqrt(share.total_share)),
    )


def _split_by_model(
    row: Contribution, answer: AgentAnswer, region: str, log_sd: float
) -> list[Contribution]:
    """Return the share of the fit apart: what lies between models of the curve, and the rest.

    Between models lies the exact variance of the conditional mean of the log integral.
    """
    kinetics = next(r.kinetics for r in answer.regions if r.region.name == region)
    if row.source != FIT or kinetics.fitted is None:
        return [row]
    bq_s = time_integrated_activity_bq_s(
        kinetics.fitted.curve,
        administered_bq=1.0,
        decay_constant_per_s=float(answer.chain.decay_constants_per_s[0]),
    )
    between = between_share(np.log(bq_s), labels=kinetics.fitted.model_of_samples)
    if between <= LEAST_SHARE:
        return [row]
    parts = (
        (FIT, row.text, 1.0 - between),
        (MODEL, "Which model the curve follows, weighed by the points", between),
    )
    return [
        Contribution(
            source=name,
            text=text,
            first_order_share=row.first_order_share * part,
            total_share=row.total_share * part,
            first_order_sd=row.first_order_sd * part,
            total_sd=row.total_sd * part,
            dose_ratio_95=math.exp(QUANTILE_95 * log_sd * math.sqrt(row.total_share * part)),
        )
        for name, text, part in parts
    ]
