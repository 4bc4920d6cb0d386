"""Scans that are damaged, mixed or drawn elsewhere: a clear error each, and no report."""

from __future__ import annotations

import shutil

import numpy as np
import pydicom
import pytest

from alphatwin.errors import AlphaTwinError
from alphatwin.files import read_image_course
from alphatwin.workflows.scan_curves import scan_curves
from alphatwin.workflows.synthesize import SyntheticRequest, synthesize


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    where = tmp_path_factory.mktemp("whole") / "patient"
    synthesize(SyntheticRequest(times_s=(14400.0,), is_noisy=False), where)
    return where


@pytest.fixture
def folder(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "patient")
    return tmp_path / "patient"


def edit(path, change):
    dataset = pydicom.dcmread(path)
    change(dataset)
    dataset.save_as(path)


def moved(axis):
    def change(d):
        for roi in d.ROIContourSequence:
            for contour in roi.ContourSequence:
                points = np.array(contour.ContourData, dtype=float)
                points[axis::3] += 900.0
                contour.ContourData = [f"{v:.4f}" for v in points]

    return change


def of_another_frame(d):
    d.FrameOfReferenceUID = "1.2.3"
    (frame,) = d.ReferencedFrameOfReferenceSequence
    frame.FrameOfReferenceUID = "1.2.3"
    series = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    series.SeriesInstanceUID = "1.2.4"


def renamed(d):
    d.StructureSetROISequence[1].ROIName = "liver"


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("structures.dcm", moved(0), "lies outside of the image"),
        ("structures.dcm", moved(2), "lies outside of the image"),
        ("structures.dcm", of_another_frame, "drawn on none of the scans"),
        ("structures.dcm", renamed, "several regions are named liver"),
        ("spect.dcm", lambda d: setattr(d, "PatientID", "other"), "of 2 patients"),
        ("spect.dcm", lambda d: setattr(d, "RescaleSlope", "1e38"), "are no numbers"),
        ("spect.dcm", lambda d: setattr(d, "RescaleSlope", "-1"), "no value above zero"),
        ("spect.dcm", lambda d: setattr(d, "Units", "GML"), "no image of a tracer states activity"),
    ],
    ids=["beside", "above", "frame", "names", "patients", "overflow", "negative", "suv"],
)
def test_what_headers_and_contours_get_wrong_is_refused(folder, name, change, message):
    edit(folder / "scans" / "day1" / name, change)
    with pytest.raises(AlphaTwinError, match=message) as caught:
        scan_curves(read_image_course(folder / "course.toml"))
    assert "Synthetic" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "cut", "message"),
    [
        ("ct_030.dcm", None, "which is no whole volume: slices are missing"),
        ("ct_030.dcm", 0, "an image may be missing"),
        ("ct_030.dcm", 300, "an image may be missing"),
        ("spect.dcm", 0, "an image may be missing"),
        ("spect.dcm", -9000, "its pixels"),
        ("structures.dcm", 0, "an image may be missing"),
    ],
)
def test_missing_empty_and_cut_files_are_refused(folder, name, cut, message):
    path = folder / "scans" / "day1" / name
    raw = path.read_bytes()
    path.unlink()
    if cut is not None:
        path.write_bytes(raw[:cut])
    with pytest.raises(AlphaTwinError, match=message):
        scan_curves(read_image_course(folder / "course.toml"))


def test_a_readme_beside_the_scans_is_no_damaged_image(folder):
    (folder / "scans" / "README.txt").write_text("these are scans")
    assert len(scan_curves(read_image_course(folder / "course.toml")).scans) == 1


def test_a_scan_used_twice_is_refused(folder):
    text = (folder / "course.toml").read_text()
    table = text[text.index("[[scans]]") : text.index("[recovery]")]
    (folder / "course.toml").write_text(text.replace("[recovery]", table + "\n[recovery]"))
    with pytest.raises(AlphaTwinError, match=r"is used by two \[\[scans\]\]"):
        scan_curves(read_image_course(folder / "course.toml"))
