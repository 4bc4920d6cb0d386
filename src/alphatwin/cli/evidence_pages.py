"""The base of evidence on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from alphatwin.cli.output import console, print_table, table
from alphatwin.evidence.rows import judged_outcome
from alphatwin.report.evidence_html import regimen_text
from alphatwin.report.evidence_table import figure_text, interval_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphatwin.evidence import EvidenceRow
    from alphatwin.report.evidence_value import (
        EvidenceAuditReport,
        EvidenceFindReport,
        EvidenceListReport,
        EvidenceRecordReport,
    )

LONGEST = 30  # characters of a name in a table; the whole stands in --json
LONGEST_FIGURE = 18
LONGEST_GROUP = 30


def print_records(report: EvidenceListReport) -> None:
    """Print one line per record."""
    grid = table(
        f"{len(report.records)} studies and trials",
        ("record", "kind", "agent", "before", "n", "year"),
    )
    for one in report.records:
        grid.add_row(
            one.id,
            one.kind.removesuffix(" study") if one.phase is None else f"phase {one.phase}",
            _short(one.agents[0], longest=LONGEST_FIGURE),
            _prior(one.prior),
            "-" if one.n is None else str(one.n),
            (one.published or "-")[:4],
        )
    print_table(grid)


def print_record(report: EvidenceRecordReport) -> None:
    """Print all that the base holds about one study."""
    out, one = console(), report.record
    out.print(f"[bold]{one.id}[/]  {escape(one.title)}")
    number = f" ({', '.join(one.registration)})" if one.registration else ""
    phase = f"phase {one.phase}, " if one.phase else ""
    out.print(f"{phase}{one.kind}{number}; {one.design}; {one.timing}; {one.state}")
    out.print(f"{', '.join(one.agents)}: {escape(one.population)}; before: {one.prior}")
    if one.superseded_by:
        out.print(f"Replaced by {one.superseded_by}.")
    if one.note:
        out.print(escape(one.note))
    groups = table("People", ("group", "role", "n", "where"))
    for g in one.groups:
        place = f"{g.place.source} {g.place.where}"
        size = "-" if g.n is None else str(g.n)
        groups.add_row(_short(g.about), g.role, size, _short(place, longest=LONGEST_FIGURE))
    print_table(groups)
    for r in one.regimens:
        said = escape(regimen_text(r))
        out.print(f"{said} \\[{r.place.source} {r.place.where}]", soft_wrap=True)
    for follow in one.follow_up:
        place = f"{follow.place.source} {follow.place.where}"
        out.print(f"Follow-up: {follow.statistic} {follow.value.text()} \\[{place}]")
    for date in one.dates:
        estimated = " (estimated)" if date.is_estimate else ""
        place = f"{date.place.source} {date.place.where}"
        out.print(f"{date.kind.capitalize()}: {date.date}{estimated} \\[{place}]")
    _print_rows("Figures", report.rows)
    for claim in one.claims:
        place = f"{claim.place.source} {claim.place.where}"
        out.print(f"Claim, {claim.subject}: {claim.stated} \\[{place}]")
    for limit in one.limitations:
        out.print(f"Limit: {limit.about} \\[{limit.place.source} {limit.place.where}]")
    for source in one.sources:
        out.print(f"{source.key}: {escape(source.citation)}, {source.doi_or_url} ({source.level})")


def print_answer(report: EvidenceFindReport) -> None:
    """Print the figures that answer a question, and what keeps them from being compared."""
    _print_rows(f"{len(report.rows)} figures", report.rows)
    out = console()
    if not report.rows:
        asked = {"agent": report.agent, "population": report.population, "outcome": report.outcome}
        words = ", ".join(f"{key} {value!r}" for key, value in asked.items() if value is not None)
        out.print(
            f"No figure of the base answers {escape(words) or 'this'}; `alphatwin evidence list` "
            "shows every study with its agent."
        )
    if report.not_comparable:
        out.print("\nNot comparable without more ado:")
    for text in report.not_comparable:
        out.print(f"- {escape(text)}")


def _print_rows(title: str, rows: Sequence[EvidenceRow]) -> None:
    figures = [row for row in rows if row.kind != "finding"]
    if figures:
        grid = table(title, ("study, outcome", "figure", "exact (%)", "Wilson (%)"))
        for head, mine in _by_head(figures).items():
            grid.add_row(f"[bold]{escape(_short(head))}[/]", "", "", "")
            for group, rows_of_group in _by_group(mine).items():
                if len({row.group for row in mine}) > 1:
                    shown = escape(_short(group, longest=LONGEST_GROUP))
                    grid.add_row(f"  [italic]{shown}[/]", "", "", "")
                for row in rows_of_group:
                    grid.add_row(*_cells(row))
        print_table(grid)
    out = console()
    if any(row.superseded_by for row in figures):
        out.print("* replaced by a newer figure or record")
    for head, mine in _by_head(row for row in rows if row.kind == "finding").items():
        out.print(f"\n[bold]{escape(head)}[/]")
        for row in mine:
            stated = f": {row.stated}" if row.stated else ""
            out.print(f"  {escape(row.outcome)}{stated}")
    for row in figures:
        for text in row.cautions:
            out.print(f"{row.record}, {escape(row.outcome)}: {escape(text)}")


def _by_head(rows: Iterable[EvidenceRow]) -> dict[str, list[EvidenceRow]]:
    grouped: dict[str, list[EvidenceRow]] = {}
    for row in rows:
        grouped.setdefault(f"{row.record}, {row.agent}", []).append(row)
    return grouped


def _by_group(rows: Iterable[EvidenceRow]) -> dict[str, list[EvidenceRow]]:
    grouped: dict[str, list[EvidenceRow]] = {}
    for row in rows:
        grouped.setdefault(row.group, []).append(row)
    return grouped


def _cells(row: EvidenceRow) -> tuple[str, ...]:
    mark = " *" if row.superseded_by else ""
    return (
        f"  {escape(_short(judged_outcome(row), longest=LONGEST - 4))}{mark}",
        escape(_short(figure_text(row), longest=LONGEST_FIGURE)),
        interval_text(row.exact_low_fraction, row.exact_high_fraction),
        interval_text(row.wilson_low_fraction, row.wilson_high_fraction),
    )


def print_audit(report: EvidenceAuditReport) -> None:
    """Print findings, the gravest first."""
    out = console()
    for severity in ("error", "warning", "note"):
        found = [f for f in report.findings if f.severity == severity]
        if found:
            out.print(f"\n[bold]{len(found)} {severity}{'s' if len(found) > 1 else ''}[/]")
        for f in found:
            out.print(f"{f.record}: {f.field} ({f.rule}) \\[{escape(f.place)}]")
            out.print(f"  stated    {escape(f.stated)}")
            out.print(f"  computed  {escape(f.computed)}")
            out.print(f"  {escape(f.suggestion)}")
    if not report.findings:
        out.print(f"Nothing found in {len(report.records)} records.")


def _short(text: str, *, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3].rstrip()}..."


def _prior(text: str) -> str:
    return {"after beta emitter": "beta", "not stated": "-"}.get(text, text)
