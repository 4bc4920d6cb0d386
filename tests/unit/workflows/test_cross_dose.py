"""Dose from decays elsewhere as part of every dose of a course: report, budget, effect, plan."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alphatwin.biology import Cycle, Repair, dose_rate_of_curve, protracted_dose
from alphatwin.dose import RADIATION_TYPES
from alphatwin.dose.transport.s_values import phantom_s_value
from alphatwin.errors import AlphaTwinError, InvalidValueError
from alphatwin.files import course_from_text
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.cross_dose import REST_OF_WHOLE, emitters_of
from alphatwin.workflows.dose import dose_report
from alphatwin.workflows.dose_in_time import given_in
from alphatwin.workflows.effect import region_biology
from alphatwin.workflows.fates import fate_doses
from alphatwin.workflows.plan_regions import Stated, plan_regions, unit_regions
from courses import AC_DOTATATE, course, measurement, region

ROUND_OFF = 1e-9  # the same numbers by another order of sums
TIME = 1e-6  # closed forms of one curve, of 177Lu without daughters

KIDNEYS = region("kidneys", mass_kg=0.31, population="kidneys")
LIVER = region("liver", mass_kg=1.8, population="liver")
LESION = region("lesion", mass_kg=0.1, within="liver")
BY_NAME = {
    "kidneys": measurement("kidneys", values=(2.0e8, 1.5e8, 0.5e8)),
    "liver": measurement("liver", values=(4.0e8, 2.5e8, 0.9e8)),
    "lesion": measurement(),
    "whole body": measurement("whole body", values=(5.0e9, 2.0e9, 0.6e9)),
    "remaining body": measurement("remaining body", values=(4.0e9, 1.2e9, 0.2e9)),
}


def twin(*regions, predictions=(), **assumed):
    return course(
        regions=regions,
        measurements=tuple(BY_NAME[r.name] for r in regions),
        predictions=predictions,
        **assumed,
    )


def s_value(source, target, *, nuclide="Lu-177"):
    return phantom_s_value(nuclide, source=source, target=target).s_value_gy_per_bq_s


def test_the_dose_is_own_dose_and_what_comes_from_elsewhere():
    both = analyse(twin(KIDNEYS, LIVER))[0].regions
    alone = analyse(twin(KIDNEYS))[0].regions[0]
    kidneys, liver = both
    assert kidneys.own_gy.sum(axis=1) == pytest.approx(alone.dose.total_gy, rel=ROUND_OFF)
    cross_gy = liver.decays[:, 0] * s_value("liver", "kidneys")
    assert kidneys.received_gy.sum(axis=1) == pytest.approx(cross_gy, rel=ROUND_OFF)
    assert kidneys.dose.total_gy == pytest.approx(alone.dose.total_gy + cross_gy, rel=ROUND_OFF)
    assert kidneys.share_received() == pytest.approx(
        cross_gy.mean() / kidneys.dose.total_gy.mean(), rel=ROUND_OFF
    )


def test_every_view_of_a_dose_holds_it():
    answer = analyse(twin(KIDNEYS, LIVER, LESION, predictions=(AC_DOTATATE,)))[1]
    for r in answer.regions:
        assert {one.source for one in r.received} == {"kidneys", "liver", "lesion"} - {
            r.region.name
        }
        parts = r.dose.by_nuclide_and_radiation_gy
        assert parts.sum(axis=(1, 2)) == pytest.approx(r.dose.total_gy, rel=ROUND_OFF)
        assert parts.sum(axis=1) == pytest.approx(r.dose.by_radiation_gy, rel=ROUND_OFF)
        alphas = RADIATION_TYPES.index("alpha")
        assert not r.received_gy[:, :alphas].any()
        assert r.received_gy[:, RADIATION_TYPES.index("photon")].min() > 0.0


def test_own_dose_goes_with_the_patients_mass_and_cross_dose_does_not():
    light = dataclasses.replace(KIDNEYS, mass_kg=0.155)
    one, two = (analyse(twin(k, LIVER))[0].regions[0] for k in (KIDNEYS, light))
    assert two.received_gy == pytest.approx(one.received_gy, rel=ROUND_OFF)
    ratio = two.own_gy[:, RADIATION_TYPES.index("electron")] / one.own_gy[:, 2]
    assert ratio == pytest.approx(2.0, rel=0.01)


def test_nothing_reaches_what_has_no_place_and_a_lesion_needs_its_organ():
    nowhere = dataclasses.replace(LESION, within=None)
    found = analyse(twin(nowhere, KIDNEYS, LIVER))[0].regions
    assert found[0].received == ()
    assert [one.source for one in found[1].received] == ["liver"]
    unknown = dataclasses.replace(KIDNEYS, mass_kg=None)
    found = analyse(twin(unknown, LIVER))[0].regions
    assert found[0].dose is None
    assert found[0].received == ()
    assert [one.source for one in found[1].received] == ["kidneys"]


def test_the_rest_is_what_the_whole_body_holds_beside_the_regions():
    whole = region("whole body", mass_kg=None, population="whole_body")
    made = twin(KIDNEYS, LIVER, whole)
    answer = analyse(made)[0]
    decays = {r.region.name: r.decays for r in answer.regions}
    rest = next(
        e
        for e in emitters_of(made, decays, elsewhere={})
        if e.curve == "whole body" and e.site.name == REST_OF_WHOLE
    )
    expected = decays["whole body"] - decays["kidneys"] - decays["liver"]
    assert rest.decays == pytest.approx(np.maximum(expected, 0.0), rel=ROUND_OFF)
    kidneys = answer.regions[0]
    assert [one.source for one in kidneys.received] == ["liver", REST_OF_WHOLE]
    assert answer.regions[2].received == ()
    # Given as a region, the rest is taken as it is, beside the whole body or not.
    body = region("remaining body", mass_kg=None, population="remaining_body")
    named = analyse(twin(KIDNEYS, LIVER, whole, body))[0].regions[0]
    assert [one.source for one in named.received] == ["liver", "remaining body"]


def test_daughters_that_leave_give_from_where_they_go():
    made = twin(KIDNEYS, LESION, predictions=(AC_DOTATATE,), daughters="human_kinetics")
    kidneys = analyse(made)[1].regions[0]
    sources = [one.source for one in kidneys.received]
    assert sources[0] == "lesion"
    assert "liver, outside of the regions" in sources
    assert "blood, outside of the regions" in sources
    assert not any("excreta" in name for name in sources)


@pytest.mark.parametrize("daughters", ["stay", "human_kinetics"])
def test_doses_under_fates_hold_it_too(daughters):
    made = twin(KIDNEYS, LIVER, LESION, predictions=(AC_DOTATATE,), daughters=daughters)
    answer = analyse(made)[1]
    rows = {(f.region, f.preset): f for f in fate_doses(made, answer, seed=1)}
    in_force = "all_stay" if daughters == "stay" else daughters
    for r in answer.regions:
        found = rows[r.region.name, in_force]
        assert found.absorbed_dose_gy == pytest.approx(np.median(r.dose.total_gy), rel=1e-6)
        assert found.absorbed_dose_ratio == 1.0


def test_the_effect_is_that_of_the_summed_dose_rate_of_region_and_sources():
    """One sample of 177Lu: dose rates of own and of the liver's decays in one linear system."""
    made = twin(KIDNEYS, LIVER, samples=100)
    answer = analyse(made)[0]
    kidneys, liver = answer.regions
    best = [
        dataclasses.replace(
            r.curve,
            amplitude_fraction=r.curve.best_amplitude_fraction[None],
            biological_rate_per_s=r.curve.best_biological_rate_per_s[None],
        )
        for r in (kidneys, liver)
    ]
    repair = Repair.mono(2.8 * 3600.0)
    energies = np.zeros((2, 1, 4))
    energies[0, 0, 2], energies[1, 0, 3] = 3e-14, 1e-14
    rates = [
        dose_rate_of_curve(
            c, chain=answer.chain, administered_bq=answer.scale_bq, mass_kg=1.0, energy_j=e
        )
        for c, e in zip(best, energies, strict=True)
    ]
    own, other = (protracted_dose([Cycle(r, 0.0)], repair=repair) for r in rates)
    at_once = protracted_dose([Cycle(rates[0], 0.0), Cycle(rates[1], 0.0)], repair=repair)
    (one,) = kidneys.received
    deposit = one.dose.deposits[0]
    given = dataclasses.replace(
        deposit, decays_per_kg=np.ones((1, 1)), energy_j=other.dose_gy.reshape(1, 4)
    )
    received = dataclasses.replace(one, dose=dataclasses.replace(one.dose, deposits=(given,)))
    region_too = dataclasses.replace(kidneys, received=(received,))
    found = given_in(made, answer, region_too, seed=1).with_received(
        own.dose_gy, factors=own.lea_catcheside_by_pair(), repair=repair
    )
    assert found.dose_gy == pytest.approx(at_once.dose_gy, rel=TIME)
    assert found.product_gy2 == pytest.approx(at_once.product_gy2, rel=TIME)


