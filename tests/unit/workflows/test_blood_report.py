"""From a course file with blood and urine to marrow, bladder, remainder and balance."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

import blood_course as bc
from alphatwin.biology import Repair, sampled_protraction
from alphatwin.errors import AlphaTwinError, InvalidValueError, NotSupportedError
from alphatwin.files import course_from_text
from alphatwin.kinetics.blood import equilibrium_activity_ratio
from alphatwin.nuclides import decay_chain, energy_per_decay_mev
from alphatwin.report.html import to_html
from alphatwin.report.serializer import json_schema, to_jsonable
from alphatwin.workflows.dose import dose_report

MEV_J = 1.602176634e-13
DENSITY_KG_PER_ML = 1.06e-3
FITTED = 0.01
"""Samples are exact and stated to 0.7 %, so the median curve must be the true one to about that."""
ARITHMETIC = 1e-9


@pytest.fixture(scope="module")
def report():
    return dose_report(course_from_text(bc.WHOLE))


@pytest.fixture(scope="module")
def true_blood_bq_s_per_ml():
    """By quadrature of the concentration, not by its closed form."""
    edges = [0.0, 2e4, 2e5, 1e6, 1e7]
    parts = [
        quad(bc.concentration_bq_per_ml, a, b, epsrel=1e-10)[0]
        for a, b in itertools.pairwise(edges)
    ]
    return sum(parts)


def charged_j(nuclide):
    return energy_per_decay_mev(nuclide).charged * MEV_J


def test_the_marrow_has_an_effect_with_the_course_of_blood_in_time(report):
    """G by quadrature of the true concentration in blood, at the median repair half-time."""
    marrow = report.blood.agents[0].red_marrow
    (effect,) = (e for e in report.agents[0].biological_effect if "from blood" in e.region)
    values = {p.name: p.median for p in effect.parameters}
    grid_s = np.concatenate([[0.0], np.geomspace(10.0, 1e7, 4_000)])
    rate = np.array([bc.concentration_bq_per_ml(t) for t in grid_s])
    known = sampled_protraction(
        grid_s, dose_rate_gy_per_s=rate, repair=Repair.mono(values["repair_half_time_s"])
    )
    assert effect.lea_catcheside.median == pytest.approx(float(known.lea_catcheside), rel=0.03)
    dose_gy = marrow.absorbed_dose_gy.median
    bed_gy = dose_gy + float(known.lea_catcheside) * dose_gy**2 / values["alpha_beta_gy"]
    assert effect.bed_rbe_one_gy.median == pytest.approx(bed_gy, rel=FITTED)
    assert effect.tissue == "red marrow"


def test_the_blood_curve_comes_back(report, true_blood_bq_s_per_ml):
    (curve,) = report.blood.curves
    assert curve.nuclide == "Lu-177"
    assert curve.model == "two-phase clearance"
    found = curve.time_integrated_bq_s_per_ml
    assert found.median == pytest.approx(true_blood_bq_s_per_ml, rel=FITTED)
    assert found.low < true_blood_bq_s_per_ml < found.high
    for point, hours in zip(curve.points, bc.DRAWN_H, strict=True):
        true = bc.concentration_bq_per_ml(hours * bc.HOUR_S)
        assert point.concentration_bq_per_ml == pytest.approx(true, rel=1e-6)
        assert point.sd_bq_per_ml == pytest.approx(true * math.hypot(0.005, 0.005), rel=1e-3)


def test_the_marrow_dose_is_that_of_the_blood_by_hand(report, true_blood_bq_s_per_ml):
    given, predicted = report.blood.agents
    by_hand = 0.8 * true_blood_bq_s_per_ml / DENSITY_KG_PER_ML * charged_j("Lu-177")
    assert given.red_marrow.absorbed_dose_gy.median == pytest.approx(by_hand, rel=FITTED)
    # The mass cancels in the dose and multiplies the decays.
    decays = 0.8 * 1.1 / DENSITY_KG_PER_ML * given.blood_bq_s_per_ml["Lu-177"]
    assert given.red_marrow.decays["Lu-177"] == pytest.approx(decays, rel=ARITHMETIC)
    assert predicted.role == "predicted"


def test_a_predicted_agent_has_its_own_decay_on_the_same_blood(report):
    """The second route: the same fractions under the decay of 225Ac, members by branching."""
    half_life_s = 10.0 * 86400.0

    def concentration(t):
        fraction = bc.FAST_PER_ML * 2.0 ** (-t / bc.FAST_HALF_TIME_S)
        fraction += bc.SLOW_PER_ML * 2.0 ** (-t / bc.SLOW_HALF_TIME_S)
        return 8e6 * fraction * 2.0 ** (-t / half_life_s)

    decays = sum(quad(concentration, a, b)[0] for a, b in ((0.0, 2e4), (2e4, 2e5), (2e5, 5e6)))
    predicted = report.blood.agents[1]
    assert predicted.blood_bq_s_per_ml["Ac-225"] == pytest.approx(decays, rel=FITTED)
    chain = decay_chain("Ac-225")
    each = dict(zip(chain.nuclides, chain.decays_per_parent_decay(), strict=True))
    energy_j = sum(n * charged_j(name) for name, n in each.items())
    by_hand = 0.8 * decays / DENSITY_KG_PER_ML * energy_j
    assert predicted.red_marrow.absorbed_dose_gy.median == pytest.approx(by_hand, rel=FITTED)


def test_what_all_counts_share_widens_the_dose_and_moves_no_median(report):
    shared = 'calibration_uncertainty = "10 %"\n[[blood.samples]]'
    other = dose_report(course_from_text(bc.WHOLE.replace("[[blood.samples]]", shared, 1)))
    narrow, wide = (r.blood.agents[0].red_marrow.absorbed_dose_gy for r in (report, other))
    assert wide.median == pytest.approx(narrow.median, rel=0.02)
    # A lognormal factor of 10 %: 95 % lie within a factor of exp(1.96 * 0.0998), 1000 samples.
    assert math.log(wide.high / wide.low) / 2.0 == pytest.approx(1.96 * 0.0998, rel=0.12)


def test_bladder_decays_are_those_of_the_closed_form(report):
    """Cloutier's dynamic bladder, (B13), once for each phase; written here a second time."""
    lam, interval_s = bc.DECAY_PER_S, 3.5 * bc.HOUR_S
    expected = 0.0
    for share, half_time_s in ((0.6, 1.5 * bc.HOUR_S), (0.2, 40.0 * bc.HOUR_S)):
        mu = lam + math.log(2.0) / half_time_s
        expected += (bc.ADMINISTERED_BQ * share / -math.expm1(-mu * interval_s)) * (
            -math.expm1(-lam * interval_s) / lam + math.expm1(-mu * interval_s) / mu
        )
    found = report.blood.agents[0].bladder_decays["Lu-177"]
    assert found.median == pytest.approx(expected, rel=1e-4)  # half-lives differ in the 5th digit
    assert set(report.blood.agents[1].bladder_decays) == set(decay_chain("Ac-225").nuclides)


