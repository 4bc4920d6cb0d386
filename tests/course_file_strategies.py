"""Course files as they may come in: good ones, good ones with a slip, and nonsense."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

import blood_course
from alphatwin.errors import CourseError
from alphatwin.examples import example_names, example_text
from alphatwin.files import CourseFile, course_from_text, template_text

_TEMPLATE = template_text()
_SHARED = (
    _TEMPLATE
    + _TEMPLATE[_TEMPLATE.index("[[measurements]]") : _TEMPLATE.index("[calibration]")].replace(
        '"lesion 1"', '"lesion 2"'
    )
    + _TEMPLATE[
        _TEMPLATE.index("[[regions]]") : _TEMPLATE.index('[[regions]]\nname = "kid')
    ].replace('"lesion 1"', '"lesion 2"')
    + '[[sharing]]\nregions = ["lesion 1", "lesion 2"]\neffective_half_life = "same"\n'
    + "uptake_half_time_spread = 1.2\n"
    + '[biology]\nrbe_max_alpha = 4.0\nrbe_max_alpha_uncertainty = "20 %"\n'
    + '[[biology.tissues]]\nregion = "lesion 1"\nalpha_beta = "5 Gy"\n'
    + 'alpha_beta_uncertainty = "30 %"\nrepair_half_time = "90 min"\nsource = "a study"\n'
)

GOOD = (_TEMPLATE, _SHARED, blood_course.WHOLE, *(example_text(name) for name in example_names()))

_VALUE = re.compile(r'"[^"\n]*"|\b\d[\d.]*\b')
_TOKEN = re.compile(r'"[^"\n]*"|\w+|\s+|.', re.DOTALL)

NASTY = (
    '""', '"-1 h"', '"nan MBq"', '"inf"', '"1e999 GBq"', '"1e308 GBq"', '"0 g"', '"1e-320 kg"',
    '"unknown"', '"none"', '"7.4"', '"5 %"', '"500 %"', '"1e300 h"', '"Lu-177"', '"Bi-213"',
    '"225Ac-DOTATATE"', "true", "nan", "-inf", "0", "-1", "1e400", "99999999999999999999",
    "[]", "{}", "[[]]", "[{}]", "{ a = 1 }", "1979-05-27T07:32:00Z", "07:32:00", '"\\u0000"',
    '"\\n"', '"' + "x" * 3000 + '"', "'''\n'''", '"µ€𝔘"', "0x1f", "1_000", '"1e-300 MBq"',
    '"1 Bq/kg"', '"1 MBq/mL"', '"administration"', '"measured"', "9" * 400, "1" * 20 + ".0",
)  # fmt: skip

values = st.sampled_from(NASTY) | st.text(max_size=12).map(
    lambda text: '"' + text.replace("\\", "").replace('"', "") + '"'
)


@st.composite
def with_other_values(draw: st.DrawFn) -> str:
    """Return a good file in which some values are others."""
    text = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        spans = [m.span() for m in _VALUE.finditer(text)]
        start, end = draw(st.sampled_from(spans))
        text = text[:start] + draw(values) + text[end:]
    return text


@st.composite
def with_other_lines(draw: st.DrawFn) -> str:
    """Return a good file in which lines are lost, doubled, swapped or cut."""
    lines = draw(st.sampled_from(GOOD)).split("\n")
    for _ in range(draw(st.integers(1, 5))):
        i = draw(st.integers(0, len(lines) - 1))
        j = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["lose", "double", "swap", "cut", "uncomment"])):
            case "lose":
                lines[i] = ""
            case "double":
                lines.insert(j, lines[i])
            case "swap":
                lines[i], lines[j] = lines[j], lines[i]
            case "cut":
                lines[i] = lines[i][: draw(st.integers(0, len(lines[i])))]
            case _:
                lines[i] = lines[i].removeprefix("# ")
    return "\n".join(lines)


@st.composite
def with_other_tokens(draw: st.DrawFn) -> str:
    """Return a good file in which tokens are lost, doubled or other ones."""
    tokens = _TOKEN.findall(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 6))):
        i = draw(st.integers(0, len(tokens) - 1))
        tokens[i] = draw(
            st.sampled_from(["", tokens[i] * 2, "[", "]", "{", "}", "=", ".", ",", '"', "#", "\n"])
            | st.sampled_from(tokens)
            | st.text(max_size=3)
        )
    return "".join(tokens)


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    return str(value)


_KEYS = sorted(set(re.findall(r"^(?:# )?(\w+) = ", "\n".join(GOOD), re.MULTILINE)))
_TABLES = (
    "patient", "regions", "administrations", "measurements", "predictions", "agents",
    "assumptions", "calibration", "patient.previous_therapies", "schema", "points", "x",
    "blood", "blood.windows", "blood.samples", "urine", "urine.voiding", "urine.collected",
    "marrow",
)  # fmt: skip
_POINT_KEYS = ("time", "activity", "concentration", "fraction", "uncertainty", "x")
_anything = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_POINT_KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def made_up(draw: st.DrawFn) -> str:
    """Return a file made of the right keys in wrong places with wrong values."""
    lines = draw(st.sampled_from([["schema = 1"], ["schema = 1", 'title = "x"'], []]))
    lines = list(lines)
    for _ in range(draw(st.integers(0, 6))):
        name = draw(st.sampled_from(_TABLES))
        lines.append(f"[[{name}]]" if draw(st.booleans()) else f"[{name}]")
        keys = draw(st.lists(st.sampled_from(_KEYS), unique=True, max_size=6))
        lines += [f"{key} = {_toml(draw(_anything))}" for key in keys]
    return "\n".join(lines)


course_texts = with_other_values() | with_other_lines() | with_other_tokens() | made_up()


def read_or_refuse(text: str) -> CourseFile | None:
    """Return the course, or ``None`` after checking that the refusal is in order."""
    try:
        return course_from_text(text)
    except CourseError as error:
        mistakes = error.mistakes
    check_mistakes(mistakes, last_line=text.count("\n") + 1)
    return None


def check_mistakes(mistakes: tuple[str, ...], *, last_line: int) -> None:
    """Check that there are mistakes, each short, on one line of text, in order of lines."""
    assert mistakes
    lines = []
    for mistake in mistakes:
        match = re.match(r"course\.toml(?::(\d+))?: \S", mistake)
        assert match is not None, mistake
        assert len(mistake) < 1000, mistake
        assert "\n" not in mistake, mistake
        lines.append(int(match[1] or 0))
    assert lines == sorted(lines)
    assert lines[-1] <= last_line
