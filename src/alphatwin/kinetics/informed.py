"""How much of what is predicted lies where something was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.curve import phase_integrals_s

if TYPE_CHECKING:
    from alphatwin.kinetics.curve import RegionCurve


class DecayShares(NamedTuple):
    """Shares of all decays in a region; they add up to 1.

    Attributes
    ----------
    before, between, after
        Before the first measured point, between the first and the last, after the last.
    """

    before: float
    between: float
    after: float


def decay_shares(
    curve: RegionCurve, *, decay_constant_per_s: float, first_s: float, last_s: float
) -> DecayShares:
    """Return where in time the decays of a nuclide lie, by the best curve.

    Parameters
    ----------
    curve
        The curve of the region.
    decay_constant_per_s
        Of the nuclide that is predicted. [1/s]
    first_s, last_s
        Times of the first and of the last measured point since administration. [s]

    Raises
    ------
    InvalidValueError
        If the times are not ``0 <= first_s <= last_s``, or nothing decays in the region.
    """
    amplitude = curve.best_amplitude_fraction
    rate_per_s = curve.best_biological_rate_per_s + decay_constant_per_s
    whole_s = float(amplitude @ phase_integrals_s(rate_per_s, start_s=0.0, stop_s=float("inf")))
    if not whole_s > 0.0:
        msg = f"the best curve holds no decays (integral {whole_s} s), so they have no shares"
        raise InvalidValueError(msg)
    before_s = float(amplitude @ phase_integrals_s(rate_per_s, start_s=0.0, stop_s=first_s))
    between_s = float(amplitude @ phase_integrals_s(rate_per_s, start_s=first_s, stop_s=last_s))
    before, between = before_s / whole_s, between_s / whole_s
    return DecayShares(before=before, between=between, after=max(0.0, 1.0 - before - between))
