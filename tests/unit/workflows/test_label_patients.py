"""Synthetic patients from label maps of any form: the same truth, and it comes back."""

from __future__ import annotations

import gzip
import shutil

import numpy as np
import pytest

from alphatwin.errors import AlphaTwinError
from alphatwin.files import read_image_course
from alphatwin.files.anatomy import read_anatomy
from alphatwin.workflows.label_patient import label_patient
from alphatwin.workflows.scan_curves import scan_curves
from alphatwin.workflows.synthesize import SyntheticRequest, synthesize

WITHOUT_NOISE = 0.01  # asked of the activity of every region
VOLUME = 1e-5  # whole voxels

ANATOMY = """schema = 1
labels = "{labels}"
activity = "5 GBq"
weight = "60 kg"

[[regions]]
name = "organ"
kind = "organ"
labels = [1, 2]
uptake = "6 %"
uptake_half_time = "1 h"
clearance_half_time = "90 h"
population_region = "liver"

[[regions]]
name = "touching lesion"
kind = "lesion"
labels = [3]
uptake = "2 %"
uptake_half_time = "3 h"
clearance_half_time = "150 h"

[rest]
labels = [4]
uptake = "10 %"
uptake_half_time = "6 min"
clearance_half_time = "20 h"
"""
SHAPE = (24, 40, 44)  # slices, rows, columns
SPACING_MM = (4.0, 3.5, 5.0)


def label_values() -> np.ndarray:
    """Return a body of label 4 with an organ of two labels, and a lesion that touches it."""
    k, j, i = np.indices(SHAPE)
    values = np.where((j - 20) ** 2 / 361 + (i - 22) ** 2 / 420 < 1, 4, 0).astype(np.int16)
    ball = (k - 12) ** 2 * 25 + (j - 18) ** 2 * 12.25 + (i - 16) ** 2 * 16
    values[ball < 35**2] = 1
    values[(ball < 35**2) & (k > 12)] = 2
    lesion = (k - 12) ** 2 * 25 + (j - 18) ** 2 * 12.25 + (i - 28) ** 2 * 16
    values[(lesion < 16**2) & (values == 4)] = 3
    return values


@pytest.fixture
def labels(tmp_path):
    """Return the label map as an image of SimpleITK, its columns from left to right."""
    import SimpleITK

    image = SimpleITK.GetImageFromArray(label_values()[:, :, ::-1])
    image.SetSpacing(SPACING_MM)
    image.SetOrigin((100.0, -60.0, 7.0))
    image.SetDirection((-1, 0, 0, 0, 1, 0, 0, 0, 1))
    return image


def written(tmp_path, image, name):
    import SimpleITK

    SimpleITK.WriteImage(image, str(tmp_path / name), useCompression=name.endswith("gz"))
    (tmp_path / "anatomy.toml").write_text(ANATOMY.format(labels=name))
    return tmp_path / "anatomy.toml"


@pytest.mark.parametrize("name", ["labels.nii.gz", "labels.nrrd"])
def test_label_maps_of_other_programs_are_read(tmp_path, labels, name):
    anatomy = label_patient(read_anatomy(written(tmp_path, labels, name)))
    values, voxel_ml = label_values(), np.prod(SPACING_MM) * 1e-3
    organ, lesion = anatomy.regions
    assert organ.volume_ml == pytest.approx(np.isin(values, (1, 2)).sum() * voxel_ml, rel=VOLUME)
    assert lesion.volume_ml == pytest.approx((values == 3).sum() * voxel_ml, rel=VOLUME)
    assert anatomy.body.sum() == (values > 0).sum()
    index = tuple(np.argwhere(anatomy.labelled[1].mask)[7])
    where = anatomy.grid.position_mm(np.array(index))
    assert labels.GetPixel(*labels.TransformPhysicalPointToIndex(tuple(where))) == 3


