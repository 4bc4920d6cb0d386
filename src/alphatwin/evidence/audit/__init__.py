"""Audit of records: each rule family in a module of its own, all of them here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.evidence.audit.dates import audit_dates, audit_superseded
from alphatwin.evidence.audit.facts import audit_claims, audit_facts
from alphatwin.evidence.audit.finding import RULES, AuditFinding, Severity
from alphatwin.evidence.audit.people import audit_people
from alphatwin.evidence.audit.ranges import audit_ranges
from alphatwin.evidence.audit.regimens import audit_regimens
from alphatwin.evidence.audit.shares import audit_shares
from alphatwin.evidence.audit.trials import audit_trials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.evidence.record import Record

__all__ = ["RULES", "AuditFinding", "Severity", "audit"]

_OF_ONE = (audit_shares, audit_ranges, audit_people, audit_regimens, audit_dates, audit_facts)
_OF_ALL = (audit_trials, audit_claims, audit_superseded)


def audit(records: Sequence[Record]) -> tuple[AuditFinding, ...]:
    """Return every finding on the records, those of one record first, then those across them.

    Parameters
    ----------
    records
        Records to be audited together; a figure is compared with those of other records only.

    Returns
    -------
    tuple of AuditFinding
        Findings are results: an empty tuple says that every rule of ``RULES`` holds.
    """
    single = (f for record in records for rule in _OF_ONE for f in rule(record))
    across = (f for rule in _OF_ALL for f in rule(records))
    return (*single, *across)
