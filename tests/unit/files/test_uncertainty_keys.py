"""Uncertainty in a course file: apart by what makes it, and what is refused with the way out."""

from __future__ import annotations

import re

import pytest

from alphatwin.errors import CourseError
from alphatwin.files import read_course, template_text
from alphatwin.uncertainty import volume_relative_sd

IMAGING = """
[imaging]
resolution_fwhm = "10 mm"
recovery_exponent = 0.9
recovery_half_volume = "4 mL"
recovery_exponent_uncertainty = "8 %"
recovery_half_volume_uncertainty = "15 %"
recovery_correlation = -0.5
"""
POINTS = 'points = [\n    { time = "4 h"'


def read(tmp_path, *changes, more=""):
    text = template_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "course.toml"
    path.write_text(text + more, encoding="utf-8")
    return read_course(path).course


def with_components(components):
    return ('source = "SPECT/CT"', f'source = "SPECT/CT"\nuncertainty = {{ {components} }}')


def test_components_are_read_apart(tmp_path):
    course = read(
        tmp_path,
        with_components('counts = "3 %", recovery = "6 %", volume = "5 %"'),
        ('"60 MBq", uncertainty = "10 %"', '"60 MBq"'),
        ('nuclide = "Lu-177" ', 'camera = "B"\nnuclide = "Lu-177" '),
    )
    (seen,) = course.measurements
    assert [p.relative_sd for p in seen.points] == [0.03, 0.1, 0.1]
    assert (seen.recovery_relative_sd, seen.volume_relative_sd) == (0.06, 0.05)
    assert not seen.is_recovered_by_curve
    assert seen.camera == "B"


def test_a_recovery_curve_is_read(tmp_path):
    course = read(tmp_path, with_components('recovery = "curve"'), more=IMAGING)
    assert course.measurements[0].is_recovered_by_curve
    assert course.imaging is not None
    assert course.imaging.resolution_fwhm_mm == pytest.approx(10.0)
    assert course.imaging.recovery.half_volume_ml == pytest.approx(4.0)
    assert course.imaging.recovery.correlation_ratio == -0.5


def test_a_delineation_says_how_well_a_volume_is_known(tmp_path):
    drawn = 'delineation = { voxel_size = "4.4 mm", resolution_fwhm = "10 mm", boundary = "1 mm" }'
    course = read(tmp_path, ('uncertainty = "10 %"  ', f"{drawn}  "))
    expected = volume_relative_sd(20.0, voxel_mm=4.4, resolution_fwhm_mm=10.0, boundary_sd_mm=1.0)
    assert course.regions[0].mass_relative_sd == pytest.approx(expected)
    assert course.regions[0].size_uncertainty_from == "delineation"


def test_rbe_and_fates_have_uncertainties(tmp_path):
    weights = 'daughter_weights = { stay = "60 %", all_escape = "40 %" }'
    course = read(
        tmp_path,
        ("rbe_alpha = 5.0", f'rbe_alpha_uncertainty = "30 %"\n{weights}\nrbe_alpha = 5.0'),
    )
    assert course.assumptions.rbe_alpha_relative_sd == pytest.approx(0.3)
    assert course.assumptions.fate_weights == (("stay", 0.6), ("all_escape", 0.4))


def test_a_course_without_these_keys_is_read_as_before(tmp_path):
    course = read(tmp_path)
    assert course.imaging is None
    assert course.assumptions.fate_weights == ()
    assert course.measurements[0].recovery_relative_sd == 0.0


DRAWN = 'delineation = { voxel_size = "4.4 mm", resolution_fwhm = "10 mm" }'


@pytest.mark.parametrize(
    ("changes", "more", "match"),
    [
        ((with_components('recovery = "curve"'),), "", r"there is no \[imaging\]"),
        ((with_components('recovery = "some"'),), "", "'curve' for that of"),
        ((with_components('recovery = "100 %"'),), "", "below 1"),
        (
            (with_components('recovery = "curve"'), ('volume = "20 mL"', 'volume = "unknown"'),
             ('uncertainty = "10 %"  ', "# ")),
            IMAGING,
            "hangs on the volume",
        ),
        ((with_components('recovery = "curve", volume = "5 %"'),), IMAGING, "leave the stated"),
        ((('"60 MBq", uncertainty = "10 %"', '"60 MBq"'),), "", "uncertainty: is missing"),
        ((with_components('noise = "3 %"'),), "", "not a key"),
        ((('uncertainty = "10 %"  ', f'uncertainty = "10 %"\n{DRAWN}  '),), "", "give one"),
        (
            (('mass = "310 g"\nuncertainty = "20 %"', f'mass = "310 g"\n{DRAWN}'),),
            "",
            "give the volume that was drawn",
        ),
        (
            (('volume = "20 mL"', 'volume = "0.1 mL"'), ('uncertainty = "10 %"  ', DRAWN)),
            "",
            "below 3",
        ),
        ((), IMAGING.replace("0.9", "-0.9"), "greater than 0"),
        ((), IMAGING.replace("10 mm", "10"), "unit"),
        (
            (("rbe_alpha = 5.0", 'daughter_weights = { stay = "60 %" }\nrbe_alpha = 5.0'),),
            "",
            "add up to 1",
        ),
        (
            (("rbe_alpha = 5.0", 'daughter_weights = { nowhere = "100 %" }\nrbe_alpha = 5.0'),),
            "",
            "nowhere",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_the_way_out(tmp_path, changes, more, match):
    with pytest.raises(CourseError) as refusal:
        read(tmp_path, *changes, more=more)
    assert re.search(match, str(refusal.value)), str(refusal.value)
