r"""Recovery of regions from their own shapes and the resolution of the camera.

With the shares :math:`f_{iv}` of voxels that belong to region :math:`i` and the blurring :math:`G`
of the camera, an even concentration of 1 in region :math:`j` shows in region :math:`i` (eq. I18)

.. math:: R_{ij} = \frac{\sum_v f_{iv}\,(G f_j)_v}{\sum_v f_{iv}},

the geometric transfer matrix (Rousset, Ma and Evans, J. Nucl. Med. 39 (1998) 904, recalled). What
voxels themselves blur at the edge is in it, so that :math:`R_{ii} < 1` for a perfect camera too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from alphatwin.errors import InvalidValueError
from alphatwin.imaging.forward import FWHM_PER_SIGMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

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
    blurred, _ = _blurred(region, resolution_mm)
    margin = [(n - m) // 2 for n, m in zip(blurred.shape, region.fractions.shape, strict=True)]
    inner = tuple(slice(m, m + n) for m, n in zip(margin, region.fractions.shape, strict=True))
    shares = region.fractions.astype(np.float64)
    return float(np.sum(shares * blurred[inner]) / np.sum(shares))


def _blurred(
    region: VoxelRegion, resolution_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return blurred shares in a box as large as they reach, and its corner on the grid."""
    grid = region.grid
    spacing = np.array([grid.slice_spacing_mm, grid.spacing_mm[1], grid.spacing_mm[0]])
    sigmas = resolution_mm / FWHM_PER_SIGMA / spacing
    margin = np.ceil(REACH_SIGMAS * sigmas).astype(np.int64)
    padded = np.pad(region.fractions.astype(np.float64), [(int(m), int(m)) for m in margin])
    seen: NDArray[np.float64] = ndimage.gaussian_filter(
        padded, sigmas, mode="constant", truncate=REACH_SIGMAS
    )
    return seen, np.array(region.corner) - margin


def transfer_matrix(regions: Sequence[VoxelRegion], *, resolution_mm: float) -> NDArray[np.float64]:
    """Return what regions show of each other; module docstring. (n_regions, n_regions).

    Parameters
    ----------
    regions
        On one grid.
    resolution_mm
        Full width at half maximum, 0 or more. [mm]

    Raises
    ------
    InvalidValueError
        If the resolution is negative.
    """
    found = np.zeros((len(regions), len(regions)))
    for j, source in enumerate(regions):
        found[j, j] = shape_recovery_fraction(source, resolution_mm=resolution_mm)
        blurred, corner = _blurred(source, resolution_mm)
        for i, target in enumerate(regions):
            if i != j:
                shown = _common(target, blurred, corner)
                found[i, j] = shown / float(target.fractions.sum(dtype=np.float64))
    return found


def _common(target: VoxelRegion, blurred: NDArray[np.float64], corner: NDArray[np.int64]) -> float:
    """Return the sum over the voxels of a region of what another shows there."""
    mine = np.array(target.corner)
    low = np.maximum(mine, corner)
    high = np.minimum(mine + target.fractions.shape, corner + blurred.shape)
    if np.any(high <= low):
        return 0.0
    own = tuple(slice(a, b) for a, b in zip(low - mine, high - mine, strict=True))
    other = tuple(slice(a, b) for a, b in zip(low - corner, high - corner, strict=True))
    return float(np.sum(target.fractions[own].astype(np.float64) * blurred[other]))
