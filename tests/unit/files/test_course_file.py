"""Course files: what is read, and every mistake at once, by field and line."""

from __future__ import annotations

import hashlib
import math
import os
import re

import pytest

from alphatwin.errors import CourseError, DataError, OutputError
from alphatwin.examples import example_names, example_text
from alphatwin.files import (
    course_from_text,
    read_course,
    read_example,
    read_image_course,
    template_text,
    write_template,
)
from alphatwin.nuclides import nuclide
from alphatwin.patient import MeasuredQuantity

EXACT = 1e-14  # one multiplication of two decimal figures

SMALL = """\
schema = 1
title = "small"
[patient]
weight = "70 kg"
[[regions]]
name = "lesion"
kind = "lesion"
volume = "20 mL"
uncertainty = "10 %"
[[administrations]]
name = "cycle 1"
agent = "177Lu-DOTATATE"
activity = "7.4 GBq"
[[measurements]]
region = "lesion"
nuclide = "Lu-177"
decay_corrected_to = "none"
points = [
    { time = "4 h", activity = "60 MBq", uncertainty = "10 %" },
    { time = "24 h", activity = "70 MBq", uncertainty = "7 MBq" },
]
"""


def changed(*changes: tuple[str, str]) -> str:
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def mistakes_of(text: str) -> tuple[str, ...]:
    with pytest.raises(CourseError) as caught:
        course_from_text(text)
    return caught.value.mistakes


def test_the_small_course_is_read_field_by_field():
    file = course_from_text(SMALL)
    course = file.course
    assert (course.title, course.patient.weight_kg, course.patient.sex) == (
        "small",
        70.0,
        "unknown",
    )
    assert course.patient.renal_risk_factors is None
    assert course.patient.previous_therapies is None
    (region,) = course.regions
    assert region.mass_kg == pytest.approx(20 * 1.04e-3, rel=EXACT)
    assert (region.mass_relative_sd, region.kinetics, region.population_region) == (
        0.1,
        "measured",
        "tumour",
    )
    (measured,) = course.measurements
    assert measured.administration == "cycle 1"
    assert measured.quantity is MeasuredQuantity.ACTIVITY_BQ
    assert measured.decay_corrected_to_s is None
    first, second = measured.points
    assert (first.time_s, first.value, first.relative_sd, first.sd) == (14400.0, 6e7, 0.1, None)
    assert (second.time_s, second.value, second.relative_sd, second.sd) == (86400.0, 7e7, None, 7e6)
    assert file.made_by_course == frozenset()
    assert file.agents == file.facts == ()
    assert file.sha256 == hashlib.sha256(SMALL.encode()).hexdigest()


def test_the_net_patient_is_the_one_of_the_images():
    course = read_example("umich_lu177_dotatate").course
    assert (course.patient.sex, course.patient.weight_kg) == ("male", 93.0)
    assert course.administrations[0].activity_bq == 7.2104e9
    values = {m.region: [(p.time_s, p.value) for p in m.points] for m in course.measurements}
    assert values == {
        "lesion 1": [(13464.0, 128.18e6), (99828.0, 162.86e6)],
        "lesion 2": [(13464.0, 5.34e6), (99828.0, 8.04e6)],
    }
    volumes = [course.region(name).volume_ml for name in values]
    assert volumes == pytest.approx([118.95, 4.005], rel=EXACT)
    predicted = {p.agent: p.activity_bq for p in course.predictions}
    assert predicted == {
        "225Ac-DOTATATE": pytest.approx(9.3e6, rel=EXACT),
        "213Bi-DOTATOC": pytest.approx(1e9, rel=EXACT),
        "212Pb-DOTAMTATE": pytest.approx(232.5e6, rel=EXACT),
    }
    assert all(p.factors[0].value == 1.0 for p in course.predictions)
    not_measured = [r.name for r in course.regions if r.kinetics == "population"]
    assert not_measured == ["kidneys", "spleen", "red marrow"]


def test_the_psma_patient_has_eight_regions_at_three_times():
    file = read_example("lu177_psma_patient_1")
    assert len(file.course.measurements) == 8
    assert {tuple(p.time_s / 3600 for p in m.points) for m in file.course.measurements} == {
        (4.0, 24.0, 120.0)
    }
    assert [a.name for a in file.agents] == ["177Lu-PSMA"]
    assert [f.code for f in file.facts] == ["activity_unknown"]


@pytest.mark.parametrize("name", example_names())
def test_examples_are_read_without_a_loud_doubt(name):
    assert not [fact for fact in read_example(name).facts if fact.loud]


