"""What the dose report says of an analysis: shares, weights, warnings, and true alternatives."""

from __future__ import annotations

import dataclasses
import math

import pytest
from scipy.integrate import quad

from alphatwin.dose.transport.sphere_table import sphere_s_values
from alphatwin.files import CourseFile, read_example
from alphatwin.nuclides import energy_per_decay_mev, nuclide
from alphatwin.patient import Prediction, UptakeFactor
from alphatwin.workflows.dose import dose_report
from courses import AC_DOTATATE, HOUR_S, PB_DOTAMTATE, course, measurement, region

ROUND_OFF = 1e-9
QUADRATURE = 1e-6
FEW_SAMPLES = 0.02  # alternatives are run with 1 000 samples, the answers with 2 000

LU, AC, BI = "177Lu-DOTATATE", "225Ac-DOTATATE", "213Bi-DOTATOC"


def file_of(value):
    return CourseFile(course=value, sha256="", made_by_course=frozenset(), agents=(), facts=())


def report_of(**parts):
    return dose_report(file_of(course(**parts)))


def agent_of(report, name):
    return next(a for a in report.agents if a.agent == name)


def codes(report, *, loud):
    return {w.code for w in report.warnings if w.loud is loud}


def test_decay_shares_add_up_and_agree_with_quadrature_of_the_drawn_curve():
    answer = agent_of(report_of(predictions=(AC_DOTATATE,)), AC)
    parent = answer.regions[0].decay_shares[0]
    assert parent.before_first_point + parent.between_points + parent.after_last_point == (
        pytest.approx(1.0, rel=ROUND_OFF)
    )
    curve = answer.curves[0]
    activity = curve.members_bq["Ac-225"]

    def at(t):
        i = min(max(1, next((k for k, x in enumerate(curve.time_s) if x >= t), 10**9)), 10**9)
        if i >= len(activity):
            return 0.0
        t0, t1 = curve.time_s[i - 1], curve.time_s[i]
        return activity[i - 1] + (activity[i] - activity[i - 1]) * (t - t0) / (t1 - t0)

    whole, _ = quad(at, 0.0, curve.time_s[-1], limit=400, epsrel=1e-3)
    between, _ = quad(at, 4.0 * HOUR_S, 96.0 * HOUR_S, limit=400, epsrel=1e-3)
    # Straight lines between the drawn points, and 1.6 % of the decays after the last of them.
    assert parent.between_points == pytest.approx(between / whole, rel=0.03)


def test_one_point_has_no_decays_between_points():
    report = report_of(measurements=(measurement(hours=(24.0,), values=(1.6e8,)),))
    share = report.agents[0].regions[0].decay_shares[0]
    assert share.between_points == 0.0
    assert not share.informed_by_data


def test_rbe_one_gives_the_absorbed_dose_and_the_weights_are_those_of_the_course():
    report = report_of(predictions=(AC_DOTATATE,), rbe_alpha=3.0, rbe_recoil=7.0)
    dose = agent_of(report, AC).regions[0]
    plain, weighted = dose.rbe_weighted
    assert plain.rbe_weighted_dose_gy.median == pytest.approx(
        dose.absorbed_dose_gy.median, rel=ROUND_OFF
    )
    assert (weighted.rbe_alpha, weighted.rbe_recoil) == (3.0, 7.0)
    parts = dose.absorbed_dose_by_radiation_gy
    by_hand = 3.0 * parts["alpha"] + 7.0 * parts["recoil"] + parts["electron"] + parts["photon"]
    assert weighted.rbe_weighted_dose_gy.median == pytest.approx(by_hand, rel=1e-6)


def test_parts_of_the_dose_add_up_to_its_median():
    dose = agent_of(report_of(predictions=(AC_DOTATATE,)), AC).regions[0]
    for parts in (dose.absorbed_dose_by_nuclide_gy, dose.absorbed_dose_by_radiation_gy):
        assert sum(parts.values()) == pytest.approx(dose.absorbed_dose_gy.median, rel=ROUND_OFF)


def test_photon_energy_left_out_is_what_a_sphere_does_not_keep():
    """By hand: emitted photons less those of the sphere's S-value, over all that is emitted."""
    mass_kg = course().regions[0].mass_kg
    energy = energy_per_decay_mev("Lu-177")
    s_values = sphere_s_values(["Lu-177"], mass_kg=mass_kg)
    kept_mev = s_values.by_nuclide_and_radiation_gy_per_bq_s[0, 3] * mass_kg / 1.602176634e-13
    share = report_of().agents[0].regions[0].photon_energy_not_deposited
    assert share == pytest.approx((energy.photon - kept_mev) / energy.total, rel=ROUND_OFF)
    assert 0.0 < share < energy.photon / energy.total


