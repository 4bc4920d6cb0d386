"""Thousands of spoilt course files: a course or its mistakes, never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_file_strategies import (
    made_up,
    read_or_refuse,
    with_other_lines,
    with_other_tokens,
    with_other_values,
)

CASES = 5_000


@pytest.mark.parametrize("kind", [with_other_values, with_other_lines, with_other_tokens, made_up])
def test_no_spoilt_course_file_ends_in_a_traceback(kind):
    counts = {"read": 0, "refused": 0}

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(kind())
    def fuzz(text: str) -> None:
        counts["refused" if read_or_refuse(text) is None else "read"] += 1

    fuzz()
    assert counts["refused"] > CASES // 20  # else the fuzz spoils nothing


@settings(max_examples=CASES, deadline=None, database=None)
@given(st.text(alphabet="[]{}=\"'#.,\n\\ ax1", max_size=60))
def test_no_text_of_toml_characters_ends_in_a_traceback(text):
    assert read_or_refuse(text) is None