def test_a_compressed_nrrd_and_a_damaged_one(tmp_path, labels):
    path = written(tmp_path, labels, "labels.nrrd")
    raw = (tmp_path / "labels.nrrd").read_bytes()
    head, _, data = raw.partition(b"\n\n")
    packed = head.replace(b"encoding: raw", b"encoding: gzip") + b"\n\n" + gzip.compress(data)
    (tmp_path / "labels.nrrd").write_bytes(packed)
    assert len(label_patient(read_anatomy(path)).regions) == 2
    for damaged in (
        b"",
        b"NRRD",
        raw[:-7],
        raw.replace(b"dimension: 3", b"dimension: 4"),
        packed[:-9],
    ):
        (tmp_path / "labels.nrrd").write_bytes(damaged)
        with pytest.raises(AlphaTwinError, match="no whole NRRD"):
            label_patient(read_anatomy(path))


def test_a_dicom_seg_is_a_label_map(reference, tmp_path):
    """The segments of a real SEG, beside a region of their own number."""
    from alphatwin.dicom.read import read_scans
    from alphatwin.dicom.read.label_map import read_label_map
    from alphatwin.dicom.read.structures import read_segments

    folder = reference / "images" / "acrin_fdg_pet_ct"
    part = next(s.files.first.part for s in read_scans(folder).scans if s.series.modality == "SEG")
    shutil.copy(part.path, tmp_path / "seg.dcm")
    image = read_label_map(tmp_path / "seg.dcm")
    for number, region in enumerate(read_segments(part).regions, start=1):
        assert np.sum(image.values == number) == np.sum(region.fractions >= 0.5)


def test_what_was_put_into_the_labels_comes_out_of_the_scans(tmp_path, labels):
    """Of regions that touch each other, one and the same patient on three days."""
    plan = read_anatomy(written(tmp_path, labels, "labels.nii.gz"))
    request = SyntheticRequest(
        anatomy=label_patient(plan),
        administered_bq=plan.administered_bq,
        body_mass_kg=plan.body_mass_kg,
        is_noisy=False,
    )
    truth = synthesize(request, tmp_path / "patient")
    curves = scan_curves(read_image_course(tmp_path / "patient" / "course.toml"))
    found = {(r.region, r.scan): r for r in curves.readings}
    for region in truth.regions:
        for scan, point in enumerate(region.points):
            row = found[region.region, scan]
            assert row.reading.volume_ml == pytest.approx(region.volume_ml, rel=VOLUME)
            activity = row.reading.activity_bq * row.recovery.corrected.factor
            assert activity == pytest.approx(point.activity_bq, rel=WITHOUT_NOISE)
    assert truth.administered_bq == 5e9


@pytest.mark.parametrize("factor", [1e-3, 100.0])
def test_a_map_that_is_no_part_of_a_patient_is_refused(tmp_path, labels, factor):
    """Metres or micrometres in place of millimetres: the camera would have 1e9 voxels, or few."""
    labels.SetSpacing([factor * side for side in labels.GetSpacing()])
    path = written(tmp_path, labels, "labels.nii.gz")
    with pytest.raises(AlphaTwinError, match="no part of a patient"):
        label_patient(read_anatomy(path))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "must be 1, the version"),
        ("labels = [3]", "labels = [1]", "overlaps another one"),
        ("labels = [3]", "labels = [77]", "has no voxel"),
        ('uptake_half_time = "3 h"', 'uptake_half_time = "300 h"', "faster than it clears"),
        ('kind = "lesion"', 'kind = "tumour"', "kind"),
        ('labels = "labels.nii.gz"', 'labels = "none.nii.gz"', "no such file"),
        ('weight = "60 kg"', "", "weight"),
        ('"6 %"', '"6"', "uptake"),
        (
            '"6 %"',
            '"98 %"',
            "all regions and the rest is 10.*at most 100 %",
        ),
        ('"5 GBq"', '"0 GBq"', "activity: "),
    ],
)
def test_what_is_wrong_is_said(tmp_path, labels, old, new, message):
    path = written(tmp_path, labels, "labels.nii.gz")
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(AlphaTwinError, match=message):
        label_patient(read_anatomy(path))
