"""``[[regions]]`` of a course file: mass or volume, uncertainty, where the kinetics come from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alphatwin import units
from alphatwin.dose.cross_dose import host_of
from alphatwin.errors import AlphaTwinError, UnitError
from alphatwin.files.mistakes import show
from alphatwin.patient import Region
from alphatwin.uncertainty import volume_relative_sd

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.files import schema
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry, Sections
    from alphatwin.patient import Assumptions

LESION_IN_THE_POPULATION = "tumour"


def convert_regions(
    sections: Sections, assumptions: Assumptions, *, mistakes: Mistakes
) -> dict[str, Region | None]:
    """Return every region by its name; ``None`` where a field of it is wrong."""
    measured = {name for m in sections.measurements if (name := m.text("region")) is not None}
    found: dict[str, Region | None] = {}
    lines: dict[str, int] = {}
    if not sections.regions:
        mistakes.add(("regions",), "there must be at least one [[regions]]")
    for entry in sections.regions:
        region = _region(entry, measured, assumptions, mistakes=mistakes)
        if (name := entry.text("name")) is None:
            continue
        note_twice(name, (*entry.path, "name"), lines, mistakes=mistakes)
        found.setdefault(name, region)
    return found


def note_twice(
    name: str, path: tuple[str | int, ...], lines: dict[str, int], *, mistakes: Mistakes
) -> None:
    """Note a mistake if a name has been used before; remember its line otherwise."""
    if name in lines:
        mistakes.add(path, f"{show(name)} is the name on line {lines[name]} already; take another")
    lines.setdefault(name, mistakes.line(path))


def relative_sd(text: str, *, value: float, parse: Callable[[str], float]) -> float:
    """Return a standard uncertainty over its value, from ``"5 %"`` or the unit of the value.

    Raises
    ------
    UnitError
        If the text is neither.
    """
    if text.rstrip().endswith("%"):
        return units.parse_fraction(text)
    try:
        return parse(text) / value
    except UnitError as error:
        msg = f"{error}; or give a share of the value, such as '10 %'"
        raise UnitError(msg) from error


def _region(
    entry: Entry[schema.RegionTable],
    measured: set[str],
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
) -> Region | None:
    sizes = [key for key in ("mass", "volume") if key in entry.raw]
    if len(sizes) != 1:
        got = "both" if sizes else "neither"
        mistakes.add(
            (*entry.path, sizes[-1]) if sizes else entry.path,
            f"give exactly one of mass and volume ('unknown' is allowed), got {got}",
        )
    name = entry.text("name")
    stated = entry.text("kinetics")
    if stated in {"measured", "population"} and (stated == "measured") != (name in measured):
        mistakes.add(
            (*entry.path, "kinetics"),
            f"is {stated!r}, and there is {'a' if name in measured else 'no'} measurement of "
            f"{show(name)}; change one of the two",
        )
    table = entry.table
    if table is None or len(sizes) != 1:
        return None
    density = table.density or assumptions.density_g_per_ml
    mass_kg = table.mass
    if table.volume is not None:
        mass_kg = table.volume * density * 1e-3
    spread = _mass_relative_sd(entry, table, sizes[0], mistakes=mistakes)
    if not _is_within_known(entry, table, mistakes=mistakes) or spread is None:
        return None
    return mistakes.attempt(
        lambda: Region(
            name=table.name,
            kind=table.kind,
            mass_kg=mass_kg,
            mass_relative_sd=spread,
            density_g_per_ml=density,
            kinetics="measured" if table.name in measured else "population",
            population_region=_population_region(table),
            size_uncertainty_from="stated" if table.delineation is None else "delineation",
            within=table.within,
        ),
        entry.path,
    )


def _is_within_known(
    entry: Entry[schema.RegionTable], table: schema.RegionTable, *, mistakes: Mistakes
) -> bool:
    """Whether ``within`` is left out, or names an organ around a lesion; else note a mistake."""
    path = (*entry.path, "within")
    if table.within is None:
        return True
    if table.kind != "lesion":
        mistakes.add(path, "is of a lesion: the organ around it; leave it out of an organ")
        return False
    return mistakes.attempt(lambda: host_of(str(table.within)), path) is not None


def _mass_relative_sd(
    entry: Entry[schema.RegionTable], table: schema.RegionTable, size: str, *, mistakes: Mistakes
) -> float | None:
    """Return the relative uncertainty of the mass; ``None`` if it is a mistake."""
    path = (*entry.path, "uncertainty")
    value = table.mass if size == "mass" else table.volume
    if value is None:
        for key in ("uncertainty", "delineation"):
            if getattr(table, key) is not None:
                mistakes.add(
                    (*entry.path, key), f"has no meaning: the {size} is unknown; leave it out"
                )
        return 0.0
    if table.delineation is not None:
        return _by_delineation(entry, table, size, mistakes=mistakes)
    if table.uncertainty is None:
        mistakes.add(
            path,
            f"is missing: standard uncertainty of the {size}, for instance '10 %'; or give "
            "delineation = { voxel_size = '4.4 mm', resolution_fwhm = '10 mm' }",
        )
        return None
    text, parse = table.uncertainty, units.parse_volume_ml
    if size == "mass":
        parse = units.parse_mass_kg
    try:
        spread = relative_sd(text, value=value, parse=parse)
    except AlphaTwinError as error:
        mistakes.add(path, str(error))
        return None
    if not spread < 1.0:
        mistakes.add(path, f"must be less than the {size} itself, got {show(text)}")
        return None
    return spread


def _by_delineation(
    entry: Entry[schema.RegionTable], table: schema.RegionTable, size: str, *, mistakes: Mistakes
) -> float | None:
    """Return the relative uncertainty of a volume by the image that it was drawn on."""
    path, drawn = (*entry.path, "delineation"), table.delineation
    assert drawn is not None
    if table.uncertainty is not None:
        mistakes.add(path, f"and uncertainty both say how well the {size} is known; give one")
        return None
    if table.volume is None:
        mistakes.add(path, "is of a volume, and a mass was given; give the volume that was drawn")
        return None
    volume_ml = table.volume
    return mistakes.attempt(
        lambda: volume_relative_sd(
            volume_ml,
            voxel_mm=drawn.voxel_size,
            resolution_fwhm_mm=drawn.resolution_fwhm,
            boundary_sd_mm=drawn.boundary or 0.0,
        ),
        path,
    )


def _population_region(table: schema.RegionTable) -> str:
    if table.population_region is not None:
        return table.population_region
    if table.kind == "lesion":
        return LESION_IN_THE_POPULATION
    return re.sub(r"[\s-]+", "_", table.name.casefold())
