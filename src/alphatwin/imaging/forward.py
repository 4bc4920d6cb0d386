r"""What a SPECT camera makes of a concentration: a model in image space, simple and invertible.

With blurring :math:`G` of the resolution, broad blurring :math:`G_s` of scatter and attenuation
:math:`a`, the expected counts of voxel :math:`v` in a time :math:`T` are (eq. I17)

.. math:: n_v = k T V_v\, a_v \left[(1 - s)\,(G c)_v + s\,(G_s c)_v\right] / (1 - s),

with sensitivity :math:`k` [counts per s per Bq] of the primary photons. :math:`a_v` is the mean of
:math:`e^{-\mu d}` over the ways out to the left, right, front and back. The corrected image takes
the expected scatter away and divides by :math:`kTVa`; its variance, of Poisson counts, is
:math:`n_v / (kTVa)^2`. Real reconstructions are not so simple: noise is correlated there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Image, VoxelRegion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry import Grid

FWHM_PER_SIGMA = 2.0 * math.sqrt(2.0 * math.log(2.0))
SCATTER_FWHM_MM = 80.0
"""Blurring of scattered photons."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera and its protocol.

    Attributes
    ----------
    resolution_mm
        Full width at half maximum, 0 for a perfect one. [mm]
    sensitivity_per_bq_s
        Primary counts per decay, without attenuation. [1/(Bq s)]
    duration_s
        [s]
    scatter_fraction
        Scattered over all counts in the window.
    attenuation_per_mm
        Inside of the trunk. [1/mm]
    """

    resolution_mm: float = 10.0
    sensitivity_per_bq_s: float = 2e-5
    duration_s: float = 1200.0
    scatter_fraction: float = 0.2
    attenuation_per_mm: float = 0.0135

    def __post_init__(self) -> None:
        if self.resolution_mm < 0.0 or not 0.0 <= self.scatter_fraction < 1.0:
            msg = (
                "resolution_mm must be >= 0 and scatter_fraction in [0, 1), got "
                f"{self.resolution_mm} and {self.scatter_fraction}"
            )
            raise InvalidValueError(msg)
        if not (self.sensitivity_per_bq_s > 0.0 and self.duration_s > 0.0):
            msg = "sensitivity and duration of a camera must be > 0"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class Acquired:
    """A corrected image, and how uncertain counting leaves it.

    Attributes
    ----------
    image
        [Bq/mL]
    sd_bq_per_ml
        Standard uncertainty of each voxel, by counting alone. [Bq/mL]
    n_counts
        All counts that were taken.
    """

    image: Image
    sd_bq_per_ml: NDArray[np.float32]
    n_counts: float

    def region_relative_sd(self, region: VoxelRegion) -> float:
        """Return the relative standard uncertainty of the activity of a region, by counting."""
        volume_ml = self.image.grid.voxel_volume_ml[region.box[0]][:, None, None]
        weights = region.fractions * volume_ml
        sd = math.sqrt(float(np.sum((weights * self.sd_bq_per_ml[region.box]) ** 2)))
        return sd / region.integral_ml(self.image)


def acquired(
    concentration: Image,
    *,
    inside: NDArray[np.float32],
    camera: Camera,
    rng: np.random.Generator | None = None,
) -> Acquired:
    """Return what a camera makes of a concentration; module docstring.

    Parameters
    ----------
    concentration
        [Bq/mL]
    inside
        Share of each voxel that attenuates. (grid shape)
    camera
        Camera and protocol.
    rng
        Random numbers of the counts; None takes the expected ones, without noise.

    Raises
    ------
    InvalidValueError
        If the shapes differ.
    """
    grid = concentration.grid
    if inside.shape != grid.shape:
        msg = f"inside must have the shape of the grid {grid.shape}, got {inside.shape}"
        raise InvalidValueError(msg)
    seen = blurred(concentration, resolution_mm=camera.resolution_mm).values.astype(np.float64)
    broad = blurred(concentration, resolution_mm=SCATTER_FWHM_MM).values.astype(np.float64)
    share = camera.scatter_fraction / (1.0 - camera.scatter_fraction)
    per_bq_ml = camera.sensitivity_per_bq_s * camera.duration_s * grid.voxel_volume_ml
    scale = per_bq_ml[:, None, None] * attenuation_fraction(grid, inside=inside, camera=camera)
    scatter = scale * share * broad
    counts = scale * seen + scatter
    taken = counts if rng is None else rng.poisson(np.maximum(counts, 0.0)).astype(np.float64)
    image = ((taken - scatter) / scale).astype(np.float32)
    sd = (np.sqrt(np.maximum(counts, 0.0)) / scale).astype(np.float32)
    return Acquired(Image(grid, image), sd, float(taken.sum()))


def blurred(image: Image, *, resolution_mm: float) -> Image:
    """Return an image blurred by a Gaussian of a full width at half maximum [mm]; sum conserved."""
    if resolution_mm == 0.0:
        return image
    grid = image.grid
    sigma_mm = resolution_mm / FWHM_PER_SIGMA
    spacing = (grid.slice_spacing_mm, float(grid.spacing_mm[1]), float(grid.spacing_mm[0]))
    values = ndimage.gaussian_filter(
        image.values.astype(np.float64), [sigma_mm / d for d in spacing], mode="reflect"
    )
    return Image(grid, values.astype(np.float32))


def attenuation_fraction(
    grid: Grid, *, inside: NDArray[np.float32], camera: Camera
) -> NDArray[np.float64]:
    """Return the mean share of photons that leave the trunk to four sides. (grid shape)."""
    total = np.zeros(grid.shape)
    for axis, step_mm in ((1, float(grid.spacing_mm[1])), (2, float(grid.spacing_mm[0]))):
        depth_mm = np.cumsum(inside.astype(np.float64), axis=axis) * step_mm
        half = 0.5 * step_mm * inside
        whole = np.take(depth_mm, [-1], axis=axis)
        for way in (depth_mm - half, whole - depth_mm + half):
            total += np.exp(-camera.attenuation_per_mm * way)
    mean: NDArray[np.float64] = total / 4.0
    return mean
