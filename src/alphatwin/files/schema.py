"""The tables of a course file as pydantic models: which keys there are and what each may hold.

A model checks one table alone, field by field; what two tables must agree on is checked in
:mod:`alphatwin.files.conversion`. A description says what a missing key should be.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from alphatwin import units
from alphatwin.errors import InvalidValueError, UnitError
from alphatwin.files.mistakes import show
from alphatwin.patient.uptake import (
    UPTAKE_FACTORS,
    UptakeFactorName,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = 1
UNKNOWN = "unknown"

LONGEST_NAME = 100
LONGEST_TEXT = 2000
MOST_CYCLES = 100


def quantity(parse: Callable[[str], float], *, may_be_unknown: bool = False) -> BeforeValidator:
    """Return the validator that reads a text with a unit; ``unknown`` gives None if it may."""

    def read(value: object) -> float | None:
        if may_be_unknown and value == UNKNOWN:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            msg = f"{show(value)} is not a text with a unit"
            raise UnitError(msg)
        return parse(value if isinstance(value, str) else repr(value))

    return BeforeValidator(read)


def _above_zero(value: float | None) -> float | None:
    if value is not None and value <= 0.0:
        msg = "must be greater than zero; write 'unknown' if it is not known"
        raise InvalidValueError(msg)
    return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        msg = f"must be a finite number, got {value}"
        raise InvalidValueError(msg)
    return value


def _time_since_administration_s(text: str) -> float:
    time_s = units.parse_time_s(text, may_be_negative=True)
    if time_s < 0.0:
        msg = (
            f"{text!r} lies before the administration; times count from the administration and "
            "are not negative"
        )
        raise InvalidValueError(msg)
    return time_s


def _length_mm(text: str) -> float:
    return 1e3 * units.parse_length_m(text)


def readable_as_one_of(*parsers: Callable[[str], float]) -> AfterValidator:
    """Check that an uncertainty is a share or has some unit of the field beside it.

    Which unit is right is known only with that field; this finds slips even if that is wrong too.
    """

    def check(text: str) -> str:
        if text.endswith("%"):
            units.parse_fraction(text)
            return text
        refusals = []
        for parse in parsers:
            try:
                parse(text)
            except UnitError as error:
                refusals.append(error)
            else:
                return text
        msg = f"{refusals[0]}; or give a share of the value, such as '10 %'"
        raise UnitError(msg)

    return AfterValidator(check)


def _none_if_unknown(value: object) -> object:
    return None if value == UNKNOWN else value


def _one_line(text: str) -> str:
    text = text.strip()
    if not text:
        msg = "must not be empty"
        raise InvalidValueError(msg)
    if len(text) > LONGEST_NAME:
        msg = f"must have at most {LONGEST_NAME} characters, got {len(text)}"
        raise InvalidValueError(msg)
    if not text.isprintable():
        msg = f"must be one line of printable characters, got {show(text)}"
        raise InvalidValueError(msg)
    return text


def _prose(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_TEXT:
        msg = f"must have at most {LONGEST_TEXT} characters, got {len(text)}"
        raise InvalidValueError(msg)
    _one_line(text[:LONGEST_NAME])
    return text


Name = Annotated[str, AfterValidator(_one_line)]
Prose = Annotated[str, AfterValidator(_prose)]
Number = Annotated[float, AfterValidator(_finite)]
WeightKg = Annotated[float, quantity(units.parse_mass_kg)]
HeightM = Annotated[float, quantity(units.parse_length_m)]
MassKg = Annotated[float | None, quantity(units.parse_mass_kg, may_be_unknown=True)]
VolumeMl = Annotated[float | None, quantity(units.parse_volume_ml, may_be_unknown=True)]
SomeVolumeMl = Annotated[float, quantity(units.parse_volume_ml)]
LengthMm = Annotated[float, quantity(_length_mm)]
Density = Annotated[float, quantity(units.parse_density_g_per_ml)]
GivenBq = Annotated[
    float | None,
    quantity(units.parse_activity_bq, may_be_unknown=True),
    AfterValidator(_above_zero),
]
DoseGy = Annotated[float, quantity(units.parse_absorbed_dose_gy)]
ActivityBq = Annotated[float, quantity(units.parse_activity_bq)]
Concentration = Annotated[float, quantity(units.parse_concentration_bq_per_ml)]
Fraction = Annotated[float, quantity(units.parse_fraction_of_administered)]
DurationS = Annotated[float, quantity(units.parse_time_s)]
TimeS = Annotated[float, quantity(_time_since_administration_s)]
Share = Annotated[float, quantity(units.parse_fraction)]
SizeUncertainty = Annotated[Name, readable_as_one_of(units.parse_mass_kg, units.parse_volume_ml)]
PointUncertainty = Annotated[
    Name,
    readable_as_one_of(
        units.parse_activity_bq,
        units.parse_concentration_bq_per_ml,
        units.parse_fraction_of_administered,
    ),
]
UnknownOrNames = Annotated[list[Name] | None, BeforeValidator(_none_if_unknown)]


class StrictTable(BaseModel):
    """A table that allows no key but its own."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PreviousDoseTable(StrictTable):
    """One element of ``doses`` of a previous therapy."""

    region: Name = Field(description="name of a region of this course, or 'red marrow'")
    absorbed_dose: DoseGy = Field(description="absorbed dose over its cycles, such as '18 Gy'")
    uncertainty: Share = Field(description="standard uncertainty of that, such as '20 %'")
    bed: DoseGy | None = None


