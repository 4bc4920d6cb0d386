"""Scans as scanners wrote them: what is read, and which contradictions are found."""

from __future__ import annotations

import io
import shutil
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from alphatwin.dicom.read import read_image, read_scans
from alphatwin.dicom.read.nuclide_codes import nuclide_in
from alphatwin.dicom.read.structures import read_structures
from alphatwin.errors import ScanError
from alphatwin.geometry import voxel_fractions, voxels_inside, voxels_touched
from alphatwin.imaging import contradictions
from alphatwin.report.serializer import to_jsonable
from alphatwin.workflows.scan import scan_report

if TYPE_CHECKING:
    from pathlib import Path

PRINTED = 0.01  # the reference states volumes and activities to three or four digits


@pytest.fixture(scope="session")
def images(reference) -> Path:
    return reference / "images"


@pytest.fixture(scope="session")
def umich(images):
    return read_scans(images / "umich_lu177_dotatate_spect")


@pytest.fixture(scope="session")
def acrin(images):
    return scan_report(images / "acrin_fdg_pet_ct")


def rules(report) -> set[tuple[str, str]]:
    return {(c.rule, c.severity) for c in report.contradictions}


# --- the patient with a neuroendocrine tumour -----------------------------------------------------


def test_the_spect_of_two_days_is_sorted_by_time(umich):
    """Times, activity and voxels as the README of the reference scans states them."""
    first, second = (scan.series for scan in umich.scans[:2])
    assert first.time_since_injection_s == pytest.approx(3.74 * 3600, rel=PRINTED)
    assert second.time_since_injection_s == pytest.approx(27.73 * 3600, rel=PRINTED)
    for s in (first, second):
        assert s.grid.shape == (199, 256, 256)
        assert s.tracer.nuclide == "Lu-177"
        assert s.tracer.administered_bq == pytest.approx(7210.4e6, rel=1e-4)
        assert s.units == "bq_per_ml"


def test_the_decay_correction_of_the_spect_contradicts_itself_on_both_days(umich):
    found = contradictions([s.series for s in umich.scans], n_patients=umich.n_patients)
    mine = [c for c in found if c.rule == "decay_correction"]
    assert [(c.severity, c.series) for c in mine] == [("stop", (1,)), ("stop", (2,))]
    factors = {c.write: c.factor for c in mine[1].choices}
    assert factors['decay_corrected_to = "none"'] == 1.0
    assert factors['decay_corrected_to = "administration"'] == pytest.approx(0.8865, abs=5e-5)
    others = {c.rule for c in found} - {"decay_correction"}
    assert others == {"frames", "nuclide_code", "spect_as_pt", "study_date"}


@pytest.mark.parametrize(
    ("day", "lesion", "volume_ml", "activity_mbq"),
    [
        (0, 0, 118.3, 128.18), (1, 0, 119.6, 162.86), (0, 1, 3.87, 5.34), (1, 1, 4.14, 8.04),
    ],
)  # fmt: skip
def test_lesions_hold_what_the_reference_states(umich, day, lesion, volume_ml, activity_mbq):
    """The reference counts every voxel that an outline touches; what was drawn is smaller."""
    image = read_image(umich.scans[day].files)
    structures = [s for s in umich.scans if s.series.modality == "RTSTRUCT"]
    drawn = [read_structures(s.files.first.part) for s in structures]
    mine = next(d for d in drawn if umich.scans[day].files.first.series in d.drawn_on)
    contours = mine.regions[lesion]
    touched = voxels_touched(contours, grid=image.grid)
    assert touched.volume_ml == pytest.approx(volume_ml, rel=PRINTED)
    assert touched.integral_ml(image) == pytest.approx(activity_mbq * 1e6, rel=PRINTED)
    inside, exact = (fill(contours, grid=image.grid) for fill in (voxels_inside, voxel_fractions))
    assert inside.volume_ml == pytest.approx(exact.volume_ml, rel=0.03)
    assert exact.volume_ml < 0.92 * touched.volume_ml


# --- published pairs of contours and masks --------------------------------------------------------


