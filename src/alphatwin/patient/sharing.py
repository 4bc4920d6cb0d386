"""Which curves of the patient are fitted jointly, and what they share."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.patient.course import Administration, Region
    from alphatwin.patient.measurement import Measurement

MOST_CURVES: Final = 20
"""Curves of one joint fit: importance sampling in more dimensions is not to be trusted."""


@dataclass(frozen=True, slots=True)
class SharedFit:
    """Curves that are fitted jointly.

    Regions that were measured after the same administration are fitted together; over cycles it
    is the curves of each region after several administrations, region by region. Where regions
    share a half-life and cycles share all rates, it is all curves of these regions at once.

    Attributes
    ----------
    regions
        Names of the regions.
    effective_half_life_geometric_sd
        Geometric standard deviation of the effective half-life between the regions; 1 is one value
        for all, ``None`` leaves each its own.
    uptake_half_time_geometric_sd
        The same of the uptake half-time.
    is_over_cycles
        Whether cycles of each region share all rates, each with its own uptake. The spreads are
        between regions, beside it.
    """

    regions: tuple[str, ...]
    effective_half_life_geometric_sd: float | None = None
    uptake_half_time_geometric_sd: float | None = None
    is_over_cycles: bool = False

    def __post_init__(self) -> None:
        spreads = (self.effective_half_life_geometric_sd, self.uptake_half_time_geometric_sd)
        for spread in spreads:
            if spread is not None and not 1.0 <= spread < math.inf:
                msg = f"a geometric_sd between regions must be finite and at least 1, got {spread}"
                raise InvalidValueError(msg)
        if not self.is_over_cycles and not self.is_between_regions:
            msg = (
                "give what is shared: an effective half-life or an uptake half-time between "
                "regions, or all rates between cycles, or both; got neither"
            )
            raise InvalidValueError(msg)
        if len(set(self.regions)) != len(self.regions):
            msg = f"regions of a joint fit must be named once each, got {list(self.regions)}"
            raise InvalidValueError(msg)
        least = 2 if self.is_between_regions else 1
        if not least <= len(self.regions) <= MOST_CURVES:
            msg = (
                f"regions of a joint fit must be {least} to {MOST_CURVES}, got {len(self.regions)}"
            )
            raise InvalidValueError(msg)

    @property
    def is_between_regions(self) -> bool:
        """Whether regions share a half-life or a half-time."""
        spreads = (self.effective_half_life_geometric_sd, self.uptake_half_time_geometric_sd)
        return spreads != (None, None)

    def curves(self, measurements: Sequence[Measurement]) -> tuple[tuple[Measurement, ...], ...]:
        """Return the measurements of each joint fit; a curve that stands alone is left out."""
        found: dict[str, list[Measurement]] = {}
        for m in measurements:
            if m.region in self.regions:
                key = m.region if self.is_over_cycles else m.administration
                found.setdefault("" if self._is_both else key, []).append(m)
        return tuple(tuple(group) for group in found.values() if len(group) > 1)

    @property
    def _is_both(self) -> bool:
        return self.is_over_cycles and self.is_between_regions


def check_shared_regions(
    shared: SharedFit, *, earlier: Sequence[SharedFit], measurements: Sequence[Measurement]
) -> None:
    """Refuse regions that are not measured, or are fitted jointly elsewhere.

    Parameters
    ----------
    shared
        What is fitted jointly.
    earlier
        What else is.
    measurements
        All of the course.

    Raises
    ------
    InvalidValueError
        With the region.
    """
    measured = list(dict.fromkeys(m.region for m in measurements))
    taken = {name for other in earlier for name in other.regions}
    for name in shared.regions:
        if name not in measured:
            msg = f"region {name!r} of a joint fit is not measured; allowed: {measured}"
            raise InvalidValueError(msg)
        if name in taken:
            msg = f"region {name!r} is in two joint fits; leave it in one of them"
            raise InvalidValueError(msg)


def check_shared_curves(
    shared: SharedFit,
    *,
    regions: Sequence[Region],
    administrations: Sequence[Administration],
    measurements: Sequence[Measurement],
) -> None:
    """Refuse curves that cannot be fitted jointly.

    Parameters
    ----------
    shared
        What is fitted jointly; its regions are measured.
    regions, administrations, measurements
        All of the course.

    Raises
    ------
    InvalidValueError
        If a region has no other curve to share with, there are more than 20 curves in one fit,
        cycles are of several agents or nuclides, or regions have several populations.
    """
    fits = shared.curves(measurements)
    joined = Counter(m.region for group in fits for m in group)
    for name in shared.regions:
        if not joined[name]:
            why = "no other region of the joint fit was measured after the same administration"
            if shared.is_over_cycles and not shared.is_between_regions:
                why = "cycles need it measured after two administrations or more"
            msg = f"region {name!r} has no curve to share with: {why}; leave it out"
            raise InvalidValueError(msg)
    agent_of = {a.name: a.agent for a in administrations}
    for group in fits:
        agents = sorted({agent_of[m.administration] for m in group})
        nuclides = sorted({m.nuclide for m in group})
        if len(agents) > 1 or len(nuclides) > 1:
            msg = f"curves of a joint fit must be of one agent and nuclide, got {agents + nuclides}"
            raise InvalidValueError(msg)
        if len(group) > MOST_CURVES:
            msg = f"curves of a joint fit must be at most {MOST_CURVES}, got {len(group)}"
            raise InvalidValueError(msg)
    populations = sorted({r.population_region for r in regions if r.name in shared.regions})
    if shared.is_between_regions and len(populations) > 1:
        msg = (
            f"regions of a joint fit must have one population_region, got {populations}: what they "
            "share has one prior; state the same in each of [[regions]]"
        )
        raise InvalidValueError(msg)
