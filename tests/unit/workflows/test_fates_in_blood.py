"""Fates of daughters where blood, marrow and urine were measured: closed forms, atoms, refusals."""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import numpy as np
import pytest

import blood_course as bc
from alphatwin.cli.dose_page import print_dose
from alphatwin.dose import absorbed_where_emitted, energy_absorbed_per_decay_j
from alphatwin.dose.marrow import BONE_SURFACE_FRACTION
from alphatwin.files import course_from_text
from alphatwin.kinetics.blood_volume import SHARE_IN, blood_volume_ml
from alphatwin.kinetics.excretion import excreted_atoms_fraction, excretion_given
from alphatwin.kinetics.voided import entered_atoms, voided_decays_per_atom
from alphatwin.nuclides import decay_chain
from alphatwin.report.blood_tables import blood_tables
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.blood import blood_answer
from alphatwin.workflows.compare import compare_report
from alphatwin.workflows.dose import dose_report

CONSERVED = 1e-10
"""What is promised for atoms."""
ROUND_OFF = 1e-11
FEW_SAMPLES = 0.02  # medians of 400 samples, by ratios of medians and directly
AC = "225Ac-DOTATATE"
SAMPLES = 400


def file_of(daughters, text=bc.WHOLE, **changes):
    text = text.replace("samples = 1000", f'samples = {SAMPLES}\ndaughters = "{daughters}"')
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new, 1)
    return course_from_text(text)


@cache
def report_of(daughters, text=bc.WHOLE):
    """Return a report that several tests look at."""
    return dose_report(file_of(daughters, text))


def predicted(daughters, **changes):
    course = file_of(daughters, **changes).course
    answers = analyse(course)
    return course, answers[1], blood_answer(course, answers, seed=1).agents[1]


def everywhere(answer):
    model = answer.model
    on_vector = model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    return on_vector, {
        c: model.response.decays(c, on_vector_decays=on_vector, injected_bq=answer.scale_bq)
        for c in model.net.compartments
    }


# --- nothing is counted twice, and nothing is lost --------------------------------------------


@pytest.mark.parametrize("fate", ["all_stay", "human_kinetics", "instant_distribution"])
def test_what_is_injected_decays_somewhere_or_leaves_with_the_urine(fate):
    """Regions, blood, marrow and rest hold all that the urine does not take, sample by sample."""
    _, answer, _ = predicted(fate)
    assert set(answer.outside.curves) == {"red_marrow", "blood", "rest"}
    rate = float(answer.chain.decay_constants_per_s[0])
    (on_vector,), _ = everywhere(answer)
    urine = excretion_given([0.6, 0.2], [1.5 * bc.HOUR_S, 40.0 * bc.HOUR_S])
    gone = excreted_atoms_fraction(urine, decay_constant_per_s=rate, time_s=math.inf)[0, 0]
    inside = on_vector.sum(axis=1) * rate / answer.scale_bq
    np.testing.assert_allclose(inside, 1.0 - gone, rtol=CONSERVED)


@pytest.mark.parametrize("fate", ["all_stay", "all_escape", "instant_distribution"])
def test_daughters_of_all_places_are_conserved_where_nothing_is_excreted(fate):
    _, answer, _ = predicted(fate)
    (on_vector,), found = everywhere(answer)
    total = sum(found.values())
    made = on_vector.sum(axis=1)[:, None] * answer.chain.decays_per_parent_decay()
    np.testing.assert_allclose(total, made, rtol=CONSERVED)
    assert answer.model.response.unaccounted_share < CONSERVED


def test_atoms_are_conserved_with_what_is_excreted():
    """Every member: made by decays of others anywhere, less what leaves alive, decays."""
    _, answer, _ = predicted("human_kinetics")
    on_vector, found = everywhere(answer)
    total = sum(found.values())
    gone = answer.model.response.excreted_atoms(
        on_vector_decays=on_vector, injected_bq=answer.scale_bq
    )
    made = total @ answer.chain.branching[: len(answer.members)].T
    np.testing.assert_allclose((total + gone)[:, 1:], made[:, 1:], rtol=CONSERVED)
    assert gone[:, 1:].any()


