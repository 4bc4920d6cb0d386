"""The header of one DICOM file as a frozen value: only what physics needs, nothing of the person.

Values that a header does not state, or that cannot be read, are None; nothing is guessed here.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import struct
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydicom.errors import BytesLengthException, InvalidDicomError

from alphatwin.errors import ScanError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom import Dataset

    from alphatwin.dicom.read.parts import Part

# What pydicom and the codecs raise on damaged files, as found by fuzzing.
DAMAGED = (
    InvalidDicomError, BytesLengthException,
    ValueError, KeyError, AttributeError, IndexError, TypeError, EOFError, OverflowError, OSError,
    NotImplementedError, RuntimeError, RecursionError, struct.error, zlib.error, AssertionError,
    StopIteration, LookupError, MemoryError, ArithmeticError,
)  # fmt: skip
SILENT = logging.CRITICAL + 1
"""pydicom logs tracebacks of damaged files, and values of headers, which may be of the patient."""
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


@dataclass(frozen=True, slots=True)
class Code:
    """A coded term: value, scheme, meaning."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Header:
    """What one file says of itself. Times are naive, of the clock of the department.

    Attributes
    ----------
    part
        The file.
    modality, sop_class, transfer_syntax
        What it is and how it is stored.
    patient, study, series, frame_of_reference, instance
        Hash of the identity; unique identifiers.
    rows, columns, frames
        Size of the image; frames is 1 unless stated.
    position_mm, orientation, spacing_mm, thickness_mm, slice_step_mm
        Geometry: of the first voxel, of row and column, between rows and between columns.
    slope, intercept
        Of the stored values.
    units, suv_type, decay_correction, decay_factor, corrections
        Of positron emission tomography images; SPECT may borrow them.
    series_time, acquisition_time, study_day
        When.
    duration_s, reference_s
        Of one frame; and from the series time to the time that its values are of.
    tracer_name, nuclide_code, half_life_s, administered_bq, injected_at, injected_clock
        What was injected and when; ``injected_clock`` has an hour but no date.
    body_mass_kg, height_m, sex
        Of the patient.
    """

    part: Part
    modality: str
    sop_class: str
    transfer_syntax: str
    patient: str
    study: str
    series: str
    frame_of_reference: str | None
    instance: str
    rows: int | None
    columns: int | None
    frames: int
    position_mm: tuple[float, ...] | None
    orientation: tuple[float, ...] | None
    spacing_mm: tuple[float, ...] | None
    thickness_mm: float | None
    slice_step_mm: float | None
    slope: float
    intercept: float
    units: str | None
    suv_type: str | None
    decay_correction: str | None
    decay_factor: float | None
    corrections: tuple[str, ...]
    series_time: datetime | None
    acquisition_time: datetime | None
    study_day: str | None
    duration_s: float | None
    reference_s: float | None
    tracer_name: str | None
    nuclide_code: Code | None
    half_life_s: float | None
    administered_bq: float | None
    injected_at: datetime | None
    injected_clock: str | None
    body_mass_kg: float | None
    height_m: float | None
    sex: str | None
    is_scout: bool


@contextlib.contextmanager
def lenient() -> Iterator[None]:
    """Take what scanners write as it is, even where it breaks a rule of length or form."""
    from pydicom import config

    logging.getLogger("pydicom").setLevel(SILENT)
    with config.disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_dataset(part: Part, *, pixels: bool) -> Dataset:
    """Return the data set of a file.

    Parameters
    ----------
    part
        The file.
    pixels
        Whether to read the pixels too.

    Raises
    ------
    ScanError
        If the file is no DICOM file, or is damaged.
    """
    import pydicom

    try:
        with lenient(), part.open() as stream:
            dataset = pydicom.dcmread(stream, stop_before_pixels=not pixels)
            whole = "SOPClassUID" in dataset and "SeriesInstanceUID" in dataset
    except DAMAGED as error:
        msg = f"{part.name}: not a whole DICOM file ({type(error).__name__})"
        raise ScanError(msg) from error
    if not whole:
        msg = f"{part.name}: a DICOM file without class or series"
        raise ScanError(msg)
    return dataset


