"""The pool of the base as a report: groups, warnings, forms, figures; and the map beside it."""

from __future__ import annotations

import re

import jsonschema
import pytest

from alphatwin.errors import DataError, OutputError
from alphatwin.evidence import parse_record
from alphatwin.evidence.pooling import pool_shares
from alphatwin.report.figure_forest import draw_forest, forest_figure
from alphatwin.report.pool_page import pool_to_html
from alphatwin.report.serializer import json_schema, to_jsonable
from alphatwin.report.style import house_style
from alphatwin.workflows.evidence_pool import ACROSS_AGENTS, evidence_pool_report
from alphatwin.workflows.write_pool import write_pool

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def report():
    return evidence_pool_report(outcome="orr", by="agent")


def made_up(name, agent, n, of, prior="naive"):
    return parse_record(
        f'''schema = 1
id = "{name}"
title = "made up"
kind = "cohort"
design = "single arm"
agents = ["{agent}"]
population = "people <b>of all sorts</b>"
prior = "{prior}"
sources = [{{ key = "paper", citation = "Nobody", doi_or_url = "no DOI known", level = "paper" }}]
groups = [{{ id = "all", role = "treated", n = {of}, about = "all", place = "paper table 1" }}]
proportions = [{{ outcome = "ORR", group = "all", n = {n}, place = "paper table 2" }}]
'''.encode(),
        where=name,
    )


def test_a_group_is_the_pool_of_its_studies(report):
    for group in report.groups:
        mine = [s.row for s in report.studies if s.group_of_studies == group.name]
        assert group.pooled == pool_shares([r.n for r in mine], [r.of for r in mine])
    assert report.overall.events == sum(s.row.n for s in report.studies)
    assert len({s.label for s in report.studies}) == len(report.studies)


def test_agents_never_stand_side_by_side_without_the_warning(report):
    assert report.warnings[0] == ACROSS_AGENTS
    page = pool_to_html(report)
    assert "This is no comparison of agents" in page
    single = evidence_pool_report(outcome="orr", agent="177Lu-DOTATATE")
    assert ACROSS_AGENTS not in single.warnings
    with house_style():
        texts = [t.get_text() for t in forest_figure(report).axes[0].texts]
    (note,) = (text for text in texts if text.startswith("Single arms of different studies"))
    assert "no comparison of agents. Pale bars: where a further study would lie" in note


@pytest.mark.parametrize("by", ["agent", "prior", "none"])
def test_groups_hold_every_study_once(by):
    report = evidence_pool_report(outcome="orr", by=by)
    assert sum(g.pooled.studies for g in report.groups) == len(report.studies)
    jsonschema.validate(to_jsonable(report), json_schema("evidence_pool"))


def test_survival_is_listed_and_never_pooled(report):
    assert report.times_to_event
    assert all(row.kind == "time to event" for row in report.times_to_event)
    with pytest.raises(DataError, match="never"):
        evidence_pool_report(outcome="pfs")


def test_an_outcome_that_means_several_is_refused():
    with pytest.raises(DataError, match="means several"):
        evidence_pool_report(outcome="toxicity")
    with pytest.raises(DataError, match="no share with a count"):
        evidence_pool_report(outcome="orr", agent="64Cu-SARTATE")


def test_leave_one_out_has_every_study(report):
    assert [one.without for one in report.leave_one_out] == [s.label for s in report.studies]


def test_regressions_are_by_agent_and_by_earlier_therapy(report):
    assert [r.moderator for r in report.regressions] == [
        "agent", "therapy with a beta emitter before",
    ]  # fmt: skip


def test_every_agent_of_the_map_is_known_and_counted(report):
    for cell in report.evidence_map:
        assert cell.studies >= 1
        assert cell.patients is None or cell.patients >= 1
    assert {"225Ac-DOTATATE", "213Bi-DOTATOC"} <= {c.agent for c in report.evidence_map}
    # one trial and its report count once: ALPHAMEDIX-02, beside the phase 1 trial
    counts = [
        c.studies for c in report.evidence_map if (c.agent, c.topic) == ("212Pb-DOTAMTATE", "ORR")
    ]
    assert counts == [2]


def test_a_pool_of_one_study_and_of_none_is_drawn():
    one = evidence_pool_report(outcome="orr", chosen=(made_up("a", "225Ac-DOTATATE", 3, 9),))
    assert one.overall.leading.method == "one study"
    assert one.leave_one_out == one.regressions == ()
    assert "<svg" in draw_forest(one).svg
    none = evidence_pool_report(
        outcome="orr",
        chosen=tuple(made_up(f"s{i}", "225Ac-DOTATATE", 0, 8 + i) for i in range(3)),
    )
    assert none.overall.leading.value == 0.0
    assert "0/27" in pool_to_html(none)


def test_texts_of_a_record_are_escaped():
    report = evidence_pool_report(outcome="orr", chosen=(made_up("a", "225Ac-DOTATATE", 3, 9),))
    assert "<b>of all sorts" not in pool_to_html(report)


def test_the_page_is_whole(report):
    page = pool_to_html(report)
    assert page.count("<svg") == 2
    assert not re.search(r"(src|href)=\"http", page)
    assert len(re.findall("<h2>", page)) == 5


def test_all_forms_are_written_or_none(report, tmp_path):
    folder = tmp_path / "pool"
    write_pool(report, folder)
    assert sorted(p.name for p in folder.iterdir()) == [
        "evidence_map.png", "evidence_map.svg", "forest.png", "forest.svg",
        "report.html", "report.json", "report.pdf",
    ]  # fmt: skip
    assert (folder / "forest.png").read_bytes().startswith(PNG)
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    other = tmp_path / "mine"
    other.mkdir()
    (other / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError):
        write_pool(report, other)
    assert [p.name for p in other.iterdir()] == ["notes.txt"]