def test_the_blood_that_regions_hold_is_not_counted_again():
    course, answer, blood = predicted("all_stay")
    volume_ml = blood_volume_ml(course.patient)
    assert volume_ml == pytest.approx(5300.0)
    share = 1.0 - SHARE_IN["kidneys"] - SHARE_IN["red_marrow"]
    (on_vector,), _ = everywhere(answer)
    column = ["kidneys", *answer.model.outside].index("blood")
    by_hand = blood.blood_bq_s_per_ml[:, 0] * volume_ml * share
    np.testing.assert_allclose(on_vector[:, column], by_hand, rtol=ROUND_OFF)


def test_a_whole_body_region_does_not_feed_the_network_a_second_time():
    whole = """[[regions]]
name = "whole body"
kind = "organ"
mass = "73 kg"
uncertainty = "5 %"
[[administrations]]"""
    points = """[[measurements]]
region = "whole body"
nuclide = "Lu-177"
decay_corrected_to = "none"
points = [
    { time = "3 min", activity = "7.29 GBq", uncertainty = "2 %" },
    { time = "1 h", activity = "5.71 GBq", uncertainty = "2 %" },
    { time = "6 h", activity = "3.0 GBq", uncertainty = "2 %" },
    { time = "24 h", activity = "2.2 GBq", uncertainty = "2 %" },
    { time = "96 h", activity = "1.16 GBq", uncertainty = "2 %" },
]
[assumptions]"""
    urine = ('fractions = [0.6, 0.2]\nhalf_times = ["1.5 h", "40 h"]', 'whole_body = "whole body"')
    added = {
        "a": ("[[administrations]]", whole),
        "b": ("[assumptions]", points),
        "c": urine,
    }
    course = file_of("human_kinetics", **added).course
    answer = analyse(course)[1]
    body = next(r for r in answer.regions if r.region.name == "whole body")
    assert "whole body" not in answer.model.compartments
    stays = body.decays[:, :1] * answer.chain.decays_per_parent_decay()
    np.testing.assert_allclose(body.decays, stays, rtol=ROUND_OFF)
    report = dose_report(file_of("human_kinetics", **added))
    assert {c.region for c in report.agents[1].curves} == {"kidneys", "whole body"}


# --- marrow ------------------------------------------------------------------------------------


def test_all_stay_gives_marrow_what_the_default_gives():
    _, _, stays = predicted("stay")
    _, _, network = predicted("all_stay")
    np.testing.assert_allclose(network.marrow.total_gy, stays.marrow.total_gy, rtol=ROUND_OFF)
    np.testing.assert_allclose(network.blood_bq_s_per_ml, stays.blood_bq_s_per_ml, rtol=ROUND_OFF)


def test_bone_and_marrow_by_hand():
    """The second route: decays of the compartments times energies, written here once more."""
    course, answer, blood = predicted("human_kinetics")
    _, found = everywhere(answer)
    energy_j = energy_absorbed_per_decay_j(
        answer.members, mass_kg=1.1, absorbed_fraction=absorbed_where_emitted
    ).sum(axis=1)
    from_bone = BONE_SURFACE_FRACTION.value * found["bone"] @ energy_j / 1.1
    own = found["red_marrow"] @ energy_j / 1.1
    np.testing.assert_allclose(blood.marrow.total_gy, from_bone + own, rtol=ROUND_OFF)
    report = report_of("human_kinetics")
    marrow = report.blood.agents[1].red_marrow
    assert marrow.from_bone_gy.median == pytest.approx(np.median(from_bone), rel=ROUND_OFF)
    assert 0.0 < marrow.from_bone_gy.median < marrow.absorbed_dose_gy.median
    (line,) = [a for a in report.assumptions if a.name == "marrow from bone"]
    assert line.status == "recalled"
    none, half = (
        next(e.ratio for e in other.effects if e.agent == AC) for other in line.alternatives
    )
    assert none == pytest.approx(np.median(own) / np.median(own + from_bone), rel=1e-9)
    assert half > 1.0
    assert course.marrow is not None
    assert any("does to red marrow" in t.title for t in blood_tables(report))