class PreviousTherapyTable(StrictTable):
    """``[[patient.previous_therapies]]``."""

    agent: Name = Field(description="name of the agent")
    activity: GivenBq = None
    cycles: int | None = Field(default=None, ge=1, le=MOST_CYCLES)
    doses: list[PreviousDoseTable] = Field(default_factory=list)


class PatientTable(StrictTable):
    """``[patient]``, without the previous therapies."""

    sex: Literal["female", "male", "unknown"] = "unknown"
    weight: WeightKg = Field(description="body mass, for instance '70 kg'")
    height: HeightM | None = None
    renal_risk_factors: UnknownOrNames = None


class AgentTable(StrictTable):
    """``[[agents]]``: an agent that the catalogue does not have."""

    name: Name = Field(description="name such as '177Lu-PSMA'")
    nuclide: Name = Field(description="nuclide such as 'Lu-177'")
    vector: Name = Field(description="the molecule that binds")
    target: Name = Field(description="what it binds to")
    target_kind: Literal["receptor", "transporter", "enzyme"] = "receptor"
    receptor_action: Literal["agonist", "antagonist"] | None = Field(
        default=None,
        description="'agonist' or 'antagonist', of a receptor",
    )
    chelator: Name | None = None


class DelineationTable(StrictTable):
    """``delineation`` of a region: the image that it was drawn on."""

    voxel_size: LengthMm = Field(description="width of a voxel, for instance '4.4 mm'")
    resolution_fwhm: LengthMm = Field(
        description="resolution of the image, full width at half maximum, for instance '10 mm'"
    )
    boundary: LengthMm | None = None


class RegionTable(StrictTable):
    """``[[regions]]``."""

    name: Name = Field(description="a name of its own, such as 'kidneys' or 'lesion 1'")
    kind: Literal["organ", "lesion"] = Field(description="'organ' or 'lesion'")
    mass: MassKg = None
    volume: VolumeMl = None
    uncertainty: SizeUncertainty | None = None
    delineation: DelineationTable | None = None
    density: Density | None = None
    kinetics: Literal["measured", "population"] | None = None
    population_region: Name | None = None
    within: Name | None = None


class ImpurityTable(StrictTable):
    """``impurity`` of an administration or a prediction."""

    nuclide: Name = Field(description="a nuclide of the same element, such as 'Ac-227'")
    fraction: Share = Field(
        description="its activity over that of the agent's nuclide, for instance '0.3 %'"
    )


class _InjectedTable(StrictTable):
    """What was in the syringe beside the nuclide on the vector."""

    radiochemical_purity: Share | None = None
    time_since_purification: DurationS | None = None
    dechelation_half_life: DurationS | None = None
    impurity: ImpurityTable | None = None


class AdministrationTable(_InjectedTable):
    """``[[administrations]]``."""

    name: Name = Field(description="a name of its own, such as 'cycle 1'")
    agent: Name = Field(description="name of the agent, such as '177Lu-DOTATATE'")
    activity: GivenBq = None
    calibrated_activity: ActivityBq | None = None
    calibrated_before: DurationS | None = None
    calibrated_after: DurationS | None = None
    route: Literal["intravenous", "intra-arterial"] = "intravenous"


