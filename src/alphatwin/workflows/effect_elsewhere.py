"""The effect of what a region receives from elsewhere, in the course of time of its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.biology.elsewhere import TimeCourse, overlap_ratios, with_dose_elsewhere
from alphatwin.kinetics import best_phases

if TYPE_CHECKING:
    from alphatwin.biology import ProtractedDose, Repair
    from alphatwin.kinetics import RegionCurve
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer


def with_received(
    own: ProtractedDose,
    answer: AgentAnswer,
    region: RegionAnswer,
    *,
    repair: Repair,
    activity_bq: float = 1.0,
) -> ProtractedDose:
    """Return the dose of a region and its products, with what it receives from elsewhere.

    A source of which no curve is known gives in the course of time of the region itself.

    Parameters
    ----------
    own
        Dose and products from the decays in it, over ``activity_bq``.
    answer, region
        What an agent does, and in which region.
    repair
        Repair of sublethal damage.
    activity_bq
        What the doses of the answer are divided by. [Bq]
    """
    if not region.received:
        return own
    curves = [answer.curves.get(one.curve, region.curve) for one in region.received]
    ratios = overlap_ratios(
        _course(answer, region.curve), [_course(answer, c) for c in curves], repair=repair
    )
    received_gy = [one.by_radiation_gy / activity_bq for one in region.received]
    return with_dose_elsewhere(own, received_gy, factors=ratios)


def _course(answer: AgentAnswer, curve: RegionCurve) -> TimeCourse:
    phases = best_phases(
        curve,
        administered_bq=1.0,
        decay_constant_per_s=float(answer.chain.decay_constants_per_s[0]),
    )
    return TimeCourse(phases.amplitude_bq, phases.effective_rate_per_s)
