"""The evidence box: whose figures stand beside a patient's doses, and how alike people are."""

from __future__ import annotations

import dataclasses

import pytest

from alphatwin.evidence import find_rows, records
from alphatwin.evidence.rows import judged_outcome
from alphatwin.files import read_example
from alphatwin.patient import PreviousTherapy
from alphatwin.report.evidence_box_tables import event_tables, predicted_text, response_table
from alphatwin.workflows.evidence_box import AFTER, NAIVE, evidence_box, is_beta, prior_of


@pytest.fixture(scope="module")
def course():
    return read_example("umich_lu177_dotatate").course


def with_before(course, *names):
    before = tuple(PreviousTherapy(agent=name) for name in names)
    patient = dataclasses.replace(course.patient, previous_therapies=before)
    return dataclasses.replace(course, patient=patient)


def test_a_prediction_follows_on_what_was_given(course):
    given = course.administrations[0].name
    assert prior_of(course, administration=None)[0] == AFTER
    unstated = dataclasses.replace(
        course, patient=dataclasses.replace(course.patient, previous_therapies=None)
    )
    assert prior_of(unstated, administration=given)[0] is None
    assert prior_of(with_before(course), administration=given)[0] == NAIVE
    assert prior_of(with_before(course, "90Y-DOTATOC"), administration=given)[0] == AFTER
    assert prior_of(with_before(course, "225Ac-DOTATATE"), administration=given)[0] == NAIVE


@pytest.mark.parametrize(
    ("name", "beta"),
    [("Lutathera", True), ("177Lu-something", True), ("131I-MIBG", True), ("223Ra", False),
     ("AlphaMedix", False), ("161Tb-DOTA-LM3", True)],
)  # fmt: skip
def test_beta_emitters_are_told_by_catalogue_or_name(name, beta):
    assert is_beta(name) is beta


def test_figures_are_those_of_the_base_and_none_is_replaced(course):
    box = evidence_box(course, "225Ac-DOTATATE", administration=None)
    known = find_rows(records(), agent="RYZ101").rows
    rows = {(r.record, judged_outcome(r), r.stated): r for r in known}
    for one in box.observed:
        row = rows[one.record, one.outcome, one.stated]
        assert row.superseded_by is None
        assert row.study_kind not in {"case", "review", "synthesis"}
        assert row.status != "recalled"
        assert (one.n, one.of, one.exact_low_fraction) == (row.n, row.of, row.exact_low_fraction)
    assert not any(one.record == "ballal-2020" for one in box.observed)


def test_two_judgements_of_the_same_people_are_told_apart(course):
    """19 % by central review and 35 % by investigators are of the same 26 people."""
    box = evidence_box(course, "AlphaMedix", administration=None)
    mine = [o for o in box.observed if o.record == "alphamedix-02-2025" and o.of == 26]
    assert {(o.n, o.outcome) for o in mine} >= {(5, "ORR, central"), (9, "ORR, investigator")}


def test_people_like_the_patient_come_first(course):
    box = evidence_box(course, "212Pb-DOTAMTATE", administration=None)
    response = [one.is_like_patient for one in box.observed if one.topic == "response"]
    order = {True: 0, None: 1, False: 2}
    assert response == sorted(response, key=order.__getitem__)
    assert {True, False} <= set(response)
    naive = evidence_box(
        with_before(course), "212Pb-DOTAMTATE", administration=course.administrations[0].name
    )
    turned = {(o.record, o.group, o.outcome): o.is_like_patient for o in naive.observed}
    for one in box.observed:
        if one.is_like_patient is not None:
            assert turned[one.record, one.group, one.outcome] is not one.is_like_patient


def test_an_agent_without_figures_has_no_box(course):
    assert evidence_box(course, "161Tb-DOTATOC", administration=None) is None


def test_the_box_is_printed(course):
    box = evidence_box(course, "225Ac-DOTATATE", administration=None)
    table = response_table("225Ac-DOTATATE", box)
    cells = {row[1]: row for row in table.rows if row[0] == "ORR"}
    assert cells["action-1-phase-1b"][3:] == ("5/17", "29 % [10, 56]", "as here")
    assert event_tables("225Ac-DOTATATE", box)
    assert predicted_text(box).startswith("No absorbed dose")
