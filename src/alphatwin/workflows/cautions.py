"""Legal but doubtful results, said in the report itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.report.value import Caution
from alphatwin.workflows.daughter_cautions import daughter_cautions
from alphatwin.workflows.predicting import needs_uptake_ratio
from alphatwin.workflows.records import INFORMED_SHARE, parent_share, photon_share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alphatwin.files import CourseFile
    from alphatwin.kinetics import PointDiagnosis
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer
    from alphatwin.workflows.region_curves import RegionKinetics

OUTSIDE_SHARE: Final = 0.20
"""Share of decays before the first or after the last point above which the reader is warned."""
PRIOR_RULES: Final = 0.8
"""The data say little of a half-life whose log-spread stays above this share of its prior's."""
RESIDUAL_LIMIT: Final = 3.0
LEAST_SAMPLE_SIZE: Final = 400.0
"""Effective samples below which a 95 % limit is uncertain by more than a tenth of the spread."""
FIRST_PUBLISHED_SCAN_S: Final = 4.0 * 3600.0
"""The earliest scan of the published 177Lu series (4, 24, 96 h; Willowson 2018)."""
LONG_LIVED_S: Final = 365.2422 * 86400.0


def cautions(
    file: CourseFile,
    course: Course,
    answers: tuple[AgentAnswer, ...],
    *,
    more: Iterable[Caution] = (),
) -> tuple[Caution, ...]:
    """Return every caution, loud ones first; ``more`` are those of blood and urine."""
    found = [
        *(Caution(code=f.code, loud=f.loud, where=f.where, message=f.message) for f in file.facts),
        *_of_regions(answers),
        *(c for answer in answers for c in _of_agent(answer, answers[0])),
        *daughter_cautions(course, answers),
        *more,
        *_of_patient(course),
    ]
    unique = {(c.code, c.where): c for c in found}
    return tuple(sorted(unique.values(), key=lambda c: not c.loud))


def _of_regions(answers: tuple[AgentAnswer, ...]) -> Iterator[Caution]:
    administered = [a for a in answers if a.prediction is None]
    not_measured = sorted(
        {r.region.name for a in administered for r in a.regions if r.kinetics.fitted is None}
    )
    if not_measured:
        yield Caution(
            code="not_measured",
            loud=True,
            where=", ".join(not_measured),
            message=(
                "Not measured in this patient: published figures of other patients stand in. "
                "The intervals hold the published spread between patients, not this patient."
            ),
        )
    for answer in administered:
        for region in answer.regions:
            yield from _of_fit(region.kinetics)
            if region.region.mass_kg is None:
                yield Caution(
                    code="mass_unknown",
                    loud=False,
                    where=region.region.name,
                    message="The mass is unknown: decays are counted, no dose is given.",
                )


def _of_fit(kinetics: RegionKinetics) -> Iterator[Caution]:
    fitted, observed, name = kinetics.fitted, kinetics.observed, kinetics.region.name
    if fitted is None or observed is None or kinetics.measurement is None:
        return
    prior = next((f for f in kinetics.figures if f.quantity == "effective_half_life_s"), None)
    half_life_s = fitted.parameters.get("effective_half_life_s")
    if prior is not None and half_life_s is not None:
        spread = float(np.std(np.log(half_life_s))) / math.log(prior.geometric_sd)
        if spread > PRIOR_RULES:
            yield Caution(
                code="clearance_from_population",
                loud=True,
                where=name,
                message=(
                    f"The {len(observed.time_s)} measured point(s), the last at "
                    f"{observed.time_s[-1] / 3600.0:.1f} h, say little about clearance: the "
                    f"effective half-life (median {np.median(half_life_s) / 3600.0:.0f} h) comes "
                    f"from the population prior ({prior.median / 3600.0:.0f} h, geometric SD "
                    f"{prior.geometric_sd:.2f}, {prior.source.status}). A scan after "
                    f"{prior.median / 3600.0:.0f} h or later would settle it."
                ),
            )
    worst = float(np.abs(fitted.standardised_residuals).max())
    if worst > RESIDUAL_LIMIT:
        yield Caution(
            code="poor_fit",
            loud=True,
            where=name,
            message=(
                f"The best curve ({fitted.model}) misses a point by {worst:.1f} standard "
                "uncertainties; look at the times, the stated uncertainty and the model."
            ),
        )
    for point in fitted.points:
        if point.is_outlier:
            yield _contradiction(name, point)
    for text in kinetics.sharing_warnings:
        message = f"{text[:1].upper()}{text[1:]}."
        yield Caution(code="sharing_contradicted", loud=True, where=name, message=message)
    if fitted.half_life_at_physical_limit:
        yield Caution(
            code="no_clearance_seen",
            loud=True,
            where=name,
            message=(
                "The best effective half-life is that of physical decay: no clearance was seen, "
                "which is a limit and not a measurement."
            ),
        )
    if fitted.effective_sample_size < LEAST_SAMPLE_SIZE:
        yield Caution(
            code="few_effective_samples",
            loud=False,
            where=name,
            message=(
                f"The posterior rests on {fitted.effective_sample_size:.0f} effective samples; "
                "its limits are rough. Raise assumptions.samples."
            ),
        )
    if kinetics.measurement.administration != kinetics.administration.name:
        yield Caution(
            code="measured_after_another_administration",
            loud=False,
            where=f"{name}, {kinetics.administration.name}",
            message=(
                f"Measured after {kinetics.measurement.administration!r}; the same uptake and "
                "clearance are assumed here."
            ),
        )


