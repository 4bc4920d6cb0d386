"""Make docs/reference/cli.md from the commands themselves.

python tools/make_cli_reference.py [--check]
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import typer

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "cli.md"
HEAD = """\
# Command line

<!-- Made by tools/make_cli_reference.py; do not edit. -->

Results go to standard output, warnings and progress to standard error. With `--json` a command
prints exactly one JSON object. Files are written only where `-o` or an argument says so, whole or
not at all.

| exit code | meaning |
|---|---|
| 0 | done; findings and warnings are results, not failures |
| 1 | the input or the data are wrong: a message says what, where, and the way out |
| 2 | the command line itself is wrong |
"""


def application() -> typer.Typer:
    """Return the program's one Typer application; groups of commands hang below it."""
    found: typer.Typer = importlib.import_module("alphatwin.cli.main").app
    return found


def commands() -> dict[str, Any]:
    """Return every command by the words that call it, ``alphatwin`` first."""
    root = typer.main.get_command(application())
    return {"alphatwin": root, **_below(root, "alphatwin")}


def _below(command: Any, words: str) -> dict[str, Any]:
    found = {}
    for name, child in sorted(getattr(command, "commands", {}).items()):
        if child.hidden:
            continue
        found[f"{words} {name}"] = child
        found |= _below(child, f"{words} {name}")
    return found


def render() -> str:
    """Return the page."""
    return HEAD + "".join(_section(words, command) for words, command in commands().items())


def _section(words: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = [words, *(_argument(p) for p in arguments), "[OPTIONS]"]
    text = inspect.cleandoc(command.help or "").replace("\f", "")
    parts = [f"\n## `{words}`\n", text + "\n", f"```text\n{' '.join(usage)}\n```\n"]
    rows = [f"| `{_argument(p)}` | {_cell(p)} |" for p in arguments]
    rows += [f"| {_names(p)} | {_cell(p)} |" for p in options]
    if rows:
        parts.append("| argument or option | meaning |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name).upper()
    return name if parameter.required else f"[{name.strip('[]')}]"


def _names(parameter: Any) -> str:
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _cell(parameter: Any) -> str:
    text = " ".join((parameter.help or "").split())
    default = parameter.default
    if default not in (None, False, "", ()) and not callable(default) and not parameter.required:
        value = getattr(default, "value", default)
        text = f"{text} Default: `{value}`."
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def main() -> None:
    """Write the page, or with ``--check`` leave with 1 if it is out of date."""
    page = render()
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        sys.exit(f"{PAGE.name} is out of date: run make docs")


if __name__ == "__main__":
    main()
