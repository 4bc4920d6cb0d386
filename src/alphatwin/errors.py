"""Every exception that AlphaTwin raises on purpose.

AlphaTwinError
├── DataError             a shipped table is damaged, or a nuclide, agent or region is not in it
├── InvalidValueError     a value or model has no physical meaning
├── UnitError             a text with a unit cannot be read, or has the wrong dimension
├── CourseError           a course file has mistakes; carries every one of them, by field and line
├── ScanError             images, contours or their headers cannot be read, or do not fit together
├── NotSupportedError     a legal question that AlphaTwin cannot answer, and why
└── OutputError           a result cannot be written where it was asked for

Every message says what is wrong, in which field, the value got, what is allowed and the way out.
"""

from __future__ import annotations


class AlphaTwinError(Exception):
    """Base class: catch this to catch everything that AlphaTwin raises on purpose."""


class DataError(AlphaTwinError, LookupError):
    """A shipped table is damaged, or what was asked for is not in it."""


class InvalidValueError(AlphaTwinError, ValueError):
    """A value or a model has no physical meaning."""


class UnitError(AlphaTwinError, ValueError):
    """A text with a unit cannot be read, or has the wrong dimension."""


class CourseError(AlphaTwinError, ValueError):
    """A course file has mistakes.

    Attributes
    ----------
    mistakes
        One text per mistake: ``FILE:LINE: field: what is wrong; what is allowed``.
    """

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class ScanError(AlphaTwinError, ValueError):
    """Images, contours or their headers cannot be read, or do not fit together."""


class NotSupportedError(AlphaTwinError):
    """A legal question that AlphaTwin cannot answer; the message says why."""


class OutputError(AlphaTwinError, OSError):
    """A result cannot be written where it was asked for."""
