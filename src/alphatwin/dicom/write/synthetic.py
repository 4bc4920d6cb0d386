"""A synthetic SPECT/CT as DICOM: NM of many frames in counts, CT in slices, RTSTRUCT on the CT.

Identifiers are made from a seed, so that equal patients give equal files; names and dates are
those of nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.geometry import Contours, Grid, Image

NM = "1.2.840.10008.5.1.4.1.1.20"
CT = "1.2.840.10008.5.1.4.1.1.2"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
LITTLE = "1.2.840.10008.1.2.1"
START = datetime(2000, 1, 1, 8, 0, 0)  # noqa: DTZ001 - the department's own clock
"""When was injected: a day of nobody."""
STEPS = 30_000
"""Whole numbers that the greatest count is stored as."""
VIEWS = 60
"""Of the rotation."""


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticSeries:
    """One time point.

    Attributes
    ----------
    number
        From 1; its frame of reference is its own.
    counts
        SPECT in counts per voxel.
    ct
        [HU]
    contours
        On the slices of the CT.
    time_s, duration_s
        From the injection to the start; of the acquisition. [s]
    administered_bq, half_life_s, body_mass_kg
        [Bq], [s], [kg]
    """

    number: int
    counts: Image
    ct: Image
    contours: tuple[Contours, ...]
    time_s: float
    duration_s: float
    administered_bq: float
    half_life_s: float
    body_mass_kg: float


def write_series(series: SyntheticSeries, folder: Path, *, seed: int) -> None:
    """Write SPECT, CT and structure set of one time point.

    Parameters
    ----------
    series
        What to write.
    folder
        Must exist and be empty.
    seed
        Of the identifiers.
    """
    spect = _spect(series, seed)
    spect.save_as(folder / "spect.dcm", enforce_file_format=True)
    slices = _ct(series, seed)
    for k, one in enumerate(slices):
        one.save_as(folder / f"ct_{k:03d}.dcm", enforce_file_format=True)
    _structures(series, slices, seed).save_as(folder / "structures.dcm", enforce_file_format=True)


def _uid(seed: int, *words: object) -> str:
    digest = hashlib.sha256("/".join(map(str, (seed, *words))).encode()).hexdigest()
    return f"2.25.{int(digest[:30], 16)}"


def _head(series: SyntheticSeries, seed: int, *, sop: str, modality: str, name: str) -> Any:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop)
    meta.MediaStorageSOPInstanceUID = UID(_uid(seed, series.number, name))
    meta.TransferSyntaxUID = UID(LITTLE)
    d = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    begin = START + timedelta(seconds=series.time_s)
    d.SOPClassUID, d.SOPInstanceUID = sop, meta.MediaStorageSOPInstanceUID
    d.Modality = modality
    d.PatientName, d.PatientID = "Synthetic^Patient", "SYNTHETIC"
    d.PatientBirthDate, d.PatientSex = "", "O"
    d.PatientWeight = series.body_mass_kg
    d.StudyInstanceUID = _uid(seed, series.number, "study")
    d.SeriesInstanceUID = _uid(seed, series.number, modality)
    d.FrameOfReferenceUID = _uid(seed, series.number, "frame")
    d.StudyID, d.SeriesNumber, d.AccessionNumber = str(series.number), 1, ""
    d.ReferringPhysicianName, d.Manufacturer = "", "AlphaTwin synthetic"
    d.PositionReferenceIndicator = ""
    moments = ("Study", "Series", *(() if modality == "RTSTRUCT" else ("Acquisition", "Content")))
    for what in moments:
        setattr(d, f"{what}Date", begin.strftime("%Y%m%d"))
        setattr(d, f"{what}Time", begin.strftime("%H%M%S"))
    if modality != "RTSTRUCT":
        d.BodyPartExamined = "ABDOMEN"
    return d


def _pixels(d: Any, stored: Any, *, signed: bool) -> None:
    d.Rows, d.Columns = (int(n) for n in stored.shape[-2:])
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.BitsAllocated, d.BitsStored, d.HighBit = 16, 16, 15
    d.PixelRepresentation = int(signed)
    d.PixelData = stored.astype("<i2" if signed else "<u2").tobytes()


def _numbers(values: Any) -> list[str]:
    return [f"{float(v):.10g}" for v in values]


def _geometry(d: Any, grid: Grid, first: int) -> None:
    d.ImagePositionPatient = _numbers(grid.position_mm([first, 0, 0]))
    d.ImageOrientationPatient = _numbers([*grid.axes[0], *grid.axes[1]])


def _spect(series: SyntheticSeries, seed: int) -> Any:
    from pydicom import Dataset

    d = _head(series, seed, sop=NM, modality="NM", name="spect")
    image = series.counts
    low = min(0.0, float(image.values.min()))
    slope = (float(image.values.max()) - low) / STEPS or 1.0
    stored = np.round((image.values.astype(np.float64) - low) / slope)
    d.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    d.NumberOfFrames = image.grid.shape[0]
    d.PixelSpacing = _numbers(image.grid.spacing_mm[::-1])
    d.SliceThickness = d.SpacingBetweenSlices = f"{image.grid.slice_spacing_mm:.10g}"
    d.RescaleSlope, d.RescaleIntercept = f"{slope:.10g}", f"{low:.10g}"
    d.CorrectedImage = ["ATTN", "SCAT", "NRGY"]
    d.InstanceNumber, d.CountsAccumulated = 1, ""
    _acquisition(d, series)
    tracer = Dataset()
    tracer.Radiopharmaceutical = "177Lu-DOTATATE"
    tracer.RadiopharmaceuticalStartDateTime = START.strftime("%Y%m%d%H%M%S")
    tracer.RadionuclideTotalDose = f"{series.administered_bq * 1e-6:.10g}"
    tracer.RadionuclideHalfLife = f"{series.half_life_s:.10g}"
    tracer.RadionuclideCodeSequence = [_code("447553000", "^177^Lutetium")]
    d.RadiopharmaceuticalInformationSequence = [tracer]
    _pixels(d, stored, signed=False)
    return d


def _acquisition(d: Any, series: SyntheticSeries) -> None:
    """Add what the modules of nuclear medicine ask of a reconstruction (PS3.3, C.8.4)."""
    from pydicom import Dataset
    from pydicom.tag import Tag

    n = series.counts.grid.shape[0]
    d.FrameIncrementPointer = Tag(0x0054, 0x0080)  # slice vector
    d.NumberOfSlices, d.SliceVector = n, list(range(1, n + 1))
    d.NumberOfEnergyWindows = d.NumberOfDetectors = d.NumberOfRotations = 1
    d.EnergyWindowInformationSequence = []
    d.PatientOrientationCodeSequence = [_code("102538003", "recumbent")]
    d.PatientOrientationCodeSequence[0].PatientOrientationModifierCodeSequence = [
        _code("40199007", "supine")
    ]
    d.PatientGantryRelationshipCodeSequence = [_code("102540008", "headfirst")]
    detector, rotation = Dataset(), Dataset()
    detector.CollimatorType = ""
    _geometry(detector, series.counts.grid, 0)
    d.DetectorInformationSequence = [detector]
    rotation.ActualFrameDuration = round(series.duration_s * 1e3 / VIEWS)
    rotation.NumberOfFramesInRotation = VIEWS
    rotation.StartAngle, rotation.AngularStep = "0", f"{360 / VIEWS:g}"
    rotation.RotationDirection, rotation.ScanArc = "CW", "360"
    d.RotationInformationSequence = [rotation]


def _code(value: str, meaning: str) -> Any:
    from pydicom import Dataset

    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "SCT", meaning
    return code


def _ct(series: SyntheticSeries, seed: int) -> list[Any]:
    found = []
    grid = series.ct.grid
    for k in range(grid.shape[0]):
        d = _head(series, seed, sop=CT, modality="CT", name=f"ct {k}")
        d.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        d.InstanceNumber, d.AcquisitionNumber = k + 1, 1
        d.PixelSpacing = _numbers(grid.spacing_mm[::-1])
        d.SliceThickness = f"{grid.slice_spacing_mm:.10g}"
        d.KVP, d.PatientPosition = "120", "HFS"
        _geometry(d, grid, k)
        d.RescaleSlope, d.RescaleIntercept, d.RescaleType = "1", "-1024", "HU"
        _pixels(d, np.round(series.ct.values[k]) + 1024, signed=True)
        found.append(d)
    return found


def _structures(series: SyntheticSeries, slices: list[Any], seed: int) -> Any:
    from pydicom import Dataset

    d = _head(series, seed, sop=RTSTRUCT, modality="RTSTRUCT", name="structures")
    d.StructureSetLabel, d.OperatorsName = "synthetic", ""
    d.StructureSetDate, d.StructureSetTime = d.StudyDate, d.StudyTime
    referenced = Dataset()
    referenced.SeriesInstanceUID = slices[0].SeriesInstanceUID
    referenced.ContourImageSequence = [_reference(one) for one in slices]
    study = Dataset()
    study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    study.ReferencedSOPInstanceUID = d.StudyInstanceUID
    study.RTReferencedSeriesSequence = [referenced]
    frame = Dataset()
    frame.FrameOfReferenceUID = d.FrameOfReferenceUID
    frame.RTReferencedStudySequence = [study]
    d.ReferencedFrameOfReferenceSequence = [frame]
    d.StructureSetROISequence, d.ROIContourSequence, d.RTROIObservationsSequence = [], [], []
    by_depth = {round(float(s.ImagePositionPatient[2]), 3): s for s in slices}
    for number, contours in enumerate(series.contours, start=1):
        roi, drawn, observed = Dataset(), Dataset(), Dataset()
        roi.ROINumber, roi.ROIName = number, contours.name
        roi.ReferencedFrameOfReferenceUID = d.FrameOfReferenceUID
        roi.ROIGenerationAlgorithm = "AUTOMATIC"
        d.StructureSetROISequence.append(roi)
        drawn.ReferencedROINumber = number
        drawn.ROIDisplayColor = [200, 60, 80]
        drawn.ContourSequence = [_contour(loop, by_depth) for loop in contours.loops]
        d.ROIContourSequence.append(drawn)
        observed.ObservationNumber = observed.ReferencedROINumber = number
        observed.RTROIInterpretedType, observed.ROIInterpreter = "ORGAN", ""
        d.RTROIObservationsSequence.append(observed)
    return d


def _contour(loop: Any, by_depth: dict[float, Any]) -> Any:
    from pydicom import Dataset

    contour = Dataset()
    contour.ContourGeometricType = "CLOSED_PLANAR"
    contour.NumberOfContourPoints = len(loop)
    contour.ContourData = [f"{v:.6f}" for v in loop.ravel()]
    image = by_depth.get(round(float(loop[0, 2]), 3))
    if image is not None:
        contour.ContourImageSequence = [_reference(image)]
    return contour


def _reference(image: Any) -> Any:
    from pydicom import Dataset

    reference = Dataset()
    reference.ReferencedSOPClassUID = image.SOPClassUID
    reference.ReferencedSOPInstanceUID = image.SOPInstanceUID
    return reference
