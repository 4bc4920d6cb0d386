"""Assumptions that every answer rests on, each with the default that is used if none is made."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from alphatwin.errors import InvalidValueError

DecayDataName = Literal["icrp107", "ensdf"]
Averaging = Literal["evidence", "akaike", "none"]
ErrorModelName = Literal["stated", "fitted"]

ROUNDED = 0.005
"""Thirds that are written as 33 % may miss a whole by half a per cent each."""
_FATE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is taken for granted when nothing was measured.

    Attributes
    ----------
    decay_data
        Decay-data set, ``icrp107`` or ``ensdf``.
    daughters
        Fate of decay daughters: ``stay`` (they decay where their parent did), or the name of one
        of the presets of :mod:`alphatwin.kinetics.daughters_fates`.
    fate_weights
        Fates that may be true, each with its probability, where the fate is sampled with the
        rest; empty: the one in force is taken as true.
    internalised_fraction
        Share of the vector that is inside cells, in every region but blood and bone; under a
        preset, what is made there can be held back. ``None``: that of agonists or antagonists.
    rbe_alpha, rbe_recoil
        RBE for deterministic effects, of alpha particles and of recoil nuclei; shown beside
        the answer with every RBE equal to 1, never instead of it.
    rbe_alpha_relative_sd, rbe_recoil_relative_sd
        Standard uncertainties of the two, over their values: one error for all regions and agents.
    density_g_per_ml
        Mass density of soft tissue, used where a volume was given and no density. [g/mL]
    calibration_relative_sd
        Standard uncertainty of the activity scale shared by all regions, over the value.
    averaging
        How models of a curve are weighed: by ``evidence``, by ``akaike`` weights where AICc is
        defined, or ``none``: the one that the evidence speaks for.
    error_model
        Uncertainty of the points as ``stated``, or ``fitted`` (a proportional and a constant
        part, from the scatter about the curve) where there are points enough.
    samples
        Number of samples that carry the uncertainty.
    """

    decay_data: DecayDataName = "icrp107"
    daughters: str = "stay"
    internalised_fraction: float | None = None
    fate_weights: tuple[tuple[str, float], ...] = ()
    rbe_alpha: float = 5.0
    rbe_recoil: float = 5.0
    rbe_alpha_relative_sd: float = 0.0
    rbe_recoil_relative_sd: float = 0.0
    density_g_per_ml: float = 1.04
    calibration_relative_sd: float = 0.05
    averaging: Averaging = "evidence"
    error_model: ErrorModelName = "stated"
    samples: int = 10_000

    def __post_init__(self) -> None:
        for name, allowed in (
            ("decay_data", get_args(DecayDataName)),
            ("averaging", get_args(Averaging)),
            ("error_model", get_args(ErrorModelName)),
        ):
            if getattr(self, name) not in allowed:
                msg = f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}"
                raise InvalidValueError(msg)
        if not _FATE.fullmatch(self.daughters):
            msg = f"daughters must be 'stay' or the name of a preset, got {self.daughters!r}"
            raise InvalidValueError(msg)
        self._check_fate_weights()
        inside = self.internalised_fraction
        if inside is not None and not 0.0 <= inside <= 1.0:
            msg = f"internalised_fraction must lie between 0 and 1 (100 %), got {inside:g}"
            raise InvalidValueError(msg)
        for name in ("rbe_alpha", "rbe_recoil", "density_g_per_ml"):
            value = getattr(self, name)
            if not 0.0 < value < math.inf:
                msg = f"{name} must be finite and > 0, got {value}"
                raise InvalidValueError(msg)
        for name in ("calibration", "rbe_alpha", "rbe_recoil"):
            value = getattr(self, f"{name}_relative_sd")
            if not 0.0 <= value < 1.0:
                msg = f"{name}_relative_sd must be at least 0 and below 1, got {value}"
                raise InvalidValueError(msg)
        if not 100 <= self.samples <= 1_000_000:
            msg = f"samples must lie between 100 and 1 000 000, got {self.samples}"
            raise InvalidValueError(msg)

    def _check_fate_weights(self) -> None:
        names = [name for name, _ in self.fate_weights]
        weights = [weight for _, weight in self.fate_weights]
        if any(not _FATE.fullmatch(n) for n in names) or len(set(names)) != len(names):
            msg = f"fate_weights must name fates, each once, got {names}"
            raise InvalidValueError(msg)
        if any(not 0.0 < w <= 1.0 for w in weights):
            msg = f"weights of fates must lie above 0 and up to 1 (100 %), got {weights}"
            raise InvalidValueError(msg)
        if weights and abs(sum(weights) - 1.0) > ROUNDED:
            msg = f"weights of fates must add up to 1 (100 %), got {sum(weights):.4g}"
            raise InvalidValueError(msg)
