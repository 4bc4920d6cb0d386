r"""Uptake of a lesion in numbers: greatest, peak, mean; ratios; volumes above thresholds; grade.

**SUVpeak** is the greatest mean over a sphere of 1 mL whose centre is a voxel of the lesion (eq.
I5; Wahl et al., J. Nucl. Med. 50 (2009) 122S, recalled). The sphere is filled by sub-voxels, and
reaches over the edge of the lesion.

**Ratios** of independent values have the relative variance of both together (eq. I6).

**Grade**, after the relative scale of Krenning (Kwekkeboom and Krenning, Semin. Nucl. Med. 32
(2002) 84): 0 none, 1 much lower than liver, 2 at most as the liver, 3 above the liver, 4 above the
spleen. The scale is a visual one. Here 0 is at most the background, and "much lower" is below half
of the liver: an assumption of this program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.special import ndtr

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Image, VoxelRegion
from alphatwin.imaging.region_reading import box_grid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.geometry import Grid

PEAK_ML = 1.0
SUBVOXELS = 7
MUCH_LOWER_SHARE = 0.5
"""Of the liver: uptake below it is "much lower", an assumption."""
ABOVE_LIVER = 3
"""Least grade that therapy is usually considered for."""


@dataclass(frozen=True, slots=True)
class Uptake:
    """Values of a region, over the unit of its image: SUV or Bq/mL.

    Attributes
    ----------
    greatest_value_ratio, peak_value_ratio, mean_value_ratio
        In a voxel of at least half in the region; over a sphere of 1 mL; over the region.
    """

    greatest_value_ratio: float
    peak_value_ratio: float
    mean_value_ratio: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio with its relative standard uncertainty."""

    value_ratio: float
    relative_sd: float


