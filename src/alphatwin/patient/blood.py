"""Blood samples, urine and red marrow of a course, as they were written down."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

Fluid = Literal["blood", "plasma"]
MarrowScaling = Literal["lean mass", "weight", "reference"]
RatioFrom = Literal["peptide", "haematocrit"]

BLOOD = "blood"
"""Name under which factors of a prediction act on blood."""
LEAST_SAMPLES = 2
LONGEST_S = 3.2e7
"""A year: later than any blood or urine of a course; beyond, a slip of the unit is sure. [s]"""
LARGEST_RATE_PER_S = 1e12
LARGEST_RATIO = 1e3
BLOOD_VOLUMES_ML = (50.0, 2e4)
"""Of a newborn, and more than anybody has. [mL]"""
_RESPONSES = (1e-12, 1e6)
_VOLUMES_ML = (1e-6, 1e5)


def _refuse_outside(name: str, value: float, low: float, high: float, unit: str = "") -> None:
    if not low <= value <= high:
        msg = f"{name} must lie between {low:g} and {high:g}{unit}, got {value:g}{unit}"
        raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class BloodWindow:
    """An energy window of the counter of samples.

    Attributes
    ----------
    name
        Name of the window, unique.
    counts_per_decay
        Counts in the window per decay, by nuclide in canonical form.
    calibration_relative_sd
        Standard uncertainty of that, shared by all counts of the window.
    """

    name: str
    counts_per_decay: Mapping[str, float]
    calibration_relative_sd: float = 0.0

    def __post_init__(self) -> None:
        for nuclide, response in self.counts_per_decay.items():
            _refuse_outside(f"counts_per_decay of {nuclide}", response, *_RESPONSES)
        if not self.counts_per_decay:
            msg = f"window {self.name!r} sees no nuclide; give counts_per_decay of at least one"
            raise InvalidValueError(msg)
        if not 0.0 <= self.calibration_relative_sd < 1.0:
            msg = (
                f"calibration_uncertainty of {self.name!r} must be at least 0 and below 100 %, got "
                f"{100.0 * self.calibration_relative_sd:g} %"
            )
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class BloodCount:
    """One count of a sample.

    Attributes
    ----------
    window
        Name of the window.
    delay_s
        Time from drawing to the start of the count. [s]
    rate_per_s, sd_per_s
        Mean net count rate, and its standard uncertainty by counting. [1/s]
    duration_s
        Length of the count; 0: the rate stands for the moment of the delay. [s]
    """

    window: str
    delay_s: float
    rate_per_s: float
    sd_per_s: float
    duration_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("delay_s", "duration_s"):
            _refuse_outside(name, getattr(self, name), 0.0, LONGEST_S, " s")
        largest = LARGEST_RATE_PER_S
        _refuse_outside("rate_per_s", self.rate_per_s, -largest, largest, " /s")
        _refuse_outside("sd_per_s", self.sd_per_s, 1.0 / largest, largest, " /s")


@dataclass(frozen=True, slots=True)
class BloodSample:
    """A sample of blood or plasma.

    Attributes
    ----------
    drawn_at_s
        Time of drawing since the administration. [s]
    volume_ml
        Volume that was counted. [mL]
    volume_relative_sd
        Standard uncertainty of the volume, over it.
    fluid
        ``blood`` or ``plasma``.
    counts
        Its counts.
    """

    drawn_at_s: float
    volume_ml: float
    volume_relative_sd: float
    fluid: Fluid
    counts: tuple[BloodCount, ...]

    def __post_init__(self) -> None:
        _refuse_outside("drawn_at_s", self.drawn_at_s, 0.0, LONGEST_S, " s")
        _refuse_outside("volume_ml", self.volume_ml, *_VOLUMES_ML, " mL")
        if not 0.0 <= self.volume_relative_sd < 1.0:
            msg = (
                "volume_uncertainty must be at least 0 and below 100 %, got "
                f"{100.0 * self.volume_relative_sd:g} %"
            )
            raise InvalidValueError(msg)
        if not self.counts:
            msg = f"the sample of {self.drawn_at_s:g} s was not counted; give at least one count"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Blood:
    """Samples of blood after one administration.

    Attributes
    ----------
    administration
        Name of the administration.
    windows, samples
        Windows of the counter, and samples in order of drawing.
    haematocrit_fraction
        Share of the blood volume that is cells; ``None`` if it is not known.
    cell_to_plasma_ratio
        Concentration in cells over that in plasma.
    solve_for
        Daughters whose activity at drawing is solved for, in canonical form.
    volume_ml
        Volume of all blood; ``None``: scaled from the reference adult. [mL]
    """

    administration: str
    windows: tuple[BloodWindow, ...]
    samples: tuple[BloodSample, ...]
    haematocrit_fraction: float | None = None
    cell_to_plasma_ratio: float = 0.0
    solve_for: tuple[str, ...] = ()
    volume_ml: float | None = None

    def __post_init__(self) -> None:
        if len(self.samples) < LEAST_SAMPLES:
            msg = (
                f"blood has {len(self.samples)} sample(s); a curve needs at least "
                f"{LEAST_SAMPLES}: no population's half-life stands in for blood"
            )
            raise InvalidValueError(msg)
        times = [s.drawn_at_s for s in self.samples]
        if any(b <= a for a, b in itertools.pairwise(times)):
            msg = f"samples must be in strictly increasing time, got {times} s"
            raise InvalidValueError(msg)
        named = {w.name for w in self.windows}
        if len(named) != len(self.windows):
            msg = "names of windows must be unique"
            raise InvalidValueError(msg)
        unknown = {c.window for s in self.samples for c in s.counts} - named
        if unknown:
            msg = f"counts name the windows {sorted(unknown)}; allowed: {sorted(named)}"
            raise InvalidValueError(msg)
        cells = self.haematocrit_fraction
        if cells is not None and not 0.0 < cells < 1.0:
            msg = f"haematocrit must lie above 0 and below 1 (0.42, not 42 %), got {cells:g}"
            raise InvalidValueError(msg)
        if self.volume_ml is not None:
            _refuse_outside("volume", self.volume_ml, *BLOOD_VOLUMES_ML, " mL")
        _refuse_outside("cell_to_plasma_ratio", self.cell_to_plasma_ratio, 0.0, LARGEST_RATIO)
        if cells is None and any(s.fluid == "plasma" for s in self.samples):
            msg = "a sample is of plasma; the concentration in blood needs the haematocrit"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class UrineVoiding:
    """When the bladder is voided.

    Attributes
    ----------
    times_s, interval_s, residual_fraction
        First voids, the interval of those that follow for ever (``None``: none follow), and the
        share of the contents that a void leaves. [s]
    """

    times_s: tuple[float, ...] = ()
    interval_s: float | None = None
    residual_fraction: float = 0.0

    def __post_init__(self) -> None:
        for time_s in (*self.times_s, self.interval_s or LONGEST_S):
            _refuse_outside("a time of voiding", time_s, 1.0, LONGEST_S, " s")


@dataclass(frozen=True, slots=True)
class CollectedUrine:
    """All urine collected from the administration until a time.

    Attributes
    ----------
    until_s
        The time since administration. [s]
    activity_bq, sd_bq
        Activity of all of it at that time, and its standard uncertainty. [Bq]
    """

    until_s: float
    activity_bq: float
    sd_bq: float

    def __post_init__(self) -> None:
        _refuse_outside("until_s", self.until_s, 0.0, LONGEST_S, " s")


@dataclass(frozen=True, slots=True)
class Urine:
    """What leaves with the urine.

    Attributes
    ----------
    administration
        Name of the administration after which urine was collected.
    fractions, half_times_s
        Share of the administered activity excreted in each phase, and its half-time. [s]
    whole_body
        Name of the region that holds the whole body, whose loss is urine instead.
    excreted_share
        Share of that loss that is urine.
    voiding
        When the bladder is voided; ``None``: not known, and its contents are not computed.
    collected
        Urine collected until some times, increasing.
    """

    administration: str
    fractions: tuple[float, ...] = ()
    half_times_s: tuple[float, ...] = ()
    whole_body: str | None = None
    excreted_share: float = 1.0
    voiding: UrineVoiding | None = None
    collected: tuple[CollectedUrine, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.fractions) == (self.whole_body is not None):
            msg = "give exactly one of fractions (with half_times) and whole_body"
            raise InvalidValueError(msg)
        if len(self.fractions) != len(self.half_times_s):
            msg = (
                f"fractions and half_times must be of one length, got {len(self.fractions)} and "
                f"{len(self.half_times_s)}"
            )
            raise InvalidValueError(msg)
        if not 0.0 <= self.excreted_share <= 1.0:
            msg = f"excreted_share must lie between 0 and 1 (100 %), got {self.excreted_share}"
            raise InvalidValueError(msg)
        times = [c.until_s for c in self.collected]
        if any(b <= a for a, b in itertools.pairwise(times)):
            msg = f"collected must be in strictly increasing time, got {times} s"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Marrow:
    """How red marrow follows blood.

    Attributes
    ----------
    ratio
        Concentration in marrow over that in blood, per mass; ``None``: as ``ratio_from`` says.
    ratio_relative_sd
        Standard uncertainty of the ratio, over it.
    ratio_from
        ``peptide``: 1; ``haematocrit``: of an agent that stays in extracellular fluid.
    mass_kg
        Mass of the red marrow; ``None``: scaled from the reference adult. [kg]
    scaling
        How; ``None``: by lean mass where the height is known, else by weight.
    """

    ratio: float | None = None
    ratio_relative_sd: float = 0.0
    ratio_from: RatioFrom = "peptide"
    mass_kg: float | None = None
    scaling: MarrowScaling | None = None

    def __post_init__(self) -> None:
        if self.ratio is not None:
            _refuse_outside("ratio", self.ratio, 1.0 / LARGEST_RATIO, LARGEST_RATIO)
        if not 0.0 <= self.ratio_relative_sd < 1.0:
            msg = f"ratio_uncertainty must be below 100 %, got {100 * self.ratio_relative_sd:g} %"
            raise InvalidValueError(msg)
        if self.ratio_from not in get_args(RatioFrom):
            msg = f"ratio_from must be one of {', '.join(get_args(RatioFrom))}"
            raise InvalidValueError(msg)
        if self.mass_kg is not None and not 0.0 < self.mass_kg < math.inf:
            msg = f"mass must be finite and > 0, got {self.mass_kg}"
            raise InvalidValueError(msg)
        if self.mass_kg is not None and self.scaling is not None:
            msg = "give mass or scaling, not both"
            raise InvalidValueError(msg)
