"""Activity and cumulated decays of a decay chain at given times."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import canonical_name, decay_chain, nuclide
from alphatwin.report.physics_value import ChainReport, MemberOverTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphatwin.nuclides import DecayDataName


def chain_report(
    name: str,
    *,
    activity_bq: float,
    time_s: Sequence[float],
    decay_data: DecayDataName = "icrp107",
) -> ChainReport:
    """Return what becomes of a pure parent.

    Parameters
    ----------
    name
        The parent, in any usual writing.
    activity_bq
        Its activity at time zero. [Bq]
    time_s
        Times at which the chain is looked at. [s]
    decay_data
        Decay-data set.

    Raises
    ------
    DataError, NotSupportedError
        If the nuclide is unknown, or its chain is.
    InvalidValueError
        If the activity is not positive, or a time is negative or missing.
    """
    if not 0.0 < activity_bq < math.inf:
        msg = f"activity must be finite and > 0, got {activity_bq} Bq"
        raise InvalidValueError(msg)
    if not time_s or not all(0.0 <= t < math.inf for t in time_s):
        msg = f"give at least one time, each finite and >= 0, got {list(time_s)} s"
        raise InvalidValueError(msg)
    parent = canonical_name(name)
    chain = decay_chain(parent, decay_data=decay_data)
    times = np.asarray(time_s, dtype=np.float64)
    activity = chain.activity_bq({parent: activity_bq}, time_s=times)
    decays = chain.cumulated_decays({parent: activity_bq}, stop_s=times)
    return ChainReport(
        schema=1,
        kind="chain",
        parent=parent,
        parent_activity_bq=float(activity_bq),
        decay_data=decay_data,
        time_s=tuple(times.tolist()),
        nuclides=tuple(
            MemberOverTime(
                nuclide=member,
                half_life_s=nuclide(member, decay_data=decay_data).half_life_s,
                activity_bq=tuple(activity[:, i].tolist()),
                cumulated_decays=tuple(decays[:, i].tolist()),
            )
            for i, member in enumerate(chain.nuclides)
        ),
        stable_ends=tuple(chain.stable_ends),
    )