@dataclass(frozen=True, slots=True)
class Grade:
    """Uptake against liver and spleen.

    Attributes
    ----------
    number
        0 to 4.
    above_liver_probability
        That uptake is above that of the liver, both lognormal with their uncertainties.
    in_words
        The comparison.
    """

    number: int
    above_liver_probability: float
    in_words: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether uptake speaks for peptide receptor therapy: that question alone.

    Attributes
    ----------
    every_lesion_above_liver
        Whether each lesion has at least the grade asked for.
    lesions_below
        Names of those that have not.
    explanation
        In words, with what the answer does not say.
    """

    every_lesion_above_liver: bool
    lesions_below: tuple[str, ...]
    explanation: str


def uptake(image: Image, *, region: VoxelRegion) -> Uptake:
    """Return greatest, peak and mean value of a region; module docstring.

    Parameters
    ----------
    image
        SUV or concentration.
    region
        On the grid of the image.

    Raises
    ------
    InvalidValueError
        If they lie on different grids.
    """
    mean = region.integral_ml(image) / region.volume_ml
    inside = region.fractions >= min(0.5, float(region.fractions.max()))
    greatest = float(image.values[region.box][inside].max())
    return Uptake(greatest, _peak(image, region, inside), mean)


def _peak(image: Image, region: VoxelRegion, inside: NDArray[np.bool_]) -> float:
    kernel = sphere_kernel(image.grid)
    half = [n // 2 for n in kernel.shape]
    low = [c - h for c, h in zip(region.corner, half, strict=True)]
    high = [c + n + h for c, n, h in zip(region.corner, region.fractions.shape, half, strict=True)]
    index = [
        np.clip(np.arange(a, b), 0, n - 1)
        for a, b, n in zip(low, high, image.grid.shape, strict=True)
    ]
    around = image.values[np.ix_(*index)].astype(np.float64)
    means = ndimage.correlate(around, kernel, mode="nearest")
    inner = means[tuple(slice(h, h + n) for h, n in zip(half, inside.shape, strict=True))]
    return float(inner[inside].max())


def sphere_kernel(grid: Grid, *, volume_ml: float = PEAK_ML) -> NDArray[np.float64]:
    """Return shares of voxels in a sphere about the middle one, of sum 1.

    Parameters
    ----------
    grid
        Its mean slice spacing is taken.
    volume_ml
        [mL]
    """
    radius_mm = (3.0 * volume_ml * 1e3 / (4.0 * math.pi)) ** (1.0 / 3.0)
    spacing = np.array([grid.slice_spacing_mm, grid.spacing_mm[1], grid.spacing_mm[0]])
    half = np.maximum(np.ceil(radius_mm / spacing - 0.5), 0).astype(int)
    axes = []
    for n, step in zip(half, spacing, strict=True):
        fine = (np.arange((2 * n + 1) * SUBVOXELS) + 0.5) / SUBVOXELS - 0.5 - n
        axes.append(fine * step)
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    ball = (x**2 + y**2 + z**2 <= radius_mm**2).astype(np.float64)
    shape = [v for n in half for v in (2 * int(n) + 1, SUBVOXELS)]
    shares: NDArray[np.float64] = ball.reshape(shape).mean(axis=(1, 3, 5))
    normalised: NDArray[np.float64] = shares / shares.sum()
    return normalised


def uptake_ratio(
    lesion_ratio: float,
    *,
    reference_ratio: float,
    lesion_relative_sd: float = 0.0,
    reference_relative_sd: float = 0.0,
) -> Ratio:
    """Return lesion over liver, spleen or background, in any one unit; eq. I6.

    Parameters
    ----------
    lesion_ratio, reference_ratio
        Values over their common unit.
    lesion_relative_sd, reference_relative_sd
        Independent relative standard uncertainties.

    Raises
    ------
    InvalidValueError
        If the reference is not above zero.
    """
    if not reference_ratio > 0.0 or lesion_ratio < 0.0:
        msg = f"uptakes must be > 0 (reference) and >= 0, got {reference_ratio}, {lesion_ratio}"
        raise InvalidValueError(msg)
    spread = math.hypot(lesion_relative_sd, reference_relative_sd)
    return Ratio(lesion_ratio / reference_ratio, spread)


def liver_threshold_ratio(
    *, mean_ratio: float, sd: float, factor: float = 1.5, n_sd: float = 2.0
) -> float:
    """Return the threshold ``factor * mean + n_sd * sd`` of the liver; eq. I7.

    1.5 and 2 are those of PERCIST (Wahl et al. 2009, recalled).

    Parameters
    ----------
    mean_ratio, sd
        Of the voxels of the liver, over the unit of the image.
    factor, n_sd
        Of the rule.

    Raises
    ------
    InvalidValueError
        If the mean is not above zero.
    """
    if not mean_ratio > 0.0 or sd < 0.0:
        msg = f"mean of the liver must be > 0 and sd >= 0, got {mean_ratio} and {sd}"
        raise InvalidValueError(msg)
    return factor * mean_ratio + n_sd * sd


def volume_above(
    image: Image,
    *,
    within: VoxelRegion,
    threshold_ratio: float | None = None,
    greatest_fraction: float | None = None,
    connected: bool = True,
) -> VoxelRegion:
    """Return the voxels of a region above a threshold: fixed, or a share of the greatest value.

    Parameters
    ----------
    image
        SUV or concentration.
    within
        Where to look: voxels of at least half in it.
    threshold_ratio, greatest_fraction
        Exactly one: a value over the unit of the image, or 0.41, 0.5 ... of the greatest.
    connected
        Whether to keep only what hangs together, by faces, with the greatest value.

    Raises
    ------
    InvalidValueError
        If not exactly one threshold is given, or nothing is above it.
    """
    if (threshold_ratio is None) == (greatest_fraction is None):
        msg = "give exactly one of threshold_ratio and greatest_fraction"
        raise InvalidValueError(msg)
    if not image.grid.same_as(within.grid):
        msg = f"region {within.name!r} and image lie on different grids; resample one of them"
        raise InvalidValueError(msg)
    values = np.where(within.fractions >= 0.5, image.values[within.box], -np.inf)
    greatest = float(values.max())
    limit = threshold_ratio
    if greatest_fraction is not None:
        if not 0.0 < greatest_fraction < 1.0:
            msg = f"greatest_fraction must be between 0 and 1, got {greatest_fraction}"
            raise InvalidValueError(msg)
        limit = greatest_fraction * greatest
    above = values >= limit
    if not above.any():
        msg = (
            f"nothing in {within.name!r} is above {limit:.4g}; its greatest value is {greatest:.4g}"
        )
        raise InvalidValueError(msg)
    if connected:
        parts, _ = ndimage.label(above)
        above = parts == parts[np.unravel_index(int(np.argmax(values)), values.shape)]
    return VoxelRegion(within.name, within.grid, within.corner, above.astype(np.float32))


def uptake_grade(
    lesion_ratio: float,
    *,
    background_ratio: float,
    liver_ratio: float,
    spleen_ratio: float,
    relative_sd: float = 0.0,
) -> Grade:
    """Return the grade of a lesion; module docstring.

    Parameters
    ----------
    lesion_ratio, background_ratio, liver_ratio, spleen_ratio
        Uptakes over one unit, such as SUVmax of the lesion and SUVmean of the others.
    relative_sd
        Standard uncertainty of lesion over liver.

    Raises
    ------
    InvalidValueError
        If liver, spleen or background are not above zero.
    """
    if min(background_ratio, liver_ratio, spleen_ratio) <= 0.0 or lesion_ratio < 0.0:
        msg = (
            "uptakes must be > 0, got background "
            f"{background_ratio}, liver {liver_ratio}, spleen {spleen_ratio}"
        )
        raise InvalidValueError(msg)
    if lesion_ratio > max(liver_ratio, spleen_ratio):
        number, words = 4, "above spleen and liver"
    elif lesion_ratio > liver_ratio:
        number, words = 3, "above the liver"
    elif lesion_ratio <= background_ratio:
        number, words = 0, "not above the background"
    elif lesion_ratio < MUCH_LOWER_SHARE * liver_ratio:
        number, words = 1, "much lower than the liver"
    else:
        number, words = 2, "at most as the liver"
    return Grade(number, _above_probability(lesion_ratio, liver_ratio, relative_sd), words)


def _above_probability(lesion_ratio: float, liver_ratio: float, relative_sd: float) -> float:
    if lesion_ratio == 0.0:
        return 0.0
    if relative_sd == 0.0:
        return float(lesion_ratio > liver_ratio)
    spread = math.sqrt(math.log1p(relative_sd**2))
    return float(ndtr(math.log(lesion_ratio / liver_ratio) / spread))


def receptor_eligibility(
    grades: Mapping[str, Grade], *, least_grade: int = ABOVE_LIVER
) -> Eligibility:
    """Return whether every lesion takes up enough for peptide receptor therapy to be considered.

    Parameters
    ----------
    grades
        By lesion.
    least_grade
        Usually 3, uptake above the liver.

    Raises
    ------
    InvalidValueError
        If there is no lesion.
    """
    if not grades:
        msg = "no lesion has a grade: nothing speaks for or against therapy"
        raise InvalidValueError(msg)
    below = tuple(name for name, grade in grades.items() if grade.number < least_grade)
    said = f"all {len(grades)} lesions have" if not below else f"{', '.join(below)}: not"
    text = (
        f"{said} grade {least_grade} or more. Uptake alone is asked here; lesions without uptake "
        "on this scan, kidney and marrow function, and symptoms are not. People decide."
    )
    return Eligibility(not below, below, text)


def region_box(image: Image, *, region: VoxelRegion) -> Image:
    """Return an image cut to the box of a region.

    Raises
    ------
    InvalidValueError
        If they lie on different grids.
    """
    if not image.grid.same_as(region.grid):
        msg = f"region {region.name!r} and image lie on different grids; resample one of them"
        raise InvalidValueError(msg)
    return Image(box_grid(region), image.values[region.box].copy())
