"""Make the reference of the reports from their own descriptions.

``python tools/make_report_reference.py`` writes docs/reference/report.md and a JSON Schema of each
kind of report beside it; with ``--check`` it writes nothing and fails if they are out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alphatwin.report.serializer import Kind, json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_HEAD = """# The reports, key by key

Made by `tools/make_report_reference.py` from the values of `alphatwin.report`; do not edit by
hand. Every command answers `--json` with one object, whose `kind` says which of them it is;
`alphatwin.report.serializer.json_schema(kind)` gives its JSON Schema, which also stands in the file
beside this page that each part names. Every key is always there; one whose value is unknown is
`null`. A key ends in its unit; `[]` stands for every item of a list and `{}` for every value of an
object whose keys are names (of nuclides, radiation types, parameters, libraries).
"""
_PARTS: dict[Kind, str] = {
    "dose": "The dose report: `alphatwin dose`, `alphatwin image`, `alphatwin demo`",
    "compare": "Agents side by side: `alphatwin compare`",
    "plan": "What if: `alphatwin plan`",
    "schedule": "When to scan: `alphatwin schedule`",
    "scan": "A folder of scans: `alphatwin scan`",
    "truth": "The truth of a synthetic patient: `alphatwin synthesize`",
    "chain": "A decay chain: `alphatwin chain`",
    "nuclide": "A nuclide: `alphatwin nuclide`",
    "agents": "The catalogue of agents: `alphatwin agents`",
    "evidence_list": "Studies and trials: `alphatwin evidence list`",
    "evidence_record": "A study or trial: `alphatwin evidence show`",
    "evidence_find": "Figures that answer a question: `alphatwin evidence find`",
    "evidence_audit": "An audit of records: `alphatwin evidence audit`",
    "svalue": "An S-value: `alphatwin svalue`",
    "kernel": "A dose kernel: `alphatwin kernel`",
    "cell": "One cell: `alphatwin cell`",
    "spheroid": "A spheroid or a monolayer: `alphatwin spheroid`",
    "tissue": "A tissue as an image of labels: `alphatwin tissue`",
    "evidence_pool": "Studies in one number: `alphatwin evidence pool`",
    "evidence_import": "Records made from a file: `alphatwin evidence import`",
    "evidence_diff": "Two versions of the base: `alphatwin evidence diff`",
    "evidence_export": "The base in one object: `alphatwin evidence export --format json`",
}


def rows(schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield path, type and description of every key of the report."""
    yield from _keys(schema, schema, path="")


def _keys(node: Schema, root: Schema, *, path: str) -> Iterator[tuple[str, str, str]]:
    for key, value in node["properties"].items():
        here = f"{path}.{key}" if path else key
        inner, kind, suffix = _resolve(value, root)
        about = value.get("description") or inner.get("description", "")
        yield here + suffix, kind, about
        if "properties" in inner:
            yield from _keys(inner, root, path=here + suffix)


def _resolve(value: Schema, root: Schema) -> tuple[Schema, str, str]:
    """Return the schema behind a key, its type in words and what its path ends in."""
    if "$ref" in value:
        return root["$defs"][value["$ref"].rpartition("/")[2]], "object", ""
    if "anyOf" in value:
        (other,) = (option for option in value["anyOf"] if option.get("type") != "null")
        inner, kind, suffix = _resolve(other, root)
        return inner, f"{kind} or null", suffix
    if value.get("type") == "array":
        few = value.get("prefixItems", ())
        inner, kind, suffix = _resolve(few[0] if few else value["items"], root)
        return inner, f"list of {len(few) or ''} {kind}".replace("  ", " "), f"[]{suffix}"
    if value.get("type") == "object" and "additionalProperties" in value:
        inner, kind, suffix = _resolve(value["additionalProperties"], root)
        return inner, f"object of {kind}", f".{{}}{suffix}"
    return value, _kind(value), ""


def _kind(value: dict[str, Any]) -> str:
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return " or ".join(f"`{json.dumps(item)}`" for item in value["enum"])
    return str(value["type"])


def documents() -> dict[Path, str]:
    """Return the text of each file of the reference."""
    page = [_HEAD]
    texts = {}
    for kind, title in _PARTS.items():
        schema = json_schema(kind)
        file = "report.schema.json" if kind == "dose" else f"report.{kind}.schema.json"
        texts[REFERENCE / file] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        lines = [f"| `{path}` | {type_} | {_cell(about)} |" for path, type_, about in rows(schema)]
        page.append(
            f"## {title}\n\n{schema['description']} JSON Schema: [{file}]({file}).\n\n"
            "| key | type | what |\n|---|---|---|\n" + "\n".join(lines) + "\n"
        )
    return texts | {REFERENCE / "report.md": "\n".join(page)}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the reference, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if out of date")
    check = parser.parse_args().check
    stale = []
    for path, text in documents().items():
        if check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        print(
            f"docs/reference/{', '.join(stale)} out of date: run tools/make_report_reference.py",
            file=sys.stderr,
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
