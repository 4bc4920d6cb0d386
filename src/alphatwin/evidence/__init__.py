"""Studies and trials as data: who, under what, what was found, and where each figure stands."""

from alphatwin.evidence.amounts import Amount
from alphatwin.evidence.asking import Answer, find_rows
from alphatwin.evidence.base import parse_record, read_records, record, records
from alphatwin.evidence.outcomes import AdverseEvent, Claim, Finding, Proportion, TimeToEvent
from alphatwin.evidence.record import Record
from alphatwin.evidence.rows import EvidenceRow, rows_of
from alphatwin.evidence.types import (
    Citation,
    DatedEvent,
    FollowUp,
    Group,
    Limitation,
    Place,
    Regimen,
)

__all__ = [
    "AdverseEvent",
    "Amount",
    "Answer",
    "Citation",
    "Claim",
    "DatedEvent",
    "EvidenceRow",
    "Finding",
    "FollowUp",
    "Group",
    "Limitation",
    "Place",
    "Proportion",
    "Record",
    "Regimen",
    "TimeToEvent",
    "find_rows",
    "parse_record",
    "read_records",
    "record",
    "records",
    "rows_of",
]
