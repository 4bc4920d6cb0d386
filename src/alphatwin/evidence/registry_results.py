"""The results section of a registered study as entries of a record."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

Entry = dict[str, Any]
_RESPONSES = (
    (re.compile(r"\bcomplete (response|remission)", re.IGNORECASE), "CR"),
    (re.compile(r"\bpartial (response|remission)", re.IGNORECASE), "PR"),
    (re.compile(r"\bminor response", re.IGNORECASE), "MR"),
    (re.compile(r"\bstable disease", re.IGNORECASE), "SD"),
    (re.compile(r"\bprogressive disease|\bdisease progression", re.IGNORECASE), "PD"),
    (re.compile(r"\bnot evaluable|\binevaluable|\bunevaluable", re.IGNORECASE), "NE"),
)
_MEASURES = (
    (re.compile(r"(objective|overall|tumou?r) response rate|\bORR\b", re.IGNORECASE), "ORR"),
    (re.compile(r"disease control rate|\bDCR\b", re.IGNORECASE), "DCR"),
)
_ENDPOINTS = (
    (re.compile(r"progression[- ]free survival|\bPFS\b", re.IGNORECASE), "PFS"),
    (re.compile(r"overall survival|\bOS\b", re.IGNORECASE), "OS"),
    (re.compile(r"duration of response|\bDOR\b", re.IGNORECASE), "DOR"),
)
_LEVEL = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def results(section: Entry) -> tuple[list[Entry], Entry, list[str]]:
    """Return groups, tables of figures, and what was not taken over.

    Parameters
    ----------
    section
        The `resultsSection` of a study, empty if it has none.
    """
    groups: dict[str, Entry] = {}
    tables: dict[str, list[Entry]] = {"proportions": [], "times_to_event": [], "adverse_events": []}
    notes: list[str] = []
    _flow(section.get("participantFlowModule") or {}, groups)
    measures = (section.get("outcomeMeasuresModule") or {}).get("outcomeMeasures") or []
    for i, measure in enumerate(measures):
        path = f"resultsSection.outcomeMeasuresModule.outcomeMeasures[{i}]"
        _measure(measure, path, groups=groups, tables=tables, notes=notes)
    _events(section.get("adverseEventsModule") or {}, groups, tables["adverse_events"])
    return list(groups.values()), {k: v for k, v in tables.items() if v}, notes


def _flow(module: Entry, groups: dict[str, Entry]) -> None:
    started: dict[str, str] = {}
    for period in (module.get("periods") or [])[:1]:
        for milestone in period.get("milestones") or []:
            if milestone.get("type") == "STARTED":
                for one in milestone.get("achievements") or []:
                    started[one["groupId"]] = one.get("numSubjects", "")
    for one in module.get("groups") or []:
        place = "resultsSection.participantFlowModule"
        _group(groups, one, place, n=_count(started.get(one["id"])))


def _group(groups: dict[str, Entry], one: Entry, path: str, *, n: int | None = None) -> str:
    """Return the name of a group, entered if it is new: groups of one title are one group."""
    title = str(one.get("title") or one["id"])
    name = "-".join(re.findall(r"[a-z0-9]+", title.casefold()))[:60].strip("-") or "group"
    if name == "enrolled":
        name = "enrolled-group"
    if name not in groups:
        groups[name] = {"id": name, "role": "arm", "about": title, "place": f"registry {path}"}
    if n:
        groups[name].setdefault("n", n)
    return name


def _measure(
    measure: Entry,
    path: str,
    *,
    groups: dict[str, Entry],
    tables: dict[str, list[Entry]],
    notes: list[str],
) -> None:
    title, unit = str(measure.get("title", "")), str(measure.get("unitOfMeasure", ""))
    kind = measure.get("paramType", "")
    names = {one["id"]: _group(groups, one, path) for one in measure.get("groups") or []}
    sizes = _denominators(measure)
    endpoint = _first(_ENDPOINTS, title)
    is_share = kind == "COUNT_OF_PARTICIPANTS" or "percent" in unit.casefold()
    taken = 0
    for held in measure.get("classes") or []:
        own = _denominators(held) or sizes
        for category in held.get("categories") or []:
            for one in category.get("measurements") or []:
                group = names.get(one.get("groupId", ""))
                if group is None:
                    continue
                base: Entry = {"group": group, "place": f"registry {path}"}
                if is_share:
                    base["of"] = own.get(one["groupId"])
                    base["outcome"] = _outcome(title, held, category)
                    row = _share(one, base, measure)
                    taken += _add(tables["proportions"], row)
                elif kind == "MEDIAN" and endpoint and unit.casefold().startswith("month"):
                    row = _median(one, base | {"endpoint": endpoint, "kind": "median"})
                    taken += _add(tables["times_to_event"], row)
    if not taken:
        why = f"{kind or 'no values'}, {unit or 'no unit'}"
        notes.append(f"{path}: {title!r} is not taken over ({why})")


def _add(table: list[Entry], row: Entry | None) -> int:
    if row is None:
        return 0
    table.append({key: value for key, value in row.items() if value is not None})
    return 1


def _outcome(title: str, held: Entry, category: Entry) -> str:
    parts = [str(held.get("title") or ""), str(category.get("title") or "")]
    label = " ".join(p for p in parts if p)
    response = _first(_RESPONSES, label)
    if response:
        return response
    name = _first(_MEASURES, title) or title
    return name if not label else f"{name}, {label}"


def _share(one: Entry, base: Entry, measure: Entry) -> Entry | None:
    value = _decimal(one.get("value"))
    if value is None:
        return None
    if measure.get("paramType") == "COUNT_OF_PARTICIPANTS":
        return base | {"n": int(value)}
    row = base | {"percent": value}
    low, high = _decimal(one.get("lowerLimit")), _decimal(one.get("upperLimit"))
    level = _LEVEL.search(str(measure.get("dispersionType", "")))
    if low is None or high is None or level is None:
        return row
    return row | {"low": low, "high": high, "level": Decimal(level[1])}


def _median(one: Entry, base: Entry) -> Entry | None:
    text = str(one.get("value", "")).strip()
    if text.upper() in {"NA", "NR"}:
        return base | {"is_reached": False}
    value = _decimal(text)
    if value is None:
        return None
    low, high = _decimal(one.get("lowerLimit")), _decimal(one.get("upperLimit"))
    return base | {"value": value, "low": low, "high": high}


def _denominators(held: Entry) -> dict[str, int]:
    for denominator in held.get("denoms") or []:
        if str(denominator.get("units", "")).casefold() == "participants":
            counts = {c["groupId"]: _count(c.get("value")) for c in denominator.get("counts") or []}
            return {group: n for group, n in counts.items() if n}
    return {}


def _events(module: Entry, groups: dict[str, Entry], table: list[Entry]) -> None:
    path = "resultsSection.adverseEventsModule"
    names = {}
    for one in module.get("eventGroups") or []:
        names[one["id"]] = group = _group(groups, one, path)
        for term, stem in (
            ("any serious adverse event", "serious"),
            ("death from any cause", "deaths"),
        ):
            affected, of = one.get(f"{stem}NumAffected"), one.get(f"{stem}NumAtRisk")
            _event(table, term, group, affected, of, path=path)
    for kind in ("seriousEvents", "otherEvents"):
        note = "serious" if kind == "seriousEvents" else "not serious"
        for i, event in enumerate(module.get(kind) or []):
            for stat in event.get("stats") or []:
                group = names.get(stat.get("groupId", ""), "")
                term = str(event.get("term", "")).casefold()
                counted = stat.get("numAffected"), stat.get("numAtRisk")
                _event(table, term, group, *counted, path=f"{path}.{kind}[{i}]", note=note)


def _event(
    table: list[Entry], term: str, group: str, *counted: object, path: str, note: str = ""
) -> None:
    n, of = (_count(value) for value in counted)
    if term and group and n is not None and of:
        row = {"term": term, "group": group, "n": n, "of": of, "relatedness": "any"}
        table.append(row | {"place": f"registry {path}"} | ({"note": note} if note else {}))


def _first(patterns: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str | None:
    return next((name for pattern, name in patterns if pattern.search(text)), None)


def _decimal(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _count(value: object) -> int | None:
    found = _decimal(value)
    return int(found) if found is not None and found == int(found) else None
