"""From scans to the dose report: equal to the typed course, and no choice made silently."""

from __future__ import annotations

import pytest

from alphatwin.errors import CourseError, ScanError
from alphatwin.examples import example_text
from alphatwin.files import course_from_text, read_course, read_image_course
from alphatwin.report.serializer import to_jsonable
from alphatwin.workflows.dose import dose_report
from alphatwin.workflows.image import image_report

EQUAL = 0.01  # asked: the typed course states three or four digits

SCANS = """
[[scans]]
folder = "{folder}"
decay_corrected_to = "none"
"""
DRAWN = """
[[regions]]
name = "{name}"
kind = "lesion"
uncertainty = "{volume}"
contours = "{contours}"
fill = "touched"
activity_uncertainty = "{activity}"
"""


def from_scans(text: str, folder: str, *, scans: str = SCANS) -> str:
    """Return the typed example with its two lesions taken from the scans instead."""
    head, _, rest = text.partition('[[regions]]\nname = "lesion 1"')
    _, _, organs = rest.partition('[[regions]]\nname = "kidneys"')
    before, _, after = organs.partition("[[measurements]]")
    _, _, tail = after.partition("[calibration]")
    lesions = DRAWN.format(
        name="lesion 1", volume="5 %", contours="lesion1 liver R lobe", activity="5 %"
    ) + DRAWN.format(
        name="lesion 2", volume="20 %", contours="lesion2 liver L lateral", activity="15 %"
    )
    return (
        head
        + lesions
        + '\n[[regions]]\nname = "kidneys"'
        + before
        + scans.format(folder=folder)
        + "\n[calibration]"
        + tail.replace("samples = 10000", "samples = 2000")
    )


@pytest.fixture(scope="session")
def umich_folder(reference):
    return reference / "images" / "umich_lu177_dotatate_spect"


