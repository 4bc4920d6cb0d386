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
from alphatwin.files.scan_plan import ImageCourse, read_image_course

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