def test_what_lies_outside_of_the_points_is_said_loudly_and_only_then():
    early = measurement(hours=(3.0, 20.0), values=(1.2e8, 1.6e8))
    assert "decays_outside_measured_times" in codes(report_of(measurements=(early,)), loud=True)
    covering = measurement(hours=(0.5, 24.0, 96.0, 400.0), values=(1.7e8, 1.4e8, 0.7e8, 0.045e8))
    assert "decays_outside_measured_times" not in codes(
        report_of(measurements=(covering,)), loud=True
    )


def test_97_percent_of_213bi_has_decayed_before_a_scan_at_3_7_h():
    """By hand: 1 - 2**(-3.74 h / 45.59 min) = 0.967."""
    report = dose_report(read_example("umich_lu177_dotatate"), samples=500)
    said = next(
        w.message
        for w in report.warnings
        if w.code == "decays_outside_measured_times" and w.where == BI
    )
    assert "NOT INFORMED BY THE DATA" in said
    assert "97 % of all Bi-213 has decayed" in said
    assert pytest.approx(0.967, abs=5e-4) == 1.0 - 2.0 ** (-3.74 * 60.0 / 45.59)


def test_clearance_from_the_prior_is_said_and_measured_clearance_is_not():
    rising = measurement(hours=(3.7, 27.7), values=(1.28e8, 1.63e8))
    assert "clearance_from_population" in codes(report_of(measurements=(rising,)), loud=True)
    late = measurement(hours=(24.0, 96.0, 168.0), values=(1.6e8, 0.8e8, 0.4e8), relative_sd=0.03)
    assert "clearance_from_population" not in codes(report_of(measurements=(late,)), loud=True)


def test_population_regions_and_other_vectors_are_said_loudly():
    kidneys = region("kidneys", mass_kg=0.31, kinetics="population", population="kidneys")
    report = report_of(regions=(region(), kidneys), predictions=(PB_DOTAMTATE,))
    assert codes(report, loud=True) >= {"not_measured", "uptake_ratio_assumed"}
    assert "uptake_ratio_assumed" not in codes(report_of(predictions=(AC_DOTATATE,)), loud=True)


def test_a_point_off_the_curve_is_said_loudly():
    wild = measurement(
        hours=(4.0, 24.0, 48.0, 96.0, 168.0),
        values=(1.5e8, 1.3e8, 0.2e8, 0.7e8, 0.35e8),
        relative_sd=0.03,
    )
    assert "poor_fit" in codes(report_of(measurements=(wild,)), loud=True)


def effects(report, name, value):
    assumption = next(a for a in report.assumptions if a.name == name)
    found = next(a for a in assumption.alternatives if a.value.startswith(value))
    return {(e.agent, e.region, e.quantity): e.ratio for e in found.effects}


@pytest.mark.parametrize(
    ("stated_s", "other_s", "words"),
    [
        (None, 0.0, "decay-corrected to the administration"),
        (0.0, None, "not decay-corrected"),
        (36_000.0, None, "not decay-corrected"),
    ],
)
def test_the_alternative_of_decay_correction_is_what_the_other_course_gives(
    stated_s, other_s, words
):
    stated = dataclasses.replace(measurement(), decay_corrected_to_s=stated_s)
    other = dataclasses.replace(stated, decay_corrected_to_s=other_s)
    one, two = (report_of(measurements=(m,)) for m in (stated, other))
    said = effects(one, "decay_corrected_to", words)
    doses = [r.agents[0].regions[0].absorbed_dose_gy.median for r in (one, two)]
    assert said[LU, "lesion", "absorbed_dose_gy"] == pytest.approx(
        doses[1] / doses[0], rel=FEW_SAMPLES
    )


def test_the_alternative_of_the_decay_data_is_what_the_other_set_gives():
    said = effects(report_of(predictions=(PB_DOTAMTATE,)), "decay_data", "ensdf")
    one, two = (
        dose_report(file_of(course(predictions=(PB_DOTAMTATE,))), decay_data=data)
        .agents[1]
        .regions[0]
        .absorbed_dose_gy.median
        for data in ("icrp107", "ensdf")
    )
    ratio = said.get(("212Pb-DOTAMTATE", "lesion", "absorbed_dose_gy"), 1.0)
    # Neighbours about the median of 1 000 samples lie 0.06 % apart, in each of four medians.
    assert ratio == pytest.approx(two / one, abs=2.5e-3)


