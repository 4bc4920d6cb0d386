"""Biological effect of one administration in every region whose tissue is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.biology import (
    BetaRatio,
    ProtractedDose,
    RbeMax,
    Repair,
    Sourced,
    biologically_effective_dose,
    published_rbe_max,
    tissue_or_none,
)
from alphatwin.patient import Region
from alphatwin.patient.previous import RED_MARROW
from alphatwin.uncertainty import Lognormal, stream
from alphatwin.uncertainty.distributions import log_sd
from alphatwin.workflows.absorption import region_energy_j
from alphatwin.workflows.dose_in_time import DoseInTime, given_in
from alphatwin.workflows.weighting import SAMPLES_OF_ALTERNATIVES

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.blood import AgentBlood
    from alphatwin.workflows.region_answers import RegionAnswer

    Floats = NDArray[np.float64]

STATED: Final = "stated"
MARROW_OF_BLOOD: Final = "red marrow, from blood"
ALPHA_BETA: Final = "alpha/beta"
REPAIR: Final = "repair"
RBE_MAX: Final = "RBEmax"
"""Random streams of the parameters: one error for a tissue, or for all lesions, or all organs."""
BI_FACTOR: Final = 3.0
"""Two-component repair that stands for what a single half-time hides: a third, and three times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectParameters:
    """Parameters of one region, each with its source.

    Attributes
    ----------
    tissue
        Whose they are.
    alpha_beta, repair_half_time
        In Gy and in s.
    rbe_max_alpha, rbe_max_recoil
        RBE in the low-dose limit.
    """

    tissue: str
    alpha_beta: Sourced
    repair_half_time: Sourced
    rbe_max_alpha: Sourced
    rbe_max_recoil: Sourced


@dataclass(frozen=True, slots=True, eq=False)
class RegionBiology:
    """What the dose of one administration does to a region, with samples.

    Attributes
    ----------
    region
        Name of the region.
    parameters
        Where the samples of the parameters come from.
    alpha_beta_gy, repair_half_time_s
        (n_samples,) samples. [Gy], [s]
    rbe_max
        RBEmax, with samples.
    dose
        Protracted dose under mono-exponential repair.
    bi_ratio
        Median of the BED under bi-exponential repair over that under mono-exponential repair.
    """

    region: str
    parameters: EffectParameters
    alpha_beta_gy: Floats
    repair_half_time_s: Floats
    rbe_max: RbeMax
    dose: ProtractedDose
    bi_ratio: float

    def bed_gy(self, *, rbe_one: bool = False, beta_ratio: BetaRatio | None = None) -> Floats:
        """Return the BED under RBEmax as assumed, or one, and under an alternative. (n,) [Gy]."""
        return biologically_effective_dose(
            self.dose,
            rbe_max=RbeMax.of(alpha=1.0, recoil=1.0) if rbe_one else self.rbe_max,
            alpha_beta_gy=self.alpha_beta_gy,
            beta_ratio=beta_ratio,
        ).bed_gy


def effect_parameters(course: Course, region: Region) -> EffectParameters | None:
    """Return the parameters of a region: stated in the course, else published, else ``None``.

    Parameters
    ----------
    course, region
        The course and one of its regions.
    """
    kind: Literal["organ", "lesion"] = "lesion" if region.kind == "lesion" else "organ"
    tissue = tissue_or_none(region.name, kind=kind) or tissue_or_none(
        region.population_region, kind=kind
    )
    stated = course.effect.tissue(RED_MARROW if region.name == MARROW_OF_BLOOD else region.name)
    where = "the course" if stated is None or stated.source is None else stated.source
    ab = None if tissue is None else tissue.alpha_beta
    repair = None if tissue is None else tissue.repair_half_time
    if stated is not None and stated.alpha_beta_gy is not None:
        ab = _stated(stated.alpha_beta_gy, stated.alpha_beta_relative_sd, where)
    if stated is not None and stated.repair_half_time_s is not None:
        repair = _stated(stated.repair_half_time_s, stated.repair_half_time_relative_sd, where)
    if ab is None or repair is None:
        return None
    return EffectParameters(
        tissue=region.name if stated is not None or tissue is None else tissue.name,
        alpha_beta=ab,
        repair_half_time=repair,
        rbe_max_alpha=_rbe_max(course, kind, "alpha"),
        rbe_max_recoil=_rbe_max(course, kind, "recoil"),
    )


def region_biologies(
    course: Course, answer: AgentAnswer, *, seed: int
) -> tuple[RegionBiology, ...]:
    """Return the effect of an answer in every region whose mass and tissue are known.

    Parameters
    ----------
    course, answer, seed
        As in :func:`region_biology`.
    """
    found = (region_biology(course, answer, r, seed=seed) for r in answer.regions)
    return tuple(biology for biology in found if biology is not None)


