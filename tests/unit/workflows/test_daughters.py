"""Where daughters go, over whole courses: limits, closed forms, conservation, what is said."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.files import CourseFile
from alphatwin.kinetics import time_integrated_activity_bq_s
from alphatwin.kinetics.daughters_fates import fate_names
from alphatwin.nuclides import decay_chain, nuclide
from alphatwin.patient import Impurity, Injected, Prediction, UptakeFactor
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.daughters import daughter_model
from alphatwin.workflows.dose import dose_report
from courses import AC_DOTATATE, PB_DOTAMTATE, course, measurement, region

pytestmark = pytest.mark.usefixtures("exact_figures")

ROUND_OFF = 1e-12  # the same sums in another order
CONSERVED = 1e-10
"""What is promised for atoms."""
BI = Prediction("213Bi-DOTATOC", activity_bq=1e9, factors=(UptakeFactor("uptake_ratio", 1.0),))
PREDICTIONS = (AC_DOTATATE, PB_DOTAMTATE, BI)
ESCAPE_OF_BI_212 = 0.36
WASHOUT_S = 300.0
PRESETS = fate_names()


def two_regions(**changes):
    """Return a course of a measured lesion and measured kidneys."""
    kidneys = region("kidneys", mass_kg=0.31, population="kidneys")
    series = (measurement(), measurement("kidneys", values=(9e7, 6e7, 2e7)))
    values = {"samples": 300, "predictions": PREDICTIONS, "internalised_fraction": 0.0} | changes
    return course(regions=(region(), kidneys), measurements=series, **values)


def answer_of(name, **changes):
    answers = analyse(two_regions(**changes))
    return next(a for a in answers if a.agent.name == name)


def decays(answer, member, *, where="lesion"):
    found = next(r for r in answer.regions if r.region.name == where)
    return found.decays[:, answer.members.index(member)]


def model_of(name, preset, **injected):
    root = {"225Ac-DOTATATE": "Ac-225", "212Pb-DOTAMTATE": "Pb-212", "213Bi-DOTATOC": "Bi-213"}
    return daughter_model(
        two_regions(), nuclide=root[name], injected=Injected(**injected), preset=preset
    )


# --- limits -------------------------------------------------------------------------------------


def test_stay_and_the_networks_all_stay_agree():
    """Two routes: parent's decays times a constant, and the network solved in full."""
    for one, other in zip(
        analyse(two_regions()), analyse(two_regions(daughters="all_stay")), strict=True
    ):
        assert one.model is None
        assert (other.model is None) is (len(one.members) == 1)
        for a, b in zip(one.regions, other.regions, strict=True):
            np.testing.assert_allclose(b.decays, a.decays, rtol=ROUND_OFF)
            np.testing.assert_allclose(b.dose.total_gy, a.dose.total_gy, rtol=ROUND_OFF)


def test_instantaneous_clearance_leaves_the_parent_alone():
    stay, gone = (answer_of("225Ac-DOTATATE", daughters=d) for d in ("stay", "all_escape"))
    assert decays(gone, "Ac-225") == pytest.approx(decays(stay, "Ac-225"), rel=ROUND_OFF)
    for member in gone.members[1:]:
        assert not decays(gone, member).any(), member
    alone = stay.regions[0].dose.by_nuclide_gy[:, 0]
    assert gone.regions[0].dose.total_gy == pytest.approx(alone, rel=ROUND_OFF)


def test_infinite_retention_in_closed_form():
    """All inside: what francium and bismuth keep of what is made, as the preset's figures say."""
    answer = answer_of(
        "225Ac-DOTATATE", daughters="instant_distribution", internalised_fraction=1.0
    )
    parent, per_parent = decays(answer, "Ac-225"), decay_chain("Ac-225").decays_per_parent_decay()
    kept = {"Fr-221": 0.73, "At-217": 0.73, "Bi-213": 0.73 * 0.85, "Po-213": 0.73 * 0.85}
    for member, share in kept.items():
        expected = parent * per_parent[answer.members.index(member)] * share
        assert decays(answer, member) == pytest.approx(expected, rel=ROUND_OFF), member