def test_the_alternatives_of_rbe_are_what_other_weights_give():
    report = report_of(predictions=(AC_DOTATATE,))
    said = effects(report, "rbe_alpha", "3")
    other = report_of(predictions=(AC_DOTATATE,), rbe_alpha=3.0)
    one, two = (
        agent_of(r, AC).regions[0].rbe_weighted[-1].rbe_weighted_dose_gy.median
        for r in (report, other)
    )
    assert said[AC, "lesion", "rbe_weighted_dose_gy"] == pytest.approx(two / one, rel=ROUND_OFF)


def test_a_longer_population_half_life_raises_a_dose_that_rests_on_it():
    rising = measurement(hours=(3.7, 27.7), values=(1.28e8, 1.63e8))
    report = report_of(measurements=(rising,))
    name = next(a.name for a in report.assumptions if "half life" in a.name)
    shorter, longer = (effects(report, name, v) for v in ("0.75", "1.25"))
    key = (LU, "lesion", "absorbed_dose_gy")
    assert shorter[key] < 0.9
    assert longer[key] > 1.1


def test_a_daughter_that_leaves_takes_its_dose_along():
    report = report_of(predictions=(AC_DOTATATE,))
    said = effects(report, "daughters", "all escape")
    parts = agent_of(report, AC).regions[0].absorbed_dose_by_nuclide_gy
    by_hand = parts["Ac-225"] / sum(parts.values())
    assert said[AC, "lesion", "absorbed_dose_gy"] == pytest.approx(by_hand, rel=ROUND_OFF)


def test_every_factor_has_its_line_and_its_source():
    stated = Prediction(
        AC,
        activity_bq=8e6,
        factors=(UptakeFactor("intra_arterial", 1.8, 0.4, ("lesion",), "a paper"),),
    )
    report = report_of(predictions=(stated,))
    lines = {a.name: a for a in report.assumptions}
    assert lines[f"intra_arterial of {AC}"].source == "a paper"
    assert lines["tumour_sink"].value == "1"
    said = effects(report, f"intra_arterial of {AC}", "0.9")
    assert said == {(AC, "lesion", "absorbed_dose_gy"): 0.5}


def test_curves_pass_through_the_fitted_values():
    report = report_of()
    points, curve = report.regions[0].fit.points, report.agents[0].curves[0]
    rate_per_s = nuclide("Lu-177").decay_constant_per_s
    for point in points:
        i = min(range(len(curve.time_s)), key=lambda k: abs(curve.time_s[k] - point.time_s))
        gap_s = abs(curve.time_s[i] - point.time_s)
        tolerance = 0.05 + 4.0 * rate_per_s * gap_s
        assert math.log(curve.median_bq[i] / point.fitted.median) == pytest.approx(
            0.0, abs=tolerance
        )


def test_without_administered_activity_the_uptake_is_named_as_an_activity():
    known, unknown = report_of(), report_of(activity_bq=None)
    assert "uptake_fraction" in known.regions[0].fit.parameters
    parameters = unknown.regions[0].fit.parameters
    assert "uptake_fraction" not in parameters
    assert parameters["extrapolated_activity_bq"].median == pytest.approx(
        7.4e9 * known.regions[0].fit.parameters["uptake_fraction"].median, rel=0.05
    )


def test_weights_of_the_models_and_what_each_point_does_are_said():
    fit = report_of().regions[0].fit
    assert fit.averaging == "evidence"
    assert sum(fit.model_weights.values()) == pytest.approx(1.0, rel=ROUND_OFF)
    assert all(p.integral_ratio is not None for p in fit.points)
    chosen = report_of(averaging="none").regions[0].fit
    assert max(chosen.model_weights.values()) == pytest.approx(1.0)
    assert (fit.error_model or "").startswith("stated")


def test_a_point_that_contradicts_the_others_is_named_with_its_time():
    hours = (4.0, 24.0, 48.0, 72.0, 96.0, 120.0, 168.0)
    values = tuple(1.6e8 * 2.0 ** (-h / 70.0) * (0.4 if h == 72.0 else 1.0) for h in hours)
    wild = measurement(hours=hours, values=values, relative_sd=0.05)
    found = [
        w
        for w in report_of(measurements=(wild,)).warnings
        if w.code == "point_contradicts_the_others"
    ]
    assert any("72 h" in w.where for w in found)
    smooth = measurement(
        hours=hours, values=tuple(1.6e8 * 2.0 ** (-h / 70.0) for h in hours), relative_sd=0.05
    )
    assert "point_contradicts_the_others" not in codes(report_of(measurements=(smooth,)), loud=True)
