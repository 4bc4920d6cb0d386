"""Volumes that are no DICOM, and compressed DICOM: the same values, or a clear refusal."""

from __future__ import annotations

import gzip
import shutil

import numpy as np
import pytest

from alphatwin.dicom.read import read_image, read_scans
from alphatwin.dicom.read.interfile import read_interfile
from alphatwin.dicom.read.nifti import read_volume
from alphatwin.errors import ScanError
from alphatwin.workflows.scan import scan_report

POSITION_MM = 1e-3  # headers hold 32-bit floats

SIDECAR = """schema = 1
unit = "{unit}"
nuclide = "Lu-177"
time = "{time}"
activity = "7.4 GBq"
decay_corrected_to = "none"
"""


@pytest.fixture(scope="session")
def fap(reference):
    return reference / "images" / "lu177_fap_spect_not_quantitative"


def turned(tmp_path, name="turned.nii.gz"):
    """Return a NIfTI file of SimpleITK, turned and with its slices running down."""
    import SimpleITK

    values = np.random.default_rng(1).integers(0, 900, (5, 6, 7)).astype(np.int16)
    image = SimpleITK.GetImageFromArray(values)
    image.SetSpacing((2.0, 3.0, 4.0))
    image.SetOrigin((-10.0, 20.0, 30.0))
    c, s = np.cos(0.3), np.sin(0.3)
    image.SetDirection((c, -s, 0.0, s, c, 0.0, 0.0, 0.0, -1.0))
    SimpleITK.WriteImage(image, str(tmp_path / name))
    return image, tmp_path / name


@pytest.mark.parametrize("name", ["turned.nii.gz", "turned.nii"])
def test_a_nifti_volume_lies_where_simpleitk_puts_it(tmp_path, name):
    """SimpleITK as the other reader: every voxel at its place, through a flip of the slices."""
    other, path = turned(tmp_path, name)
    mine = read_volume(path, name="volume 1")
    for k, j, i in ((0, 0, 0), (4, 5, 6), (2, 1, 5)):
        where = other.TransformIndexToPhysicalPoint((i, j, k))
        index = np.round(mine.grid.index_of(where)).astype(int)
        assert mine.grid.position_mm(index) == pytest.approx(where, abs=POSITION_MM)
        assert mine.values[tuple(index)] == other.GetPixel(i, j, k)


def test_images_without_a_sidecar_are_refused(fap):
    with pytest.raises(ScanError, match="NIfTI states no unit, nuclide or time"):
        scan_report(fap)


@pytest.fixture
def with_sidecars(fap, tmp_path):
    for path in fap.glob("*.nii.gz"):
        shutil.copy(path, tmp_path / path.name)
        hours = int(path.name[6:9])
        text = SIDECAR.format(unit="Bq/mL", time=f"{hours} h")
        (tmp_path / path.name.replace(".nii.gz", ".toml")).write_text(text)
    return tmp_path


def test_images_whose_totals_rise_for_a_week_are_stopped(with_sidecars):
    """Stated as Bq/mL they cannot be: README of the set, each image on a scale of its own."""
    report = scan_report(with_sidecars)
    assert [s.time_since_injection_s for s in report.series] == [
        h * 3600.0 for h in (4, 24, 48, 168)
    ]
    stops = [c for c in report.contradictions if c.severity == "stop"]
    assert {c.rule for c in stops} == {"total_rises"}
    assert (1, 2) in {c.series for c in stops}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "schema 2"),
        ('unit = "Bq/mL"', 'unit = "SUV"', "unit must be one of"),
        ("Lu-177", "Lu-999", "its sidecar"),
        ('"4 h"', '"4"', "has no unit"),
        ('time = "4 h"', "", "must state time"),
        ("activity", "dose", "keys dose"),
        ("schema", "[[", "no TOML"),
    ],
)
def test_a_wrong_sidecar_is_said(with_sidecars, old, new, message):
    for path in with_sidecars.glob("*.nii.gz"):
        if "004H" not in path.name:
            path.unlink()
    (side,) = with_sidecars.glob("*004H*.toml")
    side.write_text(side.read_text().replace(old, new))
    with pytest.raises(ScanError, match=message):
        scan_report(with_sidecars)


