"""Coverage on simulated patients: how often the 95 % interval holds the true dose.

Each patient is made by physics, not by the formulas that are tested: a tumour as a sphere of a
volume that was drawn wrongly, smeared by the camera and counted inside of the wrong contour by
integration of the smeared sphere; a recovery curve and a calibration that are wrong by the errors
stated; a half-life drawn from the published population; noise on every scan. What is written into
the course is what a clinic would write. The interval of each quantity must hold its true value in
95 % of patients. A quantity is a function of the dose and the BED of a patient (`QUANTITIES`), so
that more of them can be asked of the same patients. The true BED is the closed form of mono-
exponential decay, BED = sum of RBEmax D + G D^2/(alpha/beta) with G = Trep/(Trep + Teff), at true
parameters drawn from their distributions; G of the chain of 225Ac is that of its root, whose
daughters live for minutes.
"""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from alphatwin.agents import agent
from alphatwin.dose import RADIATION_TYPES
from alphatwin.patient import Imaging, Prediction
from alphatwin.uncertainty import RecoveryCurve, diameter_mm
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.effect import effect_parameters, region_biology
from courses import HOUR_S, course, measurement, region

PATIENTS = 400
LEAST, MOST = 0.90, 0.98  # as the issue asks; 400 patients leave a standard error of 1.1 %
CALIBRATION, RECOVERY, COUNTS, KIDNEY_MASS = 0.05, 0.06, 0.08, 0.10
TUMOUR_ML, TUMOUR_SD, FWHM_MM = 20.0, 0.20, 10.0
TUMOUR_HALF_LIFE_H, TUMOUR_SPREAD = 80.0, 1.15
CURVE = RecoveryCurve(
    recovery_exponent=0.9,
    half_volume_ml=4.0,
    exponent_relative_sd=0.08,
    half_volume_relative_sd=0.12,
)
HOURS = (24.0, 96.0, 168.0)
DENSITY = 1.04
UPTAKE_BQ = {"kidneys": 2.0e8, "lesion": 4.0e7}  # true, decay-corrected to the administration
AC = Prediction("225Ac-DOTATATE", activity_bq=8e6)
LEVEL_GY = 20.0  # a BED, for the activity that reaches it
REPAIR_AND_AB = ("alpha_beta", "repair_half_time", "rbe_max_alpha", "rbe_max_recoil")


def level_of(found):
    """Return the activity that reaches the level, from dose and BED alone, over that given."""
    linear_gy, quadratic_gy = found["linear_gy"], found["bed_gy"] - found["linear_gy"]
    root = np.sqrt(linear_gy**2 + 4.0 * quadratic_gy * LEVEL_GY)
    return 2.0 * LEVEL_GY / (linear_gy + root)


QUANTITIES = {
    "absorbed dose": lambda found: found["dose_gy"],
    "BED": lambda found: found["bed_gy"],
    "activity that reaches a BED of 20 Gy": level_of,
}
AGENTS = ("177Lu-DOTATATE", "225Ac-DOTATATE")


def counts_within(rho_mm, *, radius_mm):
    """Return the share of a smeared sphere's counts within a radius, by integration."""
    s2 = FWHM_MM / (2.0 * math.sqrt(2.0 * math.log(2.0))) * math.sqrt(2.0)

    def shell(p):
        inside = 0.5 * (erf((p + radius_mm) / s2) - erf((p - radius_mm) / s2))
        gauss = math.exp(-(((p - radius_mm) / s2) ** 2)) - math.exp(-(((p + radius_mm) / s2) ** 2))
        return 3.0 * p * p / radius_mm**3 * (inside - s2 / (2.0 * p * math.sqrt(math.pi)) * gauss)

    return quad(shell, 1e-9, rho_mm, epsrel=1e-8)[0]


def seen_over_true(rng):
    """Return what is written down of a tumour's activity over the truth, and its true volume."""
    true_ml = TUMOUR_ML * math.exp(math.sqrt(math.log1p(TUMOUR_SD**2)) * rng.standard_normal())
    true_mm, drawn_mm = 0.5 * diameter_mm(true_ml), 0.5 * diameter_mm(TUMOUR_ML)
    growth = counts_within(drawn_mm, radius_mm=true_mm) / counts_within(true_mm, radius_mm=true_mm)
    sd1, sd2 = (math.sqrt(math.log1p(s**2)) for s in (0.08, 0.12))
    exponent, half_ml = (
        0.9 * np.exp(sd1 * rng.standard_normal()),
        4.0 * np.exp(sd2 * rng.standard_normal()),
    )
    recovered = 1.0 - 1.0 / (1.0 + (true_ml / half_ml) ** exponent)
    nominal = 1.0 - 1.0 / (1.0 + (TUMOUR_ML / 4.0) ** 0.9)
    return growth * recovered / nominal, true_ml