def test_an_unknown_example_is_refused():
    with pytest.raises(DataError, match="allowed: lu177_psma_patient_1, umich_lu177_dotatate"):
        example_text("nobody")


def test_every_key_of_the_template_that_is_commented_out_is_a_key():
    before, after = template_text().split("# [blood]", 1)  # whose keys are another test's
    shown = re.sub(
        r"^# (?=\[\[agents|(name|nuclide|vector|target|target_kind|height|density) =)",
        "",
        before,
        flags=re.MULTILINE,
    )
    file = course_from_text(f"{shown}# [blood]{after}")
    assert [a.name for a in file.agents] == ["177Lu-PSMA"]
    assert file.course.patient.height_m == 1.7


def test_every_key_of_blood_that_the_template_comments_out_is_a_key():
    before, rest = template_text().split("# [blood]", 1)
    inside, after = rest.split("\n\n", 1)
    shown = "[blood]" + inside.replace("\n# ", "\n")
    course = course_from_text(f"{before}{shown}\n\n{after}").course
    assert course.blood is not None
    assert [s.drawn_at_s for s in course.blood.samples] == [3600.0, 86400.0]
    assert course.urine is not None
    assert course.urine.voiding is not None
    assert course.marrow is not None


def test_every_key_of_scans_that_the_template_comments_out_is_a_key(tmp_path):
    text = template_text()
    block = text[text.index("# [[scans]]") : text.index("# Regions of one kind")]
    shown = re.sub(r"^# (?!#)", "", block, flags=re.MULTILINE)
    path = tmp_path / "course.toml"
    path.write_text(text.replace(block, shown))
    course = read_image_course(path)
    assert (course.regions[0].contours, course.uptake.liver) == ("GTV 2", "liver")
    assert (course.windows[0].parent, course.recovery.resolution_mm) == ("Ac-225", 10.0)
    others = re.sub(r"^# # ", "", shown, flags=re.MULTILINE)
    others = others.replace('calibration = "20 Bq/count"', "")
    path.write_text(text.replace(block, others))
    with pytest.raises(CourseError, match="leave one of them out"):
        read_image_course(path)
    alone = re.sub(r"^\[calibration\]\n.*\n", "", text.replace(block, others), flags=re.MULTILINE)
    path.write_text(alone)
    (source,) = read_image_course(path).sources
    assert source.dead_time.observed_per_s == (40e3, 9e3)
    assert source.calibration.factor_bq_s == pytest.approx(100e6 * 600.0 / 1.2e6)


def test_the_template_is_read_and_doubted_until_it_has_a_title(tmp_path):
    write_template(tmp_path / "a.toml")
    assert [f.code for f in read_course(tmp_path / "a.toml").facts] == ["template_title"]
    with pytest.raises(OutputError, match="already there"):
        write_template(tmp_path / "a.toml")


def test_what_the_course_assumes_is_known_by_field():
    text = SMALL + (
        '[calibration]\nuncertainty = "3 %"\n[assumptions]\nrbe_alpha = 4\n'
        'density = "1.05 g/mL"\ndecay_data = "ensdf"\nsamples = 500\n'
    )
    file = course_from_text(text)
    assumed = file.course.assumptions
    assert (assumed.rbe_alpha, assumed.density_g_per_ml, assumed.samples) == (4.0, 1.05, 500)
    assert (assumed.calibration_relative_sd, assumed.decay_data) == (0.03, "ensdf")
    assert file.made_by_course == {
        "rbe_alpha",
        "density_g_per_ml",
        "decay_data",
        "samples",
        "calibration_relative_sd",
    }
    assert file.course.regions[0].density_g_per_ml == 1.05


@pytest.mark.parametrize(("word", "sign"), [("before", -1), ("after", 1)])
def test_a_calibrated_activity_decays_to_the_administration(word, sign):
    text = changed(
        ('activity = "7.4 GBq"', f'calibrated_activity = "8 GBq"\ncalibrated_{word} = "20 h"')
    )
    half_life_s = nuclide("Lu-177", decay_data="icrp107").half_life_s
    wanted = 8e9 * math.exp(sign * math.log(2) * 72000 / half_life_s)
    assert course_from_text(text).course.administrations[0].activity_bq == pytest.approx(
        wanted, rel=EXACT
    )


