"""Files of a folder or a zip, as open streams; nothing is unpacked to disk.

A zip is read in memory, member by member, so that no path in it can point anywhere. One that grows
beyond what a patient's scans can be is refused before it is read.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from alphatwin.errors import NotSupportedError, ScanError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_FILES = 50_000
"""More files than any patient's scans; a folder above this is not one patient."""
MOST_BYTES = 16 * 2**30
"""All files of a zip together, unpacked: more than a machine for dosimetry holds in memory."""
MOST_RATIO = 200.0
"""Unpacked over packed: images shrink by 2 to 10, empty masks by 100; a zip bomb by 1000."""
SMALL_BYTES = 2**20
"""Members smaller than this may shrink as they like."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file, named by its place in the sorted list: names of files may be names of patients.

    Attributes
    ----------
    name
        ``file 17``.
    path
        File on disk, or the zip that holds the member.
    member
        Name within the zip, None for a file on disk.
    size
        Bytes.
    """

    name: str
    path: Path
    member: str | None
    size: int

    def open(self) -> BinaryIO:
        """Return the open file."""
        if self.member is None:
            return self.path.open("rb")
        with zipfile.ZipFile(self.path) as archive:
            return io.BytesIO(archive.read(self.member))


def parts_of(source: Path) -> tuple[Part, ...]:
    """Return every file below a folder, or within a zip, sorted.

    Parameters
    ----------
    source
        Folder or zip.

    Raises
    ------
    ScanError
        If there is no such folder or zip, it is empty, damaged, or larger than scans can be.
    """
    if source.is_dir():
        found = sorted(p for p in source.rglob("*") if p.is_file() and not p.is_symlink())
        rows: list[tuple[Path, str | None, int]] = [(p, None, p.stat().st_size) for p in found]
    elif source.is_file():
        rows = list(_members(source))
    else:
        msg = "scans: there is no such folder or zip; give the folder that holds the DICOM files"
        raise ScanError(msg)
    if not rows:
        msg = "scans: the folder or zip holds no file"
        raise ScanError(msg)
    if len(rows) > MOST_FILES:
        msg = f"scans: {len(rows)} files, at most {MOST_FILES}: give the folder of one patient"
        raise ScanError(msg)
    return tuple(
        Part(name=f"file {n}", path=path, member=member, size=size)
        for n, (path, member, size) in enumerate(rows, start=1)
    )


def _members(source: Path) -> Iterator[tuple[Path, str | None, int]]:
    try:
        with zipfile.ZipFile(source) as archive:
            infos = sorted(archive.infolist(), key=lambda i: i.filename)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        msg = "scans: neither a folder nor a whole zip; give the folder that holds the DICOM files"
        raise ScanError(msg) from error
    infos = [i for i in infos if not i.is_dir()]
    total = sum(i.file_size for i in infos)
    if total > MOST_BYTES:
        msg = f"scans: the zip unpacks to {total / 2**30:.0f} GiB, at most {MOST_BYTES >> 30} GiB"
        raise ScanError(msg)
    for info in infos:
        if info.flag_bits & 0x1:
            msg = "scans: the zip is encrypted; unpack it and give the folder"
            raise NotSupportedError(msg)
        if info.file_size > max(SMALL_BYTES, MOST_RATIO * info.compress_size):
            msg = (
                f"scans: a member of the zip unpacks to {info.file_size / info.compress_size:.0f} "
                f"times its size, at most {MOST_RATIO:.0f}: it is no image"
            )
            raise ScanError(msg)
        yield source, info.filename, info.file_size
