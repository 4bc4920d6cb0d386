"""The plan as HTML and PDF: self-contained, equal in content, honest in words."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime

import jsonschema
import pytest
from markupsafe import escape

from alphatwin.examples import example_text
from alphatwin.files import course_from_text, read_example
from alphatwin.report.figure_plan import draw_plan
from alphatwin.report.pdf import set_pages
from alphatwin.report.plan_page import TITLE, plan_to_html
from alphatwin.report.plan_tables import (
    effects_tables,
    level_sources_table,
    levels_tables,
    regimens_table,
    what_if_tables,
)
from alphatwin.report.plan_words import interval_words, level_words, regimen_words
from alphatwin.report.serializer import json_schema, to_json
from alphatwin.workflows.plan import plan_report
from alphatwin.workflows.plan_request import PlanRequest
from alphatwin.workflows.write_plan import write_plan

WEEK_S = 7 * 86400.0
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def report():
    return plan_report(read_example("umich_lu177_dotatate"), samples=500)


@pytest.fixture(scope="module")
def page(report):
    return plan_to_html(report)


def printed(report):
    page = plan_to_html(report, for_print=True)
    return set_pages(page, title=TITLE, created_at=CREATED)


def test_the_json_is_of_its_published_schema(report):
    jsonschema.validate(json.loads(to_json(report)), json_schema("plan"))


def test_the_page_needs_nothing_but_itself(page):
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!data:)[^#"]', page)


def test_every_table_of_the_page_stands_there_folded_or_not(report, page):
    tables = [
        regimens_table(report),
        level_sources_table(report),
        *levels_tables(report),
        *effects_tables(report),
        *what_if_tables(report),
    ]
    words = re.sub(r"<[^>]+>", "", page)
    for table in tables:
        assert str(escape(table.title)) in words
    assert page.count("<details") == 3


def test_words_that_must_not_be_missed_are_on_the_first_page(page):
    first = page[: page.index("Published regimens")]
    for words in ("research use only", "not limits", "Not known.", "no published regimen"):
        assert words.lower() in first.lower()
    assert "may be given" in first


def test_a_name_is_text_and_never_markup():
    text = example_text("umich_lu177_dotatate").replace('"lesion 1"', f'"{HOSTILE}"')
    hostile = plan_report(course_from_text(text), samples=200)
    assert HOSTILE not in plan_to_html(hostile)


def test_figures_say_their_units_and_carry_their_key(report):
    pictures = draw_plan(report)
    assert [p.key for p in pictures] == ["levels", "pareto", "probabilities"]
    by_key = {p.key: p for p in pictures}
    assert "(Gy)" in by_key["pareto"].svg
    assert "MBq" in by_key["probabilities"].svg
    assert "comparators" in by_key["levels"].caption
    assert "comparators" in by_key["pareto"].caption
    assert "at a BED of 28 Gy in kidneys" in by_key["pareto"].summary


def test_a_course_without_lesions_or_levels_has_a_page_all_the_same(report):
    bare = dataclasses.replace(report, what_if=(), pareto=(), agents=report.agents[2:3])
    assert draw_plan(bare) == ()
    page = plan_to_html(bare)
    assert "There is nothing to weigh" in page
    assert "No published regimen meets a reference level" in page


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_the_pdf_holds_what_the_page_holds(report, tmp_path):
    file = tmp_path / "plan.pdf"
    file.write_bytes(printed(report))
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    words = " ".join(done.stdout.split())
    for table in (regimens_table(report), *levels_tables(report), *effects_tables(report)):
        assert " ".join(table.title.split())[:40] in words
    for text in ("Tumour against kidneys and marrow", "What if", "research use only"):
        assert text in words


def test_equal_plans_give_equal_bytes(report):
    assert printed(report) == printed(report)


def test_all_three_forms_are_written_or_none(report, tmp_path):
    write_plan(report, tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "report.json",
        "report.html",
        "report.pdf",
    }


def test_regimens_levels_and_intervals_in_words(report):
    label = report.agents[0].regimens[0]
    assert regimen_words(label) == "4 × 7.40 GBq (200 mCi) every 8 weeks"
    by_key = {level.key: level for level in report.levels}
    assert level_words(by_key["kidney_bed_28"]) == "BED 28 Gy"
    assert level_words(by_key["marrow_dose_2"]) == "2 Gy"
    assert interval_words(WEEK_S) == "week"
    assert interval_words(60.875 * 86400.0) == "60.9 d"
    assert interval_words(None) == "without overlap"


def test_a_reduced_last_cycle_is_written_apart():
    file = read_example("umich_lu177_dotatate")
    request = PlanRequest(agents=("225Ac-DOTATATE",), last_cycle="reduced")
    regimen = plan_report(file, request=request, samples=200).agents[0].regimens[0]
    assert regimen_words(regimen) == (
        "5 × 9.30 MBq (0.251 mCi) and 9.00 MBq (0.243 mCi) every 8 weeks"
    )
