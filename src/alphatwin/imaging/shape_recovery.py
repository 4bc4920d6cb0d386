r"""Recovery of a region from its own shape and the resolution of the camera.

With the shares :math:`f_v` of voxels that belong to the region and the blurring :math:`G` of the
camera, an even concentration in the region leaves in it the share (eq. I18)

.. math:: R = \frac{\sum_v f_v\,(G f)_v}{\sum_v f_v},

the diagonal of the geometric transfer matrix (Rousset, Ma and Evans, J. Nucl. Med. 39 (1998) 904,
recalled). What voxels themselves blur at the edge is in it, so that :math:`R < 1` for a perfect
camera too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from alphatwin.errors import InvalidValueError
from alphatwin.imaging.forward import FWHM_PER_SIGMA

if TYPE_CHECKING:
    from alphatwin.geometry import VoxelRegion

REACH_SIGMAS = 4.0


def shape_recovery_fraction(region: VoxelRegion, *, resolution_mm: float) -> float:
    """Return the recovery of a region; module docstring.

    Parameters
    ----------
    region
        Shares of voxels.
    resolution_mm
        Full width at half maximum, 0 or more. [mm]

    Raises
    ------
    InvalidValueError
        If the resolution is negative.
    """
    if not resolution_mm >= 0.0:
        msg = f"resolution_mm must be >= 0, got {resolution_mm}"
        raise InvalidValueError(msg)
    grid = region.grid
    spacing = np.array([grid.slice_spacing_mm, grid.spacing_mm[1], grid.spacing_mm[0]])
    sigmas = resolution_mm / FWHM_PER_SIGMA / spacing
    margin = np.ceil(REACH_SIGMAS * sigmas).astype(int)
    padded = np.pad(region.fractions.astype(np.float64), [(int(m), int(m)) for m in margin])
    seen = ndimage.gaussian_filter(padded, sigmas, mode="constant", truncate=REACH_SIGMAS)
    return float(np.sum(padded * seen) / np.sum(padded))


def shape_recovery_relative_sd(
    region: VoxelRegion, *, resolution_mm: float, resolution_relative_sd: float
) -> float:
    """Return the relative uncertainty of the recovery, by that of the resolution [mm].

    Parameters
    ----------
    region, resolution_mm
        As in `shape_recovery_fraction`.
    resolution_relative_sd
        Relative standard uncertainty of the resolution.

    Raises
    ------
    InvalidValueError
        If it is not between 0 and 1.
    """
    if not 0.0 <= resolution_relative_sd < 1.0:
        msg = f"resolution_relative_sd must be in [0, 1), got {resolution_relative_sd}"
        raise InvalidValueError(msg)
    low, high = (
        shape_recovery_fraction(region, resolution_mm=resolution_mm * (1.0 + s))
        for s in (-resolution_relative_sd, resolution_relative_sd)
    )
    return abs(high - low) / (high + low)
