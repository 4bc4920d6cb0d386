"""Grids, images, regions drawn on them, and moving both from one grid to another."""

from alphatwin.geometry.contours import (
    Contours,
    VoxelRegion,
    voxel_fractions,
    voxels_inside,
    voxels_touched,
)
from alphatwin.geometry.grid import Grid
from alphatwin.geometry.image import Image
from alphatwin.geometry.registration import (
    Registration,
    register_deformable,
    register_rigid,
)
from alphatwin.geometry.resample import (
    Deformation,
    Resampled,
    Rigid,
    resample_activity,
    resample_intensity,
    resample_labels,
)

__all__ = [
    "Contours",
    "Deformation",
    "Grid",
    "Image",
    "Registration",
    "Resampled",
    "Rigid",
    "VoxelRegion",
    "register_deformable",
    "register_rigid",
    "resample_activity",
    "resample_intensity",
    "resample_labels",
    "voxel_fractions",
    "voxels_inside",
    "voxels_touched",
]
