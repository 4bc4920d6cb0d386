"""Run the examples of README.md and of other pages, and compare prints with what they show.

    python tools/run_pages.py            compare
    python tools/run_pages.py --write    put what was printed into the pages

Of a page, ``python`` blocks run one after the other in one namespace; a ``text`` block right after
one shows what it prints. In a ``console`` block each line ``$ alphatwin ...`` runs the command, and
the lines under it show its standard output. A line ``...`` stands for any lines: what shows some
lines and leaves out others is never rewritten. Numbers are compared loosely, all else to the
letter.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "docs/tutorial/first-light.md",
    "docs/tutorial/cells.md",
    "docs/how-to/plan.md",
    "docs/how-to/scans.md",
)
# The limits of an interval from 10 000 samples move by 2 to 3 % with the random stream, which
# numpy does not promise to keep between versions.
NUMBER_TOLERANCE = 0.05
PYTHON = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n?```text\n(?P<shown>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
CONSOLE = re.compile(r"^```console\n(?P<lines>.*?)^```\n", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])[-+\u2212]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
ANY = "..."


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of a page that runs: where it begins, its source, what is shown, and where."""

    kind: str
    place: int
    source: str
    shown: str | None
    start: int
    stop: int


def examples(text: str) -> list[Example]:
    """Return the examples of a page, in order."""
    found = [
        Example("python", m.start(), m["code"], m["shown"], m.start("shown"), m.end("shown"))
        for m in PYTHON.finditer(text)
    ]
    for block in CONSOLE.finditer(text):
        place = block.start("lines")
        for piece in re.split(r"^(?=\$ )", block["lines"], flags=re.MULTILINE):
            command, _, shown = piece.partition("\n")
            if piece:
                start = place + len(command) + 1
                stop = place + len(piece)
                found.append(Example("console", place, command[2:], shown, start, stop))
            place += len(piece)
    return sorted(found, key=lambda example: example.place)


def run_command(command: str, folder: Path) -> str:
    """Return the standard output of ``alphatwin ...``, run in a folder."""
    program, *words = shlex.split(command)
    if program != "alphatwin":
        msg = f"a console example must begin with alphatwin, got {command!r}"
        raise ValueError(msg)
    code = "import sys; from alphatwin.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        msg = f"$ {command}\nleft with {done.returncode}:\n{done.stdout}{done.stderr}"
        raise RuntimeError(msg)
    return done.stdout


def run_python(source: str, namespace: dict[str, object], folder: Path) -> str:
    """Return what a piece of Python prints, run in a folder and a namespace."""
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        exec(compile(source, "<page>", "exec"), namespace)
    return printed.getvalue()


def differs(shown: str, printed: str) -> str | None:
    """Return how what a page shows differs from what was printed, or ``None`` if it does not."""
    rows = [" ".join(row.split()) for row in printed.splitlines() if row.strip()]
    place, free = 0, False
    for row in (" ".join(row.split()) for row in shown.splitlines() if row.strip()):
        if row == ANY:
            free = True
            continue
        ahead = rows[place:] if free else rows[place : place + 1]
        step = next((i for i, other in enumerate(ahead) if _same(row, other)), None)
        if step is None:
            return f"the page shows  {row}\nprinted was:\n{printed}"
        place, free = place + step + 1, False
    if not free and place < len(rows):
        return f"printed, but not shown: {rows[place]}"
    return None


def _same(shown: str, printed: str) -> bool:
    if NUMBER.sub("#", shown) != NUMBER.sub("#", printed):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(math.isclose(_number(a), _number(b), rel_tol=NUMBER_TOLERANCE) for a, b in pairs)


def _number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def run_page(text: str, folder: Path) -> tuple[str, list[str]]:
    """Return a page with what its examples print, and how that differs from what it shows."""
    namespace: dict[str, object] = {}
    differences = []
    changes = []
    for example in examples(text):
        if example.kind == "python":
            printed = run_python(example.source, namespace, folder)
        else:
            printed = run_command(example.source, folder)
        if example.shown is None:
            continue
        difference = differs(example.shown, printed)
        if difference is not None:
            differences.append(f"{example.source.strip()}\n{difference}")
        if example.shown.strip() == ANY or ANY not in example.shown.splitlines():
            changes.append((example.start, example.stop, printed))
    for start, stop, printed in reversed(changes):
        rows = [row.rstrip() for row in printed.splitlines()]
        text = text[:start] + "".join(f"{row}\n" for row in rows) + text[stop:]
    return text, differences


def main() -> None:
    """Run every page; with ``--write`` mend them, else leave with 1 if one is not true."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="put what was printed into the pages")
    write = parser.parse_args().write
    found = []
    for name in PAGES:
        page = ROOT / name
        with tempfile.TemporaryDirectory() as folder:
            text, differences = run_page(page.read_text(encoding="utf-8"), Path(folder))
        if write:
            page.write_text(text, encoding="utf-8")
        else:
            found += [f"{name}: {difference}" for difference in differences]
    if found:
        sys.exit("\n\n".join(found))


if __name__ == "__main__":
    main()
