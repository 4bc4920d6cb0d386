"""Damaged DICOM: ten thousand mutations of real headers, each a clear error or a result.

Headers of every kind of file of the reference scans, with the first rows of their pixels, are cut,
bits of them flipped, bytes overwritten and spans repeated. None may end in anything but an answer
or a ScanError, and no message may hold what the file says of the patient.
"""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from alphatwin.dicom.read.header import Header, read_header
from alphatwin.dicom.read.mappings import read_mappings
from alphatwin.dicom.read.parts import Part
from alphatwin.dicom.read.pixels import read_image
from alphatwin.dicom.read.scans import Scan, _series
from alphatwin.dicom.read.series import sort_into_series
from alphatwin.dicom.read.structures import read_segments, read_structures
from alphatwin.errors import AlphaTwinError, ScanError
from alphatwin.imaging import contradictions

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom import Dataset

CASES = int(os.environ.get("ALPHATWIN_FUZZ_CASES", "12000"))
LONGEST = 40_000  # bytes of a file that are kept: all of the header, some of the pixels
FILES = (
    "umich_lu177_dotatate_spect", "acrin_fdg_pet_ct", "tcia_sts001_fdg_pet", "ibsi_sts_pet_ct",
    "rt_small",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bytes(Part):
    """A file that lies in memory."""

    content: bytes = b""

    def open(self):
        """Return the bytes as an open file."""
        return io.BytesIO(self.content)


def real_files(images: Path) -> list[tuple[bytes, set[str]]]:
    """Return one short file of each modality and folder, and what it says of the patient."""
    import pydicom

    found: dict[tuple[str, str], tuple[bytes, set[str]]] = {}
    for folder in FILES:
        for path in sorted((images / folder).rglob("*")):
            if not path.is_file() or path.suffix in {".txt", ".gz", ".md", ".nii"}:
                continue
            try:
                head = pydicom.dcmread(path, stop_before_pixels=True, force=False)
            except pydicom.errors.InvalidDicomError:
                continue
            key = (folder, str(head.get("Modality")))
            raw = path.read_bytes()
            if key not in found or len(raw) < len(found[key][0]):
                found[key] = (raw, names_in(head))
    return [(raw[:LONGEST], names) for raw, names in found.values()]


def mutated(raw: bytes, rng: np.random.Generator) -> bytes:
    data = bytearray(raw)
    front = min(len(data), 8000)  # most of a header lies there
    for _ in range(int(rng.integers(1, 4))):
        kind = rng.integers(0, 5)
        at = int(rng.integers(0, front))
        if kind == 0:
            data = data[: int(rng.integers(0, len(data) + 1))]
        elif kind == 1 and at < len(data):
            data[at] ^= 1 << int(rng.integers(0, 8))
        elif kind == 2:
            data[at : at + 4] = rng.integers(0, 256, 4).astype(np.uint8).tobytes()
        elif kind == 3:
            span = bytes(data[at : at + int(rng.integers(1, 200))])
            data[at:at] = span
        else:
            del data[at : at + int(rng.integers(1, 50))]
        front = max(1, min(len(data), front))
    return bytes(data)


def names_in(head: Dataset) -> set[str]:
    """Return what a file says of the patient and that no message may repeat."""
    words = {str(head.get(key) or "").strip() for key in ("PatientName", "PatientID", "StudyDate")}
    return {word for word in words if len(word) > 4}


def answer(part: Part) -> str:
    """Read a file as every reader would; return what was said."""
    said = []
    try:
        header = read_header(part)
    except ScanError as error:
        return str(error)
    assert isinstance(header, Header)
    for reader in (read_structures, read_segments, read_mappings):
        if {"RTSTRUCT": read_structures, "SEG": read_segments}.get(header.modality) is reader or (
            header.modality == "RWV" and reader is read_mappings
        ):
            try:
                reader(part)
            except AlphaTwinError as error:
                said.append(str(error))
    try:
        folder = sort_into_series((part,))
        scans = [Scan(_series(1, files, 1), files) for files in folder.series]
        said += [c.explanation for c in contradictions([s.series for s in scans], n_patients=1)]
        for scan in scans:
            if scan.files.grid is not None:
                read_image(scan.files)
    except ScanError as error:
        said.append(str(error))
    return " ".join(said)


@pytest.fixture(scope="module")
def files(reference):
    return real_files(reference / "images")


@pytest.mark.parametrize("batch", range(12))
def test_a_damaged_file_is_an_answer_or_a_clear_error(files, batch):
    assert len(files) >= 8
    rng = np.random.default_rng([20_26, batch])
    for case in range(CASES // 12):
        which = int(rng.integers(0, len(files)))
        whole, names = files[which]
        raw = mutated(whole, rng)
        part = Bytes("file 1", None, None, len(raw), raw)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            said = answer(part)
        for name in names:
            assert name not in said, f"batch {batch}, case {case}"