def _contradiction(region: str, point: PointDiagnosis) -> Caution:
    shift = (
        "no shift of its time puts it there"
        if point.time_shift_s is None
        else f"a shift of its time by {point.time_shift_s / 3600.0:+.1f} h would put it there"
    )
    return Caution(
        code="point_contradicts_the_others",
        loud=True,
        where=f"{region}, {point.time_s / 3600.0:.4g} h",
        message=(
            f"This point lies {point.left_out_residual_sd:+.1f} standard uncertainties from the "
            f"curve of the others; {shift}. Without it the time-integrated activity is "
            f"{point.integral_ratio:.2f} times as large."
        ),
    )


def _of_agent(answer: AgentAnswer, first: AgentAnswer) -> Iterator[Caution]:
    name = answer.agent.name
    where = name if answer.prediction is not None else f"{name}, {answer.administration.name}"
    yield from _of_decay_shares(answer, where)
    if answer.prediction is not None:
        yield from _of_population_regions(answer)
    if answer.activity_bq is None:
        yield Caution(
            code="activity_unknown",
            loud=False,
            where=where,
            message="The administered activity is unknown: nothing is given per activity.",
        )
    if answer.prediction is not None and needs_uptake_ratio(first.agent, answer.agent):
        ratios = "; ".join(
            f"{f.value:g} ± {100.0 * f.relative_sd:.0f} % ({', '.join(f.regions or ('all',))})"
            for f in answer.prediction.factors
            if f.name == "uptake_ratio"
        )
        yield Caution(
            code="uptake_ratio_assumed",
            loud=True,
            where=where,
            message=(
                f"{name} ({answer.agent.vector}, {answer.agent.chelator}) is not the measured "
                f"{first.agent.name} ({first.agent.vector}, {first.agent.chelator}). Its kinetics "
                f"are taken to be the same with an uptake ratio of {ratios}: an assumption of the "
                "course, not a measurement."
            ),
        )
    share = photon_share(answer.chain)
    yield Caution(
        code="photons_not_deposited",
        loud=False,
        where=where,
        message=(
            f"Photons carry {100.0 * share:.2g} % of the energy emitted by the chain. Each region "
            "keeps of it what a sphere of its mass keeps; what leaves is part of the dose of other "
            "regions where both have a place in the phantom, and else counts nowhere."
        ),
    )
    energy_mev = answer.chain.energy_per_parent_decay_mev().charged
    yield from _of_long_lived(answer, where, energy_mev)