@pytest.mark.parametrize("daughters", ["stay", "human_kinetics"])
def test_effect_and_plan_rest_on_the_whole_dose(daughters):
    made = twin(KIDNEYS, LIVER, LESION, predictions=(AC_DOTATATE,), daughters=daughters)
    answer = analyse(made)[1]
    regions = plan_regions(made, has_marrow=False, stated=Stated(), seed=1)
    units = {u.region.name: u for u in unit_regions(made, answer, None, regions, lags_s=(), seed=1)}
    for r in answer.regions:
        whole_gy = r.dose.by_radiation_gy
        biology = region_biology(made, answer, r, seed=1)
        if biology is not None:
            assert biology.dose.dose_gy == pytest.approx(whole_gy, rel=1e-6)
        unit = units[r.region.name].unit
        if unit is not None:
            assert unit.one.dose_gy * answer.scale_bq == pytest.approx(whole_gy, rel=1e-6)
    assert region_biology(made, answer, answer.regions[0], seed=1) is not None
    assert units["kidneys"].unit is not None


TEXT = """\
schema = 1
title = "cross"
[patient]
sex = "male"
weight = "80 kg"
renal_risk_factors = "unknown"
previous_therapies = "unknown"
[[regions]]
name = "kidneys"
kind = "organ"
mass = "310 g"
uncertainty = "10 %"
kinetics = "population"
[[regions]]
name = "spleen"
kind = "organ"
mass = "150 g"
uncertainty = "10 %"
kinetics = "population"
[[regions]]
name = "lesion 1"
kind = "lesion"
{within}
volume = "20 mL"
uncertainty = "10 %"
kinetics = "population"
[[administrations]]
name = "cycle 1"
agent = "177Lu-DOTATATE"
activity = "7.4 GBq"
[[predictions]]
agent = "225Ac-DOTATATE"
activity = "8 MBq"
uptake_ratio = 1.0
uptake_ratio_uncertainty = "20 %"
[assumptions]
daughters = "stay"
rbe_alpha = 5.0
rbe_recoil = 5.0
density = "1.04 g/mL"
samples = 1000
"""
WITHIN = TEXT.format(within='within = "liver"')


