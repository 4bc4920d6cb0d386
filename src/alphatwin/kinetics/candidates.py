"""Which families of curves points and priors can support, and how probable each is beforehand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.models import (
    CLEARANCE,
    FAMILIES,
    MODELS,
    PART_UPTAKE_AND_CLEARANCE,
    THREE_PHASE_CLEARANCE,
    TWO_PHASE_CLEARANCE,
    UPTAKE_AND_CLEARANCE,
    UPTAKE_AND_TWO_PHASE_CLEARANCE,
)

if TYPE_CHECKING:
    from alphatwin.kinetics.observation import Observations
    from alphatwin.kinetics.prior import Priors

DECISIVE_LOG_EVIDENCE = math.log(3.0)
"""Evidence ratio of 3, below which it is "not worth more than a bare mention" (Jeffreys)."""
LEAST_POINTS: Final = {
    CLEARANCE: 1,
    UPTAKE_AND_CLEARANCE: 1,
    TWO_PHASE_CLEARANCE: 2,
    PART_UPTAKE_AND_CLEARANCE: 4,
    UPTAKE_AND_TWO_PHASE_CLEARANCE: 6,
    THREE_PHASE_CLEARANCE: 7,
}
"""Points from which a family is weighed unasked. Two points do not tell two phases apart, but they
do not exclude that a fast one went by unseen, and an interval that leaves this out is too narrow.
The richer families wait for as many points as they have parameters, or one more."""
LEAST_POINTS_ASKED = 3
"""Points from which a family beyond clearance and uptake may be asked for, as the only one."""


def candidates(seen: Observations, priors: Priors, model: str | None) -> tuple[str, ...]:
    """Return the models that points and priors can support, the simplest first.

    Parameters
    ----------
    seen
        The points.
    priors
        What the population says.
    model
        A model that was asked for, or ``None``.

    Raises
    ------
    InvalidValueError
        If the model is unknown.
    NotSupportedError
        If the points and priors cannot determine a curve.
    """
    n_points = seen.time_s.size
    if model is not None and model not in MODELS:
        msg = f"model must be one of {MODELS} or None, got {model!r}"
        raise InvalidValueError(msg)
    is_retained = model is not None and FAMILIES[model].is_retained
    if n_points == 1 and priors.effective_half_life is None and not is_retained:
        msg = (
            "one point cannot tell how fast a region clears: give a population prior of the "
            "effective half-life (a population_region of the agent), or a second point"
        )
        raise NotSupportedError(msg)
    if model is None:
        return tuple(
            name
            for name, least in LEAST_POINTS.items()
            if n_points >= least and _is_possible(name, seen, priors)
        )
    simple = FAMILIES[model].n_shape <= 2 and FAMILIES[model].phases == 1
    if (n_points < LEAST_POINTS_ASKED and not simple) or not _is_possible(model, seen, priors):
        msg = (
            f"model {model!r} needs more than {n_points} point(s) and these priors: "
            "uptake needs a prior of its half-time or a third point and no activity at time "
            "zero, two phases need three points"
        )
        raise NotSupportedError(msg)
    return (model,)


def _is_possible(model: str, seen: Observations, priors: Priors) -> bool:
    family = FAMILIES[model]
    if not family.takes_up:
        return True
    # What starts empty is zero at administration; a relative error there rules it out.
    at_zero = bool((seen.is_relative & (seen.time_s == 0.0)).any()) or seen.time_s[-1] <= 0.0
    if family.starts_empty and at_zero:
        return False
    n_known = seen.time_s.size + (priors.effective_half_life is not None or family.is_retained)
    return priors.uptake_half_time is not None or n_known >= 3


def log_odds(models: tuple[str, ...], priors: Priors) -> dict[str, float]:
    """Return the logarithm of the prior odds of each model.

    The model that the population speaks for (uptake, where an uptake half-time is known), else
    the simplest, is thought :data:`DECISIVE_LOG_EVIDENCE` more probable than any other.
    """
    preferred = models[0]
    if priors.uptake_half_time is not None and UPTAKE_AND_CLEARANCE in models:
        preferred = UPTAKE_AND_CLEARANCE
    return {name: DECISIVE_LOG_EVIDENCE if name == preferred else 0.0 for name in models}
