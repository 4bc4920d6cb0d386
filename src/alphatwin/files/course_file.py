"""Course files: TOML text to a course, with every mistake at once, by field and line."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alphatwin.errors import CourseError
from alphatwin.examples import example_text
from alphatwin.files import schema
from alphatwin.files.atomic import write_text_atomically
from alphatwin.files.conversion import convert
from alphatwin.files.facts import Fact
from alphatwin.files.lines import Places
from alphatwin.files.mistakes import Mistakes, show
from alphatwin.files.sections import read_sections

if TYPE_CHECKING:
    from alphatwin.agents import Agent
    from alphatwin.patient import Course

LARGEST_FILE_BYTES: Final = 5_000_000
TEMPLATE_TITLE: Final = "Template: write a title here"

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


@dataclass(frozen=True, slots=True)
class CourseFile:
    """A course as its file gives it.

    Attributes
    ----------
    course
        The course, with every mistake of the file excluded.
    sha256
        Hash of the file's bytes, in hexadecimal.
    made_by_course
        Fields of :class:`~alphatwin.patient.Assumptions` that the file states; the others have
        their default.
    agents
        Agents that the file defines itself.
    facts
        What is legal in the file, and doubtful.
    """

    course: Course
    sha256: str
    made_by_course: frozenset[str]
    agents: tuple[Agent, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class CourseText:
    """A course file as it was written: its name, its text, its tables and its hash."""

    name: str
    text: str
    document: dict[str, Any]
    sha256: str


def read_course(path: str | Path) -> CourseFile:
    """Return the course of a file.

    Parameters
    ----------
    path
        A TOML file in UTF-8; ``alphatwin new FILE`` writes a template of one.

    Raises
    ------
    CourseError
        If it cannot be read, or with every mistake in it.
    """
    name, raw = _read(path)
    return _course_file(_decode(raw, name), name=name, sha256=hashlib.sha256(raw).hexdigest())


def read_text(path: str | Path) -> CourseText:
    """Return the tables of a course file, not yet checked.

    Raises
    ------
    CourseError
        If it cannot be read, or is no TOML.
    """
    name, raw = _read(path)
    text = _decode(raw, name)
    return CourseText(name, text, _document(text, name), hashlib.sha256(raw).hexdigest())


def _read(path: str | Path) -> tuple[str, bytes]:
    name = Path(path).name or str(path)
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            raw = file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        msg = f"{name}: there is no such file; `alphatwin new {name}` writes a template"
        raise CourseError((msg,)) from None
    except IsADirectoryError:
        raise CourseError((f"{name}: is a folder; give the name of a course file",)) from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise CourseError((f"{name}: cannot be read: {reason}",)) from error
    if len(raw) > LARGEST_FILE_BYTES:
        msg = (
            f"{name}: has {max(size, len(raw))} bytes; a course file has at most "
            f"{LARGEST_FILE_BYTES}"
        )
        raise CourseError((msg,))
    return name, raw


def course_from_text(text: str, *, name: str = "course.toml") -> CourseFile:
    """Return the course that a text describes.

    Parameters
    ----------
    text
        A course file as text.
    name
        Name of the file for messages.

    Raises
    ------
    CourseError
        With every mistake in it.
    """
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as error:
        msg = f"{name}: holds a character that is not Unicode: {error.reason}"
        raise CourseError((msg,)) from None
    sha256 = hashlib.sha256(raw).hexdigest()
    return _course_file(text.removeprefix("\ufeff"), name=name, sha256=sha256)


def read_example(name: str) -> CourseFile:
    """Return the course of a bundled example.

    Raises
    ------
    DataError
        If there is no example of that name; the message lists them.
    """
    return course_from_text(example_text(name), name=f"{name}.toml")


def template_text() -> str:
    """Return the commented template of a course file."""
    file = resources.files("alphatwin.files") / "template.toml"
    return file.read_text(encoding="utf-8")


def write_template(path: str | Path) -> None:
    """Write a commented template of a course file.

    Raises
    ------
    OutputError
        If there is a file of that name already, or it cannot be written.
    """
    write_text_atomically(path, template_text(), replace=False)


def _decode(raw: bytes, name: str) -> str:
    way_out = "save it as UTF-8"
    if (mark := _MARKS.get(raw[:2])) is not None:
        raise CourseError((f"{name}: is {mark} text; {way_out}",))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        msg = (
            f"{name}:{line}: byte 0x{raw[error.start]:02x} is not UTF-8, perhaps Latin-1; {way_out}"
        )
        raise CourseError((msg,)) from None


def _course_file(text: str, *, name: str, sha256: str) -> CourseFile:
    document = _document(text, name)
    if "scans" in document:
        msg = (
            f"{name}:{Places(text).line(('scans',))}: scans: this course takes its regions from "
            f"scans; `alphatwin image {name} -o DIR` reads them"
        )
        raise CourseError((msg,))
    return course_of_document(document, CourseText(name, text, document, sha256))


def _document(text: str, name: str) -> dict[str, Any]:
    if not text.strip():
        msg = f"{name}: is empty; `alphatwin new FILE` writes a template"
        raise CourseError((msg,))
    return _parse(text, name)


def course_of_document(document: dict[str, Any], source: CourseText) -> CourseFile:
    """Return the course of a TOML document, with the places of its tables in the text.

    Parameters
    ----------
    document
        The tables.
    source
        The file that they come from.

    Raises
    ------
    CourseError
        With every mistake in it.
    """
    try:
        mistakes = Mistakes(file_name=source.name, places=Places(source.text))
        _check_schema(document, mistakes=mistakes)
        read = convert(read_sections(document, mistakes=mistakes), mistakes=mistakes)
    except RecursionError:
        raise CourseError((f"{source.name}: tables or lists are nested too deeply",)) from None
    facts = read.facts
    if read.course.title == TEMPLATE_TITLE:
        message = "The file still has the title of the template: are its figures the template's?"
        facts = (Fact("template_title", "title", message, loud=True), *facts)
    return CourseFile(read.course, source.sha256, read.made_by_course, read.own_agents, facts)


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise CourseError((f"{name}: tables or lists are nested too deeply",)) from None
    except ValueError as error:  # TOMLDecodeError, or a whole number of thousands of digits
        message = str(error)
        match = _AT_LINE.search(message)
        line = ""
        if match is not None:
            number = match[1] or str(text.count("\n") + (not text.endswith("\n")))
            line = f":{number}"
            message = message.replace(match[0], "").strip()
        if "key part" in message:
            message += " (a table in braces { ... } stands on one line)"
        raise CourseError((f"{name}{line}: is not TOML: {message}",)) from None


def _check_schema(document: dict[str, Any], *, mistakes: Mistakes) -> None:
    """Refuse another version at once: nothing else in such a file could be judged."""
    if "schema" not in document:
        mistakes.add((), f"schema is missing: write schema = {schema.SCHEMA} on the first line")
        return
    version = document["schema"]
    if type(version) is not int or version != schema.SCHEMA:
        mistakes.add(
            ("schema",),
            f"version {show(version)} of course files is not known; this version of AlphaTwin "
            f"reads schema = {schema.SCHEMA}",
        )
        mistakes.raise_if_any()
