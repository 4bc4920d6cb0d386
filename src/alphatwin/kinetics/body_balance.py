r"""Balance of the whole body: what was injected is in regions, in the remainder, or has left.

Decay-corrected fractions of the administered activity sum to one at all times,

.. math:: \sum_r f_r(t) + f_\mathrm{rem}(t) + u(t) = 1,

so the remainder of the body is a sum of exponentials too, exactly (docs/theory-blood.md, eqs.
B14-B16). In atoms, those that have decayed are counted where they did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.curve import (
    RegionCurve,
    activity_bq,
    time_integrated_activity_bq_s,
)
from alphatwin.kinetics.excretion import (
    check_times_s,
    excreted_atoms_fraction,
)
from alphatwin.kinetics.network_checks import ROUND_OFF, checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.excretion import Excretion

    Floats = NDArray[np.float64]

BALANCED_WITHIN: Final = 2.0
"""Standard uncertainties within which an imbalance is no contradiction."""

Verdict = Literal["balanced", "unmeasured remainder", "missing", "more than injected"]


@dataclass(frozen=True, slots=True, eq=False)
class Remainder:
    """The curve of what is in the body and in no region.

    Attributes
    ----------
    curve
        Its decay-corrected fraction of the administered activity. Samples may dip below zero.
    lowest_best_fraction, lowest_best_at_s
        Lowest value of the best curve, and when. [s]
    lowest_fraction
        Lowest value of each sample. (n_samples,)
    negative_share
        Share of the samples that are negative at some time.
    """

    curve: RegionCurve
    lowest_best_fraction: float
    lowest_best_at_s: float
    lowest_fraction: Floats
    negative_share: float

    def decays_bq_s(self, *, administered_bq: float, decay_constant_per_s: float) -> Floats:
        """Return the decays of the nuclide in the remainder, never below zero.

        Parameters
        ----------
        administered_bq, decay_constant_per_s
            As in :func:`~alphatwin.kinetics.curve.time_integrated_activity_bq_s`. [Bq], [1/s]

        Returns
        -------
        (n_samples,) ndarray
            Decays; those of a sample that sum to less than nothing count as none. [Bq s]
        """
        found = time_integrated_activity_bq_s(
            self.curve, administered_bq=administered_bq, decay_constant_per_s=decay_constant_per_s
        )
        return np.maximum(found, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class WholeBodyAtoms:
    """Where the administered atoms of the nuclide are, as fractions. (n_samples, n_times).

    Attributes
    ----------
    regions_fraction, remainder_fraction
        Present in the regions, and in the remainder.
    excreted_fraction
        Left the body before they decayed.
    decayed_fraction
        Decayed in the body.
    """

    regions_fraction: Floats
    remainder_fraction: Floats
    excreted_fraction: Floats
    decayed_fraction: Floats

    def error_fraction(self) -> Floats:
        """Return the atoms unaccounted for, over those administered. (n_samples, n_times)."""
        return np.asarray(
            self.regions_fraction
            + self.remainder_fraction
            + self.excreted_fraction
            + self.decayed_fraction
            - 1.0
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A measured activity.

    Attributes
    ----------
    activity_bq
        Activity. [Bq]
    sd_bq
        Standard uncertainty, without that of a calibration shared with others. [Bq]
    """

    activity_bq: float
    sd_bq: float

    def __post_init__(self) -> None:
        for name in ("activity_bq", "sd_bq"):
            value = getattr(self, name)
            if not 0.0 <= value < math.inf:
                msg = f"{name} must be finite and >= 0, got {value}"
                raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class BalanceCheck:
    """Whether measured regions and urine add up to what was injected.

    Attributes
    ----------
    imbalance_fraction
        Injected less found, over injected, both at the time of measurement.
    imbalance_sd
        Its standard uncertainty.
    verdict
        ``balanced``; ``unmeasured remainder``: less was found, as it must be where parts of the
        body were not measured; ``missing``: less was found although the whole body was measured;
        ``more than injected``: a contradiction.
    """

    imbalance_fraction: float
    imbalance_sd: float
    verdict: Verdict


