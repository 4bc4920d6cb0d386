"""Asking the base: which rows answer, what follows from them, what keeps them apart."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from alphatwin.evidence import EvidenceRow, find_rows, record, records, rows_of
from alphatwin.evidence.asking import not_comparable
from alphatwin.report.evidence_html import find_page
from alphatwin.report.evidence_table import to_csv
from alphatwin.workflows.evidence import (
    evidence_audit_report,
    evidence_find_report,
    evidence_list_report,
)

SOURCE = Path(__file__).parents[3] / "src"
PRINTED = 5e-4  # half of the last digit of intervals in per cent with one decimal


def ask(**question):
    return find_rows(records(), **question)


def test_an_agent_is_asked_under_any_of_its_names():
    assert ask(agent="RYZ101").rows == ask(agent="[225Ac]Ac-DOTA-TATE").rows
    assert {row.agent for row in ask(agent="RYZ101").rows} == {"225Ac-DOTATATE"}
    assert {row.agent for row in ask(agent="everolimus 10 mg per day").rows} != set()
    assert ask(agent="nobody").rows == ()


def test_response_after_beta_emitters_under_225ac_dotatate():
    answer = ask(agent="225Ac-DOTATATE", population="after beta", outcome="orr")
    found = {(r.record, r.n, r.of) for r in answer.rows}
    assert ("ballal-2020", 15, 24) in found
    assert ("action-1-phase-1b", 5, 17) in found
    assert ("demirci-2023", 4, 9) in found
    (ballal,) = (r for r in answer.rows if r.record == "ballal-2020")
    assert ballal.exact_low_fraction == pytest.approx(0.406, abs=PRINTED)
    assert ballal.exact_high_fraction == pytest.approx(0.812, abs=PRINTED)
    assert (ballal.count_from, ballal.status) == ("categories", "computed")
    assert ballal.superseded_by == "ballal-2022"


def test_no_interval_stands_where_no_count_is_possible():
    (row,) = (r for r in ask(agent="RYZ101", outcome="orr").rows if r.record == "ballal-2022")
    assert (row.n, row.of, row.exact_low_fraction) == (None, 91, None)
    assert row.share_fraction == pytest.approx(0.505)
    assert any("no count of 91 gives 2.5 %" in text for text in row.cautions)


def test_a_count_that_follows_from_a_percentage_says_so():
    (row,) = (r for r in rows_of(record("netter-2")) if r.stated == "43.0 %")
    assert (row.n, row.of, row.count_from) == (65, 151, "percentage")


def test_a_case_has_no_rate():
    for row in rows_of(record("satapathy-case")):
        assert row.exact_low_fraction is None
        if row.kind == "share":
            assert "not how often" in row.cautions[0]


def test_events_are_not_taken_for_patients():
    rows = [r for r in rows_of(record("delpassand-post-prrt")) if r.kind == "adverse event"]
    assert [r.of for r in rows] == [None, 145, 145]
    assert all(r.exact_low_fraction is None for r in rows)
    assert all("events are counted" in r.cautions[0] for r in rows)


def test_arms_keep_their_own_agent_and_medicines():
    rows = {r.field: r for r in rows_of(record("netter-1")) if r.outcome == "ORR"}
    octreotide, lutetium = rows["proportions[1]"], rows["proportions[0]"]
    assert octreotide.agent == "octreotide 60 mg"
    assert octreotide.combination == ()
    assert lutetium.agent == "177Lu-DOTATATE"
    assert lutetium.combination == ("octreotide LAR 30 mg",)
    # 18 % is of those who could be judged, whose number is not printed: 21 of 116 would be wrong
    assert (lutetium.n, lutetium.of) == (None, None)
    naive = [r for r in rows_of(record("alphamedix-02-2025")) if "no radionuclide" in r.group]
    assert {r.prior for r in naive} == {"naive"}


def test_what_is_not_comparable_is_said():
    answer = ask(agent="212Pb-DOTAMTATE", outcome="orr")
    said = " ".join(answer.not_comparable)
    for word in ("Assessor: ", "central in 2", "Criteria: ", "beta emitter before", "replaced by"):
        assert word in said
    assert "no randomisation" in said
    assert not_comparable(answer.rows[:1]) == ()


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("kidney", {"kidney"}),
        ("renal", {"kidney"}),
        ("blood pressure", {"blood pressure"}),
        ("pain", {"pain"}),
        ("quality of life", {"quality of life"}),
        ("stability", {"stability"}),
        ("biomarker", {"biomarker"}),
    ],
)
def test_findings_are_asked_by_their_domain(outcome, words):
    rows = ask(outcome=outcome).rows
    assert rows
    assert {row.domain for row in rows} & words


def test_a_domain_holds_its_adverse_events_and_no_other_domain():
    kidney = {r.outcome for r in ask(outcome="kidney").rows}
    assert "renal toxicity, grade 3-4" in kidney
    blood = ask(outcome="blood").rows
    assert "blood pressure" not in {r.domain for r in blood}
    assert "myelodysplastic syndrome" in {r.outcome for r in blood}


def test_short_outcomes_are_not_found_inside_of_words():
    assert {r.outcome for r in ask(outcome="os").rows if not r.outcome.startswith("OS ")} == set()
    assert {r.outcome for r in ask(outcome="pr").rows} == {"PR"}
    assert all(r.kind == "adverse event" for r in ask(outcome="platelet count decreased").rows)


def test_every_question_of_the_review_has_rows():
    for outcome in ("orr", "dcr", "pfs", "os", "kidney", "blood", "toxicity", "endocrine"):
        assert ask(outcome=outcome).rows


def test_csv_has_every_field_of_every_row():
    rows = ask(outcome="dcr").rows
    table = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert list(table[0]) == [f.name for f in fields(EvidenceRow)]
    assert [t["record"] for t in table] == [r.record for r in rows]
    assert float(table[0]["share_fraction"]) == rows[0].share_fraction


def test_page_is_whole_escaped_and_says_what_is_not_comparable():
    page = find_page(evidence_find_report(agent="<b>x</b>", outcome="orr"))
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x" in page
    page = find_page(evidence_find_report(agent="AlphaMedix", outcome="orr"))
    assert "57.1 %" in page
    assert "39.4-73.7" in page
    assert "What keeps them from being compared" in page
    assert "http" not in page.split("</style>", 1)[0]
    assert "<script" not in page


def test_list_holds_every_record_and_those_of_an_agent():
    everything = evidence_list_report().records
    assert [line.id for line in everything] == [one.id for one in records()]
    of_lead = {line.id for line in evidence_list_report(agent="AlphaMedix").records}
    assert of_lead == {
        "alphamedix-02", "alphamedix-02-2025", "delpassand-2022", "delpassand-post-prrt",
        "founding-review",
    }  # fmt: skip
    assert all(line.figures > 0 for line in everything)


def test_audit_of_a_users_file_and_of_the_base(tmp_path):
    path = tmp_path / "mine.toml"
    text = """
schema = 1
id = "mine"
title = "Mine"
kind = "cohort"
design = "single arm"
agents = ["225Ac-DOTATATE"]
population = "all"
prior = "naive"
sources = [{ key = "p", citation = "I 2026", doi_or_url = "no DOI known", level = "paper" }]
groups = [{ id = "all", role = "treated", n = 9, about = "all", place = "p 1" }]
proportions = [{ outcome = "PR", group = "all", percent = 50, place = "p 2" }]
"""
    path.write_text(text, encoding="utf-8")
    report = evidence_audit_report(path)
    assert report.records == ("mine",)
    (found,) = report.findings
    assert (found.rule, found.fits_n) == ("percentage_impossible", (2, 4, 6, 8))
    assert len(evidence_audit_report().records) == len(records())


def test_rows_are_the_same_in_every_process():
    code = (
        "from alphatwin.evidence import records, rows_of; "
        "print([(r.field, r.combination) for one in records() for r in rows_of(one)])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(SOURCE)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }  # fmt: skip
    assert len(said) == 1
