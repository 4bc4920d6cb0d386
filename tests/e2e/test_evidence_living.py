"""`alphatwin evidence pool`, `import`, `diff` and `export` from the command line."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from alphatwin.evidence import records
from alphatwin.report.serializer import json_schema
from e2e.test_evidence import SCHEMAS, alphatwin
from unit.evidence.registry_study import study


@pytest.fixture
def registered(tmp_path):
    path = tmp_path / "study.json"
    path.write_text(json.dumps(study()), encoding="utf-8")
    return path


def checked(done):
    report = json.loads(done.stdout)
    schema = json_schema(report["kind"])
    jsonschema.validate(report, schema)
    published = SCHEMAS / f"report.{report['kind']}.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schema
    return report


def test_every_command_answers_with_one_object_of_its_published_schema(registered, tmp_path):
    pooled = checked(alphatwin("pool", "--outcome", "orr", "--json"))
    assert pooled["overall"]["studies"] == len(pooled["studies"])
    assert checked(alphatwin("import", registered, "--json"))["records"][0]["id"] == "nct09999999"
    exported = tmp_path / "base.json"
    exported.write_text(alphatwin("export", "--format", "json").stdout, encoding="utf-8")
    assert len(checked(alphatwin("export", "--format", "json"))["records"]) == len(records())
    assert checked(alphatwin("diff", exported, "base", "--json"))["differences"] == []


def test_a_pool_is_written_with_its_figures(tmp_path):
    folder = tmp_path / "pool"
    done = alphatwin("pool", "--outcome", "orr", "--by", "agent", "-o", folder)
    assert not done.stdout
    assert {"forest.png", "evidence_map.svg", "report.pdf"} <= {p.name for p in folder.iterdir()}


def test_pages_of_the_terminal_warn_and_fit_80_columns():
    shown = alphatwin("pool", "--outcome", "orr", columns=80).stdout
    assert "This is no comparison of agents" in " ".join(shown.split())
    tables = [line for line in shown.splitlines() if re.search(r"\d/\d+ |─", line)]
    assert len(tables) > 8
    assert max(map(len, tables)) <= 80
    assert "225Ac-DOTATATE: two studies" in shown


def test_an_imported_study_is_a_record_that_can_be_audited_and_compared(registered, tmp_path):
    shown = alphatwin("import", registered).stdout
    assert "is not taken over" in shown
    folder = tmp_path / "mine"
    alphatwin("import", registered, "-o", folder)
    again = alphatwin("import", registered, "-o", folder, code=1)
    assert "is there already and is not replaced" in again.stderr
    audited = json.loads(alphatwin("audit", folder, "--json").stdout)
    assert audited["records"] == ["nct09999999"]
    shown = alphatwin("diff", folder, registered).stdout
    assert shown.startswith("0 differences")
    assert "nct09999999" in alphatwin("diff", "base", folder).stdout


@pytest.mark.parametrize("form", ["csv", "bibtex", "ris", "html"])
def test_exports_go_to_stdout_or_a_file(form, tmp_path):
    out = tmp_path / "out"
    alphatwin("export", "--format", form, "-o", out)
    assert "ballal-2020" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pool", "--outcome", "pfs"), "never"),
        (("import", "nothing.json"), "cannot be read"),
        (("diff", "base", "nothing"), "cannot be read"),
        (("export", "nothing.toml", "--format", "csv"), "cannot be read"),
    ],
)
def test_mistakes_are_messages(arguments, said):
    done = alphatwin(*arguments, code=1)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_shows_an_example():
    for command in ("pool", "import", "diff", "export"):
        assert f"alphatwin evidence {command}" in alphatwin(command, "--help").stdout
