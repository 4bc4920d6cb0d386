"""One JSON for all faces: the published shape, full precision, no NaN, and the reference page."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from alphatwin.agents import agents
from alphatwin.errors import InvalidValueError
from alphatwin.report.physics_value import AgentsReport
from alphatwin.report.schema import docstring_parts
from alphatwin.report.serializer import json_schema, to_json, to_jsonable
from unit.report.sample_report import many_regions_report, sample_report

ROOT = Path(__file__).parents[3]
KINDS = (
    "dose", "compare", "plan", "schedule", "chain", "nuclide", "agents", "evidence_list",
    "evidence_record", "evidence_find", "evidence_audit", "evidence_pool", "evidence_import",
    "evidence_diff", "evidence_export",
)  # fmt: skip


def _with_dose_high(report, value):
    agent = report.agents[1]
    region = agent.regions[0]
    dose = replace(region.absorbed_dose_gy, high=value)
    agent = replace(agent, regions=(replace(region, absorbed_dose_gy=dose), *agent.regions[1:]))
    return replace(report, agents=(report.agents[0], agent, *report.agents[2:]))


@pytest.mark.parametrize("make", [sample_report, many_regions_report])
def test_report_meets_its_schema(make):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(to_json(make())))


def test_schema_refuses_unknown_missing_and_wrong_keys():
    validator = jsonschema.Draft202012Validator(json_schema())
    tree = to_jsonable(sample_report())
    for wrong in (
        tree | {"extra": 1},
        {k: v for k, v in tree.items() if k != "notice"},
        tree | {"schema": 2},
        tree | {"patient": tree["patient"] | {"weight_kg": "93 kg"}},
    ):
        assert not validator.is_valid(wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_schema_describes_every_key_in_its_own_words(kind):
    schema = json_schema(kind)
    for definition in (schema, *schema["$defs"].values()):
        about = []
        for key, value in definition["properties"].items():
            inner = schema["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
            about.append(value.get("description") or inner.get("description"))
            assert about[-1], key
            assert "None" not in about[-1]
        assert len(set(about)) == len(about)


@pytest.mark.parametrize("kind", KINDS)
def test_schema_requires_every_key_and_knows_no_other(kind):
    schema = json_schema(kind)
    for definition in (schema, *schema["$defs"].values()):
        assert definition["additionalProperties"] is False
        assert definition["required"] == list(definition["properties"])
        assert not any("default" in value for value in definition["properties"].values())


def test_schema_of_the_agents_meets_the_catalogue_and_no_mutilated_agent():
    validator = jsonschema.Draft202012Validator(json_schema("agents"))
    tree = to_jsonable(AgentsReport(schema=1, kind="agents", agents=agents()))
    validator.validate(tree)
    first = tree["agents"][0]
    for wrong in (
        first | {"nuclide": None},
        first | {"route": "oral"},
        {k: v for k, v in first.items() if k != "absent"},
    ):
        assert not validator.is_valid(tree | {"agents": [wrong]})


def test_unknown_kind_is_refused():
    with pytest.raises(InvalidValueError, match=r"dose, .*schedule.*, got 'doses'"):
        json_schema("doses")


def test_docstrings_are_read_entry_by_entry():
    class Value:
        """A value of None.

        And more.

        Attributes
        ----------
        one, two
            First line,
            second; ``None`` if :class:`Value` knows none.
        three
            Third.

        Notes
        -----
        four
            Not an attribute.
        """

    about, attributes = docstring_parts(Value)
    assert about == "A value of null. And more."
    assert attributes == {
        "one": "First line, second; `null` if `Value` knows none.",
        "two": "First line, second; `null` if `Value` knows none.",
        "three": "Third.",
    }


def test_floats_come_back_bit_by_bit():
    report = sample_report()
    tree = json.loads(to_json(report))
    assert tree == to_jsonable(report)
    curve = report.agents[1].curves[0]
    assert tuple(tree["agents"][1]["curves"][0]["median_bq"]) == curve.median_bq


def test_keys_keep_the_order_of_the_value():
    tree = to_jsonable(sample_report())
    assert list(tree)[:4] == ["schema", "kind", "notice", "program"]
    assert to_json(sample_report()) == to_json(sample_report())


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("inf")], ids=repr)
def test_not_a_number_is_refused_by_path(value):
    report = _with_dose_high(sample_report(), value)
    with pytest.raises(
        InvalidValueError, match=r"^agents\[1\]\.regions\[0\]\.absorbed_dose_gy\.high .* finite"
    ):
        to_json(report)


def test_not_a_number_in_a_dict_is_refused_by_key():
    report = sample_report()
    region = replace(report.agents[0].regions[0], decays={"Lu-177": math.nan})
    agent = replace(report.agents[0], regions=(region,))
    with pytest.raises(InvalidValueError, match=r"agents\[0\]\.regions\[0\]\.decays\['Lu-177'\]"):
        to_json(replace(report, agents=(agent,)))


def test_arrays_are_refused_with_the_way_out():
    report = sample_report()
    curve = replace(report.agents[0].curves[0], time_s=np.zeros(3))
    agent = replace(report.agents[0], curves=(curve,))
    with pytest.raises(InvalidValueError, match=r"curves\[0\]\.time_s .* ndarray.*tolist"):
        to_json(replace(report, agents=(agent,)))


def test_hostile_text_survives_unchanged():
    text = 'a "quoted" \\ \u2028 </script> ä 漢字 \x07'
    report = replace(sample_report(), notice=text)
    assert json.loads(to_json(report))["notice"] == text


def test_reference_is_up_to_date():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_report_reference.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr


def test_reference_names_every_key_of_a_report():
    page = (ROOT / "docs" / "reference" / "report.md").read_text(encoding="utf-8")
    named = {
        part.rstrip("[]")
        for line in page.splitlines()
        if line.startswith("| `")
        for part in line.split("`")[1].split(".")
    }

    def keys(node):
        if isinstance(node, dict):
            for key, value in node.items():
                yield key
                yield from keys(value)
        elif isinstance(node, list):
            for item in node:
                yield from keys(item)

    tree = to_jsonable(sample_report())
    names = {"numpy", "scipy", "alpha", "recoil", "electron"}  # keys that are names, not fields
    names |= {"uptake_fraction", "effective_half_life_s", "uptake_half_time_s"}
    names |= {"clearance", "uptake and clearance"}
    names |= {"biological_rate_per_s"}
    found = {k for k in keys(tree) if "-" not in k} - names
    assert found <= named
