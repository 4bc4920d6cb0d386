"""A record from a study of ClinicalTrials.gov, in the JSON of its API version 2, results included.

The shape is that of the registry's page "Study Data Structure": `protocolSection` with its modules,
`resultsSection` with `participantFlowModule`, `outcomeMeasuresModule` and `adverseEventsModule`.
Nothing is fetched: the file is one that the user has.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from alphatwin.agents import agents
from alphatwin.errors import DataError
from alphatwin.evidence.base import SCHEMA
from alphatwin.evidence.registry_results import results
from alphatwin.evidence.writing import record_of_document

if TYPE_CHECKING:
    from alphatwin.evidence.record import Record

_NUMBER = re.compile(r"NCT\d{8}")
_STATES = {
    "NOT_YET_RECRUITING": "planned",
    "RECRUITING": "recruiting",
    "ENROLLING_BY_INVITATION": "recruiting",
    "ACTIVE_NOT_RECRUITING": "running",
    "COMPLETED": "completed",
    "TERMINATED": "stopped",
    "SUSPENDED": "stopped",
    "WITHDRAWN": "stopped",
}
_DATES = (
    ("startDateStruct", "start"),
    ("primaryCompletionDateStruct", "primary completion"),
    ("resultsFirstPostDateStruct", "published"),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """Records made from a file, and what a person has to look at.

    Attributes
    ----------
    records
        The records.
    notes
        What was not taken over, and what the file does not say.
    """

    records: tuple[Record, ...]
    notes: tuple[str, ...]


def import_registry(raw: bytes, *, where: str) -> Imported:
    """Return the record of a study as ClinicalTrials.gov gives it.

    Parameters
    ----------
    raw
        The file: one study, or the answer of a search with several in `studies`.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        If the file is no such JSON, or what it says is impossible.
    """
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        msg = f"{where}: byte {raw[error.start]:#04x} is not UTF-8 text; save it as UTF-8"
        raise DataError(msg) from error
    except json.JSONDecodeError as error:
        msg = f"{where}:{error.lineno}: no JSON: {error.msg}"
        raise DataError(msg) from error
    except RecursionError as error:
        msg = f"{where}: no study: its JSON is nested too deeply"
        raise DataError(msg) from error
    studies = found.get("studies", [found]) if isinstance(found, dict) else found
    if not isinstance(studies, list) or not studies:
        msg = f"{where}: no study; a study is an object with protocolSection"
        raise DataError(msg)
    made, notes = [], []
    for i, study in enumerate(studies):
        at = where if len(studies) == 1 else f"{where}: studies[{i}]"
        try:
            document, said = _document(study)
        except (AttributeError, TypeError, KeyError) as error:
            msg = f"{at}: not the shape of API version 2 ({error}); see its protocolSection"
            raise DataError(msg) from error
        except DataError as error:
            msg = f"{at}: {error}"
            raise DataError(msg) from error
        made.append(record_of_document(document, where=at))
        notes += [f"{document['id']}: {text}" for text in said]
    return Imported(tuple(made), tuple(notes))


def _document(study: Any) -> tuple[dict[str, Any], list[str]]:
    if not isinstance(study, dict) or not isinstance(study.get("protocolSection"), dict):
        msg = "protocolSection: missing; a study of API version 2 has one"
        raise DataError(msg)
    protocol = study["protocolSection"]
    number = _module(protocol, "identificationModule").get("nctId")
    if not isinstance(number, str) or _NUMBER.fullmatch(number) is None:
        path = "protocolSection.identificationModule.nctId"
        msg = f"{path}: must be such as 'NCT01234567', got {number!r}"
        raise DataError(msg)
    names, unknown = _agents(_module(protocol, "armsInterventionsModule"))
    groups, tables, notes = results(study.get("resultsSection") or {})
    people = _enrolled(_module(protocol, "designModule"))
    document = _head(protocol, number) | {
        "agents": names or unknown[:1] or ["not stated"],
        "groups": people + groups,
        "dates": _dates(_module(protocol, "statusModule")),
    }
    if not names:
        notes.append("agents: none of the interventions is an agent of the catalogue")
    notes.append("prior: whether beta emitters were given before is for a person to read")
    if study.get("hasResults") and not tables:
        notes.append("resultsSection: has no figure that could be taken over")
    return document | tables, notes


def _module(section: dict[str, Any], name: str) -> dict[str, Any]:
    found = section.get(name)
    return found if isinstance(found, dict) else {}


def _head(protocol: dict[str, Any], number: str) -> dict[str, Any]:
    identity = _module(protocol, "identificationModule")
    status = _module(protocol, "statusModule")
    design = _module(protocol, "designModule")
    conditions = _module(protocol, "conditionsModule").get("conditions") or []
    endpoints = _module(protocol, "outcomesModule").get("primaryOutcomes") or []
    updated = (status.get("lastUpdatePostDateStruct") or {}).get("date")
    source = {
        "key": "registry",
        "citation": f"ClinicalTrials.gov {number}",
        "doi_or_url": f"https://clinicaltrials.gov/study/{number}",
        "level": "registry",
    }
    head = {
        "schema": SCHEMA,
        "id": number.lower(),
        "title": identity.get("briefTitle") or number,
        "kind": "cohort" if design.get("studyType") == "OBSERVATIONAL" else "trial",
        "design": _design(design),
        "population": "; ".join(conditions) or "not stated",
        "prior": "not stated",
        "registration": [number],
        "state": _STATES.get(status.get("overallStatus", ""), "unknown"),
        "primary_endpoints": [str(e["measure"]) for e in endpoints if e.get("measure")],
        "sources": [source | ({"published": updated} if updated else {})],
        "note": "Made from the registry, in the registry's words; a person has to read it over.",
    }
    phase = _phase(design.get("phases") or [])
    return head | ({"phase": phase} if phase else {})


def _design(design: dict[str, Any]) -> str:
    info = design.get("designInfo") or {}
    parts = (
        info.get("allocation"),
        info.get("interventionModel"),
        (info.get("maskingInfo") or {}).get("masking"),
    )
    words = [str(p).replace("_", " ").lower() for p in parts if p and p != "NA"]
    return ", ".join(words) or "not stated"


def _phase(phases: list[str]) -> str:
    return "/".join(p.removeprefix("EARLY_").removeprefix("PHASE") for p in phases if p != "NA")


def _agents(module: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the agents of the catalogue among the interventions, and the other interventions."""
    known = {_key(name): one.name for one in agents() for name in (one.name, *one.aliases)}
    found: dict[str, None] = {}
    others = []
    for one in module.get("interventions") or []:
        names = [str(one.get("name", "")), *map(str, one.get("otherNames") or [])]
        hits = [known[_key(name)] for name in names if _key(name) in known]
        if hits:
            found.setdefault(hits[0])
        elif names[0]:
            others.append(names[0])
    return list(found), others


def _key(name: str) -> str:
    """Return a name without case, marks and the square brackets of nuclides."""
    return re.sub(r"[^a-z0-9]", "", name.casefold().replace("α", "alpha"))


def _enrolled(design: dict[str, Any]) -> list[dict[str, Any]]:
    info = design.get("enrollmentInfo") or {}
    count = info.get("count")
    if not count:
        return []
    planned = info.get("type") == "ESTIMATED"
    about = "planned to be enrolled" if planned else "enrolled"
    place = "registry protocolSection.designModule.enrollmentInfo"
    return [{"id": "enrolled", "role": "enrolled", "n": count, "about": about, "place": place}]


def _dates(status: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "date": status[name]["date"],
            "is_estimate": status[name].get("type") == "ESTIMATED",
            "place": f"registry protocolSection.statusModule.{name}",
        }
        for name, kind in _DATES
        if isinstance(status.get(name), dict) and status[name].get("date")
    ]
