"""Make the reference of the dose report from its own descriptions.

``python tools/make_report_reference.py`` writes docs/reference/report.schema.json and report.md;
with ``--check`` it writes nothing and fails if they are out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alphatwin.report.serializer import json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_HEAD = """# The dose report, key by key

Made by `tools/make_report_reference.py` from `alphatwin.report.value`; do not edit by hand.
The JSON Schema is `report.schema.json` beside this page. A key ends in its unit; `[]` stands for
every item of a list and `{}` for every value of an object whose keys are names (of nuclides,
radiation types, parameters, libraries).

| key | type | what |
|---|---|---|
"""


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
        inner, kind, suffix = _resolve(value["items"], root)
        return inner, f"list of {kind}", f"[]{suffix}"
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
    schema = json_schema()
    lines = [f"| `{path}` | {kind} | {about} |" for path, kind, about in rows(schema)]
    return {
        REFERENCE / "report.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        REFERENCE / "report.md": _HEAD + "\n".join(lines) + "\n",
    }


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
