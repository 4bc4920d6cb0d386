"""``[imaging]``, and ``uncertainty`` of a measurement: what the errors of its points share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alphatwin import units
from alphatwin.errors import UnitError
from alphatwin.files.mistakes import show
from alphatwin.patient import Imaging
from alphatwin.uncertainty import RecoveryCurve

if TYPE_CHECKING:
    from alphatwin.files import schema
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry, Sections

BY_CURVE: Final = "curve"
"""Word that stands for the recovery curve of ``[imaging]`` in place of a share."""


@dataclass(frozen=True, slots=True)
class SharedErrors:
    """What ``uncertainty`` of a measurement says.

    Attributes
    ----------
    counts
        Share of each value that its points have when they state none; ``None`` if not said.
    recovery, volume
        Shares common to all points; 0 if not said.
    is_by_curve
        Whether recovery follows from the curve of ``[imaging]``.
    """

    counts: float | None = None
    recovery: float = 0.0
    volume: float = 0.0
    is_by_curve: bool = False


def shared_errors(
    entry: Entry[schema.MeasurementTable],
    *,
    has_imaging: bool,
    has_mass: bool,
    mistakes: Mistakes,
) -> SharedErrors | None:
    """Return the shared errors of a measurement; ``None`` if what they say is a mistake."""
    table = None if entry.table is None else entry.table.uncertainty
    if table is None:
        return SharedErrors()
    path = (*entry.path, "uncertainty", "recovery")
    is_by_curve = table.recovery == BY_CURVE
    recovery = 0.0
    if table.recovery is not None and not is_by_curve:
        try:
            recovery = units.parse_fraction(table.recovery)
        except UnitError as error:
            mistakes.add(path, f"{error}; or '{BY_CURVE}' for that of [imaging]")
            return None
    if is_by_curve and not has_imaging:
        mistakes.add(
            path,
            f"is {show(BY_CURVE)}, and there is no [imaging] with a recovery curve; give one, or "
            "a share such as '5 %'",
        )
        return None
    if (is_by_curve or table.volume) and not has_mass:
        mistakes.add(
            path if is_by_curve else (*entry.path, "uncertainty", "volume"),
            "hangs on the volume of the region, which is unknown; give it, or leave this out",
        )
        return None
    return SharedErrors(table.counts, recovery, table.volume or 0.0, is_by_curve)


def convert_imaging(sections: Sections, *, mistakes: Mistakes) -> Imaging | None:
    """Return the camera of ``[imaging]``; ``None`` if there is none, or it is a mistake."""
    entry = sections.imaging
    table = None if entry is None else entry.table
    if entry is None or table is None:
        return None
    return mistakes.attempt(
        lambda: Imaging(
            resolution_fwhm_mm=table.resolution_fwhm,
            recovery=RecoveryCurve(
                recovery_exponent=table.recovery_exponent,
                half_volume_ml=table.recovery_half_volume,
                exponent_relative_sd=table.recovery_exponent_uncertainty or 0.0,
                half_volume_relative_sd=table.recovery_half_volume_uncertainty or 0.0,
                correlation_ratio=table.recovery_correlation or 0.0,
            ),
        ),
        entry.path,
    )