@pytest.fixture(scope="session")
def from_images(umich_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("course") / "course.toml"
    path.write_text(from_scans(example_text("umich_lu177_dotatate"), umich_folder.as_posix()))
    return image_report(read_image_course(path))


@pytest.fixture(scope="session")
def typed():
    """Return the typed example, its times moved from the start of the scans to their middle."""
    text = example_text("umich_lu177_dotatate").replace("samples = 10000", "samples = 2000")
    text = text.replace('"3.74 h"', '"3.950 h"').replace('"27.73 h"', '"27.935 h"')
    return dose_report(course_from_text(text))


def test_the_report_from_scans_equals_the_typed_course(from_images, typed):
    """Volumes, activities and doses within 1 % where the same choices are made."""
    assert len(from_images.report.agents) == len(typed.agents)
    for mine, theirs in zip(from_images.report.agents, typed.agents, strict=True):
        for a, b in zip(mine.regions, theirs.regions, strict=True):
            assert a.absorbed_dose_gy.median == pytest.approx(
                b.absorbed_dose_gy.median, rel=EQUAL
            ), (mine.agent, a.region)


def test_what_the_scans_hold_is_as_the_reference_states(from_images):
    rows = {(r.region, r.scan): r for r in from_images.report.images.readings}
    stated = {
        ("lesion 1", 1): (118.3, 128.18), ("lesion 1", 2): (119.6, 162.86),
        ("lesion 2", 1): (3.87, 5.34), ("lesion 2", 2): (4.14, 8.04),
    }  # fmt: skip
    for key, (volume_ml, activity_mbq) in stated.items():
        assert rows[key].volume_ml == pytest.approx(volume_ml, rel=EQUAL)
        assert rows[key].activity_bq == pytest.approx(activity_mbq * 1e6, rel=EQUAL)
    by_rule = {f.fill: f.volume_ml for f in rows["lesion 1", 1].by_fill}
    assert by_rule["fractions"] == pytest.approx(107.0, abs=0.1)


def test_choices_and_doubts_stand_in_the_report(from_images):
    report = from_images.report
    choice = next(a for a in report.assumptions if a.name == "scans.decay_corrected_to")
    assert choice.value == "none"
    assert "the header gives the factor 1" in choice.text
    assert {c.code for c in report.warnings} >= {"fill"}
    (match,) = report.images.registrations
    assert match.shift_mm == pytest.approx((0.0, 3.0, 34.0), abs=3.0)
    assert [p.key for p in from_images.pictures] == [
        "scans-slices", "scans-projections", "scans-registration",
    ]  # fmt: skip
    text = str(to_jsonable(report))
    assert not [word for word in ("DOE", "ANON", "20181115", "2018-11", "SCAN_00") if word in text]


def course_at(tmp_path, text):
    path = tmp_path / "course.toml"
    path.write_text(text)
    return path


def test_a_contradiction_without_a_choice_stops_with_its_ways_out(umich_folder, tmp_path):
    text = from_scans(
        example_text("umich_lu177_dotatate"),
        umich_folder.as_posix(),
        scans='\n[[scans]]\nfolder = "{folder}"\n',
    )
    course = read_image_course(course_at(tmp_path, text))
    with pytest.raises(ScanError, match=r"activity at the scan x 0\.8865") as caught:
        image_report(course)
    assert 'decay_corrected_to = "none"' in str(caught.value)


def test_contours_of_one_scan_are_carried_to_the_other(umich_folder, tmp_path):
    """Without the outlines of day 2 those of day 1, moved, hold nearly the same activity."""
    import shutil

    folder = tmp_path / "scans"
    shutil.copytree(umich_folder / "SCAN_001", folder / "one")
    (folder / "two").mkdir()
    for path in (umich_folder / "SCAN_002").rglob("*.dcm"):
        import pydicom

        if pydicom.dcmread(path, stop_before_pixels=True).Modality == "PT":
            shutil.copy(path, folder / "two" / path.name)
    text = from_scans(example_text("umich_lu177_dotatate"), folder.as_posix())
    found = image_report(read_image_course(course_at(tmp_path, text)))
    rows = {(r.region, r.scan): r for r in found.report.images.readings}
    assert rows["lesion 1", 2].drawn_on == 1
    assert rows["lesion 1", 2].activity_bq == pytest.approx(162.86e6, rel=0.05)
    assert rows["lesion 2", 2].activity_bq == pytest.approx(8.04e6, rel=0.25)
    assert {c.where for c in found.report.warnings if c.code == "carried"} == {
        "lesion 1", "lesion 2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('fill = "touched"', 'fill = "all"', "allowed: 'centres', 'fractions', 'touched'"),
        ('fill = "touched"\n', "", "fill: is missing"),
        ('decay_corrected_to = "none"\n\n[cal', 'time = "4 h"\n\n[cal', "belongs to one series"),
        (
            'decay_corrected_to = "none"\n\n[cal',
            'calibration = "20 Bq"\n\n[cal',
            "no calibration factor",
        ),
    ],
)
def test_what_is_wrong_in_the_course_is_said_by_line(tmp_path, old, new, message):
    text = from_scans(example_text("umich_lu177_dotatate"), "scans")
    assert old in text
    with pytest.raises(CourseError, match=message):
        read_image_course(course_at(tmp_path, text.replace(old, new)))


def test_a_course_with_scans_is_no_typed_course_and_the_other_way(tmp_path):
    path = course_at(tmp_path, from_scans(example_text("umich_lu177_dotatate"), "scans"))
    with pytest.raises(CourseError, match=r"alphatwin image course\.toml"):
        read_course(path)
    path.write_text(example_text("umich_lu177_dotatate"))
    with pytest.raises(CourseError, match="there is no \\[\\[scans\\]\\]"):
        read_image_course(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lesion1 liver R lobe", "liver", "nothing is drawn under the name 'liver'"),
        ('decay_corrected_to = "none"\n\n[cal', "series = [9]\n\n[cal", "series 9 is no image"),
    ],
)
def test_what_the_scans_do_not_hold_is_refused(umich_folder, tmp_path, old, new, message):
    text = from_scans(example_text("umich_lu177_dotatate"), umich_folder.as_posix())
    course = read_image_course(course_at(tmp_path, text.replace(old, new)))
    with pytest.raises(ScanError, match=message):
        image_report(course)