def remainder(
    regions: Mapping[str, RegionCurve],
    *,
    excretion: Excretion | None = None,
    tolerated_fraction: float = 0.0,
) -> Remainder:
    """Return the remainder of the body: injected less regions less excreted.

    Parameters
    ----------
    regions
        Decay-corrected curves of regions that do not overlap (no lesion inside an organ).
    excretion
        All that leaves the body; None: nothing does, and the remainder is too large by it.
    tolerated_fraction
        How far below zero the best curve may fall, over the administered activity, for want of
        knowing better; rates are in [1/s].

    Raises
    ------
    InvalidValueError
        If the best curve falls further below zero, or samples differ in number.
    """
    floor = float(checked("tolerated_fraction", tolerated_fraction, probability=True))
    n_samples = _n_samples(regions, excretion)
    amplitudes, rates = [np.ones((n_samples, 1))], [np.zeros((n_samples, 1))]
    best, best_rates = [np.ones(1)], [np.zeros(1)]
    if excretion is not None:
        amplitudes[0] = amplitudes[0] - excretion.total_fraction[:, None]
        best[0] = best[0] - excretion.best_share_fraction.sum()
        amplitudes.append(_wide(excretion.share_fraction, n_samples))
        rates.append(_wide(excretion.biological_rate_per_s, n_samples))
        best.append(excretion.best_share_fraction)
        best_rates.append(excretion.best_biological_rate_per_s)
    for curve in regions.values():
        amplitudes.append(-_wide(curve.amplitude_fraction, n_samples))
        rates.append(_wide(curve.biological_rate_per_s, n_samples))
        best.append(-curve.best_amplitude_fraction)
        best_rates.append(curve.best_biological_rate_per_s)
    found = RegionCurve(
        amplitude_fraction=np.concatenate(amplitudes, axis=1),
        biological_rate_per_s=np.concatenate(rates, axis=1),
        best_amplitude_fraction=np.concatenate(best),
        best_biological_rate_per_s=np.concatenate(best_rates),
        model="remainder of body",
    )
    return _judged(found, floor=floor, names=tuple(regions))


def whole_body_atoms(
    regions: Mapping[str, RegionCurve],
    *,
    remainder_curve: RegionCurve,
    excretion: Excretion | None,
    decay_constant_per_s: float,
    time_s: ArrayLike,
) -> WholeBodyAtoms:
    """Return where the administered atoms of the nuclide on the vector are at each time.

    Parameters
    ----------
    regions, remainder_curve, excretion
        The parts of the balance.
    decay_constant_per_s
        Of the nuclide. [1/s]
    time_s
        Times since administration. (n_times,) [s]
    """
    times = np.atleast_1d(checked("time_s", time_s))
    shape = (_n_samples({**regions, "remainder": remainder_curve}, excretion), times.size)
    present, decayed = np.zeros(shape), np.zeros(shape)
    for curve in regions.values():
        present += _present(curve, decay_constant_per_s, times)
        decayed += _decayed(curve, decay_constant_per_s, times)
    gone = np.zeros(shape)
    if excretion is not None:
        gone += excreted_atoms_fraction(
            excretion, decay_constant_per_s=decay_constant_per_s, time_s=times
        )
    return WholeBodyAtoms(
        regions_fraction=present,
        remainder_fraction=_present(remainder_curve, decay_constant_per_s, times) + np.zeros(shape),
        excreted_fraction=gone,
        decayed_fraction=decayed + _decayed(remainder_curve, decay_constant_per_s, times),
    )


