"""What was injected and the fate of daughters, as a course file states them."""

from __future__ import annotations

import pytest

from alphatwin.errors import CourseError
from alphatwin.examples import example_text
from alphatwin.files import course_from_text, read_example
from alphatwin.patient import Impurity, Injected

TEXT = example_text("umich_lu177_dotatate")
PREDICTED = 'agent = "225Ac-DOTATATE"\n'
GIVEN = 'agent = "177Lu-DOTATATE"\n'
ALL_KEYS = (
    'radiochemical_purity = "97 %"\n'
    'time_since_purification = "30 min"\n'
    'dechelation_half_life = "200 h"\n'
    'impurity = { nuclide = "227Ac", fraction = "0.3 %" }\n'
)


def with_lines(lines, *, after=PREDICTED, daughters="stay"):
    """Return the example with more lines in one table, and with a fate."""
    assert TEXT.count(after) == 1
    text = TEXT.replace(after, after + lines)
    return text.replace('daughters = "stay"', f'daughters = "{daughters}"')


def refusal(text):
    with pytest.raises(CourseError) as caught:
        course_from_text(text)
    return caught.value.mistakes


def line_of(text, what):
    return 1 + text[: text.index(what)].count("\n")


def test_every_key_is_read_into_seconds_and_shares():
    course = course_from_text(with_lines(ALL_KEYS)).course
    assert course.predictions[0].injected == Injected(
        radiochemical_purity=0.97,
        since_purification_s=1800.0,
        dechelation_half_life_s=720_000.0,
        impurity=Impurity("Ac-227", 0.003),
    )
    assert course.predictions[1].injected.is_pure
    given = with_lines('radiochemical_purity = "99 %"\n', after=GIVEN)
    (administration,) = course_from_text(given).course.administrations
    assert administration.injected == Injected(radiochemical_purity=0.99)


def test_what_is_not_stated_is_pure():
    course = read_example("umich_lu177_dotatate").course
    assert all(p.injected.is_pure for p in course.predictions)
    assert all(a.injected.is_pure for a in course.administrations)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (
            'radiochemical_purity = "103 %"',
            r"radiochemical_purity: .*at most 1 \(100 %\), got 1.03",
        ),
        ('radiochemical_purity = "-3 %"', "radiochemical_purity: '-3 %' must not be negative"),
        ('radiochemical_purity = "0 %"', "radiochemical_purity: .*above 0"),
        ("radiochemical_purity = 0.97", "radiochemical_purity: '0.97' .*%"),
        ('time_since_purification = "30"', "time_since_purification: '30' has no unit"),
        ('time_since_purification = "-1 h"', "time_since_purification: '-1 h' must not be"),
        ('dechelation_half_life = "0 h"', "dechelation_half_life: .*finite and > 0"),
        ('dechelation_half_life = "5 MBq"', "dechelation_half_life: '5 MBq' is an activity"),
        ('impurity = "Ac-227"', "impurity: "),
        ('impurity = { nuclide = "Ac-227" }', "impurity.fraction: is missing: its activity over"),
        ('impurity = { nuclide = "Ac-227", fraction = "200 %" }', "impurity: .*at most 1"),
        ('impurity = { nuclide = "Ra-225", fraction = "1 %" }', "impurity: .*of the same element"),
        ('impurity = { nuclide = "Ac-999", fraction = "1 %" }', "impurity: .*Ac-999"),
        ('impurity = { nuclide = "Ac-227", part = "1 %" }', "impurity.part: is not a key"),
        ('radiochemical_puritiy = "97 %"', "did you mean 'radiochemical_purity'"),
    ],
)
def test_what_has_no_meaning_is_refused_by_field_and_line(line, what):
    text = with_lines(line + "\n")
    found = refusal(text)
    with pytest.raises(CourseError, match=rf":{line_of(text, line)}: predictions\[0\].*{what}"):
        course_from_text(text)
    assert all(f":{line_of(text, line)}: predictions[0]" in m for m in found)


def test_free_activity_needs_an_activity():
    line = 'radiochemical_purity = "99 %"\n'
    text = with_lines(line, after=GIVEN).replace('"7210.4 MBq"', '"unknown"')
    text = text[: text.index("[[predictions]]")]
    (mistake,) = refusal(text)
    assert f":{line_of(text, line)}: administrations[0].radiochemical_purity" in mistake
    assert "needs the activity, which is unknown" in mistake


@pytest.mark.parametrize("name", ["all_stay", "all_escape", "human_kinetics"])
def test_a_fate_is_chosen_by_its_name(name):
    file = course_from_text(with_lines("", daughters=name))
    assert file.course.assumptions.daughters == name
    assert "daughters" in file.made_by_course


def test_an_unknown_fate_is_refused_with_those_there_are():
    text = with_lines("", daughters="human_kinetic")
    (mistake,) = refusal(text)
    assert f":{line_of(text, 'daughters = ')}: assumptions.daughters: 'human_kinetic'" in mistake
    assert "allowed: 'stay', 'all_escape', 'all_stay'" in mistake
    assert "did you mean 'human_kinetics'" in mistake


def test_a_share_outside_of_0_to_1_is_refused():
    text = with_lines("").replace("[assumptions]", '[assumptions]\ninternalised_fraction = "120 %"')
    (mistake,) = refusal(text)
    assert "assumptions.internalised_fraction: " in mistake
    assert "between 0 and 1 (100 %), got 1.2" in mistake


AT_211 = (
    '[[agents]]\nname = "211At-X"\nnuclide = "At-211"\nvector = "X"\ntarget = "Y"\n'
    'receptor_action = "agonist"\n\n'
    '[[predictions]]\nagent = "211At-X"\nactivity = "10 MBq"\nuptake_ratio = 1.0\n\n[assumptions]'
)


def test_a_fate_without_figures_for_an_element_of_a_chain_is_refused():
    """Free 211At lives for hours, and no preset knows where it goes."""
    good = with_lines("").replace("[assumptions]", AT_211)
    assert course_from_text(good).course.predictions[-1].agent == "211At-X"
    text = good.replace('daughters = "stay"', 'daughters = "human_kinetics"')
    (mistake,) = refusal(text)
    assert f":{line_of(text, 'daughters = ')}: assumptions.daughters: " in mistake
    assert "figures of At hold for" in mistake
    assert "not for At-211" in mistake
    course_from_text(good.replace('daughters = "stay"', 'daughters = "all_escape"'))


def test_free_atoms_of_an_element_that_a_fate_does_not_know_are_refused():
    line = 'radiochemical_purity = "99 %"\n'
    course_from_text(with_lines(line, after=GIVEN))
    text = with_lines(line, after=GIVEN, daughters="human_kinetics")
    (mistake,) = refusal(text)
    assert f":{line_of(text, line)}: administrations[0].radiochemical_purity: " in mistake
    assert "has no kinetics of Lu" in mistake
