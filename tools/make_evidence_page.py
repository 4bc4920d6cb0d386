"""Make docs/reference/evidence.md: every record of the base, and what the audit finds in it.

python tools/make_evidence_page.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alphatwin.evidence import records
from alphatwin.evidence.audit import RULES, audit
from alphatwin.evidence.types import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphatwin.evidence import Citation, Record
    from alphatwin.evidence.audit import AuditFinding

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "evidence.md"
HEAD = """\
# The base of evidence

<!-- Made by tools/make_evidence_page.py; do not edit. -->

One text file per study or trial, in `src/alphatwin/evidence/base`. Every figure names its source
and its place there; "review" is the article that AlphaTwin implements, whose lines a test reads to
see that each figure stands on them. `alphatwin evidence show NAME` prints a record,
`alphatwin evidence find` puts figures of many side by side, `alphatwin evidence audit` runs the
rules below on the base or on a file of yours. What the rules compute is on the page of
[theory](../theory-evidence.md).
"""


def render() -> str:
    """Return the page."""
    found = audit(records())
    return HEAD + "".join(
        (
            _studies(),
            _citations(),
            _rules(found),
            _findings(
                "What the review contradicts, itself or others",
                "Found by the audit from the records alone; arithmetic in the fourth column, and "
                "denominators that would fit in the fifth.",
                [f for f in found if f.place.startswith(f"{REVIEW} ")],
            ),
            _findings(
                "What other sources contradict",
                "",
                [f for f in found if not f.place.startswith(f"{REVIEW} ")],
            ),
        )
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(c) for c in row)} |" for row in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _studies() -> str:
    figures = sum(1 for one in records() for _ in one.entries())
    in_review = sum(
        1 for one in records() for _, entry in one.entries() if entry.place.source == REVIEW
    )
    rows = (
        (
            f"`{one.id}`",
            one.title,
            one.kind if one.phase is None else f"{one.kind}, phase {one.phase}",
            ", ".join(one.agents),
            one.prior,
            _people(one),
            ", ".join(one.registration) or "-",
        )
        for one in records()
    )
    head = ("record", "what", "kind", "agents", "beta emitter before", "people", "registered")
    about = f"{figures} entries, {in_review} of them from the review."
    return f"\n## {len(records())} records\n\n{about}\n\n" + _table(head, rows)


def _people(one: Record) -> str:
    sizes = [f"{g.n} {g.role}" for g in one.groups if g.n is not None and g.partition is None]
    return ", ".join(sizes) or "-"


def _citations() -> str:
    rows = (
        (
            f"`{one.id}`",
            source.citation,
            source.doi_or_url,
            source.level,
            "-" if source.review_reference is None else f"[{source.review_reference}]",
            ", ".join(map(str, source.review_lines)) or "-",
        )
        for one in records()
        for source in _own(one)
    )
    head = ("record", "source", "where", "level", "in the review", "on lines")
    return (
        "\n## Citations\n\nThe text of the review has no list of references; this is ours, with "
        "the lines on which each number stands.\n\n" + _table(head, rows)
    )


def _own(one: Record) -> list[Citation]:
    return [source for source in one.sources if source.key != REVIEW]


def _rules(found: tuple[AuditFinding, ...]) -> str:
    rows = (
        (f"`{rule}`", about, str(sum(1 for f in found if f.rule == rule)))
        for rule, about in RULES.items()
    )
    return "\n## Rules\n\n" + _table(("rule", "what it holds a record to", "found"), rows)


def _findings(title: str, about: str, found: list[AuditFinding]) -> str:
    rows = (
        (
            f"{f.place.removeprefix('review ')}",
            f"`{f.record}` {f.field}",
            f"{f.severity}: {f.stated}",
            f.computed,
            ", ".join(map(str, f.fits_n)) or "-",
            f"`{f.rule}`",
        )
        for f in sorted(found, key=_line)
    )
    head = ("line or place", "figure", "stated", "computed", "fits n", "rule")
    return f"\n## {title}\n\n{about}\n\n".replace("\n\n\n\n", "\n\n") + _table(head, rows)


def _line(finding: AuditFinding) -> tuple[int, str, str]:
    first = finding.place.removeprefix(f"{REVIEW} ").partition("-")[0]
    return (int(first) if first.isdecimal() else 0, finding.record, finding.field)


def main() -> None:
    """Write the page, or with ``--check`` leave with 1 if it is out of date."""
    page = render()
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        sys.exit(f"{PAGE.name} is out of date: run make docs")


if __name__ == "__main__":
    main()
