"""What is known of a region's kinetics before anything is measured in the patient."""

from __future__ import annotations

import math
from dataclasses import dataclass

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty.distributions import Lognormal

WEAK_UPTAKE_HALF_TIME_S = 3.0 * 3600.0
"""Median of the weak prior on the uptake half-time: of the order of hours for small peptides."""
WEAK_GEOMETRIC_SD = 4.0
"""Spread of every weak prior: 95 % within a factor of 15 either way, so that data decide."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Population distribution of one kinetic parameter.

    Attributes
    ----------
    parameter
        What the distribution is of, in words, with the nuclide under which it was observed.
    distribution
        The distribution; half-lives and half-times in seconds.
    source
        Where it comes from.
    status
        ``read``, ``recalled``, ``computed`` or ``assumed``.
    decay_constant_per_s
        For an effective half-life: decay constant of the nuclide under which it was observed;
        ``None`` stands for the nuclide that is measured. [1/s]
    """

    parameter: str
    distribution: Lognormal
    source: str
    status: str
    decay_constant_per_s: float | None = None

    def __post_init__(self) -> None:
        constant = self.decay_constant_per_s
        if constant is not None and not 0.0 < constant < math.inf:
            msg = f"decay_constant_per_s of a prior must be finite and > 0, got {constant}"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Priors:
    """The priors that a fit may use; ``None`` where the population says nothing.

    Attributes
    ----------
    effective_half_life
        Of the terminal clearance, physical decay of the measured nuclide included (unless the
        prior names another decay constant). [s]
    uptake_half_time
        Time in which half of the uptake is done. [s]
    """

    effective_half_life: Prior | None = None
    uptake_half_time: Prior | None = None


def weak_effective_half_life(decay_constant_per_s: float) -> Prior:
    """Return the prior that serves where the population says nothing of the half-life [s].

    Its median is half of the physical half-life: biological and physical half-life are equal.
    """
    return Prior(
        parameter="effective half-life",
        distribution=Lognormal(0.5 * math.log(2.0) / decay_constant_per_s, WEAK_GEOMETRIC_SD),
        source="weak default: half of the physical half-life, within a factor of 15",
        status="assumed",
    )


def weak_uptake_half_time() -> Prior:
    """Return the prior that serves where the population says nothing of the uptake."""
    return Prior(
        parameter="uptake half-time",
        distribution=Lognormal(WEAK_UPTAKE_HALF_TIME_S, WEAK_GEOMETRIC_SD),
        source="weak default: 3 h, within a factor of 15",
        status="assumed",
    )