def test_what_is_injected_decays_in_regions_remainder_or_leaves(report):
    """All atoms: decays in kidneys and remainder over lambda, and those excreted alive, are one."""
    lam = math.log(2.0) / (6.647 * 86400.0)
    agent = report.blood.agents[0]
    kidneys = report.agents[0].regions[0].time_integrated_activity_bq_s.median
    inside = (kidneys + agent.remainder_bq_s.median) * lam / bc.ADMINISTERED_BQ
    excreted = sum(
        b * k / (k + lam)
        for b, k in (
            (0.6, math.log(2.0) / (1.5 * bc.HOUR_S)),
            (0.2, math.log(2.0) / (40.0 * bc.HOUR_S)),
        )
    )
    assert agent.excreted_fraction.median == pytest.approx(excreted, rel=1e-4)
    assert inside + excreted == pytest.approx(1.0, abs=2e-3)  # medians of sums are not sums


def test_the_balance_adds_up_what_was_found(report):
    (at,) = report.blood.balance
    injected = bc.ADMINISTERED_BQ * math.exp(-bc.DECAY_PER_S * 24.0 * bc.HOUR_S)
    assert at.urine_fraction == pytest.approx(5e9 / injected, rel=1e-4)
    assert at.regions_fraction == pytest.approx(1.7e8 / injected, rel=0.1)
    assert at.imbalance_fraction == pytest.approx(
        1.0 - at.urine_fraction - at.regions_fraction, abs=1e-12
    )
    assert at.verdict == "unmeasured remainder"
    assert [w.loud for w in report.warnings if w.code == "body_balance"] == [False]


