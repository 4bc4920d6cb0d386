"""The values of a series as one image, each slice with its own rescale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.read.header import DAMAGED, lenient, read_dataset
from alphatwin.errors import ScanError
from alphatwin.geometry import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dicom.read.header import Header
    from alphatwin.dicom.read.series import FileSeries


def read_image(series: FileSeries) -> Image:
    """Return a series as an image in the unit that its headers state.

    Parameters
    ----------
    series
        Series that makes a volume.

    Raises
    ------
    ScanError
        If it makes none, or pixels are missing, damaged or of another size than the header says.
    """
    if series.grid is None:
        why = "; ".join(series.problems) or f"a series of {series.first.modality}"
        msg = f"{series.first.part.name}: makes no volume: {why}"
        raise ScanError(msg)
    values = np.empty(series.grid.shape, dtype=np.float32)
    if series.first.frames > 1:
        frames = _stored(series.first)
        values[:] = frames[::-1] if series.reversed_frames else frames
        _rescale(values, series.first)
    else:
        for k, header in enumerate(series.headers):
            values[k] = _stored(header)
            _rescale(values[k], header)
    if not np.all(np.isfinite(values)):
        msg = f"{series.first.part.name}: the series holds values that are no numbers"
        raise ScanError(msg)
    return Image(series.grid, values)


def _rescale(values: NDArray[np.float32], header: Header) -> None:
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by the reader
        values *= np.float32(header.slope)
    if header.intercept:
        values += np.float32(header.intercept)


def _stored(header: Header) -> NDArray[np.generic]:
    expected = (header.rows, header.columns)
    if header.frames > 1:
        expected = (header.frames, *expected)  # type: ignore[assignment]
    try:
        with lenient():
            array: NDArray[np.generic] = read_dataset(header.part, pixels=True).pixel_array
    except DAMAGED as error:
        msg = (
            f"{header.part.name}: its pixels ({header.transfer_syntax}) cannot be read "
            f"({type(error).__name__})"
        )
        raise ScanError(msg) from error
    if array.shape != expected:
        msg = f"{header.part.name}: {array.shape} pixels, the header says {expected}"
        raise ScanError(msg)
    return array
