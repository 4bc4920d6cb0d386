"""What a field of an agent may hold; each check names field, value and what is allowed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    import re

MOST = 100_000_000  # of people or anything else that is counted: more is a slip of the keyboard
LONGEST = 40  # digits of a refused value that a message repeats


def need_text(field: str, value: object) -> None:
    """Raise InvalidValueError unless the value is a text that says something."""
    if not isinstance(value, str) or not value.strip():
        msg = f"{field} must be a text that is not empty, got {value!r}"
        raise InvalidValueError(msg)


def need_choice(field: str, value: object, allowed: tuple[str, ...]) -> None:
    """Raise InvalidValueError unless the value is one of the words allowed."""
    if value not in allowed:
        msg = f"{field} must be one of {', '.join(allowed)}, got {value!r}"
        raise InvalidValueError(msg)


def need_pattern(field: str, value: object, pattern: re.Pattern[str], meaning: str) -> None:
    """Raise InvalidValueError unless the whole value has the form of the pattern."""
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        msg = f"{field} must be {meaning}, got {value!r}"
        raise InvalidValueError(msg)


def need_positive(field: str, value: object) -> None:
    """Raise InvalidValueError unless the value is None, or a positive finite number."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        msg = f"{field} must be a number, got {value!r}"
        raise InvalidValueError(msg)
    if not 0.0 < value < math.inf:
        msg = f"{field} must be positive and finite, got {value}"
        raise InvalidValueError(msg)


def need_count(field: str, value: object, *, least: int = 1) -> None:
    """Raise InvalidValueError unless the value is None, or a whole number that can be a count."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
        got = repr(value) if len(repr(value)) <= LONGEST else f"{repr(value)[:LONGEST]}..."
        msg = f"{field} must be a whole number from {least} to {MOST:,}, got {got}"
        raise InvalidValueError(msg)
