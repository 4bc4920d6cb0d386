"""The tables of a pool: studies, groups by every method, regressions, what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, prose
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.evidence.pooling import Pooled, PooledEstimate
    from alphatwin.report.pool_value import EvidencePoolReport

_PERCENT = 100.0


def percent_range(value: float, low: float, high: float) -> str:
    """Return a share with its interval, in per cent."""
    return f"{_PERCENT * value:.1f} [{_PERCENT * low:.1f}, {_PERCENT * high:.1f}]"


def prediction(one: PooledEstimate) -> str:
    """Return where a further study would lie, in per cent."""
    if one.prediction_low is None or one.prediction_high is None:
        return MISSING
    return f"{_PERCENT * one.prediction_low:.1f} to {_PERCENT * one.prediction_high:.1f}"


def groups_table(report: EvidencePoolReport) -> Table:
    """Return each group of studies in one number, and all of them.

    Parameters
    ----------
    report
        The pool.
    """
    named = [(g.name, g.pooled) for g in report.groups if len(report.groups) > 1]
    if report.overall is not None:
        named.append(("All studies", report.overall))
    return Table(
        title=prose(f"{report.outcome}, pooled: % [95 % interval]"),
        head=("Group", "Studies", "n/N", "Pooled (%)", "A further study (%)", "tau²", "I² (%)"),
        rows=tuple(_group(name, pooled) for name, pooled in named),
    )


def _group(name: str, pooled: Pooled) -> tuple[str, ...]:
    one = pooled.leading
    return (
        prose(name),
        str(pooled.studies),
        f"{pooled.events}/{pooled.size:g}",
        percent_range(one.value, one.low, one.high),
        prediction(one),
        MISSING if one.tau2 is None else f"{one.tau2:.2f}",
        MISSING if one.i2_fraction is None else f"{_PERCENT * one.i2_fraction:.0f}",
    )


def methods_tables(report: EvidencePoolReport) -> list[Table]:
    """Return all studies by every method, and groups of several studies likewise.

    Parameters
    ----------
    report
        The pool.
    """
    named = [(g.name, g.pooled) for g in report.groups if len(report.groups) > 1]
    if report.overall is not None:
        named.insert(0, ("All studies", report.overall))
    return [
        Table(
            title=prose(f"{name}: the same studies by other methods"),
            head=("Method", "Interval", "Pooled (%)", "A further study (%)", "tau²"),
            rows=tuple(
                (
                    prose(one.method),
                    prose(one.interval),
                    percent_range(one.value, one.low, one.high),
                    prediction(one),
                    MISSING if one.tau2 is None else f"{one.tau2:.3f}",
                )
                for one in (pooled.leading, *pooled.others)
            ),
        )
        for name, pooled in named
        if pooled.others
    ]


def regression_tables(report: EvidencePoolReport) -> list[Table]:
    """Return the odds of each group over those of the reference group.

    Parameters
    ----------
    report
        The pool.
    """
    return [
        Table(
            title=prose(
                f"By {one.moderator}, against {one.reference}: tau² without groups "
                f"{one.without_groups_tau2:.2f}, with them {one.tau2:.2f}; likelihood ratio "
                f"{one.likelihood_ratio:.2f} on {one.degrees_of_freedom} "
                f"(p = {one.tail_probability:.2f}, too small for few studies)"
            ),
            head=("Group", "Studies", "Odds ratio [95 % interval]"),
            rows=tuple(
                (prose(c.group), str(c.studies), f"{c.odds_ratio:.2f} [{c.low:.2f}, {c.high:.2f}]")
                for c in one.contrasts
            ),
        )
        for one in report.regressions
    ]


def leave_one_out_tables(report: EvidencePoolReport) -> list[Table]:
    """Return the pool without each study in turn; none with fewer than three studies.

    Parameters
    ----------
    report
        The pool.
    """
    if not report.leave_one_out:
        return []
    return [
        Table(
            title="All studies but one",
            head=("Without", "Pooled (%)", "tau²"),
            rows=tuple(
                (
                    prose(one.without),
                    percent_range(one.estimate.value, one.estimate.low, one.estimate.high),
                    MISSING if one.estimate.tau2 is None else f"{one.estimate.tau2:.2f}",
                )
                for one in report.leave_one_out
            ),
        )
    ]


def studies_table(report: EvidencePoolReport) -> Table:
    """Return who was studied, and where each count stands.

    Parameters
    ----------
    report
        The pool.
    """
    return Table(
        title="Studies in the pool",
        head=("Study", "People", "n/N", "Count from", "Criteria", "Judged", "Where"),
        rows=tuple(
            (
                prose(s.label),
                prose(f"{s.row.group}; {s.row.population}"),
                f"{s.row.n}/{s.row.of}",
                s.row.count_from or MISSING,
                prose(s.row.criteria or "not stated"),
                s.row.assessor,
                prose(s.row.place),
            )
            for s in report.studies
        ),
        prose_columns=(1, 6),
        small=True,
    )


def left_out_table(report: EvidencePoolReport) -> Table:
    """Return figures that are not in the pool, and why.

    Parameters
    ----------
    report
        The pool.
    """
    return Table(
        title="Figures that are not pooled",
        head=("Record", "Agent", "As printed", "Why"),
        rows=tuple(
            (prose(one.record), prose(one.agent), prose(one.stated), prose(one.why))
            for one in report.left_out
        ),
        prose_columns=(3,),
        small=True,
    )


def times_table(report: EvidencePoolReport) -> Table:
    """Return medians and landmarks of survival, listed and never pooled.

    Parameters
    ----------
    report
        The pool.
    """
    return Table(
        title="Survival under the same agents: listed, never pooled",
        head=("Agent", "Record", "People", "Outcome", "As printed", "Interval"),
        rows=tuple(
            (
                prose(row.agent),
                prose(row.record),
                prose(row.group),
                prose(row.outcome),
                prose(row.stated),
                MISSING
                if row.low is None
                else f"{row.low:g} to {'not reached' if row.high is None else f'{row.high:g}'}",
            )
            for row in report.times_to_event
        ),
        prose_columns=(2,),
        small=True,
    )