@pytest.mark.parametrize(
    ("point", "quantity", "value", "sd"),
    [
        ('concentration = "1.08 MBq/mL"', "concentration_bq_per_ml", 1.08e6, 1e5),
        ('fraction = "0.8 %IA"', "fraction_of_administered", 0.008, 0.001),
    ],
)
def test_other_quantities_are_read(point, quantity, value, sd):
    spread = "0.1 MBq/mL" if "conc" in quantity else "0.1 %IA"
    text = changed(
        ('activity = "60 MBq", uncertainty = "10 %"', f'{point}, uncertainty = "{spread}"'),
        ('activity = "70 MBq", uncertainty = "7 MBq"', f'{point}, uncertainty = "5 %"'),
    )
    (measured,) = course_from_text(text).course.measurements
    assert measured.quantity == quantity
    assert measured.points[0].value == pytest.approx(value, rel=EXACT)
    assert measured.points[0].sd == pytest.approx(sd, rel=1e-12)
    assert measured.points[1].relative_sd == 0.05


@pytest.mark.parametrize(
    ("written", "seconds"), [("none", None), ("administration", 0.0), ("3.74 h", 13464.0)]
)
def test_the_state_of_decay_correction_is_kept(written, seconds):
    text = changed(('decay_corrected_to = "none"', f'decay_corrected_to = "{written}"'))
    assert course_from_text(text).course.measurements[0].decay_corrected_to_s == seconds


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("schema = 1", "schema = 2", 1, "schema: version 2 of course files is not known"),
        ("schema = 1", 'schema = "1"', 1, "schema: version '1' of course files is not known"),
        ("schema = 1", "schema = true", 1, "schema: version True of course"),
        ("schema = 1\n", "", 1, "schema is missing: write schema = 1"),
        ('title = "small"', "", 1, "title: is missing"),
        ('title = "small"', 'titel = "small"', 2, "titel: is not a key.*did you mean 'title'"),
        ("[patient]", "[patiant]", 3, "patiant: is not a key.*did you mean 'patient'"),
        ('weight = "70 kg"', 'weight = "70"', 4, "patient.weight: '70' has no unit"),
        ('weight = "70 kg"', "weight = 70", 4, "patient.weight: '70' has no unit"),
        ('weight = "70 kg"', "weight = nan", 4, "patient.weight: 'nan' is not a finite"),
        ('weight = "70 kg"', "weight = [1]", 4, r"patient.weight: \[1\] is not a text"),
        ('weight = "70 kg"', 'weight = "70 g"', 4, "patient.weight: weight_kg must lie"),
        ('kind = "lesion"', 'kind = "legion"', 7, "kind: 'legion' is not allowed.*'lesion'"),
        ('kind = "lesion"', 'kind = "lesion"\nkinetics = []', 8, "kinetics: .* is not allowed"),
        ('volume = "20 mL"', 'volume = "-20 mL"', 8, "volume: '-20 mL' must not be negative"),
        ('volume = "20 mL"', "", 5, "give exactly one of mass and volume.*got neither"),
        ('uncertainty = "10 %"\n[', "[", 5, "uncertainty: is missing: standard uncertainty of the"),
        ('uncertainty = "10 %"\n[', 'uncertainty = "3 g"\n[', 9, "is a mass; a volume was"),
        ('uncertainty = "10 %"\n[', 'uncertainty = "25 mL"\n[', 9, "must be less than the volume"),
        ('name = "cycle 1"', 'name = ""', 11, r"administrations\[0\].name: must not be empty"),
        ("177Lu-DOTATATE", "177Lu-DOTATAT", 12, "agent: .*did you mean '177Lu-DOTATATE'"),
        ('"7.4 GBq"', '"7210.4"', 13, "'7210.4' has no unit; write for instance '7210.4 MBq'"),
        ('"7.4 GBq"', '"-7.4 GBq"', 13, "must not be negative"),
        ('"7.4 GBq"', '"0 GBq"', 13, "must be greater than zero"),
        ('"7.4 GBq"', '"7.4 kg"', 13, "is a mass; an activity was expected"),
        ('activity = "7.4 GBq"\n', "", 10, "give exactly one of activity"),
        ('region = "lesion"', 'region = "lesoin"', 15, "did you mean 'lesion'"),
        ('nuclide = "Lu-177"', 'nuclide = "Lu-777"', 16, "nuclide 'Lu-777' is not in"),
        ('nuclide = "Lu-177"', 'nuclide = "../x"', 16, "nuclide: '../x' is no nuclide"),
        ('nuclide = "Lu-177"', 'nuclide = "Bi-213"', 16, "daughters .* not supported yet"),
        ('decay_corrected_to = "none"\n', "", 14, "decay_corrected_to: is missing: 'none' if"),
        (
            'decay_corrected_to = "none"',
            'decay_corrected_to = "no"',
            17,
            "'none', 'administration'",
        ),
        ('time = "4 h"', 'time = "-4 h"', 19, r"points\[0\].time: '-4 h' lies before"),
        ('time = "4 h"', 'time = "4"', 19, "'4' has no unit; write for instance '4 h'"),
        ('time = "4 h"', 'time = "nan h"', 19, "not a finite number"),
        ('time = "24 h"', 'time = "4 h"', 20, "'4 h' is not later than the point before"),
        ('"60 MBq"', '"60 GBq"', 19, "60.00 GBq in 'lesion' is more than was injected: of 7.4"),
        ('"60 MBq"', '"7.4 GBq"', 19, None),
        ('"60 MBq"', '"NaN MBq"', 19, "not a finite number"),
        ('activity = "60 MBq"', 'fraction = "2 %"', 20, "the first point has fraction"),
        ('activity = "60 MBq", ', "", 19, "exactly one of activity, concentration, fraction, got"),
        ('uncertainty = "10 %" }', 'uncertainty = "0 %" }', 19, "must be finite and > 0, got 0"),
        ('uncertainty = "10 %" }', 'uncertainty = "3 h" }', 19, "uncertainty: '3 h' is a time"),
        ('"60 MBq", uncertainty', '"0 MBq", uncertainty', 19, "a share of zero says nothing"),
    ],
)
def test_a_mistake_is_named_by_line_and_field(old, new, line, what):
    text = changed((old, new))
    if what is None:  # all that was injected, 10 % uncertain: legal and doubtful
        assert [f.code for f in course_from_text(text).facts] == ["more_activity_than_injected"]
        return
    found = mistakes_of(text)
    with pytest.raises(CourseError, match=rf"course\.toml:{line}: .*{what}"):
        course_from_text(text)
    assert len(found) <= 2, found


