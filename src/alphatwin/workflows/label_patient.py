"""A synthetic patient from an anatomy file and its label map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dicom.read.label_map import read_label_map
from alphatwin.imaging.label_anatomy import LabelAnatomy, LabelledRegion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.files.anatomy import AnatomyPlan
    from alphatwin.geometry import Image


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


def _mask(image: Image, labels: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.isin(image.values, np.array(labels, dtype=np.float32))
