"""Volumes with a sidecar in a course: the same answer as from DICOM, or a clear refusal."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from alphatwin.dicom.read import read_scans
from alphatwin.errors import ScanError
from alphatwin.files import read_image_course
from alphatwin.geometry import voxel_fractions
from alphatwin.imaging.phantom import PATIENT, SPECT
from alphatwin.workflows.image import image_report
from alphatwin.workflows.scan import scan_report
from alphatwin.workflows.scan_curves import scan_curves
from alphatwin.workflows.synthesize import SyntheticRequest, synthesize

STORED = 1e-5  # 32-bit floats
VOXELS = 0.12  # of the activity of a region of whole voxels against exact shares

SPECT_SIDE = """schema = 1
unit = "Bq/mL"
nuclide = "Lu-177"
time = "4 h"
duration = "20 min"
activity = "7.4 GBq"
decay_corrected_to = "none"
"""
LABELS_SIDE = """schema = 1
unit = "labels"
frame_of = {number}
[regions]
{regions}
"""


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """Return the folder of one synthetic scan in DICOM, and its image in Bq/mL."""
    where = tmp_path_factory.mktemp("dicom") / "patient"
    synthesize(SyntheticRequest(times_s=(14400.0,), is_noisy=False), where)
    curves = scan_curves(read_image_course(where / "course.toml"))
    return where, curves


def write_nifti(path, image):
    """Write by SimpleITK, its rows turned, as other programs write them."""
    import SimpleITK

    turned = SimpleITK.GetImageFromArray(image.values[:, ::-1, :])
    x, y, z = image.grid.position_mm([0, image.grid.shape[1] - 1, 0])
    turned.SetOrigin((x, y, z))
    step_x, step_y = (float(v) for v in image.grid.spacing_mm)
    turned.SetSpacing((step_x, step_y, image.grid.slice_spacing_mm))
    turned.SetDirection((1, 0, 0, 0, -1, 0, 0, 0, 1))
    SimpleITK.WriteImage(turned, str(path))


def labels():
    """Return the synthetic patient as whole voxels, labels 1 to 6."""
    from alphatwin.geometry import Image

    values = np.zeros(SPECT.shape, dtype=np.float32)
    for n, solid in enumerate(PATIENT, start=1):
        region = voxel_fractions(solid.contours(SPECT), grid=SPECT)
        values[region.as_mask()] = n
    return Image(SPECT, values)


@pytest.fixture
def volumes(patient, tmp_path):
    """Return a folder with the same scan as NIfTI, its regions as labels, and a course."""
    where, curves = patient
    folder = tmp_path / "scans"
    folder.mkdir()
    write_nifti(folder / "a.nii.gz", curves.scans[0].image)
    (folder / "a.toml").write_text(SPECT_SIDE)
    write_nifti(folder / "b.nii.gz", labels())
    regions = "\n".join(f'"{s.name}" = {n}' for n, s in enumerate(PATIENT, start=1))
    (folder / "b.toml").write_text(LABELS_SIDE.format(number=1, regions=regions))
    text = (where / "course.toml").read_text().replace("samples = 2000", "samples = 200")
    head, _, tail = text.partition('decay_corrected_to = "none"')
    (tmp_path / "course.toml").write_text(head + "\n[recovery]" + tail.partition("[recovery]")[2])
    return tmp_path


def test_nifti_with_labels_gives_what_dicom_with_contours_gives(patient, volumes):
    _, curves = patient
    found = image_report(read_image_course(volumes / "course.toml")).report.images
    dicom = {r.region: r for r in curves.readings}
    assert found.scans[0].time_s == pytest.approx(curves.scans[0].chosen.time_s)
    assert found.scans[0].activity_in_view_bq == pytest.approx(
        curves.scans[0].image.integral_ml(), rel=STORED
    )
    for row in found.readings:
        mine = dicom[row.region]
        assert row.activity_bq == pytest.approx(mine.reading.activity_bq, rel=VOXELS)
        corrected = mine.recovery.corrected.factor * mine.reading.activity_bq
        assert row.corrected_activity_bq == pytest.approx(corrected, rel=VOXELS)


def test_labels_hold_exactly_their_voxels(volumes):
    """By numpy alone: the sum over the voxels of a label, times their volume.

    Rows of the file are turned; to stay right-handed, slices are read from its end.
    """
    curves = scan_curves(read_image_course(volumes / "course.toml"))
    values, marks = curves.scans[0].image.values, labels().values[::-1, ::-1]
    for n, reading in enumerate(curves.readings, start=1):
        mask = marks == n
        assert reading.reading.volume_ml == pytest.approx(mask.sum() * 0.44**3, rel=1e-6)
        total = values[mask].sum(dtype=np.float64) * 0.44**3
        assert reading.reading.activity_bq == pytest.approx(total, rel=STORED)


def test_labels_of_another_program_lie_on_dicom(patient, volumes):
    """A label volume in the folder of the DICOM scan, in the frame of its second series."""
    where, curves = patient
    folder = volumes / "both"
    shutil.copytree(where / "scans", folder)
    (folder / "day1" / "structures.dcm").unlink()
    for name in ("b.nii.gz", "b.toml"):
        shutil.copy(volumes / "scans" / name, folder / name)
    (folder / "b.toml").write_text(
        (folder / "b.toml").read_text().replace("frame_of = 1", "frame_of = 2")
    )
    text = (where / "course.toml").read_text().replace('folder = "scans"', 'folder = "both"')
    (volumes / "both.toml").write_text(text)
    found = scan_curves(read_image_course(volumes / "both.toml"))
    for reading, mine in zip(found.readings, curves.readings, strict=True):
        assert reading.reading.activity_bq == pytest.approx(mine.reading.activity_bq, rel=VOXELS)
    listed = scan_report(folder)
    assert listed.series[-1].regions == tuple(s.name for s in PATIENT)
    assert listed.series[-1].frame_of_reference == listed.series[1].frame_of_reference


def test_interfile_gives_what_nifti_gives(volumes):
    image = read_scans(volumes / "scans").scans[0].image()
    folder = volumes / "scans"
    (folder / "a.nii.gz").unlink()
    n, rows, columns = image.grid.shape
    keys = (
        f"!INTERFILE :=\n!matrix size [1] := {columns}\n!matrix size [2] := {rows}\n"
        f"!number of slices := {n}\nscaling factor (mm/pixel) [1] := 4.4\n"
        "scaling factor (mm/pixel) [2] := 4.4\nslice thickness (pixels) := 4.4\n"
        "!number of bytes per pixel := 4\n!number format := short float\n"
        "!name of data file := a.i33\n"
    )
    (folder / "a.h33").write_text(keys)
    (folder / "a.i33").write_bytes(image.values.astype("<f4").tobytes())
    with pytest.raises(ScanError, match="does not say where its axes point"):
        scan_curves(read_image_course(volumes / "course.toml"))
    (folder / "a.toml").write_text(SPECT_SIDE + 'axes = "LAI"\n')  # as the image of NIfTI lies
    found = read_scans(folder).scans[0]
    assert np.round(image.grid.axes).tolist() == [[1, 0, 0], [0, -1, 0], [0, 0, -1]]
    assert found.image().grid.axes == pytest.approx(image.grid.axes)
    assert found.image().values == pytest.approx(image.values)
    assert found.image().integral_ml() == pytest.approx(image.integral_ml(), rel=1e-6)
    assert found.series.time_since_injection_s == 14400.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("frame_of = 1", "", "labels need frame_of"),
        ("frame_of = 1", "frame_of = 7", "frame_of = 7 is no series"),
        ("frame_of = 1", 'frame_of = "a"', "must be the number of a series"),
        ('unit = "labels"', 'unit = "HU"', "belongs to unit"),
        ('"liver" = 1', '"liver" = 99', "no voxel has the label 99"),
        ('"liver" = 1', '"liver" = 1.5', "a label or a list of labels"),
    ],
)
def test_wrong_labels_stop_the_course(volumes, old, new, message):
    side = volumes / "scans" / "b.toml"
    assert old in side.read_text()
    side.write_text(side.read_text().replace(old, new))
    with pytest.raises(ScanError, match=message):
        scan_curves(read_image_course(volumes / "course.toml"))


def test_totals_that_rise_for_a_week_stop_a_course_too(reference, volumes):
    """The set whose values are no activity: README of lu177_fap_spect_not_quantitative."""
    folder = volumes / "scans"
    for path in folder.iterdir():
        path.unlink()
    source = reference / "images" / "lu177_fap_spect_not_quantitative"
    for path in sorted(source.glob("*.nii.gz")):
        shutil.copy(path, folder / path.name)
        hours = int(path.name[6:9])
        side = SPECT_SIDE.replace('"4 h"', f'"{hours} h"')
        (folder / path.name.replace(".nii.gz", ".toml")).write_text(side)
    with pytest.raises(ScanError, match="total_rises"):
        scan_curves(read_image_course(volumes / "course.toml"))
