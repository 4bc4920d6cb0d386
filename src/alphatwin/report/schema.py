"""JSON Schemas of the reports, made from the descriptions that stand with their fields.

A field says what it is in its annotation, or, in the values of the core, which know nothing of
files, in the section ``Attributes`` of the docstring of its class.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, get_args

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from alphatwin.report.serializer import Jsonable, Kind

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Attributes that share one entry of a docstring, each in its own words.
_APART = {
    "Agent": {
        "name": "Name such as `225Ac-DOTATATE`.",
        "aliases": "Other names that mean exactly the same agent.",
        "vector": "Molecule that binds or is taken up.",
        "target": "What the vector binds to, or what takes it up.",
        "prescriptions": "Published regimens.",
        "kinetics": "Published population figures. Of several for one region and quantity, the "
        "first that has a spread is the one to use; the others show how far studies differ.",
        "stability": "Published findings on how long the agent stays whole.",
    },
    "Prescription": {
        "activity_bq": "Fixed activity per cycle; null if it goes by body mass.",
        "activity_bq_per_kg": "Activity per cycle and body mass; null if it is fixed.",
        "cumulative_limit_bq": "Limit of the activity of all cycles; null if none was stated.",
        "single_limit_bq": "Limit of the activity of one cycle; null if none was stated.",
    },
    "PopulationKinetics": {
        "n": "Size of the group; null if not stated.",
        "n_unit": "What the size counts.",
    },
}
_SECTION = re.compile(r"^(\w+)\n-{3,}\n", re.MULTILINE)


def make_schema(kind: Kind) -> Jsonable:
    """Return the JSON Schema of a kind of report; see `alphatwin.report.serializer.json_schema`.

    Parameters
    ----------
    kind
        Kind of report.

    Returns
    -------
    dict
        The schema.

    Raises
    ------
    InvalidValueError
        If there is no such kind of report.
    """
    from pydantic import TypeAdapter

    from alphatwin.report import serializer

    values = _values()
    if kind not in values:
        allowed = ", ".join(get_args(serializer.Kind))
        msg = f"kind of report must be one of {allowed}, got {kind!r}"
        raise InvalidValueError(msg)
    body = TypeAdapter(values[kind]).json_schema(mode="serialization")
    definitions = body.pop("$defs", {})
    documented = {cls.__name__: cls for cls in _documented_by_docstring()}
    _close(body, values[kind])
    for name, definition in definitions.items():
        _close(definition, documented.get(name))
    body.pop("title", None)
    head = {
        "$schema": _DIALECT,
        "$id": f"urn:alphatwin:report:{kind}:1",
        "title": f"AlphaTwin {kind} report",
        "description": body.pop("description"),
    }
    return head | body | {"$defs": definitions}


def _values() -> dict[str, type]:
    from alphatwin.report import evidence_value, living_value, pool_value
    from alphatwin.report.cell_value import CellReport
    from alphatwin.report.compare_value import CompareReport
    from alphatwin.report.physics_value import AgentsReport, ChainReport, NuclideReport
    from alphatwin.report.plan_value import PlanReport
    from alphatwin.report.scan_value import ScanReport
    from alphatwin.report.schedule_value import ScheduleReport
    from alphatwin.report.spheroid_value import SpheroidReport
    from alphatwin.report.tissue_value import TissueReport
    from alphatwin.report.transport_value import KernelReport, SValueReport
    from alphatwin.report.truth_value import TruthReport
    from alphatwin.report.value import DoseReport

    return {
        "dose": DoseReport,
        "chain": ChainReport,
        "nuclide": NuclideReport,
        "agents": AgentsReport,
        "compare": CompareReport,
        "plan": PlanReport,
        "schedule": ScheduleReport,
        "evidence_list": evidence_value.EvidenceListReport,
        "evidence_record": evidence_value.EvidenceRecordReport,
        "evidence_find": evidence_value.EvidenceFindReport,
        "evidence_audit": evidence_value.EvidenceAuditReport,
        "svalue": SValueReport,
        "kernel": KernelReport,
        "cell": CellReport,
        "spheroid": SpheroidReport,
        "tissue": TissueReport,
        "evidence_pool": pool_value.EvidencePoolReport,
        "evidence_import": living_value.EvidenceImportReport,
        "evidence_diff": living_value.EvidenceDiffReport,
        "evidence_export": living_value.EvidenceExportReport,
        "scan": ScanReport,
        "truth": TruthReport,
    }


def _documented_by_docstring() -> tuple[type, ...]:
    from alphatwin import evidence
    from alphatwin.agents import types
    from alphatwin.evidence import pooling
    from alphatwin.evidence.audit import AuditFinding
    from alphatwin.evidence.differences import Difference
    from alphatwin.report import pool_value
    from alphatwin.report.evidence_value import RecordLine

    return (
        evidence.Record,
        evidence.Citation,
        evidence.Place,
        evidence.Amount,
        evidence.Group,
        evidence.Regimen,
        evidence.FollowUp,
        evidence.DatedEvent,
        evidence.Limitation,
        evidence.Proportion,
        evidence.AdverseEvent,
        evidence.TimeToEvent,
        evidence.Finding,
        evidence.Claim,
        evidence.EvidenceRow,
        RecordLine,
        AuditFinding,
        Difference,
        pooling.PooledEstimate,
        pooling.Pooled,
        pooling.Contrast,
        pooling.Regression,
        pooling.LeftOut,
        pool_value.PooledStudy,
        pool_value.PooledGroup,
        pool_value.WithoutStudy,
        pool_value.MapCell,
        types.Agent,
        types.Prescription,
        types.PopulationKinetics,
        types.Stability,
        types.Source,
    )


def _close(definition: dict[str, Any], value: type | None) -> None:
    """Require every key, allow no other, and describe those that a docstring describes."""
    about, attributes = docstring_parts(value) if value is not None else ("", {})
    attributes |= _APART.get(value.__name__, {}) if value is not None else {}
    if about:
        definition["description"] = about
    properties = definition.get("properties", {})
    for key, schema in properties.items():
        schema.pop("default", None)  # every key is written, whatever its value
        if "description" not in schema and key in attributes:
            schema["description"] = attributes[key]
    definition["additionalProperties"] = False
    definition["required"] = list(properties)


def docstring_parts(value: type) -> tuple[str, dict[str, str]]:
    """Return what a class is, and the description of each of its attributes.

    Parameters
    ----------
    value
        Class with a docstring in numpy's form.

    Returns
    -------
    about, attributes
        The text before the first section, and the descriptions by attribute; several names that
        share an entry share its description.
    """
    pieces = _SECTION.split(inspect.getdoc(value) or "")
    sections = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    attributes: dict[str, str] = {}
    names: list[str] = []
    for line in sections.get("Attributes", "").splitlines():
        if line[:1].strip():
            names = [name.strip() for name in line.split(",")]
            attributes |= dict.fromkeys(names, "")
        else:
            attributes |= {n: f"{attributes[n]} {line.strip()}".strip() for n in names}
    return _for_json(pieces[0]), {n: _for_json(text) for n, text in attributes.items()}


def _for_json(text: str) -> str:
    """Return running text as a reader of JSON wants it: null for None, plain code marks."""
    plain = re.sub(r":\w+:`([^`]*)`", r"`\1`", " ".join(text.split())).replace("``", "`")
    return re.sub(r"\bNone\b", "null", plain)
