"""Factors on the uptake of a predicted agent, as a course file states them."""

from __future__ import annotations

import pytest

from alphatwin.errors import CourseError
from alphatwin.examples import example_text
from alphatwin.files import course_from_text
from alphatwin.patient import UPTAKE_FACTORS, UptakeFactor

TEXT = example_text("umich_lu177_dotatate")
BEFORE = 'uptake_ratio = 1.0\nuptake_ratio_uncertainty = "20 %"\n'
INTRA_ARTERIAL = (
    '{ name = "intra_arterial", value = 1.8, uncertainty = "40 %", '
    'regions = ["lesion 1"], source = "here" }'
)


def with_factors(*factors, ratio=BEFORE):
    assert TEXT.count(BEFORE) == 1
    return TEXT.replace(BEFORE, f"{ratio}factors = [{', '.join(factors)}]\n")


def test_factors_are_read_field_by_field_after_the_uptake_ratio():
    course = course_from_text(with_factors(INTRA_ARTERIAL)).course
    assert course.predictions[0].factors == (
        UptakeFactor("uptake_ratio", 1.0, 0.2),
        UptakeFactor("intra_arterial", 1.8, 0.4, ("lesion 1",), "here"),
    )


@pytest.mark.parametrize("name", UPTAKE_FACTORS)
def test_every_factor_can_be_stated(name):
    text = with_factors(f'{{ name = "{name}", value = 0.7 }}', ratio="")
    (factor,) = course_from_text(text).course.predictions[0].factors
    assert (factor.name, factor.value, factor.relative_sd) == (name, 0.7, 0.0)


def test_an_uptake_ratio_among_the_factors_serves_for_another_vector():
    kept = 'agent = "213Bi-DOTATOC"\nactivity = "1 GBq"\n'
    start = TEXT.index('agent = "213Bi-DOTATOC"')
    block = TEXT[start : TEXT.index("[[predictions]]", start)]
    factors = 'factors = [{ name = "uptake_ratio", value = 0.5 }]\n\n'
    course = course_from_text(TEXT.replace(block, kept + factors)).course
    assert course.predictions[1].factors == (UptakeFactor("uptake_ratio", 0.5),)


@pytest.mark.parametrize(
    ("factor", "says"),
    [
        ('{ name = "tumor_sink", value = 1.0 }', "tumour_sink"),
        ('{ name = "tumour_sink", value = 0.0 }', "greater than 0"),
        ('{ name = "tumour_sink", value = "1" }', "a number without quotes"),
        ('{ name = "tumour_sink" }', "is missing: the factor on the uptake"),
        ('{ name = "tumour_sink", value = nan }', "got nan"),
        ('{ name = "tumour_sink", value = 1.0, regions = ["liver"] }', "regions of the course"),
        ('{ name = "tumour_sink", value = 1.0, regions = [] }', "names no region"),
        ('{ name = "uptake_ratio", value = 2.0 }', "given twice"),
    ],
)
def test_a_wrong_factor_is_named_by_field_and_line(factor, says):
    with pytest.raises(CourseError) as caught:
        course_from_text(with_factors(factor))
    assert any(says in m and "predictions[" in m for m in caught.value.mistakes), caught.value
    assert all(m.startswith("course.toml:") for m in caught.value.mistakes)


def test_an_own_agent_may_name_its_chelator_and_then_shares_the_vector():
    own = (
        '[[agents]]\nname = "64Cu-MINE"\nnuclide = "Cu-64"\nvector = "[Tyr3]octreotate"\n'
        'target = "SSTR2"\nreceptor_action = "agonist"\nchelator = "DOTA"\n\n[[regions]]'
    )
    file = course_from_text(TEXT.replace("[[regions]]", own, 1))
    assert file.agents[0].chelator == "DOTA"
