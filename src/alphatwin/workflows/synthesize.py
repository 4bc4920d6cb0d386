"""A synthetic patient on the disk: scans as DICOM, a course that reads them, the exact truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.write import SyntheticSeries, write_series
from alphatwin.files.atomic import output_folder
from alphatwin.geometry import Image, VoxelRegion
from alphatwin.imaging.anatomy import Anatomy, KnownRegion, Shift, drawn_at
from alphatwin.imaging.forward import Acquired, Camera, acquired
from alphatwin.imaging.phantom import HOUR_S, SolidAnatomy
from alphatwin.nuclides import nuclide
from alphatwin.report.serializer import to_json
from alphatwin.report.truth_value import TruthPoint, TruthRegion, TruthReport

if TYPE_CHECKING:
    from pathlib import Path

NUCLIDE = "Lu-177"
SHIFTS_MM = ((0.0, 0.0, 0.0), (2.0, 3.0, 8.0), (-3.0, 1.0, -6.0))
"""How the patient lies at the first scan, the second ... and so on from the start."""
RESOLUTION_SD = 0.03
LEAST_SD = 0.002
"""Of a point: below it nothing is measured."""


@dataclass(frozen=True, slots=True)
class SyntheticRequest:
    """What to synthesize.

    Attributes
    ----------
    anatomy
        The patient.
    administered_bq, body_mass_kg
        [Bq], [kg]
    times_s
        From the injection to the start of each scan. [s]
    camera
        Camera and protocol.
    is_noisy
        Whether counts are drawn, or expected.
    seed
        Of counts and identifiers.
    """

    anatomy: Anatomy = field(default_factory=SolidAnatomy)
    administered_bq: float = 7.4e9
    body_mass_kg: float = 75.0
    times_s: tuple[float, ...] = (4.0 * HOUR_S, 24.0 * HOUR_S, 96.0 * HOUR_S)
    camera: Camera = field(default_factory=Camera)
    is_noisy: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    time_s: float
    seen: Acquired
    regions: tuple[VoxelRegion, ...]
    ct: Image
    shift_mm: Shift


def synthesize(request: SyntheticRequest, folder: Path) -> TruthReport:
    """Write scans, ``course.toml`` and ``truth.json`` into a new folder; return the truth.

    Parameters
    ----------
    request
        What to synthesize.
    folder
        Must not hold anything else.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    half_life_s = nuclide(NUCLIDE).half_life_s
    points = [_point(request, i, half_life_s) for i in range(len(request.times_s))]
    truth = _truth(request, points, half_life_s)
    with output_folder(folder) as partial:
        for i, point in enumerate(points, start=1):
            place = partial / "scans" / f"day{i}"
            place.mkdir(parents=True)
            write_series(_series(request, point, i, half_life_s), place, seed=request.seed)
        (partial / "course.toml").write_text(_course(request, points), encoding="utf-8")
        (partial / "truth.json").write_text(to_json(truth), encoding="utf-8")
    return truth


def _point(request: SyntheticRequest, i: int, half_life_s: float) -> _Point:
    shift_mm = SHIFTS_MM[i % len(SHIFTS_MM)]
    middle_s = request.times_s[i] + 0.5 * request.camera.duration_s
    drawn = drawn_at(
        request.anatomy,
        time_s=middle_s,
        administered_bq=request.administered_bq,
        half_life_s=half_life_s,
        shift_mm=shift_mm,
    )
    rng = np.random.default_rng([request.seed, i]) if request.is_noisy else None
    seen = acquired(drawn.concentration, inside=drawn.inside, camera=request.camera, rng=rng)
    return _Point(middle_s, seen, drawn.regions, _ct(request.anatomy, shift_mm), shift_mm)


def _ct(anatomy: Anatomy, shift_mm: Shift) -> Image:
    """Return Hounsfield units: air, a trunk of fat and muscle, denser organs."""
    grid = anatomy.ct(shift_mm)
    regions, inside = anatomy.drawn_on(grid, shift_mm=shift_mm)
    values = -1000.0 + 1030.0 * inside
    for n, region in enumerate(regions):
        values[region.box] += (20.0 + 8.0 * n) * region.fractions
    return Image(grid, values.astype(np.float32))


