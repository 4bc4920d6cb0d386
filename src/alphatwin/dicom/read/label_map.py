"""Label maps of any form as named masks along the patient's axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.read.parts import parts_of
from alphatwin.dicom.read.sidecar import values_of
from alphatwin.dicom.read.structures import read_segments
from alphatwin.errors import InvalidValueError, ScanError
from alphatwin.geometry import Image
from alphatwin.geometry.orientation import along_patient

if TYPE_CHECKING:
    from pathlib import Path

LEAST_SHARE = 0.5
"""Of a voxel of a fractional segment that belongs to it."""


def read_label_map(path: Path, *, axes: str = "") -> Image:
    """Return a label map along the patient's axes; segments of a SEG are numbered from 1.

    Parameters
    ----------
    path
        NIfTI, NRRD, header of Interfile, or a DICOM SEG whose segments do not overlap.
    axes
        Of Interfile: where columns, rows and slices grow, such as ``LPS``.

    Raises
    ------
    ScanError
        If the file cannot be read, or lies askew to the patient's axes.
    """
    if not path.is_file():
        msg = "labels: there is no such file; give a NIfTI, NRRD, Interfile or DICOM SEG"
        raise ScanError(msg)
    try:
        if path.suffix in {".dcm", ""}:
            return along_patient(_segments(path))
        return along_patient(values_of(path, axes=axes, name="labels"))
    except InvalidValueError as error:
        msg = f"labels: {error}"
        raise ScanError(msg) from error


def _segments(path: Path) -> Image:
    part = next(p for p in parts_of(path.parent) if p.path == path)
    found = read_segments(part).regions
    if not found:
        msg = "labels: the SEG has no segment that holds a voxel"
        raise ScanError(msg)
    values = np.zeros(found[0].grid.shape, dtype=np.float32)
    for number, region in enumerate(found, start=1):
        mask = region.as_mask(least_fraction=LEAST_SHARE)
        if np.any(values[mask] > 0.0):
            msg = f"labels: segment {number} ({region.name!r}) overlaps another one"
            raise ScanError(msg)
        values[mask] = number
    return Image(found[0].grid, values)