@pytest.mark.usefixtures("exact_figures")
def test_free_actinium_reaches_marrow_through_bone():
    """Impure 225Ac is free in blood; ICRP 30 sends 45 % of it to the skeleton."""
    pure, impure = (
        predicted("human_kinetics", a=('activity = "8 MBq"', f'activity = "8 MBq"{more}'))[2]
        for more in ("", '\nradiochemical_purity = "90 %"')
    )
    ac = 0  # the parent's column
    assert not pure.marrow.from_bone_surface.by_nuclide_gy[:, ac].any()
    rate = float(decay_chain("Ac-225").decay_constants_per_s[0])
    leave = math.log(2.0) / 21600.0
    # Of the free atoms that leave blood before they decay, those for bone stay until they do.
    to_bone = 0.45 * leave / (leave + rate) * 0.1 * 8e6 / rate
    found = impure.marrow.from_bone_surface.by_nuclide_gy[:, ac]
    energy_j = energy_absorbed_per_decay_j(
        ["Ac-225"], mass_kg=1.1, absorbed_fraction=absorbed_where_emitted
    ).sum()
    by_hand = 0.25 * to_bone * energy_j / 1.1
    # Free actinium also visits marrow on its way, which 0.1 % of the atoms do not leave in time.
    np.testing.assert_allclose(found, by_hand, rtol=2e-3)


def test_marrow_of_unknown_mass_says_what_it_leaves_out():
    text = bc.WHOLE.replace('mass = "1.1 kg"\n', "").replace('sex = "male"', 'sex = "unknown"')
    report = dose_report(file_of("human_kinetics", text))
    said = {w.code for w in report.warnings}
    assert {"daughters_stay_in_blood", "outside_not_followed"} <= said
    assert report.blood.agents[1].red_marrow.from_bone_gy is None
    known = text.replace("[[blood.windows]]", 'volume = "5 L"\n[[blood.windows]]')
    assert "outside_not_followed" not in {
        w.code for w in dose_report(file_of("human_kinetics", known)).warnings
    }


def test_a_fate_that_knows_all_of_the_body_says_no_more_that_it_does_not():
    said = {w.code for w in report_of("human_kinetics").warnings}
    assert "parent_outside_of_regions" not in said
    without = bc.WHOLE.replace(bc.URINE, "")
    assert "parent_outside_of_regions" in {
        w.code for w in dose_report(file_of("human_kinetics", without)).warnings
    }


# --- urine of free atoms ------------------------------------------------------------------------


def test_one_nuclide_that_comes_at_any_moment_in_closed_form():
    chain = decay_chain("Bi-213")
    rate, interval = float(chain.decay_constants_per_s[0]), 3.5 * bc.HOUR_S
    x, q = rate * interval, 0.1
    kept = math.exp(-x)
    first = 1.0 + math.expm1(-x) / x  # decays before the next void
    there = -math.expm1(-x) / x  # is there at it
    by_hand = first + q * there * (1.0 - kept) / (1.0 - q * kept)
    found = voided_decays_per_atom(chain, interval_s=interval, residual_fraction=q)
    assert found[0, 0] == pytest.approx(by_hand, rel=1e-12)


def test_voids_against_a_sum_over_moments():
    """The second route: an atom of 225Ac at each of many moments, carried from void to void."""
    chain, interval, q = decay_chain("Ac-225"), 2.0 * bc.HOUR_S, 0.3
    total, moments = np.zeros(len(chain.nuclides)), 400
    rate = float(chain.decay_constants_per_s[0])
    for k in range(moments):
        wait, share, start = (k + 0.5) / moments * interval, 1.0, 0.0
        for _ in range(12):
            total += share * (
                chain.cumulated_decays({"Ac-225": rate}, start_s=start, stop_s=start + wait)
            ).reshape(-1)
            start, wait, share = start + wait, interval, share * q
    found = voided_decays_per_atom(chain, interval_s=interval, residual_fraction=q)[:, 0]
    np.testing.assert_allclose(found, total / moments, rtol=1e-4)


def test_never_voided_in_a_lifetime_is_the_whole_chain():
    chain = decay_chain("Bi-213")
    found = voided_decays_per_atom(chain, interval_s=1e9)
    np.testing.assert_allclose(found[:, 0], chain.decays_per_parent_decay(), rtol=1e-4)
    alone = found[:, 0] * 7.0
    entered = entered_atoms(alone, chain=chain)
    assert entered[0] == pytest.approx(7.0, rel=1e-4)
    assert np.all(entered[1:] < 1e-6)