def read_header(part: Part) -> Header:
    """Return the header of a file.

    Raises
    ------
    ScanError
        If the file is no DICOM file, or is damaged.
    """
    dataset = read_dataset(part, pixels=False)
    try:
        with lenient():
            return _header(part, dataset)
    except DAMAGED as error:
        msg = f"{part.name}: its header cannot be read ({type(error).__name__})"
        raise ScanError(msg) from error


def _header(part: Part, d: Dataset) -> Header:
    tracer = _first(d, "RadiopharmaceuticalInformationSequence")
    geometry = _geometry(d)
    spacing = _numbers(geometry, "PixelSpacing", 2) or _numbers(d, "PixelSpacing", 2)
    syntax = d.file_meta.get("TransferSyntaxUID") if hasattr(d, "file_meta") else None
    return Header(
        part=part,
        modality=_text(d, "Modality") or "unknown",
        sop_class=str(d.SOPClassUID.name),
        transfer_syntax=str(syntax.name) if syntax else "unknown",
        patient=_patient(d),
        study=_text(d, "StudyInstanceUID") or "",
        series=str(d.SeriesInstanceUID),
        frame_of_reference=_text(d, "FrameOfReferenceUID"),
        instance=_text(d, "SOPInstanceUID") or "",
        rows=_whole(d, "Rows"),
        columns=_whole(d, "Columns"),
        frames=_whole(d, "NumberOfFrames") or 1,
        position_mm=_numbers(geometry, "ImagePositionPatient", 3),
        orientation=_numbers(geometry, "ImageOrientationPatient", 6),
        spacing_mm=spacing,
        thickness_mm=_number(d, "SliceThickness"),
        slice_step_mm=_number(d, "SpacingBetweenSlices"),
        slope=_scale(d, "RescaleSlope", 1.0),
        intercept=_scale(d, "RescaleIntercept", 0.0),
        units=_text(d, "Units"),
        suv_type=_text(d, "SUVType"),
        decay_correction=_text(d, "DecayCorrection"),
        decay_factor=_number(d, "DecayFactor"),
        corrections=_texts(d, "CorrectedImage"),
        series_time=_moment(d, "SeriesDate", "SeriesTime"),
        acquisition_time=_acquired(d),
        study_day=_text(d, "StudyDate"),
        duration_s=_milliseconds(d),
        reference_s=_reference_s(d),
        tracer_name=_tracer_name(tracer),
        nuclide_code=_code(tracer, "RadionuclideCodeSequence"),
        half_life_s=_number(tracer, "RadionuclideHalfLife"),
        administered_bq=_administered_bq(d, tracer),
        injected_at=_date_time(tracer, "RadiopharmaceuticalStartDateTime"),
        injected_clock=_text(tracer, "RadiopharmaceuticalStartTime"),
        body_mass_kg=_number(d, "PatientWeight"),
        height_m=_number(d, "PatientSize"),
        sex=_text(d, "PatientSex"),
        is_scout="LOCALIZER" in _texts(d, "ImageType"),
    )


def _patient(d: Dataset) -> str:
    """Return a hash that tells patients apart and says nothing of them."""
    identity = "|".join(_text(d, key) or "" for key in ("PatientName", "PatientID"))
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _geometry(d: Dataset) -> Dataset:
    """Return the part of the header that holds position and orientation: in NM, the detector."""
    if "ImagePositionPatient" not in d:
        detector = _first(d, "DetectorInformationSequence")
        if detector is not None:
            return detector
    return d


def _administered_bq(d: Dataset, tracer: Dataset | None) -> float | None:
    """Return the administered activity [Bq]: NM states it in MBq, positron images in Bq."""
    stated = _number(tracer, "RadionuclideTotalDose")
    if stated is None or stated <= 0.0:
        return None
    return stated * 1e6 if _text(d, "Modality") == "NM" else stated


def _tracer_name(tracer: Dataset | None) -> str | None:
    code = _code(tracer, "RadiopharmaceuticalCodeSequence")
    return _text(tracer, "Radiopharmaceutical") or (code.meaning if code else None)


