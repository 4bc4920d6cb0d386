"""`alphatwin evidence` from the command line: shapes, forms, refusals, and how fast it answers."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from alphatwin.evidence import records
from alphatwin.report.serializer import json_schema, to_jsonable
from alphatwin.workflows.evidence import evidence_record_report

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "reference"
RUN = "import sys; sys.argv[0] = 'alphatwin'; from alphatwin.cli import main; main()"


def alphatwin(*arguments, code=0, columns=200):
    done = subprocess.run(
        [sys.executable, "-c", RUN, "evidence", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("list", "--agent", "RYZ101", "--population", "paraganglioma"),
        ("show", "ballal-2022"),
        ("show", "alphamedix-02"),
        ("find", "--agent", "AlphaMedix", "--outcome", "orr"),
        ("find", "--outcome", "kidney"),
        ("find", "--agent", "nobody"),
        ("audit",),
    ],
)
def test_every_command_answers_with_one_object_of_its_published_schema(arguments):
    report = json.loads(alphatwin(*arguments, "--json").stdout)
    kind = {"show": "record"}.get(arguments[0], arguments[0])
    assert report["kind"] == f"evidence_{kind}"
    schema = json_schema(report["kind"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(report, schema)
    published = SCHEMAS / f"report.{report['kind']}.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schema


def test_every_record_meets_the_schema():
    validator = jsonschema.Draft202012Validator(json_schema("evidence_record"))
    reports = {one.id: to_jsonable(evidence_record_report(one.id)) for one in records()}
    wrong = {
        name: [error.message for error in validator.iter_errors(report)]
        for name, report in reports.items()
        if not validator.is_valid(report)
    }
    assert wrong == {}
    assert len(reports) > 35
    # a schema that lets anything through would pass all of the above
    damaged = reports["netter-1"] | {"record": reports["netter-1"]["record"] | {"kind": "rumour"}}
    assert [error.json_path for error in validator.iter_errors(damaged)] == ["$.record.kind"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "yadav-2022"),
        ("show", "netter-1"),
        ("find", "--agent", "225Ac-DOTATATE", "--outcome", "orr"),
        ("find", "--outcome", "toxicity"),
        ("audit",),
    ],
)
def test_pages_of_the_terminal_print_and_their_tables_fit_80_columns(arguments):
    shown = alphatwin(*arguments, columns=80).stdout
    assert len(shown.splitlines()) > 6
    tables = [line for line in shown.splitlines() if re.search(r"^\S.* {3,}\S|─", line)]
    if arguments[0] != "audit":
        assert tables
    assert max(map(len, tables), default=0) <= 80


def test_csv_and_html_go_to_stdout_and_one_form_at_a_time():
    rows = list(csv.DictReader(io.StringIO(alphatwin("find", "--outcome", "dcr", "--csv").stdout)))
    assert {row["outcome"] for row in rows} == {"DCR"}
    page = alphatwin("find", "--outcome", "dcr", "--html").stdout
    assert page.startswith("<!doctype html>")
    assert page.count("<tr") == len(rows) + 1
    both = alphatwin("find", "--json", "--csv", code=1)
    assert "give at most one of them" in both.stderr
    assert not both.stdout


def test_findings_are_results_and_a_users_file_is_audited(tmp_path):
    text = (ROOT / "src/alphatwin/evidence/base/yadav-2022.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text, encoding="utf-8")
    report = json.loads(alphatwin("audit", mine, "--json").stdout)
    assert report["records"] == ["yadav-2022"]
    rules = {finding["rule"] for finding in report["findings"]}
    assert "percentage_impossible" in rules
    assert all(set(f) >= {"record", "field", "rule", "severity"} for f in report["findings"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("percent = 50,", "percents = 50,", r"mine.toml: proportions\[0\].percents: unknown field"),
        (
            "n = 9,",
            "n = -9,",
            r"mine.toml: groups\[0\]: n must be a whole number from 1 to 100,000,000",
        ),
        ("schema = 1", "schema = 1 1", r"mine.toml: "),
    ],
)
def test_a_malformed_record_is_a_message_with_file_and_field(tmp_path, old, new, says):
    text = (ROOT / "src/alphatwin/evidence/base/yadav-2022.toml").read_text(encoding="utf-8")
    assert old in text
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = alphatwin("audit", mine, code=1)
    assert re.search(says, done.stderr)
    assert "Traceback" not in done.stderr


def test_unknown_record_and_missing_file_are_messages():
    assert "nearest: ballal-20" in alphatwin("show", "ballal-2002", code=1).stderr
    assert "cannot be read" in alphatwin("audit", "nothing.toml", code=1).stderr


def test_groups_of_one_study_are_told_apart_on_the_terminal():
    shown = alphatwin("find", "--agent", "AlphaMedix", "--outcome", "orr", columns=80).stdout
    naive, exposed = shown.index("no radionuclide therapy before"), shown.index("progressive after")
    assert naive < shown.index("20/35") < exposed < shown.index("5/26")
    assert "ORR, central" in shown


def test_a_list_and_a_record_have_every_form_too():
    listed = list(csv.DictReader(io.StringIO(alphatwin("list", "--csv").stdout)))
    assert [row["id"] for row in listed] == [one.id for one in records()]
    page = alphatwin("list", "--outcome", "pfs", "--html").stdout
    assert "<td>netter-1</td>" in page
    assert "durban-case" not in page
    shown = alphatwin("show", "kratochwil-2021", "--html").stdout
    assert "Limit: " in shown
    assert "median 57 months" in shown
    assert "http-equiv" in shown
    alphatwin("show", "kratochwil-2021", "--html", "--csv", code=1)


def test_records_of_a_user_are_asked_beside_the_base(tmp_path):
    shipped = files("alphatwin.evidence") / "base" / "ballal-2020.toml"
    text = shipped.read_text(encoding="utf-8").replace('superseded_by = "ballal-2022"\n', "")
    own = tmp_path / "mine-1.toml"
    own.write_text(text.replace('id = "ballal-2020"', 'id = "mine-1"'), encoding="utf-8-sig")
    assert "mine-1" in alphatwin("list", "--also", own).stdout
    assert "everybody treated" in alphatwin("show", "mine-1", "--also", own).stdout
    found = json.loads(alphatwin("find", "--outcome", "orr", "--also", own, "--json").stdout)
    assert {"mine-1", "ballal-2020"} <= {row["record"] for row in found["rows"]}
    pooled = json.loads(alphatwin("pool", "--outcome", "orr", "--also", own, "--json").stdout)
    assert "mine-1" in {one["row"]["record"] for one in pooled["studies"]}
    own.write_text(text, encoding="utf-8")
    assert "is in the base too" in alphatwin("list", "--also", own, code=1).stderr


def test_any_version_can_be_audited(tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text(
        "record,title,kind,agent,population,citation,outcome,group,n,of,percent\n"
        "a-1,Ours,cohort,225Ac-DOTATATE,people,A 2020,ORR,all,,10,33\n",
        encoding="utf-8",
    )
    rules = {f["rule"] for f in json.loads(alphatwin("audit", table, "--json").stdout)["findings"]}
    assert "percentage_impossible" in rules


def test_help_shows_an_example():
    for command in ("list", "show", "find", "audit"):
        assert f"alphatwin evidence {command}" in alphatwin(command, "--help").stdout


@pytest.mark.parametrize(
    ("call", "never"),
    [
        ("evidence import evidence_find_report as f; f(outcome='orr')", {"numpy", "pydantic"}),
        ("evidence import evidence_audit_report as f; f()", {"pydantic"}),
        ("evidence_pool import evidence_pool_report as f; f(outcome='orr')", {"pydantic"}),
    ],
)
def test_asking_imports_no_scipy_no_pandas_and_no_figures(call, never):
    code = f"import sys; from alphatwin.workflows.{call}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "alphatwin" in loaded
    assert not loaded & ({"scipy", "pandas", "matplotlib", "pint", "jinja2", "numba"} | never)


def test_a_question_without_an_answer_says_so():
    said = alphatwin("find", "--agent", "99mTc-HYNIC").stdout
    assert "No figure of the base answers agent '99mTc-HYNIC'" in said
    for arguments in (("find",), ("list",), ("pool", "--outcome", "orr")):
        code = int(arguments[0] == "pool")
        done = alphatwin(*arguments, "--agent", "225Ac-DOTATTE", code=code)
        assert "nearest: 225Ac-DOTATATE" in done.stderr
    assert "must say something" in alphatwin("find", "--outcome", " ", code=1).stderr
