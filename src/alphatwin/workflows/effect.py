"""Biological effect of one administration in every region whose tissue is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.biology import (
    BetaRatio,
    Cycle,
    ProtractedDose,
    RbeMax,
    Repair,
    Sourced,
    biologically_effective_dose,
    dose_rate_of_curve,
    protracted_dose,
    published_rbe_max,
    tissue_or_none,
)
from alphatwin.uncertainty import Lognormal, stream
from alphatwin.uncertainty.distributions import log_sd
from alphatwin.workflows.absorption import region_energy_j
from alphatwin.workflows.effect_elsewhere import with_received
from alphatwin.workflows.region_answers import mass_factor

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from alphatwin.patient import Course, Region
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer

    Floats = NDArray[np.float64]

STATED: Final = "stated"
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
    dose, dose_bi
        Protracted dose under mono- and under bi-exponential repair.
    """

    region: str
    parameters: EffectParameters
    alpha_beta_gy: Floats
    repair_half_time_s: Floats
    rbe_max: RbeMax
    dose: ProtractedDose
    dose_bi: ProtractedDose

    def bed_gy(
        self, *, rbe_one: bool = False, bi: bool = False, beta_ratio: BetaRatio | None = None
    ) -> Floats:
        """Return the BED under RBEmax as assumed, or one, and under alternatives. (n,) [Gy]."""
        return biologically_effective_dose(
            self.dose_bi if bi else self.dose,
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
    stated = course.effect.tissue(region.name)
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
    n = region.dose.total_gy.size
    kind = region.region.kind

    def sampled(one: Sourced, *labels: str) -> Floats:
        return one.distribution.sample(stream(seed, "effect", *labels), n)

    half_time_s = sampled(found.repair_half_time, "repair", found.tissue)
    return RegionBiology(
        region.region.name,
        found,
        sampled(found.alpha_beta, "alpha/beta", found.tissue),
        half_time_s,
        RbeMax.of(
            alpha=sampled(found.rbe_max_alpha, "RBEmax alpha", kind),
            recoil=sampled(found.rbe_max_recoil, "RBEmax recoil", kind),
        ),
        _protracted(course, answer, region, Repair.mono(half_time_s), seed=seed),
        _protracted(
            course,
            answer,
            region,
            Repair.bi(half_time_s / BI_FACTOR, half_time_s * BI_FACTOR, fast_share=0.5),
            seed=seed,
        ),
    )


def _protracted(
    course: Course, answer: AgentAnswer, region: RegionAnswer, repair: Repair, *, seed: int
) -> ProtractedDose:
    """Return dose and products; under a fate, the fate's doses in the time course of staying.

    What comes from elsewhere follows the time course of its sources.
    """
    mass_kg = region.region.mass_kg
    assert mass_kg is not None
    assert region.dose is not None
    energy_j = region_energy_j(
        region.region, answer.chain.nuclides, decay_data=course.assumptions.decay_data
    )
    rate = dose_rate_of_curve(
        region.curve,
        chain=answer.chain,
        administered_bq=answer.scale_bq,
        mass_kg=mass_kg * mass_factor(region.region, seed=seed, samples=region.curve.n_samples),
        energy_j=energy_j,
    )
    dose = protracted_dose([Cycle(rate, 0.0)], repair=repair)
    if answer.model is not None and (own_gy := region.own_gy) is not None:
        dose = with_doses(dose, own_gy)
    return with_received(dose, answer, region, repair=repair)


def with_doses(dose: ProtractedDose, dose_gy: Floats) -> ProtractedDose:
    """Return other doses given in the same course of time, radiation by radiation.

    Parameters
    ----------
    dose
        Doses and products that tell the course of time.
    dose_gy
        (n_samples, n_types) doses instead. [Gy]
    """
    pairs = dose.dose_gy[:, :, np.newaxis] * dose.dose_gy[:, np.newaxis, :]
    whole = np.broadcast_to(dose.lea_catcheside()[:, np.newaxis, np.newaxis], pairs.shape)
    shape = np.array(whole)
    np.divide(dose.product_gy2, pairs, out=shape, where=pairs > 0.0)
    return ProtractedDose(dose_gy, shape * dose_gy[:, :, np.newaxis] * dose_gy[:, np.newaxis, :])


def _rbe_max(course: Course, kind: Literal["organ", "lesion"], radiation: str) -> Sourced:
    value = getattr(course.effect, f"rbe_max_{radiation}")
    if value is None:
        return published_rbe_max(kind, radiation=radiation)
    return _stated(value, getattr(course.effect, f"rbe_max_{radiation}_relative_sd"), "the course")


def _stated(value: float, relative_sd: float, source: str) -> Sourced:
    distribution = Lognormal(value, float(np.exp(log_sd(relative_sd))))
    return Sourced(distribution, source, STATED)
