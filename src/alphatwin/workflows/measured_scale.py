"""Errors that all points of a measurement share: sampled outside of the fit, exactly.

A factor on every point is a factor on the curve, whatever the curve: the posterior of the fit is
moved, and not averaged. What regions and cycles share has one random stream for all of them, so
that its error is the same in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.patient import MeasuredQuantity
from alphatwin.uncertainty import lognormal_factor, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.patient import Course, Imaging, Measurement, Region

CALIBRATION: Final = "calibration"
"""Stream of the calibration factor, one for each camera."""
VOLUME: Final = "mass"
"""Stream of a region's volume and mass, which are one error."""
RECOVERY: Final = "recovery"
"""Stream of recovery: of the curve's parameters, or of a region's coefficient."""


def measured_scale(course: Course, measurement: Measurement, *, seed: int) -> NDArray[np.float64]:
    """Return (n_samples,) factors on a measured curve: calibration, recovery and volume.

    Parameters
    ----------
    course
        The course.
    measurement
        The measurement that the curve was fitted to.
    seed
        Seed of the random streams.
    """
    assumed = course.assumptions
    region = course.region(measurement.region)
    camera = (measurement.camera,) if measurement.camera else ()
    scale = lognormal_factor(
        assumed.calibration_relative_sd, stream(seed, CALIBRATION, *camera), assumed.samples
    )
    if measurement.recovery_relative_sd > 0.0:
        scale = scale * lognormal_factor(
            measurement.recovery_relative_sd,
            stream(seed, RECOVERY, region.name),
            assumed.samples,
        )
    return scale * _by_volume(course, region, measurement, seed=seed)


def _by_volume(
    course: Course, region: Region, measurement: Measurement, *, seed: int
) -> NDArray[np.float64]:
    """Return what the error of the volume makes of the activity, (n_samples,) factors."""
    volume = lognormal_factor(
        region.mass_relative_sd, stream(seed, VOLUME, region.name), course.assumptions.samples
    )
    if measurement.is_recovered_by_curve and course.imaging is not None:
        return _through_recovery(region, course.imaging, volume, seed=seed)
    if measurement.quantity is MeasuredQuantity.CONCENTRATION_BQ_PER_ML:
        return volume
    if measurement.volume_relative_sd > 0.0:
        return np.asarray(volume ** (measurement.volume_relative_sd / region.mass_relative_sd))
    return np.ones_like(volume)


def _through_recovery(
    region: Region, imaging: Imaging, volume: NDArray[np.float64], *, seed: int
) -> NDArray[np.float64]:
    """Return what the true volume and recovery curve make of an activity A = C Q / R(v)."""
    volume_ml = region.volume_ml
    assert volume_ml is not None  # a course without it is refused
    z = stream(seed, RECOVERY).standard_normal((2, volume.size))
    recovered = imaging.recovery.sampled_coefficient(volume_ml * volume, z)
    counts = volume ** imaging.count_exponent(volume_ml)
    return np.asarray(counts * imaging.recovery.coefficient(volume_ml) / recovered)
