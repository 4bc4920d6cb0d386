"""Every mistake of a file, by field and line, collected until the whole file has been read."""

from __future__ import annotations

import difflib
import reprlib
from typing import TYPE_CHECKING, Final, TypeVar

from alphatwin.errors import AlphaTwinError, CourseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alphatwin.files.lines import Path, Places

T = TypeVar("T")

LONGEST_MISTAKE: Final = 600


class Mistakes:
    """What is wrong in one file, so far."""

    def __init__(self, *, file_name: str, places: Places) -> None:
        self._file_name = file_name
        self._places = places
        self._found: dict[tuple[int, str, str], None] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, path: Path, text: str) -> None:
        """Note that what stands at a path is wrong; the same mistake counts once."""
        text = " ".join(text.split())
        if len(text) > LONGEST_MISTAKE:  # a value of thousands of characters is in it
            half = LONGEST_MISTAKE // 2
            text = f"{text[:half]} ... {text[-half:]}"
        self._found[self.line(path), field_name(path), text] = None

    def attempt(self, build: Callable[[], T], path: Path) -> T | None:
        """Return what is built; if AlphaTwin refuses, note why under the path, return None."""
        try:
            return build()
        except AlphaTwinError as error:
            self.add(path, str(error))
            return None

    def line(self, path: Path) -> int:
        """Return the line of a path."""
        return self._places.line(path)

    def raise_if_any(self) -> None:
        """Raise :class:`CourseError` with every mistake, in order of lines, if there is one."""
        if self._found:
            raise CourseError(
                tuple(
                    f"{self._file_name}:{line}: {field}: {text}"
                    if field
                    else f"{self._file_name}:{line}: {text}"
                    for line, field, text in sorted(self._found, key=lambda m: m[0])
                )
            )


def field_name(path: Path) -> str:
    """Return a path in words: ``administrations[1].activity``; elements count from zero."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if part.replace("_", "").replace("-", "").isalnum() else show(part)
            text += f".{key}" if text else key
    return text


def show(value: object) -> str:
    """Return a value for a message: short, on one line, however large or odd the value is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 80 else f"{value[:60]}...")
    return reprlib.repr(value)


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for a near miss, or nothing."""
    by_key = {name.casefold(): name for name in allowed}
    near = difflib.get_close_matches(word[:100].casefold(), by_key, n=1, cutoff=0.6)
    return f"; did you mean {by_key[near[0]]!r}?" if near else ""