def test_more_urine_than_was_injected_is_said_loudly():
    text = bc.WHOLE.replace('activity = "5 GBq"', 'activity = "8 GBq"')
    report = dose_report(course_from_text(text))
    assert report.blood.balance[0].verdict == "more than injected"
    assert [w.loud for w in report.warnings if w.code == "body_balance"] == [True]


def test_plasma_with_its_haematocrit_gives_the_same_blood(report):
    rows = "".join(bc.sample_text(h, fluid="plasma", factor=1.0 / 0.58) for h in bc.DRAWN_H)
    other = dose_report(course_from_text(bc.HEAD + bc.blood_text(samples=rows) + bc.MARROW))
    was = report.blood.curves[0].points
    for point, old in zip(other.blood.curves[0].points, was, strict=True):
        assert point.concentration_bq_per_ml == pytest.approx(old.concentration_bq_per_ml, rel=1e-7)
    assert other.blood.agents[0].bladder_decays is None
    assert other.blood.balance == ()


def test_the_ratio_follows_from_the_haematocrit():
    text = bc.HEAD + bc.blood_text() + '[marrow]\nratio_from = "haematocrit"\n'
    report = dose_report(course_from_text(text))
    assert report.blood.marrow_to_blood_ratio.median == pytest.approx(0.19 / 0.58, rel=1e-12)
    # Reference man: nothing is scaled.
    assert report.blood.marrow_mass_kg == pytest.approx(1.17, rel=1e-12)
    ratio = next(a for a in report.assumptions if a.name == "marrow.ratio")
    (one,) = (a for a in ratio.alternatives if a.value.startswith("1,"))
    assert one.effects[0].ratio == pytest.approx(0.58 / 0.19, rel=1e-6)


def test_a_course_without_blood_has_none_in_its_report():
    report = dose_report(course_from_text(bc.HEAD))
    assert report.blood is None
    assert "Blood, marrow and urine" not in to_html(report)


def test_the_page_and_the_schema_hold_it(report):
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(to_jsonable(report), json_schema())
    page = to_html(report)
    assert "Blood, marrow and urine" in page
    assert "Balance of the whole body" in page


def test_another_vector_needs_its_uptake_ratio_in_blood_too():
    text = bc.WHOLE.replace(
        'agent = "225Ac-DOTATATE"\nactivity = "8 MBq"',
        'agent = "212Pb-DOTAMTATE"\nfactors = [ { name = "uptake_ratio", value = 1.0, '
        'regions = ["kidneys"] } ]',
    )
    with pytest.raises(NotSupportedError, match="uptake_ratio for region 'blood'"):
        dose_report(course_from_text(text))
    fine = course_from_text(text.replace('["kidneys"]', '["kidneys", "blood"]'))
    report = dose_report(fine)
    assert report.blood.agents[1].red_marrow is not None
    assert "excretion_of_another_vector" in {w.code for w in report.warnings}


def test_a_second_curve_of_the_same_tissue_is_refused():
    course = course_from_text(bc.WHOLE).course
    for name in ("blood", "Red marrow"):
        region = dataclasses.replace(course.regions[0], name=name, kinetics="population")
        with pytest.raises(InvalidValueError, match="told twice"):
            dataclasses.replace(course, regions=(*course.regions, region))


def test_samples_are_those_of_the_seed():
    file = course_from_text(bc.WHOLE)
    one, two = (dose_report(file, seed=7).blood.agents[0] for _ in range(2))
    assert one.red_marrow.absorbed_dose_gy == two.red_marrow.absorbed_dose_gy
    assert not np.isnan(one.red_marrow.absorbed_dose_gy.low)


# --- an alpha chain, of which a daughter is measured ---------------------------------------------

