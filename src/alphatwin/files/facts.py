"""A legal but doubtful thing in a course file."""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """Something in a file that is legal, doubtful, and must stand in the report.

    Attributes
    ----------
    code
        Short name, stable between versions.
    where
        Field of the file.
    message
        In words, with the numbers.
    loud
        True if the reader must not miss it.
    """

    code: str
    where: str
    message: str
    loud: bool = False
