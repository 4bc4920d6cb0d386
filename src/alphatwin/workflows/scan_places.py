"""Where a drawn region lies on each scan: on its own, or carried there by registration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alphatwin.errors import NotSupportedError, ScanError
from alphatwin.geometry import Registration, Rigid, VoxelRegion, register_rigid
from alphatwin.imaging.region_reading import carried_region
from alphatwin.workflows.scan_sources import in_one_frame

if TYPE_CHECKING:
    from alphatwin.imaging.region_reading import Fill
    from alphatwin.workflows.scan_sources import Drawn, UsedScan


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """How a scan lies in the first one: no registration for no match."""

    fixed: int
    moving: int
    registration: Registration | None
    same_frame: bool


@dataclass(slots=True)
class Matches:
    """Registrations of pairs of scans, each made once."""

    scans: tuple[UsedScan, ...]
    made: dict[tuple[int, int], Registration] = field(default_factory=dict)

    def of(self, fixed: int, moving: int) -> Registration:
        """Return how one scan lies in another.

        Raises
        ------
        NotSupportedError
            If they do not match.
        """
        key = (fixed, moving)
        if key not in self.made:
            pair = self.scans[fixed].image, self.scans[moving].image
            self.made[key] = register_rigid(pair[0], moving=pair[1])
        return self.made[key]

    def transform(self, fixed: int, moving: int) -> Rigid | None:
        """Return what carries points of one scan to another; None within one frame."""
        if in_one_frame(self.scans[fixed], self.scans[moving]):
            return None
        found = self.of(fixed, moving).transform
        return found if isinstance(found, Rigid) else None

    def to_first(self) -> tuple[Matched, ...]:
        """Match every scan to the first, to be looked at, whether or not a region was carried."""
        found = []
        for i in range(1, len(self.scans)):
            try:
                one: Registration | None = self.of(0, i)
            except NotSupportedError:
                one = None
            found.append(Matched(0, i, one, in_one_frame(self.scans[0], self.scans[i])))
        return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A drawn region on one scan.

    Attributes
    ----------
    scan, drawn_on
        Places of the scan, and of the scan that it is drawn on, in the list.
    drawn
        As drawn.
    voxels
        On the grid of this scan.
    as_drawn
        On the grid of the scan that it is drawn on.
    """

    scan: int
    drawn_on: int
    drawn: Drawn
    voxels: VoxelRegion
    as_drawn: VoxelRegion

    @property
    def is_own(self) -> bool:
        """Whether it is drawn on this scan."""
        return self.scan == self.drawn_on


def places_of(
    name: str, *, fill: Fill, drawn: dict[str, list[Drawn]], matches: Matches
) -> tuple[Place, ...]:
    """Return where a drawn region lies on every scan.

    Parameters
    ----------
    name
        As drawn.
    fill
        Rule of filling.
    drawn
        What is drawn, by name.
    matches
        Scans, and how they lie to each other.

    Raises
    ------
    ScanError, InvalidValueError
        If nothing of that name is drawn on the scans that are used, or twice on one.
    """
    scans = matches.scans
    own = _own(name, drawn, scans)
    voxels = {i: one.voxels(scans[i].image, fill) for i, one in own.items()}
    found = []
    for i, scan in enumerate(scans):
        on = i if i in own else min(own, key=lambda j: abs(j - i))
        there = voxels[on]
        if on != i:
            move = matches.transform(i, on)
            there = carried_region(there, grid=scan.image.grid, transform=move)
        found.append(Place(i, on, own[on], there, voxels[on]))
    return tuple(found)


def _own(name: str, drawn: dict[str, list[Drawn]], scans: tuple[UsedScan, ...]) -> dict[int, Drawn]:
    """Return what is drawn under a name on each scan that has it."""
    items = drawn.get(name, [])
    if not items:
        names = ", ".join(repr(n) for n in sorted(drawn)) or "nothing"
        msg = f"regions: nothing is drawn under the name {name!r}; the scans hold {names}"
        raise ScanError(msg)
    own: dict[int, Drawn] = {}
    for i, scan in enumerate(scans):
        mine = [d for d in items if d.belongs_to(scan)]
        exact = [d for d in mine if d.is_on(scan)]
        if len(exact or mine) > 1:
            msg = f"regions: {name!r} is drawn twice for one scan: give one of them"
            raise ScanError(msg)
        if mine:
            own[i] = (exact or mine)[0]
    if not own:
        msg = (
            f"regions: {name!r} is drawn on none of the scans that are used, and in no frame of "
            "reference of theirs: give the scan that it is drawn on"
        )
        raise ScanError(msg)
    return own
