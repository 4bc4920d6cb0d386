"""The base: every file loads, every study is there, every figure stands where it is said to."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict
from decimal import Decimal

import pytest

from alphatwin.agents import agents
from alphatwin.errors import DataError
from alphatwin.evidence import parse_record, read_records, record, records
from alphatwin.evidence.amounts import Amount
from unit.evidence.review_text import MONTHS, REFERENCE, numbers_on, review_lines

MINIMAL = """
schema = 1
id = "one"
title = "A study"
kind = "cohort"
design = "single arm"
agents = ["225Ac-DOTATATE"]
population = "all"
prior = "naive"
groups = [{ id = "all", role = "treated", n = 8, about = "everybody", place = "paper p. 1" }]
proportions = [{ outcome = "PR", group = "all", n = 4, percent = 50.0, place = "paper p. 2" }]
[[sources]]
key = "paper"
citation = "A. Author 2020"
doi_or_url = "no DOI known"
level = "paper"
"""
NAMED_IN_THE_ISSUE = {
    "kratochwil-2014", "kratochwil-2021", "bad-berka-intraarterial", "ballal-2020", "ballal-2022",
    "demirci-2023", "yadav-2022", "zhang-2021", "satapathy-case", "durban-case",
    "delpassand-2022", "alphamedix-02", "delpassand-post-prrt", "singh-case", "sartate-imaging",
    "terbium-lm3", "action-1", "ryz101-small-cell", "vmt-imaging", "vmt-alpha-net",
    "mabg-fukushima", "netter-1", "netter-2",
}  # fmt: skip
REGISTERED_IN_THE_REVIEW = re.compile(r"NCT\d{8}")
FIELDS = (
    "n", "of", "percent", "low", "high", "value", "time", "cycles", "activity",
    "activity_restated", "interval", "cumulative_limit", "cumulative_limit_restated",
)  # fmt: skip


def figures(entry):
    """Yield every number of an entry: field and value, both ends of a range."""
    for field in FIELDS:
        value = getattr(entry, field, None)
        if isinstance(value, Amount):
            yield field, value.value
            if value.high is not None:
                yield field, value.high
        elif value is not None:
            yield field, Decimal(value)


def placed(source):
    """Yield record, path, entry and lines of every entry that stands in the review."""
    for one in records():
        for path, entry in one.entries():
            if entry.place.source == source:
                yield one, path, entry, entry.place.lines


FROM_REVIEW = [
    pytest.param(field, value, entry, lines, id=f"{one.id}-{path}-{field}")
    for one, path, entry, lines in placed("review")
    for field, value in figures(entry)
    if not (field == "n" and value == 1 and one.kind == "case")
]


def test_every_study_of_the_issue_is_there():
    assert {one.id for one in records()} >= NAMED_IN_THE_ISSUE
    assert record("Ballal 2020") is record("ballal-2020")


def test_every_registry_number_of_the_review_has_its_trial():
    named = set(REGISTERED_IN_THE_REVIEW.findall(" ".join(review_lines())))
    assert len(named) == 6
    assert named <= {number for one in records() for number in one.registration}


@pytest.mark.parametrize(("field", "value", "entry", "lines"), FROM_REVIEW)
def test_every_figure_from_the_review_stands_on_its_lines(field, value, entry, lines):
    there = numbers_on(review_lines(), *lines)
    in_years = field == "value" and "one year" in getattr(entry, "note", "")
    assert (value / 12 if in_years else value) in there


def test_there_are_many_figures_from_the_review():
    assert len(FROM_REVIEW) > 120


def test_case_reports_of_the_review_are_of_one_person():
    cases = [one for one in records() if one.kind == "case"]
    assert len(cases) == 4
    assert all(one.groups[0].n == 1 and len(one.groups) == 1 for one in cases)


def test_dates_from_the_review_stand_on_their_lines():
    lines = review_lines()
    found = [(e.date, e.place.lines) for _, path, e, _ in placed("review") if "dates" in path]
    assert len(found) >= 5
    for date, (first, last) in found:
        text = " ".join(lines[first - 1 : last])
        year, _, month = date.partition("-")
        assert year in text
        assert not month or any(MONTHS[name] == month for name in MONTHS if name in text)


def test_citations_stand_on_their_lines_of_the_review():
    lines = review_lines()
    cited = 0
    for one in records():
        for source in one.sources:
            for line in source.review_lines:
                text = lines[line - 1]
                names = re.findall(r"[A-Z]\w{3,}", source.citation)
                near = f"{lines[line - 2]} {text} {lines[line] if line < len(lines) else ''}"
                number = str(source.review_reference)
                assert _cites(near, number) or any(name in near for name in names), (one.id, line)
                cited += 1
    assert cited > 50


def _cites(text: str, number: str) -> bool:
    """Whether a bracket of references names the number, alone or within a range."""
    for bracket in re.findall(r"\[([\d,\s–-]+)\]", text):
        for part in bracket.split(","):
            first, _, last = part.strip().partition("–")
            if int(first) <= int(number) <= int(last or first):
                return True
    # a superscript that the text glued to the word before it
    return re.search(rf"[a-z\d]{number}\b", text) is not None


def test_every_line_lies_in_the_review():
    n_lines = len(review_lines())
    assert all(lines[1] <= n_lines for _, _, _, lines in placed("review"))


def texts_of(value):
    """Yield every text within a value made of dataclasses turned to dicts."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if is_many(value) else ():
        yield from texts_of(part)