@pytest.mark.parametrize("bad", [{"interval_s": 0.0}, {"interval_s": 1.0, "residual_fraction": 1}])
def test_impossible_voids_are_refused(bad):
    with pytest.raises(ValueError, match=r"interval_s|residual_fraction"):
        voided_decays_per_atom(decay_chain("Bi-213"), **bad)


def test_the_bladder_takes_what_the_fate_excretes_and_voids_it():
    often, seldom = (
        dose_report(file_of("human_kinetics", a=("3.5 h", every))).blood.agents[1]
        for every in ("1 h", "12 h")
    )
    for member in ("Fr-221", "Bi-213"):
        assert 0.0 < often.bladder_decays_of_free[member] < seldom.bladder_decays_of_free[member]
    assert report_of("stay").blood.agents[1].bladder_decays_of_free is None


# --- daughters that were measured ---------------------------------------------------------------

AC_TEXT = """schema = 1
title = "225Ac with its 213Bi counted"
[patient]
sex = "male"
weight = "73 kg"
height = "1.76 m"
renal_risk_factors = []
previous_therapies = []
[[regions]]
name = "kidneys"
kind = "organ"
mass = "310 g"
uncertainty = "10 %"
[[administrations]]
name = "cycle 1"
agent = "225Ac-DOTATATE"
activity = "8 MBq"
[[measurements]]
region = "kidneys"
nuclide = "Ac-225"
decay_corrected_to = "none"
points = [
    { time = "4 h", activity = "200 kBq", uncertainty = "5 %" },
    { time = "24 h", activity = "170 kBq", uncertainty = "5 %" },
    { time = "96 h", activity = "70 kBq", uncertainty = "5 %" },
]
[blood]
solve_for = ["Bi-213"]
[[blood.windows]]
name = "218 keV"
counts_per_decay = { "Fr-221" = 0.05 }
[[blood.windows]]
name = "440 keV"
counts_per_decay = { "Bi-213" = 0.05 }
"""
LONG = 86400.0


def ac_text(excess=0.5, extra=""):
    """Return a course of samples whose 213Bi is in excess by a share of the 225Ac."""
    chain = decay_chain("Ac-225")
    rows = []
    for hours, conc in ((0.5, 60.0), (2.0, 30.0), (6.0, 12.0), (24.0, 4.0)):
        state = {"Ac-225": conc, "Fr-221": conc, "At-217": conc, "Bi-213": conc * (1.0 + excess)}
        counts = []
        for delay in (600.0, 7200.0, 6.0 * 3600.0):
            now = chain.activity_bq(state, time_s=[delay])[0]
            for window, member in (("218 keV", "Fr-221"), ("440 keV", "Bi-213")):
                rate = 0.05 * 2.0 * now[chain.nuclides.index(member)]
                counts.append(
                    f'    {{ window = "{window}", delay = "{delay:g} s", '
                    f'rate = "{rate:.10g} /s", uncertainty = "1 %" }},'
                )
        rows.append(
            f'[[blood.samples]]\ndrawn_at = "{hours} h"\nvolume = "2 mL"\ncounts = [\n'
            + "\n".join(counts)
            + "\n]\n"
        )
    marrow = '[marrow]\nratio = 0.8\nmass = "1.1 kg"\n[assumptions]\nsamples = 1000\n'
    return AC_TEXT + "".join(rows) + marrow + extra


SAME = '[[predictions]]\nagent = "225Ac-DOTATATE"\nactivity = "16 MBq"\n'
OTHER = '[[predictions]]\nagent = "213Bi-DOTATOC"\nactivity = "1 GBq"\nuptake_ratio = 1.0\n'


def test_measured_daughters_serve_another_activity_of_the_same_agent():
    given, twice = dose_report(file_of("stay", ac_text(extra=SAME))).blood.agents
    assert twice.blood_bq_s_per_ml["Bi-213"] > 1.2 * twice.blood_bq_s_per_ml["Ac-225"]
    for member in ("Ac-225", "Bi-213", "Po-213"):
        assert twice.blood_bq_s_per_ml[member] == pytest.approx(
            2.0 * given.blood_bq_s_per_ml[member], rel=1e-9
        )


