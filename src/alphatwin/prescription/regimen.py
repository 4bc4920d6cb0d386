r"""A published regimen applied to one patient, or a planned one: which activity when.

With the activity :math:`A` of one cycle and a cumulative cap :math:`L`, the cycles that the cap
leaves room for are

.. math:: n = \left\lfloor L / A \right\rfloor ,

whole cycles; what is left of the cap, :math:`L - nA`, is said, or given as one more, reduced cycle
if that is asked for (docs/theory-prescription.md, eq. P1). Caps are part of the published regimen,
not a limit of AlphaTwin's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from alphatwin.agents import Agent, Prescription, Source

BQ_PER_MCI: Final = 3.7e7
"""Exact: one curie is 3.7e10 Bq. [Bq/mCi]"""
MOST_CYCLES: Final = 100
"""More cycles than anybody gives: beyond, activity or cap is a slip."""
WHOLE: Final = 1e-9
"""Share of a cycle by which a cap may fall short of whole cycles and still count as reached: the
rounding of decimal figures, far below any activity that can be measured."""

LastCycle = Literal["whole", "reduced"]


@dataclass(frozen=True, slots=True)
class PlannedCycle:
    """One administration of a regimen.

    Attributes
    ----------
    start_s
        Time since the first administration; ``None`` where the interval is not known. [s]
    activity_bq
        Activity administered. [Bq]
    """

    start_s: float | None
    activity_bq: float


@dataclass(frozen=True, slots=True)
class Regimen:
    """What would be given to one patient.

    Attributes
    ----------
    name, agent, route
        Name of the regimen and of the agent, and how it is given.
    cycles
        Administrations in order of time, at least one.
    interval_s
        Time from one administration to the next; ``None`` where it is not known. [s]
    source
        Where the regimen is published; ``None`` for one that is only asked about.
    population
        Who received it, in words; empty for one that is only asked about.
    said
        What caps did to it and what the publication leaves open, one sentence each.
    """

    name: str
    agent: str
    route: str
    cycles: tuple[PlannedCycle, ...]
    interval_s: float | None
    source: Source | None = None
    population: str = ""
    said: tuple[str, ...] = ()

    @property
    def cumulative_bq(self) -> float:
        """Activity of all cycles in Bq."""
        return math.fsum(c.activity_bq for c in self.cycles)

    @property
    def weights(self) -> tuple[float, ...]:
        """Activity of each cycle over that of the first."""
        return tuple(c.activity_bq / self.cycles[0].activity_bq for c in self.cycles)


def published_regimen(
    agent: Agent,
    prescription: Prescription,
    *,
    weight_kg: float,
    last_cycle: LastCycle = "whole",
) -> Regimen:
    """Return a published regimen as it would be for a patient.

    Parameters
    ----------
    agent, prescription
        The agent, and one of its published regimens.
    weight_kg
        Body mass of the patient. [kg]
    last_cycle
        What happens to the part of a cumulative cap that is less than a cycle: ``whole`` leaves
        it out, ``reduced`` gives it as one more cycle.

    Returns
    -------
    Regimen
        The administrations, and what the caps did.

    Raises
    ------
    InvalidValueError
        If the body mass is not positive, or the cap leaves room for more than a hundred cycles.
    """
    said: list[str] = []
    activity_bq = prescription.activity_for_bq(weight_kg)
    single_bq = prescription.single_limit_bq
    if single_bq is not None and activity_bq > single_bq * (1.0 + WHOLE):
        said.append(
            f"{_mbq(activity_bq)} a cycle is above the single cap of the regimen: "
            f"{_mbq(single_bq)} are taken"
        )
        activity_bq = single_bq
    activities_bq = _activities_bq(prescription, activity_bq, last_cycle=last_cycle, said=said)
    interval_s = prescription.interval_s
    if interval_s is None and len(activities_bq) > 1:
        said.append("the interval between cycles is not published: cycles are taken not to overlap")
    return Regimen(
        name=prescription.name,
        agent=agent.name,
        route=prescription.route,
        cycles=_in_time(activities_bq, interval_s),
        interval_s=interval_s,
        source=prescription.source,
        population=prescription.population,
        said=tuple(said),
    )


def published_regimens(
    agent: Agent, *, weight_kg: float, last_cycle: LastCycle = "whole"
) -> tuple[Regimen, ...]:
    """Return every published regimen of an agent for a patient of a body mass [kg]; may be empty.

    Parameters are those of :func:`published_regimen`.
    """
    return tuple(
        published_regimen(agent, p, weight_kg=weight_kg, last_cycle=last_cycle)
        for p in agent.prescriptions
    )


def planned_regimen(
    agent_name: str,
    *,
    activity_bq: float,
    cycles: int,
    interval_s: float | None = None,
    route: str = "intravenous",
) -> Regimen:
    """Return equal cycles at equal intervals, as asked about.

    Parameters
    ----------
    agent_name
        Name of the agent.
    activity_bq
        Activity of each cycle. [Bq]
    cycles
        Number of cycles.
    interval_s
        Time from one administration to the next; ``None``: cycles do not overlap. [s]
    route
        How it is given.

    Raises
    ------
    InvalidValueError
        If the activity or the interval is not positive and finite, or the number of cycles is not
        between 1 and 100.
    """
    for name, value in (("activity_bq", activity_bq), ("interval_s", interval_s)):
        if value is not None and not 0.0 < value < math.inf:
            msg = f"{name} must be positive and finite, got {value}"
            raise InvalidValueError(msg)
    if not 1 <= cycles <= MOST_CYCLES:
        msg = f"cycles must lie between 1 and {MOST_CYCLES}, got {cycles}"
        raise InvalidValueError(msg)
    return Regimen(
        name=f"{cycles} x {_mbq(activity_bq)}",
        agent=agent_name,
        route=route,
        cycles=_in_time((activity_bq,) * cycles, interval_s),
        interval_s=interval_s,
    )


def activity_mci(activity_bq: float) -> float:
    """Return an activity [Bq] in millicurie, for people; nothing is computed from it."""
    return activity_bq / BQ_PER_MCI


def _activities_bq(
    prescription: Prescription, activity_bq: float, *, last_cycle: LastCycle, said: list[str]
) -> tuple[float, ...]:
    """Return the activity of every cycle, and say what the cumulative cap did."""
    cap_bq, wanted = prescription.cumulative_limit_bq, prescription.cycles
    if cap_bq is None:
        if wanted is None:
            said.append("the number of cycles is not published: one is shown")
        return (activity_bq,) * (wanted or 1)
    room = cap_bq / activity_bq * (1.0 + WHOLE)
    if room > MOST_CYCLES and wanted is None:
        msg = (
            f"cumulative_limit_bq of {prescription.name!r} ({_mbq(cap_bq)}) leaves room for "
            f"{room:.0f} cycles of {_mbq(activity_bq)}; at most {MOST_CYCLES} are computed: check "
            "the body mass"
        )
        raise InvalidValueError(msg)
    if wanted is not None and wanted <= room:
        return (activity_bq,) * wanted
    if room < 1.0:
        said.append(
            f"one cycle of {_mbq(activity_bq)} is above the cumulative cap of the regimen: "
            f"{_mbq(cap_bq)} are taken, once"
        )
        return (cap_bq,)
    whole = math.floor(room)
    left_bq = cap_bq - whole * activity_bq
    if left_bq <= WHOLE * cap_bq:
        said.append(f"{whole} cycles reach the cumulative cap of {_mbq(cap_bq)}")
        return (activity_bq,) * whole
    reach = f"the cumulative cap of {_mbq(cap_bq)} leaves room for {whole} whole cycles"
    if last_cycle == "reduced":
        said.append(f"{reach}; one more is reduced to the {_mbq(left_bq)} that are left")
        return (*((activity_bq,) * whole), left_bq)
    said.append(f"{reach}; {_mbq(left_bq)} of it are not given")
    return (activity_bq,) * whole


def _in_time(
    activities_bq: tuple[float, ...], interval_s: float | None
) -> tuple[PlannedCycle, ...]:
    return tuple(
        PlannedCycle(
            start_s=0.0 if i == 0 else (None if interval_s is None else i * interval_s),
            activity_bq=activity_bq,
        )
        for i, activity_bq in enumerate(activities_bq)
    )


def _mbq(activity_bq: float) -> str:
    """Write an activity in MBq, from 1000 MBq on in GBq."""
    if activity_bq >= 1e9:
        return f"{activity_bq / 1e9:.4g} GBq"
    return f"{activity_bq / 1e6:.4g} MBq"
