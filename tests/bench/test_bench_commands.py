"""How long a user waits for the main commands, interpreter start included (median of 5)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-c", "from alphatwin.cli import main; main()")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def run(*arguments):
    done = subprocess.run((*COMMAND, *arguments), capture_output=True, check=True, env=ENVIRONMENT)
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("chain", "Ac-225", "--activity", "1 MBq", "--at", "1 h"),
        ("evidence", "list"),
        ("evidence", "show", "ballal-2022"),
        ("evidence", "find", "--outcome", "orr", "--json"),
        ("evidence", "audit", "--json"),
        ("evidence", "pool", "--outcome", "orr", "--json"),
        ("demo", "--json"),
    ],
    ids=["help", "chain", "list", "show", "find", "audit", "pool", "demo numbers, 10 000 samples"],
)
def test_time_to_the_answer(benchmark, arguments):
    assert benchmark.pedantic(run, args=arguments, rounds=5, warmup_rounds=1)


def test_time_to_the_whole_report(benchmark, tmp_path):
    folders = iter(range(100))

    def demo():
        run("demo", "-o", str(tmp_path / str(next(folders))))

    benchmark.pedantic(demo, rounds=5, warmup_rounds=1)
    assert (tmp_path / "0" / "report.pdf").read_bytes().startswith(b"%PDF")
