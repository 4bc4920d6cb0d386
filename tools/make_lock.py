"""Make requirements.txt: the exact version of everything that AlphaTwin runs, tests and builds on.

    python tools/make_lock.py python3.11 python3.13

Each interpreter resolves the dependencies and dependency groups of pyproject.toml by itself; a
version that differs between them gets an environment marker. The file names versions only: no
address, so that any package index serves, and no hash, because the hash of a wheel differs between
the platforms and mirrors that the same version is fetched from.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD_EXTRA = ("editables",)  # hatchling asks for it when it makes an editable install
HEADER = """\
# Exact versions of everything that AlphaTwin runs, tests and builds on.
# Made by tools/make_lock.py from pyproject.toml; do not edit.
# No index address, so that any package index serves; no hashes, because the hash of a wheel
# differs between the platforms and mirrors that the same version is fetched from.
"""


def wanted(pyproject: dict[str, dict[str, object]]) -> tuple[str, ...]:
    """Return every requirement of the project: to run, to build, and of each dependency group."""
    groups = pyproject["dependency-groups"]
    plain = [row for rows in groups.values() for row in _rows(rows) if isinstance(row, str)]
    run = _rows(pyproject["project"]["dependencies"])
    build = _rows(pyproject["build-system"]["requires"])
    return tuple(str(row) for row in (*run, *build, *BUILD_EXTRA, *plain))


def _rows(value: object) -> list[object]:
    if not isinstance(value, list):
        msg = f"a list of requirements was expected in pyproject.toml, got {value!r}"
        raise TypeError(msg)
    return value


def resolve(python: str, requirements: tuple[str, ...]) -> dict[str, str]:
    """Return the version of every package that this interpreter would install, by name."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", f"{folder}/venv"], check=True)
        report = Path(folder, "report.json")
        pip = [f"{folder}/venv/bin/python", "-m", "pip", "install", "--quiet", "--dry-run"]
        subprocess.run(
            [*pip, "--ignore-installed", "--report", str(report), *requirements], check=True
        )
        rows = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {
        re.sub(r"[-_.]+", "-", row["metadata"]["name"]).lower(): row["metadata"]["version"]
        for row in rows
    }


def minor(python: str) -> str:
    """Return the version of an interpreter as in ``3.11``."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout[
        :-1
    ]


def lines(old: dict[str, str], new: dict[str, str], *, split: str) -> list[str]:
    """Return the lines of the lock; ``split`` is the first Python that takes the new versions."""
    rows = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name):
            rows.append(f"{name}=={old[name]}")
            continue
        if name in old:
            rows.append(f'{name}=={old[name]} ; python_version < "{split}"')
        if name in new:
            rows.append(f'{name}=={new[name]} ; python_version >= "{split}"')
    return rows


def main() -> None:
    """Resolve with both interpreters and write the lock."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("oldest", help="oldest Python that is supported, a command or path")
    parser.add_argument("newer", help="a newer Python, a command or path")
    arguments = parser.parse_args()
    requirements = wanted(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    major, _, least = minor(arguments.oldest).partition(".")
    rows = lines(
        resolve(arguments.oldest, requirements),
        resolve(arguments.newer, requirements),
        split=f"{major}.{int(least) + 1}",
    )
    (ROOT / "requirements.txt").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