def test_contours_fill_the_published_mask(images):
    """IBSI's soft-tissue sarcoma: the RTSTRUCT against the mask published beside it."""
    import SimpleITK

    folder = images / "ibsi_sts_pet_ct" / "STS_001" / "PET"
    scans = read_scans(folder / "dicom")
    image = read_image(next(s.files for s in scans.scans if s.series.is_tomographic))
    drawn = next(s for s in scans.scans if s.series.modality == "RTSTRUCT")
    contours = read_structures(drawn.files.first.part).regions[0]
    path = next((folder / "nifti" / "mask").glob("*.nii.gz"))
    published = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path))) > 0
    assert published.sum() == 5095
    assert np.array_equal(voxels_inside(contours, grid=image.grid).as_mask(), published)


# --- positron images ------------------------------------------------------------------------------


def test_a_whole_body_pet_with_its_own_slope_in_each_slice(images):
    """267 slices, 267 slopes: the header of the reference says 388.8 MBq at 45 min and 71 kg."""
    report = scan_report(images / "tcia_sts001_fdg_pet")
    pet = report.series[0]
    assert (pet.modality, pet.images, pet.nuclide) == ("PT", 267, "F-18")
    assert pet.time_since_injection_s == 45 * 60 + 11
    left = 388.777e6 * 2.0 ** (-pet.time_since_injection_s / 6586.2)
    assert pet.suvbw_factor_g_per_bq == pytest.approx(71e3 / left, rel=1e-3)
    assert 0.4 < pet.activity_in_view_bq / left < 1.0
    assert ("injection_date", "question") in rules(report)
    assert not [r for r in rules(report) if r[1] == "stop"]
    assert report.series[1].regions == ("GTV_Mass", "GTV_Edema")


def test_value_mappings_agree_with_the_suv_of_the_tags(acrin):
    """Somebody else's SUV factors, 4.2111e-4 g/Bq, stand in the RWVM objects of the set."""
    pet = next(s for s in acrin.series if s.units == "bq_per_ml")
    assert pet.suvbw_factor_g_per_bq == pytest.approx(4.2111e-4, rel=1e-3)
    assert "value_mapping" not in {rule for rule, _ in rules(acrin)}


def test_counts_are_not_taken_for_activity(acrin):
    counts = next(s for s in acrin.series if s.units == "counts")
    stop = next(c for c in acrin.contradictions if c.rule == "not_activity")
    assert stop.severity == "stop"
    assert stop.series == (counts.number,)
    assert counts.activity_in_view_bq is None


def test_a_scout_is_not_a_volume_and_segments_are_named(acrin):
    scout, volume = (s for s in acrin.series if s.modality == "CT")
    assert scout.grid is None
    assert volume.grid.shape == (135, 512, 512)
    names = {name for s in acrin.series if s.modality == "SEG" for name in s.regions}
    assert names == {"Segment_1", "Segment_2", "pt_segment_1"}
    assert len(acrin.unreadable) == 1  # the README.txt beside the images


def test_nothing_of_the_patient_is_in_the_answer(images):
    text = str(to_jsonable(scan_report(images / "umich_lu177_dotatate_spect")))
    for word in ("DOE", "ANON54121", "2018", "064Y", "mask", "SCAN_00"):
        assert word not in text


# --- what is wrong is said ------------------------------------------------------------------------


@pytest.fixture
def few(images, tmp_path) -> Path:
    """Return a folder with six neighbouring slices of a PET."""
    folder = tmp_path / "few"
    folder.mkdir()
    source = sorted((images / "tcia_sts001_fdg_pet" / "FDG_PET" / "image").glob("*.dcm"))
    for path in source[100:106]:
        shutil.copy(path, folder / path.name)
    return folder


def problems(folder: Path) -> str:
    return " ".join(c.explanation for c in scan_report(folder).contradictions)


def edit(path: Path, **values) -> None:
    import pydicom

    dataset = pydicom.dcmread(path)
    for key, value in values.items():
        setattr(dataset, key, value)
    dataset.save_as(path)


def test_a_missing_and_a_doubled_slice_are_found(few):
    paths = sorted(few.glob("*.dcm"))
    shutil.copy(paths[1], few / "copy.dcm")
    assert "there twice" in problems(few)
    edit(few / "copy.dcm", SOPInstanceUID="1.2.3.4")
    assert "several images at one place" in problems(few)
    (few / "copy.dcm").unlink()
    for path in paths:
        if read_scans(few).scans[0].files.headers[2].part.path == path:
            path.unlink()
            break
    assert "slices are missing: about 1" in problems(few)


