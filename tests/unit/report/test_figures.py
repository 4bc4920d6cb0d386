"""Figures: units on every axis, one colour for one thing, no noise, every awkward report."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from alphatwin.report.figures import draw
from alphatwin.report.style import (
    dodge,
    nuclide_colour,
    radiation_colour,
    shorten,
    svg_text,
    text_colour,
    tint,
)
from unit.report.sample_report import (
    AGENTS,
    REGIONS,
    many_regions_report,
    sample_report,
    with_names,
)

UNIT = r"\((?:Gy|%|s|min|h|d|min, h, d|[µmkMGT]?Bq|Gy/GBq)\)$"
AXES = {  # what each axis of each section is called, before its unit
    "shares": {"Share of all decays"},
    "agents": {"Absorbed dose", "RBE-weighted dose"},
    "published": {"Absorbed dose"},
    "doses": {"Absorbed dose"},
    "uncertainty": {"Absorbed dose against its median"},
    "curves": {"Time since administration", "¹⁷⁷Lu activity"},
    "chains": {"Time since administration", "Activity"},
}
READABLE = 4.45  # WCAG asks for 4.5; eight-bit colours round


@pytest.fixture(scope="module")
def pictures():
    return draw(sample_report())


def _texts(picture):
    root = ET.fromstring(picture.svg)
    return ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("}text")]


def test_sections_come_in_the_order_of_the_page(pictures):
    assert [p.section for p in pictures] == list(AXES)


@pytest.mark.parametrize("section", AXES)
def test_every_axis_has_a_label_with_its_unit(pictures, section):
    for picture in (p for p in pictures if p.section == section):
        labels = {t for t in _texts(picture) if re.search(UNIT, t)}
        assert {re.sub(r" *\([^)]*\)$", "", t) for t in labels} == AXES[section]


def test_every_picture_has_words(pictures):
    for picture in pictures:
        assert len(picture.caption) > 40
        assert picture.summary.endswith(".")
        assert "\n" not in picture.summary


def test_small_print_is_large_enough(pictures):
    least_px = 7.0  # matplotlib writes its points as px of the viewBox, 1 pt at final size
    for picture in pictures:
        sizes = [float(s) for s in re.findall(r"font(?:-size)?: (?:\w+ )*([\d.]+)px", picture.svg)]
        assert sizes
        assert min(sizes) >= least_px


def test_svg_is_lean_and_says_no_date(pictures):
    for picture in pictures:
        assert "<metadata" not in picture.svg
        assert "<!--" not in picture.svg
        assert len(picture.svg) < 180_000  # a page of fifteen panels, seven lines in each
        assert not re.search(r' d="[^"]*\d\.\d{3}', picture.svg)


def test_equal_reports_give_equal_figures(pictures):
    assert draw(sample_report()) == pictures


def test_ids_of_one_page_differ(pictures):
    ids = [i for p in pictures for i in re.findall(r'\bid="([^"]+)"', p.svg)]
    assert len(ids) == len(set(ids))


def test_population_is_marked_as_not_measured(pictures):
    (picture,) = (p for p in pictures if p.section == "curves")
    texts = _texts(picture)
    assert texts.count("measured") == 2
    assert texts.count("not measured") == 3
    assert "stroke-dasharray" in picture.svg


def test_shares_are_loud_where_the_data_are_silent(pictures):
    (picture,) = (p for p in pictures if p.section == "shares")
    assert _texts(picture).count("not informed by the data") == 6
    assert "94 %" in _texts(picture)


def test_region_of_unknown_mass_is_in_no_dose_figure(pictures):
    for picture in pictures:
        if picture.section in {"agents", "published", "doses"}:
            assert "lesion 1" in _texts(picture)
            assert "lesion 2" not in _texts(picture)


def test_colours_differ_within_every_chain():
    chains = (
        ("Ac-225", "Fr-221", "At-217", "Bi-213", "Po-213", "Tl-209", "Pb-209"),
        ("Pb-212", "Bi-212", "Po-212", "Tl-208"),
        ("Th-227", "Ra-223", "Rn-219", "Po-215", "Pb-211", "Bi-211", "Tl-207", "Po-211"),
        ("Th-228", "Ra-224", "Rn-220", "Po-216", "Pb-212", "Bi-212", "Po-212", "Tl-208"),
    )
    for chain in chains:
        assert len({nuclide_colour(n) for n in chain}) == len(chain)
    assert len({radiation_colour(r) for r in ("alpha", "recoil", "electron", "photon")}) == 4
    assert re.fullmatch("#[0-9a-f]{6}", nuclide_colour("Xx-999"))


@pytest.mark.parametrize("nuclide", ["Pb-209", "Fr-221", "Ac-225", "Po-213", "Tl-208"])
def test_coloured_text_can_be_read(nuclide):
    colour = text_colour(nuclide_colour(nuclide))
    linear = []
    for i in (1, 3, 5):
        c = int(colour[i : i + 2], 16) / 255
        linear.append(c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4)
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= READABLE


def test_dodge_keeps_order_gap_and_room():
    placed = dodge([0.5, 0.5, 0.5, 0.0], least_gap=0.1, low=0.0, high=1.0)
    assert placed == pytest.approx([0.5, 0.6, 0.7, 0.0])
    crowded = sorted(dodge([1.0] * 20, least_gap=0.1, low=0.0, high=1.0))
    assert crowded[0] >= -1e-9
    assert crowded[-1] == 1.0
    assert dodge([], least_gap=0.1, low=0.0, high=1.0) == []


def test_chains_show_every_region_of_every_alpha_agent(pictures):
    (picture,) = (p for p in pictures if p.section == "chains")
    texts = _texts(picture)
    for name, _, _, _, _, _, measured in REGIONS:
        assert texts.count(name) == 1, name
        assert measured or "not measured" in texts
    assert texts.count("not measured") == 3
    assert texts.count("²²⁵Ac") == len(REGIONS)
    assert texts.count("²¹²Pb") == len(REGIONS)
    assert "¹⁷⁷Lu-DOTATATE" not in texts
    assert {"²²⁵Ac-DOTATATE", "²¹³Bi-DOTATOC", "²¹²Pb-DOTAMTATE"} <= set(texts)


def test_chains_of_thirty_regions_are_ten_and_the_caption_says_so():
    report = many_regions_report()
    chains = [p for p in draw(report) if p.section == "chains"]
    assert len(chains) == 2
    shown = {t for p in chains for t in _texts(p)} & {r.name for r in report.regions}
    assert len(shown) == 10
    measured = {r.name for r in report.regions if r.fit.points}
    assert shown <= measured
    assert all("20 more regions are in the JSON" in p.caption for p in chains)


def test_shorten_and_tint():
    assert shorten("a\nb  c", longest=9) == "a b c"
    assert shorten("abcdefghij", longest=5) == "abcd…"
    assert tint("#000000", strength=0.0) == "#ffffff"


def test_thirty_regions_come_in_parts():
    pictures = draw(many_regions_report())
    shown = " ".join(t for p in pictures if p.section == "curves" for t in _texts(p))
    for number in range(1, 31):
        assert re.search(rf"no\. {number}\b", shown)
    tall_in = [float(re.search(r'height="([\d.]+)pt"', p.svg)[1]) / 72 for p in pictures]
    assert max(tall_in) < 9.0  # an A4 page has 10.4 inches of text, and the caption needs some


def test_hostile_names_are_text_in_figures():
    name = "<script>alert(1)</script> & $x^2$ " + "long " * 40
    pictures = draw(with_names(sample_report(), old="lesion 1", new=name))
    for picture in pictures:
        assert "<script" not in picture.svg
        assert "foreignObject" not in picture.svg
    assert any("<script>alert" in t for p in pictures for t in _texts(p))


def test_dollars_are_no_mathematics():
    name = "$x^2$ & $y$"
    small = sample_report(regions=REGIONS[:2], agents=AGENTS[:2])
    for picture in draw(with_names(small, old="lesion 1", new=name)):
        if picture.section != "chains":
            assert name in _texts(picture)


def test_text_stays_inside_its_figure(pictures):
    narrow = 0.4  # least width of a letter of the font, on average over a word, in font sizes
    for picture in pictures:
        root = ET.fromstring(picture.svg)
        width = float(root.get("viewBox").split()[2])
        for node in root.iter("{http://www.w3.org/2000/svg}text"):
            style, text = node.get("style"), "".join(node.itertext())
            size = float(re.search(r"([\d.]+)px", style)[1])
            x, extent = float(node.get("x")), narrow * size * len(text)
            share = {"start": 0.0, "middle": 0.5, "end": 1.0}
            left = x - extent * share[re.search(r"text-anchor: (\w+)", style)[1]]
            if "rotate(-90" not in node.get("transform"):
                assert left >= 0.0, text
                assert left + extent <= width, text


def test_nothing_to_show_gives_no_figure():
    report = sample_report()
    bare = replace(report, agents=(), uncertainty_contributions=())
    assert draw(bare) == ()
    no_dose = replace(bare, regions=())
    assert draw(no_dose) == ()


def test_population_only_report_has_no_shares():
    report = sample_report(regions=tuple(r for r in REGIONS if not r[-1]), agents=AGENTS[:2])
    sections = [p.section for p in draw(report)]
    assert "shares" not in sections
    assert "curves" in sections


def test_unknown_activity_is_said():
    report = sample_report()
    agents = tuple(replace(a, activity_bq=None) for a in report.agents)
    (chains,) = (p for p in draw(replace(report, agents=agents)) if p.section == "chains")
    assert "activity not known" in _texts(chains)


@pytest.mark.parametrize("factor", [1e-30, 1e9])
def test_tiny_and_huge_values_are_drawn(factor):
    report = sample_report()

    def scaled(estimate):
        return estimate and replace(
            estimate,
            median=estimate.median * factor,
            low=0.0,
            high=estimate.high * factor,
        )

    agents = tuple(
        replace(
            agent,
            regions=tuple(
                replace(
                    d,
                    absorbed_dose_gy=scaled(d.absorbed_dose_gy),
                    absorbed_dose_by_nuclide_gy={
                        k: v * factor for k, v in d.absorbed_dose_by_nuclide_gy.items()
                    },
                )
                for d in agent.regions
            ),
            curves=tuple(
                replace(
                    c,
                    median_bq=tuple(v * factor for v in c.median_bq),
                    low_bq=tuple(v * factor for v in c.low_bq),
                    high_bq=tuple(v * factor for v in c.high_bq),
                    members_bq={
                        k: tuple(v * factor for v in row) for k, row in c.members_bq.items()
                    },
                )
                for c in agent.curves
            ),
        )
        for agent in report.agents
    )
    assert len(draw(replace(report, agents=agents))) == len(AXES)


def test_curves_that_never_rise_are_drawn():
    report = sample_report()
    agents = tuple(
        replace(
            agent,
            curves=tuple(
                replace(
                    c,
                    median_bq=(0.0,) * len(c.time_s),
                    low_bq=(0.0,) * len(c.time_s),
                    high_bq=(0.0,) * len(c.time_s),
                    members_bq={k: (0.0,) * len(c.time_s) for k in c.members_bq},
                )
                for c in agent.curves
            ),
        )
        for agent in report.agents
    )
    sections = [p.section for p in draw(replace(report, agents=agents))]
    assert "chains" not in sections
    assert "curves" in sections


def test_svg_carries_text_as_text():
    from matplotlib.figure import Figure

    from alphatwin.report.style import house_style

    with house_style():
        figure = Figure(figsize=(2, 1))
        figure.text(0.5, 0.5, "²²⁵Ac")
        assert "²²⁵Ac" in svg_text(figure, key="one")