def test_212bi_falls_by_what_escapes_when_212pb_decays():
    """In closed form: 0.64 stay bound; of the others some decay before they are washed out."""
    stay, moved = (answer_of("212Pb-DOTAMTATE", daughters=d) for d in ("stay", "human_kinetics"))
    assert decays(moved, "Pb-212") == pytest.approx(decays(stay, "Pb-212"), rel=ROUND_OFF)
    rate_per_s = nuclide("Bi-212").decay_constant_per_s
    too_late = rate_per_s / (rate_per_s + math.log(2.0) / WASHOUT_S)
    share = (1.0 - ESCAPE_OF_BI_212) + ESCAPE_OF_BI_212 * too_late
    assert 0.66 < share < 0.68
    for member in ("Bi-212", "Po-212"):
        expected = share * decays(stay, member)
        assert decays(moved, member) == pytest.approx(expected, rel=ROUND_OFF), member
    # What is left behind by an alpha of 212Bi recoils off the vector and is washed out as well.
    assert np.all(decays(moved, "Tl-208") < share * decays(stay, "Tl-208"))


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_comes_back_to_a_lesion(preset):
    """A lesion is no place of any preset: escape lowers its dose, whatever the fate."""
    for name in ("225Ac-DOTATATE", "212Pb-DOTAMTATE", "213Bi-DOTATOC"):
        stay, moved = (answer_of(name, daughters=d) for d in ("stay", preset))
        ratio = moved.regions[0].dose.total_gy / stay.regions[0].dose.total_gy
        assert np.all(ratio <= 1.0 + ROUND_OFF)


def test_kidneys_gain_from_the_lesion_where_bismuth_goes_there():
    alone = two_regions(daughters="bismuth_to_kidneys", predictions=(AC_DOTATATE,))
    quiet = dataclasses.replace(
        AC_DOTATATE, factors=(UptakeFactor("tumour_sink", 1e-9, regions=("lesion",)),)
    )
    with_lesion, without = (
        analyse(dataclasses.replace(alone, predictions=(p,)))[1].regions[1]
        for p in (AC_DOTATATE, quiet)
    )
    assert np.all(with_lesion.decays > without.decays * (1.0 - ROUND_OFF))
    assert np.median(with_lesion.dose.total_gy) > 1.2 * np.median(without.dose.total_gy)


# --- atoms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", ["225Ac-DOTATATE", "212Pb-DOTAMTATE", "213Bi-DOTATOC"])
def test_atoms_are_conserved_over_a_whole_course(name, preset):
    """No excretion: every member decays as often in all as it is made; else at most that."""
    answer = answer_of(name, daughters=preset)
    model = answer.model
    assert model.response.unaccounted_share < CONSERVED
    on_vector = model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    everywhere = sum(
        model.response.decays(c, on_vector_decays=on_vector, injected_bq=answer.scale_bq)
        for c in model.net.compartments
    )
    made = everywhere[:, :1] * answer.chain.decays_per_parent_decay()
    if preset in {"all_stay", "all_escape", "instant_distribution"}:
        np.testing.assert_allclose(everywhere, made, rtol=CONSERVED)
    else:
        assert np.all(everywhere <= made * (1.0 + CONSERVED))


def test_samples_carry_through_and_keep_their_order():
    """The ratio to the parent's decays is one number: no sample is mixed with another."""
    answer = answer_of("212Pb-DOTAMTATE", daughters="human_kinetics")
    ratio = decays(answer, "Bi-212") / decays(answer, "Pb-212")
    assert ratio.shape == (300,)
    assert np.ptp(ratio) < ROUND_OFF * ratio.max()


# --- what was injected --------------------------------------------------------------------------


def injected_answer(*, daughters="stay", **injected):
    asked = dataclasses.replace(AC_DOTATATE, injected=Injected(**injected))
    return analyse(two_regions(predictions=(asked,), daughters=daughters))[1]