def test_files_of_two_patients_stop(few):
    edit(min(few.glob("*.dcm")), PatientID="another")
    assert "2 patients" in problems(few)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("PatientWeight", 71000, "body mass of 7.1e+04 kg"),
        ("Units", "CNTS", "not activity"),
        ("CorrectedImage", ["ATTN"], "does not name decay"),
        ("DecayCorrection", "NONE", "does not say to what time"),
        ("DecayFactor", 3.0, "the header gives the factor"),
    ],
)
def test_headers_that_cannot_be_true_are_doubted(few, key, value, said):
    for path in few.glob("*.dcm"):
        edit(path, **{key: value})
    assert said in problems(few)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("RadionuclideTotalDose", 388.8, "is it in another unit"),
        ("RadionuclideTotalDose", 3.888e6, "more than the"),
        ("RadionuclideHalfLife", 574300, "half-life of 574300 s; it has 6586.2 s"),
        ("RadiopharmaceuticalStartDateTime", "20300101103500", "after the scan"),
        ("RadiopharmaceuticalStartTime", "", "does not say when was injected"),
    ],
)
def test_what_was_injected_is_checked_against_physics(few, key, value, said):
    import pydicom

    for path in few.glob("*.dcm"):
        dataset = pydicom.dcmread(path)
        tracer = dataset.RadiopharmaceuticalInformationSequence[0]
        setattr(tracer, key, value)
        if key == "RadionuclideTotalDose" and value > 1e6:
            dataset.RescaleSlope = 1e4
        dataset.save_as(path)
    assert said in problems(few)


def test_a_zip_gives_the_same_answer_as_its_folder(few, tmp_path):
    with zipfile.ZipFile(tmp_path / "few.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in few.glob("*.dcm"):
            archive.write(path, path.name)
    assert to_jsonable(scan_report(tmp_path / "few.zip")) == to_jsonable(scan_report(few))


def test_a_zip_bomb_and_a_path_out_of_the_zip_do_no_harm(tmp_path, few):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("slice.dcm", bytes(50 * 2**20))
    with pytest.raises(ScanError, match="it is no image"):
        scan_report(bomb)
    out = tmp_path / "out.zip"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../escaped.dcm", next(few.glob("*.dcm")).read_bytes())
    before = set(tmp_path.parent.rglob("*"))
    assert scan_report(out).series[0].images == 1
    assert set(tmp_path.parent.rglob("*")) == before


@pytest.mark.parametrize("content", [b"", b"no dicom", bytes(200) + b"DICM"])
def test_a_folder_without_dicom_is_refused(tmp_path, content):
    (tmp_path / "one.dcm").write_bytes(content)
    with pytest.raises(ScanError, match="not one of 1 files"):
        scan_report(tmp_path)


def test_nothing_at_all_is_refused(tmp_path):
    with pytest.raises(ScanError, match="holds no file"):
        scan_report(tmp_path)
    with pytest.raises(ScanError, match="no such folder"):
        scan_report(tmp_path / "missing")
    (tmp_path / "damaged.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(ScanError, match="neither a folder nor a whole zip"):
        scan_report(tmp_path / "damaged.zip")


def test_truncated_pixels_are_an_error_that_names_the_file(few):
    path = min(few.glob("*.dcm"))
    path.write_bytes(path.read_bytes()[:-5000])
    assert "pixels" in problems(few)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("177 Lutetium", "Lu-177"), ("^18^Fluorine", "F-18"), ("18F", "F-18"),
        ("[68Ga]Ga-DOTATATE", "Ga-68"), ("Tc-99m MDP", "Tc-99m"), ("Technetium 99m", "Tc-99m"),
        ("Actinium-225", "Ac-225"), ("fluorodeoxyglucose", None), ("", None), ("2024", None),
    ],
)  # fmt: skip
def test_a_nuclide_is_read_from_any_usual_text(text, name):
    assert nuclide_in(text) == name


def test_a_stream_is_closed_and_a_member_read_twice(few, tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for path in few.glob("*.dcm"):
            archive.write(path, path.name)
    part = read_scans(tmp_path / "z.zip").scans[0].files.first.part
    assert isinstance(part.open(), io.BytesIO)
    assert part.open().read() == part.open().read()
