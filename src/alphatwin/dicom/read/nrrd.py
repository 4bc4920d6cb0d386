"""NRRD volumes, as 3D Slicer writes them: values on the patient's axes."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dicom.read.nifti import MOST_VOXELS, on_affine_grid
from alphatwin.errors import InvalidValueError, ScanError

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.geometry import Image

MOST_BYTES = 2**32
TYPES: Final = {
    "signed char": "i1", "int8": "i1", "int8_t": "i1", "uchar": "u1", "unsigned char": "u1",
    "uint8": "u1", "uint8_t": "u1", "short": "i2", "int16": "i2", "int16_t": "i2",
    "ushort": "u2", "unsigned short": "u2", "uint16": "u2", "uint16_t": "u2", "int": "i4",
    "int32": "i4", "int32_t": "i4", "uint": "u4", "unsigned int": "u4", "uint32": "u4",
    "uint32_t": "u4", "float": "f4", "double": "f8",
}  # fmt: skip
TO_LPS: Final = {
    "left-posterior-superior": (1.0, 1.0, 1.0), "lps": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0), "ras": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0), "las": (1.0, -1.0, 1.0),
}  # fmt: skip


def read_nrrd(path: Path, *, name: str) -> Image:
    """Return the values of a NRRD file of three dimensions, raw or gzip, data in the same file.

    Parameters
    ----------
    path
        ``.nrrd``.
    name
        Of the file in messages.

    Raises
    ------
    ScanError
        If the file is no whole NRRD volume, or of a form that is not read.
    """
    try:
        with path.open("rb") as file:
            return _image(file.read(MOST_BYTES))
    except (OSError, EOFError, ValueError, KeyError, zlib.error, InvalidValueError) as error:
        msg = f"{name}: no whole NRRD volume that is read ({error})"
        raise ScanError(msg) from error


def _image(raw: bytes) -> Image:
    head, found, data = raw.partition(b"\n\n")
    if not raw.startswith(b"NRRD") or not found:
        msg = "it does not begin as one"
        raise ValueError(msg)
    lines = head.decode("ascii", "replace").splitlines()[1:]
    keys = {
        k.strip().lower(): v.strip()
        for k, is_key, v in (r.partition(": ") for r in lines)
        if is_key
    }
    if "data file" in keys or "datafile" in keys or keys.get("dimension") != "3":
        msg = "three dimensions in one file are read; export it so, without layers"
        raise ValueError(msg)
    columns, rows, n = (int(v) for v in keys["sizes"].split())
    order = ">" if keys.get("endian", "little") == "big" else "<"
    dtype = np.dtype(order + TYPES[keys["type"]])
    size = n * rows * columns * dtype.itemsize
    if min(n, rows, columns) < 1 or n * rows * columns > MOST_VOXELS:
        msg = f"{n} x {rows} x {columns} voxels are no image of a patient"
        raise ValueError(msg)
    if keys["encoding"].lower() in {"gzip", "gz"}:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            data = stream.read(size + 1)
    elif keys["encoding"].lower() != "raw":
        msg = f"its encoding {keys['encoding']!r} is not read"
        raise ValueError(msg)
    if len(data) != size:
        msg = f"{len(data)} bytes of data, the header says {n} x {rows} x {columns}"
        raise ValueError(msg)
    values = np.frombuffer(data, dtype).reshape(n, rows, columns).astype(np.float32)
    sign = np.array(TO_LPS[keys["space"].lower()])
    steps = [_vector(v) for v in keys["space directions"].split()]
    affine = sign[:, None] * np.column_stack([*steps, _vector(keys["space origin"])])
    return on_affine_grid(values, affine_mm=affine)


def _vector(text: str) -> tuple[float, ...]:
    x, y, z = (float(v) for v in text.strip("()").split(","))
    return x, y, z
