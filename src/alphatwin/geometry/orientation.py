"""Images along the patient's axes, whichever way their own axes count."""

from __future__ import annotations

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.geometry.grid import Grid
from alphatwin.geometry.image import Image

ALONG = 1e-3
"""Largest part of an axis that may point elsewhere than along one of the patient."""


def along_patient(image: Image) -> Image:
    """Return the same voxels, with columns, rows and slices that grow to left, back and head.

    Parameters
    ----------
    image
        Its axes must be those of the patient, in any order and direction, and its slices even.

    Raises
    ------
    InvalidValueError
        If they are not: voxels would have to be interpolated.
    """
    grid = image.grid
    nearest = np.round(grid.axes)
    if np.abs(grid.axes - nearest).max() > ALONG or not grid.is_even:
        msg = (
            "the image must lie along the patient's axes with even slices; resample it first "
            f"(axes {np.round(grid.axes, 3).tolist()})"
        )
        raise InvalidValueError(msg)
    spacing = np.array([grid.spacing_mm[0], grid.spacing_mm[1], grid.slice_spacing_mm])
    values = image.values
    array_axes = []
    for axis in (2, 1, 0):  # head, back, left: slices, rows, columns of the result
        own = int(np.argmax(np.abs(nearest[:, axis])))  # 0 columns, 1 rows, 2 slices
        array_axes.append(2 - own)
    ends = grid.position_mm([[0, 0, 0], [n - 1 for n in grid.shape]])
    low = ends.min(axis=0)
    flipped = [
        2 - int(np.argmax(np.abs(nearest[:, axis])))
        for axis in (0, 1, 2)
        if nearest[:, axis].sum() < 0.0
    ]
    turned = np.flip(values, axis=tuple(flipped)).transpose(array_axes)
    steps = [spacing[int(np.argmax(np.abs(nearest[:, axis])))] for axis in (0, 1, 2)]
    shape = (turned.shape[0], turned.shape[1], turned.shape[2])
    out = Grid.regular(shape=shape, origin_mm=low, spacing_mm=steps)
    return Image(out, np.ascontiguousarray(turned))