def _series(
    request: SyntheticRequest, point: _Point, number: int, half_life_s: float
) -> SyntheticSeries:
    camera = request.camera
    per_bq = camera.sensitivity_per_bq_s * camera.duration_s
    grid = request.anatomy.spect
    volume_ml = grid.voxel_volume_ml[:, None, None]
    counts = (point.seen.image.values * volume_ml * per_bq).astype(np.float32)
    return SyntheticSeries(
        number=number,
        counts=Image(grid, counts),
        ct=point.ct,
        contours=request.anatomy.contours(point.ct.grid, shift_mm=point.shift_mm),
        time_s=point.time_s - 0.5 * camera.duration_s,
        duration_s=camera.duration_s,
        administered_bq=request.administered_bq,
        half_life_s=half_life_s,
        body_mass_kg=request.body_mass_kg,
    )


def _truth(request: SyntheticRequest, points: list[_Point], half_life_s: float) -> TruthReport:
    regions = []
    for n, region in enumerate(request.anatomy.regions):
        found = tuple(
            TruthPoint(
                time_s=p.time_s,
                activity_bq=_activity_bq(request, region, p.time_s, half_life_s),
                counting_relative_sd=p.seen.region_relative_sd(p.regions[n]),
            )
            for p in points
        )
        integrated = region.kinetics.time_integrated_activity_bq_s(
            administered_bq=request.administered_bq, half_life_s=half_life_s
        )
        regions.append(
            TruthRegion(
                region=region.name,
                volume_ml=region.volume_ml,
                time_integrated_activity_bq_s=integrated,
                points=found,
            )
        )
    return TruthReport(
        schema=1,
        kind="truth",
        nuclide=NUCLIDE,
        administered_bq=request.administered_bq,
        seed=request.seed,
        resolution_mm=request.camera.resolution_mm,
        scatter_fraction=request.camera.scatter_fraction,
        is_noisy=request.is_noisy,
        regions=tuple(regions),
        shifts_mm=tuple(p.shift_mm for p in points),
    )


def _activity_bq(
    request: SyntheticRequest, region: KnownRegion, time_s: float, half_life_s: float
) -> float:
    activity = region.kinetics.activity_bq(
        time_s, administered_bq=request.administered_bq, half_life_s=half_life_s
    )
    return float(activity)


def _course(request: SyntheticRequest, points: list[_Point]) -> str:
    camera = request.camera
    calibration = 1.0 / (camera.sensitivity_per_bq_s * camera.duration_s)
    lines = [
        "# A synthetic patient, made by `alphatwin synthesize`: truth.json knows every number.",
        "",
        "schema = 1",
        'title = "Synthetic patient, 177Lu-DOTATATE"',
        "",
        "[patient]",
        f'weight = "{request.body_mass_kg:g} kg"',
        'renal_risk_factors = "unknown"',
        'previous_therapies = "unknown"',
        "",
        "[[administrations]]",
        'name = "cycle 1"',
        'agent = "177Lu-DOTATATE"',
        f'activity = "{request.administered_bq / 1e9:g} GBq"',
        "",
        "[[scans]]",
        'folder = "scans"',
        'decay_corrected_to = "none"',
        f'calibration = "{calibration!r} Bq/count"',
    ]
    lines += [
        "",
        "[recovery]",
        f'resolution = "{camera.resolution_mm:g} mm"',
        f'uncertainty = "{100 * RESOLUTION_SD:g} %"',
    ]
    for n, region in enumerate(request.anatomy.regions):
        sd = max(LEAST_SD, *(p.seen.region_relative_sd(p.regions[n]) for p in points))
        population = "" if region.kind == "lesion" else region.population_region
        lines += [
            "",
            "[[regions]]",
            f'name = "{region.name}"',
            f'kind = "{region.kind}"',
            'uncertainty = "2 %"',
            f'contours = "{region.name}"',
            'fill = "fractions"',
            f'activity_uncertainty = "{100 * sd:.3g} %"',
        ] + ([f'population_region = "{population}"'] if population else [])
    return "\n".join([*lines, "", "[assumptions]", "samples = 2000", ""])
