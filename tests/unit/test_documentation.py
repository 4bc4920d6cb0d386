"""The pages are whole and true: generated ones up to date, commands covered, links and numbers."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

import make_cli_reference
import make_evidence_page
import make_python_reference
import make_validation_page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MODULES = sorted((ROOT / "src" / "alphatwin").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "tool",
    [make_cli_reference, make_python_reference, make_validation_page, make_evidence_page],
    ids=lambda tool: tool.PAGE.name,
)
def test_a_generated_page_is_up_to_date(tool):
    assert tool.PAGE.read_text(encoding="utf-8") == tool.render(), "run make docs"


def test_every_command_and_option_is_documented():
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    found = make_cli_reference.commands()
    assert {"demo", "dose", "chain", "nuclide", "agents", "new"} <= {w.split()[-1] for w in found}
    assert {f"alphatwin evidence {w}" for w in ("list", "show", "find", "audit")} <= set(found)
    for words, command in found.items():
        assert f"## `{words}`" in page
        assert (command.help or "").strip(), f"{words} has no help"
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert all(f"`{name}`" in page for name in parameter.opts)
            assert parameter.name == "help" or (parameter.help or "").strip(), parameter.name


def test_decisions_are_numbered_without_holes():
    names = sorted(p.name for p in (DOCS / "decisions").glob("*.md"))
    numbers = [int(name[:4]) for name in names]
    assert numbers == list(range(1, len(names) + 1))
    for name in names:
        text = (DOCS / "decisions" / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {int(name[:4])}. ")
        for part in ("## Context", "## Decision", "## Consequence"):
            assert part in text, f"{name} lacks {part}"


FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as they are made where Markdown is shown."""
    kept = (re.sub(r"[^\w\- ]", "", row.lower()) for row in HEADING.findall(text))
    return {row.strip().replace(" ", "-") for row in kept}


def test_links_between_pages_resolve():
    broken = []
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        text = FENCED.sub("", page.read_text(encoding="utf-8"))
        for link in LINK.findall(text):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            file = (page.parent / target).resolve() if target else page
            if not file.exists():
                broken.append(f"{name_of(page)}: {link}")
            elif anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
                broken.append(f"{name_of(page)}: {link} (no such heading)")
    assert not broken, "\n".join(broken)


def test_every_page_is_reached_from_the_index():
    reached, ahead = set(), [DOCS / "index.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or not page.exists():
            continue
        reached.add(page)
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            target = link.partition("#")[0]
            if target.endswith(".md") and ":" not in target:
                ahead.append((page.parent / target).resolve())
    assert {p.resolve() for p in DOCS.rglob("*.md")} <= reached


def test_equations_are_numbered_and_those_cited_exist():
    theory = (DOCS / "theory.md").read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r"\\tag\{(\d+)\}", theory)]
    assert numbers
    assert all(b == a + 1 for a, b in pairwise([0, *numbers]))
    cited = {
        (path.name, int(n))
        for path in MODULES
        for n in re.findall(r"docs/theory\.md,\s+eq\.\s+\(?(\d+)", path.read_text(encoding="utf-8"))
    }
    assert cited, "no docstring cites the theory page"
    assert not {row for row in cited if row[1] not in numbers}


def test_equations_of_evidence_are_numbered_and_those_cited_exist():
    theory = (DOCS / "theory-evidence.md").read_text(encoding="utf-8")
    numbers = re.findall(r"\\tag\{V(\d+)\}", theory)
    assert [int(n) for n in numbers] == list(range(1, len(numbers) + 1))
    texts = [
        p.read_text(encoding="utf-8") for p in MODULES if "evidence" in p.relative_to(ROOT).parts
    ]
    cited = {n for text in texts for n in re.findall(r"\(?eqs?\. \(?V(\d+)", text)}
    assert len(cited) > 4
    assert cited <= set(numbers)
