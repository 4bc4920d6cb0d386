"""Published doses: every study in its place, what was recalled open, what is no check said."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from alphatwin.report.figure_published import study_label
from alphatwin.report.figures import draw
from alphatwin.report.html import to_html
from unit.report.sample_report import PUBLISHED, REGIONS, many_regions_report, sample_report

SECTION = "Beside published doses of other patients"
WHITE_DOT = "fill: #ffffff; stroke: #1f2933"
DRAWN = 0.2  # px: coordinates are written with two decimals, an axis tick is placed to 0.1 px


def _published(report):
    return [p for p in draw(report) if p.section == "published"]


def _nodes(picture, kind):
    root = ET.fromstring(picture.svg)
    return [n for n in root.iter() if n.tag.endswith("}" + kind)]


def _texts(picture):
    return ["".join(n.itertext()) for n in _nodes(picture, "text")]


def _without(report, **fields):
    """Return the report with these fields of every published dose changed."""
    agents = tuple(
        replace(a, published_doses=tuple(replace(p, **fields) for p in a.published_doses))
        for a in report.agents
    )
    return replace(report, agents=agents)


@pytest.fixture(scope="module")
def picture():
    (found,) = _published(sample_report())
    return found


def test_axes_and_rows(picture):
    texts = _texts(picture)
    assert texts.count("Absorbed dose (Gy/GBq)") == 2
    assert texts.count("this patient") == 2
    assert {
        "* Gupta 2013, 61 patients",
        "Staanum 2021, 56 treatments",
        "A trial",
        "Journal 3 (2016), 61 patients",
    } <= set(texts)


def test_recalled_figures_are_open_and_read_ones_filled(picture):
    assert picture.svg.count(WHITE_DOT) == 1
    (all_read,) = _published(_without(sample_report(), status="read"))
    assert WHITE_DOT not in all_read.svg
    assert "recalled" in picture.caption
    assert "recalled" not in all_read.caption


def test_dots_stand_where_the_ticks_say(picture):
    """The dot of each study of the kidneys against its axis, read off the SVG."""
    dots = [
        float(n.get("x")) for n in _nodes(picture, "use") if "stroke: #1f2933" in n.get("style")
    ]
    labels = [n for n in _nodes(picture, "text") if re.fullmatch(r"[\d.]+", "".join(n.itertext()))]
    # lesion 1 has one dot, then kidneys have three: their axis is the one right of the middle.
    width = float(ET.fromstring(picture.svg).get("viewBox").split()[2])
    ticks = sorted(
        (float(n.get("x")), float("".join(n.itertext())))
        for n in labels
        if float(n.get("x")) > 0.55 * width
    )
    (x0, v0), (x1, v1) = ticks[0], ticks[-1]
    in_order = [m for kind, m, *_ in PUBLISHED if kind == "kidneys"]
    expected = [x0 + (mean - v0) * (x1 - x0) / (v1 - v0) for mean in in_order]
    assert dots[-3:] == pytest.approx(expected, abs=DRAWN)


def test_region_that_rests_on_a_study_is_said_to_be_no_check(picture):
    assert _texts(picture).count("no check: rests on *") == 1
    assert "Not measured in this patient: kidneys." in picture.caption
    (free,) = _published(_without(sample_report(), is_basis=False))
    assert "no check" not in free.caption + " ".join(_texts(free))


def test_summary_names_value_and_span_of_the_means(picture):
    assert re.search(r"kidneys [\d.]+ \[[\d.–]+\], published 0\.46 to 0\.65", picture.summary)


def test_lesions_carry_their_warning(picture):
    assert "single lesions differ" in picture.caption
    (organs,) = _published(sample_report(regions=tuple(r for r in REGIONS if r[1] == "organ")))
    assert "lesions" not in organs.caption


def test_nothing_published_gives_no_section():
    report = sample_report()
    bare = replace(report, agents=tuple(replace(a, published_doses=()) for a in report.agents))
    assert _published(bare) == []
    assert SECTION not in to_html(bare)
    assert SECTION in to_html(report)


def test_thirty_regions_fit_pages():
    report = many_regions_report()
    pictures = _published(report)
    shown = [t for p in pictures for t in _texts(p)]
    with_dose = {d.region for d in report.agents[0].regions if d.absorbed_dose_gy is not None}
    wanted = {p.region for p in report.agents[0].published_doses} & with_dose
    assert len(wanted) == 12
    assert all(shown.count(name) == 1 for name in wanted)
    assert shown.count("this patient") == len(wanted)


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("Willowson et al., EJNMMI Phys 5 (2018) 33", "Willowson 2018, 12 patients"),
        ("A method of A, B and C, EJNMMI Res 8 (2018)", "EJNMMI Res 8 (2018), 12 patients"),
        ("A label, table of doses (NETTER-1 substudy)", "NETTER-1 substudy, 12 patients"),
        ("Personal communication", "Personal communication, 12 patients"),
    ],
)
def test_study_labels(source, label):
    study = replace(
        sample_report().agents[0].published_doses[1], source=source, n=12, n_unit="patients"
    )
    assert study_label(study) == label
