"""The founding review as numbered lines, and the numbers that stand on them."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

REFERENCE = Path(
    os.environ.get("ALPHATWIN_REFERENCE", Path(__file__).parents[4] / "shared" / "reference")
)
WORDS = {
    "no": 0, "none": 0, "a": 1, "an": 1, "one": 1, "single": 1, "another": 1, "her": 1, "two": 2,
    "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "fourteen": 14, "fifteen": 15, "eighteen": 18,
}  # fmt: skip
MONTHS = {"April": "04", "May": "05", "June": "06", "December": "12"}
_GROUPED = re.compile(r"(?<=\d)[ ,](?=\d{3}\b)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def review_lines() -> list[str]:
    """Return the lines of the review's text; skip where it is not at hand, fail in CI."""
    path = REFERENCE.parent / "source" / "tat-net-review.txt"
    if not path.exists():
        reason = f"reference data missing: {path}; set ALPHATWIN_REFERENCE"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    text = path.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    return text.split("\n")


def numbers_on(lines: list[str], first: int, last: int) -> set[Decimal]:
    """Return every number that stands on lines first to last, in digits or in words."""
    text = " ".join(line.strip() for line in lines[first - 1 : last])
    found = {Decimal(n) for n in _NUMBER.findall(text)}
    found |= {Decimal(n) for n in _NUMBER.findall(_GROUPED.sub("", text))}
    found |= {Decimal(WORDS[w]) for w in re.findall(r"[a-z]+", text.casefold()) if w in WORDS}
    return found
