"""What the answer rests on, as printed: assumptions with their alternatives, warnings, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, prose, ratio
from alphatwin.report.tables import AGENTS_PER_TABLE, Table
from alphatwin.report.value import Caution

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphatwin.report.value import Alternative, Assumption, DoseReport, Effect, SourceRecord

_OF_QUANTITY = {"rbe_weighted_dose_gy": " (RBE-weighted)", "bed_gy": " (BED)"}


def effects_tables(report: DoseReport) -> list[Table]:
    """Return what every alternative to an assumption would do: alternatives against agents.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Table
        Four agents in each; a cell holds the least and the greatest ratio over the regions. An
        alternative that changes nothing of these agents has no row; none has, no table.
    """
    every = list(dict.fromkeys(a.agent for a in report.agents))
    tables = []
    for start in range(0, len(every), AGENTS_PER_TABLE):
        agents = every[start : start + AGENTS_PER_TABLE]
        rows = []
        for assumption in report.assumptions:
            last = ""
            for alternative in assumption.alternatives:
                for name, effects in _by_quantity(alternative):
                    cells = [_effect_cell([e for e in effects if e.agent == a]) for a in agents]
                    if any(cell != MISSING for cell in cells):
                        instead = prose(alternative.value + _OF_QUANTITY.get(name, ""))
                        first = "" if last == assumption.name else prose(assumption.name)
                        used = prose(assumption.value) if first else ""
                        rows.append((first, used, instead, *cells))
                        last = assumption.name
        if rows:
            tables.append(
                Table(
                    title="Ratio of the dose under the alternative to that of this report: "
                    "range over the regions",
                    head=("Assumption", "Used", "Instead", *map(prose, agents)),
                    rows=tuple(rows),
                    prose_columns=(0, 1, 2),
                    small=True,
                )
            )
    return tables


def _by_quantity(alternative: Alternative) -> list[tuple[str, list[Effect]]]:
    names = dict.fromkeys(e.quantity for e in alternative.effects)
    return [(n, [e for e in alternative.effects if e.quantity == n]) for n in names]


def _effect_cell(effects: list[Effect]) -> str:
    if not effects:
        return MISSING
    ratios = [e.ratio for e in effects]
    least, most = ratio(min(ratios)), ratio(max(ratios))
    return least if least == most else f"{least}–{most}"


def without_effect(report: DoseReport, assumption: Assumption) -> list[str]:
    """Return the alternatives of which no effect on this report is given."""
    agents = {a.agent for a in report.agents}
    return [
        prose(a.value)
        for a in assumption.alternatives
        if not any(e.agent in agents for e in a.effects)
    ]


def grouped_warnings(report: DoseReport, *, loud: bool) -> list[Caution]:
    """Return the loud or the quiet warnings; those that say the same of several places once."""
    return grouped(c for c in report.warnings if c.loud == loud)


def grouped(cautions: Iterable[Caution]) -> list[Caution]:
    """Return warnings, those that say the same of several places once."""
    groups: dict[tuple[str, bool, str], list[str]] = {}
    for caution in cautions:
        key = (caution.code, caution.loud, caution.message)
        groups.setdefault(key, []).append(caution.where)
    return [
        Caution(code=code, loud=loud, where=", ".join(dict.fromkeys(places)), message=message)
        for (code, loud, message), places in groups.items()
    ]


def source_line(source: SourceRecord) -> str:
    """Return a source in one line: citation, place, use and status, whichever it has."""
    status = f"status: {source.status}"
    return " ".join(
        sentence(part)
        for part in (source.citation, source.used_for, status, source.doi_or_url)
        if part.strip(" .")
    )


def sentence(text: str) -> str:
    """Return the text as a sentence: one capital at its start and one full stop at its end."""
    text = text.strip()
    if not text or text.startswith("http"):
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
