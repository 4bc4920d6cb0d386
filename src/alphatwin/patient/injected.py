"""What was in the syringe beside the nuclide on the vector, and how long it stays on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from alphatwin.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class Impurity:
    """A longer-lived nuclide of the same element on the same vector (227Ac beside 225Ac).

    Attributes
    ----------
    nuclide
        Its canonical name.
    activity_fraction
        Its activity over that of the agent's nuclide at the administration.
    """

    nuclide: str
    activity_fraction: float

    def __post_init__(self) -> None:
        if not 0.0 < self.activity_fraction <= 1.0:
            msg = (
                f"fraction of the impurity {self.nuclide} must be above 0 and at most 1 "
                f"(100 %), got {self.activity_fraction:g}"
            )
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Injected:
    """What was injected, and how long it holds together.

    Attributes
    ----------
    radiochemical_purity
        Share of the agent's nuclide that is on the vector at the administration; the rest is free.
    since_purification_s
        Time from the separation from daughters to the administration, in which daughters grow;
        ``None``: no daughters were injected. They are taken as free. [s]
    dechelation_half_life_s
        Half-life in which the nuclide leaves the vector in the body, alive; ``None``: never. [s]
    impurity
        A longer-lived nuclide on the same vector.
    """

    radiochemical_purity: float = 1.0
    since_purification_s: float | None = None
    dechelation_half_life_s: float | None = None
    impurity: Impurity | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.radiochemical_purity <= 1.0:
            msg = (
                "radiochemical_purity must be above 0 and at most 1 (100 %), "
                f"got {self.radiochemical_purity:g}"
            )
            raise InvalidValueError(msg)
        since_s, half_life_s = self.since_purification_s, self.dechelation_half_life_s
        if since_s is not None and not 0.0 <= since_s < math.inf:
            msg = f"since_purification_s must be finite and >= 0, got {since_s}"
            raise InvalidValueError(msg)
        if half_life_s is not None and not 0.0 < half_life_s < math.inf:
            msg = (
                f"dechelation_half_life_s must be finite and > 0, got {half_life_s}; leave it out "
                "if the nuclide stays on the vector"
            )
            raise InvalidValueError(msg)

    @property
    def is_pure(self) -> bool:
        """Whether nothing but the nuclide on the vector was injected, and stays there."""
        return self == Injected()

    @property
    def dechelation_per_s(self) -> float:
        """Rate at which the nuclide leaves the vector, alive, in 1/s."""
        half_life_s = self.dechelation_half_life_s
        return 0.0 if half_life_s is None else math.log(2.0) / half_life_s
