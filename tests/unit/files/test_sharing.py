"""``[[sharing]]`` of a course file."""

from __future__ import annotations

import pytest

from alphatwin.errors import CourseError
from alphatwin.files import course_from_text, template_text
from alphatwin.patient import SharedFit

HEAD = """schema = 1
title = "sharing"
[patient]
weight = "70 kg"
"""
REGION = '[[regions]]\nname = "{}"\nkind = "lesion"\nmass = "20 g"\nuncertainty = "10 %"\n'
GIVEN = '[[administrations]]\nname = "{}"\nagent = "177Lu-DOTATATE"\nactivity = "7.4 GBq"\n'
MEASURED = (
    '[[measurements]]\nregion = "{}"\nadministration = "{}"\nnuclide = "Lu-177"\n'
    'decay_corrected_to = "none"\n'
    'points = [{{ time = "24 h", activity = "60 MBq", uncertainty = "10 %" }}]\n'
)
TEXT = (
    HEAD
    + "".join(REGION.format(name) for name in ("a", "b", "c", "d"))
    + "".join(GIVEN.format(name) for name in ("one", "two"))
    + "".join(MEASURED.format(name, "one") for name in ("a", "b", "c"))
    + MEASURED.format("a", "two")
)
SAME = 'effective_half_life = "same"\n'


def with_sharing(*tables):
    return TEXT + "".join(f"[[sharing]]\n{table}" for table in tables)


@pytest.mark.parametrize(
    ("table", "shared"),
    [
        ('regions = ["a", "b"]\n' + SAME, SharedFit(("a", "b"), 1.0)),
        (
            'regions = ["a", "c"]\neffective_half_life_spread = 1.2\nuptake_half_time = "same"\n',
            SharedFit(("a", "c"), 1.2, 1.0),
        ),
        ('regions = ["b", "c"]\nuptake_half_time_spread = 2\n', SharedFit(("b", "c"), None, 2.0)),
        ('regions = ["a"]\ncycles = true\n', SharedFit(("a",), is_over_cycles=True)),
    ],
)
def test_a_table_is_read(table, shared):
    assert course_from_text(with_sharing(table)).course.sharing == (shared,)


def test_without_a_table_nothing_is_shared():
    assert course_from_text(TEXT).course.sharing == ()


@pytest.mark.parametrize(
    ("table", "field", "says"),
    [
        (SAME, "regions", "is missing: names of measured regions"),
        ('regions = ["a", "bb"]\n' + SAME, "regions", "'bb' is not in this file"),
        ('regions = ["a", "d"]\n' + SAME, "regions", "'d' of a joint fit is not measured"),
        ('regions = ["a", "a"]\n' + SAME, "regions", "named once each"),
        ('regions = ["a"]\n' + SAME, "regions", "2 to 20, got 1"),
        ("regions = []\ncycles = true\n", "regions", "1 to 20, got 0"),
        ('regions = "a"\n' + SAME, "regions", "a list in"),
        ('regions = ["a", "b"]\n', "", "says nothing of what is shared"),
        ('regions = ["a", "b"]\neffective_half_life = 1.2\n', "effective_half_life", "'same'"),
        (
            f'regions = ["a", "b"]\n{SAME}effective_half_life_spread = 1.2\n',
            "effective_half_life_spread",
            "got both",
        ),
        (
            'regions = ["a", "b"]\nuptake_half_time_spread = 0.8\n',
            "uptake_half_time_spread",
            "greater than or equal to 1",
        ),
        (
            'regions = ["a", "b"]\nuptake_half_time_spread = inf\n',
            "uptake_half_time_spread",
            "finite",
        ),
        (f'regions = ["a"]\n{SAME}cycles = true\n', "regions", "2 to 20, got 1"),
        ('regions = ["a", "b"]\ncycles = true\n', "cycles", "'b' has no curve to share with"),
        ('regions = ["a"]\ncycles = "yes"\n', "cycles", "must be true or false"),
        ('regions = ["a", "b"]\nhalf_life = "same"\n', "half_life", "is not a key"),
    ],
)
def test_a_mistake_is_told_by_field_and_line(table, field, says):
    with pytest.raises(CourseError) as caught:
        course_from_text(with_sharing(table))
    (mistake,) = caught.value.mistakes
    line, place, text = mistake.removeprefix("course.toml:").split(": ", 2)
    assert place == f"sharing[0].{field}".rstrip(".")
    assert says in text
    first = TEXT.count("\n") + 1
    assert first <= int(line) <= first + table.count("\n")


def test_a_region_in_two_groups_is_a_mistake_of_the_second():
    tables = [f'regions = ["{x}", "{y}"]\n{SAME}' for x, y in (("a", "b"), ("b", "c"))]
    with pytest.raises(CourseError, match=r"sharing\[1\].regions: region 'b' is in two joint fits"):
        course_from_text(with_sharing(*tables))


def test_other_mistakes_are_told_beside_those_of_sharing():
    text = with_sharing(f'regions = ["a", "x"]\n{SAME}').replace('"70 kg"', '"70"')
    with pytest.raises(CourseError) as caught:
        course_from_text(text)
    assert len(caught.value.mistakes) == 2


def test_the_lines_of_the_template_are_a_legal_table():
    template = template_text()
    block = template[template.index("# [[sharing]]") : template.index("# What another agent")]
    lines = [line.removeprefix("# ") for line in block.split("\n")[:4]]
    text = TEXT.replace('"a"', '"lesion 1"').replace('"b"', '"lesion 2"') + "\n".join(lines)
    (shared,) = course_from_text(text).course.sharing
    assert shared == SharedFit(("lesion 1", "lesion 2"), 1.0, 1.2)