def _of_long_lived(answer: AgentAnswer, where: str, energy_mev: float) -> Iterator[Caution]:
    for rate_per_s, member, n in zip(
        answer.chain.decay_constants_per_s,
        answer.chain.nuclides,
        answer.chain.decays_per_parent_decay(),
        strict=True,
    ):
        if math.log(2.0) / rate_per_s > LONG_LIVED_S and n > 0.0 and member != answer.agent.nuclide:
            yield Caution(
                code="long_lived_daughter",
                loud=False,
                where=f"{where}: {member}",
                message=(
                    f"{member} lives longer than a year; its decays are counted to infinity "
                    f"({n:.2g} per decay of the parent, of {energy_mev:.3g} MeV in all)."
                ),
            )


def _of_decay_shares(answer: AgentAnswer, where: str) -> Iterator[Caution]:
    doubtful: list[str] = []
    informed = True
    for region in answer.regions:
        parent = parent_share(answer, region)
        if parent is None:
            continue
        if max(parent.before_first_point, parent.after_last_point) > OUTSIDE_SHARE:
            doubtful.append(
                f"{region.region.name}: {100 * parent.before_first_point:.0f} % before "
                f"{_first_h(region):.1f} h, {100 * parent.after_last_point:.0f} % after "
                f"{_last_h(region):.1f} h"
            )
            informed &= parent.between_points >= INFORMED_SHARE
    if doubtful:
        label = "" if informed else "NOT INFORMED BY THE DATA. "
        if not informed:
            label += _decayed_before_first_scan(answer)
        yield Caution(
            code="decays_outside_measured_times",
            loud=True,
            where=where,
            message=(
                f"{label}Decays of {answer.agent.nuclide} that lie outside of the measured times: "
                f"{'; '.join(doubtful)}. The curve there is a model's, not a measurement."
            ),
        )


def _decayed_before_first_scan(answer: AgentAnswer) -> str:
    """Say how much of the nuclide has decayed physically before anything was measured."""
    first_s = min(
        float(r.kinetics.observed.time_s[0])
        for r in answer.regions
        if r.kinetics.observed is not None
    )
    gone = -math.expm1(-float(answer.chain.decay_constants_per_s[0]) * first_s)
    if gone < OUTSIDE_SHARE:
        return ""
    return (
        f"{100.0 * gone:.0f} % of all {answer.agent.nuclide} has decayed before the first "
        f"measured point at {first_s / 3600.0:.1f} h. "
    )


def _of_population_regions(answer: AgentAnswer) -> Iterator[Caution]:
    """Warn of nuclides that decay before the scans that published curves rest on."""
    early: dict[str, float] = {}
    for region in answer.regions:
        if region.kinetics.fitted is not None:
            continue
        rate_per_s = float(answer.chain.decay_constants_per_s[0]) + float(
            region.curve.best_biological_rate_per_s[0]
        )
        share = -math.expm1(-rate_per_s * FIRST_PUBLISHED_SCAN_S)
        if share > OUTSIDE_SHARE:
            early[region.region.name] = share
    if early:
        listed = ", ".join(f"{name} {100.0 * share:.0f} %" for name, share in early.items())
        verdict = (
            "these doses are orders of magnitude, not predictions"
            if max(early.values()) > INFORMED_SHARE
            else "these doses are less certain than their intervals say"
        )
        yield Caution(
            code="decays_before_published_scans",
            loud=True,
            where=answer.agent.name,
            message=(
                f"Share of the decays of {answer.agent.nuclide} within the first "
                f"{FIRST_PUBLISHED_SCAN_S / 3600.0:.0f} h, before the scans that the published "
                f"kinetics rest on: {listed}. Uptake is taken as immediate there, and "
                f"early blood is left out: {verdict}."
            ),
        )


def _first_h(region: RegionAnswer) -> float:
    observed = region.kinetics.observed
    return math.nan if observed is None else float(observed.time_s[0]) / 3600.0


def _last_h(region: RegionAnswer) -> float:
    observed = region.kinetics.observed
    return math.nan if observed is None else float(observed.time_s[-1]) / 3600.0


def _of_patient(course: Course) -> Iterator[Caution]:
    for field, what in (
        ("previous_therapies", "Previous radionuclide therapies"),
        ("renal_risk_factors", "Renal risk factors"),
    ):
        if getattr(course.patient, field) is None:
            yield Caution(
                code=f"{field}_unknown",
                loud=False,
                where=f"patient.{field}",
                message=f"{what} are unknown; they are not counted as absent.",
            )
