"""HTML and PDF: self-contained, equal in content, safe with any name, good on any machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unicodedata
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from alphatwin.errors import OutputError
from alphatwin.report import pdf as pdf_module
from alphatwin.report.assumption_tables import effects_tables, grouped_warnings
from alphatwin.report.figures import draw
from alphatwin.report.fit_tables import parameters_table, priors_table
from alphatwin.report.html import to_html
from alphatwin.report.pdf import to_pdf
from alphatwin.report.tables import (
    NO_MASS,
    absorbed_dose_tables,
    weighted_dose_tables,
)
from unit.report.sample_report import (
    AGENTS,
    HOUR_S,
    REGIONS,
    estimate,
    many_regions_report,
    sample_report,
    with_names,
)

ROOT = Path(__file__).parents[3]
VOID = {"meta", "br", "wbr", "link", "img", "hr", "input"}
SHOWN_WITHIN = 0.1  # what rounding by the width of the interval may move at most
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = (
    '<script>alert("x")</script><img src=http://evil.example/a.png onerror=x> '
    "& ' \" {{ 7*7 }} <script>y</script>"
)


class _Page(HTMLParser):
    """Collect the tags, attributes, cells and text of a page, and check that tags match."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.cells, self.words, self.open = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.words.append(data)
        if "td" in self.open:
            self.cells[-1] += data


@pytest.fixture(scope="module")
def report():
    return sample_report()


@pytest.fixture(scope="module")
def pictures(report):
    return draw(report)


@pytest.fixture(scope="module")
def page(report, pictures):
    return to_html(report, pictures=pictures)


@pytest.fixture(scope="module")
def pdf(report, pictures):
    return to_pdf(report, pictures=pictures, created_at=CREATED)


def _small():
    """Return a report of two agents and three regions, quick to set."""
    return sample_report(regions=REGIONS[:3], agents=AGENTS[:2])


def _squeezed(text):
    """Text without white space, and with compatible letters made one (micro sign and mu)."""
    return re.sub(r"[\s\u200b]+", "", unicodedata.normalize("NFC", text).replace("μ", "µ"))


