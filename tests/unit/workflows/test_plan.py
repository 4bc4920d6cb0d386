"""The plan of a patient: regimens, levels, what if, and what is said instead of guessed."""

from __future__ import annotations

import dataclasses
import itertools
import math

import pytest

from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.files import CourseFile, course_from_text, read_example
from alphatwin.patient import PreviousDose, PreviousTherapy
from alphatwin.prescription import CycleChange
from alphatwin.workflows.dose import dose_report
from alphatwin.workflows.plan import plan_report
from alphatwin.workflows.plan_regions import Stated
from alphatwin.workflows.plan_request import PlanRequest
from blood_course import HEAD, MARROW, PREDICTION, blood_text
from courses import AC_DOTATATE, PB_DOTAMTATE, course, measurement, region

DAY_S = 86400.0
ROUND_OFF = 1e-9
LU, AC, PB = "177Lu-DOTATATE", "225Ac-DOTATATE", "212Pb-DOTAMTATE"


def file_of(value):
    return CourseFile(course=value, sha256="", made_by_course=frozenset(), agents=(), facts=())


def two_regions(*, therapies=(), **changes):
    kidneys = region("kidneys", mass_kg=0.31, kinetics="population", population="kidneys")
    one = course(regions=(region(), kidneys), **({"predictions": (AC_DOTATATE,)} | changes))
    patient = dataclasses.replace(one.patient, previous_therapies=therapies, renal_risk_factors=())
    return file_of(dataclasses.replace(one, patient=patient))


def plan(file=None, **request):
    return plan_report(file or two_regions(), request=PlanRequest(**request))


def regimen_of(report, agent, starts=""):
    one = next(a for a in report.agents if a.agent == agent)
    return next(r for r in one.regimens if r.name.startswith(starts))


def region_of(regimen, name):
    return next(r for r in regimen.regions if r.region == name)


def key_of(series):
    return series.region, series.convention, series.quantity


def level_of(regimen, key, convention="RBE 5", where="kidneys"):
    return next(
        a for a in region_of(regimen, where).levels if (a.level, a.convention) == (key, convention)
    )


@pytest.fixture(scope="module")
def example():
    return plan_report(read_example("umich_lu177_dotatate"), samples=1000)


def test_dose_of_a_regimen_is_the_dose_report_times_its_cycles():
    dosed = dose_report(two_regions())
    label = regimen_of(plan(), LU)
    for row in dosed.agents[0].regions:
        cycle = row.absorbed_dose_gy
        found = region_of(label, row.region).absorbed_dose_gy
        assert found.median == pytest.approx(4.0 * cycle.median, rel=ROUND_OFF)
        assert found.high == pytest.approx(4.0 * cycle.high, rel=ROUND_OFF)


def test_bed_of_population_kidneys_lies_where_the_mono_exponential_formula_puts_it():
    label = regimen_of(plan(), LU)
    kidneys = region_of(label, "kidneys")
    dose_gy = kidneys.absorbed_dose_gy.median
    bed_gy = kidneys.effects[0].bed_gy.median
    by_formula = dose_gy * (1.0 + 2.8 / (2.8 + 51.0) * dose_gy / 4.0 / 2.5)
    # Medians of a product are not products of medians: the quadratic term is 9 % of the whole,
    # and its factors move by a third of themselves.
    assert bed_gy == pytest.approx(by_formula, rel=0.01)


def test_beta_doses_do_not_depend_on_the_convention_and_alphas_do():
    report = plan()
    beta = region_of(regimen_of(report, LU), "kidneys").effects
    alpha = region_of(regimen_of(report, AC), "kidneys").effects
    assert beta[0].rbe_weighted_dose_gy == beta[1].rbe_weighted_dose_gy
    assert alpha[1].rbe_weighted_dose_gy.median > 4.0 * alpha[0].rbe_weighted_dose_gy.median
    assert alpha[1].bed_gy.median > 4.0 * alpha[0].bed_gy.median
    assert beta[1].bed_gy == beta[0].bed_gy


def test_the_activity_that_reaches_a_level_planned_reaches_it_in_half_of_the_cases():
    report = plan()
    wanted = level_of(regimen_of(report, AC, "120"), "kidney_bed_28")
    again = plan(
        agents=(AC,),
        activity_bq={AC: (wanted.reached_at_bq.median,)},
        cycles=(4,),
        interval_s=(56 * DAY_S,),
    )
    (row,) = again.what_if
    found = next(s for s in row.levels if (s.level, s.convention) == ("kidney_bed_28", "RBE 5"))
    assert found.probability_above[0] == pytest.approx(0.5, abs=1e-3)  # one sample of 2000
    bed = next(s for s in row.series if key_of(s) == ("kidneys", "RBE 5", "bed_gy"))
    assert bed.median_gy[0] == pytest.approx(28.0, rel=1e-4)  # five digits are kept


