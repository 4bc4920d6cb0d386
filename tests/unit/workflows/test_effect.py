"""Effects in the dose report: against a formula by hand, and what is said of them."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from alphatwin.biology import ProtractedDose
from alphatwin.files import CourseFile
from alphatwin.patient import EffectAssumptions, TissueEffect
from alphatwin.report.html import to_html
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.dose import dose_report
from alphatwin.workflows.dose_in_time import doses_in_time
from alphatwin.workflows.effect import effect_parameters, region_biology
from courses import AC_DOTATATE, HOUR_S, course, measurement, region

ROUND_OFF = 1e-9
EXACT_KIDNEY = TissueEffect(region="kidneys", alpha_beta_gy=2.5, repair_half_time_s=2.8 * HOUR_S)


def kidney_course(*, effect=None, **parts):
    value = course(
        regions=(
            region("kidneys", mass_kg=0.3, population="kidneys"),
            region("lesion"),
            region("spleen", mass_kg=0.15, population="spleen"),
        ),
        measurements=tuple(measurement(name) for name in ("kidneys", "lesion", "spleen")),
        **parts,
    )
    return dataclasses.replace(value, effect=effect or EffectAssumptions())


@cache
def with_actinium():
    return report_of(kidney_course(predictions=(AC_DOTATATE,)))


def report_of(value):
    return dose_report(
        CourseFile(course=value, sha256="", made_by_course=frozenset(), agents=(), facts=())
    )


def effects_of(report, agent="177Lu-DOTATATE"):
    found = next(a for a in report.agents if a.agent == agent)
    return {e.region: e for e in found.biological_effect}


def test_bed_of_lutetium_is_that_of_its_phases_by_hand():
    """Sum over pairs of phases of A_i A_j / ((k_i + k_j)(k_i + mu)): no code of the package."""
    value = kidney_course(effect=EffectAssumptions(tissues=(EXACT_KIDNEY,)))
    answer = analyse(value)[0]
    kidneys = dataclasses.replace(answer.regions[0], received=())  # what the lesion gives: apart
    found = region_biology(value, answer, kidneys, seed=1)
    mu = np.log(2.0) / (2.8 * HOUR_S)
    k = kidneys.curve.biological_rate_per_s + answer.chain.decay_constants_per_s[0]
    a = kidneys.curve.amplitude_fraction
    dose = (a / k).sum(axis=1)
    pairs = a[:, :, None] * a[:, None, :] / (k[:, :, None] + k[:, None, :])
    g = 2.0 * (pairs / (k[:, :, None] + mu)).sum(axis=(1, 2)) / dose**2
    total = answer.regions[0].own_gy.sum(axis=1)
    assert found.bed_gy() == pytest.approx(total * (1.0 + g * total / 2.5), rel=ROUND_OFF)
    assert found.dose.total_gy == pytest.approx(total, rel=ROUND_OFF)


def test_dose_of_the_chain_is_that_of_the_report():
    value = kidney_course(predictions=(AC_DOTATATE,))
    answer = analyse(value)[1]
    for r in answer.regions[:2]:
        found = region_biology(value, answer, r, seed=1)
        assert found.dose.dose_gy == pytest.approx(r.dose.by_radiation_gy, rel=ROUND_OFF)


def test_a_tissue_without_parameters_has_no_effect_until_they_are_stated():
    report = with_actinium()
    assert set(effects_of(report)) == {"kidneys", "lesion"}
    assert [w.where for w in report.warnings if w.code == "no_alpha_beta"] == ["spleen"]
    spleen = TissueEffect(region="spleen", alpha_beta_gy=3.0, repair_half_time_s=3600.0)
    stated = report_of(kidney_course(effect=EffectAssumptions(tissues=(spleen,))))
    assert set(effects_of(stated)) == {"kidneys", "lesion", "spleen"}
    assert "no_alpha_beta" not in {w.code for w in stated.warnings}


def test_eqd2_rbe_and_alternatives_are_those_of_the_formulas():
    effect = EffectAssumptions(rbe_max_alpha=4.0, rbe_max_recoil=2.0, tissues=(EXACT_KIDNEY,))
    value = kidney_course(predictions=(AC_DOTATATE,), effect=effect)
    report = report_of(value)
    for agent in ("177Lu-DOTATATE", "225Ac-DOTATATE"):
        e = effects_of(report, agent)["kidneys"]
        assert e.eqd2_gy.median == pytest.approx(e.bed_gy.median / 1.8, rel=ROUND_OFF)
        assert e.eqd2_rbe_one_gy.median == pytest.approx(e.bed_rbe_one_gy.median / 1.8, rel=1e-9)
    lutetium, actinium = (
        effects_of(report, a)["kidneys"] for a in ("177Lu-DOTATATE", "225Ac-DOTATATE")
    )
    assert lutetium.bed_gy == lutetium.bed_rbe_one_gy
    dose = next(r for r in report.agents[1].regions if r.region == "kidneys")
    linear = actinium.bed_gy.median - actinium.bed_rbe_one_gy.median
    by = dose.absorbed_dose_by_radiation_gy
    assert linear == pytest.approx(3.0 * by["alpha"] + 1.0 * by["recoil"], rel=0.01)
    assert [p.name for p in lutetium.parameters] == ["alpha_beta_gy", "repair_half_time_s"]
    no_beta = [a for a in actinium.alternatives if "b = 0" in a.name]
    assert 0.9 < no_beta[0].bed_ratio < 1.0
    assert not [a for a in lutetium.alternatives if "b = 0" in a.name]


def test_parameters_say_where_they_come_from():
    value = kidney_course(effect=EffectAssumptions(rbe_max_alpha=4.0))
    found = effect_parameters(value, value.regions[0])
    assert (found.alpha_beta.distribution.median, found.alpha_beta.status) == (2.5, "recalled")
    assert (found.rbe_max_alpha.status, found.rbe_max_recoil.status) == ("stated", "read")
    lesion = effect_parameters(value, value.regions[1])
    assert (lesion.tissue, lesion.alpha_beta.distribution.median) == ("lesion", 10.0)
    report = with_actinium()
    names = {a.name for a in report.assumptions if a.name.startswith("biology")}
    assert {"biology: alpha_beta of kidneys", "biology: rbe_max_alpha of organ"} <= names


def test_uncertainty_of_parameters_widens_the_effect_and_not_the_dose():
    wide = TissueEffect(
        region="kidneys",
        alpha_beta_gy=2.5,
        alpha_beta_relative_sd=0.5,
        repair_half_time_s=2.8 * HOUR_S,
        repair_half_time_relative_sd=0.5,
    )
    sharp, broad = (
        report_of(kidney_course(effect=EffectAssumptions(tissues=(t,)), activity_bq=7.4e10))
        for t in (EXACT_KIDNEY, wide)
    )
    ends = [
        e.bed_gy.high / e.bed_gy.low for e in (effects_of(r)["kidneys"] for r in (sharp, broad))
    ]
    assert ends[1] > ends[0]
    assert (
        sharp.agents[0].regions[0].absorbed_dose_gy == broad.agents[0].regions[0].absorbed_dose_gy
    )


def test_alphas_with_parameters_of_photons_are_cautioned():
    found = [w.where for w in with_actinium().warnings if w.code == "effect_of_alphas"]
    assert found == ["225Ac-DOTATATE"]


def test_under_a_fate_the_doses_are_those_of_the_fate():
    value = kidney_course(predictions=(AC_DOTATATE,), daughters="all_escape")
    answer = analyse(value)[1]
    found = region_biology(value, answer, answer.regions[0], seed=1)
    assert found.dose.dose_gy == pytest.approx(answer.regions[0].dose.by_radiation_gy, rel=1e-12)
    assert "effect_under_fate" in {w.code for w in report_of(value).warnings}


def test_other_doses_in_the_same_time_keep_their_g():
    rng = np.random.default_rng(1)
    dose_gy = rng.uniform(1.0, 2.0, (3, 4))
    same = ProtractedDose(dose_gy, 0.3 * dose_gy[:, :, None] * dose_gy[:, None, :])
    other = doses_in_time(2.0 * dose_gy[:, ::-1], factors=same.lea_catcheside_by_pair())
    assert other.lea_catcheside() == pytest.approx(0.3, rel=1e-12)


def test_the_page_shows_the_effect_its_parameters_and_no_sum():
    page = to_html(with_actinium())
    for text in ("Biological effect", "EQD2 (Gy)", "repair half-time", "never added", "b = 0"):
        assert text in page
