"""Answers of the base as CSV, and a figure and its interval in a few characters."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import TYPE_CHECKING

from alphatwin.evidence import EvidenceRow
from alphatwin.report.evidence_value import RecordLine

if TYPE_CHECKING:
    from collections.abc import Sequence

_MULTIPLE = "; "  # between the texts of one cell


def to_csv(rows: Sequence[EvidenceRow]) -> str:
    """Return rows as CSV: one column for each field, empty where a value is unknown.

    Parameters
    ----------
    rows
        Rows of an answer.
    """
    return _table(rows, [field.name for field in fields(EvidenceRow)])


def list_to_csv(records: Sequence[RecordLine]) -> str:
    """Return lines of a list as CSV: one column for each field, empty where a value is unknown.

    Parameters
    ----------
    records
        Lines of a list.
    """
    return _table(records, [field.name for field in fields(RecordLine)])


def _table(rows: Sequence[EvidenceRow] | Sequence[RecordLine], names: Sequence[str]) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(names)
    table.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return _MULTIPLE.join(value) if isinstance(value, tuple) else str(value)


def figure_text(row: EvidenceRow) -> str:
    """Return the figure of a row in a few characters."""
    if row.n is not None and row.of is not None and row.kind in {"share", "adverse event"}:
        share = "" if row.share_fraction is None else f" {percent_text(row.share_fraction)}"
        return f"{row.n}/{row.of}{share}"
    interval = "" if row.low is None else f" ({row.low:g} to {_end(row.high)})"
    return f"{row.stated}{interval}"


def _end(value: float | None) -> str:
    return "not reached" if value is None else f"{value:g}"


def interval_text(low_fraction: float | None, high_fraction: float | None) -> str:
    """Return an interval of a share in per cent, empty where there is none."""
    if low_fraction is None or high_fraction is None:
        return ""
    return f"{100.0 * low_fraction:.1f}-{100.0 * high_fraction:.1f}"


def percent_text(fraction: float) -> str:
    """Return a share in per cent."""
    return f"{100.0 * fraction:.1f} %"
