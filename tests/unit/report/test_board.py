"""The first page: one page, for a tumour board, that holds no word less than it must."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from alphatwin.report.board import MOST_AGENTS, MOST_DOUBTS, MOST_REGIONS, board, told_later
from alphatwin.report.html import to_html
from alphatwin.report.pdf import to_pdf
from unit.report.sample_report import many_regions_report, sample_report

LONG = "One sentence that says much, and goes on. " * 12


@pytest.fixture(scope="module")
def report():
    return sample_report()


def test_every_loud_warning_is_on_the_page_in_short_or_in_full(report):
    shown = board(report).doubts
    for warning in report.warnings:
        found = [d for d in shown if warning.where in d.where]
        assert bool(found) >= warning.loud
    assert not [c for c in told_later(report) if not c.loud]


def test_a_long_warning_is_shortened_and_told_in_full_later(report):
    long = replace(report.warnings[0], code="x", loud=True, message=LONG.strip())
    changed = replace(report, warnings=(long,))
    (doubt,) = board(changed).doubts
    assert len(doubt.text) < 200
    assert not doubt.is_whole
    assert [c.message for c in told_later(changed)] == [LONG.strip()]
    assert to_html(changed, pictures=()).count(LONG.strip()) == 1


def test_warnings_of_one_kind_take_one_line(report):
    several = tuple(
        replace(report.warnings[0], loud=True, where=w, message=f"It is {w}.") for w in "abc"
    )
    changed = replace(report, warnings=several)
    (doubt,) = board(changed).doubts
    assert doubt.where == "a, b, c"
    assert doubt.text.endswith("(and the like)")
    assert len(told_later(changed)) == 3


def test_what_was_measured_is_said_of_every_region(report):
    rows = {row.region: row.measured for row in board(report).rows}
    for region in report.regions:
        points = region.fit.points
        expected = f"{len(points)} point" if points else "not measured"
        assert rows[region.name].startswith(expected)


def test_what_has_no_room_is_counted():
    found = board(many_regions_report(12))
    assert len(found.rows) == MOST_REGIONS
    assert len(found.agents) <= MOST_AGENTS
    assert len(found.doubts) <= MOST_DOUBTS
    assert "more regions" in found.left_out


def test_absorbed_dose_stands_first_and_effects_are_named(report):
    for row in board(report).rows:
        for cell in row.cells:
            assert re.match(r"[\d<]|mass unknown", cell.absorbed)
            for text in cell.effects:
                assert text.startswith(("RBE ", "BED "))


def test_switches_work_without_a_script(report):
    page = to_html(report, pictures=())
    assert "<script" not in page
    for name in ("no-intervals", "no-effects"):
        assert f'id="{name}"' in page
        assert f"#{name}:checked ~" in page


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
@pytest.mark.parametrize("many", [False, True])
def test_the_first_page_is_one_page(report, many, tmp_path):
    value = many_regions_report(12) if many else report
    file = tmp_path / "report.pdf"
    file.write_bytes(to_pdf(value, pictures=()))
    first = subprocess.run(
        ["pdftotext", "-l", "1", "-layout", str(file), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words = " ".join(first.split())
    assert "What was measured, what it did, what each agent would do" in words
    assert "never added" in words
    assert value.notice in words
    assert "Absorbed dose (Gy): median" not in words  # the detail begins on the second page
