"""The synthetic patient through every step: synthesize, scan, image; every answer is known."""

from __future__ import annotations

import json

import pytest

from alphatwin.errors import OutputError
from alphatwin.files import read_image_course
from alphatwin.imaging.forward import Camera
from alphatwin.workflows.image import image_report
from alphatwin.workflows.scan import scan_report
from alphatwin.workflows.synthesize import SHIFTS_MM, SyntheticRequest, synthesize

WITHOUT_NOISE = 0.01  # asked of the activity of every region
SHIFT_MM = 0.5  # a twelfth of the voxels that are matched
INTEGRAL = 0.05  # a biexponential fitted to three points


@pytest.fixture(scope="module", params=[0.0, 10.0], ids=["perfect", "10 mm"])
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic") / "patient"
    camera = Camera(resolution_mm=request.param)
    truth = synthesize(SyntheticRequest(camera=camera, is_noisy=False), folder)
    return folder, truth, image_report(read_image_course(folder / "course.toml")).report


def test_every_region_has_its_volume_and_activity(made):
    _, truth, report = made
    rows = {(r.region, r.scan): r for r in report.images.readings}
    for region in truth.regions:
        for scan, point in enumerate(region.points, start=1):
            row = rows[region.region, scan]
            assert row.volume_ml == pytest.approx(region.volume_ml, rel=WITHOUT_NOISE)
            assert row.corrected_activity_bq == pytest.approx(point.activity_bq, rel=WITHOUT_NOISE)
            assert row.activity_bq < point.activity_bq


def test_decays_come_out_as_they_went_in(made):
    _, truth, report = made
    for region, dose in zip(truth.regions, report.agents[0].regions, strict=True):
        estimate = dose.time_integrated_activity_bq_s.median
        assert estimate == pytest.approx(region.time_integrated_activity_bq_s, rel=INTEGRAL)


def test_days_are_registered_to_how_the_patient_lay(made):
    _, _, report = made
    for match, shift in zip(report.images.registrations, SHIFTS_MM[1:], strict=True):
        assert match.shift_mm == pytest.approx(shift, abs=SHIFT_MM)


def test_the_scans_say_what_they_are_and_nothing_else(made):
    folder, truth, _ = made
    report = scan_report(folder / "scans")
    spect = [s for s in report.series if s.modality == "NM"]
    assert [s.nuclide for s in spect] == ["Lu-177"] * 3
    assert [s.time_since_injection_s for s in spect] == [14400.0, 86400.0, 345600.0]
    assert {c.rule for c in report.contradictions} == {"not_activity", "frames"}
    assert json.loads((folder / "truth.json").read_text())["nuclide"] == truth.nuclide


def test_noise_stays_within_what_is_stated_and_a_seed_gives_the_same_files(tmp_path):
    truth = synthesize(SyntheticRequest(seed=5), tmp_path / "a")
    synthesize(SyntheticRequest(seed=5), tmp_path / "b")
    for path in sorted((tmp_path / "a").rglob("*.dcm")):
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes()
    report = image_report(read_image_course(tmp_path / "a" / "course.toml")).report
    rows = {(r.region, r.scan): r for r in report.images.readings}
    within = []
    for region in truth.regions:
        for scan, point in enumerate(region.points, start=1):
            row = rows[region.region, scan]
            sd = (row.corrected_relative_sd**2 + point.counting_relative_sd**2) ** 0.5
            within.append(abs(row.corrected_activity_bq / point.activity_bq - 1.0) < 2.0 * sd)
    assert sum(within) >= 0.9 * len(within)


def test_contours_of_the_first_day_alone_are_carried_to_the_others(tmp_path):
    truth = synthesize(SyntheticRequest(is_noisy=False), tmp_path / "a")
    for day in ("day2", "day3"):
        (tmp_path / "a" / "scans" / day / "structures.dcm").unlink()
    report = image_report(read_image_course(tmp_path / "a" / "course.toml")).report
    rows = {(r.region, r.scan): r for r in report.images.readings}
    for region in truth.regions:
        for scan, point in enumerate(region.points, start=1):
            row = rows[region.region, scan]
            assert row.drawn_on == 1
            assert row.corrected_activity_bq == pytest.approx(point.activity_bq, rel=WITHOUT_NOISE)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError):
        synthesize(SyntheticRequest(times_s=(3600.0,)), tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('volumes = ["1 mL", "10 mL", "100 mL"]\nrecovery = [0.4, 0.7, 0.9]', None),
        ('resolution = "10 mm"\nrecovery = [0.4]', "give either"),
        ('volumes = ["1 mL", "10 mL", "100 mL"]\nrecovery = [0.4, 0.7, 1.2]', "between 0 and 1"),
    ],
)
def test_recovery_may_come_from_a_phantom(tmp_path, table, message):
    from alphatwin.errors import CourseError

    path = tmp_path / "course.toml"
    path.write_text(
        'schema = 1\n[[scans]]\nfolder = "x"\n[recovery]\n' + table + '\nuncertainty = "5 %"\n'
        '[[regions]]\nname = "a"\ncontours = "a"\nfill = "fractions"\n'
        'activity_uncertainty = "5 %"\n'
    )
    if message is None:
        assert read_image_course(path).recovery.curve.recovery_fraction(10.0) > 0.5
        return
    with pytest.raises(CourseError, match=message):
        read_image_course(path)