SHARE_OF_BISMUTH = 0.3
"""213Bi in blood over that in equilibrium with 225Ac: the kidneys take what is free."""
ALPHA_BQ = 8e6


def actinium_bq_per_ml(time_s):
    fraction = bc.FAST_PER_ML * 2.0 ** (-time_s / bc.FAST_HALF_TIME_S)
    fraction += bc.SLOW_PER_ML * 2.0 ** (-time_s / bc.SLOW_HALF_TIME_S)
    return ALPHA_BQ * fraction * 2.0 ** (-time_s / 864000.0)


def actinium_course(*, tail="[marrow]\n", solve_for='["Bi-213"]'):
    """Two counts of the 440 keV line for each sample; 213Bi and what follows it lack 70 %."""
    chain = decay_chain("Ac-225")
    parent, bismuth = chain.index("Ac-225"), chain.index("Bi-213")
    of_parent = equilibrium_activity_ratio(chain, "Ac-225")
    of_bismuth = equilibrium_activity_ratio(chain, "Bi-213")
    lack = (SHARE_OF_BISMUTH - 1.0) * of_parent[bismuth]
    per_bq = of_parent + lack * of_bismuth
    assert per_bq[parent] == 1.0
    rows = ""
    for hours in bc.DRAWN_H:
        state = per_bq * 5.0 * actinium_bq_per_ml(hours * bc.HOUR_S)
        counts = []
        for delay_s, duration_s in ((600.0, 600.0), (21600.0, 1200.0)):
            decays = chain.cumulated_decays(
                dict(zip(chain.nuclides, state, strict=True)),
                start_s=delay_s,
                stop_s=delay_s + duration_s,
            )
            rate = 0.03 * decays[bismuth] / duration_s
            counts.append(
                f'{{ delay = "{delay_s} s", duration = "{duration_s} s", '
                f'rate = "{rate:.10g} /s", uncertainty = "0.3 %" }}'
            )
        rows += f'[[blood.samples]]\ndrawn_at = "{hours} h"\nvolume = "5 mL"\n'
        rows += f"counts = [ {', '.join(counts)} ]\n"
    head = bc.HEAD.replace("177Lu-DOTATATE", "225Ac-DOTATATE").replace("Lu-177", "Ac-225")
    head = head.replace("7.4 GBq", "8 MBq").replace('MBq", u', 'kBq", u')
    window = '[[blood.windows]]\nname = "440 keV"\ncounts_per_decay = { "Bi-213" = 0.03 }\n'
    return f"{head}[blood]\nsolve_for = {solve_for}\n{window}{rows}{tail}"


def test_a_daughter_that_is_missing_from_blood_is_missing_from_the_marrow():
    report = dose_report(course_from_text(actinium_course()))
    parent, daughter = report.blood.curves
    assert (parent.nuclide, daughter.nuclide) == ("Ac-225", "Bi-213")
    for point in daughter.points:
        assert point.share_of_equilibrium == pytest.approx(SHARE_OF_BISMUTH, rel=1e-6)
    decays = sum(quad(actinium_bq_per_ml, a, b)[0] for a, b in ((0, 2e4), (2e4, 2e5), (2e5, 5e6)))
    chain = decay_chain("Ac-225")
    of_parent = equilibrium_activity_ratio(chain, "Ac-225")
    each = dict(zip(chain.nuclides, chain.decays_per_parent_decay(), strict=True))
    # In blood 213Bi stands at 30 % of what equilibrium holds, and those after it follow it.
    kept = SHARE_OF_BISMUTH * of_parent[chain.index("Bi-213")] / each["Bi-213"]
    for name in ("Bi-213", "Po-213", "Tl-209", "Pb-209"):
        each[name] *= kept
    found = report.blood.agents[0]
    for name in ("Ac-225", "Fr-221", "At-217", "Bi-213", "Po-213"):
        assert found.blood_bq_s_per_ml[name] == pytest.approx(decays * each[name], rel=FITTED)
    energy_j = sum(n * charged_j(name) for name, n in each.items())
    by_hand = decays / DENSITY_KG_PER_ML * energy_j
    assert found.red_marrow.absorbed_dose_gy.median == pytest.approx(by_hand, rel=FITTED)


