r"""Imaging of alpha agents: what an energy window counts, and how much activity it takes.

A window counts the photons of every member of the chain whose energies lie in it. Per decay of the
parent, with activities :math:`A_m` of the members in a state of the chain (eq. I13),

.. math:: y = \sum_m \frac{A_m}{A_p} \sum_{E \in \text{window}} y_m(E).

In equilibrium :math:`A_m/A_p` is the transient limit of the chain; after a purification at time
zero it is exact at every time. That all members stay where the parent is, is assumed: free
daughters are counted where they went.

With a background of :math:`B` counts that is measured apart for the same time, a precision
:math:`p` of the net counts :math:`N` needs :math:`p^2 N^2 = N + 2B` (eq. I14).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import canonical_name, decay_chain, emissions

if TYPE_CHECKING:
    from alphatwin.nuclides import DecayChain, DecayDataName

EQUILIBRIUM_HALF_LIVES = 20.0
"""Of the longest-lived daughter: the rest that is missing from equilibrium is 1e-6."""


@dataclass(frozen=True, slots=True)
class Window:
    """An energy window, with the photons that it is meant for.

    Attributes
    ----------
    name
        In words.
    low_mev, high_mev
        [MeV]
    """

    name: str
    low_mev: float
    high_mev: float

    def __post_init__(self) -> None:
        if not 0.0 < self.low_mev < self.high_mev:
            msg = f"a window must be 0 < low < high, got {self.low_mev} to {self.high_mev} MeV"
            raise InvalidValueError(msg)


def window(energy_mev: float, *, width_fraction: float, name: str) -> Window:
    """Return a window of a full width, such as 0.2, around an energy [MeV]."""
    half = 0.5 * width_fraction * energy_mev
    return Window(name, energy_mev - half, energy_mev + half)


WINDOWS = (
    window(0.440, width_fraction=0.20, name="440 keV (213Bi)"),
    window(0.218, width_fraction=0.20, name="218 keV (221Fr)"),
    window(0.239, width_fraction=0.20, name="239 keV (212Pb)"),
    window(0.079, width_fraction=0.40, name="79 keV (X rays of 212Pb)"),
)
"""The usual windows; the widths are choices of this program."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One member of the chain in a window.

    Attributes
    ----------
    nuclide
        Member.
    activity_ratio
        Its activity over that of the parent.
    photons_per_decay
        Photons in the window per decay of the member.
    share
        Its share of all photons in the window.
    """

    nuclide: str
    activity_ratio: float
    photons_per_decay: float
    share: float


@dataclass(frozen=True, slots=True)
class WindowYield:
    """What a window counts of a parent and its chain.

    Attributes
    ----------
    window, parent
        Of what.
    photons_per_decay
        Per decay of the parent, by the whole chain in its state.
    counted
        Members that emit in the window, the greatest first.
    in_equilibrium
        Whether the state is the transient equilibrium, or the time after purification.
    """

    window: Window
    parent: str
    photons_per_decay: float
    counted: tuple[Counted, ...]
    in_equilibrium: bool


def window_yield(
    parent: str,
    *,
    window: Window,
    time_since_purification_s: float | None = None,
    decay_data: DecayDataName = "icrp107",
) -> WindowYield:
    """Return photons in a window per decay of the parent; eq. I13.

    Parameters
    ----------
    parent
        Nuclide on the vector.
    window
        Energy window. [MeV]
    time_since_purification_s
        When the parent was alone last; None takes equilibrium. [s]
    decay_data
        Decay-data set.

    Raises
    ------
    InvalidValueError
        If there is no equilibrium, because a daughter that the window counts, or one before it,
        lives longer than the parent.
    """
    name = canonical_name(parent)
    chain = decay_chain(name, decay_data=decay_data)
    each = [_photons(member, window, decay_data) for member in chain.nuclides]
    time_s = time_since_purification_s
    if time_s is None:
        time_s = _equilibrium_s(chain, each)
    activity = chain.activity_bq({name: 1.0}, time_s=time_s)
    ratios = activity / activity[0]
    total = float(np.dot(ratios, each))
    counted = sorted(
        (
            Counted(member, float(r), y, float(r) * y / total)
            for member, r, y in zip(chain.nuclides, ratios, each, strict=True)
            if r * y > 0.0
        ),
        key=lambda c: -c.share,
    )
    return WindowYield(window, name, total, tuple(counted), time_since_purification_s is None)


def _equilibrium_s(chain: DecayChain, photons_per_decay: list[float]) -> float:
    """Return a time at which what the window counts is in equilibrium with the parent. [s]."""
    n = len(chain.nuclides)
    needed = {i for i, y in enumerate(photons_per_decay) if y > 0.0}
    for i in reversed(range(n)):  # parents come before daughters
        if i in needed:
            needed |= set(np.flatnonzero(chain.branching[i] > 0.0).tolist())
    rates = chain.decay_constants_per_s
    later = [float(rates[i]) for i in needed if i > 0]
    if not later:
        return 0.0
    if min(later) <= rates[0]:
        slow = ", ".join(
            chain.nuclides[i] for i in sorted(needed) if i > 0 and rates[i] <= rates[0]
        )
        msg = (
            f"{slow} lives longer than {chain.nuclides[0]}: there is no equilibrium; give the time "
            "since purification"
        )
        raise InvalidValueError(msg)
    return EQUILIBRIUM_HALF_LIVES * math.log(2.0) / (min(later) - float(rates[0]))


def _photons(name: str, window: Window, decay_data: DecayDataName) -> float:
    lines = emissions(name, decay_data=decay_data).photon
    inside = (lines.energies_mev >= window.low_mev) & (lines.energies_mev <= window.high_mev)
    return float(lines.yields_per_decay[inside].sum())


def net_counts_needed(relative_sd: float, *, n_background: float = 0.0) -> float:
    """Return the net counts that give a precision; eq. I14.

    Parameters
    ----------
    relative_sd
        Wanted, between 0 and 1.
    n_background
        Expected background counts in the same time, subtracted as measured apart.

    Raises
    ------
    InvalidValueError
        If the precision is none, or the background is negative.
    """
    if not 0.0 < relative_sd < 1.0 or n_background < 0.0:
        msg = (
            f"relative_sd must be in (0, 1) and background >= 0, got {relative_sd}, {n_background}"
        )
        raise InvalidValueError(msg)
    square = relative_sd**2
    return (1.0 + math.sqrt(1.0 + 8.0 * square * n_background)) / (2.0 * square)


def counting_relative_sd(n_net: float, *, n_background: float = 0.0) -> float:
    """Return the relative standard uncertainty of net counts, the inverse of eq. I14.

    Raises
    ------
    InvalidValueError
        If there are no net counts.
    """
    if not n_net > 0.0 or n_background < 0.0:
        msg = f"net counts must be > 0 and background >= 0, got {n_net} and {n_background}"
        raise InvalidValueError(msg)
    return math.sqrt(n_net + 2.0 * n_background) / n_net


def least_activity_bq(
    seen: WindowYield,
    *,
    relative_sd: float,
    duration_s: float,
    counts_per_photon_fraction: float,
    n_background: float = 0.0,
    half_life_s: float = math.inf,
) -> float:
    """Return the activity of the parent that a window counts to a stated precision. [Bq].

    It is that at the start of the measurement; what has decayed before its end counts less.

    Parameters
    ----------
    seen
        From `window_yield`.
    relative_sd
        Wanted precision.
    duration_s
        Of the measurement. [s]
    counts_per_photon_fraction
        Counts in the window per photon emitted: geometry, collimator, attenuation and detector.
    n_background
        As in `net_counts_needed`.
    half_life_s
        Of the parent, which the chain is taken to follow meanwhile; infinite for a source that
        does not decay. [s]

    Raises
    ------
    InvalidValueError
        If the window sees nothing of the chain, or a value has no meaning.
    """
    if not (duration_s > 0.0 and half_life_s > 0.0 and 0.0 < counts_per_photon_fraction <= 1.0):
        msg = (
            "duration_s and half_life_s must be > 0 and counts_per_photon_fraction in (0, 1], got "
            f"{duration_s}, {half_life_s} and {counts_per_photon_fraction}"
        )
        raise InvalidValueError(msg)
    if not seen.photons_per_decay > 0.0:
        msg = f"no member of the chain of {seen.parent} emits in the window {seen.window.name}"
        raise InvalidValueError(msg)
    needed = net_counts_needed(relative_sd, n_background=n_background)
    decays = math.log(2.0) * duration_s / half_life_s
    counted_s = duration_s if decays == 0.0 else -math.expm1(-decays) / decays * duration_s
    return needed / (seen.photons_per_decay * counts_per_photon_fraction * counted_s)
