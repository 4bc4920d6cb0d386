"""``[[sharing]]`` of a course file: which curves are fitted jointly, and what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.files.measured import known_name
from alphatwin.patient import SharedFit
from alphatwin.patient.sharing import check_shared_curves, check_shared_regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.files import schema
    from alphatwin.files.given import Given
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry, Sections
    from alphatwin.patient import Measurement, Region

_QUANTITIES = ("effective_half_life", "uptake_half_time")


def convert_sharing(
    sections: Sections,
    regions: dict[str, Region | None],
    given: dict[str, Given | None],
    measurements: Sequence[Measurement],
    *,
    mistakes: Mistakes,
) -> tuple[SharedFit, ...]:
    """Return every joint fit that is right.

    Whether its curves can be fitted jointly is asked only while the file has no other mistake: a
    measurement that is wrong is left out, and would be missed here.
    """
    read = [(entry, _shared(entry, regions, mistakes=mistakes)) for entry in sections.sharing]
    found: list[SharedFit] = []
    is_complete = not mistakes
    for entry, shared in read:
        if shared is None:
            continue
        if is_complete:
            _check(
                entry,
                shared,
                found,
                regions=regions,
                given=given,
                measurements=measurements,
                mistakes=mistakes,
            )
        found.append(shared)
    return tuple(found)


def _shared(
    entry: Entry[schema.SharingTable], regions: dict[str, Region | None], *, mistakes: Mistakes
) -> SharedFit | None:
    table = entry.table
    for key in _QUANTITIES:
        if key in entry.raw and f"{key}_spread" in entry.raw:
            mistakes.add(
                (*entry.path, f"{key}_spread"),
                f"give either {key} = 'same' or the spread between the regions, got both",
            )
            return None
    if table is None:
        return None
    at = (*entry.path, "regions")
    if None in [known_name(name, regions, at, mistakes=mistakes) for name in table.regions]:
        return None
    spreads = (
        1.0 if table.effective_half_life else table.effective_half_life_spread,
        1.0 if table.uptake_half_time else table.uptake_half_time_spread,
    )
    if not table.cycles and spreads == (None, None):
        mistakes.add(
            entry.path,
            "says nothing of what is shared; give effective_half_life = 'same' or "
            "effective_half_life_spread, the same of uptake_half_time, cycles = true, or both",
        )
        return None
    return mistakes.attempt(
        lambda: SharedFit(tuple(table.regions), *spreads, is_over_cycles=table.cycles), at
    )


def _check(
    entry: Entry[schema.SharingTable],
    shared: SharedFit,
    earlier: list[SharedFit],
    *,
    regions: dict[str, Region | None],
    given: dict[str, Given | None],
    measurements: Sequence[Measurement],
    mistakes: Mistakes,
) -> None:
    def check_regions() -> bool:
        check_shared_regions(shared, earlier=earlier, measurements=measurements)
        return True

    def check_curves() -> None:
        check_shared_curves(
            shared,
            regions=[r for r in regions.values() if r is not None],
            administrations=[g.administration for g in given.values() if g is not None],
            measurements=measurements,
        )

    if mistakes.attempt(check_regions, (*entry.path, "regions")):
        key = "regions" if shared.is_between_regions else "cycles"
        mistakes.attempt(check_curves, (*entry.path, key))
