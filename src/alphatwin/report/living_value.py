"""What `alphatwin evidence import`, `diff` and `export` answer, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alphatwin.evidence import Record  # noqa: TC001 - schemas read it at run time
from alphatwin.evidence.audit.finding import AuditFinding  # noqa: TC001 - as above
from alphatwin.evidence.differences import Difference  # noqa: TC001 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceImportReport:
    """Records made from a file, and what a person has to look at.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    source_format
        What the file is: `clinicaltrials.gov` or `csv`.
    records
        The records; printed numbers are texts and keep their digits.
    notes
        What was not taken over, and what the file does not say.
    findings
        What the audit finds in the records.
    """

    schema: Literal[1]
    kind: Literal["evidence_import"]
    source_format: Literal["clinicaltrials.gov", "csv"]
    records: tuple[Record, ...]
    notes: tuple[str, ...]
    findings: tuple[AuditFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDiffReport:
    """What differs between two versions of a base.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    old_records
        Number of records of the older version.
    new_records
        Number of records of the newer version.
    differences
        What differs, record by record.
    """

    schema: Literal[1]
    kind: Literal["evidence_diff"]
    old_records: int
    new_records: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceExportReport:
    """The base in one object, which `evidence diff` reads again.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    records
        Every record; printed numbers are texts and keep their digits.
    """

    schema: Literal[1]
    kind: Literal["evidence_export"]
    records: tuple[Record, ...]