@pytest.mark.parametrize("cut", [0, 100, 400, -7])
def test_a_damaged_nifti_file_is_said(tmp_path, cut):
    _, path = turned(tmp_path)
    raw = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(raw[:cut]))
    with pytest.raises(ScanError, match="no whole NIfTI-1 volume"):
        read_volume(path, name="volume 1")
    path.write_bytes(b"no gzip")
    with pytest.raises(ScanError, match="no whole NIfTI-1 volume"):
        read_volume(path, name="volume 1")


def test_the_labels_of_the_christie_phantom_have_their_volumes(reference):
    """README of the phantom: label 16000 (spleen) has 1535 voxels of 3.9063 x 3.9063 x 4.4196 mm.

    Its seven regions hold 235 MBq: gammas per voxel over 0.172688 per decay, all in the README.
    """
    folder = reference / "images" / "christie_lu177_dotatate_phantom"
    labels = read_interfile(folder / "patient15_LuDOTATATE_src.h33")
    count = {int(v): int(np.sum(labels.values == v)) for v in range(15000, 22000, 1000)}
    assert count[16000] == 1535
    assert labels.grid.voxel_volume_ml[0] == pytest.approx(3.9063**2 * 4.4196e-3)
    gammas = {
        15000: 1167.645, 16000: 3847.511, 17000: 2625.665, 18000: 2576.813, 19000: 28595.65,
        20000: 25746.21, 21000: 9210.027,
    }  # fmt: skip
    total = sum(count[v] * gammas[v] for v in gammas) / 0.172688
    assert total == pytest.approx(235e6, rel=0.01)


def test_a_wrong_interfile_is_said(tmp_path):
    header = tmp_path / "a.h33"
    with pytest.raises(ScanError, match="cannot be read"):
        read_interfile(header)
    header.write_text("hello")
    with pytest.raises(ScanError, match="does not begin"):
        read_interfile(header)
    keys = (
        "!INTERFILE :=\n!matrix size [1] := 2\n!matrix size [2] := 2\n!number of slices := 1\n"
        "scaling factor (mm/pixel) [1] := 1\nscaling factor (mm/pixel) [2] := 1\n"
        "slice thickness (pixels) := 1\n!number of bytes per pixel := 2\n"
        "!number format := unsigned integer\n"
    )
    header.write_text(keys)
    with pytest.raises(ScanError, match="name of data file"):
        read_interfile(header)
    header.write_text(keys + "!name of data file := ../../b.i33\n")
    with pytest.raises(ScanError, match="beside the header"):
        read_interfile(header)
    header.write_text(keys + "!name of data file := b.i33\n")
    (tmp_path / "b.i33").write_bytes(bytes(7))
    with pytest.raises(ScanError, match="7 bytes of data"):
        read_interfile(header)


@pytest.fixture
def plain(reference, tmp_path):
    folder = tmp_path / "plain"
    folder.mkdir()
    source = reference / "images" / "tcia_sts001_fdg_pet" / "FDG_PET" / "image"
    for path in sorted(source.glob("*.dcm"))[100:103]:
        shutil.copy(path, folder / path.name)
    return folder


@pytest.mark.parametrize(
    "syntax", ["JPEGLSLossless", "JPEG2000Lossless", "RLELossless", "JPEGLosslessProcess14_1"]
)
def test_compressed_slices_hold_the_values_of_the_plain_ones(plain, tmp_path, syntax):
    import gdcm

    folder = tmp_path / syntax
    folder.mkdir()
    for path in plain.glob("*.dcm"):
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFileName(str(folder / path.name))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
    (one,), (other,) = (read_scans(f).scans for f in (plain, folder))
    assert other.files.first.transfer_syntax != one.files.first.transfer_syntax
    assert np.array_equal(read_image(one.files).values, read_image(other.files).values)
