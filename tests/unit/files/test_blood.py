"""Blood, urine and marrow in course files: what is read, and what is refused and where."""

from __future__ import annotations

import pytest

import blood_course as bc
from alphatwin.errors import CourseError
from alphatwin.files import course_from_text


def test_the_tables_become_values_of_the_core():
    course = course_from_text(bc.WHOLE).course
    assert course.blood is not None
    assert len(course.blood.samples) == len(bc.DRAWN_H)
    first = course.blood.samples[0]
    assert (first.drawn_at_s, first.volume_ml, first.volume_relative_sd) == (900.0, 2.0, 0.005)
    count = first.counts[0]
    assert (count.delay_s, count.duration_s, count.window) == (1800.0, 600.0, "208 keV")
    assert count.sd_per_s == pytest.approx(0.005 * count.rate_per_s)
    assert course.urine is not None
    assert course.urine.half_times_s == (5400.0, 144000.0)
    assert course.urine.voiding is not None
    assert course.urine.voiding.interval_s == 12600.0
    assert course.urine.collected[0].sd_bq == 2.5e8
    assert course.marrow is not None
    assert (course.marrow.ratio, course.marrow.mass_kg) == (0.8, 1.1)


@pytest.mark.parametrize("rate", ["30 /s", "30 cps", "1800 /min", "1800 cpm", "30 counts/s"])
def test_a_count_rate_has_one_of_its_units(rate):
    old = bc.sample_text(4.0)
    number = old.split('rate = "')[1].split('"')[0]
    text = bc.WHOLE.replace(f'rate = "{number}"', f'rate = "{rate}"')
    samples = course_from_text(text).course.blood.samples
    assert samples[bc.DRAWN_H.index(4.0)].counts[0].rate_per_s == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ('uncertainty = "0.5 %" }', 'uncertainty = "0.5" }', "blood.samples[0].counts[0]", "unit"),
        ("haematocrit = 0.42", "haematocrit = 42.0", "blood", "0.42, not 42 %"),
        ("haematocrit = 0.42", 'solve_for = ["Bi-213"]', "blood.solve_for", "Bi-213"),
        ("haematocrit = 0.42", "cells = 0.42", "blood.cells", "not a key"),
        ('"Lu-177" = 0.05', '"Ac-225" = 0.05', "blood.windows[0].counts_per_decay", "Ac-225"),
        ('"Lu-177" = 0.05', '"Lu-177" = 0.0', "blood.windows[0].counts_per_decay", "greater"),
        ('window = "208 keV"', 'window = "113 keV"', "counts[0].window", "is no window"),
        ('drawn_at = "1.0 h"', 'drawn_at = "0.1 h"', "blood", "increasing"),
        ('fluid = "blood"', 'fluid = "serum"', "blood.samples[0].fluid", "'plasma'"),
        ("haematocrit = 0.42\n", 'administration = "cycle 2"\n', "blood.administration", "cycle 1"),
        ('fractions = [0.6, 0.2]', "fractions = [0.9, 0.2]", "urine.fractions", "at most 1"),
        ('fractions = [0.6, 0.2]', "fractions = [0.9]", "urine", "one length"),
        ('fractions = [0.6, 0.2]', 'fractions = [0.6, 0.2]\nwhole_body = "all"', "urine", "one of"),
        ('fractions = [0.6, 0.2]', 'fractions = [0.6, 0.2]\nexcreted_share = "9 %"',
         "urine.excreted_share", "whole_body"),
        ('interval = "3.5 h"', 'times = ["2 h", "1 h"]', "urine.voiding", "increasing"),
        ('interval = "3.5 h"', "residual_fraction = 1.0", "urine.voiding", "below 1"),
        ("ratio = 0.8", "ratio = -1.0", "marrow.ratio", "greater"),
        ("ratio = 0.8", 'ratio = 0.8\nratio_from = "peptide"', "marrow.ratio_from", "not both"),
        ('mass = "1.1 kg"', 'mass = "1.1 kg"\nscaling = "weight"', "marrow", "not both"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_by_its_field(old, new, where, why):
    assert old in bc.WHOLE
    with pytest.raises(CourseError) as refused:
        course_from_text(bc.WHOLE.replace(old, new))
    assert any(where in m and why in m for m in refused.value.mistakes), refused.value.mistakes


def test_marrow_without_blood_is_refused():
    with pytest.raises(CourseError, match=r"marrow: follows blood"):
        course_from_text(bc.HEAD + bc.MARROW)


def test_plasma_needs_a_haematocrit():
    rows = "".join(bc.sample_text(h, fluid="plasma") for h in bc.DRAWN_H)
    with pytest.raises(CourseError, match="needs the haematocrit"):
        course_from_text(bc.HEAD + bc.blood_text(haematocrit=None, samples=rows))


def test_one_sample_is_no_curve():
    with pytest.raises(CourseError, match="at least 2"):
        course_from_text(bc.HEAD + bc.blood_text(samples=bc.sample_text(1.0)))


def test_a_sample_without_activity_is_refused_where_it_stands():
    rows = bc.sample_text(1.0) + bc.sample_text(2.0, factor=-1.0) + bc.sample_text(4.0)
    with pytest.raises(CourseError, match=r"blood\.samples\[1\]: counts: the activity of Lu-177"):
        course_from_text(bc.HEAD + bc.blood_text(samples=rows))


def test_scaling_of_marrow_that_the_patient_does_not_allow_is_refused():
    text = bc.WHOLE.replace('mass = "1.1 kg"', 'scaling = "lean mass"')
    text = text.replace('sex = "male"', 'sex = "unknown"')
    with pytest.raises(CourseError, match=r"marrow\.scaling: patient\.sex"):
        course_from_text(text)


def test_a_sample_that_holds_more_than_was_given_is_refused():
    rows = bc.sample_text(1.0) + bc.sample_text(2.0, factor=1e5) + bc.sample_text(4.0)
    with pytest.raises(CourseError, match=r"blood\.samples\[1\]: holds .* more than all that was"):
        course_from_text(bc.HEAD + bc.blood_text(samples=rows))
