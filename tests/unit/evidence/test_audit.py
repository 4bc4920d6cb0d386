"""The audit on the base: the review's own inconsistencies, with their arithmetic."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from alphatwin.evidence import record, records
from alphatwin.evidence.audit import RULES, audit
from alphatwin.evidence.audit.facts import emitter_class
from alphatwin.nuclides import nuclide
from planted_errors import ERRORS
from synthetic_evidence import study

FOUND = audit(records())
# record, field, rule, severity, what the computed text must hold, denominators that fit
OF_THE_REVIEW = [
    ("founding-review", "claims[0].stated", "receptor_action", "error", "agonist", ()),
    ("founding-review", "claims[2].stated", "emitter_class", "note", "0.122 MeV", ()),
    ("founding-review", "claims[3].stated", "emitter_class", "warning", "alphas 0 MeV", ()),
    ("founding-review", "claims[6].stated", "emitter_class", "warning", "beta emitter", ()),
    ("founding-review", "claims[7].stated", "emitter_class", "warning", "beta emitter", ()),
    ("kratochwil-2014", "claims[1]", "statements_agree", "warning", "seven with metastases", ()),
    ("kratochwil-2021", "claims[0]", "thresholds_agree", "warning", "45 MBq | 40 MBq", ()),
    ("kratochwil-2021", "claims[4]", "statements_agree", "warning", "similar to that of beta", ()),
    ("bad-berka-intraarterial", "claims[0]", "statements_agree", "warning", "DOTATOC", ()),
    ("ballal-2020", "groups[3].n", "all_accounted", "note", "15/32 = 46.9 %", ()),
    ("ballal-2022", "proportions[0].percent", "percentage_impossible", "error", "2/91", (79,)),
    ("ballal-2022", "proportions[3].percent", "percentage_impossible", "error", "19/91", (79,)),
    ("ballal-2022", "claims[0]", "statements_agree", "warning", "225Ac-DOTATATE", ()),
    ("ballal-2022", "times_to_event[1].time", "landmark_followed", "note", "24 months", ()),
    ("demirci-2023", "proportions[0]", "categories_add_up", "error", "9 of 11", (9,)),
    ("demirci-2023", "proportions[3].percent", "percentage_impossible", "error", "9/11", (9,)),
    ("demirci-2023", "proportions[3]", "disease_control", "error", "72.7 %", ()),
    ("yadav-2022", "proportions[0].percent", "percentage_impossible", "error", "4/9", (8,)),
    ("yadav-2022", "proportions[1].percent", "percentage_impossible", "error", "3/9", (8,)),
    ("yadav-2022", "proportions[2].percent", "percentage_impossible", "error", "1/9", (8,)),
    ("yadav-2022", "proportions[3].percent", "percentage_impossible", "error", "8/9", (8,)),
    ("yadav-2022", "proportions[4].percent", "percentage_impossible", "error", "2/9", (8,)),
    ("yadav-2022", "proportions[5].percent", "percentage_impossible", "error", "3/9", (8,)),
    ("delpassand-2022", "groups[1].n", "all_accounted", "warning", "13 not treated", ()),
    ("delpassand-2022", "groups[2].n", "all_accounted", "warning", "8/20 = 40.0 %", ()),
    (
        "delpassand-post-prrt", "proportions[0].percent", "percentage_impossible", "error",
        "7/11 = 63.6 %, 8/11 = 72.7 %", (10,),
    ),
    (
        "alphamedix-02", "proportions[0].percent", "percentage_impossible", "error",
        "16/34 = 47.1 %", (36, 53, 55),
    ),
    ("alphamedix-02", "proportions[0]", "superseded", "warning", "ORR 57 %", ()),
    ("alphamedix-02", "groups[0].n", "registered_number", "warning", "61 in group all", ()),
    ("alphamedix-02", "dates[1].date", "estimate_past", "warning", "2024-06", ()),
    ("alphamedix-02", "claims[0]", "statements_agree", "warning", "completion in the past", ()),
    ("alphamedix-02", "claims[2]", "statements_agree", "warning", "objective response rate", ()),
    ("alphamedix-02", "claims[4]", "statements_agree", "warning", "Strosberg", ()),
    ("action-1", "regimens[1]", "superseded", "warning", "action-1-phase-1b", ()),
    ("ryz101-small-cell", "dates[0].date", "estimate_past", "warning", "2024-06", ()),
    ("vmt-imaging", "dates[0].date", "estimate_past", "warning", "2024-06", ()),
    ("vmt-alpha-net", "claims[0]", "statements_agree", "warning", "first patient treated", ()),
    ("singh-case", "claims[0]", "statements_agree", "warning", "VMT-alpha-NET", ()),
    ("sartate-imaging", "claims[1]", "statements_agree", "warning", "64Cu-DOTATATE", ()),
    ("terbium-lm3", "claims[1]", "statements_agree", "warning", "against each other", ()),
    ("mabg-fukushima", "claims[0]", "statements_agree", "warning", "211At-MIBG", ()),
    ("vmt-imaging", "claims[0]", "statements_agree", "warning", "early phase 1", ()),
    ("netter-1", "findings[1]", "superseded", "warning", "OS 48.0", ()),
]  # fmt: skip


@pytest.mark.parametrize("case", OF_THE_REVIEW, ids=lambda c: f"{c[0]}-{c[1]}-{c[2]}")
def test_an_inconsistency_of_the_review_is_found(case):
    name, field, rule, severity, computed, fits = case
    (found,) = (f for f in FOUND if (f.record, f.field, f.rule) == (name, field, rule))
    assert found.severity == severity
    assert computed in found.computed
    assert found.fits_n == fits
    assert found.place.startswith("review ")
    assert found.suggestion


def test_nothing_else_is_laid_to_the_review():
    listed = {case[:3] for case in OF_THE_REVIEW}
    others = {(f.record, f.field, f.rule) for f in FOUND if f.place.startswith("review ")} - listed
    # a whole record that a later report replaces, and the second landmark of one follow-up
    assert others == {
        ("ballal-2020", "superseded_by", "superseded"),
        ("ballal-2022", "times_to_event[3].time", "landmark_followed"),
        ("alphamedix-02", "groups[0]", "superseded"),
    }


def test_figures_that_are_right_are_not_blamed():
    blamed = {(f.record, f.field) for f in FOUND if f.rule != "superseded"}
    for name, field in (
        ("ballal-2020", "proportions[0].percent"),  # 15/24 = 62.5 %
        ("ballal-2020", "regimens[0].cumulative_limit_restated"),  # 55.5 MBq = 1.5 mCi
        ("ballal-2022", "proportions[0]"),  # 99.7 % of four rounded figures
        ("ballal-2022", "regimens[1].cycles"),  # 453 cycles of 91, median 4
        ("delpassand-2022", "proportions[0].percent"),  # 8/10 = 80 %
        ("delpassand-2022", "regimens[0].activity_restated"),  # 2.50 MBq = 67.6 uCi
        ("delpassand-post-prrt", "adverse_events[1].percent"),  # 61 of 145
        ("action-1", "regimens[1].activity_restated"),  # 120 kBq = 3.2 uCi
        ("founding-review", "claims[8].value"),  # 212Pb, 10.6 h
        ("kratochwil-2014", "claims[0].value"),  # 213Bi, 440 keV
    ):
        assert (name, field) not in blamed


def test_the_probable_misprint_of_the_abstract_from_india_is_found():
    (found,) = (f for f in FOUND if f.record == "vmt-india-2024")
    assert found.rule == "activity_like_others"
    assert "1.75e+03 MBq at 70 kg" in found.computed


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ac-225", "alpha emitter"),
        ("At-211", "alpha emitter"),
        ("Bi-213", "beta emitter"),
        ("Pb-212", "beta emitter"),
        ("Cu-67", "beta emitter"),
        ("Tb-161", "beta emitter"),
        ("Lu-177", "beta emitter"),
        ("Y-90", "beta emitter"),
        ("Tb-155", "auger emitter"),
        ("Pb-203", "auger emitter"),
    ],
)
def test_class_of_an_emitter_is_that_of_most_of_its_energy(name, kind):
    assert emitter_class(name)[0] == kind


def test_class_of_an_emitter_agrees_with_its_branches():
    """The second route: what a nuclide emits itself, by the branches of its decay."""
    for name, alpha_share in (
        ("Ac-225", 1.0),
        ("Pb-212", 0.0),
        ("Bi-213", 0.021),
        ("At-211", 0.418),
    ):
        branches = nuclide(name).branches
        share = sum(b.fraction for b in branches if "alpha" in b.mode)
        assert share == pytest.approx(alpha_share, abs=2e-3)
        assert (emitter_class(name)[1] > 0.0) == (share > 0.0)


def test_a_rule_is_named_and_described_once():
    assert {f.rule for f in FOUND} <= set(RULES)
    assert len(set(RULES.values())) == len(RULES)


def test_categories_of_many_decimals_and_a_table_without_counts():
    base = record("sundlov-2022")
    assert not [f for f in audit((base,)) if f.rule == "categories_add_up"]
    rows = list(base.proportions)
    rows[0] = replace(rows[0], percent=Decimal(36))
    (found,) = (
        f for f in audit((replace(base, proportions=tuple(rows)),)) if f.rule == "categories_add_up"
    )
    assert found.stated == "36 % + 66 % + 19 %"


def test_a_record_alone_is_not_compared_with_the_base():
    alone = audit((record("kratochwil-2015"),))
    assert {f.rule for f in alone} == {"superseded"}
    assert audit(()) == ()


DRAWS = 12  # of each kind of error; the long validation draws a thousand in all
HITS = DRAWS - 3  # an impossible percentage may by chance be a possible one


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_each_kind_of_error_is_caught_by_its_rule(kind):
    rng = np.random.default_rng(7)
    caught, planted = 0, 0
    while planted < DRAWS:
        wrong = kind(rng, study(rng))
        if wrong is None:
            continue
        planted += 1
        alarms = {f.rule for f in audit((wrong,)) if f.severity != "note"}
        caught += bool(alarms & ERRORS[kind])
    assert caught >= (HITS if kind.__name__ == "impossible_percentage" else DRAWS)


def test_consistent_studies_raise_no_alarm():
    rng = np.random.default_rng(11)
    for _ in range(40):
        assert not [f for f in audit((study(rng),)) if f.severity != "note"]


def test_an_interval_upside_down_is_found_and_no_geometric_mean_is_asked_of_it():
    whole = record("netter-1")
    ratios = [t for t in whole.times_to_event if t.kind == "hazard ratio"]
    turned = replace(ratios[0], low=Decimal("0.29"), high=Decimal(0), id="")
    rules = {f.rule for f in audit((replace(whole, times_to_event=(turned,)),))}
    assert "interval_holds_value" in rules
    assert "ratio_midway" not in rules
