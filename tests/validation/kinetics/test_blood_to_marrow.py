"""From counts of blood samples to the marrow dose: a simulated patient, from end to end.

225Ac leaves the blood in two phases; 213Bi, free after the recoil, is cleared from blood with a
half-time of 15 minutes. Eight samples are drawn, each counted twice in the 440 keV window.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from alphatwin.dose.marrow import marrow_dose
from alphatwin.kinetics import fit, observations, time_integrated_activity_bq_s
from alphatwin.kinetics.blood import sample_at_drawing
from alphatwin.kinetics.counting import CountingWindow, SampleCount
from alphatwin.kinetics.plasma import concentration_point
from alphatwin.kinetics.prior import Priors
from alphatwin.nuclides import decay_chain
from alphatwin.patient import MeasuredQuantity, Measurement, Region

MINUTE, HOUR = 60.0, 3600.0
CHAIN = decay_chain("Ac-225")
WINDOW = CountingWindow("440 keV", {"Bi-213": 0.026})
ADMINISTERED_BQ, VOLUME_ML, SAMPLE_ML = 8e6, 5300.0, 2.0
DRAWN_S = np.array([0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 48.0]) * HOUR
AMPLITUDES, HALF_TIMES_S = np.array([0.5, 0.1]), np.array([1.0, 30.0]) * HOUR
CLEARED_PER_S = np.log(2.0) / (15.0 * MINUTE)
COUNTING_SD = 0.01
RECOVERED = 0.08
"""Eight points of 1 %, and what lies before the first and after the last of them."""
NAMES = ("Ac-225", "Fr-221", "Bi-213", "Po-213")


def blood_bq_per_ml(stop_s):
    """Return the truth: parent given, francium at rest with it, bismuth made and cleared."""
    rate = CHAIN.decay_constants_per_s
    bismuth = float(rate[CHAIN.index("Bi-213")])
    effective = np.log(2.0) / HALF_TIMES_S + rate[0]

    def parent(t):
        return ADMINISTERED_BQ / VOLUME_ML * np.exp(-np.multiply.outer(t, effective)) @ AMPLITUDES

    def d_dt(t, y):
        return [bismuth * (parent(t) - y[0]) - CLEARED_PER_S * y[0], y[0]]

    times = np.array([*DRAWN_S, stop_s])
    found = solve_ivp(
        d_dt, (0.0, stop_s), [0.0, 0.0], t_eval=times, method="LSODA", rtol=1e-9, atol=1e-9
    )
    decays = ADMINISTERED_BQ / VOLUME_ML * float(np.sum(AMPLITUDES / effective))
    return parent(times), found.y[0], decays, float(found.y[1, -1])


def count(parent_bq, bismuth_bq, delay_s, rng):
    state = {"Ac-225": parent_bq, "Fr-221": parent_bq, "Bi-213": bismuth_bq}
    stop_s = delay_s + 600.0
    decays = CHAIN.cumulated_decays(state, start_s=delay_s, stop_s=stop_s)
    rate = 0.026 * float(decays[CHAIN.index("Bi-213")]) / 600.0
    noisy = rate * (1.0 + COUNTING_SD * rng.standard_normal())
    return SampleCount(WINDOW, delay_s, noisy, COUNTING_SD * rate, 600.0)


def fitted_bq_s_per_ml(points, name):
    region = Region("blood", "organ", VOLUME_ML * 1.06e-3, 0.05, 1.06, "measured", "blood")
    measured = Measurement(
        "blood", "1", name, MeasuredQuantity.CONCENTRATION_BQ_PER_ML, None, tuple(points)
    )
    parent_per_s = float(CHAIN.decay_constants_per_s[0])  # keeps up its daughters, too
    given = {"administered_bq": ADMINISTERED_BQ, "decay_constant_per_s": parent_per_s}
    observed = observations(measured, region=region, **given)
    found = fit(
        observed,
        **given,
        priors=Priors(None, None),
        samples=400,
        generator=np.random.default_rng(7),
    )
    return time_integrated_activity_bq_s(found.curve, **given) / VOLUME_ML


def test_decays_and_dose_are_those_that_went_in():
    rng = np.random.default_rng(2)
    parent, bismuth, parent_decays, bismuth_decays = blood_bq_per_ml(2000.0 * HOUR)
    drawn = [
        sample_at_drawing(
            [
                count(SAMPLE_ML * parent[i], SAMPLE_ML * bismuth[i], t, rng)
                for t in (20.0 * MINUTE, 5.0 * HOUR)
            ],
            chain=CHAIN,
            daughters=["Bi-213"],
        )
        for i in range(DRAWN_S.size)
    ]
    late = drawn[-1].share_of_equilibrium("Bi-213")
    assert abs(late.value - bismuth[-2] / parent[-2]) < 4.0 * late.sd
    points = {
        name: [
            concentration_point(one, name, drawn_at_s=float(t), volume_ml=SAMPLE_ML)
            for one, t in zip(drawn, DRAWN_S, strict=True)
        ]
        for name in ("Ac-225", "Bi-213")
    }
    found = {name: fitted_bq_s_per_ml(rows, name) for name, rows in points.items()}
    assert np.median(found["Ac-225"]) == pytest.approx(parent_decays, rel=RECOVERED)
    assert np.median(found["Bi-213"]) == pytest.approx(bismuth_decays, rel=RECOVERED)

    def dose_gy(parent_bq_s, bismuth_bq_s):
        columns = np.stack([parent_bq_s, parent_bq_s, bismuth_bq_s, 0.9786 * bismuth_bq_s], axis=1)
        return marrow_dose(columns, nuclides=NAMES, mass_kg=1.17).total_gy

    truth = dose_gy(np.array([parent_decays]), np.array([bismuth_decays]))[0]
    assert np.median(dose_gy(found["Ac-225"], found["Bi-213"])) == pytest.approx(
        truth, rel=RECOVERED
    )
    # What one late count with daughters in equilibrium would say of bismuth: four times too much.
    assert parent_decays / bismuth_decays > 3.5
    assert dose_gy(found["Ac-225"], found["Ac-225"]).mean() > 1.3 * truth
