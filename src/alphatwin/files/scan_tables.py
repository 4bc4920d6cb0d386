"""The tables of a course file that belong to scans, as pydantic models; see `scan_plan`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from alphatwin import units
from alphatwin.errors import UnitError
from alphatwin.files import schema

Fill = Literal["centres", "fractions", "touched"]
DecayChoice = Literal["none", "start", "administration"]
PER_COUNT = "/count"


def _bq_per_count(text: str) -> float:
    plain = text.replace(" per count", PER_COUNT).strip()
    if not plain.endswith(PER_COUNT):
        msg = f"{text!r} is no calibration factor: write for instance '20 Bq/count'"
        raise UnitError(msg)
    factor_bq = units.parse_activity_bq(plain.removesuffix(PER_COUNT))
    if factor_bq <= 0.0:
        msg = f"{text!r} must be greater than zero"
        raise UnitError(msg)
    return factor_bq


CountRate = Annotated[float, schema.quantity(units.parse_count_rate_per_s)]


class CalibrationSourceTable(schema.StrictTable):
    """``calibration_source``: a source of known activity that the camera counted."""

    activity: schema.ActivityBq = Field(description="of the source while counted, '100 MBq'")
    uncertainty: schema.Share = Field(description="relative standard uncertainty of it, '3 %'")
    counts: schema.Number = Field(description="all counts in its image or window")
    background_counts: schema.Number = 0.0
    duration: schema.DurationS = Field(description="how long it was counted, such as '10 min'")


class DeadTimeTable(schema.StrictTable):
    """``dead_time``: what a camera loses at the rates of therapy."""

    constant: schema.DurationS = Field(description="dead time of one event, such as '3 us'")
    uncertainty: schema.Share = Field(description="relative standard uncertainty of it, '20 %'")
    model: Literal["nonparalysable", "paralysable"] = Field(
        description="'nonparalysable': recorded events block the camera, or 'paralysable': all do"
    )
    rates: list[CountRate] = Field(
        description="rate that the camera recorded in each series, in order of time, ['30000 /s']"
    )


class ScansTable(schema.StrictTable):
    """``[[scans]]``."""

    folder: schema.Prose = Field(description="folder or zip of the scans, beside the course file")
    administration: schema.Name | None = None
    series: list[int] | None = None
    nuclide: schema.Name | None = None
    time: schema.TimeS | None = None
    decay_corrected_to: DecayChoice | None = None
    duration: schema.DurationS | None = None
    calibration: Annotated[float, schema.quantity(_bq_per_count)] | None = None
    calibration_source: CalibrationSourceTable | None = None
    dead_time: DeadTimeTable | None = None
    accept: list[schema.Name] = Field(default_factory=list)


def _resolution_mm(text: str) -> float:
    return 0.0 if text.strip() in {"0 mm", "0 cm"} else units.parse_length_m(text) * 1e3


class RecoveryTable(schema.StrictTable):
    """``[recovery]``: the resolution of the camera, or what a phantom of spheres showed of it."""

    resolution: Annotated[float, schema.quantity(_resolution_mm)] | None = None
    volumes: list[Annotated[float, schema.quantity(units.parse_volume_ml)]] | None = None
    recovery: list[schema.Number] | None = None
    uncertainty: schema.Share = Field(
        description="relative standard uncertainty of the resolution or of each recovery, '5 %'"
    )


class DrawnTable(schema.StrictTable):
    """The keys of ``[[regions]]`` that belong to scans."""

    name: schema.Name = Field(description="a name of its own, such as 'kidneys' or 'lesion 1'")
    contours: schema.Name = Field(description="name of the region in the structure set")
    fill: Fill = Field(
        description="'centres' of voxels inside, 'fractions' of voxels, or every voxel 'touched'"
    )
    activity_uncertainty: schema.PointUncertainty = Field(
        description="standard uncertainty of each activity, '5 %' of it"
    )


class UptakeTable(schema.StrictTable):
    """``[uptake]``: what lesions are compared with, and how their volume is found."""

    liver: schema.Name | None = None
    spleen: schema.Name | None = None
    background: schema.Name | None = None
    uncertainty: schema.Share = Field(
        description="relative standard uncertainty of the mean uptake of liver, spleen or "
        "background, such as '5 %'"
    )
    least_grade: int = Field(default=3, ge=1, le=4)
    greatest_shares: list[schema.Share] = Field(default_factory=lambda: [0.41])
    suv_thresholds: list[schema.Number] = Field(default_factory=list)
    liver_factor: schema.Number = Field(default=1.5, gt=0.0)
    liver_sds: schema.Number = Field(default=2.0, ge=0.0)


class WindowTable(schema.StrictTable):
    """``[[windows]]``: an energy window, and the precision that it shall give."""

    parent: schema.Name = Field(description="nuclide on the vector, such as 'Ac-225'")
    energy: Annotated[float, schema.quantity(units.parse_energy_mev)] = Field(
        description="middle of the window, such as '440 keV'"
    )
    width: schema.Share = Field(description="full width of the window, such as '20 %'")
    time_since_purification: schema.DurationS | None = None
    precision: schema.Share = Field(
        gt=0.0, lt=1.0, description="relative standard uncertainty wanted, '10 %'"
    )
    duration: schema.DurationS = Field(gt=0.0, description="of the measurement, such as '30 min'")
    time: schema.TimeS = Field(description="from the administration to the scan, such as '18 h'")
    counts_per_photon: schema.Number = Field(
        gt=0.0,
        le=1.0,
        description="counts in the window per photon emitted, such as 1e-4",
    )
    background_counts: schema.Number = Field(default=0.0, ge=0.0)
