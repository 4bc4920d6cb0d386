r"""How well the volume of a region is known, by how it was delineated.

A diameter is the distance of two boundaries. Each lies anywhere in its voxel of width :math:`a`
(variance :math:`a^2/12`), is smeared by the resolution of the image (a normal distribution of
:math:`\mathrm{FWHM} = 2\sqrt{2 \ln 2}\,\sigma`) and is drawn by a hand that has an uncertainty
:math:`u_b` of its own, so that

.. math:: u^2(d) = \frac{a^2}{6} + \frac{\mathrm{FWHM}^2}{4 \ln 2} + 2 u_b^2, \qquad
          \frac{u(v)}{v} = 3\,\frac{u(d)}{d}, \qquad d = \sqrt[3]{6 v / \pi}

(docs/theory-uncertainty.md, U3 and U4), the form of the EANM guidance [1]_ for a region whose
errors in the three directions go together.

References
----------
.. [1] J. I. Gear et al., Eur. J. Nucl. Med. Mol. Imaging 45 (2018) 2456-2474,
   doi:10.1007/s00259-018-4136-7; recalled, and derived above.
"""

from __future__ import annotations

import math

from alphatwin.errors import InvalidValueError

MM3_PER_ML = 1e3
SD_PER_FWHM = 1.0 / (2.0 * math.sqrt(2.0 * math.log(2.0)))
"""Standard deviation of a normal distribution over its full width at half maximum."""


def diameter_mm(volume_ml: float) -> float:
    """Return the diameter of the sphere of a volume [mL], in mm."""
    if not 0.0 < volume_ml < math.inf:
        msg = f"volume_ml must be finite and > 0, got {volume_ml}"
        raise InvalidValueError(msg)
    return float((6.0 * volume_ml * MM3_PER_ML / math.pi) ** (1.0 / 3.0))


def diameter_sd_mm(
    *, voxel_mm: float, resolution_fwhm_mm: float, boundary_sd_mm: float = 0.0
) -> float:
    """Return the standard uncertainty of a diameter that was delineated, in mm (U3).

    Parameters
    ----------
    voxel_mm
        Width of a voxel of the image that the region was drawn on. [mm]
    resolution_fwhm_mm
        Resolution of that image, full width at half maximum. [mm]
    boundary_sd_mm
        Standard uncertainty of a boundary by the hand or program that drew it. [mm]

    Raises
    ------
    InvalidValueError
        If a length is negative or not finite.
    """
    for name, value in (
        ("voxel_mm", voxel_mm),
        ("resolution_fwhm_mm", resolution_fwhm_mm),
        ("boundary_sd_mm", boundary_sd_mm),
    ):
        if not 0.0 <= value < math.inf:
            msg = f"{name} must be finite and >= 0, got {value}"
            raise InvalidValueError(msg)
    smeared_mm = SD_PER_FWHM * resolution_fwhm_mm
    return math.sqrt(voxel_mm**2 / 6.0 + 2.0 * smeared_mm**2 + 2.0 * boundary_sd_mm**2)


def volume_relative_sd(
    volume_ml: float,
    *,
    voxel_mm: float,
    resolution_fwhm_mm: float,
    boundary_sd_mm: float = 0.0,
) -> float:
    """Return the standard uncertainty of a delineated volume, over the volume (U4).

    Parameters
    ----------
    volume_ml
        Volume, taken as a sphere. [mL]
    voxel_mm, resolution_fwhm_mm, boundary_sd_mm
        As in :func:`diameter_sd_mm`. [mm]
    """
    spread_mm = diameter_sd_mm(
        voxel_mm=voxel_mm, resolution_fwhm_mm=resolution_fwhm_mm, boundary_sd_mm=boundary_sd_mm
    )
    return 3.0 * spread_mm / diameter_mm(volume_ml)
