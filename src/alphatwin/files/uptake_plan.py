"""What a course asks of uptake and of energy windows: ``[uptake]`` and ``[[windows]]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphatwin.files.agent_names import nuclide_name
from alphatwin.files.scan_tables import UptakeTable, WindowTable
from alphatwin.files.sections import read_tables
from alphatwin.imaging.windows import Window, window

if TYPE_CHECKING:
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry


@dataclass(frozen=True, slots=True)
class UptakePlan:
    """What lesions are compared with, and how their volume is found.

    Attributes
    ----------
    liver, spleen, background
        Names as drawn; None for none. Without a background a shell around each lesion is one.
    reference_relative_sd
        Of the mean uptake of each of them.
    least_grade
        Asked of every lesion.
    greatest_fractions
        Thresholds as shares of the greatest value in a lesion.
    thresholds_g_per_ml
        Thresholds of SUV by body weight. [g/mL]
    liver_factor_ratio, n_liver_sd
        Of the threshold by the liver.
    """

    liver: str | None
    spleen: str | None
    background: str | None
    reference_relative_sd: float
    least_grade: int
    greatest_fractions: tuple[float, ...]
    thresholds_g_per_ml: tuple[float, ...]
    liver_factor_ratio: float
    n_liver_sd: float


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """An energy window for an alpha agent, and the precision that it shall give.

    Attributes
    ----------
    parent, window
        Nuclide on the vector, and what is counted.
    time_since_purification_s
        None takes equilibrium. [s]
    relative_sd
        Wanted.
    duration_s, time_s
        Of the measurement; from the administration to it. [s]
    counts_per_photon_fraction
        Counts in the window per photon emitted.
    n_background
        Background counts in the same time.
    """

    parent: str
    window: Window
    time_since_purification_s: float | None
    relative_sd: float
    duration_s: float
    time_s: float
    counts_per_photon_fraction: float
    n_background: float


def read_uptake(document: dict[str, Any], *, mistakes: Mistakes) -> UptakePlan | None:
    """Take ``[uptake]`` out of a document and return it; None if there is none."""
    if "uptake" not in document:
        return None
    raw = document.pop("uptake")
    entry = read_tables(UptakeTable, {"uptake": [raw]}, "uptake", mistakes=mistakes)
    table = entry[0].table if entry else None
    if table is None:
        return None
    shares = tuple(table.greatest_shares)
    if not all(0.0 < share < 1.0 for share in shares) or min(table.suv_thresholds, default=1) <= 0:
        mistakes.add(("uptake",), "greatest_shares must lie between 0 and 100 %, SUV above 0")
    return UptakePlan(
        liver=table.liver,
        spleen=table.spleen,
        background=table.background,
        reference_relative_sd=table.uncertainty,
        least_grade=table.least_grade,
        greatest_fractions=shares,
        thresholds_g_per_ml=tuple(table.suv_thresholds),
        liver_factor_ratio=table.liver_factor,
        n_liver_sd=table.liver_sds,
    )


def read_windows(document: dict[str, Any], *, mistakes: Mistakes) -> tuple[WindowPlan, ...]:
    """Take ``[[windows]]`` out of a document and return them."""
    read = [
        plan
        for entry in read_tables(WindowTable, document, "windows", mistakes=mistakes)
        if (plan := _window(entry, mistakes=mistakes)) is not None
    ]
    document.pop("windows", None)
    return tuple(read)


def _window(entry: Entry[WindowTable], *, mistakes: Mistakes) -> WindowPlan | None:
    table = entry.table
    if table is None:
        return None
    parent = mistakes.attempt(lambda: nuclide_name(table.parent), (*entry.path, "parent"))
    seen = mistakes.attempt(
        lambda: window(
            table.energy, width_fraction=table.width, name=f"{1e3 * table.energy:g} keV"
        ),
        entry.path,
    )
    if parent is None or seen is None:
        return None
    return WindowPlan(
        parent=parent,
        window=seen,
        time_since_purification_s=table.time_since_purification,
        relative_sd=table.precision,
        duration_s=table.duration,
        time_s=table.time,
        counts_per_photon_fraction=table.counts_per_photon,
        n_background=table.background_counts,
    )