def test_a_row_of_what_if_at_the_published_activity_is_the_published_regimen():
    report = plan(activity_bq={LU: (7.4e9,)}, agents=(LU,))
    label = region_of(regimen_of(report, LU), "kidneys")
    row = next(s for s in report.what_if[0].series if key_of(s) == ("kidneys", "RBE 5", "bed_gy"))
    assert row.median_gy[0] == pytest.approx(label.effects[1].bed_gy.median, rel=1e-4)
    chance = next(
        s for s in report.what_if[0].levels if (s.level, s.convention) == ("kidney_bed_28", "RBE 5")
    )
    expected = level_of(regimen_of(report, LU), "kidney_bed_28").probability_above
    assert chance.probability_above[0] == pytest.approx(expected, rel=1e-4)


def test_probabilities_rise_with_activity_and_fall_with_the_level(example):
    for row in example.what_if:
        for series in row.levels:
            chances = series.probability_above
            assert all(b >= a for a, b in itertools.pairwise(chances))
        by_key = {(s.level, s.convention): s.probability_above for s in row.levels}
        for low, high in zip(
            by_key["kidney_bed_28", "RBE 5"], by_key["kidney_bed_40", "RBE 5"], strict=True
        ):
            assert low >= high


def test_every_regimen_and_level_of_the_example_is_there(example):
    assert [a.agent for a in example.agents] == [LU, AC, "213Bi-DOTATOC", PB]
    assert "no published regimen" in example.agents[2].no_regimen
    keys = {a.level for r in example.agents[1].regimens for g in r.regions for a in g.levels}
    assert keys >= {"kidney_bed_28", "kidney_bed_40", "marrow_dose_2"}
    capped = regimen_of(example, AC, "100 kBq/kg up to")
    assert capped.cumulative_mci == pytest.approx(46.5 / 37.0, rel=ROUND_OFF)
    case = regimen_of(example, AC, "100 kBq/kg, six")
    assert [a.is_above for a in case.activity_levels] == [True, False]  # 55.8 MBq above 55.5
    assert not [lv for lv in example.levels if lv.organ and lv.made_for_alphas]


def test_no_choice_on_the_front_is_bettered_by_another(example):
    for organ in ("kidneys", "red marrow"):
        front = [p for p in example.pareto if (p.organ, p.convention) == (organ, "RBE 5")]
        assert front
        gains = [p.tumour_gy for p in front]
        costs = [p.organ_gy for p in front]
        assert gains == sorted(set(gains))
        assert costs == sorted(costs)


def test_every_choice_is_on_the_front_or_bettered_by_one_that_is(example):
    front = [p for p in example.pareto if (p.organ, p.convention) == ("kidneys", "RBE 5")]
    for row in example.what_if:
        by_key = {key_of(s): s.median_gy for s in row.series}
        tumour = by_key["least of the lesions", "RBE 5", "bed_gy"]
        kidneys = by_key["kidneys", "RBE 5", "bed_gy"]
        for gain, cost in zip(tumour, kidneys, strict=True):
            assert any(p.tumour_gy >= gain and p.organ_gy <= cost for p in front)


def test_unknown_previous_therapies_are_said_and_in_no_sum():
    report = plan(two_regions(therapies=None))
    assert any("previous therapies" in text and "unknown" in text for text in report.not_known)
    kidneys = region_of(regimen_of(report, LU), "kidneys")
    assert kidneys.absorbed_with_previous_gy is None
    assert all(e.bed_with_previous_gy is None for e in kidneys.effects)
    assert {a.previous for a in kidneys.levels} == {"unknown"}


def test_a_previous_therapy_without_a_dose_is_said_to_be_unknown():
    report = plan(two_regions(therapies=(PreviousTherapy("90Y-DOTATOC", 5e9, 2),)))
    (said,) = (w for w in report.warnings if w.code == "previous_dose_unknown")
    assert said.loud
    assert "90Y-DOTATOC" in said.where
    assert region_of(regimen_of(report, LU), "kidneys").absorbed_with_previous_gy is None


