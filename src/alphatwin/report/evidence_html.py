"""Answers and records of the base as HTML pages that need nothing but themselves.

They load no more than the templates: a page of the base is there as fast as its JSON.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from alphatwin.evidence import rows_of
from alphatwin.evidence.rows import judged_outcome
from alphatwin.evidence.types import REVIEW
from alphatwin.report.evidence_table import figure_text, interval_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from alphatwin.evidence import Record, Regimen
    from alphatwin.report.evidence_value import EvidenceFindReport, EvidenceListReport

_CONTROLS = {c: " " for c in range(32) if chr(c) not in "\n\t"} | {0x7F: " "}


def find_page(report: EvidenceFindReport) -> str:
    """Return an answer as a page; every text is escaped.

    Parameters
    ----------
    report
        The answer.
    """
    asked = [
        f"{what}: {said}"
        for what, said in (
            ("agent", report.agent),
            ("people", report.population),
            ("outcome", report.outcome),
        )
        if said is not None
    ]
    return _page("evidence.html.j2", report=report, asked=", ".join(asked) or "everything")


def list_page(report: EvidenceListReport) -> str:
    """Return a list of studies and trials as a page; every text is escaped.

    Parameters
    ----------
    report
        The list.
    """
    return _page("evidence_list.html.j2", report=report)


def records_page(records: Sequence[Record]) -> str:
    """Return all that records hold as a page; every text is escaped.

    Parameters
    ----------
    records
        The records.
    """
    studies = [(one, tuple(rows_of(one))) for one in records]
    return _page("evidence_base.html.j2", studies=studies, regimen=regimen_text, review=REVIEW)


def regimen_text(regimen: Regimen) -> str:
    """Return a regimen in one line: agent, activity, cycles, interval, limit, route.

    Parameters
    ----------
    regimen
        The regimen.
    """
    r = regimen
    restated = "" if r.activity_restated is None else f" ({r.activity_restated.text()})"
    limit = (
        "" if r.cumulative_limit_restated is None else f" ({r.cumulative_limit_restated.text()})"
    )
    parts = (
        None if r.activity is None else f"{r.activity.text()}{restated}",
        None if r.cycles is None else f"{r.cycles} cycles ({r.cycles_are})",
        None if r.interval is None else f"every {r.interval.text()}",
        None if r.cumulative_limit is None else f"up to {r.cumulative_limit.text()}{limit}",
        f"with {', '.join(r.combination)}" if r.combination else None,
        r.route,
    )
    return f"{r.agent}: {', '.join(filter(None, parts)) or 'no figure'}"


def _page(template: str, **values: object) -> str:
    page = (
        _environment()
        .get_template(template)
        .render(figure=figure_text, interval=interval_text, judged=judged_outcome, **values)
    )
    return page.translate(_CONTROLS)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("alphatwin.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
