"""A synthetic patient on the disk: scans as DICOM, a course that reads them, the exact truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.write import SyntheticSeries, write_series
from alphatwin.files.atomic import output_folder
from alphatwin.geometry import Grid, Image, VoxelRegion
from alphatwin.imaging.forward import Acquired, Camera, acquired
from alphatwin.imaging.phantom import HOUR_S, PATIENT, Solid, drawn_patient
from alphatwin.nuclides import nuclide
from alphatwin.report.serializer import to_json
from alphatwin.report.truth_value import TruthPoint, TruthRegion, TruthReport

if TYPE_CHECKING:
    from pathlib import Path

ADMINISTERED_BQ = 7.4e9
BODY_MASS_KG = 75.0
NUCLIDE = "Lu-177"
SHIFTS_MM = ((0.0, 0.0, 0.0), (2.0, 3.0, 8.0), (-3.0, 1.0, -6.0))
"""How the patient lies at the first scan, the second ... and so on from the start."""
RESOLUTION_SD = 0.03
LEAST_SD = 0.002
"""Of a point: below it nothing is measured."""
SPECT = Grid.regular(shape=(60, 52, 76), origin_mm=[-165, -112.2, -129.8], spacing_mm=[4.4] * 3)
CT = Grid.regular(
    shape=(60, 104, 152), origin_mm=[-166.1, -113.3, -129.8], spacing_mm=[2.2, 2.2, 4.4]
)


@dataclass(frozen=True, slots=True)
class SyntheticRequest:
    """What to synthesize.

    Attributes
    ----------
    times_s
        From the injection to the start of each scan. [s]
    camera
        Camera and protocol.
    is_noisy
        Whether counts are drawn, or expected.
    seed
        Of counts and identifiers.
    """

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
    shift_mm: tuple[float, float, float]


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
    drawn = drawn_patient(
        SPECT,
        time_s=middle_s,
        administered_bq=ADMINISTERED_BQ,
        half_life_s=half_life_s,
        shift_mm=shift_mm,
    )
    rng = np.random.default_rng([request.seed, i]) if request.is_noisy else None
    seen = acquired(drawn.concentration, inside=drawn.inside, camera=request.camera, rng=rng)
    return _Point(middle_s, seen, drawn.regions, _ct(shift_mm), shift_mm)


def _ct(shift_mm: tuple[float, float, float]) -> Image:
    """Return Hounsfield units: air, a trunk of fat and muscle, denser organs."""
    drawn = drawn_patient(
        CT, time_s=HOUR_S, administered_bq=1.0, half_life_s=1e9, shift_mm=shift_mm
    )
    values = -1000.0 + 1030.0 * drawn.inside
    for n, region in enumerate(drawn.regions):
        values[region.box] += (20.0 + 8.0 * n) * region.fractions
    return Image(CT, values.astype(np.float32))


def _series(
    request: SyntheticRequest, point: _Point, number: int, half_life_s: float
) -> SyntheticSeries:
    camera = request.camera
    per_bq = camera.sensitivity_per_bq_s * camera.duration_s
    volume_ml = SPECT.voxel_volume_ml[:, None, None]
    counts = (point.seen.image.values * volume_ml * per_bq).astype(np.float32)
    return SyntheticSeries(
        number=number,
        counts=Image(SPECT, counts),
        ct=point.ct,
        contours=tuple(s.contours(CT, shift_mm=point.shift_mm) for s in PATIENT),
        time_s=point.time_s - 0.5 * camera.duration_s,
        duration_s=camera.duration_s,
        administered_bq=ADMINISTERED_BQ,
        half_life_s=half_life_s,
        body_mass_kg=BODY_MASS_KG,
    )


def _truth(request: SyntheticRequest, points: list[_Point], half_life_s: float) -> TruthReport:
    regions = []
    for n, solid in enumerate(PATIENT):
        found = tuple(
            TruthPoint(
                time_s=p.time_s,
                activity_bq=_activity_bq(solid, p.time_s, half_life_s),
                counting_relative_sd=p.seen.region_relative_sd(p.regions[n]),
            )
            for p in points
        )
        integrated = solid.time_integrated_activity_bq_s(
            administered_bq=ADMINISTERED_BQ, half_life_s=half_life_s
        )
        regions.append(
            TruthRegion(
                region=solid.name,
                volume_ml=solid.volume_ml,
                time_integrated_activity_bq_s=integrated,
                points=found,
            )
        )
    return TruthReport(
        schema=1,
        kind="truth",
        nuclide=NUCLIDE,
        administered_bq=ADMINISTERED_BQ,
        seed=request.seed,
        resolution_mm=request.camera.resolution_mm,
        scatter_fraction=request.camera.scatter_fraction,
        is_noisy=request.is_noisy,
        regions=tuple(regions),
        shifts_mm=tuple(p.shift_mm for p in points),
    )


def _activity_bq(solid: Solid, time_s: float, half_life_s: float) -> float:
    return float(
        solid.activity_bq(time_s, administered_bq=ADMINISTERED_BQ, half_life_s=half_life_s)
    )


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
        f'weight = "{BODY_MASS_KG:g} kg"',
        'renal_risk_factors = "unknown"',
        'previous_therapies = "unknown"',
        "",
        "[[administrations]]",
        'name = "cycle 1"',
        'agent = "177Lu-DOTATATE"',
        f'activity = "{ADMINISTERED_BQ / 1e9:g} GBq"',
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
    for n, solid in enumerate(PATIENT):
        sd = max(LEAST_SD, *(p.seen.region_relative_sd(p.regions[n]) for p in points))
        population = "" if solid.kind == "lesion" else _POPULATION[solid.name]
        lines += [
            "",
            "[[regions]]",
            f'name = "{solid.name}"',
            f'kind = "{solid.kind}"',
            'uncertainty = "2 %"',
            f'contours = "{solid.name}"',
            'fill = "fractions"',
            f'activity_uncertainty = "{100 * sd:.3g} %"',
        ] + ([f'population_region = "{population}"'] if population else [])
    return "\n".join([*lines, "", "[assumptions]", "samples = 2000", ""])


_POPULATION = {
    "liver": "liver",
    "spleen": "spleen",
    "left kidney": "kidneys",
    "right kidney": "kidneys",
}
