"""Keeping the base alive: records imported, versions compared, the whole exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from alphatwin.errors import DataError, InvalidValueError
from alphatwin.evidence import read_records, records
from alphatwin.evidence.differences import differences
from alphatwin.evidence.writing import record_of_json, record_to_toml
from alphatwin.files.atomic import write_text_atomically
from alphatwin.report.living_value import (
    EvidenceDiffReport,
    EvidenceExportReport,
    EvidenceImportReport,
)

if TYPE_CHECKING:
    from alphatwin.evidence import Record
    from alphatwin.evidence.registry import Imported

Form = Literal["csv", "json", "bibtex", "ris", "html"]
BASE: Final = "base"
"""Word that means the base as it is shipped, where a file or folder is asked for."""


def evidence_import_report(path: Path) -> EvidenceImportReport:
    """Return the records of a study of ClinicalTrials.gov (JSON of its API v2), or of a CSV file.

    Parameters
    ----------
    path
        The file; `.csv` or `.tsv` is a table, anything else JSON.

    Raises
    ------
    DataError
        If the file cannot be read or has a mistake; the message says where.
    """
    from alphatwin.evidence.audit import audit

    is_sheet = _is_sheet(path)
    made = _imported(path)
    return EvidenceImportReport(
        schema=1,
        kind="evidence_import",
        source_format="csv" if is_sheet else "clinicaltrials.gov",
        records=made.records,
        notes=made.notes,
        findings=audit(made.records),
    )


def write_records(report: EvidenceImportReport, folder: Path) -> tuple[Path, ...]:
    """Write each imported record as `ID.toml` into a folder; none is replaced.

    Parameters
    ----------
    report
        The import.
    folder
        Where to; made if it is not there.

    Raises
    ------
    OutputError
        If a file is there already, or the folder cannot be written.
    """
    paths = tuple(folder / f"{one.id}.toml" for one in report.records)
    there = [path for path in paths if path.exists()]
    if there:
        from alphatwin.errors import OutputError

        msg = f"{there[0]}: is there already and is not replaced; name another folder, or move it"
        raise OutputError(msg)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        from alphatwin.errors import OutputError

        msg = f"{folder}: cannot be made: {error.strerror}"
        raise OutputError(msg) from error
    for path, one in zip(paths, report.records, strict=True):
        write_text_atomically(path, record_to_toml(one), replace=False)
    return paths


def evidence_diff_report(old: str | Path, new: str | Path) -> EvidenceDiffReport:
    """Return what differs between two versions of the base.

    Parameters
    ----------
    old, new
        Each a record, a folder of records, an export in JSON, or ``base``.

    Raises
    ------
    DataError
        If a version cannot be read.
    """
    before, after = read_version(old), read_version(new)
    return EvidenceDiffReport(
        schema=1,
        kind="evidence_diff",
        old_records=len(before),
        new_records=len(after),
        differences=differences(before, after),
    )


def read_version(version: str | Path) -> tuple[Record, ...]:
    """Return the records of a version.

    Parameters
    ----------
    version
        A record, a folder of records, an export in JSON, a CSV table, or ``base``.

    Raises
    ------
    DataError
        If it cannot be read, or two records share an identifier.
    """
    path = Path(version)
    if str(version) == BASE and not path.exists():
        return records()
    if _is_sheet(path):
        return _imported(path).records
    if path.suffix.casefold() != ".json":
        return read_records(path)
    found = _exported(path)
    names = [one.id for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"{path}: records: {', '.join(twice)} stands twice; each needs its own identifier"
        raise DataError(msg)
    return found


def evidence_export(form: Form, *, version: str | Path = BASE) -> str:
    """Return the base, or another version, in a form for other programs.

    Parameters
    ----------
    form
        `csv` (one figure a row), `json`, `bibtex`, `ris` or `html` (one page).
    version
        What is exported; see :func:`read_version`.

    Raises
    ------
    InvalidValueError
        If there is no such form.
    DataError
        If the version cannot be read.
    """
    from alphatwin.report import evidence_export as forms
    from alphatwin.report.evidence_html import records_page
    from alphatwin.report.serializer import to_json

    found = read_version(version)
    if form == "json":
        return to_json(EvidenceExportReport(schema=1, kind="evidence_export", records=found))
    writers = {
        "csv": forms.export_csv,
        "bibtex": forms.export_bibtex,
        "ris": forms.export_ris,
        "html": records_page,
    }
    if form not in writers:
        msg = f"form must be one of json, {', '.join(writers)}, got {form!r}"
        raise InvalidValueError(msg)
    return writers[form](found)


def _is_sheet(path: Path) -> bool:
    return path.suffix.casefold() in {".csv", ".tsv"}


def _imported(path: Path) -> Imported:
    raw = _bytes(path)
    if _is_sheet(path):
        from alphatwin.evidence.sheet import import_sheet

        return import_sheet(raw, where=str(path))
    return _registered(raw, path)


def _registered(raw: bytes, path: Path) -> Imported:
    from alphatwin.evidence.registry import import_registry

    return import_registry(raw, where=str(path))


def _exported(path: Path) -> tuple[Record, ...]:
    raw = _bytes(path)
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        msg = f"{path}: no export: {error}; make one with `alphatwin evidence export --format json`"
        raise DataError(msg) from error
    if isinstance(found, dict) and "protocolSection" in found:
        return _registered(raw, path).records
    rows = found.get("records") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        msg = f"{path}: records: missing; an export has a list of them"
        raise DataError(msg)
    if found.get("schema") != 1:
        msg = f"{path}: schema: must be 1, got {found.get('schema')!r}"
        raise DataError(msg)
    return tuple(record_of_json(row, where=f"{path}: records[{i}]") for i, row in enumerate(rows))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}; give the path of a file"
        raise DataError(msg) from error