def test_every_mistake_is_reported_at_once_in_order_of_lines():
    text = changed(
        ('weight = "70 kg"', 'weight = "70"'),
        ('uncertainty = "10 %"\n[', 'uncertainty = "x"\n['),
        ('"7.4 GBq"', '"nan GBq"'),
        ('nuclide = "Lu-177"', 'nuclide = "Xx-1"'),
        ('time = "4 h"', 'time = "4"'),
        ('uncertainty = "7 MBq"', 'uncertainty = "7"'),
    )
    found = mistakes_of(text + '[[predictions]]\nagent = "nothing"\n[assumptions]\nsamples = 1\n')
    lines = [int(m.split(":")[1]) for m in found]
    assert lines == [4, 9, 13, 16, 19, 20, 23, 25]


def test_a_message_stays_short_and_on_one_line_whatever_the_value():
    long = "x" * 3000
    text = changed(
        ('name = "lesion"', f'name = "{long}"'),
        ('"4 h"', f'"{long}"'),
        ('nuclide = "Lu-177"', f'nuclide = "{long}"'),
        ("177Lu-DOTATATE", long),
    )
    for mistake in mistakes_of(text):
        assert len(mistake) < 800
        assert "\n" not in mistake


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("samples = 500.0", r"samples: must be a whole number, got 500\.0"),
        ('samples = "500"', "samples: must be a whole number, got '500'"),
        ('rbe_alpha = "4"', "rbe_alpha: must be a number without quotes, got '4'"),
        ("rbe_alpha = nan", "rbe_alpha: .*got nan"),
        ("rbe_alpha = 0", "rbe_alpha: .*greater than 0, got 0"),
        ('daughters = "leave"', "daughters: 'leave' is not allowed; allowed: 'stay'"),
        ("density = 1.04", r"density: '1\.04' has no unit; write for instance '1\.04 g/mL'"),
    ],
)
def test_a_value_of_another_type_is_never_bent_into_shape(line, what):
    with pytest.raises(CourseError, match=rf":23: assumptions\.{what}"):
        course_from_text(SMALL + f"[assumptions]\n{line}\n")