def test_a_stated_previous_dose_is_added_and_leaves_less_room():
    doses = (PreviousDose("kidneys", 10.0, 0.0, bed_gy=11.0), PreviousDose("lesion", 30.0, 0.1))
    fresh = regimen_of(plan(), LU)
    report = plan(two_regions(therapies=(PreviousTherapy(LU, 14.8e9, 2, doses),)))
    used = regimen_of(report, LU)
    before, after = region_of(fresh, "kidneys"), region_of(used, "kidneys")
    assert after.absorbed_with_previous_gy.median == pytest.approx(
        before.absorbed_dose_gy.median + 10.0, rel=ROUND_OFF
    )
    assert after.effects[0].bed_with_previous_gy.median == pytest.approx(
        before.effects[0].bed_gy.median + 11.0, rel=ROUND_OFF
    )
    room = (level_of(one, "kidney_dose_23", "RBE 1").reached_at_bq.median for one in (fresh, used))
    whole_bq, left_bq = room
    assert left_bq == pytest.approx(whole_bq * 13.0 / 23.0, rel=ROUND_OFF)


def test_a_level_that_previous_therapies_have_reached_leaves_no_room():
    doses = (PreviousDose("kidneys", 20.0, 0.0, bed_gy=30.0),)
    used = regimen_of(plan(two_regions(therapies=(PreviousTherapy(LU, doses=doses),))), LU)
    in_bed, in_dose = (level_of(used, key) for key in ("kidney_bed_28", "kidney_dose_23"))
    assert (in_bed.reached_at_bq.median, in_bed.probability_above) == (0.0, 1.0)
    assert in_dose.reached_at_bq.median > 0.0  # 20 Gy of 23


def test_without_marrow_kidneys_or_lesions_that_is_said_and_nothing_is_guessed():
    report = plan(file_of(course(regions=(region(),), predictions=(AC_DOTATATE,))))
    assert any(text.startswith("Kidneys: not known") for text in report.not_known)
    assert any(text.startswith("Red marrow: not known") for text in report.not_known)
    assert report.pareto == ()
    kidneys = region("kidneys", mass_kg=0.31, kinetics="population", population="kidneys")
    only = file_of(course(regions=(kidneys,), measurements=()))
    assert any(text.startswith("Tumour effect") for text in plan(only).not_known)


def test_marrow_follows_the_blood_of_the_course():
    file = course_from_text(HEAD + blood_text() + MARROW + PREDICTION)
    report = plan_report(file)
    dosed = dose_report(file)
    marrow = region_of(regimen_of(report, LU), "red marrow")
    cycle = dosed.blood.agents[0].red_marrow.absorbed_dose_gy
    assert marrow.absorbed_dose_gy.median == pytest.approx(4.0 * cycle.median, rel=ROUND_OFF)
    assert {a.level for a in marrow.levels} == {"marrow_dose_2", "marrow_dose_1_5", "marrow_dose_1"}
    assert next(r for r in report.regions if r.region == "red marrow").kinetics == "blood"


def test_tissue_parameters_may_be_asked_for_the_marrow_of_blood():
    file = course_from_text(HEAD + blood_text() + MARROW)
    asked = Stated(alpha_beta_gy={"red marrow": 5.0}, repair_half_time_s={"red marrow": 3600.0})
    published, stated = (
        region_of(regimen_of(plan(file, agents=(LU,), **changed), LU), "red marrow")
        for changed in ({}, {"tissues": asked})
    )
    extra_gy = [r.effects[0].bed_gy.median - r.absorbed_dose_gy.median for r in (published, stated)]
    # Half of alpha/beta is twice the quadratic part, and slower repair makes it larger still.
    assert extra_gy[1] > 2.0 * extra_gy[0] > 0.0
    with pytest.raises(InvalidValueError, match="no region of the course"):
        plan(agents=(LU,), tissues=asked)


def test_cycles_that_overlap_are_said_to():
    report = plan(agents=(LU,), cycles=(4,), interval_s=(3 * DAY_S,))
    said = {w.where: w for w in report.warnings if w.code == "cycles_overlap"}
    assert said[f"{LU}, kidneys"].loud
    assert "after 3 d" in said[f"{LU}, kidneys"].message
    assert not [w for w in plan(agents=(LU,)).warnings if w.code == "cycles_overlap" and w.loud]


