"""Reading and writing the user's files: strict in, whole or not at all out.

Every name below is imported when it is first used: who only writes a file whole loads no schema.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alphatwin.files.course_file import (
        CourseFile,
        course_from_text,
        read_course,
        read_example,
        template_text,
        write_template,
    )
    from alphatwin.files.facts import Fact
    from alphatwin.files.scan_plan import ImageCourse, read_image_course

_HOMES = {
    "CourseFile": "course_file",
    "Fact": "facts",
    "ImageCourse": "scan_plan",
    "course_from_text": "course_file",
    "read_course": "course_file",
    "read_example": "course_file",
    "read_image_course": "scan_plan",
    "template_text": "course_file",
    "write_template": "course_file",
}

__all__ = [
    "CourseFile",
    "Fact",
    "ImageCourse",
    "course_from_text",
    "read_course",
    "read_example",
    "read_image_course",
    "template_text",
    "write_template",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module 'alphatwin.files' has no attribute {name!r}; it has {', '.join(__all__)}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"alphatwin.files.{home}"), name)
