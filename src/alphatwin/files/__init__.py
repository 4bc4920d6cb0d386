"""Reading and writing the user's files: strict in, whole or not at all out."""

from alphatwin.files.course_file import (
    CourseFile,
    course_from_text,
    read_course,
    read_example,
    template_text,
    write_template,
)
from alphatwin.files.facts import Fact

__all__ = [
    "CourseFile",
    "Fact",
    "course_from_text",
    "read_course",
    "read_example",
    "template_text",
    "write_template",
]