def test_mistakes_between_tables_are_found():
    text = SMALL + (
        '[[regions]]\nname = "lesion"\nkind = "organ"\nmass = "unknown"\n'
        '[[regions]]\nname = "gut"\nkind = "organ"\nmass = "unknown"\nkinetics = "measured"\n'
        '[[measurements]]\nregion = "lesion"\nnuclide = "177Lu"\ndecay_corrected_to = "none"\n'
        'points = [{ time = "1 h", activity = "1 MBq", uncertainty = "1 %" }]\n'
        '[[predictions]]\nagent = "213Bi-DOTATOC"\n'
    )
    found = "\n".join(mistakes_of(text))
    for what in (
        r":23: regions[1].name: 'lesion' is the name on line 6 already",
        r":30: regions[2].kinetics: is 'measured', and there is no measurement of 'gut'",
        r":31: measurements[1]: 'lesion' after 'cycle 1' stands on line 14 already",
        r":36: predictions[0]: no prescription of 213Bi-DOTATOC is published",
        r":36: predictions[0]: 213Bi-DOTATOC ([Tyr3]octreotide with DOTA) is not what was measured",
    ):
        assert what in found


def test_a_concentration_needs_the_mass():
    text = changed(
        ('volume = "20 mL"\nuncertainty = "10 %"', 'volume = "unknown"'),
        ('activity = "60 MBq"', 'concentration = "60 MBq/mL"'),
        (
            'activity = "70 MBq", uncertainty = "7 MBq"',
            'concentration = "3 MBq/mL", uncertainty = "3 %"',
        ),
    )
    with pytest.raises(CourseError, match="a concentration in it gives no activity"):
        course_from_text(text)


def test_a_concentration_is_compared_with_what_was_injected():
    text = changed(
        ('activity = "60 MBq"', 'concentration = "600 MBq/mL"'),
        (
            'activity = "70 MBq", uncertainty = "7 MBq"',
            'concentration = "3 MBq/mL", uncertainty = "3 %"',
        ),
    )
    with pytest.raises(CourseError, match=r"12\.00 GBq in 'lesion' is more than was injected"):
        course_from_text(text)


def test_nothing_is_predicted_from_an_unknown_activity():
    text = changed(('"7.4 GBq"', '"unknown"')) + '[[predictions]]\nagent = "225Ac-DOTATATE"\n'
    with pytest.raises(CourseError, match=r":22: predictions\[0\]: nothing can be predicted"):
        course_from_text(text)


def test_a_second_administration_must_be_named():
    text = SMALL + (
        '[[administrations]]\nname = "cycle 2"\nagent = "177Lu-DOTATATE"\nactivity = "unknown"\n'
    )
    with pytest.raises(CourseError, match=r"name one of cycle 1, cycle 2"):
        course_from_text(text)


def test_more_than_was_injected_counts_physical_decay():
    """6 GBq of 7.4 GBq is possible at 4 h, and not at 24 d."""
    text = changed(('"60 MBq", uncertainty = "10 %"', '"6 GBq", uncertainty = "1 %"'))
    assert course_from_text(text).facts == ()
    late = changed(
        ('"70 MBq", uncertainty = "7 MBq"', '"6 GBq", uncertainty = "1 %"'),
        ('time = "24 h"', 'time = "24 d"'),
    )
    with pytest.raises(CourseError, match=r"of 7\.400 GBq physical decay .* leaves 605\.8 MBq"):
        course_from_text(late)


@pytest.mark.parametrize(
    ("marked", "second", "doubted"),
    [
        ("none", "69 MBq", True),  # 0.99 in two days: less than decay, which leaves 0.81
        ("none", "40 MBq", False),
        ("administration", "56.8 MBq", True),  # 0.811, just as decay
        ("administration", "69 MBq", False),
        ("administration", "40 MBq", False),
    ],
)
def test_a_doubtful_decay_correction_is_a_loud_fact(marked, second, doubted):
    text = changed(
        ('decay_corrected_to = "none"', f'decay_corrected_to = "{marked}"'),
        (
            '"4 h", activity = "60 MBq", uncertainty = "10 %"',
            '"24 h", activity = "70 MBq", uncertainty = "2 %"',
        ),
        (
            '"24 h", activity = "70 MBq", uncertainty = "7 MBq"',
            f'"72 h", activity = "{second}", uncertainty = "2 %"',
        ),
    )
    facts = course_from_text(text).facts
    assert [(f.code, f.where, f.loud) for f in facts] == (
        [("decay_correction_doubtful", "measurements[0].decay_corrected_to", True)]
        if doubted
        else []
    )


