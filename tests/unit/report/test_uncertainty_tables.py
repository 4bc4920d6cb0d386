"""Tables and tornado of what makes doses uncertain: every dose named, every share readable."""

from __future__ import annotations

import re
from dataclasses import replace

from alphatwin.report.figure_tornado import draw_tornado
from alphatwin.report.html import to_html
from alphatwin.report.style import house_style
from alphatwin.report.uncertainty_tables import uncertainty_tables
from unit.report.sample_report import many_regions_report, sample_report


def drawn(report):
    with house_style():
        return draw_tornado(report)


def test_a_table_for_each_agent_has_every_dose():
    report = sample_report()
    tables = uncertainty_tables(report)
    assert len(tables) == len(report.agents)
    assert sum(len(t.rows) for t in tables) == len(report.uncertainty_contributions)
    told = tables[0].rows[0][3].replace("\u00a0", " ")
    assert told == "counts and fit 70 %, volume and mass 28 %, calibration < 3 %"


def test_what_makes_next_to_nothing_is_in_the_json_file_alone():
    report = sample_report()
    first = report.uncertainty_contributions[0]
    least = replace(first.contributions[-1], source="a hair's breadth", total_share=0.004)
    changed = replace(first, contributions=(*first.contributions, least))
    report = replace(report, uncertainty_contributions=(changed,))
    assert changed.told == first.contributions
    assert "hair" not in uncertainty_tables(report)[0].rows[0][3]
    assert all("hair" not in picture.svg for picture in drawn(report))


def test_a_tornado_shows_doses_with_several_sources_only():
    report = sample_report()
    (picture,) = drawn(report)
    several = [u for u in report.uncertainty_contributions if len(u.contributions) > 1]
    assert several
    assert picture.svg.count(">70 %<") == len(several)
    assert "published kinetics" not in picture.svg


def test_many_doses_come_in_parts():
    pictures = drawn(many_regions_report())
    assert len(pictures) > 1
    assert len({p.key for p in pictures}) == len(pictures)


def test_nothing_to_compare_is_said_and_no_figure_drawn():
    report = sample_report()
    alone = tuple(
        replace(u, contributions=u.contributions[:1]) for u in report.uncertainty_contributions
    )
    report = replace(report, uncertainty_contributions=alone)
    assert drawn(report) == []
    assert "one source of uncertainty only" in to_html(report)


def test_a_report_without_contributions_has_no_such_section():
    report = replace(sample_report(), uncertainty_contributions=())
    assert "What makes the doses uncertain" not in to_html(report)


def test_bars_reach_as_far_as_the_source_moves_the_dose():
    """Widths of bars on the log axis go as the logarithm of the ratio."""
    (picture,) = drawn(sample_report())
    bars = re.findall(
        r'd="M ([\d.]+) [\d.]+\nL ([\d.]+) [^"]*" clip-path[^>]*fill: #(?!f{6})\w{6}', picture.svg
    )
    widths = [float(b) - float(a) for a, b in bars if a != b]
    ratios = [w / max(widths) for w in widths[:3]]
    assert [round(r, 2) for r in ratios] == [
        round(x, 2) for x in (1.0, (0.28 / 0.7) ** 0.5, (0.02 / 0.7) ** 0.5)
    ]
