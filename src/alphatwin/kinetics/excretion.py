r"""What leaves the body: the fraction of the administered activity excreted by each time.

The excreted fraction, decay-corrected, is

.. math:: u(t) = \sum_i b_i\,(1 - e^{-k_i t}), \qquad \dot u(t) = \sum_i b_i k_i e^{-k_i t} \ge 0

(docs/theory-blood.md, eq. B8). It comes from what a whole-body curve has lost, from a blood curve
and a clearance, or is given. It belongs to the vector; physical decay is added where activity is
asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network_checks import ROUND_OFF, checked

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.curve import RegionCurve

    Floats = NDArray[np.float64]

WHOLE_BODY_AT_START: Final = 0.1
"""A whole-body curve may miss one at administration by this much before it is refused."""
_TIMES_PER_DECADE = 32
_AT_REST_PER_S = 1e-12  # a half-time of 22 000 years is none
_FASTEST, _SLOWEST = 1e-3, 40.0  # times of a check, over the shortest and longest time constant


@dataclass(frozen=True, slots=True, eq=False)
class Excretion:
    """Samples of the excreted fraction of the administered activity, decay-corrected.

    Attributes
    ----------
    share_fraction
        Fraction b_i excreted in each phase in the end; negative for delay. (n_samples, n_phases)
    biological_rate_per_s
        Rate k_i of each phase, > 0. (n_samples, n_phases) [1/s]
    best_share_fraction, best_biological_rate_per_s
        The same of the single best curve. (n_phases,), [1/s]
    source
        Where it comes from, in words.
    limited_share
        Share of the samples that would have excreted more than was administered, and were scaled
        down to all of it.
    """

    share_fraction: Floats
    biological_rate_per_s: Floats
    best_share_fraction: Floats
    best_biological_rate_per_s: Floats
    source: str
    limited_share: float = 0.0

    def __post_init__(self) -> None:
        for name in ("share_fraction", "biological_rate_per_s"):
            for field in (name, f"best_{name}"):
                values = np.array(getattr(self, field), dtype=np.float64)
                if not np.isfinite(values).all() or ("rate" in name and (values <= 0.0).any()):
                    msg = f"{field} must be finite{' and > 0' if 'rate' in name else ''}"
                    raise InvalidValueError(msg)
                values.setflags(write=False)
                object.__setattr__(self, field, values)
        shape = self.share_fraction.shape
        if (
            len(shape) != 2
            or 0 in shape
            or self.biological_rate_per_s.shape != shape
            or self.best_share_fraction.shape != shape[1:]
            or self.best_biological_rate_per_s.shape != shape[1:]
        ):
            msg = (
                "an excretion needs (n_samples, n_phases) shares and rates and (n_phases,) best "
                f"ones, got {shape}, {self.biological_rate_per_s.shape}, "
                f"{self.best_share_fraction.shape}, {self.best_biological_rate_per_s.shape}"
            )
            raise InvalidValueError(msg)
        most = max(float(self.total_fraction.max()), float(self.best_share_fraction.sum()))
        if most > 1.0 + ROUND_OFF:
            msg = (
                f"share_fraction sums to {most:.6g}: more than was administered is excreted; at "
                "most 1 is allowed: check fractions, clearance and volume"
            )
            raise InvalidValueError(msg)
        _refuse_uptake(self)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.share_fraction.shape[0])

    @property
    def total_fraction(self) -> Floats:
        """(n_samples,) fraction excreted in the end if nothing decayed."""
        return np.asarray(self.share_fraction.sum(axis=1))


def excretion_given(
    fractions: ArrayLike, half_times_s: ArrayLike, *, source: str = "given"
) -> Excretion:
    """Return an excretion from the fraction and the half-time of each phase.

    Parameters
    ----------
    fractions
        Fraction of the administered activity excreted in each phase. (n_phases,) or
        (n_samples, n_phases); of samples, the best is the median.
    half_times_s
        Biological half-time of each phase, of the same shape. [s]
    source
        Where they come from, in words.

    Raises
    ------
    InvalidValueError
        If shapes differ, a fraction is negative, a half-time is not positive, or fractions sum to
        more than one.
    """
    share = np.atleast_1d(checked("fractions", fractions))
    half_time = np.atleast_1d(checked("half_times_s", half_times_s))
    if share.shape != half_time.shape or share.ndim > 2:
        msg = (
            "fractions and half_times_s must have one shape, (n_phases,) or (n_samples, n_phases), "
            f"got {share.shape} and {half_time.shape}"
        )
        raise InvalidValueError(msg)
    if not (half_time > 0.0).all():
        msg = f"half_times_s must be > 0, got {half_time.min()}"
        raise InvalidValueError(msg)
    rate = math.log(2.0) / half_time
    shares, rates = np.atleast_2d(share), np.atleast_2d(rate)
    return Excretion(
        share_fraction=shares,
        biological_rate_per_s=rates,
        best_share_fraction=np.median(shares, axis=0),
        best_biological_rate_per_s=np.median(rates, axis=0),
        source=source,
    )


def excretion_from_whole_body(whole_body: RegionCurve, *, excreted_share: float = 1.0) -> Excretion:
    """Return what a whole-body curve has lost; phases without clearance excrete nothing.

    The curve is taken relative to its own value at administration, as whole-body counts are,
    whose first, before any voiding, stands for all that was given (docs/theory-blood.md, eq. B9).

    Parameters
    ----------
    whole_body
        Decay-corrected fraction in the whole body, rates in [1/s].
    excreted_share
        Share of the loss that goes this way (urine), between 0 and 1.

    Raises
    ------
    InvalidValueError
        If the best curve begins far from one, a curve gains activity, or the share is no share.
    """
    part = float(checked("excreted_share", excreted_share, probability=True))
    start = float(whole_body.best_amplitude_fraction.sum())
    if abs(start - 1.0) > WHOLE_BODY_AT_START:
        msg = (
            f"whole_body: the curve begins at {start:.4g} of the administered activity; a "
            f"whole-body curve begins within {WHOLE_BODY_AT_START:g} of 1: check that it holds "
            "the whole body and was first counted before voiding"
        )
        raise InvalidValueError(msg)
    beginning = whole_body.amplitude_fraction.sum(axis=1, keepdims=True)
    if not (beginning > 0.0).all():
        msg = f"whole_body: a sample begins at {beginning.min():.4g}, which must be > 0"
        raise InvalidValueError(msg)
    share, rate = _cleared(whole_body.amplitude_fraction / beginning, whole_body, best=False)
    best, best_rate = _cleared(whole_body.best_amplitude_fraction / start, whole_body, best=True)
    return Excretion(
        share_fraction=part * share,
        biological_rate_per_s=rate,
        best_share_fraction=part * best,
        best_biological_rate_per_s=best_rate,
        source=f"{part:g} of what the whole body lost",
    )


def excretion_from_clearance(
    blood: RegionCurve, *, clearance_ml_per_s: ArrayLike, volume_ml: ArrayLike
) -> Excretion:
    r"""Return what a clearance takes from a blood or plasma curve.

    .. math:: \dot u = \frac{CL}{V} f(t), \qquad b_i = \frac{CL}{V}\,\frac{a_i}{k_i}

    Parameters
    ----------
    blood
        Decay-corrected fraction in the whole blood volume (or plasma volume), rates in [1/s].
    clearance_ml_per_s
        Renal clearance of blood (of plasma, with a plasma curve). () or (n_samples,) [mL/s]
    volume_ml
        Volume that the curve is of. () or (n_samples,) [mL]

    Raises
    ------
    InvalidValueError
        If a value is not positive, a phase is not cleared, or the best curve excretes more than
        was administered. Samples that do are scaled down to it, and counted.
    """
    turnover = checked("clearance_ml_per_s", clearance_ml_per_s) / checked("volume_ml", volume_ml)
    if not (np.isfinite(turnover) & (turnover > 0.0)).all():
        msg = "clearance_ml_per_s and volume_ml must be > 0"
        raise InvalidValueError(msg)
    if turnover.shape not in {(), (blood.n_samples,)}:
        msg = f"clearance and volume must be () or ({blood.n_samples},), got {turnover.shape}"
        raise InvalidValueError(msg)
    for rates in (blood.biological_rate_per_s, blood.best_biological_rate_per_s):
        if (rates <= 0.0).any():
            msg = (
                "blood: a phase stays in blood for ever (biological rate 0), so that a clearance "
                "would excrete without end; fit with a model that clears"
            )
            raise InvalidValueError(msg)
    share = turnover[..., None] * blood.amplitude_fraction / blood.biological_rate_per_s
    total = share.sum(axis=1, keepdims=True)
    best = np.median(turnover) * blood.best_amplitude_fraction / blood.best_biological_rate_per_s
    return Excretion(
        share_fraction=share / np.maximum(total, 1.0),
        biological_rate_per_s=blood.biological_rate_per_s,
        best_share_fraction=best,
        best_biological_rate_per_s=blood.best_biological_rate_per_s,
        source="clearance of blood",
        limited_share=float(np.mean(total > 1.0)),
    )


def excreted_fraction(excretion: Excretion, *, time_s: ArrayLike) -> Floats:
    """Return the fraction excreted by each time, decay-corrected.

    Parameters
    ----------
    excretion
        The excretion.
    time_s
        Times since administration, at least 0. (n_times,) [s]

    Returns
    -------
    (n_samples, n_times) ndarray
        Fraction of the administered activity; multiplied by the decay factor it is the activity
        of all that was voided or is in the bladder, over that administered.
    """
    times = np.atleast_1d(checked("time_s", time_s))
    total = np.zeros((excretion.n_samples, times.size))
    for share, rate in zip(
        excretion.share_fraction.T, excretion.biological_rate_per_s.T, strict=True
    ):
        # expm1, not 1 - exp: keeps the first drops.
        total -= share[:, None] * np.expm1(-rate[:, None] * times)
    return total


def excreted_atoms_fraction(
    excretion: Excretion, *, decay_constant_per_s: float, time_s: ArrayLike
) -> Floats:
    """Return the atoms that have left the body alive, over those administered.

    Parameters
    ----------
    excretion
        The excretion.
    decay_constant_per_s
        Of the nuclide. [1/s]
    time_s
        Times since administration, which may be infinite. (n_times,) [s]

    Returns
    -------
    (n_samples, n_times) ndarray
        Fractions.
    """
    times = np.atleast_1d(np.asarray(time_s, dtype=np.float64))
    total = np.zeros((excretion.n_samples, times.size))
    for share, rate in zip(
        excretion.share_fraction.T, excretion.biological_rate_per_s.T, strict=True
    ):
        effective = (rate + decay_constant_per_s)[:, None]
        total -= (share * rate)[:, None] / effective * np.expm1(-effective * times)
    return total


def check_times_s(rates_per_s: Floats) -> Floats:
    """Return times that resolve every phase, from zero on, at which a curve's sign is checked.

    Parameters
    ----------
    rates_per_s
        Rates of all phases; those of nearly zero do not count. [1/s]

    Returns
    -------
    (n_times,) ndarray
        Zero, then 32 times per decade. [s]
    """
    rates = rates_per_s[rates_per_s > _AT_REST_PER_S]
    if rates.size == 0:
        return np.zeros(1)
    first, last = _FASTEST / float(rates.max()), _SLOWEST / float(rates.min())
    n_times = 2 + int(_TIMES_PER_DECADE * math.log10(last / first))
    return np.concatenate([[0.0], np.geomspace(first, last, n_times)])


def _cleared(amplitude: Floats, curve: RegionCurve, *, best: bool) -> tuple[Floats, Floats]:
    """Return shares and rates of phases that clear; those that do not excrete nothing."""
    rate = curve.best_biological_rate_per_s if best else curve.biological_rate_per_s
    share = np.where(rate > 0.0, amplitude, 0.0)
    return share, np.where(rate > 0.0, rate, 1.0)


def _refuse_uptake(excretion: Excretion) -> None:
    """Raise InvalidValueError if the best curve ever takes activity back."""
    share, rate = excretion.best_share_fraction, excretion.best_biological_rate_per_s
    if (share >= 0.0).all():
        return
    flow = (share * rate) @ np.exp(-np.multiply.outer(rate, check_times_s(rate)))
    if flow.min() < -ROUND_OFF * np.abs(share * rate).max():
        msg = (
            "the excreted fraction falls at some time: a body does not take back what it has "
            "excreted; check the curve it comes from"
        )
        raise InvalidValueError(msg)