def patient(rng):
    """Return the course that a clinic would write, and the truth behind it."""
    camera = math.exp(-math.sqrt(math.log1p(CALIBRATION**2)) * rng.standard_normal())
    prior = next(
        k for k in agent("177Lu-DOTATATE").kinetics
        if (k.region, k.quantity) == ("kidneys", "effective_half_life_s")
    )  # fmt: skip
    half_life_h = {
        "kidneys": min(prior.median * prior.geometric_sd ** rng.standard_normal(), 5.6e5) / HOUR_S,
        "lesion": min(TUMOUR_HALF_LIFE_H * TUMOUR_SPREAD ** rng.standard_normal(), 155.0),
    }
    shared, true_ml = seen_over_true(rng)
    mass_factor = math.exp(math.sqrt(math.log1p(KIDNEY_MASS**2)) * rng.standard_normal())
    kidney_recovery = math.exp(-math.sqrt(math.log1p(RECOVERY**2)) * rng.standard_normal())
    scale = {"kidneys": camera * kidney_recovery, "lesion": camera * shared}
    series = []
    for name, factor in scale.items():
        noise = np.exp(math.sqrt(math.log1p(COUNTS**2)) * rng.standard_normal(len(HOURS)))
        values = [UPTAKE_BQ[name] * 2.0 ** (-h / half_life_h[name]) * factor for h in HOURS]
        series.append(measurement(name, hours=HOURS, values=values * noise, relative_sd=COUNTS))
    series[0] = dataclasses.replace(series[0], recovery_relative_sd=RECOVERY)
    made = course(
        regions=(
            region("kidneys", mass_kg=0.31, population="kidneys", mass_relative_sd=KIDNEY_MASS),
            region(mass_kg=TUMOUR_ML * DENSITY * 1e-3, mass_relative_sd=TUMOUR_SD),
        ),
        measurements=tuple(series),
        predictions=(AC,),
        samples=1_000,
        calibration_relative_sd=CALIBRATION,
        imaging=Imaging(resolution_fwhm_mm=FWHM_MM, recovery=CURVE),
    )
    recovered = dataclasses.replace(series[1], is_recovered_by_curve=True)
    made = dataclasses.replace(made, measurements=(series[0], recovered))
    truth = {
        "kidneys": (half_life_h["kidneys"], 0.31 * mass_factor),
        "lesion": (half_life_h["lesion"], true_ml * DENSITY * 1e-3),
    }
    return made, truth


def true_answer(answer, name, *, half_life_h, mass_kg, parameters):
    """Return dose, its linear effect and BED of the true curve in the true mass."""
    chain = answer.chain
    lu_per_s = math.log(2.0) / (6.647 * 24.0 * HOUR_S)
    decay_per_s = float(chain.decay_constants_per_s[0])
    rate_per_s = max(math.log(2.0) / (half_life_h * HOUR_S) - lu_per_s, 0.0) + decay_per_s
    decays = UPTAKE_BQ[name] / 7.4e9 * answer.scale_bq / rate_per_s
    energy = chain.energy_per_parent_decay_mev()
    per_mev_gy = decays * 1.602176634e-13 / mass_kg
    dose_gy = per_mev_gy * (energy.total - energy.photon)
    weights = {"alpha": parameters["rbe_max_alpha"], "recoil": parameters["rbe_max_recoil"]}
    linear_gy = dose_gy + per_mev_gy * sum(
        (rbe - 1.0) * getattr(energy, kind) for kind, rbe in weights.items()
    )
    repair_per_s = math.log(2.0) / parameters["repair_half_time"]
    protraction = rate_per_s / (rate_per_s + repair_per_s)
    quadratic_gy = protraction * dose_gy**2 / parameters["alpha_beta"]
    return {"dose_gy": dose_gy, "linear_gy": linear_gy, "bed_gy": linear_gy + quadratic_gy}


def sampled_answer(made, answer, region_answer, *, seed):
    """Return the same three of AlphaTwin, with samples."""
    biology = region_biology(made, answer, region_answer, seed=seed)
    dose = region_answer.dose
    rbe = {"alpha": biology.rbe_max.alpha, "recoil": biology.rbe_max.recoil}
    by_kind = dict(zip(RADIATION_TYPES, dose.by_radiation_gy.T, strict=True))
    linear_gy = sum(gy * rbe.get(kind, 1.0) for kind, gy in by_kind.items())
    return {"dose_gy": dose.total_gy, "linear_gy": linear_gy, "bed_gy": biology.bed_gy()}


@cache
def coverage():
    """Return the share of patients whose interval holds the truth, by quantity, agent, region."""
    inside = {}
    for number in range(PATIENTS):
        rng = np.random.default_rng(number)
        made, truth = patient(rng)
        answers = analyse(made, seed=number)
        for i, (name, (half_life_h, mass_kg)) in enumerate(truth.items()):
            found = effect_parameters(made, made.regions[i])
            parameters = {
                key: float(getattr(found, key).distribution.sample(rng, 1)[0])
                for key in REPAIR_AND_AB
            }
            for answer in answers:
                sampled = sampled_answer(made, answer, answer.regions[i], seed=number)
                true = true_answer(
                    answer, name, half_life_h=half_life_h, mass_kg=mass_kg, parameters=parameters
                )
                for quantity, of in QUANTITIES.items():
                    low, high = np.percentile(of(sampled), (2.5, 97.5))
                    held = bool(low <= of(true) <= high)
                    inside.setdefault((quantity, answer.agent.name, name), []).append(held)
    return {key: float(np.mean(held)) for key, held in inside.items()}


@pytest.mark.parametrize("name", ["kidneys", "lesion"])
@pytest.mark.parametrize("agent_name", AGENTS)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_interval_holds_the_truth_in_95_of_100(quantity, agent_name, name):
    """Dose, BED and the activity that reaches a level, under the agent given and one predicted."""
    assert LEAST <= coverage()[quantity, agent_name, name] <= MOST
