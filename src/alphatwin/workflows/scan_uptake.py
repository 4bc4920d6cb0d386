"""What lesions take up on the scans: SUV, ratios, grades, and volumes above thresholds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError
from alphatwin.imaging.body_size import body_surface_cm2, lean_body_mass_kg
from alphatwin.imaging.region_reading import surroundings_bq_per_ml
from alphatwin.imaging.uptake import (
    Grade,
    liver_threshold_ratio,
    receptor_eligibility,
    uptake,
    uptake_grade,
    uptake_ratio,
    volume_above,
)
from alphatwin.nuclides import nuclide
from alphatwin.report.uptake_value import (
    EligibilityRecord,
    GradeRecord,
    RatioRecord,
    ReferenceRecord,
    SuvRecord,
    ThresholdRecord,
    UptakeRecord,
    UptakesRecord,
)
from alphatwin.workflows.scan_places import places_of

if TYPE_CHECKING:
    from alphatwin.files.scan_plan import ImageCourse
    from alphatwin.files.uptake_plan import UptakePlan
    from alphatwin.geometry import Image, VoxelRegion
    from alphatwin.patient import Course, Patient
    from alphatwin.workflows.scan_curves import Reading, ScanCurves
    from alphatwin.workflows.scan_sources import UsedScan

LESION = "lesion"
REFERENCES = ("liver", "spleen", "background")
UNITS = {"body weight": "g/mL", "lean body mass": "g/mL", "body surface": "cm2/mL"}


@dataclass(frozen=True, slots=True)
class _Reference:
    """Mean and standard deviation of the voxels of an organ on one scan. [Bq/mL] as stored."""

    mean_bq_per_ml: float
    sd_bq_per_ml: float


def uptakes(image_course: ImageCourse, curves: ScanCurves, course: Course) -> UptakesRecord | None:
    """Return what the drawn regions take up; None if the course does not ask for it.

    Parameters
    ----------
    image_course
        The course file, with ``[uptake]``.
    curves
        What its scans measured.
    course
        Administered activities, and the size of the patient.

    Raises
    ------
    ScanError, InvalidValueError
        If liver, spleen or background are not drawn, or hold nothing.
    """
    plan = image_course.uptake
    if plan is None:
        return None
    references = _references(plan, curves)
    order = {r.name: n for n, r in enumerate(image_course.regions)}
    stated = {r.name: r for r in image_course.regions}
    rows, eligible = [], []
    for i, scan in enumerate(curves.scans):
        factors = _suv_factors(scan, course)
        readings = [r for r in curves.readings if r.scan == i]
        here = {name: by_scan[i] for name, by_scan in references.items()}
        grades: dict[str, Grade] = {}
        for reading in readings:
            is_lesion = course.region(reading.region).kind == LESION
            known = _with_shell(here, reading, readings, scan) if is_lesion else {}
            sd = stated[reading.region].activity_relative_sd(reading.reading.activity_bq)
            grade = _grade(reading, known, relative_sd=math.hypot(sd, plan.reference_relative_sd))
            if grade is not None:
                grades[reading.region] = grade
            rows.append(
                _record(
                    reading,
                    scan,
                    factors,
                    ratios=_ratios(reading, known, sd, plan.reference_relative_sd),
                    grade=grade,
                    volumes=_volumes(reading, scan, plan, known.get("liver"), factors)
                    if is_lesion
                    else (),
                )
            )
        if grades:
            eligible.append(_eligible(i, grades, plan))
    return UptakesRecord(
        uptakes=tuple(sorted(rows, key=lambda row: order[row.region])),  # scans stay in order
        references=_reference_records(curves, references),
        eligible=tuple(eligible),
    )


def _eligible(i: int, grades: dict[str, Grade], plan: UptakePlan) -> EligibilityRecord:
    found = receptor_eligibility(grades, least_grade=plan.least_grade)
    return EligibilityRecord(
        scan=i + 1,
        least_grade=plan.least_grade,
        every_lesion_at_least=found.every_lesion_above_liver,
        lesions_below=found.lesions_below,
        explanation=found.explanation,
    )


def _with_shell(
    known: dict[str, _Reference], reading: Reading, readings: list[Reading], scan: UsedScan
) -> dict[str, _Reference]:
    """Return references, with the shell around a lesion as background if none is drawn."""
    if "background" in known:
        return known
    others = [r.voxels for r in readings if r is not reading]
    around = surroundings_bq_per_ml(scan.image, region=reading.voxels, others=others)
    if around is None or around <= 0.0:
        return known
    return {**known, "background": _Reference(around, 0.0)}


def _references(plan: UptakePlan, curves: ScanCurves) -> dict[str, tuple[_Reference, ...]]:
    found = {}
    for name in REFERENCES:
        drawn = getattr(plan, name)
        if drawn is not None:
            places = places_of(drawn, fill="fractions", drawn=curves.drawn, matches=curves.pairs)
            found[name] = tuple(
                _reference(curves.scans[p.scan].image, p.voxels, name) for p in places
            )
    return found


def _reference(image: Image, voxels: VoxelRegion, name: str) -> _Reference:
    mean = voxels.integral_ml(image) / voxels.volume_ml
    least = min(0.5, float(voxels.fractions.max()))
    inside = image.values[voxels.box][voxels.fractions >= least]
    if not mean > 0.0:
        msg = f"uptake.{name}: its region holds no activity ({mean:.4g} Bq/mL): is it drawn right?"
        raise InvalidValueError(msg)
    return _Reference(mean, float(inside.std(dtype="f8")))


def _reference_records(
    curves: ScanCurves, references: dict[str, tuple[_Reference, ...]]
) -> tuple[ReferenceRecord, ...]:
    return tuple(
        ReferenceRecord(
            name=name,
            scan=i + 1,
            mean_bq_per_ml=r.mean_bq_per_ml * curves.scans[i].chosen.to_scan,
            sd_bq_per_ml=r.sd_bq_per_ml * curves.scans[i].chosen.to_scan,
        )
        for name, by_scan in references.items()
        for i, r in enumerate(by_scan)
    )


def _suv_factors(scan: UsedScan, course: Course) -> dict[str, float]:
    """Return SUV over Bq/mL as stored, by how it is normalised; empty without an activity."""
    given = {a.name: a.activity_bq for a in course.administrations}
    administered = given.get(scan.administration or next(iter(given)))
    if administered is None:
        return {}
    half_life_s = nuclide(scan.chosen.nuclide).half_life_s
    left_bq = administered * 2.0 ** (-scan.chosen.time_s / half_life_s)
    sizes = {"body weight": 1e3 * course.patient.weight_kg, **_sizes(course.patient)}
    return {name: scan.chosen.to_scan * size / left_bq for name, size in sizes.items()}


def _sizes(patient: Patient) -> dict[str, float]:
    """Return lean body mass [g] and body surface [cm2], as far as sex and height are known."""
    mass_kg, height_m = patient.weight_kg, patient.height_m
    if height_m is None:
        return {}
    found = {"body surface": body_surface_cm2(body_mass_kg=mass_kg, height_m=height_m)}
    if patient.sex in {"female", "male"}:
        try:
            lean_kg = lean_body_mass_kg(sex=patient.sex, body_mass_kg=mass_kg, height_m=height_m)
        except InvalidValueError:  # too thin for the formula
            return found
        found["lean body mass"] = 1e3 * lean_kg
    return found


def _record(
    reading: Reading,
    scan: UsedScan,
    factors: dict[str, float],
    *,
    ratios: tuple[RatioRecord, ...],
    grade: Grade | None,
    volumes: tuple[ThresholdRecord, ...],
) -> UptakeRecord:
    found = uptake(scan.image, region=reading.voxels)
    return UptakeRecord(
        region=reading.region,
        scan=reading.scan + 1,
        suv=tuple(
            SuvRecord(
                normalised_by=name,
                unit=UNITS[name],
                greatest=factor * found.greatest_value_ratio,
                peak=factor * found.peak_value_ratio,
                mean=factor * found.mean_value_ratio,
            )
            for name, factor in factors.items()
        ),
        ratios=ratios,
        grade=None
        if grade is None
        else GradeRecord(
            number=grade.number,
            in_words=grade.in_words,
            above_liver_probability=grade.above_liver_probability,
        ),
        volumes=volumes,
    )


def _ratios(
    reading: Reading,
    references: dict[str, _Reference],
    lesion_sd: float,
    reference_sd: float,
) -> tuple[RatioRecord, ...]:
    mean = max(0.0, reading.reading.activity_bq / reading.reading.volume_ml)
    found = []
    for name, reference in references.items():
        ratio = uptake_ratio(
            mean,
            reference_ratio=reference.mean_bq_per_ml,
            lesion_relative_sd=lesion_sd,
            reference_relative_sd=reference_sd,
        )
        found.append(RatioRecord(to=name, value=ratio.value_ratio, relative_sd=ratio.relative_sd))
    return tuple(found)


def _grade(
    reading: Reading, references: dict[str, _Reference], *, relative_sd: float
) -> Grade | None:
    """Return the grade by the greatest value of a lesion; None unless all three are known."""
    if not set(REFERENCES) <= set(references):
        return None
    background, liver, spleen = (
        references[name].mean_bq_per_ml for name in ("background", "liver", "spleen")
    )
    return uptake_grade(
        max(0.0, reading.reading.max_bq_per_ml),
        background_ratio=background,
        liver_ratio=liver,
        spleen_ratio=spleen,
        relative_sd=relative_sd,
    )


def _volumes(
    reading: Reading,
    scan: UsedScan,
    plan: UptakePlan,
    liver: _Reference | None,
    factors: dict[str, float],
) -> tuple[ThresholdRecord, ...]:
    most = reading.reading.max_bq_per_ml
    rules = [(f"{100.0 * f:g} % of the maximum", f * most) for f in plan.greatest_fractions]
    suv_factor = factors.get("body weight")
    if suv_factor is not None:
        rules += [(f"SUV {t:g} g/mL", t / suv_factor) for t in plan.thresholds_g_per_ml]
    if liver is not None:
        limit = liver_threshold_ratio(
            mean_ratio=liver.mean_bq_per_ml,
            sd=liver.sd_bq_per_ml,
            factor=plan.liver_factor_ratio,
            n_sd=plan.n_liver_sd,
        )
        name = f"{plan.liver_factor_ratio:g} x liver + {plan.n_liver_sd:g} SD of it"
        rules.append((name, limit))
    return tuple(_above(reading, scan, rule, limit) for rule, limit in rules)


def _above(reading: Reading, scan: UsedScan, rule: str, limit: float) -> ThresholdRecord:
    to_scan = scan.chosen.to_scan
    volume_ml = activity_bq = 0.0
    if 0.0 < limit <= reading.reading.max_bq_per_ml:
        part = volume_above(scan.image, within=reading.voxels, threshold_ratio=limit)
        volume_ml, activity_bq = part.volume_ml, part.integral_ml(scan.image) * to_scan
    return ThresholdRecord(
        rule=rule,
        threshold_bq_per_ml=limit * to_scan,
        volume_ml=volume_ml,
        activity_bq=activity_bq,
    )