def test_regions_that_hold_too_much_together_are_doubted():
    text = changed(('"60 MBq"', '"4 GBq"')) + (
        '[[regions]]\nname = "rest"\nkind = "organ"\nmass = "unknown"\n'
        '[[measurements]]\nregion = "rest"\nnuclide = "177Lu"\ndecay_corrected_to = "none"\n'
        'points = [{ time = "4 h", activity = "4 GBq", uncertainty = "5 %" }]\n'
    )
    (fact,) = course_from_text(text).facts
    assert (fact.code, fact.loud) == ("more_activity_than_injected", True)
    assert "8.000 GBq together" in fact.message


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (SMALL.encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
        (SMALL.replace("small", "Müller").encode("latin-1"), r":2: byte 0xfc is not UTF-8"),
        (b"schema = 1\ntitle = \n", r":2: is not TOML: Invalid value"),
        (b"schema = 1\ntitle = 'x", r":2: is not TOML"),
        (b"x = " + b"[" * 100_000, "nested too deeply|is not TOML"),
        (b"x = " + b"9" * 5000, "is not TOML"),
        (b"a = 1\na = 2\n", r":2: is not TOML: Cannot overwrite a value"),
        (b"#" * 5_000_001, "a course file has at most 5000000"),
        (b"schema = 1\x00", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_a_course_is_refused(tmp_path, raw, what):
    path = tmp_path / "course.toml"
    path.write_bytes(raw)
    with pytest.raises(CourseError, match=rf"^course\.toml.*({what})"):
        read_course(path)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "course.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    file = read_course(path)
    assert file.course == course_from_text(SMALL).course
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_lines_count_with_windows_line_ends():
    with pytest.raises(CourseError, match=r"course\.toml:13: administrations"):
        course_from_text(changed(('"7.4 GBq"', '"7.4"')).replace("\n", "\r\n"))


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"^a\.toml: there is no such file; `alphatwin new"):
        read_course(tmp_path / "a.toml")
    with pytest.raises(CourseError, match="is a folder"):
        read_course(tmp_path)
    with pytest.raises(CourseError, match="cannot be read"):
        read_course("a\0b")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_an_unreadable_file_is_refused(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(SMALL)
    path.chmod(0)
    with pytest.raises(CourseError, match="cannot be read: Permission denied"):
        read_course(path)


def test_text_that_is_not_unicode_is_refused():
    with pytest.raises(CourseError, match="not Unicode"):
        course_from_text(SMALL.replace("small", "\ud800"))


def test_an_own_agent_must_be_new_and_carry_a_nuclide():
    own = (
        '[[agents]]\nname = "{name}"\nnuclide = "{nuclide}"\nvector = "v"\ntarget = "t"\n'
        'receptor_action = "agonist"\n'
    )
    with pytest.raises(CourseError, match="'Lu-177-DOTATATE' is an agent already"):
        course_from_text(SMALL + own.format(name="Lu-177-DOTATATE", nuclide="Lu-177"))
    with pytest.raises(CourseError, match=r":24: agents\[0\]\.nuclide: nuclide 'Lu' is not"):
        course_from_text(SMALL + own.format(name="x", nuclide="Lu"))


def test_an_own_agent_says_what_it_does_at_a_receptor_and_only_there():
    own = SMALL + '[[agents]]\nname = "x"\nnuclide = "Lu-177"\nvector = "v"\ntarget = "t"\n'
    with pytest.raises(CourseError, match=r"agents\[0\]\.receptor_action: say 'agonist' or"):
        course_from_text(own)
    (carried,) = course_from_text(f'{own}target_kind = "transporter"\n').agents
    assert (carried.target_kind, carried.receptor_action) == ("transporter", None)
    with pytest.raises(CourseError, match="leave it out of another target_kind; got 'agonist'"):
        course_from_text(f'{own}target_kind = "enzyme"\nreceptor_action = "agonist"\n')


def test_previous_therapies_are_unknown_none_or_listed():
    none = changed(('weight = "70 kg"', 'weight = "70 kg"\nprevious_therapies = []'))
    assert course_from_text(none).course.patient.previous_therapies == ()
    listed = SMALL + (
        '[[patient.previous_therapies]]\nagent = "90Y-DOTATOC"\nactivity = "200 mCi"\ncycles = 2\n'
    )
    (therapy,) = course_from_text(listed).course.patient.previous_therapies
    assert (therapy.agent, therapy.activity_bq, therapy.cycles) == ("90Y-DOTATOC", 7.4e9, 2)
    with pytest.raises(CourseError, match=r"previous_therapies\[0\].activity: '9' has no unit"):
        course_from_text(listed.replace("200 mCi", "9"))