def _first(d: Dataset | None, key: str) -> Dataset | None:
    sequence = d.get(key) if d is not None else None
    return sequence[0] if sequence else None


def _code(d: Dataset | None, key: str) -> Code | None:
    item = _first(d, key)
    if item is None:
        return None
    keys = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")
    value, scheme, meaning = (_text(item, k) or "" for k in keys)
    return Code(value, scheme, meaning)


def _text(d: Dataset | None, key: str) -> str | None:
    value = d.get(key) if d is not None else None
    text = "" if value is None else str(value).strip()
    return text or None


def _texts(d: Dataset, key: str) -> tuple[str, ...]:
    value: Any = d.get(key)
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(str(v) for v in value)


def _number(d: Dataset | None, key: str) -> float | None:
    text = _text(d, key)
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < float("inf") else None


def _scale(d: Dataset, key: str, default: float) -> float:
    """Return slope or intercept: absent is the default, unreadable is an error."""
    if _text(d, key) is None:
        return default
    number = _number(d, key)
    if number is None:
        msg = f"{key} is not a number"
        raise ValueError(msg)
    return number


def _whole(d: Dataset, key: str) -> int | None:
    number = _number(d, key)
    return int(number) if number is not None and number > 0 else None


def _numbers(d: Dataset, key: str, n: int) -> tuple[float, ...] | None:
    value: Any = d.get(key)
    if value is None or isinstance(value, str) or not hasattr(value, "__len__") or len(value) != n:
        return None
    numbers = tuple(float(v) for v in value)
    return numbers if all(abs(v) < float("inf") for v in numbers) else None


def _milliseconds(d: Dataset) -> float | None:
    stated = _number(d, "ActualFrameDuration")
    if stated is None:
        rotation = _first(d, "RotationInformationSequence")
        frame = _number(rotation, "ActualFrameDuration")
        views = _number(rotation, "NumberOfFramesInRotation")
        stated = frame * views if frame and views else None
    return stated * 1e-3 if stated else None


def _reference_s(d: Dataset) -> float | None:
    stated = _number(d, "FrameReferenceTime")
    return None if stated is None else stated * 1e-3


def _acquired(d: Dataset) -> datetime | None:
    return _date_time(d, "AcquisitionDateTime") or _moment(d, "AcquisitionDate", "AcquisitionTime")


def _moment(d: Dataset, day_key: str, clock_key: str) -> datetime | None:
    day, clock = _text(d, day_key), _text(d, clock_key)
    if day is None or clock is None or len(day) != 8:
        return None
    try:
        start = datetime.strptime(day, "%Y%m%d")  # noqa: DTZ007 - the department's own clock
        seconds = clock_s(clock)
    except ValueError:
        return None
    return start + timedelta(seconds=seconds)


def clock_s(clock: str) -> float:
    """Return seconds since midnight of a DICOM time, HHMMSS.FFFFFF or a beginning of it.

    Raises
    ------
    ValueError
        If it is no time.
    """
    whole, _, part = clock.replace(":", "").partition(".")
    if len(whole) not in {2, 4, 6} or not whole.isdigit():
        msg = f"{clock!r} is no time"
        raise ValueError(msg)
    hours, minutes, seconds = (int(whole[i : i + 2] or 0) for i in (0, 2, 4))
    if hours > 23 or minutes > 59 or seconds > 60:
        msg = f"{clock!r} is no time"
        raise ValueError(msg)
    fraction = float(f"0.{part}") if part.isdigit() else 0.0
    return hours * 3600.0 + minutes * 60.0 + seconds + fraction


def _date_time(d: Dataset | None, key: str) -> datetime | None:
    text = _text(d, key)
    if text is None or len(text) < 10:
        return None
    plain = text.split("+")[0].split("-")[0]
    try:
        day = datetime.strptime(plain[:8], "%Y%m%d")  # noqa: DTZ007 - the department's own clock
        return day + timedelta(seconds=clock_s(plain[8:]))
    except ValueError:
        return None