def elsewhere(answer, member):
    model = answer.model
    on_vector = model.on_vector(answer.curves, administered_bq=answer.scale_bq)
    found = model.response.decays(
        "elsewhere", on_vector_decays=on_vector, injected_bq=answer.scale_bq
    )
    return found[:, answer.members.index(member)]


def test_free_activity_leaves_the_vector_that_much_less_and_decays_elsewhere():
    pure, impure = injected_answer(), injected_answer(radiochemical_purity=0.97)
    assert decays(impure, "Ac-225") == pytest.approx(0.97 * decays(pure, "Ac-225"), rel=ROUND_OFF)
    rate_per_s = nuclide("Ac-225").decay_constant_per_s
    assert elsewhere(impure, "Ac-225") == pytest.approx(0.03 * 8e6 / rate_per_s, rel=ROUND_OFF)


def test_the_purity_of_the_measured_agent_is_taken_out_of_the_uptake():
    """Measured per activity administered, of which 90 % was on the vector."""
    plain = two_regions(predictions=(AC_DOTATATE,))
    (given,) = plain.administrations
    impure = dataclasses.replace(given, injected=Injected(radiochemical_purity=0.9))
    stated = dataclasses.replace(plain, administrations=(impure,))
    one, other = (analyse(c)[1] for c in (plain, stated))
    assert decays(other, "Ac-225") == pytest.approx(decays(one, "Ac-225") / 0.9, rel=ROUND_OFF)


def test_dechelation_in_closed_form():
    """On the vector a f/(k + lambda + r) decay; r/lambda as many leave it and decay elsewhere."""
    pure, loose = injected_answer(), injected_answer(dechelation_half_life_s=2e5)
    decay_per_s, loss_per_s = nuclide("Ac-225").decay_constant_per_s, math.log(2.0) / 2e5
    total = np.zeros(300)
    for one, other in zip(pure.regions, loose.regions, strict=True):
        expected = time_integrated_activity_bq_s(
            one.curve, administered_bq=8e6, decay_constant_per_s=decay_per_s + loss_per_s
        )
        assert other.decays[:, 0] == pytest.approx(expected, rel=ROUND_OFF)
        total += expected
    freed = total * loss_per_s / decay_per_s
    assert elsewhere(loose, "Ac-225") == pytest.approx(freed, rel=ROUND_OFF)
    assert elsewhere(loose, "Bi-213") == pytest.approx(
        freed * decay_chain("Ac-225").decays_per_parent_decay()[3], rel=ROUND_OFF
    )


def test_daughters_grown_in_the_vial_decay_where_they_are_put():
    """After 30 min: activities of the Bateman solution over their own decay constants."""
    answer = injected_answer(since_purification_s=1800.0)
    chain = decay_chain("Ac-225")
    grown_bq = 8e6 * chain.activity_bq({"Ac-225": 1.0}, time_s=1800.0)
    grown_bq *= 8e6 / grown_bq[0]
    atoms = dict(
        zip(chain.nuclides, (grown_bq / chain.decay_constants_per_s).tolist(), strict=True)
    )
    of_bi = atoms["Bi-213"] + (atoms["Fr-221"] + atoms["At-217"]) * (1.0 - 1e-4)
    assert elsewhere(answer, "Fr-221") == pytest.approx(atoms["Fr-221"], rel=ROUND_OFF)
    # 1e-4: branches of 217At and 221Fr that bypass 213Bi.
    assert elsewhere(answer, "Bi-213") == pytest.approx(of_bi, rel=2e-4)
    assert not elsewhere(answer, "Ac-225").any()


