"""``[[measurements]]`` of a course file, and whether what they say can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin import units
from alphatwin.errors import UnitError
from alphatwin.files.agent_names import nuclide_name
from alphatwin.files.measured_errors import SharedErrors, shared_errors
from alphatwin.files.mistakes import show, suggestion
from alphatwin.files.plausibility import (
    Series,
    check_against_injected,
    doubts_about_decay_correction,
    doubts_about_sums,
)
from alphatwin.patient import MeasuredQuantity, Measurement, Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.files import schema
    from alphatwin.files.facts import Fact
    from alphatwin.files.given import Given
    from alphatwin.files.lines import Path
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry, Sections
    from alphatwin.patient import Region


@dataclass(frozen=True, slots=True)
class _Kind:
    quantity: MeasuredQuantity
    parse: Callable[[str], float]


_KINDS = {
    "activity": _Kind(MeasuredQuantity.ACTIVITY_BQ, units.parse_activity_bq),
    "concentration": _Kind(
        MeasuredQuantity.CONCENTRATION_BQ_PER_ML, units.parse_concentration_bq_per_ml
    ),
    "fraction": _Kind(
        MeasuredQuantity.FRACTION_OF_ADMINISTERED, units.parse_fraction_of_administered
    ),
}


def convert_measurements(
    sections: Sections,
    regions: dict[str, Region | None],
    given: dict[str, Given | None],
    *,
    mistakes: Mistakes,
    facts: list[Fact],
) -> tuple[Measurement, ...]:
    """Return every measurement that is right, after asking whether its figures can be."""
    found: list[Series] = []
    lines: dict[tuple[str, str], int] = {}
    for entry, points in zip(sections.measurements, sections.points, strict=True):
        names = _names(entry, regions, given, mistakes=mistakes)
        region_name, gift_name = names
        region, gift = regions.get(region_name or ""), given.get(gift_name or "")
        if region_name is not None and gift_name is not None:
            key = (region_name, gift_name)
            if key in lines:
                mistakes.add(
                    entry.path,
                    f"{show(region_name)} after {show(gift_name)} stands on line {lines[key]} "
                    "already; put all points of a region after one administration together",
                )
            lines.setdefault(key, mistakes.line(entry.path))
        shared = shared_errors(
            entry,
            has_imaging=sections.imaging is not None,
            has_mass=region is None or region.mass_kg is not None,
            mistakes=mistakes,
        )
        series = _series(entry, points, names, region, gift, shared=shared, mistakes=mistakes)
        if series is None:
            continue
        check_against_injected(series, mistakes=mistakes, facts=facts)
        found.append(series)
    facts.extend(doubts_about_decay_correction(found))
    facts.extend(doubts_about_sums(found))
    return tuple(series.measurement for series in found)


def _names(
    entry: Entry[schema.MeasurementTable],
    regions: dict[str, Region | None],
    given: dict[str, Given | None],
    *,
    mistakes: Mistakes,
) -> tuple[str | None, str | None]:
    """Return the names of region and administration, ``None`` where there is no such thing."""
    region = known_name(entry.text("region"), regions, (*entry.path, "region"), mistakes=mistakes)
    if "administration" in entry.raw:
        path = (*entry.path, "administration")
        return region, known_name(entry.text("administration"), given, path, mistakes=mistakes)
    if len(given) > 1:
        mistakes.add(
            entry.path,
            f"administration is missing: there are {len(given)}; name one of {', '.join(given)}",
        )
    return region, next(iter(given)) if len(given) == 1 else None


def known_name(
    name: str | None,
    known: dict[str, Region | None] | dict[str, Given | None],
    path: Path,
    *,
    mistakes: Mistakes,
) -> str | None:
    """Return a name if the file has it; note a mistake and return ``None`` otherwise."""
    if not name:  # missing or no text, which is noted already
        return None
    if name in known:
        return name
    near = suggestion(name, known) or ";"
    mistakes.add(path, f"{show(name)} is not in this file{near} allowed: {', '.join(known)}")
    return None


def _series(
    entry: Entry[schema.MeasurementTable],
    entries: tuple[Entry[schema.PointTable], ...],
    names: tuple[str | None, str | None],
    region: Region | None,
    gift: Given | None,
    *,
    shared: SharedErrors | None,
    mistakes: Mistakes,
) -> Series | None:
    counted = _counted(entry, gift, mistakes=mistakes)
    corrected = _decay_corrected_to_s(entry, mistakes=mistakes)
    kind = _kind(entries, mistakes=mistakes)
    if kind == "concentration" and region is not None and region.mass_kg is None:
        mistakes.add(
            (*entry.path, "region"),
            f"the mass of {show(region.name)} is unknown, so a concentration in it gives no "
            "activity; give its mass or volume, or the activity in the whole of it",
        )
    counts = None if shared is None else shared.counts
    points = _points(entries, kind, counts=counts, mistakes=mistakes)
    table = entry.table
    if table is None or counted is None or corrected is None or kind is None or shared is None:
        return None
    if gift is None or None in names or not points:
        return None
    measurement = mistakes.attempt(
        lambda: Measurement(
            region=str(names[0]),
            administration=str(names[1]),
            nuclide=counted,
            quantity=_KINDS[kind].quantity,
            decay_corrected_to_s=corrected[0],
            points=tuple(points.values()),
            source=table.source or "",
            camera=table.camera or "",
            recovery_relative_sd=shared.recovery,
            is_recovered_by_curve=shared.is_by_curve,
            volume_relative_sd=shared.volume,
        ),
        (*entry.path, "points"),
    )
    if measurement is None:
        return None
    return Series(entry.path, tuple(points), measurement, region, gift.administration, gift.nuclide)


def _counted(
    entry: Entry[schema.MeasurementTable], gift: Given | None, *, mistakes: Mistakes
) -> str | None:
    """Return the canonical name of the nuclide that was counted."""
    name = entry.text("nuclide")
    if not name:
        return None
    path = (*entry.path, "nuclide")
    counted = mistakes.attempt(lambda: nuclide_name(name), path)
    if counted is not None and gift is not None and counted != gift.agent.nuclide:
        mistakes.add(
            path,
            f"{counted} was counted and {gift.agent.name} carries {gift.agent.nuclide}; counts of "
            f"daughters or of other nuclides are not supported yet: give those of "
            f"{gift.agent.nuclide}",
        )
        return None
    return counted


def _decay_corrected_to_s(
    entry: Entry[schema.MeasurementTable], *, mistakes: Mistakes
) -> tuple[float | None] | None:
    """Return the time, or None for no correction, in a tuple; None alone for a mistake."""
    text = entry.text("decay_corrected_to")
    if not text:
        return None
    if text == "none":
        return (None,)
    if text == "administration":
        return (0.0,)
    try:
        return (units.parse_time_s(text),)
    except UnitError as error:
        msg = f"must be 'none', 'administration' or a time since the administration: {error}"
        mistakes.add((*entry.path, "decay_corrected_to"), msg)
        return None


def _kind(entries: tuple[Entry[schema.PointTable], ...], *, mistakes: Mistakes) -> str | None:
    """Return what every point holds; ``None`` if they differ or one holds nothing or two."""
    first, is_right = None, True
    for entry in entries:
        kinds = [key for key in _KINDS if key in entry.raw]
        if len(kinds) != 1:
            got = " and ".join(kinds) or "none"
            mistakes.add(entry.path, f"give exactly one of {', '.join(_KINDS)}, got {got}")
            is_right = False
            continue
        first = first or kinds[0]
        if kinds[0] != first:
            mistakes.add(
                (*entry.path, kinds[0]),
                f"the first point has {first}; all points of a measurement have the same",
            )
            is_right = False
    return first if is_right else None


def _points(
    entries: tuple[Entry[schema.PointTable], ...],
    kind: str | None,
    *,
    counts: float | None,
    mistakes: Mistakes,
) -> dict[Path, Point]:
    """Return every point that is right, by where it stands."""
    found: dict[Path, Point] = {}
    latest_s = -1.0
    for entry in entries:
        if entry.table is None:
            continue
        if entry.table.time <= latest_s:
            mistakes.add(
                (*entry.path, "time"),
                f"{show(entry.raw['time'])} is not later than the point before it; give the points "
                "in order of time, one for each time",
            )
            continue
        latest_s = entry.table.time
        if kind is None:
            continue
        point = _point(entry, kind, counts=counts, mistakes=mistakes)
        if point is not None:
            found[entry.path] = point
    return found


def _point(
    entry: Entry[schema.PointTable], kind: str, *, counts: float | None, mistakes: Mistakes
) -> Point | None:
    table = entry.table
    if table is None or (value := getattr(table, kind)) is None:
        return None
    path, text = (*entry.path, "uncertainty"), table.uncertainty
    if text is None and counts is None:
        mistakes.add(
            path,
            "is missing: standard uncertainty, '10 %' of the value or in the unit of the value; "
            "or uncertainty = { counts = '3 %' } for all points of the measurement",
        )
        return None
    if text is None or text.endswith("%"):
        if value == 0.0:
            mistakes.add(path, "a share of zero says nothing; give it in the unit of the value")
            return None
        return mistakes.attempt(
            lambda: Point(
                table.time,
                value,
                relative_sd=counts if text is None else units.parse_fraction(text),
            ),
            path,
        )
    return mistakes.attempt(lambda: Point(table.time, value, sd=_KINDS[kind].parse(text)), path)
