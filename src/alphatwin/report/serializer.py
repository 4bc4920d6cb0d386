"""The one serializer: every report as JSON for the files, the command line and any other face.

The shape is that of ``alphatwin.report.value`` and ``alphatwin.report.physics_value``, key by key
and in their order; `json_schema` is made from the same descriptions.
"""

from __future__ import annotations

import dataclasses
import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from alphatwin.report.cell_value import CellReport
    from alphatwin.report.compare_value import CompareReport
    from alphatwin.report.evidence_value import (
        EvidenceAuditReport,
        EvidenceFindReport,
        EvidenceListReport,
        EvidenceRecordReport,
    )
    from alphatwin.report.living_value import (
        EvidenceDiffReport,
        EvidenceExportReport,
        EvidenceImportReport,
    )
    from alphatwin.report.physics_value import AgentsReport, ChainReport, NuclideReport
    from alphatwin.report.plan_value import PlanReport
    from alphatwin.report.pool_value import EvidencePoolReport
    from alphatwin.report.scan_value import ScanReport
    from alphatwin.report.schedule_value import ScheduleReport
    from alphatwin.report.spheroid_value import SpheroidReport
    from alphatwin.report.tissue_value import TissueReport
    from alphatwin.report.transport_value import KernelReport, SValueReport
    from alphatwin.report.truth_value import TruthReport
    from alphatwin.report.value import DoseReport

    Report = (
        DoseReport
        | CompareReport
        | PlanReport
        | ScheduleReport
        | ChainReport
        | NuclideReport
        | AgentsReport
        | EvidenceListReport
        | EvidenceRecordReport
        | EvidenceFindReport
        | EvidenceAuditReport
        | SValueReport
        | KernelReport
        | CellReport
        | SpheroidReport
        | TissueReport
        | EvidencePoolReport
        | EvidenceImportReport
        | EvidenceDiffReport
        | EvidenceExportReport
        | ScanReport
        | TruthReport
    )

Kind = Literal[
    "dose",
    "compare",
    "plan",
    "schedule",
    "chain",
    "nuclide",
    "agents",
    "evidence_list",
    "evidence_record",
    "evidence_find",
    "evidence_audit",
    "svalue",
    "kernel",
    "cell",
    "spheroid",
    "tissue",
    "evidence_pool",
    "evidence_import",
    "evidence_diff",
    "evidence_export",
    "scan",
    "truth",
]
_LINE = 100  # a list of numbers stays on one line up to here; longer ones are wrapped

# The values of a JSON tree have no useful type: the shape is checked by the schema.
Jsonable = dict[str, Any]


def to_jsonable(report: Report) -> Jsonable:
    """Return the report as plain dicts, lists, texts and numbers.

    Parameters
    ----------
    report
        The report, of any kind.

    Returns
    -------
    dict
        Keys in the order of the fields of the report; floats untouched.

    Raises
    ------
    InvalidValueError
        If a number is NaN or infinite, or a value is of a kind that JSON cannot carry; the
        message names its path, such as ``agents[1].regions[0].absorbed_dose_gy.high``.
    """
    tree: Jsonable = _plain(report, path="")
    return tree


def to_json(report: Report) -> str:
    """Return the report as one JSON object, ending in a line feed.

    Parameters
    ----------
    report
        The report, of any kind.

    Returns
    -------
    str
        JSON text; floats with as many digits as bring back the same float.

    Raises
    ------
    InvalidValueError
        As in `to_jsonable`.
    """
    return _text(to_jsonable(report), indent="") + "\n"


def json_schema(kind: Kind = "dose") -> Jsonable:
    """Return the JSON Schema (draft 2020-12) of a report, with a description of every key.

    Parameters
    ----------
    kind
        Kind of report, the value of its key ``kind``.

    Returns
    -------
    dict
        The schema. It names every key of the report; all are required and no other is allowed.

    Raises
    ------
    InvalidValueError
        If there is no such kind of report.
    """
    from alphatwin.report.schema import make_schema

    return make_schema(kind)


def _plain(value: object, *, path: str) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            msg = (
                f"{path} of the report must be a finite number, got {value}; a value that could "
                "not be computed is null (None) where the report allows it"
            )
            raise InvalidValueError(msg)
        return float(value)
    if isinstance(value, Decimal):  # a number as it is printed, with its digits
        return str(value)
    if dataclasses.is_dataclass(value):
        dot = f"{path}." if path else ""
        return {
            field.name: _plain(getattr(value, field.name), path=dot + field.name)
            for field in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {_key(k, path=path): _plain(v, path=f"{path}[{k!r}]") for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, path=f"{path}[{i}]") for i, item in enumerate(value)]
    msg = (
        f"{path or 'the report'} cannot be written as JSON, got {type(value).__name__}; allowed "
        "are text, numbers, true, false, null, tuples, dicts and the values of a report: convert "
        "arrays with .tolist()"
    )
    raise InvalidValueError(msg)


def _key(key: object, *, path: str) -> str:
    if not isinstance(key, str):
        msg = f"keys of {path} of the report must be text, got {key!r}"
        raise InvalidValueError(msg)
    return key


def _text(value: Any, *, indent: str) -> str:
    """Write JSON with one key a line, but lists of numbers on as few lines as they need."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        items = (f"{_scalar(k)}: {_text(v, indent=inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(inner + item for item in items) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        if all(isinstance(item, int | float) for item in value):
            return _numbers(value, indent=indent)
        items = (_text(item, indent=inner) for item in value)
        return "[\n" + ",\n".join(inner + item for item in items) + f"\n{indent}]"
    return _scalar(value)


def _numbers(values: list[float], *, indent: str) -> str:
    texts = [_scalar(v) for v in values]
    if sum(map(len, texts)) + 2 * len(texts) + len(indent) <= _LINE:
        return "[" + ", ".join(texts) + "]"
    lines, line = [], indent + "  "
    for text in texts:
        if len(line) + len(text) > _LINE:
            lines.append(line.rstrip())
            line = indent + "  "
        line += f"{text}, "
    lines.append(line.rstrip().rstrip(","))
    return "[\n" + "\n".join(lines) + f"\n{indent}]"


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
