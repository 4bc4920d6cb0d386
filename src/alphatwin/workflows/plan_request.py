"""What is asked of a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError
from alphatwin.prescription.cycles import UNCHANGED, CycleChange
from alphatwin.prescription.regimen import MOST_CYCLES
from alphatwin.workflows.plan_regions import Stated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.prescription.regimen import LastCycle


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What is asked.

    Attributes
    ----------
    agents
        Names of agents; empty for all that the course gives or predicts.
    cycles, interval_s
        Numbers of cycles and intervals, each with each; empty for those of the published regimens.
        [s]
    activity_bq
        Activities of a cycle by agent, or under an empty name for all; an agent without one gets
        a row about its published activity. [Bq]
    tumour_change
        How lesions change from cycle to cycle.
    last_cycle
        What happens to the rest of a cumulative cap.
    rbe_max
        RBEmax of alphas and recoils under the convention other than 1.
    tissues
        Tissue parameters in place of the published ones.
    """

    agents: tuple[str, ...] = ()
    cycles: tuple[int, ...] = ()
    interval_s: tuple[float, ...] = ()
    activity_bq: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    tumour_change: CycleChange = UNCHANGED
    last_cycle: LastCycle = "whole"
    rbe_max: float = 5.0
    tissues: Stated = field(default_factory=Stated)

    def __post_init__(self) -> None:
        for cycles in self.cycles:
            if not 1 <= cycles <= MOST_CYCLES:
                msg = f"cycles must lie between 1 and {MOST_CYCLES}, got {cycles}"
                raise InvalidValueError(msg)
        given = [("interval_s", v) for v in self.interval_s]
        given += [("activity_bq", v) for row in self.activity_bq.values() for v in row]
        for name, value in (*given, ("rbe_max", self.rbe_max)):
            if not 0.0 < value < math.inf:
                msg = f"{name} must be finite and > 0, got {value}"
                raise InvalidValueError(msg)