def test_equilibrium_that_the_counts_lean_on_is_said_loudly():
    report = dose_report(course_from_text(actinium_course(solve_for="[]")))
    loud = {w.code for w in report.warnings if w.loud}
    # Two counts cannot both be right without an excess of 213Bi, so the fit of a sample leans.
    assert "equilibrium_in_blood_assumed" in loud
    assert {p.state_at_drawing for p in report.blood.curves[0].points} == {"assumed"}


# --- the whole body ------------------------------------------------------------------------------


def whole_body_course(urine):
    """Return a course whose body loses 80 % with 10 h, the rest slowly, with exact counts."""
    rows = ""
    for hours in (0.5, 4.0, 12.0, 24.0, 48.0, 96.0, 168.0):
        left = 0.2 * 2.0 ** (-hours / 2000.0) + 0.8 * 2.0 ** (-hours / 10.0)
        bq = bc.ADMINISTERED_BQ * left * math.exp(-bc.DECAY_PER_S * hours * bc.HOUR_S)
        rows += f'    {{ time = "{hours} h", activity = "{bq:.9g} Bq", uncertainty = "1 %" }},\n'
    region = '[[regions]]\nname = "whole body"\nkind = "organ"\nmass = "unknown"\n'
    measured = '[[measurements]]\nregion = "whole body"\nnuclide = "Lu-177"\n'
    measured += f'decay_corrected_to = "none"\npoints = [\n{rows}]\n'
    return f"{bc.HEAD}{region}{measured}{urine}"


def test_what_the_whole_body_lost_is_the_urine():
    urine = (
        '[urine]\nwhole_body = "whole body"\nexcreted_share = "90 %"\n'
        '[urine.voiding]\ninterval = "3.5 h"\n'
        '[[urine.collected]]\nuntil = "24 h"\nactivity = "4.2 GBq"\nuncertainty = "5 %"\n'
    )
    report = dose_report(course_from_text(whole_body_course(urine)))
    rate_per_s = math.log(2.0) / (10.0 * bc.HOUR_S)
    excreted = 0.9 * 0.8 * rate_per_s / (rate_per_s + bc.DECAY_PER_S)
    slow_per_s = math.log(2.0) / (2000.0 * bc.HOUR_S)
    excreted += 0.9 * 0.2 * slow_per_s / (slow_per_s + bc.DECAY_PER_S)
    agent = report.blood.agents[0]
    assert agent.excreted_fraction.median == pytest.approx(excreted, rel=0.03)
    assert agent.red_marrow is None
    assert agent.bladder_decays["Lu-177"].low < agent.bladder_decays["Lu-177"].high
    # With the whole body measured, what it and the urine lack is missing.
    (at,) = report.blood.balance
    left = 0.2 * 2.0 ** (-24.0 / 2000.0) + 0.8 * 2.0 ** (-2.4)
    assert at.regions_fraction == pytest.approx(left, rel=0.02)
    assert at.verdict == "balanced"
    less = urine.replace("4.2 GBq", "1 GBq")
    report = dose_report(course_from_text(whole_body_course(less)))
    assert report.blood.balance[0].verdict == "missing"
    assert {"body_balance", "urine_against_excretion"} <= {
        w.code for w in report.warnings if w.loud
    }


def test_the_tissue_of_marrow_that_follows_blood_may_be_stated():
    stated = '[biology]\n[[biology.tissues]]\nregion = "red marrow"\nalpha_beta = "5 Gy"\n'
    for text, expected in ((bc.WHOLE, (10.0, "recalled")), (bc.WHOLE + stated, (5.0, "stated"))):
        effects = dose_report(course_from_text(text)).agents[0].biological_effect
        marrow = next(e for e in effects if e.region.startswith("red marrow"))
        found = next(p for p in marrow.parameters if p.name == "alpha_beta_gy")
        assert (found.median, found.status) == expected
    with pytest.raises(AlphaTwinError, match="red marrow"):
        course_from_text(bc.WHOLE.replace(bc.MARROW, "") + stated)
