"""Uptake, windows, dead time and calibration of a course with scans, each by a second route."""

from __future__ import annotations

import json
import math

import numpy as np
import pydicom
import pytest

from alphatwin.errors import AlphaTwinError, CourseError, InvalidValueError
from alphatwin.files import read_image_course
from alphatwin.imaging.forward import Camera
from alphatwin.imaging.phantom import PATIENT
from alphatwin.workflows.image import image_report
from alphatwin.workflows.scan_windows import window_records
from alphatwin.workflows.synthesize import SHIFTS_MM, SyntheticRequest, synthesize

EDGE = 0.02  # a threshold by exact shares against whole voxels by their centres
STORED = 2e-4  # counts are stored as whole numbers, 30 000 steps
MIDDLE_S = 14400.0 + 600.0
T_HALF_S = 6.647 * 86400.0  # 177Lu

ASKED = """
[uptake]
liver = "liver"
spleen = "spleen"
uncertainty = "5 %"
suv_thresholds = [10.0]

[[windows]]
parent = "Ac-225"
energy = "440 keV"
width = "20 %"
precision = "10 %"
duration = "30 min"
time = "10 d"
counts_per_photon = 1e-4
background_counts = 200
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("uptake") / "patient"
    request = SyntheticRequest(times_s=(14400.0, 86400.0), camera=Camera(), is_noisy=False)
    synthesize(request, where)
    return where


def course_with(folder, name, *changes):
    text = (folder / "course.toml").read_text().replace("samples = 2000", "samples = 200")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text)
    return folder / name


@pytest.fixture(scope="module")
def report(folder):
    path = course_with(folder, "asked.toml")
    path.write_text(path.read_text() + ASKED)
    return image_report(read_image_course(path))


@pytest.fixture(scope="module")
def by_hand(folder):
    """Return concentrations [Bq/mL] and centres [mm] of the first scan, by pydicom alone."""
    d = pydicom.dcmread(folder / "scans" / "day1" / "spect.dcm")
    counts = d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept)
    x0, y0, z0 = d.DetectorInformationSequence[0].ImagePositionPatient
    step = float(d.PixelSpacing[0])
    k, j, i = np.indices(counts.shape)
    centres = np.stack([x0 + step * i, y0 + step * j, z0 + step * k], axis=-1)
    return counts / (2e-5 * 1200.0) / (step**3 * 1e-3), centres, step**3 * 1e-3


def inside(centres, name):
    solid = next(s for s in PATIENT if s.name == name)
    offset = (centres - np.array(solid.centre_mm) - SHIFTS_MM[0]) / np.array(solid.half_axes_mm)
    return (offset**2).sum(axis=-1) <= 1.0


def test_suv_and_ratios_are_those_counted_by_hand(report, by_hand):
    values, centres, _ = by_hand
    to_suv = 75e3 / (7.4e9 * 2.0 ** (-MIDDLE_S / T_HALF_S))
    liver = values[inside(centres, "liver")].mean()
    rows = {(u.region, u.scan): u for u in report.report.images.uptake.uptakes}
    for name in ("lesion 1", "lesion 2"):
        mine = values[inside(centres, name)]
        row = rows[name, 1]
        suv = row.suv[0]
        assert suv.greatest == pytest.approx(mine.max() * to_suv, rel=STORED)
        assert suv.mean == pytest.approx(mine.mean() * to_suv, rel=EDGE)
        assert suv.mean < suv.peak < suv.greatest
        ratio = next(r for r in row.ratios if r.to == "liver")
        assert ratio.value == pytest.approx(mine.mean() / liver, rel=EDGE)
        sd = row.ratios[0].relative_sd
        assert sd == pytest.approx(math.hypot(0.05, 0.002), abs=2e-3)
    assert not rows["liver", 1].ratios


def test_volumes_above_thresholds_are_those_counted_by_hand(report, by_hand):
    values, centres, voxel_ml = by_hand
    mask, liver = inside(centres, "lesion 1"), values[inside(centres, "liver")]
    to_suv = 75e3 / (7.4e9 * 2.0 ** (-MIDDLE_S / T_HALF_S))
    limits = {
        "41 % of the maximum": 0.41 * values[mask].max(),
        "SUV 10 g/mL": 10.0 / to_suv,
        "1.5 x liver + 2 SD of it": 1.5 * liver.mean() + 2.0 * liver.std(),
    }
    rows = report.report.images.uptake.uptakes
    row = next(u for u in rows if u.region == "lesion 1" and u.scan == 1)
    assert [v.rule for v in row.volumes] == list(limits)
    for found in row.volumes:
        limit = limits[found.rule]
        assert found.threshold_bq_per_ml == pytest.approx(limit, rel=EDGE)
        above = mask & (values >= found.threshold_bq_per_ml)
        count = above.sum()
        assert abs(found.volume_ml / voxel_ml - count) <= 0.05 * count
        assert found.activity_bq == pytest.approx(values[above].sum() * voxel_ml, rel=0.05)


def test_grades_answer_the_question_of_eligibility_and_no_more(report):
    uptake = report.report.images.uptake
    grades = {(u.region, u.scan): u.grade for u in uptake.uptakes}
    assert grades["lesion 1", 1].number == 3
    assert grades["lesion 1", 2].number == 4
    assert grades["liver", 1] is None
    assert [e.every_lesion_at_least for e in uptake.eligible] == [True, True]
    assert "People decide" in uptake.eligible[0].explanation
    assert {p.key for p in report.pictures} >= {"scans-uptake", "scans-slices"}


def test_a_window_says_what_it_counts_and_takes(report):
    """By hand: p^2 N^2 = N + 2 B gives 256.2 counts; 25.9 % of 213Bi decays give 440 keV."""
    (found,) = report.report.images.windows
    assert found.net_counts == pytest.approx((1 + math.sqrt(1 + 8 * 0.01 * 200)) / 0.02)
    assert found.counted[0].nuclide == "Bi-213"
    assert found.counted[0].photons_per_decay == pytest.approx(0.262, abs=0.01)
    mean = 1.0 - 0.5 * math.log(2.0) * 1800.0 / 864000.0  # of the activity in half an hour of 10 d
    least = found.net_counts / (found.photons_per_decay * 1e-4 * 1800.0 * mean)
    assert found.least_at_scan_bq == pytest.approx(least)
    assert found.least_administered_bq == pytest.approx(2.0 * least, rel=1e-6)  # 10.0 d
    assert json.dumps(found.parent) == '"Ac-225"'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('precision = "10 %"', 'precision = "0 %"'), r":\d+: windows\[0\].precision: "),
        (('precision = "10 %"', 'precision = "150 %"'), r":\d+: windows\[0\].precision: "),
        (('duration = "30 min"', 'duration = "0 s"'), r":\d+: windows\[0\].duration: "),
    ],
)
def test_a_window_without_meaning_is_refused_by_field_and_line(folder, change, message):
    text = (folder / "course.toml").read_text() + ASKED
    assert change[0] in text
    (folder / "window.toml").write_text(text.replace(*change))
    with pytest.raises(CourseError, match=message):
        read_image_course(folder / "window.toml")


def test_a_window_after_all_has_decayed_is_refused(folder):
    """40 d are 1263 half-lives of 213Bi: 2^1263 is no float at all."""
    text = (folder / "course.toml").read_text() + ASKED
    text = text.replace('parent = "Ac-225"', 'parent = "Bi-213"').replace('"10 d"', '"40 d"')
    (folder / "late.toml").write_text(text)
    plans = read_image_course(folder / "late.toml").windows
    with pytest.raises(InvalidValueError, match="1263 half-lives of Bi-213"):
        window_records(plans, decay_data="icrp107")


SOURCE = (
    '{ activity = "100 MBq", uncertainty = "3 %", counts = 1.25e6, background_counts = 5e4, '
    'duration = "10 min" }'
)


def test_a_camera_calibrated_by_a_source_gives_the_same_activity(folder, report):
    """100 MBq give 2e-5 x 100e6 x 600 = 1.2e6 counts in 10 minutes: the sensitivity itself."""
    path = course_with(
        folder,
        "source.toml",
        (
            'calibration = "41.666666666666664 Bq/count"',
            f"calibration_source = {SOURCE}",
        ),
    )
    found = image_report(read_image_course(path))
    for a, b in zip(found.report.images.readings, report.report.images.readings, strict=True):
        assert a.activity_bq == pytest.approx(b.activity_bq, rel=1e-6)
    budget = next(c for c in found.report.assumptions if c.name == "scans.calibration_source")
    assert "3 %" in budget.value
    path.write_text(path.read_text() + '\n[calibration]\nuncertainty = "4 %"\n')
    with pytest.raises(CourseError, match="leave one of them out"):
        read_image_course(path)


def dead_time(rates, tau="2 us"):
    table = f'dead_time = {{ constant = "{tau}", uncertainty = "20 %", model = "paralysable", '
    return ("[recovery]", f"series = [2, 5]\n{table}rates = {rates} }}\n[recovery]")


def test_dead_time_is_undone_scan_by_scan(folder, report):
    """A true rate n is seen as n exp(-n tau): 40 000 and 10 000 per s at 2 us."""
    true = [40_000.0, 10_000.0]
    seen = [f"{n * math.exp(-n * 2e-6)!r} /s" for n in true]
    path = course_with(folder, "dead.toml", dead_time(json.dumps(seen)))
    found = image_report(read_image_course(path)).report.images
    for scan, n in zip(found.scans, true, strict=True):
        assert scan.dead_time_factor == pytest.approx(math.exp(n * 2e-6), rel=1e-9)
        x = n * 2e-6
        assert scan.dead_time_relative_sd == pytest.approx(0.2 * x / (1 - x), rel=1e-6)
    before = {(r.region, r.scan): r.activity_bq for r in report.report.images.readings}
    for r in found.readings:
        factor = math.exp(true[r.scan - 1] * 2e-6)
        assert r.activity_bq == pytest.approx(factor * before[r.region, r.scan], rel=1e-5)


def test_a_saturated_camera_and_a_missing_rate_are_refused(folder):
    path = course_with(folder, "saturated.toml", dead_time('["90000 /s", "100 /s"]', "9 us"))
    with pytest.raises(InvalidValueError, match="saturated"):
        image_report(read_image_course(path))
    path = course_with(folder, "few.toml", dead_time('["90000 /s"]'))
    with pytest.raises(CourseError, match="has 1 rates"):
        read_image_course(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('liver = "liver"', 'liver = "hepar"', "nothing is drawn under the name 'hepar'"),
        ('uncertainty = "5 %"\nsuv', "suv", "uncertainty: is missing"),
        ('parent = "Ac-225"', 'parent = "Xx-1"', "parent"),
        ('energy = "440 keV"', 'energy = "440"', "energy"),
        ("counts_per_photon = 1e-4", "counts_per_photon = 2.0", "counts_per_photon"),
        ('energy = "440 keV"', 'energy = "4 MeV"', "no member of the chain"),
    ],
)
def test_what_is_wrong_is_said(folder, old, new, message):
    path = course_with(folder, "wrong.toml")
    assert old in ASKED
    path.write_text(path.read_text() + ASKED.replace(old, new))
    with pytest.raises(AlphaTwinError, match=message):
        image_report(read_image_course(path))
