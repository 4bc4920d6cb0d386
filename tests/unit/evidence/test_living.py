"""Records written and read again, imported, compared and exported."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from alphatwin.errors import DataError, InvalidValueError, OutputError
from alphatwin.evidence import parse_record, record, records
from alphatwin.evidence.differences import differences
from alphatwin.evidence.registry import import_registry
from alphatwin.evidence.sheet import import_sheet
from alphatwin.evidence.writing import record_of_json, record_to_toml
from alphatwin.report.serializer import to_jsonable
from alphatwin.workflows.evidence_living import (
    evidence_diff_report,
    evidence_export,
    evidence_import_report,
    read_version,
    write_records,
)
from unit.evidence.registry_study import study

HEADS = "record,title,kind,agent,population,citation,outcome,group,group_n,n,percent,grade"
SHEET = f"""{HEADS},median_months
one-2025,Title,cohort,225Ac-DOTATATE,people,"Somebody, 2025",ORR,everybody,24,15,62.50,,
one-2025,,,,,,nausea,everybody,,3,,1-2,
one-2025,,,,,,pfs,everybody,,,,,not reached
two-2025,Other,trial,177Lu-DOTATATE,people,Another,ORR,everybody,10,4,,,
"""


@pytest.mark.parametrize("name", [one.id for one in records()])
def test_every_record_reads_back_as_it_was_written(name):
    one = record(name)
    assert parse_record(record_to_toml(one).encode(), where="again") == one


def test_every_record_reads_back_from_an_export_in_json():
    exported = json.loads(evidence_export("json"))["records"]
    found = [record_of_json(row, where="export") for row in exported]
    assert tuple(found) == records()


def test_texts_with_marks_of_every_sort_survive():
    odd = dataclasses.replace(record("ballal-2020"), title='a "b" \\ c\t\x7fα\nβ')
    assert parse_record(record_to_toml(odd).encode(), where="odd") == odd


def registry(**changes):
    return import_registry(json.dumps(study(**changes)).encode(), where="study.json")


def test_a_registered_study_becomes_a_record():
    one = registry().records[0]
    assert (one.id, one.kind, one.phase, one.state) == ("nct09999999", "trial", "1/2", "completed")
    assert one.agents == ("212Pb-DOTAMTATE",)
    assert one.registration == ("NCT09999999",)
    assert one.design == "non randomized, parallel, none"
    assert one.primary_endpoints == ("Objective Response Rate",)
    assert [(d.kind, d.date, d.is_estimate) for d in one.dates] == [
        ("start", "2021-03", False),
        ("primary completion", "2024-06-30", True),
        ("published", "2025-01-15", False),
    ]
    assert [(g.id, g.role, g.n) for g in one.groups] == [
        ("enrolled", "enrolled", 32),
        ("untreated-before", "arm", 21),
        ("after-177lu", "arm", None),
    ]
    assert all(entry.place.source == "registry" for _, entry in one.entries())
    assert {c.level for c in one.sources} == {"registry", "review"}


def test_results_are_taken_over_with_their_digits():
    one = registry().records[0]
    shares = [(p.outcome, p.group, p.n, p.of, p.percent, p.low, p.high) for p in one.proportions]
    assert shares == [
        ("ORR", "untreated-before", None, 20, Decimal("55.0"), Decimal("31.5"), Decimal("76.9")),
        ("ORR", "after-177lu", None, 10, Decimal("20.0"), None, None),
        ("PR", "untreated-before", 11, 20, None, None, None),
        ("PR", "after-177lu", 2, 10, None, None, None),
        ("SD", "untreated-before", 7, 20, None, None, None),
        ("SD", "after-177lu", 6, 10, None, None, None),
    ]
    times = [
        (t.endpoint, t.group, t.value, t.low, t.high, t.is_reached) for t in one.times_to_event
    ]
    assert times == [
        ("PFS", "untreated-before", None, None, None, False),
        ("PFS", "after-177lu", Decimal("14.20"), Decimal("8.1"), None, True),
    ]
    assert str(one.times_to_event[1].value) == "14.20"
    events = [(e.term, e.n, e.of) for e in one.adverse_events]
    assert events == [
        ("any serious adverse event", 4, 21),
        ("death from any cause", 1, 21),
        ("nausea", 9, 21),
    ]


def test_what_is_not_taken_over_is_said():
    notes = registry().notes
    assert any("'Mean Change of Chromogranin' is not taken over (MEAN, ng/mL)" in n for n in notes)
    assert any("prior: whether beta emitters" in n for n in notes)


def test_a_study_without_results_or_known_agent_is_still_a_record():
    plain = study(armsInterventionsModule={"interventions": [{"name": "Placebo"}]})
    del plain["resultsSection"]
    found = import_registry(json.dumps(plain).encode(), where="study.json")
    assert found.records[0].agents == ("Placebo",)
    assert found.records[0].proportions == ()
    assert any("none of the interventions is an agent" in n for n in found.notes)


def test_several_studies_of_a_search_are_several_records():
    other = study()
    other["protocolSection"]["identificationModule"]["nctId"] = "NCT00000001"
    raw = json.dumps({"studies": [study(), other]}).encode()
    assert [one.id for one in import_registry(raw, where="s").records] == [
        "nct09999999", "nct00000001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", r"f.json:1: no JSON"),
        (b"{\"a\": \"\xff\"}", "byte 0xff is not UTF-8"),
        (b"[]", "no study"),
        (b"{}", "protocolSection: missing"),
        (b'{"protocolSection": {}}', "nctId: must be such as 'NCT01234567', got None"),
        (b"[" * 100_000, "nested too deeply|no JSON"),
        (json.dumps(study(outcomeMeasuresModule={"outcomeMeasures": [{"groups": [7]}]})).encode(),
         "not the shape of API version 2"),
    ],
)  # fmt: skip
def test_what_is_no_registered_study_is_refused(raw, said):
    with pytest.raises(DataError, match=said):
        import_registry(raw, where="f.json")


def test_an_impossible_count_of_a_registry_names_its_field():
    wrong = study()
    measure = wrong["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][1]
    measure["classes"][0]["categories"][0]["measurements"][0]["value"] = "30"
    with pytest.raises(DataError, match=r"f.json: proportions\[2\]: n must be at most of, got 30"):
        import_registry(json.dumps(wrong).encode(), where="f.json")


def test_a_table_becomes_records():
    one, two = import_sheet(SHEET.encode(), where="t.csv").records
    assert (one.id, two.id) == ("one-2025", "two-2025")
    assert (one.proportions[0].n, str(one.proportions[0].percent)) == (15, "62.50")
    assert one.group("everybody").n == 24
    assert (one.adverse_events[0].term, one.adverse_events[0].grade) == ("nausea", "1-2")
    assert (one.times_to_event[0].endpoint, one.times_to_event[0].is_reached) == ("PFS", False)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_and_a_byte_order_mark_are_read(mark):
    plain = SHEET.replace('"Somebody, 2025"', "Somebody")
    text = "\ufeff" + plain.replace(",", mark)
    assert import_sheet(text.encode(), where="t") == import_sheet(plain.encode(), where="t")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title,kind", "titel,kind", "t.csv:1: unknown head titel"),
        ("outcome,group", "note,group", "t.csv:1: missing head outcome"),
        ("title,kind", "kind,kind", "t.csv:1: missing head title"),
        ("15,62.50", "fifteen,62.50", "t.csv:2: n: must be a number"),
        ("15,62.50", "1.5,62.50", "t.csv:2: n: must be a whole number"),
        ("15,62.50", "25,62.50", r"record 'one-2025': .*n must be at most of|proportions\[0\]"),
        ("one-2025,,,,,,nausea", "one-2025,Else,,,,,nausea", "t.csv:3: title: 'Else', but 'Title'"),
        ("cohort", "kohort", "record 'one-2025': kind must be one of"),
        (",not reached", ",not reached,more", "t.csv:4: has not as many cells"),
        ("one-2025,,,,,,nausea", ",,,,,,nausea", "t.csv:3: record: is empty"),
        ("Somebody", "Some\ud800body", "not UTF-8"),
    ],
)  # fmt: skip
def test_mistakes_of_a_table_are_named_with_their_line(old, new, said):
    text = SHEET.replace(old, new, 1)
    assert text != SHEET
    if "at most" in said:
        text = text.replace("group_n,n,percent", "group_n,n,of").replace("25,62.50", "25,24")
    with pytest.raises(DataError, match=said):
        import_sheet(text.encode("utf-8", errors="surrogatepass"), where="t.csv")


def test_an_empty_table_is_refused():
    with pytest.raises(DataError, match="no figure"):
        import_sheet(SHEET.splitlines()[0].encode(), where="t.csv")


def test_a_version_differs_from_itself_in_nothing():
    assert differences(records(), records()) == ()


def test_differences_name_record_field_and_both_values():
    old = record("ballal-2020")
    changed = dataclasses.replace(
        old,
        title="Another",
        proportions=(dataclasses.replace(old.proportions[0], n=14), *old.proportions[1:]),
        follow_up=(),
    )
    found = differences([old, record("yadav-2022")], [changed, record("demirci-2023")])
    said = {(d.record, d.field, d.change, d.old, d.new) for d in found}
    assert ("ballal-2020", "title", "changed", old.title, "Another") in said
    assert ("ballal-2020", "proportions[PR, evaluable].n", "changed", "15", "14") in said
    assert ("yadav-2022", "", "removed", record("yadav-2022").title, None) in said
    assert ("demirci-2023", "", "added", None, record("demirci-2023").title) in said
    assert any(d.field.startswith("follow_up[") and d.change == "removed" for d in found)


def test_an_order_of_entries_makes_no_difference():
    one = record("ballal-2022")
    turned = dataclasses.replace(one, limitations=one.limitations[::-1])
    assert differences([one], [turned]) == ()


def test_an_export_has_no_difference_to_the_base(tmp_path):
    path = tmp_path / "base.json"
    path.write_text(evidence_export("json"), encoding="utf-8")
    report = evidence_diff_report(path, "base")
    assert (report.old_records, report.differences) == (len(records()), ())


def test_imported_records_are_written_once_and_read_again(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(SHEET, encoding="utf-8")
    report = evidence_import_report(path)
    assert report.source_format == "csv"
    written = write_records(report, tmp_path / "out")
    assert [p.name for p in written] == ["one-2025.toml", "two-2025.toml"]
    assert read_version(tmp_path / "out") == report.records
    with pytest.raises(OutputError, match=r"one-2025.toml: is there already"):
        write_records(report, tmp_path / "out")


def test_an_import_is_audited(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(SHEET.replace("15,62.50", "15,62.6"), encoding="utf-8")
    assert [f.rule for f in evidence_import_report(path).findings]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no export"),
        ("{}", "records: missing"),
        ('{"schema": 2, "records": []}', "schema: must be 1, got 2"),
        ('{"schema": 1, "records": [3]}', r"records\[0\]: a record is an object"),
        ('{"schema": 1, "records": [{"id": "a"}]}', r"records\[0\]: .*missing"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path, text, said):
    path = tmp_path / "v.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_version(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nothing.json: cannot be read"):
        evidence_import_report(tmp_path / "nothing.json")


def test_csv_has_every_figure():
    rows = list(csv.DictReader(io.StringIO(evidence_export("csv"))))
    assert {row["record"] for row in rows} <= {one.id for one in records()}
    found = [r for r in rows if (r["record"], r["outcome"]) == ("ballal-2020", "PR")]
    assert [(r["n"], r["of"]) for r in found] == [("15", "24")]


def test_bibtex_has_every_source_once_with_balanced_braces():
    text = evidence_export("bibtex")
    keys = re.findall(r"^@misc\{([^,]+),$", text, re.MULTILINE)
    sources = sum(len(one.sources) - 1 for one in records())
    assert len(keys) == len(set(keys)) == sources
    plain = re.sub(r"\\.", "", text)
    assert plain.count("{") == plain.count("}")
    assert "doi = {10.1007/s00259-019-04567-2}" in text


def test_ris_begins_and_ends_every_source():
    lines = evidence_export("ris").split("\r\n")
    assert lines.count("TY  - GEN") == lines.count("ER  - ")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines if line)


def test_the_page_needs_nothing_but_itself_and_escapes(monkeypatch):
    from alphatwin.report.evidence_html import records_page

    odd = dataclasses.replace(record("ballal-2020"), title="<script>alert(1)</script>")
    page = records_page([odd])
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    HTMLParser().feed(page)


def test_an_unknown_form_is_refused():
    with pytest.raises(InvalidValueError, match="form must be one of json, csv"):
        evidence_export("docx")


def test_the_import_answers_in_its_schema(tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps(study()), encoding="utf-8")
    assert to_jsonable(evidence_import_report(path))["source_format"] == "clinicaltrials.gov"