def balance_check(
    regions: Mapping[str, Counted],
    *,
    administered: Counted,
    urine: Counted | None = None,
    decay_constant_per_s: float,
    time_s: float,
    calibration_relative_sd: float = 0.0,
    covers_whole_body: bool = False,
) -> BalanceCheck:
    """Return what is missing when measured regions and collected urine are added up.

    Parameters
    ----------
    regions
        Activities in regions that do not overlap, at the time. [Bq]
    administered
        Activity at administration. [Bq]
    urine
        All urine collected until then, at the time; None: none was collected. [Bq]
    decay_constant_per_s
        Of the nuclide. [1/s]
    time_s
        Time since administration. [s]
    calibration_relative_sd
        Standard uncertainty of the calibration that all regions share.
    covers_whole_body
        Whether the regions together are the whole body.

    Raises
    ------
    InvalidValueError
        If nothing was administered, nothing was measured, or a value is out of range.
    """
    if administered.activity_bq == 0.0 or not (regions or urine):
        msg = (
            "administered and at least one region or the urine must be given to check a balance, "
            f"got {administered.activity_bq:g} Bq and {len(regions)} regions"
        )
        raise InvalidValueError(msg)
    decayed = math.exp(-float(checked("decay_constant_per_s", decay_constant_per_s)) * time_s)
    injected_bq = administered.activity_bq * float(decayed)
    shared = float(checked("calibration_relative_sd", calibration_relative_sd))
    in_regions_bq = sum(c.activity_bq for c in regions.values())
    parts = [*regions.values(), *([] if urine is None else [urine])]
    found = sum(c.activity_bq for c in parts) / injected_bq
    sd = math.hypot(
        *(c.sd_bq / injected_bq for c in parts),
        shared * in_regions_bq / injected_bq,
        found * administered.sd_bq / administered.activity_bq,
    )
    imbalance = 1.0 - found
    return BalanceCheck(imbalance, sd, _verdict(imbalance, sd, whole=covers_whole_body))


def _verdict(imbalance: float, sd: float, *, whole: bool) -> Verdict:
    margin = BALANCED_WITHIN * sd + ROUND_OFF
    if imbalance < -margin:
        return "more than injected"
    if imbalance <= margin:
        return "balanced"
    return "missing" if whole else "unmeasured remainder"


def _judged(curve: RegionCurve, *, floor: float, names: Sequence[str]) -> Remainder:
    """Return the remainder with its lowest values, refused if the best curve is negative."""
    # To 32 times per decade, from a thousandth of the fastest to 40 of the slowest time constants.
    times = check_times_s(
        np.append(curve.biological_rate_per_s.ravel(), curve.best_biological_rate_per_s)
    )
    best = curve.best_amplitude_fraction @ np.exp(
        -np.multiply.outer(curve.best_biological_rate_per_s, times)
    )
    lowest = np.full(curve.n_samples, np.inf)
    for time_s in times.tolist():
        values = curve.amplitude_fraction * np.exp(-curve.biological_rate_per_s * time_s)
        np.minimum(lowest, values.sum(axis=1), out=lowest)
    worst = int(np.argmin(best))
    if best[worst] < -floor - ROUND_OFF:
        msg = (
            f"regions: {', '.join(names)} and what was excreted hold "
            f"{1.0 - float(best[worst]):.4g} of the administered activity at "
            f"{times[worst] / 3600.0:.3g} h, more than all of it; check calibration, overlapping "
            "regions (a lesion inside an organ) and excretion, or state tolerated_fraction"
        )
        raise InvalidValueError(msg)
    return Remainder(
        curve=curve,
        lowest_best_fraction=float(best[worst]),
        lowest_best_at_s=float(times[worst]),
        lowest_fraction=lowest,
        negative_share=float(np.mean(lowest < -ROUND_OFF)),
    )


def _n_samples(regions: Mapping[str, RegionCurve], excretion: Excretion | None) -> int:
    found = {curve.n_samples for curve in regions.values()}
    if excretion is not None:
        found.add(excretion.n_samples)
    if len(found - {1}) > 1:
        msg = f"regions and excretion must have one number of samples, or 1; got {sorted(found)}"
        raise InvalidValueError(msg)
    return max(found, default=1)


def _wide(values: Floats, n_samples: int) -> Floats:
    return np.broadcast_to(values, (n_samples, values.shape[1]))


def _present(curve: RegionCurve, decay_constant_per_s: float, times: Floats) -> Floats:
    return activity_bq(
        curve, administered_bq=1.0, decay_constant_per_s=decay_constant_per_s, time_s=times
    )


def _decayed(curve: RegionCurve, decay_constant_per_s: float, times: Floats) -> Floats:
    """Return the decays by each time over the administered atoms."""
    each = [
        time_integrated_activity_bq_s(
            curve,
            administered_bq=1.0,
            decay_constant_per_s=decay_constant_per_s,
            stop_s=float(time_s),
        )
        for time_s in times
    ]
    return decay_constant_per_s * np.stack(each, axis=1)
