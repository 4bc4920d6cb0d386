"""NIfTI-1 volumes: values on the patient's axes; what they are, a sidecar has to say."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError, ScanError
from alphatwin.geometry import Grid, Image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HEADER = 348
MOST_VOXELS = 2**29
"""2 GiB as 32-bit floats: more than any scan of a patient, less than a packed bomb."""
MOST_START = 2**24
"""Bytes of a header with all its extensions."""
TYPES: Final = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4",
}  # fmt: skip


def read_volume(path: Path, *, name: str) -> Image:
    """Return the values of a NIfTI-1 file on the patient's axes (left, back, head).

    Parameters
    ----------
    path
        ``.nii`` or ``.nii.gz``.
    name
        Of the file in messages.

    Raises
    ------
    ScanError
        If the file is no whole NIfTI-1 volume.
    """
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as stream:
            head = stream.read(HEADER)
            return _image(head + stream.read(_bytes_needed(head) - len(head)))
    except (OSError, EOFError, ValueError, struct.error, zlib.error, InvalidValueError) as error:
        msg = f"{name}: no whole NIfTI-1 volume ({error})"
        raise ScanError(msg) from error


def _form(head: bytes) -> tuple[str, tuple[int, ...], np.dtype[np.generic]]:
    """Return byte order, size and type of the values, of the header."""
    if len(head) < HEADER or head[344:347] != b"n+1":
        msg = "it does not begin as one"
        raise ValueError(msg)
    order = "<" if struct.unpack("<i", head[:4])[0] == HEADER else ">"
    dim = struct.unpack(f"{order}8h", head[40:56])
    kind = struct.unpack(f"{order}h", head[70:72])[0]
    if dim[0] not in {3, 4} or min(dim[1:4]) < 1 or (dim[0] == 4 and dim[4] != 1):
        msg = f"it has the size {dim[1 : dim[0] + 1] if 0 < dim[0] < 8 else dim}, three are read"
        raise ValueError(msg)
    if kind not in TYPES:
        msg = f"its data type {kind} is not read"
        raise ValueError(msg)
    return order, dim, np.dtype(order + TYPES[kind])


def _bytes_needed(head: bytes) -> int:
    """Return the bytes up to the last voxel: what else is packed is never unpacked."""
    order, dim, dtype = _form(head)
    n = int(np.prod(dim[1:4], dtype=np.int64))
    (start,) = struct.unpack(f"{order}f", head[108:112])
    if n > MOST_VOXELS or not HEADER <= start < MOST_START:
        msg = f"{n} voxels from byte {start} are no image of a patient"
        raise ValueError(msg)
    return int(start) + n * dtype.itemsize


def _image(raw: bytes) -> Image:
    order, dim, dtype = _form(raw)
    pixdim = struct.unpack(f"{order}8f", raw[76:108])
    start, slope, intercept = struct.unpack(f"{order}3f", raw[108:120])
    n = int(np.prod(dim[1:4], dtype=np.int64))
    offset = int(start) if np.isfinite(start) else -1
    if offset < HEADER or len(raw) < offset + n * dtype.itemsize:
        msg = f"{len(raw)} bytes do not hold {n} voxels"
        raise ValueError(msg)
    values = np.frombuffer(raw, dtype, n, offset).reshape(dim[3], dim[2], dim[1])
    scaled = values.astype(np.float32)
    if slope not in {0.0, 1.0} or intercept:
        scaled = scaled * np.float32(slope or 1.0) + np.float32(intercept)
    if not np.all(np.isfinite(scaled)):
        msg = "it holds values that are no numbers"
        raise ValueError(msg)
    return on_affine_grid(scaled, affine_mm=_affine(raw, order, pixdim))


def _affine(raw: bytes, order: str, pixdim: tuple[float, ...]) -> NDArray[np.float64]:
    """Return (3, 4) from column, row, slice to mm in left, back, head."""
    qform, sform = struct.unpack(f"{order}2h", raw[252:256])
    to_lps = np.diag([-1.0, -1.0, 1.0])
    if sform > 0:
        rows = struct.unpack(f"{order}12f", raw[280:328])
        stated: NDArray[np.float64] = to_lps @ np.array(rows, dtype=np.float64).reshape(3, 4)
        return stated
    if qform <= 0:
        msg = "it does not say where its voxels lie"
        raise ValueError(msg)
    b, c, d, x, y, z = struct.unpack(f"{order}6f", raw[256:280])
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    flip = -1.0 if pixdim[0] < 0.0 else 1.0
    scale = np.array([pixdim[1], pixdim[2], pixdim[3] * flip])
    turned: NDArray[np.float64] = to_lps @ np.column_stack([rotation * scale, [x, y, z]])
    return turned


def on_affine_grid(values: NDArray[np.float32], *, affine_mm: NDArray[np.float64]) -> Image:
    """Return values on a grid; slices that run against row x column are taken from the end.

    Parameters
    ----------
    values
        (slices, rows, columns)
    affine_mm
        From column, row and slice to left, back and head. (3, 4), [mm]

    Raises
    ------
    ValueError, InvalidValueError
        If voxels have no size, or axes are not perpendicular.
    """
    steps = affine_mm[:, :3].T  # of column, row and slice
    spacing = np.linalg.norm(steps, axis=1)
    if np.any(spacing <= 0.0):
        msg = "its voxels have no size"
        raise ValueError(msg)
    axes, origin = steps / spacing[:, None], affine_mm[:, 3]
    if np.linalg.det(axes) < 0.0:  # slices run against row x column: take them from the end
        origin = origin + steps[2] * (values.shape[0] - 1)
        axes[2], values = -axes[2], values[::-1]
    n, rows, columns = values.shape
    grid = Grid.of_slices(
        shape=(n, rows, columns),
        origin_mm=origin,
        axes=axes,
        spacing_mm=spacing[:2],
        slice_offsets_mm=np.arange(n) * spacing[2],
        thickness_mm=float(spacing[2]),
    )
    return Image(grid, np.ascontiguousarray(values))