def test_an_impurity_has_the_same_biology_and_its_own_decay():
    pure = injected_answer()
    impure = injected_answer(impurity=Impurity("Ac-227", 0.003))
    assert impure.members[: len(pure.members)] == pure.members
    expected = time_integrated_activity_bq_s(
        pure.regions[0].curve,
        administered_bq=0.003 * 8e6,
        decay_constant_per_s=nuclide("Ac-227").decay_constant_per_s,
    )
    assert decays(impure, "Ac-227") == pytest.approx(expected, rel=ROUND_OFF)
    assert decays(impure, "Bi-213") == pytest.approx(decays(pure, "Bi-213"), rel=ROUND_OFF)
    assert np.all(impure.regions[0].dose.total_gy > pure.regions[0].dose.total_gy)


def test_free_activity_of_an_unknown_activity_is_refused():
    plain = course(activity_bq=None)
    (given,) = plain.administrations
    impure = dataclasses.replace(given, injected=Injected(radiochemical_purity=0.9))
    with pytest.raises(NotSupportedError, match=r"the activity is unknown.*give the activity"):
        analyse(dataclasses.replace(plain, administrations=(impure,)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"radiochemical_purity": 1.01}, r"at most 1 \(100 %\), got 1.01"),
        ({"radiochemical_purity": 0.0}, "above 0"),
        ({"radiochemical_purity": math.nan}, "got nan"),
        ({"since_purification_s": -1.0}, "since_purification_s must be finite and >= 0"),
        ({"dechelation_half_life_s": 0.0}, "dechelation_half_life_s must be finite and > 0"),
    ],
)
def test_impossible_mixtures_are_refused(given, message):
    with pytest.raises(InvalidValueError, match=message):
        Injected(**given)
    with pytest.raises(InvalidValueError, match="must be above 0 and at most 1"):
        Impurity("Ac-227", 1.5)


# --- regions ------------------------------------------------------------------------------------


def test_a_lesion_is_never_an_organ_and_organs_go_by_name_or_population():
    places = {
        "kidneys": "kidneys",
        "Left Kidney": "kidneys",
        "red marrow": "red_marrow",
        "gut": "gut",
    }
    regions = (
        region("lesion in the liver", population="liver", kind="lesion"),
        region("kidneys", population="kidneys", mass_kg=0.1),
        region("Left Kidney", population="kidneys", mass_kg=0.3),
        region("red marrow", population="red_marrow"),
        region("gut", population="gut"),
    )
    plain = course(regions=regions, measurements=tuple(measurement(r.name) for r in regions))
    model = daughter_model(plain, nuclide="Ac-225", injected=Injected(), preset="human_kinetics")
    assert model.places == {"lesion in the liver": "lesion in the liver", **places}
    c = [model.net.compartments.index(name) for name in ("kidneys", "Left Kidney")]
    small, large = model.response.decays_per_decay[0, 0, c, 3]
    assert large == pytest.approx(3.0 * small, rel=ROUND_OFF)  # by mass


def test_a_lesion_with_the_name_of_a_place_is_refused():
    bone = region("bone")
    with pytest.raises(InvalidValueError, match="region bone has the name of a place"):
        analyse(
            course(
                regions=(bone,),
                measurements=(measurement("bone"),),
                predictions=(AC_DOTATATE,),
                daughters="human_kinetics",
            )
        )


# --- the report ---------------------------------------------------------------------------------


def report_of(**changes):
    return dose_report(CourseFile(two_regions(**changes), None, frozenset({"daughters"}), (), ()))


@pytest.mark.parametrize("in_force", ["stay", "human_kinetics"])
def test_fates_side_by_side_are_what_the_course_gives_under_each(in_force):
    report = report_of(daughters=in_force)
    under = {name: report_of(daughters=name) for name in PRESETS}
    for i, agent in enumerate(report.agents):
        if agent.agent == "177Lu-DOTATATE":
            assert agent.daughter_fates == ()
            continue
        assert agent.daughter_fates[0].preset == ("all_stay" if in_force == "stay" else in_force)
        assert len(agent.daughter_fates) == len(PRESETS) * len(agent.regions)
        for row in agent.daughter_fates:
            there = {r.region: r for r in under[row.preset].agents[i].regions}[row.region]
            here = {r.region: r for r in agent.regions}[row.region]
            assert row.absorbed_dose_gy == pytest.approx(
                there.absorbed_dose_gy.median, rel=ROUND_OFF
            )
            assert row.rbe_weighted_dose_gy == pytest.approx(
                there.rbe_weighted[1].rbe_weighted_dose_gy.median, rel=ROUND_OFF
            )
            assert row.absorbed_dose_ratio == pytest.approx(
                row.absorbed_dose_gy / here.absorbed_dose_gy.median, rel=ROUND_OFF
            )
            assert row.note


