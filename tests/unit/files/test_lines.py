"""Where things stand in a TOML text."""

from __future__ import annotations

import tomllib

import pytest

from alphatwin.files.lines import Places

TEXT = '''# a comment with [brackets] and = signs
title = "x"  # more

[patient]
weight = "1 kg"
note = """
[[not a table]]
weight = "2 kg"
"""
raw = \'\'\'
[regions]
\'\'\'
a.b.c = 1

[[patient.therapies]]
agent = "A"
[[patient.therapies]]
agent = "B"   # ] } "

[[regions]]
name = "x # not a comment"
[[regions]]
"quoted name" = 1
points = [
    # a comment ]
    { time = "1 h", "odd key" = [1, [2,
        3]] }, { time = "2 h" },

    { time = "3 h", escaped = "a\\"}", inner = { deep = 1 } },
]
after = 1
[regions.sub]
key = 1979-05-27T07:32:00Z
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("title",), 2),
        (("patient",), 4),
        (("patient", "weight"), 5),
        (("patient", "note"), 6),
        (("patient", "raw"), 10),
        (("patient", "a"), 13),
        (("patient", "a", "b", "c"), 13),
        (("patient", "therapies", 0), 15),
        (("patient", "therapies", 0, "agent"), 16),
        (("patient", "therapies", 1, "agent"), 18),
        (("regions",), 20),
        (("regions", 0, "name"), 21),
        (("regions", 1), 22),
        (("regions", 1, "quoted name"), 23),
        (("regions", 1, "points"), 24),
        (("regions", 1, "points", 0, "time"), 26),
        (("regions", 1, "points", 0, "odd key", 1, 0), 26),
        (("regions", 1, "points", 0, "odd key", 1, 1), 27),
        (("regions", 1, "points", 1, "time"), 27),
        (("regions", 1, "points", 2, "inner", "deep"), 29),
        (("regions", 1, "after"), 31),
        (("regions", 1, "sub", "key"), 33),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_path_is_found_on_its_line(path, line, newline):
    assert Places(TEXT.replace("\n", newline)).line(path) == line


def test_the_text_of_these_tests_is_toml():
    assert tomllib.loads(TEXT)["regions"][1]["points"][2]["escaped"] == 'a"}'


@pytest.mark.parametrize("text", ["a = [1 2", 'a = "x', "[[a", "= 1", "a = { b = 1,, }", "]"])
def test_text_that_is_not_toml_ends_too(text):
    assert Places(f"x = 1\n{text}").line(("x",)) == 1


def test_what_is_not_there_gets_the_line_around_it():
    assert Places(TEXT).line(("regions", 1, "points", 1, "uncertainty")) == 27
    assert Places(TEXT).line(("regions", 1, "mass")) == 22
    assert Places(TEXT).line(("nothing", "of", "this")) == 1
