"""What feeds a network: measured curves of the vector, and what else was injected."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network_checks import (
    ROUND_OFF,
    checked,
    freeze,
    need_compartments,
    samples_of,
)
from alphatwin.nuclides import canonical_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.kinetics.network import Network

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class BoundCurves:
    """Activity of a nuclide on the vector, as measured: sums of exponentials.

    Attributes
    ----------
    nuclide
        The nuclide; a member of the chain.
    amplitude_bq
        Amplitude of each phase, negative for uptake. (..., n_compartments, n_phases) [Bq]
    rate_per_s
        Effective rate of each phase, at least the decay constant. (same shape) [1/s]
    """

    nuclide: str
    amplitude_bq: Floats
    rate_per_s: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "nuclide", canonical_name(self.nuclide))
        amplitude = np.array(self.amplitude_bq, dtype=np.float64)
        if amplitude.ndim < 2 or not np.isfinite(amplitude).all():
            msg = (
                f"amplitude_bq of {self.nuclide} must be finite and (..., n_compartments, "
                f"n_phases), got shape {amplitude.shape}"
            )
            raise InvalidValueError(msg)
        amplitude.setflags(write=False)
        object.__setattr__(self, "amplitude_bq", amplitude)
        freeze(self, "rate_per_s", self.rate_per_s)
        if self.rate_per_s.shape[-2:] != amplitude.shape[-2:]:
            msg = (
                f"rate_per_s of {self.nuclide} must have the shape of amplitude_bq, "
                f"got {self.rate_per_s.shape} and {amplitude.shape}"
            )
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What feeds a network.

    Attributes
    ----------
    curves
        Measured activity on the vector, of one nuclide or several.
    free_bq
        Free activity at time zero, by nuclide. (..., n_compartments) [Bq]
    bound_bq
        Activity of daughters on the vector at time zero, by nuclide. (..., n_compartments) [Bq]
    dechelation_per_s
        Rate at which a nuclide leaves the vector alive, by nuclide. (...) [1/s]
    """

    curves: tuple[BoundCurves, ...] = ()
    free_bq: Mapping[str, Floats] = field(default_factory=dict)
    bound_bq: Mapping[str, Floats] = field(default_factory=dict)
    dechelation_per_s: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("free_bq", "bound_bq", "dechelation_per_s"):
            given = {
                canonical_name(key): checked(f"{name}[{key!r}]", value)
                for key, value in getattr(self, name).items()
            }
            object.__setattr__(self, name, MappingProxyType(given))
        names = [c.nuclide for c in self.curves]
        if len(set(names)) < len(names):
            msg = f"curves must hold each nuclide once, got {', '.join(names)}; add their phases"
            raise InvalidValueError(msg)

    @property
    def n_samples(self) -> int:
        """Number of samples over which anything varies, 1 if nothing does."""
        return samples_of(
            [
                *(x[..., 0] for c in self.curves for x in (c.amplitude_bq, c.rate_per_s)),
                *self.free_bq.values(),
                *self.bound_bq.values(),
                *(k[..., None] for k in self.dechelation_per_s.values()),
            ]
        )

    def check(self, net: Network) -> None:
        """Raise InvalidValueError unless these sources fit the network."""
        n = len(net.compartments)
        for curves in self.curves:
            decay_per_s = net.chain.decay_constants_per_s[net.chain.index(curves.nuclide)]
            slowest = float(curves.rate_per_s.min())
            if slowest < decay_per_s * (1.0 - ROUND_OFF):
                msg = (
                    f"rate_per_s of {curves.nuclide} must be at least its decay constant in "
                    f"{net.chain.decay_data}, {decay_per_s:.6g} 1/s; got {slowest:.6g}"
                )
                raise InvalidValueError(msg)
            need_compartments(f"curves of {curves.nuclide}", curves.amplitude_bq[..., 0], n)
        for name in ("free_bq", "bound_bq"):
            for key, values in getattr(self, name).items():
                net.chain.index(key)
                need_compartments(f"{name}[{key!r}]", values, n)
        for key in self.dechelation_per_s:
            net.chain.index(key)
