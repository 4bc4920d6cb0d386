"""Whatever stands in a course file: a course or its mistakes, never a traceback."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alphatwin.errors import CourseError
from alphatwin.files import course_from_text, read_course
from alphatwin.files.lines import Places
from course_file_strategies import GOOD, course_texts, read_or_refuse

CASES = 400


@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(course_texts)
def test_a_changed_file_is_a_course_or_its_mistakes(text):
    read_or_refuse(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_refused_in_order(text):
    assert read_or_refuse(text) is None


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_refused_in_order(raw, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "bytes.toml"
    path.write_bytes(raw)
    with pytest.raises(CourseError, match=r"^bytes\.toml"):
        read_course(path)


@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(course_texts)
def test_every_key_of_legal_toml_is_found_on_a_line_that_holds_it(text):
    try:
        document = tomllib.loads(text)
    except ValueError:
        return
    places, lines = Places(text), text.replace("\r\n", "\n").split("\n")
    for path in _paths(document):
        line = lines[places.line(path) - 1]
        key = next(part for part in reversed(path) if isinstance(part, str))
        if path[-1] == key and key.isidentifier():
            assert key in line, (path, line)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(GOOD), st.sampled_from(["\r\n", "\n"]), st.text("# \n", max_size=5))
def test_comments_and_line_ends_change_nothing(text, newline, comment):
    lines = [f"#{comment.replace(chr(10), '')}", *text.split("\n")]
    assert course_from_text(newline.join(lines)).course == course_from_text(text).course


def _paths(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        yield from _paths(inner, (*path, key))
