"""Interfile 3.3 volumes of whole numbers: voxelised phantoms and label maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import ScanError
from alphatwin.geometry import Grid, Image

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_HEADER = 100_000


def read_interfile(path: Path) -> Image:
    """Return the values of an Interfile volume; positions count from its first voxel.

    Parameters
    ----------
    path
        The header (``.h33``, ``.hv``); its data file must lie beside it.

    Raises
    ------
    ScanError
        If the header lacks something, or the data file is missing or of another size.
    """
    try:
        text = path.read_bytes()[:LONGEST_HEADER].decode("latin-1")
    except OSError as error:
        msg = f"interfile: the header cannot be read ({error.strerror})"
        raise ScanError(msg) from error
    if "INTERFILE" not in text[:200]:
        msg = "interfile: the file does not begin as an Interfile header"
        raise ScanError(msg)
    keys = {
        key.strip().lstrip("!").lower(): value.strip()
        for key, found, value in (row.partition(":=") for row in text.splitlines())
        if found
    }
    try:
        columns, rows = (int(keys[f"matrix size [{n}]"]) for n in (1, 2))
        n = int(keys.get("number of slices") or keys["total number of images"])
        spacing = [float(keys[f"scaling factor (mm/pixel) [{a}]"]) for a in (1, 2)]
        thickness = float(keys["slice thickness (pixels)"])
        size = int(keys["number of bytes per pixel"])
        data = keys["name of data file"]
        offset = int(keys.get("data offset in bytes", "0"))
        kind = {"unsigned integer": "u", "signed integer": "i", "short float": "f", "float": "f"}[
            keys["number format"].lower()
        ]
        order = ">" if keys.get("imagedata byte order", "").upper() == "BIGENDIAN" else "<"
        dtype = np.dtype(f"{order}{kind}{size}")
    except (KeyError, ValueError, TypeError) as error:
        msg = f"interfile: the header lacks or garbles {error}"
        raise ScanError(msg) from error
    if "/" in data or "\\" in data or data in {"", ".", ".."}:
        msg = "interfile: the data file must lie beside the header, its name without a folder"
        raise ScanError(msg)
    try:
        raw = path.with_name(data).read_bytes()[offset:]
    except OSError as error:
        msg = f"interfile: the data file cannot be read ({error.strerror})"
        raise ScanError(msg) from error
    if min(n, rows, columns) < 1 or len(raw) != n * rows * columns * dtype.itemsize:
        msg = f"interfile: {len(raw)} bytes of data, the header says {n} x {rows} x {columns}"
        raise ScanError(msg)
    values = np.frombuffer(raw, dtype).reshape(n, rows, columns).astype(np.float32)
    grid = Grid.regular(
        shape=(n, rows, columns), origin_mm=[0.0, 0.0, 0.0], spacing_mm=[*spacing, thickness]
    )
    return Image(grid, values)
