"""The page of the theory of effects: numbered without holes, and every cited equation is on it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_equations_are_numbered_and_those_cited_exist():
    page = (ROOT / "docs" / "theory-biology.md").read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r"\\tag\{E(\d+)\}", page)]
    assert numbers == list(range(1, len(numbers) + 1))
    cited = {
        int(n)
        for path in (ROOT / "src" / "alphatwin" / "biology").glob("*.py")
        for n in re.findall(r"\bE(\d+)\b", path.read_text(encoding="utf-8"))
    }
    assert cited
    assert cited <= set(numbers)
