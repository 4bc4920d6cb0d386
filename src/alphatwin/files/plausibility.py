r"""Whether measured activities can be: no more than was injected, and corrected as they say.

Of the activity :math:`A_0` administered, at most

.. math:: A(t) = A_0 \, e^{-\lambda t}

is anywhere in the body at the time :math:`t`. A value that was corrected for decay to a time
:math:`t_0` is compared with :math:`A(t_0)`, a value that was not with :math:`A(t)`.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alphatwin.files.facts import Fact
from alphatwin.files.mistakes import field_name
from alphatwin.formats import format_activity, format_fraction, format_time
from alphatwin.patient import MeasuredQuantity

if TYPE_CHECKING:
    from alphatwin.files.lines import Path
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.nuclides import Nuclide
    from alphatwin.patient import Administration, Measurement, Point, Region

ROUND_OFF: Final = 1e-9
"""All that was injected, measured at once, is allowed."""
LATE_S: Final = 24 * 3600.0
"""After a day, uptake of a peptide has ended: a region that still gains is doubtful."""
SURE: Final = 2.0
"""Standard uncertainties by which a series must differ before it is doubted."""
NEAR_PHYSICAL: Final = 0.10
"""A decline within this share of physical decay looks like physical decay alone."""


@dataclass(frozen=True, slots=True)
class Series:
    """A measurement with what it belongs to."""

    path: Path
    point_paths: tuple[Path, ...]
    measurement: Measurement
    region: Region | None
    administration: Administration
    nuclide: Nuclide

    def activity(self, value: float) -> float | None:
        """Return a value as activity in Bq, or over the administered one if that is unknown."""
        administered_bq = self.administration.activity_bq
        quantity = self.measurement.quantity
        if quantity is MeasuredQuantity.FRACTION_OF_ADMINISTERED:
            return value if administered_bq is None else value * administered_bq
        if administered_bq is None:
            return None
        if quantity is MeasuredQuantity.ACTIVITY_BQ:
            return value
        volume_ml = None if self.region is None else self.region.volume_ml
        return None if volume_ml is None else value * volume_ml

    def most(self, time_s: float) -> float:
        """Return the most that can be there at a time, in the same unit."""
        return (self.administration.activity_bq or 1.0) * self.remaining(time_s)

    def remaining(self, time_s: float) -> float:
        """Return what physical decay alone leaves of one."""
        return math.exp2(-time_s / self.nuclide.half_life_s)

    def in_words(self, activity: float) -> str:
        """Return an activity, or a share where none is known, for a message."""
        if self.administration.activity_bq is None:
            return format_fraction(activity, digits=3)
        return format_activity(activity, digits=4)


def relative_sd(point: Point) -> float:
    """Return the standard uncertainty of a point over its value."""
    if point.relative_sd is not None:
        return point.relative_sd
    return math.inf if point.value == 0.0 or point.sd is None else point.sd / point.value


def check_against_injected(series: Series, *, mistakes: Mistakes, facts: list[Fact]) -> None:
    """Refuse points with more activity than was injected; doubt those that may be just noise."""
    to_s = series.measurement.decay_corrected_to_s
    for at, point in zip(series.point_paths, series.measurement.points, strict=True):
        activity = series.activity(point.value)
        reference_s = point.time_s if to_s is None else to_s
        most = series.most(reference_s)
        if activity is None or activity <= most * (1.0 + ROUND_OFF):
            continue
        given = series.administration
        message = (
            f"{series.in_words(activity)} in {series.measurement.region!r} is more than was "
            "injected: "
            + (
                f"of {format_activity(given.activity_bq, digits=4)} "
                if given.activity_bq is not None
                else ""
            )
            + f"physical decay of {series.nuclide.name} leaves {series.in_words(most)} at "
            f"{format_time(reference_s)}"
        )
        if activity * max(1.0 - relative_sd(point), 0.0) > most:
            mistakes.add(at, f"{message}; check value, unit, time and decay_corrected_to")
        else:
            facts.append(
                Fact(
                    "more_activity_than_injected",
                    field_name(at),
                    f"{message}. That lies within the uncertainty of the measurement.",
                    loud=True,
                )
            )


def doubts_about_sums(found: list[Series]) -> list[Fact]:
    """Return a fact for each time at which all regions together hold more than was injected."""
    together: dict[tuple[str, float], list[tuple[Series, float]]] = defaultdict(list)
    for series in found:
        to_s = series.measurement.decay_corrected_to_s
        for point in series.measurement.points:
            activity = series.activity(point.value)
            if activity is not None:
                at_once = (
                    activity
                    if to_s is None
                    else (
                        activity
                        * series.remaining(point.time_s)
                        / max(series.remaining(to_s), 1e-300)
                    )
                )
                together[series.administration.name, point.time_s].append((series, at_once))
    facts = []
    for (name, time_s), parts in together.items():
        series, total = parts[0][0], math.fsum(activity for _, activity in parts)
        if len(parts) > 1 and total > series.most(time_s) * (1.0 + ROUND_OFF):
            facts.append(
                Fact(
                    "more_activity_than_injected",
                    "measurements",
                    f"At {format_time(time_s)} after {name!r} the {len(parts)} measured regions "
                    f"hold {series.in_words(total)} together, and physical decay leaves "
                    f"{series.in_words(series.most(time_s))}. Either they overlap, or the "
                    "activities are too high.",
                    loud=True,
                )
            )
    return facts


def doubts_about_decay_correction(found: list[Series]) -> list[Fact]:
    """Return a fact for each measurement that looks corrected and is marked as not, or the reverse.

    A series marked as not corrected is doubted if it still gains, decay taken into account,
    between two points later than a day. A series marked as corrected is doubted if it declines,
    as it stands, by what physical decay alone would do: biology would then do nothing of its own.
    """
    facts = []
    for series in found:
        pairs = list(itertools.pairwise(series.measurement.points))
        is_corrected = series.measurement.decay_corrected_to_s is not None
        check = _declines_like_decay if is_corrected else _gains_late
        doubted = [message for a, b in pairs if (message := check(series, a, b)) is not None]
        if doubted and (not is_corrected or len(doubted) == len(_declining(pairs))):
            facts.append(
                Fact(
                    "decay_correction_doubtful",
                    field_name((*series.path, "decay_corrected_to")),
                    doubted[0],
                    loud=True,
                )
            )
    return facts


def _declining(pairs: list[tuple[Point, Point]]) -> list[tuple[Point, Point]]:
    return [(a, b) for a, b in pairs if b.value < a.value]


def _spread(a: Point, b: Point) -> float:
    return SURE * math.hypot(relative_sd(a), relative_sd(b))


def _gains_late(series: Series, a: Point, b: Point) -> str | None:
    if a.time_s < LATE_S or a.value <= 0.0 or b.value <= 0.0:
        return None
    decay = math.log(2.0) * (b.time_s - a.time_s) / series.nuclide.half_life_s
    if math.log(b.value) - math.log(a.value) + decay <= _spread(a, b):
        return None
    return (
        f"The values of {series.measurement.region!r} are marked as not decay-corrected, and from "
        f"{format_time(a.time_s)} to {format_time(b.time_s)} they fall more slowly than "
        f"{series.nuclide.name} decays (half-life {format_time(series.nuclide.half_life_s)}). "
        "Either the region still takes up activity, or they were decay-corrected."
    )


def _declines_like_decay(series: Series, a: Point, b: Point) -> str | None:
    if a.value <= 0.0 or b.value <= 0.0:
        return None
    decline = math.log(a.value) - math.log(b.value)
    decay = math.log(2.0) * (b.time_s - a.time_s) / series.nuclide.half_life_s
    if decline <= _spread(a, b) or abs(decline - decay) > NEAR_PHYSICAL * decay:
        return None
    return (
        f"The values of {series.measurement.region!r} are marked as decay-corrected, and from "
        f"{format_time(a.time_s)} to {format_time(b.time_s)} they fall just as "
        f"{series.nuclide.name} decays (half-life {format_time(series.nuclide.half_life_s)}). "
        "Either biology happens to do the same, or they were not corrected."
    )
