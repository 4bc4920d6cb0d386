"""Make docs/reference/python.md: the public names of alphatwin, which a test pins.

python tools/make_python_reference.py [--check]
"""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "python.md"
HEAD = """\
# Python

<!-- Made by tools/make_python_reference.py; do not edit. -->

The names below are what `import alphatwin` offers and what stays stable between minor versions.
Everything else may be imported from its package (`alphatwin.nuclides`, `alphatwin.kinetics`, ...),
where the docstrings give units, shapes, errors and sources; those names may still change.

| name | what it is |
|---|---|
"""


def render() -> str:
    """Return the page."""
    door = importlib.import_module("alphatwin")
    rows = []
    for name in sorted(getattr(door, "__all__", ()), key=str.lower):
        value = getattr(door, name)
        text = inspect.getdoc(value) if callable(value) or inspect.ismodule(value) else None
        first = text.splitlines()[0] if text else f"`{value}`"
        shown = name
        if inspect.isfunction(value):
            parameters = inspect.signature(value).parameters
            shown = f"{name}({', '.join(parameters)})"
        rows.append(f"| `{shown}` | {first} |\n")
    return HEAD + "".join(rows)


def main() -> None:
    """Write the page, or with ``--check`` leave with 1 if it is out of date."""
    page = render()
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        sys.exit(f"{PAGE.name} is out of date: run make docs")


if __name__ == "__main__":
    main()