class PointTable(StrictTable):
    """One element of ``points``."""

    time: TimeS = Field(description="time since the administration, for instance '24 h'")
    activity: ActivityBq | None = None
    concentration: Concentration | None = None
    fraction: Fraction | None = None
    uncertainty: PointUncertainty | None = None


class ComponentsTable(StrictTable):
    """``uncertainty`` of a measurement, apart by what makes it."""

    counts: Share | None = None
    recovery: Name | None = None
    volume: Share | None = None


class MeasurementTable(StrictTable):
    """``[[measurements]]``, without its points."""

    region: Name = Field(description="name of a region")
    administration: Name | None = None
    nuclide: Name = Field(description="which nuclide was counted, such as 'Lu-177'")
    decay_corrected_to: Name = Field(
        description=(
            "'none' if the values are those present at the time of measurement, "
            "'administration', or the time that they were corrected to, such as '3.74 h'"
        )
    )
    source: Prose | None = None
    camera: Name | None = None
    uncertainty: ComponentsTable | None = None


class CalibrationTable(StrictTable):
    """``[calibration]``."""

    uncertainty: Share = Field(
        description="standard uncertainty of the activity scale that all regions share, '5 %'"
    )


class ImagingTable(StrictTable):
    """``[imaging]``: what the camera recovers of small regions."""

    resolution_fwhm: LengthMm = Field(
        description="resolution, full width at half maximum, for instance '10 mm'"
    )
    recovery_exponent: Number = Field(
        gt=0.0, description="exponent g of R = 1 - 1 / (1 + (v / b)^g), for instance 0.9"
    )
    recovery_half_volume: SomeVolumeMl = Field(
        description="volume b of half recovery, for instance '3 mL'"
    )
    recovery_exponent_uncertainty: Share | None = None
    recovery_half_volume_uncertainty: Share | None = None
    recovery_correlation: Number | None = Field(default=None, ge=-1.0, le=1.0)


class SharingTable(StrictTable):
    """``[[sharing]]``: curves that are fitted jointly."""

    regions: list[Name] = Field(description="names of measured regions, ['lesion 1', 'lesion 2']")
    effective_half_life: Literal["same"] | None = None
    effective_half_life_spread: Number | None = Field(default=None, ge=1.0)
    uptake_half_time: Literal["same"] | None = None
    uptake_half_time_spread: Number | None = Field(default=None, ge=1.0)
    cycles: bool = False


class FactorTable(StrictTable):
    """One element of ``factors`` of a prediction."""

    name: UptakeFactorName = Field(description=f"one of {', '.join(UPTAKE_FACTORS)}")
    value: Number = Field(gt=0.0, description="the factor on the uptake, for instance 0.8")
    uncertainty: Share | None = None
    regions: list[Name] | None = None
    source: Prose | None = None


class PredictionTable(_InjectedTable):
    """``[[predictions]]``."""

    agent: Name = Field(description="name of the agent, such as '225Ac-DOTATATE'")
    activity: Name | None = None
    uptake_ratio: Number | None = Field(default=None, gt=0.0)
    uptake_ratio_uncertainty: Share | None = None
    factors: list[FactorTable] = Field(default_factory=list)


class AssumptionsTable(StrictTable):
    """``[assumptions]``."""

    decay_data: Literal["icrp107", "ensdf"] | None = None
    daughters: Name | None = None
    daughter_weights: dict[Name, Share] | None = None
    internalised_fraction: Share | None = None
    rbe_alpha: Number | None = Field(default=None, gt=0.0)
    rbe_recoil: Number | None = Field(default=None, gt=0.0)
    rbe_alpha_uncertainty: Share | None = None
    rbe_recoil_uncertainty: Share | None = None
    density: Density | None = None
    averaging: Literal["evidence", "akaike", "none"] | None = None
    error_model: Literal["stated", "fitted"] | None = None
    samples: int | None = Field(default=None, ge=100, le=1_000_000)


class HeadTable(StrictTable):
    """The keys above the first table."""

    title: Name = Field(description="what this course is called in reports")
    sources: list[Prose] = Field(default_factory=list)