def test_measured_daughters_of_another_parent_are_refused_with_the_reason():
    report = dose_report(file_of("stay", ac_text(extra=OTHER)))
    (said,) = [w for w in report.warnings if w.code == "measured_daughters_not_used"]
    assert "Ac-225" in said.message
    assert "Bi-213" in said.message
    other = SAME + 'radiochemical_purity = "95 %"\n'
    report = dose_report(file_of("stay", ac_text(extra=other)))
    (said,) = [w for w in report.warnings if w.code == "measured_daughters_not_used"]
    assert "mixture" in said.message


def test_blood_and_marrow_take_the_daughter_that_was_measured_and_say_what_the_fate_says():
    report = dose_report(file_of("human_kinetics", ac_text()))
    stays = dose_report(file_of("stay", ac_text()))
    agent, own = report.blood.agents[0], stays.blood.agents[0]
    assert agent.blood_bq_s_per_ml["Bi-213"] == pytest.approx(
        own.blood_bq_s_per_ml["Bi-213"], rel=1e-9
    )
    # 221Fr was not solved for: the fate takes it out of blood.
    assert agent.blood_bq_s_per_ml["Fr-221"] < 0.5 * own.blood_bq_s_per_ml["Fr-221"]
    ratio = agent.measured_over_fate["Bi-213"]
    assert ratio.median > 0.0
    warned = [w for w in report.warnings if w.code == "fate_against_blood"]
    assert bool(warned) is not (ratio.low <= 1.0 <= ratio.high)
    marrow = agent.red_marrow
    assert marrow.decays["Bi-213"] == pytest.approx(own.red_marrow.decays["Bi-213"], rel=1e-9)


# --- agents side by side ------------------------------------------------------------------------


def test_marrow_stands_beside_the_regions():
    file = file_of("human_kinetics")
    compared = compare_report(file, agents=("177Lu-DOTATATE", AC))
    report = dose_report(file)
    marrow = compared.regions[-1]
    assert (marrow.region, marrow.kinetics) == ("red marrow", "blood")
    for row, agent in zip(marrow.agents, report.blood.agents, strict=True):
        assert row.absorbed_dose_gy == agent.red_marrow.absorbed_dose_gy
    assert [b.agent for b in compared.blood] == ["177Lu-DOTATATE", AC]
    decays = compared.blood[1].blood_bq_s_per_ml["Ac-225"].median
    assert decays == pytest.approx(report.blood.agents[1].blood_bq_s_per_ml["Ac-225"])
    assert compared.lesion_to_organ == ()
    lesion = bc.WHOLE.replace('kind = "organ"', 'kind = "lesion"').replace("kidneys", "met")
    pairs = compare_report(file_of("stay", lesion), agents=("177Lu-DOTATATE", AC)).lesion_to_organ
    assert {(p.lesion, p.organ) for p in pairs} == {("met", "red marrow")}


def test_refusals_of_the_rest_of_the_body_are_said():
    many = ("fractions = [0.6, 0.2]", "fractions = [0.6, 0.4]")
    report = dose_report(file_of("human_kinetics", a=many))
    assert "outside_not_followed" in {w.code for w in report.warnings}
    lossy = ('activity = "8 MBq"', 'activity = "8 MBq"\ndechelation_half_life = "20 d"')
    course = file_of("human_kinetics", a=lossy).course
    (refusal,) = analyse(course)[1].outside.refusals
    assert "leaves the vector" in refusal
    assert dataclasses.replace(course, urine=None).urine is None


def test_the_terminal_shows_marrow_beside_the_regions(capsys):
    print_dose(report_of("stay"))
    lines = [line for line in capsys.readouterr().out.splitlines() if "red marrow, from" in line]
    assert len(lines) == 2


def test_a_fate_that_is_not_in_force_is_what_it_would_be_in_force():
    """The vector in blood and in the rest of the body sends its daughters under any fate."""
    beside = {
        row.preset: row.absorbed_dose_gy for row in report_of("stay").agents[1].daughter_fates
    }
    for preset in ("bismuth_to_kidneys", "human_kinetics", "all_escape"):
        in_force = predicted(preset)[1].regions[0]
        expected = float(np.median(in_force.dose.total_gy))
        assert beside[preset] == pytest.approx(expected, rel=FEW_SAMPLES)
