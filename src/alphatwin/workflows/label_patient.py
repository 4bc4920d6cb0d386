"""A synthetic patient from an anatomy file and its label map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.read.label_map import read_label_map
from alphatwin.errors import InvalidValueError
from alphatwin.imaging.label_anatomy import LabelAnatomy, LabelledRegion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.files.anatomy import AnatomyPlan
    from alphatwin.geometry import Image
    from alphatwin.geometry.grid import Grid

SMALLEST_MM = 10.0
LARGEST_MM = 3000.0


def label_patient(plan: AnatomyPlan) -> LabelAnatomy:
    """Return the anatomy that a file describes.

    Parameters
    ----------
    plan
        What the anatomy file says.

    Raises
    ------
    ScanError, InvalidValueError
        If the label map cannot be read, or regions have no voxel or share one.
    """
    image = read_label_map(plan.file, axes=plan.axes)
    _check_size(image.grid, name=plan.file.name)
    labelled = tuple(
        LabelledRegion(r.name, r.kind, r.kinetics, _mask(image, r.labels), r.population_region)
        for r in plan.regions
    )
    body = np.any([r.mask for r in labelled], axis=0)
    if plan.rest is not None:
        body |= _mask(image, plan.rest.labels)
    return LabelAnatomy(
        grid=image.grid,
        labelled=labelled,
        rest=None if plan.rest is None else plan.rest.kinetics,
        body=body,
    )


def _check_size(grid: Grid, *, name: str) -> None:
    """Refuse a map that is no part of a patient: micrometres or metres taken for millimetres."""
    steps_mm = np.array([*grid.spacing_mm, grid.slice_spacing_mm])
    size_mm = steps_mm * np.array(grid.shape)[::-1]
    if not SMALLEST_MM <= size_mm.max() <= LARGEST_MM:
        shown = " x ".join(f"{side:g}" for side in size_mm)
        msg = (
            f"labels: {name} spans {shown} mm, which is no part of a patient; its longest side is "
            f"from {SMALLEST_MM:g} to {LARGEST_MM:g} mm: state its voxels in millimetres"
        )
        raise InvalidValueError(msg)


def _mask(image: Image, labels: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.isin(image.values, np.array(labels, dtype=np.float32))
