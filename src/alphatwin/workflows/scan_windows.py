"""What energy windows count of alpha agents, and the activity that a precision takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alphatwin.errors import InvalidValueError
from alphatwin.imaging.windows import least_activity_bq, net_counts_needed, window_yield
from alphatwin.nuclides import nuclide
from alphatwin.report.uptake_value import CountedRecord, WindowRecord

if TYPE_CHECKING:
    from alphatwin.files.uptake_plan import WindowPlan
    from alphatwin.nuclides import DecayDataName

MOST_HALF_LIVES: Final = 100.0  # of a mole of nuclides, none is left after 79


def window_records(
    plans: tuple[WindowPlan, ...], *, decay_data: DecayDataName
) -> tuple[WindowRecord, ...]:
    """Return what each window of a course counts; eqs. I13 and I14.

    Parameters
    ----------
    plans
        ``[[windows]]`` of the course.
    decay_data
        Decay-data set.

    Raises
    ------
    InvalidValueError
        If a window sees nothing of the chain, there is no equilibrium to assume, or nothing is left
        at the time of the scan.
    """
    return tuple(_window_record(plan, decay_data) for plan in plans)


def _window_record(plan: WindowPlan, decay_data: DecayDataName) -> WindowRecord:
    seen = window_yield(
        plan.parent,
        window=plan.window,
        time_since_purification_s=plan.time_since_purification_s,
        decay_data=decay_data,
    )
    half_life_s = nuclide(seen.parent, decay_data=decay_data).half_life_s
    least_bq = least_activity_bq(
        seen,
        relative_sd=plan.relative_sd,
        duration_s=plan.duration_s,
        counts_per_photon_fraction=plan.counts_per_photon_fraction,
        n_background=plan.n_background,
        half_life_s=half_life_s,
    )
    half_lives = plan.time_s / half_life_s
    if half_lives > MOST_HALF_LIVES:
        msg = (
            f"windows: time is {half_lives:.0f} half-lives of {seen.parent} after the "
            f"administration, when nothing is left to see; at most {MOST_HALF_LIVES:g}, so give an "
            "earlier time"
        )
        raise InvalidValueError(msg)
    return WindowRecord(
        parent=seen.parent,
        low_mev=plan.window.low_mev,
        high_mev=plan.window.high_mev,
        photons_per_decay=seen.photons_per_decay,
        counted=tuple(
            CountedRecord(
                nuclide=c.nuclide,
                activity_ratio=c.activity_ratio,
                photons_per_decay=c.photons_per_decay,
                share=c.share,
            )
            for c in seen.counted
        ),
        time_since_purification_s=plan.time_since_purification_s,
        relative_sd=plan.relative_sd,
        net_counts=net_counts_needed(plan.relative_sd, n_background=plan.n_background),
        background_counts=plan.n_background,
        duration_s=plan.duration_s,
        time_s=plan.time_s,
        least_at_scan_bq=least_bq,
        least_administered_bq=least_bq * 2.0**half_lives,
    )
