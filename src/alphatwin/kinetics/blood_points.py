"""Blood samples of a course: what each held when it was drawn, as concentration in blood."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.blood import DrawnSample, Estimate, sample_at_drawing
from alphatwin.kinetics.counting import CountingWindow, SampleCount
from alphatwin.kinetics.plasma import concentration_point, plasma_to_blood_ratio

if TYPE_CHECKING:
    from alphatwin.nuclides import DecayChain
    from alphatwin.patient import Blood, BloodSample, Point


@dataclass(frozen=True, slots=True, eq=False)
class DrawnBlood:
    """One sample at drawing.

    Attributes
    ----------
    drawn
        Activities in the sample, with the uncertainty of the calibrations.
    points
        Concentration in whole blood of the parent and of each daughter solved for, with counting
        and volume as uncertainty and without calibration. [Bq/mL]
    calibration_relative_sd
        Standard uncertainty of the parent by calibrations alone, over its activity.
    """

    drawn: DrawnSample
    points: dict[str, Point]
    calibration_relative_sd: float

    def share_of_equilibrium(self, name: str) -> Estimate | None:
        """Return a daughter over what equilibrium would hold; ``None`` for the parent."""
        if name == self.drawn.nuclides[0]:
            return None
        if self.drawn.equilibrium_ratio[self.drawn.nuclides.index(name)] == 0.0:
            return None
        return self.drawn.share_of_equilibrium(name)


def drawn_blood(sample: BloodSample, *, blood: Blood, chain: DecayChain) -> DrawnBlood:
    """Return what a sample held when it was drawn.

    Parameters
    ----------
    sample
        The sample.
    blood
        The series that it is of: windows, haematocrit, daughters to solve for.
    chain
        Chain of the administered nuclide.

    Raises
    ------
    InvalidValueError
        If the counts cannot determine what is asked for, contradict it, or hold nothing.
    """
    with_it, without = (
        sample_at_drawing(
            _counts(sample, blood, keep_calibration=keep), chain=chain, daughters=blood.solve_for
        )
        for keep in (True, False)
    )
    parent = chain.nuclides[0]
    (value, sd), (_, own_sd) = with_it.activity_of(parent), without.activity_of(parent)
    if value <= 0.0:
        msg = f"{parent} at drawing comes out as {value:.3g} Bq; leave out a sample without it"
        raise InvalidValueError(msg)
    factor = 1.0
    if sample.fluid == "plasma" and blood.haematocrit_fraction is not None:
        factor = 1.0 / float(
            plasma_to_blood_ratio(
                haematocrit_fraction=blood.haematocrit_fraction,
                cell_to_plasma_ratio=blood.cell_to_plasma_ratio,
            )
        )
    points = {
        name: concentration_point(
            without,
            name,
            drawn_at_s=sample.drawn_at_s,
            volume_ml=sample.volume_ml / factor,
            volume_relative_sd=sample.volume_relative_sd,
        )
        for name in without.solved
    }
    return DrawnBlood(with_it, points, math.sqrt(max(sd**2 - own_sd**2, 0.0)) / value)


def _counts(
    sample: BloodSample, blood: Blood, *, keep_calibration: bool
) -> tuple[SampleCount, ...]:
    windows = {
        w.name: CountingWindow(w.name, w.counts_per_decay, w.calibration_relative_sd)
        for w in blood.windows
    }
    if not keep_calibration:
        windows = {
            n: dataclasses.replace(w, calibration_relative_sd=0.0) for n, w in windows.items()
        }
    return tuple(
        SampleCount(windows[c.window], c.delay_s, c.rate_per_s, c.sd_per_s, c.duration_s)
        for c in sample.counts
    )
