"""What a course states of the biology of its tissues; the rest is published, or not known."""

from __future__ import annotations

import math
from dataclasses import dataclass

from alphatwin.errors import InvalidValueError


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueEffect:
    """Parameters of the linear-quadratic model of one region.

    Attributes
    ----------
    region
        Name of the region.
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient; ``None``: the published one. [Gy]
    alpha_beta_relative_sd
        Standard uncertainty of it, over the value.
    repair_half_time_s
        Half-time of repair; ``None``: the published one. [s]
    repair_half_time_relative_sd
        Standard uncertainty of it, over the value.
    source
        Where they come from, in words.
    """

    region: str
    alpha_beta_gy: float | None = None
    alpha_beta_relative_sd: float = 0.0
    repair_half_time_s: float | None = None
    repair_half_time_relative_sd: float = 0.0
    source: str | None = None

    def __post_init__(self) -> None:
        _check_positive("alpha_beta_gy", self.alpha_beta_gy, "Gy")
        _check_positive("repair_half_time_s", self.repair_half_time_s, "s")
        for name in ("alpha_beta_relative_sd", "repair_half_time_relative_sd"):
            _check_sd(name, getattr(self, name))
        if self.alpha_beta_gy is None and self.repair_half_time_s is None:
            msg = f"tissue {self.region!r} states neither alpha_beta nor repair_half_time"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectAssumptions:
    """What a course states of biological effects.

    Attributes
    ----------
    rbe_max_alpha, rbe_max_recoil
        RBE in the low-dose limit, in every region; ``None``: the published one of lesions or of
        organs. Not the RBE of deterministic effects.
    rbe_max_alpha_relative_sd, rbe_max_recoil_relative_sd
        Standard uncertainties, over the value.
    tissues
        Parameters of regions.
    """

    rbe_max_alpha: float | None = None
    rbe_max_alpha_relative_sd: float = 0.0
    rbe_max_recoil: float | None = None
    rbe_max_recoil_relative_sd: float = 0.0
    tissues: tuple[TissueEffect, ...] = ()

    def __post_init__(self) -> None:
        for name in ("rbe_max_alpha", "rbe_max_recoil"):
            _check_positive(name, getattr(self, name), "")
            _check_sd(f"{name}_relative_sd", getattr(self, f"{name}_relative_sd"))
        names = [t.region for t in self.tissues]
        if len(set(names)) != len(names):
            msg = f"more than one tissue of {sorted({n for n in names if names.count(n) > 1})}"
            raise InvalidValueError(msg)

    def tissue(self, region: str) -> TissueEffect | None:
        """Return what is stated of a region, or ``None``."""
        return next((t for t in self.tissues if t.region == region), None)


def _check_positive(name: str, value: float | None, unit: str) -> None:
    if value is not None and not 0.0 < value < math.inf:
        msg = f"{name} must be finite and > 0 {unit}".rstrip() + f", got {value:g}"
        raise InvalidValueError(msg)


def _check_sd(name: str, value: float) -> None:
    if not 0.0 <= value < 1.0:
        msg = f"{name} must be at least 0 and below 1, got {value:g}"
        raise InvalidValueError(msg)
