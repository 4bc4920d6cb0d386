"""Curves of blood: fitted to the samples of a course, for the parent and daughters solved for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics import (
    Observations,
    Priors,
    curve_scaled,
    fit,
    time_integrated_activity_bq_s,
)
from alphatwin.kinetics.blood_points import DrawnBlood, drawn_blood
from alphatwin.kinetics.candidates import LEAST_POINTS
from alphatwin.kinetics.models import CLEARANCE, THREE_PHASE_CLEARANCE, TWO_PHASE_CLEARANCE
from alphatwin.kinetics.parts import bq_per_fraction, part_of
from alphatwin.kinetics.target import Target
from alphatwin.kinetics.weighing import weighed_fits
from alphatwin.nuclides import decay_chain
from alphatwin.uncertainty import lognormal_factor, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics import Fit, RegionCurve
    from alphatwin.patient import Blood, Course, Point

    Floats = NDArray[np.float64]

CLEARANCES = (CLEARANCE, TWO_PHASE_CLEARANCE, THREE_PHASE_CLEARANCE)
"""What was injected into blood only leaves it; what is made there may rise first."""


@dataclass(frozen=True, slots=True, eq=False)
class BloodFit:
    """The curve of one nuclide in whole blood.

    Attributes
    ----------
    nuclide
        The parent, or a daughter that was solved for.
    drawn, points
        Samples at drawing, and the concentrations fitted. [Bq/mL]
    fitted
        The fit, in Bq/mL for activities in Bq.
    curve
        Curve whose amplitude is a concentration [Bq/mL], decay-corrected with the decay constant
        of the parent, the uncertainty of the counter's calibration included.
    floor_per_s
        Decay constant of the parent: a daughter is kept up by it. [1/s]
    decays_bq_s_per_ml
        Decays per volume of blood. (n_samples,) [Bq s/mL]
    """

    nuclide: str
    drawn: tuple[DrawnBlood, ...]
    points: tuple[Point, ...]
    fitted: Fit
    curve: RegionCurve
    floor_per_s: float
    decays_bq_s_per_ml: Floats


def blood_fits(
    course: Course, blood: Blood, *, nuclide_name: str, seed: int
) -> tuple[BloodFit, ...]:
    """Return the curves of the parent and of each daughter that was solved for.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    blood
        Its samples.
    nuclide_name
        Nuclide that was administered.
    seed
        Seed of the random streams.

    Raises
    ------
    InvalidValueError
        If a sample contradicts itself.
    """
    chain = decay_chain(nuclide_name, decay_data=course.assumptions.decay_data)
    drawn = tuple(drawn_blood(sample, blood=blood, chain=chain) for sample in blood.samples)
    floor_per_s = float(chain.decay_constants_per_s[0])
    samples = course.assumptions.samples
    shared_sd = float(np.median([d.calibration_relative_sd for d in drawn]))
    # One stream: what all counts of a counter share moves parent and daughters alike.
    shared = lognormal_factor(shared_sd, stream(seed, "blood calibration"), samples)
    found = []
    for name in (nuclide_name, *blood.solve_for):
        points = tuple(d.points[name] for d in drawn)
        fitted = _fitted(
            points, name, floor_per_s, samples, seed=seed, is_parent=name == nuclide_name
        )
        curve = curve_scaled(fitted.curve, shared)
        decays = time_integrated_activity_bq_s(
            curve, administered_bq=1.0, decay_constant_per_s=floor_per_s
        )
        found.append(BloodFit(name, drawn, points, fitted, curve, floor_per_s, decays))
    return tuple(found)


def _fitted(
    points: tuple[Point, ...],
    name: str,
    floor_per_s: float,
    samples: int,
    *,
    seed: int,
    is_parent: bool,
) -> Fit:
    """Return the fit, every model weighed by its evidence."""
    seen = Observations(
        time_s=np.array([p.time_s for p in points]),
        activity_bq=np.array([p.value for p in points]),
        relative_sd=np.full(len(points), np.nan),
        sd_bq=np.array([p.sd for p in points]),
        nuclide=name,
        scales_with_volume=False,
    )

    generator = stream(seed, "blood", name)
    if is_parent:
        return clearance_fit(
            seen, decay_constant_per_s=floor_per_s, samples=samples, generator=generator
        )
    return fit(
        seen,
        administered_bq=None,
        decay_constant_per_s=floor_per_s,
        priors=Priors(),
        samples=samples,
        generator=generator,
    )


def clearance_fit(
    seen: Observations,
    *,
    decay_constant_per_s: float,
    samples: int,
    generator: np.random.Generator,
) -> Fit:
    """Return the fit of what is full at the administration and only loses: blood, or the body.

    Parameters
    ----------
    seen
        The points.
    decay_constant_per_s
        Of the nuclide. [1/s]
    samples
        Number of samples.
    generator
        Random stream.

    Returns
    -------
    Fit
        Its fractions are in the unit of the points; one, two and three phases are weighed.
    """
    targets = {}
    for model in CLEARANCES:
        if seen.time_s.size >= LEAST_POINTS[model]:
            part = part_of(
                model,
                seen,
                administered_bq=None,
                decay_constant_per_s=decay_constant_per_s,
                priors=Priors(),
            )
            targets[model] = Target((part,), part.scheme.n_shape)
    scale_bq = bq_per_fraction(
        seen, administered_bq=None, decay_constant_per_s=decay_constant_per_s
    )
    return weighed_fits(
        targets,
        bq_per_fraction=(scale_bq,),
        administered_bq=(1.0,),
        priors=Priors(),
        is_asked=False,
        averaging="evidence",
        error_model="stated",
        samples=samples,
        generator=generator,
    )[0]
