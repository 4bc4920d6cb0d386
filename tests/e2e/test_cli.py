"""The command line as a user meets it: one JSON object, exit codes, files only where asked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from alphatwin.examples import example_names, example_text
from alphatwin.report.serializer import json_schema

FORMS = {"report.json", "report.html", "report.pdf"}
SCHEMAS = Path(__file__).parents[2] / "docs" / "reference"
COMMAND = (sys.executable, "-c", "from alphatwin.cli import main; main()")


def environment(columns=100):
    source = str(Path(__file__).parents[2] / "src")
    return os.environ | {"PYTHONPATH": source, "COLUMNS": str(columns), "NO_COLOR": "1"}


def alphatwin(*arguments, cwd=None, code=0, columns=100):
    done = subprocess.run(
        (*COMMAND, *map(str, arguments)),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment(columns),
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def answer(*arguments, cwd=None):
    done = alphatwin(*arguments, "--json", cwd=cwd)
    return json.loads(done.stdout, parse_constant=pytest.fail)


@pytest.fixture
def course(tmp_path):
    file = tmp_path / "course.toml"
    text = example_text("umich_lu177_dotatate").replace("samples = 10000", "samples = 500")
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("example", example_names())
def test_demo_answers_with_one_object_of_the_published_schema(example):
    report = answer("demo", "--example", example)
    jsonschema.validate(report, json_schema())
    assert report["kind"] == "dose"


@pytest.mark.parametrize(
    "arguments",
    [
        ("chain", "Th-228", "--activity", "1 kBq", "--at", "0 s", "--at", "3 d"),
        ("chain", "Lu-177", "--activity", "7.4 GBq", "--at", "1 h", "--decay-data", "ensdf"),
        ("nuclide", "Ac-225", "--compare"),
        ("nuclide", "Pb-208"),
        ("agents",),
        ("agents", "225Ac-DOTATATE"),
    ],
)
def test_every_command_answers_with_one_object_of_its_published_schema(arguments):
    report = answer(*arguments)
    assert report["kind"] == arguments[0]
    jsonschema.validate(report, json_schema(report["kind"]))
    published = SCHEMAS / f"report.{report['kind']}.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == json_schema(report["kind"])


def test_dose_of_the_example_is_that_of_the_demo(course, tmp_path):
    course.write_text(example_text("umich_lu177_dotatate"), encoding="utf-8")
    demo, dose = answer("demo"), answer("dose", course)
    assert demo["agents"] == dose["agents"]
    assert demo["inputs"]["course_sha256"] == dose["inputs"]["course_sha256"]


def test_dose_writes_three_forms_only_where_it_is_told_to(course, tmp_path):
    alphatwin("dose", course, cwd=tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"course.toml"}
    alphatwin("dose", course, "-o", "report", cwd=tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"course.toml", "report"}
    assert {p.name for p in (tmp_path / "report").iterdir()} == FORMS
    written = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert written == answer("dose", course)


def test_json_and_files_at_once_keep_stdout_for_the_object(course, tmp_path):
    report = answer("dose", course, "-o", tmp_path / "report")
    assert json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8")) == report


def test_decay_data_and_seed_change_the_answer_and_are_recorded(course):
    first = answer("dose", course)
    other = answer("dose", course, "--decay-data", "ensdf", "--seed", "3")
    assert (first["inputs"]["decay_data"], first["inputs"]["seed"]) == ("icrp107", 1)
    assert (other["inputs"]["decay_data"], other["inputs"]["seed"]) == ("ensdf", 3)
    assert first["agents"] != other["agents"]
    assert {t["name"] for t in first["inputs"]["tables"]} != {
        t["name"] for t in other["inputs"]["tables"]
    }


def test_compare_sets_agents_side_by_side(course):
    agents = ("177Lu-DOTATATE", "225Ac-DOTATATE")
    report = answer("compare", course, "--agents", ",".join(agents))
    jsonschema.validate(report, json_schema("compare"))
    assert tuple(a["agent"] for a in report["agents"]) == agents
    assert {r["region"] for r in report["regions"]} >= {"lesion 1", "kidneys"}
    assert "225Ac-DOTATATE" in alphatwin("compare", course, "--agents", ",".join(agents)).stdout
    done = alphatwin("compare", course, "--agents", "177Lu-DOTATATE", code=1)
    assert "at least two" in done.stderr


def test_plan_sets_regimens_against_levels_and_asks_what_if(course, tmp_path):
    arguments = ("plan", course, "--agents", "177Lu-DOTATATE,225Ac-DOTATATE")
    report = answer(*arguments, "--activity", "225Ac-DOTATATE=100 kBq/kg", "--cycles", "3")
    jsonschema.validate(report, json_schema("plan"))
    published = json.loads((SCHEMAS / "report.plan.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema("plan")
    rows = {r["agent"]: r for r in report["what_if"]}
    assert rows["225Ac-DOTATATE"]["activity_bq"] == [9.3e6]
    assert len(rows["177Lu-DOTATATE"]["activity_bq"]) == 20
    shown = alphatwin(*arguments).stdout
    assert "BED 28 Gy" in shown
    assert "comparators, not limits" in shown
    alphatwin(*arguments, "-o", tmp_path / "plan")
    assert {p.name for p in (tmp_path / "plan").iterdir()} == FORMS


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--alpha-beta", "kidneys=0 Gy", "must be finite and > 0"),
        ("--alpha-beta", "2.5 Gy", "needs a region and a value"),
        ("--alpha-beta", "kidneys=2.5", "has no unit"),
        ("--interval", "8", "has no unit"),
        ("--activity", "10 mg", "activity was expected"),
        ("--agents", "225Ac-NOTHING", "not in the catalogue"),
    ],
)
def test_plan_says_what_is_wrong_with_an_option(course, option, value, message):
    done = alphatwin("plan", course, option, value, code=1)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_schedule_says_when_to_scan():
    arguments = ("schedule", "177Lu-DOTATATE", "--scans", "1", "--predict", "225Ac-DOTATATE")
    report = answer(*arguments)
    jsonschema.validate(report, json_schema("schedule"))
    assert [r["nuclide"] for r in report["best"]] == ["Lu-177", "Ac-225"]
    assert "Usual schedules" in alphatwin(*arguments).stdout
    done = alphatwin("schedule", "177Lu-DOTATATE", "--scans", "1", "--noise", "10", code=1)
    assert "%" in done.stderr


def test_chain_says_activity_and_decays_of_every_member():
    report = answer("chain", "225Ac", "--activity", "1 MBq", "--at", "0 s", "--at", "10 d")
    assert report["time_s"] == [0.0, 864000.0]
    members = {m["nuclide"]: m for m in report["nuclides"]}
    assert members["Ac-225"]["activity_bq"] == pytest.approx([1e6, 5e5], rel=1e-6)
    assert members["Ac-225"]["cumulated_decays"][0] == 0.0
    assert members["Bi-213"]["activity_bq"][1] > 5e5
    assert report["nuclides"][0]["nuclide"] == "Ac-225"


def test_nuclide_says_half_life_and_energies_by_kind():
    report = answer("nuclide", "Bi-213", "--compare")
    kinds = {"alpha", "recoil", "beta", "conversion", "auger", "photon"}
    assert report["half_life_s"] == pytest.approx(45.59 * 60.0)
    assert set(report["energy_per_decay_mev"]) == kinds
    assert set(report["chain_energy_per_parent_decay_mev"]) == kinds
    assert {row["quantity"] for row in report["comparison"]} >= {"half_life_s"}


def test_agents_says_what_is_published_and_what_is_not():
    everyone = answer("agents")["agents"]
    assert {a["name"] for a in everyone} >= {
        "177Lu-DOTATATE",
        "225Ac-DOTATATE",
        "213Bi-DOTATOC",
        "212Pb-DOTAMTATE",
    }
    (one,) = answer("agents", "RYZ101")["agents"]
    assert one["name"] == "225Ac-DOTATATE"
    assert one["absent"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo",),
        ("chain", "Pb-212", "--activity", "1 MBq", "--at", "1 h"),
        ("nuclide", "At-211", "--compare"),
        ("nuclide", "Lu-177"),
        ("agents",),
        ("agents", "177Lu-DOTATATE"),
    ],
)
def test_every_page_of_the_terminal_prints(arguments):
    assert len(alphatwin(*arguments).stdout.splitlines()) > 4


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo",),
        ("demo", "--example", "lu177_psma_patient_1"),
        ("nuclide", "Ac-225", "--compare"),
        ("nuclide", "Th-228", "--compare"),
        ("agents",),
        ("agents", "177Lu-DOTATATE"),
        ("agents", "225Ac-DOTATATE"),
        ("chain", "Pb-212", "--activity", "1 MBq", "--at", "1 h", "--at", "1 d"),
    ],
)
def test_tables_of_the_terminal_fit_80_columns_and_are_not_cut(arguments):
    shown = alphatwin(*arguments, columns=80).stdout
    tables = [line for line in shown.splitlines() if re.search(r"\S {3,}\S|─", line)]
    assert tables
    assert max(map(len, tables)) <= 80
    assert "…" not in shown


def test_table_wider_than_the_terminal_loses_nothing():
    times = [part for hours in range(1, 9) for part in ("--at", f"{hours} h")]
    shown = alphatwin("chain", "Ac-225", "--activity", "1 MBq", *times, columns=80).stdout
    wide = alphatwin("chain", "Ac-225", "--activity", "1 MBq", *times, columns=400).stdout
    assert shown.replace("─", "").split() == wide.replace("─", "").split()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nuclide", "Xx-999"), "Xx-999"),
        (("chain", "Ac-225", "--activity", "1", "--at", "1 h"), "unit"),
        (("chain", "Ac-225", "--activity", "1 Gy", "--at", "1 h"), "Gy"),
        (("chain", "Ac-225", "--activity", "1 MBq", "--at", "-1 h"), "-1 h"),
        (("agents", "225Ac-DOTATOX"), "225Ac-DOTATATE"),
        (("dose", "missing.toml"), "missing.toml"),
    ],
)
def test_wrong_input_is_a_message_and_exit_code_1(arguments, says, tmp_path):
    done = alphatwin(*arguments, cwd=tmp_path, code=1)
    assert says in done.stderr
    assert not done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments", [("dose",), ("demo", "--seed", "x"), ("nuclide", "Bi-213", "--stopping", "srim")]
)
def test_wrong_command_line_is_exit_code_2(arguments):
    assert not alphatwin(*arguments, code=2).stdout


def test_every_mistake_of_a_course_is_reported_by_line_and_nothing_is_written(course, tmp_path):
    text = course.read_text(encoding="utf-8")
    text = text.replace('"7210.4 MBq"', '"-7210.4 MBq"').replace('"93 kg"', '"93"')
    course.write_text(text, encoding="utf-8")
    done = alphatwin("dose", course, "-o", tmp_path / "report", code=1)
    lines = [line for line in done.stderr.splitlines() if "course.toml:" in line]
    assert len(lines) == 2
    assert re.search(r"course\.toml:\d+: patient\.weight: ", done.stderr)
    assert re.search(r"course\.toml:\d+: administrations\[\d\]\.activity: ", done.stderr)
    assert not (tmp_path / "report").exists()


def test_template_is_a_course_that_runs_and_is_never_overwritten(tmp_path):
    file = tmp_path / "new.toml"
    alphatwin("new", file)
    before = file.read_bytes()
    report = answer("dose", file)
    assert "template_title" in {w["code"] for w in report["warnings"]}
    done = alphatwin("new", file, code=1)
    assert "new.toml" in done.stderr
    assert file.read_bytes() == before


def test_help_of_every_command_shows_an_example():
    commands = ("demo", "new", "dose", "compare", "plan", "schedule", "chain", "nuclide", "agents")
    shown = alphatwin("--help").stdout
    for command in commands:
        assert command in shown
        assert f"alphatwin {command}" in alphatwin(command, "--help").stdout


def test_nothing_of_the_course_but_its_title_goes_into_the_log(course, tmp_path):
    done = alphatwin("dose", course, "-o", tmp_path / "report")
    assert "Dewaraja" not in done.stderr
    assert not done.stdout


def test_killed_at_any_moment_it_leaves_nothing_or_the_whole(course, tmp_path):
    """Killed at ten moments between the start and the end, the folder is absent or complete."""
    began = time.monotonic()
    alphatwin("dose", course, "-o", tmp_path / "whole")
    whole_s = time.monotonic() - began
    for i in range(10):
        folder = tmp_path / f"killed {i}"
        process = subprocess.Popen(
            (*COMMAND, "dose", str(course), "-o", str(folder)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        time.sleep(whole_s * (0.55 + 0.05 * i))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if folder.exists():
            assert {p.name for p in folder.iterdir()} == FORMS
            json.loads((folder / "report.json").read_text(encoding="utf-8"))