def is_many(value):
    return isinstance(value, tuple | list)


def runs_of_eight(text):
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}


def test_nothing_is_copied_from_the_review():
    """No eight words in a row of any text of the base or of an agent stand in the review."""
    text = "\n".join(review_lines())
    theirs = runs_of_eight(text) | runs_of_eight(re.sub(r"-\s*\n\s*", "", text))
    assert len(theirs) > 4000
    ours = [
        (one, run)
        for one in (*records(), *agents())
        for said in texts_of(asdict(one))
        for run in runs_of_eight(said)
    ]
    assert len(ours) > 4000
    assert not [(one, run) for one, run in ours if run in theirs]


def test_references_between_records_resolve():
    ids = {one.id: one for one in records()}
    seen = 0
    for one in records():
        targets = [one.superseded_by, one.report_of]
        targets += [getattr(e, "superseded_by", None) for _, e in one.entries()]
        for target in filter(None, targets):
            name, _, row = target.partition("#")
            assert name in ids, (one.id, target)
            rows = (*ids[name].proportions, *ids[name].adverse_events, *ids[name].times_to_event)
            assert not row or row in {r.id for r in rows}, (one.id, target)
            seen += 1
    assert seen >= 8


def test_counts_and_percentages_are_those_of_the_reference_table():
    path = REFERENCE / "clinical" / "clinical_outcomes.csv"
    review_lines()  # skip where the reference is not at hand
    with path.open(encoding="utf-8") as lines:
        rows = {(row["study"], row["endpoint"]): row for row in csv.DictReader(lines)}
    naive = rows["ALPHAMEDIX-02 ESMO25", "ORR central|inv"]  # the last of two: PRRT-exposed
    exposed = {p.id: p for p in record("alphamedix-02-2025").proportions}
    central, investigator = naive["value"].split("|")
    assert exposed["orr-exposed-central"].percent == Decimal(central)
    assert exposed["orr-exposed-investigator"].percent == Decimal(investigator)
    assert record("alphamedix-02-2025").group("exposed").n == int(naive["n"])
    for study, key, endpoint, field in (
        ("NETTER-2", "netter-2", "median PFS", "value"),
        ("COMPETE", "compete", "PFS HR", "value"),
    ):
        wanted = Decimal(rows[study, endpoint]["value"])
        assert wanted in {getattr(t, field) for t in record(key).times_to_event}
    landmarks = rows["Ballal 2022", "24-mo OS; 24-mo PFS"]["value"].split("; ")
    mine = {t.value for t in record("ballal-2022").times_to_event if t.kind == "landmark"}
    assert mine == {Decimal(v) for v in landmarks}


def test_an_unknown_record_is_refused_with_near_names():
    with pytest.raises(DataError, match=r"'ballal-2002' is not in the base; nearest: ballal-20"):
        record("ballal-2002")