def test_the_alternatives_of_daughters_are_the_other_fates():
    report = report_of(daughters="human_kinetics")
    (row,) = (a for a in report.assumptions if a.name == "daughters")
    assert [a.value for a in row.alternatives] == [
        name.replace("_", " ") for name in PRESETS if name != "human_kinetics"
    ]
    said = {
        (e.agent, e.region): e.ratio
        for a in row.alternatives
        if a.value == "all stay"
        for e in a.effects
    }
    fates = {
        (a.agent, f.region): f.absorbed_dose_ratio
        for a in report.agents
        for f in a.daughter_fates
        if f.preset == "all_stay"
    }
    assert said == {k: v for k, v in fates.items() if abs(v - 1.0) >= 1e-3}
    assert said["225Ac-DOTATATE", "lesion"] > 4.0


def test_the_figures_of_the_fate_in_force_are_listed_with_source_and_status():
    report = report_of(daughters="human_kinetics")
    rows = [a for a in report.assumptions if a.name.startswith("daughters: ")]
    names = {a.name for a in rows}
    assert names >= {"daughters: escape from the vector", "daughters: free Bi", "daughters: marrow"}
    assert not names & {"daughters: free Ra", "daughters: free Th"}  # not in these chains
    (mirzadeh,) = (a for a in rows if "Mirzadeh" in a.source)
    assert (mirzadeh.value, mirzadeh.status) == ("beta- 36.0 % ± 10 %", "recalled")
    by_status = {a.status for a in rows if a.name == "daughters: free Fr"}
    assert by_status == {"read", "computed"}  # two figures of one program, of different status
    assert all(a.source for a in rows)
    assert not any(a.name.startswith("daughters: ") for a in report_of().assumptions)


def test_share_of_energy_outside_of_the_regions_is_said_and_adds_up():
    report = report_of(daughters="human_kinetics")
    warnings = {w.code: w for w in report.warnings}
    for agent in report.agents[1:]:
        outside = sum(e.energy_share for e in agent.decays_elsewhere)
        assert 0.0 < outside < 1.0
        said = warnings["daughters_not_dosed"]
        assert said.loud
        assert f"{agent.agent} {100.0 * outside:.2g} %" in said.message
        assert warnings["parent_outside_of_regions"].loud
        assert agent.agent in warnings["parent_outside_of_regions"].where
    everything = report_of(daughters="all_escape").agents[1]
    chain = decay_chain("Ac-225").energy_per_parent_decay_mev().charged
    own = next(f for f in everything.decays_elsewhere if f.compartment == "elsewhere")
    from alphatwin.nuclides import energy_per_decay_mev

    parent = energy_per_decay_mev("Ac-225").charged
    assert own.energy_share == pytest.approx(1.0 - parent / chain, rel=ROUND_OFF)
    assert report_of().agents[1].decays_elsewhere == ()


def test_the_share_of_the_parent_that_the_regions_hold_is_the_right_one():
    report = report_of(daughters="human_kinetics", predictions=(AC_DOTATATE,))
    held = sum(r.decays["Ac-225"] for r in report.agents[1].regions)
    share = held * nuclide("Ac-225").decay_constant_per_s / 8e6
    (said,) = (w for w in report.warnings if w.code == "parent_outside_of_regions")
    assert f"the network holds: 225Ac-DOTATATE {100.0 * share:.2g} %." in said.message


