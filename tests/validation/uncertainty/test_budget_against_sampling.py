"""The analytic budget against the sampled answer on linear cases: two routes, within 2 %.

Errors of one per cent and a curve that its points determine make the chain linear. The first route
is a course through the whole program; the second the formulas of `alphatwin.uncertainty.budget`
(docs/theory-uncertainty.md, U4 to U13), which share no code with it but the recovery curve.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from alphatwin.agents import agent
from alphatwin.kinetics import Priors, fit
from alphatwin.kinetics.models import CLEARANCE
from alphatwin.nuclides import nuclide
from alphatwin.patient import Imaging
from alphatwin.uncertainty import (
    DoseBudget,
    RecoveryCurve,
    exponential_covariance,
    integral_relative_sd,
    stream,
)
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.region_curves import Joined, observed_in
from courses import HOUR_S, course, measurement, region

TWO_ROUTES = 0.02  # as the issue asks; 40 000 samples leave 0.35 % of a standard deviation
SAMPLES = 40_000
HOURS = (24.0, 48.0, 96.0, 144.0, 168.0)
HALF_LIFE_H = 60.0
CALIBRATION, VOLUME, COUNTS = 0.01, 0.02, 0.004
VOLUME_ML = 20.0
CURVE = RecoveryCurve(
    recovery_exponent=0.9,
    half_volume_ml=4.0,
    exponent_relative_sd=0.02,
    half_volume_relative_sd=0.05,
    correlation_ratio=-0.5,
)
CAMERA = Imaging(resolution_fwhm_mm=10.0, recovery=CURVE)


def small_errors(**changes):
    """Return a course of one region with small errors, of which some are changed."""
    values = tuple(2e8 * 2.0 ** (-h / HALF_LIFE_H) for h in HOURS)
    seen = dataclasses.replace(
        measurement(hours=HOURS, values=values, relative_sd=changes.pop("counts", COUNTS)),
        is_recovered_by_curve=True,
    )
    made = course(
        regions=(region(mass_kg=VOLUME_ML * 1.04e-3, mass_relative_sd=changes.pop("volume")),),
        samples=SAMPLES,
        calibration_relative_sd=changes.pop("calibration"),
    )
    return dataclasses.replace(made, measurements=(seen,), imaging=changes.pop("camera"))


def sampled_log_sd(made):
    """Return the spread of the log dose, with one phase fitted: the curve of the budget."""
    given = agent("177Lu-DOTATATE")
    rate_per_s = nuclide(given.nuclide).decay_constant_per_s
    one_phase = fit(
        observed_in(made, made.measurements[0], agent=given),
        administered_bq=made.administrations[0].activity_bq,
        decay_constant_per_s=rate_per_s,
        priors=Priors(),
        model=CLEARANCE,
        samples=SAMPLES,
        generator=stream(1, "fit"),
    )
    fits = {("lesion", "cycle 1"): Joined(one_phase, ())}
    return float(np.std(np.log(analyse(made, fits=fits)[0].regions[0].dose.total_gy)))


def budget(*, calibration, volume, recovery, counts):
    """Return the analytic budget of the same region."""
    time_s = np.array(HOURS) * HOUR_S
    rate_per_s = math.log(2.0) / (HALF_LIFE_H * HOUR_S)
    activity = np.exp(-rate_per_s * time_s)
    covariance = exponential_covariance(
        time_s, amplitude_bq=1.0, rate_per_s=rate_per_s, sd_bq=counts * activity
    )
    return DoseBudget(
        calibration_relative_sd=calibration,
        recovery_relative_sd=recovery,
        fit_relative_sd=integral_relative_sd(
            amplitude_bq=1.0, rate_per_s=rate_per_s, covariance=covariance
        ),
        energy_relative_sd=0.0,
        volume_relative_sd=volume,
        activity_exponent=CAMERA.activity_exponent(VOLUME_ML),
    )


EXACT = dataclasses.replace(
    CAMERA,
    recovery=dataclasses.replace(CURVE, exponent_relative_sd=0.0, half_volume_relative_sd=0.0),
)
CASES = {
    "calibration": ({"calibration": 0.01, "volume": 0.0, "camera": EXACT}, (0.01, 0.0, 0.0)),
    "volume": ({"calibration": 0.0, "volume": VOLUME, "camera": EXACT}, (0.0, VOLUME, 0.0)),
    "recovery": (
        {"calibration": 0.0, "volume": 0.0, "camera": CAMERA},
        (0.0, 0.0, CURVE.relative_sd(VOLUME_ML)),
    ),
    "all": (
        {"calibration": CALIBRATION, "volume": VOLUME, "camera": CAMERA},
        (CALIBRATION, VOLUME, CURVE.relative_sd(VOLUME_ML)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_sampled_dose_is_as_uncertain_as_the_budget_says(case):
    changes, (calibration, volume, recovery) = CASES[case]
    expected = budget(calibration=calibration, volume=volume, recovery=recovery, counts=COUNTS)
    found = sampled_log_sd(small_errors(**changes))
    assert found == pytest.approx(expected.total_relative_sd, rel=TWO_ROUTES)


def test_without_shared_errors_the_fit_alone_is_left():
    """The fit against the covariance of least squares: mono-exponential, five points."""
    made = small_errors(calibration=0.0, volume=0.0, camera=EXACT, counts=0.01)
    found = sampled_log_sd(made)
    expected = budget(calibration=0.0, volume=0.0, recovery=0.0, counts=0.01).fit_relative_sd
    assert found == pytest.approx(expected, rel=TWO_ROUTES)