def test_printed_digits_are_kept():
    one = parse_record(MINIMAL.encode(), where="one.toml")
    assert str(one.proportions[0].percent) == "50.0"
    assert one.denominator(one.proportions[0]) == 8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "schema: must be 1, got 2"),
        ('title = "A study"\n', "", "title: missing"),
        ("n = 8", "m = 8", r"groups\[0\].m: unknown field; allowed: id, role"),
        ("n = 8", "n = 8.5", r"groups\[0\].n: must be a whole number, got Decimal"),
        ("n = 8", "n = true", r"groups\[0\].n: must be a whole number"),
        ("n = 8", f"n = {10**30}", r"groups\[0\]: n must be a whole number from 1 to 100,000,000"),
        ("n = 4", f"of = {10**12}, n = 4", r"proportions\[0\]: of must be a whole number from 1"),
        (
            "n = 4",
            'criteria = " ", n = 4',
            r"proportions\[0\].criteria: must be a text that is not",
        ),
        ('["225Ac-DOTATATE"]', "[]", "agents: at least one is needed"),
        ('["225Ac-DOTATATE"]', '[""]', "agents must be a text that is not empty"),
        ("n = 8", "n = 0", r"groups\[0\]: n must be a whole number from 1 to 100,000,000"),
        (
            "n = 4",
            "n = -4",
            r"proportions\[0\]: n must be a whole number from 0 to 100,000,000, got -4",
        ),
        ("n = 4", "n = 9, of = 8", r"proportions\[0\]: n must be at most of, got 9 of 8"),
        ("50.0", "150.0", r"proportions\[0\]: percent must be a percentage from 0 to 100"),
        ("50.0", "nan", r"proportions\[0\]: percent must be a percentage from 0 to 100"),
        ("50.0", '"50"', r"proportions\[0\].percent: must be a number, got '50'"),
        ('"paper p. 2"', '"book p. 2"', r"proportions\[0\]: source 'book' is not among"),
        ('"paper p. 2"', '"review p. 2"', r"proportions\[0\].place: a place in the review is"),
        ('"paper p. 2"', '"paper"', r"proportions\[0\].place: where of a place must be a text"),
        ('"paper p. 2"', '"paper p. 2", status = "seen"', "status must be one of read, recalled"),
        (
            'outcome = "PR", group = "all"',
            'outcome = "PR", group = "some"',
            r"proportions\[0\]: group 'some' is not among those of one; allowed: all",
        ),
        ('prior = "naive"', 'prior = "none"', "prior must be one of naive, after beta emitter"),
        ('id = "one"', 'id = "One"', "id must be lower-case words joined by -"),
        ("groups = [", "groups = [1, ", "groups: must be an array of tables"),
        ('agents = ["225Ac-DOTATATE"]', 'agents = "X"', "agents: must be a list of texts"),
        ('"naive"', '"naive', r"Illegal character|Unterminated|Expected|invalid"),
    ],
)
def test_a_damaged_record_is_refused_by_file_and_field(old, new, message):
    assert old in MINIMAL
    with pytest.raises(DataError, match=message) as caught:
        parse_record(MINIMAL.replace(old, new, 1).encode(), where="one.toml")
    assert str(caught.value).startswith("one.toml: ")


def test_another_encoding_is_refused_by_file_and_line():
    raw = MINIMAL.replace("A study", "Stud\N{LATIN SMALL LETTER E WITH ACUTE}").encode("latin-1")
    with pytest.raises(DataError, match=r"one.toml:4: byte 0xe9 is not UTF-8 text; save"):
        parse_record(raw, where="one.toml")


def test_a_byte_order_mark_is_no_mistake():
    marked = parse_record(MINIMAL.encode("utf-8-sig"), where="one.toml")
    assert marked == parse_record(MINIMAL.encode(), where="one.toml")


def test_identifiers_are_unique_over_a_folder(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(DataError, match=r"b.toml: id: 'one' is that of another file too"):
        read_records(tmp_path)
    (tmp_path / "b.toml").unlink()
    assert [one.id for one in read_records(tmp_path)] == ["one"]
    assert read_records(tmp_path / "a.toml") == read_records(tmp_path)


def test_groups_are_unique_within_a_record():
    row = '{ id = "all", role = "arm", n = 3, about = "x", place = "paper p. 1" }'
    twice = MINIMAL.replace("groups = [", f"groups = [{row}, ")
    with pytest.raises(DataError, match="groups: all stands twice"):
        parse_record(twice.encode(), where="one.toml")


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"none.toml: cannot be read: No such file"):
        read_records(tmp_path / "none.toml")
    with pytest.raises(DataError, match=r"no file \*.toml in this folder"):
        read_records(tmp_path)
