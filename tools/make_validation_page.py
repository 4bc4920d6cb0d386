"""Make docs/validation.md: what is held against outside truth, read from the validation tests.

    python tools/make_validation_page.py [--check]

Of each module in tests/validation the page takes its docstring (what is compared with what, and
from where), each test with its docstring, and each named constant with the comment that gives the
reason: tolerances and the figures of the outside truth.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests" / "validation"
PAGE = ROOT / "docs" / "validation.md"
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
LONGEST_VALUE = 60  # a constant of more characters is a table and stays in the test
HEAD = """\
# Validation

<!-- Made by tools/make_validation_page.py from tests/validation; do not edit. -->

Every claim below is a test against something outside of AlphaTwin: a printed figure, a closed form,
arithmetic of 60 digits, another program. `make validate` runs them all. Each tolerance is a named
constant with its reason; where a test holds two independent routes against each other, it says so.
Figures whose source could not be opened are never a bar here.
"""


def render() -> str:
    """Return the page."""
    modules = sorted(TESTS.rglob("test_*.py"))
    return HEAD + "".join(_section(path) for path in modules)


def _section(path: Path) -> str:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    title, _, rest = (ast.get_docstring(tree) or path.stem).partition("\n")
    parts = [f"\n## {title.strip().rstrip('.')}\n"]
    parts.append(f"[`{path.relative_to(ROOT)}`](../{path.relative_to(ROOT)})\n")
    if rest.strip():
        parts.append(_markdown(rest.strip()) + "\n")
    tests = [
        n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")
    ]
    parts.append(
        "\n".join(_test_row(test) for test in sorted(tests, key=lambda t: t.lineno)) + "\n"
    )
    constants = _constants(tree, source.splitlines())
    if constants:
        rows = "\n".join(f"| `{name}` | {value} | {why} |" for name, value, why in constants)
        parts.append(f"| figure or tolerance | value | source or reason |\n|---|---|---|\n{rows}\n")
    word = path.stem.removeprefix("test_").partition("_")[0]
    parts += [
        _differences(t) for t in path.parent.glob("*_differences.csv") if t.stem.startswith(word)
    ]
    return "\n".join(parts)


def _differences(path: Path) -> str:
    """Return a table of differences that a tool has written beside a test."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(row)} |" for row in lines)
    return f"<details><summary>All differences ({path.name})</summary>\n\n{table}\n\n</details>\n"


def _test_row(test: ast.FunctionDef) -> str:
    name = test.name.removeprefix("test_").replace("_", " ")
    text = " ".join((ast.get_docstring(test) or "").split())
    return f"- **{name[0].upper()}{name[1:]}.** {text}".rstrip()


def _constants(tree: ast.Module, lines: list[str]) -> list[tuple[str, str, str]]:
    found = []
    for place, node in enumerate(tree.body):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            name, value = node.target.id, node.value
        else:
            continue
        shown = ast.unparse(value)
        if CONSTANT.fullmatch(name) and len(shown) <= LONGEST_VALUE and "Path" not in shown:
            after = tree.body[place + 1] if place + 1 < len(tree.body) else None
            why = _reason(node, after, lines)
            found.append((name, _cell(f"`{shown}`"), _cell(why)))
    return found


def _reason(node: ast.stmt, after: ast.stmt | None, lines: list[str]) -> str:
    """Return the comment beside a constant, the lines of comment over it, or the text under it."""
    _, mark, beside = lines[(node.end_lineno or node.lineno) - 1].partition("  # ")
    if mark:
        return beside
    over: list[str] = []
    row = node.lineno - 2
    while row >= 0 and lines[row].startswith("#"):
        over.insert(0, lines[row].lstrip("# "))
        row -= 1
    if over:
        return " ".join(over)
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
        return " ".join(str(after.value.value).split())
    return ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _markdown(text: str) -> str:
    """Return a docstring as Markdown: double backticks become single ones, roles their names."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return text.replace("``", "`")


def main() -> None:
    """Write the page, or with ``--check`` leave with 1 if it is out of date."""
    page = render()
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        sys.exit(f"{PAGE.name} is out of date: run make docs")


if __name__ == "__main__":
    main()
