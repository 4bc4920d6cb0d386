"""On which line of a TOML text each key, table and array element stands.

The standard library reads TOML and forgets where. This reads the same text for the places alone;
it is only asked about text that :mod:`tomllib` has accepted, so it checks nothing itself.
"""

from __future__ import annotations

import bisect
import contextlib
import re
import tomllib

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_BLANK_OR_COMMENT = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


class _LostError(Exception):
    """The text is not TOML after all: what has been found so far must do."""


class Places:
    """Lines of a TOML text by path: ``("regions", 1, "mass")`` is ``regions[1].mass``."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._newlines = [m.start() for m in re.finditer("\n", self._text)]
        self._lines: dict[Path, int] = {(): 1}
        self._sizes: dict[Path, int] = {}
        with contextlib.suppress(_LostError, IndexError, ValueError):
            self._document()

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing around it that is in the text."""
        for length in range(len(path), -1, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1

    def _mark(self, path: Path, at: int) -> None:
        line = bisect.bisect_left(self._newlines, at) + 1
        for length in range(1, len(path) + 1):  # a.b.c = 1 also says where a and a.b begin
            self._lines.setdefault(path[:length], line)

    def _skip(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self._text, at)
        return match.end() if match else at

    def _document(self) -> None:
        table: Path = ()
        at = self._skip(_BLANK_OR_COMMENT, 0)
        while at < len(self._text):
            start = at
            if self._text[at] == "[":
                at, table = self._header(at)
            else:
                at = self._key_value(at, table)
            at = self._skip(_BLANK_OR_COMMENT, at)
            _check_progress(start, at)

    def _header(self, at: int) -> tuple[int, Path]:
        is_array = self._text.startswith("[[", at)
        end, keys = self._key(at + (2 if is_array else 1))
        path = (*self._resolve(keys[:-1]), keys[-1])
        if is_array:
            index = self._sizes.get(path, 0)
            self._sizes[path] = index + 1
            self._mark(path, at)
            path = (*path, index)
        else:
            path = self._resolve(keys)
        self._mark(path, at)
        return self._text.index("]]" if is_array else "]", end) + (2 if is_array else 1), path

    def _resolve(self, keys: tuple[str, ...]) -> Path:
        """Return the path of a header's keys: an array of tables stands for its last table."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._sizes:
                path = (*path, self._sizes[path] - 1)
        return path

    def _key(self, at: int) -> tuple[int, tuple[str, ...]]:
        keys = []
        while True:
            at = self._skip(_BLANK, at)
            if self._text[at] in "\"'":
                end = self._skip(_STRING, at)
                keys.append(str(tomllib.loads(f"k = {self._text[at:end]}")["k"]))
            else:
                end = self._skip(_BARE_KEY, at)
                keys.append(self._text[at:end])
            at = self._skip(_BLANK, end)
            if self._text[at] != ".":
                return at, tuple(keys)
            at += 1

    def _key_value(self, at: int, table: Path) -> int:
        end, keys = self._key(at)
        path = table + keys
        self._mark(path, at)
        return self._value(self._skip(_BLANK, end + 1), path)

    def _value(self, at: int, path: Path) -> int:
        first = self._text[at : at + 1]
        if first in {'"', "'"}:
            return self._skip(_STRING, at)
        if first == "[":
            return self._array(at, path)
        if first == "{":
            return self._inline_table(at, path)
        return self._skip(_SCALAR, at)

    def _array(self, at: int, path: Path) -> int:
        at, index = self._skip(_BLANK_OR_COMMENT, at + 1), 0
        while self._text[at] != "]":
            start = at
            self._mark((*path, index), at)
            at = self._skip(_BLANK_OR_COMMENT, self._value(at, (*path, index)))
            if self._text[at] == ",":
                at = self._skip(_BLANK_OR_COMMENT, at + 1)
            _check_progress(start, at)
            index += 1
        return at + 1

    def _inline_table(self, at: int, path: Path) -> int:
        at = self._skip(_BLANK_OR_COMMENT, at + 1)
        while self._text[at] != "}":
            start = at
            at = self._skip(_BLANK_OR_COMMENT, self._key_value(at, path))
            if self._text[at] == ",":
                at = self._skip(_BLANK_OR_COMMENT, at + 1)
            _check_progress(start, at)
        return at + 1


def _check_progress(start: int, at: int) -> None:
    if at <= start:
        raise _LostError