def _pdf_text(data, tmp_path):
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed; it alone reads the PDF's text")
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    done = subprocess.run([tool, "-raw", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def _objects(data):
    """All objects of a PDF, those in compressed streams included."""
    parts = [data]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            parts.append(zlib.decompressobj().decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_page_is_well_formed_and_says_what_it_is(page, report):
    parsed = _Page(page)
    assert parsed.open == []
    text = " ".join(parsed.words)
    assert report.notice in text
    assert page.index(report.notice) < page.index("<table")
    for warning in report.warnings:
        assert warning.code in text


def test_loud_warnings_stand_before_the_first_table(page):
    top = page[page.index("<header>") : page.index("<table")]
    assert "97 % of the decays of ²¹³Bi lie before the first measured point" in top
    assert "19 % of the emitted energy" not in top


def test_page_needs_nothing_but_itself(page):
    parsed = _Page(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(parsed.tags)
    for tag, name, value in parsed.attributes:
        assert not name.startswith("on")
        if name in {"src", "href", "xlink:href", "action", "data", "poster", "srcset"}:
            assert value.startswith("#"), (tag, name, value)
    assert "@import" not in page
    for target in re.findall(r"url\(\s*['\"]?([^)'\"]*)", page):
        assert target.startswith(("data:", "#"))
    assert "default-src 'none'" in page


def test_page_carries_its_fonts(page):
    assert page.count("@font-face") == 3
    assert page.count("data:font/ttf;base64,") == 3


def test_page_is_the_same_every_time():
    assert to_html(_small()) == to_html(_small())


@pytest.mark.parametrize(
    "value",
    ["15", "[8–28]", "mass unknown", "not known", "7.21 GBq", "+0.30", "−0.40", "79", "94 / "],
)
def test_key_figures_are_on_the_page(page, value):
    assert any(value in cell for cell in _Page(page).cells)


def test_key_table_holds_the_numbers_of_the_report(report):
    (table,) = absorbed_dose_tables(report)
    assert table.title.startswith("Absorbed dose (Gy)")
    assert len(table.rows) == len(report.regions)
    for row, region in zip(table.rows, report.regions, strict=True):
        for cell, agent in zip(row[1:], report.agents, strict=True):
            (dose,) = (d for d in agent.regions if d.region == region.name)
            if dose.absorbed_dose_gy is None:
                assert cell == NO_MASS
            else:
                shown = float(cell.split(" ")[0])
                assert shown == pytest.approx(dose.absorbed_dose_gy.median, rel=SHOWN_WITHIN)


def test_doubtful_cells_are_marked(report):
    (table,) = absorbed_dose_tables(report)
    lesion = table.rows[0]
    assert [cell.endswith("‡") for cell in lesion[1:]] == [True, True, True, False]


def test_many_agents_come_in_several_tables():
    agents = tuple((f"{a[0]} {i}", *a[1:]) for i in range(3) for a in AGENTS)
    tables = absorbed_dose_tables(sample_report(agents=agents))
    assert [len(t.head) - 1 for t in tables] == [4, 4, 4]


def test_alternatives_stand_against_agents_with_the_range_over_regions(report):
    (table,) = effects_tables(report)
    assert table.head[:3] == ("Assumption", "Used", "Instead")
    assert len(table.head) == 3 + len(report.agents)
    assert table.rows[0] == ("rbe.alpha", "5", "3 (RBE-weighted)", "–", "–", "–", "0.62")
    first = report.assumptions[0]
    (one,) = first.alternatives
    more = replace(
        one,
        effects=tuple(
            replace(one.effects[0], region=region, ratio=value)
            for region, value in (("lesion 1", 0.62), ("spleen", 1.18), ("kidneys", 0.7))
        ),
    )
    wide = replace(report, assumptions=(replace(first, alternatives=(more,)),))
    assert effects_tables(wide)[0].rows[0][-1] == "0.62–1.18"


def test_alternatives_without_effect_are_still_named(page):
    assert "No effect is given of the alternative: not computed." in page


def test_parameters_read_in_hours_and_words(report):
    table = parameters_table(report)
    assert table.head == (
        "Region",
        "Uptake fraction (%)",
        "Uptake half-time (h)",
        "Effective half-life (h)",
        "Biological rate (per d)",
        "Effective samples",
    )
    lesion = table.rows[0]
    assert lesion[0] == "lesion 1"
    assert lesion[1].startswith("2.6 [")
    assert lesion[3].startswith("79 [")
    assert lesion[4].startswith("0.10 [")
    assert priors_table(report).rows[0][:2] == ("Effective half-life (¹⁷⁷Lu)", "79.0 h")
    assert not re.search(r"\w_(s|bq|gy)\b", " ".join((*table.head, *sum(table.rows, ()))))


def test_fit_without_activity_shows_becquerel_and_no_fraction(report):
    region = report.regions[0]
    parameters = {"extrapolated_activity_bq": estimate(1.86e8, 0.3)}
    regions = (replace(region, fit=replace(region.fit, parameters=parameters)),)
    table = parameters_table(replace(report, regions=regions))
    assert table.head[1] == "Activity at administration, extrapolated (MBq)"
    assert table.rows[0][1].startswith("190 [")


def test_same_warning_of_several_places_is_said_once(report):
    twins = tuple(
        replace(report.warnings[1], where=where) for where in ("lesion 1", "lesion 2", "lesion 1")
    )
    (one,) = grouped_warnings(replace(report, warnings=twins), loud=True)
    assert one.where == "lesion 1, lesion 2"


def test_loud_warnings_are_said_in_full_once(page, report):
    text = _squeezed(" ".join(_Page(page).words))
    for warning in report.warnings:
        assert text.count(_squeezed(warning.message).replace("213Bi", "²¹³Bi")) == (
            1 if "177Lu" not in warning.message else 0
        )
        assert warning.code in text


def test_without_alphas_nothing_is_said_twice():
    beta = sample_report(agents=AGENTS[:1])
    assert weighted_dose_tables(beta) == []
    text = " ".join(_Page(to_html(beta)).words)
    assert "No agent here emits alphas" in text
    assert "¹⁷⁷Lu, electron." in text
    assert "No agent of this report has a radioactive daughter." in text


def test_pages_are_set_at_full_size(tmp_path):
    """The engine shrinks every page if one line is too wide: 9 pt must come out as 9 pt."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed; it alone reads places on a page")
    for number, report in enumerate((sample_report(), many_regions_report(12))):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(to_pdf(report, pictures=()))
        done = subprocess.run([tool, "-bbox", str(path), "-"], capture_output=True, check=True)
        found = re.search(
            r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">dose<', done.stdout.decode()
        )
        assert float(found[2]) - float(found[1]) > 9.0  # "AlphaTwin dose report" at 10.8 px


def test_no_heading_is_stranded(pdf, tmp_path):
    headings = {
        "Where in time the decays lie",
        "The agents side by side",
        "Beside published doses of other patients",
        "What the dose is made of",
        "The decay chains",
        "All numbers",
        "Further warnings",
        "Sources",
    }
    for body in _pdf_text(pdf, tmp_path).rstrip("\f").split("\f"):
        lines = [line for line in body.splitlines() if line.strip()]
        assert not headings & {line.strip() for line in lines[-3:]}


def test_pdf_holds_every_cell_of_the_page(page, pdf, tmp_path):
    text = _squeezed(_pdf_text(pdf, tmp_path))
    cells = {_squeezed(c) for c in _Page(page).cells}
    assert len(cells) > 100
    assert [c for c in cells if c and c not in text] == []


def test_pdf_holds_every_sentence_of_the_page(page, pdf, tmp_path):
    text = _squeezed(_pdf_text(pdf, tmp_path))
    parsed = re.findall(r"<(?:p|li|figcaption|h2|h3|summary)[^>]*>(.*?)</", page, re.DOTALL)
    plain = {_squeezed(" ".join(_Page(part).words)) for part in parsed}
    assert len(plain) > 30
    assert [p for p in plain if p and p not in text] == []


def test_pdf_embeds_its_own_fonts_and_no_other(pdf):
    objects = _objects(pdf)
    fonts = set(re.findall(rb"/FontName\s*/([A-Za-z0-9+-]+)", objects))
    assert {f.split(b"+")[1] for f in fonts} == {
        b"AlphaTwinSans-Regular",
        b"AlphaTwinSans-Semibold",
        b"AlphaTwinSans-Italic",
    }
    assert objects.count(b"/FontFile2") == len(fonts)


def test_pdf_names_no_patient(report):
    named = replace(report, inputs=replace(report.inputs, course_title="Jane Doe 1950"))
    objects = _objects(to_pdf(named, pictures=()))
    info = re.findall(rb"/(?:Title|Subject|Author|Keywords)\s*(\([^)]*\)|<[^>]*>)", objects)
    assert b"(AlphaTwin dose report)" in info
    assert not [i for i in info if b"Jane" in i]


def test_pdf_is_equal_byte_by_byte(report, pdf):
    assert to_pdf(report, pictures=draw(report), created_at=CREATED) == pdf


def test_pdf_pages_are_numbered(pdf, tmp_path):
    text = _pdf_text(pdf, tmp_path)
    pages = text.rstrip("\f").split("\f")
    for number, body in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in body
        assert "research use only" in body


def test_pdf_needs_no_font_of_the_machine(pdf, tmp_path):
    """Set the pages where Fontconfig finds no font at all: not one byte differs."""
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    program = (
        "import sys; from datetime import UTC, datetime\n"
        "from unit.report.sample_report import sample_report\n"
        "from alphatwin.report.pdf import to_pdf\n"
        "data = to_pdf(sample_report(), created_at=datetime(2026, 1, 1, tzinfo=UTC))\n"
        "sys.stdout.buffer.write(data)"
    )
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    bare = {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=os.environ | bare
    )
    assert done.stdout == pdf


def test_engine_is_closed_to_the_world(report, monkeypatch, tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("body { color: red }")
    leak = f'<link rel="stylesheet" href="{secret.as_uri()}"><p>ends</p>'
    asked = []
    fetcher = pdf_module._closed_fetcher()
    monkeypatch.setattr(pdf_module, "to_html", lambda *_, **__: leak)
    with pytest.raises(OutputError, match="asks for file:"):
        fetcher.fetch_url(secret.as_uri())
    monkeypatch.setattr(
        type(fetcher), "fetch_url", lambda self, url: asked.append(url), raising=True
    )
    monkeypatch.setattr(pdf_module, "_closed_fetcher", lambda: fetcher)
    to_pdf(report)
    assert asked == [secret.as_uri()]


@pytest.mark.parametrize(
    "name",
    [HOSTILE, "Ωμέγα ß ŁØ лёгкое ☃ 漢字", "x" * 400, "tab\tnew\nline\x00\x1b", "$5 & $6 _^{", ""],
    ids=["hostile", "unicode", "long", "control", "maths", "empty"],
)
def test_any_name_is_only_text(name, tmp_path):
    odd = with_names(_small(), old="lesion 1", new=name)
    page = to_html(odd)
    parsed = _Page(page)
    assert parsed.open == []
    assert not {"script", "img"} & set(parsed.tags)
    if name == HOSTILE:
        assert "{{ 7*7 }}" in page
        assert "49" not in _Page(page[page.index("<h1>") : page.index("</h1>") + 5]).words
        joined = _squeezed("".join(parsed.words))
        assert _squeezed(HOSTILE) in joined
    assert "\x00" not in page
    assert to_pdf(odd).startswith(b"%PDF-")


def test_long_names_stay_on_the_paper(tmp_path):
    odd = with_names(_small(), old="lesion 1", new="kidney" * 60)
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed; it alone reads places on a page")
    path = tmp_path / "report.pdf"
    path.write_bytes(to_pdf(odd))
    done = subprocess.run([tool, "-bbox", str(path), "-"], capture_output=True, check=True)
    right = [float(x) for x in re.findall(r'xMax="([\d.]+)"', done.stdout.decode())]
    assert max(right) <= 595.3 - 40.0  # A4 less most of its margin of 16 mm, in points


def test_report_without_anything_is_still_a_report(report):
    bare = replace(report, regions=(), agents=(), assumptions=(), warnings=(), sources=())
    bare = replace(bare, uncertainty_contributions=())
    page = to_html(bare)
    assert "<figure" not in page
    assert "None." in page
    assert to_pdf(bare).startswith(b"%PDF-")


def test_unknowns_are_said_in_words(report):
    agents = tuple(replace(a, activity_bq=None) for a in report.agents)
    unknown = replace(
        report,
        agents=agents,
        inputs=replace(report.inputs, course_sha256=None),
        patient=replace(report.patient, height_m=1.8, previous_therapies=None),
    )
    text = " ".join(_Page(to_html(unknown)).words)
    assert "predicted, activity not known" in text
    assert "the course was made in Python" in text
    assert "1.80 m" in text


def test_thirty_regions_fit_the_paper(pictures, tmp_path):
    pages = (
        _pdf_text(to_pdf(many_regions_report(), pictures=pictures), tmp_path)
        .rstrip("\f")
        .split("\f")
    )
    assert all(len(body.split()) > 25 for body in pages)  # no page with a stray line only
    joined = _squeezed("".join(pages))
    for number in range(1, 31):
        assert f"no.{number}" in joined


def test_importing_the_faces_is_light():
    program = (
        "import sys, alphatwin.report.html, alphatwin.report.pdf, alphatwin.report.figures\n"
        "heavy = {'matplotlib', 'jinja2', 'plutoprint'} & set(sys.modules)\n"
        "sys.exit(f'imported too early: {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr


def test_time_of_points_is_in_hours(report):
    assert report.regions[0].fit.points[0].time_s == 3.74 * HOUR_S
    assert "3.74 h" in to_html(report)