def region_biology(
    course: Course, answer: AgentAnswer, region: RegionAnswer, *, seed: int
) -> RegionBiology | None:
    """Return the effect in a region; ``None`` where the mass or the tissue is not known.

    Parameters of one tissue have the same error in all its regions and under all agents, and so
    has RBEmax in all lesions, or all organs.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    answer, region
        What an agent does, and in which region.
    seed
        Seed of the random streams.
    """
    found = effect_parameters(course, region.region)
    if found is None or region.dose is None:
        return None
    given = given_in(course, answer, region, seed=seed)
    return _biology(region.region, found, given, seed=seed)


def marrow_biology(course: Course, blood: AgentBlood, *, seed: int) -> RegionBiology | None:
    """Return the effect in the red marrow that blood tells of; ``None`` without its dose.

    Dose is that of the marrow, its course in time that of the vector's nuclide in blood.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    blood
        Blood and marrow under one agent.
    seed
        Seed of the random streams.
    """
    region = marrow_of_blood(course)
    found = effect_parameters(course, region)
    if found is None or blood.marrow is None:
        return None
    return _biology(region, found, given_in_marrow(course, blood), seed=seed)


def given_in_marrow(course: Course, blood: AgentBlood) -> DoseInTime:
    """Return the dose of the red marrow that blood tells of, in the course of blood.

    Parameters
    ----------
    course, blood
        As in :func:`marrow_biology`; blood with a dose of marrow.
    """
    assert blood.marrow is not None
    answer = blood.answer
    return DoseInTime(
        curve=blood.curve,
        chain=answer.chain,
        administered_bq=answer.scale_bq,
        mass_kg=np.ones(blood.curve.n_samples),
        energy_j=region_energy_j(
            marrow_of_blood(course),
            answer.chain.nuclides,
            decay_data=course.assumptions.decay_data,
        ),
        dose_gy=blood.marrow.together.by_radiation_gy,
    )


def marrow_of_blood(course: Course) -> Region:
    """Return the red marrow, of which blood tells, as a region of 1 kg: its mass cancels."""
    return Region(
        name=MARROW_OF_BLOOD,
        kind="organ",
        mass_kg=1.0,
        mass_relative_sd=0.0,
        density_g_per_ml=course.assumptions.density_g_per_ml,
        kinetics="measured",
        population_region=RED_MARROW,
    )


def _biology(
    region: Region, parameters: EffectParameters, given: DoseInTime, *, seed: int
) -> RegionBiology:
    sampled = effect_samples(parameters, region.kind, n=given.curve.n_samples, seed=seed)
    half_time_s = sampled.repair_half_time_s
    return RegionBiology(
        region.name,
        parameters,
        sampled.alpha_beta_gy,
        half_time_s,
        sampled.rbe_max,
        given.protracted(Repair.mono(half_time_s)),
        _bi_ratio(region, parameters, given, seed=seed),
    )


def _bi_ratio(
    region: Region, parameters: EffectParameters, given: DoseInTime, *, seed: int
) -> float:
    n = min(SAMPLES_OF_ALTERNATIVES, given.curve.n_samples)
    sampled = effect_samples(parameters, region.kind, n=n, seed=seed)
    half_time_s = sampled.repair_half_time_s
    mono_gy, bi_gy = (
        float(
            np.median(
                biologically_effective_dose(
                    given.protracted(repair),
                    rbe_max=sampled.rbe_max,
                    alpha_beta_gy=sampled.alpha_beta_gy,
                ).bed_gy
            )
        )
        for repair in (
            Repair.mono(half_time_s),
            Repair.bi(half_time_s / BI_FACTOR, half_time_s * BI_FACTOR, fast_share=0.5),
        )
    )
    return bi_gy / mono_gy if mono_gy > 0.0 else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class EffectSamples:
    """(n_samples,) each: parameters of one region in Gy and s, and RBEmax."""

    alpha_beta_gy: Floats
    repair_half_time_s: Floats
    rbe_max: RbeMax


def effect_samples(parameters: EffectParameters, kind: str, *, n: int, seed: int) -> EffectSamples:
    """Return samples of the parameters of a region of a kind, from the streams of its tissue."""

    def sampled(one: Sourced, *labels: str) -> Floats:
        return one.distribution.sample(stream(seed, *labels), n)

    return EffectSamples(
        sampled(parameters.alpha_beta, ALPHA_BETA, parameters.tissue),
        sampled(parameters.repair_half_time, REPAIR, parameters.tissue),
        RbeMax.of(
            alpha=sampled(parameters.rbe_max_alpha, RBE_MAX, "alpha", kind),
            recoil=sampled(parameters.rbe_max_recoil, RBE_MAX, "recoil", kind),
        ),
    )


def _rbe_max(course: Course, kind: Literal["organ", "lesion"], radiation: str) -> Sourced:
    value = getattr(course.effect, f"rbe_max_{radiation}")
    if value is None:
        return published_rbe_max(kind, radiation=radiation)
    return _stated(value, getattr(course.effect, f"rbe_max_{radiation}_relative_sd"), "the course")


def _stated(value: float, relative_sd: float, source: str) -> Sourced:
    distribution = Lognormal(value, float(np.exp(log_sd(relative_sd))))
    return Sourced(distribution, source, STATED)
