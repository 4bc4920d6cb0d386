"""What a field of an agent may hold; each check names field, value and what is allowed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    import re


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


def need_count(field: str, value: object) -> None:
    """Raise InvalidValueError unless the value is None, or a whole number of at least 1."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        msg = f"{field} must be a whole number of at least 1, got {value!r}"
        raise InvalidValueError(msg)