def test_an_agent_without_a_regimen_or_a_stated_activity_has_no_row():
    bi = dataclasses.replace(PB_DOTAMTATE, agent="213Bi-DOTATOC")
    report = plan(two_regions(predictions=(bi,)), agents=("213Bi-DOTATOC",))
    assert report.what_if == ()
    assert report.agents[0].regimens == ()
    assert any(w.code == "no_published_regimen" and w.loud for w in report.warnings)
    asked = plan(
        two_regions(predictions=(bi,)),
        agents=("213Bi-DOTATOC",),
        activity_bq={"213Bi-DOTATOC": (1e9, 2e9)},
    )
    assert [len(row.activity_bq) for row in asked.what_if] == [2]


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"agents": ("225Ac-NOTHING",)}, DataError, "not in the catalogue"),
        ({"agents": ("212Pb-DOTAMTATE",)}, NotSupportedError, "uptake_ratio"),
        ({"cycles": (0,)}, InvalidValueError, "cycles must lie between"),
        ({"interval_s": (0.0,)}, InvalidValueError, "interval_s must be finite and > 0"),
        ({"activity_bq": {"": (-1.0,)}}, InvalidValueError, "activity_bq must be finite and > 0"),
        ({"rbe_max": 0.0}, InvalidValueError, "rbe_max must be finite and > 0"),
        ({"tissues": Stated({"kidneys": 0.0})}, InvalidValueError, "alpha_beta_gy must be finite"),
        ({"tissues": Stated({"kidney": 2.5})}, InvalidValueError, "'kidney' is no region"),
    ],
)
def test_what_cannot_be_planned_is_refused(request_, error, message):
    with pytest.raises(error, match=message):
        plan(**request_)


def test_an_unknown_activity_gives_nothing_per_activity():
    unknown = course(regions=(region(),), activity_bq=None)
    with pytest.raises(NotSupportedError, match="nothing is known per activity"):
        plan(file_of(unknown))


def test_stated_tissue_parameters_are_used_and_said():
    stated = Stated({"kidneys": 3.0, "lesions": 8.0}, {"kidneys": 2.0 * 3600.0})
    by_name = {r.region: r for r in plan(tissues=stated).regions}
    assert (by_name["kidneys"].alpha_beta_gy, by_name["kidneys"].source) == (3.0, "asked for")
    assert by_name["lesion"].alpha_beta_gy == 8.0
    assert by_name["kidneys"].repair_half_time_s == 7200.0


def test_lesions_that_decline_get_less_and_organs_the_same():
    same, less = (
        regimen_of(plan(tumour_change=change), LU)
        for change in (CycleChange(0.0, 0.0, "x"), CycleChange(-0.14, 0.0, "grade 2"))
    )
    expected = math.fsum(0.86**c for c in range(4)) / 4.0
    found = [region_of(one, "lesion").absorbed_dose_gy.median for one in (same, less)]
    assert found[1] / found[0] == pytest.approx(expected, rel=ROUND_OFF)
    organs = [region_of(one, "kidneys").absorbed_dose_gy for one in (same, less)]
    assert organs[0] == organs[1]


def test_the_least_of_the_lesions_is_below_each_of_them():
    regions = (region("a"), region("b", mass_kg=0.02))
    series = (measurement("a"), measurement("b", values=(2e7, 3e7, 1e7)))
    report = plan(file_of(course(regions=regions, measurements=series)))
    label = regimen_of(report, LU)
    least = label.least_lesion_bed_gy["RBE 5"]
    for name in ("a", "b"):
        assert least.median <= region_of(label, name).effects[1].bed_gy.median


def test_a_fate_of_daughters_changes_dose_and_bed_alike():
    free = plan(two_regions(daughters="all_escape"))
    stay = plan(two_regions())
    for convention in (0, 1):
        doses = [region_of(regimen_of(r, AC), "lesion").effects[convention] for r in (stay, free)]
        ratio = doses[1].rbe_weighted_dose_gy.median / doses[0].rbe_weighted_dose_gy.median
        assert ratio < 0.9
        assert doses[1].bed_gy.median / doses[0].bed_gy.median == pytest.approx(ratio, rel=0.05)
    # What BED has beyond the dose goes with its square: with RBE 1, of medians, to a tenth.
    beyond, dose = [], []
    for report in (stay, free):
        one = region_of(regimen_of(report, AC), "lesion")
        dose.append(one.absorbed_dose_gy.median)
        beyond.append(one.effects[0].bed_gy.median - dose[-1])
    assert beyond[1] / beyond[0] == pytest.approx((dose[1] / dose[0]) ** 2, rel=0.1)


def test_the_same_seed_gives_the_same_plan_and_agents_do_not_disturb_each_other():
    alone, together = plan(agents=(AC,)), plan(agents=(LU, AC))
    assert alone.agents[0] == together.agents[1]