def test_an_impurity_is_named_with_its_share_of_the_dose():
    asked = dataclasses.replace(AC_DOTATATE, injected=Injected(impurity=Impurity("Ac-227", 0.003)))
    report = report_of(predictions=(asked,), daughters="human_kinetics")
    (said,) = (w for w in report.warnings if w.code == "impurity")
    agent = report.agents[1]
    shares = [
        sum(v for n, v in r.absorbed_dose_by_nuclide_gy.items() if n in agent.chain[7:])
        / sum(r.absorbed_dose_by_nuclide_gy.values())
        for r in agent.regions
    ]
    assert agent.chain[7] == "Ac-227"
    assert f"{100.0 * max(shares):.2g} %" in said.message
    (unknown,) = (w for w in report.warnings if w.code == "element_without_kinetics")
    assert "Th-227" in unknown.message
    stated = {a.name: a for a in report.assumptions}
    assert stated["impurity of 225Ac-DOTATATE"].value == "Ac-227, 0.300 %"
    ratio = {
        e.region: e.ratio for e in stated["impurity of 225Ac-DOTATATE"].alternatives[0].effects
    }
    assert ratio["lesion"] < 1.0


def test_what_was_not_stated_of_the_mixture_is_listed_as_default():
    stated = {a.name: a for a in report_of().assumptions}
    for name in (
        "radiochemical_purity",
        "time_since_purification",
        "dechelation_half_life",
        "impurity",
    ):
        assert stated[name].made_by == "default"
        assert "225Ac-DOTATATE" in stated[name].text


def test_members_over_time_integrate_to_their_decays():
    """Second route for curves and shares: trapezoids of the activities against the decays."""
    report = report_of(daughters="human_kinetics", predictions=(PB_DOTAMTATE,))
    agent = report.agents[1]
    curve = next(c for c in agent.curves if c.region == "kidneys")
    time_s = np.array(curve.time_s)
    dose = next(r for r in agent.regions if r.region == "kidneys")
    for member in ("Pb-212", "Bi-212"):
        activity = np.array(curve.members_bq[member])
        steps = 0.5 * (activity[1:] + activity[:-1]) * np.diff(time_s)
        until = np.concatenate([[0.0], np.cumsum(steps)])
        # Best curve against the median of samples, over six half-lives: 5 %.
        assert until[-1] == pytest.approx(dose.decays[member], rel=0.05)
        share = next(s for s in dose.decay_shares if s.nuclide == member)
        first, last = np.interp([4.0 * 3600.0, 96.0 * 3600.0], time_s, until) / until[-1]
        assert share.before_first_point == pytest.approx(first, abs=0.01)
        assert share.between_points == pytest.approx(last - first, abs=0.02)


def test_members_that_do_not_decay_in_a_region_have_no_share_there():
    report = report_of(daughters="all_escape", predictions=(AC_DOTATATE,))
    for dose in report.agents[1].regions:
        assert [s.nuclide for s in dose.decay_shares] == ["Ac-225"]
    full = report_of(daughters="all_stay", predictions=(AC_DOTATATE,))
    for dose in full.agents[1].regions:
        assert len(dose.decay_shares) == 7
        for s in dose.decay_shares:
            whole = s.before_first_point + s.between_points + s.after_last_point
            assert whole == pytest.approx(1.0, rel=1e-9)


def test_an_impurity_leaves_the_vector_at_the_same_rate():
    """On the vector f A/(k + lambda + r) decay; r/lambda as many leave it and decay elsewhere."""
    loose = injected_answer(dechelation_half_life_s=2e5, impurity=Impurity("Ac-227", 0.003))
    decay_per_s, loss_per_s = nuclide("Ac-227").decay_constant_per_s, math.log(2.0) / 2e5
    kept = sum(decays(loose, "Ac-227", where=r.region.name) for r in loose.regions)
    assert elsewhere(loose, "Ac-227") == pytest.approx(
        kept * loss_per_s / decay_per_s, rel=ROUND_OFF
    )