@pytest.fixture(scope="module")
def report():
    return dose_report(course_from_text(WITHIN))


def test_the_report_shows_the_parts_by_source_and_by_radiation(report):
    kidneys, spleen, lesion = report.agents[0].regions
    for r, others in ((kidneys, "spleen"), (spleen, "kidneys"), (lesion, "kidneys")):
        assert others in r.cross_dose_by_source_gy
        assert set(r.cross_dose_by_radiation_gy) == {"electron", "photon"}
        assert r.absorbed_dose_gy.median > r.self_dose_gy.median
        assert r.absorbed_dose_gy.median == pytest.approx(
            r.self_dose_gy.median + r.cross_dose_gy.median, rel=0.01
        )
    expected = spleen.time_integrated_activity_bq_s.median * s_value("spleen", "kidneys")
    assert kidneys.cross_dose_by_source_gy["spleen"] == pytest.approx(expected, rel=ROUND_OFF)
    assert kidneys.cross_dose_gy.median < 0.05 * kidneys.absorbed_dose_gy.median


def test_the_report_says_what_it_rests_on_and_what_would_be_without(report):
    found = next(a for a in report.assumptions if a.name == "cross-dose")
    assert found.value == "between kidneys, spleen, lesion 1"
    assert "lesion 1 in liver" in found.text
    assert "not scaled" in found.text
    effects = {(e.agent, e.region): e.ratio for e in found.alternatives[0].effects}
    kidneys = report.agents[0].regions[0]
    assert effects["177Lu-DOTATATE", "kidneys"] == pytest.approx(
        kidneys.self_dose_gy.median / kidneys.absorbed_dose_gy.median, rel=ROUND_OFF
    )


def test_the_budget_is_of_the_whole_dose(report):
    of = {(u.agent, u.region, u.quantity): u.estimate for u in report.uncertainty_contributions}
    for agent in report.agents:
        for r in agent.regions:
            found = of[agent.agent, r.region, "absorbed_dose_gy"]
            assert found == r.absorbed_dose_gy


def test_an_uptake_factor_of_one_region_moves_what_the_others_receive():
    made = course_from_text(WITHIN).course
    ratio = dataclasses.replace(made.predictions[0].factors[0], relative_sd=0.0)
    exact = dataclasses.replace(made.predictions[0], factors=(ratio,))
    made = dataclasses.replace(made, predictions=(exact,))
    changed = dataclasses.replace(
        made.predictions[0],
        factors=(
            dataclasses.replace(ratio, value=2.0, regions=("spleen",)),
            dataclasses.replace(ratio, regions=("kidneys", "lesion 1")),
        ),
    )
    basis = analyse(made)[1].regions
    other = analyse(dataclasses.replace(made, predictions=(changed,)))[1].regions
    for one, two in zip(basis, other, strict=True):
        change = two.dose.total_gy.mean() / one.dose.total_gy.mean() - 1.0
        assert change > 0.0
        found = one.ratio_if_changed({"spleen"}.__contains__, 2.0) - 1.0
        assert found == pytest.approx(change, rel=1e-6)


@pytest.mark.parametrize(
    ("within", "message"),
    [
        ('within = "lymph node"', "is no solid organ of the phantom; allowed: kidneys, liver"),
        ('within = "bladder"', "is no solid organ of the phantom"),
        ('within = ""', "must not be empty"),
        ("within = 3", "within"),
    ],
)
def test_an_organ_that_is_not_known_is_refused_with_its_line(within, message):
    with pytest.raises(AlphaTwinError, match=message):
        course_from_text(TEXT.format(within=within))


def test_an_organ_lies_within_nothing():
    text = TEXT.format(within="").replace('mass = "150 g"', 'mass = "150 g"\nwithin = "liver"')
    with pytest.raises(AlphaTwinError, match="is of a lesion: the organ around it"):
        course_from_text(text)
    with pytest.raises(InvalidValueError, match="names the organ around a lesion"):
        dataclasses.replace(KIDNEYS, within="liver")
